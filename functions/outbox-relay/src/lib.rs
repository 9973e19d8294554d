//! The table's stream is the outbox: what a change tells people, and what it gives to do, goes to the queues.

use domain::{
    payment::{Telling, tidings},
    recurring::work::RecurringWork,
    tell::{CardTelling, EndpointTelling, LinkTelling, Message, PlanTelling},
    webhook::{self, Event, Notice},
};
use inbound::{
    Config, ConfigError,
    events::{self, Change, StreamAnswer},
};
use lambda_runtime::LambdaEvent;
use outbound::{Queue, Queued};
use serde_json::Value;
use store::{StoreError, batches, cards, endpoints, links, payments, plans};

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    mails: Queue,
    recurring: Queue,
    notices: Queue,
}

impl Deps {
    /// # Errors
    /// [`ConfigError`].
    pub fn new(config: &Config) -> Result<Self, ConfigError> {
        let queue = |name| config.required(name).map(|url| Queue::new(config.sdk(), url));
        let (mails, recurring) = (queue("MAIL_QUEUE")?, queue("RECURRING_QUEUE")?);
        Ok(Self { mails, recurring, notices: queue("NOTIFY_QUEUE")? })
    }
}

/// What a change gives to the queues.
#[derive(Debug, Default)]
struct Given {
    /// What is told, and whom.
    tellings: Vec<Message>,
    /// What there is to do for regular purchases.
    work: Vec<RecurringWork>,
    /// What merchants' servers are told; who wants to hear it is looked up where it is told.
    events: Vec<Event>,
}

/// Relays a batch of changes. What was not relayed is begun again from there, and told again with the same ids.
///
/// # Errors
/// An event that is not one of the stream's.
pub async fn handler(deps: &Deps, event: LambdaEvent<Value>) -> Result<StreamAnswer, lambda_runtime::Error> {
    let changes = events::changes(&event.payload).ok_or("not an event of the table's stream")?;
    let (mut tellings, mut work, mut notices) = (Vec::new(), Vec::new(), Vec::new());
    let mut unreadable = None;
    for (place, change) in changes.iter().enumerate() {
        match given(change) {
            Ok(given) => {
                tellings.extend(given.tellings.into_iter().map(|message| (place, message)));
                work.extend(given.work.into_iter().map(|message| (place, message)));
                notices.extend(given.events.into_iter().map(|event| (place, Notice::Event(event))));
            }
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
    let unsent =
        [send(&deps.mails, &tellings).await, send(&deps.recurring, &work).await, send(&deps.notices, &notices).await];
    let begin_again = unsent.into_iter().chain([unreadable]).flatten().min();
    Ok(match begin_again.and_then(|place| changes.get(place)) {
        Some(change) => StreamAnswer::again_from(change),
        None => StreamAnswer::done(),
    })
}

/// Sends the messages; answers the first change whose message may not have been taken.
async fn send<M: Queued>(queue: &Queue, messages: &[(usize, M)]) -> Option<usize> {
    let bodies: Vec<&M> = messages.iter().map(|(_, message)| message).collect();
    let unsent = match queue.send(&bodies).await {
        Ok(failed) => failed.into_iter().min(),
        Err(error) => {
            tracing::error!(error = %domain::Causes::of(&error), "the queue did not answer");
            (!bodies.is_empty()).then_some(0)
        }
    };
    unsent.and_then(|place| messages.get(place)).map(|(change, _)| *change)
}

/// What a change tells and gives to do.
fn given(change: &Change) -> Result<Given, StoreError> {
    let mut given = Given::default();
    of_payment(change, &mut given)?;
    of_card(change, &mut given)?;
    of_link(change, &mut given)?;
    of_plan(change, &mut given)?;
    of_batch(change, &mut given)?;
    of_endpoint(change, &mut given)?;
    Ok(given)
}

fn of_payment(change: &Change, given: &mut Given) -> Result<(), StoreError> {
    let (old, new) = images(change, payments::from_stream)?;
    let Some(new) = new else { return Ok(()) };
    if let Some(tidings) = tidings(old.as_ref().map(|payment| &payment.state), &new) {
        let readers = tidings.readers().iter();
        given.tellings.extend(readers.map(|reader| Message::Payment(Telling::new(&new, tidings, *reader))));
    }
    given.work.extend(RecurringWork::of_payment(old.as_ref(), &new));
    given.events.extend(webhook::of_payment(old.as_ref(), &new, change.at.unwrap_or(new.opened_at)));
    Ok(())
}

fn of_card(change: &Change, given: &mut Given) -> Result<(), StoreError> {
    let (old, new) = images(change, cards::from_stream)?;
    let Some(new) = new else { return Ok(()) };
    let at = change.at.unwrap_or(new.consent.at);
    given.tellings.extend(CardTelling::of(old.as_ref(), &new, at).map(Message::Card));
    given.events.extend(webhook::of_card(old.as_ref(), &new, at));
    given.work.extend(RecurringWork::of_card(old.as_ref(), &new));
    Ok(())
}

fn of_link(change: &Change, given: &mut Given) -> Result<(), StoreError> {
    let (old, new) = images(change, links::from_stream)?;
    given.tellings.extend(new.and_then(|new| LinkTelling::of(old.as_ref(), &new)).map(Message::Link));
    Ok(())
}

fn of_plan(change: &Change, given: &mut Given) -> Result<(), StoreError> {
    let (old, new) = images(change, plans::from_stream)?;
    let Some(new) = new else { return Ok(()) };
    let at = change.at.unwrap_or(new.joined_at);
    given.tellings.extend(PlanTelling::of(old.as_ref(), &new, at).into_iter().map(Message::Plan));
    given.work.extend(RecurringWork::of_plan(old.as_ref(), &new, at));
    given.events.extend(webhook::of_plan(old.as_ref(), &new, at));
    Ok(())
}

fn of_batch(change: &Change, given: &mut Given) -> Result<(), StoreError> {
    let (old, new) = images(change, batches::from_stream)?;
    let Some(new) = new else { return Ok(()) };
    given.events.extend(webhook::of_batch(old.as_ref(), &new, change.at.unwrap_or(new.made_at)));
    Ok(())
}

fn of_endpoint(change: &Change, given: &mut Given) -> Result<(), StoreError> {
    let (old, new) = images(change, endpoints::from_stream)?;
    given.tellings.extend(new.and_then(|new| EndpointTelling::of(old.as_ref(), &new)).map(Message::Endpoint));
    Ok(())
}

/// What a stream record holds of an item.
type Image = serde_json::Map<String, Value>;

/// The item before and after, where it is of the kind that `read` reads.
fn images<T>(
    change: &Change,
    read: impl Fn(&Image) -> Result<Option<T>, StoreError>,
) -> Result<(Option<T>, Option<T>), StoreError> {
    let image = |image: &Option<Image>| image.as_ref().map_or(Ok(None), &read);
    Ok((image(&change.old)?, image(&change.new)?))
}
