//! Text on the wire: how wide it is, and its way between characters and the bytes of a merchant's encoding.

use std::borrow::Cow;

use encoding_rs::SHIFT_JIS;

use crate::merchant::Encoding;

/// The width in half-width columns: ASCII and half-width katakana are 1, everything else 2 (the byte length in Shift_JIS).
pub fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() || ('\u{ff61}'..='\u{ff9f}').contains(&c) { 1 } else { 2 }).sum()
}

/// Whether a text holds what no field may: control characters, line and paragraph separators, and overrides of the
/// writing direction, which make a reader see another text than the one that is there.
pub fn has_control(text: &str) -> bool {
    text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
}

/// Reads bytes strictly: None when they aren't text in this encoding.
pub fn decode(bytes: &[u8], encoding: Encoding) -> Option<String> {
    decoded(Cow::Borrowed(bytes), encoding).map(Cow::into_owned)
}

/// The same, without a copy where the bytes are UTF-8 already.
pub fn decoded(bytes: Cow<'_, [u8]>, encoding: Encoding) -> Option<Cow<'_, str>> {
    match (encoding, bytes) {
        (Encoding::Utf8, Cow::Borrowed(bytes)) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        (Encoding::Utf8, Cow::Owned(bytes)) => String::from_utf8(bytes).ok().map(Cow::Owned),
        (Encoding::ShiftJis, Cow::Borrowed(bytes)) => {
            SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes)
        }
        (Encoding::ShiftJis, Cow::Owned(bytes)) => SHIFT_JIS
            .decode_without_bom_handling_and_without_replacement(&bytes)
            .map(|text| Cow::Owned(text.into_owned())),
    }
}

/// Reads bytes with a mark (U+FFFD) for what is no text: for looking into them, never for keeping.
pub fn lossy(bytes: &[u8], encoding: Encoding) -> Cow<'_, str> {
    match encoding {
        Encoding::Utf8 => String::from_utf8_lossy(bytes),
        Encoding::ShiftJis => SHIFT_JIS.decode_without_bom_handling(bytes).0,
    }
}

/// The text as a form in this encoding carries it unharmed: what it can't carry is replaced where the reader sees it.
///
/// A browser would send `&#12316;` or another character instead, and a signature over the text would not match.
/// Look-alikes that differ only by the table that a system uses become the one CP932 has; the rest becomes 〓 (geta, the printers' mark for a missing type).
pub fn fit(text: &str, encoding: Encoding) -> String {
    match encoding {
        Encoding::Utf8 => text.to_owned(),
        Encoding::ShiftJis if text.is_ascii() || in_cp932(text) => text.to_owned(),
        Encoding::ShiftJis => text.chars().map(look_alike).map(fit_character).collect(),
    }
}

/// The bytes a browser sends for [`fit`] text.
pub fn encode(text: &str, encoding: Encoding) -> Vec<u8> {
    let fit = fit(text, encoding);
    match encoding {
        Encoding::Utf8 => fit.into_bytes(),
        Encoding::ShiftJis => SHIFT_JIS.encode(&fit).0.into_owned(),
    }
}

/// Whether a mail of the older kind can carry a character: ASCII, or the non-kanji and the kanji of levels 1 and 2 of JIS X 0208.
///
/// What Windows added to the table (①, 髙, half-width katakana) is not in it; its look-alikes count as the characters they stand for.
pub fn in_jis_x_0208(c: char) -> bool {
    let mut utf8 = [0; 4];
    let text: &str = look_alike(c).encode_utf8(&mut utf8);
    let (bytes, _, lost) = SHIFT_JIS.encode(text);
    match (lost, bytes.as_ref()) {
        (false, [single]) => single.is_ascii_graphic() || *single == b' ',
        (false, [lead, trail]) => jis_row(*lead, *trail).is_some_and(|row| matches!(row, 1..=8 | 16..=84)),
        (true | false, _) => false,
    }
}

/// The row of the table, 1 to 94, that two bytes of Shift_JIS stand in.
fn jis_row(lead: u8, trail: u8) -> Option<u8> {
    let pair = match lead {
        0x81..=0x9f => lead.checked_sub(0x81)?,
        0xe0..=0xef => lead.checked_sub(0xc1)?,
        _ => return None,
    };
    let row = pair.checked_mul(2)?.checked_add(1)?;
    if trail >= 0x9f { row.checked_add(1) } else { Some(row) }
}

/// The name that an HTML form's `accept-charset` and a page know an encoding by.
pub const fn charset(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Utf8 => "UTF-8",
        Encoding::ShiftJis => "Shift_JIS",
    }
}

/// Characters that JIS tables and Windows map apart, brought to Windows' side.
const fn look_alike(c: char) -> char {
    match c {
        '\u{301c}' => '\u{ff5e}', // wave dash
        '\u{2014}' => '\u{2015}', // em dash
        '\u{2016}' => '\u{2225}', // double vertical line
        '\u{2212}' => '\u{ff0d}', // minus
        '\u{00a2}' => '\u{ffe0}', // cent
        '\u{00a3}' => '\u{ffe1}', // pound
        '\u{00a5}' => '\u{ffe5}', // yen: its byte would come back as a backslash
        '\u{00ac}' => '\u{ffe2}', // not
        '\u{203e}' => '\u{ffe3}', // overline: its byte would come back as a tilde
        other => other,
    }
}

fn fit_character(c: char) -> char {
    let mut utf8 = [0; 4];
    if in_cp932(c.encode_utf8(&mut utf8)) { c } else { '〓' }
}

/// Whether a text comes back as itself.
fn in_cp932(text: &str) -> bool {
    let (bytes, _, lost) = SHIFT_JIS.encode(text);
    !lost && SHIFT_JIS.decode_without_bom_handling_and_without_replacement(&bytes).is_some_and(|back| back == text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn full_width_counts_two() {
        for (text, columns) in [
            ("", 0),
            ("abc", 3),
            ("山田 太郎", 9),
            ("ｱｲｳ", 3),
            ("ｶﾞ", 2),
            ("ガ", 2),
            ("é", 2),
            ("１", 2),
            ("～", 2),
            ("😀", 2),
        ] {
            assert_eq!(width(text), columns, "{text}");
        }
    }

    #[test]
    fn a_reader_is_not_deceived() {
        for bad in ["a\nb", "a\tb", "\0", "\u{7f}", "\u{85}", "a\u{2028}b", "abc\u{202e}fdp", "\u{2066}x\u{2069}"] {
            assert!(has_control(bad), "{bad:?}");
        }
        for fine in ["", "山田 太郎", "a　b", "👩‍👧", "~-._"] {
            assert!(!has_control(fine), "{fine:?}");
        }
    }

    #[test]
    fn the_older_table_ends_where_windows_begins() {
        for inside in "山あ、〜～－ーA ~\\ァ亜腕弌熙─α".chars() {
            assert!(in_jis_x_0208(inside), "{inside}");
        }
        for outside in "①髙ｱ㈱Ⅰ﨑😀é\u{a0}\n𠮷".chars() {
            assert!(!in_jis_x_0208(outside), "{outside}");
        }
    }

    #[test]
    fn bytes_are_read_strictly() {
        for (bytes, encoding, text) in [
            (&b"\x8e\x52"[..], Encoding::ShiftJis, Some("山")),
            (b"\x81\x60", Encoding::ShiftJis, Some("～")),
            (b"\x95\x5c", Encoding::ShiftJis, Some("表")),
            (b"\xfb\xfc", Encoding::ShiftJis, Some("髙")),
            (b"\xb1", Encoding::ShiftJis, Some("ｱ")),
            (b"\x8e", Encoding::ShiftJis, None),
            (b"\xff", Encoding::ShiftJis, None),
            ("山".as_bytes(), Encoding::Utf8, Some("山")),
            (b"\x8e\x52", Encoding::Utf8, None),
            (b"\xc0\x80", Encoding::Utf8, None),
            (b"\xed\xa0\x80", Encoding::Utf8, None),
        ] {
            assert_eq!(decode(bytes, encoding).as_deref(), text, "{bytes:x?}");
        }
    }

    #[test]
    fn what_cp932_lacks_is_replaced_in_sight() {
        for (text, fitted, bytes) in [
            ("山田", "山田", &b"\x8e\x52\x93\x63"[..]),
            ("〜", "～", b"\x81\x60"),
            ("—", "―", b"\x81\x5c"),
            ("‖", "∥", b"\x81\x61"),
            ("−", "－", b"\x81\x7c"),
            ("¢", "￠", b"\x81\x91"),
            ("£", "￡", b"\x81\x92"),
            ("¬", "￢", b"\x81\xca"),
            ("¥", "￥", b"\x81\x8f"),
            ("‾", "￣", b"\x81\x50"),
            ("\\~", "\\~", b"\\~"),
            ("髙①ｱ", "髙①ｱ", b"\xfb\xfc\x87\x40\xb1"),
            ("😀𠮷é", "〓〓〓", b"\x81\xac\x81\xac\x81\xac"),
            ("&#12316;", "&#12316;", b"&#12316;"),
        ] {
            assert_eq!(fit(text, Encoding::ShiftJis), fitted, "{text}");
            assert_eq!(encode(text, Encoding::ShiftJis), bytes, "{text}");
        }
        assert_eq!(fit("〜😀", Encoding::Utf8), "〜😀");
    }

    proptest! {
        #[test]
        fn fitted_text_comes_back(text in ".{0,40}") {
            for encoding in [Encoding::Utf8, Encoding::ShiftJis] {
                let fitted = fit(&text, encoding);
                prop_assert_eq!(decode(&encode(&text, encoding), encoding), Some(fitted.clone()));
                prop_assert_eq!(fit(&fitted, encoding), fitted, "fitting twice changes nothing");
            }
        }
    }
}
