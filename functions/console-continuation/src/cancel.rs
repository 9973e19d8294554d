//! A run that is dropped before anything of it is charged.

use console::Refusal;
use domain::{
    audit::Action,
    recurring::continuation::{Run, RunState},
};
use http::Response;
use inbound::http as answer;
use lambda_http::Body;

use crate::{
    Call, address_of,
    changing::{self, Moved},
};

/// Cancels a run, once.
pub(crate) async fn cancel(call: &Call<'_>, run: Run) -> Result<Response<Body>, Refusal> {
    if !run.may_be_cancelled() {
        return Ok(changing::to_other(&run));
    }
    let cancelled = run.now(RunState::Cancelled { by: Some(call.visit.user.id.clone()), at: call.visit.now });
    let action = Action::ContinuationCancelled { run: run.id.clone(), month: run.month };
    Ok(match changing::decide(call, &run, action, cancelled).await? {
        Moved::Done(run) => answer::see_other(&address_of(&run.id)),
        Moved::Stands(run) => changing::to_other(&run),
    })
}
