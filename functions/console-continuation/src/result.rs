//! What came of a run that was begun: its batch says so.

use console::Refusal;
use domain::{
    batch::{Batch, BatchState, Counts},
    recurring::continuation::{Run, RunState},
};
use words::{
    console::batches::{BatchesWords, batches},
    format::{grouped_number, sum},
};

use crate::{
    Call,
    facts::{self, Fact},
};

/// How a run stands: shape and word, and what came of it once that is known.
pub(crate) struct Stands {
    pub(crate) mark: &'static str,
    pub(crate) state: &'static str,
    /// How many were approved and declined.
    pub(crate) result: Option<String>,
    /// The same at length.
    pub(crate) facts: Vec<Fact>,
}

/// How a run stands.
pub(crate) async fn of(call: &Call<'_>, run: &Run) -> Result<Stands, Refusal> {
    let batch = match run.state {
        RunState::Begun { .. } => call.deps.batches.load(call.visit.merchant_id(), &run.id).await?,
        RunState::Drawing { .. }
        | RunState::Open { .. }
        | RunState::Announced { .. }
        | RunState::Confirmed { .. }
        | RunState::Cancelled { .. }
        | RunState::NotRun { .. } => None,
    };
    Ok(match batch {
        Some(batch) => begun(call, &batch),
        None => {
            let (mark, state) = (facts::mark(&run.state), (call.words().states)(&run.state));
            Stands { mark, state, result: None, facts: Vec::new() }
        }
    })
}

fn begun(call: &Call<'_>, batch: &Batch) -> Stands {
    let words = batches(call.visit.lang);
    let states = &words.states;
    let (mark, state, counts) = match &batch.state {
        BatchState::Checking { .. } => ("open", states.checking, None),
        BatchState::Refused { .. } => ("bad", states.refused, None),
        BatchState::Waiting { .. } => ("open", states.waiting, None),
        BatchState::Running { .. } => ("open", states.running, None),
        BatchState::Cancelling { .. } => ("open", states.cancelling, None),
        BatchState::Done { counts, .. } if counts.unknown > 0 => ("open", states.done_unknown, Some(counts)),
        BatchState::Done { counts, .. } => ("good", states.done, Some(counts)),
        BatchState::Cancelled { counts, ran: true, .. } => ("over", states.cancelled, Some(counts)),
        BatchState::Cancelled { ran: false, .. } => ("over", states.dropped, None),
    };
    let number = |rows: u32| grouped_number(u64::from(rows));
    Stands {
        mark,
        state,
        result: counts.map(|counts| (words.came_of_it)(&number(counts.approved), &number(counts.declined))),
        facts: counts.map(|counts| at_length(call, words, counts)).unwrap_or_default(),
    }
}

fn at_length(call: &Call<'_>, words: &BatchesWords, counts: &Counts) -> Vec<Fact> {
    let number = |rows: u32| grouped_number(u64::from(rows));
    let result = (words.came_of_it)(&number(counts.approved), &number(counts.declined));
    let result = format!("{result} / {}", sum(call.visit.lang, counts.yen));
    let rest = [(words.unknown, counts.unknown), (words.not_asked, counts.errors), (words.not_run, counts.not_run)];
    let rest = rest.into_iter().filter(|(_, rows)| *rows > 0).map(|(label, rows)| (label, number(rows)));
    std::iter::once((call.words().came_of_it, result)).chain(rest).collect()
}
