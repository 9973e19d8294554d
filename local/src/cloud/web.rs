//! Hosts outside AWS that functions call: the test acquirer, merchants' servers.

use bytes::Bytes;
use http::{Request, Response};
use std::pin::Pin;

/// The answer of a [`WebHandler`], to be awaited.
pub type WebFuture = Pin<Box<dyn Future<Output = Response<Bytes>> + Send>>;

/// Put into the extensions of a response, it stands for an answer that never arrives: the test acquirer's fault amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// The connection breaks.
    Lost,
    /// The caller's limit passes, at once: no time is spent on it.
    Timeout,
}

/// Answers the calls to one host. A closure `Fn(Request<Bytes>) -> impl Future<Output = Response<Bytes>>` is one.
pub trait WebHandler: Send + Sync {
    /// Answers one call. The request's address is absolute.
    fn call(&self, request: Request<Bytes>) -> WebFuture;
}

impl<Handler, Answer> WebHandler for Handler
where
    Handler: Fn(Request<Bytes>) -> Answer + Send + Sync,
    Answer: Future<Output = Response<Bytes>> + Send + 'static,
{
    fn call(&self, request: Request<Bytes>) -> WebFuture {
        Box::pin(self(request))
    }
}
