//! Every day at ten in Japan: finds the regular purchases that today, or a day that was missed, has something for, and queues one message for each. On the
//! first run of a month the cards of the coming year's are queued to be checked, too. It calls somebody before the published holidays end.
//!
//! A message says where to look and nothing else, so that queueing it twice does no harm.

mod cards;
mod day;
mod holidays;
mod sweep;

use domain::{Clock, clock::japan_date};
use inbound::{Config, ConfigError, events};
use jiff::{Timestamp, civil::Date};
use lambda_runtime::LambdaEvent;
use outbound::{OutboundError, Queue};
use serde::Serialize;
use serde_json::Value;
use store::{PlanDaysCursor, Plans, StoreError};

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    plans: Plans,
    cursor: PlanDaysCursor,
    work: Queue,
    clock: Clock,
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Days that were looked at.
    pub days: u32,
    /// Plans that are looked at.
    pub queued: u32,
    /// Plans whose cards are checked.
    pub cards: u32,
}

/// Why a run stopped. The next one goes on where this one stood.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The queue did not take everything.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// The rest needs another run.
    #[error("time was up at {0}")]
    TimeUp(Date),
}

impl Deps {
    /// # Errors
    /// [`ConfigError`].
    pub fn new(config: &Config, clock: Clock) -> Result<Self, ConfigError> {
        let table = config.table()?;
        let work = Queue::new(config.sdk(), config.required("RECURRING_QUEUE")?);
        Ok(Self { plans: Plans::new(table.clone()), cursor: PlanDaysCursor::new(table), work, clock })
    }
}

/// Queues what is due.
///
/// # Errors
/// [`ScheduleError`]: the run stopped, and is tried again.
pub async fn handler(deps: &Deps, event: LambdaEvent<Value>) -> Result<Tally, lambda_runtime::Error> {
    let deadline = events::deadline(event.context.deadline).unwrap_or(Timestamp::MAX);
    holidays::watch(japan_date(deps.clock.now()));
    let mut tally = Tally::default();
    let ran = sweep::go(deps, deadline, &mut tally).await;
    tracing::info!(days = tally.days, queued = tally.queued, cards = tally.cards, "regular purchases queued");
    ran?;
    Ok(tally)
}
