//! What is done with a payment's money later: capture, cancel, another amount, refund; what goes wrong with it, and who hears of it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    clippy::large_futures,
    reason = "a test's helpers may stop at the first surprise"
)]

use charging::Operated;
use domain::attention::{Difference, Matter, MatterKind};
use domain::audit::{Action, Actor, Came, OperationName};
use domain::merchant::Capture;
use domain::payment::{End, Impossible, OperationKind, OperationStanding, Stage, State};
use domain::{MerchantId, OrderId, Payment, Yen};
use jiff::SignedDuration;
use local::admin::{Admin, AdminError, MattersCommand, Moving, PaymentCommand, PaymentOf};
use local::world::{Options, Time, World};
use outbound::acquirer::{Kind, Totals};
use std::time::Duration;
use store::Which;
use system_tests::{
    Card, ClerkCalls, Outage, START, ShopRequest, Shopper, acquirer, acquirer_calls, administer, administer_as,
    audit_log, cards, change_merchant, fresh, fresh_with, matters, options, payment, raise, refile_payment, totals,
};

use OperationKind::{Adjust, Cancel, Capture as Take, Refund};

const DAY_S: u64 = 86_400;

/// A world in which merchant 4000 captures later, and has a copy of every mail.
async fn holding() -> World {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| {
        merchant.capture = Capture::Later;
        merchant.mail.shop_copy = Some("owner@shop.example".to_owned());
    })
    .await;
    world
}

async fn pay(world: &World, order: &str, yen: u32) -> Payment {
    pay_by(world, order, yen, &Card::of(cards::VISA)).await
}

async fn pay_by(world: &World, order: &str, yen: u32, card: &Card) -> Payment {
    let mut shopper = Shopper::new(world);
    shopper.open(&ShopRequest::new("4000", yen, order)).await;
    shopper.pay(&card.clone().with_mail("buyer@example.jp")).await;
    assert!(shopper.page().is_hand_over(), "{}", shopper.page().text);
    world.settle().await.unwrap();
    stored(world, order).await
}

async fn stored(world: &World, order: &str) -> Payment {
    payment(world, "4000", order).await.unwrap()
}

fn tried(operated: Operated) -> Payment {
    match operated {
        Operated::Tried(payment) => *payment,
        other => panic!("not tried: {other:?}"),
    }
}

fn standing(operated: Operated) -> OperationStanding {
    match operated {
        Operated::Stands(standing, _) => standing,
        other => panic!("tried: {other:?}"),
    }
}

fn end_of(payment: &Payment) -> &'static str {
    match payment.operation().map(|record| &record.stage) {
        None => "none",
        Some(Stage::Ended { end: End::Done, .. }) => "done",
        Some(Stage::Ended { end: End::Refused(_), .. }) => "refused",
        Some(Stage::Ended { end: End::NotSupported, .. }) => "not supported",
        Some(Stage::Ended { end: End::GivenUp, .. }) => "given up",
        Some(Stage::Running(_) | Stage::Unknown(_) | Stage::Withdrawing(_)) => "pending",
    }
}

/// Our books say what the acquirer's say.
async fn assert_same_books(world: &World, payment: &Payment) -> Totals {
    let theirs = totals(world, payment).await;
    let authorized = payment.authorized().map_or(0, |yen| u64::from(yen.get()));
    let captured = payment.captured().map_or(0, |captured| u64::from(captured.get()));
    assert_eq!(theirs.captured, captured, "{:?}", payment.state);
    assert_eq!(theirs.refunded, u64::from(payment.refunded()), "{:?}", payment.state);
    assert_eq!(theirs.standing, u32::from(payment.state.is_paid()), "{:?}", payment.state);
    assert_eq!(theirs.authorized, authorized, "{:?}", payment.state);
    theirs
}

/// Subjects of the mails to an address, in order.
fn subjects(world: &World, to: &str) -> Vec<String> {
    let mails = world.mailbox().unwrap().into_iter();
    mails.filter(|mail| mail.to.iter().any(|address| address == to)).map(|mail| mail.subject).collect()
}

#[tokio::test]
async fn what_is_held_is_captured_whole_or_in_part() {
    let world = holding().await;
    let clerk = ClerkCalls::new(&world, "clerk");
    for (order, amount) in [("1", 3_000), ("2", 1_200)] {
        pay(&world, order, 3_000).await;
        let captured = tried(clerk.does(order, Take, amount).await);
        assert_eq!(captured.captured().unwrap().get(), amount);
        assert_eq!(assert_same_books(&world, &captured).await.captured, u64::from(amount));
        assert_eq!(captured.operation().unwrap().by.as_str(), "clerk");
        let nothing = OperationStanding::Impossible(Impossible::NothingHeld);
        assert_eq!(standing(clerk.does(order, Take, amount).await), nothing);
        assert_eq!(standing(clerk.does(order, Cancel, amount).await), nothing);
        assert_eq!(standing(clerk.does(order, Adjust, 100).await), nothing);
    }
    world.settle().await.unwrap();
    assert_eq!(subjects(&world, "buyer@example.jp").len(), 2, "a capture is no news to who has paid");
}

#[tokio::test]
async fn a_cancelled_order_is_told_and_never_paid_again() {
    let world = holding().await;
    pay(&world, "1", 3_000).await;
    let clerk = ClerkCalls::new(&world, "clerk");
    let whole = clerk.does("1", Cancel, 2_999).await;
    assert!(matches!(standing(whole), OperationStanding::Impossible(Impossible::NotTheWhole { .. })));
    let cancelled = tried(clerk.does("1", Cancel, 3_000).await);
    assert!(matches!(cancelled.state, State::Cancelled { .. }), "{:?}", cancelled.state);
    assert_eq!(assert_same_books(&world, &cancelled).await, Totals::default());
    world.settle().await.unwrap();
    assert!(subjects(&world, "buyer@example.jp")[1].contains("取り消し"), "{:?}", subjects(&world, "buyer@example.jp"));
    assert!(subjects(&world, "owner@shop.example")[1].contains("取消"));
    let mut shopper = Shopper::new(&world);
    let page = shopper.open(&ShopRequest::new("4000", 3_000, "1")).await;
    assert!(page.text.contains("取り消されました") && !page.is_payment_form(), "{}", page.text);
    world.advance(Duration::from_secs(300)).await.unwrap();
    assert_eq!(stored(&world, "1").await, cancelled, "it stays");
}

#[tokio::test]
async fn another_amount_is_held_and_then_captured() {
    let world = holding().await;
    pay(&world, "1", 3_000).await;
    let clerk = ClerkCalls::new(&world, "clerk");
    let more = tried(clerk.does("1", Adjust, 3_500).await);
    assert_eq!(assert_same_books(&world, &more).await.authorized, 3_500);
    assert_eq!(more.amount.get(), 3_000, "what was ordered stays");
    let less = tried(clerk.does("1", Adjust, 2_500).await);
    assert_same_books(&world, &less).await;
    let too_much = clerk.does("1", Take, 2_501).await;
    assert_eq!(standing(too_much), OperationStanding::Impossible(Impossible::TooMuch { most: 2_500 }));
    let captured = tried(clerk.does("1", Take, 2_500).await);
    assert_eq!(assert_same_books(&world, &captured).await.captured, 2_500);
}

#[tokio::test]
async fn money_is_given_back_in_part_and_whole_and_the_payer_hears_of_each() {
    let world = fresh().await;
    pay(&world, "1", 3_000).await;
    let clerk = ClerkCalls::new(&world, "clerk");
    for (amount, left) in [(1_000, 2_000), (500, 1_500), (1_500, 0)] {
        let refunded = tried(clerk.does("1", Refund, amount).await);
        assert_eq!(refunded.refundable(), left);
        assert_same_books(&world, &refunded).await;
        world.settle().await.unwrap();
    }
    let told = subjects(&world, "buyer@example.jp");
    let refunds: Vec<bool> =
        ["1,000円", "500円", "1,500円"].iter().zip(&told[1..]).map(|(a, s)| s.contains(a)).collect();
    assert_eq!((told.len(), refunds), (4, vec![true; 3]), "{told:?}");
    let nothing_left = clerk.does("1", Refund, 1).await;
    assert_eq!(standing(nothing_left), OperationStanding::Impossible(Impossible::TooMuch { most: 0 }));
}

#[tokio::test]
async fn the_same_form_sent_twice_is_one_operation_and_an_older_form_none() {
    let world = fresh().await;
    pay(&world, "1", 3_000).await;
    let clerk = ClerkCalls::new(&world, "clerk");
    let (form, older) = (clerk.form("1").await, clerk.form("1").await);
    tried(clerk.send(&form, Refund, 500).await.unwrap().unwrap());
    let Operated::Stands(standing, again) = clerk.send(&form, Refund, 500).await.unwrap().unwrap() else { panic!() };
    assert_eq!(standing, OperationStanding::SameSubmit);
    assert_eq!(again.operation_from(form.nonce).unwrap().end(), Some(&End::Done));
    let Operated::Stands(standing, _) = clerk.send(&older, Refund, 500).await.unwrap().unwrap() else { panic!() };
    assert_eq!(standing, OperationStanding::Stale);
    assert_eq!(totals(&world, &again).await.refunded, 500);
}

#[tokio::test]
async fn of_two_clerks_at_once_one_wins_and_the_other_is_told() {
    for kinds in [[Refund, Refund], [Refund, Take], [Cancel, Take], [Take, Take], [Adjust, Cancel]] {
        let world = holding().await;
        let paid = pay(&world, "1", 3_000).await;
        if kinds[0] == Refund {
            tried(ClerkCalls::new(&world, "before").does("1", Take, 3_000).await);
        }
        let (one, other) = (ClerkCalls::new(&world, "one"), ClerkCalls::new(&world, "other"));
        let forms = (one.form("1").await, other.form("1").await);
        let yen = |kind| if kind == Adjust { 2_000 } else { 3_000 };
        let (first, second) =
            tokio::join!(one.send(&forms.0, kinds[0], yen(kinds[0])), other.send(&forms.1, kinds[1], yen(kinds[1])));
        let results = [first.unwrap().unwrap(), second.unwrap().unwrap()];
        let won = results.iter().filter(|result| matches!(result, Operated::Tried(_))).count();
        assert_eq!(won, 1, "{kinds:?}: {results:?}");
        let stored = stored(&world, "1").await;
        assert_eq!(stored.last_n, paid.last_n + 1 + u32::from(kinds[0] == Refund), "{kinds:?}");
        assert_same_books(&world, &stored).await;
    }
}

/// What goes wrong by the amount's last three digits, and how it must end.
const ENDS: [(u32, &str); 6] =
    [(921, "done"), (922, "given up"), (923, "done"), (924, "given up"), (925, "refused"), (926, "done")];

#[tokio::test]
async fn an_unknown_operation_is_asked_about_and_ends_as_it_happened() {
    for (digits, end) in ENDS {
        for kind in [Take, Cancel, Adjust, Refund] {
            let world = holding().await;
            let yen = 2_000 + digits;
            pay(&world, "1", if matches!(kind, Cancel | Take) { yen } else { 5_000 }).await;
            let clerk = ClerkCalls::new(&world, "clerk");
            if kind == Refund {
                tried(clerk.does("1", Take, 5_000).await);
            }
            let before = stored(&world, "1").await;
            let after = tried(clerk.does("1", kind, yen).await);
            let at_once = if digits == 925 { "refused" } else { "pending" };
            assert_eq!(end_of(&after), at_once, "{kind:?} {yen}");
            if at_once == "pending" {
                assert_eq!(standing(clerk.does("1", kind, 100).await), OperationStanding::Running, "{kind:?} {yen}");
            }
            world.advance(Duration::from_secs(2 * DAY_S)).await.unwrap();
            let settled = stored(&world, "1").await;
            assert_eq!(end_of(&settled), end, "{kind:?} {yen}: {:?}", settled.state);
            assert_same_books(&world, &settled).await;
            if end != "done" {
                assert_eq!((settled.held(), settled.captured()), (before.held(), before.captured()), "{kind:?} {yen}");
                assert_eq!(settled.refunded(), before.refunded());
            }
        }
    }
}

#[tokio::test]
async fn the_acquirer_is_asked_again_at_the_press_of_a_button() {
    let world = fresh().await;
    pay(&world, "1", 5_000).await;
    let clerk = ClerkCalls::new(&world, "clerk");
    assert_eq!(end_of(&tried(clerk.does("1", Refund, 2_921).await)), "pending");
    let found = clerk.asks("1").await.unwrap().unwrap().unwrap();
    assert_eq!((end_of(&found), found.refunded()), ("done", 2_921));
    assert_eq!(clerk.asks("1").await.unwrap().unwrap().unwrap(), found, "what is known is not asked");
    assert_eq!(clerk.asks("nothing").await.unwrap().unwrap(), None);
    world.settle().await.unwrap();
    assert!(subjects(&world, "buyer@example.jp")[1].contains("2,921円"));
}

#[tokio::test]
async fn after_a_day_without_an_answer_a_person_has_a_row_until_the_acquirer_answers() {
    let world = fresh().await;
    let outage = Outage::prepare(&world);
    pay(&world, "1", 5_000).await;
    let clerk = ClerkCalls::new(&world, "clerk");
    tried(clerk.does("1", Refund, 2_921).await);
    outage.begin();
    world.advance(Duration::from_secs(20 * 3_600)).await.unwrap();
    assert_eq!(matters(&world, Some("4000"), Which::All).await, []);
    world.advance(Duration::from_secs(5 * 3_600)).await.unwrap();
    let open = matters(&world, Some("4000"), Which::Open).await;
    let [Matter { kind: MatterKind::OperationUnknown { operation: Refund }, .. }] = &*open else { panic!("{open:?}") };
    let listed = administer(&world, Admin::Matters(MattersCommand::List)).await;
    assert!(listed[0].contains("operation_unknown") && listed[0].contains("refund"), "{listed:?}");
    outage.end();
    world.advance(Duration::from_secs(2 * 3_600)).await.unwrap();
    assert_eq!(end_of(&stored(&world, "1").await), "done");
    assert_eq!(matters(&world, Some("4000"), Which::Open).await, [], "it is over by itself");
    let all = matters(&world, Some("4000"), Which::All).await;
    assert_eq!(all[0].settled.as_ref().unwrap().by.as_str(), "kessai");
}

#[tokio::test]
async fn what_is_not_captured_is_warned_of_and_lapses() {
    let world = holding().await;
    let paid = pay(&world, "1", 3_000).await;
    pay(&world, "2", 3_000).await;
    world.advance(Duration::from_secs(53 * DAY_S - 3_600)).await.unwrap();
    assert_eq!(matters(&world, Some("4000"), Which::All).await, []);
    world.advance(Duration::from_secs(2 * 3_600)).await.unwrap();
    let open = matters(&world, Some("4000"), Which::Open).await;
    assert_eq!(open.iter().map(|matter| matter.kind.name()).collect::<Vec<_>>(), ["lapses_soon"; 2]);
    let warnings = subjects(&world, "owner@shop.example").into_iter().filter(|subject| subject.contains("期限"));
    assert_eq!(warnings.count(), 2);
    assert_eq!(subjects(&world, "buyer@example.jp").len(), 2, "the payer is not bothered with it");

    let captured = tried(ClerkCalls::new(&world, "clerk").does("2", Take, 3_000).await);
    assert_same_books(&world, &captured).await;
    assert_eq!(matters(&world, Some("4000"), Which::Open).await.len(), 1, "the captured one's row is closed");

    world.advance(Duration::from_secs(8 * DAY_S)).await.unwrap();
    let lapsed = stored(&world, "1").await;
    assert!(matches!(lapsed.state, State::Lapsed { .. }), "{:?}", lapsed.state);
    assert_eq!(assert_same_books(&world, &paid_or(&lapsed, &paid)).await, Totals::default());
    assert_eq!(matters(&world, Some("4000"), Which::Open).await, []);
    let late = ClerkCalls::new(&world, "clerk").does("1", Take, 3_000).await;
    assert_eq!(standing(late), OperationStanding::Impossible(Impossible::NothingHeld));
}

/// Order 1, held by the acquirer for longer than our payment says, in a world where the time goes on while something is done.
async fn held_past_its_time() -> (World, Payment) {
    let world = fresh_with(Options { time: Time::Ticking(START.parse().unwrap()), ..options() }).await;
    change_merchant(&world, "4000", |merchant| merchant.capture = Capture::Later).await;
    let paid = pay(&world, "1", 3_000).await;
    let over = world.now() + SignedDuration::from_hours(1);
    let mut held = Payment { version: paid.version + 1, ..paid };
    let State::Authorized { approval, .. } = &mut held.state else { panic!("{:?}", held.state) };
    approval.valid_until = Some(over);
    refile_payment(&world, &held, over).await;
    (world, held)
}

#[tokio::test]
async fn what_the_acquirer_holds_past_its_time_is_let_go_of_once() {
    let (world, held) = held_past_its_time().await;
    world.advance(Duration::from_secs(2 * DAY_S)).await.unwrap();
    let let_go = stored(&world, "1").await;
    assert!(matches!(let_go.state, State::Cancelled { .. }), "{:?}", let_go.state);
    assert_eq!(totals(&world, &held).await.standing, 0);
    assert_eq!(acquirer_calls(&world, Kind::Void).await.len(), 1);
}

#[tokio::test]
async fn what_was_taken_at_the_acquirers_console_is_never_let_go_of() {
    let (world, held) = held_past_its_time().await;
    let (own, original) = (held.reference(77), held.reference(1));
    acquirer(&world).capture(&own, &original, Yen::new(3_000).unwrap(), Duration::from_secs(20)).await;
    world.advance(Duration::from_secs(4 * DAY_S)).await.unwrap();
    assert_eq!(totals(&world, &held).await.captured, 3_000);
    assert_eq!(acquirer_calls(&world, Kind::Void).await.len(), 0);
    let open = matters(&world, Some("4000"), Which::Open).await;
    assert!(
        open.iter().any(|matter| matches!(matter.kind, MatterKind::Difference(Difference::Sums { .. }))),
        "{open:?}"
    );
}

/// The lapsed payment has the same references as the paid one.
fn paid_or(lapsed: &Payment, paid: &Payment) -> Payment {
    assert_eq!(lapsed.reference(1), paid.reference(1));
    lapsed.clone()
}

#[tokio::test]
async fn the_operator_does_the_same_from_a_terminal_and_the_merchant_sees_who_it_was() {
    let world = holding().await;
    pay(&world, "1", 3_000).await;
    let of = || PaymentOf { merchant: "4000".to_owned(), order: "1".to_owned() };
    let moved = |moving| Admin::Payment(PaymentCommand::Move(moving));
    let said = async |moving| administer_as(&world, Some("yui"), moved(moving)).await.unwrap().join("\n");
    let adjusted = said(Moving::Adjust { of: of(), amount: "2500".to_owned() }).await;
    assert!(adjusted.contains("held=2500") && adjusted.contains("operation_stands=done"), "{adjusted}");
    assert!(adjusted.contains("operation_by=yui"), "{adjusted}");
    let captured = said(Moving::Capture { of: of(), amount: None }).await;
    assert!(captured.contains("state=captured") && captured.contains("captured=2500"), "{captured}");
    let refunded = said(Moving::Refund { of: of(), amount: Some("500".to_owned()) }).await;
    assert!(refunded.contains("refunded=500"), "{refunded}");
    assert!(said(Moving::Cancel { of: of() }).await.contains("nothing"), "there is nothing to let go of");
    let asked = said(Moving::Ask { of: of() }).await;
    assert!(asked.contains("operation=refund 500"), "{asked}");
    let mut log = audit_log(&world, "4000").await;
    log.reverse();
    let yui = Actor::Operator("yui".to_owned());
    assert!(log.iter().all(|entry| entry.by == yui), "{log:?}");
    let order = || OrderId::new("1").unwrap();
    let pair = |operation, yen, came| {
        let amount = Yen::new(yen).unwrap();
        [
            Action::OperationAsked { order: order(), operation, amount },
            Action::OperationEnded { order: order(), operation, amount, came },
        ]
    };
    let expected = [
        pair(OperationName::Adjust, 2_500, Came::Done),
        pair(OperationName::Capture, 2_500, Came::Done),
        pair(OperationName::Refund, 500, Came::Done),
        pair(OperationName::Cancel, 2_500, Came::NotTried),
    ];
    let expected = expected.into_iter().flatten().chain([Action::AcquirerAsked { order: order() }]);
    assert_eq!(log.into_iter().map(|entry| entry.action).collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}

#[tokio::test]
async fn nobody_moves_money_at_a_terminal_without_a_name() {
    let world = fresh().await;
    pay(&world, "1", 3_000).await;
    let of = || PaymentOf { merchant: "4000".to_owned(), order: "1".to_owned() };
    // Our own jobs stand in a payment under a name that no person has.
    for (operator, named) in [(None, false), (Some(""), false), (Some("kessai"), true), (Some("Yui Sato"), true)] {
        for moving in [Moving::Refund { of: of(), amount: None }, Moving::Ask { of: of() }] {
            let refused = administer_as(&world, operator, Admin::Payment(PaymentCommand::Move(moving))).await;
            let refused = refused.unwrap_err();
            assert_eq!(matches!(refused, AdminError::NoOperator), !named, "{operator:?}: {refused}");
            assert_eq!(matches!(refused, AdminError::Actor(_)), named, "{operator:?}: {refused}");
        }
    }
    assert_eq!(stored(&world, "1").await.refunded(), 0);
    assert_eq!(acquirer_calls(&world, Kind::Refund).await.len(), 0);
    assert_eq!(audit_log(&world, "4000").await, []);
}

#[tokio::test]
async fn a_matter_is_closed_at_a_terminal_once_and_noted() {
    let world = fresh().await;
    let matter = Matter {
        merchant: Some(MerchantId::new("4000").unwrap()),
        since: world.now(),
        kind: MatterKind::Unknown,
        order: Some(OrderId::new("1").unwrap()),
        reference: None,
        batch: None,
        endpoint: None,
        settled: None,
    };
    raise(&world, &matter).await;
    let close = || MattersCommand::Close { merchant: "4000".to_owned(), matter: matter.id().to_string() };
    let closing = |operator| administer_as(&world, operator, Admin::Matters(close()));
    assert!(matches!(closing(None).await, Err(AdminError::NoOperator)));
    assert_eq!(matters(&world, Some("4000"), Which::Open).await.len(), 1);
    for operator in ["yui", "ken"] {
        let said = closing(Some(operator)).await.unwrap().join("\n");
        assert!(said.contains("closed by yui"), "as it was closed first: {said}");
    }
    assert_eq!(matters(&world, Some("4000"), Which::Open).await, []);
    let [entry] = &audit_log(&world, "4000").await[..] else { panic!("one entry") };
    assert_eq!(entry.by, Actor::Operator("yui".to_owned()));
    assert_eq!(entry.action, Action::MatterSettled { matter: matter.id(), order: matter.order });
}
