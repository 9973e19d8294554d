//! Tells the shop of a file that it put into the bucket and that does not run: nobody watches a page there.

use domain::{
    batch::Batch,
    tell::{BatchTelling, Message},
};
use outbound::OutboundError;

use crate::{Deps, IntakeError, put};

/// Asks for the mail, once for each state.
pub(crate) async fn tell(deps: &Deps, batch: &Batch) -> Result<(), IntakeError> {
    if batch.told || batch.is_watched() {
        return Ok(());
    }
    let Some(telling) = BatchTelling::of(batch) else { return Ok(()) };
    if !deps.mails.send(&[Message::Batch(telling)]).await?.is_empty() {
        return Err(OutboundError::refused("the mail was not taken by its queue").into());
    }
    // Moved on meanwhile: then this state is nothing to tell of any more.
    put(deps, batch.was_told()).await.map(drop)
}
