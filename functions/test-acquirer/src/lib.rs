//! The test acquirer: an HTTP service with a ledger of its own that behaves as acquirers do at their worst, for sandboxes and tests.
//!
//! It honours our reference as an idempotency key and keeps tombstones. It is the 3-D Secure server too, and the issuer whose page asks the payer, and it keeps
//! cards under tokens. A card number is never stored or logged: brand and last four digits are, and how the card behaves.

mod acs;
mod cards;
mod challenge;
mod family;
mod fate;
mod faults;
mod ledger;
mod record;
mod three_ds;

use std::{convert::Infallible, time::Duration};

use domain::{Clock, Reference, Yen, acquirer::DeclineCode};
use inbound::{Config, ConfigError};
use jiff::{Timestamp, civil::Date};
use lambda_http::{
    Body, Request, Response,
    http::{HeaderValue, Method, StatusCode, Uri, header, uri::Authority},
};
use outbound::acquirer::{
    Kind,
    wire::{
        Answer, AuthorizeRequest, CURRENCY, Instrument, Listing, OperationRequest, PAGE, ReferenceRequest,
        RefreshRequest, Verdict,
    },
};
use serde::{Serialize, de::DeserializeOwned};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use cards::{Kept, Presented};
use family::{Charge, Ending};
pub use ledger::{Ledger, LedgerError};
pub use outbound::acquirer::Totals;

/// A header that says: whoever carries this answer must break the connection instead. Its value is `no-answer` (nothing was done) or `reply-lost`.
pub const HANG_UP_HEADER: &str = "x-test-acquirer-fault";
/// The status beside [`HANG_UP_HEADER`]; no HTTP service answers with it.
const HANG_UP_STATUS: u16 = 599;

/// What the test acquirer needs.
#[derive(Debug)]
pub struct Deps {
    /// Its books.
    pub ledger: Ledger,
    /// What "no answer" is.
    pub no_answer: NoAnswer,
    /// How long every answer takes. None by default.
    pub latency: Duration,
    clock: Clock,
    token: Zeroizing<String>,
}

/// What is done where an answer must not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// Answers at once with [`HANG_UP_HEADER`], which the carrier turns into a broken connection: the system on one machine.
    HangUp,
    /// Waits longer than any caller does, then answers the same: deployed, where a function can't break a connection.
    Sleep(Duration),
}

impl Deps {
    /// From the settings, when deployed: the ledger in `ACQUIRER_TABLE`, the token in `ACQUIRER_TOKEN`.
    ///
    /// # Errors
    /// [`ConfigError`] if a setting is missing.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, ConfigError> {
        let table = store::ledger::Ledger::new(config.sdk(), config.required("ACQUIRER_TABLE")?);
        // Only warms the connection up; a table that does not answer now is asked again by the first call.
        drop(table.connect().await);
        // The caller's deadline is 20 s, the gateway's 30 s.
        let no_answer = NoAnswer::Sleep(Duration::from_secs(25));
        Ok(Self { no_answer, ..Self::with(Ledger::table(table), config.required("ACQUIRER_TOKEN")?, clock) })
    }

    /// With this ledger and bearer token; hangs up where there is no answer.
    pub fn with(ledger: Ledger, token: &str, clock: Clock) -> Self {
        Self {
            ledger,
            no_answer: NoAnswer::HangUp,
            latency: Duration::ZERO,
            clock,
            token: Zeroizing::new(token.to_owned()),
        }
    }
}

/// Answers one call. Never fails: every refusal is a status with a word.
///
/// # Errors
/// None.
pub async fn handler(deps: &Deps, request: Request) -> Result<Response<Body>, Infallible> {
    if !deps.latency.is_zero() {
        tokio::time::sleep(deps.latency).await;
    }
    Ok(answer(deps, request, deps.clock.now()).await.unwrap_or_else(Refusal::into_response))
}

async fn answer(deps: &Deps, request: Request, now: Timestamp) -> Result<Response<Body>, Refusal> {
    // The issuer's page is for the payer's browser, which has no token but the page's own name.
    if let Some((_, name)) = request.uri().path().rsplit_once(challenge::PLACE) {
        return Ok(acs::answer(deps, name, &request, now).await);
    }
    authenticate(deps, &request)?;
    let (parts, body) = request.into_parts();
    let body = Zeroizing::new(bytes(body));
    let operation = parts.uri.path().rsplit_once("/v1/").map(|(_, operation)| operation).unwrap_or_default();
    match (&parts.method, operation) {
        (&Method::POST, "authorize") => authorize(deps, &base(&parts.uri), &body, now).await,
        (&Method::POST, "finish-challenge") => finish_challenge(deps, &body, now).await,
        (&Method::POST, "capture") => operate(deps, Kind::Capture, &body, now).await,
        (&Method::POST, "void") => operate(deps, Kind::Void, &body, now).await,
        (&Method::POST, "refund") => operate(deps, Kind::Refund, &body, now).await,
        (&Method::POST, "adjust") => operate(deps, Kind::Adjust, &body, now).await,
        (&Method::POST, "inquire") => inquire(deps, &body, now).await,
        (&Method::POST, "reverse") => reverse(deps, &body, now).await,
        (&Method::POST, "inquire-operation") => inquire_operation(deps, &body, now).await,
        (&Method::POST, "refresh") => refresh(deps, &body, now).await,
        (&Method::POST, "withdraw") => withdraw(deps, &body, now).await,
        (&Method::GET, "list") => list(deps, parts.uri.query().unwrap_or_default(), now).await,
        (&Method::GET, "log") => Ok(json(&deps.ledger.entries(None, now).await?)),
        (&Method::GET, "totals") => totals(deps, parts.uri.query().unwrap_or_default(), now).await,
        _ => Err(Refusal::NoSuchOperation),
    }
}

/// In constant time, so that a token can't be guessed digit by digit.
fn authenticate(deps: &Deps, request: &Request) -> Result<(), Refusal> {
    let sent = request.headers().get(header::AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    let same = sent.is_some_and(|sent| bool::from(sent.ct_eq(deps.token.as_bytes())));
    if same && !deps.token.is_empty() { Ok(()) } else { Err(Refusal::Unauthorized) }
}

async fn authorize(deps: &Deps, base: &str, body: &[u8], now: Timestamp) -> Result<Response<Body>, Refusal> {
    let request: AuthorizeRequest = parse(body)?;
    let reference = reference(&request.reference)?;
    Yen::new(request.amount).map_err(|_out_of_range| Refusal::Malformed)?;
    if request.three_ds.as_ref().is_some_and(|three_ds| acs::origin(&three_ds.return_address).is_none()) {
        return Err(Refusal::Malformed);
    }
    if request.currency != CURRENCY {
        let verdict = Verdict::Declined {
            code: DeclineCode::CurrencyNotSupported,
            network_code: None,
            advice_code: None,
            authentication: None,
        };
        return deps.reply(&reference, Ending::Verdict(verdict, u64::from(request.amount))).await;
    }
    let charge = Charge {
        request: &request,
        card: Presented::of(&request, kept(deps, &request.instrument, now).await?),
        page: format!("{base}{}{}", challenge::PLACE, challenge::page_name(&deps.token, &reference)),
    };
    let ending = deps.ledger.change(&reference, |family| family.authorize(&reference, &charge, now)).await?;
    deps.reply(&reference, ending).await
}

/// The card behind a token; it is looked up where it was given, which may be another order's books.
async fn kept(deps: &Deps, instrument: &Instrument, now: Timestamp) -> Result<Option<Kept>, LedgerError> {
    let origin = match instrument {
        Instrument::Card(_) => None,
        Instrument::Token(card) => record::behind(&card.token),
    };
    Ok(match origin {
        Some(origin) => deps.ledger.family(&origin, now).await?.kept(&origin),
        None => None,
    })
}

async fn refresh(deps: &Deps, body: &[u8], now: Timestamp) -> Result<Response<Body>, Refusal> {
    let RefreshRequest { instrument } = parse(body)?;
    Ok(json(&cards::refreshed(&instrument, kept(deps, &instrument, now).await?.as_ref(), now)))
}

async fn finish_challenge(deps: &Deps, body: &[u8], now: Timestamp) -> Result<Response<Body>, Refusal> {
    let reference = reference(&parse::<ReferenceRequest>(body)?.reference)?;
    let ending = deps.ledger.change(&reference, |family| family.finish_challenge(&reference, now)).await?;
    deps.reply(&reference, ending).await
}

async fn operate(deps: &Deps, kind: Kind, body: &[u8], now: Timestamp) -> Result<Response<Body>, Refusal> {
    let request: OperationRequest = parse(body)?;
    let (own, original) = (reference(&request.reference)?, reference(&request.original)?);
    let amount = request.amount.map(Yen::new).transpose().map_err(|_out_of_range| Refusal::Malformed)?;
    if request.currency != CURRENCY || (kind != Kind::Void && amount.is_none()) {
        return Err(Refusal::Malformed);
    }
    let ending = deps.ledger.change(&own, |family| family.operate(kind, &own, &original, request.amount, now)).await?;
    deps.reply(&own, ending).await
}

async fn inquire(deps: &Deps, body: &[u8], now: Timestamp) -> Result<Response<Body>, Refusal> {
    let reference = reference(&parse::<ReferenceRequest>(body)?.reference)?;
    let ending = deps.ledger.change(&reference, |family| family.inquire(&reference, now)).await?;
    deps.reply(&reference, ending).await
}

async fn reverse(deps: &Deps, body: &[u8], now: Timestamp) -> Result<Response<Body>, Refusal> {
    let reference = reference(&parse::<ReferenceRequest>(body)?.reference)?;
    let ending = deps.ledger.change(&reference, |family| family.reverse(&reference, now)).await?;
    deps.reply(&reference, ending).await
}

async fn inquire_operation(deps: &Deps, body: &[u8], now: Timestamp) -> Result<Response<Body>, Refusal> {
    let reference = reference(&parse::<ReferenceRequest>(body)?.reference)?;
    let ending = deps.ledger.change(&reference, |family| family.inquire_operation(&reference, now)).await?;
    deps.reply(&reference, ending).await
}

async fn withdraw(deps: &Deps, body: &[u8], now: Timestamp) -> Result<Response<Body>, Refusal> {
    let reference = reference(&parse::<ReferenceRequest>(body)?.reference)?;
    let ending = deps.ledger.change(&reference, |family| family.withdraw(&reference, now)).await?;
    deps.reply(&reference, ending).await
}

/// A day's entries by pages, as acquirers give them.
async fn list(deps: &Deps, query: &str, now: Timestamp) -> Result<Response<Body>, Refusal> {
    let day: Date = parameter(query, "day").and_then(|day| day.parse().ok()).ok_or(Refusal::Malformed)?;
    let after: usize = parameter(query, "after").unwrap_or("0").parse().map_err(|_malformed| Refusal::Malformed)?;
    let all = deps.ledger.entries(Some(day), now).await?;
    let end = after.saturating_add(PAGE);
    let entries = all.iter().skip(after).take(PAGE).cloned().collect();
    Ok(json(&Listing { entries, next: (end < all.len()).then_some(end) }))
}

async fn totals(deps: &Deps, query: &str, now: Timestamp) -> Result<Response<Body>, Refusal> {
    let reference = reference(parameter(query, "reference").unwrap_or_default())?;
    Ok(json(&deps.ledger.totals(&reference, now).await?))
}

impl Deps {
    async fn reply(&self, reference: &Reference, ending: Ending) -> Result<Response<Body>, Refusal> {
        let answer = |verdict, amount| Answer {
            reference: reference.to_string(),
            amount,
            currency: CURRENCY.to_owned(),
            verdict,
        };
        match ending {
            Ending::Verdict(verdict, amount) => Ok(json(&answer(verdict, amount))),
            Ending::Truncated(verdict, amount) => Ok(truncated(&json(&answer(verdict, amount)))),
            Ending::Conflict => Err(Refusal::Conflict),
            Ending::Error => Err(Refusal::Fault),
            Ending::Busy => Err(Refusal::Busy),
            Ending::NoAnswer => Ok(self.hang_up("no-answer").await),
            Ending::ReplyLost => Ok(self.hang_up("reply-lost").await),
        }
    }

    async fn hang_up(&self, what: &'static str) -> Response<Body> {
        match self.no_answer {
            NoAnswer::HangUp => {}
            NoAnswer::Sleep(longer_than_any_caller_waits) => tokio::time::sleep(longer_than_any_caller_waits).await,
        }
        let mut response = Response::new(Body::Empty);
        *response.status_mut() = StatusCode::from_u16(HANG_UP_STATUS).unwrap_or(StatusCode::BAD_GATEWAY);
        response.headers_mut().insert(HANG_UP_HEADER, HeaderValue::from_static(what));
        response
    }
}

/// Why a call is not decided.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("unauthorized")]
    Unauthorized,
    #[error("no_such_operation")]
    NoSuchOperation,
    #[error("malformed")]
    Malformed,
    #[error("reference_used")]
    Conflict,
    #[error("busy")]
    Busy,
    #[error("fault")]
    Fault,
    #[error("ledger_unavailable")]
    Ledger(#[from] LedgerError),
}

impl Refusal {
    fn into_response(self) -> Response<Body> {
        let status = match &self {
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::NoSuchOperation => StatusCode::NOT_FOUND,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Conflict => StatusCode::CONFLICT,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Fault => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Ledger(error) => {
                tracing::error!(error = %error, cause = ?std::error::Error::source(error), "the test acquirer's ledger failed");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        let mut response = json(&Fault { fault: self.to_string() });
        *response.status_mut() = status;
        if matches!(self, Self::Busy) {
            // A day: what no caller of ours may wait for.
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("86400"));
        }
        response
    }
}

#[derive(Serialize)]
struct Fault {
    fault: String,
}

fn json(value: &impl Serialize) -> Response<Body> {
    let mut response = Response::new(Body::Text(serde_json::to_string(value).unwrap_or_default()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The first half of an answer.
fn truncated(whole: &Response<Body>) -> Response<Body> {
    let bytes: &[u8] = whole.body();
    let mut response = Response::new(Body::Binary(bytes.iter().take(bytes.len() / 2).copied().collect()));
    *response.headers_mut() = whole.headers().clone();
    response
}

fn bytes(body: Body) -> Vec<u8> {
    match body {
        Body::Text(text) => text.into_bytes(),
        Body::Binary(bytes) => bytes,
        // Lambda's bodies are one of the two.
        Body::Empty | _ => Vec::new(),
    }
}

/// Where the acquirer is reached, as the caller did: the payer's browser is sent to the same place.
fn base(uri: &Uri) -> String {
    let place = uri.path().rsplit_once("/v1/").map(|(place, _)| place).unwrap_or_default();
    let scheme = uri.scheme_str().unwrap_or("https");
    let authority = uri.authority().map(Authority::as_str).unwrap_or_default();
    format!("{scheme}://{authority}{place}")
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|_malformed| Refusal::Malformed)
}

fn reference(text: &str) -> Result<Reference, Refusal> {
    Reference::new(text).map_err(|_malformed| Refusal::Malformed)
}

fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests;
