//! The cases in `events/` are what AWS sends: each one is put through the system, or read by what its function reads it with.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's helpers may stop at the first surprise")]

use crate::repository::{files, read};
use bytes::Bytes;
use data_encoding::BASE64;
use domain::payment::{State, Telling, Tidings, tidings};
use domain::tell::{CardTelling, Message};
use http::Request;
use serde_json::Value;

#[tokio::test]
async fn every_http_case_gets_a_page_and_never_a_fault() {
    let world = system_tests::fresh().await;
    for case in files("events", ".json") {
        let event = event(&case);
        if event["version"] != "2.0" {
            continue;
        }
        let response = world.http(request(&event)).await;
        assert!(response.status().as_u16() < 500, "{case}: {}", response.status());
        assert!(!response.body().is_empty() || response.status().is_redirection(), "{case}: an empty answer");
    }
}

#[test]
fn the_stream_case_is_a_payment_that_was_paid() {
    let records = event("events/outbox-relay/captured.json")["Records"].clone();
    let image = |record: usize, name: &str| {
        let image = records[record]["dynamodb"][name].as_object()?.clone();
        store::payments::from_stream(&image).unwrap()
    };
    let (intent, paid) = (image(0, "NewImage").unwrap(), image(1, "NewImage").unwrap());
    assert!(matches!(intent.state, State::Authorizing { .. }));
    assert_eq!(tidings(None, &intent), None);
    let before = image(1, "OldImage").unwrap();
    assert_eq!(before, intent);
    assert_eq!(tidings(Some(&before.state), &paid), Some(Tidings::Paid));
    let other = event("events/outbox-relay/another-item.json")["Records"][0]["dynamodb"]["NewImage"]
        .as_object()
        .unwrap()
        .clone();
    assert_eq!(store::payments::from_stream(&other).unwrap(), None);
}

#[test]
fn the_stream_case_of_a_card_becomes_the_mail_case_of_one() {
    let record = event("events/outbox-relay/card-deleted.json");
    let changes = inbound::events::changes(&record).unwrap();
    let image = |image: &Option<_>| store::cards::from_stream(image.as_ref().unwrap()).unwrap().unwrap();
    let (old, new) = (image(&changes[0].old), image(&changes[0].new));
    assert!(old.number.is_some() && new.number.is_none());
    assert_eq!(store::payments::from_stream(changes[0].new.as_ref().unwrap()).unwrap(), None, "it is no payment");
    let told = CardTelling::of(Some(&old), &new, changes[0].at.unwrap()).unwrap();
    let mail = event("events/completion-mail/card-deleted.json");
    let body = mail["Records"][0]["body"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Message>(body).unwrap(), Message::Card(told));
}

#[test]
fn the_mail_cases_hold_messages_as_the_relay_writes_them() {
    let tellings = |case: &str| -> Vec<Option<Telling>> {
        let records = event(case)["Records"].as_array().unwrap().clone();
        records.iter().map(|record| serde_json::from_str(record["body"].as_str().unwrap()).ok()).collect()
    };
    assert!(tellings("events/completion-mail/paid.json").iter().all(Option::is_some));
    let readable: Vec<bool> =
        tellings("events/completion-mail/one-unreadable.json").iter().map(Option::is_some).collect();
    assert_eq!(readable, [false, true]);
}

fn event(case: &str) -> Value {
    serde_json::from_str(&read(case)).unwrap()
}

/// The request that API Gateway made this event of.
fn request(event: &Value) -> Request<Bytes> {
    let query = event["rawQueryString"].as_str().unwrap();
    let path = event["rawPath"].as_str().unwrap();
    let address = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    let mut request =
        Request::builder().method(event["requestContext"]["http"]["method"].as_str().unwrap()).uri(address);
    for (name, value) in event["headers"].as_object().unwrap() {
        let value = if name == "host" { "localhost" } else { value.as_str().unwrap() };
        request = request.header(name, value);
    }
    let body = event["body"].as_str().map(|body| BASE64.decode(body.as_bytes()).unwrap()).unwrap_or_default();
    request.body(Bytes::from(body)).unwrap()
}
