//! The same as the pages, for programs.

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use jiff::Timestamp;
use serde::Serialize;

use super::failed;
use crate::cloud::Mail;
use crate::world::World;

/// A mail as programs read it.
#[derive(Serialize)]
struct Letter<'a> {
    /// Every recipient, joined by commas.
    to: String,
    from: &'a str,
    subject: &'a str,
    text: Option<&'a str>,
    html: Option<&'a str>,
    at: Timestamp,
}

impl<'a> Letter<'a> {
    fn of(mail: &'a Mail) -> Self {
        Self {
            to: mail.to.join(", "),
            from: &mail.from,
            subject: &mail.subject,
            text: mail.text.as_deref(),
            html: mail.html.as_deref(),
            at: mail.at,
        }
    }
}

pub(super) fn mail(world: &World) -> Response<Bytes> {
    let letters = |mails: Vec<Mail>| json(&mails.iter().map(Letter::of).collect::<Vec<_>>());
    world.mailbox().map_or_else(|error| failed(&error), letters)
}

pub(super) async fn acquirer(world: &World) -> Response<Bytes> {
    world.acquirer_log().await.map_or_else(|error| failed(&error), |entries| json(&entries))
}

pub(super) fn queues(world: &World) -> Response<Bytes> {
    world.queues().map_or_else(|error| failed(&error), |queues| json(&queues))
}

pub(super) fn usage(world: &World) -> Response<Bytes> {
    json(&world.usage())
}

/// A value as JSON, indented for whoever looks at it.
pub(super) fn json(value: &impl Serialize) -> Response<Bytes> {
    match serde_json::to_vec_pretty(value) {
        Ok(body) => {
            let mut response = Response::new(Bytes::from(body));
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(error) => failed(&error),
    }
}
