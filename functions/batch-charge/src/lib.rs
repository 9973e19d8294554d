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

use std::time::Duration;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use charging::{ChargeError, Charging, DayLimits, Vault};
use domain::{Clock, batch::ChunkOrder};
use inbound::{Config, ConfigError, Stage, events};
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

/// How quickly rows go to the acquirer: with the bound on how many runs there are at once, the agreed rate.
#[derive(Clone, Copy, Debug)]
struct Pace {
    rows_at_once: usize,
    /// What a row takes at least.
    row: Duration,
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
            pace: Pace::of(config)?,
            clock,
        };
        deps.charging.connect().await;
        Ok(deps)
    }
}

impl Pace {
    fn of(config: &Config) -> Result<Self, ConfigError> {
        let wrong = |name, why| move |_| ConfigError::Wrong { name, why };
        let rows_at_once: usize =
            config.required("ROWS_AT_ONCE")?.parse().map_err(wrong("ROWS_AT_ONCE", "a number of rows"))?;
        let row_ms = config.required("ROW_MS")?.parse().map_err(wrong("ROW_MS", "milliseconds"))?;
        Ok(Self { rows_at_once: rows_at_once.max(1), row: Duration::from_millis(row_ms) })
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
