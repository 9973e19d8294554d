//! Once a month: every plan that is charged within the coming year has its card looked at, so that a buyer hears in time that it will be over.

use domain::recurring::work::RecurringWork;
use jiff::{ToSpan as _, civil::Date};
use store::PlanDays;

use crate::{
    ScheduleError,
    day::{self, Run},
};

/// How many days ahead are walked: a year's cycle or the longest trial, the anchor day behind it and a shift. Of a longer cycle a date is met in a later month, in time.
const AHEAD_DAYS: i32 = 400;

/// Walks the days that are to come, in the first run of a month; one that was cut off goes on where it was.
pub(crate) async fn check(run: &mut Run<'_>, stands: &mut PlanDays, today: Date) -> Result<(), ScheduleError> {
    let month = today.first_of_month();
    if stands.cards_of >= month {
        return Ok(());
    }
    let mut day = stands.cards_from.unwrap_or(today);
    let last = today.saturating_add(AHEAD_DAYS.days());
    while day <= last {
        stands.cards_from = Some(day);
        let queued = day::queue(run, day, |merchant, plan| RecurringWork::CheckCard { merchant, plan }).await?;
        run.tally.cards = run.tally.cards.saturating_add(queued);
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    (stands.cards_of, stands.cards_from) = (month, None);
    Ok(())
}
