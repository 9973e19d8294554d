//! Every regular purchase at a glance: what a person watches while the clock moves a year ahead.

use askama::Template;
use bytes::Bytes;
use domain::Lang;
use domain::recurring::plan::{Plan, PlanState, Progress};
use http::Response;
use words::recurring::{rate, run_date, standing, state};

use super::overview::japan_time;
use super::{failed, json};
use crate::site;
use crate::world::World;

struct Row {
    plan: String,
    merchant: String,
    buyer: String,
    item: String,
    rate: String,
    state: &'static str,
    standing: &'static str,
    period: u32,
    tries: u16,
    next: String,
}

#[derive(Template)]
#[template(path = "backstage/plans.html")]
struct PlansPage {
    now: String,
    mails: usize,
    calls: usize,
    rows: Vec<Row>,
}

/// All of them, by their next date.
pub(super) async fn page(world: &World) -> Response<Bytes> {
    let (plans, mails, calls) = match (world.plans().await, world.mailbox(), world.acquirer_log().await) {
        (Ok(plans), Ok(mails), Ok(calls)) => (plans, mails.len(), calls.len()),
        (Err(error), _, _) | (_, Err(error), _) | (_, _, Err(error)) => return failed(&error),
    };
    let rows = plans.iter().map(row).collect();
    site::rendered(&PlansPage { now: japan_time(world.now()), mails, calls, rows }, "'self'")
}

/// The same as they are stored.
pub(super) async fn as_json(world: &World) -> Response<Bytes> {
    world.plans().await.map_or_else(|error| failed(&error), |plans| json::json(&plans))
}

fn row(plan: &Plan) -> Row {
    Row {
        plan: plan.id.as_str().to_owned(),
        merchant: plan.merchant.to_string(),
        buyer: plan.mail.clone(),
        item: plan.item.clone(),
        rate: rate(Lang::En, plan.rate()),
        state: state(Lang::En, &plan.state),
        standing: standing(Lang::En, &plan.state),
        period: plan.period,
        tries: plan.tries,
        next: next(plan),
    }
}

fn next(plan: &Plan) -> String {
    match plan.state {
        PlanState::Active(Progress::Waiting) => run_date(Lang::En, plan.run_day()),
        PlanState::Active(Progress::Retrying { next, .. }) => japan_time(next.at),
        PlanState::Active(Progress::Immediate { .. }) => "now".to_owned(),
        PlanState::Active(Progress::Asked { .. }) | PlanState::Paused { .. } | PlanState::Ended { .. } => String::new(),
    }
}
