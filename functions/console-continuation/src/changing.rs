//! How somebody's decision about a run is written: noted first, then written over what the form showed, then told to continuation-plan.

use console::Refusal;
use domain::{
    audit::Action,
    recurring::continuation::{Run, Task},
};
use http::Response;
use inbound::http as answer;
use lambda_http::Body;
use store::StoreError;

use crate::{Call, address_of};

/// What became of a decision.
pub(crate) enum Moved {
    /// It stands.
    Done(Box<Run>),
    /// Somebody else was faster, or this form was sent before: this is what stands.
    Stands(Box<Run>),
}

/// Writes a decision in place of what the form showed. It is in the audit log before.
pub(crate) async fn decide(call: &Call<'_>, run: &Run, action: Action, decided: Run) -> Result<Moved, Refusal> {
    if !is_shown(call, run) {
        return Ok(Moved::Stands(Box::new(run.clone())));
    }
    match call.deps.console.noted(&call.visit.user, action, call.deps.runs.put(&decided)).await {
        Ok(()) => Ok(Moved::Done(Box::new(decided))),
        Err(StoreError::Conflict) => Ok(Moved::Stands(Box::new(stands(call, run).await?))),
        Err(error) => Err(error.into()),
    }
}

/// Whether a run is as the form showed it.
pub(crate) fn is_shown(call: &Call<'_>, run: &Run) -> bool {
    call.visit.field("version").parse() == Ok(run.version)
}

/// A run as it is now.
pub(crate) async fn stands(call: &Call<'_>, run: &Run) -> Result<Run, Refusal> {
    call.deps.runs.load(&run.merchant, &run.id).await?.ok_or(Refusal::NotThere)
}

/// To the run, which stands otherwise than the form showed.
pub(crate) fn to_other(run: &Run) -> Response<Body> {
    answer::see_other(&format!("{}?done=other", address_of(&run.id)))
}

/// Has a run worked on, and answers so; a repeat is harmless. What could not be asked for is asked for again by the button on its page.
pub(crate) async fn told(call: &Call<'_>, run: &Run, answered: Response<Body>) -> Response<Body> {
    match call.deps.plans.send_all(&[run.order()]).await {
        Ok(()) => answered,
        Err(error) => {
            tracing::error!(merchant.id = %run.merchant, run.id = %run.id, error = %domain::Causes::of(&error), "a run of continuation could not be queued");
            answer::see_other(&format!("{}?done=unsent", address_of(&run.id)))
        }
    }
}

/// The button that asks for it again.
pub(crate) async fn ask_again(call: &Call<'_>, run: &Run) -> Result<Response<Body>, Refusal> {
    let today = domain::clock::japan_date(call.visit.now);
    match run.task(today) {
        Task::Draw | Task::Charge => {
            call.deps.plans.send_all(&[run.order()]).await?;
            Ok(answer::see_other(&format!("{}?done=sent", address_of(&run.id))))
        }
        Task::Tell | Task::PutOff | Task::Begin | Task::GiveUp | Task::Nothing => Ok(to_other(run)),
    }
}
