//! Which data keys are on their way out, and which have no card left.

use domain::{card::DataKeyId, clock::japan_date};
use jiff::{SignedDuration, Timestamp};
use store::{KeyStage, StoreError, StoredKey, WalkCursor};

use crate::Deps;

/// How long before a walk a key must have been marked for the walk to prove that no card is under it: longer than
/// environments seal under a key after a newer one was made, and than a charge that has sealed takes to write its card.
const MARKED_BEFORE: SignedDuration = SignedDuration::from_hours(1);

/// A data key whose cards are to be sealed anew.
pub(crate) struct Retiring {
    pub(crate) id: DataKeyId,
    since: Timestamp,
}

/// The keys on their way out. Those that have grown old are marked first; the newest key never is.
pub(crate) async fn retiring(deps: &Deps) -> Result<Vec<Retiring>, StoreError> {
    let now = deps.clock.now();
    let keys = deps.keys.list().await?;
    let newest = keys.last().map(|key| key.id.clone());
    let mut retiring = Vec::new();
    for StoredKey { id, stage, .. } in keys {
        match stage {
            KeyStage::Retiring { since } => retiring.push(Retiring { id, since }),
            KeyStage::InUse if Some(&id) != newest.as_ref() && is_old(deps, &id, now) => {
                deps.keys.retire(&id, now).await?;
                retiring.push(Retiring { id, since: now });
            }
            KeyStage::InUse | KeyStage::Done | KeyStage::Destroyed => {}
        }
    }
    Ok(retiring)
}

/// Marks the keys as done that a finished walk found no card under; answers how many.
pub(crate) async fn finish(deps: &Deps, retiring: &[Retiring], walk: &WalkCursor) -> Result<u32, StoreError> {
    let mut done = 0_u32;
    for key in retiring {
        let marked_in_time = key.since.saturating_add(MARKED_BEFORE).is_ok_and(|from| from <= walk.began);
        if marked_in_time && !walk.left.contains(&key.id) {
            deps.keys.done(&key.id).await?;
            tracing::info!(data_key = %key.id, "no card is left under this data key");
            done = done.saturating_add(1);
        }
    }
    Ok(done)
}

/// Its month is over for longer than cards may stay under one key.
fn is_old(deps: &Deps, id: &DataKeyId, now: Timestamp) -> bool {
    let bound = japan_date(deps.old_before(now));
    let month = format!("{:04}-{:02}", bound.year(), bound.month());
    id.as_str().get(..7).is_some_and(|of_key| of_key < month.as_str())
}
