//! The one trait every acquirer is reached by. Each operation is keyed by our own reference; a connector never guesses an outcome.

mod test_acquirer;
pub mod wire;

use std::{fmt::Debug, future::Future, pin::Pin, time::Duration};

use domain::{
    PaymentKey, Reference, Yen,
    acquirer::{
        AuthorizeOutcome, InquiryOutcome, Instrument, OperationInquiry, OperationOutcome, RefreshOutcome,
        ReverseOutcome, UnknownCause, WithdrawOutcome,
    },
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

pub use domain::acquirer::Authorization;
pub use test_acquirer::{ConnectError, TestAcquirer};

/// An answer that is still on its way.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a connector to an acquirer can do. `limit` bounds each call with everything inside it: connecting, waiting, trying again.
///
/// Rules for every connector:
/// - no answer within `limit` is `Unknown(Timeout)` (or `NoAnswer(Timeout)`), never a decline;
/// - an answer that names another reference, amount or currency than was asked is `Unknown(Mismatch)`, never approved;
/// - a call that can move money is sent again only if no byte of it was sent; `inquire`, `inquire_operation`, `reverse`, `withdraw`, `refresh`, `totals` and `list` may be
///   sent again, a bounded number of times.
pub trait Acquirer: Debug + Send + Sync {
    /// Opens the connection ahead of the first call. Nothing is asked, and whether it opens decides nothing: the first call tries again.
    fn connect(&self, limit: Duration) -> BoxFuture<'_, ()>;

    /// Asks the issuer to agree, with capture at once if the authorization says so.
    fn authorize<'a>(&'a self, authorization: &'a Authorization, limit: Duration) -> BoxFuture<'a, AuthorizeOutcome>;

    /// Fetches the result of a challenge; the acquirer has kept the card, so neither number nor code is needed. It answers `ChallengeRequired` again while
    /// the payer has not answered, and the same result however often it is asked.
    ///
    /// # Errors
    /// [`NotSupported`] from a connector that never answers `ChallengeRequired`.
    fn finish_challenge<'a>(
        &'a self,
        reference: &'a Reference,
        amount: Yen,
        limit: Duration,
    ) -> BoxFuture<'a, Result<AuthorizeOutcome, NotSupported>>;

    /// Takes money that `original` holds. `own` names this operation.
    fn capture<'a>(
        &'a self,
        own: &'a Reference,
        original: &'a Reference,
        amount: Yen,
        limit: Duration,
    ) -> BoxFuture<'a, OperationOutcome>;

    /// Lets go of all that `original` holds or took, before any refund. `own` names this operation.
    fn void<'a>(
        &'a self,
        own: &'a Reference,
        original: &'a Reference,
        limit: Duration,
    ) -> BoxFuture<'a, OperationOutcome>;

    /// Gives back money that was captured under `original`. `own` names this operation.
    fn refund<'a>(
        &'a self,
        own: &'a Reference,
        original: &'a Reference,
        amount: Yen,
        limit: Duration,
    ) -> BoxFuture<'a, OperationOutcome>;

    /// Changes the amount that `original` holds to `amount`, without the card. `own` names this operation.
    fn adjust<'a>(
        &'a self,
        own: &'a Reference,
        original: &'a Reference,
        amount: Yen,
        limit: Duration,
    ) -> BoxFuture<'a, OperationOutcome>;

    /// Asks what became of an authorization.
    fn inquire<'a>(&'a self, reference: &'a Reference, limit: Duration) -> BoxFuture<'a, InquiryOutcome>;

    /// Undoes an authorization whose outcome may not be known, and, if the connector can promise it, forbids it for ever.
    fn reverse<'a>(&'a self, reference: &'a Reference, limit: Duration) -> BoxFuture<'a, ReverseOutcome>;

    /// Asks what became of a capture, void, refund or adjustment, by its own reference. `amount` is what was asked, none for a void.
    fn inquire_operation<'a>(
        &'a self,
        own: &'a Reference,
        amount: Option<Yen>,
        limit: Duration,
    ) -> BoxFuture<'a, OperationInquiry>;

    /// Forbids an operation that the acquirer does not know, for ever if the connector can promise it. It undoes nothing: what was done is answered as done.
    fn withdraw<'a>(
        &'a self,
        own: &'a Reference,
        amount: Option<Yen>,
        limit: Duration,
    ) -> BoxFuture<'a, WithdrawOutcome>;

    /// Asks whether the issuer gave a kept card a new date or number (洗替). Nothing is charged, and asked twice it is as once.
    ///
    /// # Errors
    /// [`NotSupported`] from a connector that can't ask.
    fn refresh<'a>(
        &'a self,
        _kept: &'a Instrument,
        _limit: Duration,
    ) -> BoxFuture<'a, Result<RefreshOutcome, NotSupported>> {
        Box::pin(async { Err(NotSupported) })
    }

    /// Where the money of an order stands; `reference` is any of the order's.
    ///
    /// # Errors
    /// [`UnknownCause`]: no answer.
    fn totals<'a>(&'a self, reference: &'a Reference, limit: Duration) -> BoxFuture<'a, Result<Totals, UnknownCause>>;

    /// What the acquirer did on a day (of Japan), in order.
    ///
    /// # Errors
    /// [`UnknownCause`] if the whole list could not be read; a part of it is never answered.
    fn list<'a>(&'a self, day: Date, limit: Duration) -> BoxFuture<'a, Result<Vec<Entry>, UnknownCause>>;
}

/// The connector has no such operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this acquirer's connector does not support the operation")]
pub struct NotSupported;

/// Where an order's money stands at the acquirer. In yen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Authorizations that stand: approved and neither reversed, voided nor lapsed.
    pub standing: u32,
    /// What they are for.
    pub authorized: u64,
    /// What was taken of it.
    pub captured: u64,
    /// What was given back of that.
    pub refunded: u64,
    /// Standing authorizations that the cardholder disputes.
    pub disputed: u32,
}

/// One line of an acquirer's books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Our name for the operation.
    pub reference: Reference,
    /// What was asked.
    pub kind: Kind,
    /// Yen, as the acquirer counts them; 0 where none is concerned.
    pub amount: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// When it took effect or was answered.
    pub at: Timestamp,
    /// The order as we named it with the authorization, if we did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<PaymentKey>,
}

/// What an acquirer was asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "the names are the operations of the trait; a challenge is what the issuer asks its payer, a dispute what the cardholder does"
)]
pub enum Kind {
    Authorize,
    Challenge,
    Capture,
    Void,
    Refund,
    Adjust,
    Reverse,
    Withdraw,
    Inquire,
    Dispute,
}

/// How one operation ended in an acquirer's books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done, or the inquiry found an approval.
    Approved,
    /// It was refused, or the inquiry found a refusal.
    Declined,
    /// The inquiry found nothing, or nothing that still stands.
    NotFound,
    /// The payer is with the issuer; nothing is held.
    Pending,
    /// The acquirer failed at it.
    Error,
}
