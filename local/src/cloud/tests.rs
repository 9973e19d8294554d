//! The cloud from a function's side: the real SDK client over the seam.

use super::*;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata as _;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use serde_json::json;
use std::sync::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

pub(super) const START: &str = "2026-11-21T00:00:00Z";

/// A clock that a test moves.
#[derive(Clone)]
struct TestClock(Arc<Mutex<Timestamp>>);

impl TestClock {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(START.parse().unwrap())))
    }

    fn advance(&self, seconds: i64) {
        let mut now = self.0.lock().unwrap();
        *now = now.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap();
    }

    fn clock(&self) -> Clock {
        let now = Arc::clone(&self.0);
        Arc::new(move || *now.lock().unwrap())
    }
}

fn key(name: &str) -> KeyAttribute {
    KeyAttribute { name: name.to_owned(), kind: KeyKind::Text }
}

fn payments() -> TableSpec {
    TableSpec {
        name: "payments".to_owned(),
        partition: key("pk"),
        sort: Some(key("sk")),
        indexes: vec![IndexSpec {
            name: "due".to_owned(),
            partition: key("due"),
            sort: Some(key("pk")),
            projection: Projection::KeysOnly,
        }],
        stream: Some(StreamView::NewAndOldImages),
        ttl: Some("ttl".to_owned()),
        counted: true,
    }
}

fn mails() -> QueueSpec {
    QueueSpec {
        name: "mails".to_owned(),
        visibility: Duration::from_secs(30),
        delay: Duration::ZERO,
        redrive: Some(Redrive { dead_letters: "mails-dead".to_owned(), max_receive_count: 2 }),
    }
}

fn dead_letters() -> QueueSpec {
    QueueSpec { name: "mails-dead".to_owned(), redrive: None, ..mails() }
}

fn everything() -> Permissions {
    Permissions::new(vec![Statement { actions: vec!["*".to_owned()], resources: vec!["*".to_owned()] }])
}

fn authorize() -> Caller {
    Caller::function("authorize", everything())
}

fn fill(cloud: &Cloud) {
    cloud.create_table(&payments()).unwrap();
    cloud.create_queue(&dead_letters()).unwrap();
    cloud.create_queue(&mails()).unwrap();
    cloud.create_key(&KeySpec { id: "AppKey".to_owned(), alias: Some("alias/app".to_owned()) }).unwrap();
}

fn open() -> (Cloud, TestClock) {
    let clock = TestClock::new();
    let cloud = Cloud::open(Options::memory(clock.clock())).unwrap();
    fill(&cloud);
    (cloud, clock)
}

fn client(cloud: &Cloud, caller: Caller) -> Client {
    Client::new(&cloud.sdk_config(caller))
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn put(client: &Client, pk: &str) -> aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder {
    client.put_item().table_name("payments").item("pk", text(pk)).item("sk", text("payment"))
}

fn update(client: &Client, pk: &str) -> aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder {
    client
        .update_item()
        .table_name("payments")
        .key("pk", text(pk))
        .key("sk", text("payment"))
        .update_expression("SET #state = :state")
        .expression_attribute_names("#state", "state")
        .expression_attribute_values(":state", text("captured"))
}

/// A call as the SDK of another service would make it.
async fn call(cloud: &Cloud, caller: Caller, target: &str, body: serde_json::Value) -> (u16, serde_json::Value) {
    let host = match target.split_once('.') {
        Some(("AmazonSQS", _)) => "sqs",
        Some(("TrentService", _)) => "kms",
        _ => "email",
    };
    let mut request = HttpRequest::new(SdkBody::from(body.to_string()));
    request.set_method("POST").unwrap();
    let path = if host == "email" { "/v2/email/outbound-emails" } else { "/" };
    request.set_uri(format!("https://{host}.ap-northeast-1.amazonaws.com{path}")).unwrap();
    if host != "email" {
        request.headers_mut().insert("x-amz-target", target.to_owned());
    }
    let response = send(cloud, caller, request).await.unwrap();
    (response.status().as_u16(), serde_json::from_slice(response.body().bytes().unwrap()).unwrap())
}

async fn send(cloud: &Cloud, caller: Caller, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    connector::connector(cloud, caller).call(request).await
}

fn send_message(body: &str) -> serde_json::Value {
    json!({ "QueueUrl": "https://sqs.ap-northeast-1.amazonaws.com/000000000000/mails", "MessageBody": body })
}

fn names(records: &[StreamRecord]) -> Vec<&str> {
    records.iter().map(|record| record.event["eventName"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn every_write_leaves_one_stream_record_with_both_images() {
    let (cloud, _) = open();
    let client = client(&cloud, authorize());
    put(&client, "1").item("state", text("authorizing")).send().await.unwrap();
    update(&client, "1").send().await.unwrap();
    update(&client, "1").send().await.unwrap(); // changes nothing
    put(&client, "1").condition_expression("attribute_not_exists(pk)").send().await.unwrap_err();
    put(&client, "1").item("state", text("declined")).send().await.unwrap();
    client.delete_item().table_name("payments").key("pk", text("1")).key("sk", text("payment")).send().await.unwrap();
    let stream = cloud.stream("payments").unwrap();
    let records = stream.read(10).unwrap();
    assert_eq!(names(&records), ["INSERT", "MODIFY", "MODIFY", "REMOVE"]);
    let change = &records[1].event["dynamodb"];
    assert_eq!(change["Keys"], json!({ "pk": { "S": "1" }, "sk": { "S": "payment" } }));
    assert_eq!(change["OldImage"]["state"], json!({ "S": "authorizing" }));
    assert_eq!(change["NewImage"]["state"], json!({ "S": "captured" }));
    assert_eq!(change["StreamViewType"], "NEW_AND_OLD_IMAGES");
    let written = change["ApproximateCreationDateTime"].as_i64().unwrap();
    assert!((START.parse::<Timestamp>().unwrap().as_second() - written) < 60, "{written}");
    assert_eq!(records[1].event["eventSource"], "aws:dynamodb");
    let event: aws_lambda_events::dynamodb::Event =
        serde_json::from_value(json!({ "Records": records.iter().map(|record| &record.event).collect::<Vec<_>>() }))
            .unwrap();
    assert_eq!(event.records.len(), 4);
}

#[tokio::test]
async fn reading_a_stream_moves_nothing_and_advancing_does() {
    let (cloud, _) = open();
    let client = client(&cloud, authorize());
    for pk in ["1", "2", "3"] {
        put(&client, pk).send().await.unwrap();
    }
    let stream = cloud.stream("payments").unwrap();
    let first = stream.read(2).unwrap();
    assert_eq!(first, stream.read(2).unwrap());
    stream.advance(first[0].sequence).unwrap();
    assert_eq!(stream.read(2).unwrap()[0], first[1]);
    stream.advance(stream.read(9).unwrap()[1].sequence).unwrap();
    assert_eq!((stream.read(9).unwrap(), stream.waiting().unwrap()), (vec![], 0));
}

#[tokio::test]
async fn a_record_stays_until_its_last_reader_is_past_it() {
    let (cloud, _) = open();
    let client = client(&cloud, authorize());
    let stream = || cloud.stream("payments").unwrap();
    stream().read_by(&["one", "other"]).unwrap();
    for pk in ["1", "2", "3"] {
        put(&client, pk).send().await.unwrap();
    }
    let all = stream().of("one").read(9).unwrap();
    stream().of("one").advance(all[2].sequence).unwrap();
    assert_eq!(stream().of("one").read(9).unwrap(), [], "one has read them all");
    stream().of("other").advance(all[0].sequence).unwrap();
    assert_eq!(stream().of("other").read(9).unwrap(), all[1..], "the other has its own pace");
    assert_eq!((stream().of("one").waiting().unwrap(), stream().waiting().unwrap()), (0, 2));
    stream().of("other").advance(all[2].sequence).unwrap();
    assert_eq!(stream().waiting().unwrap(), 0, "what both are past is forgotten");
    put(&client, "4").send().await.unwrap();
    stream().read_by(&["one"]).unwrap();
    let next = stream().of("one").read(9).unwrap();
    stream().of("one").advance(next[0].sequence).unwrap();
    assert_eq!(stream().waiting().unwrap(), 0, "who reads no longer holds nothing back");
}

#[tokio::test]
async fn writes_that_change_nothing_do_not_stop_a_stream() {
    let (cloud, _) = open();
    let client = client(&cloud, authorize());
    put(&client, "1").send().await.unwrap();
    let stream = cloud.stream("payments").unwrap();
    stream.advance(stream.read(1).unwrap()[0].sequence).unwrap();
    put(&client, "1").send().await.unwrap();
    assert_eq!(stream.waiting().unwrap(), 1);
    assert_eq!(stream.read(1).unwrap(), []);
    assert_eq!(stream.waiting().unwrap(), 0);
}

#[tokio::test]
async fn ttl_runs_on_the_clock_and_says_so_in_the_stream() {
    let (cloud, clock) = open();
    let client = client(&cloud, authorize());
    let second = START.parse::<Timestamp>().unwrap().as_second();
    let ttl = |after: i64| AttributeValue::N(second.checked_add(after).unwrap().to_string());
    put(&client, "soon").item("ttl", ttl(10)).send().await.unwrap();
    put(&client, "later").item("ttl", ttl(1000)).send().await.unwrap();
    put(&client, "never").send().await.unwrap();
    assert_eq!(cloud.sweep_ttl().unwrap(), 0);
    clock.advance(11);
    assert_eq!(cloud.sweep_ttl().unwrap(), 1);
    let records = cloud.stream("payments").unwrap().read(10).unwrap();
    assert_eq!(names(&records), ["INSERT", "INSERT", "INSERT", "REMOVE"]);
    assert_eq!(records[3].event["userIdentity"]["principalId"], "dynamodb.amazonaws.com");
    assert!(records[2].event.get("userIdentity").is_none());
}

/// A child of the next test: puts item after item until it is killed.
#[test]
#[ignore = "the child process of killed_between_any_two_steps"]
#[expect(clippy::disallowed_methods, reason = "a child process is told its directory by its environment")]
fn put_until_killed() {
    let Some(directory) = std::env::var_os("KESSAI_TEST_DIRECTORY") else { return };
    let cloud = Cloud::open(Options::on_disk(directory, TestClock::new().clock())).unwrap();
    fill(&cloud);
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let client = client(&cloud, authorize());
        for number in 0_u64.. {
            put(&client, &number.to_string()).send().await.unwrap();
            update(&client, &number.to_string()).send().await.unwrap();
        }
    });
}

#[test]
fn killed_between_any_two_steps_a_write_and_its_record_are_both_there_or_neither() {
    let directory = std::env::temp_dir().join(format!("kessai-kill-{}", std::process::id()));
    let mut writes = 0_u64;
    for wait_ms in [0, 13, 27, 51] {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "cloud::tests::put_until_killed", "--nocapture"])
            .env("KESSAI_TEST_DIRECTORY", &directory)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let log = directory.join("tables.db-wal");
        let written = || log.metadata().map_or(0, |file| file.len());
        while written() < 100_000 && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(wait_ms));
        child.kill().unwrap();
        child.wait().unwrap();
        let cloud = Cloud::open(Options::on_disk(&directory, TestClock::new().clock())).unwrap();
        fill(&cloud);
        let stream = cloud.stream("payments").unwrap();
        let records = stream.read(1_000_000).unwrap();
        let mut items = std::collections::HashMap::new();
        for record in &records {
            let change = &record.event["dynamodb"];
            items.insert(change["Keys"].to_string(), change["NewImage"].clone());
        }
        let select = "SELECT item_json FROM payments";
        let stored: Vec<String> = cloud
            .inner
            .tables
            .with_side(|side| side.prepare(select)?.query_map([], |row| row.get(0))?.collect())
            .unwrap();
        assert_eq!(stored.len(), items.len(), "as many items as the stream knows");
        for item in stored {
            let item: serde_json::Value = serde_json::from_str(&item).unwrap();
            let keys = json!({ "pk": item["pk"], "sk": item["sk"] }).to_string();
            assert_eq!(items.get(&keys), Some(&item), "the last image is what is stored");
        }
        writes = writes.saturating_add(records.len().try_into().unwrap());
        // the next child begins with an empty table
        cloud.inner.tables.with_side(|side| side.execute_batch("DELETE FROM payments")).unwrap();
        stream.advance(u64::try_from(i64::MAX).unwrap()).unwrap();
    }
    std::fs::remove_dir_all(&directory).unwrap();
    assert!(writes > 10, "the children wrote {writes} times");
}

#[tokio::test]
async fn a_dropped_handler_leaves_a_record_if_and_only_if_its_write_was_done() {
    for (fault, done) in [(Fault::DropBefore, 0), (Fault::DropAfter, 1)] {
        let (cloud, _) = open();
        let client = client(&cloud, authorize());
        cloud.faults().restart();
        cloud.faults().plan(When::Index(0), fault);
        let ran = cloud.run(Box::pin(put(&client, "1").send())).await;
        assert!(matches!(ran, Err(Dropped)), "{fault:?}");
        assert_eq!(cloud.stream("payments").unwrap().read(9).unwrap().len(), done, "{fault:?}");
        assert_eq!(cloud.faults().calls().len(), 1, "no second try after a drop");
    }
}

#[tokio::test]
async fn a_fault_hits_one_try_and_the_sdk_makes_the_next() {
    for (fault, tries, written) in [
        (Fault::FailBefore, 2, 1),
        (Fault::ReplyLost, 2, 1),
        (Fault::Throttled, 2, 1),
        (Fault::Twice, 1, 1),
        (Fault::Slow(Duration::from_secs(60)), 1, 1),
    ] {
        let (cloud, _) = open();
        let client = client(&cloud, authorize());
        cloud.faults().restart();
        cloud.faults().plan(When::Nth { caller: None, operation: "PutItem".to_owned(), nth: 0 }, fault);
        put(&client, "1").send().await.unwrap();
        assert_eq!(cloud.faults().calls().len(), tries, "{fault:?}");
        assert_eq!(cloud.faults().calls()[0].fault, Some(fault));
        assert_eq!(cloud.faults().pending(), 0);
        assert_eq!(cloud.stream("payments").unwrap().read(9).unwrap().len(), written, "{fault:?}");
    }
}

#[tokio::test]
async fn a_conditional_put_sent_twice_is_refused_by_its_own_first_write() {
    let (cloud, _) = open();
    let client = client(&cloud, authorize());
    for fault in [Fault::Twice, Fault::ReplyLost] {
        let pk = format!("{fault:?}");
        cloud.faults().restart();
        cloud.faults().plan(When::Index(0), fault);
        let error = put(&client, &pk).condition_expression("attribute_not_exists(pk)").send().await.unwrap_err();
        assert!(error.into_service_error().is_conditional_check_failed_exception(), "{fault:?}");
    }
}

#[tokio::test]
async fn calls_are_numbered_and_told_by_function_operation_and_resource() {
    let (cloud, _) = open();
    cloud.faults().restart();
    let client = client(&cloud, authorize());
    put(&client, "1").send().await.unwrap();
    call(&cloud, Caller::function("outbox-relay", everything()), "AmazonSQS.SendMessage", send_message("x")).await;
    call(&cloud, Caller::Operator, "AmazonSQS.SendMessage", send_message("x")).await;
    let calls: Vec<String> = cloud
        .faults()
        .calls()
        .iter()
        .map(|call| format!("{} {} {} {} {}", call.index, call.caller, call.service, call.operation, call.resource))
        .collect();
    assert_eq!(calls, ["0 authorize dynamodb PutItem payments", "1 outbox-relay sqs SendMessage mails"]);
}

#[tokio::test]
async fn a_message_sent_twice_is_in_the_queue_twice() {
    let (cloud, _) = open();
    cloud.faults().restart();
    cloud.faults().plan(When::Index(0), Fault::Twice);
    call(&cloud, authorize(), "AmazonSQS.SendMessage", send_message("x")).await;
    assert_eq!(cloud.queue("mails").unwrap().bodies().unwrap(), ["x", "x"]);
}

#[tokio::test]
async fn a_host_outside_aws_is_reached_and_has_the_same_faults() {
    let (cloud, _) = open();
    let seen = Arc::new(Mutex::new(0));
    let counter = Arc::clone(&seen);
    let acquirer = move |request: http::Request<Bytes>| {
        *counter.lock().unwrap() += 1;
        async move { http::Response::new(request.into_body()) }
    };
    cloud.register_host("acquirer.test", Arc::new(acquirer));
    let request = |host: &str| {
        let mut request = HttpRequest::new(SdkBody::from("order"));
        request.set_method("POST").unwrap();
        request.set_uri(format!("http://{host}:9000/authorize?x=1")).unwrap();
        request
    };
    let answer = send(&cloud, authorize(), request("acquirer.test")).await.unwrap();
    assert_eq!(answer.body().bytes(), Some(b"order".as_slice()));
    assert!(send(&cloud, authorize(), request("other.test")).await.unwrap_err().is_io());
    let silent = |_: http::Request<Bytes>| async {
        let mut response = http::Response::new(Bytes::new());
        response.extensions_mut().insert(NoAnswer::Timeout);
        response
    };
    cloud.register_host("silent.test", Arc::new(silent));
    assert!(send(&cloud, authorize(), request("silent.test")).await.unwrap_err().is_timeout());
    for (fault, answers, calls) in [
        (Fault::FailBefore, false, 0),
        (Fault::ReplyLost, false, 1),
        (Fault::Twice, true, 2),
        (Fault::Throttled, true, 0),
    ] {
        *seen.lock().unwrap() = 0;
        cloud.faults().restart();
        let operation = "POST /authorize".to_owned();
        cloud.faults().plan(When::Nth { caller: Some("authorize".to_owned()), operation, nth: 0 }, fault);
        assert_eq!(send(&cloud, authorize(), request("acquirer.test")).await.is_ok(), answers, "{fault:?}");
        assert_eq!(*seen.lock().unwrap(), calls, "{fault:?}");
        assert_eq!(cloud.faults().calls()[0].service, "acquirer.test");
    }
}

#[tokio::test]
async fn what_no_statement_allows_is_refused_and_nothing_is_done() {
    let (cloud, _) = open();
    let read = Statement {
        actions: vec!["dynamodb:GetItem".to_owned(), "dynamodb:Query".to_owned()],
        resources: vec![cloud.table_arn("payments")],
    };
    let caller = Caller::function("return-dispatch", Permissions::new(vec![read]));
    let client = client(&cloud, caller.clone());
    let error = put(&client, "1").send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("AccessDeniedException"));
    let message = error.message().unwrap_or_default();
    for part in ["return-dispatch", "dynamodb:PutItem", &cloud.table_arn("payments")] {
        assert!(message.contains(part), "{message}");
    }
    let query = client.query().table_name("payments").key_condition_expression("due = :due");
    let query = query.expression_attribute_values(":due", text("1")).index_name("due");
    assert_eq!(query.send().await.unwrap_err().into_service_error().code(), Some("AccessDeniedException"));
    let get = client.get_item().table_name("payments").key("pk", text("1")).key("sk", text("payment"));
    assert_eq!(get.send().await.unwrap().item, None);
    let send = |target, body| call(&cloud, caller.clone(), target, body);
    let mail = json!({
        "FromEmailAddress": "shop@example.com",
        "Destination": { "ToAddresses": ["buyer@example.com"] },
        "Content": { "Simple": { "Subject": { "Data": "a" }, "Body": { "Text": { "Data": "b" } } } },
    });
    for (target, body, resource) in [
        ("AmazonSQS.SendMessage", send_message("x"), cloud.queue_arn("mails")),
        ("TrentService.Encrypt", json!({ "KeyId": "alias/app", "Plaintext": "eA==" }), cloud.key_arn("AppKey")),
        ("SES.SendEmail", mail, cloud.identity_arn("shop@example.com")),
    ] {
        let (status, answer) = send(target, body).await;
        assert_eq!((status, &answer["__type"]), (400, &json!("AccessDeniedException")), "{answer}");
        assert!(answer["message"].as_str().unwrap().contains(&resource), "{answer}");
    }
    assert_eq!(cloud.queue("mails").unwrap().bodies().unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn units_are_counted_by_function_and_by_dynamodbs_rules() {
    let (cloud, _) = open();
    let client = client(&cloud, authorize());
    put(&client, "1").item("due", text("minute")).send().await.unwrap(); // table 1, index 1
    update(&client, "1").send().await.unwrap(); // 1: the index doesn't hold it
    put(&client, "1").condition_expression("attribute_not_exists(pk)").send().await.unwrap_err(); // 1: refused
    let get = client.get_item().table_name("payments").key("pk", text("1")).key("sk", text("payment"));
    get.clone().send().await.unwrap(); // half
    get.consistent_read(true).send().await.unwrap(); // one
    call(&cloud, authorize(), "AmazonSQS.SendMessage", send_message("x")).await;
    put(&super::tests::client(&cloud, Caller::Operator), "2").send().await.unwrap(); // not counted
    let usage = cloud.usage();
    let (write, read) = (usage.dynamodb.write_units, usage.dynamodb.read_units);
    assert_eq!((write.to_string(), read.to_string()), ("4".to_owned(), "1.5".to_owned()));
    assert_eq!(usage.dynamodb.calls.get("PutItem"), Some(&2));
    assert_eq!(usage.dynamodb.by_function.get("authorize").unwrap().calls, usage.dynamodb.calls);
    assert_eq!(usage.sqs.calls, 1);
    assert!(usage.dynamodb.largest_item.get("payments").unwrap() > &10);
}

#[tokio::test]
async fn counting_capacity_does_not_show_in_answers() {
    let (cloud, _) = open();
    let client = client(&cloud, authorize());
    assert_eq!(put(&client, "1").send().await.unwrap().consumed_capacity, None);
    let asked = put(&client, "1").return_consumed_capacity(ReturnConsumedCapacity::Total).send().await.unwrap();
    let asked = asked.consumed_capacity.unwrap();
    assert_eq!((asked.capacity_units, asked.table), (Some(1.0), None));
}

#[test]
fn visibility_delay_and_dead_letters_run_on_the_clock() {
    let (cloud, clock) = open();
    let queue = cloud.queue("mails").unwrap();
    queue.send("now", None).unwrap();
    queue.send("later", Some(Duration::from_secs(60))).unwrap();
    let received = queue.receive(10).unwrap();
    assert_eq!(received.iter().map(|message| message.body.as_str()).collect::<Vec<_>>(), ["now"]);
    assert_eq!(queue.counts().unwrap(), Counts { waiting: 1, in_flight: 1, dead: 0 });
    let seconds = |due: Option<Timestamp>| due.unwrap().duration_since(START.parse().unwrap()).as_secs();
    assert_eq!(seconds(queue.next_due().unwrap()), 30);
    assert_eq!(seconds(cloud.next_due().unwrap()), 30);
    clock.advance(30);
    assert_eq!(queue.receive(10).unwrap()[0].receive_count, 2);
    clock.advance(30);
    let received = queue.receive(10).unwrap();
    assert_eq!(received[0].body, "later", "the other was received twice");
    queue.delete(&received[0].receipt).unwrap();
    assert_eq!(queue.counts().unwrap(), Counts { waiting: 0, in_flight: 0, dead: 1 });
    assert_eq!(cloud.queue("mails-dead").unwrap().redrive().unwrap(), 1);
    let again = queue.receive(10).unwrap();
    assert_eq!((again[0].body.as_str(), again[0].receive_count), ("now", 1));
    queue.release(&again[0].receipt, Duration::from_secs(5)).unwrap();
    assert!(!queue.has_visible().unwrap());
    clock.advance(5);
    assert!(queue.has_visible().unwrap());
}

#[test]
fn a_message_is_handed_over_in_lambdas_own_shape() {
    let (cloud, _) = open();
    let queue = cloud.queue("mails").unwrap();
    queue.send("hello", None).unwrap();
    let message = queue.receive(1).unwrap().remove(0);
    let event: aws_lambda_events::sqs::SqsEvent =
        serde_json::from_value(json!({ "Records": [message.event(&queue)] })).unwrap();
    let record = &event.records[0];
    assert_eq!(record.body.as_deref(), Some("hello"));
    assert_eq!(record.event_source_arn, Some(cloud.queue_arn("mails")));
    assert_eq!(record.md5_of_body.as_deref(), Some("5d41402abc4b2a76b9719d911017c592"));
    assert_eq!(record.attributes.get("ApproximateReceiveCount").map(String::as_str), Some("1"));
}

#[tokio::test]
async fn all_of_it_is_there_again_after_the_end_of_the_process() {
    let directory = std::env::temp_dir().join(format!("kessai-keep-{}", std::process::id()));
    let clock = TestClock::new();
    let sealed;
    {
        let cloud = Cloud::open(Options::on_disk(&directory, clock.clock())).unwrap();
        fill(&cloud);
        let refused = Cloud::open(Options::on_disk(&directory, clock.clock()));
        assert!(matches!(refused, Err(CloudError::Refused(_))), "one process at a time");
        put(&client(&cloud, authorize()), "1").send().await.unwrap();
        cloud.queue("mails").unwrap().send("hello", None).unwrap();
        cloud.queue("mails").unwrap().receive(1).unwrap();
        cloud.set_note("clock", "moved").unwrap();
        let encrypt = json!({ "KeyId": cloud.key_arn("AppKey"), "Plaintext": "eA==" });
        sealed = call(&cloud, authorize(), "TrentService.Encrypt", encrypt).await.1["CiphertextBlob"].clone();
    }
    let cloud = Cloud::open(Options::on_disk(&directory, clock.clock())).unwrap();
    fill(&cloud);
    assert_eq!(cloud.stream("payments").unwrap().read(9).unwrap().len(), 1);
    assert_eq!(cloud.queue("mails").unwrap().counts().unwrap().in_flight, 1);
    assert_eq!(cloud.note("clock").unwrap().as_deref(), Some("moved"));
    let (_, opened) = call(&cloud, authorize(), "TrentService.Decrypt", json!({ "CiphertextBlob": sealed })).await;
    assert_eq!(opened["Plaintext"], "eA==");
    let other = TableSpec { sort: None, ..payments() };
    assert!(matches!(cloud.create_table(&other), Err(CloudError::Refused(_))), "other keys than the stored ones");
    drop(cloud);
    std::fs::remove_dir_all(&directory).unwrap();
}

/// What a client outside of the process gets back, byte by byte.
async fn over_the_port(cloud: &Cloud, access_key_id: &str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(serve(cloud.clone(), listener));
    let body = send_message("x").to_string();
    let request = format!(
        "POST / HTTP/1.1\r\nhost: {address}\r\nx-amz-target: AmazonSQS.SendMessage\r\nconnection: close\r\n\
         authorization: AWS4-HMAC-SHA256 Credential={access_key_id}/20261121/ap-northeast-1/sqs/aws4_request\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer).await);
    server.abort();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn at_the_port_the_access_key_tells_the_function_and_faults_break_the_connection() {
    let (cloud, _) = open();
    cloud.register_access_key("AKIARELAY", Caller::function("outbox-relay", everything()));
    cloud.register_access_key("AKIAPAGE", Caller::function("payment-page", Permissions::default()));
    cloud.faults().restart();
    assert!(over_the_port(&cloud, "AKIAOTHER").await.starts_with("HTTP/1.1 200"), "the operator may");
    assert!(over_the_port(&cloud, "AKIARELAY").await.contains("MessageId"));
    assert!(over_the_port(&cloud, "AKIAPAGE").await.contains("AccessDeniedException"));
    for fault in [Fault::ReplyLost, Fault::DropAfter, Fault::DropBefore] {
        cloud.faults().restart();
        cloud.faults().plan(When::Index(0), fault);
        assert!(!over_the_port(&cloud, "AKIARELAY").await.contains("MessageId"), "{fault:?}");
    }
    assert_eq!(cloud.queue("mails").unwrap().bodies().unwrap().len(), 4, "two plain ones and two without an answer");
}

#[tokio::test]
async fn activity_tells_of_records_and_messages() {
    let (cloud, _) = open();
    let mut activity = cloud.activity();
    put(&client(&cloud, authorize()), "1").send().await.unwrap();
    assert!(activity.has_changed().unwrap());
    activity.mark_unchanged();
    cloud.queue("mails").unwrap().send("hello", None).unwrap();
    assert!(activity.has_changed().unwrap());
}
