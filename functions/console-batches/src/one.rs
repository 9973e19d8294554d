//! One batch: the page for how it stands.

use askama::Template;
use console::{Frame, Refusal};
use domain::batch::{Batch, BatchState};
use http::{Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use lambda_http::Body;
use words::console::batches::BatchesWords;

use crate::{
    Call, address_of, check, confirm, ended,
    facts::{self, Fact},
    result, running, stop,
};

/// How soon a page looks again whose batch is being read. Seconds.
const LOOK_AGAIN_S: u32 = 2;
/// What is read longer than this was cut off; the queue gives it to another run.
const SLOW: SignedDuration = SignedDuration::from_mins(10);

/// Shows a batch, or what was asked about it.
pub(crate) async fn show(call: &Call<'_>, batch: &Batch) -> Result<Response<Body>, Refusal> {
    if call.asked("file").is_some() {
        return result::fetch(call, batch).await;
    }
    match (&batch.state, call.asked("act")) {
        (BatchState::Waiting { .. }, Some("confirm")) => confirm::ask(call, batch, None),
        (BatchState::Running { .. }, Some("stop")) => stop::ask(call, batch),
        (BatchState::Checking { bytes, since }, _) => Ok(reading(call, batch, *bytes, *since)),
        (BatchState::Refused { why, at }, _) => check::refused(call, batch, why, *at),
        (BatchState::Waiting { .. }, _) => check::show(call, batch),
        (BatchState::Running { .. } | BatchState::Cancelling { .. }, _) => running::show(call, batch).await,
        (BatchState::Done { .. } | BatchState::Cancelled { .. }, _) => ended::show(call, batch).await,
    }
}

/// What is to be said on a batch's page after something was done.
pub(crate) fn notice(call: &Call<'_>) -> Option<&'static str> {
    let words = call.words();
    match call.asked("done")? {
        "other" => Some(words.was_other),
        "unsent" => Some(words.was_unsent),
        "sent" => Some(words.was_sent),
        _ => None,
    }
}

fn reading(call: &Call<'_>, batch: &Batch, bytes: u64, since: Timestamp) -> Response<Body> {
    let words = call.words();
    let kilobytes = |bytes: u64| words::format::grouped_number(bytes.div_ceil(1024));
    let frame = call.frame(words.one).refreshing(LOOK_AGAIN_S, address_of(&batch.id));
    let page = ReadingPage {
        frame: frame.clone(),
        words,
        notice: notice(call),
        facts: facts::of(call, batch),
        percent: bytes.saturating_mul(100).checked_div(batch.source.size).unwrap_or(0).min(100),
        read: (words.bytes_of)(&kilobytes(bytes), &kilobytes(batch.source.size)),
        slow: call.visit.now.duration_since(since) > SLOW,
    };
    call.page(StatusCode::OK, &page, &frame)
}

#[derive(Template)]
#[template(path = "reading.html", whitespace = "minimize")]
struct ReadingPage {
    frame: Frame,
    words: &'static BatchesWords,
    notice: Option<&'static str>,
    facts: Vec<Fact>,
    percent: u64,
    read: String,
    slow: bool,
}
