//! Tells of a batch's end: one entry of the audit log, and a mail to the shop.

use domain::{
    audit::{Action, Actor},
    batch::{Batch, Counts},
    tell::{BatchTelling, Message},
};
use store::Logged;

use crate::{Deps, ReportError, follow::put};

/// How far back in the log an entry of an earlier try is looked for.
const LOOKED_BACK: i32 = 200;

/// Tells, and writes down that it was told. Begun again, it writes no second entry, and the mail has the same id.
pub(crate) async fn tell(deps: &Deps, batch: &Batch, counts: Counts) -> Result<(), ReportError> {
    let entries = deps.audit.page(&batch.merchant, None, LOOKED_BACK).await?;
    let is_this = |action: &Action| matches!(action, Action::BatchEnded { batch: id, .. } if *id == batch.id);
    let is_there = entries.into_iter().filter_map(Logged::entry).any(|entry| is_this(&entry.action));
    if !is_there {
        let action = Action::BatchEnded { batch: batch.id.clone(), counts };
        let merchant = deps.merchants.load(&batch.merchant).await?;
        let retention = merchant.map(|merchant| merchant.retention).unwrap_or_default();
        deps.audit.append(&batch.merchant, &Actor::System, &action, deps.clock.now(), &retention).await?;
    }
    let telling = BatchTelling::of(batch).map(Message::Batch);
    deps.mails.send_all(telling.as_slice()).await?;
    // Written by somebody else meanwhile: told by another look.
    put(deps, &batch.was_told()).await.map(drop)
}
