//! A plan is looked at: a reminder, its period's charge, or the question to its merchant.

use std::time::Duration;

use domain::{
    MerchantId,
    clock::japan_date,
    recurring::{
        plan::{Due, Plan, PlanId},
        work::RecurringWork,
    },
};
use jiff::{SignedDuration, Timestamp};

use crate::{Deps, WorkError, renew, settle, step};

/// How long a message that comes too early is held back: a night. What is due later, the schedule brings.
const HELD_BACK: SignedDuration = SignedDuration::from_hours(8);

/// Does what there is to do for a plan now.
pub(crate) async fn at(
    deps: &Deps,
    (merchant, plan): (&MerchantId, &PlanId),
    deadline: Timestamp,
) -> Result<(), WorkError> {
    // A merchant that may not trade charges nobody. Its plans stay where they are, and the schedule comes by every day.
    let Some(merchant) = deps.trading(merchant).await? else { return Ok(()) };
    let plan = deps.plans.load(&merchant.id, plan).await?.ok_or(WorkError::Gone("plan"))?;
    let plan = remind(deps, plan).await?;
    match plan.due(deps.clock.now()) {
        Due::Nothing => Ok(()),
        Due::Later(then) => come_back(deps, &plan, then).await,
        Due::Charge(renewal) => Box::pin(renew::charge(deps, &merchant, plan, renewal, deadline)).await,
        Due::Ask => {
            // What nobody knows of the period's payment is found out first, and what came of it counts.
            match settle::standing(deps, &merchant, plan).await? {
                settle::Period::Untried(plan) | settle::Period::Failed(plan, _) => ask(deps, plan).await,
                settle::Period::Open | settle::Period::Moved => Ok(()),
            }
        }
    }
}

/// Writes down that a reminder goes out whose day has come: the change is what is told.
async fn remind(deps: &Deps, plan: Plan) -> Result<Plan, WorkError> {
    let today = japan_date(deps.clock.now());
    step::write(deps, plan, |plan| plan.reminded(today)).await
}

async fn ask(deps: &Deps, plan: Plan) -> Result<(), WorkError> {
    let now = deps.clock.now();
    let plan = step::write(deps, plan, |plan| plan.ask(now)).await?;
    tracing::warn!(merchant.id = %plan.merchant, plan.id = %plan.id, period = plan.period, "a period is too late to be charged by itself");
    Ok(())
}

/// The message came before the hour: it is held back, a quarter of an hour at a time, which is as long as a queue does that.
async fn come_back(deps: &Deps, plan: &Plan, then: Timestamp) -> Result<(), WorkError> {
    let wait = then.duration_since(deps.clock.now());
    if wait > HELD_BACK {
        return Ok(());
    }
    // a second more than needed is none too early again
    let wait = Duration::try_from(wait).unwrap_or_default().saturating_add(Duration::from_secs(1));
    let look = RecurringWork::Look { merchant: plan.merchant.clone(), plan: plan.id.clone() };
    Ok(deps.work.send_later(&look, wait).await?)
}
