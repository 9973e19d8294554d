//! A batch that is over: what came of its rows, the result, and what came to nothing made ready once more.

use askama::Template;
use console::{Frame, Refusal};
use domain::batch::{Batch, BatchState, Counts, Kind};
use http::{Response, StatusCode};
use lambda_http::Body;
use words::{console::batches::BatchesWords, format::sum};

use crate::{
    Call, address_of, again,
    facts::{self, Fact, Ran},
    one, running,
};

/// How soon the page looks again where rows are being checked. Seconds.
const LOOK_AGAIN_S: u32 = 30;

/// Shows what came of a batch.
pub(crate) async fn show(call: &Call<'_>, batch: &Batch) -> Result<Response<Body>, Refusal> {
    let words = call.words();
    let (counts, ran, at, by) = match &batch.state {
        BatchState::Done { counts, at } => (*counts, true, *at, None),
        BatchState::Cancelled { counts, ran, by, at } => (*counts, *ran, *at, Some(by)),
        BatchState::Checking { .. }
        | BatchState::Refused { .. }
        | BatchState::Waiting { .. }
        | BatchState::Running { .. }
        | BatchState::Cancelling { .. } => return Err(Refusal::NotThere),
    };
    let mut facts = facts::of(call, batch);
    facts.push((words.ended, words::date_time(call.visit.lang, at)));
    let has_run = if ran { Ran::Yes } else { Ran::No };
    facts.extend(facts::people(call, batch, has_run, by).await?);
    let (heading, back) = facts::heading(words, batch);
    let frame = call.frame(heading);
    let frame = if counts.unknown > 0 { frame.refreshing(LOOK_AGAIN_S, address_of(&batch.id)) } else { frame };
    let (mark, state) = facts::state(words, batch);
    let (fetch_hint, again_means) = match batch.kind {
        Kind::File => (words.fetch_hint, words.failed_again.1),
        Kind::Continuation { .. } => (words.fetch_hint_continuation, words.failed_again_continuation),
    };
    let page = EndedPage {
        frame: frame.clone(),
        words,
        back,
        notice: one::notice(call),
        address: address_of(&batch.id),
        version: batch.version,
        mark,
        state,
        facts,
        counts: ran.then(|| running::counted(words, counts, &sum(call.visit.lang, counts.yen))),
        unknown: counts.unknown > 0,
        may_fetch: ran && call.operates(),
        again: Again::of(call, batch, counts),
        fetch_hint,
        again_means,
    };
    Ok(call.page(StatusCode::OK, &page, &frame))
}

/// Whether what came to nothing can be made ready once more.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Again {
    /// There is nothing, or they may not.
    Nothing,
    /// Not while rows are being checked.
    Later,
    /// Now.
    Now,
}

impl Again {
    fn of(call: &Call<'_>, batch: &Batch, counts: Counts) -> Self {
        if !again::is_possible(batch) || !call.operates() {
            Self::Nothing
        } else if counts.unknown > 0 {
            Self::Later
        } else {
            Self::Now
        }
    }
}

#[derive(Template)]
#[template(path = "ended.html", whitespace = "minimize")]
struct EndedPage {
    frame: Frame,
    words: &'static BatchesWords,
    back: (String, &'static str),
    notice: Option<&'static str>,
    address: String,
    version: u32,
    mark: &'static str,
    state: &'static str,
    facts: Vec<Fact>,
    /// None: it never ran.
    counts: Option<Vec<Fact>>,
    unknown: bool,
    may_fetch: bool,
    again: Again,
    /// What the result's file is.
    fetch_hint: &'static str,
    /// What charging again means.
    again_means: &'static str,
}
