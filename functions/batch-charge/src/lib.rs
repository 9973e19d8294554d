//! Charges the rows of a batch, chunk by chunk, each row exactly once.
//!
//! A row's order number is its payment, and the batch with its line is who claims it. So whatever comes twice (a message, a chunk, a file) finds what stands.

mod answer;
mod chunk;
mod continued;
mod gate;
mod look;
mod part;
mod row;
mod rows;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use charging::{ChargeError, Charging, DayLimits, Vault};
use domain::{Clock, batch::ChunkOrder};
use inbound::{Config, ConfigError, Pace, Stage, events};
use lambda_runtime::LambdaEvent;
use outbound::{CardKey, Objects, OutboundError, Queue};
use store::{Batches, CardKeys, Cards, DayTotals, Merchants, Payments, StoreError};

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    batches: Batches,
    merchants: Merchants,
    payments: Payments,
    cards: Cards,
    charging: Charging,
    limits: DayLimits,
    vault: Vault,
    files: Objects,
    /// Its own queue, for what does not fit into a run.
    chunks: Queue,
    stage: Stage,
    pace: Pace,
    clock: Clock,
}

impl Deps {
    /// # Errors
    /// [`ConfigError`].
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, ConfigError> {
        let table = config.table()?;
        let (cards, payments) = (Cards::new(table.clone()), Payments::new(table.clone()));
        let card_key = CardKey::new(config.sdk(), config.required("CARD_KEY")?);
        let deps = Self {
            batches: Batches::new(table.clone()),
            merchants: Merchants::new(table.clone()),
            charging: Charging::new(payments.clone(), cards.clone(), config.acquirer()?, clock.clone()),
            limits: DayLimits::new(DayTotals::new(config.search_table()?), clock.clone()),
            vault: Vault::new(card_key, CardKeys::new(table), clock.clone()),
            payments,
            cards,
            files: Objects::new(config.sdk(), config.required("BUCKET")?),
            chunks: Queue::new(config.sdk(), config.required("CHUNK_QUEUE")?),
            stage: config.stage()?,
            pace: Pace::of(config, "ROWS_AT_ONCE", "ROW_MS")?,
            clock,
        };
        deps.charging.connect().await;
        Ok(deps)
    }
}

/// Why a chunk did not come to its end; its message is given again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkError {
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The bucket or the queue did not answer.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// A row could not be tried.
    #[error(transparent)]
    Charge(#[from] ChargeError),
    /// Another worker holds the chunk, or took it over.
    #[error("another worker has the chunk")]
    Elsewhere,
    /// The file is gone, or was never checked.
    #[error("the chunk's {0} is gone")]
    Gone(&'static str),
}

/// Charges the chunks of a batch of messages; one that fails fails alone.
///
/// # Errors
/// None: what failed is given again.
pub async fn handler(deps: &Deps, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, lambda_runtime::Error> {
    let deadline = events::deadline(event.context.deadline);
    let deadline = deadline.unwrap_or_else(|| deps.clock.now());
    Ok(events::each_message(event.payload, |order: ChunkOrder| async move {
        Box::pin(chunk::work(deps, &order, deadline)).await.map_err(Into::into)
    })
    .await)
}
