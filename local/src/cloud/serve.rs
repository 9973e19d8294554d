//! The same services for clients outside of the process: the AWS CLI, boto3, the functions' own binaries, a browser
//! with an address that a function signed.

use super::caller::Caller;
use super::connector::{self, Ending};
use super::protocol::{self, AwsCall, AwsError, JSON, Reply};
use super::{Cloud, s3, sqs};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::response::Response;
use http::request::Parts;
use http::{HeaderName, HeaderValue, StatusCode};
use http_body_util::{BodyExt as _, Collected, Full, Limited};
use std::time::Duration;
use tokio::net::TcpListener;

/// DynamoDB takes bodies up to 16 MB, the others less; S3 takes objects up to 5 GB in one piece, here up to this.
const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;

/// Answers AWS clients at this listener until the task ends. Whose call it is tells the access key id, see
/// [`Cloud::register_access_key`]; signatures aren't checked.
///
/// # Errors
/// An error of the listener.
pub async fn serve(cloud: Cloud, listener: TcpListener) -> std::io::Result<()> {
    let service = Router::new().fallback(answer).layer(DefaultBodyLimit::max(MAX_BODY_BYTES)).with_state(cloud);
    axum::serve(listener, service).await
}

async fn answer(State(cloud): State<Cloud>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let limited = Limited::new(body, MAX_BODY_BYTES);
    let Ok(body) = limited.collect().await.map(Collected::to_bytes) else {
        let too_large = AwsError::refused("RequestEntityTooLarge", "the body is too large").into_reply();
        return to_http(too_large).map(Body::from);
    };
    match end(&cloud, &parts, &body).await {
        Ending::Answer(reply) => to_http(reply).map(Body::from),
        Ending::Lost | Ending::Dropped => broken(),
    }
}

/// Answers one request without a listener.
pub(super) async fn visit(cloud: &Cloud, request: http::Request<Bytes>) -> http::Response<Bytes> {
    let (parts, body) = request.into_parts();
    match end(cloud, &parts, &body).await {
        Ending::Answer(reply) => to_http(reply),
        Ending::Lost | Ending::Dropped => {
            let mut response = http::Response::new(Bytes::new());
            *response.status_mut() = StatusCode::BAD_GATEWAY;
            response
        }
    }
}

async fn end(cloud: &Cloud, parts: &Parts, body: &[u8]) -> Ending {
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let (method, path, target) = (parts.method.as_str(), parts.uri.path(), header("x-amz-target"));
    let caller = caller(cloud, header("authorization").unwrap_or_default());
    if let Some(call) = AwsCall::of(method, path, target, body) {
        return met(cloud, &caller.unwrap_or(Caller::Operator), &call).await;
    }
    // whatever has no target and isn't mail is S3's, which may carry its signature in the address
    let host = parts.uri.host().or_else(|| header("host")).unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    let address = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let headers = parts.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let s3 = match s3::Request::of(method, host, address, headers) {
        Some(s3) if target.is_none() => s3,
        _ => return Ending::Answer(AwsError::unknown_service(path, target).into_reply()),
    };
    match caller.or_else(|| self::caller(cloud, &s3.signature())) {
        Some(caller) => met(cloud, &caller, &AwsCall::on_s3(&s3, body)).await,
        None => Ending::Answer(s3::anonymous()),
    }
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

fn to_http(reply: Reply) -> http::Response<Bytes> {
    let mut response = http::Response::new(Bytes::from(reply.body));
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
