//! A delivery that is tried again: by the second queue, whoever put it there.

use domain::webhook::{DeliveryKey, EndpointState, Gate, Unsent};
use jiff::SignedDuration;

use crate::{
    Batch, Failed,
    attempt::{self, wrote},
    chance, health, letter,
};

/// A message may come so much before its time: a queue's clock and ours differ by a little.
const LITTLE: SignedDuration = SignedDuration::from_secs(60);

/// Tries a delivery, if it is time and nobody else does.
pub(crate) async fn again(batch: &Batch<'_>, key: &DeliveryKey) -> Result<(), Failed> {
    let deps = batch.deps;
    let Some(stands) = deps.deliveries.load(key).await? else { return Ok(()) };
    let now = deps.clock.now();
    let claimed = match stands.claim(now) {
        Ok(claimed) => claimed,
        Err(Unsent::Early(due)) if due.duration_since(now) < LITTLE => {
            return Ok(deps.try_later(key, due.duration_since(now)).await?);
        }
        // the round over what is due looks again
        Err(Unsent::Early(_) | Unsent::Taken(_)) => return Ok(()),
        Err(Unsent::Over) => return letter::raise_again(batch, &stands).await,
    };
    let Some(endpoint) = batch.endpoints.one(&key.merchant, &key.endpoint).await? else {
        // it was removed: nobody is there to hear it, and no log for a person to look at
        wrote(deps.deliveries.put(&stands.held(now)).await)?;
        return Ok(());
    };
    match endpoint.state {
        EndpointState::On => {}
        EndpointState::Off { .. } | EndpointState::Broken { .. } => {
            return attempt::write(batch, &stands.held(now)).await.map(drop);
        }
    }
    let may = match endpoint.health.gate(now) {
        Gate::Open | Gate::Slow => Some(endpoint.clone()),
        Gate::Probe => health::probe(batch, &endpoint, now).await?,
        Gate::Rest => None,
    };
    let Some(endpoint) = may else {
        return attempt::keep(batch, &stands.passed_over(chance()?, now)).await.map(drop);
    };
    let merchant = deps.merchants.load(&key.merchant, &deps.keyring).await?.ok_or("the merchant is not there")?;
    attempt::make(batch, &endpoint, &merchant, claimed).await.map(drop)
}
