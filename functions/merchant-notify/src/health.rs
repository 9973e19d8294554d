//! What a try says of its endpoint. Nothing of it is needed to tell anybody anything: what can't be written is left out.

use domain::{
    tell::{EndpointTelling, EndpointTidings, Message},
    webhook::{Answer, Delivery, DeliveryState, Endpoint, EndpointState, Meaning, Unheard, Why},
};
use jiff::{SignedDuration, Timestamp};

use crate::{Deps, Failed, endpoints::Put};

/// For so long nothing was heard when an endpoint is switched off: all but the last tries of a delivery (Standard Webhooks: "after a long time").
const DEAF: SignedDuration = SignedDuration::from_hours(72);

/// Takes the one try that finds out whether an endpoint is back. None: somebody else has it.
pub(crate) async fn probe(deps: &Deps, endpoint: &Endpoint, now: Timestamp) -> Result<Option<Endpoint>, Failed> {
    let probing = endpoint.faring(endpoint.health.probed(now));
    Ok(match deps.endpoints.put(&probing).await? {
        Put::Done => Some(probing),
        Put::Overtaken => None,
    })
}

/// Notes what the last try of a delivery says of its endpoint, and tells the merchant what it has to know.
pub(crate) async fn note(deps: &Deps, endpoint: &Endpoint, delivery: &Delivery) {
    if let Err(error) = noted(deps, endpoint, delivery).await {
        tracing::warn!(error = %domain::Causes::of(&*error), endpoint = endpoint.id.as_str(), "an endpoint's health is not noted");
    }
}

async fn noted(deps: &Deps, endpoint: &Endpoint, delivery: &Delivery) -> Result<(), Failed> {
    let Some(last) = delivery.attempts.last() else { return Ok(()) };
    let now = deps.clock.now();
    let health = match last.answer {
        Answer::Unheard(Unheard::Rests) => None, // nobody was asked: nothing is new
        Answer::Status(_) | Answer::Unheard(_) => endpoint.health.after(last.answer, last.took_ms, now),
    };
    let mut next = health.map_or_else(|| endpoint.clone(), |health| endpoint.faring(health));
    let over = matches!(delivery.state, DeliveryState::GivenUp { .. });
    let deaf = next.health.failing_since.is_some_and(|since| now.duration_since(since) >= DEAF);
    let broken = match last.answer.meaning() {
        Meaning::Gone => Some((Why::Gone, EndpointTidings::Gone)),
        Meaning::Again | Meaning::Silent if over && deaf => Some((Why::Deaf, EndpointTidings::Deaf)),
        Meaning::Heard | Meaning::Again | Meaning::Silent => None,
    };
    let tidings = match broken {
        Some((why, tidings)) => {
            next = Endpoint {
                version: endpoint.version.saturating_add(1),
                ..next.switched(EndpointState::Broken { at: now, why })
            };
            Some(tidings)
        }
        None if next.health.wants_telling(now) => {
            let health = domain::webhook::Health { told: true, ..next.health.clone() };
            next = endpoint.faring(health);
            Some(EndpointTidings::Silent)
        }
        None => None,
    };
    if next == *endpoint {
        return Ok(());
    }
    // told before it is noted: a mail that comes twice is better than none
    if let Some(tidings) = tidings {
        let telling = EndpointTelling::new(&next, tidings);
        deps.mails.send_all(&[&Message::Endpoint(telling)]).await?;
    }
    deps.endpoints.put(&next).await.map(drop).map_err(Failed::from)
}
