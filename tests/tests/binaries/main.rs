//! The functions' own binaries, each a process under a Runtime API, against the local system's AWS port: `main.rs` and the settings are
//! what is proved here.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::large_futures,
    reason = "a test: what goes wrong is meant to end it"
)]

mod cases;
mod programs;
mod runtime_api;

use axum::{Router, body::Bytes, extract::State, response::Response};
use cases::{
    at_issuer, back_from_issuer, event, field, follow, link, location, page, submit, submit_kept, visit, visit_of,
};
use http::{HeaderMap, Method, Uri};
use local::{
    cloud::{self, Caller, Cloud, Permissions},
    server, template,
    world::{Options, World},
};
use outbound::acquirer::Kind;
use runtime_api::Function;
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path, sync::Arc};
use system_tests::{Clerk, OWNER, ShopRequest};
use tokio::net::TcpListener;

/// The functions that the way of a payment leads through.
const PAYS: [&str; 10] = [
    "test-acquirer",
    "payment-page",
    "authorize",
    "return-dispatch",
    "outbox-relay",
    "completion-mail",
    "reconcile",
    "challenge-return",
    "card-update",
    "card-rewrap",
];
const SESSION: &str = "__Host-console";

/// Published test numbers: approved at once, and after the issuer's question.
const CARD: &str = "4242424242424242";
const CHALLENGED: &str = "4000002760003184";

#[tokio::test]
async fn one_payment_through_the_functions_own_binaries() {
    let programs = programs::build();
    let http = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let world = World::start(Options::serving(http.local_addr().unwrap().port(), None)).await.unwrap();
    let aws = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let account = Account { programs: &programs, world: &world, aws: format!("http://{}", aws.local_addr().unwrap()) };
    tokio::spawn(cloud::serve(world.cloud().clone(), aws));

    let acquirer = Arc::new(account.start("test-acquirer").await);
    let front = Router::new().fallback(carry).with_state(Arc::clone(&acquirer));
    let front = tokio::spawn(async move { axum::serve(http, front).await });
    let payment_page = account.start("payment-page").await;
    let authorize = account.start("authorize").await;
    let return_dispatch = account.start("return-dispatch").await;
    let outbox_relay = account.start("outbox-relay").await;
    let completion_mail = account.start("completion-mail").await;
    let reconcile = account.start("reconcile").await;
    let challenge_return = account.start("challenge-return").await;
    let card_update = account.start("card-update").await;
    let card_rewrap = account.start("card-rewrap").await;

    // the shopper's way
    let form = payment_page.invoke(visit()).await;
    assert_eq!(form["statusCode"], 200);
    let charged = authorize.invoke(submit(&form, CARD)).await;
    assert_eq!(charged["statusCode"], 303, "{charged}");
    let back = follow(&charged);
    let handed_over = return_dispatch.invoke(back.clone()).await;
    assert_eq!(handed_over["statusCode"], 200);
    assert_eq!(field(&handed_over, "result"), "0");

    // what is told of it
    let relayed = outbox_relay.invoke(json!({ "Records": stream(world.cloud()) })).await;
    assert_eq!(relayed, json!({ "batchItemFailures": [] }));
    let queue = world.cloud().queue("MailQueue").unwrap();
    let messages = queue.receive(10).unwrap();
    assert!(!messages.is_empty());
    let records: Vec<Value> = messages.iter().map(|message| message.event(&queue)).collect();
    let mailed = completion_mail.invoke(json!({ "Records": records })).await;
    assert_eq!(mailed["batchItemFailures"], json!([]), "{mailed}");
    let mails = world.mailbox().unwrap();
    assert!(mails.iter().any(|mail| mail.to.contains(&"buyer@example.jp".to_owned())), "{mails:?}");

    // the minute's round, and the shopper who looks again
    let tally = reconcile.invoke(event("reconcile/every-minute")).await;
    assert_eq!(tally["unanswered"], 0, "{tally}");
    assert_eq!(return_dispatch.invoke(back).await["statusCode"], 200);

    let entries = world.acquirer_log().await.unwrap();
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!(entries[0].amount, 2000);

    // a member's card is kept, paid with again, seen on its own page, and sealed anew if its key is old
    let member = |order: &str| visit_of(&ShopRequest::new("4000", 2000, order).of_user("member-1", world.now()));
    let form = payment_page.invoke(member("5001")).await;
    let charged = authorize.invoke(submit(&form, CARD)).await;
    assert_eq!(field(&return_dispatch.invoke(follow(&charged)).await, "result"), "0");
    let form = payment_page.invoke(member("5002")).await;
    let charged = authorize.invoke(submit_kept(&form)).await;
    assert_eq!(field(&return_dispatch.invoke(follow(&charged)).await, "result"), "0");
    let form = payment_page.invoke(member("5003")).await;
    let kept = card_update.invoke(page("card-update/get-unsealed", &link(&form, "/card/"))).await;
    assert_eq!(kept["statusCode"], 200, "{kept}");
    assert!(kept["body"].as_str().unwrap().contains("4242"));
    let walked = card_rewrap.invoke(event("card-rewrap/every-day")).await;
    assert_eq!((&walked["failed"], &walked["finished"]), (&json!(0), &json!(true)), "{walked}");

    // to the issuer and back
    let charged = authorize.invoke(submit(&another_order(&payment_page).await, CHALLENGED)).await;
    assert_eq!(charged["statusCode"], 303, "{charged}");
    let hop = challenge_return.invoke(page("challenge-return/get-unsealed", location(&charged))).await;
    let issuer = acquirer.invoke(at_issuer(&hop)).await;
    assert_eq!(issuer["statusCode"], 200, "{issuer}");
    let returned = challenge_return.invoke(back_from_issuer(&issuer, &hop)).await;
    assert_eq!(returned["statusCode"], 200, "{returned}");
    let handed_over = return_dispatch.invoke(page("return-dispatch/get-unsealed", cases::action(&returned))).await;
    assert_eq!(field(&handed_over, "result"), "0");
    let totals = world.acquirer_log().await.unwrap();
    assert_eq!(totals.iter().filter(|entry| entry.kind == Kind::Authorize).count(), 4, "{totals:?}");

    front.abort();
    let _ended = front.await;
    let ours = [payment_page, authorize, return_dispatch, outbox_relay, completion_mail, reconcile];
    for function in ours.into_iter().chain([challenge_return, card_update, card_rewrap]) {
        let log = function.stop().await;
        assert!(!log.contains(CARD) && !log.contains(CHALLENGED) && !log.contains("buyer@example.jp"), "{log}");
        assert!(!log.contains(r#""level":"ERROR""#), "{log}");
    }
}

#[tokio::test]
async fn every_other_functions_own_binary_starts_and_answers() {
    let programs = programs::build();
    let http = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let world = World::start(Options::serving(http.local_addr().unwrap().port(), None)).await.unwrap();
    let aws = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let account = Account { programs: &programs, world: &world, aws: format!("http://{}", aws.local_addr().unwrap()) };
    tokio::spawn(cloud::serve(world.cloud().clone(), aws));
    tokio::spawn(server::serve(world.clone(), http)); // the acquirer is there
    let owner = Clerk::signed_in(&world, OWNER).await;
    let session = format!("{SESSION}={}", owner.cookie(SESSION).unwrap());
    let mut driven = 0;
    for function in world.template().functions.iter().filter(|function| !PAYS.contains(&function.package.as_str())) {
        let package = function.package.as_str();
        let running = account.start(package).await;
        for mut event in cases::of(package) {
            if event.get("rawPath").is_some() {
                event["cookies"] = json!([session]);
                let answer = running.invoke(event.clone()).await;
                let (status, method) = (&answer["statusCode"], &event["requestContext"]["http"]["method"]);
                // A page of the console opens to who is signed in; a form without its token, and an address of nothing, are refused.
                let expected: &[u64] = match (package, method.as_str().unwrap()) {
                    ("console-payment", "GET") | ("receipt" | "merchant-image" | "notification-keys", _) => &[404],
                    // One of its addresses is a mail's, and this one opens nothing.
                    ("console-continuation", "GET") => &[200, 404],
                    ("console-settings", "GET") => &[303],
                    ("api-description", "PUT") => &[405],
                    // Nobody comes to an endpoint of the JSON API without a key.
                    (package, _) if package.starts_with("api-") && package != "api-description" => &[401],
                    (_, "GET") => &[200],
                    (_, _) => &[403],
                };
                assert!(expected.iter().any(|one| status == one), "{package}: {method} {}: {answer}", event["rawPath"]);
            } else {
                // What fails is no answer. One of a queue or the stream is the list of what is to be given again.
                let batch = event.get("Records").is_some();
                let answer = running.invoke(event).await;
                assert!(!batch || answer["batchItemFailures"].is_array(), "{package}: {answer}");
            }
            driven += 1;
        }
        let log = running.stop().await;
        for secret in [session.as_str(), OWNER] {
            assert!(!log.contains(secret), "{package}: {log}");
        }
    }
    assert!(driven >= 20, "{driven}");
}

/// The page of an order without a member.
async fn another_order(payment_page: &Function) -> Value {
    let form = payment_page.invoke(visit_of(&ShopRequest::new("4000", 2000, "5004").with("return", "1"))).await;
    assert_eq!(form["statusCode"], 200, "{form}");
    form
}

/// Where functions run: the local system, reached from outside.
struct Account<'a> {
    programs: &'a Path,
    world: &'a World,
    aws: String,
}

impl Account<'_> {
    /// Starts a function's binary with the template's settings and credentials of its own, so that its role holds.
    async fn start(&self, package: &str) -> Function {
        let functions = &self.world.template().functions;
        let function = functions.iter().find(|function| function.package == package).unwrap();
        let key = format!("AKIA{}", function.name.to_uppercase());
        let permissions = Permissions::new(function.statements.clone());
        self.world.cloud().register_access_key(&key, Caller::function(&function.name, permissions));
        let mut settings: BTreeMap<String, String> = function.environment.clone();
        for (name, value) in [
            ("AWS_REGION", template::REGION),
            ("AWS_ACCESS_KEY_ID", &key),
            ("AWS_SECRET_ACCESS_KEY", "local"), // forms that a function signs are checked by it
            ("AWS_SESSION_TOKEN", "nothing-secret-either"),
            ("AWS_ENDPOINT_URL", &self.aws),
        ] {
            settings.insert(name.to_owned(), value.to_owned());
        }
        let mut started = Function::start(&self.programs.join(package), settings, function.timeout).await;
        started.ready().await;
        started
    }
}

/// The HTTP port's part in a payment: what is asked of the acquirer goes to its binary, as the HTTP API would pass it on.
async fn carry(
    State(acquirer): State<Arc<Function>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut asked = event("test-acquirer/post-authorize");
    asked["rawPath"] = json!(uri.path());
    asked["rawQueryString"] = json!(uri.query().unwrap_or_default());
    asked["requestContext"]["http"]["method"] = json!(method.as_str());
    asked["requestContext"]["http"]["path"] = json!(uri.path());
    for (name, value) in &headers {
        asked["headers"][name.as_str()] = json!(value.to_str().unwrap());
    }
    asked["body"] = json!(std::str::from_utf8(&body).unwrap());
    asked["isBase64Encoded"] = json!(false);
    let said = acquirer.invoke(asked).await;
    let status = u16::try_from(said["statusCode"].as_u64().unwrap()).unwrap();
    let answer = http::Response::builder().status(status).header("content-type", "application/json");
    answer.body(said["body"].as_str().unwrap_or_default().to_owned().into()).unwrap()
}

/// What the stream of the product's table holds, as its event source hands it on.
fn stream(cloud: &Cloud) -> Vec<Value> {
    let stream = cloud.stream("Table").unwrap();
    stream.read(100).unwrap().into_iter().map(|record| record.event).collect()
}
