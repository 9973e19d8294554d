//! Why a request is refused: one variant for each thing the shop's engineer must do, with a code that stays the same.

use std::fmt;

use crate::wire::{ParameterName, WireError};

/// A refused request. It names the parameter where one is to be mended, never a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct RequestError {
    problem: Problem,
    parameter: Option<ParameterName>,
}

impl RequestError {
    /// A problem of one parameter, by its name on the wire.
    pub(crate) fn of(problem: Problem, wire_name: &str) -> Self {
        Self { problem, parameter: Some(ParameterName::of(wire_name.as_bytes())) }
    }

    /// What is wrong.
    pub const fn problem(&self) -> Problem {
        self.problem
    }

    /// The stable code, the same in every language and version.
    pub const fn code(&self) -> &'static str {
        self.problem.code()
    }

    /// The parameter to mend, as the shop wrote it.
    pub const fn parameter(&self) -> Option<&ParameterName> {
        self.parameter.as_ref()
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.parameter {
            Some(name) => write!(f, "{}: {name}", self.problem.code()),
            None => f.write_str(self.problem.code()),
        }
    }
}

impl From<Problem> for RequestError {
    fn from(problem: Problem) -> Self {
        Self { problem, parameter: None }
    }
}

impl From<WireError> for RequestError {
    fn from(error: WireError) -> Self {
        match error {
            WireError::TooLarge => Problem::TooLarge.into(),
            WireError::TooMany => Problem::TooManyParameters.into(),
            WireError::BadEscape(name) => Self { problem: Problem::BadEscape, parameter: Some(name) },
            WireError::GivenTwice(name) => Self { problem: Problem::GivenTwice, parameter: Some(name) },
        }
    }
}

/// A way to pay that other services take by `charge_type` and this one does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OtherMethod {
    /// `2`: convenience store or bank transfer (コンビニ・銀行振込).
    ConvenienceStore,
    /// `3`: the buyer chooses (支払い方法の選択).
    BuyerChooses,
    /// `5`: account transfer (口座振替).
    AccountTransfer,
    /// `7`: pay later (後払い).
    PayLater,
}

/// What is wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Problem {
    /// More bytes than are read.
    TooLarge,
    /// More parameters than are read.
    TooManyParameters,
    /// A `%` without two hex digits.
    BadEscape,
    /// A parameter came twice.
    GivenTwice,
    /// Neither the address nor a parameter names the merchant.
    MerchantMissing,
    /// The merchant number is not 1 to 10 digits.
    MerchantMalformed,
    /// The address names one merchant, the parameter another.
    MerchantConflict,
    /// There is no such merchant, or `key` or `sig` is not right. On purpose nobody is told which.
    MerchantOrSignature,
    /// The merchant may not trade at present.
    MerchantSuspended,
    /// The merchant is gone for good.
    MerchantClosed,
    /// This merchant signs every request.
    SigMissing,
    /// `user` came without `key` and without `sig`.
    KeyMissing,
    /// `key` came without `user`.
    KeyWithoutUser,
    /// A signature came without `time`.
    TimeMissing,
    /// `time` is not Unix seconds.
    TimeMalformed,
    /// `time` came without anything that signs it.
    TimeUnsigned,
    /// `time` is too old or too far ahead.
    TimeOutsideWindow,
    /// `user` came, and the merchant has no card-on-file.
    CardOnFileOff,
    /// `user` is longer than 30, or not letters, digits and symbols.
    UserMalformed,
    /// A value is not text in the merchant's encoding.
    Undecodable,
    /// A value holds control characters.
    ControlCharacter,
    /// A value is too long or too wide.
    TooLong,
    /// A value holds a card number.
    CardNumber,
    /// No amount.
    AmountMissing,
    /// The amount is not plain digits.
    AmountMalformed,
    /// Zero, or more than the merchant takes.
    AmountOutOfRange,
    /// No order number.
    OrderMissing,
    /// The order number has characters or a length that the dialect doesn't have.
    OrderMalformed,
    /// The order number is in the range that we number by ourselves.
    OrderReserved,
    /// `charge_type` is none that exists.
    ChargeTypeInvalid,
    /// `charge_type` asks for another way to pay.
    NoContract(OtherMethod),
    /// `mail` is no mail address.
    MailMalformed,
    /// `card_tel` is not digits and hyphens.
    TelMalformed,
    /// `mobile` is not `1`.
    MobileInvalid,
    /// `regular` is not `on`.
    RegularInvalid,
    /// `regular_kind` is not 1 to 99.
    RegularKindInvalid,
    /// The merchant has no regular purchases.
    RegularNotAvailable,
    /// The merchant begins no offer by this `regular_kind`.
    RegularKindUnknown,
    /// The merchant has several offers, and none of kind 1: `regular_kind` has to say which.
    RegularKindMissing,
    /// The offer was withdrawn.
    RegularOfferClosed,
    /// The amount is not the offer's first amount.
    RegularAmountConflict,
    /// `return` is not 1, 2 or 3.
    ReturnInvalid,
    /// `return` names a destination that is not registered.
    ReturnNotRegistered,
    /// `lang` is not `ja` or `en`.
    LangInvalid,
}

impl Problem {
    /// Every problem, for texts, documentation and their tests.
    pub const ALL: [Self; 47] = [
        Self::TooLarge,
        Self::TooManyParameters,
        Self::BadEscape,
        Self::GivenTwice,
        Self::MerchantMissing,
        Self::MerchantMalformed,
        Self::MerchantConflict,
        Self::MerchantOrSignature,
        Self::MerchantSuspended,
        Self::MerchantClosed,
        Self::SigMissing,
        Self::KeyMissing,
        Self::KeyWithoutUser,
        Self::TimeMissing,
        Self::TimeMalformed,
        Self::TimeUnsigned,
        Self::TimeOutsideWindow,
        Self::CardOnFileOff,
        Self::UserMalformed,
        Self::Undecodable,
        Self::ControlCharacter,
        Self::TooLong,
        Self::CardNumber,
        Self::AmountMissing,
        Self::AmountMalformed,
        Self::AmountOutOfRange,
        Self::OrderMissing,
        Self::OrderMalformed,
        Self::OrderReserved,
        Self::ChargeTypeInvalid,
        Self::NoContract(OtherMethod::ConvenienceStore),
        Self::NoContract(OtherMethod::BuyerChooses),
        Self::NoContract(OtherMethod::AccountTransfer),
        Self::NoContract(OtherMethod::PayLater),
        Self::MailMalformed,
        Self::TelMalformed,
        Self::MobileInvalid,
        Self::RegularInvalid,
        Self::RegularKindInvalid,
        Self::RegularNotAvailable,
        Self::RegularKindUnknown,
        Self::RegularKindMissing,
        Self::RegularOfferClosed,
        Self::RegularAmountConflict,
        Self::ReturnInvalid,
        Self::ReturnNotRegistered,
        Self::LangInvalid,
    ];

    /// The stable code, the same in every language and version.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::TooManyParameters => "too_many_parameters",
            Self::BadEscape => "bad_escape",
            Self::GivenTwice => "given_twice",
            Self::MerchantMissing => "merchant_missing",
            Self::MerchantMalformed => "merchant_malformed",
            Self::MerchantConflict => "merchant_conflict",
            Self::MerchantOrSignature => "merchant_or_signature",
            Self::MerchantSuspended => "merchant_suspended",
            Self::MerchantClosed => "merchant_closed",
            Self::SigMissing => "sig_missing",
            Self::KeyMissing => "key_missing",
            Self::KeyWithoutUser => "key_without_user",
            Self::TimeMissing => "time_missing",
            Self::TimeMalformed => "time_malformed",
            Self::TimeUnsigned => "time_unsigned",
            Self::TimeOutsideWindow => "time_outside_window",
            Self::CardOnFileOff => "card_on_file_off",
            Self::UserMalformed => "user_malformed",
            Self::Undecodable => "undecodable",
            Self::ControlCharacter => "control_character",
            Self::TooLong => "too_long",
            Self::CardNumber => "card_number",
            Self::AmountMissing => "amount_missing",
            Self::AmountMalformed => "amount_malformed",
            Self::AmountOutOfRange => "amount_out_of_range",
            Self::OrderMissing => "order_missing",
            Self::OrderMalformed => "order_malformed",
            Self::OrderReserved => "order_reserved",
            Self::ChargeTypeInvalid => "charge_type_invalid",
            Self::NoContract(OtherMethod::ConvenienceStore) => "no_contract_convenience_store",
            Self::NoContract(OtherMethod::BuyerChooses) => "no_contract_buyer_chooses",
            Self::NoContract(OtherMethod::AccountTransfer) => "no_contract_account_transfer",
            Self::NoContract(OtherMethod::PayLater) => "no_contract_pay_later",
            Self::MailMalformed => "mail_malformed",
            Self::TelMalformed => "tel_malformed",
            Self::MobileInvalid => "mobile_invalid",
            Self::RegularInvalid => "regular_invalid",
            Self::RegularKindInvalid => "regular_kind_invalid",
            Self::RegularNotAvailable => "regular_not_available",
            Self::RegularKindUnknown => "regular_kind_unknown",
            Self::RegularKindMissing => "regular_kind_missing",
            Self::RegularOfferClosed => "regular_offer_closed",
            Self::RegularAmountConflict => "regular_amount_conflict",
            Self::ReturnInvalid => "return_invalid",
            Self::ReturnNotRegistered => "return_not_registered",
            Self::LangInvalid => "lang_invalid",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_problem_has_a_code_of_its_own() {
        let codes: BTreeSet<_> = Problem::ALL.iter().map(|problem| problem.code()).collect();
        assert_eq!(codes.len(), Problem::ALL.len());
        assert!(codes.iter().all(|code| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')));
    }

    #[test]
    fn an_error_names_the_parameter_and_no_value() {
        let error = RequestError::of(Problem::AmountMalformed, "AMT");
        assert_eq!(error.to_string(), "amount_malformed: AMT");
        assert_eq!(error.parameter().map(ParameterName::as_str), Some("AMT"));
        assert_eq!(RequestError::from(Problem::MerchantMissing).to_string(), "merchant_missing");
    }
}
