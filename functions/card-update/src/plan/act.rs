//! A buyer pauses a regular purchase, goes on with it, or ends it. Each is free, at any time, and at once.

use domain::recurring::plan::{PauseReason, Plan, PlanState};
use http::Response;
use inbound::{
    CardForm,
    page::{PlanAct, PlanDone},
};
use jiff::Timestamp;
use lambda_http::Body;

use super::PlanVisit;
use crate::Failure;

pub(super) async fn act(visit: &PlanVisit<'_>, form: &CardForm, act: PlanAct) -> Result<Response<Body>, Failure> {
    visit.form(form)?;
    let plan = visit.plan().await?;
    let lang = visit.lang(Some(form), &plan);
    let now = visit.deps.clock.now();
    if act == PlanAct::Resume && is_held(visit, &plan, now).await? {
        return Ok(visit.done(lang, PlanDone::Open));
    }
    // what was asked of the period's payment was asked for this plan
    let seen = plan.version;
    let changed = visit
        .change(plan.clone(), |plan| act.done_to(plan, now).filter(|_| act != PlanAct::Resume || plan.version == seen))
        .await?;
    if let Some(changed) = &changed {
        tracing::info!(merchant.id = %changed.merchant, plan.id = changed.id.as_str(), act = act.name(), "a buyer changed a regular purchase");
    }
    // Sent twice, it is said twice.
    let stands = match &changed {
        Some(_) => true,
        None => already(act, &visit.plan().await?),
    };
    Ok(visit.done(lang, if stands { PlanDone::Act(act) } else { PlanDone::Moved }))
}

const fn already(act: PlanAct, plan: &Plan) -> bool {
    match act {
        PlanAct::Pause => matches!(plan.state, PlanState::Paused { why: PauseReason::Buyer, .. }),
        PlanAct::Resume => matches!(plan.state, PlanState::Active(_)),
        PlanAct::Stop => matches!(plan.state, PlanState::Ended { .. }),
    }
}

/// Whether going on would let go of a period whose charge is on its way, or came.
async fn is_held(visit: &PlanVisit<'_>, plan: &Plan, now: Timestamp) -> Result<bool, Failure> {
    if PlanAct::Resume.done_to(plan, now).is_none_or(|next| next.period == plan.period) {
        return Ok(false);
    }
    let payment = visit.deps.payments.load(&plan.order_of(plan.period)).await?;
    Ok(plan.may_let_go(payment.as_ref(), now).is_err())
}
