//! An answer: status, JSON, the headers that go with it.

use domain::api::{RATE_LIMIT, Rate};
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use lambda_http::Body;
use serde::Serialize;

const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: String,
    /// When it is worth asking again, in seconds.
    pub retry_after_s: Option<i64>,
    /// It was given before, to the same request.
    pub is_replay: bool,
}

impl Answer {
    /// An answer that says `body`.
    pub fn new(status: u16, body: &impl Serialize) -> Self {
        // No type of an answer can fail to be written: their maps have texts as keys.
        let body = serde_json::to_string(body).unwrap_or_default();
        Self { status, body, retry_after_s: None, is_replay: false }
    }

    /// An answer that is written already.
    pub const fn of_text(status: u16, body: String) -> Self {
        Self { status, body, retry_after_s: None, is_replay: false }
    }

    /// The same answer as before.
    pub const fn again(status: u16, body: String) -> Self {
        Self { status, body, retry_after_s: None, is_replay: true }
    }

    /// As API Gateway is given it. Without a rate nobody was let in.
    pub fn into_response(self, rate: Option<Rate>) -> Response<Body> {
        let is_problem = self.status >= 400;
        let mut response = Response::new(Body::Text(self.body));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        let kind = if is_problem { "application/problem+json" } else { "application/json" };
        for (name, value) in [
            (header::CONTENT_TYPE, kind),
            (header::CACHE_CONTROL, "no-store"),
            (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::VARY, "accept-language, authorization"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if self.status == 401 {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.is_replay {
            headers.insert(REPLAYED, HeaderValue::from_static("true"));
        }
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(rate) = rate {
            headers.insert(LIMIT, HeaderValue::from(RATE_LIMIT));
            headers.insert(REMAINING, HeaderValue::from(rate.remaining));
            headers.insert(RESET, HeaderValue::from(rate.reset_s));
        }
        response
    }
}
