//! One step of a plan, written over whatever stands.

use domain::recurring::plan::Plan;
use store::{PlanWritten, StoreError};

use crate::{Deps, WorkError};

/// How often a step is decided again over what somebody else wrote; more means that others keep moving the plan, and its message is given again.
const DECISIONS: usize = 4;

/// Writes what `step` makes of a plan; where somebody was quicker, what it makes of theirs. Answers what stands then. A step that makes None changes nothing.
pub(crate) async fn write(
    deps: &Deps,
    plan: Plan,
    step: impl Fn(&Plan) -> Option<Plan> + Send,
) -> Result<Plan, WorkError> {
    let mut stands = plan;
    for _ in 0..DECISIONS {
        let Some(next) = step(&stands) else { return Ok(stands) };
        match deps.plans.put(&next).await? {
            PlanWritten::Done => return Ok(next),
            PlanWritten::Refused(theirs) => stands = *theirs,
        }
    }
    Err(StoreError::Conflict.into())
}
