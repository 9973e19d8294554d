//! The system on one machine by itself: time, deliveries, kills and restarts. What payments must do is told by the system tests.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where it can't go on")]

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use jiff::Timestamp;
use local::cloud::{Fault, When};
use local::site;
use local::world::{Delivery, Housekeeping, Ledger, Options, World};
use std::time::Duration;

fn noon() -> Timestamp {
    "2026-11-21T03:00:00Z".parse().unwrap()
}

async fn world() -> World {
    World::start(Options::test(noon())).await.unwrap()
}

fn get(path: &str) -> Request<Bytes> {
    Request::get(path).header(header::HOST, "localhost:9000").body(Bytes::new()).unwrap()
}

fn form(path: &str, body: String) -> Request<Bytes> {
    Request::post(path)
        .header(header::HOST, "localhost:9000")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Bytes::from(body))
        .unwrap()
}

fn text(response: &Response<Bytes>) -> String {
    String::from_utf8_lossy(response.body()).into_owned()
}

/// Opens the page of an order and answers the sealed order in its form.
async fn opened(world: &World, order: &str, amount: u32) -> String {
    let page = world.http(get(&format!("/pay?admin=4000&amount={amount}&charge={order}&mail=a%40example.com"))).await;
    assert_eq!(page.status(), StatusCode::OK, "{}", text(&page));
    let page = text(&page);
    let (_, rest) = page.split_once("name=\"order\" value=\"").expect("a form");
    rest.split('"').next().unwrap().to_owned()
}

/// Pays an order by the card that is always approved.
async fn pay(world: &World, order: &str, amount: u32) -> Response<Bytes> {
    let sealed = opened(world, order, amount).await;
    let card = "card_number=4242424242424242&card_expiry=12%2F30&card_code=123&card_name=TARO&mail=a%40example.com";
    world.http(form("/pay/authorize", format!("order={sealed}&{card}"))).await
}

#[tokio::test]
async fn a_payment_ends_in_a_mail_and_a_ledger_entry() {
    let world = world().await;
    let answer = pay(&world, "1001", 2000).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", text(&answer));
    world.settle().await.unwrap();
    assert_eq!(world.mailbox().unwrap().len(), 1);
    let log = world.acquirer_log().await.unwrap();
    assert_eq!(log.iter().map(|entry| entry.amount).collect::<Vec<_>>(), [2000]);
    assert!(world.queues().unwrap().iter().all(|queue| queue.waiting + queue.in_flight + queue.dead == 0));
}

#[tokio::test]
async fn a_jump_of_the_clock_resolves_what_is_unknown_on_the_way() {
    let world = world().await;
    pay(&world, "1901", 1901).await;
    world.settle().await.unwrap();
    assert_eq!(world.mailbox().unwrap().len(), 0, "nothing is told before it is known");
    let now = world.advance(Duration::from_secs(30 * 86_400)).await.unwrap();
    assert_eq!(now.as_second() - noon().as_second(), 30 * 86_400);
    let mails = world.mailbox().unwrap();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].at.as_second() - noon().as_second() < 600, "it was told when it was due, at {}", mails[0].at);
}

#[tokio::test]
async fn a_killed_function_is_a_503_and_a_queue_tries_again_after_its_visibility() {
    let world = world().await;
    world.faults().restart();
    let nth = |caller: &str, operation: &str| When::Nth {
        caller: Some(caller.to_owned()),
        operation: operation.to_owned(),
        nth: 0,
    };
    world.faults().plan(nth("Authorize", "PutItem"), Fault::DropBefore);
    assert_eq!(pay(&world, "1002", 2000).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    world.faults().plan(nth("CompletionMail", "SendEmail"), Fault::DropBefore);
    assert_eq!(pay(&world, "1003", 2000).await.status(), StatusCode::SEE_OTHER);
    world.settle().await.unwrap();
    assert_eq!(world.mailbox().unwrap().len(), 0);
    let in_flight = |world: &World| world.queues().unwrap().iter().map(|queue| queue.in_flight).sum::<u64>();
    assert_eq!(in_flight(&world), 2, "the whole batch: the payer's mail and the shop's copy");
    world.advance(Duration::from_secs(359)).await.unwrap();
    assert_eq!(world.mailbox().unwrap().len(), 0);
    world.advance(Duration::from_secs(2)).await.unwrap();
    assert_eq!((world.mailbox().unwrap().len(), in_flight(&world)), (1, 0));
}

#[tokio::test]
async fn a_killed_relay_is_tried_again_at_once() {
    let world = world().await;
    pay(&world, "1004", 2000).await;
    world.faults().restart();
    let by_relay =
        |nth| When::Nth { caller: Some("OutboxRelay".to_owned()), operation: "SendMessageBatch".to_owned(), nth };
    world.faults().plan(by_relay(0), Fault::DropBefore);
    world.settle().await.unwrap();
    assert_eq!(world.faults().pending(), 0, "{:?}", world.faults().calls());
    assert_eq!(world.mailbox().unwrap().len(), 1);
}

#[tokio::test]
async fn a_data_directory_goes_on_where_it_stopped() {
    let directory = std::env::temp_dir().join(format!("kessai-world-{}", std::process::id()));
    let options = || Options { data_dir: Some(directory.clone()), ..Options::test(noon()) };
    let world = World::start(options()).await.unwrap();
    pay(&world, "1005", 2000).await;
    world.advance(Duration::from_secs(5)).await.unwrap();
    pay(&world, "1901", 1901).await;
    drop(world);
    let moved = Options { shop_origin: "http://127.0.0.1:9001".to_owned(), ..options() };
    let world = World::start(moved).await.unwrap();
    assert_eq!(world.now().as_second() - noon().as_second(), 5);
    world.advance(Duration::from_secs(3600)).await.unwrap();
    assert_eq!(world.mailbox().unwrap().len(), 2, "one from before, one found by reconcile");
    assert_eq!(world.acquirer_log().await.unwrap().first().map(|entry| entry.amount), Some(2000));
    drop(world);
    std::fs::remove_dir_all(directory).unwrap();
}

#[tokio::test]
async fn a_ledger_in_memory_is_the_same_ledger() {
    let world = World::start(Options { ledger: Ledger::Memory, mail: false, ..Options::test(noon()) }).await.unwrap();
    pay(&world, "1006", 2000).await;
    world.settle().await.unwrap();
    assert_eq!(world.acquirer_log().await.unwrap().len(), 1);
    assert!(world.mailbox().unwrap().is_empty());
}

#[tokio::test]
async fn pages_and_json_behind_the_scenes_answer() {
    let world = world().await;
    pay(&world, "1007", 2000).await;
    world.settle().await.unwrap();
    for (path, holds) in [
        ("/_local/ready", "ready"),
        ("/_local/", "MailQueue"),
        ("/_local/mail", "2,000"),
        ("/_local/mail/0", "/_local/mail/0/html"),
        ("/_local/mail/0/html", "<!doctype html>"),
        ("/_local/acquirer", "authorize"),
        ("/_local/mail.json", "\"subject\""),
        ("/_local/acquirer.json", "\"approved\""),
        ("/_local/queues.json", "\"in_flight\""),
        ("/_local/usage.json", "\"write_units\""),
        ("/shop", "コーヒー豆"),
        ("/shop?lang=en", "Coffee beans"),
        ("/shop/checkout?beans=1", "/shop/thanks24"),
        ("/shop/checkout", "カートに商品がありません"),
        ("/shop/legal", "特定商取引法"),
        ("/shop/thanks?admin=4000&amount=2000&charge=1007&result=0", "data-verdict=\"unknown\""),
        ("/shop/thanks?admin=4000&admin=4000", "data-verdict=\"doubtful\""),
        ("/shop/thanks", "data-verdict=\"nothing\""),
    ] {
        let answer = site::answer(&world, get(path)).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert!(text(&answer).contains(holds), "{path}: {}", text(&answer));
    }
    let moved = Request::post("/_local/clock").body(Bytes::from_static(b"{\"advance_s\": 90}")).unwrap();
    let moved = site::answer(&world, moved).await;
    assert_eq!(text(&moved).split_whitespace().collect::<String>(), "{\"now\":\"2026-11-21T03:01:30Z\"}");
    for (path, status) in [("/_local/nothing", 404), ("/shop/nothing", 404), ("/nothing", 404), ("/", 303)] {
        assert_eq!(site::answer(&world, get(path)).await.status(), status, "{path}");
    }
}

#[tokio::test]
async fn a_shift_jis_hand_over_is_shown_as_it_came() {
    let world = world().await;
    let body = "admin=9320&amount=1&charge=1&free1=%95%5C&result=1".to_owned();
    let shown = text(&site::answer(&world, form("/shop/receive", body)).await);
    assert!(shown.contains('表') && shown.contains("95 5C"), "{shown}");
}

#[tokio::test]
async fn a_function_without_its_crate_stops_the_start() {
    let source: &'static str = Box::leak(
        local::template::SOURCE
            .replace("CodeUri: functions/reconcile/", "CodeUri: functions/recoincile/")
            .into_boxed_str(),
    );
    let error = World::start(Options { source, ..Options::test(noon()) }).await.unwrap_err().to_string();
    assert!(error.contains("Reconcile") && error.contains("functions/recoincile/"), "{error}");
}

#[test]
fn every_function_of_the_workspace_is_in_the_template() {
    let functions = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions");
    let mut crates: Vec<String> = std::fs::read_dir(functions)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    crates.sort();
    let mut wired: Vec<String> =
        Options::test(noon()).template().unwrap().functions.into_iter().map(|function| function.package).collect();
    wired.sort();
    assert_eq!(crates, wired);
    assert_eq!(crates, local::world::PACKAGES);
}

#[tokio::test]
async fn a_mail_may_come_twice_but_a_payment_does_not() {
    let world = world().await;
    world.deliver_twice(Delivery::Twice);
    pay(&world, "1008", 2000).await;
    world.settle().await.unwrap();
    assert!(world.mailbox().unwrap().len() >= 2);
    assert_eq!(world.acquirer_log().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_relay_that_never_works_leaves_its_batch_where_a_person_sees_it() {
    let world = world().await;
    pay(&world, "1009", 2000).await;
    world.faults().restart();
    for nth in 0..1000 {
        let operation = "SendMessageBatch".to_owned();
        world.faults().plan(When::Nth { caller: Some("OutboxRelay".to_owned()), operation, nth }, Fault::DropBefore);
    }
    world.settle().await.unwrap();
    let waiting = |name: &str| world.queues().unwrap().into_iter().find(|queue| queue.name == name).unwrap().waiting;
    assert_eq!((waiting("StreamFailures"), waiting("MailQueue")), (1, 0));
    let report = world.cloud().queue("StreamFailures").unwrap().bodies().unwrap().remove(0);
    assert!(report.contains("\"RetryAttemptsExhausted\"") && report.contains("\"startSequenceNumber\""), "{report}");
    assert!(!report.contains("example.com"), "it says where, not what");
}

#[tokio::test]
async fn housekeeping_runs_each_day_where_it_is_wanted_and_rests_where_it_is_not() {
    for (housekeeping, runs) in [(Housekeeping::Daily, 2), (Housekeeping::Rests, 0)] {
        let world = World::start(Options { housekeeping, ..Options::test(noon()) }).await.unwrap();
        world.faults().restart();
        world.advance(Duration::from_secs(2 * 86_400)).await.unwrap();
        for function in ["AuditSign", "CardRewrap", "RetentionSweep", "SettlementCheck"] {
            let calls = world.faults().calls().into_iter().filter(|call| call.caller == function).count();
            assert!(calls >= runs && (runs > 0 || calls == 0), "{function}: {calls} calls");
        }
    }
}
