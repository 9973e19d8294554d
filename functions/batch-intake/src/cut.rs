//! The second reading: cuts the file into chunks and queues them. Begun again, it queues them again, which charges nothing twice.

use domain::batch::{Batch, BatchState, ChunkOrder, Piece, Rules, Scanner};
use std::time::Duration;

use crate::{Deps, IntakeError, piece_size, put};

/// When the batch is looked at first.
const FIRST_LOOK: Duration = Duration::from_secs(5);
/// How often the number of chunks is written over what stands.
const TRIES: usize = 4;

/// Queues a batch's chunks, and writes down how many there are.
pub(crate) async fn cut(deps: &Deps, batch: Batch) -> Result<(), IntakeError> {
    // Before anything else: whoever follows the batch sees that it is cut, and begins it again if this run is cut off.
    deps.reports.send_later(&batch.order(), FIRST_LOOK).await?;
    let Some(merchant) = deps.merchants.load(&batch.merchant).await? else { return Ok(()) };
    let source = &batch.source;
    let file = deps.files.get_version(&source.key, &source.version).await?;
    let mut file = file.ok_or(IntakeError::Changed("gone"))?;
    let mut scanner = Scanner::new(Rules::of(&merchant, batch.kind), piece_size());
    let mut queued = 0_u32;
    while let Some(more) = file.next().await? {
        scanner.push(&more).map_err(|fault| IntakeError::Changed(fault.code()))?;
        queued = queue(deps, &batch, scanner.take_pieces(), queued).await?;
    }
    let scanned = scanner.finish().map_err(|fault| IntakeError::Changed(fault.code()))?;
    queued = queue(deps, &batch, scanned.pieces, queued).await?;
    note(deps, batch, queued).await
}

/// Queues pieces behind those before; answers how many there are then.
async fn queue(deps: &Deps, batch: &Batch, pieces: Vec<Piece>, before: u32) -> Result<u32, IntakeError> {
    let (merchant, id) = (&batch.merchant, &batch.id);
    let orders: Vec<ChunkOrder> = (before..)
        .zip(pieces)
        .map(|(chunk, piece)| ChunkOrder { merchant: merchant.clone(), batch: id.clone(), chunk, piece })
        .collect();
    deps.chunks.send_all(&orders).await?;
    Ok(before.saturating_add(u32::try_from(orders.len()).unwrap_or(u32::MAX)))
}

/// Writes down how many chunks there are, whether or not somebody stopped the batch meanwhile.
async fn note(deps: &Deps, mut batch: Batch, count: u32) -> Result<(), IntakeError> {
    for _ in 0..TRIES {
        let chunks = Some(count);
        let state = match batch.state.clone() {
            BatchState::Running { chunks: None, since } => BatchState::Running { chunks, since },
            BatchState::Cancelling { chunks: None, since, by, at } => BatchState::Cancelling { chunks, since, by, at },
            BatchState::Checking { .. }
            | BatchState::Refused { .. }
            | BatchState::Waiting { .. }
            | BatchState::Running { .. }
            | BatchState::Cancelling { .. }
            | BatchState::Done { .. }
            | BatchState::Cancelled { .. } => return Ok(()), // another run was quicker
        };
        if let Some(batch) = put(deps, batch.now(state)).await? {
            tracing::info!(merchant.id = %batch.merchant, batch.id = %batch.id, chunks = count, "a batch was queued");
            return Ok(());
        }
        let Some(stands) = deps.batches.load(&batch.merchant, &batch.id).await? else { return Ok(()) };
        batch = stands;
    }
    Err(store::StoreError::Conflict.into())
}
