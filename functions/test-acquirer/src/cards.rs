//! The test cards and what each does. No other number is taken: a test merchant must not charge a real card.

use domain::{CardError, Pan, acquirer::DeclineCode};

/// What a card does, whatever the amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// Approved; the amount may still ask for a fault.
    Approves,
    /// Approved, then disputed by the cardholder.
    ApprovesThenDisputes,
    /// Can be stored: a charge with the security code, as it is typed on the page, is approved. Every later charge, which is without the code, is declined.
    ApprovesWithCodeOnly,
    /// The issuer asks the payer first. Challenges have their place here; until the acquirer hosts the issuer's page, such a card is declined.
    Challenges,
    /// Declined with our code and the network's response code (ISO 8583 field 39 as Visa publishes it).
    Declines(DeclineCode, Option<&'static str>),
}

/// Looks a number up.
pub(crate) fn behaviour(number: &str) -> Behaviour {
    match Pan::parse(number) {
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
        | "4000000000003055" => Behaviour::Approves,
        "4000000000000002" => Behaviour::Declines(Code::GenericDecline, Some("05")),
        "4000000000009995" => Behaviour::Declines(Code::InsufficientFunds, Some("51")),
        "4000000000009987" => Behaviour::Declines(Code::LostCard, Some("41")),
        "4000000000009979" => Behaviour::Declines(Code::StolenCard, Some("43")),
        "4000000000000069" => Behaviour::Declines(Code::ExpiredCard, Some("54")),
        "4000000000000127" => Behaviour::Declines(Code::IncorrectCvc, Some("N7")),
        "4000000000000119" => Behaviour::Declines(Code::ProcessingError, Some("96")),
        "4000000000000341" => Behaviour::ApprovesWithCodeOnly,
        "4000000000000259" => Behaviour::ApprovesThenDisputes,
        "4000002760003184" | "4000000000003220" | "4000008400001629" | "4000008400001280" => Behaviour::Challenges,
        _ => Behaviour::Declines(Code::CardNotSupported, None),
    }
}
