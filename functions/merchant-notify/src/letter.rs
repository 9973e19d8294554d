//! Dead letters: a delivery that nobody tries any more is a matter for a person, one for each endpoint; so is what a queue parks: something that happened and of
//! which no delivery could be made, and a try that could not be made.

use std::collections::HashMap;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    attention::{Matter, MatterId},
    webhook::{Delivery, DeliveryKey, DeliveryState, Notice},
};
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use store::{Raised, StoreError};

use crate::{Batch, Deps, Failed};

/// How often a queue gives a message before it parks it (template.yaml: `maxReceiveCount`).
const LAST: u32 = 5;

/// Sees to it that a matter of this endpoint is open, and says which: its log says the rest. One that has been open for longer than deliveries are kept speaks of
/// others.
pub(crate) async fn raise(batch: &Batch<'_>, key: &DeliveryKey) -> Result<MatterId, Failed> {
    let now = batch.deps.clock.now();
    match known(batch, key, now).await?.iter().find(|matter| matter.is_open()) {
        Some(open) => Ok(open.id()),
        None => Ok(call(batch.deps, key, now).await?),
    }
}

/// Raises another where the matter is closed by now: whoever closed it has not seen what was written since.
pub(crate) async fn stays(batch: &Batch<'_>, key: &DeliveryKey, matter: &MatterId) -> Result<(), Failed> {
    match batch.deps.attention.load(Some(&key.merchant), matter).await? {
        Some(stands) if stands.is_open() => {}
        Some(_) | None => drop(call(batch.deps, key, batch.deps.clock.now()).await?),
    }
    Ok(())
}

/// The same where a message comes again: what stands is a dead letter, and whoever wrote it may not have come so far as to raise the matter. Somebody who closed
/// one since has seen it.
pub(crate) async fn raise_again(batch: &Batch<'_>, delivery: &Delivery) -> Result<(), Failed> {
    let key = &delivery.key;
    let died = match delivery.state {
        DeliveryState::GivenUp { at } | DeliveryState::Held { at } => at,
        DeliveryState::Sending { .. } | DeliveryState::Waiting { .. } | DeliveryState::Heard { .. } => return Ok(()),
    };
    if batch.endpoints.one(&key.merchant, &key.endpoint).await?.is_none() {
        return Ok(()); // it was removed, and its log with it
    }
    let now = batch.deps.clock.now();
    let seen = |matter: &Matter| matter.settled.as_ref().is_none_or(|settled| settled.at >= died);
    if !known(batch, key, now).await?.iter().any(seen) {
        call(batch.deps, key, now).await?;
    }
    Ok(())
}

/// The matters of this endpoint, open and closed, since what is in its log.
async fn known(batch: &Batch<'_>, key: &DeliveryKey, now: Timestamp) -> Result<Vec<Matter>, StoreError> {
    let from = now.saturating_sub(Delivery::KEPT_FOR).unwrap_or(Timestamp::MIN);
    batch.deps.attention.unheard(&key.merchant, &key.endpoint, from).await
}

/// Calls a person. Whoever does so in the same minute calls by the same name, so that workers who give up in the same moment raise one matter.
async fn call(deps: &Deps, key: &DeliveryKey, now: Timestamp) -> Result<MatterId, StoreError> {
    let matter = |since| Matter::of_endpoint(&key.merchant, &key.endpoint, since);
    let to_the_minute = TimestampRound::new().smallest(Unit::Minute).mode(RoundMode::Trunc);
    let of_the_minute = matter(now.round(to_the_minute).unwrap_or(now));
    match deps.attention.raise(&of_the_minute).await? {
        Raised::New => return Ok(of_the_minute.id()),
        Raised::Known => {}
    }
    match deps.attention.load(Some(&key.merchant), &of_the_minute.id()).await? {
        Some(known) if known.is_open() => Ok(known.id()),
        // it was closed within the minute
        Some(_) | None => {
            let another = matter(now);
            deps.attention.raise(&another).await?;
            Ok(another.id())
        }
    }
}

/// What a queue parks.
#[derive(Debug)]
pub(crate) enum Parked {
    /// Something happened, and no delivery of it could be made.
    Event(Matter),
    /// A try that could not be made.
    Try(DeliveryKey),
}

/// What a person is called for if the queue parks them: of the messages that it gives for the last time.
pub(crate) fn given_last(event: &SqsEvent) -> HashMap<String, Parked> {
    let last = event.records.iter().filter(|message| {
        let count = message.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse::<u32>().ok());
        count.is_some_and(|count| count >= LAST)
    });
    last.filter_map(|message| {
        let parked = match serde_json::from_str::<Notice>(message.body.as_deref()?).ok()? {
            Notice::Event(happened) => {
                let order = happened.payment_key().map(|key| key.order);
                Parked::Event(Matter::of_unprepared(&happened.merchant, order, happened.at))
            }
            Notice::Try(key) => Parked::Try(key),
            Notice::Replay { .. } => return None, // its page says that it does not go on
        };
        Some((message.message_id.clone()?, parked))
    })
    .collect()
}

/// Raises the matter of each of them that failed again: the queue parks its message now.
pub(crate) async fn raise_parked(batch: &Batch<'_>, last: &HashMap<String, Parked>, answer: &SqsBatchResponse) {
    let deps = batch.deps;
    for failed in &answer.batch_item_failures {
        let raised = match last.get(&failed.item_identifier) {
            None => continue,
            Some(Parked::Event(matter)) => deps.attention.raise(matter).await.map(drop),
            Some(Parked::Try(key)) => match raise(batch, key).await {
                Ok(_) => Ok(()),
                Err(_) => call(deps, key, deps.clock.now()).await.map(drop), // the look at those that are open may be what failed
            },
        };
        if let Err(error) = raised {
            // the alarm over the dead letters calls somebody all the same
            tracing::error!(error = %domain::Causes::of(&error), "a parked message is no matter");
        }
    }
}
