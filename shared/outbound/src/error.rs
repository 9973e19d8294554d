//! A call that did not come back as it should.

use aws_sdk_sqs::{config::http::HttpResponse, error::SdkError};

/// A call to a service failed, or nobody knows whether it did. The cause is for the log.
#[derive(Debug, thiserror::Error)]
#[error("a service did not answer as it should")]
pub struct OutboundError(#[source] pub(crate) Box<dyn std::error::Error + Send + Sync>);

impl OutboundError {
    /// The service answered, and did not do it.
    pub fn refused(why: &'static str) -> Self {
        Self(why.into())
    }
}

impl<E> From<SdkError<E, HttpResponse>> for OutboundError
where
    E: std::error::Error + Send + Sync + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        Self(Box::new(error))
    }
}
