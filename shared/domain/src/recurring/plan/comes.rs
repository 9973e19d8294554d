//! What people are told of the days to come, and of a day that is past: never a past day as one to come.

use jiff::civil::Date;

use super::{PauseReason, Plan, PlanState, Progress, Rate};
use crate::{
    clock::japan_date,
    recurring::calendar::{RunDay, run_day},
};

impl Plan {
    /// Since when the open period is due and not charged. None: its day is still to come, or nothing of it is owed.
    pub fn overdue_since(&self, today: Date) -> Option<Date> {
        let due = self.run_day().date;
        let is_over = match self.state {
            PlanState::Active(Progress::Waiting) => due < today,
            PlanState::Active(Progress::Retrying { .. } | Progress::Immediate { .. } | Progress::Asked { .. })
            | PlanState::Paused { why: PauseReason::Unpaid(_), .. } => due <= today,
            PlanState::Paused { why: PauseReason::Buyer | PauseReason::Merchant, .. } | PlanState::Ended { .. } => {
                false
            }
        };
        is_over.then_some(due)
    }

    /// The day on which the open period is charged, or tried again; a day that is past: since then it is due. None: nothing comes by itself, or at once.
    pub fn charged_on(&self) -> Option<Date> {
        let PlanState::Active(progress) = self.state else { return None };
        match progress {
            Progress::Waiting => Some(self.run_day().date),
            Progress::Retrying { next, .. } => Some(japan_date(next.at)),
            // what was announced late is charged on its day, whoever wants it sooner
            Progress::Immediate { .. } => self.announced.map(|_| self.run_day().date),
            Progress::Asked { .. } => None,
        }
    }

    /// The day to come on which a period is charged next, and what that costs: not the open one, where its day is past. None: nothing comes by itself.
    pub fn next_to_come(&self, today: Date) -> Option<(RunDay, Rate)> {
        match self.state {
            PlanState::Active(_) if self.overdue_since(today).is_none() => Some((self.run_day(), self.rate())),
            PlanState::Active(_) => self
                .upcoming()
                .skip(1)
                .map(|(nominal, rate)| (run_day(nominal), rate))
                .find(|(run, _)| run.date > today),
            PlanState::Paused { .. } | PlanState::Ended { .. } => None,
        }
    }
}
