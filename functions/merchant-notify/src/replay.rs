//! One page of a period that is sent again. What comes behind it is the next message's, so that a period of any length is gone through.

use std::time::Duration;

use domain::{
    MerchantId,
    webhook::{Delivery, DeliveryKey, EndpointId, Notice, PageEnd, Replay, ReplayState},
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use store::{DeliveryPlace, StoreError};

use crate::{
    Batch, Failed,
    attempt::{Wrote, wrote},
};

/// How many of the log are looked at in a run (ours): it takes a second or two, beside the other messages of the batch.
const PAGE: u8 = 100;
/// How many are written at once.
const WRITES: usize = 10;

/// Sends the next page again. A repeat goes through the same page and sends nothing twice.
pub(crate) async fn go_on(batch: &Batch<'_>, merchant: &MerchantId, endpoint: &EndpointId) -> Result<(), Failed> {
    let deps = batch.deps;
    let now = deps.clock.now();
    let Some(replay) = deps.replays.load(merchant, endpoint).await? else { return Ok(()) };
    match replay.state {
        ReplayState::Running { .. } => {} // late is not over: whoever took its place wrote another version
        ReplayState::Done { .. } | ReplayState::Stopped { .. } => return Ok(()),
    }
    let on = batch.endpoints.one(merchant, endpoint).await?.is_some_and(|endpoint| endpoint.is_on());
    let next = if on { page(batch, &replay).await? } else { replay.stopped(now) };
    match wrote(deps.replays.put(&next).await)? {
        Wrote::Overtaken => return Ok(()), // whoever was first goes on
        Wrote::Done => {}
    }
    if next.goes_on(now) {
        let notice = Notice::Replay { merchant: merchant.clone(), endpoint: endpoint.clone() };
        deps.again.send_later(&notice, Duration::ZERO).await?;
    }
    Ok(())
}

/// Makes the next page's deliveries due, and has them tried.
async fn page(batch: &Batch<'_>, replay: &Replay) -> Result<Replay, Failed> {
    let deps = batch.deps;
    let before = replay.reached.as_ref().map_or_else(|| DeliveryPlace::at(replay.to), DeliveryPlace::of);
    let page = deps.deliveries.page(&replay.merchant, &replay.endpoint, Some(&before), PAGE).await?;
    for error in &page.unreadable {
        tracing::error!(error = %domain::Causes::of(error), "a delivery is unreadable and is not sent again");
    }
    let found = page.deliveries.len();
    let looked: Vec<Delivery> =
        page.deliveries.into_iter().take_while(|delivery| delivery.key.at >= replay.from).collect();
    let behind = page.next.and_then(|next| next.key(&replay.merchant, &replay.endpoint));
    let end = behind.filter(|_| looked.len() == found).map_or(PageEnd::Last, PageEnd::More);
    let now = deps.clock.now().max(replay.asked_at);
    let wanted = looked.iter().filter(|delivery| replay.takes(delivery) && !replay.has_sent(delivery));
    let again: Vec<Delivery> = wanted.filter_map(|delivery| delivery.replayed(now)).collect();
    let keys: Vec<Option<DeliveryKey>> =
        stream::iter(again).map(|delivery| make_due(batch, delivery)).buffered(WRITES).try_collect().await?;
    let tries: Vec<Notice> = keys.into_iter().flatten().map(Notice::Try).collect();
    deps.again.send_all(&tries).await?;
    Ok(replay.moved(&looked, end, now))
}

/// None: somebody else moved it meanwhile, so it is on its way already.
async fn make_due(batch: &Batch<'_>, delivery: Delivery) -> Result<Option<DeliveryKey>, StoreError> {
    Ok(match wrote(batch.deps.deliveries.put(&delivery).await)? {
        Wrote::Done => Some(delivery.key),
        Wrote::Overtaken => None,
    })
}
