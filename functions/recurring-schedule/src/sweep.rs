//! A run: the days from the first that may hold something to today, and once a month the cards.

use domain::{
    clock::japan_date,
    recurring::{plan::OVERDUE_DAYS, work::RecurringWork},
};
use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, Weekday},
};

use crate::{
    Deps, ScheduleError, Tally, cards,
    day::{self, Run},
};

/// How many days before today are looked at in any case: the index is seconds behind.
const LOOK_BACK_DAYS: i32 = 1;
/// The same on Mondays: what was written behind its day is looked at when it is written; where that came to nothing, here, while it is still charged without
/// asking.
const WEEKLY_LOOK_BACK_DAYS: i32 = OVERDUE_DAYS;
/// The same in the first run of a month.
const LOOK_FAR_BACK_DAYS: i32 = 62;
/// How far back the oldest day may lie. What a merchant left for longer than that is its own to take up again.
const OLDEST_DAYS: i32 = 400;

pub(crate) async fn go(deps: &Deps, deadline: Timestamp, tally: &mut Tally) -> Result<(), ScheduleError> {
    let today = japan_date(deps.clock.now());
    let Some(stored) = deps.cursor.load().await? else { return Ok(()) }; // nobody ever joined
    let mut stands = stored;
    let mut run = Run { deps, deadline, tally };
    let first_of_month = stored.cards_of < today.first_of_month();
    let look_back = if first_of_month {
        LOOK_FAR_BACK_DAYS
    } else if today.weekday() == Weekday::Monday {
        WEEKLY_LOOK_BACK_DAYS
    } else {
        LOOK_BACK_DAYS
    };
    stands.from = stands.from.min(today.saturating_sub(look_back.days())).max(today.saturating_sub(OLDEST_DAYS.days()));
    let mut ran = days(&mut run, &mut stands.from, today).await;
    if ran.is_ok() {
        ran = cards::check(&mut run, &mut stands, today).await;
    }
    // Also where the run failed: what is done need not be done again.
    if stored != stands {
        stands.version = stands.version.saturating_add(1);
        deps.cursor.advance(&stands).await?;
    }
    ran
}

/// Queues what is filed under the days to today. `from` becomes the first day that held something: whatever of it could not be done yet (its merchant may
/// not trade, the day's bound was reached, nobody knows an outcome) is looked at again, until nothing is filed there.
async fn days(run: &mut Run<'_>, from: &mut Date, today: Date) -> Result<(), ScheduleError> {
    let mut day = *from;
    let mut held = None;
    while day <= today {
        let queued = day::queue(run, day, |merchant, plan| RecurringWork::Look { merchant, plan }).await;
        if !matches!(queued, Ok(0)) {
            held = held.or(Some(day));
            *from = held.unwrap_or(day);
        }
        let queued = queued?;
        run.tally.queued = run.tally.queued.saturating_add(queued);
        run.tally.days = run.tally.days.saturating_add(1);
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    *from = held.unwrap_or(today);
    Ok(())
}
