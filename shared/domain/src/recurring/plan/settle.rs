//! What a period's payment means for its plan, whoever finds out, and when.

use jiff::Timestamp;

use super::{Failed, Plan};
use crate::{
    Decline, Payment,
    acquirer::DeclineCode,
    payment::{Failure, Origin, State},
    recurring::retry::Retries,
};

/// How a period's payment stands, as far as its plan is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody knows yet how it ends.
    Open,
    /// The money came, also where it was let go or given back since: that is another matter.
    Paid,
    /// The try came to nothing.
    Failed(Decline),
}

impl Standing {
    /// How a payment stands.
    pub fn of(payment: &Payment) -> Self {
        match &payment.state {
            State::Authorizing { .. }
            | State::Challenging { .. }
            | State::Unknown(_)
            | State::Reversing(_)
            | State::NeedsPerson(_) => Self::Open,
            State::Authorized { .. } | State::Captured { .. } | State::Cancelled { .. } | State::Lapsed { .. } => {
                Self::Paid
            }
            State::Declined { decline, .. } | State::Failed { decline: Some(decline), .. } => {
                Self::Failed(decline.clone())
            }
            State::Failed { reason, decline: None, .. } => Self::Failed(without_words(failure_code(*reason))),
            State::Abandoned { .. } => Self::Failed(without_words(DeclineCode::ProcessingError)),
        }
    }
}

/// A try that ended without the acquirer's decline.
const fn failure_code(reason: Failure) -> DeclineCode {
    match reason {
        // the issuer wants to see the buyer
        Failure::NotAuthenticated | Failure::ChallengeExpired | Failure::ChallengeCancelled => {
            DeclineCode::AuthenticationRequired
        }
        Failure::AttemptsUsedUp
        | Failure::Quiet
        | Failure::NotFound
        | Failure::Reversed
        | Failure::AmountMismatch
        | Failure::Registered => DeclineCode::ProcessingError,
    }
}

/// A decline that we found ourselves, without asking anybody.
pub const fn without_words(code: DeclineCode) -> Decline {
    Decline { code, network_code: None, advice_code: None, authentication: None }
}

impl Plan {
    /// This plan, moved by what became of a payment of its. None: it is open, of another plan, or moved the plan before.
    ///
    /// `wait` is what the networks set as a minimum after a decline.
    #[must_use]
    pub fn settled_by(
        &self,
        payment: &Payment,
        wait: Option<Timestamp>,
        retries: Retries,
        now: Timestamp,
    ) -> Option<Self> {
        let Origin::Renewal { plan, period } = &payment.origin else { return None };
        if *plan != self.id || payment.key.merchant != self.merchant {
            return None;
        }
        match Standing::of(payment) {
            Standing::Open => None,
            Standing::Paid => self.charged(*period, payment.opened_at, now),
            Standing::Failed(decline) => {
                let brand = payment.card.as_ref()?.brand;
                self.declined(*period, payment.nonce, Failed { decline: &decline, brand, wait, retries }, now)
            }
        }
    }
}
