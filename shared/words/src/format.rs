//! Amounts, dates and cards as people read them.

use domain::{Brand, Lang, MaskedCard, Yen, clock::JAPAN};
use jiff::{
    Timestamp,
    civil::{Date, Weekday},
};

/// An amount inside a sentence: `2,000円` or `¥2,000`.
pub fn money(lang: Lang, amount: Yen) -> String {
    match lang {
        Lang::Ja => format!("{}円", grouped(amount)),
        Lang::En => money_figure(amount),
    }
}

/// A sum inside a sentence, which may be more than one payment can be: `12,345,678円` or `¥12,345,678`.
pub fn sum(lang: Lang, yen: u64) -> String {
    match lang {
        Lang::Ja => format!("{}円", grouped_number(yen)),
        Lang::En => format!("¥{}", grouped_number(yen)),
    }
}

/// An amount that stands alone, as a price tag does in both languages: `¥2,000`.
pub fn money_figure(amount: Yen) -> String {
    format!("¥{}", grouped(amount))
}

/// Digits in groups of three: `9,999,999`.
pub fn grouped(amount: Yen) -> String {
    grouped_number(u64::from(amount.get()))
}

/// A count or a sum in groups of three: `12,345,678`.
pub fn grouped_number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len().saturating_add(3));
    for (i, digit) in digits.chars().enumerate() {
        let left = digits.len().saturating_sub(i);
        if i > 0 && left.is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// An instant in Japan time: `2026年11月21日(土) 19:30` or `2026-11-21 19:30 JST`.
pub fn date_time(lang: Lang, at: Timestamp) -> String {
    let local = JAPAN.to_datetime(at);
    let (hour, minute) = (local.hour(), local.minute());
    match lang {
        Lang::Ja => format!("{} {hour:02}:{minute:02}", date(lang, at)),
        Lang::En => format!("{} {hour:02}:{minute:02} JST", date(lang, at)),
    }
}

/// The time in Japan, to the second: `19:30:05`.
pub fn time_of_day(at: Timestamp) -> String {
    JAPAN.to_datetime(at).strftime("%H:%M:%S").to_string()
}

/// A day in Japan: `2026年11月21日(土)` or `2026-11-21`.
pub fn date(lang: Lang, at: Timestamp) -> String {
    day(lang, JAPAN.to_datetime(at).date())
}

/// A date of a calendar: `2026年11月21日(土)` or `2026-11-21`.
pub fn day(lang: Lang, day: Date) -> String {
    let (year, month) = (day.year(), day.month());
    match lang {
        Lang::Ja => format!("{year}年{month}月{}日({})", day.day(), weekday(day.weekday())),
        Lang::En => format!("{year}-{month:02}-{:02}", day.day()),
    }
}

/// The weekday as one Japanese character.
const fn weekday(day: Weekday) -> char {
    match day {
        Weekday::Monday => '月',
        Weekday::Tuesday => '火',
        Weekday::Wednesday => '水',
        Weekday::Thursday => '木',
        Weekday::Friday => '金',
        Weekday::Saturday => '土',
        Weekday::Sunday => '日',
    }
}

/// A card as it may be shown: brand and last four digits, `Visa ****4242`.
pub fn card(of: Brand, last_four: &str) -> String {
    format!("{} ****{last_four}", of.name())
}

/// A kept card inside a sentence: `Visa •••• 4242`.
pub fn masked(kept: &MaskedCard) -> String {
    format!("{} •••• {}", kept.brand.name(), kept.last4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_by_three() {
        for (yen, ja, en) in [
            (1, "1円", "¥1"),
            (999, "999円", "¥999"),
            (1_000, "1,000円", "¥1,000"),
            (2_000, "2,000円", "¥2,000"),
            (100_000, "100,000円", "¥100,000"),
            (9_999_999, "9,999,999円", "¥9,999,999"),
        ] {
            let amount = Yen::new(yen).unwrap();
            assert_eq!(money(Lang::Ja, amount), ja);
            assert_eq!(money(Lang::En, amount), en);
        }
    }

    #[test]
    fn dates_are_japans_with_a_weekday_in_japanese() {
        for (utc, ja, en) in [
            ("2026-11-21T10:30:00Z", "2026年11月21日(土) 19:30", "2026-11-21 19:30 JST"),
            ("2026-12-31T15:00:00Z", "2027年1月1日(金) 00:00", "2027-01-01 00:00 JST"),
            ("2028-02-28T15:05:59Z", "2028年2月29日(火) 00:05", "2028-02-29 00:05 JST"),
        ] {
            let at: Timestamp = utc.parse().unwrap();
            assert_eq!(date_time(Lang::Ja, at), ja);
            assert_eq!(date_time(Lang::En, at), en);
            assert!(ja.starts_with(&date(Lang::Ja, at)) && en.starts_with(&date(Lang::En, at)));
        }
    }

    #[test]
    fn a_card_shows_its_brand_and_four_digits_only() {
        assert_eq!(card(Brand::Visa, "4242"), "Visa ****4242");
    }
}
