//! Runs of continuation: the address in a mail that cancels one without signing in, and the rows of a plan.

use domain::{
    MerchantId,
    batch::BatchId,
    recurring::continuation::{PlanRow, Run},
};
use jiff::{SignedDuration, Timestamp};
use outbound::{Objects, OutboundError};
use serde::{Deserialize, Serialize};

use crate::{Keyring, SealError, Sealed};

/// How long the address opens its page: the days up to the run, and a few on which it says that it is too late.
const LIFETIME: SignedDuration = SignedDuration::from_hours(14 * 24);

/// The largest plan, in bytes: more than [`domain::recurring::continuation::MOST_ROWS`] rows come to.
const MOST: usize = 64 * 1024 * 1024;

/// Why a plan's rows are not read.
#[derive(Debug, thiserror::Error)]
pub enum PlanRowsError {
    /// The bucket did not answer.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// It holds something else.
    #[error("the rows of a plan are unreadable")]
    Unreadable(#[from] serde_json::Error),
}

/// Reads the rows of a run's plan, those that were written for it and no later ones. None: it has none yet, or they are kept no longer.
///
/// # Errors
/// [`PlanRowsError`].
pub async fn plan_rows(files: &Objects, run: &Run) -> Result<Option<Vec<PlanRow>>, PlanRowsError> {
    let Some(drawn) = &run.drawn else { return Ok(None) };
    let Some(found) = files.get_version(&drawn.key, &drawn.version).await? else { return Ok(None) };
    Ok(Some(serde_json::from_slice(&found.into_bytes(MOST).await?)?))
}

/// The right to cancel a run before it begins, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunHandle {
    /// Whose.
    pub merchant: MerchantId,
    /// Which.
    pub run: BatchId,
}

impl Sealed for RunHandle {
    const PURPOSE: &'static str = "continuation run";
}

impl RunHandle {
    /// The right to cancel this run.
    pub fn of(run: &Run) -> Self {
        Self { merchant: run.merchant.clone(), run: run.id.clone() }
    }
}

/// The address that cancels a run.
///
/// # Errors
/// [`SealError`] where the random source fails.
pub fn cancel_path(keyring: &Keyring, handle: &RunHandle, now: Timestamp) -> Result<String, SealError> {
    let expires_at = now.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX);
    Ok(format!("/continuation/{}", keyring.seal(handle, expires_at)?))
}
