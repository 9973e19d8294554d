//! The little XML that S3 speaks.

use super::super::protocol::{AwsError, Reply};
use super::refused;
use xmlparser::{ElementEnd, Token, Tokenizer};

/// An element with its children's text. Namespaces and attributes say nothing here.
#[derive(Debug, Default)]
pub(super) struct Element {
    name: String,
    text: String,
    children: Vec<Self>,
}

impl Element {
    /// Reads a document.
    pub(super) fn parse(body: &[u8]) -> Result<Self, AwsError> {
        let malformed = || refused(400, "MalformedXML", "The XML you provided was not well-formed");
        let source = std::str::from_utf8(body).map_err(|_| malformed())?;
        let mut open = vec![Self::default()];
        for token in Tokenizer::from(source) {
            match token.map_err(|_| malformed())? {
                Token::ElementStart { local, .. } => {
                    open.push(Self { name: local.as_str().to_owned(), ..Self::default() })
                }
                Token::ElementEnd { end: ElementEnd::Close(..) | ElementEnd::Empty, .. } => {
                    let closed = open.pop().ok_or_else(malformed)?;
                    open.last_mut().ok_or_else(malformed)?.children.push(closed);
                }
                Token::Text { text } => {
                    open.last_mut().ok_or_else(malformed)?.text.push_str(&unescaped(text.as_str()));
                }
                Token::Cdata { text, .. } => open.last_mut().ok_or_else(malformed)?.text.push_str(text.as_str()),
                Token::ElementEnd { end: ElementEnd::Open, .. }
                | Token::Attribute { .. }
                | Token::Declaration { .. }
                | Token::ProcessingInstruction { .. }
                | Token::Comment { .. }
                | Token::DtdStart { .. }
                | Token::EmptyDtd { .. }
                | Token::EntityDeclaration { .. }
                | Token::DtdEnd { .. } => {}
            }
        }
        let mut document = open.pop().filter(|_| open.is_empty()).ok_or_else(malformed)?;
        document.children.pop().ok_or_else(malformed)
    }

    /// The children of this name.
    pub(super) fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of the first child of this name.
    pub(super) fn child_text(&self, name: &str) -> Option<String> {
        self.children.iter().find(|child| child.name == name).map(|child| child.text.clone())
    }
}

/// An element that holds these.
pub(super) fn element(name: &str, parts: &[String]) -> String {
    format!("<{name}>{}</{name}>", parts.concat())
}

/// An element that holds a text.
pub(super) fn text(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escaped(text))
}

/// A document as an answer.
pub(super) fn reply(status: u16, root: &str) -> Reply {
    let body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{root}");
    let headers = vec![("content-type".into(), "application/xml".to_owned())];
    Reply { status, headers, body: body.into_bytes().into() }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\r' => escaped.push_str("&#13;"),
            other => escaped.push(other),
        }
    }
    escaped
}

fn unescaped(text: &str) -> String {
    let mut parts = text.split('&');
    let mut done = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (entity, rest) = part.split_once(';').unwrap_or(("", part));
        let number = entity.strip_prefix('#').and_then(|number| match number.strip_prefix('x') {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => number.parse().ok(),
        });
        match (entity, number.and_then(char::from_u32)) {
            (_, Some(character)) => done.push(character),
            ("amp", None) => done.push('&'),
            ("lt", None) => done.push('<'),
            ("gt", None) => done.push('>'),
            ("quot", None) => done.push('"'),
            ("apos", None) => done.push('\''),
            _ => {}
        }
        done.push_str(rest);
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let key = "exports/a&b <\"売上\">.csv";
        let written = element("Delete", &[element("Object", &[text("Key", key)]), text("Quiet", "true")]);
        let read = Element::parse(written.as_bytes()).unwrap();
        assert_eq!(read.children("Object").next().unwrap().child_text("Key").as_deref(), Some(key));
        assert_eq!(read.child_text("Quiet").as_deref(), Some("true"));
        let numbered = Element::parse(b"<a xmlns=\"x\"><Key>a&#x26;&#38;b</Key><Empty/></a>").unwrap();
        assert_eq!(numbered.child_text("Key").as_deref(), Some("a&&b"));
        assert_eq!(numbered.child_text("Empty").as_deref(), Some(""));
    }

    #[test]
    fn what_is_not_xml_is_refused() {
        for source in ["", "<a>", "<a></a", "no xml", "<a/></b>"] {
            assert!(Element::parse(source.as_bytes()).is_err(), "{source}");
        }
    }
}
