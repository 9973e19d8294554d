//! Every minute: the notifications that are to be told again, or whose teller was killed, go to the queue of the tries.

use domain::{
    Clock,
    webhook::{DeliveryKey, Notice},
};
use inbound::{Config, ConfigError, events};
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::LambdaEvent;
use outbound::Queue;
use serde::Serialize;
use serde_json::Value;
use store::{
    Cursor, Deliveries, DueCursor,
    keys::{DELIVERY_SHARDS, DueMinute},
};

/// What a page of the index takes at most; a round that has less time left stops.
const LAST_START: SignedDuration = SignedDuration::from_secs(10);
/// Where the first round ever begins.
const FIRST_LOOK_BACK_MIN: u16 = 60;

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    deliveries: Deliveries,
    cursor: DueCursor,
    again: Queue,
    clock: Clock,
}

/// What a round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Tries that were queued.
    pub queued: u32,
}

/// A part of the round could not be done; the next one begins with that.
type Failed = Box<dyn std::error::Error + Send + Sync>;

impl Deps {
    /// # Errors
    /// [`ConfigError`].
    pub fn new(config: &Config, clock: Clock) -> Result<Self, ConfigError> {
        let table = config.table()?;
        let again = Queue::new(config.sdk(), config.required("NOTIFY_AGAIN_QUEUE")?);
        Ok(Self {
            deliveries: Deliveries::new(table.clone()),
            cursor: DueCursor::of_notifications(table),
            again,
            clock,
        })
    }
}

/// Queues everything that is due.
///
/// # Errors
/// The table or the queue did not answer: the next round begins with the first minute of which a part was not queued.
pub async fn handler(deps: &Deps, event: LambdaEvent<Value>) -> Result<Tally, lambda_runtime::Error> {
    let deadline = events::deadline(event.context.deadline).unwrap_or(Timestamp::MAX);
    let tally = Box::pin(round(deps, deadline)).await?;
    tracing::info!(queued = tally.queued, "notifications that are due are queued");
    Ok(tally)
}

/// Minute by minute from the cursor to now. The last minute is looked at again by the next round: the index is eventually consistent. So is the first of which a
/// part did not answer: what is due in the others is queued all the same.
async fn round(deps: &Deps, deadline: Timestamp) -> Result<Tally, Failed> {
    let stored = deps.cursor.load().await?;
    let now = DueMinute::reached(deps.clock.now());
    let mut minute = stored.map_or_else(|| now.earlier(FIRST_LOOK_BACK_MIN), |cursor| cursor.minute);
    let mut tally = Tally::default();
    let mut failed: Option<(DueMinute, Failed)> = None;
    'minutes: while minute <= now {
        for shard in 0..DELIVERY_SHARDS {
            if deps.clock.now().saturating_add(LAST_START).is_ok_and(|end| end > deadline) {
                break 'minutes;
            }
            match queue_shard(deps, minute, shard).await {
                Ok(queued) => tally.queued = tally.queued.saturating_add(queued),
                Err(error) => drop(failed.get_or_insert((minute, error))),
            }
        }
        minute = minute.next();
    }
    let reached = failed.as_ref().map_or(minute, |(first, _)| *first).min(now);
    deps.cursor.advance(stored, Cursor { minute: reached, outage: false }).await?;
    match failed {
        None => Ok(tally),
        Some((_, error)) => Err(error),
    }
}

async fn queue_shard(deps: &Deps, minute: DueMinute, shard: u8) -> Result<u32, Failed> {
    let mut after: Option<DeliveryKey> = None;
    let mut queued = 0_u32;
    loop {
        let page = deps.deliveries.due(minute, shard, after.as_ref()).await?;
        let tries: Vec<Notice> = page.keys.into_iter().map(Notice::Try).collect();
        deps.again.send_all(&tries).await?;
        queued = queued.saturating_add(u32::try_from(tries.len()).unwrap_or(u32::MAX));
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(queued),
        }
    }
}
