//! The faults that an amount asks for, by its last three digits, on any card that would be approved.

use domain::acquirer::TransStatus;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// …901: approved, but the reply is lost.
    ReplyLost,
    /// …902: nothing is done, and there is no answer.
    NoAnswer,
    /// …903: approved, but answered with a fault (500).
    ServerError,
    /// …904: no answer; unknown to whoever asks; approved 90 seconds later, unless it was reversed.
    Late,
    /// …905: approved for one yen more than was asked.
    OtherAmount,
    /// …906: approved, but the answer breaks off.
    Truncated,
    /// …907: nothing is done; answered with 503 and a `Retry-After` of a day.
    Busy,
    /// …908: the order's first two attempts are declined, the third is approved.
    ThirdTime,
    /// …909: as …902, and the reversal fails twice before it succeeds.
    NoAnswerHardToReverse,
    /// …910: as …904, but a reversal is only acknowledged and holds nothing up.
    LateDespiteReversal,
}

/// The fault that an amount asks for.
pub(crate) fn fault(amount: u32) -> Option<Fault> {
    Some(match amount % 1_000 {
        901 => Fault::ReplyLost,
        902 => Fault::NoAnswer,
        903 => Fault::ServerError,
        904 => Fault::Late,
        905 => Fault::OtherAmount,
        906 => Fault::Truncated,
        907 => Fault::Busy,
        908 => Fault::ThirdTime,
        909 => Fault::NoAnswerHardToReverse,
        910 => Fault::LateDespiteReversal,
        _ => return None,
    })
}

/// What goes wrong with a capture, void, refund or adjustment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OperationFault {
    /// …921: done, but the reply is lost.
    ReplyLost,
    /// …922: nothing is done, and there is no answer.
    NoAnswer,
    /// …923: done, but answered with a fault (500).
    ServerError,
    /// …924: no answer; unknown to whoever asks; done 90 seconds later, unless it was withdrawn.
    Late,
    /// …925: refused.
    Refused,
    /// …926: as …924, but a withdrawal is only acknowledged and holds nothing up.
    LateDespiteWithdrawal,
    /// …927: this acquirer has no such operation.
    NotSupported,
}

/// The fault that an operation's amount asks for; a void's is what it lets go of.
pub(crate) fn operation_fault(amount: u64) -> Option<OperationFault> {
    Some(match amount % 1_000 {
        921 => OperationFault::ReplyLost,
        922 => OperationFault::NoAnswer,
        923 => OperationFault::ServerError,
        924 => OperationFault::Late,
        925 => OperationFault::Refused,
        926 => OperationFault::LateDespiteWithdrawal,
        927 => OperationFault::NotSupported,
        _ => return None,
    })
}

/// What 3-D Secure answers to an amount, in place of the issuer's own choice: …911 to …914.
pub(crate) fn trans_status(amount: u32) -> Option<TransStatus> {
    Some(match amount % 1_000 {
        911 => TransStatus::A,
        912 => TransStatus::N,
        913 => TransStatus::U,
        914 => TransStatus::R,
        _ => return None,
    })
}
