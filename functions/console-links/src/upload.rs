//! A form with a file (multipart/form-data), read whole: API Gateway hands it over whole, and it is small.

use std::convert::Infallible;

use bytes::Bytes;
use console::{Refusal, Visit};
use futures_util::stream;
use http::header;
use inbound::http::header_text;
use lambda_http::Request;

/// The most fields that are read.
const MOST: usize = 100;

/// The fields of a form that may hold a file.
pub(crate) struct Upload {
    fields: Vec<(String, Bytes)>,
}

impl Upload {
    /// Reads the form and makes sure that it is one of this session.
    ///
    /// # Errors
    /// `Unreadable` or `Forged`.
    pub(crate) async fn of(request: &Request, visit: &Visit) -> Result<Self, Refusal> {
        let kind = header_text(request.headers(), &header::CONTENT_TYPE).unwrap_or_default();
        let boundary = multer::parse_boundary(kind).map_err(|_| Refusal::Unreadable)?;
        let body = Bytes::copy_from_slice(request.body().as_ref());
        let mut parts = multer::Multipart::new(stream::iter([Ok::<_, Infallible>(body)]), boundary);
        let mut fields: Vec<(String, Bytes)> = Vec::new();
        while let Some(part) = parts.next_field().await.map_err(|_| Refusal::Unreadable)? {
            let name = part.name().unwrap_or_default().to_owned();
            let twice = fields.iter().any(|(known, _)| *known == name);
            if fields.len() == MOST || twice {
                return Err(Refusal::Unreadable);
            }
            fields.push((name, part.bytes().await.map_err(|_| Refusal::Unreadable)?));
        }
        let upload = Self { fields };
        if visit.is_own_token(upload.text("token")) { Ok(upload) } else { Err(Refusal::Forged) }
    }

    /// A field's bytes; none where it is missing.
    pub(crate) fn bytes(&self, name: &str) -> &[u8] {
        self.fields.iter().find(|(known, _)| known == name).map_or(&[], |(_, value)| value.as_ref())
    }

    /// A field's text; empty where it is missing or no text.
    pub(crate) fn text(&self, name: &str) -> &str {
        std::str::from_utf8(self.bytes(name)).unwrap_or_default()
    }
}
