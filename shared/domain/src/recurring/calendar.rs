//! Days of billing: an anchor day in each month, moved to a day on which banks in Japan work.
//!
//! A date here is Japan's. Nothing reads a clock, a time zone of the machine or its environment: an instant becomes a date by the fixed offset of
//! [`crate::clock::japan_date`] alone.

mod holidays;

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

pub use holidays::known_until;

/// A day or a cycle that no contract can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BillingError {
    /// No month has such a day.
    #[error("the day of month is 1 to 31, not {0}")]
    Anchor(u8),
    /// Nobody is asked to agree to such a cycle.
    #[error("a cycle is 1 to {max} months, not {0}", max = Cycle::MAX)]
    Cycle(u8),
}

/// The day of month on which a contract is billed, 1 to 31. It is kept as it was agreed, however short a month is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Anchor(u8);

/// Months from one billing to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Cycle(u8);

/// The day on which a nominal date is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunDay {
    /// The nominal date, or the next business day.
    pub date: Date,
    /// Whether it can still move.
    pub certainty: Certainty,
}

/// Whether a run day can still move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// All holidays up to it are published.
    Settled,
    /// It lies behind the published holidays: weekends and the turn of the year are counted, national holidays not yet.
    Provisional,
}

impl Anchor {
    /// The day that ASJ bills on, and our default.
    pub const USUAL: Self = Self(27);

    /// # Errors
    /// [`BillingError::Anchor`] unless `day` is 1 to 31.
    pub const fn new(day: u8) -> Result<Self, BillingError> {
        match day {
            1..=31 => Ok(Self(day)),
            _ => Err(BillingError::Anchor(day)),
        }
    }

    /// The day of month.
    pub const fn day(self) -> u8 {
        self.0
    }

    /// Its date in the month of `date`: the last of the month where the month is shorter.
    pub fn in_month_of(self, date: Date) -> Date {
        let day = i8::try_from(self.0).unwrap_or(i8::MAX).min(date.days_in_month());
        Date::new(date.year(), date.month(), day).unwrap_or(date)
    }

    /// The nominal date one cycle after `date`, which may itself be one that a short month had clamped. [`Date::MAX`] behind the year 9999.
    ///
    /// ```
    /// use domain::recurring::calendar::{Anchor, Cycle};
    /// use jiff::civil::date;
    /// let (anchor, monthly) = (Anchor::new(31)?, Cycle::new(1)?);
    /// assert_eq!(anchor.after(date(2027, 1, 31), monthly), date(2027, 2, 28));
    /// assert_eq!(anchor.after(date(2027, 2, 28), monthly), date(2027, 3, 31));
    /// # Ok::<_, domain::recurring::calendar::BillingError>(())
    /// ```
    pub fn after(self, date: Date, cycle: Cycle) -> Date {
        later_month(date, cycle).map_or(Date::MAX, |first| self.in_month_of(first))
    }

    /// The first nominal date on or after `date`.
    pub fn on_or_after(self, date: Date) -> Date {
        let this = self.in_month_of(date);
        if this >= date { this } else { self.after(date, Cycle::MONTHLY) }
    }
}

impl Cycle {
    /// The longest cycle, in months (ours).
    pub const MAX: u8 = 36;
    /// Every month.
    pub const MONTHLY: Self = Self(1);

    /// # Errors
    /// [`BillingError::Cycle`] unless `months` is 1 to [`Cycle::MAX`].
    pub const fn new(months: u8) -> Result<Self, BillingError> {
        match months {
            1..=Self::MAX => Ok(Self(months)),
            _ => Err(BillingError::Cycle(months)),
        }
    }

    /// How many months.
    pub const fn months(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Anchor {
    type Error = BillingError;
    fn try_from(day: u8) -> Result<Self, BillingError> {
        Self::new(day)
    }
}

impl From<Anchor> for u8 {
    fn from(anchor: Anchor) -> Self {
        anchor.0
    }
}

impl TryFrom<u8> for Cycle {
    type Error = BillingError;
    fn try_from(months: u8) -> Result<Self, BillingError> {
        Self::new(months)
    }
}

impl From<Cycle> for u8 {
    fn from(cycle: Cycle) -> Self {
        cycle.0
    }
}

/// The first of the month that is `cycle` months after that of `date`.
fn later_month(date: Date, cycle: Cycle) -> Option<Date> {
    let months = date.month().checked_sub(1)?.checked_add(i8::try_from(cycle.0).ok()?)?;
    let year = date.year().checked_add(i16::from(months.div_euclid(12)))?;
    Date::new(year, months.rem_euclid(12).checked_add(1)?, 1).ok()
}

/// The day on which what is nominally due on `nominal` is charged: itself, or the next business day.
pub fn run_day(nominal: Date) -> RunDay {
    let mut date = nominal;
    while !is_business_day(date) {
        let Ok(next) = date.tomorrow() else { break };
        date = next;
    }
    let certainty = if date > known_until() { Certainty::Provisional } else { Certainty::Settled };
    RunDay { date, certainty }
}

/// Whether banks in Japan work on a day.
///
/// They rest on Saturdays, Sundays, national holidays and from 31 December to 3 January (銀行法 15条1項, 銀行法施行令 5条).
pub fn is_business_day(date: Date) -> bool {
    let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
    let turn_of_the_year = matches!((date.month(), date.day()), (12, 31) | (1, 1..=3));
    !(weekend || turn_of_the_year || holidays::contains(date))
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test's own numbers are small")]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    /// Leap years by the rule of the calendar, and nothing of the library.
    fn days_in(year: i16, month: i8) -> i8 {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    #[test]
    fn every_anchor_and_cycle_over_400_years_equals_an_independent_computation() {
        for day in 1..=31_u8 {
            let anchor = Anchor::new(day).unwrap();
            for months in 1..=Cycle::MAX {
                let cycle = Cycle::new(months).unwrap();
                let mut nominal = anchor.in_month_of(date(2026, 11, 30));
                let mut month = 2026 * 12 + 10_i32;
                while month < 2427 * 12 {
                    let (year, in_year) = (i16::try_from(month / 12).unwrap(), i8::try_from(month % 12 + 1).unwrap());
                    let expected = date(year, in_year, i8::try_from(day).unwrap().min(days_in(year, in_year)));
                    assert_eq!(nominal, expected, "anchor {day}, cycle {months}");
                    nominal = anchor.after(nominal, cycle);
                    month += i32::from(months);
                }
            }
        }
    }

    /// Sakamoto's weekday, 0 is Sunday.
    fn weekday(date: Date) -> i32 {
        let shift = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4][usize::try_from(date.month() - 1).unwrap()];
        let year = i32::from(date.year()) - i32::from(date.month() < 3);
        (year + year / 4 - year / 100 + year / 400 + shift + i32::from(date.day())) % 7
    }

    #[test]
    fn every_day_of_400_years_runs_on_the_next_day_that_is_no_day_of_rest() {
        let holidays: std::collections::BTreeSet<&str> = include_str!("../../data/syukujitsu.csv")
            .lines()
            .skip(1)
            .map(|line| line.split(',').next().unwrap())
            .collect();
        let rests = |date: Date| {
            let national = holidays.contains(format!("{}/{}/{}", date.year(), date.month(), date.day()).as_str());
            let bank = (date.month() == 12 && date.day() == 31) || (date.month() == 1 && date.day() <= 3);
            national || bank || [0, 6].contains(&weekday(date))
        };
        let last = date(2427, 12, 31);
        let mut expected = last.tomorrow().unwrap();
        while rests(expected) {
            expected = expected.tomorrow().unwrap();
        }
        let mut day = last;
        while day >= date(2026, 1, 1) {
            if !rests(day) {
                expected = day;
            }
            assert_eq!(run_day(day).date, expected, "{day}");
            day = day.yesterday().unwrap();
        }
    }

    #[test]
    fn no_date_depends_on_the_servers_time_zone() {
        let holds = ["recurring::plan::tests::a_period_is_charged_on_its_business_day_and_once"];
        for zone in ["America/Los_Angeles", "Asia/Tokyo", "Pacific/Kiritimati"] {
            let mut there = std::process::Command::new(std::env::current_exe().unwrap());
            let ran = there.args(["--exact"]).args(holds).env("TZ", zone).output().unwrap();
            let said = String::from_utf8_lossy(&ran.stdout);
            assert!(ran.status.success() && said.contains("1 passed"), "{zone}: {said}");
        }
    }

    #[test]
    fn golden_week_and_the_turn_of_the_year_are_waited_for() {
        for (nominal, runs, why) in [
            (date(2026, 11, 27), date(2026, 11, 27), "a Friday"),
            (date(2026, 12, 27), date(2026, 12, 28), "a Sunday"),
            (date(2027, 2, 27), date(2027, 3, 1), "a Saturday: into the next month"),
            (date(2026, 4, 29), date(2026, 4, 30), "昭和の日"),
            (date(2026, 5, 2), date(2026, 5, 7), "Saturday, Sunday, 4 and 5 May, and the 6th instead of Sunday"),
            (date(2027, 5, 3), date(2027, 5, 6), "3 to 5 May"),
            (date(2026, 9, 19), date(2026, 9, 24), "Saturday to the equinox, with a day between two holidays"),
            (date(2027, 3, 20), date(2027, 3, 23), "Saturday, the equinox on Sunday, and Monday instead"),
            (date(2026, 12, 31), date(2027, 1, 4), "31 December to 3 January, a Monday"),
            (date(2026, 12, 30), date(2026, 12, 30), "banks work on the 30th"),
            (date(2025, 12, 31), date(2026, 1, 5), "and the 3rd is a Saturday"),
            (date(2019, 4, 27), date(2019, 5, 7), "ten days for an enthronement"),
        ] {
            assert_eq!(run_day(nominal), RunDay { date: runs, certainty: Certainty::Settled }, "{nominal}: {why}");
        }
    }

    #[test]
    fn behind_the_published_holidays_a_day_is_provisional() {
        let last = known_until();
        assert_eq!((last.month(), last.day()), (12, 31), "holidays are published by the year");
        assert!(last >= date(2027, 12, 31));
        assert_eq!(run_day(last.yesterday().unwrap()).certainty, Certainty::Settled);
        assert_eq!(
            run_day(last).certainty,
            Certainty::Provisional,
            "it is shifted into the year that is not known yet"
        );
        assert_eq!(run_day(date(2100, 5, 3)), RunDay { date: date(2100, 5, 3), certainty: Certainty::Provisional });
        assert_eq!(
            run_day(date(2100, 1, 1)).date,
            date(2100, 1, 4),
            "weekends and the turn of the year are known for good"
        );
    }

    #[test]
    fn a_clamped_day_is_never_kept() {
        let (anchor, cycle) = (Anchor::new(31).unwrap(), Cycle::MONTHLY);
        let mut days = Vec::new();
        let mut nominal = date(2027, 12, 31);
        for _ in 0..5 {
            nominal = anchor.after(nominal, cycle);
            days.push(nominal.day());
        }
        assert_eq!(days, [31, 29, 31, 30, 31]);
        assert_eq!(Anchor::USUAL.after(date(2026, 11, 30), Cycle::new(3).unwrap()), date(2027, 2, 27));
        assert_eq!(anchor.after(Date::MAX, cycle), Date::MAX, "behind the calendar's end is never");
    }

    #[test]
    fn a_contract_has_a_day_and_a_cycle() {
        for (day, ok) in [(0, false), (1, true), (31, true), (32, false)] {
            assert_eq!(Anchor::new(day).is_ok(), ok, "{day}");
            assert_eq!(serde_json::from_str::<Anchor>(&day.to_string()).is_ok(), ok, "{day}");
        }
        for (months, ok) in [(0, false), (1, true), (36, true), (37, false)] {
            assert_eq!(Cycle::new(months).is_ok(), ok, "{months}");
        }
    }

    proptest! {
        #[test]
        fn the_first_date_on_or_after_a_day_is_the_first(day in 1..=31_u8, from in 0..200_000_i32) {
            let anchor = Anchor::new(day).unwrap();
            let from = date(1990, 1, 1).checked_add(jiff::Span::new().days(from)).unwrap();
            let found = anchor.on_or_after(from);
            prop_assert!(found >= from && found == anchor.in_month_of(found));
            let before = anchor.in_month_of(from);
            prop_assert!(before == found || before < from);
        }
    }
}
