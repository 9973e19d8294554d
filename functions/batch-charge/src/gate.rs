//! Whether a row may begin: the batch was not stopped, nothing failed, and there is time for the acquirer.

use domain::batch::Batch;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use crate::{Deps, WorkError};

/// How often the batch is read again while its rows are charged.
const LOOK_EVERY: SignedDuration = SignedDuration::from_secs(1);
/// What is kept free before the deadline, behind the acquirer's own limit, for the last results and the chunk's end.
const WIND_UP: SignedDuration = SignedDuration::from_secs(8);

/// Why no further row begins.
#[derive(Debug)]
pub(crate) enum Halt {
    /// Somebody stopped the batch.
    Stopped,
    /// The acquirer's limit does not fit any more.
    NoTime,
    /// Something did not answer, or the chunk was taken over.
    Failed(WorkError),
}

/// Asked before each row. Rows that run at once share what one of them read.
pub(crate) struct Gate<'a> {
    deps: &'a Deps,
    batch: &'a Batch,
    /// The last instant by which the acquirer's limit has to be over.
    last: Timestamp,
    seen: Mutex<Seen>,
}

/// How the batch stood, and when that was read.
struct Seen {
    at: Timestamp,
    may_charge: bool,
    failed: bool,
}

impl<'a> Gate<'a> {
    /// `batch` was read just now.
    pub(crate) fn new(deps: &'a Deps, batch: &'a Batch, deadline: Timestamp) -> Self {
        let seen = Seen { at: deps.clock.now(), may_charge: batch.may_charge(), failed: false };
        Self { deps, batch, last: deadline.saturating_sub(WIND_UP).unwrap_or(deadline), seen: Mutex::new(seen) }
    }

    /// Whether a row may begin now.
    pub(crate) async fn pass(&self) -> Result<(), Halt> {
        let mut seen = self.seen.lock().await;
        let now = self.deps.clock.now();
        if now.duration_since(seen.at) >= LOOK_EVERY {
            let batch = self.deps.batches.load(&self.batch.merchant, &self.batch.id).await;
            let batch = batch.map_err(|error| Halt::Failed(error.into()))?;
            (seen.at, seen.may_charge) = (now, batch.is_some_and(|batch| batch.may_charge()));
        }
        if !seen.may_charge {
            return Err(Halt::Stopped);
        }
        if seen.failed || !self.deps.charging.fits(self.last) {
            return Err(Halt::NoTime);
        }
        Ok(())
    }

    /// No further row begins in this run: what failed for one fails for all.
    pub(crate) async fn shut(&self) {
        self.seen.lock().await.failed = true;
    }
}

impl Halt {
    /// What decides about the rows that are left: what failed before all, else what was first.
    pub(crate) fn first(before: Option<Self>, now: Self) -> Self {
        match (before, now) {
            (Some(failed @ Self::Failed(_)), _) | (_, failed @ Self::Failed(_)) => failed,
            (Some(before), _) => before,
            (None, now) => now,
        }
    }
}
