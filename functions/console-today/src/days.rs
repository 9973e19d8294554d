//! Days and their sums as a table says them.

use std::collections::BTreeMap;

use domain::{
    Lang,
    clock::JAPAN,
    search::{DaySums, Figure, Sum},
};
use jiff::{ToSpan, civil::Date};
use words::console::{today as texts, transactions::sum_figure};

/// A sum's name and figures.
pub(crate) struct SumView {
    pub(crate) name: &'static str,
    pub(crate) count: i64,
    pub(crate) yen: String,
}

/// A line of the table: a day, or the total.
pub(crate) struct DayView {
    pub(crate) day: String,
    pub(crate) sums: Vec<SumView>,
}

/// Every day from the first to the last, in order.
pub(crate) fn all(first: Date, last: Date) -> Vec<Date> {
    first.series(1.day()).take_while(|day| *day <= last).collect()
}

/// A day's sums.
pub(crate) fn of<'a>(days: &'a BTreeMap<Date, DaySums>, day: Date, none: &'a DaySums) -> &'a DaySums {
    days.get(&day).unwrap_or(none)
}

/// The sums of all days together.
pub(crate) fn total<'a>(days: impl IntoIterator<Item = &'a DaySums>) -> DaySums {
    let mut total = DaySums::default();
    for sums in days {
        for sum in Sum::ALL {
            total.plus(sum, sums.figure(sum));
        }
    }
    total
}

/// The sums as people read them.
pub(crate) fn views(lang: Lang, sums: &DaySums) -> Vec<SumView> {
    let view = |sum: Sum| {
        let Figure { count, yen } = sums.figure(sum);
        SumView { name: texts::sum(lang, sum), count, yen: sum_figure(yen) }
    };
    Sum::ALL.into_iter().map(view).collect()
}

/// A day as people read it.
pub(crate) fn day_text(lang: Lang, day: Date) -> String {
    JAPAN.to_timestamp(day.at(0, 0, 0, 0)).map_or_else(|_| day.to_string(), |at| words::date(lang, at))
}
