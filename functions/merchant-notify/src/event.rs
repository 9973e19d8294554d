//! Something happened: a delivery is written for each endpoint that wants to hear it, and tried at once where the endpoint answers well.

use domain::{
    Payment,
    webhook::{self, Delivery, DeliveryState, Endpoint, Event, Gate, sending, wait_after},
};
use futures_util::future::join_all;
use inbound::OpenedMerchant;
use jiff::{SignedDuration, Timestamp};

use crate::{
    Batch, Failed,
    attempt::{self, Wrote},
    chance, letter,
};

/// Tells an event to everyone who wants it. A repeat finds what stands. An endpoint that can't be read may want it, too: the event is parked in the end, where a
/// person sees it, after all others have heard it.
pub(crate) async fn tell(batch: &Batch<'_>, event: &Event) -> Result<(), Failed> {
    let all = batch.endpoints.of(&event.merchant).await?;
    let wanting: Vec<&Endpoint> = all.endpoints.iter().filter(|endpoint| endpoint.wants(event.kind)).collect();
    if !wanting.is_empty() {
        tell_all(batch, event, wanting).await?;
    }
    match all.unreadable.first() {
        None => Ok(()),
        Some(error) => Err(error.to_string().into()),
    }
}

async fn tell_all(batch: &Batch<'_>, event: &Event, wanting: Vec<&Endpoint>) -> Result<(), Failed> {
    let deps = batch.deps;
    let merchant = deps.merchants.load(&event.merchant, &deps.keyring).await?.ok_or("the merchant is not there")?;
    let payment = match event.payment_key() {
        Some(key) => deps.payments.load(&key).await?,
        None => None,
    };
    let told = wanting.into_iter().map(|endpoint| tell_one(batch, event, endpoint, &merchant, payment.as_ref()));
    join_all(told).await.into_iter().collect()
}

async fn tell_one(
    batch: &Batch<'_>,
    event: &Event,
    endpoint: &Endpoint,
    merchant: &OpenedMerchant,
    payment: Option<&Payment>,
) -> Result<(), Failed> {
    let body = webhook::body(event, endpoint.form, &endpoint.id, &merchant.merchant, payment)?;
    let now = batch.deps.clock.now();
    let (delivery, wait) = match body {
        Some(body) => {
            let (state, wait) = first(endpoint, chance()?, now);
            (Delivery::begin(event, &endpoint.id, endpoint.form, body, state), wait)
        }
        None => (Delivery::untold(event, &endpoint.id, endpoint.form, now), None),
    };
    let written = match delivery.state {
        DeliveryState::Sending { .. } => attempt::make(batch, endpoint, merchant, delivery.clone()).await?,
        DeliveryState::Waiting { .. }
        | DeliveryState::Heard { .. }
        | DeliveryState::GivenUp { .. }
        | DeliveryState::Held { .. } => attempt::write(batch, &delivery).await?,
    };
    match (written, wait) {
        (Wrote::Done, Some(wait)) => Ok(batch.deps.try_later(&delivery.key, wait).await?),
        (Wrote::Done, None) => Ok(()),
        // it came before: whoever wrote it tries it, or the round over what is due does
        (Wrote::Overtaken, _) => match batch.deps.deliveries.load(&delivery.key).await? {
            Some(stands) => letter::raise_again(batch, &stands).await,
            None => Ok(()),
        },
    }
}

/// How a delivery begins, and when the second queue has it tried where it is not tried now.
fn first(endpoint: &Endpoint, chance: u32, now: Timestamp) -> (DeliveryState, Option<SignedDuration>) {
    if !endpoint.is_on() {
        return (DeliveryState::Held { at: now }, None);
    }
    match endpoint.health.gate(now) {
        Gate::Open => (sending(now), None),
        Gate::Slow | Gate::Probe => (DeliveryState::Waiting { due: now }, Some(SignedDuration::ZERO)),
        Gate::Rest => {
            let wait = wait_after(2, None, chance).unwrap_or(SignedDuration::ZERO);
            (DeliveryState::Waiting { due: now.saturating_add(wait).unwrap_or(Timestamp::MAX) }, Some(wait))
        }
    }
}
