//! The JSON API over payment links (api-links): made once, by the console's rules, listed, read, revoked.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::large_futures,
    reason = "a test's helpers may stop at the first surprise"
)]

use std::time::Duration;

use domain::{api::Scope, merchant::Status};
use http::StatusCode;
use local::{
    cloud::{Fault, When},
    world::World,
};
use serde_json::{Value, json};
use system_tests::{Card, ShopServer, Shopper, cards, change_merchant, fresh, payment};

fn asked(more: &Value) -> Value {
    let mut body = json!({ "item": "年会費", "amount": 2000, "quantity": "1年", "delivery": "お支払い後すぐ", "withdrawal": "不可" });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

async fn world() -> (World, ShopServer) {
    let world = fresh().await;
    let server = ShopServer::of(&world, "4000").await;
    (world, server)
}

#[tokio::test]
async fn a_link_is_made_paid_and_read() {
    let (world, server) = world().await;
    let made = server.post("/v1/links", "a", &asked(&json!({}))).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.json);
    let address = made.json["address"].as_str().unwrap();
    assert!(address.ends_with(&format!("/l/{}", made.json["link"].as_str().unwrap())), "{address}");
    assert_eq!((&made.json["status"], &made.json["uses"]), (&json!("open"), &json!("once")));
    let path = &address[address.find("/l/").unwrap()..];
    let mut shopper = Shopper::new(&world);
    shopper.get(path).await;
    assert!(shopper.page().text.contains("年会費"), "{}", shopper.page().text);
    let filled = shopper.filled(&Card::of(cards::VISA));
    shopper.submit(&filled).await;
    world.settle().await.unwrap();
    let read = server.get(&format!("/v1/links/{}", made.json["link"].as_str().unwrap())).await;
    assert_eq!(read.json["status"], "paid", "{}", read.json);
    let order = read.json["order"].as_str().unwrap();
    assert!(payment(&world, "4000", order).await.unwrap().state.is_paid());
    assert_eq!(server.get(&format!("/v1/payments/{order}")).await.json["status"], "captured");
    let late = server.post(&format!("/v1/links/{}/revoke", made.json["link"].as_str().unwrap()), "b", &json!({})).await;
    assert_eq!(late.refusal(), (409, "link_closed"));
}

#[tokio::test]
async fn a_link_to_a_buyer_is_mailed_once() {
    let (world, server) = world().await;
    let body = asked(&json!({ "name": "山田 太郎", "mail": "taro@example.com", "order": "6001", "mailing": "now" }));
    let made = server.post("/v1/links", "a", &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.json);
    assert_eq!(made.json["order"], "6001");
    let again = server.post("/v1/links", "a", &body).await;
    assert_eq!(again.bytes, made.bytes);
    world.settle().await.unwrap();
    let mails = world.mailbox().unwrap().into_iter().filter(|mail| mail.to == ["taro@example.com"]).count();
    assert_eq!(mails, 1);
    let taken = server
        .post("/v1/links", "b", &asked(&json!({ "name": "別人", "mail": "x@example.com", "order": "6001" })))
        .await;
    assert_eq!(taken.refusal(), (409, "order_used"));
}

#[tokio::test]
async fn a_link_that_can_not_be_says_which_field() {
    let (world, server) = world().await;
    change_merchant(&world, "4000", |merchant| merchant.destinations[2] = None).await;
    for (key, more, refusal, field) in [
        ("a", json!({ "until": "2020-01-01" }), (422, "field_refused"), "until"),
        ("a2", json!({ "order": "77" }), (422, "field_refused"), "name"),
        ("b", json!({ "until": "tomorrow" }), (422, "field_refused"), "until"),
        ("c", json!({ "item": "" }), (422, "field_refused"), "item"),
        ("d", json!({ "item": "4242424242424242" }), (422, "field_refused"), "item"),
        ("e", json!({ "name": "太郎" }), (422, "field_refused"), "mail"),
        ("e2", json!({ "mail": "a@example.com" }), (422, "field_refused"), "name"),
        ("e3", json!({ "destination": 3 }), (422, "field_refused"), "destination"),
        ("f", json!({ "name": "太郎", "mail": "none" }), (422, "field_refused"), "mail"),
        ("g", json!({ "name": "太郎", "mail": "a@example.com", "uses": "often" }), (422, "field_refused"), "uses"),
        ("h", json!({ "mailing": "now" }), (422, "field_refused"), "mail"),
        ("i", json!({ "amount": 0 }), (400, "field_invalid"), "amount"),
        ("j", json!({ "uses": "always" }), (400, "field_invalid"), "uses"),
        ("k", json!({ "delivery": null }), (400, "field_invalid"), "delivery"),
        ("l", json!({ "delivery": "x".repeat(501) }), (400, "field_invalid"), "delivery"),
        ("m", json!({ "destination": 4 }), (400, "field_invalid"), "destination"),
    ] {
        let answer = server.post("/v1/links", key, &asked(&more)).await;
        assert_eq!(answer.refusal(), refusal, "{more} {}", answer.json);
        assert_eq!(answer.json["errors"][0]["field"], field, "{more} {}", answer.json);
    }
    for (key, more, code) in
        [("p", json!({ "until": "2020-01-01" }), "over"), ("q", json!({ "destination": 3 }), "not_registered")]
    {
        assert_eq!(server.post("/v1/links", key, &asked(&more)).await.json["errors"][0]["code"], code, "{more}");
    }
    let none = json!({ "amount": 5 });
    assert_eq!(server.post("/v1/links", "n", &none).await.json["errors"][0]["code"], "missing");
    change_merchant(&world, "4000", |merchant| merchant.status = Status::Suspended).await;
    world.advance(Duration::from_secs(60)).await.unwrap();
    let suspended = server.post("/v1/links", "o", &asked(&json!({}))).await;
    assert_eq!(suspended.refusal(), (403, "merchant_suspended"));
    let listed = server.get("/v1/links").await;
    assert_eq!(listed.json["data"].as_array().unwrap().len(), 2, "the demo's own alone: {}", listed.json);
}

#[tokio::test]
async fn a_revoked_link_opens_nothing_and_can_be_revoked_twice() {
    let (world, server) = world().await;
    let made = server.post("/v1/links", "a", &asked(&json!({ "uses": "often" }))).await;
    let link = made.json["link"].as_str().unwrap().to_owned();
    for key in ["b", "c"] {
        let revoked = server.post(&format!("/v1/links/{link}/revoke"), key, &json!({})).await;
        assert_eq!((revoked.status, &revoked.json["status"]), (StatusCode::OK, &json!("revoked")));
    }
    let mut shopper = Shopper::new(&world);
    shopper.get(&format!("/l/{link}")).await;
    assert_eq!(shopper.page().code(), "link_revoked");
}

#[tokio::test]
async fn links_are_listed_without_gaps_and_by_how_they_stand() {
    let (world, server) = world().await;
    let mut made = Vec::new();
    for nth in 0..5 {
        world.advance(Duration::from_secs(11)).await.unwrap(); // later than the demo's own
        let answer = server.post("/v1/links", &format!("k{nth}"), &asked(&json!({}))).await;
        made.push(answer.json["link"].as_str().unwrap().to_owned());
    }
    made.reverse();
    server.post(&format!("/v1/links/{}/revoke", made[1]), "r", &json!({})).await;
    let mut found = Vec::new();
    let mut path = "/v1/links?limit=2".to_owned();
    loop {
        let page = server.get(&path).await;
        found
            .extend(page.json["data"].as_array().unwrap().iter().map(|link| link["link"].as_str().unwrap().to_owned()));
        match page.json["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/links?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(found[..5], made);
    let revoked = server.get("/v1/links?status=revoked").await;
    assert_eq!(revoked.json["data"].as_array().unwrap().len(), 1);
    assert_eq!(revoked.json["data"][0]["link"], made[1].as_str());
    assert_eq!(server.get("/v1/links?status=gone").await.refusal(), (400, "field_invalid"));
    let stranger = ShopServer::of(&world, "2400").await;
    assert_eq!(stranger.get("/v1/links").await.json["data"], json!([]));
    let (foreign, absent) =
        (stranger.get(&format!("/v1/links/{}", made[0])).await, stranger.get("/v1/links/none").await);
    assert_eq!((foreign.status, &foreign.bytes), (StatusCode::NOT_FOUND, &absent.bytes));
    let revoke = stranger.post(&format!("/v1/links/{}/revoke", made[0]), "k", &json!({})).await;
    assert_eq!((revoke.status, &revoke.bytes), (StatusCode::NOT_FOUND, &absent.bytes));
    let reader = ShopServer::with(&world, "4000", &[Scope::PaymentsRead]).await;
    assert_eq!(reader.get("/v1/links").await.refusal(), (403, "scope_missing"));
}

#[tokio::test]
async fn a_killed_making_is_gone_on_with_and_makes_and_mails_one() {
    let body = asked(&json!({ "name": "山田 太郎", "mail": "taro@example.com", "order": "6002", "mailing": "now" }));
    let mut index = 0;
    loop {
        let (world, server) = world().await;
        world.faults().restart();
        world.faults().plan(When::Index(index), Fault::DropAfter);
        let first = server.post("/v1/links", "k", &body).await;
        let met = world.faults().calls().iter().any(|call| call.fault.is_some());
        world.faults().stop();
        if !met {
            assert_eq!(first.status, StatusCode::CREATED);
            break;
        }
        world.advance(Duration::from_secs(60)).await.unwrap();
        let last = server.post("/v1/links", "k", &body).await;
        assert_eq!(last.status, StatusCode::CREATED, "after call {index}: {}", last.json);
        world.settle().await.unwrap();
        let listed = server.get("/v1/links").await;
        assert_eq!(listed.json["data"].as_array().unwrap().len(), 3, "after call {index}: {}", listed.json);
        let mails = world.mailbox().unwrap().into_iter().filter(|mail| mail.to == ["taro@example.com"]).count();
        assert_eq!(mails, 1, "after call {index}");
        index += 1;
    }
    assert!(index >= 6, "{index} calls");
}
