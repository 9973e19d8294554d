//! One step of a plan, written over whatever stands.

use domain::{CardOwner, MerchantId, recurring::plan::Plan};
use store::{PlanWritten, StoreError};

use crate::{Deps, WorkError};

/// Writes what `step` makes of a plan; answers what stands then. Where others keep moving the plan, its message is given again.
pub(crate) async fn write(
    deps: &Deps,
    plan: Plan,
    step: impl Fn(&Plan) -> Option<Plan> + Send,
) -> Result<Plan, WorkError> {
    Ok(deps.plans.change(plan, step).await?.into_plan())
}

/// Writes what was decided for a plan with the card that was found for it, over that plan alone. Where it was moved meanwhile there may be another card: its
/// message is given again, and looks anew.
pub(crate) async fn write_over_this(deps: &Deps, next: Option<Plan>) -> Result<(), WorkError> {
    let Some(next) = next else { return Ok(()) };
    match deps.plans.put(&next).await? {
        PlanWritten::Done => Ok(()),
        PlanWritten::Refused(_) => Err(StoreError::Conflict.into()),
    }
}

/// Writes what `step` makes of every plan that an owner's card pays. One that fails, or can't be read, holds up no other.
///
/// # Errors
/// The first failure, when all others are done.
pub(crate) async fn write_each_of(
    deps: &Deps,
    merchant: &MerchantId,
    owner: &CardOwner,
    step: impl Fn(&Plan) -> Option<Plan> + Send + Sync,
) -> Result<(), WorkError> {
    let mut done = Ok(());
    for id in deps.plans.names_of_owner(merchant, owner).await? {
        let written = match deps.plans.load(merchant, &id).await {
            Ok(Some(plan)) => write(deps, plan, &step).await.map(drop),
            Ok(None) => Ok(()), // its name was written, and the plan not yet
            Err(error) => Err(error.into()),
        };
        done = done.and(written);
    }
    done
}
