//! An acquirer that is out of service for as long as a test wants.

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use local::cloud::NoAnswer;
use local::world::World;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use test_acquirer::HANG_UP_HEADER;

/// Stands between the functions and the acquirer.
#[derive(Clone, Debug)]
pub struct Outage(Arc<AtomicBool>);

impl Outage {
    /// Puts itself in the way; the acquirer still answers.
    #[must_use]
    pub fn prepare(world: &World) -> Self {
        let out = Arc::new(AtomicBool::new(false));
        let origin: http::Uri = world.options().page_origin.parse().expect("an origin");
        let (there, is_out) = (world.clone(), Arc::clone(&out));
        let handler = move |request: Request<Bytes>| {
            let (there, is_out) = (there.clone(), is_out.load(Ordering::SeqCst));
            async move { if is_out { out_of_service() } else { carried(there.http(request).await) } }
        };
        world.cloud().register_host(origin.host().expect("a host"), Arc::new(handler));
        Self(out)
    }

    /// From now on no call does anything.
    pub fn begin(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// From now on every call arrives again.
    pub fn end(&self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

/// What the world itself does with an answer that the test acquirer wants lost.
fn carried(response: Response<Bytes>) -> Response<Bytes> {
    match response.headers().get(HANG_UP_HEADER).map(|what| what == "reply-lost") {
        Some(true) => unanswered(NoAnswer::Lost),
        Some(false) => unanswered(NoAnswer::Timeout),
        None => response,
    }
}

/// It may be asked again at once, so that a day without an answer doesn't cost a test the connector's pauses.
fn out_of_service() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("0"));
    response
}

fn unanswered(how: NoAnswer) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    response.extensions_mut().insert(how);
    response
}
