//! settlement-check: the acquirer's list of a day against ours in both directions, and the disputes on it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::large_futures,
    reason = "a test's helpers may stop at the first surprise"
)]

use charging::Operated;
use domain::attention::{Difference, Matter, MatterKind, Sums};
use domain::merchant::Capture;
use domain::payment::{Impossible, OperationKind, OperationStanding};
use domain::{OrderId, Payment, PaymentKey, Reference, Yen};
use jiff::SignedDuration;
use local::world::World;
use std::time::Duration;
use store::Which;
use system_tests::{
    Card, ClerkCalls, Log, Outage, ShopRequest, Shopper, acquirer, cards, change_merchant, housekept, matters, payment,
    smuggle_payment, spoil_payment,
};
use tracing_subscriber::filter::LevelFilter;

const DAY_S: u64 = 86_400;
const LIMIT: Duration = Duration::from_secs(20);

async fn pay(world: &World, order: &str, number: &str) -> Payment {
    let mut shopper = Shopper::new(world);
    shopper.open(&ShopRequest::new("4000", 3_000, order)).await;
    shopper.pay(&Card::of(number)).await;
    assert!(shopper.page().is_hand_over(), "{}", shopper.page().text);
    world.settle().await.unwrap();
    payment(world, "4000", order).await.unwrap()
}

/// Names under which somebody moves a payment's money past us.
fn moved(paid: &Payment) -> (Reference, Reference) {
    (paid.reference(77), paid.reference(1))
}

async fn a_day_passes(world: &World) {
    world.advance(Duration::from_secs(2 * DAY_S)).await.unwrap();
}

fn kinds(matters: &[Matter]) -> Vec<&'static str> {
    matters.iter().map(|matter| matter.kind.name()).collect()
}

#[tokio::test]
async fn days_on_which_all_is_as_it_should_be_leave_no_row() {
    let world = housekept().await;
    let clerk = ClerkCalls::new(&world, "clerk");
    pay(&world, "1", cards::VISA).await;
    pay(&world, "2", cards::VISA).await;
    clerk.does("2", OperationKind::Refund, 1_000).await;
    a_day_passes(&world).await;
    clerk.does("1", OperationKind::Refund, 3_000).await;
    a_day_passes(&world).await;
    change_merchant(&world, "4000", |merchant| merchant.capture = Capture::Later).await;
    for (order, held, taken) in [("3", 3_000, 1_200), ("4", 3_500, 3_500), ("5", 2_500, 1_000), ("6", 3_500, 3_000)] {
        pay(&world, order, cards::VISA).await;
        if held != 3_000 {
            clerk.does(order, OperationKind::Adjust, held).await;
        }
        clerk.does(order, OperationKind::Capture, taken).await;
    }
    pay(&world, "7", cards::VISA).await;
    clerk.does("7", OperationKind::Adjust, 2_000).await;
    a_day_passes(&world).await;
    clerk.does("5", OperationKind::Refund, 400).await;
    a_day_passes(&world).await;
    for whose in [Some("4000"), None] {
        assert_eq!(matters(&world, whose, Which::All).await, []);
    }
}

#[tokio::test]
async fn what_the_acquirer_moved_and_we_did_not_is_a_row() {
    let world = housekept().await;
    let paid = pay(&world, "1", cards::VISA).await;
    let (own, original) = (paid.reference(77), paid.reference(1));
    acquirer(&world).refund(&own, &original, Yen::new(500).unwrap(), LIMIT).await;
    a_day_passes(&world).await;
    let open = matters(&world, Some("4000"), Which::Open).await;
    let [Matter { kind: MatterKind::Difference(Difference::Sums { ours, theirs }), order: Some(order), .. }] = &*open
    else {
        panic!("{open:?}")
    };
    assert_eq!((order.as_str(), ours.refunded, theirs.refunded), ("1", 0, 500));
    a_day_passes(&world).await;
    assert_eq!(matters(&world, Some("4000"), Which::All).await.len(), 1, "one matter is one row");
}

#[tokio::test]
async fn what_was_held_is_compared_even_where_only_a_part_was_taken() {
    let world = housekept().await;
    change_merchant(&world, "4000", |merchant| merchant.capture = Capture::Later).await;
    let paid = pay(&world, "1", cards::VISA).await;
    let (own, original) = (paid.reference(77), paid.reference(1));
    acquirer(&world).adjust(&own, &original, Yen::new(3_500).unwrap(), LIMIT).await;
    ClerkCalls::new(&world, "clerk").does("1", OperationKind::Capture, 1_200).await;
    a_day_passes(&world).await;
    let open = matters(&world, Some("4000"), Which::Open).await;
    let [Matter { kind: MatterKind::Difference(Difference::Sums { ours, theirs }), .. }] = &*open else {
        panic!("{open:?}")
    };
    let sums = |authorized| Sums { authorized, captured: 1_200, refunded: 0 };
    assert_eq!((*ours, *theirs), (sums(3_000), sums(3_500)));
}

#[tokio::test]
async fn what_we_say_is_paid_and_the_acquirer_does_not_know_is_a_row() {
    let world = housekept().await;
    let paid = pay(&world, "1", cards::VISA).await;
    let key = PaymentKey::new(paid.key.merchant.clone(), OrderId::new("2").unwrap());
    smuggle_payment(&world, &Payment { key, version: 1, ..paid }).await;
    world.settle().await.unwrap();
    a_day_passes(&world).await;
    let open = matters(&world, Some("4000"), Which::Open).await;
    assert_eq!(kinds(&open), ["not_theirs"], "{open:?}");
    assert_eq!(open[0].order.as_ref().unwrap().as_str(), "2");
}

#[tokio::test]
async fn a_disputed_payment_is_marked_and_blocks_refunds() {
    let world = housekept().await;
    pay(&world, "1", "4000000000000259").await;
    world.advance(Duration::from_secs(5 * DAY_S)).await.unwrap();
    let disputed = payment(&world, "4000", "1").await.unwrap();
    assert!(disputed.disputed().is_some(), "{:?}", disputed.state);
    assert_eq!(kinds(&matters(&world, Some("4000"), Which::Open).await), ["disputed"]);
    let refused = ClerkCalls::new(&world, "clerk").does("1", OperationKind::Refund, 100).await;
    let Operated::Stands(OperationStanding::Impossible(why), _) = refused else { panic!("{refused:?}") };
    assert_eq!(why, Impossible::Disputed);
}

#[tokio::test]
async fn one_payment_that_cant_be_read_holds_up_neither_the_others_nor_the_next_day() {
    let world = housekept().await;
    let spoilt = pay(&world, "1", cards::VISA).await;
    let (own, original) = moved(&pay(&world, "2", cards::VISA).await);
    acquirer(&world).refund(&own, &original, Yen::new(500).unwrap(), LIMIT).await;
    spoil_payment(&world, &spoilt).await;
    let (log, _guard) = Log::capture(LevelFilter::ERROR);
    world.advance(Duration::from_secs(DAY_S)).await.unwrap();
    let (own, original) = moved(&pay(&world, "3", cards::VISA).await);
    acquirer(&world).refund(&own, &original, Yen::new(700).unwrap(), LIMIT).await;
    world.advance(Duration::from_secs(DAY_S)).await.unwrap();
    let open = matters(&world, Some("4000"), Which::Open).await;
    let orders: Vec<_> = open.iter().map(|matter| matter.order.as_ref().unwrap().as_str()).collect();
    assert_eq!(orders, ["3", "2"], "{open:?}");
    assert_eq!(matters(&world, None, Which::All).await, [], "it is ours, whatever it says");
    let told = |record: &serde_json::Value| {
        record["message"].as_str().is_some_and(|message| message.contains("can't be read"))
    };
    assert!(log.records().iter().any(told), "a person is told");
}

#[tokio::test]
async fn what_is_left_of_a_day_is_compared_when_it_can_be() {
    let world = housekept().await;
    let outage = Outage::prepare(&world);
    let (own, original) = moved(&pay(&world, "1", cards::VISA).await);
    acquirer(&world).refund(&own, &original, Yen::new(500).unwrap(), LIMIT).await;
    outage.begin();
    a_day_passes(&world).await;
    assert_eq!(matters(&world, Some("4000"), Which::All).await, [], "the acquirer gives no list");
    outage.end();
    a_day_passes(&world).await;
    assert_eq!(kinds(&matters(&world, Some("4000"), Which::Open).await), ["sums"]);
}

#[tokio::test]
async fn what_was_paid_on_the_day_after_it_was_opened_is_looked_up_too() {
    let world = housekept().await;
    let paid = pay(&world, "1", cards::VISA).await;
    let key = PaymentKey::new(paid.key.merchant.clone(), OrderId::new("2").unwrap());
    let opened_at = paid.opened_at - SignedDuration::from_hours(14); // ten in the evening before
    smuggle_payment(&world, &Payment { key, opened_at, version: 1, ..paid }).await;
    world.settle().await.unwrap();
    a_day_passes(&world).await;
    let open = matters(&world, Some("4000"), Which::Open).await;
    assert_eq!(kinds(&open), ["not_theirs"], "{open:?}");
}
