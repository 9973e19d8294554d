//! What a try says of its endpoint. Nothing of it is needed to tell anybody anything: what can't be written is left out.
//!
//! What the merchant has to know of it is told by mail from the stream, as every change is: one change is one mail.

use domain::webhook::{
    Answer, Attempt, Delivery, DeliveryState, Endpoint, EndpointState, Health, Meaning, Unheard, Why,
};
use jiff::{SignedDuration, Timestamp};

use crate::{Batch, Failed, attempt::Wrote};

/// For so long nothing was heard when an endpoint is switched off: all but the last tries of a delivery (Standard Webhooks: "after a long time").
const DEAF: SignedDuration = SignedDuration::from_hours(72);

/// How often one that is to be switched off is looked at, where others change it in the same moment.
const LOOKS: u8 = 3;

/// Takes the one try that finds out whether an endpoint is back. None: somebody else has it.
pub(crate) async fn probe(batch: &Batch<'_>, endpoint: &Endpoint, now: Timestamp) -> Result<Option<Endpoint>, Failed> {
    let probing = endpoint.faring(endpoint.health.probed(now));
    Ok(match batch.endpoints.put(&probing).await? {
        Wrote::Done => Some(probing),
        Wrote::Overtaken => None,
    })
}

/// Notes what the last try of a delivery says of its endpoint.
pub(crate) async fn note(batch: &Batch<'_>, endpoint: &Endpoint, delivery: &Delivery) {
    if let Err(error) = noted(batch, endpoint, delivery).await {
        tracing::warn!(error = %domain::Causes::of(&*error), endpoint = endpoint.id.as_str(), "an endpoint's health is not noted");
    }
}

async fn noted(batch: &Batch<'_>, endpoint: &Endpoint, delivery: &Delivery) -> Result<(), Failed> {
    let Some(last) = delivery.attempts.last() else { return Ok(()) };
    let over = matches!(delivery.state, DeliveryState::GivenUp { .. });
    let mut stands = endpoint.clone();
    for _ in 0..LOOKS {
        let Some(next) = after(&stands, last, over, batch.deps.clock.now()) else { return Ok(()) };
        match batch.endpoints.put(&next).await? {
            Wrote::Done => return Ok(()),
            Wrote::Overtaken if next.is_on() => return Ok(()), // what another try said in the same moment is as good
            Wrote::Overtaken => {}
        }
        let Some(now_stands) = batch.endpoints.anew(&endpoint.merchant, &endpoint.id).await? else { return Ok(()) };
        stands = now_stands;
    }
    Ok(()) // the next try says it again
}

/// An endpoint after a try, by one write; `over`: its delivery was given up. None: nothing changed that is worth a write.
fn after(endpoint: &Endpoint, last: &Attempt, over: bool, now: Timestamp) -> Option<Endpoint> {
    if !endpoint.is_on() {
        return None; // what somebody decided stands
    }
    let health = match last.answer {
        Answer::Unheard(Unheard::Rests) => None, // nobody was asked: nothing is new
        Answer::Status(_) | Answer::Unheard(_) => endpoint.health.after(last.answer, last.took_ms, now),
    };
    let health = health.unwrap_or_else(|| endpoint.health.clone());
    let deaf = health.failing_since.is_some_and(|since| now.duration_since(since) >= DEAF);
    let broken = match last.answer.meaning() {
        Meaning::Gone => Some(Why::Gone),
        Meaning::Again | Meaning::Silent if over && deaf => Some(Why::Deaf),
        Meaning::Heard | Meaning::Again | Meaning::Silent => None,
    };
    let told = health.told || health.wants_telling(now);
    let next = Endpoint { health: Health { told, ..health }, ..endpoint.clone() };
    match broken {
        Some(why) => Some(next.switched(EndpointState::Broken { at: now, why })),
        None if next == *endpoint => None,
        None => Some(next.faring(next.health.clone())),
    }
}
