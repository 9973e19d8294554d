//! What the connector makes of every kind of answer and of every kind of silence.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use domain::{
    CardDetails, Expiry, Initiator, MerchantId, OrderId, Pan, PaymentKey, SecurityCode,
    acquirer::{Authentication, ChallengePreference, DeclineCode, Flow, ThreeDsRequest, TransStatus, Unavailable},
};
use serde_json::{Value, json};

use super::*;

const LIMIT: Duration = Duration::from_secs(20);

/// What happens to one request.
#[derive(Clone)]
enum Happens {
    /// It is answered.
    Answer(u16, String),
    /// It is answered, and told to come back after so many seconds.
    AnswerAfter(u16, &'static str),
    /// The connection is refused: no byte was sent.
    Refused,
    /// The connection breaks.
    Broken,
    /// Nothing, for ever.
    Silence,
}

/// An acquirer that follows a script; what was sent is kept.
#[derive(Clone)]
struct Script {
    steps: Arc<Mutex<VecDeque<Happens>>>,
    sent: Arc<Mutex<Vec<(String, Value)>>>,
}

impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Script")
    }
}

impl HttpConnector for Script {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap_or(Value::Null);
        assert_eq!(request.headers().get("authorization"), Some("Bearer secret"));
        self.sent.lock().unwrap().push((format!("{} {}", request.method(), request.uri()), body));
        let step = self.steps.lock().unwrap().pop_front().expect("the script is over");
        let io = |kind| ConnectorError::io(Box::new(std::io::Error::from(kind)));
        let answer = |status: u16, body: String| HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
        match step {
            Happens::Answer(status, body) => HttpConnectorFuture::ready(Ok(answer(status, body))),
            Happens::AnswerAfter(status, seconds) => {
                let mut response = answer(status, String::new());
                response.headers_mut().insert("retry-after", seconds);
                HttpConnectorFuture::ready(Ok(response))
            }
            Happens::Refused => HttpConnectorFuture::ready(Err(io(std::io::ErrorKind::ConnectionRefused))),
            Happens::Broken => HttpConnectorFuture::ready(Err(io(std::io::ErrorKind::ConnectionReset))),
            Happens::Silence => HttpConnectorFuture::new(std::future::pending()),
        }
    }
}

fn acquirer(steps: impl IntoIterator<Item = Happens>) -> (TestAcquirer, Script) {
    let script = Script { steps: Arc::new(Mutex::new(steps.into_iter().collect())), sent: Arc::default() };
    let connector = SharedHttpConnector::new(script.clone());
    let client = http_client_fn(move |_, _| connector.clone());
    let config = SdkConfig::builder().http_client(client).build();
    (TestAcquirer::new(&config, "https://acquirer.test/test-acquirer/", "secret").unwrap(), script)
}

impl Script {
    fn count(&self) -> usize {
        assert!(self.steps.lock().unwrap().is_empty(), "the script was not followed to its end");
        self.sent.lock().unwrap().len()
    }
}

fn reference(n: u32) -> Reference {
    PaymentKey::new(MerchantId::new("4000").unwrap(), OrderId::new("1").unwrap()).reference(n)
}

fn authorization() -> Authorization {
    let pan = Pan::parse("4242424242424242").unwrap();
    Authorization {
        reference: reference(1),
        order: PaymentKey::new(MerchantId::new("4000").unwrap(), OrderId::new("1").unwrap()),
        amount: Yen::new(2000).unwrap(),
        instrument: Instrument::Card(CardDetails {
            code: Some(SecurityCode::parse("123", pan.brand()).unwrap()),
            pan,
            expiry: Expiry::parse("12/29", jiff::civil::date(2026, 11, 21)).unwrap(),
            holder: "TARO YAMADA".to_owned(),
        }),
        initiator: Initiator::Cardholder,
        capture: true,
        on_file: false,
        keep: true,
        three_ds: Some(ThreeDsRequest {
            preference: ChallengePreference::ByRisk,
            unavailable: Unavailable::Decline,
            return_address: "https://pay.test/pay/challenge/handle".to_owned(),
            mail: "buyer@example.jp".to_owned(),
            tel: String::new(),
        }),
        network_id: None,
        browser: domain::acquirer::BrowserData::default(),
    }
}

fn approved() -> Value {
    json!({
        "reference": reference(1), "amount": 2000, "currency": "JPY",
        "verdict": { "outcome": "approved", "id": "A1", "network_id": "N1", "valid_until": "2027-01-20T00:00:00Z", "captured": true },
    })
}

fn with(mut answer: Value, path: &str, value: Value) -> Happens {
    *answer.pointer_mut(path).unwrap() = value;
    Happens::Answer(200, answer.to_string())
}

fn verdict(verdict: Value) -> Happens {
    with(approved(), "/verdict", verdict)
}

fn declined() -> Value {
    json!({ "outcome": "declined", "code": "insufficient_funds", "network_code": "51", "advice_code": null })
}

fn decline() -> Decline {
    Decline {
        code: DeclineCode::InsufficientFunds,
        network_code: Some("51".to_owned()),
        advice_code: None,
        authentication: None,
    }
}

#[tokio::test]
async fn an_approval_carries_what_the_networks_gave() {
    let (acquirer, script) = acquirer([Happens::Answer(200, approved().to_string())]);
    let outcome = acquirer.authorize(&authorization(), LIMIT).await;
    let AuthorizeOutcome::Approved(approval) = outcome else { panic!("{outcome:?}") };
    assert_eq!((approval.acquirer_id.as_str(), approval.network_id.as_deref()), ("A1", Some("N1")));
    assert!(approval.captured && approval.valid_until.is_some());
    let sent = script.sent.lock().unwrap().clone();
    assert_eq!(sent[0].0, "POST https://acquirer.test/test-acquirer/v1/authorize");
    assert_eq!(
        sent[0].1,
        json!({
            "reference": reference(1), "amount": 2000, "currency": "JPY", "capture": true, "initiator": "cardholder",
            "on_file": false, "keep": true, "network_id": null, "order": { "merchant": "4000", "order": "1" },
            "three_ds": {
                "preference": "by_risk", "unavailable": "decline", "return_address": "https://pay.test/pay/challenge/handle",
                "mail": "buyer@example.jp", "tel": "",
            },
            "instrument": { "card": { "number": "4242424242424242", "expiry": "12/29", "code": "123", "holder": "TARO YAMADA" } },
            "browser": { "accept": "", "user_agent": "", "language": null, "color_depth": null, "screen": null, "utc_offset_min": null },
        })
    );
}

#[tokio::test]
async fn a_kept_card_is_charged_by_its_token() {
    let (acquirer, script) = acquirer([Happens::Answer(200, approved().to_string())]);
    let token = Instrument::Token { token: "card_1".to_owned(), holder: "TARO YAMADA".to_owned(), code: None };
    let asked = Authorization {
        instrument: token,
        initiator: Initiator::MerchantRecurring,
        on_file: false,
        keep: false,
        three_ds: None,
        network_id: Some("N0".to_owned()),
        ..authorization()
    };
    assert!(matches!(acquirer.authorize(&asked, LIMIT).await, AuthorizeOutcome::Approved(_)));
    let sent = script.sent.lock().unwrap()[0].1.clone();
    let expected = json!({ "token": { "token": "card_1", "code": null, "holder": "TARO YAMADA" } });
    assert_eq!((&sent["instrument"], &sent["network_id"], &sent["three_ds"]), (&expected, &json!("N0"), &Value::Null));
}

fn challenge_required() -> Value {
    json!({ "outcome": "challenge_required", "address": "https://acs.test/1", "request": "e30" })
}

fn challenge() -> Challenge {
    Challenge { address: "https://acs.test/1".to_owned(), request: "e30".to_owned() }
}

#[tokio::test]
async fn a_decline_and_a_challenge_are_passed_on() {
    let (acquirer, _) = acquirer([verdict(declined()), verdict(challenge_required())]);
    assert_eq!(acquirer.authorize(&authorization(), LIMIT).await, AuthorizeOutcome::Declined(decline()));
    let outcome = acquirer.authorize(&authorization(), LIMIT).await;
    assert_eq!(outcome, AuthorizeOutcome::ChallengeRequired(challenge()));
}

#[tokio::test]
async fn an_authentication_and_a_token_are_passed_on() {
    let authentication = Authentication {
        version: "2.2.0".to_owned(),
        ds_id: "00000000-0000-8000-8000-000000000000".to_owned(),
        status: TransStatus::Y,
        flow: Flow::Challenge,
        eci: Some("05".to_owned()),
        value: Some("AAAAAAAAAAAAAAAAAAAAAAAAAAA=".to_owned()),
        at: jiff::Timestamp::from_second(1_795_000_000).unwrap(),
    };
    let mut approval = approved();
    approval["verdict"]["authentication"] = serde_json::to_value(&authentication).unwrap();
    approval["verdict"]["token"] = json!("card_1");
    let mut refusal = declined();
    refusal["authentication"] = approval["verdict"]["authentication"].clone();
    let (acquirer, _) = acquirer([Happens::Answer(200, approval.to_string()), verdict(refusal)]);
    let outcome = acquirer.authorize(&authorization(), LIMIT).await;
    let AuthorizeOutcome::Approved(approval) = outcome else { panic!("{outcome:?}") };
    assert_eq!((approval.authentication.as_ref(), approval.token.as_deref()), (Some(&authentication), Some("card_1")));
    let expected = Decline { authentication: Some(authentication), ..decline() };
    assert_eq!(acquirer.authorize(&authorization(), LIMIT).await, AuthorizeOutcome::Declined(expected));
}

#[tokio::test]
async fn the_result_of_a_challenge_is_fetched() {
    let amount = Yen::new(2000).unwrap();
    for (happens, expected) in [
        (Happens::Answer(200, approved().to_string()), "Approved"),
        // an authorization alone is as good a result: what was asked for is not said here
        (with(approved(), "/verdict/captured", json!(false)), "Approved"),
        (verdict(declined()), "Declined"),
        (verdict(challenge_required()), "ChallengeRequired"),
        (with(approved(), "/amount", json!(2001)), "Unknown(Mismatch)"),
        (with(approved(), "/currency", json!("USD")), "Unknown(Mismatch)"),
        (with(approved(), "/reference", json!(reference(2))), "Unknown(Mismatch)"),
        (verdict(json!({ "outcome": "not_found" })), "Unknown(Mismatch)"),
        (verdict(json!({ "outcome": "tombstoned" })), "Unknown(Mismatch)"),
        (Happens::Answer(500, String::new()), "Unknown(Fault)"),
        (Happens::Answer(200, "{".to_owned()), "Unknown(Unreadable)"),
        (Happens::Broken, "Unknown(Connection)"),
    ] {
        let (acquirer, script) = acquirer([happens]);
        let outcome = acquirer.finish_challenge(&reference(1), amount, LIMIT).await.unwrap();
        assert!(format!("{outcome:?}").starts_with(expected), "{expected}: {outcome:?}");
        assert_eq!(script.count(), 1, "it may move money: never sent again once it may have arrived");
        let sent = script.sent.lock().unwrap()[0].clone();
        assert_eq!(sent.0, "POST https://acquirer.test/test-acquirer/v1/finish-challenge");
        assert_eq!(sent.1, json!({ "reference": reference(1) }));
    }
}

#[tokio::test]
async fn an_authorization_that_is_not_answered_is_unknown_and_never_sent_again() {
    let whole = approved().to_string();
    for (happens, cause) in [
        (Happens::Broken, UnknownCause::Connection),
        (Happens::Answer(500, String::new()), UnknownCause::Fault),
        (Happens::Answer(599, String::new()), UnknownCause::Fault),
        (Happens::Answer(409, String::new()), UnknownCause::Fault),
        (Happens::Answer(401, String::new()), UnknownCause::Fault),
        (Happens::Answer(302, String::new()), UnknownCause::Fault),
        (Happens::AnswerAfter(503, "86400"), UnknownCause::Fault),
        (Happens::AnswerAfter(429, "1"), UnknownCause::Fault),
        (Happens::Answer(200, whole[..whole.len() / 2].to_owned()), UnknownCause::Unreadable),
        (Happens::Answer(200, "<html>".to_owned()), UnknownCause::Unreadable),
        (Happens::Answer(200, "x".repeat(crate::http::BODY_LIMIT + 1)), UnknownCause::Unreadable),
        (with(approved(), "/amount", json!(2001)), UnknownCause::Mismatch),
        (with(approved(), "/currency", json!("USD")), UnknownCause::Mismatch),
        (with(approved(), "/reference", json!(reference(2))), UnknownCause::Mismatch),
        (with(approved(), "/verdict/captured", json!(false)), UnknownCause::Mismatch),
        (verdict(json!({ "outcome": "done" })), UnknownCause::Mismatch),
        (verdict(json!({ "outcome": "not_found" })), UnknownCause::Mismatch),
        (verdict(json!({ "outcome": "something new" })), UnknownCause::Unreadable),
    ] {
        let (acquirer, script) = acquirer([happens]);
        let outcome = acquirer.authorize(&authorization(), LIMIT).await;
        assert_eq!(outcome, AuthorizeOutcome::Unknown(cause));
        assert_eq!(script.count(), 1);
    }
}

#[tokio::test]
async fn a_timeout_is_not_a_decline() {
    let short = Duration::from_millis(20);
    let (acquirer, script) = acquirer([Happens::Silence, Happens::Silence, Happens::Silence, Happens::Silence]);
    let unknown = UnknownCause::Timeout;
    assert_eq!(acquirer.authorize(&authorization(), short).await, AuthorizeOutcome::Unknown(unknown));
    let amount = Yen::new(1).unwrap();
    assert_eq!(acquirer.capture(&reference(2), &reference(1), amount, short).await, OperationOutcome::Unknown(unknown));
    assert_eq!(acquirer.inquire(&reference(1), short).await, InquiryOutcome::NoAnswer(unknown));
    assert_eq!(acquirer.reverse(&reference(1), short).await, ReverseOutcome::NoAnswer(unknown));
    assert_eq!(script.count(), 4);
    let none = Duration::ZERO;
    assert_eq!(acquirer.authorize(&authorization(), none).await, AuthorizeOutcome::Unknown(unknown));
    assert_eq!(script.count(), 4, "no time left: nothing is sent");
}

#[tokio::test]
async fn what_was_never_sent_is_sent_again_once() {
    let (acquirer, script) = acquirer([
        Happens::Refused,
        Happens::Answer(200, approved().to_string()),
        Happens::Refused,
        Happens::Refused,
        Happens::Refused,
        Happens::Broken,
    ]);
    assert!(matches!(acquirer.authorize(&authorization(), LIMIT).await, AuthorizeOutcome::Approved(_)));
    let unknown = AuthorizeOutcome::Unknown(UnknownCause::Connection);
    assert_eq!(acquirer.authorize(&authorization(), LIMIT).await, unknown);
    assert_eq!(acquirer.authorize(&authorization(), LIMIT).await, unknown);
    assert_eq!(script.count(), 6);
}

#[tokio::test]
async fn asking_and_undoing_are_tried_twice() {
    let found = Happens::Answer(200, approved().to_string());
    let (acquirer, script) = acquirer([
        Happens::Broken,
        found,
        Happens::Answer(500, String::new()),
        verdict(json!({ "outcome": "tombstoned" })),
        Happens::Answer(500, String::new()),
        Happens::Broken,
    ]);
    assert!(matches!(acquirer.inquire(&reference(1), LIMIT).await, InquiryOutcome::Approved { amount: 2000, .. }));
    assert_eq!(acquirer.reverse(&reference(1), LIMIT).await, ReverseOutcome::Tombstoned);
    assert_eq!(acquirer.reverse(&reference(1), LIMIT).await, ReverseOutcome::NoAnswer(UnknownCause::Connection));
    assert_eq!(script.count(), 6);
}

#[tokio::test]
async fn a_long_retry_after_is_ignored() {
    let (acquirer, script) =
        acquirer([Happens::AnswerAfter(503, "86400"), Happens::Answer(200, approved().to_string())]);
    let began = Instant::now();
    assert!(matches!(acquirer.inquire(&reference(1), LIMIT).await, InquiryOutcome::Approved { .. }));
    assert!(began.elapsed() < LONGEST_PAUSE, "{:?}", began.elapsed());
    assert_eq!(script.count(), 2);

    let (acquirer, script) = self::acquirer([Happens::AnswerAfter(503, "1")]);
    let half = Duration::from_millis(500);
    let outcome = acquirer.inquire(&reference(1), half).await;
    assert_eq!(outcome, InquiryOutcome::NoAnswer(UnknownCause::Fault), "the pause does not fit into the limit");
    assert_eq!(script.count(), 1);
}

#[tokio::test]
async fn an_inquiry_tells_what_is_there() {
    let answers = [
        (with(approved(), "/amount", json!(2001)), "Approved"),
        (verdict(declined()), "Declined"),
        (verdict(json!({ "outcome": "reversed" })), "Reversed"),
        (verdict(json!({ "outcome": "tombstoned" })), "Reversed"),
        (verdict(json!({ "outcome": "not_found" })), "NotFound"),
        (verdict(challenge_required()), "ChallengePending"),
    ];
    for (answer, expected) in answers {
        let (acquirer, _) = acquirer([answer]);
        let outcome = format!("{:?}", acquirer.inquire(&reference(1), LIMIT).await);
        assert!(outcome.starts_with(expected), "{outcome}");
    }
    for answer in [
        with(approved(), "/currency", json!("USD")),
        with(approved(), "/reference", json!(reference(2))),
        verdict(json!({ "outcome": "done" })),
    ] {
        let (acquirer, _) = acquirer([answer]);
        let outcome = acquirer.inquire(&reference(1), LIMIT).await;
        assert_eq!(outcome, InquiryOutcome::NoAnswer(UnknownCause::Mismatch));
    }
}

#[tokio::test]
async fn an_acknowledged_reversal_says_what_it_promises() {
    for (answer, expected) in [
        ("tombstoned", ReverseOutcome::Tombstoned),
        ("nothing_held", ReverseOutcome::NothingHeld),
        ("not_found", ReverseOutcome::NoAnswer(UnknownCause::Mismatch)),
        ("reversed", ReverseOutcome::NoAnswer(UnknownCause::Mismatch)),
    ] {
        let (acquirer, _) = acquirer([verdict(json!({ "outcome": answer }))]);
        assert_eq!(acquirer.reverse(&reference(1), LIMIT).await, expected, "{answer}");
    }
}

#[tokio::test]
async fn operations_name_their_original_and_are_never_sent_twice() {
    let amount = Yen::new(2000).unwrap();
    let (own, original) = (&reference(1), &reference(9));
    let done = || verdict(json!({ "outcome": "done" }));
    let (acquirer, script) = acquirer([done(), done(), done(), done(), verdict(declined()), Happens::Broken]);
    assert_eq!(acquirer.capture(own, original, amount, LIMIT).await, OperationOutcome::Done);
    assert_eq!(acquirer.void(own, original, LIMIT).await, OperationOutcome::Done);
    assert_eq!(acquirer.refund(own, original, amount, LIMIT).await, OperationOutcome::Done);
    assert_eq!(acquirer.adjust(own, original, amount, LIMIT).await, OperationOutcome::Done);
    assert_eq!(acquirer.refund(own, original, amount, LIMIT).await, OperationOutcome::Refused(decline()));
    let outcome = acquirer.refund(own, original, amount, LIMIT).await;
    assert_eq!(outcome, OperationOutcome::Unknown(UnknownCause::Connection));
    assert_eq!(script.count(), 6);
    let sent = script.sent.lock().unwrap().clone();
    assert_eq!(sent[0].1, json!({ "reference": own, "original": original, "amount": 2000, "currency": "JPY" }));
    assert_eq!(sent[1].1, json!({ "reference": own, "original": original, "currency": "JPY" }));

    let (acquirer, _) =
        self::acquirer([with(approved(), "/amount", json!(1)), verdict(json!({ "outcome": "not_found" }))]);
    for _ in 0..2 {
        let outcome = acquirer.capture(own, original, amount, LIMIT).await;
        assert_eq!(outcome, OperationOutcome::Unknown(UnknownCause::Mismatch));
    }
}

#[tokio::test]
async fn an_operation_is_asked_about_and_forbidden_by_its_own_reference() {
    let tombstoned = || verdict(json!({ "outcome": "tombstoned" }));
    let steps = [
        verdict(json!({ "outcome": "done" })),
        verdict(declined()),
        with(verdict_of("not_found"), "/amount", json!(0)),
        tombstoned(),
        with(verdict_of("done"), "/amount", json!(2001)),
        Happens::Silence,
        verdict(json!({ "outcome": "done" })),
        verdict(declined()),
        with(verdict_of("tombstoned"), "/amount", json!(0)),
        with(verdict_of("nothing_held"), "/amount", json!(0)),
        verdict(json!({ "outcome": "not_found" })),
        Happens::Silence,
    ];
    let (acquirer, script) = acquirer(steps);
    let (own, amount) = (&reference(1), Some(Yen::new(2000).unwrap()));
    let short = Duration::from_millis(50);
    for expected in [
        OperationInquiry::Done,
        OperationInquiry::Refused(decline()),
        OperationInquiry::NotFound,
        OperationInquiry::NotFound,
        OperationInquiry::NoAnswer(UnknownCause::Mismatch),
        OperationInquiry::NoAnswer(UnknownCause::Timeout),
    ] {
        assert_eq!(acquirer.inquire_operation(own, amount, short).await, expected);
    }
    for expected in [
        WithdrawOutcome::Done,
        WithdrawOutcome::Refused(decline()),
        WithdrawOutcome::Withdrawn,
        WithdrawOutcome::NotDone,
        WithdrawOutcome::NoAnswer(UnknownCause::Mismatch),
        WithdrawOutcome::NoAnswer(UnknownCause::Timeout),
    ] {
        assert_eq!(acquirer.withdraw(own, amount, short).await, expected);
    }
    let sent = script.sent.lock().unwrap().clone();
    assert_eq!(sent[0].0, "POST https://acquirer.test/test-acquirer/v1/inquire-operation");
    assert_eq!(
        sent[6],
        ("POST https://acquirer.test/test-acquirer/v1/withdraw".to_owned(), json!({ "reference": own }))
    );
}

fn verdict_of(outcome: &str) -> Value {
    let mut answer = approved();
    answer["verdict"] = json!({ "outcome": outcome });
    answer
}

#[tokio::test]
async fn a_list_is_read_whole_or_not_at_all() {
    let entry = |n| json!({ "reference": reference(n), "kind": "authorize", "amount": 1, "outcome": "approved", "at": "2026-11-21T12:00:00Z" });
    let page =
        |entries: Value, next: Value| Happens::Answer(200, json!({ "entries": entries, "next": next }).to_string());
    let day = jiff::civil::date(2026, 11, 21);
    let (acquirer, script) = acquirer([page(json!([entry(1)]), json!(1)), page(json!([entry(2)]), Value::Null)]);
    assert_eq!(acquirer.list(day, LIMIT).await.unwrap().len(), 2);
    assert_eq!(
        script.sent.lock().unwrap()[1].0,
        "GET https://acquirer.test/test-acquirer/v1/list?day=2026-11-21&after=1"
    );
    let (acquirer, _) = self::acquirer([page(json!([entry(1)]), json!(1)), Happens::Broken, Happens::Broken]);
    assert_eq!(acquirer.list(day, LIMIT).await, Err(UnknownCause::Connection));
    let (acquirer, _) = self::acquirer([page(json!([]), json!(0))]);
    assert_eq!(acquirer.list(day, LIMIT).await, Err(UnknownCause::Unreadable), "a page that leads back");
}

#[test]
fn a_useless_setting_is_refused_at_the_start() {
    let none = SdkConfig::builder().build();
    assert_eq!(TestAcquirer::new(&none, "https://a.test", "t").unwrap_err(), ConnectError::NoHttpClient);
    let script = Script { steps: Arc::default(), sent: Arc::default() };
    let connector = SharedHttpConnector::new(script);
    let config = SdkConfig::builder().http_client(http_client_fn(move |_, _| connector.clone())).build();
    for (base, token, error) in [
        ("", "t", ConnectError::Address),
        ("/test-acquirer", "t", ConnectError::Address),
        ("ftp://a.test", "t", ConnectError::Address),
        ("https://a.test/?x=1", "t", ConnectError::Address),
        ("https://a.test", "", ConnectError::Token),
        ("https://a.test", "a\nb", ConnectError::Token),
    ] {
        assert_eq!(TestAcquirer::new(&config, base, token).unwrap_err(), error, "{base} {token:?}");
    }
    let debug = format!("{:?}", TestAcquirer::new(&config, "https://a.test", "secret").unwrap());
    assert!(!debug.contains("secret"), "{debug}");
}
