//! A form with a file (RFC 7578, multipart/form-data), read from the whole body. The gateway bounds that to 10 MB; here no part is copied.

use http::header;
use inbound::http::header_text;
use lambda_http::Request;

/// How many parts a form may have.
const MOST_PARTS: usize = 32;

/// The parts of a form with a file.
#[derive(Clone, Debug)]
pub struct Upload<'a> {
    parts: Vec<(&'a str, &'a [u8])>,
}

impl<'a> Upload<'a> {
    /// The parts of the request's body; None where it is no such form.
    pub fn parse(request: &'a Request) -> Option<Self> {
        let kind = header_text(request.headers(), &header::CONTENT_TYPE)?;
        Self::of(boundary(kind)?, request.body().as_ref())
    }

    fn of(boundary: &str, body: &'a [u8]) -> Option<Self> {
        let first = format!("--{boundary}");
        let next = format!("\r\n--{boundary}");
        let mut rest = body.strip_prefix(first.as_bytes())?;
        let mut parts = Vec::new();
        while let Some(part) = rest.strip_prefix(b"\r\n") {
            let (content, after) = split_at(part, next.as_bytes())?;
            let (head, value) = split_at(content, b"\r\n\r\n")?;
            if parts.len() >= MOST_PARTS {
                return None;
            }
            parts.push((name(head)?, value));
            rest = after;
        }
        rest.starts_with(b"--").then_some(Self { parts })
    }

    /// A text field; empty where it is missing or no UTF-8.
    pub fn text(&self, name: &str) -> &'a str {
        std::str::from_utf8(self.file(name)).unwrap_or_default()
    }

    /// A file's bytes; empty where it is missing.
    pub fn file(&self, name: &str) -> &'a [u8] {
        self.parts.iter().find(|(known, _)| *known == name).map(|(_, value)| *value).unwrap_or_default()
    }
}

/// The boundary that a content type names: 1 to 70 characters (RFC 2046, 5.1.1).
fn boundary(kind: &str) -> Option<&str> {
    let (kind, parameters) = kind.split_once(';')?;
    let named = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("boundary="))?;
    let boundary = named.trim_matches('"');
    let fits = kind.trim().eq_ignore_ascii_case("multipart/form-data") && (1..=70).contains(&boundary.len());
    fits.then_some(boundary)
}

/// The name in a part's head.
fn name(head: &[u8]) -> Option<&str> {
    let head = std::str::from_utf8(head).ok()?;
    let line = head.split("\r\n").find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))?;
    let named = line.split(';').find_map(|parameter| parameter.trim().strip_prefix("name="))?;
    Some(named.trim_matches('"'))
}

/// What is before and after the first `mark`.
fn split_at<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let place = bytes.windows(mark.len()).position(|window| window == mark)?;
    Some((bytes.get(..place)?, bytes.get(place.saturating_add(mark.len())..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = b"--x\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nabc\r\n--x\r\n\
        Content-Disposition: form-data; name=\"logo\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n--y\r\n\r\n--x--\r\n";

    #[test]
    fn parts_are_read_as_they_are() {
        let upload = Upload::of("x", BODY).unwrap();
        assert_eq!(upload.text("token"), "abc");
        assert_eq!(upload.file("logo"), b"\x89PNG\r\n--y\r\n");
        assert_eq!(upload.text("logo"), "", "no text");
        assert_eq!(upload.file("other"), b"");
    }

    #[test]
    fn what_is_no_form_is_none() {
        for length in 0..BODY.len() - 4 {
            assert!(Upload::of("x", &BODY[..length]).is_none(), "{length}");
        }
        assert!(Upload::of("y", BODY).is_none());
        assert!(Upload::of("x", b"--x\r\n\r\n\r\nno name\r\n--x--").is_none());
    }

    #[test]
    fn a_boundary_is_named_by_the_content_type() {
        for (kind, found) in [
            ("multipart/form-data; boundary=abc", Some("abc")),
            ("multipart/form-data; charset=utf-8; boundary=\"a b\"", Some("a b")),
            ("multipart/form-data", None),
            ("multipart/form-data; boundary=", None),
            ("application/x-www-form-urlencoded; boundary=abc", None),
        ] {
            assert_eq!(boundary(kind), found, "{kind}");
        }
    }
}
