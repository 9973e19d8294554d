//! The test cards and what each does. No other number is taken: a test merchant must not charge a real card.

use domain::{Brand, CardError, Expiry, Pan, acquirer::DeclineCode, clock::japan_date};
use jiff::Timestamp;
use outbound::acquirer::wire::{AuthorizeRequest, Instrument, RefreshAnswer, RefreshedCard};
use serde::{Deserialize, Serialize};

/// What a card does, whatever the amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// Approved in its manner; the amount may still ask for a fault.
    Approves(Manner),
    /// Declined with our code and the network's response code (ISO 8583 field 39 as Visa publishes it).
    Declines(DeclineCode, Option<&'static str>),
}

/// How a card that may be approved goes about it. It stands in the books in place of the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Manner {
    /// At once; the issuer authenticates without a challenge.
    Plain,
    /// Then disputed by the cardholder.
    Disputed,
    /// Can be stored: a charge with number and security code, as they are typed on the page, is approved, and every charge of the stored card is declined.
    StoredOnly,
    /// With the security code. Its holder has the issuer stop whatever a merchant charges by itself (Visa's R1).
    Stopped,
    /// After a challenge, which the issuer wants for every payment.
    Challenged,
    /// Never: the challenge succeeds, and the issuer declines.
    ChallengedThenDeclined,
    /// After a challenge that ends in a 3-D Secure processing error, where the merchant goes on in spite of it.
    ChallengedThenUnavailable,
}

impl Manner {
    /// Whether the issuer wants to ask its payer whatever the merchant prefers.
    pub(crate) const fn wants_challenge(self) -> bool {
        match self {
            Self::Plain | Self::Disputed | Self::StoredOnly | Self::Stopped => false,
            Self::Challenged | Self::ChallengedThenDeclined | Self::ChallengedThenUnavailable => true,
        }
    }
}

/// A card as a charge presents it: everything of it that the books may know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Presented {
    pub(crate) behaviour: Behaviour,
    pub(crate) brand: Option<Brand>,
    pub(crate) last4: String,
    /// The shopper typed the security code.
    pub(crate) code: bool,
    /// It was kept, by us (a token) or by the merchant's side, and not typed for this charge.
    pub(crate) on_file: bool,
}

/// A card that the acquirer keeps, found by its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) manner: Manner,
    pub(crate) brand: Option<Brand>,
    pub(crate) last4: String,
}

impl Presented {
    /// What the instrument shows; `kept` is the card behind its token, if it has one that opens.
    pub(crate) fn of(request: &AuthorizeRequest, kept: Option<Kept>) -> Self {
        match (&request.instrument, kept) {
            (Instrument::Card(card), _) => {
                let pan = Pan::parse(&card.number);
                let brand = pan.as_ref().ok().map(Pan::brand);
                let last4 = pan.as_ref().ok().map(|pan| pan.last4().to_owned()).unwrap_or_default();
                Self { behaviour: behaviour(pan), brand, last4, code: card.code.is_some(), on_file: request.on_file }
            }
            (Instrument::Token(card), Some(Kept { manner, brand, last4 })) => {
                Self { behaviour: Behaviour::Approves(manner), brand, last4, code: card.code.is_some(), on_file: true }
            }
            (Instrument::Token(card), None) => {
                let behaviour = Behaviour::Declines(DeclineCode::IncorrectNumber, Some("14"));
                Self { behaviour, brand: None, last4: String::new(), code: card.code.is_some(), on_file: true }
            }
        }
    }
}

/// How many years a card is good for that its issuer renews.
const RENEWED_YEARS: i16 = 4;

/// What the issuer gave a card since it was kept (洗替): one has a new date, another a new number too. A token stands for its card as before.
pub(crate) fn refreshed(instrument: &Instrument, kept: Option<&Kept>, now: Timestamp) -> RefreshAnswer {
    let typed = match instrument {
        Instrument::Card(card) => Some(card.number.as_str()),
        Instrument::Token(_) => None,
    };
    let number = match (typed, kept.map(|kept| kept.last4.as_str())) {
        (Some("5200828282828210"), _) | (None, Some("8210" | "1881")) => None,
        (Some("4012888888881881"), _) => Some("4000056655665556".to_owned()),
        (Some(_) | None, _) => return RefreshAnswer::Unchanged,
    };
    let year = japan_date(now).year().saturating_add(RENEWED_YEARS);
    match Expiry::try_from(format!("{year:04}-12")) {
        Ok(expiry) => RefreshAnswer::Refreshed(RefreshedCard { number, expiry }),
        Err(_no_such_month) => RefreshAnswer::Unchanged,
    }
}

fn behaviour(pan: Result<Pan, CardError>) -> Behaviour {
    match pan {
        Ok(pan) => of_card(pan.expose()),
        Err(CardError::BrandUnknown) => Behaviour::Declines(DeclineCode::CardNotSupported, None),
        Err(
            CardError::NumberMissing
            | CardError::NumberMalformed
            | CardError::NumberCheckDigit
            | CardError::ExpiryMissing
            | CardError::ExpiryMalformed
            | CardError::Expired
            | CardError::CodeMissing
            | CardError::CodeMalformed
            | CardError::HolderMissing
            | CardError::HolderMalformed,
        ) => Behaviour::Declines(DeclineCode::IncorrectNumber, Some("14")),
    }
}

fn of_card(number: &str) -> Behaviour {
    use DeclineCode as Code;
    match number {
        // Visa
        "4242424242424242" | "4012888888881881" | "4000056655665556"
        // Mastercard
        | "5555555555554444" | "5200828282828210"
        // JCB
        | "3530111333300000" | "3566002020360505"
        // American Express
        | "378282246310005" | "371449635398431"
        // Diners Club, Discover
        | "30569309025904" | "6011111111111117"
        // 3-D Secure without a challenge
        | "4000000000003055" => Behaviour::Approves(Manner::Plain),
        "4000000000000002" => Behaviour::Declines(Code::GenericDecline, Some("05")),
        "4000000000009995" => Behaviour::Declines(Code::InsufficientFunds, Some("51")),
        "4000000000009987" => Behaviour::Declines(Code::LostCard, Some("41")),
        "4000000000009979" => Behaviour::Declines(Code::StolenCard, Some("43")),
        "4000000000000069" => Behaviour::Declines(Code::ExpiredCard, Some("54")),
        "4000000000000127" => Behaviour::Declines(Code::IncorrectCvc, Some("N7")),
        "4000000000000119" => Behaviour::Declines(Code::ProcessingError, Some("96")),
        "4000000000000341" => Behaviour::Approves(Manner::StoredOnly),
        "4000000000000077" => Behaviour::Approves(Manner::Stopped),
        "4000000000000259" => Behaviour::Approves(Manner::Disputed),
        "4000002760003184" | "4000000000003220" => Behaviour::Approves(Manner::Challenged),
        "4000008400001629" => Behaviour::Approves(Manner::ChallengedThenDeclined),
        "4000008400001280" => Behaviour::Approves(Manner::ChallengedThenUnavailable),
        _ => Behaviour::Declines(Code::CardNotSupported, None),
    }
}
