//! A shop's server: every single fault at every outside call of every request of the JSON API that changes something, and the same request sent again under
//! the same key: nothing is done twice, and an answer that was given once is given again to the byte.

use domain::Yen;
use domain::merchant::Capture;
use domain::payment::{Operation, OperationKind};
use http::Method;
use local::cloud::Call;
use local::world::World;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::time::{Duration, Instant};
use system_tests::{Answered, BatchDesk, RegularDesk, ShopServer, card_of, cards, change_merchant, links};

use super::books::{self, quiet, stored};
use super::case::{Case, cases};
use super::clerk::paid;
use super::enumerate::{block, on_threads};
use super::invariants::Evidence;
use super::say;
use super::shopper::MERCHANT;
use super::stories::world;

use Act::{Change, Charge, Delete, End, Make, Operate, Pause, Resume, Revoke};
use OperationKind::{Adjust, Cancel, Capture as Take, Refund};

/// What was ordered, where an act says nothing else.
const ORDERED: u32 = 2_000;
/// The first order of the cases.
const FIRST: u32 = 1_001;
/// Longer than a lease.
const LEASE: Duration = Duration::from_secs(60);

/// A request that changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    /// A stored card is charged this amount.
    Charge(u32),
    Operate(OperationKind, u32),
    Make,
    Revoke,
    Delete,
    Pause,
    Resume,
    Change,
    End,
}

/// The amounts …901, …902, 921 and 922 make the acquirer lose its answer, or the question.
const ACTS: [Act; 16] = [
    Charge(2_000),
    Charge(1_901),
    Charge(1_902),
    Operate(Take, 2_000),
    Operate(Cancel, 2_000),
    Operate(Adjust, 1_800),
    Operate(Refund, 500),
    Operate(Refund, 921),
    Operate(Refund, 922),
    Make,
    Revoke,
    Delete,
    Pause,
    Resume,
    Change,
    End,
];

/// What is sent.
struct Request {
    method: Method,
    path: String,
    body: Value,
}

#[test]
fn no_single_fault_at_the_api_does_anything_twice() {
    let started = Instant::now();
    let failures: Vec<String> =
        on_threads(&ACTS, |act| block(Box::pin(every_fault(*act)))).into_iter().flatten().collect();
    say(&format!("  faults at the API: {:?}", started.elapsed()));
    assert!(failures.is_empty(), "{} cases failed:\n{}", failures.len(), failures.join("\n"));
}

/// One world for all faults of an act, an order for each.
async fn every_fault(act: Act) -> Vec<String> {
    let world = world().await;
    if matches!(act, Operate(Take | Cancel | Adjust, _)) {
        change_merchant(&world, MERCHANT, |merchant| merchant.capture = Capture::Later).await;
    }
    let cases = act.cases(&world).await;
    let mut failures = Vec::new();
    for (order, case) in (FIRST..).zip(&cases) {
        let found = act.under(&world, order, case).await;
        if !found.is_empty() {
            failures.push(format!("{act:?}: {}", case.broke(&found)));
        }
    }
    let orders = (FIRST..).zip(&cases).filter(|_| act.is_of_money());
    quiet(&world, orders.clone().map(|(order, _)| order)).await;
    let evidence = Evidence::of(&world).await;
    for (order, case) in orders {
        let found = books::broken(&world, order, &act.forms(), &evidence).await;
        if !found.is_empty() {
            failures.push(format!("{act:?}: {}", case.broke(&found)));
        }
    }
    say(&format!("  {act:?} at the API: {}", cases.len()));
    failures
}

impl Act {
    const fn is_of_money(self) -> bool {
        match self {
            Charge(_) | Operate(..) => true,
            Make | Revoke | Delete | Pause | Resume | Change | End => false,
        }
    }

    /// What is asked of the acquirer, one for each key.
    fn forms(self) -> Vec<Operation> {
        match self {
            Operate(kind, yen) => vec![Operation { kind, amount: Yen::new(yen).unwrap() }],
            Charge(_) | Make | Revoke | Delete | Pause | Resume | Change | End => Vec::new(),
        }
    }

    /// Every fault at every call that the request makes. What the function keeps in memory is there for the first as for the last.
    async fn cases(self, world: &World) -> Vec<Case> {
        for order in [1, 2] {
            let (server, request) = (ShopServer::of(world, MERCHANT).await, self.request(world, order).await);
            world.faults().restart();
            send(&server, order, &request).await;
        }
        let calls: Vec<Call> =
            world.faults().calls().into_iter().filter(|call| call.caller.starts_with("Api")).collect();
        world.faults().stop();
        assert!(calls.len() >= 5, "{self:?}: {calls:?}");
        cases(&calls)
    }

    /// Makes what is to be changed; answers the request that changes it.
    async fn request(self, world: &World, order: u32) -> Request {
        let post = |path: String, body: Value| Request { method: Method::POST, path, body };
        let user = format!("buyer-{order}");
        match self {
            Charge(amount) => {
                BatchDesk::of(world, MERCHANT).keep(&user, cards::VISA).await;
                let body = json!({ "order": order.to_string(), "amount": amount, "user": user });
                post("/v1/payments".to_owned(), body)
            }
            Operate(kind, yen) => {
                paid(world, order, ORDERED).await;
                let (name, body) = match kind {
                    Take => ("capture", json!({})),
                    Cancel => ("cancel", json!({})),
                    Adjust => ("amount", json!({ "amount": yen })),
                    Refund => ("refund", json!({ "amount": yen })),
                };
                post(format!("/v1/payments/{order}/{name}"), body)
            }
            Make => post("/v1/links".to_owned(), new_link(order)),
            Revoke => {
                let server = ShopServer::of(world, MERCHANT).await;
                let made = server.post("/v1/links", &format!("made-{order}"), &new_link(order)).await;
                post(format!("/v1/links/{}/revoke", made.json["link"].as_str().unwrap()), json!({}))
            }
            Delete => {
                BatchDesk::of(world, MERCHANT).keep(&user, cards::VISA).await;
                Request { method: Method::DELETE, path: format!("/v1/cards?user={user}"), body: Value::Null }
            }
            Pause | Resume | Change | End => {
                let desk = RegularDesk::of(world, MERCHANT);
                let offer = desk.offer(&format!("tea-{order}"), 1_200, 2).await;
                let plan = desk.joined(&offer, &user, cards::VISA).await;
                let path = |act: &str| format!("/v1/renewals/{}/{act}", plan.id.as_str());
                match self {
                    Pause => post(path("pause"), json!({})),
                    Resume => {
                        let server = ShopServer::of(world, MERCHANT).await;
                        server.post(&path("pause"), &format!("paused-{order}"), &json!({})).await;
                        post(path("resume"), json!({}))
                    }
                    Change => post(path("change"), json!({ "amount": 1_000 })),
                    _ => post(path("end"), json!({})),
                }
            }
        }
    }

    /// What does not hold of the answers under one fault, and of what is not money.
    async fn under(self, world: &World, order: u32, case: &Case) -> Vec<String> {
        let (server, request) = (ShopServer::of(world, MERCHANT).await, self.request(world, order).await);
        case.plan(world);
        let first = send(&server, order, &request).await;
        let met = world.faults().calls().iter().any(|call| call.fault.is_some());
        world.faults().stop();
        let at_once = send(&server, order, &request).await;
        world.advance(LEASE).await.unwrap();
        let last = send(&server, order, &request).await;
        let again = send(&server, order, &request).await;
        let mut broken = Vec::new();
        let mut check = |holds: bool, what: String| {
            if !holds {
                broken.push(what);
            }
        };
        check(met, "no call met the fault".to_owned());
        let expected = [200, 201, 202, 402, 409];
        check(
            expected.contains(&last.status.as_u16()) && last.code() != "request_running",
            told("it ended with", &last),
        );
        check((again.status, &again.bytes) == (last.status, &last.bytes), told("the same key then had", &again));
        check(again.header("idempotent-replayed") == "true", told("not said to be a replay:", &again));
        for early in [&first, &at_once] {
            let answered = early.status.as_u16() < 500 && early.code() != "request_running";
            check(!answered || early.bytes == last.bytes, format!("{}, {}", told("first", early), told("then", &last)));
        }
        check(self.is_done_once(world, order, &last).await, told("it is not as was answered:", &last));
        broken
    }

    /// Whether what is stored agrees with the answer.
    async fn is_done_once(self, world: &World, order: u32, last: &Answered) -> bool {
        match self {
            Charge(_) | Operate(..) => stored(world, order).await.is_some(), // the books say the rest
            Make => {
                let merchant = books::key(order).merchant;
                let all = links(world).page(&merchant, 1_000, None).await.unwrap().links;
                let item = format!("item {order}");
                all.iter().filter(|link| link.item == item).count() == 1
            }
            Revoke => last.json["status"] == "revoked",
            Delete => {
                let owner = domain::CardOwner::Buyer(format!("buyer-{order}"));
                let left = card_of(world, MERCHANT, &owner).await;
                left.is_some_and(|card| card.number.is_none()) && last.json["charges"] == "deleted"
            }
            Pause => last.json["status"] == "paused",
            Resume => last.json["status"] == "active",
            Change => last.json["amount"] == 1_000 || last.json["then"]["amount"] == 1_000,
            End => last.json["status"] == "ended",
        }
    }
}

fn told(what: &str, answer: &Answered) -> String {
    format!("{what} {} {}", answer.status.as_u16(), answer.json)
}

fn new_link(order: u32) -> Value {
    json!({ "item": format!("item {order}"), "amount": 2_000, "quantity": "1", "delivery": "at once", "withdrawal": "none" })
}

/// Sends it under the order's key.
async fn send(server: &ShopServer, order: u32, request: &Request) -> Answered {
    let key = format!("key-{order}");
    let headers = [("idempotency-key", key.as_str()), ("content-type", "application/json")];
    let body = if request.body.is_null() { String::new() } else { request.body.to_string() };
    server.send(request.method.clone(), &request.path, &headers, body.into()).await
}

/// Every route of the API that changes something has its act.
#[test]
fn every_changing_request_is_tried() {
    let changing: HashSet<&str> =
        api::ENDPOINTS.iter().filter(|endpoint| endpoint.changes()).map(|endpoint| endpoint.name).collect();
    let tried: HashSet<&str> = ACTS
        .iter()
        .map(|act| match act {
            Charge(_) => "chargeStoredCard",
            Operate(Take, _) => "capturePayment",
            Operate(Cancel, _) => "cancelPayment",
            Operate(Adjust, _) => "changeAmount",
            Operate(Refund, _) => "refundPayment",
            Make => "makeLink",
            Revoke => "revokeLink",
            Delete => "deleteCard",
            Pause => "pauseRenewal",
            Resume => "resumeRenewal",
            Change => "changeRenewal",
            End => "endRenewal",
        })
        .collect();
    assert_eq!(tried, changing);
}
