//! How somebody's decision about a batch is written: noted first, then written over what the form showed, then told to the functions behind it.

use console::Refusal;
use domain::{
    audit::Action,
    batch::{Batch, BatchState},
};
use http::Response;
use inbound::http as answer;
use lambda_http::Body;
use store::StoreError;

use crate::{Call, address_of};

/// What became of a decision.
pub(crate) enum Moved {
    /// It stands.
    Done(Box<Batch>),
    /// Somebody else was faster, or this form was sent before: this is what stands.
    Stands(Box<Batch>),
}

/// Writes a decision in place of what the form showed. It is in the audit log before.
pub(crate) async fn decide(
    call: &Call<'_>,
    batch: Batch,
    action: Action,
    decided: impl FnOnce(&Batch) -> Batch,
) -> Result<Moved, Refusal> {
    if !is_shown(call, &batch) {
        return Ok(Moved::Stands(Box::new(batch)));
    }
    let decided = decided(&batch);
    match call.deps.console.noted(&call.visit.user, action, call.deps.batches.put(&decided)).await {
        Ok(()) => Ok(Moved::Done(Box::new(decided))),
        Err(StoreError::Conflict) => Ok(Moved::Stands(Box::new(stands(call, &batch).await?))),
        Err(error) => Err(error.into()),
    }
}

/// Whether a batch is as the form showed it.
pub(crate) fn is_shown(call: &Call<'_>, batch: &Batch) -> bool {
    call.visit.field("version").parse() == Ok(batch.version)
}

/// A batch as it is now.
pub(crate) async fn stands(call: &Call<'_>, batch: &Batch) -> Result<Batch, Refusal> {
    call.deps.batches.load(&batch.merchant, &batch.id).await?.ok_or(Refusal::NotThere)
}

/// To the batch, which stands otherwise than the form showed.
pub(crate) fn to_other(batch: &Batch) -> Response<Body> {
    answer::see_other(&format!("{}?done=other", address_of(&batch.id)))
}

/// Has the rows of a batch queued; a repeat is harmless. What could not be asked for is asked for again by the button on its page.
pub(crate) async fn queue(call: &Call<'_>, batch: &Batch) -> Response<Body> {
    let address = address_of(&batch.id);
    match call.deps.intake.send_all(&[batch.order()]).await {
        Ok(()) => answer::see_other(&address),
        Err(error) => {
            tracing::error!(merchant.id = %batch.merchant, batch.id = %batch.id, error = %domain::Causes::of(&error), "a batch's rows could not be queued");
            answer::see_other(&format!("{address}?done=unsent"))
        }
    }
}

/// The button that asks for it again.
pub(crate) async fn queue_again(call: &Call<'_>, batch: &Batch) -> Result<Response<Body>, Refusal> {
    match &batch.state {
        BatchState::Running { .. } => {
            call.deps.intake.send_all(&[batch.order()]).await?;
            Ok(answer::see_other(&format!("{}?done=sent", address_of(&batch.id))))
        }
        BatchState::Checking { .. }
        | BatchState::Refused { .. }
        | BatchState::Waiting { .. }
        | BatchState::Cancelling { .. }
        | BatchState::Done { .. }
        | BatchState::Cancelled { .. } => Ok(to_other(batch)),
    }
}

/// A record that says that it was checked, without what was found.
pub(crate) fn unreadable(batch: &Batch) -> StoreError {
    StoreError::Unreadable { pk: batch.id.to_string(), what: "check" }
}
