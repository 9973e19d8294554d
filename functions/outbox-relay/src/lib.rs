//! The table's stream is the outbox: what a change tells people goes to the queues.

use domain::{
    payment::{Telling, tidings},
    tell::{CardTelling, LinkTelling, Message},
};
use inbound::{
    Config, ConfigError,
    events::{self, Change, StreamAnswer},
};
use lambda_runtime::LambdaEvent;
use outbound::Queue;
use serde_json::Value;
use store::{StoreError, cards, links, payments};

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    mails: Queue,
}

impl Deps {
    /// # Errors
    /// [`ConfigError`].
    pub fn new(config: &Config) -> Result<Self, ConfigError> {
        Ok(Self { mails: Queue::new(config.sdk(), config.required("MAIL_QUEUE")?) })
    }
}

/// Relays a batch of changes. What was not relayed is begun again from there, and told again with the same ids.
///
/// # Errors
/// An event that is not one of the stream's.
pub async fn handler(deps: &Deps, event: LambdaEvent<Value>) -> Result<StreamAnswer, lambda_runtime::Error> {
    let changes = events::changes(&event.payload).ok_or("not an event of the table's stream")?;
    let mut messages = Vec::new();
    let mut unreadable = None;
    for (place, change) in changes.iter().enumerate() {
        match tellings(change) {
            Ok(told) => messages.extend(told.into_iter().map(|message| (place, message))),
            Err(error) => {
                tracing::error!(
                    error = %domain::Causes::of(&error),
                    sequence = change.sequence_number,
                    "a change is unreadable"
                );
                unreadable = Some(place);
                break;
            }
        }
    }
    let unsent = send(deps, &messages).await;
    let begin_again = [unsent, unreadable].into_iter().flatten().min();
    Ok(match begin_again.and_then(|place| changes.get(place)) {
        Some(change) => StreamAnswer::again_from(change),
        None => StreamAnswer::done(),
    })
}

/// Sends the messages; answers the first change whose message may not have been taken.
async fn send(deps: &Deps, messages: &[(usize, Message)]) -> Option<usize> {
    let bodies: Vec<&Message> = messages.iter().map(|(_, message)| message).collect();
    let unsent = match deps.mails.send(&bodies).await {
        Ok(failed) => failed.into_iter().min(),
        Err(error) => {
            tracing::error!(error = %domain::Causes::of(&error), "the queue did not answer");
            (!bodies.is_empty()).then_some(0)
        }
    };
    unsent.and_then(|place| messages.get(place)).map(|(change, _)| *change)
}

/// What a change tells, and whom.
fn tellings(change: &Change) -> Result<Vec<Message>, StoreError> {
    Ok([of_payment(change)?, of_card(change)?.into_iter().chain(of_link(change)?).collect()].concat())
}

fn of_payment(change: &Change) -> Result<Vec<Message>, StoreError> {
    let read = |image: &Option<_>| image.as_ref().map_or(Ok(None), payments::from_stream);
    let (old, new) = (read(&change.old)?, read(&change.new)?);
    let Some(new) = new else { return Ok(Vec::new()) };
    let told = tidings(old.as_ref().map(|payment| &payment.state), &new);
    Ok(told.map_or_else(Vec::new, |tidings| {
        let readers = tidings.readers().iter();
        readers.map(|reader| Message::Payment(Telling::new(&new, tidings, *reader))).collect()
    }))
}

fn of_card(change: &Change) -> Result<Option<Message>, StoreError> {
    let read = |image: &Option<_>| image.as_ref().map_or(Ok(None), cards::from_stream);
    let (old, new) = (read(&change.old)?, read(&change.new)?);
    let told = new.and_then(|new| CardTelling::of(old.as_ref(), &new, change.at.unwrap_or(new.consent.at)));
    Ok(told.map(Message::Card))
}

fn of_link(change: &Change) -> Result<Option<Message>, StoreError> {
    let read = |image: &Option<_>| image.as_ref().map_or(Ok(None), links::from_stream);
    let (old, new) = (read(&change.old)?, read(&change.new)?);
    Ok(new.and_then(|new| LinkTelling::of(old.as_ref(), &new)).map(Message::Link))
}
