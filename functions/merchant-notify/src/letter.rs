//! Dead letters: a delivery that nobody tries any more is a matter for a person, one for each endpoint (several where workers give up in the same moment); so
//! is what a queue parks: something that happened and of which no delivery could be made, and a try that could not be made.

use std::collections::HashMap;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    attention::Matter,
    webhook::{Delivery, Notice},
};
use jiff::Timestamp;

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

/// What a person is called for if the queue parks them: of the messages that it gives for the last time.
pub(crate) fn given_last(event: &SqsEvent, now: Timestamp) -> HashMap<String, Matter> {
    let last = event.records.iter().filter(|message| {
        let count = message.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse::<u32>().ok());
        count.is_some_and(|count| count >= LAST)
    });
    last.filter_map(|message| {
        let matter = match serde_json::from_str::<Notice>(message.body.as_deref()?).ok()? {
            Notice::Event(happened) => {
                let order = happened.payment_key().map(|key| key.order);
                Matter::of_unprepared(&happened.merchant, order, happened.at)
            }
            Notice::Try(key) => Matter::of_endpoint(&key.merchant, &key.endpoint, now),
            Notice::Replay { .. } => return None, // its page says that it does not go on
        };
        Some((message.message_id.clone()?, matter))
    })
    .collect()
}

/// Raises the matter of each of them that failed again: the queue parks its message now.
pub(crate) async fn raise_parked(deps: &Deps, last: &HashMap<String, Matter>, answer: &SqsBatchResponse) {
    for failed in &answer.batch_item_failures {
        let Some(matter) = last.get(&failed.item_identifier) else { continue };
        if let Err(error) = deps.attention.raise(matter).await {
            // the alarm over the dead letters calls somebody all the same
            tracing::error!(error = %domain::Causes::of(&error), "a parked message is no matter");
        }
    }
}
