//! Why the store refused.

use aws_sdk_dynamodb::{config::http::HttpResponse, error::SdkError};

/// A cause for the log.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why the store refused. One variant for each thing the caller must do differently.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Come back later.
    #[error("storage is unavailable")]
    Unavailable(#[source] BoxError),
    /// An item is not what this version writes. A person must look.
    #[error("the item {pk} cannot be read: {what}")]
    Unreadable {
        /// The item's key; it holds no personal data.
        pk: String,
        /// The attribute that is wrong.
        what: &'static str,
    },
    /// Someone changed or made it first. Load it and decide again.
    #[error("the item was changed by another writer")]
    Conflict,
}

impl<E> From<SdkError<E, HttpResponse>> for StoreError
where
    E: std::error::Error + Send + Sync + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        Self::Unavailable(Box::new(error))
    }
}
