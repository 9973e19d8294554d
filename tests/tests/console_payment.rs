//! Capture, cancellation, change of amount, refund and asking again in the console (console-payment): the amount in words first, then once.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test's helpers may stop at the first surprise"
)]

use std::time::Duration;

use domain::{
    Payment,
    merchant::{Capture, Status},
    payment::{End, State},
};
use http::StatusCode;
use local::{
    admin::{Admin, CardCommand, CardOf, GivenRole, MerchantCommand, OperatorCommand},
    cloud::{Fault, When},
    world::World,
};
use outbound::acquirer::{Kind, Outcome};
use system_tests::{
    Card, Clerk, Form, Page, ShopRequest, Shopper, Submit, acquirer_calls, administer, administer_as, cards,
    change_merchant, fresh, kept_card, merchant, payment, smuggle_payment, staff, totals,
};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// A world in which merchant 4000 captures later.
async fn holding() -> World {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| merchant.capture = Capture::Later).await;
    world
}

/// Order 1 of merchant 4000, paid.
async fn paid(world: &World, amount: u32) {
    paid_with(world, amount, cards::VISA).await;
}

async fn paid_with(world: &World, amount: u32, number: &str) {
    let mut shopper = Shopper::new(world);
    shopper.open(&ShopRequest::new("4000", amount, "1")).await;
    shopper.pay(&Card::of(number)).await;
    assert_eq!(shopper.hand_over().value("result"), "0");
}

fn address(act: &str) -> String {
    format!("/console/payments/1/{act}")
}

/// The confirmation of an act.
async fn confirmation(clerk: &mut Clerk, act: &str, yen: Option<u32>) -> Form {
    let query = yen.map(|yen| format!("?yen={yen}")).unwrap_or_default();
    clerk.get(&format!("{}{query}", address(act))).await;
    confirmed(clerk.page(), act)
}

fn confirmed(page: &Page, act: &str) -> Form {
    let forms = page.forms.iter().filter(|form| form.action == address(act));
    let form = forms.into_iter().find(|form| form.value("confirmed").is_some());
    form.unwrap_or_else(|| panic!("no confirmation of {act} ({}): {}", page.status, page.text)).clone()
}

async fn stored(world: &World) -> Payment {
    payment(world, "4000", "1").await.unwrap()
}

async fn calls(world: &World, kind: Kind) -> usize {
    acquirer_calls(world, kind).await.len()
}

/// The acquirer's books agree with ours.
async fn agrees(world: &World) {
    let payment = stored(world).await;
    let books = totals(world, &payment).await;
    let captured = payment.captured().map_or(0, |yen| u64::from(yen.get()));
    let authorized = payment.authorized().map_or(0, |yen| u64::from(yen.get()));
    let ours = (authorized, captured, u64::from(payment.refunded()));
    assert_eq!((books.authorized, books.captured, books.refunded), ours);
}

fn is_done(page: &Page, act: &str) {
    assert_eq!(page.address, format!("/console/transactions/1?done={act}"), "{}", page.text);
}

#[tokio::test]
async fn the_amount_is_said_in_words_before_anything_is_done() {
    let world = holding().await;
    paid(&world, 2_000).await;
    let mut clerk = Clerk::owner(&world).await;
    for (act, yen, sentence, button) in [
        ("capture", None, "2,000円の売上を確定します。元に戻せません。", "2,000円を確定する"),
        ("capture", Some(1_500), "1,500円の売上を確定します。元に戻せません。", "1,500円を確定する"),
        ("cancel", None, "2,000円の与信を取り消します。元に戻せません。", "2,000円の与信を取り消す"),
        ("amount", Some(1_800), "与信の金額を1,800円に変更します。", "1,800円に変更する"),
    ] {
        confirmation(&mut clerk, act, yen).await;
        for part in [sentence, button] {
            assert!(clerk.page().text.contains(part), "{act}: {part}: {}", clerk.page().text);
        }
    }
    // 2026-11-21 and six months; the test acquirer's own validity may end before.
    let page = clerk.get(&address("capture")).await;
    assert!(page.text.contains("確定できる最終日"), "{}", page.text);
    let last = stored(&world).await.capturable_until().unwrap().saturating_sub(jiff::SignedDuration::from_millis(1));
    assert!(page.text.contains(&words::date(domain::Lang::Ja, last.unwrap())), "{}", page.text);
    let page = clerk.get(&format!("{}?yen=1500", address("capture"))).await;
    assert!(page.text.contains("残りの500円は請求されず"), "{}", page.text);
    let page = clerk.get(&address("amount")).await;
    assert!(page.forms.iter().all(|form| form.value("confirmed").is_none()), "an amount has to be chosen first");
    assert!(page.form(&address("amount")).is_some());
    for kind in [Kind::Capture, Kind::Void, Kind::Adjust, Kind::Refund] {
        assert_eq!(calls(&world, kind).await, 0, "looking does nothing");
    }
}

#[tokio::test]
async fn captured_changed_refunded_in_parts_and_wholly() {
    let world = holding().await;
    paid(&world, 2_000).await;
    let mut clerk = Clerk::owner(&world).await;
    let form = confirmation(&mut clerk, "amount", Some(1_800)).await;
    is_done(clerk.submit(&form).await, "amount");
    agrees(&world).await;
    let form = confirmation(&mut clerk, "capture", None).await;
    assert!(clerk.page().text.contains("1,800円を確定する"), "what is held now");
    is_done(clerk.submit(&form).await, "capture");
    agrees(&world).await;
    let form = confirmation(&mut clerk, "refund", Some(500)).await;
    assert!(clerk.page().text.contains("500円を返金します。元に戻せません。"), "{}", clerk.page().text);
    is_done(clerk.submit(&form).await, "refund");
    let form = confirmation(&mut clerk, "refund", None).await;
    for part in ["1,300円を返金する", "返金済みの金額 500円", "返金できる残りの金額 1,300円"] {
        assert!(clerk.page().text.contains(part), "{part}: {}", clerk.page().text);
    }
    is_done(clerk.submit(&form).await, "refund");
    agrees(&world).await;
    assert_eq!(stored(&world).await.refunded(), 1_800);
    let page = clerk.get(&address("refund")).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.text.contains("全額が返金済み"), "{}", page.text);
    clerk.get("/console/audit").await;
    for part in
        ["金額変更（1,800円）を指示", "売上確定（1,800円）: 完了", "返金（500円）: 完了", "返金（1,300円）: 完了"]
    {
        assert!(clerk.page().text.contains(part), "{part}: {}", clerk.page().text);
    }
}

#[tokio::test]
async fn a_cancelled_order_is_let_go_for_good() {
    let world = holding().await;
    paid(&world, 2_000).await;
    let mut clerk = Clerk::owner(&world).await;
    let form = confirmation(&mut clerk, "cancel", None).await;
    is_done(clerk.submit(&form).await, "cancel");
    assert!(matches!(stored(&world).await.state, State::Cancelled { .. }));
    assert_eq!(totals(&world, &stored(&world).await).await.standing, 0);
    for act in ["capture", "cancel", "amount", "refund"] {
        let page = clerk.get(&address(act)).await;
        assert_eq!((page.status, page.heading()), (StatusCode::CONFLICT, "この操作はできません"), "{act}");
    }
}

#[tokio::test]
async fn what_can_not_be_is_refused_with_its_reason() {
    let world = fresh().await;
    paid(&world, 2_000).await;
    let mut clerk = Clerk::owner(&world).await;
    for act in ["capture", "cancel", "amount"] {
        let page = clerk.get(&address(act)).await;
        assert_eq!(page.status, StatusCode::CONFLICT, "{act}");
        assert!(page.text.contains("確定前の与信がありません"), "{}", page.text);
    }
    for yen in ["0", "2001", "-1", "abc", ""] {
        let page = clerk.get(&format!("{}?yen={yen}", address("refund"))).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{yen}");
        assert!(page.text.contains("1円から2,000円まで"), "{yen}: {}", page.text);
        assert!(page.forms.iter().all(|form| form.value("confirmed").is_none()), "{yen}");
    }
    for nothing in ["/console/payments/2/refund", "/console/payments/1/burn", "/console/payments/a%20b/refund"] {
        assert_eq!(clerk.get(nothing).await.status, StatusCode::NOT_FOUND, "{nothing}");
    }
    let form = confirmation(&mut clerk, "refund", None).await;
    for (name, value) in [("confirmed", ""), ("confirmed", "AAAA"), ("token", "")] {
        assert_eq!(clerk.submit(&form.clone().with(name, value)).await.status, StatusCode::FORBIDDEN, "{name}");
    }
    let elsewhere = Form { action: address("capture"), ..form };
    assert_eq!(clerk.submit(&elsewhere).await.status, StatusCode::FORBIDDEN, "a form for a refund captures nothing");
    assert_eq!(calls(&world, Kind::Refund).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_form_from_four_clients_is_one_refund() {
    let world = fresh().await;
    paid(&world, 5_000).await;
    let mut clerk = Clerk::owner(&world).await;
    for round in 1..=3 {
        let form = confirmation(&mut clerk, "refund", Some(1_000)).await;
        let [mut a, mut b, mut c, mut d] = std::array::from_fn(|_| clerk.clone());
        tokio::join!(a.submit(&form), b.submit(&form), c.submit(&form), d.submit(&form));
        for client in [&mut a, &mut b, &mut c, &mut d] {
            let address = client.page().address.clone();
            assert!(
                ["/console/transactions/1?done=refund", "/console/payments/1/outcome"].contains(&address.as_str()),
                "{address}: {}",
                client.page().text
            );
        }
        is_done(clerk.submit(&form).await, "refund");
        assert_eq!(calls(&world, Kind::Refund).await, round);
        assert_eq!(stored(&world).await.refunded(), u32::try_from(round).unwrap() * 1_000);
    }
    agrees(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_operators_at_once_one_wins_and_the_other_sees_who() {
    let world = holding().await;
    paid(&world, 2_000).await;
    let mut owner = Clerk::owner(&world).await;
    let mut operator = staff(&world, "operator@example.jp", GivenRole::Operator).await;
    let capture = confirmation(&mut owner, "capture", None).await;
    let cancel = confirmation(&mut operator, "cancel", None).await;
    tokio::join!(owner.submit(&capture), operator.submit(&cancel));
    let done = |clerk: &Clerk| clerk.page().address.contains("?done=");
    assert_eq!([done(&owner), done(&operator)].iter().filter(|done| **done).count(), 1);
    let loser = if done(&owner) { &operator } else { &owner };
    let page = loser.page();
    assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text);
    assert!(page.text.contains("今回の操作は行われていません"), "{}", page.text);
    let winner = if done(&owner) { "売上の確定 2,000円" } else { "与信の取消 2,000円" };
    assert!(page.text.contains(winner), "{winner}: {}", page.text);
    assert_eq!(calls(&world, Kind::Capture).await + calls(&world, Kind::Void).await, 1);
    agrees_or_let_go(&world).await;
}

async fn agrees_or_let_go(world: &World) {
    let payment = stored(world).await;
    if payment.state.is_let_go() {
        assert_eq!(totals(world, &payment).await.standing, 0);
    } else {
        agrees(world).await;
    }
}

#[tokio::test]
async fn a_form_older_than_what_happened_does_nothing_and_says_what_happened() {
    let world = fresh().await;
    paid(&world, 2_000).await;
    let mut owner = Clerk::owner(&world).await;
    let mut operator = staff(&world, "operator@example.jp", GivenRole::Operator).await;
    let old = confirmation(&mut owner, "refund", Some(2_000)).await;
    let first = confirmation(&mut operator, "refund", Some(300)).await;
    is_done(operator.submit(&first).await, "refund");
    let page = owner.submit(&old).await;
    assert_eq!((page.status, page.heading()), (StatusCode::CONFLICT, "画面を開いた後に、ほかの処理がありました"));
    for part in ["返金 300円", "Hanako"] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    assert_eq!((calls(&world, Kind::Refund).await, stored(&world).await.refunded()), (1, 300));
}

#[tokio::test]
async fn an_unknown_outcome_is_asked_about_and_never_done_again() {
    for (yen, done) in [(1_921, true), (1_922, false), (1_923, true)] {
        let world = fresh().await;
        paid(&world, 5_000).await;
        let mut clerk = Clerk::owner(&world).await;
        let form = confirmation(&mut clerk, "refund", Some(yen)).await;
        let page = clerk.submit(&form).await;
        assert_eq!((page.address.as_str(), page.heading()), ("/console/payments/1/outcome", "結果を確認しています"));
        assert!(page.is_waiting());
        assert_eq!(clerk.submit(&form).await.heading(), "結果を確認しています", "{yen}");
        // Nothing else can be begun meanwhile.
        let page = clerk.get(&address("refund")).await;
        assert_eq!(page.heading(), "ほかの処理が行われています");
        assert!(page.forms.iter().all(|form| form.value("confirmed").is_none()));
        assert_eq!(acquirer_calls(&world, Kind::Refund).await.len(), usize::from(done), "{yen}");
        // Now the operator has the acquirer asked.
        let ask = clerk.form(&address("ask")).clone();
        let page = clerk.submit(&ask).await;
        assert_eq!(page.address, "/console/payments/1/outcome");
        let page = page.clone();
        if done {
            assert_eq!(page.heading(), "完了しました", "{yen}: {}", page.text);
        } else {
            assert_eq!(
                page.heading(),
                "結果を確認しています",
                "{yen}: not found is no answer before the lease is over"
            );
            for _ in 0..8 {
                world.advance(MINUTE).await.unwrap();
            }
            assert_eq!(clerk.get(&address("outcome")).await.heading(), "処理は行われませんでした");
        }
        let payment = stored(&world).await;
        assert_eq!(payment.refunded(), if done { yen } else { 0 }, "{yen}");
        assert!(payment.pending().is_none());
        agrees(&world).await;
        clerk.get("/console/audit").await;
        for part in ["結果を確認中です", "決済会社に問い合わせました"] {
            assert!(clerk.page().text.contains(part), "{part}: {}", clerk.page().text);
        }
    }
}

#[tokio::test]
async fn a_refusal_of_the_acquirer_moves_nothing_and_says_what_to_do() {
    let world = fresh().await;
    paid(&world, 5_000).await;
    let mut clerk = Clerk::owner(&world).await;
    let form = confirmation(&mut clerk, "refund", Some(1_925)).await;
    let page = clerk.submit(&form).await;
    assert_eq!(page.heading(), "決済会社が承認しませんでした");
    for part in ["金額は動いていません", "次にすること"] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    let payment = stored(&world).await;
    assert!(matches!(payment.operation().unwrap().end(), Some(End::Refused(_))));
    agrees(&world).await;
    let form = confirmation(&mut clerk, "refund", Some(100)).await;
    is_done(clerk.submit(&form).await, "refund");
}

#[tokio::test]
async fn a_dispute_blocks_a_refund_with_the_reason() {
    let world = fresh().await;
    paid_with(&world, 2_000, "4000000000000259").await;
    let mut clerk = Clerk::owner(&world).await;
    let old = confirmation(&mut clerk, "refund", None).await;
    let disputed = stored(&world).await.dispute(world.now()).unwrap();
    smuggle_payment(&world, &disputed).await;
    for page in [clerk.get(&address("refund")).await.clone(), clerk.submit(&old).await.clone()] {
        assert_eq!(page.status, StatusCode::CONFLICT);
        assert!(page.text.contains("異議を申し立てているため"), "{}", page.text);
    }
    assert_eq!(calls(&world, Kind::Refund).await, 0);
}

#[tokio::test]
async fn a_large_refund_needs_a_fresh_code_and_small_ones_add_up() {
    let world = fresh().await;
    paid(&world, 300_000).await;
    let mut clerk = Clerk::owner(&world).await;
    let form = confirmation(&mut clerk, "refund", Some(60_000)).await;
    assert_eq!(form.value("totp"), None, "up to 100,000 yen none is asked for");
    is_done(clerk.submit(&form).await, "refund");
    let form = confirmation(&mut clerk, "refund", Some(60_000)).await;
    assert!(clerk.page().text.contains("返金の合計が100,000円を超えるため"), "{}", clerk.page().text);
    let page = clerk.submit(&form.clone().with("totp", "000000")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text);
    assert!(page.text.contains("認証コードが違うか"), "{}", page.text);
    assert_eq!(calls(&world, Kind::Refund).await, 1);
    let code = clerk.code().await;
    let form = confirmation(&mut clerk, "refund", Some(60_000)).await.with("totp", &code);
    is_done(clerk.submit(&form).await, "refund");
    is_done(clerk.submit(&form).await, "refund");
    assert_eq!((calls(&world, Kind::Refund).await, stored(&world).await.refunded()), (2, 120_000));

    // The limit is the owner's, and whoever finds a browser open can't lift it.
    let settings = "/console/settings/payment";
    clerk.get(settings).await;
    let lifted = clerk.form(settings).clone().with("refund_confirm_over", "9999999").pressed("act", "save");
    assert_eq!(clerk.submit(&lifted).await.status, StatusCode::UNPROCESSABLE_ENTITY, "no code");
    assert_eq!(merchant(&world, "4000").await.refund_confirm_over.get(), 100_000);
    let code = clerk.code().await;
    clerk.submit(&lifted.with("totp", &code)).await;
    assert!(clerk.page().address.ends_with("?done=saved"), "{}", clerk.page().text);
    world.advance(MINUTE).await.unwrap();
    let form = confirmation(&mut clerk, "refund", None).await;
    assert_eq!(form.value("totp"), None);
    is_done(clerk.submit(&form).await, "refund");
}

#[tokio::test]
async fn the_time_to_capture_ends() {
    let world = holding().await;
    paid(&world, 2_000).await;
    let mut clerk = Clerk::owner(&world).await;
    confirmation(&mut clerk, "capture", None).await;
    let end = stored(&world).await.capturable_until().unwrap();
    let days = (end.as_second() - world.now().as_second()) / 86_400 + 2;
    for _ in 0..days {
        world.advance(DAY).await.unwrap();
    }
    let mut clerk = Clerk::owner(&world).await; // the session is over, too
    let page = clerk.get(&address("capture")).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text);
    assert_eq!(calls(&world, Kind::Capture).await, 0);
}

#[tokio::test]
async fn a_suspended_merchant_gives_money_back_and_takes_none() {
    let world = holding().await;
    paid(&world, 2_000).await;
    let mut clerk = Clerk::owner(&world).await;
    let capture = confirmation(&mut clerk, "capture", None).await;
    change_merchant(&world, "4000", |merchant| merchant.status = Status::Suspended).await;
    world.advance(MINUTE).await.unwrap();
    assert_eq!(clerk.submit(&capture).await.status, StatusCode::FORBIDDEN);
    for act in ["capture", "amount"] {
        assert_eq!(clerk.get(&address(act)).await.status, StatusCode::FORBIDDEN, "{act}");
    }
    let form = confirmation(&mut clerk, "cancel", None).await;
    is_done(clerk.submit(&form).await, "cancel");
    assert_eq!((calls(&world, Kind::Capture).await, calls(&world, Kind::Void).await), (0, 1));
}

#[tokio::test]
async fn suspended_a_merchant_is_closed_at_every_interface_and_still_refunds_and_asks() {
    const CHARGE: &str = "/console/charge";
    let world = fresh().await;
    let with_buyer = |order: &str, user: &str| ShopRequest::new("4000", 5_000, order).of_user(user, world.now());
    let mut buyer = Shopper::new(&world);
    buyer.open(&with_buyer("1", "member")).await;
    buyer.pay(&Card::of(cards::VISA).to_be_kept()).await;
    assert_eq!(buyer.hand_over().value("result"), "0");
    let mut clerk = Clerk::owner(&world).await;
    let unknown = confirmation(&mut clerk, "refund", Some(1_921)).await;
    assert_eq!(clerk.submit(&unknown).await.heading(), "結果を確認しています");
    let ask = clerk.form(&address("ask")).clone();
    // Whatever was begun before must not be finished after either.
    let mut halfway = Shopper::new(&world);
    halfway.open(&with_buyer("2", "other")).await;
    let mut by_link = Shopper::new(&world);
    assert!(by_link.get("/l/demo").await.is_payment_form());
    let mut with_kept = Shopper::new(&world);
    assert!(with_kept.open(&with_buyer("3", "member")).await.offers_kept_card());
    let mut at_the_card = Shopper::new(&world);
    at_the_card.get(&card_address(&world, "member").await).await;
    let form = at_the_card.page().form_by_id("card").expect("a form for another card").clone();
    let replace = filled(form, &Card::of(cards::JCB)).ticked("keep_card");
    clerk.get(&format!("{CHARGE}?by=card")).await;
    let order = clerk.form(CHARGE).clone().with("amount", "2000").with("mail", "caller@example.jp");
    clerk.submit(&order).await;
    let charge = filled(clerk.form(CHARGE).clone(), &Card::of(cards::VISA));
    let authorized = acquirer_calls(&world, Kind::Authorize).await;

    let suspend = Admin::Merchant(MerchantCommand::Operator(OperatorCommand::Suspend { id: "4000".to_owned() }));
    administer_as(&world, Some("sato"), suspend).await.unwrap();
    world.advance(Duration::from_secs(31)).await.unwrap();
    for (what, page) in [
        ("a request", Shopper::new(&world).open(&with_buyer("4", "other")).await.clone()),
        ("a form", halfway.pay(&Card::of(cards::VISA).to_be_kept()).await.clone()),
        ("a link", Shopper::new(&world).get("/l/demo").await.clone()),
        ("a link's form", by_link.pay(&Card::of(cards::VISA)).await.clone()),
        ("a kept card", with_kept.pay_kept("123").await.clone()),
        ("a registration", at_the_card.submit(&Submit::of(&replace)).await.clone()),
        ("a single charge", clerk.get(CHARGE).await.clone()),
        ("a single charge's form", clerk.submit(&charge).await.clone()),
    ] {
        // A shop's request is refused as one that can't be taken.
        let status = if what == "a request" { StatusCode::BAD_REQUEST } else { StatusCode::FORBIDDEN };
        assert_eq!(page.status, status, "{what}: {}", page.text);
        assert!(["停止", "決済できません"].iter().any(|said| page.text.contains(said)), "{what}: {}", page.text);
    }
    assert_eq!(acquirer_calls(&world, Kind::Authorize).await, authorized, "nothing was charged");
    assert_eq!(kept_card(&world, "4000", "member").await.unwrap().card.last4, "4242");

    clerk.submit(&ask).await;
    assert_eq!(stored(&world).await.refunded(), 1_921, "asking goes on");
    let form = confirmation(&mut clerk, "refund", None).await;
    is_done(clerk.submit(&form).await, "refund");
    assert_eq!(stored(&world).await.refunded(), 5_000, "giving back goes on");
    agrees(&world).await;
}

/// The path of the address under which a buyer replaces a card.
async fn card_address(world: &World, user: &str) -> String {
    let of = CardOf { merchant: "4000".to_owned(), user: Some(user.to_owned()), order: None };
    let lines = administer(world, Admin::Card(CardCommand::Link(of))).await;
    lines[0][lines[0].find("/card/").expect("an address")..].to_owned()
}

fn filled(form: Form, card: &Card) -> Form {
    let form = form.with("card_number", &card.number).with("card_expiry", &card.expiry);
    form.with("card_code", &card.code).with("card_name", &card.holder)
}

#[tokio::test]
async fn where_the_acquirer_changes_no_amount_a_link_asks_for_the_difference() {
    let world = holding().await;
    paid(&world, 2_000).await;
    let mut clerk = Clerk::owner(&world).await;
    let form = confirmation(&mut clerk, "amount", Some(2_927)).await;
    let page = clerk.submit(&form).await;
    assert_eq!(
        (page.address.as_str(), page.heading()),
        ("/console/payments/1/outcome", "決済会社がこの操作に対応していません")
    );
    assert!(page.text.contains("不足する927円は、決済リンクを送って"), "{}", page.text);
    assert!(!page.is_waiting() && page.form(&address("ask")).is_none(), "there is nothing to find out");
    assert_eq!(stored(&world).await.operation().unwrap().end(), Some(&End::NotSupported));
    agrees(&world).await;

    let way = address_behind(page, "差額の決済リンクを作る");
    clerk.get(&way).await;
    let form = clerk.form("/console/links").clone();
    assert_eq!((form.value("how_much"), form.value("amount")), (Some("fixed"), Some("927")));
    clerk.submit(&form.with("item", "追加分").pressed("act", "preview")).await;
    assert!(clerk.page().text.contains("927円を支払う"), "{}", clerk.page().text);
    let make = clerk.form("/console/links").clone().pressed("act", "make");
    let made = clerk.submit(&make).await.address.clone();
    let link = made.strip_prefix("/console/links/").and_then(|rest| rest.split('?').next()).expect("a link");
    let mut shopper = Shopper::new(&world);
    shopper.get(&format!("/l/{link}")).await;
    shopper.pay(&Card::of(cards::VISA)).await;
    assert_eq!(shopper.hand_over().value("amount"), "927");

    // Less is taken by a capture of less.
    let form = confirmation(&mut clerk, "amount", Some(1_927)).await;
    let page = clerk.submit(&form).await;
    assert!(page.text.contains("売上の確定のときに1,927円を指定"), "{}", page.text);
    let way = address_behind(page, "この金額で売上を確定する");
    clerk.get(&way).await;
    assert!(clerk.page().text.contains("1,927円を確定する"), "{}", clerk.page().text);
    let form = confirmation(&mut clerk, "capture", Some(1_900)).await;
    is_done(clerk.submit(&form).await, "capture");
    agrees(&world).await;
}

#[tokio::test]
async fn a_lost_answer_that_there_is_no_such_operation_ends_as_given_up() {
    let world = holding().await;
    paid(&world, 2_000).await;
    let mut clerk = Clerk::owner(&world).await;
    let form = confirmation(&mut clerk, "amount", Some(2_927)).await;
    world.faults().restart();
    let operation = "POST /test-acquirer/v1/adjust".to_owned();
    let caller = Some("ConsolePayment".to_owned());
    world.faults().plan(When::Nth { caller, operation, nth: 0 }, Fault::ReplyLost);
    assert_eq!(clerk.submit(&form).await.heading(), "結果を確認しています");
    assert_eq!(world.faults().pending(), 0);
    world.faults().stop();
    for _ in 0..8 {
        world.advance(MINUTE).await.unwrap();
    }
    assert_eq!(stored(&world).await.operation().unwrap().end(), Some(&End::GivenUp));
    agrees(&world).await;
}

/// Where the link with this text leads.
fn address_behind(page: &Page, text: &str) -> String {
    let link = page.tags("a").find(|tag| tag.text.trim() == text);
    let link = link.unwrap_or_else(|| panic!("no link {text}: {}", page.text));
    link.attribute("href").expect("an address").to_owned()
}

#[tokio::test]
async fn only_operators_and_owners_and_nobody_of_another_merchant() {
    let world = fresh().await;
    paid(&world, 2_000).await;
    let mut owner = Clerk::owner(&world).await;
    let form = confirmation(&mut owner, "refund", None).await;
    let mut viewer = staff(&world, "viewer@example.jp", GivenRole::Viewer).await;
    let mut other = Clerk::owner_24(&world).await;
    for act in ["capture", "cancel", "amount", "refund", "ask", "outcome"] {
        let page = viewer.get(&address(act)).await;
        assert_eq!((page.status, page.code()), (StatusCode::FORBIDDEN, "role_too_low"), "{act}");
        let theirs = other.get(&address(act)).await.clone();
        let nobodys = other.get(&format!("/console/payments/999/{act}")).await.clone();
        assert_eq!((theirs.status, &theirs.text), (StatusCode::NOT_FOUND, &nobodys.text), "{act}");
    }
    for intruder in [&mut viewer, &mut other] {
        intruder.get("/console").await;
        let token = intruder.form("/console/logout").value("token").unwrap().to_owned();
        let page = intruder.submit(&form.clone().with("token", &token)).await;
        assert!([StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&page.status), "{}", page.text);
        assert!(!intruder.submit(&form).await.status.is_success(), "another session's token");
    }
    assert_eq!(calls(&world, Kind::Refund).await, 0);
    let mut nobody = Clerk::new(&world);
    assert!(nobody.get(&address("refund")).await.address.starts_with("/console/login"));
}

#[tokio::test]
async fn nothing_moves_where_the_log_can_not_be_written() {
    let world = fresh().await;
    paid(&world, 2_000).await;
    let mut clerk = Clerk::owner(&world).await;
    let form = confirmation(&mut clerk, "refund", None).await;
    world.faults().restart();
    for nth in 0..3 {
        let caller = Some("ConsolePayment".to_owned());
        world.faults().plan(When::Nth { caller, operation: "PutItem".to_owned(), nth }, Fault::FailBefore);
    }
    assert_eq!(clerk.submit(&form).await.status, StatusCode::SERVICE_UNAVAILABLE);
    world.faults().stop();
    assert_eq!(calls(&world, Kind::Refund).await, 0);
    is_done(clerk.submit(&form).await, "refund");
    let refunds = acquirer_calls(&world, Kind::Refund).await;
    assert_eq!(refunds.iter().filter(|entry| entry.outcome == Outcome::Approved).count(), 1);
}
