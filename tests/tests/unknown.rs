//! Outcomes that nobody knows: how each fault of the acquirer ends, and what shopper, shop and operator see meanwhile.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test's helpers may stop at the first surprise"
)]

use domain::payment::{Failure, Open, State};
use domain::{Clock, Payment};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Context, LambdaEvent};
use local::cloud::{Fault, When};
use local::world::World;
use outbound::acquirer::Kind;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use system_tests::{
    Card, Log, Outage, ShopRequest, Shopper, Submit, acquirer_calls, approvals, cards, config_of, fresh, payment,
    spoil_payment, totals,
};
use tracing_subscriber::filter::LevelFilter;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

fn visa() -> Card {
    Card::of(cards::VISA)
}

async fn stored(world: &World) -> Payment {
    payment(world, "4000", "1").await.unwrap()
}

/// A shopper who has just paid this amount of order 1.
async fn after_paying(world: &World, amount: u32) -> Shopper {
    let mut shopper = Shopper::new(world);
    shopper.open(&ShopRequest::new("4000", amount, "1")).await;
    shopper.pay(&visa()).await;
    shopper
}

/// What a shopper may see while the payment is being checked.
fn is_being_checked(shopper: &Shopper) {
    let page = shopper.page();
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.is_waiting() && !page.is_payment_form() && !page.is_hand_over(), "{}", page.text);
    for part in ["お支払いの結果を確認しています", "もう一度支払わないでください", "メールでもお知らせします"]
    {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
}

/// What each amount ends as (the table of the acquirer's faults).
struct Ending {
    amount: u32,
    within: Duration,
    paid: bool,
    reason: Option<Failure>,
    alarms: &'static [&'static str],
}

#[tokio::test]
async fn every_fault_of_the_acquirer_ends_as_its_table_says() {
    let paid = |amount| Ending { amount, within: 3 * MINUTE, paid: true, reason: None, alarms: &[] };
    let failed =
        |amount, reason, alarms| Ending { amount, within: 6 * MINUTE, paid: false, reason: Some(reason), alarms };
    for ending in [
        paid(1_901),
        failed(1_902, Failure::NotFound, &[]),
        paid(1_903),
        failed(1_904, Failure::NotFound, &[]),
        failed(1_905, Failure::AmountMismatch, &["the acquirer approved another amount; it is being reversed"]),
        paid(1_906),
        failed(1_907, Failure::NotFound, &[]),
        Ending { within: 15 * MINUTE, ..failed(1_909, Failure::NotFound, &[]) },
        Ending {
            within: 15 * MINUTE,
            ..failed(1_910, Failure::NotFound, &["an approval came after its reversal; it is being voided"])
        },
    ] {
        Box::pin(ends_as(&ending)).await;
    }
}

async fn ends_as(ending: &Ending) {
    let amount = ending.amount;
    let (log, _guard) = Log::capture(LevelFilter::INFO);
    let world = fresh().await;
    let mut shopper = after_paying(&world, amount).await;
    is_being_checked(&shopper);
    assert!(matches!(stored(&world).await.state, State::Unknown(_)), "{amount}: {:?}", stored(&world).await.state);

    world.advance(ending.within / 2).await.unwrap();
    shopper.refresh().await;
    world.advance(ending.within / 2).await.unwrap();

    let payment = stored(&world).await;
    let totals = totals(&world, &payment).await;
    match (&payment.state, ending.reason) {
        (State::Captured { .. }, None) => {
            assert_eq!((totals.standing, totals.captured), (1, u64::from(amount)), "{amount}");
        }
        (State::Failed { reason, .. }, Some(expected)) => {
            assert_eq!((*reason, totals.standing, totals.captured), (expected, 0, 0), "{amount}");
        }
        (other, _) => panic!("{amount} ended as {other:?}"),
    }
    shopper.refresh().await;
    assert_eq!(shopper.hand_over().value("result"), if ending.paid { "0" } else { "1" }, "{amount}");
    let mails = world.mailbox().unwrap();
    assert_eq!(mails.len(), 1, "{amount}: one mail says how it ended");
    let subject = if ending.paid { "お支払い完了" } else { "お支払いは成立しませんでした" };
    assert!(mails[0].subject.contains(subject), "{amount}: {}", mails[0].subject);
    assert_eq!(log.alarms(), ending.alarms, "{amount}");

    // and it stays so
    world.advance(3 * HOUR).await.unwrap();
    assert_eq!(stored(&world).await, payment, "{amount}");
    assert_eq!(self::totals(&world, &payment).await, totals, "{amount}");
    assert_eq!(world.mailbox().unwrap().len(), 1, "{amount}");
    assert!(approvals(&world).await <= 1, "{amount}: nobody asks for the same money twice");
}

#[tokio::test]
async fn two_declines_and_then_an_approval_is_captured_on_the_third_attempt() {
    let world = fresh().await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_908, "1")).await;
    for attempt in 1..=3 {
        let page = shopper.pay(&visa()).await;
        assert_eq!(page.is_hand_over(), attempt == 3, "{}", page.text);
    }
    assert_eq!(shopper.hand_over().value("result"), "0");
    let payment = stored(&world).await;
    assert!(matches!(payment.state, State::Captured { n: 3, .. }), "{:?}", payment.state);
    assert_eq!(totals(&world, &payment).await.captured, 1_908);
}

#[tokio::test]
async fn while_it_is_being_checked_nothing_can_start_another_attempt() {
    let world = fresh().await;
    let mut old_tab = Shopper::new(&world);
    old_tab.open(&ShopRequest::new("4000", 1_901, "1")).await;
    let give_up = Submit::of(old_tab.form("/pay/cancel"));
    let mut shopper = after_paying(&world, 1_901).await;
    let before = stored(&world).await;

    old_tab.pay(&Card::of(cards::MASTERCARD)).await;
    is_being_checked(&old_tab);
    old_tab.submit(&give_up).await;
    is_being_checked(&old_tab);
    let mut visitor = Shopper::new(&world);
    visitor.open(&ShopRequest::new("4000", 1_901, "1")).await;
    is_being_checked(&visitor);
    let page = visitor.open(&ShopRequest::new("4000", 5, "1")).await;
    assert_eq!(page.status, StatusCode::CONFLICT);

    assert_eq!(stored(&world).await, before);
    assert_eq!(acquirer_calls(&world, Kind::Authorize).await.len(), 1);
    world.advance(3 * MINUTE).await.unwrap();
    shopper.refresh().await;
    assert_eq!(shopper.hand_over().value("result"), "0");
    visitor.open(&ShopRequest::new("4000", 1_901, "1")).await;
    assert!(visitor.page().text.contains("お支払い済み"), "{}", visitor.page().text);
}

#[tokio::test]
async fn after_a_doubt_that_came_to_nothing_the_order_can_be_paid_again() {
    let world = fresh().await;
    after_paying(&world, 1_902).await;
    world.advance(6 * MINUTE).await.unwrap();
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_950, "1")).await;
    shopper.pay(&visa()).await;
    assert_eq!(shopper.hand_over().value("result"), "0");
    world.settle().await.unwrap();
    let subjects: Vec<_> = world.mailbox().unwrap().into_iter().map(|mail| mail.subject).collect();
    assert!(subjects[0].contains("成立しませんでした") && subjects[1].contains("お支払い完了"), "{subjects:?}");
    let payment = stored(&world).await;
    assert_eq!(totals(&world, &payment).await.captured, 1_950);
}

#[tokio::test]
async fn one_payment_that_cant_be_read_holds_up_no_other() {
    let (log, _guard) = Log::capture(LevelFilter::INFO);
    let world = fresh().await;
    for order in ["1", "2", "3", "4"] {
        let mut shopper = Shopper::new(&world);
        shopper.open(&ShopRequest::new("4000", 1_901, order)).await;
        shopper.pay(&visa()).await;
        is_being_checked(&shopper);
    }
    spoil_payment(&world, &stored(&world).await).await;
    world.advance(3 * MINUTE).await.unwrap();
    for order in ["2", "3", "4"] {
        let state = payment(&world, "4000", order).await.unwrap().state;
        assert!(matches!(state, State::Captured { .. }), "{order}: {state:?}");
    }
    let told = log.alarms();
    assert!(told.iter().any(|alarm| alarm.contains("can't be read")), "{told:?}");
    world.advance(10 * MINUTE).await.unwrap();
    assert_eq!(log.alarms(), told, "nobody is called every minute");
}

#[tokio::test]
async fn a_payment_that_can_be_read_again_is_found_out() {
    let world = fresh().await;
    after_paying(&world, 1_901).await;
    let unknown = stored(&world).await;
    let stands = spoil_payment(&world, &unknown).await;
    world.advance(30 * MINUTE).await.unwrap();
    stands.put_back(&world).await;
    world.advance(2 * HOUR).await.unwrap();
    assert!(matches!(stored(&world).await.state, State::Captured { .. }), "{:?}", stored(&world).await.state);
}

#[tokio::test]
async fn after_a_long_stop_each_round_ends_in_its_time_and_goes_on_where_the_one_before_ended() {
    const ROUND: SignedDuration = SignedDuration::from_secs(55);
    let world = fresh().await;
    world.run_schedules().await.unwrap();
    after_paying(&world, 1_901).await;
    let begun = world.now();
    let now_ms = Arc::new(AtomicI64::new((begun + SignedDuration::from_hours(10)).as_millisecond()));
    let ticking = Arc::clone(&now_ms);
    // a look at an empty shard takes 20 ms here
    let clock = Clock::new(move || Timestamp::from_millisecond(ticking.fetch_add(20, Ordering::SeqCst)).unwrap());
    let deps = reconcile::Deps::new(&config_of(&world, "Reconcile"), clock).unwrap();
    for round in 1..=20 {
        let deadline = Timestamp::from_millisecond(now_ms.load(Ordering::SeqCst)).unwrap() + ROUND;
        let mut context = Context::default();
        context.deadline = u64::try_from(deadline.as_millisecond()).unwrap();
        reconcile::handler(&deps, LambdaEvent::new(serde_json::json!({}), context)).await.unwrap();
        assert!(now_ms.load(Ordering::SeqCst) < deadline.as_millisecond(), "round {round} is cut off");
        if stored(&world).await.state.is_paid() {
            assert!(round > 1, "ten hours are more than one round");
            return;
        }
    }
    panic!("nobody asked: {:?}", stored(&world).await.state);
}

#[tokio::test]
async fn the_waiting_page_stays_open_as_long_as_it_waits() {
    let world = fresh().await;
    let outage = Outage::prepare(&world);
    outage.begin();
    let mut shopper = after_paying(&world, 1_000).await;
    for _ in 0..6 {
        world.advance(20 * MINUTE).await.unwrap();
        shopper.refresh().await;
        is_being_checked(&shopper);
    }
    outage.end();
    world.advance(10 * MINUTE).await.unwrap();
    shopper.refresh().await;
    assert_eq!(shopper.hand_over().value("result"), "1");
}

#[tokio::test]
async fn the_waiting_page_speaks_english_too() {
    let world = fresh().await;
    let mut shopper = Shopper::new(&world).speaking("en");
    shopper.open(&ShopRequest::new("4000", 1_901, "1")).await;
    let page = shopper.pay(&visa()).await;
    assert!(page.is_waiting() && page.lang() == "en");
    assert!(page.text.contains("Please do not pay for this order again"), "{}", page.text);
    world.advance(3 * MINUTE).await.unwrap();
    assert!(world.mailbox().unwrap()[0].subject.contains("Payment complete"));
}

#[tokio::test]
async fn a_declined_order_that_nobody_tries_again_fails_after_half_an_hour_without_a_word() {
    let world = fresh().await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
    shopper.pay(&Card::of(cards::DECLINED)).await;
    world.advance(29 * MINUTE).await.unwrap();
    assert!(matches!(stored(&world).await.state, State::Declined { .. }));
    world.advance(4 * MINUTE).await.unwrap();
    assert!(matches!(stored(&world).await.state, State::Failed { reason: Failure::Quiet, .. }));
    assert_eq!(world.mailbox().unwrap(), []);
    assert_eq!(acquirer_calls(&world, Kind::Inquire).await, [], "the acquirer is not asked about what it has answered");
    let page = shopper.pay(&visa()).await;
    assert!(!page.is_payment_form(), "the form from before is closed: {}", page.text);
    assert_eq!(approvals(&world).await, 0);
}

#[tokio::test]
async fn a_function_that_was_killed_is_found_when_its_lease_has_run_out() {
    for (fault, paid) in [(Fault::DropAfter, true), (Fault::DropBefore, false)] {
        let world = fresh().await;
        let mut shopper = Shopper::new(&world);
        shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
        let operation = "POST /test-acquirer/v1/authorize".to_owned();
        world.faults().plan(When::Nth { caller: Some("Authorize".to_owned()), operation, nth: 0 }, fault);
        assert_eq!(shopper.pay(&visa()).await.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(world.faults().pending(), 0, "the fault was met");
        shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
        assert!(shopper.page().is_waiting());
        assert!(matches!(stored(&world).await.state, State::Authorizing { .. }));
        world.advance(6 * MINUTE).await.unwrap();
        let payment = stored(&world).await;
        assert_eq!(payment.state.is_paid(), paid, "{fault:?}: {:?}", payment.state);
        assert_eq!(totals(&world, &payment).await.standing, u32::from(paid));
        assert_eq!(world.mailbox().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn after_a_day_without_an_answer_a_person_is_called_and_the_acquirer_is_still_asked() {
    let (log, _guard) = Log::capture(LevelFilter::INFO);
    let world = fresh().await;
    let outage = Outage::prepare(&world);
    let mut shopper = after_paying(&world, 1_901).await;
    outage.begin();

    world.advance(23 * HOUR).await.unwrap();
    assert!(matches!(stored(&world).await.state, State::Unknown(_)));
    assert_eq!(log.alarms(), [""; 0]);
    world.advance(2 * HOUR).await.unwrap();
    let State::NeedsPerson(Open::Unknown(doubt)) = stored(&world).await.state else {
        panic!("{:?}", stored(&world).await.state)
    };
    assert!(doubt.asks > 200, "every five minutes: {}", doubt.asks);
    world.advance(5 * HOUR).await.unwrap();
    let State::NeedsPerson(Open::Unknown(later)) = stored(&world).await.state else { panic!() };
    let hourly = later.asks - doubt.asks;
    assert!((4..=5).contains(&hourly), "still asked every hour: {hourly}");
    assert_eq!(log.alarms(), ["a day of asking gave no answer"], "one alarm");
    let longest = log.records().iter().filter_map(|record| record["unknown_for_s"].as_i64()).max();
    assert!(longest.unwrap() > SignedDuration::from_hours(28).as_secs(), "{longest:?}");
    assert_eq!(world.mailbox().unwrap(), [], "nothing is told that nobody knows");
    shopper.open(&ShopRequest::new("4000", 1_901, "1")).await;
    is_being_checked(&shopper);

    outage.end();
    world.advance(70 * MINUTE).await.unwrap();
    let payment = stored(&world).await;
    assert!(payment.state.is_paid(), "{:?}", payment.state);
    assert_eq!(totals(&world, &payment).await.captured, 1_901);
    assert_eq!(world.mailbox().unwrap().len(), 1);
}

#[tokio::test]
async fn when_the_acquirer_answers_again_everything_is_asked_about_at_once() {
    let world = fresh().await;
    let outage = Outage::prepare(&world);
    outage.begin();
    let orders: Vec<String> = (1..=20).map(|order| order.to_string()).collect();
    for order in &orders {
        let mut shopper = Shopper::new(&world);
        shopper.open(&ShopRequest::new("4000", 1_000, order)).await;
        shopper.pay(&visa()).await;
        is_being_checked(&shopper);
        world.advance(Duration::from_secs(7)).await.unwrap();
    }
    world.advance(30 * MINUTE).await.unwrap();
    outage.end();
    let mut minutes = 0;
    let settled = loop {
        world.advance(MINUTE).await.unwrap();
        minutes += 1;
        let mut settled = 0;
        for order in &orders {
            settled += usize::from(payment(&world, "4000", order).await.unwrap().state.is_settled());
        }
        if settled > 0 {
            break settled;
        }
        assert!(minutes < 8, "nobody asked for {minutes} minutes");
    };
    assert_eq!(settled, orders.len(), "the first answer brings all the others");
}
