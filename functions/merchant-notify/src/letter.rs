//! Dead letters: a delivery that nobody tries any more is a matter for a person, one for each endpoint at a time; so is something that happened and of which no
//! delivery could be made.

use std::collections::HashMap;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    attention::Matter,
    webhook::{Delivery, Event, Notice},
};

use crate::{Batch, Deps, Failed};

/// How often a queue gives a message before it parks it (template.yaml: `maxReceiveCount`).
const LAST: u32 = 5;

/// Raises the matter before the delivery is written, so that no dead letter stands unseen. While one of this endpoint is open, its log says the rest.
pub(crate) async fn raise(batch: &Batch<'_>, delivery: &Delivery) -> Result<(), Failed> {
    let (merchant, endpoint) = (&delivery.key.merchant, &delivery.key.endpoint);
    if batch.deps.attention.unheard(merchant, endpoint).await?.is_some() {
        return Ok(());
    }
    let matter = Matter::of_endpoint(merchant, endpoint, batch.deps.clock.now());
    batch.deps.attention.raise(&matter).await?;
    Ok(())
}

/// What happened, of the messages that the queue gives for the last time.
pub(crate) fn given_last(event: &SqsEvent) -> HashMap<String, Event> {
    let last = event.records.iter().filter(|message| {
        let count = message.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse::<u32>().ok());
        count.is_some_and(|count| count >= LAST)
    });
    last.filter_map(|message| match serde_json::from_str(message.body.as_deref()?).ok()? {
        Notice::Event(happened) => Some((message.message_id.clone()?, happened)),
        Notice::Try(_) | Notice::Replay { .. } => None, // these stand in the table
    })
    .collect()
}

/// Raises a matter for each of them that failed again: the queue parks its message now.
pub(crate) async fn raise_parked(deps: &Deps, last: &HashMap<String, Event>, answer: &SqsBatchResponse) {
    for failed in &answer.batch_item_failures {
        let Some(event) = last.get(&failed.item_identifier) else { continue };
        let order = event.payment_key().map(|key| key.order);
        let matter = Matter::of_unprepared(&event.merchant, order, event.at);
        if let Err(error) = deps.attention.raise(&matter).await {
            // the alarm over the dead letters calls somebody all the same
            tracing::error!(error = %domain::Causes::of(&error), event.id = event.id.as_str(), "a parked event is no matter");
        }
    }
}
