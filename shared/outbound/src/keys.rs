//! The application's KMS key: wraps and opens the root that seals are derived from.

use aws_sdk_kms::{Client, primitives::Blob};
use aws_types::SdkConfig;

use crate::OutboundError;

/// Encryption context (KMS): purpose and epoch only.
const CONTEXT: [(&str, &str); 2] = [("purpose", "app-root"), ("epoch", "1")];

/// The application's key at KMS.
#[derive(Clone, Debug)]
pub struct AppKey {
    client: Client,
    key_arn: String,
}

impl AppKey {
    /// The key with this ARN.
    pub fn new(sdk: &SdkConfig, key_arn: impl Into<String>) -> Self {
        Self { client: Client::new(sdk), key_arn: key_arn.into() }
    }

    /// Wraps bytes under the key.
    ///
    /// # Errors
    /// [`OutboundError`].
    pub async fn wrap(&self, bytes: &[u8]) -> Result<Vec<u8>, OutboundError> {
        let mut call = self.client.encrypt().key_id(&self.key_arn).plaintext(Blob::new(bytes));
        for (name, value) in CONTEXT {
            call = call.encryption_context(name, value);
        }
        let wrapped = call.send().await?.ciphertext_blob.ok_or_else(|| OutboundError("no ciphertext".into()))?;
        Ok(wrapped.into_inner())
    }

    /// Opens what [`wrap`](Self::wrap) made.
    ///
    /// # Errors
    /// [`OutboundError`].
    pub async fn open(&self, wrapped: Vec<u8>) -> Result<Vec<u8>, OutboundError> {
        let mut call = self.client.decrypt().key_id(&self.key_arn).ciphertext_blob(Blob::new(wrapped));
        for (name, value) in CONTEXT {
            call = call.encryption_context(name, value);
        }
        let opened = call.send().await?.plaintext.ok_or_else(|| OutboundError("no plaintext".into()))?;
        Ok(opened.into_inner())
    }
}
