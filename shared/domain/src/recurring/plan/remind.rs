//! What a buyer is told in time: the end of a trial, another price, a billing that comes rarely; and a card that will not live to see the next date.

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

use super::{Plan, PlanState, Progress};
use crate::{Expiry, clock::japan_date, recurring::calendar::run_day};

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
    /// A period is charged that comes half a year or longer after the one before, or pays for so long.
    Billing,
}

impl Plan {
    /// The reminder that is to be sent next, if there is any. Written down by [`Plan::reminded`].
    pub fn reminder(&self) -> Option<Reminder> {
        // What the merchant is asked about does not come by itself: it is announced once the merchant wants it.
        let comes = match self.state {
            PlanState::Active(Progress::Waiting | Progress::Retrying { .. } | Progress::Immediate { .. }) => true,
            PlanState::Active(Progress::Asked { .. }) | PlanState::Paused { .. } | PlanState::Ended { .. } => false,
        };
        if !comes || self.reminded >= self.period || self.tries > 0 {
            return None;
        }
        let before = |date: Date| date.saturating_sub(REMINDER_DAYS.days());
        let trial = self.trial_until.filter(|_| self.period == 2);
        let (kind, on) = if let Some(last_day) = trial {
            (ReminderKind::TrialEnds, before(last_day))
        } else if Some(self.rate().amount) != self.paid.map(|paid| paid.amount) {
            (ReminderKind::PriceChanges, before(self.nominal))
        } else if self.agreed.cycle.max(self.rate().cycle).months() >= RARE {
            // rare by the months since the one before, or by those that it pays for
            (ReminderKind::Billing, before(self.nominal))
        } else {
            return None;
        };
        Some(Reminder { kind, on, period: self.period })
    }

    /// The reminder whose day has come goes out today. None: there is none.
    ///
    /// One that is late puts off what it announces, unless that costs less than what the buyer paid last.
    #[must_use]
    pub fn reminded(&self, today: Date) -> Option<Self> {
        let reminder = self.reminder().filter(|reminder| reminder.on <= today)?;
        let owed = match reminder.kind {
            ReminderKind::TrialEnds | ReminderKind::Billing => true,
            ReminderKind::PriceChanges => self.paid.is_none_or(|paid| paid.amount < self.rate().amount),
        };
        // What the final screen named less than a week ahead was announced there.
        let could_be = reminder.on > japan_date(self.joined_at);
        Some(self.written(|plan| {
            plan.reminded = reminder.period;
            plan.announced = (owed && could_be).then_some(today);
        }))
    }

    /// The buyer is told today that a card that is good through `expiry` will be over on the next date: once for each date. None: they were, it will not,
    /// or nothing is charged.
    #[must_use]
    pub fn warned_of_card(&self, expiry: Expiry, today: Date) -> Option<Self> {
        let PlanState::Active(_) = self.state else { return None };
        let next = self.after(today);
        let is_new = self.card_warned != Some(next) && self.outlives(expiry, today);
        is_new.then(|| self.written(|plan| plan.card_warned = Some(next)))
    }

    /// Whether a card that is good through `expiry` is over when a period is charged after today.
    pub fn outlives(&self, expiry: Expiry, today: Date) -> bool {
        let next = self.after(today);
        let charged = if next == self.nominal { self.run_day() } else { run_day(next) };
        expiry.is_over(charged.date)
    }

    /// The nominal date of the first period that is charged after today: what is due today is paid by the card that is there today.
    fn after(&self, today: Date) -> Date {
        if self.run_day().date <= today { self.following() } else { self.nominal }
    }
}
