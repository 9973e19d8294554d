//! What a card number or a security code looks like, plain and in the usual wrappings, and where bytes hold one.

use std::collections::HashMap;
use std::sync::LazyLock;

use data_encoding::{BASE64_NOPAD, HEXLOWER, HEXUPPER};
use domain::card::TEST_CARDS;

/// Every published test card, and one that fails the check digit.
pub(crate) static NUMBERS: LazyLock<Vec<&str>> =
    LazyLock::new(|| TEST_CARDS.into_iter().chain(["4242424242424241"]).collect());

/// A sign's first bytes, by which it is looked up.
const HEAD: usize = 8;

/// All signs, ready to be looked for in one pass.
pub(crate) struct Search {
    signs: HashMap<[u8; HEAD], Vec<(Vec<u8>, String)>>,
    /// Which pairs of bytes a sign may begin with.
    pairs: Vec<bool>,
    codes: Vec<(String, String)>,
}

impl Search {
    /// For every number, and these codes with the flow in which each was typed.
    pub(crate) fn new(codes: &[(String, String)]) -> Self {
        let mut search = Self { signs: HashMap::new(), pairs: vec![false; 1 << 16], codes: codes.to_vec() };
        for number in NUMBERS.iter().copied() {
            number_signs(number).into_iter().for_each(|(how, sign)| search.add(sign, format!("{number} {how}")));
        }
        for (code, flow) in codes {
            code_signs(code)
                .into_iter()
                .for_each(|(how, sign)| search.add(sign, format!("code {code} of {flow} {how}")));
        }
        search
    }

    fn add(&mut self, sign: Vec<u8>, what: String) {
        let head: [u8; HEAD] = sign[..HEAD].try_into().unwrap();
        self.pairs[usize::from(u16::from_be_bytes([head[0], head[1]]))] = true;
        self.signs.entry(head).or_default().push((sign, what));
    }

    /// What is found, each with its surroundings.
    pub(crate) fn hits(&self, bytes: &[u8]) -> Vec<String> {
        let mut hits = self.numbers(bytes);
        for place in 0..bytes.len() {
            let rest = &bytes[place..];
            let begins = rest[0].is_ascii_digit() && place.checked_sub(1).is_none_or(|before| !is_word(bytes[before]));
            if begins {
                let alone = |code: &str| {
                    rest.starts_with(code.as_bytes()) && rest.get(code.len()).is_none_or(|after| !is_word(*after))
                };
                let found = self.codes.iter().filter(|(code, _)| alone(code));
                hits.extend(found.map(|(code, flow)| tell(&format!("code {code} of {flow} alone"), bytes, place)));
            }
        }
        hits
    }

    /// The same without codes: a page of sums and charts is full of figures like them, and is made of what is searched for them elsewhere.
    pub(crate) fn numbers(&self, bytes: &[u8]) -> Vec<String> {
        let mut hits = Vec::new();
        for place in 0..bytes.len() {
            let rest = &bytes[place..];
            if rest.len() >= HEAD && self.pairs[usize::from(u16::from_be_bytes([rest[0], rest[1]]))] {
                let head: [u8; HEAD] = rest[..HEAD].try_into().unwrap();
                let signs = self.signs.get(&head).into_iter().flatten();
                hits.extend(signs.filter(|(sign, _)| rest.starts_with(sign)).map(|(_, what)| tell(what, bytes, place)));
            }
        }
        hits
    }
}

/// A code stands alone between these: digits and letters go on, and so do the other characters of base64, of numbers and of names.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'.' | b'#') || byte >= 0x80
}

fn tell(what: &str, bytes: &[u8], place: usize) -> String {
    let around = &bytes[place.saturating_sub(30)..bytes.len().min(place + 50)];
    format!("{what} in {:?}", String::from_utf8_lossy(around))
}

pub(crate) fn holds(bytes: &[u8], sign: &[u8]) -> bool {
    bytes.windows(sign.len()).any(|window| window == sign)
}

/// A number in every form in which it could lie about.
fn number_signs(number: &str) -> Vec<(String, Vec<u8>)> {
    let mut signs = Vec::new();
    let fours: Vec<&str> = number.as_bytes().chunks(4).map(|group| std::str::from_utf8(group).unwrap()).collect();
    let printed = vec![&number[..4], &number[4..10], &number[10..]];
    let wide: String = number.bytes().map(|digit| char::from_u32(0xff10 + u32::from(digit - b'0')).unwrap()).collect();
    for groups in [fours, printed] {
        for joint in
            ["", " ", "-", "+", "%20", "%2D", "%2d", "\u{a0}", "%C2%A0", "\u{3000}", "%E3%80%80", "_", ".", "/", ","]
        {
            signs.push((format!("with {joint:?}"), groups.join(joint).into_bytes()));
        }
        for joint in [" ", "-"] {
            signs.extend(in_base64(groups.join(joint).as_bytes()));
        }
    }
    // all but the last four digits is too much as well
    signs.push(("without its end".to_owned(), number.as_bytes()[..number.len() - 4].to_vec()));
    signs.push(("backwards".to_owned(), number.bytes().rev().collect()));
    let utf_16: Vec<u8> = number.bytes().flat_map(|digit| [digit, 0]).collect();
    signs.push(("in UTF-16".to_owned(), utf_16));
    for text in [number.to_owned(), wide] {
        signs.push(("raw".to_owned(), text.clone().into_bytes()));
        signs.push(("in hex".to_owned(), HEXLOWER.encode(text.as_bytes()).into_bytes()));
        signs.push(("in upper hex".to_owned(), HEXUPPER.encode(text.as_bytes()).into_bytes()));
        signs.push((
            "URL-encoded".to_owned(),
            text.bytes().flat_map(|byte| format!("%{byte:02X}").into_bytes()).collect(),
        ));
        signs.push((
            "url-encoded".to_owned(),
            text.bytes().flat_map(|byte| format!("%{byte:02x}").into_bytes()).collect(),
        ));
        signs.extend(in_base64(text.as_bytes()));
    }
    signs
}

/// A code beside its field's name; alone it is looked for by [`Search::hits`].
fn code_signs(code: &str) -> Vec<(String, Vec<u8>)> {
    let mut signs = Vec::new();
    for wrapped in ["card_code=%", r#""card_code":"%""#, r#""code":"%""#, r#"SecurityCode("%")"#] {
        let text = wrapped.replace('%', code);
        signs.push(("by name".to_owned(), text.clone().into_bytes()));
        signs.push(("by name in hex".to_owned(), HEXLOWER.encode(text.as_bytes()).into_bytes()));
        let encoded = text.replace('=', "%3D").replace('"', "%22").replace(':', "%3A");
        signs.push(("by name URL-encoded".to_owned(), encoded.into_bytes()));
        signs.push(("by name in JSON in JSON".to_owned(), text.replace('"', "\\\"").into_bytes()));
        signs.extend(in_base64(text.as_bytes()));
    }
    signs
}

/// Wherever it stands in the encoded text: cut off what depends on the neighbours. Digits and letters are the same in every base64.
fn in_base64(text: &[u8]) -> Vec<(String, Vec<u8>)> {
    let shifted = (0..3).map(|shift| {
        let encoded = BASE64_NOPAD.encode(&[vec![b'0'; shift], text.to_vec()].concat());
        let from = if shift == 0 { 0 } else { 4 };
        let until = if (shift + text.len()).is_multiple_of(3) { encoded.len() } else { encoded.len() - 2 };
        (format!("in base64, shifted by {shift}"), encoded.as_bytes()[from..until].to_vec())
    });
    shifted.collect()
}

#[test]
fn the_search_finds_every_form_and_nothing_else() {
    let codes = [("731".to_owned(), "a test".to_owned()), ("8642".to_owned(), "a test".to_owned())];
    let search = Search::new(&codes);
    for number in NUMBERS.iter().copied() {
        for (how, sign) in number_signs(number) {
            let hidden = [b"before ", sign.as_slice(), b" after"].concat();
            assert!(!search.hits(&hidden).is_empty(), "{number} {how}");
        }
        let log = format!("x{}y", BASE64_NOPAD.encode(format!(r#"{{"number":"{number}"}}"#).as_bytes()));
        assert!(!search.hits(log.as_bytes()).is_empty(), "{number} in a body");
    }
    for text in ["731", "code 731", "a=731&b", r#"{"c":"8642"}"#, "SecurityCode(\"731\")", ">731<"] {
        assert!(!search.hits(text.as_bytes()).is_empty(), "{text}");
    }
    for text in
        ["", "1731", "7310", "731px", "#731", "x-731", "0.731", "4242", "•••• 4242", "424242 ••• 4242", "BIN 400000"]
    {
        assert!(search.hits(text.as_bytes()).is_empty(), "{text}: {:?}", search.hits(text.as_bytes()));
    }
}
