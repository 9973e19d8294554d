//! Somebody is called before the published holidays end: behind their end, a national holiday is charged as any other day.

use domain::recurring::calendar::known_until;
use jiff::{ToSpan as _, civil::Date};

/// How many days before. The next year is published each February, so that whoever renews the data then is never called.
const AHEAD_DAYS: i32 = 120;

/// Calls somebody, once a run, where the end is near or past.
pub(crate) fn watch(today: Date) {
    let end = known_until();
    if today.saturating_add(AHEAD_DAYS.days()) > end {
        tracing::error!(holidays_end = true, known_until = %end, "the published holidays end soon");
    }
}
