//! When a charge that was declined for the day is tried again.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time, time},
};
use serde::{Deserialize, Serialize};

use crate::clock::{JAPAN, japan_date};

/// Days after the first failure on which a charge is tried again (spec; the networks' published advice is four to eight tries in two weeks to a month).
pub const DAYS: [i8; 6] = [1, 3, 5, 7, 10, 14];
/// The hour of Japan at which it is.
pub const HOUR: Time = time(10, 0, 0, 0);
/// The hour of Japan before which nothing is charged by itself: issuers' maintenance lies in the night, and a decline of then says little.
pub const MORNING: Time = time(7, 0, 0, 0);

/// Whether declined charges are tried again by themselves: a merchant's setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retries {
    /// On [`DAYS`].
    TwoWeeks,
    /// Never (ASJ's way).
    None,
}

/// The next try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    /// When.
    #[serde(rename = "t", with = "jiff::fmt::serde::timestamp::second::required")]
    pub at: Timestamp,
    /// Whether another may follow it.
    #[serde(rename = "c")]
    pub chance: Chance,
}

/// Whether another try may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chance {
    /// It may.
    Further,
    /// This is the last.
    Last,
}

impl Retries {
    /// The try after one that failed `now`, of a charge that first failed on the day `first` of Japan and is not tried after the day `until`. None: it was
    /// the last.
    ///
    /// `earliest` is what a network set as a minimum: it is rounded up to the next [`HOUR`], and days before it are passed over. A wait that ends
    /// behind the last day leaves none.
    pub fn after(self, first: Date, now: Timestamp, earliest: Option<Timestamp>, until: Date) -> Option<Retry> {
        match self {
            Self::None => None,
            Self::TwoWeeks => {
                let days = DAYS.iter().filter_map(|days| first.checked_add(days.days()).ok());
                let mut slots = days.filter(|day| *day <= until).filter_map(hour_of);
                let last = slots.clone().next_back()?;
                let slot = slots.find(|slot| *slot > now)?;
                let at = earliest.map_or(Some(slot), |earliest| Some(slot.max(next_hour(earliest)?)))?;
                let chance = if at == last { Chance::Last } else { Chance::Further };
                (at <= last).then_some(Retry { at, chance })
            }
        }
    }
}

/// Whether something may be charged by itself at this hour.
pub fn is_daytime(at: Timestamp) -> bool {
    JAPAN.to_datetime(at).time() >= MORNING
}

/// The first [`HOUR`] at or after an instant.
fn next_hour(at: Timestamp) -> Option<Timestamp> {
    let today = hour_of(japan_date(at))?;
    if at <= today { Some(today) } else { hour_of(japan_date(at).tomorrow().ok()?) }
}

fn hour_of(date: Date) -> Option<Timestamp> {
    JAPAN.to_timestamp(date.to_datetime(HOUR)).ok()
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test's own numbers are small")]
mod tests {
    use jiff::{SignedDuration, civil::date};
    use proptest::prelude::*;

    use super::*;

    const FIRST: Date = date(2027, 1, 27);

    fn at(text: &str) -> Timestamp {
        format!("{text}+09:00").parse().unwrap()
    }

    #[test]
    fn a_charge_is_tried_six_times_more_at_ten_in_japan() {
        let mut now = at("2027-01-27T09:12:00");
        let mut tries = Vec::new();
        while let Some(retry) = Retries::TwoWeeks.after(FIRST, now, None, Date::MAX) {
            now = retry.at + SignedDuration::from_mins(3);
            tries.push((retry.at, retry.chance));
        }
        let days = ["01-28", "01-30", "02-01", "02-03", "02-06", "02-10"];
        let expected: Vec<_> = days
            .iter()
            .map(|day| {
                (at(&format!("2027-{day}T10:00:00")), if *day == "02-10" { Chance::Last } else { Chance::Further })
            })
            .collect();
        assert_eq!(tries, expected);
        assert_eq!(Retries::None.after(FIRST, at("2027-01-27T09:12:00"), None, Date::MAX), None);
    }

    #[test]
    fn a_networks_wait_is_a_minimum_and_ends_at_ten() {
        let failed = at("2027-01-27T10:00:30");
        for (wait, next) in [
            ("2027-01-27T11:00:30", Some("2027-01-28T10:00:00")), // an hour: the next day's try is later anyway
            ("2027-01-28T10:00:00", Some("2027-01-28T10:00:00")),
            ("2027-01-28T10:00:30", Some("2027-01-29T10:00:00")), // 24 hours: half a minute too long for the next day's
            ("2027-02-06T10:00:30", Some("2027-02-07T10:00:00")), // ten days
            ("2027-02-10T10:00:00", Some("2027-02-10T10:00:00")),
            ("2027-02-10T10:00:01", None), // behind the last day
        ] {
            let retry = Retries::TwoWeeks.after(FIRST, failed, Some(at(wait)), Date::MAX);
            assert_eq!(retry.map(|retry| retry.at), next.map(at), "{wait}");
        }
    }

    #[test]
    fn the_last_try_is_that_before_the_day_on_which_it_ends() {
        let until = date(2027, 2, 5);
        for (failed, next) in [
            ("2027-02-01T10:00:30", Some(("2027-02-03T10:00:00", Chance::Last))),
            ("2027-01-30T10:00:30", Some(("2027-02-01T10:00:00", Chance::Further))),
            ("2027-02-03T10:00:30", None),
        ] {
            let retry = Retries::TwoWeeks.after(FIRST, at(failed), None, until);
            assert_eq!(
                retry.map(|retry| (retry.at, retry.chance)),
                next.map(|(then, chance)| (at(then), chance)),
                "{failed}"
            );
        }
        assert_eq!(Retries::TwoWeeks.after(FIRST, at("2027-01-27T09:12:00"), None, FIRST), None);
    }

    #[test]
    fn nothing_is_charged_by_itself_at_night() {
        for (hour, day) in [("00:00:00", false), ("06:59:59", false), ("07:00:00", true), ("23:59:59", true)] {
            assert_eq!(is_daytime(at(&format!("2027-01-27T{hour}"))), day, "{hour}");
        }
    }

    proptest! {
        #[test]
        fn a_try_is_later_than_the_failure_and_the_wait_within_two_weeks_and_by_day(
            failed in 0..20 * 86_400_i64, wait in prop::option::of(0..20 * 86_400_i64)
        ) {
            let start = at("2027-01-27T00:00:00");
            let (now, wait) = (start + SignedDuration::from_secs(failed), wait.map(|s| start + SignedDuration::from_secs(s)));
            if let Some(retry) = Retries::TwoWeeks.after(FIRST, now, wait, Date::MAX) {
                prop_assert!(retry.at > now && wait.is_none_or(|wait| retry.at >= wait));
                prop_assert!(retry.at <= at("2027-02-10T10:00:00"));
                prop_assert_eq!(JAPAN.to_datetime(retry.at).time(), HOUR);
                prop_assert_eq!(retry.chance == Chance::Last, retry.at == at("2027-02-10T10:00:00"));
            } else {
                let over = at("2027-02-10T10:00:00");
                prop_assert!(now >= over || wait.is_some_and(|wait| wait > over));
            }
        }
    }
}
