//! The walk: merchant by merchant, shard by shard, page by page, with a cursor that outlives the run.

use charging::VaultError;
use domain::{
    KeptCard, MerchantId,
    card::{DataKeyId, HeldNumber},
};
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use store::{Kept, StoreError, WalkCursor, keys::SHARDS};

use crate::{
    Deps, RewrapError, Tally,
    keys::{self, Retiring},
};

/// How many cards are sealed anew at once.
const TOGETHER: usize = 8;
/// How often a card is tried that others keep writing.
const TRIES: usize = 3;
/// What a batch of cards may take; a run that has less time left stops.
const LAST_START: SignedDuration = SignedDuration::from_secs(20);

pub(crate) async fn go(deps: &Deps, deadline: Timestamp, tally: &mut Tally) -> Result<(), RewrapError> {
    let retiring = keys::retiring(deps).await?;
    if retiring.is_empty() {
        tally.finished = true;
        return Ok(());
    }
    let stored = deps.cursor.load().await?;
    let merchants = deps.merchants.list().await?;
    let mut walk =
        Walk { deps, deadline, retiring: &retiring, tally, stands: begin(deps, stored.as_ref(), &merchants), stored };
    let walked = walk.merchants(&merchants).await;
    // Also where the run failed: what is done need not be done again.
    walk.save().await?;
    walked?;
    if walk.stands.merchant.is_none() {
        let stands = walk.stands.clone();
        tally.done = keys::finish(deps, &retiring, &stands).await?;
        tally.finished = true;
    }
    Ok(())
}

/// Where the last run stopped, or a new walk from the first merchant.
fn begin(deps: &Deps, stored: Option<&WalkCursor>, merchants: &[MerchantId]) -> WalkCursor {
    match stored {
        Some(stopped) if stopped.merchant.is_some() => stopped.clone(),
        _ => WalkCursor {
            began: deps.clock.now(),
            merchant: merchants.first().cloned(),
            shard: 0,
            after: None,
            left: Vec::new(),
        },
    }
}

struct Walk<'a> {
    deps: &'a Deps,
    deadline: Timestamp,
    retiring: &'a [Retiring],
    tally: &'a mut Tally,
    /// As the table has it.
    stored: Option<WalkCursor>,
    /// Where this run is.
    stands: WalkCursor,
}

/// Whether there is time for more.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Time {
    Left,
    Up,
}

/// What became of one card.
enum Sealed {
    Anew,
    Replaced,
    Failed(DataKeyId),
}

impl Walk<'_> {
    /// Walks from where the cursor stands. Merchants come in the order of their numbers as text; one that was made
    /// behind the cursor has cards of newer keys only.
    async fn merchants(&mut self, merchants: &[MerchantId]) -> Result<(), RewrapError> {
        while let Some(merchant) = self.stands.merchant.clone() {
            while self.stands.shard < SHARDS {
                if self.shard(&merchant).await? == Time::Up {
                    return Ok(());
                }
                self.stands.shard = self.stands.shard.saturating_add(1);
                self.stands.after = None;
            }
            self.stands.merchant = merchants.iter().find(|next| **next > merchant).cloned();
            self.stands.shard = 0;
            if self.stands.merchant.is_some() {
                self.save().await?;
            }
        }
        Ok(())
    }

    async fn shard(&mut self, merchant: &MerchantId) -> Result<Time, RewrapError> {
        loop {
            if self.deps.clock.now().saturating_add(LAST_START).map_or(true, |end| end > self.deadline) {
                return Ok(Time::Up);
            }
            let page = self.deps.cards.page(merchant, self.stands.shard, self.stands.after.as_ref()).await?;
            let looked = u32::try_from(page.cards.len()).unwrap_or(u32::MAX);
            self.tally.looked = self.tally.looked.saturating_add(looked);
            self.leave_unreadable(merchant, &page.unreadable);
            let to_seal: Vec<KeptCard> = page.cards.into_iter().filter(|card| self.retiring(card).is_some()).collect();
            for batch in to_seal.chunks(TOGETHER) {
                if self.deps.clock.now().saturating_add(LAST_START).map_or(true, |end| end > self.deadline) {
                    return Ok(Time::Up);
                }
                self.seal_all(batch).await?;
                self.stands.after = batch.last().map(|card| card.owner.clone());
            }
            match page.next {
                Some(next) => self.stands.after = Some(next),
                None => return Ok(Time::Left),
            }
        }
    }

    /// Cards that can't be read may be under any key on its way out: none of these is done by this walk.
    fn leave_unreadable(&mut self, merchant: &MerchantId, unreadable: &[StoreError]) {
        for error in unreadable {
            tracing::error!(alarm = true, merchant.id = %merchant, error = %domain::Causes::of(error), "a kept card can't be read");
            self.tally.failed = self.tally.failed.saturating_add(1);
            for key in self.retiring {
                self.leave(key.id.clone());
            }
        }
    }

    /// A card was left under the key: it is not done.
    fn leave(&mut self, data_key: DataKeyId) {
        if !self.stands.left.contains(&data_key) {
            self.stands.left.push(data_key);
        }
    }

    async fn seal_all(&mut self, batch: &[KeptCard]) -> Result<(), RewrapError> {
        let mut failed = None;
        for sealed in join_all(batch.iter().map(|card| self.seal(card.clone()))).await {
            let count = match sealed {
                Ok(Sealed::Anew) => &mut self.tally.rewrapped,
                Ok(Sealed::Replaced) => &mut self.tally.replaced,
                Ok(Sealed::Failed(data_key)) => {
                    self.leave(data_key);
                    &mut self.tally.failed
                }
                // The others of the batch are done all the same.
                Err(error) => {
                    failed = Some(error);
                    continue;
                }
            };
            *count = count.saturating_add(1);
        }
        failed.map_or(Ok(()), Err)
    }

    /// Seals one card anew. A refused write brings what stands: done, unless that too is under a key on its way out.
    async fn seal(&self, card: KeptCard) -> Result<Sealed, RewrapError> {
        let mut card = card;
        for _ in 0..TRIES {
            let Some(data_key) = self.retiring(&card).cloned() else { return Ok(Sealed::Replaced) };
            let number = match self.seal_number(&card).await {
                Ok(number) => number,
                Err(error) if error.is_passing() => return Err(error.into()),
                Err(error) => {
                    tracing::error!(
                        merchant = %card.merchant,
                        card = %card.id,
                        %data_key,
                        error = %domain::Causes::of(&error),
                        "a kept card does not open"
                    );
                    return Ok(Sealed::Failed(data_key));
                }
            };
            card.version = card.version.saturating_add(1);
            card.number = Some(number);
            match self.deps.cards.put(&card, None).await? {
                Kept::Done => return Ok(Sealed::Anew),
                Kept::Refused(None) => return Ok(Sealed::Replaced),
                Kept::Refused(Some(stands)) => card = *stands,
            }
        }
        // Others keep writing it; the next walk looks again, and until then its key is not done.
        let data_key = self.retiring(&card).cloned();
        Ok(data_key.map_or(Sealed::Replaced, Sealed::Failed))
    }

    async fn seal_number(&self, card: &KeptCard) -> Result<HeldNumber, VaultError> {
        let pan = self.deps.vault.open(card).await?;
        self.deps.vault.seal(&card.binding(), &pan).await
    }

    /// The data key on its way out that the card is under.
    fn retiring<'c>(&self, card: &'c KeptCard) -> Option<&'c DataKeyId> {
        let Some(HeldNumber::Sealed { data_key, .. }) = &card.number else { return None };
        self.retiring.iter().any(|key| key.id == *data_key).then_some(data_key)
    }

    async fn save(&mut self) -> Result<(), RewrapError> {
        if self.stored.as_ref() != Some(&self.stands) {
            self.deps.cursor.advance(self.stored.as_ref(), &self.stands).await?;
            self.stored = Some(self.stands.clone());
        }
        Ok(())
    }
}
