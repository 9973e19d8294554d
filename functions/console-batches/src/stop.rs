//! Stopping a batch that runs: asked first, then noted and written; from then on no row starts.

use askama::Template;
use console::{Frame, Refusal};
use domain::{
    audit::Action,
    batch::{Batch, BatchState},
};
use http::{Response, StatusCode};
use inbound::http as answer;
use lambda_http::Body;
use store::StoreError;
use words::console::batches::BatchesWords;

use crate::{
    Call, address_of, changing,
    facts::{self, Fact},
};

/// How often stopping is tried again over what the functions behind it note meanwhile.
const TRIES: usize = 8;

/// Asks whether a batch is stopped.
pub(crate) fn ask(call: &Call<'_>, batch: &Batch) -> Result<Response<Body>, Refusal> {
    if !call.operates() {
        return Err(Refusal::RoleTooLow);
    }
    let words = call.words();
    let frame = call.frame(words.stop_title);
    let page = StopPage { frame: frame.clone(), words, address: address_of(&batch.id), facts: facts::of(call, batch) };
    Ok(call.page(StatusCode::OK, &page, &frame))
}

/// Stops it, unless it is over: whatever else was noted of it meanwhile makes no difference.
pub(crate) async fn stop(call: &Call<'_>, batch: Batch) -> Result<Response<Body>, Refusal> {
    let BatchState::Running { .. } = batch.state else { return Ok(stands(call, &batch)) };
    let action = Action::BatchStopped { batch: batch.id.clone() };
    match call.deps.console.noted(&call.visit.user, action, cancel(call, batch.clone())).await {
        Ok(stopping) => Ok(told(call, &stopping).await),
        Err(StoreError::Conflict) => match changing::stands(call, &batch).await? {
            Batch { state: BatchState::Running { .. }, .. } => Err(Refusal::Store(StoreError::Conflict)),
            moved_on => Ok(stands(call, &moved_on)),
        },
        Err(error) => Err(error.into()),
    }
}

/// Writes that it is being stopped, over what the functions behind it note at the same time. A conflict: it runs no more, or is written all the time.
async fn cancel(call: &Call<'_>, mut batch: Batch) -> Result<Batch, StoreError> {
    for _ in 0..TRIES {
        let BatchState::Running { chunks, since } = batch.state else { return Err(StoreError::Conflict) };
        let (by, at) = (call.visit.user.id.clone(), call.visit.now);
        let stopping = batch.now(BatchState::Cancelling { chunks, since, by, at });
        match call.deps.batches.put(&stopping).await {
            Ok(()) => return Ok(stopping),
            Err(StoreError::Conflict) => {
                let stands = call.deps.batches.load(&batch.merchant, &batch.id).await?;
                batch = stands.ok_or(StoreError::Conflict)?;
            }
            Err(error) => return Err(error),
        }
    }
    Err(StoreError::Conflict)
}

/// Wakes the function that brings it to its end. It would look by itself, later: that it can't be woken stops nothing.
async fn told(call: &Call<'_>, batch: &Batch) -> Response<Body> {
    if let Err(error) = call.deps.reports.send_all(&[batch.order()]).await {
        tracing::warn!(merchant.id = %batch.merchant, batch.id = %batch.id, error = %domain::Causes::of(&error), "a batch that is being stopped ends a little later");
    }
    answer::see_other(&address_of(&batch.id))
}

/// To the batch, which does not run: without a word where this visitor stopped it.
fn stands(call: &Call<'_>, batch: &Batch) -> Response<Body> {
    match &batch.state {
        BatchState::Cancelling { by, .. } | BatchState::Cancelled { by, .. } if *by == call.visit.user.id => {
            answer::see_other(&address_of(&batch.id))
        }
        BatchState::Checking { .. }
        | BatchState::Refused { .. }
        | BatchState::Waiting { .. }
        | BatchState::Running { .. }
        | BatchState::Cancelling { .. }
        | BatchState::Done { .. }
        | BatchState::Cancelled { .. } => changing::to_other(batch),
    }
}

#[derive(Template)]
#[template(path = "stop.html", whitespace = "minimize")]
struct StopPage {
    frame: Frame,
    words: &'static BatchesWords,
    address: String,
    facts: Vec<Fact>,
}
