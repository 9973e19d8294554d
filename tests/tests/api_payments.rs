//! The JSON API over payments (api-payments): reading, listing, operations and charges, each once, each for its own merchant and scope.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::large_futures,
    reason = "a test's helpers may stop at the first surprise"
)]

use std::{collections::BTreeSet, time::Duration};

use bytes::Bytes;
use domain::{
    State, Yen,
    api::{RATE_LIMIT, Scope},
    merchant::{Capture, Status},
    payment::{Interface, Origin},
};
use http::{Method, StatusCode};
use local::{
    cloud::{Fault, When},
    world::World,
};
use outbound::acquirer::Kind;
use serde_json::{Value, json};
use system_tests::{
    Answered, BatchDesk, Card, ShopRequest, ShopServer, Shopper, acquirer_calls, approvals, cards, change_merchant,
    fill_search, fresh, payment, smuggle_card, totals,
};

/// A world with a payment that is held, order 7001, and buyers whose cards the merchant may charge.
async fn world() -> (World, ShopServer) {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| merchant.capture = Capture::Later).await;
    pay(&world, "7001", 1000).await;
    let desk = BatchDesk::of(&world, "4000");
    for (user, number) in [("alice", cards::VISA), ("carol", cards::DECLINED)] {
        desk.keep(user, number).await;
    }
    let server = ShopServer::of(&world, "4000").await;
    (world, server)
}

async fn pay(world: &World, order: &str, amount: u32) {
    let mut shopper = Shopper::new(world);
    shopper.open(&ShopRequest::new("4000", amount, order)).await;
    shopper.pay(&Card::of(cards::VISA)).await;
    world.settle().await.unwrap();
}

#[tokio::test]
async fn a_payment_is_read_as_it_stands() {
    let (_, server) = world().await;
    let read = server.get("/v1/payments/7001").await;
    assert_eq!(read.status, StatusCode::OK);
    for (field, value) in [
        ("order", json!("7001")),
        ("status", json!("authorized")),
        ("interface", json!("data")),
        ("amount", json!(1000)),
        ("ordered", json!(1000)),
        ("refunded", json!(0)),
        ("currency", json!("JPY")),
    ] {
        assert_eq!(read.json[field], value, "{field}");
    }
    assert_eq!(read.json["card"]["brand"], "visa");
    assert_eq!(read.json["card"]["last4"], "4242");
    assert_eq!(read.json["payment"].as_str().unwrap().len(), 18);
    assert!(read.json["capture_until"].is_string());
    assert_eq!(read.header("content-type"), "application/json");
    assert_eq!(read.header("cache-control"), "no-store");
}

#[tokio::test]
async fn money_is_captured_and_given_back() {
    let (world, server) = world().await;
    let held = server.post("/v1/payments/7001/amount", "a", &json!({ "amount": 900 })).await;
    assert_eq!((held.status, &held.json["amount"]), (StatusCode::OK, &json!(900)), "{}", held.json);
    let taken = server.post("/v1/payments/7001/capture", "b", &json!({})).await;
    assert_eq!((taken.status, &taken.json["status"]), (StatusCode::OK, &json!("captured")), "{}", taken.json);
    let part = server.post("/v1/payments/7001/refund", "c", &json!({ "amount": 300.0 })).await; // the same integer to JSON
    assert_eq!((part.status, &part.json["status"]), (StatusCode::OK, &json!("partly_refunded")));
    let rest = server.post("/v1/payments/7001/refund", "d", &json!({})).await;
    assert_eq!((&rest.json["status"], &rest.json["refunded"]), (&json!("refunded"), &json!(900)));
    assert_eq!(rest.json["operation"]["status"], "done");
    let stored = payment(&world, "4000", "7001").await.unwrap();
    assert!(stored.operation().unwrap().by.as_api_key().is_some(), "the payment says which key");
    pay(&world, "7002", 500).await;
    let gone = server.post("/v1/payments/7002/cancel", "e", &json!({})).await;
    assert_eq!((gone.status, &gone.json["status"]), (StatusCode::OK, &json!("cancelled")));
}

#[tokio::test]
async fn what_is_impossible_says_why_and_moves_nothing() {
    let (world, server) = world().await;
    for (path, key, body, refusal) in [
        ("/v1/payments/7001/refund", "a", json!({}), (409, "nothing_taken")),
        ("/v1/payments/7001/capture", "b", json!({ "amount": 1001 }), (409, "amount_too_large")),
        ("/v1/payments/7001/amount", "c", json!({ "amount": 1000 }), (409, "same_amount")),
        ("/v1/payments/7001/amount", "d", json!({ "amount": 9_999_999 }), (422, "field_refused")),
        ("/v1/payments/none/capture", "e", json!({}), (404, "not_found")),
    ] {
        if key == "d" {
            change_merchant(&world, "4000", |merchant| merchant.max_amount = Yen::new(5_000).unwrap()).await;
            world.advance(Duration::from_secs(60)).await.unwrap(); // what is kept of the merchant is read anew
        }
        let answer = server.post(path, key, &body).await;
        assert_eq!(answer.refusal(), refusal, "{path} {}", answer.json);
    }
    let most = server.post("/v1/payments/7001/capture", "f", &json!({ "amount": 1001 })).await;
    assert_eq!(most.json["most"], 1000);
    assert_eq!(most.json["payment"]["order"], "7001");
    assert_eq!(payment(&world, "4000", "7001").await.unwrap().last_n, 1, "no operation was begun");
}

#[tokio::test]
async fn a_stored_card_is_charged_by_its_buyer_or_an_earlier_order() {
    let (world, server) = world().await;
    let body = json!({ "order": "8001", "amount": 700, "user": "alice", "name": "山田 太郎", "free1": "月額", "capture": "at_once" });
    let charged = server.post("/v1/payments", "a", &body).await;
    assert_eq!(charged.status, StatusCode::CREATED, "{}", charged.json);
    for (field, value) in [("order", json!("8001")), ("status", json!("captured")), ("interface", json!("single"))] {
        assert_eq!(charged.json[field], value);
    }
    assert_eq!(charged.json["buyer"]["user"], "alice");
    assert_eq!(charged.json["free"], json!(["月額", "", ""]));
    let stored = payment(&world, "4000", "8001").await.unwrap();
    assert_eq!((stored.interface, &stored.origin), (Interface::Single, &Origin::Api));
    let again = server.post("/v1/payments", "b", &json!({ "amount": 800, "earlier_order": "8001" })).await;
    assert_eq!(again.status, StatusCode::CREATED, "{}", again.json);
    assert_eq!(again.json["status"], "authorized", "as the merchant's settings say");
    let order = again.json["order"].as_str().unwrap();
    assert!(order.len() == 18 && order.starts_with('9'), "a number of ours: {order}");
    world.settle().await.unwrap();
    assert_eq!(approvals(&world).await, 3);
}

#[tokio::test]
async fn a_charge_that_can_not_be_says_why() {
    let (world, server) = world().await;
    let desk = BatchDesk::of(&world, "4000");
    for (user, change) in [("dave", 0), ("erin", 1), ("fred", 2)] {
        let mut card = desk.card(domain::CardOwner::Buyer(user.to_owned()), cards::VISA).await;
        match change {
            0 => card.consent.scope = domain::card::ConsentScope::Recall,
            1 => card.network_id = None,
            _ => card.number = None,
        }
        smuggle_card(&world, &card).await;
    }
    let of = |user: &str| json!({ "amount": 700, "user": user });
    for (key, body, refusal) in [
        ("a", of("nobody"), (422, "card_missing")),
        ("b", of("dave"), (422, "card_not_agreed")),
        ("c", of("erin"), (422, "card_unlinked")),
        ("d", of("fred"), (422, "card_missing")),
        ("e", of("carol"), (402, "card_declined")),
        ("f", json!({ "amount": 700 }), (422, "field_refused")),
        ("g", json!({ "amount": 700, "user": "alice", "earlier_order": "7001" }), (422, "field_refused")),
        ("h", json!({ "amount": 700, "user": "alice", "order": "7001" }), (409, "order_used")),
        ("i", json!({ "amount": 700, "user": "alice", "order": "900000000000000001" }), (422, "field_refused")),
        ("j", json!({ "amount": 700, "user": "alice", "name": "4242 4242 4242 4242" }), (422, "field_refused")),
        ("k", json!({ "amount": 700, "user": "alice", "mail": "no address" }), (422, "field_refused")),
        ("l", json!({ "amount": 700, "earlier_order": "none" }), (422, "card_missing")),
    ] {
        let answer = server.post("/v1/payments", key, &body).await;
        assert_eq!(answer.refusal(), refusal, "{body} {}", answer.json);
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    let declined = server.post("/v1/payments", "m", &json!({ "amount": 700, "user": "carol", "order": "8002" })).await;
    assert_eq!(declined.json["payment"]["status"], "failed");
    assert_eq!(declined.json["payment"]["decline"]["code"], "generic_decline");
    assert_eq!(approvals(&world).await, 1, "the shopper's own payment alone");
}

#[tokio::test]
async fn an_order_that_came_to_nothing_is_charged_again_by_another_call() {
    let (world, server) = world().await;
    let body = |user: &str, amount: u32| json!({ "amount": amount, "user": user, "order": "8003" });
    assert_eq!(server.post("/v1/payments", "a", &body("carol", 700)).await.refusal(), (402, "card_declined"));
    let mended = server.post("/v1/payments", "b", &body("alice", 700)).await;
    assert_eq!(mended.status, StatusCode::CREATED, "{}", mended.json);
    for (key, amount, code) in [("c", 700, "order_paid"), ("d", 701, "amount_conflict")] {
        assert_eq!(server.post("/v1/payments", key, &body("alice", amount)).await.refusal(), (409, code));
    }
    assert_eq!(payment(&world, "4000", "8003").await.unwrap().generation, 1);
}

#[tokio::test]
async fn the_same_request_has_the_same_answer_to_the_byte() {
    let (world, server) = world().await;
    let (path, body) = ("/v1/payments", json!({ "amount": 700, "user": "alice", "order": "8004" }));
    let first = server.post(path, "k", &body).await;
    assert_eq!(first.status, StatusCode::CREATED);
    assert_eq!(first.header("idempotent-replayed"), "");
    // What happens to payment, card and merchant meanwhile does not change what was answered.
    server.post("/v1/payments/8004/capture", "other", &json!({})).await;
    change_merchant(&world, "4000", |merchant| merchant.status = Status::Suspended).await;
    world.advance(Duration::from_secs(60)).await.unwrap();
    let spaced = Bytes::from("{ \"user\": \"alice\",\n \"order\":\"8004\", \"amount\": 700 }");
    let again = server.send(Method::POST, path, &[("idempotency-key", "k")], spaced).await;
    assert_eq!((again.status, &again.bytes), (first.status, &first.bytes));
    assert_eq!(again.header("idempotent-replayed"), "true");
    for (body, refusal) in [
        (json!({ "amount": 701, "user": "alice", "order": "8004" }), (422, "idempotency_key_reused")),
        (json!({ "amount": 700, "user": "carol", "order": "8004" }), (422, "idempotency_key_reused")),
    ] {
        assert_eq!(server.post(path, "k", &body).await.refusal(), refusal);
    }
    let elsewhere = server.post("/v1/payments/8004/refund", "k", &json!({})).await;
    assert_eq!(elsewhere.refusal(), (422, "idempotency_key_reused"));
    let another = ShopServer::of(&world, "2400").await;
    let own = another.post("/v1/payments/8004/refund", "k", &json!({})).await;
    assert_eq!(own.refusal(), (404, "not_found"), "another merchant's key is another key");
}

#[tokio::test]
async fn a_declined_charge_is_answered_again_and_not_tried_again() {
    let (world, server) = world().await;
    let body = json!({ "amount": 700, "user": "carol" });
    let first = server.post("/v1/payments", "k", &body).await;
    let tried = acquirer_calls(&world, Kind::Authorize).await.len();
    let again = server.post("/v1/payments", "k", &body).await;
    assert_eq!((first.status, &first.bytes), (again.status, &again.bytes));
    assert_eq!(again.header("content-type"), "application/problem+json");
    assert_eq!(acquirer_calls(&world, Kind::Authorize).await.len(), tried);
}

#[tokio::test]
async fn two_at_the_same_moment_are_one() {
    let (world, server) = world().await;
    let body = json!({ "amount": 700, "user": "alice" });
    let both: (Answered, Answered) =
        tokio::join!(server.post("/v1/payments", "k", &body), server.post("/v1/payments", "k", &body));
    let statuses: BTreeSet<u16> = [both.0.status.as_u16(), both.1.status.as_u16()].into();
    let fits = statuses == [201].into() || statuses == [201, 409].into();
    assert!(fits, "{} {}", both.0.json, both.1.json);
    assert_eq!(approvals(&world).await, 2);
    let (one, two) = (json!({ "amount": 400 }), json!({ "amount": 500 }));
    let operations = tokio::join!(
        server.post("/v1/payments/7001/capture", "l", &one),
        server.post("/v1/payments/7001/capture", "m", &two)
    );
    let done = [&operations.0, &operations.1].iter().filter(|answer| answer.status == StatusCode::OK).count();
    assert_eq!(done, 1, "{} {}", operations.0.json, operations.1.json);
}

#[tokio::test]
async fn a_killed_call_is_gone_on_with_and_charges_once() {
    for order in [Some("8005"), None] {
        let mut index = 0;
        loop {
            let (world, server) = world().await;
            let body = match order {
                Some(order) => json!({ "amount": 700, "user": "alice", "order": order }),
                None => json!({ "amount": 700, "user": "alice" }),
            };
            world.faults().restart();
            world.faults().plan(When::Index(index), Fault::DropAfter);
            let first = server.post("/v1/payments", "k", &body).await;
            let met = world.faults().calls().iter().any(|call| call.fault.is_some());
            world.faults().stop();
            if !met {
                assert_eq!(first.status, StatusCode::CREATED);
                break;
            }
            let at_once = server.post("/v1/payments", "k", &body).await;
            let settled = [201, 409, 202].contains(&at_once.status.as_u16());
            assert!(settled, "after call {index}: {}", at_once.json);
            world.advance(Duration::from_secs(120)).await.unwrap();
            world.settle().await.unwrap();
            let last = server.post("/v1/payments", "k", &body).await;
            assert!(
                [201, 202, 402].contains(&last.status.as_u16()),
                "after call {index}: {} {}",
                last.status,
                last.json
            );
            assert!(approvals(&world).await <= 2, "after call {index}: charged twice");
            let read = server.get(&format!("/v1/payments/{}", said_order(&last.json))).await;
            let charged = approvals(&world).await == 2;
            assert_eq!(read.json["status"] == "authorized", charged, "after call {index}: {}", read.json);
            index += 1;
        }
        assert!(index >= 8, "{index} calls");
    }
}

fn said_order(answer: &Value) -> String {
    let order = answer["order"].as_str().or(answer["payment"]["order"].as_str());
    order.unwrap_or_else(|| panic!("{answer}")).to_owned()
}

#[tokio::test]
async fn a_killed_refund_is_gone_on_with_and_gives_back_once() {
    let mut index = 0;
    loop {
        let (world, server) = world().await;
        server.post("/v1/payments/7001/capture", "a", &json!({})).await;
        world.faults().restart();
        world.faults().plan(When::Index(index), Fault::DropAfter);
        let first = server.post("/v1/payments/7001/refund", "k", &json!({ "amount": 400 })).await;
        let met = world.faults().calls().iter().any(|call| call.fault.is_some());
        world.faults().stop();
        if !met {
            assert_eq!(first.status, StatusCode::OK);
            break;
        }
        world.advance(Duration::from_secs(900)).await.unwrap();
        world.settle().await.unwrap();
        let last = server.post("/v1/payments/7001/refund", "k", &json!({ "amount": 400 })).await;
        assert!([200, 202, 409].contains(&last.status.as_u16()), "after call {index}: {} {}", last.status, last.json);
        world.advance(Duration::from_secs(26 * 3_600)).await.unwrap(); // what nobody knows is known by then
        let stored = payment(&world, "4000", "7001").await.unwrap();
        assert!(stored.pending().is_none(), "after call {index}: {:?}", stored.pending());
        assert_eq!(totals(&world, &stored).await.refunded, u64::from(stored.refunded()), "after call {index}");
        let fits = match last.status {
            StatusCode::OK => stored.refunded() == 400,
            StatusCode::ACCEPTED => [0, 400].contains(&stored.refunded()),
            _ => stored.refunded() == 0,
        };
        assert!(fits, "after call {index}: {} {}", stored.refunded(), last.json);
        index += 1;
    }
    assert!(index >= 8, "{index} calls");
}

#[tokio::test]
async fn a_killed_refund_that_is_sent_again_after_another_has_its_own_end() {
    let (mut index, mut own_ends, mut never_begun) = (0, 0, 0);
    loop {
        let (world, server) = world().await;
        server.post("/v1/payments/7001/capture", "a", &json!({})).await;
        world.faults().restart();
        world.faults().plan(When::Index(index), Fault::DropAfter);
        let first = server.post("/v1/payments/7001/refund", "k", &json!({ "amount": 400 })).await;
        let met = world.faults().calls().iter().any(|call| call.fault.is_some());
        world.faults().stop();
        if !met {
            break;
        }
        world.advance(Duration::from_secs(900)).await.unwrap();
        world.settle().await.unwrap();
        let other = server.post("/v1/payments/7001/refund", "l", &json!({ "amount": 100 })).await;
        assert_eq!(other.status, StatusCode::OK, "after call {index}: {}", other.json);
        let last = server.post("/v1/payments/7001/refund", "k", &json!({ "amount": 400 })).await;
        let refunded = payment(&world, "4000", "7001").await.unwrap().refunded();
        match (refunded, last.refusal()) {
            (500, (200, "")) => {
                own_ends += 1;
                assert_eq!(last.json["operation"]["amount"], 400, "after call {index}: {}", last.json);
            }
            // Its intent was not stored yet when it was cut off, or was withdrawn: nothing was given back.
            (100, (409, "payment_changed" | "operation_given_up")) => never_begun += 1,
            // The acquirer was cut off, not we.
            (_, (202, "")) => assert_eq!(first.bytes, last.bytes, "after call {index}"),
            other => panic!("after call {index}: {other:?} {}", last.json),
        }
        let again = server.post("/v1/payments/7001/refund", "k", &json!({ "amount": 400 })).await;
        assert_eq!((again.status, &again.bytes), (last.status, &last.bytes), "after call {index}");
        assert_eq!(totals(&world, &payment(&world, "4000", "7001").await.unwrap()).await.refunded, u64::from(refunded));
        index += 1;
    }
    assert!(own_ends >= 2 && never_begun >= 2, "{own_ends} {never_begun}");
}

#[tokio::test]
async fn an_operation_reads_the_payment_once_before_it_writes() {
    let (world, server) = world().await;
    server.get("/v1/payments/7001").await; // what is kept of the merchant is read
    world.faults().restart();
    let taken = server.post("/v1/payments/7001/capture", "k", &json!({})).await;
    assert_eq!(taken.status, StatusCode::OK);
    let calls = world.faults().calls();
    let own = calls.iter().filter(|call| call.caller == "ApiPayments").map(|call| call.operation.as_str());
    let expected = [
        "GetItem",    // the key
        "UpdateItem", // its count
        "GetItem",    // the payment
        "PutItem",    // the call
        "UpdateItem", // the intent
        "POST /test-acquirer/v1/capture",
        "UpdateItem", // the result
        "PutItem",    // the answer
    ];
    assert_eq!(own.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn a_refund_over_the_consoles_limit_needs_a_scope_of_its_own() {
    let (world, all) = world().await;
    all.post("/v1/payments/7001/capture", "a", &json!({})).await;
    change_merchant(&world, "4000", |merchant| merchant.refund_confirm_over = Yen::new(500).unwrap()).await;
    world.advance(Duration::from_secs(60)).await.unwrap();
    let plain = ShopServer::with(&world, "4000", &[Scope::Refunds]).await;
    let refund = |server: &ShopServer, key: &'static str, body: Value| {
        let server = server.clone();
        async move { server.post("/v1/payments/7001/refund", key, &body).await }
    };
    assert_eq!(refund(&plain, "b", json!({})).await.refusal(), (403, "refund_over_limit"), "all of 1,000");
    assert_eq!(refund(&plain, "c", json!({ "amount": 300 })).await.status, StatusCode::OK);
    // What was given back before counts, as at the console: no limit is passed in small steps.
    assert_eq!(refund(&plain, "d", json!({ "amount": 201 })).await.refusal(), (403, "refund_over_limit"));
    assert_eq!(payment(&world, "4000", "7001").await.unwrap().refunded(), 300);
    assert_eq!(refund(&plain, "e", json!({ "amount": 200 })).await.status, StatusCode::OK);
    assert_eq!(refund(&all, "f", json!({})).await.status, StatusCode::OK);
    assert_eq!(payment(&world, "4000", "7001").await.unwrap().refunded(), 1_000);
    let without = ShopServer::with(&world, "4000", &[Scope::RefundsOverLimit]).await;
    assert_eq!(refund(&without, "g", json!({})).await.refusal(), (403, "scope_missing"), "alone it opens nothing");
}

#[tokio::test]
async fn what_came_to_nothing_says_why() {
    let (world, server) = world().await;
    assert_eq!(server.get("/v1/payments/7001").await.json.get("reason"), None, "it is held");
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 500, "7002")).await;
    shopper.give_up().await;
    let read = server.get("/v1/payments/7002").await;
    assert_eq!((&read.json["status"], &read.json["reason"]), (&json!("abandoned"), &json!("abandoned")));
    let declined = server.post("/v1/payments", "k", &json!({ "order": "8003", "amount": 5, "user": "carol" })).await;
    assert_eq!((declined.status.as_u16(), &declined.json["payment"]["reason"]), (402, &json!("attempts_used_up")));
}

/// What a key may not do another may: neither has the other's answer.
#[tokio::test]
async fn a_refund_over_the_limit_is_answered_to_keys_that_may_ask_for_it_alone() {
    let (world, all) = world().await;
    all.post("/v1/payments/7001/capture", "a", &json!({})).await;
    change_merchant(&world, "4000", |merchant| merchant.refund_confirm_over = Yen::new(500).unwrap()).await;
    world.advance(Duration::from_secs(60)).await.unwrap();
    let plain = ShopServer::with(&world, "4000", &[Scope::Refunds]).await;
    let refund = async |server: &ShopServer, key: &str, amount: u32| {
        server.post("/v1/payments/7001/refund", key, &json!({ "amount": amount })).await
    };
    for _ in 0..2 {
        let refused = refund(&plain, "k", 600).await;
        assert_eq!((refused.refusal(), refused.header("idempotent-replayed")), ((403, "refund_over_limit"), ""));
    }
    let done = refund(&all, "k", 600).await;
    assert_eq!((done.status, done.header("idempotent-replayed")), (StatusCode::OK, ""), "{}", done.json);
    let pried = refund(&plain, "k", 600).await;
    assert_eq!(pried.refusal(), (403, "refund_over_limit"), "{}", pried.json);
    assert_eq!(pried.json.get("payment"), None, "what the other key was answered is not said");
    assert_eq!(refund(&all, "k", 600).await.bytes, done.bytes);
    assert_eq!(payment(&world, "4000", "7001").await.unwrap().refunded(), 600);
    // One that was cut off is not gone on with either.
    world.faults().restart();
    world.faults().plan(When::Nth { caller: None, operation: "PutItem".to_owned(), nth: 0 }, Fault::DropAfter);
    refund(&all, "l", 300).await;
    world.faults().stop();
    world.advance(Duration::from_secs(60)).await.unwrap();
    assert_eq!(refund(&plain, "l", 300).await.refusal(), (403, "refund_over_limit"));
    assert_eq!(refund(&all, "l", 300).await.status, StatusCode::OK, "and holds up nobody who may");
    assert_eq!(payment(&world, "4000", "7001").await.unwrap().refunded(), 900);
}

#[tokio::test]
async fn an_outcome_that_nobody_knows_is_said_so_and_found_out() {
    let (world, server) = world().await;
    // 901: the test acquirer approves and its answer is lost.
    let body = json!({ "amount": 1901, "user": "alice", "order": "8006" });
    let unknown = server.post("/v1/payments", "k", &body).await;
    assert_eq!((unknown.status, &unknown.json["status"]), (StatusCode::ACCEPTED, &json!("checking")));
    let again = server.post("/v1/payments", "l", &body).await;
    assert_eq!(again.refusal(), (409, "payment_running"), "no second charge meanwhile");
    world.advance(Duration::from_secs(300)).await.unwrap();
    let read = server.get("/v1/payments/8006").await;
    assert_eq!(read.json["status"], "authorized");
    assert_eq!(approvals(&world).await, 2);
}

#[tokio::test]
async fn another_merchants_payments_are_not_there() {
    let (world, _) = world().await;
    let stranger = ShopServer::of(&world, "2400").await;
    let absent = stranger.get("/v1/payments/nothing").await;
    for path in ["/v1/payments/7001", "/v1/payments/7001%20", "/v1/payments/7001%00"] {
        let foreign = stranger.get(path).await;
        assert_eq!((foreign.status, &foreign.bytes), (StatusCode::NOT_FOUND, &absent.bytes), "{path}");
    }
    for act in ["capture", "cancel", "refund", "amount"] {
        let body = if act == "amount" { json!({ "amount": 5 }) } else { json!({}) };
        let answer = stranger.post(&format!("/v1/payments/7001/{act}"), "k", &body).await;
        assert_eq!((answer.status, &answer.bytes), (StatusCode::NOT_FOUND, &absent.bytes), "{act}");
    }
    let listed = stranger.get("/v1/payments").await;
    assert_eq!(listed.json["data"], json!([]));
    let charged = stranger.post("/v1/payments", "k", &json!({ "amount": 5, "user": "alice" })).await;
    assert_eq!(charged.refusal(), (422, "card_missing"));
    let earlier = stranger.post("/v1/payments", "l", &json!({ "amount": 5, "earlier_order": "7001" })).await;
    assert_eq!(earlier.refusal(), (422, "card_missing"));
    assert_eq!(payment(&world, "4000", "7001").await.unwrap().last_n, 1);
}

#[tokio::test]
async fn a_key_does_what_its_scopes_say_and_nothing_else() {
    let (world, _) = world().await;
    let requests: [(&str, Option<Value>, Scope); 7] = [
        ("/v1/payments", None, Scope::PaymentsRead),
        ("/v1/payments/7001", None, Scope::PaymentsRead),
        ("/v1/payments", Some(json!({ "amount": 5, "user": "alice" })), Scope::Charges),
        ("/v1/payments/7001/capture", Some(json!({})), Scope::PaymentsWrite),
        ("/v1/payments/7001/cancel", Some(json!({})), Scope::PaymentsWrite),
        ("/v1/payments/7001/amount", Some(json!({ "amount": 5 })), Scope::PaymentsWrite),
        ("/v1/payments/7001/refund", Some(json!({})), Scope::Refunds),
    ];
    for scope in Scope::ALL {
        let others: Vec<Scope> = Scope::ALL.into_iter().filter(|other| *other != scope).collect();
        let without = ShopServer::with(&world, "4000", &others).await;
        for (path, body, _) in requests.iter().filter(|(_, _, wanted)| *wanted == scope) {
            let answer = match body {
                None => without.get(path).await,
                Some(body) => without.post(path, "k", body).await,
            };
            assert_eq!(answer.refusal(), (403, "scope_missing"), "{path} without {}", scope.name());
        }
    }
    assert_eq!(payment(&world, "4000", "7001").await.unwrap().last_n, 1);
}

#[tokio::test]
async fn nobody_comes_in_without_a_good_key() {
    let (world, server) = world().await;
    let good = server.key.clone().unwrap();
    let other = good.replace("_4000_", "_2400_");
    let live = good.replace("_test_", "_live_");
    let wrong = format!("{}{}", &good[..good.len() - 1], if good.ends_with('a') { "b" } else { "a" });
    for key in [None, Some(""), Some("kessai_test_"), Some(&other), Some(&live), Some(&wrong), Some("日本")] {
        let answer = server.showing(key).get("/v1/payments/7001").await;
        assert_eq!(answer.refusal(), (401, "unauthorized"), "{key:?}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        assert_eq!(answer.header("ratelimit-limit"), "", "nothing is counted for strangers");
    }
    let (nothing, basic) = (server.showing(None), format!("Basic {good}"));
    let answer = nothing.send(Method::GET, "/v1/payments/7001", &[("authorization", &basic)], Bytes::new()).await;
    assert_eq!(answer.refusal(), (401, "unauthorized"));
    // A key of a test merchant is none once the merchant is live.
    change_merchant(&world, "4000", |merchant| merchant.mode = domain::merchant::Mode::Live).await;
    world.advance(Duration::from_secs(60)).await.unwrap();
    assert_eq!(server.get("/v1/payments/7001").await.refusal(), (401, "unauthorized"));
}

#[tokio::test]
async fn a_suspended_merchant_reads_cancels_and_refunds_only() {
    let (world, server) = world().await;
    pay(&world, "7003", 600).await;
    server.post("/v1/payments/7003/capture", "x", &json!({})).await;
    change_merchant(&world, "4000", |merchant| merchant.status = Status::Suspended).await;
    world.advance(Duration::from_secs(60)).await.unwrap();
    for (path, key, body) in [
        ("/v1/payments/7001/capture", "a", json!({})),
        ("/v1/payments/7001/amount", "b", json!({ "amount": 5 })),
        ("/v1/payments", "c", json!({ "amount": 5, "user": "alice" })),
    ] {
        assert_eq!(server.post(path, key, &body).await.refusal(), (403, "merchant_suspended"), "{path}");
    }
    assert_eq!(server.get("/v1/payments/7001").await.status, StatusCode::OK);
    assert_eq!(server.post("/v1/payments/7003/refund", "d", &json!({})).await.status, StatusCode::OK);
    assert_eq!(server.post("/v1/payments/7001/cancel", "e", &json!({})).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_key_may_be_used_so_often_and_is_told_so() {
    let (world, server) = world().await;
    for nth in 1..=RATE_LIMIT {
        let answer = server.get("/v1/payments/7001").await;
        assert_eq!(answer.status, StatusCode::OK, "{nth}");
        assert_eq!(answer.header("ratelimit-limit"), RATE_LIMIT.to_string());
        assert_eq!(answer.header("ratelimit-remaining"), (RATE_LIMIT - nth).to_string());
    }
    let refused = server.post("/v1/payments/7001/capture", "k", &json!({})).await;
    assert_eq!(refused.refusal(), (429, "rate_limited"));
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=10).contains(&wait), "{wait}");
    let other = ShopServer::of(&world, "4000").await;
    assert_eq!(other.get("/v1/payments/7001").await.status, StatusCode::OK, "another key has its own count");
    world.advance(Duration::from_secs(wait)).await.unwrap();
    assert_eq!(server.get("/v1/payments/7001").await.status, StatusCode::OK);
    assert!(matches!(payment(&world, "4000", "7001").await.unwrap().state, State::Authorized { .. }));
}

#[tokio::test]
async fn what_is_no_good_request_is_refused_by_field_and_nothing_is_kept_of_it() {
    let (world, server) = world().await;
    let post = |headers: &'static [(&'static str, &'static str)], body: &str| {
        let (server, body) = (server.clone(), Bytes::from(body.to_owned()));
        async move { server.send(Method::POST, "/v1/payments", headers, body).await }
    };
    let good = r#"{"amount":700,"user":"alice"}"#;
    for (headers, body, refusal, field) in [
        (&[("content-type", "application/json")][..], good, (400, "idempotency_key_missing"), ""),
        (&[("idempotency-key", "a b")][..], good, (400, "idempotency_key_malformed"), ""),
        (&[("idempotency-key", "")][..], good, (400, "idempotency_key_malformed"), ""),
        (&[("idempotency-key", "k"), ("content-type", "text/plain")][..], good, (415, "not_json"), ""),
        (&[("idempotency-key", "k")][..], "[]", (400, "body_unreadable"), ""),
        (&[("idempotency-key", "k")][..], "{", (400, "body_unreadable"), ""),
        (&[("idempotency-key", "k")][..], "", (400, "field_invalid"), "amount"),
        (&[("idempotency-key", "k")][..], r#"{"amount":0,"user":"alice"}"#, (400, "field_invalid"), "amount"),
        (&[("idempotency-key", "k")][..], r#"{"amount":10000000,"user":"alice"}"#, (400, "field_invalid"), "amount"),
        (&[("idempotency-key", "k")][..], r#"{"amount":"700","user":"alice"}"#, (400, "field_invalid"), "amount"),
        (&[("idempotency-key", "k")][..], r#"{"amount":700.5,"user":"alice"}"#, (400, "field_invalid"), "amount"),
        (&[("idempotency-key", "k")][..], r#"{"amount":-1,"user":"alice"}"#, (400, "field_invalid"), "amount"),
        (&[("idempotency-key", "k")][..], r#"{"amount":700,"user":"アリス"}"#, (400, "field_invalid"), "user"),
        (&[("idempotency-key", "k")][..], r#"{"amount":700,"user":""}"#, (400, "field_invalid"), "user"),
        (&[("idempotency-key", "k")][..], r#"{"amount":700,"order":"a b"}"#, (400, "field_invalid"), "order"),
        (
            &[("idempotency-key", "k")][..],
            r#"{"amount":700,"user":"alice","capture":true}"#,
            (400, "field_invalid"),
            "capture",
        ),
        (&[("idempotency-key", "k")][..], r#"{"amount":700,"user":"alice","pan":"1"}"#, (400, "field_invalid"), "pan"),
        (&[("idempotency-key", "k")][..], r#"{"amount":700,"amount":7,"user":"a"}"#, (400, "field_invalid"), "amount"),
    ] {
        let answer = post(headers, body).await;
        assert_eq!(answer.refusal(), refusal, "{body} {headers:?} {}", answer.json);
        assert_eq!(answer.json["errors"][0]["field"].as_str().unwrap_or_default(), field, "{body}");
    }
    let large = format!(r#"{{"amount":700,"user":"alice","name":"{}"}}"#, "x".repeat(70_000));
    assert_eq!(post(&[("idempotency-key", "k")], &large).await.refusal(), (413, "body_too_large"));
    for path in
        ["/v1/payments?limit=0", "/v1/payments?limit=101", "/v1/payments?limit=x", "/v1/payments?limit=1&limit=2"]
    {
        assert_eq!(server.get(path).await.refusal(), (400, "field_invalid"), "{path}");
    }
    for path in [
        "/v1/payments?from=2026-13-01",
        "/v1/payments?status=paid",
        "/v1/payments?interface=",
        "/v1/payments?user=%E3%81%82",
        "/v1/payments?unknown=1",
        "/v1/payments/7001?unknown=1",
        "/v1/payments?mail=shopper",
        "/v1/payments?mail=example.com",
        "/v1/payments?mail=shopper%40example.",
        "/v1/payments?from=%ff",
    ] {
        assert_eq!(server.get(path).await.refusal(), (400, "field_invalid"), "{path}");
    }
    for path in ["/v1/payments?from=2026-11-02&to=2026-11-01", "/v1/payments?mail=%0a"] {
        assert_eq!(server.get(path).await.refusal(), (422, "field_refused"), "{path}");
    }
    assert_eq!(server.get("/v1/payments?cursor=made-up").await.refusal(), (422, "cursor_invalid"));
    assert_eq!(approvals(&world).await, 1);
    let first = server.post("/v1/payments", "k", &json!({ "amount": 700, "user": "alice" })).await;
    assert_eq!(first.status, StatusCode::CREATED, "the key was never used: {}", first.json);
}

#[tokio::test]
async fn a_list_is_paged_without_gaps_or_repeats() {
    let (world, server) = world().await;
    for order in 7010..7015 {
        pay(&world, &order.to_string(), 300).await;
        world.advance(Duration::from_secs(1)).await.unwrap();
    }
    let mut found = Vec::new();
    let mut path = "/v1/payments?limit=2&interface=data".to_owned();
    loop {
        let page = server.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.json);
        let data = page.json["data"].as_array().unwrap();
        found.extend(data.iter().map(|payment| payment["order"].as_str().unwrap().to_owned()));
        match page.json["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/payments?limit=2&interface=data&cursor={cursor}"),
            None => break,
        }
        pay(&world, &format!("{}", 7_100 + found.len()), 300).await; // what comes in between moves nothing
    }
    assert_eq!(found, ["7014", "7013", "7012", "7011", "7010", "7001"]);
    let cursor = path.split("cursor=").nth(1).unwrap();
    let other_list = server.get(&format!("/v1/payments?limit=2&cursor={cursor}")).await;
    assert_eq!(other_list.refusal(), (422, "cursor_invalid"), "a cursor is bound to what was asked");
    let stranger = ShopServer::of(&world, "2400").await;
    let foreign = stranger.get(&path).await;
    assert_eq!(foreign.refusal(), (422, "cursor_invalid"), "and to its merchant");
    world.advance(Duration::from_secs(25 * 3_600)).await.unwrap();
    assert_eq!(server.get(&path).await.refusal(), (422, "cursor_invalid"), "and to a day");
    let held = server.get("/v1/payments?status=authorized").await;
    assert_eq!(held.json["data"].as_array().unwrap().len(), 8);
    let none = server.get("/v1/payments?to=2020-01-01").await;
    assert_eq!((none.status, &none.json), (StatusCode::OK, &json!({ "data": [] })));
}

#[tokio::test]
async fn a_page_on_which_nothing_fits_leads_on_until_all_is_looked_through() {
    let (world, server) = world().await;
    fill_search(&world, 0, 1_100).await;
    let first = server.get("/v1/payments?interface=single").await;
    let cursor = first.json["next_cursor"].as_str().unwrap_or_else(|| panic!("{}", first.json));
    assert_eq!(first.json["data"], json!([]), "a thousand were looked through");
    let last = server.get(&format!("/v1/payments?interface=single&cursor={cursor}")).await;
    assert_eq!(last.json, json!({ "data": [] }));
}

#[tokio::test]
async fn answers_speak_the_language_that_is_asked_for() {
    let (_, server) = world().await;
    let of = |language: &'static str| {
        let server = server.clone();
        async move { server.send(Method::GET, "/v1/payments/none", &[("accept-language", language)], Bytes::new()).await }
    };
    assert_eq!(of("ja").await.json["title"], "該当するものがありません");
    assert_eq!(of("de").await.json["title"], "There is nothing at this address");
    assert_eq!(server.get("/v1/payments/none").await.json["type"], "urn:kessai:problem:not_found");
}
