//! How a payment stands, as a list says it.

use serde::{Deserialize, Serialize};

use crate::{
    Payment, State,
    payment::{Failure, Stage},
};

/// How a payment stands. What a state carries is left out, and what a clerk tells apart is not: a refund in part, and in whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The acquirer is being asked.
    Running,
    /// The payer is with the issuer (3-D Secure).
    Challenging,
    /// Nobody can say yet.
    Checking,
    /// Being undone at the acquirer.
    Reversing,
    /// Refused; another card may be tried.
    Declined,
    /// Held, not taken.
    Authorized,
    /// Taken.
    Captured,
    /// Taken, and given back in part.
    PartlyRefunded,
    /// Taken, and given back in whole.
    Refunded,
    /// Taken, and the cardholder disputes it.
    Disputed,
    /// Let go before it was taken.
    Cancelled,
    /// Never taken, and its time is over.
    Lapsed,
    /// Over without money.
    Failed,
    /// A card was registered, as was wanted: nothing was to be paid. Interfaces tell it as [`Status::Failed`].
    Registered,
    /// Given up by the shopper.
    Abandoned,
    /// A person has to look.
    NeedsPerson,
}

/// What it came to (決済結果).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Approved, whatever was done with it since.
    Success,
    /// Over without money.
    Failure,
    /// Not known yet.
    Open,
}

/// What a search asks of result and state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// All of a result.
    All(Outcome),
    /// One state.
    Only(Status),
    /// One state as interfaces tell it. See [`Status::told`].
    Told(Status),
}

impl Status {
    /// Every one, in the order in which a form offers them.
    pub const ALL: [Self; 16] = [
        Self::Captured,
        Self::Authorized,
        Self::PartlyRefunded,
        Self::Refunded,
        Self::Disputed,
        Self::Cancelled,
        Self::Lapsed,
        Self::Failed,
        Self::Registered,
        Self::Abandoned,
        Self::Running,
        Self::Challenging,
        Self::Checking,
        Self::Reversing,
        Self::Declined,
        Self::NeedsPerson,
    ];

    /// How a payment stands. An operation whose outcome a person has to find out comes before all else.
    pub fn of(payment: &Payment) -> Self {
        if payment.pending().is_some_and(|operation| calls_a_person(&operation.stage)) {
            return Self::NeedsPerson;
        }
        match &payment.state {
            State::Authorizing { .. } => Self::Running,
            State::Challenging { .. } => Self::Challenging,
            State::Unknown(_) => Self::Checking,
            State::Reversing(_) => Self::Reversing,
            State::Declined { .. } => Self::Declined,
            State::Authorized { .. } => Self::Authorized,
            State::Captured { .. } if payment.disputed().is_some() => Self::Disputed,
            State::Captured { .. } => refunded(payment),
            State::Cancelled { .. } => Self::Cancelled,
            State::Lapsed { .. } => Self::Lapsed,
            State::Failed { reason: Failure::Registered, .. } => Self::Registered,
            State::Failed { .. } => Self::Failed,
            State::Abandoned { .. } => Self::Abandoned,
            State::NeedsPerson(_) => Self::NeedsPerson,
        }
    }

    /// Its name in addresses and keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Challenging => "challenging",
            Self::Checking => "checking",
            Self::Reversing => "reversing",
            Self::Declined => "declined",
            Self::Authorized => "authorized",
            Self::Captured => "captured",
            Self::PartlyRefunded => "partly_refunded",
            Self::Refunded => "refunded",
            Self::Disputed => "disputed",
            Self::Cancelled => "cancelled",
            Self::Lapsed => "lapsed",
            Self::Failed => "failed",
            Self::Registered => "registered",
            Self::Abandoned => "abandoned",
            Self::NeedsPerson => "needs_person",
        }
    }

    /// The state that interfaces name: what a CSV or the JSON API says does not change with the words of a page.
    pub const fn told(self) -> Self {
        match self {
            Self::Registered => Self::Failed,
            Self::Running
            | Self::Challenging
            | Self::Checking
            | Self::Reversing
            | Self::Declined
            | Self::Authorized
            | Self::Captured
            | Self::PartlyRefunded
            | Self::Refunded
            | Self::Disputed
            | Self::Cancelled
            | Self::Lapsed
            | Self::Failed
            | Self::Abandoned
            | Self::NeedsPerson => self,
        }
    }

    /// Every one that interfaces name.
    pub fn all_told() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|status| status.told() == *status)
    }

    /// What it came to.
    pub const fn outcome(self) -> Outcome {
        match self {
            Self::Authorized
            | Self::Captured
            | Self::PartlyRefunded
            | Self::Refunded
            | Self::Disputed
            | Self::Cancelled
            | Self::Lapsed => Outcome::Success,
            Self::Failed | Self::Registered | Self::Abandoned => Outcome::Failure,
            Self::Running
            | Self::Challenging
            | Self::Checking
            | Self::Reversing
            | Self::Declined
            | Self::NeedsPerson => Outcome::Open,
        }
    }
}

fn refunded(payment: &Payment) -> Status {
    match (payment.refunded(), payment.captured()) {
        (0, _) => Status::Captured,
        (refunded, Some(captured)) if refunded >= captured.get() => Status::Refunded,
        (_, _) => Status::PartlyRefunded,
    }
}

const fn calls_a_person(stage: &Stage) -> bool {
    match stage {
        Stage::Unknown(doubt) => doubt.person,
        Stage::Withdrawing(withdrawal) => withdrawal.person,
        Stage::Running(_) | Stage::Ended { .. } => false,
    }
}

impl Outcome {
    /// Every one, in the order in which a form offers them.
    pub const ALL: [Self; 3] = [Self::Success, Self::Failure, Self::Open];

    /// Its name in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Open => "open",
        }
    }
}

impl Standing {
    /// Reads an address's `status`.
    pub fn parse(name: &str) -> Option<Self> {
        let outcome = Outcome::ALL.into_iter().find(|outcome| outcome.name() == name).map(Self::All);
        outcome.or_else(|| Status::ALL.into_iter().find(|status| status.name() == name).map(Self::Only))
    }

    /// Its name in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::All(outcome) => outcome.name(),
            Self::Only(status) | Self::Told(status) => status.name(),
        }
    }

    /// The states that it asks for.
    pub fn statuses(self) -> Vec<Status> {
        match self {
            Self::All(outcome) => Status::ALL.into_iter().filter(|status| status.outcome() == outcome).collect(),
            Self::Only(status) => vec![status],
            Self::Told(told) => Status::ALL.into_iter().filter(|status| status.told() == told).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back() {
        let all = Outcome::ALL.map(Standing::All).into_iter().chain(Status::ALL.map(Standing::Only));
        for standing in all {
            assert_eq!(Standing::parse(standing.name()), Some(standing));
            assert!(!standing.statuses().is_empty());
        }
        for status in Status::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.name());
        }
        assert_eq!(Standing::parse(""), None);
    }
}
