//! Tells the shop of a file that it put into the bucket and that does not run: nobody watches a page there.

use domain::{
    batch::Batch,
    tell::{BatchTelling, Message},
};

use crate::{Deps, IntakeError, put};

/// Asks for the mail, once for each state.
pub(crate) async fn tell(deps: &Deps, batch: &Batch) -> Result<(), IntakeError> {
    if batch.told || batch.is_watched() {
        return Ok(());
    }
    let Some(telling) = BatchTelling::of(batch) else { return Ok(()) };
    deps.mails.send_all(&[Message::Batch(telling)]).await?;
    // Moved on meanwhile: then this state is nothing to tell of any more.
    put(deps, batch.was_told()).await.map(drop)
}
