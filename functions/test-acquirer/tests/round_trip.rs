//! The connector against the handler, and the ledger on a table: both halves of the seam together, in process.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test's helpers may stop at the first surprise"
)]

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
    time::Duration,
};

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_runtime_api::client::{
    behavior_version::BehaviorVersion,
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::{body::SdkBody, retry::RetryConfig};
use aws_types::{SdkConfig, region::Region};
use domain::{
    CardDetails, Clock, Expiry, Initiator, MerchantId, OrderId, Pan, PaymentKey, Reference, SecurityCode, Yen,
    acquirer::{
        Authorization, AuthorizeOutcome, BrowserData, ChallengePreference, DeclineCode, InquiryOutcome, Instrument,
        OperationOutcome, ReverseOutcome, ThreeDsRequest, TransStatus, Unavailable, UnknownCause,
    },
};
use dynoxide::Database;
use jiff::Timestamp;
use lambda_http::Body;
use outbound::acquirer::{Acquirer as _, Kind, Outcome, TestAcquirer};
use test_acquirer::{Deps, HANG_UP_HEADER, Ledger, Totals, handler};

const LIMIT: Duration = Duration::from_secs(20);
const TOKEN: &str = "test-token";
const TABLE: &str = "AcquirerTable";

/// DynamoDB, answered by embedded tables; a planned number of writes lose their reply.
#[derive(Clone)]
struct Tables {
    database: Arc<Database>,
    replies_to_lose: Arc<AtomicU32>,
}

impl Tables {
    fn new() -> Self {
        let database = Database::memory().unwrap();
        let table = serde_json::json!({
            "TableName": TABLE, "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        });
        database.create_table(serde_json::from_value(table).unwrap()).unwrap();
        Self { database: Arc::new(database), replies_to_lose: Arc::default() }
    }

    fn sdk(&self) -> SdkConfig {
        let connector = SharedHttpConnector::new(self.clone());
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("ap-northeast-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::from_keys("test", "test", None)))
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
            .build()
    }

    fn answer(&self, request: &HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let body = request.body().bytes().unwrap();
        let target = request.headers().get("x-amz-target").unwrap();
        let (status, text) = match target.rsplit_once('.').unwrap().1 {
            "PutItem" => shown(self.database.put_item(serde_json::from_slice(body).unwrap())),
            "GetItem" => shown(self.database.get_item(serde_json::from_slice(body).unwrap())),
            "Query" => shown(self.database.query(serde_json::from_slice(body).unwrap())),
            other => panic!("the ledger has no business with {other}"),
        };
        let wrote = target.ends_with("PutItem");
        let lose = |left: u32| left.checked_sub(1);
        if wrote && self.replies_to_lose.fetch_update(Ordering::Relaxed, Ordering::Relaxed, lose).is_ok() {
            return Err(lost());
        }
        let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(text));
        response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
        Ok(response)
    }
}

fn shown<T: serde::Serialize>(result: Result<T, dynoxide::DynoxideError>) -> (u16, String) {
    match result {
        Ok(answer) => (200, serde_json::to_string(&answer).unwrap()),
        Err(error) => (error.status_code(), error.to_json()),
    }
}

fn lost() -> ConnectorError {
    ConnectorError::io(Box::new(std::io::Error::from(std::io::ErrorKind::ConnectionReset)))
}

impl std::fmt::Debug for Tables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tables")
    }
}

impl HttpConnector for Tables {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let tables = self.clone();
        HttpConnectorFuture::new(async move {
            // lets calls at once overtake each other
            tokio::task::yield_now().await;
            tables.answer(&request)
        })
    }
}

/// Carries requests to the handler, and breaks the connection where it says so.
#[derive(Clone, Debug)]
struct Carrier(Arc<Deps>);

impl HttpConnector for Carrier {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let deps = Arc::clone(&self.0);
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().unwrap().map(|body| Body::from(body.bytes().unwrap()));
            let response = handler(&deps, request).await.unwrap();
            if response.headers().contains_key(HANG_UP_HEADER) {
                return Err(lost());
            }
            Ok(HttpResponse::try_from(response.map(|body| SdkBody::from(body.to_vec()))).unwrap())
        })
    }
}

struct Sandbox {
    deps: Arc<Deps>,
    acquirer: TestAcquirer,
    tables: Tables,
    seconds: Arc<AtomicI64>,
}

impl Sandbox {
    fn on(ledger: impl FnOnce(&Tables) -> Ledger) -> Self {
        let tables = Tables::new();
        let seconds = Arc::new(AtomicI64::new(1_795_000_000));
        let read = Arc::clone(&seconds);
        let clock = Clock::new(move || Timestamp::from_second(read.load(Ordering::Relaxed)).unwrap());
        let deps = Arc::new(Deps::with(ledger(&tables), TOKEN, clock));
        let connector = SharedHttpConnector::new(Carrier(Arc::clone(&deps)));
        let sdk = SdkConfig::builder().http_client(http_client_fn(move |_, _| connector.clone())).build();
        let acquirer = TestAcquirer::new(&sdk, "https://pay.test/test-acquirer", TOKEN).unwrap();
        Self { deps, acquirer, tables, seconds }
    }

    fn both() -> [Self; 2] {
        [
            Self::on(|_| Ledger::memory()),
            Self::on(|tables| Ledger::table(store::ledger::Ledger::new(&tables.sdk(), TABLE))),
        ]
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.seconds.load(Ordering::Relaxed)).unwrap()
    }

    fn advance(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    async fn authorize(&self, order: &str, n: u32, amount: u32) -> AuthorizeOutcome {
        self.acquirer.authorize(&authorization(order, n, amount), LIMIT).await
    }

    /// The payer's browser on the issuer's page.
    async fn browse(&self, method: &str, address: &str, body: &str) -> (u16, String) {
        let request = lambda_http::http::Request::builder().method(method).uri(address);
        let response = handler(&self.deps, request.body(Body::from(body)).unwrap()).await.unwrap();
        (response.status().as_u16(), String::from_utf8(response.body().to_vec()).unwrap())
    }

    async fn finish(&self, order: &str, amount: u32) -> AuthorizeOutcome {
        let amount = Yen::new(amount).unwrap();
        self.acquirer.finish_challenge(&reference(order, 1), amount, LIMIT).await.unwrap()
    }

    async fn totals(&self, order: &str) -> Totals {
        self.deps.ledger.totals(&reference(order, 1), self.now()).await.unwrap()
    }

    async fn log(&self) -> Vec<(Kind, u64, Outcome)> {
        let entries = self.deps.ledger.entries(None, self.now()).await.unwrap();
        entries.into_iter().map(|entry| (entry.kind, entry.amount, entry.outcome)).collect()
    }
}

fn reference(order: &str, n: u32) -> Reference {
    key(order).reference(n)
}

fn key(order: &str) -> PaymentKey {
    PaymentKey::new(MerchantId::new("4000").unwrap(), OrderId::new(order).unwrap())
}

fn authorization(order: &str, n: u32, amount: u32) -> Authorization {
    Authorization {
        reference: reference(order, n),
        order: key(order),
        amount: Yen::new(amount).unwrap(),
        instrument: typed("4242424242424242"),
        initiator: Initiator::Cardholder,
        capture: true,
        on_file: false,
        keep: false,
        three_ds: None,
        network_id: None,
        browser: BrowserData::default(),
    }
}

/// A card as the shopper types it.
fn typed(number: &str) -> Instrument {
    let pan = Pan::parse(number).unwrap();
    Instrument::Card(CardDetails {
        code: Some(SecurityCode::parse("123", pan.brand()).unwrap()),
        pan,
        expiry: Expiry::parse("12/29", jiff::civil::date(2026, 11, 21)).unwrap(),
        holder: "TARO YAMADA".to_owned(),
    })
}

/// A payment whose payer is there, with a card that is to be kept.
fn authenticated(order: &str, amount: u32, number: &str) -> Authorization {
    Authorization {
        instrument: typed(number),
        on_file: false,
        keep: true,
        three_ds: Some(ThreeDsRequest {
            preference: ChallengePreference::ByRisk,
            unavailable: Unavailable::Decline,
            return_address: "https://pay.test/pay/challenge/handle".to_owned(),
            mail: "buyer@example.jp".to_owned(),
            tel: String::new(),
        }),
        ..authorization(order, 1, amount)
    }
}

#[tokio::test]
async fn every_fault_amount_reaches_the_caller_as_what_it_is() {
    use UnknownCause::{Connection, Fault, Mismatch, Unreadable};
    for sandbox in Sandbox::both() {
        for (amount, cause) in [
            (1901, Connection),
            (1902, Connection),
            (1903, Fault),
            (1904, Connection),
            (1905, Mismatch),
            (1906, Unreadable),
            (1907, Fault),
            (1909, Connection),
            (1910, Connection),
        ] {
            let outcome = sandbox.authorize(&amount.to_string(), 1, amount).await;
            assert_eq!(outcome, AuthorizeOutcome::Unknown(cause), "{amount}");
        }
        for (amount, found) in [(1901, Some(1901)), (1902, None), (1903, Some(1903)), (1904, None), (1905, Some(1906))]
        {
            let outcome = sandbox.acquirer.inquire(&reference(&amount.to_string(), 1), LIMIT).await;
            match (outcome, found) {
                (InquiryOutcome::Approved { amount, approval }, Some(expected)) => {
                    assert_eq!(amount, expected);
                    assert!(approval.captured);
                }
                (InquiryOutcome::NotFound, None) => {}
                (other, _) => panic!("{amount}: {other:?}"),
            }
        }
        let reverse = |order: &'static str| {
            let acquirer = &sandbox.acquirer;
            async move { acquirer.reverse(&reference(order, 1), LIMIT).await }
        };
        for order in ["1902", "1904", "1905", "1907"] {
            assert_eq!(reverse(order).await, ReverseOutcome::Tombstoned, "{order}");
            assert_eq!(sandbox.totals(order).await, Totals::default());
        }
        assert_eq!(reverse("1909").await, ReverseOutcome::NoAnswer(Fault), "two tries, and both fail");
        assert_eq!(reverse("1909").await, ReverseOutcome::Tombstoned);
        assert_eq!(reverse("1910").await, ReverseOutcome::NothingHeld);
        sandbox.advance(300);
        assert_eq!(sandbox.totals("1910").await.captured, 1910);
        let void = sandbox.acquirer.void(&reference("1910", 2), &reference("1910", 1), LIMIT).await;
        assert_eq!(void, OperationOutcome::Done);
        assert_eq!(sandbox.totals("1910").await, Totals::default());
        assert_eq!(sandbox.acquirer.inquire(&reference("1910", 1), LIMIT).await, InquiryOutcome::Reversed);
    }
}

#[tokio::test]
async fn a_challenge_is_met_answered_and_fetched() {
    for sandbox in Sandbox::both() {
        let asked = authenticated("1", 2000, "4000002760003184");
        let outcome = sandbox.acquirer.authorize(&asked, LIMIT).await;
        let AuthorizeOutcome::ChallengeRequired(challenge) = outcome else { panic!("{outcome:?}") };
        assert!(challenge.address.starts_with("https://pay.test/test-acquirer/acs/"), "{}", challenge.address);
        let found = sandbox.acquirer.inquire(&reference("1", 1), LIMIT).await;
        assert_eq!(found, InquiryOutcome::ChallengePending(challenge.clone()));
        assert_eq!(sandbox.finish("1", 2000).await, AuthorizeOutcome::ChallengeRequired(challenge.clone()));

        let entered = format!("creq={}", challenge.request);
        assert_eq!(sandbox.browse("POST", &challenge.address, &entered).await.0, 200);
        let (status, page) = sandbox.browse("POST", &challenge.address, "choice=pass").await;
        assert!(status == 200 && page.contains("https://pay.test/pay/challenge/handle"), "{page}");
        assert_eq!(sandbox.totals("1").await, Totals::default(), "nobody has fetched it");

        assert_eq!(sandbox.finish("1", 1999).await, AuthorizeOutcome::Unknown(UnknownCause::Mismatch));
        let outcome = sandbox.finish("1", 2000).await;
        let AuthorizeOutcome::Approved(approval) = &outcome else { panic!("{outcome:?}") };
        assert_eq!(approval.authentication.as_ref().unwrap().status, TransStatus::Y);
        assert_eq!(sandbox.finish("1", 2000).await, outcome);
        let found = sandbox.acquirer.inquire(&reference("1", 1), LIMIT).await;
        assert_eq!(found, InquiryOutcome::Approved { approval: approval.clone(), amount: 2000 });
        assert_eq!(sandbox.totals("1").await.captured, 2000);

        // the token of the kept card, charged in another order's books
        let token = approval.token.clone().unwrap();
        let instrument = Instrument::Token { token, holder: "TARO YAMADA".to_owned(), code: None };
        let initiator = Initiator::MerchantRecurring;
        let renewal = Authorization { instrument, initiator, ..authorization("2", 1, 500) };
        assert!(matches!(sandbox.acquirer.authorize(&renewal, LIMIT).await, AuthorizeOutcome::Approved(_)));
        assert_eq!(sandbox.totals("2").await.captured, 500);
    }
}

#[tokio::test]
async fn a_challenge_that_nobody_answers_is_declined_or_reversed() {
    for sandbox in Sandbox::both() {
        for (order, reversed) in [("1", false), ("2", true)] {
            let asked = authenticated(order, 2000, "4000000000003220");
            let outcome = sandbox.acquirer.authorize(&asked, LIMIT).await;
            assert!(matches!(outcome, AuthorizeOutcome::ChallengeRequired(_)));
            if reversed {
                assert_eq!(sandbox.acquirer.reverse(&reference(order, 1), LIMIT).await, ReverseOutcome::Tombstoned);
                assert_eq!(sandbox.acquirer.inquire(&reference(order, 1), LIMIT).await, InquiryOutcome::Reversed);
            }
        }
        sandbox.advance(900);
        for (order, code) in [("1", DeclineCode::AuthenticationRequired), ("2", DeclineCode::TransactionNotAllowed)] {
            let outcome = sandbox.finish(order, 2000).await;
            let AuthorizeOutcome::Declined(decline) = outcome else { panic!("{outcome:?}") };
            assert_eq!(decline.code, code);
        }
        assert_eq!(sandbox.finish("3", 2000).await, AuthorizeOutcome::Unknown(UnknownCause::Mismatch), "never seen");
        let today = domain::clock::japan_date(sandbox.now());
        let kinds: Vec<_> = sandbox.acquirer.list(today, LIMIT).await.unwrap().iter().map(|entry| entry.kind).collect();
        assert!(kinds.contains(&Kind::Challenge) && kinds.contains(&Kind::Authorize), "{kinds:?}");
    }
}

#[tokio::test]
async fn both_ledgers_tell_the_same_story() {
    let mut stories = Vec::new();
    for sandbox in Sandbox::both() {
        for order in ["1", "2", "3"] {
            assert!(matches!(sandbox.authorize(order, 1, 2000).await, AuthorizeOutcome::Approved(_)));
            sandbox.advance(1);
        }
        let yen = |amount| Yen::new(amount).unwrap();
        let refund = sandbox.acquirer.refund(&reference("2", 2), &reference("2", 1), yen(500), LIMIT).await;
        assert_eq!(refund, OperationOutcome::Done);
        let refund = sandbox.acquirer.refund(&reference("2", 3), &reference("2", 1), yen(1501), LIMIT).await;
        assert!(matches!(refund, OperationOutcome::Refused(_)));
        let today = domain::clock::japan_date(sandbox.now());
        sandbox.advance(86_400);
        sandbox.acquirer.inquire(&reference("3", 1), LIMIT).await;
        let list = sandbox.acquirer.list(today, LIMIT).await.unwrap();
        assert_eq!(list.len(), 5);
        let tomorrow = sandbox.acquirer.list(today.tomorrow().unwrap(), LIMIT).await.unwrap();
        assert_eq!(tomorrow.iter().map(|entry| entry.kind).collect::<Vec<_>>(), [Kind::Inquire]);
        stories.push((sandbox.log().await, sandbox.totals("2").await));
    }
    assert_eq!(stories[0], stories[1]);
    assert_eq!(stories[0].0.len(), 6);
    assert_eq!(stories[0].1, Totals { standing: 1, authorized: 2000, captured: 2000, refunded: 500, disputed: 0 });
}

#[tokio::test]
async fn a_write_whose_reply_was_lost_is_recognised() {
    let [_, sandbox] = Sandbox::both();
    sandbox.tables.replies_to_lose.store(1, Ordering::Relaxed); // of the day's entry
    assert!(matches!(sandbox.authorize("1", 1, 2000).await, AuthorizeOutcome::Approved(_)));
    sandbox.tables.replies_to_lose.store(1, Ordering::Relaxed); // of the page
    let refund = sandbox.acquirer.refund(&reference("1", 2), &reference("1", 1), Yen::new(1).unwrap(), LIMIT).await;
    assert_eq!(refund, OperationOutcome::Done);
    assert_eq!(sandbox.log().await.len(), 2);
    assert_eq!(sandbox.totals("1").await.refunded, 1);
}

#[tokio::test]
async fn calls_at_once_are_all_kept() {
    for sandbox in Sandbox::both() {
        let references: BTreeSet<u32> = (2..10).collect();
        sandbox.authorize("1", 1, 2000).await;
        let refunds = references.iter().map(|n| {
            let acquirer = &sandbox.acquirer;
            async move {
                let (own, original) = (reference("1", *n), reference("1", 1));
                acquirer.refund(&own, &original, Yen::new(400).unwrap(), LIMIT).await
            }
        });
        let mut done = 0;
        for outcome in join_all(refunds).await {
            match outcome {
                OperationOutcome::Done => done += 1,
                OperationOutcome::Refused(_) => {}
                OperationOutcome::NotSupported | OperationOutcome::Unknown(_) => panic!("{outcome:?}"),
            }
        }
        assert_eq!(done, 5, "five times 400 of 2,000");
        assert_eq!(sandbox.totals("1").await.refunded, 2000);
    }
}

/// Polls all of them side by side.
async fn join_all<T>(futures: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut open: Vec<_> = futures.map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        for (future, answer) in &mut open {
            if answer.is_none()
                && let std::task::Poll::Ready(done) = future.as_mut().poll(context)
            {
                *answer = Some(done);
            }
        }
        match open.iter().all(|(_, answer)| answer.is_some()) {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    })
    .await;
    open.into_iter().filter_map(|(_, answer)| answer).collect()
}
