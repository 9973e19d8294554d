//! The same services for clients outside of the process: the AWS CLI, boto3, the functions' own binaries, a browser
//! with an address that a function signed.

use super::caller::Caller;
use super::connector::{self, Ending};
use super::protocol::{self, AwsCall, AwsError, JSON, Reply, ReplyBody};
use super::{Cloud, s3, sqs};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use http::request::Parts;
use http::{HeaderName, HeaderValue, StatusCode};
use http_body_util::{BodyExt as _, Collected, Full, Limited};
use std::time::Duration;
use tokio::net::TcpListener;

/// DynamoDB takes bodies up to 16 MB, the others less; S3 takes objects up to 5 GB in one piece, here up to this, for each is
/// held in memory once: room for the largest file that a merchant may bring, 256 MiB, and the form around it.
const MAX_BODY_BYTES: usize = 257 * 1024 * 1024;

/// Answers AWS clients at this listener until the task ends. Whose call it is tells the access key id, see
/// [`Cloud::register_access_key`]; of signatures only those of forms are checked that a function has signed.
///
/// # Errors
/// An error of the listener.
pub async fn serve(cloud: Cloud, listener: TcpListener) -> std::io::Result<()> {
    axum::serve(listener, Router::new().fallback(answer).with_state(cloud)).await
}

async fn answer(State(cloud): State<Cloud>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match end(&cloud, &parts, body).await {
        Ending::Answer(reply) => to_http(reply),
        Ending::Lost | Ending::Dropped => broken(),
    }
}

/// Answers one request without a listener.
pub(super) async fn visit(cloud: &Cloud, request: http::Request<Bytes>) -> http::Response<Bytes> {
    let (parts, body) = request.into_parts();
    if let Ending::Answer(reply) = end(cloud, &parts, Body::from(body)).await {
        let (parts, body) = to_http(reply).into_parts();
        if let Ok(body) = body.collect().await {
            return http::Response::from_parts(parts, body.to_bytes());
        }
    }
    let mut response = http::Response::new(Bytes::new());
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response
}

async fn end(cloud: &Cloud, parts: &Parts, body: Body) -> Ending {
    let body = Limited::new(body, MAX_BODY_BYTES);
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let (method, path, target) = (parts.method.as_str(), parts.uri.path(), header("x-amz-target"));
    if let (Some(boundary), None) = (s3::Form::boundary(parts), target) {
        return match s3::Form::read(boundary, body).await {
            Ok(form) => {
                let request = s3::Request::posted(host(parts), path, &form);
                on_s3(cloud, parts, request, &form.file).await
            }
            Err(refused) => Ending::Answer(refused.into_reply_of(protocol::Service::S3)),
        };
    }
    let Ok(body) = body.collect().await.map(Collected::to_bytes) else {
        let too_large = AwsError::refused("RequestEntityTooLarge", "the body is too large");
        return Ending::Answer(too_large.into_reply());
    };
    if let Some(call) = AwsCall::of(method, path, target, &body) {
        let caller = caller(cloud, header("authorization").unwrap_or_default());
        return met(cloud, &caller.unwrap_or(Caller::Operator), &call).await;
    }
    // whatever has no target and isn't mail is S3's, which may carry its signature in the address
    let address = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let headers = parts.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let request = s3::Request::of(method, host(parts), address, headers).filter(|_| target.is_none());
    on_s3(cloud, parts, request, &body).await
}

/// A call on S3, from a page of another site or not.
async fn on_s3(cloud: &Cloud, parts: &Parts, request: Option<s3::Request>, body: &[u8]) -> Ending {
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let Some(request) = request else {
        let error = AwsError::unknown_service(parts.uri.path(), header("x-amz-target"));
        return Ending::Answer(error.into_reply());
    };
    if parts.method == http::Method::OPTIONS {
        return Ending::Answer(s3::preflight(cloud, &request));
    }
    let caller = caller(cloud, header("authorization").unwrap_or_default());
    let ending = match caller.or_else(|| self::caller(cloud, &request.signature())) {
        Some(caller) => met(cloud, &caller, &AwsCall::on_s3(&request, body)).await,
        None => Ending::Answer(s3::anonymous(&request)),
    };
    match (ending, header("origin")) {
        (Ending::Answer(mut reply), Some(origin)) => {
            s3::share(cloud, &request, (parts.method.as_str(), origin), &mut reply);
            Ending::Answer(reply)
        }
        (ending, _) => ending,
    }
}

/// The host that a request is for, without its port.
fn host(parts: &Parts) -> &str {
    let header = || parts.headers.get("host").and_then(|value| value.to_str().ok());
    parts.uri.host().or_else(header).unwrap_or_default().split(':').next().unwrap_or_default()
}

async fn met(cloud: &Cloud, caller: &Caller, call: &AwsCall<'_>) -> Ending {
    match cloud.inner.faults.meet(caller, || connector::describe(call)) {
        None => Ending::Answer(answer_waiting(cloud, caller, call).await),
        Some(fault) => connector::answer_with(cloud, caller, call, fault).await,
    }
}

/// A `ReceiveMessage` that finds nothing waits as long as its caller asks for.
async fn answer_waiting(cloud: &Cloud, caller: &Caller, call: &AwsCall<'_>) -> Reply {
    let mut reply = protocol::answer(cloud, caller, call);
    let Some(wait) = sqs::wait(call, &reply) else { return reply };
    let look_again = Duration::from_millis(100);
    let deadline = tokio::time::Instant::now().checked_add(wait);
    while sqs::wait(call, &reply).is_some() && deadline.is_some_and(|end| tokio::time::Instant::now() < end) {
        tokio::time::sleep(look_again).await;
        reply = protocol::answer(cloud, caller, call);
    }
    reply
}

/// Whose access key it is: `AWS4-HMAC-SHA256 Credential=<access key id>/<date>/…`; nobody's without a signature.
fn caller(cloud: &Cloud, authorization: &str) -> Option<Caller> {
    let (_, credential) = authorization.split_once("Credential=")?;
    let key = credential.split('/').next().unwrap_or_default();
    let keys = cloud.inner.access_keys.read().unwrap_or_else(std::sync::PoisonError::into_inner);
    Some(keys.get(key).cloned().unwrap_or(Caller::Operator))
}

fn to_http(reply: Reply) -> Response {
    let mut response = Response::new(match reply.body {
        ReplyBody::Whole(bytes) => Body::from(bytes),
        ReplyBody::Stored(stored) => Body::new(stored),
    });
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert("content-type", HeaderValue::from_static(JSON));
    for (name, value) in reply.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(&*name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// An answer whose connection breaks before it is whole: a body over its own limit fails at the first byte.
fn broken() -> Response {
    Response::new(Body::new(Limited::new(Full::new(Bytes::from_static(b"{}")), 0)))
}
