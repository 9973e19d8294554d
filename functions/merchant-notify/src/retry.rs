//! A delivery that is tried again: by the second queue, whoever put it there.

use domain::webhook::{DeliveryKey, EndpointState, Gate, Unsent};
use jiff::SignedDuration;
use store::DeliveryWritten;

use crate::{Deps, Failed, attempt, chance, health};

/// How long somebody else's try is waited for at most before this message is given up: the round over what is due looks again.
const SHORT: SignedDuration = SignedDuration::from_mins(15);

/// Tries a delivery, if it is time and nobody else does.
pub(crate) async fn again(deps: &Deps, key: &DeliveryKey) -> Result<(), Failed> {
    let Some(stands) = deps.deliveries.load(key).await? else { return Ok(()) };
    let now = deps.clock.now();
    let claimed = match stands.claim(now) {
        Ok(claimed) => claimed,
        // a queue's clock and ours may differ by a little
        Err(Unsent::Early(due)) if due.duration_since(now) < SignedDuration::from_secs(60) => {
            return Ok(deps.try_later(key, due.duration_since(now).min(SHORT)).await?);
        }
        Err(Unsent::Early(_) | Unsent::Taken(_) | Unsent::Over) => return Ok(()),
    };
    let Some(endpoint) = deps.endpoints.one(&key.merchant, &key.endpoint).await? else {
        // it was removed: nobody is there to hear it
        return attempt::write(deps, &stands.held(now)).await.map(drop);
    };
    match endpoint.state {
        EndpointState::On => {}
        EndpointState::Off { .. } | EndpointState::Broken { .. } => {
            return attempt::write(deps, &stands.held(now)).await.map(drop);
        }
    }
    let may = match endpoint.health.gate(now) {
        Gate::Open | Gate::Slow => Some(endpoint.clone()),
        Gate::Probe => health::probe(deps, &endpoint, now).await?,
        Gate::Rest => None,
    };
    let Some(endpoint) = may else {
        let passed = stands.passed_over(chance()?, now);
        return attempt::settle(deps, &endpoint, passed).await;
    };
    match deps.deliveries.put(&claimed).await? {
        DeliveryWritten::Refused(_) => Ok(()),
        DeliveryWritten::Done => {
            let merchant =
                deps.merchants.load(&key.merchant, &deps.keyring).await?.ok_or("the merchant is not there")?;
            attempt::make(deps, &endpoint, &merchant, claimed).await
        }
    }
}
