//! Japan's national holidays, as the Cabinet Office publishes them: `data/syukujitsu.csv`, whose source and renewal stand in `data/README.md`.

use std::sync::LazyLock;

use jiff::civil::Date;

const PUBLISHED: &str = include_str!("../../../data/syukujitsu.csv");

/// In order. Lines that are no date are the header alone, which a test holds.
static HOLIDAYS: LazyLock<Vec<Date>> = LazyLock::new(|| {
    let mut days: Vec<Date> = PUBLISHED.lines().filter_map(day).collect();
    days.sort_unstable();
    days
});

/// Whether a day is a national holiday, or one that stands in for a Sunday, as far as they are published.
pub(super) fn contains(date: Date) -> bool {
    HOLIDAYS.binary_search(&date).is_ok()
}

/// The last day whose holidays are published: they are by the year.
pub fn known_until() -> Date {
    HOLIDAYS.last().map_or(Date::MIN, |last| last.last_of_year())
}

/// The day of a line: `2027/3/22,休日`.
fn day(line: &str) -> Option<Date> {
    let (day, _) = line.split_once(',')?;
    let mut parts = day.split('/');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn every_line_but_the_header_is_a_holiday() {
        let unread: Vec<&str> = PUBLISHED.lines().filter(|line| day(line).is_none()).collect();
        assert_eq!(unread, ["国民の祝日・休日月日,国民の祝日・休日名称"]);
        assert_eq!(HOLIDAYS.len(), PUBLISHED.lines().count() - 1);
        assert!(HOLIDAYS.windows(2).all(|two| two[0] < two[1]), "none twice");
    }

    #[test]
    fn every_year_is_whole() {
        for year in 2020..=known_until().year() {
            let count = HOLIDAYS.iter().filter(|day| day.year() == year).count();
            assert!((16..=22).contains(&count), "{year}: {count}");
            for day in [date(year, 1, 1), date(year, 2, 11), date(year, 2, 23), date(year, 11, 3), date(year, 11, 23)] {
                assert!(contains(day), "{day}");
            }
        }
    }
}
