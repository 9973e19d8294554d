//! Follows a batch to its end, and writes its result.
//!
//! A message is a look: it comes back until the batch is over, and while outcomes of its rows are not known.

mod after;
mod follow;
mod result;
mod tell;

use std::time::Duration;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    Clock,
    batch::{Batch, BatchOrder},
};
use inbound::{Config, ConfigError, events};
use lambda_runtime::LambdaEvent;
use outbound::{Objects, OutboundError, Queue};
use store::{Attention, AuditLog, Batches, Merchants, StoreError};

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    batches: Batches,
    merchants: Merchants,
    attention: Attention,
    audit: AuditLog,
    files: Objects,
    /// To batch-intake.
    intake: Queue,
    /// To batch-charge.
    chunks: Queue,
    /// Its own queue.
    reports: Queue,
    /// To completion-mail.
    mails: Queue,
    clock: Clock,
}

impl Deps {
    /// # Errors
    /// [`ConfigError`].
    pub fn new(config: &Config, clock: Clock) -> Result<Self, ConfigError> {
        let table = config.table()?;
        let queue = |setting| Ok::<_, ConfigError>(Queue::new(config.sdk(), config.required(setting)?));
        Ok(Self {
            batches: Batches::new(table.clone()),
            merchants: Merchants::new(table.clone()),
            attention: Attention::new(table.clone()),
            audit: AuditLog::new(table),
            files: Objects::new(config.sdk(), config.required("BUCKET")?),
            intake: queue("INTAKE_QUEUE")?,
            chunks: queue("CHUNK_QUEUE")?,
            reports: queue("REPORT_QUEUE")?,
            mails: queue("MAIL_QUEUE")?,
            clock,
        })
    }
}

/// Why a look did not come to its end; its message is given again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReportError {
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The bucket or a queue did not answer.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// Something that has to be there is not.
    #[error("the batch's {0} is gone")]
    Gone(&'static str),
}

/// Looks how far the batches of these messages are.
///
/// # Errors
/// None: what failed is given again.
pub async fn handler(deps: &Deps, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, lambda_runtime::Error> {
    Ok(events::each_message(event.payload, |order: BatchOrder| async move {
        Box::pin(follow::look(deps, &order)).await.map_err(Into::into)
    })
    .await)
}

/// Lets the next look come then.
async fn come_back(deps: &Deps, batch: &Batch, delay: Duration) -> Result<(), ReportError> {
    Ok(deps.reports.send_later(&batch.order(), delay).await?)
}
