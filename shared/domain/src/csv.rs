//! CSV for people: cells that a spreadsheet does not run, in the characters that it reads.

use std::borrow::Cow;

use crate::{merchant::Encoding, text};

/// The mark that tells spreadsheets that a file is UTF-8.
pub const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];
/// Stands where a character is that the file's encoding lacks (geta, the printers' mark for a missing type).
const MISSING: char = '〓';

/// A text cell that no spreadsheet takes for a formula: what begins like one gets an apostrophe before it (OWASP, "CSV injection").
///
/// Full-width forms count, because spreadsheets in Japanese fold them.
pub fn harmless(cell: &str) -> Cow<'_, str> {
    if is_formula(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// Whether a spreadsheet may take a cell for a formula.
pub fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// The bytes of a text in this encoding, and how many of its characters the encoding lacks: each is replaced where the reader sees it.
pub fn encoded(line: &str, encoding: Encoding) -> (Vec<u8>, u64) {
    let count = |text: &str| text.chars().filter(|c| *c == MISSING).count();
    let lost = match encoding {
        Encoding::Utf8 => 0,
        Encoding::ShiftJis => count(&text::fit(line, encoding)).saturating_sub(count(line)),
    };
    (text::encode(line, encoding), u64::try_from(lost).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_like_a_formula_is_made_harmless_and_nothing_else_is_touched() {
        for (cell, safe) in [
            ("=HYPERLINK(\"http://evil.example\")", "'=HYPERLINK(\"http://evil.example\")"),
            ("+81312345678", "'+81312345678"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("＝1+1", "'＝1+1"),
            ("＠x", "'＠x"),
            ("山田 = 太郎", "山田 = 太郎"),
            ("", ""),
            ("'quoted", "'quoted"),
        ] {
            assert_eq!(harmless(cell), safe, "{cell:?}");
        }
    }

    #[test]
    fn a_character_that_the_encoding_lacks_is_seen_and_counted() {
        assert_eq!(encoded("山田〜😀한", Encoding::ShiftJis).1, 2, "a wave dash has a look-alike, these two have none");
        assert_eq!(encoded("〓", Encoding::ShiftJis).1, 0);
        let (bytes, lost) = encoded("山田😀", Encoding::Utf8);
        assert_eq!((bytes.as_slice(), lost), ("山田😀".as_bytes(), 0));
        let (bytes, _) = encoded("表😀", Encoding::ShiftJis);
        assert_eq!(text::decode(&bytes, Encoding::ShiftJis).unwrap(), "表〓");
        assert!(!String::from_utf8_lossy(&bytes).contains("&#"));
    }
}
