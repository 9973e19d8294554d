//! Changes of what was agreed. What favours the buyer is free; what does not takes the buyer's agreement, given by a link with 3-D Secure.

use jiff::{Timestamp, ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

use super::{Plan, PlanId, PlanState, Progress, REMINDER_DAYS};
use crate::{
    OrderId, Payment, State, Yen,
    clock::japan_date,
    payment::{Failure, Open, Origin},
    recurring::calendar::{Anchor, Cycle},
};

/// What a period costs and how long it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// Each period.
    #[serde(rename = "y")]
    pub amount: Yen,
    /// Months to the next.
    #[serde(rename = "c")]
    pub cycle: Cycle,
}

/// A rate that holds from a later period on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduled {
    /// The rate.
    pub rate: Rate,
    /// The nominal date of the first period that it holds for.
    pub from: Date,
}

/// Why a change is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// It costs the buyer more, or sooner: propose it.
    #[error("the buyer has to agree to this first")]
    NeedsAgreement,
    /// It is what holds already.
    #[error("nothing would change")]
    Same,
    /// The plan is over.
    #[error("the plan is over")]
    Ended,
    /// The merchant proposes something else by now, or nothing.
    #[error("this is not what is proposed")]
    NotProposed,
}

impl Rate {
    /// Whether a buyer who agreed to `self` has to agree to `other` first: it is higher, or comes sooner.
    pub fn needs_agreement(self, other: Self) -> bool {
        other.amount > self.amount || other.cycle < self.cycle
    }
}

impl Plan {
    /// The rate that will hold in the end, if nobody changes it again.
    pub fn last_rate(&self) -> Rate {
        self.then.last().map_or(self.agreed, |then| then.rate)
    }

    /// The merchant lowers the amount or lengthens the cycle, from the next period on whose day has not begun.
    ///
    /// # Errors
    /// [`ChangeError`] `NeedsAgreement`, `Same`, `Ended`.
    pub fn changed(&self, rate: Rate, now: Timestamp) -> Result<Self, ChangeError> {
        self.may_change(rate)?;
        let begun = self.tries > 0 || self.run_day().date <= japan_date(now);
        let from = if begun { self.following() } else { self.nominal };
        let replaced = self.then.iter().filter(|then| then.from >= from).map(|then| then.rate);
        let mut held = [self.rate(), self.rate_on(from)].into_iter().chain(replaced);
        if held.any(|held| held.needs_agreement(rate)) {
            return Err(ChangeError::NeedsAgreement);
        }
        Ok(self.written(|plan| plan.holds_from(Scheduled { rate, from })))
    }

    /// The merchant wants a higher amount or a shorter cycle. Nothing changes before the buyer agrees.
    ///
    /// # Errors
    /// [`ChangeError`] `Same`, `Ended`.
    pub fn proposed(&self, rate: Rate) -> Result<Self, ChangeError> {
        self.may_change(rate)?;
        Ok(self.written(|plan| plan.proposal = Some(rate)))
    }

    /// The buyer agreed to a rate that was shown, authenticated under the order `by`. It holds from the first period whose nominal date leaves time for a
    /// reminder. An order agrees once: its repeat says nothing to the same rate proposed again.
    ///
    /// # Errors
    /// [`ChangeError`] `NotProposed`, `Ended`.
    pub fn agreed_to(&self, rate: Rate, by: &OrderId, now: Timestamp) -> Result<Self, ChangeError> {
        if let PlanState::Ended { .. } = self.state {
            return Err(ChangeError::Ended);
        }
        if self.proposal != Some(rate) || self.agreed_by.as_ref() == Some(by) {
            return Err(ChangeError::NotProposed);
        }
        let earliest = japan_date(now).saturating_add(REMINDER_DAYS.days());
        let mut from = if self.tries > 0 { self.following() } else { self.nominal };
        while from < earliest && from < Date::MAX {
            from = self.anchor.after(from, self.rate().cycle);
        }
        Ok(self.written(|plan| {
            plan.proposal = None;
            plan.agreed_by = Some(by.clone());
            plan.holds_from(Scheduled { rate, from });
        }))
    }

    /// The buyer did not agree, or the merchant thought better of it. None: nothing was proposed.
    #[must_use]
    pub fn withdrawn_proposal(&self) -> Option<Self> {
        self.proposal.is_some().then(|| self.written(|plan| plan.proposal = None))
    }

    /// The merchant moves the day of month. The period that comes next is charged on the first such day at or after its date, never sooner.
    ///
    /// None: it is over, it has that day, or its period's day has begun: what was announced for it stands.
    #[must_use]
    pub fn moved_to(&self, anchor: Anchor, now: Timestamp) -> Option<Self> {
        let waiting = matches!(self.state, PlanState::Active(Progress::Waiting) | PlanState::Paused { .. });
        let begun = self.tries > 0 || self.run_day().date <= japan_date(now);
        (waiting && !begun && anchor != self.anchor).then(|| {
            let moved = self.written(|plan| {
                plan.anchor = anchor;
                plan.nominal = anchor.on_or_after(self.nominal);
                for then in &mut plan.then {
                    then.from = anchor.on_or_after(then.from);
                }
                // what was announced was another day
                plan.reminded = plan.reminded.min(plan.period.saturating_sub(1));
                plan.announced = None;
            });
            // Where it would be announced by today, the mail of the move does that.
            match moved.reminded(japan_date(now)) {
                Some(announced) => Self { version: moved.version, ..announced },
                None => moved,
            }
        })
    }

    /// Has a rate hold from its period on, in place of what was to hold from there; what holds before stays.
    fn holds_from(&mut self, then: Scheduled) {
        self.then.retain(|earlier| earlier.from < then.from);
        self.then.push(then);
    }

    fn may_change(&self, rate: Rate) -> Result<(), ChangeError> {
        match self.state {
            PlanState::Ended { .. } => Err(ChangeError::Ended),
            PlanState::Active(_) | PlanState::Paused { .. } if rate == self.last_rate() => Err(ChangeError::Same),
            PlanState::Active(_) | PlanState::Paused { .. } => Ok(()),
        }
    }
}

/// What a buyer agreed to who was authenticated for it: by the payment that served to authenticate. None: it is no such payment, or did not get there.
pub fn agreed(payment: &Payment) -> Option<(&PlanId, Rate)> {
    let Origin::Agreement { plan, rate } = &payment.origin else { return None };
    let reason = match &payment.state {
        State::Reversing(reversal) | State::NeedsPerson(Open::Reversing(reversal)) => reversal.reason,
        State::Failed { reason, .. } => *reason,
        State::Authorizing { .. }
        | State::Challenging { .. }
        | State::Unknown(_)
        | State::NeedsPerson(Open::Unknown(_))
        | State::Declined { .. }
        | State::Authorized { .. }
        | State::Captured { .. }
        | State::Cancelled { .. }
        | State::Lapsed { .. }
        | State::Abandoned { .. } => return None,
    };
    (reason == Failure::Registered).then_some((plan, *rate))
}
