//! Files that a merchant keeps no longer: downloads, batch files and their results, with all their versions.

use domain::{
    Merchant,
    batch::{Batch, Inbox},
    export::Export,
    merchant::Kept,
};

use crate::{Failed, Run, Tally};

/// Deletes a merchant's files whose time is over.
pub(crate) async fn delete(run: &Run<'_>, merchant: &Merchant, tally: &mut Tally) -> Result<(), Failed> {
    for (prefix, kept) in [
        (Export::prefix(&merchant.id), Kept::Exports),
        (Inbox::prefix(&merchant.id), Kept::BatchFiles),
        (Batch::results_of(&merchant.id), Kept::BatchResults),
    ] {
        let mut next = None;
        loop {
            let page = run.deps.files.list(&prefix, next.as_deref()).await?;
            let now = run.deps.clock.now();
            for file in page.objects.iter().filter(|file| merchant.retention.ends(kept, file.written_at) <= now) {
                if run.is_over() {
                    return Ok(());
                }
                run.deps.files.delete_every_version(&file.key).await?;
                tally.files = tally.files.saturating_add(1);
            }
            match page.next {
                Some(more) => next = Some(more),
                None => break,
            }
        }
    }
    Ok(())
}
