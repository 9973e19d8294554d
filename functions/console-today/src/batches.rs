//! Batches that need somebody: those that wait to be confirmed, and those that do not go on.

use console::{Refusal, Visit};
use domain::batch::{Batch, BatchState};
use jiff::{SignedDuration, Timestamp};
use words::{
    console::today::{self as texts, TodayWords},
    format::{grouped_number, sum},
};

use crate::Deps;

/// How many of the newest are looked at: one read, however many there are.
const LOOKED_AT: i32 = 50;
/// Longer than any file is read or cut; a batch whose rows do not go on is a matter of its own.
const STUCK: SignedDuration = SignedDuration::from_mins(20);

/// A batch as people read it.
pub(crate) struct BatchView {
    pub(crate) address: String,
    pub(crate) received: String,
    pub(crate) mark: &'static str,
    pub(crate) what: String,
}

/// The merchant's batches that need somebody, newest first.
pub(crate) async fn open(deps: &Deps, visit: &Visit) -> Result<Vec<BatchView>, Refusal> {
    let newest = deps.batches.newest(visit.merchant_id(), None, LOOKED_AT).await?;
    Ok(newest.iter().filter_map(|batch| BatchView::new(visit, batch)).collect())
}

impl BatchView {
    fn new(visit: &Visit, batch: &Batch) -> Option<Self> {
        let words = texts::today(visit.lang);
        let (mark, what) = match &batch.state {
            BatchState::Waiting { .. } => ("open", waits(visit, words, batch)),
            BatchState::Checking { since, .. } | BatchState::Running { chunks: None, since } => {
                ("bad", is_stuck(*since, visit.now).then(|| words.batch_stuck.to_owned())?)
            }
            BatchState::Running { chunks: Some(_), .. }
            | BatchState::Refused { .. }
            | BatchState::Cancelling { .. }
            | BatchState::Done { .. }
            | BatchState::Cancelled { .. } => return None,
        };
        Some(Self {
            address: format!("/console/batches/{}", batch.id),
            received: words::date_time(visit.lang, batch.made_at),
            mark,
            what,
        })
    }
}

fn waits(visit: &Visit, words: &TodayWords, batch: &Batch) -> String {
    let (rows, yen) = batch.check.as_ref().map_or((0, 0), |check| (check.good, check.yen));
    (words.batch_waits)(&grouped_number(u64::from(rows)), &sum(visit.lang, yen))
}

fn is_stuck(since: Timestamp, now: Timestamp) -> bool {
    now.duration_since(since) > STUCK
}
