//! The JSON API over regular purchases (api-renewals): listed, read, paused, resumed, ended, changed; each once, each for its own merchant.

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
    acquirer::DeclineCode,
    api::Scope,
    merchant::Status,
    recurring::{
        plan::{By, Plan, PlanState, Progress},
        retry::{Chance, Retry},
    },
};
use http::{Method, StatusCode};
use local::{
    cloud::{Fault, When},
    world::World,
};
use serde_json::{Value, json};
use system_tests::{Answered, RegularDesk, ShopServer, cards, change_merchant, fresh};

struct Shop {
    world: World,
    desk: RegularDesk,
    server: ShopServer,
    plan: Plan,
}

async fn shop() -> Shop {
    let world = fresh().await;
    let desk = RegularDesk::of(&world, "4000");
    let offer = desk.offer("tea", 1_200, 2).await;
    let plan = desk.joined(&offer, "alice", cards::VISA).await;
    let server = ShopServer::of(&world, "4000").await;
    Shop { world, desk, server, plan }
}

impl Shop {
    fn path(&self) -> String {
        format!("/v1/renewals/{}", self.plan.id.as_str())
    }

    async fn post(&self, act: &str, key: &str, body: Value) -> Answered {
        self.server.post(&format!("{}/{act}", self.path()), key, &body).await
    }

    async fn stored(&self) -> Plan {
        self.desk.plan(&self.plan.id).await
    }
}

#[tokio::test]
async fn a_regular_purchase_is_read_and_listed() {
    let shop = shop().await;
    let read = shop.server.get(&shop.path()).await;
    assert_eq!(read.status, StatusCode::OK, "{}", read.json);
    for (field, value) in [
        ("status", json!("active")),
        ("amount", json!(1_200)),
        ("cycle_months", json!(2)),
        ("period", json!(2)),
        ("user", json!("alice")),
        ("offer", json!("tea")),
    ] {
        assert_eq!(read.json[field], value, "{field}");
    }
    let order = read.json["first_order"].as_str().unwrap();
    assert_eq!(shop.server.get(&format!("/v1/payments/{order}")).await.status, StatusCode::OK);
    shop.world.settle().await.unwrap();
    let listed = shop.server.get("/v1/renewals?status=active&buyer=alice").await;
    assert_eq!(listed.json["data"].as_array().map(Vec::len), Some(1), "{}", listed.json);
    assert_eq!(listed.json["data"][0]["renewal"], read.json["renewal"]);
    assert_eq!(shop.server.get("/v1/renewals?status=ended").await.json["data"], json!([]));
    for path in ["/v1/renewals?status=gone", "/v1/renewals?buyer=", "/v1/renewals?buyer=%20%20", "/v1/renewals?limit=0"]
    {
        assert_eq!(shop.server.get(path).await.refusal(), (400, "field_invalid"), "{path}");
    }
}

#[tokio::test]
async fn regular_purchases_are_listed_without_gaps_or_repeats() {
    let shop = shop().await;
    let offer = shop.desk.offer("milk", 900, 1).await;
    let mut joined = vec![shop.plan.id.to_string()];
    for buyer in ["bob", "carol", "dave", "erin"] {
        shop.world.advance(Duration::from_secs(1)).await.unwrap();
        joined.push(shop.desk.joined(&offer, buyer, cards::VISA).await.id.to_string());
    }
    shop.world.settle().await.unwrap();
    let mut found = Vec::new();
    let mut path = "/v1/renewals?limit=2".to_owned();
    for page in 0.. {
        let listed = shop.server.get(&path).await;
        assert_eq!(listed.status, StatusCode::OK, "{}", listed.json);
        let data = listed.json["data"].as_array().unwrap();
        found.extend(data.iter().map(|renewal| renewal["renewal"].as_str().unwrap().to_owned()));
        let Some(cursor) = listed.json["next_cursor"].as_str() else { break };
        path = format!("/v1/renewals?limit=2&cursor={cursor}");
        let late = shop.desk.joined(&offer, &format!("late-{page}"), cards::VISA).await;
        shop.world.settle().await.unwrap();
        assert!(!joined.contains(&late.id.to_string()));
    }
    let once: BTreeSet<&String> = found.iter().collect();
    assert_eq!(once.len(), found.len(), "nothing twice: {found:?}");
    assert!(joined.iter().all(|id| found.contains(id)), "{joined:?} {found:?}");
    let cursor = path.split("cursor=").nth(1).unwrap();
    let other = shop.server.get(&format!("/v1/renewals?limit=2&status=active&cursor={cursor}")).await;
    assert_eq!(other.refusal(), (422, "cursor_invalid"), "a cursor is bound to what was asked");
}

#[tokio::test]
async fn it_is_paused_resumed_and_ended_and_what_is_so_already_is_done() {
    let shop = shop().await;
    for (act, key, status) in
        [("pause", "a", "paused"), ("pause", "b", "paused"), ("resume", "c", "active"), ("resume", "d", "active")]
    {
        let done = shop.post(act, key, json!({})).await;
        assert_eq!((done.status, &done.json["status"]), (StatusCode::OK, &json!(status)), "{act} {}", done.json);
        let why = (status == "paused").then_some("merchant");
        assert_eq!(done.json["reason"].as_str(), why, "{act}");
    }
    let now = shop.world.now();
    shop.desk.change(&shop.plan.id, |plan| plan.paused(By::Buyer, now)).await;
    assert_eq!(shop.server.get(&shop.path()).await.json["reason"], "buyer");
    assert_eq!(shop.post("resume", "z", json!({})).await.refusal(), (409, "renewal_impossible"), "that is the buyer's");
    shop.desk.change(&shop.plan.id, |plan| plan.resumed(By::Buyer, now)).await;
    assert!(shop.server.get(&shop.path()).await.json["next_on"].is_string());
    let ended = shop.post("end", "e", json!({})).await;
    assert_eq!((ended.status, &ended.json["status"]), (StatusCode::OK, &json!("ended")));
    assert_eq!(ended.json.get("next_on"), None);
    assert_eq!(shop.post("end", "f", json!({})).await.bytes, ended.bytes);
    for (act, key, body) in
        [("pause", "g", json!({})), ("resume", "h", json!({})), ("change", "i", json!({ "amount": 5 }))]
    {
        assert_eq!(shop.post(act, key, body).await.refusal(), (409, "renewal_impossible"), "{act}");
    }
    assert_eq!(
        shop.stored().await.version,
        shop.plan.version + 5,
        "pause, resume, the buyer's own, end: one write each"
    );
}

#[tokio::test]
async fn the_day_that_comes_next_is_never_one_that_passed() {
    let shop = shop().await;
    let retry = Retry { at: "2027-02-03T01:00:00Z".parse().unwrap(), chance: Chance::Further };
    let retrying = Progress::Retrying { code: DeclineCode::InsufficientFunds, next: retry };
    for (status, progress, day) in [
        ("active", Progress::Waiting, Some("2027-01-27")),
        ("retrying", retrying, Some("2027-02-03")),
        ("asked", Progress::Asked { at: shop.world.now() }, None),
    ] {
        let state = PlanState::Active(progress);
        let stands =
            |plan: &Plan| (plan.state != state).then(|| Plan { state, version: plan.version + 1, ..plan.clone() });
        shop.desk.change(&shop.plan.id, stands).await;
        shop.world.settle().await.unwrap();
        let read = shop.server.get(&shop.path()).await.json;
        assert_eq!((&read["status"], read["next_on"].as_str()), (&json!(status), day), "{status}");
        let row = shop.server.get("/v1/renewals").await.json["data"][0].clone();
        assert_eq!((&row["status"], row["next_on"].as_str()), (&json!(status), day), "{status} in the list");
    }
}

#[tokio::test]
async fn less_is_changed_and_more_is_proposed() {
    let shop = shop().await;
    let less = shop.post("change", "a", json!({ "amount": 1_000 })).await;
    assert_eq!(less.status, StatusCode::OK, "{}", less.json);
    assert_eq!(shop.stored().await.last_rate().amount.get(), 1_000);
    assert_eq!(less.json.get("proposal"), None);
    let more = shop.post("change", "b", json!({ "amount": 1_500, "cycle_months": 1 })).await;
    assert_eq!(more.json["proposal"], json!({ "amount": 1_500, "cycle_months": 1 }), "{}", more.json);
    assert_eq!(shop.stored().await.last_rate().amount.get(), 1_000, "nothing changes before the buyer agrees");
    let again = shop.post("change", "c", json!({ "amount": 1_500, "cycle_months": 1 })).await;
    assert_eq!(again.bytes, more.bytes, "it is proposed already");
    for (key, body, refusal, field) in [
        ("d", json!({}), (422, "field_refused"), "amount"),
        ("e", json!({ "amount": 0 }), (400, "field_invalid"), "amount"),
        ("f", json!({ "cycle_months": 0 }), (400, "field_invalid"), "cycle_months"),
        ("g", json!({ "cycle_months": 37 }), (400, "field_invalid"), "cycle_months"),
        ("h", json!({ "day": 5 }), (400, "field_invalid"), "day"),
    ] {
        let answer = shop.post("change", key, body).await;
        assert_eq!(answer.refusal(), refusal, "{}", answer.json);
        assert_eq!(answer.json["errors"][0]["field"], field);
    }
}

#[tokio::test]
async fn a_killed_ending_is_gone_on_with() {
    let mut index = 0;
    loop {
        let shop = shop().await;
        shop.world.faults().restart();
        shop.world.faults().plan(When::Index(index), Fault::DropAfter);
        shop.post("end", "k", json!({})).await;
        let met = shop.world.faults().calls().iter().any(|call| call.fault.is_some());
        shop.world.faults().stop();
        if !met {
            break;
        }
        shop.world.advance(std::time::Duration::from_secs(60)).await.unwrap();
        let last = shop.post("end", "k", json!({})).await;
        assert_eq!((last.status, &last.json["status"]), (StatusCode::OK, &json!("ended")), "after call {index}");
        assert!(matches!(shop.stored().await.state, PlanState::Ended { .. }));
        index += 1;
    }
    assert!(index >= 6, "{index} calls");
}

#[tokio::test]
async fn a_card_that_a_regular_purchase_is_paid_with_stays() {
    let shop = shop().await;
    let delete = |key: &'static str| {
        let server = shop.server.clone();
        async move { server.send(Method::DELETE, "/v1/cards?user=alice", &[("idempotency-key", key)], Bytes::new()).await }
    };
    assert_eq!(delete("a").await.refusal(), (409, "card_in_use"));
    let now = shop.world.now();
    shop.desk.change(&shop.plan.id, |plan| plan.ended(By::Buyer, now)).await;
    assert_eq!(delete("b").await.status, StatusCode::OK);
}

#[tokio::test]
async fn another_merchants_regular_purchases_are_not_there() {
    let shop = shop().await;
    let stranger = ShopServer::of(&shop.world, "2400").await;
    let absent = stranger.get("/v1/renewals/none").await;
    let foreign = stranger.get(&shop.path()).await;
    assert_eq!((foreign.status, &foreign.bytes), (StatusCode::NOT_FOUND, &absent.bytes));
    for act in ["pause", "resume", "end", "change"] {
        let body = if act == "change" { json!({ "amount": 5 }) } else { json!({}) };
        let answer = stranger.post(&format!("{}/{act}", shop.path()), act, &body).await;
        assert_eq!((answer.status, &answer.bytes), (StatusCode::NOT_FOUND, &absent.bytes), "{act}");
    }
    shop.world.settle().await.unwrap();
    assert_eq!(stranger.get("/v1/renewals").await.json["data"], json!([]));
    assert_eq!(shop.stored().await.version, shop.plan.version);
    let reader = ShopServer::with(&shop.world, "4000", &[Scope::RenewalsRead]).await;
    assert_eq!(reader.post(&format!("{}/end", shop.path()), "k", &json!({})).await.refusal(), (403, "scope_missing"));
    let writer = ShopServer::with(&shop.world, "4000", &[Scope::RenewalsWrite]).await;
    assert_eq!(writer.get(&shop.path()).await.refusal(), (403, "scope_missing"));
}

/// Nothing is charged meanwhile, whatever is arranged: the day itself asks.
#[tokio::test]
async fn a_suspended_merchant_arranges_as_at_the_console() {
    let shop = shop().await;
    change_merchant(&shop.world, "4000", |merchant| merchant.status = Status::Suspended).await;
    shop.world.advance(std::time::Duration::from_secs(60)).await.unwrap();
    for (act, body) in
        [("pause", json!({})), ("resume", json!({})), ("change", json!({ "amount": 1_000 })), ("end", json!({}))]
    {
        let done = shop.post(act, act, body).await;
        assert_eq!(done.status, StatusCode::OK, "{act} {}", done.json);
    }
}

/// A call that was cut off before it wrote, and somebody else was there since: what it would do now is not what was asked for.
#[tokio::test]
async fn a_call_that_was_cut_off_says_that_the_regular_purchase_changed_meanwhile() {
    for (act, body) in
        [("pause", json!({})), ("change", json!({ "amount": 1_000 })), ("change", json!({ "amount": 1_300 }))]
    {
        let shop = shop().await;
        shop.world.faults().restart();
        // Killed right after it stored that it began.
        shop.world.faults().plan(When::Nth { caller: None, operation: "PutItem".to_owned(), nth: 0 }, Fault::DropAfter);
        shop.post(act, "k", body.clone()).await;
        shop.world.faults().stop();
        let more = shop.server.post(&format!("{}/change", shop.path()), "other", &json!({ "amount": 1_100 })).await;
        assert_eq!(more.status, StatusCode::OK, "{}", more.json);
        shop.world.advance(Duration::from_secs(60)).await.unwrap();
        let before = shop.stored().await;
        for _ in 0..2 {
            let told = shop.post(act, "k", body.clone()).await;
            assert_eq!(told.refusal(), (409, "renewal_changed"), "{act} {body} {}", told.json);
        }
        assert_eq!(shop.stored().await, before, "{act}: nothing was done");
        let anew = shop.post(act, "l", body.clone()).await;
        assert_eq!(anew.status, StatusCode::OK, "{act} {body} {}", anew.json);
    }
}

/// A cursor is as long as the description says, whatever was asked for.
#[tokio::test]
async fn a_cursor_stays_short_however_long_what_was_asked_is() {
    let shop = shop().await;
    let item = "\u{ff71}".repeat(128);
    let long = item.clone();
    let offer = shop.desk.offer_with("kana", 900, 1, |offer| offer.item = long).await;
    for buyer in ["bob", "carol"] {
        shop.world.advance(Duration::from_secs(1)).await.unwrap();
        shop.desk.joined(&offer, buyer, cards::VISA).await;
    }
    shop.world.settle().await.unwrap();
    let asked: String = item.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let path = format!("/v1/renewals?limit=1&status=active&buyer={asked}");
    let first = shop.server.get(&path).await;
    let cursor = first.json["next_cursor"].as_str().unwrap_or_else(|| panic!("{}", first.json));
    assert!(cursor.len() <= 1_000, "{}", cursor.len());
    let second = shop.server.get(&format!("{path}&cursor={cursor}")).await;
    assert_eq!(second.json["data"].as_array().map(Vec::len), Some(1), "{}", second.json);
    assert_ne!(second.json["data"], first.json["data"]);
}
