//! What an acquirer is asked and what it may answer, as values. The trait and its connectors are in `outbound`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{CardDetails, Reference, Yen};

/// Who starts a charge. It decides which limits count and what the networks are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Initiator {
    /// The cardholder, on the payment page.
    Cardholder,
    /// An operator typing a mail or telephone order.
    MailOrTelephone,
    /// The merchant, on an agreed schedule.
    MerchantRecurring,
    /// The merchant, without a schedule, under an agreement.
    MerchantUnscheduled,
}

/// What the shopper's browser said of itself, for 3-D Secure. Empty where scripts are off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrowserData {
    /// `Accept` header.
    pub accept: String,
    /// `User-Agent` header.
    pub user_agent: String,
    /// BCP 47 tag from the page's script.
    pub language: Option<String>,
    /// Bits per pixel.
    pub color_depth: Option<u8>,
    /// CSS pixels.
    pub screen: Option<(u16, u16)>,
    /// Minutes behind UTC, as `Date.getTimezoneOffset` gives it.
    pub utc_offset_min: Option<i16>,
}

/// One authorization. The reference is the acquirer's idempotency key.
#[derive(Debug)]
pub struct Authorization {
    /// Our name for this operation.
    pub reference: Reference,
    /// How much.
    pub amount: Yen,
    /// The card.
    pub card: CardDetails,
    /// Who starts it.
    pub initiator: Initiator,
    /// Capture with the authorization.
    pub capture: bool,
    /// For 3-D Secure.
    pub browser: BrowserData,
}

/// What an acquirer said of an authorization. A timeout is an outcome too, and it is not a decline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthorizeOutcome {
    /// The issuer agreed to exactly what was asked.
    Approved(Approval),
    /// The issuer or the acquirer said no.
    Declined(Decline),
    /// The payer must be sent to the issuer first.
    ChallengeRequired(Challenge),
    /// Nobody can say yet: no answer, a fault, or an answer that does not fit what was asked.
    Unknown(UnknownCause),
}

/// What an acquirer says when asked about a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InquiryOutcome {
    /// It was approved, for this amount.
    Approved {
        /// The issuer's agreement.
        approval: Approval,
        /// What it was approved for; another amount than ours must be reversed. In yen, unbounded.
        amount: u64,
    },
    /// It was declined.
    Declined(Decline),
    /// It was reversed or voided, and nothing is held or taken.
    Reversed,
    /// The acquirer has never seen it.
    NotFound,
    /// No answer; ask again later.
    NoAnswer(UnknownCause),
}

/// What an acquirer says to a reversal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReverseOutcome {
    /// Nothing is held under the reference, and nothing ever will be: a later approval is refused.
    Tombstoned,
    /// Nothing is held now, but a late approval is possible: ask again later.
    NothingHeld,
    /// No answer; try again.
    NoAnswer(UnknownCause),
}

/// What an acquirer says to a capture, void, refund or adjustment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperationOutcome {
    /// It is done.
    Done,
    /// It will not be done.
    Refused(Decline),
    /// The connector has no such operation.
    NotSupported,
    /// Nobody can say yet.
    Unknown(UnknownCause),
}

/// Why an outcome is not known. It never holds personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum UnknownCause {
    /// The connection failed or was cut.
    #[error("no connection")]
    Connection,
    /// The deadline passed.
    #[error("no answer in time")]
    Timeout,
    /// The acquirer answered with a fault of its own.
    #[error("the acquirer reported a fault")]
    Fault,
    /// The answer could not be read.
    #[error("the answer was unreadable")]
    Unreadable,
    /// The answer names another amount, currency or reference than was asked.
    #[error("the answer does not fit the question")]
    Mismatch,
}

/// An issuer's agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The acquirer's own number for it.
    #[serde(rename = "i")]
    pub acquirer_id: String,
    /// The network's transaction id, carried by later merchant-initiated charges.
    #[serde(rename = "w")]
    pub network_id: Option<String>,
    /// When an authorization that is not captured stops being good. Second precision.
    #[serde(rename = "u")]
    pub valid_until: Option<Timestamp>,
    /// Whether it was captured with the authorization.
    #[serde(rename = "c")]
    pub captured: bool,
}

/// A refusal by issuer or acquirer, in our vocabulary and in theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decline {
    /// Our code.
    #[serde(rename = "c")]
    pub code: DeclineCode,
    /// The network's response code, as it came.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub network_code: Option<String>,
    /// The network's advice code, as it came.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub advice_code: Option<String>,
}

/// Where to send the payer for a challenge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// The issuer's page.
    pub address: String,
}

/// Our vocabulary of declines; what each means is data, in [`DeclineCode::category`] and the words catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the field's own vocabulary")]
pub enum DeclineCode {
    GenericDecline,
    DoNotHonor,
    InsufficientFunds,
    LostCard,
    StolenCard,
    PickupCard,
    ExpiredCard,
    IncorrectCvc,
    IncorrectNumber,
    ProcessingError,
    IssuerNotAvailable,
    CardVelocityExceeded,
    CardNotSupported,
    CurrencyNotSupported,
    TransactionNotAllowed,
    AuthenticationRequired,
    Fraudulent,
    RevocationOfAuthorization,
    DoNotTryAgain,
    TryAgainLater,
}

/// What a decline means for the next try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeclineCategory {
    /// The same credential must not be tried again.
    NeverRetry,
    /// It may pass another day.
    RetryLater,
    /// Something typed or stored is wrong.
    FixData,
    /// Only the payer can clear it.
    BringPayerBack,
}

impl DeclineCode {
    /// Every code, for tables and tests.
    pub const ALL: [Self; 20] = [
        Self::GenericDecline,
        Self::DoNotHonor,
        Self::InsufficientFunds,
        Self::LostCard,
        Self::StolenCard,
        Self::PickupCard,
        Self::ExpiredCard,
        Self::IncorrectCvc,
        Self::IncorrectNumber,
        Self::ProcessingError,
        Self::IssuerNotAvailable,
        Self::CardVelocityExceeded,
        Self::CardNotSupported,
        Self::CurrencyNotSupported,
        Self::TransactionNotAllowed,
        Self::AuthenticationRequired,
        Self::Fraudulent,
        Self::RevocationOfAuthorization,
        Self::DoNotTryAgain,
        Self::TryAgainLater,
    ];

    /// The category: Visa's four groups as acquirers publish them in 2026-11 (category 1: never; 3: data), in our words.
    pub const fn category(self) -> DeclineCategory {
        match self {
            Self::LostCard
            | Self::StolenCard
            | Self::PickupCard
            | Self::CardNotSupported
            | Self::TransactionNotAllowed
            | Self::Fraudulent
            | Self::RevocationOfAuthorization
            | Self::DoNotTryAgain
            | Self::CurrencyNotSupported => DeclineCategory::NeverRetry,
            Self::ExpiredCard | Self::IncorrectCvc | Self::IncorrectNumber => DeclineCategory::FixData,
            Self::AuthenticationRequired => DeclineCategory::BringPayerBack,
            Self::GenericDecline
            | Self::DoNotHonor
            | Self::InsufficientFunds
            | Self::ProcessingError
            | Self::IssuerNotAvailable
            | Self::CardVelocityExceeded
            | Self::TryAgainLater => DeclineCategory::RetryLater,
        }
    }
}
