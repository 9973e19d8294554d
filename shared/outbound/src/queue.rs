//! Queues: what is to be told, handed on. A message names things; it never holds personal data.

use std::time::Duration;

use aws_sdk_sqs::{Client, types::SendMessageBatchRequestEntry};
use aws_types::SdkConfig;
use domain::{
    batch::{BatchOrder, ChunkOrder},
    export::ExportOrder,
    recurring::{continuation::RunOrder, work::RecurringWork},
    tell::Message,
    webhook::Notice,
};
use serde::Serialize;

use crate::OutboundError;

/// How many messages one call takes (SQS's limit).
pub const BATCH: usize = 10;

/// The longest that a message can be held back (SQS's limit).
const MAX_DELAY: Duration = Duration::from_secs(900);

/// What can be handed on by a queue.
pub trait Queued: Serialize + Sync {
    /// Whose it is, where one must not hold up the others (SQS fair queues: `MessageGroupId`). None: it is nobody's in particular.
    fn tenant(&self) -> Option<&str> {
        None
    }
}

impl<M: Queued> Queued for &M {
    fn tenant(&self) -> Option<&str> {
        (*self).tenant()
    }
}

impl Queued for Notice {
    fn tenant(&self) -> Option<&str> {
        Some(Self::tenant(self))
    }
}

impl Queued for Message {}
impl Queued for RecurringWork {}
impl Queued for BatchOrder {}
impl Queued for ChunkOrder {}
impl Queued for RunOrder {}
impl Queued for ExportOrder {}

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

    /// Sends one message that arrives after `delay`, 15 minutes at most (SQS's limit).
    ///
    /// # Errors
    /// [`OutboundError`] when it was not taken, or nobody knows whether it was: send it again, a repeat is harmless.
    pub async fn send_later<M: Queued>(&self, message: &M, delay: Duration) -> Result<(), OutboundError> {
        let body = serde_json::to_string(message).map_err(|e| OutboundError(Box::new(e)))?;
        let delay_s = i32::try_from(delay.min(MAX_DELAY).as_secs()).map_err(|e| OutboundError(Box::new(e)))?;
        let call = self.client.send_message().queue_url(&self.url).message_body(body).delay_seconds(delay_s);
        call.set_message_group_id(message.tenant().map(str::to_owned)).send().await?;
        Ok(())
    }

    /// Sends messages, ten a call; answers the places of those that were not taken.
    ///
    /// # Errors
    /// [`OutboundError`] when nobody knows what became of a call: send all again, a repeat is harmless.
    pub async fn send<M: Queued>(&self, messages: &[M]) -> Result<Vec<usize>, OutboundError> {
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

    /// Sends messages that must all be taken.
    ///
    /// # Errors
    /// [`OutboundError`] when one was not, or nobody knows: send all again, a repeat is harmless.
    pub async fn send_all<M: Queued>(&self, messages: &[M]) -> Result<(), OutboundError> {
        match self.send(messages).await?.as_slice() {
            [] => Ok(()),
            [..] => Err(OutboundError::refused("messages were not taken by their queue")),
        }
    }
}

fn entry<M: Queued>(place: usize, message: &M) -> Result<SendMessageBatchRequestEntry, OutboundError> {
    let body = serde_json::to_string(message).map_err(|e| OutboundError(Box::new(e)))?;
    let entry = SendMessageBatchRequestEntry::builder().id(place.to_string()).message_body(body);
    let entry = entry.set_message_group_id(message.tenant().map(str::to_owned)).build();
    entry.map_err(|e| OutboundError(Box::new(e)))
}
