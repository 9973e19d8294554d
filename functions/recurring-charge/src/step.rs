//! One step of a plan, written over whatever stands.

use domain::recurring::plan::Plan;

use crate::{Deps, WorkError};

/// Writes what `step` makes of a plan; answers what stands then. Where others keep moving the plan, its message is given again.
pub(crate) async fn write(
    deps: &Deps,
    plan: Plan,
    step: impl Fn(&Plan) -> Option<Plan> + Send,
) -> Result<Plan, WorkError> {
    Ok(deps.plans.change(plan, step).await?.into_plan())
}
