//! What a payment may cost: write units, calls, item sizes. The counts are the promise; a change here is a decision.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    clippy::float_arithmetic,
    clippy::large_futures,
    reason = "a test's helpers may stop at the first surprise; capacity units come in halves"
)]

use aws_sdk_dynamodb::types::AttributeValue;
use charging::Operated;
use domain::merchant::Capture;
use domain::payment::{End, OperationKind};
use local::cloud::Caller;
use local::world::World;
use std::time::Duration;
use system_tests::{BatchDesk, Card, Clerk, ClerkCalls, ShopRequest, Shopper, Submit, cards, change_merchant, fresh};

use OperationKind::{Adjust, Cancel, Capture as Take, Refund};

fn visa() -> Card {
    Card::of(cards::VISA)
}

fn declined() -> Card {
    Card::of(cards::DECLINED)
}

/// Write units so far, without those of the console's read model: the stream's reader and the traces of mails write nothing else.
fn written(world: &World) -> f64 {
    let usage = world.usage().dynamodb;
    let of_read_model = ["SearchIndex", "CompletionMail"];
    let apart: f64 =
        of_read_model.iter().filter_map(|name| usage.by_function.get(*name)).map(|of| of.write_units).sum();
    usage.write_units - apart
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
    let world = Box::pin(with_a_kept_card()).await;
    let before = written(&world);
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
    shopper.pay(&visa().with_code("1")).await;
    shopper.open(&ShopRequest::new("4000", 0, "1")).await;
    shopper.open(&ShopRequest::new("4000", 1_000, "2").of_user("buyer", world.now())).await;
    shopper.pay_kept("1").await;
    shopper.change_card().await;
    shopper.pay(&visa().to_be_kept().with_code("1")).await;
    for address in ["/l/demo", "/l/open", "/return/x", "/pay/challenge/x", "/card/x", "/card/result/x"] {
        shopper.get(address).await;
    }
    assert!((written(&world) - before).abs() < f64::EPSILON, "{:?}", world.usage().dynamodb);
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

/// Write units that something took.
async fn units(world: &World, doing: impl AsyncFnOnce()) -> f64 {
    let before = written(world);
    doing().await;
    written(world) - before
}

/// A merchant's buyer, whose card is kept: the month's data key is made and opened.
async fn with_a_kept_card() -> World {
    let world = warm().await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "99998").of_user("buyer", world.now())).await;
    shopper.pay(&visa().to_be_kept()).await;
    assert!(shopper.page().is_hand_over());
    world.settle().await.unwrap();
    world
}

#[tokio::test]
async fn keeping_a_card_writes_one_unit_more_and_paying_with_it_none() {
    let world = Box::pin(with_a_kept_card()).await;
    let of = async |order: &str, user: &str| {
        let mut shopper = Shopper::new(&world);
        shopper.open(&ShopRequest::new("4000", 1_000, order).of_user(user, world.now())).await;
        shopper
    };
    let first = units(&world, async || {
        of("1", "another").await.pay(&visa().to_be_kept()).await;
        world.settle().await.unwrap();
    })
    .await;
    let replaced = units(&world, async || {
        let mut shopper = of("2", "buyer").await;
        shopper.change_card().await;
        shopper.pay(&visa().to_be_kept()).await;
        assert!(shopper.page().is_hand_over());
        world.settle().await.unwrap();
    })
    .await;
    let paid = units(&world, async || {
        let mut shopper = of("3", "buyer").await;
        shopper.pay_kept("123").await;
        assert!(shopper.page().is_hand_over());
        world.settle().await.unwrap();
    })
    .await;
    assert_eq!([first, replaced, paid].map(|units| units.to_string()), ["4", "4", "3"]);
}

#[tokio::test]
async fn looking_after_what_was_kept_writes_nothing() {
    let mut spent = Vec::new();
    for card in [visa(), visa().to_be_kept()] {
        let world = Box::pin(with_a_kept_card()).await;
        let mut shopper = Shopper::new(&world);
        shopper.open(&ShopRequest::new("4000", 1_000, "1").of_user("another", world.now())).await;
        shopper.pay(&card).await;
        let later = units(&world, async || {
            world.advance(Duration::from_secs(300)).await.unwrap();
        });
        spent.push(later.await);
    }
    assert!((spent[0] - spent[1]).abs() < f64::EPSILON, "{spent:?}");
}

#[tokio::test]
async fn a_challenge_writes_two_units_more_and_authentication_without_one_none() {
    let world = Box::pin(with_a_kept_card()).await;
    let card = Card::of(cards::CHALLENGE);
    let pays = async |order: &str, card: Card| {
        let mut shopper = Shopper::new(&world);
        let request = ShopRequest::new("4000", 1_000, order);
        shopper.open(&if card.keep { request.of_user(order, world.now()) } else { request }).await;
        shopper.pay(&card).await;
        if shopper.page().hop().is_some() {
            // looking at the way there, and at the issuer's page, writes nothing of ours
            shopper.answer_the_issuer("pass").await;
        }
        assert!(shopper.page().is_hand_over(), "{}", shopper.page().text);
        world.settle().await.unwrap();
    };
    let frictionless = units(&world, async || pays("1", Card::of("4000000000003055")).await).await;
    let challenged = units(&world, async || pays("2", card.clone()).await).await;
    let kept = units(&world, async || pays("3", card.clone().to_be_kept()).await).await;
    assert_eq!([frictionless, challenged, kept].map(|units| units.to_string()), ["3", "5", "6"]);
    // who takes his time is looked at once more, and filed for the end of the challenge
    let slow = units(&world, async || {
        let mut shopper = Shopper::new(&world);
        shopper.open(&ShopRequest::new("4000", 1_000, "4")).await;
        shopper.pay(&card).await;
        world.advance(Duration::from_secs(120)).await.unwrap();
        shopper.answer_the_issuer("pass").await;
        assert!(shopper.page().is_hand_over());
    })
    .await;
    println!("a challenge that takes two minutes: {slow} units, the two schedules' cursors included");
    assert!(slow <= 5.0 + 3.0 + 2.0 * 3.0, "{slow}");
}

#[tokio::test]
async fn an_operation_writes_three_units_for_its_intent_and_one_for_its_result() {
    let world = warm().await;
    change_merchant(&world, "4000", |merchant| merchant.capture = Capture::Later).await;
    world.advance(Duration::from_secs(31)).await.unwrap();
    let clerk = ClerkCalls::new(&world, "clerk");
    for order in ["1", "2"] {
        let mut shopper = Shopper::new(&world);
        shopper.open(&ShopRequest::new("4000", 1_000, order)).await;
        shopper.pay(&visa()).await;
        assert!(shopper.page().is_hand_over());
    }
    world.settle().await.unwrap();
    let operations =
        [("1", Adjust, 1_200), ("1", Adjust, 900), ("1", Take, 800), ("1", Refund, 300), ("1", Refund, 500)];
    for (order, kind, yen) in operations.into_iter().chain([("2", Cancel, 1_000)]) {
        world.advance(Duration::from_secs(300)).await.unwrap(); // the index has another minute by now
        let spent = units(&world, async || {
            let done = Box::pin(clerk.does(order, kind, yen)).await;
            let Operated::Tried(payment) = done else { panic!("{done:?}") };
            assert_eq!(payment.operation().and_then(|record| record.end()), Some(&End::Done));
            world.settle().await.unwrap();
        });
        assert_eq!(spent.await.to_string(), "4", "{kind:?} {yen}");
    }
    // Who comes too late, or sends a form again, costs at most a refused write.
    let form = clerk.form("1").await;
    for _ in 0..2 {
        let refused = units(&world, async || {
            Box::pin(clerk.send(&form, Refund, 1)).await.unwrap().unwrap();
        });
        assert_eq!(refused.await.to_string(), "0");
    }
}

#[tokio::test]
async fn at_the_console_an_operation_writes_two_entries_in_the_log_besides() {
    let world = warm().await;
    let mut clerk = Clerk::owner(&world).await;
    let mut spent = Vec::new();
    for order in ["1", "2"] {
        let mut shopper = Shopper::new(&world);
        shopper.open(&ShopRequest::new("4000", 1_000, order)).await;
        shopper.pay(&visa()).await;
        let address = format!("/console/payments/{order}/refund");
        world.advance(Duration::from_secs(120)).await.unwrap(); // the index has another minute by now
        clerk.get(&format!("{address}?yen=400")).await;
        let forms = clerk.page().forms.iter();
        let form = forms.filter(|form| form.action == address).find(|form| form.value("confirmed").is_some());
        let form = form.unwrap().clone();
        spent.push(units(&world, async || assert!(clerk.submit(&form).await.address.ends_with("?done=refund"))).await);
    }
    assert_eq!(spent.iter().map(f64::to_string).collect::<Vec<_>>(), ["6", "6"]);
}

#[tokio::test]
async fn a_kept_card_costs_one_look_more_on_the_page_and_one_at_the_button() {
    let world = Box::pin(with_a_kept_card()).await;
    let kms = world.usage().kms.calls;
    let of = async |order: &str, user: &str| {
        let mut shopper = Shopper::new(&world);
        shopper.open(&ShopRequest::new("4000", 1_000, order).of_user(user, world.now())).await;
        shopper
    };
    world.faults().restart();
    of("1", "buyer").await.pay_kept("123").await;
    let paid = calls(&world);
    world.faults().restart();
    of("2", "another").await.pay(&visa().to_be_kept()).await;
    let kept = calls(&world);
    world.faults().restart();
    of("3", "another").await.change_card().await;
    let another = calls(&world);
    assert_eq!(
        paid,
        [
            "PaymentPage GetItem",
            "PaymentPage GetItem",
            "Authorize GetItem",
            "Authorize BatchGetItem",
            "Authorize GetItem", // the card's tries
            "Authorize PutItem",
            "Authorize POST /test-acquirer/v1/authorize",
            "Authorize UpdateItem",
            "ReturnDispatch GetItem",
        ]
    );
    assert_eq!(
        kept,
        [
            "PaymentPage GetItem",
            "PaymentPage GetItem",
            "Authorize BatchGetItem",
            "Authorize GetItem", // the card's tries
            "Authorize PutItem",
            "Authorize POST /test-acquirer/v1/authorize",
            "Authorize UpdateItem",
            "Authorize GetItem",
            "Authorize PutItem",
            "ReturnDispatch GetItem",
        ]
    );
    assert_eq!(another, ["PaymentPage GetItem"; 4]);
    assert_eq!(world.usage().kms.calls, kms, "no key is asked for in steady state");
}

#[tokio::test]
async fn a_challenge_makes_these_calls_and_no_others() {
    let world = Box::pin(with_a_kept_card()).await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "2")).await;
    shopper.pay(&Card::of(cards::CHALLENGE)).await;
    shopper.answer_the_issuer("pass").await;
    world.settle().await.unwrap();
    shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
    world.faults().restart();
    shopper.pay(&Card::of(cards::CHALLENGE)).await;
    let there = calls(&world);
    shopper.go_to_the_issuer().await;
    shopper.choose("pass").await;
    world.faults().restart();
    shopper.come_back().await;
    shopper.see_result().await;
    assert_eq!(
        there,
        [
            "Authorize BatchGetItem",
            "Authorize GetItem", // the card's tries
            "Authorize PutItem",
            "Authorize POST /test-acquirer/v1/authorize",
            "Authorize UpdateItem",
            "ChallengeReturn GetItem",
        ]
    );
    assert_eq!(
        calls(&world),
        [
            "ChallengeReturn GetItem",
            "ChallengeReturn UpdateItem",
            "ChallengeReturn POST /test-acquirer/v1/finish-challenge",
            "ChallengeReturn UpdateItem",
            "ReturnDispatch GetItem",
        ]
    );
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
    assert_eq!([first, second, third].map(|units| units.to_string()), ["6", "5", "4"]);
    // a decline costs the guard's two counters and the card's tries, too; reconcile looks at the lease's end, files the order for half an hour later (1 + 2) and keeps its cursor
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
            "Authorize BatchGetItem",
            "Authorize GetItem", // the card's tries
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
            // the mails, and what the merchant's server is told where it has one: this merchant has none
            "OutboxRelay SendMessageBatch",
            "OutboxRelay SendMessageBatch",
            // merchant, payment, and whether mails to that address come back
            "CompletionMail GetItem",
            "CompletionMail GetItem",
            "CompletionMail GetItem",
            "CompletionMail SendEmail",
            "CompletionMail UpdateItem",
            "CompletionMail GetItem",
            "CompletionMail GetItem",
            "MerchantNotify Query", // once for all that comes together
            "SearchIndex TransactWriteItems",
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
    let allowed = ["BatchGetItem", "GetItem", "PutItem", "Query", "UpdateItem"];
    for (function, usage) in world.usage().dynamodb.by_function {
        // the read model's sums: no payment waits for them
        let allows = |operation: &String| {
            allowed.contains(&operation.as_str()) || (function == "SearchIndex" && operation == "TransactWriteItems")
        };
        assert!(usage.calls.keys().all(allows), "{function}: {:?}", usage.calls);
    }
}

#[tokio::test]
async fn an_item_stays_small_even_with_every_field_at_its_full_length() {
    for (share, most) in [(2, 1_024), (1, 2_048)] {
        for way in ["typed", "kept", "challenged", "challenged and kept", "paid with the kept card"] {
            let world = fresh().await;
            change_merchant(&world, "4000", |merchant| merchant.continuation = true).await;
            let wide = "漢".repeat(64 / share);
            let mail = format!("{}@example.com", "m".repeat(128 / share - 12));
            let order = "8".repeat(18 / share);
            let user = "u".repeat(30 / share);
            let card = Card { holder: "A".repeat(45 / share), ..visa().with_mail(&mail) };
            if way == "paid with the kept card" {
                let mut shopper = Shopper::new(&world);
                shopper.open(&ShopRequest::new("4000", 1_000, "1").of_user(&user, world.now())).await;
                shopper.pay(&card.clone().to_be_kept()).await;
            }
            let request = ShopRequest::new("4000", 9_999_999, &order)
                .with("name", &wide)
                .with("free1", &wide)
                .with("free2", &wide)
                .with("free3", &wide)
                .with("mail", &mail)
                .with("card_tel", &"0-".repeat(16 / share))
                .with("mobile", "1")
                .with("return", "3")
                .of_user(&user, world.now());
            let mut shopper = Shopper::new(&world);
            shopper.open_by_post(&request).await;
            let card = Card { keep: way.ends_with("kept"), ..card };
            let mut sizes = Vec::new();
            if way == "paid with the kept card" {
                shopper.pay_kept("123").await;
            } else {
                let declining = Card { number: cards::NO_FUNDS.to_owned(), ..card.clone() };
                shopper.pay(&declining).await;
                assert!(shopper.page().is_payment_form(), "{}", shopper.page().text);
                sizes.push(("declined", size_of(&world, "4000", &order).await));
                let challenge = way.starts_with("challenged");
                let number = if challenge { cards::CHALLENGE } else { cards::VISA };
                shopper.pay(&Card { number: number.to_owned(), ..card.clone() }).await;
                if challenge {
                    sizes.push(("challenging", size_of(&world, "4000", &order).await));
                    shopper.answer_the_issuer("pass").await;
                }
            }
            assert!(shopper.page().is_hand_over(), "{}", shopper.page().text);
            sizes.push(("captured", size_of(&world, "4000", &order).await));
            let kept = size_of_cards(&world).await;
            println!("every field at 1/{share} of its length, {way}: {sizes:?}, kept card {kept} bytes, of {most}");
            for (state, size) in &sizes {
                // the way to the issuer stands in the item as long as the payer is there
                let most = if *state == "challenging" { 2_048 } else { most };
                assert!(*size <= most, "{way}: {sizes:?} of {most} bytes");
            }
            assert!(kept <= 1_024, "{way}: a kept card is one write unit");
        }
    }
}

#[tokio::test]
async fn an_item_with_an_operations_record_stays_small() {
    // The longest names are those of operators at a terminal; people at the console have 16 characters. At half the lengths a record may need a second unit.
    for (share, most, who) in [(2, 1_280, "operator-123"), (1, 2_048, "operator-of-the-terminal")] {
        for card in [visa(), Card::of(cards::CHALLENGE), visa().to_be_kept(), Card::of(cards::CHALLENGE).to_be_kept()] {
            let world = fresh().await;
            change_merchant(&world, "4000", |merchant| merchant.capture = Capture::Later).await;
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
            let card = Card { holder: "A".repeat(45 / share), ..card.with_mail(&mail) };
            shopper.pay(&card).await;
            if shopper.page().hop().is_some() {
                shopper.answer_the_issuer("pass").await;
            }
            assert!(shopper.page().is_hand_over(), "{}", shopper.page().text);
            let clerk = ClerkCalls::new(&world, who);
            let mut sizes = vec![("authorized", size_of(&world, "4000", &order).await)];
            let mut does = async |what, kind, yen| {
                Box::pin(clerk.does(&order, kind, yen)).await;
                sizes.push((what, size_of(&world, "4000", &order).await));
            };
            does("refused", Adjust, 8_888_925).await;
            does("adjusted", Adjust, 8_888_888).await;
            does("capture unknown", Take, 7_777_922).await;
            world.advance(Duration::from_secs(600)).await.unwrap();
            does("captured in part", Take, 7_777_777).await;
            does("refunded in part", Refund, 6_666_666).await;
            does("refund refused", Refund, 1_100_925).await;
            does("refund in doubt", Refund, 1_100_926).await;
            for _ in 0..6 {
                world.advance(Duration::from_secs(60)).await.unwrap();
                sizes.push(("refund in doubt", size_of(&world, "4000", &order).await));
            }
            println!("every field at 1/{share} of its length: {sizes:?} of {most}");
            for (state, size) in &sizes {
                assert!(*size <= most, "{state}: {sizes:?} of {most} bytes");
            }
        }
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
    let sizes = sizes_of(world, |pk| pk.contains(merchant) && pk.ends_with(order)).await;
    let [size] = sizes[..] else { panic!("{} items of order {order}", sizes.len()) };
    size
}

/// The size of the largest kept card's item; 0 where none is kept.
async fn size_of_cards(world: &World) -> usize {
    sizes_of(world, |pk| pk.starts_with("C#")).await.into_iter().max().unwrap_or_default()
}

async fn sizes_of(world: &World, which: impl Fn(&str) -> bool) -> Vec<usize> {
    let sdk = world.cloud().sdk_config(Caller::Operator);
    let functions = &world.template().functions;
    let table = functions.iter().find_map(|function| function.environment.get("TABLE")).unwrap();
    let client = aws_sdk_dynamodb::Client::new(&sdk);
    let items = client.scan().table_name(table).send().await.unwrap().items.unwrap_or_default();
    let mine = items.into_iter().filter(|item| which(item["pk"].as_s().unwrap()));
    mine.map(|item| item.iter().map(|(name, value)| name.len() + bytes_of(value)).sum()).collect()
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

/// A batch of 400 rows: two units for a row's intent, one for its result, and next to nothing for how far the batch is.
#[tokio::test]
async fn a_row_of_a_batch_writes_three_units_and_a_tenth_at_most_for_all_that_follows_it() {
    let world = Box::pin(with_a_kept_card()).await;
    let desk = BatchDesk::of(&world, "4000");
    desk.keep("alice", cards::VISA).await;
    let orders: Vec<String> = (1..=400).map(|order| order.to_string()).collect();
    let file = BatchDesk::file(&orders.iter().map(|order| (order.as_str(), 100, "alice")).collect::<Vec<_>>());
    let taken = units(&world, async || {
        desk.put("rows", file).await;
        desk.run().await;
    })
    .await;
    let batch = desk.newest().await;
    assert_eq!(BatchDesk::counts(&batch).approved, 400);
    println!("write units a row: {:.4}", taken / 400.0);
    assert!((3.0..=3.1).contains(&(taken / 400.0)), "{}: {:?}", taken / 400.0, world.usage().dynamodb);
    // no item is written more often than a person could see, and a row's payment twice
    assert!(batch.version <= 6, "the batch's record: {}", batch.version);
    for chunk in desk.chunks(&batch).await {
        assert!(chunk.version <= 6, "chunk {}: {}", chunk.number, chunk.version);
    }
}
