//! What is worth knowing beside the rules: likely causes of a refusal, and what goes wrong without one.

use jiff::Timestamp;

use super::{Finding, Seen, Wire};
use crate::{merchant::Encoding, request::Field, signing::unix_seconds, wire::ParameterName};

/// A likely cause, or a risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Advice {
    /// The address is not `/pay` or `/pay/{admin}`.
    OtherPath,
    /// What follows `#` never leaves the browser.
    Fragment,
    /// Parameters in the address of a POST are not read.
    QueryOfPost,
    /// A form that is sent by GET replaces its address's query.
    QueryOfGet,
    /// A body that is no `application/x-www-form-urlencoded`.
    OtherContentType,
    /// A form does not say its characters, so they are the page's.
    CharsetNotSaid,
    /// No merchant number among the parameters: fine at `/pay/{admin}` only.
    NumberInAddress,
    /// Anyone can change the amount.
    Unsigned,
    /// A value still holds `%41` and the like after it was decoded.
    EncodedTwice,
    /// A value or a name holds `&amp;` or `&#12316;`: HTML's escapes, not an address's, or a browser's for what its encoding lacks.
    HtmlEscape,
    /// A `+` was sent and read as a space.
    PlusIsSpace,
    /// Spaces or line breaks around a value.
    SpaceAround,
    /// Full-width digits or letters.
    FullWidth,
    /// The value is UTF-8, the merchant's setting is Shift_JIS.
    SentInUtf8,
    /// The value is Shift_JIS, the merchant's setting is UTF-8.
    SentInShiftJis,
    /// A name that differs from one of ours in case.
    NameCase(Field),
    /// A name of the other dialect.
    NameOfOtherDialect(Field),
    /// `time` is in milliseconds.
    Milliseconds,
    /// `time` is nine hours ahead: Japan's clock was taken for UTC.
    JapanTime,
    /// How many seconds `time` lies from ours; above zero is ahead.
    ClockOff(i64),
}

impl Advice {
    /// The stable code, the same in every language and version.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OtherPath => "other_path",
            Self::Fragment => "fragment",
            Self::QueryOfPost => "query_of_post",
            Self::QueryOfGet => "query_of_get",
            Self::OtherContentType => "other_content_type",
            Self::CharsetNotSaid => "charset_not_said",
            Self::NumberInAddress => "number_in_address",
            Self::Unsigned => "unsigned",
            Self::EncodedTwice => "encoded_twice",
            Self::HtmlEscape => "html_escape",
            Self::PlusIsSpace => "plus_is_space",
            Self::SpaceAround => "space_around",
            Self::FullWidth => "full_width",
            Self::SentInUtf8 => "sent_in_utf8",
            Self::SentInShiftJis => "sent_in_shift_jis",
            Self::NameCase(_) => "name_case",
            Self::NameOfOtherDialect(_) => "name_of_other_dialect",
            Self::Milliseconds => "milliseconds",
            Self::JapanTime => "japan_time",
            Self::ClockOff(_) => "clock_off",
        }
    }
}

/// What each parameter tells, in the order they came. `raw` is what they were read from.
pub(super) fn of_values(wire: Wire<'_>, raw: &[u8]) -> Vec<Finding> {
    let pieces = raw.split(|b| *b == b'&').filter(|piece| !piece.is_empty());
    let mut found = Vec::new();
    for (piece, (name, value)) in pieces.zip(wire.parameters.iter()) {
        let field = Field::ALL.into_iter().find(|field| field.wire_name(wire.merchant).as_bytes() == name);
        let advice = [
            encoded_twice(value).then_some(Advice::EncodedTwice),
            (html_escape(value) || name.starts_with(b"amp;")).then_some(Advice::HtmlEscape),
            (piece.contains(&b'+') && field.is_some_and(has_no_spaces)).then_some(Advice::PlusIsSpace),
            (field.is_some() && value.trim_ascii() != value).then_some(Advice::SpaceAround),
            (field.is_some_and(has_no_spaces) && full_width(value)).then_some(Advice::FullWidth),
            charset(wire, field, value),
            field.is_none().then(|| misnamed(wire, name)).flatten(),
        ];
        let named = |advice| Finding::Advice(advice, Some(ParameterName::of(name)));
        found.extend(advice.into_iter().flatten().map(named));
    }
    found
}

/// What the request tells as a whole.
pub(super) fn of_the_whole(wire: Wire<'_>, now: Timestamp) -> Vec<Finding> {
    let time_name = || Some(ParameterName::of(Field::Time.wire_name(wire.merchant).as_bytes()));
    let time = wire.given(Field::Time).and_then(|time| clock(wire, time, now));
    let unsigned = wire.given(Field::Sig).is_none() && wire.given(Field::Key).is_none();
    let unsigned = unsigned.then_some(Finding::Advice(Advice::Unsigned, None));
    time.map(|advice| Finding::Advice(advice, time_name())).into_iter().chain(unsigned).collect()
}

/// How `time` is off, if it is.
fn clock(wire: Wire<'_>, time: &[u8], now: Timestamp) -> Option<Advice> {
    let digits = time.iter().all(u8::is_ascii_digit);
    let Some(time_s) = unix_seconds(time) else { return (digits && time.len() == 13).then_some(Advice::Milliseconds) };
    if wire.merchant.request_window.holds(time_s, now) {
        return None;
    }
    let ahead_s = time_s.saturating_sub(now.as_second());
    let japan_s = ahead_s.saturating_sub(9 * 3600);
    Some(if japan_s.saturating_abs() <= 300 { Advice::JapanTime } else { Advice::ClockOff(ahead_s) })
}

/// `%41` and the like in a decoded value. A lone `100%` is none.
fn encoded_twice(value: &[u8]) -> bool {
    value.windows(3).any(|w| matches!(w, [b'%', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit()))
}

/// `&#12316;`, `&amp;`, `&quot;` and the like.
fn html_escape(value: &[u8]) -> bool {
    let text = String::from_utf8_lossy(value);
    text.split('&').skip(1).filter_map(|rest| rest.split_once(';')).any(|(name, _)| {
        let digits = name
            .strip_prefix('#')
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit() || b == b'x'));
        digits || ["amp", "lt", "gt", "quot", "apos", "nbsp"].contains(&name)
    })
}

fn full_width(value: &[u8]) -> bool {
    [Encoding::Utf8, Encoding::ShiftJis]
        .into_iter()
        .filter_map(|encoding| crate::text::decode(value, encoding))
        .any(|text| text.chars().any(|c| matches!(c, '\u{ff01}'..='\u{ff5e}' | '\u{3000}')))
}

/// Whether a space in it can only be a mistake.
const fn has_no_spaces(field: Field) -> bool {
    match field {
        Field::Name | Field::Free1 | Field::Free2 | Field::Free3 => false,
        Field::Admin
        | Field::Amount
        | Field::Charge
        | Field::ChargeType
        | Field::Mail
        | Field::CardTel
        | Field::Mobile
        | Field::Regular
        | Field::RegularKind
        | Field::User
        | Field::Time
        | Field::Key
        | Field::Return
        | Field::Lang
        | Field::Sig => true,
    }
}

/// Another encoding than the merchant's. Japanese in Shift_JIS is hardly ever valid UTF-8, but the reverse happens: it becomes other characters silently.
fn charset(wire: Wire<'_>, field: Option<Field>, value: &[u8]) -> Option<Advice> {
    field?;
    match (wire.merchant.encoding, Seen::of(value)) {
        (Encoding::ShiftJis, Seen::Utf8 | Seen::Either) => Some(Advice::SentInUtf8),
        (Encoding::Utf8, Seen::ShiftJis) => Some(Advice::SentInShiftJis),
        (Encoding::Utf8, Seen::Ascii | Seen::Utf8 | Seen::Either | Seen::Neither)
        | (Encoding::ShiftJis, Seen::Ascii | Seen::ShiftJis | Seen::Neither) => None,
    }
}

/// A name that is nearly one of ours, of a parameter that did not come.
fn misnamed(wire: Wire<'_>, name: &[u8]) -> Option<Advice> {
    let missing = || Field::ALL.into_iter().filter(|field| wire.given(*field).is_none());
    let by_case = missing().find(|field| field.wire_name(wire.merchant).as_bytes().eq_ignore_ascii_case(name));
    let by_dialect =
        || missing().find(|field| [field.name(), field.name_24()].iter().any(|ours| ours.as_bytes() == name));
    by_case.map(Advice::NameCase).or_else(|| by_dialect().map(Advice::NameOfOtherDialect))
}
