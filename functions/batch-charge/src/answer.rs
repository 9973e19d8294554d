//! What is answered to a row, read off what stands.

use std::ops::Add as _;

use domain::{
    Payment, PaymentNumber,
    batch::{BadRow, Counts, Reason, RowResult},
    payment::{Standing, State},
};

/// What came of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answered {
    pub(crate) result: RowResult,
    pub(crate) payment: Option<PaymentNumber>,
    pub(crate) why: Why,
    /// What was approved.
    yen: u64,
}

/// Why it was not approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// It was, or nothing stands in the line.
    Nothing,
    /// For this reason.
    Reason(Reason),
    /// The row itself is to be mended.
    Bad(BadRow),
}

impl Answered {
    /// Nothing stands in the line.
    pub(crate) const fn blank() -> Self {
        Self { result: RowResult::Blank, payment: None, why: Why::Nothing, yen: 0 }
    }

    /// The row can't be charged.
    pub(crate) const fn bad(bad: BadRow) -> Self {
        Self { result: RowResult::Error, payment: None, why: Why::Bad(bad), yen: 0 }
    }

    /// The acquirer was not asked.
    pub(crate) const fn error(reason: Reason) -> Self {
        Self { result: RowResult::Error, payment: None, why: Why::Reason(reason), yen: 0 }
    }

    /// The payment under the row's order can't be read: nobody knows whether the row was charged.
    pub(crate) const fn unreadable() -> Self {
        Self { result: RowResult::Unknown, payment: None, why: Why::Reason(Reason::OrderUnreadable), yen: 0 }
    }

    /// The batch was stopped first.
    pub(crate) const fn not_run() -> Self {
        Self { result: RowResult::NotRun, payment: None, why: Why::Reason(Reason::Stopped), yen: 0 }
    }

    /// By how the row's own payment stands.
    pub(crate) fn of(payment: &Payment) -> Self {
        let (result, reason) = match &payment.state {
            // What was done with it since is another matter: the row was approved.
            State::Authorized { .. } | State::Captured { .. } | State::Cancelled { .. } | State::Lapsed { .. } => {
                (RowResult::Approved, None)
            }
            State::Declined { decline, .. } | State::Failed { decline: Some(decline), .. } => {
                (RowResult::Declined, Some(Reason::Declined(decline.code)))
            }
            State::Failed { decline: None, .. } | State::Abandoned { .. } => {
                (RowResult::Declined, Some(Reason::NotCharged))
            }
            // A timeout is not a decline.
            State::Authorizing { .. }
            | State::Challenging { .. }
            | State::Unknown(_)
            | State::Reversing(_)
            | State::NeedsPerson(_) => (RowResult::Unknown, Some(Reason::BeingChecked)),
        };
        let yen = if result == RowResult::Approved { u64::from(payment.amount.get()) } else { 0 };
        Self { result, payment: Some(payment.number()), why: reason.map_or(Why::Nothing, Why::Reason), yen }
    }

    /// The order stands as somebody else's, or the row was answered before.
    pub(crate) fn standing(standing: Standing, payment: &Payment) -> Self {
        let reason = match standing {
            Standing::SameSubmit => return Self::of(payment),
            Standing::Paid => Reason::AlreadyPaid,
            Standing::OtherAmount => Reason::AmountConflict,
            Standing::Running | Standing::LetGo | Standing::Stale | Standing::OtherOrigin => Reason::OrderUsed,
        };
        Self { payment: Some(payment.number()), ..Self::error(reason) }
    }

    /// The row's lineage stands for the month by another run, or another row claimed its order: it is not charged here.
    pub(crate) fn of_month(payment: &Payment) -> Self {
        let reason = if payment.state.is_paid() {
            Reason::AlreadyPaid
        } else if payment.state.is_let_go() {
            Reason::OrderUsed
        } else if payment.state.is_unpaid() {
            Reason::NotCharged
        } else {
            Reason::BeingChecked
        };
        Self { payment: Some(payment.number()), ..Self::error(reason) }
    }

    /// Adds it to what was counted.
    pub(crate) fn add_to(&self, counts: Counts) -> Counts {
        counts.add(counted(self.result, self.yen))
    }
}

/// A line that came to this; `yen` is what was approved.
pub(crate) fn counted(result: RowResult, yen: u64) -> Counts {
    let of = |wanted: RowResult| u32::from(result == wanted);
    Counts {
        done: u32::from(result != RowResult::Blank),
        approved: of(RowResult::Approved),
        yen: if result == RowResult::Approved { yen } else { 0 },
        declined: of(RowResult::Declined),
        unknown: of(RowResult::Unknown),
        errors: of(RowResult::Error),
        not_run: of(RowResult::NotRun),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_line_is_no_row() {
        assert_eq!(Answered::blank().add_to(Counts::default()), Counts::default());
        let counts = Answered::not_run().add_to(Answered::error(Reason::CardMissing).add_to(Counts::default()));
        assert_eq!((counts.done, counts.not_run, counts.errors), (2, 1, 1));
    }
}
