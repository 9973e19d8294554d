//! What somebody pasted, brought to the bytes that the payment page would get.

use std::borrow::Cow;

use encoding_rs::Encoding as Charset;
use html5gum::{Token, Tokenizer, emitters::default::DefaultEmitter};

use super::Advice;
use crate::{
    Merchant, text,
    wire::{Parameters, WireError},
};

/// The largest page that is looked through for a form. Ours: four times the largest request.
const MAX_PASTED_BYTES: usize = 4 * 64 * 1024;

/// What a request was pasted as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The parameters alone: a query string or a body.
    Parameters,
    /// A whole address.
    Address,
    /// An HTTP request with its headers.
    Http,
    /// A form in HTML. It was sent as a browser sends it.
    Form,
    /// A link in HTML.
    Link,
}

/// The bytes of a request, and what can be told of the way they were sent.
pub(super) struct Paste {
    pub(super) shape: Shape,
    /// The merchant number in `/pay/{admin}`.
    pub(super) path_admin: Option<String>,
    /// The parameters, encoded.
    pub(super) raw: Vec<u8>,
    /// What stands out before any parameter is read.
    pub(super) advice: Vec<Advice>,
    too_large: bool,
}

impl Paste {
    pub(super) fn of(pasted: &[u8], merchant: &Merchant) -> Self {
        let pasted = pasted.trim_ascii();
        if pasted.len() > MAX_PASTED_BYTES {
            return Self { too_large: true, ..Self::parameters_of(Shape::Parameters, b"") };
        }
        let lower = pasted.to_ascii_lowercase();
        let has = |part: &[u8]| lower.windows(part.len()).any(|window| window == part);
        if has(b"<form") || has(b"<input") || has(b"<a ") {
            return html(&String::from_utf8_lossy(pasted), merchant);
        }
        if has(b" http/1.") || has(b" http/2") {
            return http(pasted);
        }
        if [&b"http://"[..], b"https://", b"/"].iter().any(|start| lower.starts_with(start)) {
            return address(Shape::Address, pasted);
        }
        Self::parameters_of(Shape::Parameters, pasted.strip_prefix(b"?").unwrap_or(pasted))
    }

    pub(super) fn parameters(&self) -> Result<Parameters, WireError> {
        if self.too_large { Err(WireError::TooLarge) } else { Parameters::parse(&self.raw) }
    }

    fn parameters_of(shape: Shape, raw: &[u8]) -> Self {
        Self { shape, path_admin: None, raw: raw.to_vec(), advice: Vec::new(), too_large: false }
    }
}

/// An address: its path tells the merchant, its query the parameters.
fn address(shape: Shape, address: &[u8]) -> Paste {
    let (before, fragment) = halves(address, b'#');
    let (place, query) = halves(before, b'?');
    let mut paste = Paste::parameters_of(shape, query);
    paste.advice.extend((!fragment.is_empty()).then_some(Advice::Fragment));
    let after_host = place.windows(3).position(|window| window == b"://").and_then(|at| {
        let rest = place.get(at.checked_add(3)?..)?;
        rest.iter().position(|b| *b == b'/').and_then(|slash| rest.get(slash..)).or(Some(b""))
    });
    match String::from_utf8_lossy(after_host.unwrap_or(place)).as_ref() {
        "/pay" => {}
        path => match path.strip_prefix("/pay/").filter(|number| !number.is_empty() && !number.contains('/')) {
            Some(number) => paste.path_admin = Some(number.to_owned()),
            None => paste.advice.push(Advice::OtherPath),
        },
    }
    paste
}

/// An HTTP request: by its first line, a POST by its body.
fn http(request: &[u8]) -> Paste {
    let text = String::from_utf8_lossy(request);
    let mut words = text.split_ascii_whitespace();
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut paste = Paste { shape: Shape::Http, ..address(Shape::Http, target.as_bytes()) };
    if method.eq_ignore_ascii_case("POST") {
        let blank = [&b"\r\n\r\n"[..], b"\n\n"].into_iter().find_map(|blank| {
            let at = request.windows(blank.len()).position(|window| window == blank)?;
            request.get(at.checked_add(blank.len())?..)
        });
        paste.advice.extend((!paste.raw.is_empty()).then_some(Advice::QueryOfPost));
        paste.raw = blank.unwrap_or_default().to_vec();
        let head = text.to_ascii_lowercase();
        let by_form = head.contains("application/x-www-form-urlencoded");
        paste.advice.extend((!by_form && head.contains("content-type:")).then_some(Advice::OtherContentType));
    }
    paste
}

/// The first form's fields, or without one the first link, as a browser would send them.
fn html(page: &str, merchant: &Merchant) -> Paste {
    let (mut form, mut link, mut fields) = (None, None, Vec::new());
    for token in Tokenizer::new_with_emitter(page, DefaultEmitter::default()) {
        let Ok(Token::StartTag(tag)) = token else { continue };
        let attribute = |name: &[u8]| {
            let found = tag.attributes.iter().find(|(given, _)| given.as_slice() == name);
            found.map(|(_, value)| String::from_utf8_lossy(&value.value).into_owned())
        };
        match tag.name.as_slice() {
            b"form" if form.is_none() => {
                form = Some(["action", "method", "accept-charset", "enctype"].map(|name| attribute(name.as_bytes())));
            }
            b"form" => break,
            b"input" => {
                let kind = attribute(b"type").unwrap_or_default().to_ascii_lowercase();
                let sends = !["submit", "button", "reset", "image"].contains(&kind.as_str());
                let name = attribute(b"name").filter(|name| sends && !name.is_empty());
                fields.extend(name.map(|name| (name, attribute(b"value").unwrap_or_default())));
            }
            b"a" => link = link.or_else(|| attribute(b"href")),
            _ => {}
        }
    }
    if fields.is_empty() {
        return address(Shape::Link, link.unwrap_or_default().as_bytes());
    }
    let [action, method, charset, enctype] = form.unwrap_or_default();
    let action = action.unwrap_or_else(|| "/pay".to_owned());
    let mut paste = address(Shape::Form, action.as_bytes());
    let posted = method.is_some_and(|method| method.eq_ignore_ascii_case("post"));
    paste.advice.extend((posted && !paste.raw.is_empty()).then_some(Advice::QueryOfPost));
    paste.advice.extend((!posted && !paste.raw.is_empty()).then_some(Advice::QueryOfGet));
    let other = enctype.is_some_and(|kind| !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded"));
    paste.advice.extend((posted && other).then_some(Advice::OtherContentType));
    let ascii = fields.iter().all(|(name, value)| name.is_ascii() && value.is_ascii());
    paste.advice.extend((charset.is_none() && !ascii).then_some(Advice::CharsetNotSaid));
    let ours = text::charset(merchant.encoding);
    let charset = Charset::for_label(charset.as_deref().unwrap_or(ours).as_bytes()).unwrap_or(encoding_rs::UTF_8);
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", form_encoded(name, charset), form_encoded(value, charset)))
        .collect();
    paste.raw = pairs.join("&").into_bytes();
    paste
}

/// As a browser encodes a form's text (WHATWG URL, 5.2). What the charset lacks becomes a numeric reference.
fn form_encoded(text: &str, charset: &'static Charset) -> String {
    let bytes: Cow<'_, [u8]> = charset.encode(text).0;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"*-._".contains(&b);
    let one = |b: &u8| match *b {
        b' ' => "+".to_owned(),
        b if plain(b) => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    };
    bytes.iter().map(one).collect()
}

/// What stands before and after the first such byte.
fn halves(bytes: &[u8], at: u8) -> (&[u8], &[u8]) {
    let mut halves = bytes.splitn(2, |b| *b == at);
    (halves.next().unwrap_or_default(), halves.next().unwrap_or_default())
}
