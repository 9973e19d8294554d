//! What may be done with a regular purchase as it stands.

use domain::recurring::{
    calendar::Anchor,
    plan::{By, Plan, PlanState},
};
use inbound::checkout::trades_at;
use words::console::recurring::Act;

use crate::Call;

/// What is offered, in order. A change leads to both ways of changing.
pub(crate) fn acts(call: &Call<'_>, plan: &Plan) -> Vec<Act> {
    Act::ALL.into_iter().filter(|act| *act != Act::Propose && may(call, plan, *act)).collect()
}

/// Whether a plan's state lets it be done; what its period's payment says is asked apart.
pub(crate) fn may(call: &Call<'_>, plan: &Plan, act: Act) -> bool {
    let now = call.visit.now;
    match act {
        Act::Charge => trades_at(call.merchant(), call.deps.stage) && plan.charged_by_hand(now).is_some(),
        Act::Skip => plan.skipped(now).is_some(),
        Act::Pause => plan.paused(By::Merchant, now).is_some(),
        Act::Resume => plan.resumed(By::Merchant, now).is_some(),
        Act::Change | Act::Propose => is_live(plan),
        Act::Withdraw => is_live(plan) && plan.withdrawn_proposal().is_some(),
        Act::Move => other_day(plan).is_some_and(|day| plan.moved_to(day, now).is_some()),
        Act::End => plan.ended(By::Merchant, now).is_some(),
    }
}

const fn is_live(plan: &Plan) -> bool {
    match plan.state {
        PlanState::Active(_) | PlanState::Paused { .. } => true,
        PlanState::Ended { .. } => false,
    }
}

/// Any day that it does not have.
fn other_day(plan: &Plan) -> Option<Anchor> {
    [1, 2].into_iter().filter_map(|day| Anchor::new(day).ok()).find(|day| *day != plan.anchor)
}
