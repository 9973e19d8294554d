//! Yen: the one currency of the product.

use serde::{Deserialize, Serialize};

/// Yen to charge: 1 to [`Yen::MAX`]. Whole yen only (ISO 4217: JPY has no minor unit); the bound is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Yen(u32);

/// The amount is not one that can be charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{yen} yen is outside 1 to {}", Yen::MAX.0)]
pub struct AmountError {
    yen: u32,
}

/// What is wrong with an amount that a person typed, or that a file or a shop's program says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TypedAmountError {
    /// Nothing was typed.
    #[error("no amount")]
    Missing,
    /// Something other than digits.
    #[error("not an amount")]
    Malformed,
    /// Zero, or more than is taken.
    #[error("out of range")]
    OutOfRange,
}

impl Yen {
    /// The smallest amount of a payment.
    pub const MIN: Self = Self(1);
    /// The largest amount of one payment.
    pub const MAX: Self = Self(9_999_999);

    /// # Errors
    /// [`AmountError`] unless `1 <= yen <= Yen::MAX`.
    pub const fn new(yen: u32) -> Result<Self, AmountError> {
        match yen {
            1..=9_999_999 => Ok(Self(yen)),
            _ => Err(AmountError { yen }),
        }
    }

    /// Parses what a shop sends: ASCII digits only, no sign, comma, decimal or leading zero.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = (1..=7).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
        plain.then(|| text.parse().ok().and_then(|yen| Self::new(yen).ok()))?
    }

    /// Reads what a shop's program or a file says: ASCII digits only, no sign, comma, decimal or leading zero. `most` is the largest that is taken.
    ///
    /// # Errors
    /// [`TypedAmountError`].
    pub fn parse_plain(text: &str, most: Self) -> Result<Self, TypedAmountError> {
        if text.is_empty() {
            return Err(TypedAmountError::Missing);
        }
        if !text.bytes().all(|b| b.is_ascii_digit()) || (text != "0" && text.starts_with('0')) {
            return Err(TypedAmountError::Malformed);
        }
        Self::parse(text).filter(|amount| *amount <= most).ok_or(TypedAmountError::OutOfRange)
    }

    /// Reads what a person typed: full-width digits, separators and a currency sign are fine here, unlike in a shop's request. `most` is the largest that is taken.
    ///
    /// # Errors
    /// [`TypedAmountError`].
    pub fn parse_typed(text: &str, most: Self) -> Result<Self, TypedAmountError> {
        let plain: String = text.chars().filter(|c| !is_decoration(*c)).map(half_width).collect();
        if plain.is_empty() {
            return Err(TypedAmountError::Missing);
        }
        if !plain.bytes().all(|b| b.is_ascii_digit()) {
            return Err(TypedAmountError::Malformed);
        }
        let amount = Self::parse(plain.trim_start_matches('0'));
        amount.filter(|amount| *amount <= most).ok_or(TypedAmountError::OutOfRange)
    }

    /// The number of yen.
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// What people put around and between the digits of an amount.
const fn is_decoration(c: char) -> bool {
    matches!(c, ',' | '，' | '、' | ' ' | '\u{3000}' | '¥' | '￥' | '円')
}

fn half_width(c: char) -> char {
    let digit = u32::from(c).checked_sub(u32::from('０')).filter(|digit| *digit <= 9);
    digit.and_then(|digit| char::from_digit(digit, 10)).unwrap_or(c)
}

impl TryFrom<u32> for Yen {
    type Error = AmountError;
    fn try_from(yen: u32) -> Result<Self, AmountError> {
        Self::new(yen)
    }
}

impl From<Yen> for u32 {
    fn from(yen: Yen) -> Self {
        yen.0
    }
}

/// The bare number, as parameters and records carry it; people's form is in `words`.
impl std::fmt::Display for Yen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_one_to_the_maximum() {
        for (yen, ok) in [(0, false), (1, true), (9_999_999, true), (10_000_000, false), (u32::MAX, false)] {
            assert_eq!(Yen::new(yen).is_ok(), ok, "yen = {yen}");
        }
    }

    #[test]
    fn a_person_may_write_an_amount_as_people_do() {
        let most = Yen::new(500_000).unwrap();
        for (typed, yen) in
            [("2000", 2000), ("２，０００円", 2000), ("¥2,000", 2000), (" 0100 ", 100), ("500,000", 500_000)]
        {
            assert_eq!(Yen::parse_typed(typed, most).map(Yen::get), Ok(yen), "{typed}");
        }
        for (typed, error) in [
            ("", TypedAmountError::Missing),
            ("円", TypedAmountError::Missing),
            ("-1", TypedAmountError::Malformed),
            ("1.5", TypedAmountError::Malformed),
            ("二千", TypedAmountError::Malformed),
            ("0", TypedAmountError::OutOfRange),
            ("500001", TypedAmountError::OutOfRange),
            ("99999999999999999999", TypedAmountError::OutOfRange),
        ] {
            assert_eq!(Yen::parse_typed(typed, most), Err(error), "{typed}");
        }
    }

    #[test]
    fn an_amount_of_a_program_says_what_is_wrong_with_it() {
        let most = Yen::new(500_000).unwrap();
        assert_eq!(Yen::parse_plain("500000", most).map(Yen::get), Ok(500_000));
        for (text, error) in [
            ("", TypedAmountError::Missing),
            ("1,000", TypedAmountError::Malformed),
            ("007", TypedAmountError::Malformed),
            ("00", TypedAmountError::Malformed),
            ("１", TypedAmountError::Malformed),
            ("-1", TypedAmountError::Malformed),
            ("1e3", TypedAmountError::Malformed),
            ("0", TypedAmountError::OutOfRange),
            ("500001", TypedAmountError::OutOfRange),
            ("99999999999999999999", TypedAmountError::OutOfRange),
        ] {
            assert_eq!(Yen::parse_plain(text, most), Err(error), "{text:?}");
        }
    }

    #[test]
    fn an_amount_on_the_wire_is_plain_digits() {
        for text in
            ["", "0", "-1", "+1", "1,000", "1.0", "007", "１００", "10000000", " 1", "1 ", "99999999999", "0x10", "1e3"]
        {
            assert_eq!(Yen::parse(text), None, "{text:?}");
        }
        assert_eq!(Yen::parse("9999999"), Some(Yen::MAX));
        assert_eq!(Yen::parse("2000").map(Yen::get), Some(2000));
    }
}
