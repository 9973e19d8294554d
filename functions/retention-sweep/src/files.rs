//! Files that a merchant keeps no longer: downloads, batch files and their results, with all their versions.

use domain::{
    Merchant,
    batch::{Batch, Inbox},
    export::Export,
    merchant::Kept,
};

use crate::{Failed, Run, Tally};

/// Deletes a merchant's files whose time is over. One that can't be deleted, and one kind that can't be listed, hold up no other.
pub(crate) async fn delete(run: &Run<'_>, merchant: &Merchant, tally: &mut Tally) -> Result<(), Failed> {
    let mut all = Ok(());
    for (prefix, kept) in [
        (Export::prefix(&merchant.id), Kept::Exports),
        (Inbox::prefix(&merchant.id), Kept::BatchFiles),
        (Batch::results_of(&merchant.id), Kept::BatchResults),
    ] {
        all = all.and(delete_of(run, merchant, (&prefix, kept), tally).await);
    }
    all
}

async fn delete_of(
    run: &Run<'_>,
    merchant: &Merchant,
    (prefix, kept): (&str, Kept),
    tally: &mut Tally,
) -> Result<(), Failed> {
    let (mut next, mut all) = (None, Ok(()));
    loop {
        let page = run.deps.files.list(prefix, next.as_deref()).await?;
        let now = run.deps.clock.now();
        for file in page.objects.iter().filter(|file| merchant.retention.ends(kept, file.written_at) <= now) {
            if run.is_over() {
                return all;
            }
            match run.deps.files.delete_every_version(&file.key).await {
                Ok(()) => tally.files = tally.files.saturating_add(1),
                Err(error) => all = all.and(Err(error.into())),
            }
        }
        match page.next {
            Some(more) => next = Some(more),
            None => return all,
        }
    }
}
