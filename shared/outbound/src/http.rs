//! Plain HTTP through the AWS SDK's own client: one connection pool, and locally the same seam for every call that leaves us.
//!
//! Bodies are bounded and never logged.

mod components;

use std::{error::Error, fmt, time::Duration};

use aws_smithy_runtime_api::client::{
    dns::ResolveDnsError,
    http::{HttpClient as _, HttpConnector as _, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::HttpRequest,
    result::ConnectorError,
};
use aws_smithy_types::{body::SdkBody, timeout::TimeoutConfig};
use aws_types::SdkConfig;
use bytes::{Bytes, BytesMut};
use domain::webhook::{Refused, Unheard};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tokio::time::{Instant, timeout_at};

/// The most of an answer that is read: 64 KiB. Ours; an acquirer's answer is below 1 KiB.
pub const BODY_LIMIT: usize = 64 * 1024;

/// The SDK's own default for connecting.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3_100);

/// Sends requests and reads bounded answers.
#[derive(Clone)]
pub struct Http {
    connector: SharedHttpConnector,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// No byte of the request was sent; it may be sent again.
    #[error("no connection could be made")]
    NotSent,
    /// The connection broke; the request may have been received.
    #[error("the connection was lost")]
    Lost,
    /// The limit passed; the request may have been received.
    #[error("no answer in time")]
    Timeout,
    /// The answer is longer than [`BODY_LIMIT`].
    #[error("the answer is too long")]
    TooLong,
}

/// The SDK settings lack an HTTP client, or one that can be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the settings hold no HTTP client")]
pub struct NoHttpClient;

impl Http {
    /// Takes the HTTP client that the SDK clients use too.
    ///
    /// # Errors
    /// [`NoHttpClient`] if the settings hold none.
    pub fn new(config: &SdkConfig) -> Result<Self, NoHttpClient> {
        let client = config.http_client().ok_or(NoHttpClient)?;
        let components = components::for_connector(config).map_err(|_incomplete| NoHttpClient)?;
        // The SDK clients' own limit, so that both share one connector with its TLS roots.
        let limit = config.timeout_config().and_then(TimeoutConfig::connect_timeout).unwrap_or(CONNECT_TIMEOUT);
        let settings = HttpConnectorSettings::builder().connect_timeout(limit).build();
        Ok(Self { connector: client.http_connector(&settings, &components) })
    }

    /// Sends a request once, and reads its answer whole, all by `deadline`.
    ///
    /// # Errors
    /// [`HttpError`]; only after `NotSent` is it certain that nobody received the request.
    pub async fn send(
        &self,
        request: http::Request<Bytes>,
        deadline: Instant,
    ) -> Result<http::Response<Bytes>, HttpError> {
        // A request that is built in code and still refused was never sent.
        let request = HttpRequest::try_from(request.map(SdkBody::from)).map_err(|_malformed| HttpError::NotSent)?;
        if deadline <= Instant::now() {
            return Err(HttpError::NotSent);
        }
        timeout_at(deadline, self.exchange(request)).await.unwrap_or(Err(HttpError::Timeout))
    }

    /// Sends a request once to somebody else's server. The status is the answer, whatever becomes of the body behind it.
    pub(crate) async fn knock(
        &self,
        request: http::Request<Bytes>,
        deadline: Instant,
    ) -> Result<http::Response<Bytes>, Unheard> {
        let request = HttpRequest::try_from(request.map(SdkBody::from)).map_err(|_malformed| Unheard::Refused)?;
        let answer = timeout_at(deadline, self.connector.call(request)).await.map_err(|_elapsed| Unheard::Timeout)?;
        let answer = answer.map_err(|error| unheard(&error))?;
        let (parts, body) = answer.try_into_http1x().map_err(|_malformed| Unheard::Lost)?.into_parts();
        Ok(http::Response::from_parts(parts, beginning(body, deadline).await))
    }

    async fn exchange(&self, request: HttpRequest) -> Result<http::Response<Bytes>, HttpError> {
        let answer = self.connector.call(request).await.map_err(|error| classify(&error))?;
        // An answer that is no HTTP message: what was asked has been received.
        let (parts, body) = answer.try_into_http1x().map_err(|_malformed| HttpError::Lost)?.into_parts();
        match Limited::new(body, BODY_LIMIT).collect().await {
            Ok(body) => Ok(http::Response::from_parts(parts, body.to_bytes())),
            Err(error) if error.is::<LengthLimitError>() => Err(HttpError::TooLong),
            Err(_cut_off) => Err(HttpError::Lost),
        }
    }
}

/// What came of a body by `deadline`, [`BODY_LIMIT`] at most.
async fn beginning(mut body: SdkBody, deadline: Instant) -> Bytes {
    let mut came = BytesMut::new();
    while came.len() < BODY_LIMIT {
        let Ok(Some(Ok(frame))) = timeout_at(deadline, body.frame()).await else { break };
        came.extend_from_slice(frame.data_ref().map(|data| &**data).unwrap_or_default());
    }
    came.truncate(BODY_LIMIT);
    came.freeze()
}

/// Only a name that does not resolve and a refused connection prove that nothing was sent; all else may have arrived.
fn classify(error: &ConnectorError) -> HttpError {
    if error.is_timeout() {
        return HttpError::Timeout;
    }
    let mut cause = error.source();
    while let Some(inner) = cause {
        let refused =
            inner.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::ConnectionRefused);
        if refused || inner.is::<ResolveDnsError>() {
            return HttpError::NotSent;
        }
        cause = inner.source();
    }
    HttpError::Lost
}

/// Why somebody else's server answered nothing. A certificate that nobody vouches for is `InvalidData`.
fn unheard(error: &ConnectorError) -> Unheard {
    use std::io::ErrorKind;
    if error.is_timeout() {
        return Unheard::Timeout;
    }
    let mut found = Unheard::Lost;
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.is::<Refused>() {
            return Unheard::Refused;
        }
        let connecting = [
            ErrorKind::ConnectionRefused,
            ErrorKind::HostUnreachable,
            ErrorKind::NetworkUnreachable,
            ErrorKind::TimedOut,
            ErrorKind::InvalidData,
        ];
        if inner.is::<ResolveDnsError>()
            || inner.downcast_ref::<std::io::Error>().is_some_and(|io| connecting.contains(&io.kind()))
        {
            found = Unheard::NoConnection;
        }
        cause = inner.source();
    }
    found
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Http")
    }
}

#[cfg(test)]
mod tests;
