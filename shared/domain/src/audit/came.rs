//! What somebody asked for with money, and what came of it, in the words of the audit log.

use serde::{Deserialize, Serialize};

use crate::{
    State,
    payment::{End, OperationKind, OperationRecord, Stage},
};

/// An operation's name, as the log writes it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationName {
    /// What was held was to be taken.
    Capture,
    /// What was held was to be let go.
    Cancel,
    /// Another amount was to be held.
    Adjust,
    /// What was taken was to be given back.
    Refund,
}

/// What came of something that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Came {
    /// It is done.
    Done,
    /// It is not done, and will not be.
    Refused,
    /// Nobody knew at that time; the payment says what became of it.
    Unknown,
    /// Nobody was asked.
    NotTried,
}

impl From<OperationKind> for OperationName {
    fn from(kind: OperationKind) -> Self {
        match kind {
            OperationKind::Capture => Self::Capture,
            OperationKind::Cancel => Self::Cancel,
            OperationKind::Adjust => Self::Adjust,
            OperationKind::Refund => Self::Refund,
        }
    }
}

impl Came {
    /// Of a charge that was tried, by how its payment stands.
    pub const fn of_charge(state: &State) -> Self {
        match state {
            State::Authorized { .. } | State::Captured { .. } => Self::Done,
            State::Declined { .. }
            | State::Failed { .. }
            | State::Abandoned { .. }
            | State::Cancelled { .. }
            | State::Lapsed { .. } => Self::Refused,
            State::Authorizing { .. }
            | State::Challenging { .. }
            | State::Unknown(_)
            | State::Reversing(_)
            | State::NeedsPerson(_) => Self::Unknown,
        }
    }

    /// Of an operation that was tried.
    pub const fn of_operation(record: &OperationRecord) -> Self {
        match &record.stage {
            Stage::Running(_) | Stage::Unknown(_) | Stage::Withdrawing(_) => Self::Unknown,
            Stage::Ended { end, .. } => match end {
                End::Done => Self::Done,
                End::Refused(_) | End::NotSupported | End::GivenUp => Self::Refused,
            },
        }
    }
}
