//! A batch that is over, and whose rows are not all known: looked at again until they are, or for a day.

use std::time::Duration;

use domain::batch::{Batch, BatchState, Counts};
use jiff::{SignedDuration, Timestamp};

use crate::{
    Deps, ReportError, come_back,
    follow::{Moved, put},
    result, tell,
};

/// Outcomes are asked about for a day (`domain::payment::ASKING`); after that a person has each of them on a list.
const LOOKED_FOR: SignedDuration = SignedDuration::from_hours(25);
/// Between two looks, at least and at most. Seconds.
const EVERY_S: (i64, i64) = (60, 900);

/// Tells of the end if that is still to be done, and has chunks with unknown rows looked at again.
pub(crate) async fn look(deps: &Deps, batch: &Batch, counts: Counts, at: Timestamp) -> Result<Moved, ReportError> {
    if !batch.told {
        tell::tell(deps, batch, counts).await?;
        // Telling is a version of its own.
        return Ok(if counts.unknown > 0 { Moved::BySomebodyElse } else { Moved::No });
    }
    let now = deps.clock.now();
    let age = now.duration_since(at);
    if counts.unknown == 0 || age >= LOOKED_FOR {
        return Ok(Moved::No);
    }
    let chunks = deps.batches.chunks(batch).await?;
    let found: Counts = chunks.iter().map(|chunk| chunk.counts).sum();
    if found != counts {
        result::write(deps, batch, chunks.len()).await?;
        let known = Batch { told: found.unknown > 0, ..batch.now(with(&batch.state, found)) };
        if put(deps, &known).await? == Moved::BySomebodyElse {
            return Ok(Moved::BySomebodyElse);
        }
        tracing::info!(merchant.id = %batch.merchant, batch.id = %batch.id, unknown = found.unknown, "rows of a batch are known now");
        if found.unknown == 0 {
            tell::tell(deps, &known, found).await?;
            return Ok(Moved::No);
        }
    }
    let unknown: Vec<_> =
        chunks.iter().filter(|chunk| chunk.counts.unknown > 0).map(|chunk| batch.order_of(chunk)).collect();
    deps.chunks.send_all(&unknown).await?;
    let (least, most) = EVERY_S;
    let delay_s = age.as_secs().checked_div(4).unwrap_or(most).clamp(least, most);
    come_back(deps, batch, Duration::from_secs(delay_s.unsigned_abs())).await?;
    Ok(Moved::No)
}

/// The same end with other counts.
fn with(state: &BatchState, counts: Counts) -> BatchState {
    match state.clone() {
        BatchState::Done { at, .. } => BatchState::Done { counts, at },
        BatchState::Cancelled { ran, by, at, .. } => BatchState::Cancelled { counts, ran, by, at },
        other @ (BatchState::Checking { .. }
        | BatchState::Refused { .. }
        | BatchState::Waiting { .. }
        | BatchState::Running { .. }
        | BatchState::Cancelling { .. }) => other,
    }
}
