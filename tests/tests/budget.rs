//! What a payment may cost: write units, calls, item sizes. The counts are the promise; a change here is a decision.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    clippy::float_arithmetic,
    reason = "a test's helpers may stop at the first surprise; capacity units come in halves"
)]

use aws_sdk_dynamodb::types::AttributeValue;
use local::cloud::Caller;
use local::world::World;
use std::collections::HashMap;
use std::time::Duration;
use system_tests::{Card, ShopRequest, Shopper, Submit, cards, change_merchant, fresh};

fn visa() -> Card {
    Card::of(cards::VISA)
}

fn declined() -> Card {
    Card::of(cards::DECLINED)
}

/// Write units so far.
fn written(world: &World) -> f64 {
    world.usage().dynamodb.write_units
}

/// A world in which every function has begun to work: its caches hold what they hold in steady state.
async fn warm() -> World {
    let world = fresh().await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1, "99999")).await;
    shopper.pay(&visa()).await;
    assert!(shopper.page().is_hand_over());
    world.settle().await.unwrap();
    world
}

#[tokio::test]
async fn showing_the_page_and_refusing_write_nothing() {
    let world = fresh().await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
    shopper.pay(&visa().with_code("1")).await;
    shopper.open(&ShopRequest::new("4000", 0, "1")).await;
    shopper.get("/l/demo").await;
    shopper.get("/l/open").await;
    shopper.get("/return/x").await;
    assert!(written(&world).abs() < f64::EPSILON, "{:?}", world.usage().dynamodb);
}

#[tokio::test]
async fn a_payment_writes_three_units_whatever_way_it_came() {
    let world = warm().await;
    for (place, merchant) in ["4000", "2400", "9320", "7000"].into_iter().enumerate() {
        let before = written(&world);
        let request = ShopRequest::new(merchant, 1_000, &place.to_string());
        let request = if merchant == "7000" { request.signed(world.now()) } else { request };
        let mut shopper = Shopper::new(&world);
        shopper.open(&request).await;
        shopper.pay(&visa()).await;
        assert!(shopper.page().is_hand_over());
        shopper.refresh().await;
        world.settle().await.unwrap();
        assert!((written(&world) - before - 3.0).abs() < f64::EPSILON, "{merchant}: {:?}", world.usage().dynamodb);
    }
    let before = written(&world);
    let mut shopper = Shopper::new(&world);
    shopper.get("/l/demo").await;
    shopper.pay(&visa()).await;
    assert!((written(&world) - before - 3.0).abs() < f64::EPSILON);
}

#[tokio::test]
async fn a_further_attempt_writes_two_units_and_two_more_where_the_index_moves() {
    let world = warm().await;
    let mut shopper = Shopper::new(&world);
    let mut before = written(&world);
    let mut spent = || {
        let now = written(&world);
        let spent = now - before;
        before = now;
        spent
    };
    shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
    shopper.pay(&declined()).await;
    let first = spent();
    shopper.pay(&declined()).await;
    let second = spent();
    world.advance(Duration::from_secs(120)).await.unwrap();
    let meanwhile = spent();
    shopper.pay(&visa()).await;
    let third = spent();
    assert_eq!([first, second, third].map(|units| units.to_string()), ["3", "2", "4"]);
    // reconcile looks at the lease's end, files the order for half an hour later (1 + 2) and keeps its cursor
    assert!(meanwhile <= 3.0 + 2.0 * 3.0, "{meanwhile}");
}

#[tokio::test]
async fn a_repeated_submit_costs_at_most_its_refused_write() {
    let world = warm().await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
    let form = shopper.filled(&visa());
    shopper.submit(&form).await;
    let before = written(&world);
    shopper.submit(&form).await;
    assert!(written(&world) - before <= 1.0);
}

#[tokio::test]
async fn giving_up_before_any_card_writes_its_record_and_its_index() {
    let world = warm().await;
    let mut shopper = Shopper::new(&world);
    let before = written(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
    shopper.give_up().await;
    assert!(written(&world) - before <= 2.0, "{}", written(&world) - before);
}

#[tokio::test]
async fn a_payment_makes_these_calls_and_no_others() {
    let world = warm().await;
    let kms = world.usage().kms.calls;
    let mut shopper = Shopper::new(&world);
    world.faults().restart();
    shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
    shopper.pay(&visa()).await;
    let on_the_page = calls(&world);
    world.faults().restart();
    world.settle().await.unwrap();
    let afterwards = calls(&world);
    assert_eq!(
        on_the_page,
        [
            "PaymentPage GetItem",
            "Authorize PutItem",
            "Authorize POST /test-acquirer/v1/authorize",
            "Authorize UpdateItem",
            "ReturnDispatch GetItem",
        ]
    );
    // two messages: the shopper's, and the shop's copy, which this merchant doesn't want
    assert_eq!(
        afterwards,
        [
            "OutboxRelay SendMessageBatch",
            "CompletionMail GetItem",
            "CompletionMail GetItem",
            "CompletionMail SendEmail",
            "CompletionMail GetItem",
            "CompletionMail GetItem",
        ]
    );
    assert_eq!(world.usage().kms.calls, kms, "no key is asked for in steady state");
}

/// `Authorize PutItem`, … since the record was started; the test acquirer's own calls are its own.
fn calls(world: &World) -> Vec<String> {
    let calls = world.faults().calls().into_iter().filter(|call| call.caller != "TestAcquirer");
    calls.map(|call| format!("{} {}", call.caller, call.operation)).collect()
}

#[tokio::test]
async fn many_payments_ask_for_no_key_scan_no_table_and_need_no_transaction() {
    let world = warm().await;
    change_merchant(&world, "4000", |merchant| merchant.mail.shop_copy = Some("owner@shop.example".to_owned())).await;
    let kms = world.usage().kms.calls;
    for order in 0..20 {
        let mut shopper = Shopper::new(&world);
        shopper.open(&ShopRequest::new("4000", 1_000 + order, &order.to_string())).await;
        shopper.pay(&if order % 3 == 0 { declined() } else { visa() }).await;
        world.advance(Duration::from_secs(40)).await.unwrap();
    }
    let mut unknown = Shopper::new(&world);
    unknown.open(&ShopRequest::new("4000", 1_902, "u")).await;
    unknown.open(&ShopRequest::new("4000", 1_902, "777")).await;
    unknown.pay(&visa()).await;
    world.advance(Duration::from_secs(3_600)).await.unwrap();
    assert_eq!(world.usage().kms.calls, kms);
    let calls = world.usage().dynamodb.calls;
    let allowed = ["BatchGetItem", "GetItem", "PutItem", "Query", "UpdateItem"];
    assert!(calls.keys().all(|operation| allowed.contains(&operation.as_str())), "{calls:?}");
}

#[tokio::test]
async fn an_item_stays_small_even_with_every_field_at_its_full_length() {
    for (share, most) in [(2, 1_024), (1, 2_048)] {
        let world = fresh().await;
        let wide = "漢".repeat(64 / share);
        let mail = format!("{}@example.com", "m".repeat(128 / share - 12));
        let order = "8".repeat(18 / share);
        let request = ShopRequest::new("4000", 9_999_999, &order)
            .with("name", &wide)
            .with("free1", &wide)
            .with("free2", &wide)
            .with("free3", &wide)
            .with("mail", &mail)
            .with("card_tel", &"0-".repeat(16 / share))
            .with("mobile", "1")
            .with("return", "3")
            .of_user(&"u".repeat(30 / share), world.now());
        let mut shopper = Shopper::new(&world);
        shopper.open_by_post(&request).await;
        let card = Card { holder: "A".repeat(45 / share), ..visa().with_mail(&mail) };
        let declining = Card { number: cards::NO_FUNDS.to_owned(), ..card.clone() };
        shopper.pay(&declining).await;
        assert!(shopper.page().is_payment_form(), "{}", shopper.page().text);
        let in_between = size_of(&world, "4000", &order).await;
        shopper.pay(&card).await;
        assert!(shopper.page().is_hand_over(), "{}", shopper.page().text);
        let at_the_end = size_of(&world, "4000", &order).await;
        println!("every field at 1/{share} of its length: {in_between} bytes declined, {at_the_end} bytes captured");
        assert!(in_between.max(at_the_end) <= most, "{in_between} and {at_the_end} of {most} bytes");
    }
}

#[tokio::test]
async fn an_item_in_doubt_stays_small_too() {
    let world = fresh().await;
    let wide = "漢".repeat(64);
    let mail = format!("{}@example.com", "m".repeat(116));
    let request = ShopRequest::new("4000", 1_910, "888888888888888888");
    let request =
        ["name", "free1", "free2", "free3"].into_iter().fold(request, |request, name| request.with(name, &wide));
    let mut shopper = Shopper::new(&world);
    shopper.open_by_post(&request.with("mail", &mail)).await;
    let typed = Card { holder: "A".repeat(45), ..visa().with_mail(&mail) };
    let submit: Submit = shopper.filled(&typed);
    shopper.submit(&submit).await;
    for _ in 0..6 {
        world.advance(Duration::from_secs(60)).await.unwrap();
        let size = size_of(&world, "4000", "888888888888888888").await;
        assert!(size <= 2_048, "{size}");
    }
}

/// The size of a payment's item, as DynamoDB counts it ("DynamoDB item sizes and formats").
async fn size_of(world: &World, merchant: &str, order: &str) -> usize {
    let sdk = world.cloud().sdk_config(Caller::Operator);
    let functions = &world.template().functions;
    let table = functions.iter().find_map(|function| function.environment.get("TABLE")).unwrap();
    let client = aws_sdk_dynamodb::Client::new(&sdk);
    let items = client.scan().table_name(table).send().await.unwrap().items.unwrap_or_default();
    let pk = |item: &HashMap<String, AttributeValue>| item["pk"].as_s().unwrap().clone();
    let mine = items.into_iter().filter(|item| pk(item).contains(merchant) && pk(item).ends_with(order));
    let sizes: Vec<usize> =
        mine.map(|item| item.iter().map(|(name, value)| name.len() + bytes_of(value)).sum()).collect();
    let [size] = sizes[..] else { panic!("{} items of order {order}", sizes.len()) };
    size
}

fn bytes_of(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::Bool(_) | AttributeValue::Null(_) => 1,
        AttributeValue::L(list) => 3 + list.iter().map(|value| 1 + bytes_of(value)).sum::<usize>(),
        AttributeValue::M(map) => 3 + map.iter().map(|(name, value)| 1 + name.len() + bytes_of(value)).sum::<usize>(),
        other => panic!("{other:?}"),
    }
}
