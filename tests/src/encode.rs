//! Encodings as browsers and shops' programs do them, written apart from the product's.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The characters of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8.
    Utf8,
    /// Shift_JIS with Windows' extensions, as every browser means it.
    ShiftJis,
}

impl Charset {
    /// The bytes of a text; what the charset lacks becomes a numeric reference, as browsers send it.
    #[must_use]
    pub fn encode(self, text: &str) -> Cow<'_, [u8]> {
        match self {
            Self::Utf8 => Cow::Borrowed(text.as_bytes()),
            Self::ShiftJis => encoding_rs::SHIFT_JIS.encode(text).0,
        }
    }

    /// The text of bytes.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> String {
        match self {
            Self::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
            Self::ShiftJis => encoding_rs::SHIFT_JIS.decode_without_bom_handling(bytes).0.into_owned(),
        }
    }
}

/// `application/x-www-form-urlencoded` (WHATWG URL, 5.2).
pub fn form_encoded<N: AsRef<[u8]>, V: AsRef<[u8]>>(fields: impl IntoIterator<Item = (N, V)>) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        if !text.is_empty() {
            text.push('&');
        }
        encode_into(&mut text, name.as_ref(), Some('+'), b"*-._");
        text.push('=');
        encode_into(&mut text, value.as_ref(), Some('+'), b"*-._");
    }
    text
}

/// RFC 3986: all but the unreserved characters.
#[must_use]
pub fn percent_encoded(bytes: &[u8]) -> String {
    let mut text = String::new();
    encode_into(&mut text, bytes, None, b"-._~");
    text
}

fn encode_into(text: &mut String, bytes: &[u8], space: Option<char>, plain: &[u8]) {
    for byte in bytes {
        match (byte, space) {
            (b' ', Some(space)) => text.push(space),
            (byte, _) if byte.is_ascii_alphanumeric() || plain.contains(byte) => text.push(char::from(*byte)),
            (byte, _) => write!(text, "%{byte:02X}").unwrap(),
        }
    }
}
