//! Queues: what is to be told, handed on. A message names things; it never holds personal data.

use aws_sdk_sqs::{Client, types::SendMessageBatchRequestEntry};
use aws_types::SdkConfig;
use serde::Serialize;

use crate::OutboundError;

/// How many messages one call takes (SQS's limit).
pub const BATCH: usize = 10;

/// One queue.
#[derive(Clone, Debug)]
pub struct Queue {
    client: Client,
    url: String,
}

impl Queue {
    /// The queue at `url`.
    pub fn new(sdk: &SdkConfig, url: impl Into<String>) -> Self {
        Self { client: Client::new(sdk), url: url.into() }
    }

    /// Sends messages, ten a call; answers the places of those that were not taken.
    ///
    /// # Errors
    /// [`OutboundError`] when nobody knows what became of a call: send all again, a repeat is harmless.
    pub async fn send<M: Serialize + Sync>(&self, messages: &[M]) -> Result<Vec<usize>, OutboundError> {
        let mut failed = Vec::new();
        for (chunk_no, chunk) in messages.chunks(BATCH).enumerate() {
            let first = chunk_no.saturating_mul(BATCH);
            let entries = chunk.iter().enumerate().map(|(place, message)| entry(first.saturating_add(place), message));
            let entries = entries.collect::<Result<Vec<_>, _>>()?;
            let sent = self.client.send_message_batch().queue_url(&self.url).set_entries(Some(entries)).send().await?;
            failed.extend(sent.failed().iter().filter_map(|refused| refused.id().parse::<usize>().ok()));
        }
        Ok(failed)
    }
}

fn entry<M: Serialize>(place: usize, message: &M) -> Result<SendMessageBatchRequestEntry, OutboundError> {
    let body = serde_json::to_string(message).map_err(|e| OutboundError(Box::new(e)))?;
    let entry = SendMessageBatchRequestEntry::builder().id(place.to_string()).message_body(body).build();
    entry.map_err(|e| OutboundError(Box::new(e)))
}
