//! Takes in a batch file: checks all of it, and cuts what may run into chunks.
//!
//! A run that was cut off is begun again by the queue, from the start: nothing it does a second time harms, and chunks that stand are not charged again.

mod check;
mod cut;
mod received;
mod tell;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    Clock,
    batch::{Batch, BatchOrder, BatchState, PieceSize, Refused},
};
use inbound::{
    Config, ConfigError, Stage,
    events::{self, BucketEvent, NewObject},
};
use lambda_runtime::LambdaEvent;
use outbound::{Objects, OutboundError, Queue};
use serde::Deserialize;
use store::{Batches, Merchants, StoreError};

/// Rows of a chunk: few enough for a worker to end it well before its time is over, so many that a chunk's own writes weigh little.
const CHUNK_ROWS: u32 = 100;
/// Bytes of a chunk.
const CHUNK_BYTES: u64 = 256 * 1024;

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    batches: Batches,
    merchants: Merchants,
    files: Objects,
    chunks: Queue,
    reports: Queue,
    mails: Queue,
    stage: Stage,
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
            merchants: Merchants::new(table),
            files: Objects::new(config.sdk(), config.required("BUCKET")?),
            chunks: queue("CHUNK_QUEUE")?,
            reports: queue("REPORT_QUEUE")?,
            mails: queue("MAIL_QUEUE")?,
            stage: config.stage()?,
            clock,
        })
    }
}

/// Why a run did not come to its end; it is begun again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IntakeError {
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The bucket or a queue did not answer.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// A file that was whole can't be read again.
    #[error("a checked file reads otherwise now: {0}")]
    Changed(&'static str),
}

/// What a message tells of.
#[derive(Deserialize)]
#[serde(untagged)]
enum Told {
    /// A batch whose chunks are to be cut, or whose run was cut off.
    Order(BatchOrder),
    /// Files that were put into the bucket.
    Files(BucketEvent),
}

/// Takes in what a batch of messages tells of.
///
/// # Errors
/// None: what failed is given again, and begins again.
pub async fn handler(deps: &Deps, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, lambda_runtime::Error> {
    Ok(events::each_message(event.payload, |told: Told| async move {
        Box::pin(take_in(deps, told)).await.map_err(Into::into)
    })
    .await)
}

async fn take_in(deps: &Deps, told: Told) -> Result<(), IntakeError> {
    match told {
        Told::Order(order) => match deps.batches.load(&order.merchant, &order.batch).await? {
            Some(batch) => go_on(deps, batch).await,
            None => Ok(()), // forgotten since
        },
        Told::Files(event) => {
            for object in &event.objects {
                file(deps, object).await?;
            }
            Ok(())
        }
    }
}

async fn file(deps: &Deps, object: &NewObject) -> Result<(), IntakeError> {
    match received::received(deps, object).await? {
        Some(batch) => go_on(deps, batch).await,
        None => Ok(()),
    }
}

/// Goes on where the batch stands. Whatever stands at its end already is left alone, so that an event told twice does nothing.
async fn go_on(deps: &Deps, batch: Batch) -> Result<(), IntakeError> {
    match &batch.state {
        BatchState::Checking { .. } => match check::check(deps, batch).await? {
            Some(checked) if is_to_be_cut(&checked.state) => cut::cut(deps, checked).await,
            Some(_) | None => Ok(()),
        },
        state if is_to_be_cut(state) => cut::cut(deps, batch).await,
        // The run before may have been cut off between the two.
        BatchState::Refused { why: Refused::CardNumbers, .. } => {
            deps.files.delete_every_version(&batch.source.key).await?;
            tell::tell(deps, &batch).await
        }
        BatchState::Refused { .. } | BatchState::Waiting { .. } => tell::tell(deps, &batch).await,
        BatchState::Running { .. }
        | BatchState::Cancelling { .. }
        | BatchState::Done { .. }
        | BatchState::Cancelled { .. } => Ok(()),
    }
}

/// Its chunks are not all queued.
const fn is_to_be_cut(state: &BatchState) -> bool {
    matches!(state, BatchState::Running { chunks: None, .. } | BatchState::Cancelling { chunks: None, .. })
}

/// How large chunks are: the same for every reading of a file, so that a second one cuts it where the first did.
fn piece_size() -> PieceSize {
    PieceSize::new(CHUNK_ROWS, CHUNK_BYTES)
}

/// Writes a batch's next version. None: somebody else moved it, and goes on with it.
async fn put(deps: &Deps, batch: Batch) -> Result<Option<Batch>, IntakeError> {
    match deps.batches.put(&batch).await {
        Ok(()) => Ok(Some(batch)),
        Err(StoreError::Conflict) => Ok(None),
        Err(error @ (StoreError::Unavailable(_) | StoreError::Unreadable { .. })) => Err(error.into()),
    }
}
