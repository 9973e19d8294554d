//! Changes of a regular purchase. What is so already is answered as done: a call that was cut off finds what it did.

use api::{
    Answer, Problem, Run, Visit, body,
    wire::renewal::{ChangeRequest, RenewalBody, StandRequest},
};
use domain::{
    Merchant,
    api::{Code, Fault, Started},
    recurring::plan::{By, ChangeError, Plan, PlanState, Rate},
};
use store::{PlanWritten, StoreError};

use crate::{Deps, named};

/// How often a refused write is decided again with what stands.
const DECISIONS: usize = 4;

/// Where it is to stand.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stand {
    Pause,
    Resume,
    End,
}

/// What is wanted of it.
#[derive(Clone, Copy)]
enum Wish<'a> {
    Stand(Stand),
    Rate(&'a ChangeRequest),
}

/// What to write, or nothing where it is so already.
type Step = Result<Option<Plan>, Problem>;

pub(crate) async fn stand(deps: &Deps, visit: &Visit<'_>, stand: Stand) -> Result<Answer, Problem> {
    let asked: StandRequest = body(visit.request)?;
    let (plan, wish) = (named(deps, visit).await?, Wish::Stand(stand));
    let started = of(&plan);
    deps.api.once(visit, &asked, started, |run| Box::pin(carry_out(deps, visit, (plan, wish), run))).await
}

pub(crate) async fn rate(deps: &Deps, visit: &Visit<'_>) -> Result<Answer, Problem> {
    let asked: ChangeRequest = body(visit.request)?;
    if asked.amount.is_none() && asked.cycle_months.is_none() {
        return Err(Problem::field(Code::FieldRefused, "amount", Fault::Missing));
    }
    let (plan, wish) = (named(deps, visit).await?, Wish::Rate(&asked));
    let started = of(&plan);
    deps.api.once(visit, &asked, started, |run| Box::pin(carry_out(deps, visit, (plan, wish), run))).await
}

/// What a call stands for: the plan as it was when the call began.
const fn of(plan: &Plan) -> Started {
    Started::at(0, plan.version)
}

/// Changes it over whatever stands.
async fn carry_out(
    deps: &Deps,
    visit: &Visit<'_>,
    (mut plan, wish): (Plan, Wish<'_>),
    run: Run,
) -> Result<Answer, Problem> {
    for _ in 0..DECISIONS {
        let step = match wish {
            Wish::Stand(Stand::Pause) => paused(&plan, visit),
            Wish::Stand(Stand::Resume) => resumed(deps, visit, &plan).await,
            Wish::Stand(Stand::End) => Ok(plan.ended(By::Merchant, visit.now)),
            Wish::Rate(asked) => changed(&plan, visit, asked),
        };
        let Some(next) = step? else { return Ok(Answer::new(200, &RenewalBody::of(&plan))) };
        if run.is_resumed && plan.version != run.started.n && !matches!(wish, Wish::Stand(Stand::End)) {
            // It was moved since the call began, by the call itself or by somebody else: whoever asks reads it and decides again.
            return Err(Problem::new(Code::RenewalChanged));
        }
        check_by_settings(visit.merchant(), wish)?;
        match deps.plans.put(&next).await? {
            PlanWritten::Done => {
                tracing::info!(plan.id = %next.id, merchant.id = %visit.merchant_id(), "a regular purchase was changed by the API");
                return Ok(Answer::new(200, &RenewalBody::of(&next)));
            }
            PlanWritten::Refused(stands) => plan = *stands,
        }
    }
    Err(StoreError::Conflict.into())
}

/// What is wrong with a wish for this merchant, as it is set now: a call that was carried out is not asked again.
fn check_by_settings(merchant: &Merchant, wish: Wish<'_>) -> Result<(), Problem> {
    match wish {
        Wish::Rate(asked) if asked.amount.is_some_and(|amount| amount.yen() > merchant.max_amount) => {
            Err(Problem::field(Code::FieldRefused, "amount", Fault::OutOfRange))
        }
        Wish::Rate(_) | Wish::Stand(_) => Ok(()),
    }
}

fn paused(plan: &Plan, visit: &Visit<'_>) -> Step {
    match plan.state {
        PlanState::Ended { .. } => Err(Problem::new(Code::RenewalImpossible)),
        PlanState::Active(_) | PlanState::Paused { .. } => Ok(plan.paused(By::Merchant, visit.now)),
    }
}

/// It goes on behind a period only where no charge of that is on its way.
async fn resumed(deps: &Deps, visit: &Visit<'_>, plan: &Plan) -> Step {
    let next = match plan.state {
        PlanState::Active(_) => return Ok(None),
        PlanState::Paused { .. } | PlanState::Ended { .. } => plan.resumed(By::Merchant, visit.now),
    };
    let next = next.ok_or_else(|| Problem::new(Code::RenewalImpossible))?;
    if next.period != plan.period {
        let payment = deps.payments.load(&plan.order_of(plan.period)).await?;
        let held = plan.may_let_go(payment.as_ref(), visit.now);
        held.map_err(|_| Problem::new(Code::PaymentRunning))?;
    }
    Ok(Some(next))
}

/// What favours the buyer is changed, the rest proposed to the buyer.
fn changed(plan: &Plan, visit: &Visit<'_>, asked: &ChangeRequest) -> Step {
    let last = plan.last_rate();
    let rate = Rate {
        amount: asked.amount.map_or(last.amount, |amount| amount.yen()),
        cycle: asked.cycle_months.map_or(last.cycle, |months| months.cycle()),
    };
    if plan.proposal == Some(rate) {
        return Ok(None);
    }
    match plan.changed(rate, visit.now) {
        Ok(next) => Ok(Some(next)),
        Err(ChangeError::Same) => Ok(None),
        Err(ChangeError::NeedsAgreement) => {
            plan.proposed(rate).map(Some).map_err(|_| Problem::new(Code::RenewalImpossible))
        }
        Err(ChangeError::Ended | ChangeError::NotProposed) => Err(Problem::new(Code::RenewalImpossible)),
    }
}
