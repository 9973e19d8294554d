//! What an acquirer is asked and what it may answer, as values. The trait and its connectors are in `outbound`.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{CardDetails, Expiry, Pan, PaymentKey, Reference, SecurityCode, Yen};

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
    /// The order, which the acquirer hands back in its lists.
    pub order: PaymentKey,
    /// How much.
    pub amount: Yen,
    /// What is charged.
    pub instrument: Instrument,
    /// Who starts it.
    pub initiator: Initiator,
    /// Capture with the authorization.
    pub capture: bool,
    /// The card was kept by us and not typed for this charge (a stored credential, as the networks call it).
    pub on_file: bool,
    /// The buyer lets the card be kept: the acquirer keeps it too, and an approval brings its token.
    pub keep: bool,
    /// How the payer is authenticated. None for what the merchant starts.
    pub three_ds: Option<ThreeDsRequest>,
    /// The network's transaction id of the first charge, carried by what the merchant starts.
    pub network_id: Option<String>,
    /// For 3-D Secure.
    pub browser: BrowserData,
}

/// What is charged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instrument {
    /// A card number, typed on the page or opened from the vault.
    Card(CardDetails),
    /// A card that the acquirer keeps.
    Token {
        /// The acquirer's name for it.
        token: String,
        /// The name on it.
        holder: String,
        /// The code, absent only when nobody could be asked for it (merchant-initiated).
        code: Option<SecurityCode>,
    },
}

/// How the payer is to be authenticated (EMV 3-D Secure).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreeDsRequest {
    /// With or without a challenge.
    pub preference: ChallengePreference,
    /// What follows where the issuer could not authenticate.
    pub unavailable: Unavailable,
    /// Where the payer's browser is sent back by POST after a challenge: absolute, ours, with a sealed handle.
    pub return_address: String,
    /// The payer's mail address; the networks want it or the telephone number, beside the cardholder's name.
    #[serde(default)]
    pub mail: String,
    /// The payer's telephone number, empty if the shop sent none.
    #[serde(default)]
    pub tel: String,
}

/// Whether a challenge is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChallengePreference {
    /// The issuer decides by its own risk.
    ByRisk,
    /// The issuer is asked to challenge.
    Challenge,
}

/// What follows where the issuer could not authenticate (transStatus U) or only took notice (I).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unavailable {
    /// The payment is declined.
    #[default]
    Decline,
    /// It goes on, at the merchant's own risk.
    Proceed,
}

/// What 3-D Secure came to, bound to the operation whose approval or decline it stands in. Fetched by us from the acquirer, never taken from a browser.
///
/// In records it is one text, `2.2.0 Yf05 <transaction id> <value> <seconds>`, because it stands in every payment: `-` is what is absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Authentication {
    /// Message version, `2.2.0`.
    pub version: String,
    /// Transaction id of the directory server (a UUID).
    pub ds_id: String,
    /// transStatus.
    pub status: TransStatus,
    /// With or without a challenge.
    pub flow: Flow,
    /// Electronic commerce indicator, two digits.
    pub eci: Option<String>,
    /// Authentication value (CAVV, AAV): 20 bytes, base64.
    pub value: Option<String>,
    /// When, in seconds.
    pub at: Timestamp,
}

/// A text that is not the record of an authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the record of an authentication")]
pub struct AuthenticationError;

impl From<Authentication> for String {
    fn from(result: Authentication) -> Self {
        let flow = match result.flow {
            Flow::Frictionless => 'f',
            Flow::Challenge => 'c',
        };
        let absent = |text: Option<Self>| text.unwrap_or_else(|| "-".to_owned());
        let Authentication { version, ds_id, status, eci, value, at, .. } = result;
        let (eci, value) = (absent(eci), absent(value));
        format!("{version} {}{flow}{eci} {} {value} {}", status.letter(), shortened(&ds_id), at.as_second())
    }
}

impl TryFrom<String> for Authentication {
    type Error = AuthenticationError;
    fn try_from(text: String) -> Result<Self, AuthenticationError> {
        let mut parts = text.split(' ');
        let mut part = || parts.next().ok_or(AuthenticationError);
        let (version, how, ds_id, value, at) = (part()?, part()?, part()?, part()?, part()?);
        let mut letters = how.chars();
        let status = letters.next().and_then(TransStatus::of).ok_or(AuthenticationError)?;
        let flow = match letters.next() {
            Some('f') => Flow::Frictionless,
            Some('c') => Flow::Challenge,
            Some(_) | None => return Err(AuthenticationError),
        };
        let present = |text: &str| Some(text.to_owned()).filter(|text| text != "-");
        let at = at.parse().ok().and_then(|second| Timestamp::from_second(second).ok()).ok_or(AuthenticationError)?;
        Ok(Self {
            version: version.to_owned(),
            ds_id: lengthened(ds_id),
            status,
            flow,
            eci: present(letters.as_str()),
            value: present(value),
            at,
        })
    }
}

/// A UUID in 22 characters; any other text as it is.
fn shortened(id: &str) -> String {
    let bytes = HEXLOWER.decode(id.replace('-', "").as_bytes()).ok().filter(|bytes| bytes.len() == UUID);
    let short = bytes.map(|bytes| BASE64URL_NOPAD.encode(&bytes));
    short.filter(|short| lengthened(short) == id).unwrap_or_else(|| id.to_owned())
}

fn lengthened(short: &str) -> String {
    let bytes = BASE64URL_NOPAD.decode(short.as_bytes()).ok().filter(|bytes| bytes.len() == UUID);
    let Some(hex) = bytes.map(|bytes| HEXLOWER.encode(&bytes)) else { return short.to_owned() };
    let part = |range| hex.get(range).unwrap_or_default();
    [part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)].join("-")
}

/// How many bytes a UUID has.
const UUID: usize = 16;

/// transStatus of EMV 3-D Secure 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TransStatus {
    /// Authenticated.
    Y,
    /// Attempted: the issuer or its stand-in took notice.
    A,
    /// Not authenticated.
    N,
    /// Rejected by the issuer.
    R,
    /// Could not be performed.
    U,
    /// Information only.
    I,
    /// A challenge is needed.
    C,
    /// A decoupled challenge is needed. Refused: nobody waits at the page for it.
    D,
}

/// With or without a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flow {
    /// The issuer knew the payer without asking.
    Frictionless,
    /// The payer was asked.
    Challenge,
}

impl TransStatus {
    /// As messages and records write it.
    pub const fn letter(self) -> char {
        match self {
            Self::Y => 'Y',
            Self::A => 'A',
            Self::N => 'N',
            Self::R => 'R',
            Self::U => 'U',
            Self::I => 'I',
            Self::C => 'C',
            Self::D => 'D',
        }
    }

    fn of(letter: char) -> Option<Self> {
        let all = [Self::Y, Self::A, Self::N, Self::R, Self::U, Self::I, Self::C, Self::D];
        all.into_iter().find(|status| status.letter() == letter)
    }

    /// Whether a payment may go on after it. `unavailable` decides about U and I only.
    pub const fn goes_on(self, unavailable: Unavailable) -> bool {
        match (self, unavailable) {
            (Self::Y | Self::A, _) | (Self::U | Self::I, Unavailable::Proceed) => true,
            (Self::N | Self::R | Self::C | Self::D, _) | (Self::U | Self::I, Unavailable::Decline) => false,
        }
    }

    /// Whether an approval after it may ever stand, whatever the merchant has set.
    pub const fn may_stand(self) -> bool {
        self.goes_on(Unavailable::Proceed)
    }
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
    /// The payer has not answered the issuer's challenge yet. Nothing is held.
    ChallengePending(Challenge),
    /// It was reversed or voided, and nothing is held or taken.
    Reversed,
    /// The acquirer has never seen it.
    NotFound,
    /// No answer; ask again later.
    NoAnswer(UnknownCause),
}

/// What an acquirer says when asked whether the issuer gave a kept card a new date or number (洗替).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefreshOutcome {
    /// It did.
    Refreshed {
        /// The new number. None: it is the same, or the acquirer's token stands for it as before.
        pan: Option<Pan>,
        /// Good through.
        expiry: Expiry,
    },
    /// It did not, or nobody knows of it.
    Unchanged,
    /// No answer.
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

/// What an acquirer says when asked about a capture, void, refund or adjustment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperationInquiry {
    /// It is done, as it was asked.
    Done,
    /// It was refused.
    Refused(Decline),
    /// The acquirer has never seen it, or it was withdrawn.
    NotFound,
    /// No answer; ask again later.
    NoAnswer(UnknownCause),
}

/// What an acquirer says to the withdrawal of an operation that it did not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WithdrawOutcome {
    /// It has not happened, and never will.
    Withdrawn,
    /// It has not happened, but may yet: ask again later.
    NotDone,
    /// It came after all, and is done.
    Done,
    /// It came after all, and was refused.
    Refused(Decline),
    /// No answer; try again.
    NoAnswer(UnknownCause),
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
    #[serde(rename = "u", default, with = "jiff::fmt::serde::timestamp::second::optional")]
    pub valid_until: Option<Timestamp>,
    /// Whether it was captured with the authorization.
    #[serde(rename = "c")]
    pub captured: bool,
    /// What 3-D Secure came to.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub authentication: Option<Authentication>,
    /// The acquirer's token for the card, where it was asked to keep it.
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

impl Approval {
    /// Whether it may stand: an approval after a failed authentication never does.
    pub fn may_stand(&self) -> bool {
        self.authentication.as_ref().is_none_or(|result| result.status.may_stand())
    }
}

impl Decline {
    /// The payer was not authenticated, or turned away from it.
    pub const fn not_authenticated() -> Self {
        Self { code: DeclineCode::AuthenticationRequired, network_code: None, advice_code: None, authentication: None }
    }
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
    /// What 3-D Secure came to.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub authentication: Option<Authentication>,
}

/// Where to send the payer for a challenge, by a form that is posted at top level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// The issuer's page (acsURL).
    #[serde(rename = "a")]
    pub address: String,
    /// The challenge request, base64url, for the form's field `creq`.
    #[serde(rename = "q")]
    pub request: String,
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
    CardMissing,
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
    pub const ALL: [Self; 21] = [
        Self::GenericDecline,
        Self::DoNotHonor,
        Self::InsufficientFunds,
        Self::LostCard,
        Self::StolenCard,
        Self::PickupCard,
        Self::ExpiredCard,
        Self::IncorrectCvc,
        Self::IncorrectNumber,
        Self::CardMissing,
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

    /// The stable code, as records and result files have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GenericDecline => "generic_decline",
            Self::DoNotHonor => "do_not_honor",
            Self::InsufficientFunds => "insufficient_funds",
            Self::LostCard => "lost_card",
            Self::StolenCard => "stolen_card",
            Self::PickupCard => "pickup_card",
            Self::ExpiredCard => "expired_card",
            Self::IncorrectCvc => "incorrect_cvc",
            Self::IncorrectNumber => "incorrect_number",
            Self::CardMissing => "card_missing",
            Self::ProcessingError => "processing_error",
            Self::IssuerNotAvailable => "issuer_not_available",
            Self::CardVelocityExceeded => "card_velocity_exceeded",
            Self::CardNotSupported => "card_not_supported",
            Self::CurrencyNotSupported => "currency_not_supported",
            Self::TransactionNotAllowed => "transaction_not_allowed",
            Self::AuthenticationRequired => "authentication_required",
            Self::Fraudulent => "fraudulent",
            Self::RevocationOfAuthorization => "revocation_of_authorization",
            Self::DoNotTryAgain => "do_not_try_again",
            Self::TryAgainLater => "try_again_later",
        }
    }

    /// The cardholder withdrew the agreement to be charged.
    pub const fn is_revocation(self) -> bool {
        matches!(self, Self::RevocationOfAuthorization)
    }

    /// The category: Visa's four groups as acquirers publish them in 2026-11 (category 1: never; 3: data;
    /// <https://checkout.com/docs/developer-resources/codes/visa-response-codes>), in our words. What a network's own code says goes before it:
    /// [`Decline::category`]. What the merchant should do is `words::console::decline`.
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
            Self::ExpiredCard | Self::IncorrectCvc | Self::IncorrectNumber | Self::CardMissing => {
                DeclineCategory::FixData
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decline_is_called_as_it_is_stored() {
        for code in DeclineCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.name());
        }
    }

    #[test]
    fn an_authentication_reads_back_and_stays_short() {
        let result = Authentication {
            version: "2.2.0".to_owned(),
            ds_id: "f25084f0-5b16-4c0a-ae5d-b24808a95e4b".to_owned(),
            status: TransStatus::Y,
            flow: Flow::Frictionless,
            eci: Some("05".to_owned()),
            value: Some("AAABBBEAUAAAABgICABQAAAAAAA=".to_owned()),
            at: Timestamp::from_second(1_795_257_001).unwrap(),
        };
        let bare = Authentication { ds_id: "no-uuid".to_owned(), eci: None, value: None, ..result.clone() };
        let text = String::from(result.clone());
        assert_eq!(text, "2.2.0 Yf05 8lCE8FsWTAquXbJICKleSw AAABBBEAUAAAABgICABQAAAAAAA= 1795257001");
        for result in [result, bare] {
            assert_eq!(Authentication::try_from(String::from(result.clone())), Ok(result));
        }
        for foreign in ["", "2.2.0", "2.2.0 Xf05 - - 1", "2.2.0 Yx05 - - 1", "2.2.0 Yf05 - - soon"] {
            assert_eq!(Authentication::try_from(foreign.to_owned()), Err(AuthenticationError), "{foreign:?}");
        }
    }
}
