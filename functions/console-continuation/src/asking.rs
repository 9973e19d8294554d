//! Asks for a month's plan. Nothing is charged by that.

use console::Refusal;
use domain::{
    audit::Action,
    clock::japan_date,
    recurring::continuation::{Month, Run},
};
use http::Response;
use inbound::http as answer;
use lambda_http::Body;

use crate::{Call, address_of, changing, list};

/// Makes a run, and has its plan drawn up.
pub(crate) async fn ask(call: &Call<'_>) -> Result<Response<Body>, Refusal> {
    let today = japan_date(call.visit.now);
    let this = Month::of(today);
    let typed = |name: &str| Month::parse(call.visit.field(name)).map_err(|_| Refusal::Unreadable);
    let (from, month) = (typed("from")?, typed("month")?);
    if !list::continued(this).any(|each| each == from) || !list::charged(this).contains(&month) {
        return Err(Refusal::Unreadable);
    }
    if from >= month {
        return list::show(call, Some(call.words().months_reversed)).await;
    }
    let random = u64::from_be_bytes(inbound::random()?);
    let (now, by) = (call.visit.now, call.visit.user.id.clone());
    let run = Run::asked(call.visit.merchant_id(), (from, month), by, (now, today), random);
    let action = Action::ContinuationAsked { run: run.id.clone(), month };
    call.deps.console.noted(&call.visit.user, action, call.deps.runs.put(&run)).await?;
    Ok(changing::told(call, &run, answer::see_other(&address_of(&run.id))).await)
}
