//! One look at a batch: over, under way, or standing still.

use std::time::Duration;

use domain::{
    ActorId,
    attention::{Matter, Settled},
    batch::{Batch, BatchOrder, BatchState, Chunk, ChunkState, Counts},
};
use jiff::{SignedDuration, Timestamp};
use store::StoreError;

use crate::{Deps, ReportError, after, come_back, result, tell};

/// How long batch-intake may take to queue the chunks, before it is asked to begin again: its own limit and a minute.
const QUEUED_WITHIN: SignedDuration = SignedDuration::from_mins(6);
/// After how long without progress a person is called.
const STANDS_STILL: SignedDuration = SignedDuration::from_mins(30);
/// Looks come quickly at first, ...
const SOONEST_S: i64 = 5;
/// ... and later as seldom as this.
const LATEST_S: i64 = 30;
/// When it is asked about what nobody knew, first.
const FIRST_LOOK_BACK: Duration = Duration::from_secs(60);
/// A chunk that was written more often than this is not sent again from here: it was begun several times.
const SENT_AGAIN_UNTIL: u32 = 20;
/// How often a look is made over what stands, when somebody stopped the batch at that moment.
const TRIES: usize = 3;

/// Looks at the batch that a message names.
pub(crate) async fn look(deps: &Deps, order: &BatchOrder) -> Result<(), ReportError> {
    for _ in 0..TRIES {
        let Some(batch) = deps.batches.load(&order.merchant, &order.batch).await? else { return Ok(()) }; // forgotten since
        let moved_on = match &batch.state {
            // Whoever lets it run sends a message of its own.
            BatchState::Checking { .. }
            | BatchState::Refused { .. }
            | BatchState::Waiting { .. }
            | BatchState::Cancelled { ran: false, .. } => return Ok(()),
            BatchState::Running { chunks, since } | BatchState::Cancelling { chunks, since, .. } => {
                under_way(deps, &batch, *chunks, *since).await?
            }
            BatchState::Done { counts, at } | BatchState::Cancelled { counts, at, ran: true, .. } => {
                after::look(deps, &batch, *counts, *at).await?
            }
        };
        match moved_on {
            Moved::No => return Ok(()),
            Moved::BySomebodyElse => {} // look again at what stands now
        }
    }
    Err(StoreError::Conflict.into())
}

/// Whether the batch was moved under the look.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moved {
    /// It stands as this look left it.
    No,
    /// Its record was written by somebody else meanwhile.
    BySomebodyElse,
}

async fn under_way(deps: &Deps, batch: &Batch, chunks: Option<u32>, since: Timestamp) -> Result<Moved, ReportError> {
    let now = deps.clock.now();
    let begun = deps.batches.chunks(batch).await?;
    let ended = begun.iter().filter(|chunk| chunk.state == ChunkState::Done).count();
    if chunks.is_some_and(|chunks| usize::try_from(chunks).is_ok_and(|chunks| ended >= chunks)) {
        return end(deps, batch, &begun, since).await;
    }
    let last_progress = begun.iter().map(|chunk| chunk.at).max().unwrap_or(since).max(since);
    if now.duration_since(last_progress) >= STANDS_STILL {
        deps.attention.raise(&Matter::of_batch(batch, since)).await?;
        tracing::error!(merchant.id = %batch.merchant, batch.id = %batch.id, "a batch stands still");
    }
    if chunks.is_none() && now.duration_since(since) >= QUEUED_WITHIN {
        deps.intake.send_all(&[batch.order()]).await?;
        come_back(deps, batch, QUEUED_WITHIN.unsigned_abs()).await?;
        return Ok(Moved::No);
    }
    let delay_s = now.duration_since(since).as_secs().checked_div(10).unwrap_or(SOONEST_S).clamp(SOONEST_S, LATEST_S);
    let dropped: Vec<_> =
        begun.iter().filter(|chunk| was_dropped(chunk, now, delay_s)).map(|chunk| batch.order_of(chunk)).collect();
    deps.chunks.send_all(&dropped).await?;
    come_back(deps, batch, Duration::from_secs(delay_s.unsigned_abs())).await?;
    Ok(Moved::No)
}

/// A worker was cut off, or let go: the lease ended since the last look or so, and no other worker has begun. Its own message comes back only after half an hour.
///
/// One that fails over and over is left to that message, so that it ends among the dead letters and not in a crowd of messages.
fn was_dropped(chunk: &Chunk, now: Timestamp, delay_s: i64) -> bool {
    if chunk.version > SENT_AGAIN_UNTIL {
        return false;
    }
    let window = SignedDuration::from_secs(delay_s.saturating_mul(2).saturating_add(1));
    match chunk.state {
        ChunkState::Running(lease) => lease.until <= now && now.duration_since(lease.until) <= window,
        ChunkState::Done => false,
    }
}

/// Writes a batch's next version.
pub(crate) async fn put(deps: &Deps, batch: &Batch) -> Result<Moved, ReportError> {
    match deps.batches.put(batch).await {
        Ok(()) => Ok(Moved::No),
        Err(StoreError::Conflict) => Ok(Moved::BySomebodyElse),
        Err(error @ (StoreError::Unavailable(_) | StoreError::Unreadable { .. })) => Err(error.into()),
    }
}

/// Every chunk has its answers: the result is written, and then the batch is over.
async fn end(deps: &Deps, batch: &Batch, chunks: &[Chunk], since: Timestamp) -> Result<Moved, ReportError> {
    let counts: Counts = chunks.iter().map(|chunk| chunk.counts).sum();
    result::write(deps, batch, chunks.len()).await?;
    let at = deps.clock.now();
    let state = match &batch.state {
        BatchState::Cancelling { by, .. } => BatchState::Cancelled { counts, ran: true, by: by.clone(), at },
        BatchState::Checking { .. }
        | BatchState::Refused { .. }
        | BatchState::Waiting { .. }
        | BatchState::Running { .. }
        | BatchState::Done { .. }
        | BatchState::Cancelled { .. } => BatchState::Done { counts, at },
    };
    let ended = batch.now(state);
    if put(deps, &ended).await? == Moved::BySomebodyElse {
        return Ok(Moved::BySomebodyElse);
    }
    tracing::info!(
        merchant.id = %batch.merchant, batch.id = %batch.id, state = ended.state.name(),
        approved = counts.approved, declined = counts.declined, unknown = counts.unknown, errors = counts.errors, not_run = counts.not_run,
        "a batch ended"
    );
    let settled = Settled { by: ActorId::system(), at };
    deps.attention.settle(Some(&batch.merchant), &Matter::of_batch(batch, since).id(), &settled).await?;
    tell::tell(deps, &ended, counts).await?;
    if counts.unknown > 0 {
        come_back(deps, &ended, FIRST_LOOK_BACK).await?;
    }
    Ok(Moved::No)
}
