//! Days and their sums as a table says them.

use std::collections::BTreeMap;

use domain::{
    Lang,
    clock::JAPAN,
    search::{DaySums, Figure, Sum},
};
use jiff::{ToSpan, civil::Date};
use words::console::{today as texts, transactions::sum_figure};

use crate::chart::Chart;

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

/// Some days as a chart and as a table.
pub(crate) struct Days {
    pub(crate) chart: Chart,
    pub(crate) is_empty: bool,
    pub(crate) lines: Vec<DayView>,
    pub(crate) total: Vec<SumView>,
}

impl Days {
    /// Every day from the first to the last, in order.
    pub(crate) fn new(lang: Lang, sums: &BTreeMap<Date, DaySums>, first: Date, last: Date) -> Self {
        let none = DaySums::default();
        let every: Vec<(Date, &DaySums)> =
            all(first, last).into_iter().map(|day| (day, sums.get(&day).unwrap_or(&none))).collect();
        let bars: Vec<_> = every.iter().map(|(day, sums)| (*day, sums.figure(Sum::Authorized).yen)).collect();
        let line = |(day, sums): &(Date, &DaySums)| DayView { day: day_text(lang, *day), sums: views(lang, sums) };
        Self {
            chart: Chart::new(&bars),
            is_empty: every.iter().all(|(_, sums)| sums.is_empty()),
            lines: every.iter().map(line).collect(),
            total: views(lang, &total(every.iter().map(|(_, sums)| *sums))),
        }
    }
}

/// Every day from the first to the last, in order.
fn all(first: Date, last: Date) -> Vec<Date> {
    first.series(1.day()).take_while(|day| *day <= last).collect()
}

/// The sums of all days together.
fn total<'a>(days: impl IntoIterator<Item = &'a DaySums>) -> DaySums {
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
