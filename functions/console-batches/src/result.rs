//! The result of a batch, behind an address that ends soon. It holds buyers' data, so who fetched it is noted before.

use std::time::Duration;

use console::Refusal;
use domain::{
    audit::Action,
    batch::{Batch, BatchState},
    clock::JAPAN,
};
use http::Response;
use inbound::http as answer;
use lambda_http::Body;

use crate::Call;

/// How long the file's own address is good: the time to begin a download.
const ADDRESS_GOOD_FOR: Duration = Duration::from_secs(60);

/// Leads to the file.
pub(crate) async fn fetch(call: &Call<'_>, batch: &Batch) -> Result<Response<Body>, Refusal> {
    if !call.operates() {
        return Err(Refusal::RoleTooLow);
    }
    if !is_there(batch) {
        return Err(Refusal::NotThere);
    }
    let time = JAPAN.to_datetime(batch.made_at).strftime("%Y%m%d-%H%M").to_string();
    let name = format!("{}-{}-{time}.csv", call.words().result_file, batch.merchant);
    let address = call.deps.files.download_address(&batch.result(), &name, ADDRESS_GOOD_FOR, call.visit.now).await?;
    call.deps.console.note(call.visit, Action::BatchFetched { batch: batch.id.clone() }).await?;
    Ok(answer::see_other(&address))
}

const fn is_there(batch: &Batch) -> bool {
    match &batch.state {
        BatchState::Done { .. } | BatchState::Cancelled { ran: true, .. } => true,
        BatchState::Cancelled { ran: false, .. }
        | BatchState::Checking { .. }
        | BatchState::Refused { .. }
        | BatchState::Waiting { .. }
        | BatchState::Running { .. }
        | BatchState::Cancelling { .. } => false,
    }
}
