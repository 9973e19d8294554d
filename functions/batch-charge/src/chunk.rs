//! One chunk: begun under a lease, worked through, ended with its part of the result.

use charging::ChargeError;
use domain::{
    Merchant,
    batch::{Batch, BatchState, Check, Chunk, ChunkOrder, ChunkState, Counts, Kind},
};
use jiff::Timestamp;
use std::time::Duration;
use store::ChunkWritten;

use crate::{
    Deps, WorkError,
    gate::{Gate, Halt},
    look, part,
    rows::{Rows, Worked},
};

/// What there is to do with a chunk of a batch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Task {
    /// Its rows are charged.
    Charge,
    /// It is over: rows whose outcome was not known are looked at again.
    Look,
    /// Nothing: its batch never ran.
    Nothing,
}

impl Task {
    const fn of(state: &BatchState) -> Self {
        match state {
            // A batch that is being stopped ends its chunks by the same way; the gate lets no row begin.
            BatchState::Running { .. } | BatchState::Cancelling { .. } => Self::Charge,
            BatchState::Done { .. } | BatchState::Cancelled { ran: true, .. } => Self::Look,
            BatchState::Checking { .. }
            | BatchState::Refused { .. }
            | BatchState::Waiting { .. }
            | BatchState::Cancelled { ran: false, .. } => Self::Nothing,
        }
    }
}

/// Works on the chunk that a message names.
pub(crate) async fn work(deps: &Deps, order: &ChunkOrder, deadline: Timestamp) -> Result<(), WorkError> {
    let Some(batch) = deps.batches.load(&order.merchant, &order.batch).await? else { return Ok(()) }; // forgotten since
    let stands = deps.batches.chunk(&batch, order.chunk).await?;
    match (Task::of(&batch.state), stands) {
        (Task::Nothing, _) => Ok(()),
        (_, Some(chunk)) if chunk.state == ChunkState::Done => look::again(deps, &batch, &chunk).await,
        (Task::Look, _) => Ok(()),
        (Task::Charge, stands) => match begin(deps, &batch, order, stands, deadline).await? {
            Some(begun) => Box::pin(begun.through(deps, order, deadline)).await,
            None => Ok(deps.chunks.send_later(order, Duration::ZERO).await?), // no time is left: the next run has it
        },
    }
}

/// A chunk that this worker holds.
struct Begun {
    batch: Batch,
    chunk: Chunk,
    /// It was begun before, and rows of it may stand.
    again: bool,
}

/// Takes a chunk that nobody holds. None: too little time is left to do anything with it.
async fn begin(
    deps: &Deps,
    batch: &Batch,
    order: &ChunkOrder,
    stands: Option<Chunk>,
    deadline: Timestamp,
) -> Result<Option<Begun>, WorkError> {
    let lease = match deps.charging.lease(deadline) {
        Ok(lease) => lease,
        Err(ChargeError::TooLate) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let now = deps.clock.now();
    if stands.as_ref().is_some_and(|chunk| !chunk.is_free(lease.id, now)) {
        return Err(WorkError::Elsewhere);
    }
    let chunk = Chunk {
        number: order.chunk,
        version: stands.as_ref().map_or(1, |chunk| chunk.version.saturating_add(1)),
        piece: order.piece.clone(),
        // A chunk that is begun over and over does not get on by that.
        at: stands.as_ref().map_or(now, |chunk| chunk.at),
        counts: Counts::default(),
        state: ChunkState::Running(lease),
    };
    write(deps, batch, &chunk).await?;
    // Whoever stops a batch waits for the chunks that are begun: this one is seen there, or sees here that it was stopped.
    let batch = deps.batches.load(&batch.merchant, &batch.id).await?.ok_or(WorkError::Gone("batch"))?;
    Ok(Some(Begun { batch, chunk, again: stands.is_some() }))
}

/// Writes a chunk as its only holder.
pub(crate) async fn write(deps: &Deps, batch: &Batch, chunk: &Chunk) -> Result<(), WorkError> {
    match deps.batches.put_chunk(batch, chunk).await? {
        ChunkWritten::Done => Ok(()),
        ChunkWritten::Refused(_) => Err(WorkError::Elsewhere),
    }
}

impl Begun {
    async fn through(self, deps: &Deps, order: &ChunkOrder, deadline: Timestamp) -> Result<(), WorkError> {
        let Self { batch, chunk, again } = self;
        let read = Box::pin(read(deps, &batch, order)).await;
        let (merchant, bytes) = match read {
            Ok(read) => read,
            Err(error) => return let_go(deps, &batch, &chunk, error).await,
        };
        let check = batch.check.as_ref().ok_or(WorkError::Gone("check"))?;
        let gate = Gate::new(deps, &batch, deadline);
        let mut rows = Rows::read(deps, (&batch, &merchant), check, (&order.piece, &bytes));
        // What was charged for a month before, by whichever run, stands under the same orders.
        if again || batch.again || batch.kind != Kind::File {
            match rows.find_standing().await {
                Ok(()) => rows.tell_unreadable(),
                Err(error) => return let_go(deps, &batch, &chunk, error).await,
            }
        }
        let worked = Box::pin(rows.work(&gate, chunk, deadline)).await;
        end(deps, (&batch, check), order, worked).await
    }
}

/// Whose rows they are, and the rows' bytes.
async fn read(deps: &Deps, batch: &Batch, order: &ChunkOrder) -> Result<(Merchant, Vec<u8>), WorkError> {
    let merchant = deps.merchants.load(&batch.merchant).await?.ok_or(WorkError::Gone("merchant"))?;
    Ok((merchant, part::input(deps, batch, &order.piece).await?))
}

/// Ends a chunk, or lets go of it for the next worker.
async fn end(
    deps: &Deps,
    (batch, check): (&Batch, &Check),
    order: &ChunkOrder,
    worked: Worked<'_>,
) -> Result<(), WorkError> {
    let Worked { mut rows, chunk, halt } = worked;
    match halt {
        None => {}
        Some(Halt::Stopped) => rows.leave_the_rest(),
        Some(Halt::NoTime) => {
            release(deps, batch, &chunk).await?;
            return Ok(deps.chunks.send_later(order, Duration::ZERO).await?);
        }
        Some(Halt::Failed(error)) => return let_go(deps, batch, &chunk, error).await,
    }
    let counts = rows.counts();
    match part::write(deps, batch, chunk.number, part::lines(check, &rows)).await {
        Ok(()) => {}
        Err(error) => return let_go(deps, batch, &chunk, error).await,
    }
    let done = Chunk {
        version: chunk.version.saturating_add(1),
        at: deps.clock.now(),
        counts,
        state: ChunkState::Done,
        ..chunk
    };
    write(deps, batch, &done).await?;
    tracing::info!(
        merchant.id = %batch.merchant, batch.id = %batch.id, chunk = done.number,
        approved = counts.approved, declined = counts.declined, unknown = counts.unknown, errors = counts.errors, not_run = counts.not_run,
        "a chunk of a batch ended"
    );
    Ok(())
}

/// Something failed: the message is given again, and whoever gets it need not wait for the lease's end.
async fn let_go(deps: &Deps, batch: &Batch, chunk: &Chunk, error: WorkError) -> Result<(), WorkError> {
    if let Err(held) = release(deps, batch, chunk).await {
        tracing::warn!(batch.id = %batch.id, chunk = chunk.number, error = %domain::Causes::of(&held), "a chunk is held until its lease ends");
    }
    Err(error)
}

/// Ends the lease now, so that nobody waits for it.
async fn release(deps: &Deps, batch: &Batch, chunk: &Chunk) -> Result<(), WorkError> {
    let ChunkState::Running(lease) = chunk.state else { return Ok(()) };
    let state = ChunkState::Running(domain::payment::Lease { until: deps.clock.now(), ..lease });
    write(deps, batch, &Chunk { version: chunk.version.saturating_add(1), state, ..chunk.clone() }).await
}
