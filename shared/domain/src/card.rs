//! A card as a shopper types it. Numbers and codes have no readable form but the masked one, and are wiped when dropped.

mod kept;

use std::fmt;

pub use kept::{CardOwner, Consent, ConsentScope, DataKeyId, HeldNumber, KeptCard, Unchargeable};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A card brand, told from the issuer identification number (ISO/IEC 7812 ranges as the networks publish them).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Brand {
    /// Visa: 4.
    Visa,
    /// Mastercard: 51-55, 2221-2720.
    Mastercard,
    /// JCB: 3528-3589.
    Jcb,
    /// American Express: 34, 37.
    Amex,
    /// Diners Club: 300-305, 309, 36, 38, 39.
    Diners,
    /// Discover: 6011, 644-649, 65.
    Discover,
}

impl Brand {
    /// The name as the brand writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Visa => "Visa",
            Self::Mastercard => "Mastercard",
            Self::Jcb => "JCB",
            Self::Amex => "American Express",
            Self::Diners => "Diners Club",
            Self::Discover => "Discover",
        }
    }

    /// How many digits its security code has.
    pub const fn code_length(self) -> usize {
        match self {
            Self::Amex => 4,
            Self::Visa | Self::Mastercard | Self::Jcb | Self::Diners | Self::Discover => 3,
        }
    }

    /// How long its numbers may be.
    const fn lengths(self) -> &'static [usize] {
        match self {
            Self::Visa => &[13, 16, 19],
            Self::Mastercard => &[16],
            Self::Jcb | Self::Discover => &[16, 17, 18, 19],
            Self::Amex => &[15],
            Self::Diners => &[14, 15, 16, 17, 18, 19],
        }
    }

    fn of(digits: &str) -> Option<Self> {
        let prefix = |n: usize| digits.get(..n).and_then(|p| p.parse::<u32>().ok()).unwrap_or(0);
        match (prefix(2), prefix(3), prefix(4)) {
            (40..=49, _, _) => Some(Self::Visa),
            (51..=55, _, _) | (_, _, 2221..=2720) => Some(Self::Mastercard),
            (_, _, 3528..=3589) => Some(Self::Jcb),
            (34 | 37, _, _) => Some(Self::Amex),
            (36 | 38 | 39, _, _) | (_, 300..=305 | 309, _) => Some(Self::Diners),
            (65, _, _) | (_, 644..=649, _) | (_, _, 6011) => Some(Self::Discover),
            _ => None,
        }
    }
}

/// Why a typed card cannot be used; each is one sentence to the shopper at the field it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum CardError {
    /// No number was typed.
    #[error("card number is missing")]
    NumberMissing,
    /// Something other than digits, spaces and hyphens, or a wrong number of digits.
    #[error("card number is malformed")]
    NumberMalformed,
    /// The check digit is wrong: a typing mistake.
    #[error("card number fails its check digit")]
    NumberCheckDigit,
    /// No brand we take begins like this.
    #[error("card brand is not accepted")]
    BrandUnknown,
    /// No expiry was typed.
    #[error("expiry is missing")]
    ExpiryMissing,
    /// Not a month and a year.
    #[error("expiry is malformed")]
    ExpiryMalformed,
    /// The month on the card is over.
    #[error("card has expired")]
    Expired,
    /// No security code was typed.
    #[error("security code is missing")]
    CodeMissing,
    /// Not as many digits as the brand prints.
    #[error("security code is malformed")]
    CodeMalformed,
    /// No cardholder name was typed.
    #[error("cardholder name is missing")]
    HolderMissing,
    /// Longer than 45 characters, a control character, or a card number in the wrong field.
    #[error("cardholder name is malformed")]
    HolderMalformed,
}

/// Full-width digits and separators, as Japanese keyboards type them, brought to ASCII; spaces and hyphens dropped.
fn typed_digits(text: &str) -> Option<String> {
    let mut digits = String::with_capacity(19);
    for c in text.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '０'..='９' => digits.push(char::from_digit(u32::from(c).checked_sub(u32::from('０'))?, 10)?),
            ' ' | '\u{3000}' | '\u{a0}' | '\t' | '-' | '－' | '‐' | '−' | 'ー' | '–' => {}
            _ => {
                digits.zeroize();
                return None;
            }
        }
    }
    Some(digits)
}

/// A card number (PAN) with a known brand and a right check digit.
///
/// ```compile_fail
/// fn readable<T: std::fmt::Display>(_: T) {}
/// readable(domain::Pan::parse("4242424242424242").unwrap());
/// ```
/// ```compile_fail
/// fn storable<T: serde::Serialize>(_: T) {}
/// storable(domain::Pan::parse("4242424242424242").unwrap());
/// ```
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Pan {
    digits: String,
    #[zeroize(skip)]
    brand: Brand,
}

impl Pan {
    /// Reads a number as typed or pasted: spaces, hyphens and full-width digits are fine.
    ///
    /// # Errors
    /// [`CardError`] `NumberMissing`, `NumberMalformed`, `NumberCheckDigit` or `BrandUnknown`.
    pub fn parse(typed: &str) -> Result<Self, CardError> {
        let digits = typed_digits(typed).ok_or(CardError::NumberMalformed)?;
        if digits.is_empty() {
            return Err(CardError::NumberMissing);
        }
        let pan = Self { brand: Brand::of(&digits).unwrap_or(Brand::Visa), digits };
        if !(12..=19).contains(&pan.digits.len()) {
            return Err(CardError::NumberMalformed);
        }
        if !luhn(&pan.digits) {
            return Err(CardError::NumberCheckDigit);
        }
        let brand = Brand::of(&pan.digits).ok_or(CardError::BrandUnknown)?;
        if brand.lengths().contains(&pan.digits.len()) { Ok(pan) } else { Err(CardError::NumberMalformed) }
    }

    /// The digits, for the acquirer and nobody else.
    pub fn expose(&self) -> &str {
        &self.digits
    }

    /// The issuer's part of the number: its first six digits (ISO/IEC 7812-1 of 2017 makes it eight; six are shown on every receipt).
    pub fn bin(&self) -> &str {
        self.digits.get(..6).unwrap_or_default()
    }

    /// The brand.
    pub const fn brand(&self) -> Brand {
        self.brand
    }

    /// Whether it is one of the published numbers that the test acquirer knows. A test merchant takes no others, a live one none of them.
    pub fn is_test_card(&self) -> bool {
        TEST_CARDS.contains(&self.digits.as_str())
    }

    /// The last four digits, the only part that may be shown or stored in the clear.
    pub fn last4(&self) -> &str {
        self.digits.get(self.digits.len().saturating_sub(4)..).unwrap_or_default()
    }
}

/// The published test numbers, as the card industry's test systems share them.
pub const TEST_CARDS: [&str; 26] = [
    "4242424242424242",
    "4012888888881881",
    "4000056655665556",
    "5555555555554444",
    "5200828282828210",
    "3530111333300000",
    "3566002020360505",
    "378282246310005",
    "371449635398431",
    "30569309025904",
    "6011111111111117",
    "4000000000000002",
    "4000000000009995",
    "4000000000009987",
    "4000000000009979",
    "4000000000000069",
    "4000000000000127",
    "4000000000000119",
    "4000000000000341",
    "4000000000000077",
    "4000000000000259",
    "4000002760003184",
    "4000000000003220",
    "4000008400001629",
    "4000008400001280",
    "4000000000003055",
];

impl fmt::Debug for Pan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pan(…)")
    }
}

/// Whether a run of digits in a text could be a card number: an issuer's range, its length and the check digit.
///
/// Guards the free texts of requests and files, where a card number must never land.
pub fn contains_card_number(text: &str) -> bool {
    if !may_hold_card_number(text.as_bytes()) {
        return false;
    }
    let mut run = String::new();
    for c in text.chars().chain(std::iter::once('\n')) {
        match c {
            '0'..='9' | '０'..='９' | ' ' | '-' | '\u{3000}' | '－' => run.push(c),
            _ => {
                let found = run.len() >= FEWEST_DIGITS && run_holds_card(&run);
                run.zeroize();
                if found {
                    return true;
                }
            }
        }
    }
    false
}

/// The fewest digits of a card number (Visa's old ones).
const FEWEST_DIGITS: usize = 13;

/// Whether bytes can be so many digits in any of our encodings, which rules most texts out at once: of a full-width digit
/// the last byte is 90 to 99 in UTF-8, and 4F to 58 in CP932.
pub(crate) fn may_hold_card_number(bytes: &[u8]) -> bool {
    let digit = |b: &u8| matches!(b, b'0'..=b'9' | 0x90..=0x99 | 0x4f..=0x58);
    bytes.len() >= FEWEST_DIGITS && bytes.iter().filter(|b| digit(b)).count() >= FEWEST_DIGITS
}

/// Looks at the whole run without its separators, and at each unseparated part.
fn run_holds_card(run: &str) -> bool {
    let separated = |c: char| matches!(c, ' ' | '-' | '\u{3000}' | '－');
    Pan::parse(run).is_ok() || run.split(separated).any(|part| Pan::parse(part).is_ok())
}

/// The check digit of ISO/IEC 7812-1, annex B.
fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, b)| {
            let digit = u32::from(b.saturating_sub(b'0'));
            match (place % 2, digit) {
                (0, d) => d,
                (_, 9) => 9,
                (_, d) => d.saturating_mul(2) % 9,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// A card security code: three digits, four on American Express. Never stored, not even sealed (PCI DSS 3.3.1).
///
/// ```compile_fail
/// fn readable<T: std::fmt::Display>(_: T) {}
/// readable(domain::SecurityCode::parse("123", domain::Brand::Visa).unwrap());
/// ```
/// ```compile_fail
/// fn storable<T: serde::Serialize>(_: T) {}
/// storable(domain::SecurityCode::parse("123", domain::Brand::Visa).unwrap());
/// ```
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct SecurityCode(String);

impl SecurityCode {
    /// # Errors
    /// [`CardError`] `CodeMissing`, or `CodeMalformed` unless it has as many digits as the brand prints.
    pub fn parse(typed: &str, brand: Brand) -> Result<Self, CardError> {
        let code = Self(typed_digits(typed).ok_or(CardError::CodeMalformed)?);
        match code.0.len() {
            0 => Err(CardError::CodeMissing),
            n if n == brand.code_length() => Ok(code),
            _ => Err(CardError::CodeMalformed),
        }
    }

    /// The digits, for the acquirer and nobody else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecurityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecurityCode(…)")
    }
}

/// The month a card is good through. In records `2029-12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Expiry {
    year: i16,
    month: i8,
}

impl Expiry {
    /// Reads `MM/YY`, `MMYY`, `MM/YYYY` and their full-width and spaced forms.
    ///
    /// # Errors
    /// [`CardError`] `ExpiryMissing`, `ExpiryMalformed`, or `Expired` when the month is over on `today` (Japan's date).
    pub fn parse(typed: &str, today: jiff::civil::Date) -> Result<Self, CardError> {
        let digits = typed_digits(&typed.replace(['/', '／'], "")).ok_or(CardError::ExpiryMalformed)?;
        let number = |part: Option<&str>| part.and_then(|p| p.parse::<i16>().ok());
        let (month, year) = match digits.len() {
            0 => return Err(CardError::ExpiryMissing),
            3 if typed.contains(['/', '／']) => {
                (number(digits.get(..1)), number(digits.get(1..)).map(|y| 2000_i16.saturating_add(y)))
            }
            4 => (number(digits.get(..2)), number(digits.get(2..)).map(|y| 2000_i16.saturating_add(y))),
            6 => (number(digits.get(..2)), number(digits.get(2..))),
            _ => return Err(CardError::ExpiryMalformed),
        };
        let month = month.and_then(|m| i8::try_from(m).ok()).filter(|m| (1..=12).contains(m));
        let (Some(month), Some(year)) = (month, year) else { return Err(CardError::ExpiryMalformed) };
        let expiry = Self { year, month };
        // No issuer prints a date twenty years ahead; it is a typing mistake.
        if year > today.year().saturating_add(20) {
            return Err(CardError::ExpiryMalformed);
        }
        if expiry.is_over(today) { Err(CardError::Expired) } else { Ok(expiry) }
    }

    /// Whether the month is over on `today` (Japan's date).
    pub fn is_over(self, today: jiff::civil::Date) -> bool {
        self < Self { year: today.year(), month: today.month() }
    }

    /// The four-digit year.
    pub const fn year(self) -> i16 {
        self.year
    }

    /// The month, 1 to 12.
    pub const fn month(self) -> i8 {
        self.month
    }
}

impl From<Expiry> for String {
    fn from(expiry: Expiry) -> Self {
        format!("{:04}-{:02}", expiry.year, expiry.month)
    }
}

impl TryFrom<String> for Expiry {
    type Error = CardError;
    fn try_from(text: String) -> Result<Self, CardError> {
        let (year, month) = text.split_once('-').ok_or(CardError::ExpiryMalformed)?;
        match (year.parse(), month.parse()) {
            (Ok(year), Ok(month)) if (1..=12).contains(&month) => Ok(Self { year, month }),
            _ => Err(CardError::ExpiryMalformed),
        }
    }
}

/// As a card prints it: `MM/YY`.
impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}/{:02}", self.month, self.year.rem_euclid(100))
    }
}

/// What the acquirer is given for one authorization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardDetails {
    /// The number.
    pub pan: Pan,
    /// Good through.
    pub expiry: Expiry,
    /// The code, absent only when nobody could be asked for it (merchant-initiated).
    pub code: Option<SecurityCode>,
    /// The name on the card.
    pub holder: String,
}

impl CardDetails {
    /// The part that may be shown and stored.
    pub fn masked(&self) -> MaskedCard {
        MaskedCard { brand: self.pan.brand(), last4: self.pan.last4().to_owned(), expiry: self.expiry }
    }
}

/// Checks a cardholder name: printable, 1 to 45 characters after trimming (EMV 3-D Secure: 2-45 characters).
///
/// # Errors
/// [`CardError`] `HolderMissing` or `HolderMalformed`.
pub fn parse_holder(typed: &str) -> Result<String, CardError> {
    let name = typed.trim();
    if name.is_empty() {
        return Err(CardError::HolderMissing);
    }
    let printable = name.chars().count() <= 45 && !name.chars().any(char::is_control) && !contains_card_number(name);
    if printable { Ok(name.to_owned()) } else { Err(CardError::HolderMalformed) }
}

/// Brand, last four and expiry: all of a card that is shown, mailed or stored in the clear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaskedCard {
    /// The brand.
    #[serde(rename = "b")]
    pub brand: Brand,
    /// The last four digits.
    #[serde(rename = "l")]
    pub last4: String,
    /// Good through.
    #[serde(rename = "e")]
    pub expiry: Expiry,
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn published_test_cards_have_their_brand() {
        for (number, brand) in [
            ("4242424242424242", Brand::Visa),
            ("4012888888881881", Brand::Visa),
            ("5555555555554444", Brand::Mastercard),
            ("5200828282828210", Brand::Mastercard),
            ("3530111333300000", Brand::Jcb),
            ("3566002020360505", Brand::Jcb),
            ("378282246310005", Brand::Amex),
            ("371449635398431", Brand::Amex),
            ("30569309025904", Brand::Diners),
            ("6011111111111117", Brand::Discover),
        ] {
            let pan = Pan::parse(number).unwrap();
            assert_eq!(pan.brand(), brand, "{number}");
            assert_eq!(pan.last4(), &number[number.len() - 4..]);
        }
    }

    #[test]
    fn a_number_may_be_pasted_as_people_write_it() {
        for typed in [
            "4242 4242 4242 4242",
            "4242-4242-4242-4242",
            "４２４２　４２４２　４２４２　４２４２",
            " 4242424242424242\t",
        ] {
            assert_eq!(Pan::parse(typed).unwrap().expose(), "4242424242424242", "{typed}");
        }
    }

    #[test]
    fn a_wrong_number_says_what_is_wrong() {
        for (typed, error) in [
            ("", CardError::NumberMissing),
            ("   ", CardError::NumberMissing),
            ("4242424242424241", CardError::NumberCheckDigit),
            ("4242", CardError::NumberMalformed),
            ("4242x424242424242", CardError::NumberMalformed),
            ("0000000000000000", CardError::BrandUnknown),
            ("42424242424242424242424242", CardError::NumberMalformed),
        ] {
            assert_eq!(Pan::parse(typed).unwrap_err(), error, "{typed}");
        }
    }

    #[test]
    fn a_code_has_the_brands_length() {
        assert!(SecurityCode::parse("123", Brand::Visa).is_ok());
        assert!(SecurityCode::parse("１２３", Brand::Visa).is_ok());
        assert!(SecurityCode::parse("1234", Brand::Amex).is_ok());
        for (typed, brand, error) in [
            ("", Brand::Visa, CardError::CodeMissing),
            ("1234", Brand::Visa, CardError::CodeMalformed),
            ("123", Brand::Amex, CardError::CodeMalformed),
            ("12a", Brand::Visa, CardError::CodeMalformed),
        ] {
            assert_eq!(SecurityCode::parse(typed, brand).unwrap_err(), error, "{typed}");
        }
    }

    #[test]
    fn an_expiry_is_good_through_its_month() {
        let today = date(2026, 11, 21);
        for typed in ["11/26", "1126", "11 / 26", "11/2026", "１１／２６"] {
            assert_eq!(Expiry::parse(typed, today).unwrap().to_string(), "11/26", "{typed}");
        }
        assert_eq!(Expiry::parse("1/27", today).unwrap().to_string(), "01/27");
        for (typed, error) in [
            ("", CardError::ExpiryMissing),
            ("10/26", CardError::Expired),
            ("13/26", CardError::ExpiryMalformed),
            ("00/27", CardError::ExpiryMalformed),
            ("12/99", CardError::ExpiryMalformed),
            ("soon", CardError::ExpiryMalformed),
            ("127", CardError::ExpiryMalformed),
        ] {
            assert_eq!(Expiry::parse(typed, today).unwrap_err(), error, "{typed}");
        }
    }

    #[test]
    fn a_card_number_hidden_in_a_text_is_found() {
        for text in [
            "my card 4242 4242 4242 4242 thanks",
            "4242-4242-4242-4242",
            "ｶｰﾄﾞ：４２４２４２４２４２４２４２４２",
            "12 5555555555554444",
        ] {
            assert!(contains_card_number(text), "{text}");
        }
        for text in ["", "03-1234-5678", "order 4242424242424241", "山田 太郎", "2026-11-21 19:30"] {
            assert!(!contains_card_number(text), "{text}");
        }
    }

    #[test]
    fn nothing_readable_but_the_mask() {
        let pan = Pan::parse("4242424242424242").unwrap();
        let code = SecurityCode::parse("123", Brand::Visa).unwrap();
        assert_eq!(format!("{pan:?} {code:?}"), "Pan(…) SecurityCode(…)");
    }
}
