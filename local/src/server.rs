//! The local port: axum in front of [`site`].

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use http_body::Frame;
use http_body_util::{BodyExt as _, Limited};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::net::TcpListener;

use crate::site;
use crate::world::{Peer, World};

/// What API Gateway takes at most: 10 MB.
const MAX_BODY_BYTES: usize = 10 * 1024 * 1024;

/// Answers browsers and programs at this listener until the task ends.
///
/// # Errors
/// An error of the listener.
pub async fn serve(world: World, listener: TcpListener) -> std::io::Result<()> {
    let router = Router::new().fallback(answer).with_state(world);
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await
}

async fn answer(State(world): State<World>, ConnectInfo(peer): ConnectInfo<SocketAddr>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MAX_BODY_BYTES).collect().await else {
        return too_large();
    };
    parts.extensions.insert(Peer(peer.ip()));
    let response = site::answer(&world, http::Request::from_parts(parts, body.to_bytes())).await;
    if response.headers().contains_key(test_acquirer::HANG_UP_HEADER) {
        // a function's own binary calls the test acquirer over the network: there, too, this answer must not arrive
        return response.map(|_| Body::new(Broken));
    }
    response.map(Body::from)
}

/// A body that ends in the middle, and the connection with it.
struct Broken;

impl HttpBody for Broken {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into())))
    }
}

fn too_large() -> Response {
    let mut response = http::Response::new(Bytes::from_static(b"{\"message\":\"Request Entity Too Large\"}"));
    *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
    response.map(Body::from)
}
