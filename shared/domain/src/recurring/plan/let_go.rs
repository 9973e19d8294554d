//! Whether a period may be let go uncharged: never while its charge may be on its way.

use jiff::{SignedDuration, Timestamp};

use super::{Due, Plan, PlanState, Progress};
use crate::{Payment, payment::State};

/// Longer than a worker that found the plan active may work: recurring-charge has three minutes.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_mins(4);

/// Why a period is not let go now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Held {
    /// Nobody knows yet whether its money came.
    #[error("the period's payment is being checked")]
    Open,
    /// Its money came: the plan moves on by itself.
    #[error("the period is paid")]
    Paid,
    /// It is being charged about now.
    #[error("the period is being charged")]
    BeingCharged,
}

impl Plan {
    /// Whether the period that comes next may be let go, as [`Plan::resumed`] and [`Plan::skipped`] do. `payment` is what is stored of
    /// [`Plan::order_of`] that period.
    ///
    /// # Errors
    /// [`Held`].
    pub fn may_let_go(&self, payment: Option<&Payment>, now: Timestamp) -> Result<(), Held> {
        if let Some(payment) = payment {
            held_by(&payment.state)?;
        }
        let charging = match self.state {
            // whoever read it just before it was asked about, or paused, may be charging it
            PlanState::Active(Progress::Asked { at }) | PlanState::Paused { at, .. } => {
                now.duration_since(at) < ON_ITS_WAY
            }
            PlanState::Active(Progress::Waiting | Progress::Retrying { .. } | Progress::Immediate { .. }) => {
                self.is_charged_at(now) || self.was_charged_shortly_before(now)
            }
            PlanState::Ended { .. } => false,
        };
        if charging { Err(Held::BeingCharged) } else { Ok(()) }
    }

    fn is_charged_at(&self, at: Timestamp) -> bool {
        matches!(self.due(at), Due::Charge(_))
    }

    /// At midnight, or when a word is a day old, what was due is so no more: a worker may have read it just before.
    fn was_charged_shortly_before(&self, now: Timestamp) -> bool {
        now.checked_sub(ON_ITS_WAY).is_ok_and(|before| self.is_charged_at(before))
    }
}

const fn held_by(state: &State) -> Result<(), Held> {
    match state {
        State::Authorizing { .. }
        | State::Challenging { .. }
        | State::Unknown(_)
        | State::Reversing(_)
        | State::NeedsPerson(_) => Err(Held::Open),
        State::Authorized { .. } | State::Captured { .. } => Err(Held::Paid),
        State::Declined { .. }
        | State::Cancelled { .. }
        | State::Lapsed { .. }
        | State::Failed { .. }
        | State::Abandoned { .. } => Ok(()),
    }
}
