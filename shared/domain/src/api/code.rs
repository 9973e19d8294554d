//! Why the JSON API refuses: stable codes, each with its status.

/// Why a request is refused. Names and statuses are a promise to shops' programs: they stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is explained where its text stands, in the catalogue of words")]
pub enum Code {
    Unauthorized,
    ScopeMissing,
    MerchantSuspended,
    NotFound,
    MethodNotAllowed,
    BodyUnreadable,
    BodyTooLarge,
    NotJson,
    FieldInvalid,
    FieldRefused,
    CursorInvalid,
    IdempotencyKeyMissing,
    IdempotencyKeyMalformed,
    IdempotencyKeyReused,
    RequestRunning,
    RateLimited,
    OrderUsed,
    OrderPaid,
    OrderClosed,
    AmountConflict,
    PaymentRunning,
    PaymentChanged,
    NothingHeld,
    NothingTaken,
    CaptureOver,
    AmountTooLarge,
    SameAmount,
    Disputed,
    RefundOverLimit,
    OperationRefused,
    OperationNotSupported,
    OperationGivenUp,
    CardMissing,
    CardNotAgreed,
    CardExpired,
    CardUnlinked,
    CardInUse,
    CardDeclined,
    NotCharged,
    DayLimit,
    TryLimit,
    LinkClosed,
    RenewalImpossible,
    RenewalChanged,
    Unavailable,
}

impl Code {
    /// Every one, in the order in which documents explain them.
    pub const ALL: [Self; 45] = [
        Self::Unauthorized,
        Self::ScopeMissing,
        Self::MerchantSuspended,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::BodyUnreadable,
        Self::BodyTooLarge,
        Self::NotJson,
        Self::FieldInvalid,
        Self::FieldRefused,
        Self::CursorInvalid,
        Self::IdempotencyKeyMissing,
        Self::IdempotencyKeyMalformed,
        Self::IdempotencyKeyReused,
        Self::RequestRunning,
        Self::RateLimited,
        Self::OrderUsed,
        Self::OrderPaid,
        Self::OrderClosed,
        Self::AmountConflict,
        Self::PaymentRunning,
        Self::PaymentChanged,
        Self::NothingHeld,
        Self::NothingTaken,
        Self::CaptureOver,
        Self::AmountTooLarge,
        Self::SameAmount,
        Self::Disputed,
        Self::RefundOverLimit,
        Self::OperationRefused,
        Self::OperationNotSupported,
        Self::OperationGivenUp,
        Self::CardMissing,
        Self::CardNotAgreed,
        Self::CardExpired,
        Self::CardUnlinked,
        Self::CardInUse,
        Self::CardDeclined,
        Self::NotCharged,
        Self::DayLimit,
        Self::TryLimit,
        Self::LinkClosed,
        Self::RenewalImpossible,
        Self::RenewalChanged,
        Self::Unavailable,
    ];

    /// Its name in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::ScopeMissing => "scope_missing",
            Self::MerchantSuspended => "merchant_suspended",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::BodyUnreadable => "body_unreadable",
            Self::BodyTooLarge => "body_too_large",
            Self::NotJson => "not_json",
            Self::FieldInvalid => "field_invalid",
            Self::FieldRefused => "field_refused",
            Self::CursorInvalid => "cursor_invalid",
            Self::IdempotencyKeyMissing => "idempotency_key_missing",
            Self::IdempotencyKeyMalformed => "idempotency_key_malformed",
            Self::IdempotencyKeyReused => "idempotency_key_reused",
            Self::RequestRunning => "request_running",
            Self::RateLimited => "rate_limited",
            Self::OrderUsed => "order_used",
            Self::OrderPaid => "order_paid",
            Self::OrderClosed => "order_closed",
            Self::AmountConflict => "amount_conflict",
            Self::PaymentRunning => "payment_running",
            Self::PaymentChanged => "payment_changed",
            Self::NothingHeld => "nothing_held",
            Self::NothingTaken => "nothing_taken",
            Self::CaptureOver => "capture_over",
            Self::AmountTooLarge => "amount_too_large",
            Self::SameAmount => "same_amount",
            Self::Disputed => "disputed",
            Self::RefundOverLimit => "refund_over_limit",
            Self::OperationRefused => "operation_refused",
            Self::OperationNotSupported => "operation_not_supported",
            Self::OperationGivenUp => "operation_given_up",
            Self::CardMissing => "card_missing",
            Self::CardNotAgreed => "card_not_agreed",
            Self::CardExpired => "card_expired",
            Self::CardUnlinked => "card_unlinked",
            Self::CardInUse => "card_in_use",
            Self::CardDeclined => "card_declined",
            Self::NotCharged => "not_charged",
            Self::DayLimit => "day_limit",
            Self::TryLimit => "try_limit",
            Self::LinkClosed => "link_closed",
            Self::RenewalImpossible => "renewal_impossible",
            Self::RenewalChanged => "renewal_changed",
            Self::Unavailable => "unavailable",
        }
    }

    /// The status of an answer that says it. 400: not of the documented form. 422: of the form, and yet it can't be.
    pub const fn status(self) -> u16 {
        match self {
            Self::BodyUnreadable | Self::FieldInvalid | Self::IdempotencyKeyMissing | Self::IdempotencyKeyMalformed => {
                400
            }
            Self::Unauthorized => 401,
            Self::CardDeclined | Self::NotCharged => 402,
            Self::ScopeMissing | Self::MerchantSuspended | Self::RefundOverLimit => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::RequestRunning
            | Self::OrderUsed
            | Self::OrderPaid
            | Self::OrderClosed
            | Self::AmountConflict
            | Self::PaymentRunning
            | Self::PaymentChanged
            | Self::NothingHeld
            | Self::NothingTaken
            | Self::CaptureOver
            | Self::AmountTooLarge
            | Self::SameAmount
            | Self::Disputed
            | Self::OperationRefused
            | Self::OperationNotSupported
            | Self::OperationGivenUp
            | Self::CardInUse
            | Self::DayLimit
            | Self::TryLimit
            | Self::LinkClosed
            | Self::RenewalImpossible
            | Self::RenewalChanged => 409,
            Self::BodyTooLarge => 413,
            Self::NotJson => 415,
            Self::FieldRefused
            | Self::CursorInvalid
            | Self::IdempotencyKeyReused
            | Self::CardMissing
            | Self::CardNotAgreed
            | Self::CardExpired
            | Self::CardUnlinked => 422,
            Self::RateLimited => 429,
            Self::Unavailable => 503,
        }
    }
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// It has to be there.
    Missing,
    /// There is no field of this name.
    Unknown,
    /// It stands there twice.
    Twice,
    /// It has another form than the documents say.
    Malformed,
    /// It is longer than it may be.
    TooLong,
    /// A control character is in it.
    ControlCharacter,
    /// It looks like a card number, which never belongs here.
    CardNumber,
    /// Order numbers of this form are ours.
    Reserved,
    /// It is more than the merchant may charge at a time.
    OutOfRange,
    /// Two fields that exclude each other, or a pair in the wrong order.
    Contradicts,
    /// The merchant has registered none of this number.
    NotRegistered,
    /// The day is past.
    Over,
}

impl Fault {
    /// Every one.
    pub const ALL: [Self; 12] = [
        Self::Missing,
        Self::Unknown,
        Self::Twice,
        Self::Malformed,
        Self::TooLong,
        Self::ControlCharacter,
        Self::CardNumber,
        Self::Reserved,
        Self::OutOfRange,
        Self::Contradicts,
        Self::NotRegistered,
        Self::Over,
    ];

    /// Its name in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Unknown => "unknown",
            Self::Twice => "twice",
            Self::Malformed => "malformed",
            Self::TooLong => "too_long",
            Self::ControlCharacter => "control_character",
            Self::CardNumber => "card_number",
            Self::Reserved => "reserved",
            Self::OutOfRange => "out_of_range",
            Self::Contradicts => "contradicts",
            Self::NotRegistered => "not_registered",
            Self::Over => "over",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_codes_have_a_name() {
        let names: BTreeSet<_> = Code::ALL.map(Code::name).into();
        assert_eq!(names.len(), Code::ALL.len());
        let faults: BTreeSet<_> = Fault::ALL.map(Fault::name).into();
        assert_eq!(faults.len(), Fault::ALL.len());
    }
}
