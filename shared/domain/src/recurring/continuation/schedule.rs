//! Runs that begin by themselves: on which day, and from when on the shop is told.

use jiff::{ToSpan as _, civil::Date};

use super::Month;
use crate::recurring::calendar::{Anchor, run_day};

/// How many days before the run the shop is told (spec/4).
const NOTICE_DAYS: i64 = 2;
/// A run that was missed is caught up for so many days; after that the month is left to a person.
const CAUGHT_UP_DAYS: i64 = 7;

/// Whether a run began by itself the month before: only then can one have been missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Past {
    /// None did.
    First,
    /// One did.
    Later,
}

/// The day on which a month's run begins if the shop is told of it today. None: it is not time yet, or too late.
///
/// It is never less than two days after the shop was told.
pub fn due(anchor: Anchor, month: Month, today: Date, past: Past) -> Option<Date> {
    let day = day_in(month, anchor);
    if today < notice_day(day) {
        return None;
    }
    let late_until = match past {
        Past::First => day.checked_sub(1.day()).unwrap_or(day),
        Past::Later => day.saturating_add(CAUGHT_UP_DAYS.days()),
    };
    if today > late_until {
        return None;
    }
    Some(day.max(told_in_time(today)))
}

/// A month's day: the anchor day or the next business day. The shop is told of all that is charged, so no sooner than the month before is over.
fn day_in(month: Month, anchor: Anchor) -> Date {
    let day = run_day(anchor.in_month_of(month.first_day())).date;
    day.max(told_in_time(month.first_day()))
}

/// The first day on which a run may begin that the shop is told of today.
pub(super) fn told_in_time(today: Date) -> Date {
    run_day(today.saturating_add(NOTICE_DAYS.days())).date
}

/// The day on which the shop is told of a run.
fn notice_day(run: Date) -> Date {
    run.saturating_sub(NOTICE_DAYS.days())
}

/// Whether a run that was announced for `on` has been waiting for too long to begin still.
pub(super) fn is_too_late(on: Date, today: Date) -> bool {
    today > on.saturating_add(CAUGHT_UP_DAYS.days())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_run_is_told_of_two_days_before_and_begins_on_its_day() {
        let (anchor, december) = (Anchor::USUAL, Month::parse("2026-12").unwrap());
        let later = |today| due(anchor, december, today, Past::Later);
        // The 27th is a Sunday, so banks work on the 28th again.
        for (today, on, why) in [
            (date(2026, 12, 25), None, "not yet"),
            (date(2026, 12, 26), Some(date(2026, 12, 28)), "two days before"),
            (date(2026, 12, 27), Some(date(2026, 12, 29)), "a day late: two days are left all the same"),
            (date(2026, 12, 28), Some(date(2026, 12, 30)), "on its day"),
            (date(2026, 12, 29), Some(date(2027, 1, 4)), "banks rest until the 4th"),
            (date(2027, 1, 4), Some(date(2027, 1, 6)), "a week late"),
            (date(2027, 1, 5), None, "too late: a person decides"),
        ] {
            assert_eq!(later(today), on, "{today}: {why}");
        }
        let first = |today| due(anchor, december, today, Past::First);
        assert_eq!(first(date(2026, 12, 26)), Some(date(2026, 12, 28)));
        assert_eq!(first(date(2026, 12, 27)), Some(date(2026, 12, 29)), "set in the last moment");
        assert_eq!(first(date(2026, 12, 28)), None, "set on the day or after it: from the next month on");
        assert!(
            is_too_late(date(2026, 12, 28), date(2027, 1, 5)) && !is_too_late(date(2026, 12, 28), date(2027, 1, 4))
        );
    }

    #[test]
    fn every_month_has_one_day_on_which_it_is_first_told_of() {
        let months = std::iter::successors(Some(Month::parse("2026-12").unwrap()), |month| Some(month.after()));
        for (month, day) in months.take(36).flat_map(|month| (1..=31).map(move |day| (month, day))) {
            let anchor = Anchor::new(day).unwrap();
            let run = day_in(month, anchor);
            let told = notice_day(run);
            assert!(told >= month.first_day(), "{month} {day}: what is continued is complete");
            assert_eq!(due(anchor, month, told, Past::First), Some(run), "{month} {day}");
            assert_eq!(due(anchor, month, told.yesterday().unwrap(), Past::Later), None, "{month} {day}");
        }
    }
}
