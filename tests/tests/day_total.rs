//! The operator's bound on what a merchant takes in a day (authorize, console-charge): a payment that does not fit is refused before the acquirer is asked.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::float_arithmetic,
    clippy::arithmetic_side_effects,
    reason = "a test's helpers may stop at the first surprise; capacity units come in halves"
)]

use std::time::Duration;

use http::StatusCode;
use local::{
    admin::{Admin, GivenRole, MerchantCommand, OperatorCommand},
    cloud::{Fault, When},
    world::World,
};
use outbound::acquirer::Kind;
use system_tests::{
    Card, ShopRequest, Shopper, acquirer_calls, administer_as, cards, change_merchant, fresh, merchant, staff,
};

/// Sets the bound as the operator does, and waits until it is seen everywhere.
async fn bound(world: &World, value: &str) {
    let settings = vec![format!("day_total={value}")];
    let command =
        Admin::Merchant(MerchantCommand::Operator(OperatorCommand::Floor { id: "4000".to_owned(), settings }));
    administer_as(world, Some("sato"), command).await.unwrap();
    world.advance(Duration::from_secs(31)).await.unwrap();
}

async fn pays(world: &World, order: &str, yen: u32) -> Shopper {
    let mut shopper = Shopper::new(world);
    shopper.open(&ShopRequest::new("4000", yen, order)).await;
    shopper.pay(&Card::of(cards::VISA)).await;
    shopper
}

async fn asked(world: &World) -> usize {
    acquirer_calls(world, Kind::Authorize).await.len()
}

#[tokio::test]
async fn what_does_not_fit_into_the_day_is_refused_and_the_next_day_has_room_again() {
    let world = fresh().await;
    bound(&world, "5000").await;
    assert_eq!(merchant(&world, "4000").await.floors.day_total.unwrap().get(), 5_000);
    assert!(pays(&world, "1", 3_000).await.page().is_hand_over());
    let before = asked(&world).await;
    let refused = pays(&world, "2", 2_001).await;
    assert_eq!(refused.page().status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.page().code(), "day_limit");
    assert!(refused.page().heading().contains("本日は"), "{}", refused.page().text);
    assert_eq!(asked(&world).await, before, "the acquirer is not asked");
    assert!(system_tests::payment(&world, "4000", "2").await.is_none(), "nothing is written");
    world.advance(Duration::from_secs(60)).await.unwrap();
    assert_eq!(pays(&world, "2", 2_001).await.page().code(), "day_limit", "also by the sum as it is read anew");
    assert!(pays(&world, "2", 2_000).await.page().is_hand_over(), "what fits is taken");
    world.advance(Duration::from_secs(86_400)).await.unwrap();
    assert!(pays(&world, "3", 5_000).await.page().is_hand_over(), "another day");
    bound(&world, "any").await;
    assert!(pays(&world, "4", 9_000).await.page().is_hand_over());
}

#[tokio::test]
async fn a_form_that_was_sent_before_is_answered_as_it_stands() {
    let world = fresh().await;
    bound(&world, "3000").await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 3_000, "1")).await;
    let form = shopper.filled(&Card::of(cards::VISA));
    shopper.submit(&form).await;
    assert!(shopper.page().is_hand_over());
    shopper.submit(&form).await;
    assert!(shopper.page().is_hand_over(), "{}", shopper.page().text);
}

#[tokio::test]
async fn an_operator_at_the_console_is_told_why() {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| merchant.floors.card_entry = true).await;
    bound(&world, "1000").await;
    let mut clerk = staff(&world, "clerk@example.jp", GivenRole::Operator).await;
    clerk.get("/console/charge?by=card").await;
    let order = clerk.form("/console/charge").clone().with("amount", "1001");
    clerk.submit(&order).await;
    let card = Card::of(cards::VISA);
    let form = clerk.form("/console/charge").clone().with("card_number", &card.number);
    let form = form.with("card_expiry", &card.expiry).with("card_code", &card.code).with("card_name", &card.holder);
    clerk.submit(&form).await;
    assert_eq!(clerk.page().status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(clerk.page().heading(), "本日の上限に達するため、請求できません");
    assert_eq!(asked(&world).await, 0);
}

#[tokio::test]
async fn without_a_bound_nothing_is_read_and_a_sum_that_does_not_answer_stops_no_payment() {
    let world = fresh().await;
    let read = |world: &World| world.usage().dynamodb.by_function.get("Authorize").map_or(0.0, |of| of.read_units);
    let mut units = Vec::new();
    for order in ["1", "2", "3"] {
        let before = read(&world);
        pays(&world, order, 1_000).await;
        units.push(read(&world) - before);
    }
    bound(&world, "1000000").await;
    pays(&world, "4", 1_000).await;
    let before = read(&world);
    pays(&world, "5", 1_000).await;
    assert!((read(&world) - before - units[2]).abs() < f64::EPSILON, "a sum that is fresh is not read again");
    world.advance(Duration::from_secs(15)).await.unwrap();
    let caller = Some("Authorize".to_owned());
    world.faults().restart();
    world.faults().plan(When::Nth { caller, operation: "Query".to_owned(), nth: 0 }, Fault::FailBefore);
    assert!(pays(&world, "6", 1_000).await.page().is_hand_over());
    assert!((units[1] - units[2]).abs() < f64::EPSILON, "{units:?}");
}
