//! One round: minute by minute from the cursor to now, shard by shard.

use charging::Looked;
use domain::{Payment, PaymentKey};
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use store::{
    Cursor, StoreError,
    keys::{DueMinute, SHARDS},
};

use crate::Deps;

/// How many payments are asked about at once.
const TOGETHER: usize = 8;
/// What one batch of questions takes at most (a validity, its sums, a void and their writes: 5 s, 5 s and 20 s); a round that has less time left stops.
const LAST_START: SignedDuration = SignedDuration::from_secs(32);
/// When a payment whose look failed is looked at again.
const AFTER_A_FAILURE: SignedDuration = SignedDuration::from_mins(5);
/// When a payment that can't be read is read again: a release that can may have come, or a person.
const UNREADABLE_FOR: SignedDuration = SignedDuration::from_hours(1);
/// Where the first round ever begins.
const FIRST_LOOK_BACK_MIN: u16 = 60;
/// After an outage longer than this, what is due now comes before what was left.
const BACKLOG_MIN: i64 = 10;
/// How far ahead back-off files a payment at most: an hour and its spread.
const BACK_OFF_MIN: u16 = 62;

/// What a round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Open payments looked at.
    pub looked: u32,
    /// The acquirer answered.
    pub answered: u32,
    /// It did not.
    pub unanswered: u32,
}

pub(crate) async fn go(deps: &Deps, deadline: Timestamp) -> Result<Tally, StoreError> {
    let stored = deps.cursor.load().await?;
    let now = DueMinute::reached(deps.clock.now());
    let from = stored.map_or_else(|| now.earlier(FIRST_LOOK_BACK_MIN), |cursor| cursor.minute);
    let mut round = Round { deps, deadline, tally: Tally::default(), breaker_open: false };
    if from.minutes_until(now) > BACKLOG_MIN {
        round.minutes(now.earlier(1), now).await?;
    }
    let reached = round.minutes(from, now).await?;
    let was_out = stored.is_some_and(|cursor| cursor.outage);
    let answers = round.tally.answered > 0;
    if was_out && answers && !round.breaker_open {
        // The acquirer is back: what back-off had filed for later is asked now.
        round.minutes(now.next(), now.later(BACK_OFF_MIN)).await?;
    }
    let outage = if answers { false } else { was_out || round.tally.unanswered > 0 };
    deps.cursor.advance(stored, Cursor { minute: reached, outage }).await?;
    Ok(round.tally)
}

struct Round<'a> {
    deps: &'a Deps,
    deadline: Timestamp,
    tally: Tally,
    /// A whole batch of questions found no answer: the rest of this round is filed for later without asking.
    breaker_open: bool,
}

impl Round<'_> {
    /// Looks at the minutes from `first` to `last`; answers the first one that has to be looked at again.
    ///
    /// The last minute always is: the index is eventually consistent.
    async fn minutes(&mut self, first: DueMinute, last: DueMinute) -> Result<DueMinute, StoreError> {
        let mut minute = first;
        while minute <= last {
            for shard in 0..SHARDS {
                // also where nothing is open: a long stop is mostly that
                if self.is_over() || !self.shard(minute, shard).await? {
                    return Ok(minute);
                }
            }
            minute = minute.next();
        }
        Ok(last.max(first))
    }

    /// Whether there is no time left for another batch of questions.
    fn is_over(&self) -> bool {
        self.after(LAST_START) > self.deadline
    }

    fn after(&self, time: SignedDuration) -> Timestamp {
        self.deps.clock.now().saturating_add(time).unwrap_or(Timestamp::MAX)
    }

    /// Looks at one shard of a minute. False: time is up.
    async fn shard(&mut self, minute: DueMinute, shard: u8) -> Result<bool, StoreError> {
        let mut after: Option<PaymentKey> = None;
        loop {
            let page = self.deps.payments.due(minute, shard, after.as_ref()).await?;
            let open = self.open(&page.keys).await?;
            for batch in open.chunks(TOGETHER) {
                if self.is_over() {
                    return Ok(false);
                }
                self.look(batch).await?;
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(true),
            }
        }
    }

    /// The open ones of these payments. One that can't be read holds up no other; somebody is called each hour until it can.
    async fn open(&self, keys: &[PaymentKey]) -> Result<Vec<Payment>, StoreError> {
        let loaded = self.deps.payments.load_each(keys).await?;
        for (key, error) in &loaded.unreadable {
            tracing::error!(alarm = true, %error, "a payment can't be read, and nobody knows what became of it");
            self.deps.payments.file_unread(key, self.after(UNREADABLE_FOR)).await?;
        }
        Ok(loaded.payments.into_iter().filter(Payment::wants_a_look).collect())
    }

    async fn look(&mut self, batch: &[Payment]) -> Result<(), StoreError> {
        let ask = !self.breaker_open;
        let looks = batch.iter().map(|payment| self.deps.charging.look(payment.clone(), ask));
        let mut answered = 0_u32;
        let mut unanswered = 0_u32;
        for (looked, payment) in join_all(looks).await.into_iter().zip(batch) {
            match looked {
                Ok(Looked::Answered) => answered = answered.saturating_add(1),
                Ok(Looked::Unanswered) => unanswered = unanswered.saturating_add(1),
                Ok(Looked::Quiet) => {}
                // It holds up no other. Where the table does not answer at all, this fails, too, and ends the round.
                Err(error) => {
                    tracing::error!(payment.id = %payment.key, error = %domain::Causes::of(&error), "a payment could not be looked at");
                    self.deps.payments.file(payment, self.after(AFTER_A_FAILURE)).await?;
                }
            }
        }
        self.tally.looked = self.tally.looked.saturating_add(u32::try_from(batch.len()).unwrap_or(u32::MAX));
        self.tally.answered = self.tally.answered.saturating_add(answered);
        self.tally.unanswered = self.tally.unanswered.saturating_add(unanswered);
        self.breaker_open |= answered == 0 && unanswered > 0 && batch.len() == TOGETHER;
        Ok(())
    }
}
