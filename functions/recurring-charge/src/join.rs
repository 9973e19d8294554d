//! A first payment succeeded: its plan begins.

use std::sync::atomic::Ordering;

use domain::{PaymentKey, clock::japan_date, recurring::plan::Plan};
use store::{PlanWritten, StoreError};

use crate::{Deps, WorkError};

/// Begins the plan of a first payment. One that began before stays as it is: the payment is its name.
pub(crate) async fn begin(deps: &Deps, key: &PaymentKey) -> Result<(), WorkError> {
    let payment = deps.payments.load(key).await?.ok_or(WorkError::Gone("payment"))?;
    let Some(chosen) = &payment.details.offer else { return Ok(()) };
    let offer = deps.offers.version(&key.merchant, chosen).await?.ok_or(WorkError::Gone("offer"))?;
    let Some(plan) = Plan::join(&offer, &payment) else {
        // Cancelled since, or never bound to anything: nobody is charged by that again.
        tracing::warn!(payment.id = %key, state = payment.state.name(), "no regular purchase begins with this payment");
        return Ok(());
    };
    begin_schedule(deps).await?;
    match deps.plans.put(&plan).await? {
        PlanWritten::Done => tracing::info!(payment.id = %key, plan.id = %plan.id, "a regular purchase began"),
        PlanWritten::Refused(_) => {} // it began before
    }
    Ok(())
}

/// The schedule looks from the day on which somebody joined first. Before that it has nothing to do, and asks nothing.
async fn begin_schedule(deps: &Deps) -> Result<(), StoreError> {
    if !deps.begun.load(Ordering::Relaxed) {
        deps.schedule.begin(japan_date(deps.clock.now())).await?;
        deps.begun.store(true, Ordering::Relaxed);
    }
    Ok(())
}
