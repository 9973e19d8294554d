//! What a GET shows: how the regular purchase stands, or a question.

use domain::{
    PaymentKey,
    recurring::plan::{PauseReason, Plan, PlanState},
};
use http::{Response, StatusCode};
use inbound::{
    checkout::{CardHandle, FORM_LIFETIME, ReceiptHandle},
    http as answer,
    page::{PastCharge, PlanAct, PlanAsk, PlanDone, PlanOverview, PlanView},
};
use lambda_http::Body;

use super::{PlanVisit, agree, card};
use crate::{Failure, visit::Typed};

/// How many of the past periods are shown.
const PAST: usize = 6;

pub(super) async fn show(visit: &PlanVisit<'_>) -> Result<Response<Body>, Failure> {
    let plan = visit.plan().await?;
    match visit.asked("view") {
        Some("card") => to_card(visit, &plan).await,
        Some("agree") => agree::ask(visit, &plan, None, &[]).await,
        other => {
            let possible = |act: &PlanAct| act.done_to(&plan, visit.deps.clock.now()).is_some();
            match other.and_then(PlanAct::parse).filter(possible) {
                Some(act) => ask(visit, &plan, act).await,
                None => overview(visit, &plan).await,
            }
        }
    }
}

/// To the form that replaces the card, whichever card it is by now, or to that for a card where there is none.
async fn to_card(visit: &PlanVisit<'_>, plan: &Plan) -> Result<Response<Body>, Failure> {
    if plan.is_over() {
        return overview(visit, plan).await;
    }
    match visit.card(plan).await? {
        Some(card) => {
            let path = visit.deps.checkout.card_path(&CardHandle::of(&card), FORM_LIFETIME)?;
            Ok(answer::see_other(&format!("{path}?lang={}", visit.lang(None, plan).tag())))
        }
        None => card::ask(visit, plan, None, Typed::default()).await,
    }
}

async fn ask(visit: &PlanVisit<'_>, plan: &Plan, act: PlanAct) -> Result<Response<Body>, Failure> {
    let opened = visit.merchant().await?;
    let ask = PlanAsk { act, plan, action: &visit.path, token: &visit.seal(None)?, now: visit.deps.clock.now() };
    let query = format!("view={}&", act.name());
    Ok(visit.page(&opened.merchant, visit.lang(None, plan), StatusCode::OK, PlanView::Ask(ask), &query))
}

async fn overview(visit: &PlanVisit<'_>, plan: &Plan) -> Result<Response<Body>, Failure> {
    let opened = visit.merchant().await?;
    let card = visit.card(plan).await?;
    let change = card.as_ref().map(|card| visit.deps.checkout.card_path(&CardHandle::of(card), FORM_LIFETIME));
    let change = change.transpose()?;
    let done = visit.asked("done").and_then(PlanDone::parse).filter(|done| still(*done, plan));
    let view = PlanOverview {
        plan,
        card: card.as_ref().map(|card| visit.deps.entry(card)).zip(change.as_deref()),
        past: &past(visit, plan).await?,
        action: &visit.path,
        done,
        now: visit.deps.clock.now(),
    };
    let lang = visit.lang(None, plan);
    Ok(visit.page(&opened.merchant, lang, StatusCode::OK, PlanView::Overview(view), ""))
}

/// Whether the plan stands as an address says that was made a moment ago: who comes by a bookmark is not told what is over.
const fn still(done: PlanDone, plan: &Plan) -> bool {
    match done {
        PlanDone::Act(PlanAct::Pause) => matches!(plan.state, PlanState::Paused { why: PauseReason::Buyer, .. }),
        PlanDone::Act(PlanAct::Resume) => matches!(plan.state, PlanState::Active(_)),
        PlanDone::Act(PlanAct::Stop) => matches!(plan.state, PlanState::Ended { .. }),
        PlanDone::Agreed | PlanDone::Refused => plan.proposal.is_none(),
        PlanDone::Moved | PlanDone::Open | PlanDone::CardNotTaken => true,
    }
}

/// The last periods that were paid, newest first.
async fn past(visit: &PlanVisit<'_>, plan: &Plan) -> Result<Vec<PastCharge>, Failure> {
    let keys: Vec<PaymentKey> = (1..plan.period).rev().take(PAST).map(|period| plan.order_of_period(period)).collect();
    let payments = visit.deps.payments.load_all(&keys).await?;
    let mut past = Vec::new();
    for key in keys {
        let paid = payments.iter().find(|payment| payment.key == key);
        let Some((payment, at)) = paid.and_then(|payment| Some((payment, payment.state.paid_at()?))) else { continue };
        let amount = payment.amount_now();
        past.push(PastCharge { at, amount, receipt: visit.deps.checkout.receipt_path(&ReceiptHandle { key })? });
    }
    Ok(past)
}
