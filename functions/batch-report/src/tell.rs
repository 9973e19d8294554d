//! Tells of a batch's end: one entry of the audit log, and a mail to the shop.

use domain::{
    audit::{Action, Actor},
    batch::{Batch, Counts},
    tell::{BatchTelling, Message},
};
use store::StoreError;

use crate::{Deps, ReportError, follow::send};

/// How far back in the log an entry of an earlier try is looked for.
const LOOKED_BACK: i32 = 200;

/// Tells, and writes down that it was told. Begun again, it writes no second entry, and the mail has the same id.
pub(crate) async fn tell(deps: &Deps, batch: &Batch, counts: Counts) -> Result<(), ReportError> {
    let entries = deps.audit.page(&batch.merchant, None, LOOKED_BACK).await?;
    let is_there =
        entries.iter().any(|entry| matches!(&entry.action, Action::BatchEnded { batch: id, .. } if *id == batch.id));
    if !is_there {
        let action = Action::BatchEnded { batch: batch.id.clone(), counts };
        let merchant = deps.merchants.load(&batch.merchant).await?;
        let retention = merchant.map(|merchant| merchant.retention).unwrap_or_default();
        deps.audit.append(&batch.merchant, &Actor::System, &action, deps.clock.now(), &retention).await?;
    }
    let telling = BatchTelling::of(batch).map(Message::Batch);
    send(&deps.mails, telling.as_slice()).await?;
    let told = batch.was_told();
    match deps.batches.put(&told, told.forgotten_at()).await {
        Ok(()) | Err(StoreError::Conflict) => Ok(()), // told by another look
        Err(error @ (StoreError::Unavailable(_) | StoreError::Unreadable { .. })) => Err(error.into()),
    }
}
