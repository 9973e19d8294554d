//! What is filed under one day: sixteen shards at once, page by page.

use domain::{
    MerchantId,
    recurring::{plan::PlanId, work::RecurringWork},
};
use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp, civil::Date};
use store::keys::SHARDS;

use crate::{Deps, ScheduleError, Tally};

/// How many plans a page has.
const PAGE: i32 = 200;
/// What a page may take; a run that has less time left stops.
const LAST_START: SignedDuration = SignedDuration::from_secs(20);

/// One run of the function.
pub(crate) struct Run<'a> {
    pub(crate) deps: &'a Deps,
    pub(crate) deadline: Timestamp,
    pub(crate) tally: &'a mut Tally,
}

/// Queues a message for every plan that is filed under a day; answers how many.
pub(crate) async fn queue(
    run: &Run<'_>,
    day: Date,
    message: impl Fn(MerchantId, PlanId) -> RecurringWork + Copy,
) -> Result<u32, ScheduleError> {
    let shards = (0..SHARDS).map(|shard| queue_shard(run, day, shard, message));
    let queued = Box::pin(try_join_all(shards)).await?;
    Ok(queued.into_iter().fold(0, u32::saturating_add))
}

async fn queue_shard(
    run: &Run<'_>,
    day: Date,
    shard: u8,
    message: impl Fn(MerchantId, PlanId) -> RecurringWork,
) -> Result<u32, ScheduleError> {
    let mut queued = 0_u32;
    let mut after = None;
    loop {
        if run.deps.clock.now().saturating_add(LAST_START).is_ok_and(|end| end > run.deadline) {
            return Err(ScheduleError::TimeUp(day));
        }
        let page = run.deps.plans.due_on(day, shard, after.as_ref(), PAGE).await?;
        let messages: Vec<RecurringWork> =
            page.plans.into_iter().map(|(merchant, plan)| message(merchant, plan)).collect();
        run.deps.work.send_all(&messages).await?;
        queued = queued.saturating_add(u32::try_from(messages.len()).unwrap_or(u32::MAX));
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(queued),
        }
    }
}
