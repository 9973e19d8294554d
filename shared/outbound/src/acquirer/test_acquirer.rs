//! The connector to the test acquirer: JSON over HTTP with a bearer token.

use std::{fmt, time::Duration};

use aws_types::SdkConfig;
use bytes::Bytes;
use domain::{
    Approval, Decline, Pan, Reference, SecurityCode, Yen,
    acquirer::{
        Authorization, AuthorizeOutcome, Challenge, InquiryOutcome, Instrument, OperationInquiry, OperationOutcome,
        RefreshOutcome, ReverseOutcome, UnknownCause, WithdrawOutcome,
    },
};
use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER},
};
use jiff::civil::Date;
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::{Instant, sleep};
use zeroize::Zeroizing;

use super::{
    Acquirer, BoxFuture, Entry, NotSupported, Totals,
    wire::{
        self, Answer, AuthorizeRequest, CURRENCY, Card, Listing, OperationRequest, ReferenceRequest, RefreshAnswer,
        RefreshRequest, TokenCard, Verdict,
    },
};
use crate::http::{Http, HttpError};

/// How often a call is sent in all. More tries are the caller's business: reconcile has a schedule for them.
const TRIES: u8 = 2;
/// How long to wait before the second try.
const PAUSE: Duration = Duration::from_millis(200);
/// A longer `Retry-After` is ignored: nobody but us decides how long a payment stays unknown.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Room for the largest request, so that the buffer never moves and leaves a copy of the card behind.
const REQUEST_ROOM: usize = 8 * 1024;
/// The most entries of a day that are read.
const LONGEST_LIST: usize = 1_000_000;

/// The test acquirer, reached at its base address.
pub struct TestAcquirer {
    http: Http,
    base: String,
    authorization: HeaderValue,
}

/// The settings do not name an acquirer that can be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// There is nothing to send a request with.
    #[error("the settings hold no HTTP client")]
    NoHttpClient,
    /// The base is not an absolute `http` or `https` address.
    #[error("the acquirer's address is not an absolute http address")]
    Address,
    /// The token holds something no header can carry, or is empty.
    #[error("the acquirer's token cannot be sent in a header")]
    Token,
}

/// May a call be sent again after it may have arrived?
#[derive(Clone, Copy, PartialEq, Eq)]
enum Again {
    /// Only if no byte was sent: it can move money.
    OnlyUnsent,
    /// Yes: asking and undoing twice is the same as once.
    Always,
}

impl TestAcquirer {
    /// The acquirer at `base` (`https://pay.example/test-acquirer`), by the HTTP client of `config`.
    ///
    /// # Errors
    /// [`ConnectError`] if a setting is unusable; nothing is called yet.
    pub fn new(config: &SdkConfig, base: &str, token: &str) -> Result<Self, ConnectError> {
        let http = Http::new(config).map_err(|_none| ConnectError::NoHttpClient)?;
        let base = base.trim_end_matches('/').to_owned();
        let address: http::Uri = base.parse().map_err(|_malformed| ConnectError::Address)?;
        let absolute = matches!(address.scheme_str(), Some("http" | "https")) && address.host().is_some();
        if !absolute || address.query().is_some() {
            return Err(ConnectError::Address);
        }
        let bearer = Zeroizing::new(format!("Bearer {token}"));
        let mut authorization = HeaderValue::from_str(&bearer).map_err(|_malformed| ConnectError::Token)?;
        if token.is_empty() {
            return Err(ConnectError::Token);
        }
        authorization.set_sensitive(true);
        Ok(Self { http, base, authorization })
    }

    async fn authorize_by(&self, asked: &Authorization, deadline: Instant) -> AuthorizeOutcome {
        let request = AuthorizeRequest {
            reference: asked.reference.to_string(),
            amount: asked.amount.get(),
            currency: CURRENCY.to_owned(),
            capture: asked.capture,
            initiator: asked.initiator,
            on_file: asked.on_file,
            keep: asked.keep,
            three_ds: asked.three_ds.clone(),
            network_id: asked.network_id.clone(),
            order: Some(asked.order.clone()),
            browser: asked.browser.clone(),
            instrument: instrument(&asked.instrument),
        };
        let answer = self.ask("authorize", &request, Again::OnlyUnsent, deadline).await;
        let answer = answer.and_then(|answer: Answer| fits(answer, &asked.reference, Some(asked.amount)));
        answer.map_or_else(AuthorizeOutcome::Unknown, |answer| authorized(answer, asked.capture))
    }

    async fn finish_by(&self, reference: &Reference, amount: Yen, deadline: Instant) -> AuthorizeOutcome {
        let request = ReferenceRequest { reference: reference.to_string() };
        let answer = self.ask("finish-challenge", &request, Again::OnlyUnsent, deadline).await;
        let answer = answer.and_then(|answer: Answer| fits(answer, reference, Some(amount)));
        answer.map_or_else(AuthorizeOutcome::Unknown, |answer| finished(answer.verdict))
    }

    async fn operate(
        &self,
        operation: &str,
        own: &Reference,
        original: &Reference,
        amount: Option<Yen>,
        deadline: Instant,
    ) -> OperationOutcome {
        let request = OperationRequest {
            reference: own.to_string(),
            original: original.to_string(),
            amount: amount.map(Yen::get),
            currency: CURRENCY.to_owned(),
        };
        let answer = self.ask(operation, &request, Again::OnlyUnsent, deadline).await;
        let answer = answer.and_then(|answer: Answer| fits(answer, own, amount));
        answer.map_or_else(OperationOutcome::Unknown, |answer| operated(answer.verdict))
    }

    async fn inquire_by(&self, reference: &Reference, deadline: Instant) -> InquiryOutcome {
        let request = ReferenceRequest { reference: reference.to_string() };
        let answer = self.ask("inquire", &request, Again::Always, deadline).await;
        let answer = answer.and_then(|answer: Answer| fits(answer, reference, None));
        answer.map_or_else(InquiryOutcome::NoAnswer, found)
    }

    async fn reverse_by(&self, reference: &Reference, deadline: Instant) -> ReverseOutcome {
        let request = ReferenceRequest { reference: reference.to_string() };
        let answer = self.ask("reverse", &request, Again::Always, deadline).await;
        let answer = answer.and_then(|answer: Answer| fits(answer, reference, None));
        answer.map_or_else(ReverseOutcome::NoAnswer, |answer| undone(&answer.verdict))
    }

    /// Asks about an operation, or forbids it: either way the answer says what became of it.
    async fn operation_by(
        &self,
        question: &str,
        own: &Reference,
        amount: Option<Yen>,
        deadline: Instant,
    ) -> Result<Verdict, UnknownCause> {
        let request = ReferenceRequest { reference: own.to_string() };
        let answer: Answer = self.ask(question, &request, Again::Always, deadline).await?;
        // Nothing is said of the amount of what is not there.
        let done = matches!(answer.verdict, Verdict::Done);
        fits(answer, own, amount.filter(|_| done)).map(|answer| answer.verdict)
    }

    async fn refresh_by(&self, kept: &Instrument, deadline: Instant) -> RefreshOutcome {
        let request = RefreshRequest { instrument: instrument(kept) };
        match self.ask("refresh", &request, Again::Always, deadline).await {
            Ok(RefreshAnswer::Unchanged) => RefreshOutcome::Unchanged,
            Ok(RefreshAnswer::Refreshed(card)) => match card.number.as_deref().map(Pan::parse).transpose() {
                Ok(pan) => RefreshOutcome::Refreshed { pan, expiry: card.expiry },
                Err(_no_number) => RefreshOutcome::NoAnswer(UnknownCause::Unreadable),
            },
            Err(cause) => RefreshOutcome::NoAnswer(cause),
        }
    }

    async fn totals_by(&self, reference: &Reference, deadline: Instant) -> Result<Totals, UnknownCause> {
        let path = format!("totals?reference={reference}");
        self.call(Method::GET, &path, &Bytes::new(), Again::Always, deadline).await
    }

    async fn list_by(&self, day: Date, deadline: Instant) -> Result<Vec<Entry>, UnknownCause> {
        let mut entries = Vec::new();
        let mut after = Some(0);
        while let Some(from) = after {
            let path = format!("list?day={day}&after={from}");
            let page: Listing = self.call(Method::GET, &path, &Bytes::new(), Again::Always, deadline).await?;
            entries.extend(page.entries);
            // A next page that does not lie ahead would never end.
            if page.next.is_some_and(|next| next <= from) || entries.len() > LONGEST_LIST {
                return Err(UnknownCause::Unreadable);
            }
            after = page.next;
        }
        Ok(entries)
    }

    async fn ask<A: DeserializeOwned>(
        &self,
        operation: &str,
        question: &impl Serialize,
        again: Again,
        deadline: Instant,
    ) -> Result<A, UnknownCause> {
        let mut body = Zeroizing::new(Vec::with_capacity(REQUEST_ROOM));
        serde_json::to_writer(&mut *body, question).map_err(|_never| UnknownCause::Fault)?;
        // Wiped when the last holder of the request lets go of it.
        self.call(Method::POST, operation, &Bytes::from_owner(body), again, deadline).await
    }

    /// Sends a request, a second time where that is safe, and reads the answer.
    async fn call<A: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &Bytes,
        again: Again,
        deadline: Instant,
    ) -> Result<A, UnknownCause> {
        let mut tries = TRIES;
        loop {
            tries = tries.saturating_sub(1);
            let failure = match self.try_once(method.clone(), path, body, deadline).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let pause = failure.pause.filter(|asked| *asked <= LONGEST_PAUSE).unwrap_or(PAUSE);
            let time_left = deadline.saturating_duration_since(Instant::now()) > pause;
            if tries == 0 || !time_left || !(failure.unsent || again == Again::Always) {
                return Err(failure.cause);
            }
            sleep(pause).await;
        }
    }

    async fn try_once<A: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &Bytes,
        deadline: Instant,
    ) -> Result<A, Failure> {
        let request = http::Request::builder()
            .method(method)
            .uri(format!("{}/v1/{path}", self.base))
            .header(AUTHORIZATION, self.authorization.clone())
            .header(CONTENT_TYPE, "application/json")
            .body(body.clone())
            .map_err(|_never| Failure::of(UnknownCause::Fault))?;
        let answer =
            self.http.send(request, deadline).await.map_err(|error| Failure::from_transport(error, deadline))?;
        if answer.status() != StatusCode::OK {
            return Err(Failure { pause: retry_after(answer.headers()), ..Failure::of(UnknownCause::Fault) });
        }
        serde_json::from_slice(answer.body()).map_err(|_unreadable| Failure::of(UnknownCause::Unreadable))
    }
}

/// Why one try gave no answer.
struct Failure {
    cause: UnknownCause,
    unsent: bool,
    pause: Option<Duration>,
}

impl Failure {
    fn of(cause: UnknownCause) -> Self {
        Self { cause, unsent: false, pause: None }
    }

    fn from_transport(error: HttpError, deadline: Instant) -> Self {
        let late = Instant::now() >= deadline;
        match error {
            HttpError::NotSent if late => Self::of(UnknownCause::Timeout),
            HttpError::NotSent => Self { unsent: true, ..Self::of(UnknownCause::Connection) },
            HttpError::Lost => Self::of(UnknownCause::Connection),
            HttpError::Timeout => Self::of(UnknownCause::Timeout),
            HttpError::TooLong => Self::of(UnknownCause::Unreadable),
        }
    }
}

/// The seconds form; the date form is ignored, as a wait of our own is as good.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// An answer to another question is no answer.
fn fits(answer: Answer, reference: &Reference, amount: Option<Yen>) -> Result<Answer, UnknownCause> {
    let same_amount = amount.is_none_or(|asked| answer.amount == u64::from(asked.get()));
    let same = answer.reference == reference.as_str() && answer.currency == CURRENCY && same_amount;
    if same { Ok(answer) } else { Err(UnknownCause::Mismatch) }
}

fn authorized(answer: Answer, capture: bool) -> AuthorizeOutcome {
    let other = matches!(answer.verdict, Verdict::Approved { captured, .. } if captured != capture);
    if other { AuthorizeOutcome::Unknown(UnknownCause::Mismatch) } else { finished(answer.verdict) }
}

fn finished(verdict: Verdict) -> AuthorizeOutcome {
    match verdict {
        Verdict::Approved { id, network_id, valid_until, captured, authentication, token } => {
            let acquirer_id = id;
            AuthorizeOutcome::Approved(Approval {
                acquirer_id,
                network_id,
                valid_until,
                captured,
                authentication,
                token,
            })
        }
        Verdict::Declined { code, network_code, advice_code, authentication } => {
            AuthorizeOutcome::Declined(Decline { code, network_code, advice_code, authentication })
        }
        Verdict::ChallengeRequired { address, request } => {
            AuthorizeOutcome::ChallengeRequired(Challenge { address, request })
        }
        // It stands no more, by another call than this one: only an inquiry may end the payment.
        Verdict::Reversed
        | Verdict::Done
        | Verdict::NotFound
        | Verdict::Tombstoned
        | Verdict::NothingHeld
        | Verdict::NotSupported => AuthorizeOutcome::Unknown(UnknownCause::Mismatch),
    }
}

fn operated(verdict: Verdict) -> OperationOutcome {
    match verdict {
        Verdict::Done => OperationOutcome::Done,
        Verdict::NotSupported => OperationOutcome::NotSupported,
        Verdict::Declined { code, network_code, advice_code, authentication } => {
            OperationOutcome::Refused(Decline { code, network_code, advice_code, authentication })
        }
        Verdict::Approved { .. }
        | Verdict::ChallengeRequired { .. }
        | Verdict::Reversed
        | Verdict::NotFound
        | Verdict::Tombstoned
        | Verdict::NothingHeld => OperationOutcome::Unknown(UnknownCause::Mismatch),
    }
}

fn found(answer: Answer) -> InquiryOutcome {
    match finished(answer.verdict.clone()) {
        AuthorizeOutcome::Approved(approval) => InquiryOutcome::Approved { approval, amount: answer.amount },
        AuthorizeOutcome::Declined(decline) => InquiryOutcome::Declined(decline),
        AuthorizeOutcome::ChallengeRequired(challenge) => InquiryOutcome::ChallengePending(challenge),
        AuthorizeOutcome::Unknown(cause) => match answer.verdict {
            Verdict::Reversed | Verdict::Tombstoned => InquiryOutcome::Reversed,
            Verdict::NotFound => InquiryOutcome::NotFound,
            Verdict::Approved { .. }
            | Verdict::Declined { .. }
            | Verdict::ChallengeRequired { .. }
            | Verdict::Done
            | Verdict::NothingHeld
            | Verdict::NotSupported => InquiryOutcome::NoAnswer(cause),
        },
    }
}

fn undone(verdict: &Verdict) -> ReverseOutcome {
    match verdict {
        Verdict::Tombstoned => ReverseOutcome::Tombstoned,
        Verdict::NothingHeld => ReverseOutcome::NothingHeld,
        Verdict::Approved { .. }
        | Verdict::Declined { .. }
        | Verdict::ChallengeRequired { .. }
        | Verdict::Done
        | Verdict::Reversed
        | Verdict::NotFound
        | Verdict::NotSupported => ReverseOutcome::NoAnswer(UnknownCause::Mismatch),
    }
}

fn operation_found(verdict: Verdict) -> OperationInquiry {
    match verdict {
        Verdict::NotFound | Verdict::Tombstoned => OperationInquiry::NotFound,
        other @ (Verdict::Done
        | Verdict::Declined { .. }
        | Verdict::Approved { .. }
        | Verdict::ChallengeRequired { .. }
        | Verdict::Reversed
        | Verdict::NothingHeld
        | Verdict::NotSupported) => match operated(other) {
            OperationOutcome::Done => OperationInquiry::Done,
            OperationOutcome::Refused(decline) => OperationInquiry::Refused(decline),
            OperationOutcome::NotSupported => OperationInquiry::NoAnswer(UnknownCause::Mismatch),
            OperationOutcome::Unknown(cause) => OperationInquiry::NoAnswer(cause),
        },
    }
}

fn withdrawn(verdict: Verdict) -> WithdrawOutcome {
    match verdict {
        Verdict::Tombstoned => WithdrawOutcome::Withdrawn,
        Verdict::NothingHeld => WithdrawOutcome::NotDone,
        other @ (Verdict::Done
        | Verdict::Declined { .. }
        | Verdict::Approved { .. }
        | Verdict::ChallengeRequired { .. }
        | Verdict::Reversed
        | Verdict::NotFound
        | Verdict::NotSupported) => match operated(other) {
            OperationOutcome::Done => WithdrawOutcome::Done,
            OperationOutcome::Refused(decline) => WithdrawOutcome::Refused(decline),
            OperationOutcome::NotSupported => WithdrawOutcome::NoAnswer(UnknownCause::Mismatch),
            OperationOutcome::Unknown(cause) => WithdrawOutcome::NoAnswer(cause),
        },
    }
}

impl Acquirer for TestAcquirer {
    fn connect(&self, limit: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            // No route leads to the base itself, so its gateway answers, and nobody else has work with it.
            let Ok(request) = http::Request::head(&self.base).body(Bytes::new()) else { return };
            if let Err(error) = self.http.send(request, by(limit)).await {
                tracing::info!(%error, "the acquirer's connection was not opened ahead");
            }
        })
    }

    fn authorize<'a>(&'a self, authorization: &'a Authorization, limit: Duration) -> BoxFuture<'a, AuthorizeOutcome> {
        Box::pin(self.authorize_by(authorization, by(limit)))
    }

    fn finish_challenge<'a>(
        &'a self,
        reference: &'a Reference,
        amount: Yen,
        limit: Duration,
    ) -> BoxFuture<'a, Result<AuthorizeOutcome, NotSupported>> {
        Box::pin(async move { Ok(self.finish_by(reference, amount, by(limit)).await) })
    }

    fn capture<'a>(
        &'a self,
        own: &'a Reference,
        original: &'a Reference,
        amount: Yen,
        limit: Duration,
    ) -> BoxFuture<'a, OperationOutcome> {
        Box::pin(self.operate("capture", own, original, Some(amount), by(limit)))
    }

    fn void<'a>(
        &'a self,
        own: &'a Reference,
        original: &'a Reference,
        limit: Duration,
    ) -> BoxFuture<'a, OperationOutcome> {
        Box::pin(self.operate("void", own, original, None, by(limit)))
    }

    fn refund<'a>(
        &'a self,
        own: &'a Reference,
        original: &'a Reference,
        amount: Yen,
        limit: Duration,
    ) -> BoxFuture<'a, OperationOutcome> {
        Box::pin(self.operate("refund", own, original, Some(amount), by(limit)))
    }

    fn adjust<'a>(
        &'a self,
        own: &'a Reference,
        original: &'a Reference,
        amount: Yen,
        limit: Duration,
    ) -> BoxFuture<'a, OperationOutcome> {
        Box::pin(self.operate("adjust", own, original, Some(amount), by(limit)))
    }

    fn inquire<'a>(&'a self, reference: &'a Reference, limit: Duration) -> BoxFuture<'a, InquiryOutcome> {
        Box::pin(self.inquire_by(reference, by(limit)))
    }

    fn reverse<'a>(&'a self, reference: &'a Reference, limit: Duration) -> BoxFuture<'a, ReverseOutcome> {
        Box::pin(self.reverse_by(reference, by(limit)))
    }

    fn inquire_operation<'a>(
        &'a self,
        own: &'a Reference,
        amount: Option<Yen>,
        limit: Duration,
    ) -> BoxFuture<'a, OperationInquiry> {
        Box::pin(async move {
            let answer = self.operation_by("inquire-operation", own, amount, by(limit)).await;
            answer.map_or_else(OperationInquiry::NoAnswer, operation_found)
        })
    }

    fn withdraw<'a>(
        &'a self,
        own: &'a Reference,
        amount: Option<Yen>,
        limit: Duration,
    ) -> BoxFuture<'a, WithdrawOutcome> {
        Box::pin(async move {
            let answer = self.operation_by("withdraw", own, amount, by(limit)).await;
            answer.map_or_else(WithdrawOutcome::NoAnswer, withdrawn)
        })
    }

    fn refresh<'a>(
        &'a self,
        kept: &'a Instrument,
        limit: Duration,
    ) -> BoxFuture<'a, Result<RefreshOutcome, NotSupported>> {
        Box::pin(async move { Ok(self.refresh_by(kept, by(limit)).await) })
    }

    fn totals<'a>(&'a self, reference: &'a Reference, limit: Duration) -> BoxFuture<'a, Result<Totals, UnknownCause>> {
        Box::pin(self.totals_by(reference, by(limit)))
    }

    fn list<'a>(&'a self, day: Date, limit: Duration) -> BoxFuture<'a, Result<Vec<Entry>, UnknownCause>> {
        Box::pin(self.list_by(day, by(limit)))
    }
}

fn instrument(asked: &Instrument) -> wire::Instrument {
    let readable = |code: &Option<SecurityCode>| code.as_ref().map(|code| code.expose().to_owned());
    match asked {
        Instrument::Card(card) => wire::Instrument::Card(Card {
            number: card.pan.expose().to_owned(),
            expiry: card.expiry.to_string(),
            code: readable(&card.code),
            holder: card.holder.clone(),
        }),
        Instrument::Token { token, holder, code } => {
            wire::Instrument::Token(TokenCard { token: token.clone(), code: readable(code), holder: holder.clone() })
        }
    }
}

fn by(limit: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(limit).unwrap_or(now)
}

impl fmt::Debug for TestAcquirer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestAcquirer").field("base", &self.base).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
