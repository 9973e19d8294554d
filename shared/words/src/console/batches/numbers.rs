//! Sums and times of batches as people say them.

use domain::Lang;

use crate::format::{grouped_number, sum};

/// A sum spelled, so that nobody counts digits. None: it reads as it is written.
pub fn in_words(lang: Lang, yen: u64) -> Option<String> {
    Some(spelled(lang, yen)).filter(|text| *text != sum(lang, yen))
}

/// A sum as it is read aloud, so that nobody has to count digits: `1,234万5,678円`, `twelve million … yen`.
fn spelled(lang: Lang, yen: u64) -> String {
    match lang {
        Lang::Ja => japanese(yen),
        Lang::En => format!("{} yen", english(yen)),
    }
}

/// About how long, to the second below a minute and to the minute above.
pub fn duration(lang: Lang, seconds: u64) -> String {
    let (hours, minutes) = (seconds / 3600, seconds % 3600 / 60);
    match (lang, hours, minutes) {
        (Lang::Ja, 0, 0) => format!("約{seconds}秒"),
        (Lang::En, 0, 0) => format!("about {seconds} s"),
        (Lang::Ja, 0, _) => format!("約{minutes}分"),
        (Lang::En, 0, _) => format!("about {minutes} min"),
        (Lang::Ja, _, _) => format!("約{hours}時間{minutes}分"),
        (Lang::En, _, _) => format!("about {hours} h {minutes} min"),
    }
}

/// How many whole units, and what is left.
fn split(number: u64, unit: u64) -> (u64, u64) {
    (number.checked_div(unit).unwrap_or(0), number.checked_rem(unit).unwrap_or(number))
}

const JAPANESE: [(u64, &str); 3] = [(1_000_000_000_000, "兆"), (100_000_000, "億"), (10_000, "万")];

fn japanese(yen: u64) -> String {
    let mut rest = yen;
    let mut text = String::new();
    for (unit, name) in JAPANESE {
        let units;
        (units, rest) = split(rest, unit);
        if units > 0 {
            text.push_str(&format!("{}{name}", grouped_number(units)));
        }
    }
    if rest > 0 || text.is_empty() {
        text.push_str(&grouped_number(rest));
    }
    text.push('円');
    text
}

const UNITS: [(u64, &str); 4] =
    [(1_000_000_000_000, "trillion"), (1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand")];

fn english(number: u64) -> String {
    let mut rest = number;
    let mut parts = Vec::new();
    for (unit, name) in UNITS {
        let units;
        (units, rest) = split(rest, unit);
        if units > 0 {
            parts.push(format!("{} {name}", english(units)));
        }
    }
    if rest > 0 || parts.is_empty() {
        parts.push(below_thousand(rest));
    }
    parts.join(" ")
}

fn below_thousand(number: u64) -> String {
    match (number / 100, number % 100) {
        (0, rest) => below_hundred(rest),
        (hundreds, 0) => format!("{} hundred", below_hundred(hundreds)),
        (hundreds, rest) => format!("{} hundred {}", below_hundred(hundreds), below_hundred(rest)),
    }
}

fn below_hundred(number: u64) -> String {
    let ten = match number / 10 {
        2 => "twenty",
        3 => "thirty",
        4 => "forty",
        5 => "fifty",
        6 => "sixty",
        7 => "seventy",
        8 => "eighty",
        9 => "ninety",
        _ => return below_twenty(number).to_owned(),
    };
    match number % 10 {
        0 => ten.to_owned(),
        one => format!("{ten}-{}", below_twenty(one)),
    }
}

const fn below_twenty(number: u64) -> &'static str {
    match number {
        0 => "zero",
        1 => "one",
        2 => "two",
        3 => "three",
        4 => "four",
        5 => "five",
        6 => "six",
        7 => "seven",
        8 => "eight",
        9 => "nine",
        10 => "ten",
        11 => "eleven",
        12 => "twelve",
        13 => "thirteen",
        14 => "fourteen",
        15 => "fifteen",
        16 => "sixteen",
        17 => "seventeen",
        18 => "eighteen",
        _ => "nineteen",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_read_aloud() {
        for (yen, ja, en) in [
            (0, "0円", "zero yen"),
            (2_000, "2,000円", "two thousand yen"),
            (10_000, "1万円", "ten thousand yen"),
            (9_999_999, "999万9,999円", "nine million nine hundred ninety-nine thousand nine hundred ninety-nine yen"),
            (
                12_345_678,
                "1,234万5,678円",
                "twelve million three hundred forty-five thousand six hundred seventy-eight yen",
            ),
            (100_000_000, "1億円", "one hundred million yen"),
            (
                9_999_999_000_000,
                "9兆9,999億9,900万円",
                "nine trillion nine hundred ninety-nine billion nine hundred ninety-nine million yen",
            ),
            (1_000_013, "100万13円", "one million thirteen yen"),
        ] {
            assert_eq!(spelled(Lang::Ja, yen), ja);
            assert_eq!(spelled(Lang::En, yen), en);
        }
    }

    #[test]
    fn a_time_is_said_as_exactly_as_it_is_known() {
        for (seconds, ja, en) in
            [(59, "約59秒", "about 59 s"), (61, "約1分", "about 1 min"), (7_260, "約2時間1分", "about 2 h 1 min")]
        {
            assert_eq!(duration(Lang::Ja, seconds), ja);
            assert_eq!(duration(Lang::En, seconds), en);
        }
    }
}
