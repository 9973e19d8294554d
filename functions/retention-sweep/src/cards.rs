//! Kept cards that nobody has paid with for as long as the merchant keeps them: their numbers go, and their buyers are told as of any deletion.

use domain::{KeptCard, Merchant, merchant::Kept as Period};
use futures_util::future::join_all;
use jiff::Timestamp;
use store::{Kept, StoreError, keys::SHARDS};

use crate::{Failed, Run, Tally};

/// How many cards are looked at together.
const TOGETHER: usize = 8;

/// Walks a merchant's cards. Each day begins with another shard, so that a run whose time is up leaves out no card for long; a shard that fails holds up no
/// other.
pub(crate) async fn forget(run: &Run<'_>, merchant: &Merchant, tally: &mut Tally) -> Result<(), Failed> {
    let first = u8::try_from(run.day().checked_rem(usize::from(SHARDS)).unwrap_or(0)).unwrap_or(0);
    let mut all = Ok(());
    for shard in (first..SHARDS).chain(0..first) {
        all = all.and(forget_in(run, merchant, shard, tally).await);
    }
    all
}

/// Walks a shard. A card that fails, or can't be read, holds up no other.
async fn forget_in(run: &Run<'_>, merchant: &Merchant, shard: u8, tally: &mut Tally) -> Result<(), Failed> {
    let (mut after, mut all) = (None, Ok(()));
    while !run.is_over() {
        let page = run.deps.cards.page(&merchant.id, shard, after.as_ref()).await?;
        for error in page.unreadable {
            all = all.and(Err(error.into()));
        }
        let old: Vec<KeptCard> = page.cards.into_iter().filter(|card| is_old(run, merchant, card)).collect();
        for together in old.chunks(TOGETHER) {
            for deleted in join_all(together.iter().map(|card| unless_used(run, merchant, card))).await {
                match deleted {
                    Ok(deleted) => tally.cards = tally.cards.saturating_add(u32::from(deleted)),
                    Err(error) => all = all.and(Err(error.into())),
                }
            }
        }
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    all
}

/// It was kept so long ago that it is over unless it was paid with since.
fn is_old(run: &Run<'_>, merchant: &Merchant, card: &KeptCard) -> bool {
    card.number.is_some() && is_over(run, merchant, card.consent.at)
}

fn is_over(run: &Run<'_>, merchant: &Merchant, at: Timestamp) -> bool {
    merchant.retention.ends(Period::UnusedCards, at) <= run.deps.clock.now()
}

/// Deletes a card that was not paid with since and that no regular purchase relies on; answers whether it did. Whoever replaces or deletes it at the same time is right.
async fn unless_used(run: &Run<'_>, merchant: &Merchant, card: &KeptCard) -> Result<bool, StoreError> {
    let used_at = run.deps.uses.last_use(&merchant.id, card.id).await?;
    if used_at.is_some_and(|at| !is_over(run, merchant, at)) {
        return Ok(false);
    }
    let plans = run.deps.plans.of_owner(&merchant.id, &card.owner).await?;
    if plans.iter().any(|plan| !plan.is_over()) {
        return Ok(false); // a regular purchase that is charged once in a long while relies on it
    }
    match run.deps.cards.forget(card, run.deps.clock.now()).await? {
        (_, Kept::Done) => {
            tracing::info!(merchant.id = %merchant.id, card.id = %card.id, "a kept card that nobody used was deleted");
            Ok(true)
        }
        (_, Kept::Refused(_)) => Ok(false),
    }
}
