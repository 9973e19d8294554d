//! A file that was put into the bucket becomes a batch, once for each version of the object.

use domain::batch::{Batch, BatchId, BatchState, Inbox, Kind, Source};
use inbound::events::NewObject;

use crate::{Deps, IntakeError, put};

/// The batch of an object, made if it is new. None: the object is no batch file of a merchant.
pub(crate) async fn received(deps: &Deps, object: &NewObject) -> Result<Option<Batch>, IntakeError> {
    // Whoever wrote the object has chosen its key, so no log holds it.
    let Some(inbox) = Inbox::of(&object.key) else {
        tracing::info!(ignored = "key", object.version, "an object that is no batch file");
        return Ok(None);
    };
    if deps.merchants.load(&inbox.merchant).await?.is_none() {
        tracing::warn!(ignored = "merchant", object.version, "a batch file of no merchant");
        return Ok(None);
    }
    let source =
        Source { key: object.key.clone(), version: object.version.clone(), size: object.size, written_at: object.at };
    let (id, stands) = named(deps, &inbox, &source).await?;
    if stands.is_some() {
        return Ok(stands);
    }
    let now = deps.clock.now();
    let batch = Batch {
        id,
        merchant: inbox.merchant,
        source,
        version: 1,
        check: None,
        confirmed_by: None,
        again: false,
        told: false,
        kind: Kind::File,
        state: BatchState::Checking { bytes: 0, since: now },
        made_at: now,
    };
    // None: the same event, told twice at once; the other run has it.
    put(deps, batch).await
}

/// A batch's name, and what stands under it. A file from the console has the name that the console gave it, unless another version of it has that already.
async fn named(deps: &Deps, inbox: &Inbox, source: &Source) -> Result<(BatchId, Option<Batch>), IntakeError> {
    if let Some(given) = &inbox.given {
        let stands = deps.batches.load(&inbox.merchant, given).await?;
        if stands.as_ref().is_none_or(|batch| batch.source.version == source.version) {
            return Ok((given.clone(), stands));
        }
    }
    let id = BatchId::of(source);
    let stands = deps.batches.load(&inbox.merchant, &id).await?;
    Ok((id, stands))
}
