//! What a buyer is told in time: the end of a trial, another price, a billing that comes rarely; and a card that will not live to see the next date.

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

use super::{Plan, PlanState};
use crate::{Expiry, recurring::calendar::run_day};

/// How many days before it a buyer is reminded at the latest (spec; the card networks' rules for trials and rare billings name seven).
pub const REMINDER_DAYS: i32 = 7;
/// From this cycle on, in months, each billing is announced.
const RARE: u8 = 6;

/// A mail that has to go out by a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// Of what.
    pub kind: ReminderKind,
    /// The day on which it goes out, or as soon as possible after.
    pub on: Date,
    /// The period that it announces.
    pub period: u32,
}

/// What a buyer is reminded of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReminderKind {
    /// The trial ends.
    TrialEnds,
    /// The period costs something else than the one before.
    PriceChanges,
    /// A period is charged that comes twice a year or less often.
    Billing,
}

impl Plan {
    /// The reminder that is to be sent next, if there is any. Written down by [`Plan::reminded`].
    pub fn reminder(&self) -> Option<Reminder> {
        let PlanState::Active(_) = self.state else { return None };
        if self.reminded >= self.period || self.tries > 0 {
            return None;
        }
        let before = |date: Date| date.saturating_sub(REMINDER_DAYS.days());
        let trial = self.trial_until.filter(|_| self.period == 2);
        let (kind, on) = if let Some(last_day) = trial {
            (ReminderKind::TrialEnds, before(last_day))
        } else if self.rate().amount != self.agreed.amount {
            (ReminderKind::PriceChanges, before(self.nominal))
        } else if self.rate().cycle.months() >= RARE {
            (ReminderKind::Billing, before(self.nominal))
        } else {
            return None;
        };
        Some(Reminder { kind, on, period: self.period })
    }

    /// The reminder of a period was sent. None: it was before, or the period is another by now.
    #[must_use]
    pub fn reminded(&self, period: u32) -> Option<Self> {
        let is_new = period == self.period && self.reminded < period;
        is_new.then(|| self.written(|plan| plan.reminded = period))
    }

    /// The buyer was told that the card will be over on the next date: once for each date. None: they were, or nothing is charged.
    #[must_use]
    pub fn warned_of_card(&self) -> Option<Self> {
        let PlanState::Active(_) = self.state else { return None };
        let is_new = self.card_warned != Some(self.nominal);
        is_new.then(|| self.written(|plan| plan.card_warned = Some(plan.nominal)))
    }

    /// Whether a card that is good through `expiry` is over when the next period is charged.
    pub fn outlives(&self, expiry: Expiry) -> bool {
        expiry.is_over(run_day(self.nominal).date)
    }
}
