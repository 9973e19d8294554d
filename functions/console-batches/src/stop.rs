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
    Call, address_of,
    changing::{self, tell},
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
pub(crate) async fn stop(call: &Call<'_>, mut batch: Batch) -> Result<Response<Body>, Refusal> {
    let mut noted = false;
    for _ in 0..TRIES {
        let BatchState::Running { chunks, since } = batch.state else { return Ok(stands(call, &batch)) };
        if !noted {
            call.deps.console.note(call.visit, Action::BatchStopped { batch: batch.id.clone() }).await?;
            noted = true;
        }
        let (by, at) = (call.visit.user.id.clone(), call.visit.now);
        let stopping = batch.now(BatchState::Cancelling { chunks, since, by, at });
        match call.deps.batches.put(&stopping, stopping.forgotten_at()).await {
            Ok(()) => return Ok(told(call, &stopping).await),
            Err(StoreError::Conflict) => batch = changing::stands(call, &batch).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Err(Refusal::Store(StoreError::Conflict))
}

/// Wakes the function that brings it to its end. It would look by itself, later: that it can't be woken stops nothing.
async fn told(call: &Call<'_>, batch: &Batch) -> Response<Body> {
    if let Err(error) = tell(&call.deps.reports, batch).await {
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
