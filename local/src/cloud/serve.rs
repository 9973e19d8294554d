//! The same services for clients outside of the process: the AWS CLI, boto3, the functions' own binaries.

use super::Cloud;
use super::caller::Caller;
use super::connector::{self, Ending};
use super::protocol::{self, AwsCall, AwsError, JSON, Reply};
use super::sqs;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::response::Response;
use http::{HeaderValue, StatusCode};
use http_body_util::{BodyExt as _, Collected, Full, Limited};
use std::time::Duration;
use tokio::net::TcpListener;

/// DynamoDB takes bodies up to 16 MB, the others less.
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

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
        return to_http(AwsError::refused("RequestEntityTooLarge", "the body is too large").into_reply());
    };
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let caller = caller(&cloud, header("authorization").unwrap_or_default());
    let target = header("x-amz-target");
    let Some(call) = AwsCall::of(parts.method.as_str(), parts.uri.path(), target, &body) else {
        return to_http(AwsError::unknown_service(parts.uri.path(), target).into_reply());
    };
    let fault = cloud.inner.faults.meet(&caller, || connector::describe(&call));
    let ending = match fault {
        None => Ending::Answer(answer_waiting(&cloud, &caller, &call).await),
        Some(fault) => connector::answer_with(&cloud, &caller, &call, fault).await,
    };
    match ending {
        Ending::Answer(reply) => to_http(reply),
        Ending::Lost | Ending::Dropped => broken(),
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

/// Whose access key it is: `AWS4-HMAC-SHA256 Credential=<access key id>/<date>/…`.
fn caller(cloud: &Cloud, authorization: &str) -> Caller {
    let credential = authorization.split_once("Credential=").map(|(_, rest)| rest).unwrap_or_default();
    let key = credential.split('/').next().unwrap_or_default();
    let keys = cloud.inner.access_keys.read().unwrap_or_else(std::sync::PoisonError::into_inner);
    keys.get(key).cloned().unwrap_or(Caller::Operator)
}

fn to_http(reply: Reply) -> Response {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert("content-type", HeaderValue::from_static(JSON));
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// An answer whose connection breaks before it is whole: a body over its own limit fails at the first byte.
fn broken() -> Response {
    Response::new(Body::new(Limited::new(Full::new(Bytes::from_static(b"{}")), 0)))
}
