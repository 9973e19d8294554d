//! Every row of both tables, and the laws of the books, through the handler with the ledger in memory.

mod challenges;
mod operations;
mod pages;
mod three_ds;
mod tokens;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use domain::{MerchantId, OrderId, PaymentKey};
use outbound::acquirer::{Entry, Outcome};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const TOKEN: &str = "test-token";
const VISA: &str = "4242424242424242";
/// Challenges on every payment.
const CHALLENGED: &str = "4000002760003184";
const RETURN: &str = "https://pay.test/pay/challenge/a-sealed-handle?x=1&y=2";
const START: i64 = 1_795_000_000;

/// The acquirer, a clock that stands until it is moved, and an order.
struct Desk {
    deps: Deps,
    seconds: Arc<AtomicI64>,
    order: PaymentKey,
    runtime: tokio::runtime::Runtime,
}

/// What came back.
#[derive(Debug)]
struct Reply {
    status: u16,
    hang_up: Option<String>,
    retry_after: Option<String>,
    body: Vec<u8>,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    fn outcome(&self) -> String {
        self.json()["verdict"]["outcome"].as_str().unwrap_or("-").to_owned()
    }

    fn code(&self) -> String {
        self.json()["verdict"]["code"].as_str().unwrap_or("-").to_owned()
    }
}

impl Desk {
    fn new() -> Self {
        let seconds = Arc::new(AtomicI64::new(START));
        let read = Arc::clone(&seconds);
        let clock = Clock::new(move || Timestamp::from_second(read.load(Ordering::Relaxed)).unwrap());
        Self {
            deps: Deps::with(Ledger::memory(), TOKEN, clock),
            seconds,
            order: PaymentKey::new(MerchantId::new("4000").unwrap(), OrderId::new("1").unwrap()),
            runtime: tokio::runtime::Builder::new_current_thread().build().unwrap(),
        }
    }

    fn advance(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    fn reference(&self, n: u32) -> Reference {
        self.order.reference(n)
    }

    fn send(&self, method: &str, path: &str, token: &str, body: &[u8]) -> Reply {
        let request = lambda_http::http::Request::builder()
            .method(method)
            .uri(format!("https://acquirer.test/test-acquirer/v1/{path}"))
            .header("authorization", format!("Bearer {token}"))
            .body(Body::from(body))
            .unwrap();
        let response = self.runtime.block_on(handler(&self.deps, request)).unwrap();
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        Reply {
            status: response.status().as_u16(),
            hang_up: header(HANG_UP_HEADER),
            retry_after: header("retry-after"),
            body: response.body().to_vec(),
        }
    }

    fn post(&self, operation: &str, body: &Value) -> Reply {
        self.send("POST", operation, TOKEN, body.to_string().as_bytes())
    }

    fn get(&self, path: &str) -> Value {
        let reply = self.send("GET", path, TOKEN, b"");
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()
    }

    fn authorize_with(&self, n: u32, change: Value) -> Reply {
        let mut request = json!({
            "reference": self.reference(n), "amount": 2000, "currency": "JPY", "capture": true, "initiator": "cardholder",
            "card": { "number": VISA, "expiry": "12/29", "code": "123", "holder": "TARO YAMADA" },
            "browser": { "accept": "", "user_agent": "", "language": null, "color_depth": null, "screen": null, "utc_offset_min": null },
        });
        merge(&mut request, &change);
        let fields = request.as_object_mut().unwrap();
        let (card, token) = (fields.remove("card").unwrap(), fields.remove("token"));
        request["instrument"] = token.map_or_else(|| json!({ "card": card }), |token| json!({ "token": token }));
        self.post("authorize", &request)
    }

    /// As the payment page asks: the payer is there, and is authenticated.
    fn pay_with(&self, n: u32, change: Value) -> Reply {
        let mut request = json!({
            "three_ds": { "preference": "by_risk", "unavailable": "decline", "return_address": RETURN },
        });
        merge(&mut request, &change);
        self.authorize_with(n, request)
    }

    fn pay(&self, n: u32, number: &str, amount: u32) -> Reply {
        self.pay_with(n, json!({ "amount": amount, "card": { "number": number } }))
    }

    fn finish(&self, n: u32) -> Reply {
        self.post("finish-challenge", &json!({ "reference": self.reference(n) }))
    }

    fn authorize(&self, n: u32, amount: u32) -> Reply {
        self.authorize_with(n, json!({ "amount": amount }))
    }

    fn operate(&self, operation: &str, n: u32, original: u32, amount: Option<u32>) -> Reply {
        let (own, original) = (self.reference(n), self.reference(original));
        self.post(operation, &json!({ "reference": own, "original": original, "amount": amount, "currency": "JPY" }))
    }

    fn inquire(&self, n: u32) -> Reply {
        self.post("inquire", &json!({ "reference": self.reference(n) }))
    }

    fn reverse(&self, n: u32) -> Reply {
        self.post("reverse", &json!({ "reference": self.reference(n) }))
    }

    fn totals(&self) -> Totals {
        serde_json::from_value(self.get(&format!("totals?reference={}", self.reference(1)))).unwrap()
    }

    fn entries(&self) -> Vec<Entry> {
        serde_json::from_value(self.get("log")).unwrap()
    }

    /// The log as `kind amount outcome`.
    fn log(&self) -> Vec<String> {
        let line =
            |e: &Value| format!("{} {} {}", e["kind"].as_str().unwrap(), e["amount"], e["outcome"].as_str().unwrap());
        self.get("log").as_array().unwrap().iter().map(line).collect()
    }
}

fn merge(into: &mut Value, change: &Value) {
    for (key, value) in change.as_object().unwrap() {
        if value.is_object() && into[key].is_object() {
            merge(&mut into[key], value);
        } else {
            into[key] = value.clone();
        }
    }
}

fn captured(amount: u64) -> Totals {
    Totals { standing: 1, authorized: amount, captured: amount, ..Totals::default() }
}

// ------------------------------------------------------------------------------------------------ cards

#[test]
fn approving_cards_are_approved() {
    for number in [
        "4242424242424242",
        "4012888888881881",
        "4000056655665556",
        "5555555555554444",
        "5200828282828210",
        "3530111333300000",
        "3566002020360505",
        "378282246310005",
        "371449635398431",
        "30569309025904",
        "6011111111111117",
        "4000000000003055",
    ] {
        let desk = Desk::new();
        let reply = desk.authorize_with(1, json!({ "card": { "number": number } }));
        assert_eq!((reply.status, reply.outcome()), (200, "approved".to_owned()), "{number}");
        assert_eq!(reply.json()["verdict"]["captured"], true);
        assert_eq!(desk.totals(), captured(2000), "{number}");
        assert_eq!(desk.log(), ["authorize 2000 approved"], "capture at once is one entry");
    }
}

#[test]
fn declining_cards_are_declined_with_their_code() {
    for (number, code, network_code) in [
        ("4000000000000002", "generic_decline", Some("05")),
        ("4000000000009995", "insufficient_funds", Some("51")),
        ("4000000000009987", "lost_card", Some("41")),
        ("4000000000009979", "stolen_card", Some("43")),
        ("4000000000000069", "expired_card", Some("54")),
        ("4000000000000127", "incorrect_cvc", Some("N7")),
        ("4000000000000119", "processing_error", Some("96")),
        ("4242424242424241", "incorrect_number", Some("14")),
        ("4000002760003184", "authentication_required", None),
        ("4000000000003220", "authentication_required", None),
        ("4000008400001629", "authentication_required", None),
        ("4000008400001280", "authentication_required", None),
        // not a test card, though its check digit is right
        ("5105105105105100", "card_not_supported", None),
        ("38520000023237", "card_not_supported", None),
    ] {
        let desk = Desk::new();
        // an amount that asks for a fault changes nothing on a card that is declined
        for (n, amount) in [(1, 2000), (2, 2901)] {
            let reply = desk.authorize_with(n, json!({ "amount": amount, "card": { "number": number } }));
            assert_eq!((reply.status, reply.outcome()), (200, "declined".to_owned()), "{number}");
            assert_eq!(reply.code(), code, "{number}");
            assert_eq!(reply.json()["verdict"]["network_code"].as_str(), network_code, "{number}");
        }
        assert_eq!(desk.totals(), Totals::default());
        assert_eq!(desk.log(), ["authorize 2000 declined", "authorize 2901 declined"]);
        assert_eq!(desk.inquire(1).code(), code, "an inquiry finds the same refusal");
    }
}

#[test]
fn a_card_that_can_only_be_stored_is_declined_later() {
    let desk = Desk::new();
    assert_eq!(desk.authorize_with(1, json!({ "card": { "number": "4000000000000341" } })).outcome(), "approved");
    let later = json!({ "card": { "number": "4000000000000341", "code": null }, "initiator": "merchant_recurring" });
    let reply = desk.authorize_with(2, later);
    assert_eq!((reply.outcome(), reply.code()), ("declined".to_owned(), "generic_decline".to_owned()));
}

#[test]
fn what_a_cardholder_had_the_issuer_stop_is_declined_as_revoked_where_the_merchant_charges_by_itself() {
    let desk = Desk::new();
    let card = |code: Option<&str>| json!({ "card": { "number": "4000000000000077", "code": code } });
    assert_eq!(desk.authorize_with(1, card(Some("123"))).outcome(), "approved");
    let reply = desk.authorize_with(2, card(None));
    assert_eq!(reply.code(), "revocation_of_authorization");
    assert_eq!(reply.json()["verdict"]["network_code"], "R1");
}

#[test]
fn a_disputed_card_is_approved_first() {
    let desk = Desk::new();
    assert_eq!(desk.authorize_with(1, json!({ "card": { "number": "4000000000000259" } })).outcome(), "approved");
    assert_eq!(desk.totals(), captured(2000));
}

// ------------------------------------------------------------------------------------------------ fault amounts

#[test]
fn faults_after_an_approval_are_found_by_inquiry() {
    for (amount, status, hang_up) in [(1901, 599, Some("reply-lost")), (1903, 500, None), (1906, 200, None)] {
        let desk = Desk::new();
        let reply = desk.authorize(1, amount);
        assert_eq!((reply.status, reply.hang_up.as_deref()), (status, hang_up), "{amount}");
        assert!(serde_json::from_slice::<Answer>(&reply.body).is_err(), "{amount}: nobody can read an approval here");
        let found = desk.inquire(1);
        assert_eq!((found.outcome(), found.json()["amount"].as_u64()), ("approved".to_owned(), Some(amount.into())));
        assert_eq!(desk.totals(), captured(amount.into()));
        assert_eq!(desk.log(), [format!("authorize {amount} approved"), format!("inquire {amount} approved")]);
    }
}

#[test]
fn faults_before_anything_is_done_leave_nothing() {
    let desk = Desk::new();
    let reply = desk.authorize(1, 1902);
    assert_eq!((reply.status, reply.hang_up.as_deref()), (599, Some("no-answer")));
    assert_eq!(desk.log(), [""; 0], "neither an effect nor an answer");
    let reply = desk.authorize(2, 1907);
    assert_eq!((reply.status, reply.retry_after.as_deref()), (503, Some("86400")));
    for n in [1, 2] {
        assert_eq!(desk.inquire(n).outcome(), "not_found");
        assert_eq!(desk.reverse(n).outcome(), "tombstoned");
        assert_eq!(desk.inquire(n).outcome(), "reversed");
    }
    assert_eq!(desk.totals(), Totals::default());
    assert_eq!(desk.log()[0], "authorize 1907 error");
}

#[test]
fn a_late_approval_is_stopped_by_a_tombstone() {
    let desk = Desk::new();
    assert_eq!(desk.authorize(1, 1904).hang_up.as_deref(), Some("no-answer"));
    desk.advance(60);
    assert_eq!(desk.inquire(1).outcome(), "not_found");
    desk.advance(60);
    assert_eq!(desk.inquire(1).outcome(), "not_found", "90 seconds count from when it was last reported");
    assert_eq!(desk.reverse(1).outcome(), "tombstoned");
    desk.advance(3600);
    assert_eq!(desk.inquire(1).outcome(), "reversed");
    assert_eq!(desk.totals(), Totals::default());
    assert_eq!(desk.log(), ["inquire 0 not_found", "inquire 0 not_found", "reverse 0 approved", "inquire 0 not_found"]);
}

#[test]
fn a_late_approval_that_nobody_reverses_comes() {
    let desk = Desk::new();
    desk.authorize(1, 1904);
    desk.advance(30);
    assert_eq!(desk.inquire(1).outcome(), "not_found");
    desk.advance(89);
    assert_eq!(desk.totals(), Totals::default());
    desk.advance(1);
    assert_eq!(desk.totals(), captured(1904));
    desk.advance(600);
    let entries = desk.entries();
    assert_eq!(entries.len(), 2);
    assert_eq!((entries[1].kind, entries[1].outcome), (Kind::Authorize, Outcome::Approved));
    assert_eq!(entries[1].at.as_second(), START + 120, "at its own time, not when somebody looked");
    assert_eq!(desk.inquire(1).outcome(), "approved");
}

#[test]
fn a_late_approval_is_reported_as_not_found_first() {
    let desk = Desk::new();
    desk.authorize(1, 1904);
    desk.advance(92);
    assert_eq!(desk.inquire(1).outcome(), "not_found");
}

#[test]
fn a_late_approval_without_tombstones_comes_although_reversed_and_is_voided() {
    let desk = Desk::new();
    assert_eq!(desk.authorize(1, 1910).hang_up.as_deref(), Some("no-answer"));
    desk.advance(95);
    assert_eq!(desk.inquire(1).outcome(), "not_found");
    assert_eq!(desk.reverse(1).outcome(), "nothing_held");
    desk.advance(300);
    let found = desk.inquire(1);
    assert_eq!((found.outcome(), found.json()["amount"].as_u64()), ("approved".to_owned(), Some(1910)));
    assert_eq!(desk.totals(), captured(1910));
    assert_eq!(desk.operate("void", 2, 1, None).outcome(), "done");
    assert_eq!(desk.totals(), Totals::default());
    assert_eq!(desk.inquire(1).outcome(), "reversed");
    assert_eq!(
        desk.log(),
        [
            "inquire 0 not_found",
            "reverse 0 approved",
            "authorize 1910 approved",
            "inquire 1910 approved",
            "void 1910 approved",
            "inquire 0 not_found",
        ]
    );
}

#[test]
fn another_amount_is_approved_and_reversed() {
    let desk = Desk::new();
    let reply = desk.authorize(1, 1905);
    assert_eq!((reply.outcome(), reply.json()["amount"].as_u64()), ("approved".to_owned(), Some(1906)));
    assert_eq!(desk.totals(), captured(1906));
    assert_eq!(desk.inquire(1).json()["amount"], 1906);
    assert_eq!(desk.reverse(1).outcome(), "tombstoned");
    assert_eq!(desk.totals(), Totals::default());
    assert_eq!(desk.log(), ["authorize 1906 approved", "inquire 1906 approved", "reverse 1906 approved"]);
}

#[test]
fn the_third_attempt_of_an_order_is_approved() {
    let desk = Desk::new();
    for (n, outcome) in [(1, "declined"), (2, "declined"), (3, "approved")] {
        assert_eq!(desk.authorize(n, 1908).outcome(), outcome, "attempt {n}");
    }
    assert_eq!(desk.totals(), captured(1908));
}

#[test]
fn a_reversal_may_fail_twice() {
    let desk = Desk::new();
    assert_eq!(desk.authorize(1, 1909).hang_up.as_deref(), Some("no-answer"));
    assert_eq!(desk.log(), [""; 0]);
    assert_eq!(desk.inquire(1).outcome(), "not_found");
    assert_eq!(desk.reverse(1).status, 500);
    assert_eq!(desk.reverse(1).status, 500);
    assert_eq!(desk.reverse(1).outcome(), "tombstoned");
    assert_eq!(desk.reverse(1).outcome(), "tombstoned");
    assert_eq!(desk.totals(), Totals::default());
    assert_eq!(
        desk.log(),
        ["inquire 0 not_found", "reverse 0 error", "reverse 0 error", "reverse 0 approved", "reverse 0 approved"]
    );
}

// ------------------------------------------------------------------------------------------------ the contract

#[test]
fn a_reference_is_an_idempotency_key() {
    let desk = Desk::new();
    let first = desk.authorize(1, 2000);
    desk.advance(10);
    let again = desk.authorize(1, 2000);
    assert_eq!(first.body, again.body, "the stored answer, to the byte");
    assert_eq!(desk.authorize(1, 3000).status, 409);
    assert_eq!(desk.authorize_with(1, json!({ "capture": false })).status, 409);
    assert_eq!(desk.authorize_with(1, json!({ "card": { "number": "4012888888881881" } })).status, 409);
    assert_eq!(desk.operate("void", 1, 1, None).status, 409);
    assert_eq!(desk.totals(), captured(2000));
    let approvals = desk.entries().iter().filter(|e| e.outcome == Outcome::Approved).count();
    assert_eq!(approvals, 1, "a repeat is not an entry");

    assert_eq!(desk.operate("refund", 2, 1, Some(500)).outcome(), "done");
    assert_eq!(desk.operate("refund", 2, 1, Some(500)).outcome(), "done");
    assert_eq!(desk.totals().refunded, 500, "a repeated refund is the same refund");
    assert_eq!(desk.operate("refund", 2, 1, Some(501)).status, 409);
    assert_eq!(desk.operate("capture", 2, 1, Some(500)).status, 409);
}

#[test]
fn a_reversed_reference_is_never_approved() {
    let desk = Desk::new();
    assert_eq!(desk.reverse(1).outcome(), "tombstoned");
    let late = desk.authorize(1, 2000);
    assert_eq!((late.outcome(), late.code()), ("declined".to_owned(), "transaction_not_allowed".to_owned()));
    assert_eq!(desk.authorize(2, 2000).outcome(), "approved", "another operation of the order is free");
    assert_eq!(desk.reverse(2).json()["amount"], 2000);
    assert_eq!(desk.authorize(2, 2000).outcome(), "declined");
    assert_eq!(desk.totals(), Totals::default());
}

#[test]
fn money_moves_only_by_the_rules() {
    let desk = Desk::new();
    let held = json!({ "capture": false });
    assert_eq!(desk.authorize_with(1, held.clone()).outcome(), "approved");
    assert_eq!(desk.totals(), Totals { standing: 1, authorized: 2000, ..Totals::default() });
    for (operation, n, amount, outcome) in [
        ("refund", 2, Some(1), "declined"),     // nothing captured
        ("capture", 3, Some(2001), "declined"), // more than authorized
        ("adjust", 4, Some(2500), "done"),
        ("capture", 5, Some(2400), "done"),
        ("capture", 6, Some(100), "declined"), // once only
        ("adjust", 7, Some(100), "declined"),  // not after capture
        ("refund", 8, Some(2401), "declined"), // more than captured
        ("refund", 9, Some(2000), "done"),
        ("refund", 10, Some(401), "declined"),
        ("void", 11, None, "declined"), // not after a refund
        ("refund", 12, Some(400), "done"),
    ] {
        assert_eq!(desk.operate(operation, n, 1, amount).outcome(), outcome, "{operation} {amount:?}");
    }
    assert_eq!(desk.totals(), Totals { standing: 1, authorized: 2500, captured: 2400, refunded: 2400, disputed: 0 });
    assert_eq!(desk.reverse(1).status, 409, "a refund can't be undone");

    assert_eq!(desk.authorize_with(20, held).outcome(), "approved");
    assert_eq!(desk.operate("void", 21, 20, None).outcome(), "done");
    for (operation, n, amount) in [("capture", 22, Some(1)), ("adjust", 23, Some(1)), ("void", 24, None)] {
        assert_eq!(desk.operate(operation, n, 20, amount).outcome(), "declined", "{operation} after void");
    }
    assert_eq!(desk.operate("void", 25, 99, None).outcome(), "declined", "an unknown original");
}

#[test]
fn an_authorization_lapses_unless_captured() {
    let desk = Desk::new();
    desk.authorize_with(1, json!({ "capture": false }));
    desk.authorize(2, 3000);
    desk.advance(60 * 86_400 - 1);
    assert_eq!(desk.inquire(1).outcome(), "approved");
    desk.advance(1);
    assert_eq!(desk.inquire(1).outcome(), "reversed");
    assert_eq!(desk.operate("capture", 3, 1, Some(2000)).outcome(), "declined");
    assert_eq!(desk.inquire(2).outcome(), "approved", "what was taken stays");
    assert_eq!(desk.totals(), captured(3000));
}

#[test]
fn a_day_is_listed_by_pages() {
    let desk = Desk::new();
    for n in 1..=250 {
        desk.authorize_with(n, json!({ "card": { "number": "4000000000000002" } }));
    }
    let day = domain::clock::japan_date(Timestamp::from_second(START).unwrap());
    let mut after = 0;
    let mut seen = Vec::new();
    loop {
        let page: Listing = serde_json::from_value(desk.get(&format!("list?day={day}&after={after}"))).unwrap();
        assert!(serde_json::to_vec(&page).unwrap().len() < outbound::http::BODY_LIMIT / 2);
        seen.extend(page.entries);
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    assert_eq!(seen, desk.entries());
    let yesterday = day.yesterday().unwrap();
    assert_eq!(desk.get(&format!("list?day={yesterday}&after=0"))["entries"], json!([]));
}

#[test]
fn a_call_without_the_token_is_refused() {
    let desk = Desk::new();
    for token in ["", "wrong", "test-toke", "test-token2"] {
        let reply = desk.send("GET", "log", token, b"");
        assert_eq!((reply.status, reply.json()), (401, json!({ "fault": "unauthorized" })), "{token:?}");
    }
    let open = Deps::with(Ledger::memory(), "", desk.deps.clock.clone());
    let desk = Desk { deps: open, ..desk };
    assert_eq!(desk.send("GET", "log", "", b"").status, 401, "no token set lets nobody in");
}

#[test]
fn the_gateways_events_are_answered() {
    let desk = Desk::new();
    let deps = Deps::with(Ledger::memory(), "00000000000000000000000000000000", desk.deps.clock.clone());
    let desk = Desk { deps, ..desk };
    for (event, status, outcome) in [
        (include_str!("../../../events/test-acquirer/post-inquire.json"), 200, Some("not_found")),
        (include_str!("../../../events/test-acquirer/post-authorize.json"), 200, Some("approved")),
        (include_str!("../../../events/test-acquirer/post-inquire.json"), 200, Some("approved")),
        (include_str!("../../../events/test-acquirer/post-without-token.json"), 401, None),
        (include_str!("../../../events/test-acquirer/get-challenge.json"), 404, None),
        (include_str!("../../../events/test-acquirer/post-authorize-challenge.json"), 200, Some("challenge_required")),
        (include_str!("../../../events/test-acquirer/get-challenge.json"), 200, None),
        (include_str!("../../../events/test-acquirer/post-finish-challenge.json"), 200, Some("challenge_required")),
        (include_str!("../../../events/test-acquirer/post-challenge-pass.json"), 200, None),
        (include_str!("../../../events/test-acquirer/post-finish-challenge.json"), 200, Some("approved")),
    ] {
        let request = lambda_http::request::from_str(event).unwrap();
        let response = desk.runtime.block_on(handler(&desk.deps, request)).unwrap();
        assert_eq!(response.status().as_u16(), status);
        let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
        assert_eq!(body["verdict"]["outcome"].as_str(), outcome);
    }
}

#[test]
fn a_malformed_call_changes_nothing() {
    let desk = Desk::new();
    for (method, path, body, status) in [
        ("POST", "authorize", "", 400),
        ("POST", "authorize", "{}", 400),
        ("POST", "inquire", r#"{"reference":"short-1"}"#, 400),
        ("POST", "finish-challenge", "{}", 400),
        ("POST", "nothing", "{}", 404),
        ("GET", "authorize", "", 404),
        ("GET", "list", "", 400),
        ("GET", "list?day=soon", "", 400),
    ] {
        assert_eq!(desk.send(method, path, TOKEN, body.as_bytes()).status, status, "{method} {path} {body}");
    }
    assert_eq!(desk.authorize(1, 0).status, 400);
    assert_eq!(desk.authorize(1, 10_000_000).status, 400);
    assert_eq!(desk.authorize_with(1, json!({ "currency": "USD" })).code(), "currency_not_supported");
    assert_eq!(desk.operate("refund", 2, 1, None).status, 400, "an amount is needed");
    for address in ["", "/pay", "javascript://pay.test/", "https://pay.test; script-src *"] {
        let reply = desk.pay_with(1, json!({ "three_ds": { "return_address": address } }));
        assert_eq!(reply.status, 400, "{address}");
    }
    assert_eq!(desk.log(), [""; 0]);
}

#[test]
fn no_card_number_or_code_is_kept() {
    let desk = Desk::new();
    desk.authorize_with(1, json!({ "card": { "code": "987" } }));
    desk.authorize_with(2, json!({ "card": { "number": "4242424242424241", "code": "987" } }));
    desk.pay_with(3, json!({ "keep": true, "card": { "number": CHALLENGED, "code": "987" } }));
    desk.answer(3, "pass");
    desk.pay_with(4, json!({ "keep": true, "card": { "number": CHALLENGED, "code": "987" } }));
    assert_eq!(desk.finish(3).outcome(), "approved");
    let kept = desk.runtime.block_on(
        desk.deps
            .ledger
            .change(&desk.reference(1), |family| format!("{} {family:?}", serde_json::to_string(family).unwrap())),
    );
    let kept = kept.unwrap();
    assert!(!domain::card::contains_card_number(&kept), "{kept}");
    for secret in ["4242424242424241", CHALLENGED, "987", "TARO"] {
        assert!(!kept.contains(secret), "{secret} in {kept}");
    }
    assert!(kept.contains("4242") && kept.contains("3184"), "{kept}");
}

#[test]
fn deployed_no_answer_outlasts_the_caller() {
    let desk = Desk::new();
    let deps = Deps { no_answer: NoAnswer::Sleep(Duration::from_millis(30)), ..desk.deps };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let desk = Desk { deps, runtime, ..desk };
    let began = std::time::Instant::now();
    assert_eq!(desk.authorize(1, 1902).status, 599);
    assert!(began.elapsed() >= Duration::from_millis(30));
}

// ------------------------------------------------------------------------------------------------ laws

#[derive(Clone, Debug)]
enum Step {
    Authorize { n: u32, amount: u32, capture: bool },
    Operate { operation: &'static str, n: u32, original: u32, amount: u32 },
    Ask { n: u32, forbid: bool },
    Inquire(u32),
    Reverse(u32),
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let amount = prop::sample::select(vec![1000, 1901, 1902, 1903, 1904, 1905, 1906, 1907, 1908, 1909, 1910, 2000]);
    let moved = prop_oneof![1..3000_u32, 1921..1927_u32, 921..927_u32];
    prop_oneof![
        (3..12_u32, any::<bool>()).prop_map(|(n, forbid)| Step::Ask { n, forbid }),
        (1..3_u32, amount, any::<bool>()).prop_map(|(n, amount, capture)| Step::Authorize { n, amount, capture }),
        (prop::sample::select(vec!["capture", "void", "refund", "adjust"]), 3..12_u32, 1..3_u32, moved)
            .prop_map(|(operation, n, original, amount)| Step::Operate { operation, n, original, amount }),
        (1..3_u32).prop_map(Step::Inquire),
        (1..3_u32).prop_map(Step::Reverse),
        (1..200_i64).prop_map(Step::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the order of calls: a reference is approved at most once, a tombstone holds for ever, and no more is taken than authorized, given back than taken.
    #[test]
    fn the_books_keep_their_laws(steps in prop::collection::vec(step(), 1..40)) {
        let desk = Desk::new();
        let mut tombstones = std::collections::BTreeSet::new();
        let mut forbidden = std::collections::BTreeSet::new();
        for step in &steps {
            match *step {
                Step::Authorize { n, amount, capture } => {
                    let outcome = desk.authorize_with(n, json!({ "amount": amount, "capture": capture })).outcome();
                    prop_assert!(!tombstones.contains(&n) || outcome != "approved", "approved after a tombstone");
                }
                Step::Operate { operation, n, original, amount } => {
                    let amount = (operation != "void").then_some(amount);
                    let outcome = desk.operate(operation, n, original, amount).outcome();
                    prop_assert!(!forbidden.contains(&n) || outcome != "done", "done after it was forbidden");
                }
                Step::Ask { n, forbid } => {
                    let question = if forbid { "withdraw" } else { "inquire-operation" };
                    let outcome = desk.post(question, &json!({ "reference": desk.reference(n) })).outcome();
                    prop_assert!(!forbidden.contains(&n) || outcome != "done", "done after it was forbidden");
                    if outcome == "tombstoned" {
                        forbidden.insert(n);
                    }
                }
                Step::Inquire(n) => {
                    let outcome = desk.inquire(n).outcome();
                    prop_assert!(!tombstones.contains(&n) || outcome != "approved", "approved after a tombstone");
                }
                Step::Reverse(n) => {
                    if desk.reverse(n).outcome() == "tombstoned" {
                        tombstones.insert(n);
                    }
                }
                Step::Wait(seconds) => desk.advance(seconds),
            }
            let totals = desk.totals();
            prop_assert!(totals.captured <= totals.authorized, "{totals:?}");
            prop_assert!(totals.refunded <= totals.captured, "{totals:?}");
            prop_assert!(totals.standing <= 2, "{totals:?}");
        }
        let entries = desk.entries();
        prop_assert!(entries.is_sorted_by_key(|e| e.at));
        for n in 1..3 {
            let approvals = entries.iter().filter(|e| {
                e.reference == desk.reference(n) && e.kind == Kind::Authorize && e.outcome == Outcome::Approved
            });
            prop_assert!(approvals.count() <= 1, "reference {n} was approved twice");
        }
    }

    /// One attempt and any number of repeats, inquiries and reversals of it, in any order: at most one net approval, and none once it was reversed for good.
    #[test]
    fn one_attempt_nets_at_most_one_approval(steps in prop::collection::vec(0..4_u8, 1..30), amount in 1900..1911_u32) {
        let desk = Desk::new();
        let mut tombstoned = false;
        for step in steps {
            match step {
                0 => drop(desk.authorize(1, amount)),
                1 => drop(desk.inquire(1)),
                2 => tombstoned |= desk.reverse(1).outcome() == "tombstoned",
                _ => desk.advance(45),
            }
            let totals = desk.totals();
            prop_assert!(totals.standing <= u32::from(!tombstoned), "{totals:?}");
            prop_assert!(totals.authorized <= u64::from(amount) + 1, "{totals:?}");
        }
        desk.advance(86_400);
        prop_assert!(desk.totals().standing <= u32::from(!tombstoned));
    }
}
