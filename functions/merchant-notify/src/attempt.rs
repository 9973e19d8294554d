//! One try: signed, written down as being made, sent, and its answer written down.

use domain::webhook::{Attempt, Delivery, Endpoint, Form, Resolved, retry_after, signed_form};
use inbound::{OpenedMerchant, notification::signed_headers};
use jiff::{SignedDuration, Timestamp};
use outbound::notify::Notification;
use store::StoreError;

use crate::{Batch, Deps, Failed, chance, health, letter};

/// The longest wait that the queue can make (SQS's limit); longer ones are left to the round over what is due.
const BY_QUEUE: SignedDuration = SignedDuration::from_mins(15);

/// Makes a try of a delivery that this write holds for it, and writes down what came. What can't be signed is not held: the queue gives its message again,
/// and at last parks it where a person sees it.
pub(crate) async fn make(
    batch: &Batch<'_>,
    endpoint: &Endpoint,
    merchant: &OpenedMerchant,
    delivery: Delivery,
) -> Result<Wrote, Failed> {
    let deps = batch.deps;
    let now = deps.clock.now();
    let notification = notification(deps, endpoint, merchant, &delivery, now)?;
    match write(batch, &delivery).await? {
        Wrote::Overtaken => return Ok(Wrote::Overtaken),
        Wrote::Done => {}
    }
    let heard = deps.notifier.send(&endpoint.address, &notification).await;
    let after = deps.clock.now();
    let asked = heard.retry_after.as_deref().and_then(|value| retry_after(value, after));
    let attempt = Attempt::new(now, heard.took_ms, heard.answer, &heard.said);
    tracing::info!(
        event.id = delivery.key.event.as_str(),
        endpoint = endpoint.id.as_str(),
        answer = ?heard.answer,
        duration_ms = heard.took_ms,
        "notification sent"
    );
    let resolved = delivery.resolved(attempt, asked, chance()?, after);
    let kept = keep(batch, &resolved).await;
    match &kept {
        Ok(Wrote::Overtaken) => {}
        // also where nobody could be called: the message comes again, and finds the try written
        Ok(Wrote::Done) | Err(_) => health::note(batch, endpoint, &resolved.delivery, asked).await,
    }
    kept.map(|_| Wrote::Done)
}

/// Writes down where a delivery stands after a try, and has the next one made.
pub(crate) async fn keep(batch: &Batch<'_>, Resolved { delivery, wait }: &Resolved) -> Result<Wrote, Failed> {
    match write(batch, delivery).await? {
        Wrote::Overtaken => return Ok(Wrote::Overtaken),
        Wrote::Done => {}
    }
    match *wait {
        Some(wait) if wait <= BY_QUEUE => {
            // the round over what is due finds it, a minute late at most
            if let Err(error) = batch.deps.try_later(&delivery.key, wait).await {
                tracing::warn!(error = %domain::Causes::of(&error), "a retry is left to the round over what is due");
            }
        }
        Some(_) | None => {}
    }
    Ok(Wrote::Done)
}

/// What became of a conditional write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrote {
    /// It stands.
    Done,
    /// Someone was first: of a delivery our hold had ended, of an endpoint or a replay somebody knows better.
    Overtaken,
}

/// What became of a write whose condition is the version.
pub(crate) fn wrote(written: Result<(), StoreError>) -> Result<Wrote, StoreError> {
    match written {
        Ok(()) => Ok(Wrote::Done),
        Err(StoreError::Conflict) => Ok(Wrote::Overtaken),
        Err(error @ (StoreError::Unavailable(_) | StoreError::Unreadable { .. })) => Err(error),
    }
}

/// Writes a delivery; one that nobody tries any more is a matter for a person.
pub(crate) async fn write(batch: &Batch<'_>, delivery: &Delivery) -> Result<Wrote, Failed> {
    if !delivery.is_dead_letter() {
        return Ok(wrote(batch.deps.deliveries.put(delivery).await)?);
    }
    // raised before it is written: no dead letter stands unseen where this run ends in between
    let raised = letter::raise(batch, &delivery.key).await;
    // written also where it could not be raised: what was sent is not sent without end
    let written = wrote(batch.deps.deliveries.put(delivery).await)?;
    let matter = raised?;
    match written {
        Wrote::Overtaken => {}
        Wrote::Done => {
            tracing::warn!(
                event.id = delivery.key.event.as_str(),
                endpoint = delivery.key.endpoint.as_str(),
                "a notification waits for a person"
            );
            letter::stays(batch, &delivery.key, &matter).await?;
        }
    }
    Ok(written)
}

/// What is sent now. The body of every try is the same; the time and what is signed with it are not.
fn notification(
    deps: &Deps,
    endpoint: &Endpoint,
    merchant: &OpenedMerchant,
    delivery: &Delivery,
    now: Timestamp,
) -> Result<Notification, Failed> {
    let (content_type, body) = match delivery.form {
        Form::Json => ("application/json", delivery.body.clone()),
        Form::HandOver => {
            let secret = merchant.signing_secret(now);
            let body = signed_form(&delivery.body, &merchant.merchant, endpoint.address.as_str(), secret, now)?;
            ("application/x-www-form-urlencoded", body)
        }
    };
    let headers = signed_headers(&deps.keyring, endpoint, delivery.key.event.as_str(), &body, now)?;
    Ok(Notification { content_type, headers, body })
}
