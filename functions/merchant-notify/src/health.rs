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

/// Notes what the last try of a delivery says of its endpoint. `asked` is how long the endpoint asked to be left alone.
pub(crate) async fn note(batch: &Batch<'_>, endpoint: &Endpoint, delivery: &Delivery, asked: Option<SignedDuration>) {
    if let Err(error) = noted(batch, endpoint, delivery, asked).await {
        tracing::warn!(error = %domain::Causes::of(&*error), endpoint = endpoint.id.as_str(), "an endpoint's health is not noted");
    }
}

async fn noted(
    batch: &Batch<'_>,
    endpoint: &Endpoint,
    delivery: &Delivery,
    asked: Option<SignedDuration>,
) -> Result<(), Failed> {
    let Some(last) = delivery.attempts.last() else { return Ok(()) };
    let heard = Heard { last, asked, over: matches!(delivery.state, DeliveryState::GivenUp { .. }) };
    let mut stands = endpoint.clone();
    for _ in 0..LOOKS {
        let Some(next) = after(&stands, &heard, batch.deps.clock.now()) else { return Ok(()) };
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

/// What came of a try.
struct Heard<'a> {
    last: &'a Attempt,
    /// How long the endpoint asked to be left alone.
    asked: Option<SignedDuration>,
    /// Its delivery was given up.
    over: bool,
}

/// An endpoint after a try, by one write. None: nothing changed that is worth a write.
fn after(endpoint: &Endpoint, &Heard { last, asked, over }: &Heard<'_>, now: Timestamp) -> Option<Endpoint> {
    if !endpoint.is_on() || !endpoint.heeds(last.at) {
        return None; // what somebody decided stands, also where it was decided while the try was under way
    }
    let health = match last.answer {
        Answer::Unheard(Unheard::Rests | Unheard::OpenedAgain) => None, // nobody was asked: nothing is new
        Answer::Status(_)
        | Answer::Unheard(Unheard::Refused | Unheard::NoConnection | Unheard::Lost | Unheard::Timeout) => {
            endpoint.health.after(last.answer, last.took_ms, asked, now)
        }
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
        Some(why) => Some(next.switched(EndpointState::Broken { at: now, why }, now)),
        None if next == *endpoint => None,
        None => Some(next.faring(next.health.clone())),
    }
}
