//! A file once more: the same bytes that were refused because an earlier batch has them, or what an earlier run did not get paid. It waits for
//! confirmation like any other, and an order that is paid is never charged again: the order number is the payment.

use console::Refusal;
use domain::{
    audit::Action,
    batch::{Batch, BatchState, Refused},
};
use http::Response;
use inbound::http as answer;
use lambda_http::Body;
use store::StoreError;

use crate::{
    Call, address_of,
    changing::{self, Moved},
};

/// Makes a file ready once more, and leads to what its check found.
pub(crate) async fn again(call: &Call<'_>, batch: Batch) -> Result<Response<Body>, Refusal> {
    match &batch.state {
        BatchState::Refused { why: Refused::SameFile { .. }, .. } if batch.check.is_some() => {
            take_same(call, batch).await
        }
        BatchState::Done { .. } | BatchState::Cancelled { .. } if is_possible(&batch) && !has_unknown(&batch) => {
            begin_next(call, &batch).await
        }
        BatchState::Checking { .. }
        | BatchState::Refused { .. }
        | BatchState::Waiting { .. }
        | BatchState::Running { .. }
        | BatchState::Cancelling { .. }
        | BatchState::Done { .. }
        | BatchState::Cancelled { .. } => Ok(changing::to_other(&batch)),
    }
}

/// Whether rows of it came to nothing that may yet be paid.
pub(crate) fn is_possible(batch: &Batch) -> bool {
    match &batch.state {
        BatchState::Done { counts, .. } | BatchState::Cancelled { counts, ran: true, .. } => {
            // a row that the check refused is as wrong in the same file again
            let bad = batch.check.as_ref().map_or(0, |check| check.rows.saturating_sub(check.good));
            counts.declined > 0 || counts.errors > bad || counts.not_run > 0
        }
        // a second run that was made ready and dropped; another file that was dropped is uploaded again
        BatchState::Cancelled { ran: false, .. } => batch.again,
        BatchState::Checking { .. }
        | BatchState::Refused { .. }
        | BatchState::Waiting { .. }
        | BatchState::Running { .. }
        | BatchState::Cancelling { .. } => false,
    }
}

fn has_unknown(batch: &Batch) -> bool {
    match &batch.state {
        BatchState::Done { counts, .. } | BatchState::Cancelled { counts, .. } => counts.unknown > 0,
        BatchState::Checking { .. }
        | BatchState::Refused { .. }
        | BatchState::Waiting { .. }
        | BatchState::Running { .. }
        | BatchState::Cancelling { .. } => false,
    }
}

/// The same bytes again: this very batch waits from now on.
async fn take_same(call: &Call<'_>, batch: Batch) -> Result<Response<Body>, Refusal> {
    let action = Action::BatchAgain { batch: batch.id.clone(), of: batch.id.clone() };
    let since = call.visit.now;
    let waiting = |batch: &Batch| Batch { again: true, ..batch.now(BatchState::Waiting { since }) };
    Ok(match changing::decide(call, batch, action, waiting).await? {
        Moved::Done(batch) => answer::see_other(&address_of(&batch.id)),
        Moved::Stands(batch) => changing::to_other(&batch),
    })
}

/// A batch of its own over the same version of the same object. Its name comes from the one before: two clerks, or one who asks twice, get the same.
async fn begin_next(call: &Call<'_>, batch: &Batch) -> Result<Response<Body>, Refusal> {
    let next = Batch {
        id: batch.next_id(),
        version: 1,
        confirmed_by: None,
        again: true,
        told: false,
        state: BatchState::Waiting { since: call.visit.now },
        made_at: call.visit.now,
        ..batch.clone()
    };
    if call.deps.batches.load(&next.merchant, &next.id).await?.is_none() {
        let action = Action::BatchAgain { batch: next.id.clone(), of: batch.id.clone() };
        match call.deps.console.noted(&call.visit.user, action, call.deps.batches.put(&next)).await {
            Ok(()) | Err(StoreError::Conflict) => {} // a colleague's is the same
            Err(error) => return Err(error.into()),
        }
    }
    Ok(answer::see_other(&address_of(&next.id)))
}
