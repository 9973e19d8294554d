//! The same as the pages, for programs.

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use serde::Serialize;

use super::failed;
use crate::world::World;

pub(super) fn mail(world: &World) -> Response<Bytes> {
    world.mailbox().map_or_else(|error| failed(&error), |mails| json(&mails))
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
