//! The address in the mail about a run of continuation that begins by itself: it cancels the run, without signing in.

use domain::{MerchantId, batch::BatchId, recurring::continuation::Run};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Keyring, SealError, Sealed};

/// How long the address opens its page: the days up to the run, and a few on which it says that it is too late.
const LIFETIME: SignedDuration = SignedDuration::from_hours(14 * 24);

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
