//! The seam: an SDK client's HTTP request ends here, meets its fault, and is answered in process.

use super::caller::{self, Caller, DropSignal};
use super::faults::{CallDescription, Fault};
use super::protocol::{self, AwsCall, AwsError, JSON, Reply, ReplyBody, Service};
use super::{Cloud, NoAnswer, WebHandler, s3};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use aws_types::sdk_config::StalledStreamProtectionConfig;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use std::sync::Arc;
use std::time::Duration;

/// The secret of every access key that is made up here. It protects nothing.
pub(super) const SECRET: &str = "local";

/// The HTTP client of this caller.
pub(super) fn http_client(cloud: &Cloud, caller: Caller) -> SharedHttpClient {
    let connector = connector(cloud, caller);
    http_client_fn(move |_, _| connector.clone())
}

/// What that client hands every request to.
pub(super) fn connector(cloud: &Cloud, caller: Caller) -> SharedHttpConnector {
    SharedHttpConnector::new(Connector { cloud: cloud.clone(), caller })
}

/// What an SDK client of this caller needs.
pub(super) fn sdk_config(cloud: &Cloud, caller: Caller) -> SdkConfig {
    // the AWS port knows a function by this key, and so whose rights an address has that it has signed
    let access_key = match &caller {
        Caller::Function { name, .. } => name,
        Caller::Operator => "AKIALOCALLOCALLOCAL0",
    };
    let credentials = Credentials::from_keys(access_key, SECRET, None);
    // the back-off is short because a fault here ends at the next try, never with time
    let retry = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(cloud.inner.region.clone()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http_client(cloud, caller))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .retry_config(retry)
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled()); // as in the functions' own configuration
    match &cloud.inner.origin {
        Some(origin) => config.endpoint_url(origin).build(),
        None => config.build(),
    }
}

#[derive(Debug)]
struct Connector {
    cloud: Cloud,
    caller: Caller,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let uri = request.uri();
        let host = host_of(uri);
        if host.ends_with(".amazonaws.com") || self.cloud.is_at_origin(uri) {
            let Some(body) = request.body().bytes() else {
                return HttpConnectorFuture::ready(Err(refuse("a streamed body isn't taken here")));
            };
            let (path, target) = (path_of(uri), request.headers().get("x-amz-target"));
            if let Some(call) = AwsCall::of(request.method(), path, target, body) {
                return answer_aws(&self.cloud, &self.caller, &call);
            }
            let Some(s3) = s3::Request::of(request.method(), host, path_and_query_of(uri), request.headers().iter())
            else {
                let error = AwsError::unknown_service(&format!("{host}{path}"), target);
                return HttpConnectorFuture::ready(to_http(error.into_reply()));
            };
            answer_aws(&self.cloud, &self.caller, &AwsCall::on_s3(&s3, body))
        } else {
            let handler = {
                let hosts = self.cloud.inner.hosts.read().unwrap_or_else(std::sync::PoisonError::into_inner);
                hosts.get(host).cloned()
            };
            match handler {
                Some(handler) => answer_web(&self.cloud, &self.caller, handler, request),
                None => HttpConnectorFuture::ready(Err(unknown_host(host))),
            }
        }
    }
}

/// Most calls meet no fault: their answer is ready at once, without a task or a copy.
fn answer_aws(cloud: &Cloud, caller: &Caller, call: &AwsCall<'_>) -> HttpConnectorFuture {
    match cloud.inner.faults.meet(caller, || describe(call)) {
        None => HttpConnectorFuture::ready(to_http(protocol::answer(cloud, caller, call))),
        Some(fault) => {
            let (cloud, caller, signal) = (cloud.clone(), caller.clone(), caller::current());
            let (service, operation, body) = (call.service, call.operation.to_owned(), call.body.to_vec());
            let s3 = call.s3.cloned();
            HttpConnectorFuture::new(async move {
                let call = AwsCall { service, operation: &operation, body: &body, s3: s3.as_ref() };
                match answer_with(&cloud, &caller, &call, fault).await {
                    Ending::Answer(reply) => to_http(reply),
                    Ending::Lost => Err(lost()),
                    Ending::Dropped => drop_here(signal).await,
                }
            })
        }
    }
}

/// How a call with a fault ends.
pub(super) enum Ending {
    /// With this answer.
    Answer(Reply),
    /// With a broken connection.
    Lost,
    /// With the end of its invocation.
    Dropped,
}

/// Answers a call that meets a fault.
pub(super) async fn answer_with(cloud: &Cloud, caller: &Caller, call: &AwsCall<'_>, fault: Fault) -> Ending {
    let act = || protocol::answer(cloud, caller, call);
    match fault {
        Fault::FailBefore => Ending::Answer(AwsError::internal(&"a planned fault").into_reply_of(call.service)),
        Fault::ReplyLost => {
            act();
            Ending::Lost
        }
        Fault::Twice => {
            act();
            Ending::Answer(act())
        }
        Fault::Throttled => Ending::Answer(throttled(call.service).into_reply_of(call.service)),
        Fault::Slow(duration) => {
            sleep(cloud, duration).await;
            Ending::Answer(act())
        }
        Fault::DropBefore => Ending::Dropped,
        Fault::DropAfter => {
            act();
            Ending::Dropped
        }
    }
}

fn throttled(service: Service) -> AwsError {
    let (status, code) = match service {
        Service::DynamoDb => (400, "com.amazonaws.dynamodb.v20120810#ThrottlingException"),
        Service::Sqs => (400, "com.amazonaws.sqs#RequestThrottled"),
        Service::Ses => (400, "TooManyRequestsException"),
        Service::Kms => (400, "ThrottlingException"),
        Service::S3 => (503, "SlowDown"),
    };
    AwsError::refused(code, "Rate exceeded (a planned fault)").with_status(status)
}

/// The same faults at a host outside AWS.
fn answer_web(
    cloud: &Cloud,
    caller: &Caller,
    handler: Arc<dyn WebHandler>,
    request: HttpRequest,
) -> HttpConnectorFuture {
    let fault = cloud.inner.faults.meet(caller, || CallDescription {
        service: host_of(request.uri()).to_owned(),
        operation: format!("{} {}", request.method(), path_of(request.uri())),
        resource: String::new(),
        key: String::new(),
    });
    let (cloud, signal) = (cloud.clone(), caller::current());
    HttpConnectorFuture::new(async move {
        let request = collect(request).await?;
        let act = || handler.call(request.clone());
        let response = match fault {
            None => act().await,
            Some(Fault::FailBefore) => return Err(lost()),
            Some(Fault::ReplyLost) => {
                act().await;
                return Err(lost());
            }
            Some(Fault::Twice) => {
                act().await;
                act().await
            }
            Some(Fault::Throttled) => too_many_requests(),
            Some(Fault::Slow(duration)) => {
                sleep(&cloud, duration).await;
                act().await
            }
            Some(Fault::DropBefore) => return drop_here(signal).await,
            Some(Fault::DropAfter) => {
                act().await;
                return drop_here(signal).await;
            }
        };
        match response.extensions().get::<NoAnswer>() {
            Some(NoAnswer::Lost) => return Err(lost()),
            Some(NoAnswer::Timeout) => return Err(ConnectorError::timeout("no answer came".into())),
            None => {}
        }
        HttpResponse::try_from(response.map(SdkBody::from)).map_err(|error| ConnectorError::user(error.into()))
    })
}

async fn collect(request: HttpRequest) -> Result<http::Request<Bytes>, ConnectorError> {
    let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
    let (parts, body) = request.into_parts();
    let body = match body.bytes() {
        Some(bytes) => Bytes::copy_from_slice(bytes),
        None => body.collect().await.map_err(ConnectorError::user)?.to_bytes(),
    };
    Ok(http::Request::from_parts(parts, body))
}

fn too_many_requests() -> http::Response<Bytes> {
    let mut response = http::Response::new(Bytes::new());
    *response.status_mut() = http::StatusCode::TOO_MANY_REQUESTS;
    response
}

async fn sleep(cloud: &Cloud, duration: Duration) {
    if let Some(sleeper) = &cloud.inner.sleeper {
        sleeper(duration).await;
    }
}

/// Ends the invocation: it never hears an answer.
async fn drop_here(signal: Option<DropSignal>) -> Result<HttpResponse, ConnectorError> {
    match signal {
        Some(signal) => {
            signal.fire();
            std::future::pending().await
        }
        None => Err(refuse("a drop fault met a call outside of Cloud::run")),
    }
}

fn lost() -> ConnectorError {
    ConnectorError::io(std::io::Error::new(std::io::ErrorKind::ConnectionReset, "a planned fault").into())
}

/// As a name that leads nowhere: nothing was sent.
fn unknown_host(host: &str) -> ConnectorError {
    let text = format!("no host {host} is known to the local cloud");
    tracing::warn!("{text}");
    ConnectorError::io(std::io::Error::new(std::io::ErrorKind::ConnectionRefused, text).into())
}

fn refuse(text: &str) -> ConnectorError {
    ConnectorError::user(text.to_owned().into())
}

fn to_http(reply: Reply) -> Result<HttpResponse, ConnectorError> {
    let status = reply.status.try_into().map_err(|_| refuse("a status beyond HTTP's"))?;
    let body = match reply.body {
        ReplyBody::Whole(bytes) => SdkBody::from(bytes),
        ReplyBody::Stored(stored) => SdkBody::from_body_1_x(stored),
    };
    let mut response = HttpResponse::new(status, body);
    response.headers_mut().insert("content-type", JSON);
    for (name, value) in reply.headers {
        response.headers_mut().try_insert(name, value).map_err(|_| refuse("a header that HTTP can't hold"))?;
    }
    Ok(response)
}

/// What the record of calls says about this one.
pub(super) fn describe(call: &AwsCall<'_>) -> CallDescription {
    let body = serde_json::from_slice(call.body).unwrap_or_default();
    let resource = match call.service {
        Service::DynamoDb => super::dynamodb::resource(&body),
        Service::Sqs => super::sqs::resource(&body),
        Service::Ses => super::ses::resource(&body),
        Service::Kms => super::kms::resource(&body),
        Service::S3 => call.s3.map(s3::Request::resource).unwrap_or_default(),
    };
    let key = match call.service {
        Service::DynamoDb => super::dynamodb::written_key(call.operation, &body),
        Service::Sqs | Service::Ses | Service::Kms | Service::S3 => String::new(),
    };
    CallDescription { service: call.service.name().to_owned(), operation: call.operation.to_owned(), resource, key }
}

fn host_of(uri: &str) -> &str {
    let rest = after_scheme(uri);
    rest.split(['/', '?', ':']).next().unwrap_or_default()
}

fn path_of(uri: &str) -> &str {
    let without_query = after_scheme(uri).split('?').next().unwrap_or_default();
    without_query.find('/').and_then(|start| without_query.get(start..)).unwrap_or("/")
}

fn path_and_query_of(uri: &str) -> &str {
    let rest = after_scheme(uri);
    rest.find(['/', '?']).and_then(|start| rest.get(start..)).unwrap_or("/")
}

fn after_scheme(uri: &str) -> &str {
    uri.split_once("://").map_or(uri, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_and_path_are_told_from_the_address() {
        for (uri, host, path) in [
            ("https://dynamodb.ap-northeast-1.amazonaws.com/", "dynamodb.ap-northeast-1.amazonaws.com", "/"),
            ("https://dynamodb.ap-northeast-1.amazonaws.com", "dynamodb.ap-northeast-1.amazonaws.com", "/"),
            ("http://acquirer.test:8080/authorize?x=/y", "acquirer.test", "/authorize"),
            ("http://acquirer.test?x=/y", "acquirer.test", "/"),
        ] {
            assert_eq!(host_of(uri), host, "{uri}");
            assert_eq!(path_of(uri), path, "{uri}");
        }
    }
}
