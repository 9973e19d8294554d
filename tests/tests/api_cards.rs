//! The JSON API over stored cards (api-cards): what is shown of one, never its number, and deleting it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::large_futures,
    reason = "a test's helpers may stop at the first surprise"
)]

use bytes::Bytes;
use domain::{CardOwner, OrderId, api::Scope, card::ConsentScope};
use http::{Method, StatusCode};
use local::{
    cloud::{Fault, When},
    world::World,
};
use serde_json::json;
use system_tests::{Answered, BatchDesk, ShopServer, cards, fresh, kept_card, smuggle_card};

async fn world() -> (World, ShopServer) {
    let world = fresh().await;
    let desk = BatchDesk::of(&world, "4000");
    desk.keep("alice", cards::VISA).await;
    let mut recalled = desk.card(CardOwner::Buyer("bob/7?x".to_owned()), cards::MASTERCARD).await;
    recalled.consent.scope = ConsentScope::Recall;
    smuggle_card(&world, &recalled).await;
    let of_order = desk.card(CardOwner::Order(OrderId::new("900").unwrap()), cards::JCB).await;
    smuggle_card(&world, &of_order).await;
    let server = ShopServer::of(&world, "4000").await;
    (world, server)
}

async fn delete(server: &ShopServer, key: &str, query: &str) -> Answered {
    let headers = [("idempotency-key", key)];
    server.send(Method::DELETE, &format!("/v1/cards?{query}"), &headers, Bytes::new()).await
}

#[tokio::test]
async fn a_card_is_shown_without_its_number() {
    let (_, server) = world().await;
    let read = server.get("/v1/cards?user=alice").await;
    assert_eq!(read.status, StatusCode::OK, "{}", read.json);
    assert_eq!((&read.json["user"], &read.json["charges"]), (&json!("alice"), &json!("possible")));
    assert_eq!(read.json["card"], json!({ "brand": "visa", "last4": "4242", "expires": "2030-12" }));
    let text = String::from_utf8(read.bytes.to_vec()).unwrap();
    assert!(!text.contains("424242"), "{text}");
    let recalled = server.get("/v1/cards?user=bob%2F7%3Fx").await;
    assert_eq!(recalled.json["charges"], "not_agreed", "{}", recalled.json);
}

#[tokio::test]
async fn a_card_is_named_by_one_parameter() {
    let (_, server) = world().await;
    for (query, refusal, field) in [
        ("", (422, "field_refused"), "user"),
        ("?user=", (400, "field_invalid"), "user"),
        ("?user=alice&order=900", (422, "field_refused"), "order"),
        ("?user=alice&user=bob", (400, "field_invalid"), "user"),
        ("?user=%zz", (400, "field_invalid"), "user"),
        ("?order=a%20b", (400, "field_invalid"), "order"),
        ("?buyer=alice", (400, "field_invalid"), "buyer"),
        ("?4242424242424242=1", (400, "field_invalid"), "query"),
        ("?a@example.com=1", (400, "field_invalid"), "query"),
    ] {
        let answer = server.get(&format!("/v1/cards{query}")).await;
        assert_eq!(answer.refusal(), refusal, "{query}");
        assert_eq!(answer.json["errors"][0]["field"], field, "{query}");
    }
    for query in ["user=nobody", "user=Alice", "order=900000", "order=none"] {
        assert_eq!(server.get(&format!("/v1/cards?{query}")).await.refusal(), (404, "not_found"), "{query}");
    }
}

#[tokio::test]
async fn a_deleted_card_is_gone_and_charges_nothing() {
    let (world, server) = world().await;
    let gone = delete(&server, "a", "user=alice").await;
    assert_eq!(gone.status, StatusCode::OK, "{}", gone.json);
    assert_eq!((&gone.json["card"]["last4"], &gone.json["charges"]), (&json!("4242"), &json!("deleted")));
    let again = delete(&server, "a", "user=alice").await;
    assert_eq!((again.status, &again.bytes), (gone.status, &gone.bytes), "the same request has the same answer");
    assert_eq!(delete(&server, "b", "user=alice").await.refusal(), (404, "not_found"));
    assert_eq!(delete(&server, "a", "user=bob%2F7%3Fx").await.refusal(), (422, "idempotency_key_reused"));
    assert_eq!(server.get("/v1/cards?user=alice").await.refusal(), (404, "not_found"));
    let charge = server.post("/v1/payments", "c", &json!({ "amount": 5, "user": "alice" })).await;
    assert_eq!(charge.refusal(), (422, "card_missing"));
    assert!(kept_card(&world, "4000", "alice").await.unwrap().number.is_none());
}

#[tokio::test]
async fn what_was_not_there_is_asked_for_again_under_the_same_key() {
    let (world, server) = world().await;
    assert_eq!(delete(&server, "k", "user=carol").await.refusal(), (404, "not_found"));
    BatchDesk::of(&world, "4000").keep("carol", cards::VISA).await;
    let gone = delete(&server, "k", "user=carol").await;
    assert_eq!((gone.status, gone.header("idempotent-replayed")), (StatusCode::OK, ""), "{}", gone.json);
    assert!(kept_card(&world, "4000", "carol").await.unwrap().number.is_none());
}

#[tokio::test]
async fn an_order_names_its_card_whether_or_not_its_payment_is_known() {
    let (_, server) = world().await;
    let read = server.get("/v1/cards?order=900").await;
    assert_eq!((read.status, &read.json["order"]), (StatusCode::OK, &json!("900")), "{}", read.json);
    let charged = server.post("/v1/payments", "k", &json!({ "amount": 5, "earlier_order": "900" })).await;
    assert_eq!(charged.status, StatusCode::CREATED, "as a batch's row would: {}", charged.json);
}

#[tokio::test]
async fn a_killed_deletion_is_gone_on_with() {
    let mut index = 0;
    loop {
        let (world, server) = world().await;
        world.faults().restart();
        world.faults().plan(When::Index(index), Fault::DropAfter);
        delete(&server, "k", "user=alice").await;
        let met = world.faults().calls().iter().any(|call| call.fault.is_some());
        world.faults().stop();
        if !met {
            break;
        }
        world.advance(std::time::Duration::from_secs(60)).await.unwrap();
        let last = delete(&server, "k", "user=alice").await;
        assert_eq!((last.status, &last.json["charges"]), (StatusCode::OK, &json!("deleted")), "after call {index}");
        assert!(kept_card(&world, "4000", "alice").await.unwrap().number.is_none(), "after call {index}");
        index += 1;
    }
    assert!(index >= 6, "{index} calls");
}

#[tokio::test]
async fn another_merchants_cards_are_not_there() {
    let (world, _) = world().await;
    let stranger = ShopServer::of(&world, "2400").await;
    let absent = stranger.get("/v1/cards?user=nobody").await;
    for query in ["user=alice", "order=900"] {
        let foreign = stranger.get(&format!("/v1/cards?{query}")).await;
        assert_eq!((foreign.status, &foreign.bytes), (StatusCode::NOT_FOUND, &absent.bytes), "{query}");
        assert_eq!(delete(&stranger, query, query).await.refusal(), (404, "not_found"));
    }
    assert!(kept_card(&world, "4000", "alice").await.unwrap().number.is_some());
    let reader = ShopServer::with(&world, "4000", &[Scope::CardsRead]).await;
    assert_eq!(delete(&reader, "k", "user=alice").await.refusal(), (403, "scope_missing"));
    let writer = ShopServer::with(&world, "4000", &[Scope::CardsWrite]).await;
    assert_eq!(writer.get("/v1/cards?user=alice").await.refusal(), (403, "scope_missing"));
}
