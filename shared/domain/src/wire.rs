//! Raw parameters: what a query string or a form body carries, as bytes, before anyone has said which characters they are.
//!
//! Signatures are made over these bytes, so nothing here decodes a charset.

use std::fmt;

use zeroize::Zeroize;

/// Parameters in the order they came, percent-decoded to bytes, each name once.
///
/// A card form travels the same way, so the values are wiped when dropped and never shown by Debug.
#[derive(Clone, PartialEq, Eq)]
pub struct Parameters(Vec<(Vec<u8>, Vec<u8>)>);

/// Why a query string or form body can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// More bytes than [`Parameters::MAX_BYTES`].
    #[error("more than {} bytes", Parameters::MAX_BYTES)]
    TooLarge,
    /// More parameters than [`Parameters::MAX_COUNT`].
    #[error("too many parameters")]
    TooMany,
    /// A `%` that two hex digits don't follow.
    #[error("bad percent escape in {0}")]
    BadEscape(ParameterName),
    /// The same name came twice; which value is meant, nobody can say.
    #[error("{0} was given twice")]
    GivenTwice(ParameterName),
}

impl Parameters {
    /// The most bytes that are read (ours; ten times what every parameter at full length needs).
    pub const MAX_BYTES: usize = 64 * 1024;
    /// The most parameters that are read (ours).
    pub const MAX_COUNT: usize = 100;

    /// Reads `application/x-www-form-urlencoded` bytes, whether they came as a query string or as a body.
    ///
    /// `+` is a space; a name without `=` has an empty value; empty pieces between `&` are skipped (WHATWG URL, 5.1).
    ///
    /// # Errors
    /// [`WireError`] when there is too much, an escape is broken or a name comes twice.
    pub fn parse(raw: &[u8]) -> Result<Self, WireError> {
        Self::parse_up_to(raw, Self::MAX_COUNT)
    }

    /// The same, with as many parameters as a long form has.
    ///
    /// # Errors
    /// As [`Parameters::parse`].
    pub fn parse_up_to(raw: &[u8], most: usize) -> Result<Self, WireError> {
        if raw.len() > Self::MAX_BYTES {
            return Err(WireError::TooLarge);
        }
        let mut parameters = Self(Vec::new());
        for piece in raw.split(|b| *b == b'&').filter(|piece| !piece.is_empty()) {
            if parameters.0.len() == most {
                return Err(WireError::TooMany);
            }
            let mut halves = piece.splitn(2, |b| *b == b'=');
            let (name, value) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
            let broken = || WireError::BadEscape(ParameterName::of(name));
            let (name, value) = (decoded(name).ok_or_else(broken)?, decoded(value).ok_or_else(broken)?);
            if parameters.0.iter().any(|(given, _)| *given == name) {
                return Err(WireError::GivenTwice(ParameterName::of(&name)));
            }
            parameters.0.push((name, value));
        }
        Ok(parameters)
    }

    /// The value under this name, if it was given. It may be empty.
    pub fn value(&self, name: &str) -> Option<&[u8]> {
        self.iter().find(|(given, _)| *given == name.as_bytes()).map(|(_, value)| value)
    }

    /// All names and values, in the order they came.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.0.iter().map(|(name, value)| (name.as_slice(), value.as_slice()))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Parameters(…)")
    }
}

impl Drop for Parameters {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Percent-decodes, with `+` as a space. None when an escape is broken.
pub(crate) fn decoded(encoded: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.iter().copied();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (high, low) = (hex_digit(rest.next()?)?, hex_digit(rest.next()?)?);
                (high << 4) | low
            }
            plain => plain,
        });
    }
    Some(bytes)
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// A parameter's name on the wire, fit to be shown and logged.
///
/// A name is a stranger's text too: what doesn't look like one, or holds a card number, is `?`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterName(String);

impl ParameterName {
    /// The longest name that is shown.
    const MAX: usize = 40;

    /// The name if it is one, else `?`.
    pub fn of(raw: &[u8]) -> Self {
        let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'[' | b']');
        let name = std::str::from_utf8(raw).unwrap_or_default();
        let fit = (1..=Self::MAX).contains(&name.len())
            && name.as_bytes().iter().all(plain)
            && !crate::card::contains_card_number(name);
        Self(if fit { name } else { "?" }.to_owned())
    }

    /// The text: ASCII letters, digits, `_-.[]`, or `?`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ParameterName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pairs(raw: &str) -> Vec<(String, Vec<u8>)> {
        let parameters = Parameters::parse(raw.as_bytes()).unwrap();
        parameters.iter().map(|(name, value)| (String::from_utf8(name.to_vec()).unwrap(), value.to_vec())).collect()
    }

    #[test]
    fn pieces_keep_their_order_and_become_bytes() {
        for (raw, expected) in [
            ("", vec![]),
            ("&&", vec![]),
            ("a=1&b=2", vec![("a", &b"1"[..]), ("b", b"2")]),
            ("b=2&a=1", vec![("b", &b"2"[..]), ("a", b"1")]),
            ("a", vec![("a", &b""[..])]),
            ("a=", vec![("a", &b""[..])]),
            ("=1", vec![("", &b"1"[..])]),
            ("a=1=2", vec![("a", &b"1=2"[..])]),
            ("a=x+y%2B%20z", vec![("a", &b"x y+ z"[..])]),
            ("a%26=%3d", vec![("a&", &b"="[..])]),
            ("a=%8E%52", vec![("a", &b"\x8e\x52"[..])]),
            ("A=1&a=2", vec![("A", &b"1"[..]), ("a", b"2")]),
        ] {
            let expected: Vec<_> = expected.into_iter().map(|(n, v)| (n.to_owned(), v.to_vec())).collect();
            assert_eq!(pairs(raw), expected, "{raw}");
        }
    }

    #[test]
    fn what_can_not_be_read_says_why() {
        let many = (0..=Parameters::MAX_COUNT).map(|n| format!("p{n}=")).collect::<Vec<_>>().join("&");
        let large = format!("a={}", "x".repeat(Parameters::MAX_BYTES));
        let name = |text: &str| ParameterName::of(text.as_bytes());
        for (raw, error) in [
            (large.as_str(), WireError::TooLarge),
            (many.as_str(), WireError::TooMany),
            ("a=%", WireError::BadEscape(name("a"))),
            ("a=%4", WireError::BadEscape(name("a"))),
            ("a=%4g", WireError::BadEscape(name("a"))),
            ("a=%+1", WireError::BadEscape(name("a"))),
            ("%zz=1", WireError::BadEscape(name("?"))),
            ("amount=1&x=2&amount=1", WireError::GivenTwice(name("amount"))),
            ("amount=1&%61mount=2", WireError::GivenTwice(name("amount"))),
            ("a&a", WireError::GivenTwice(name("a"))),
        ] {
            assert_eq!(Parameters::parse(raw.as_bytes()), Err(error), "{}", &raw[..raw.len().min(40)]);
        }
        assert!(Parameters::parse(&many.as_bytes()[..many.rfind('&').unwrap()]).is_ok(), "the bound itself is fine");
    }

    #[test]
    fn a_name_that_is_shown_is_harmless() {
        for (raw, shown) in [
            (&b"amount"[..], "amount"),
            (b"items[0].id", "items[0].id"),
            (b"", "?"),
            (b"<script>", "?"),
            (b"a b", "?"),
            (b"\xff", "?"),
            (b"4242424242424242", "?"),
            (&[b'a'; 41], "?"),
        ] {
            assert_eq!(ParameterName::of(raw).as_str(), shown);
        }
    }

    #[test]
    fn values_are_not_shown() {
        let parameters = Parameters::parse(b"card_number=4242424242424242").unwrap();
        assert_eq!(format!("{parameters:?}"), "Parameters(…)");
    }

    proptest! {
        #[test]
        fn what_a_browser_encodes_comes_back(set in prop::collection::btree_map(".{0,8}", prop::collection::vec(any::<u8>(), 0..20), 0..20)) {
            let form = |bytes: &[u8]| bytes.iter().map(|b| if *b == b' ' { "+".to_owned() } else { format!("%{b:02X}") }).collect::<String>();
            let raw = set.iter().map(|(n, v)| format!("{}={}", form(n.as_bytes()), form(v))).collect::<Vec<_>>().join("&");
            let parameters = Parameters::parse(raw.as_bytes()).unwrap();
            let back: Vec<_> = parameters.iter().map(|(n, v)| (n.to_vec(), v.to_vec())).collect();
            prop_assert_eq!(back, set.into_iter().map(|(n, v)| (n.into_bytes(), v)).collect::<Vec<_>>());
        }

        #[test]
        fn no_bytes_make_it_panic(raw in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Parameters::parse(&raw);
        }
    }
}
