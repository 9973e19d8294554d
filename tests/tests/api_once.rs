//! Requests of the JSON API are made once for each `Idempotency-Key`, whatever they change: same answer, other request, still running, malformed, too late.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::large_futures,
    reason = "a test's helpers may stop at the first surprise"
)]

use std::time::Duration;

use bytes::Bytes;
use domain::{
    Yen,
    merchant::{Capture, Mode},
};
use http::{Method, StatusCode};
use local::{
    cloud::{Fault, When},
    world::World,
};
use serde_json::{Value, json};
use system_tests::{
    Answered, BatchDesk, Card, Log, RegularDesk, ShopRequest, ShopServer, Shopper, cards, change_merchant, fresh,
};
use tracing_subscriber::filter::LevelFilter;

/// A request that changes something, and another that the same key must not be used for.
struct Twins {
    method: Method,
    path: String,
    body: Value,
    other_path: String,
    other_body: Value,
    /// What the first answers, and what a new call has for an answer a day later.
    answers: (u16, (u16, &'static str)),
}

/// Orders 7001 and 7002 held, alice's and bob's cards stored, alice's regular purchase, one link of the demo's.
async fn world() -> (World, ShopServer, Vec<Twins>) {
    let world = fresh().await;
    let desk = RegularDesk::of(&world, "4000");
    let offer = desk.offer("tea", 1_200, 2).await;
    let plan = desk.joined(&offer, "alice", cards::VISA).await;
    change_merchant(&world, "4000", |merchant| merchant.capture = Capture::Later).await;
    for order in ["7001", "7002"] {
        let mut shopper = Shopper::new(&world);
        shopper.open(&ShopRequest::new("4000", 1_000, order)).await;
        shopper.pay(&Card::of(cards::VISA)).await;
    }
    BatchDesk::of(&world, "4000").keep("bob", cards::MASTERCARD).await;
    let server = ShopServer::of(&world, "4000").await;
    let post = |path: &str, body: Value, other_body: Value, answers| Twins {
        method: Method::POST,
        path: path.to_owned(),
        body,
        other_path: path.to_owned(),
        other_body,
        answers,
    };
    let link =
        |item: &str| json!({ "item": item, "amount": 5, "quantity": "1", "delivery": "at once", "withdrawal": "none" });
    let renewal = format!("/v1/renewals/{}", plan.id.as_str());
    let charge = |amount: u32| json!({ "order": "8001", "amount": amount, "user": "alice" });
    let twins = vec![
        post("/v1/payments", charge(5), charge(6), (201, (409, "order_paid"))),
        post(
            "/v1/payments/7001/amount",
            json!({ "amount": 900 }),
            json!({ "amount": 901 }),
            (200, (409, "nothing_held")),
        ),
        post("/v1/payments/7001/capture", json!({ "amount": 800 }), json!({}), (200, (409, "nothing_held"))),
        post(
            "/v1/payments/7001/refund",
            json!({ "amount": 500 }),
            json!({ "amount": 300 }),
            (200, (409, "amount_too_large")),
        ),
        Twins {
            other_path: "/v1/payments/7001/capture".to_owned(),
            ..post("/v1/payments/7002/cancel", json!({}), json!({}), (200, (409, "nothing_held")))
        },
        post("/v1/links", link("a"), link("b"), (201, (201, ""))),
        Twins {
            other_path: "/v1/links/open/revoke".to_owned(),
            ..post("/v1/links/demo/revoke", json!({}), json!({}), (200, (200, "")))
        },
        Twins {
            method: Method::DELETE,
            other_path: "/v1/cards?user=alice".to_owned(),
            ..post("/v1/cards?user=bob", Value::Null, Value::Null, (200, (404, "not_found")))
        },
        Twins {
            other_path: format!("{renewal}/end"),
            ..post(&format!("{renewal}/pause"), json!({}), json!({}), (200, (200, "")))
        },
    ];
    (world, server, twins)
}

async fn send(server: &ShopServer, method: &Method, path: &str, key: &str, body: &Value) -> Answered {
    let headers = [("idempotency-key", key), ("content-type", "application/json")];
    let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
    server.send(method.clone(), path, &headers, body).await
}

#[tokio::test]
async fn every_change_is_made_once_for_a_key_and_a_day() {
    let (world, server, twins) = world().await;
    for (place, twins) in twins.iter().enumerate() {
        let Twins { method, path, body, other_path, other_body, answers } = twins;
        let key = format!("key-{place}");
        for bad in ["", "a b", "\u{e9}", &"x".repeat(256)] {
            let refused = send(&server, method, path, bad, body).await;
            assert_eq!(refused.refusal(), (400, "idempotency_key_malformed"), "{path} {bad:?}");
        }
        let first = send(&server, method, path, &key, body).await;
        assert_eq!(first.status.as_u16(), answers.0, "{path} {}", first.json);
        for _ in 0..2 {
            let again = send(&server, method, path, &key, body).await;
            assert_eq!((again.status, &again.bytes), (first.status, &first.bytes), "{path}");
            assert_eq!(again.header("idempotent-replayed"), "true", "{path}");
        }
        let other = send(&server, method, other_path, &key, other_body).await;
        assert_eq!(other.refusal(), (422, "idempotency_key_reused"), "{path} then {other_path}");
        world.advance(Duration::from_secs(20)).await.unwrap(); // a key may make so many requests in ten seconds
    }
    world.advance(Duration::from_secs(24 * 3_600)).await.unwrap();
    for (place, Twins { method, path, body, answers, .. }) in twins.iter().enumerate() {
        let later = send(&server, method, path, &format!("key-{place}"), body).await;
        assert_eq!(later.refusal(), answers.1, "{path} a day later {}", later.json);
        assert_eq!(later.header("idempotent-replayed"), "", "{path}");
    }
}

#[tokio::test]
async fn what_is_no_json_or_too_long_is_refused_wherever_a_body_is_read() {
    let (_, server, twins) = world().await;
    for (place, Twins { method, path, body, .. }) in twins.iter().enumerate().filter(|(_, twins)| !twins.body.is_null())
    {
        let (kept, text) = (format!("key-{place}"), body.to_string());
        let plain = [("idempotency-key", kept.as_str()), ("content-type", "text/plain")];
        let refused = server.send(method.clone(), path, &plain, Bytes::from(text)).await;
        assert_eq!(refused.refusal(), (415, "not_json"), "{path}");
        let long = json!({ "item": "x".repeat(70_000) });
        assert_eq!(send(&server, method, path, &kept, &long).await.refusal(), (413, "body_too_large"), "{path}");
    }
}

#[tokio::test]
async fn the_same_request_has_its_answer_whatever_was_set_meanwhile() {
    let (world, server, _) = world().await;
    let desk = RegularDesk::of(&world, "4000");
    let offer = desk.offer("milk", 900, 1).await;
    let plan = desk.joined(&offer, "carol", cards::VISA).await;
    let renewal = format!("/v1/renewals/{}/change", plan.id.as_str());
    let requests = [
        (Method::POST, "/v1/payments", json!({ "order": "8001", "amount": 800, "user": "alice" })),
        (Method::POST, renewal.as_str(), json!({ "amount": 800 })),
    ];
    let mut first = Vec::new();
    for (method, path, body) in &requests {
        let answer = send(&server, method, path, &format!("before{}", path.len()), body).await;
        assert!(answer.status.is_success(), "{path} {}", answer.json);
        first.push(answer);
    }
    change_merchant(&world, "4000", |merchant| merchant.max_amount = Yen::new(700).unwrap()).await;
    world.advance(Duration::from_secs(60)).await.unwrap(); // what is kept of the merchant is read anew
    for ((method, path, body), first) in requests.iter().zip(first) {
        let again = send(&server, method, path, &format!("before{}", path.len()), body).await;
        assert_eq!((again.status, &again.bytes), (first.status, &first.bytes), "{path}");
    }
    for (method, path, body) in [
        (Method::POST, "/v1/payments", json!({ "order": "8002", "amount": 701, "user": "alice" })),
        (Method::POST, renewal.as_str(), json!({ "amount": 701 })),
    ] {
        for _ in 0..2 {
            let refused = send(&server, &method, path, &format!("after{}", path.len()), &body).await;
            assert_eq!(refused.refusal(), (422, "field_refused"), "{path} {}", refused.json);
            assert_eq!(refused.json["errors"][0]["field"], "amount", "{path}");
        }
    }
}

#[tokio::test]
async fn while_the_first_is_running_the_second_is_told_to_wait() {
    let (world, server, twins) = world().await;
    for (place, Twins { method, path, body, answers, .. }) in twins.iter().enumerate() {
        let key = format!("key-{place}");
        world.faults().restart();
        // Killed right after it stored that it began.
        world.faults().plan(When::Nth { caller: None, operation: "PutItem".to_owned(), nth: 0 }, Fault::DropAfter);
        send(&server, method, path, &key, body).await;
        world.faults().stop();
        let waiting = send(&server, method, path, &key, body).await;
        assert_eq!(waiting.refusal(), (409, "request_running"), "{path} {}", waiting.json);
        let wait: u64 = waiting.header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&wait), "{path} {wait}");
        world.advance(Duration::from_secs(wait)).await.unwrap();
        let done = send(&server, method, path, &key, body).await;
        assert_eq!(done.status.as_u16(), answers.0, "{path} {}", done.json);
        assert_ne!(done.status, StatusCode::CONFLICT);
    }
}

#[tokio::test]
async fn a_link_that_was_made_before_its_call_was_cut_off_is_its_answer_whatever_was_set_meanwhile() {
    let (world, server, twins) = world().await;
    let Twins { method, path, body, .. } = twins.iter().find(|twins| twins.path == "/v1/links").unwrap();
    // written and not answered: the claim of the key, the link's place in the list, and the link
    world.faults().restart();
    world.faults().plan(When::Nth { caller: None, operation: "PutItem".to_owned(), nth: 2 }, Fault::DropAfter);
    let cut_off = send(&server, method, path, "cut-off", body).await;
    assert_eq!(cut_off.status, StatusCode::SERVICE_UNAVAILABLE);
    world.faults().stop();
    change_merchant(&world, "4000", |merchant| merchant.max_amount = Yen::new(4).unwrap()).await;
    world.advance(Duration::from_secs(61)).await.unwrap();
    let made = send(&server, method, path, "cut-off", body).await;
    assert_eq!((made.status.as_u16(), &made.json["amount"]), (201, &body["amount"]), "{}", made.json);
    let refused = send(&server, method, path, "another", body).await;
    assert_eq!(refused.refusal(), (422, "field_refused"), "{}", refused.json);
}

#[tokio::test]
async fn what_was_answered_in_one_mode_is_no_answer_in_the_other() {
    let (world, _, _) = world().await;
    let path = "/v1/payments";
    let body = json!({ "order": "8001", "amount": 5, "user": "alice" });
    let in_mode = async |mode: Mode| {
        change_merchant(&world, "4000", |merchant| merchant.mode = mode).await;
        world.advance(Duration::from_secs(60)).await.unwrap(); // what is kept of the merchant is read anew
        let server = ShopServer::of(&world, "4000").await;
        send(&server, &Method::POST, path, "k", &body).await
    };
    // This installation is one for tests: a merchant that is live takes nothing here.
    assert_eq!(in_mode(Mode::Live).await.refusal(), (403, "merchant_suspended"));
    let first = in_mode(Mode::Test).await;
    assert_eq!((first.status, first.header("idempotent-replayed")), (StatusCode::CREATED, ""), "{}", first.json);
    let again = in_mode(Mode::Test).await;
    assert_eq!((&again.bytes, again.header("idempotent-replayed")), (&first.bytes, "true"));
    assert_eq!(in_mode(Mode::Live).await.refusal(), (403, "merchant_suspended"));
}

#[tokio::test]
async fn all_that_is_logged_of_a_request_says_which_and_whose() {
    let (log, guard) = Log::capture(LevelFilter::INFO);
    let (_world, server, _) = world().await;
    let known = log.records().len();
    let body = json!({ "order": "8001", "amount": 5, "user": "alice" });
    send(&server, &Method::POST, "/v1/payments", "k", &body).await;
    send(&server.showing(None), &Method::POST, "/v1/payments", "k", &body).await;
    drop(guard);
    let logged = log.records().split_off(known);
    let of_api = |record: &&Value| record["target"].as_str().is_some_and(|target| target.starts_with("api"));
    let spans: Vec<(String, Value)> = logged
        .iter()
        .filter(of_api)
        .map(|record| {
            let spans = record["spans"].as_array().unwrap();
            assert!(spans.iter().any(|span| span["requestId"].is_string()), "of no invocation: {record}");
            let request = spans.iter().find(|span| span["name"] == "api").unwrap_or_else(|| panic!("{record}"));
            assert!(request["request.id"].as_str().is_some_and(|id| !id.is_empty()), "of no request: {record}");
            (record["message"].as_str().unwrap().to_owned(), request["merchant.id"].clone())
        })
        .collect();
    let answered = "a request of the API was answered";
    assert!(spans.contains(&("charge tried by the API".to_owned(), json!("4000"))), "{logged:?}");
    assert!(spans.contains(&(answered.to_owned(), json!("4000"))), "{logged:?}");
    assert!(spans.contains(&(answered.to_owned(), Value::Null)), "nobody is who they say without a key: {logged:?}");
    let codes: Vec<&Value> =
        logged.iter().filter(|record| record["message"] == answered).map(|r| &r["status"]).collect();
    assert_eq!(codes, [&json!(201), &json!(401)]);
}
