//! A batch that runs or is being stopped: how far it is, how fast, how long yet.

use askama::Template;
use console::{Frame, Refusal};
use domain::batch::{Batch, BatchState, Counts};
use http::{Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use lambda_http::Body;
use words::{
    console::batches::{BatchesWords, duration},
    format::{grouped_number, sum},
};

use crate::{
    Call, address_of,
    facts::{self, Fact, Ran},
    one,
};

/// How soon the page looks again. Seconds.
const LOOK_AGAIN_S: u32 = 2;
/// Every look reads all chunks; a second more for each so many keeps what a page reads in a second small.
const CHUNKS_A_SECOND: u32 = 400;

/// A batch whose first rows have no answer after this may not have been queued.
const LATE: SignedDuration = SignedDuration::from_mins(1);

/// Shows how far a batch is.
pub(crate) async fn show(call: &Call<'_>, batch: &Batch) -> Result<Response<Body>, Refusal> {
    let (words, lang) = (call.words(), call.visit.lang);
    let (chunks, since, stopped_by) = match &batch.state {
        BatchState::Running { chunks, since } => (*chunks, *since, None),
        BatchState::Cancelling { chunks, since, by, .. } => (*chunks, *since, Some(by)),
        BatchState::Checking { .. }
        | BatchState::Refused { .. }
        | BatchState::Waiting { .. }
        | BatchState::Done { .. }
        | BatchState::Cancelled { .. } => return Err(Refusal::NotThere),
    };
    let counts: Counts = call.deps.batches.chunks(batch).await?.into_iter().map(|chunk| chunk.counts).sum();
    let all = batch.check.as_ref().map_or(0, |check| check.rows);
    let pace = Pace::new(counts.done, all, since, call.visit.now);
    let mut facts = facts::of(call, batch);
    facts.extend(facts::people(call, batch, Ran::Yes, stopped_by).await?);
    let again_s = LOOK_AGAIN_S.saturating_add(chunks.unwrap_or(0) / CHUNKS_A_SECOND);
    let (heading, back) = facts::heading(words, batch);
    let frame = call.frame(heading).refreshing(again_s, address_of(&batch.id));
    let (mark, state) = facts::state(words, batch);
    let row = |rows: u32| grouped_number(u64::from(rows));
    let page = RunningPage {
        frame: frame.clone(),
        words,
        back,
        notice: one::notice(call),
        address: address_of(&batch.id),
        mark,
        state,
        facts,
        percent: pace.percent,
        done: (words.done_of)(&row(counts.done), &row(all)),
        rate: pace.a_second.map(|rows| (words.rate.1)(&rows)),
        left: pace.left_s.map(|seconds| duration(lang, seconds)),
        counts: counted(words, counts, &sum(lang, counts.yen)),
        lead: match (stopped_by, chunks) {
            (Some(_), _) => Some(words.stopping_lead),
            (None, None) => Some(words.cutting_lead),
            (None, Some(_)) => None,
        },
        may_queue: call.operates() && stopped_by.is_none() && counts.done == 0 && is_late(call, since),
        may_stop: call.operates() && stopped_by.is_none(),
    };
    Ok(call.page(StatusCode::OK, &page, &frame))
}

/// Whether the first answer takes so long that somebody may want to ask again, or it is known that nobody was asked.
fn is_late(call: &Call<'_>, since: Timestamp) -> bool {
    call.asked("done") == Some("unsent") || call.visit.now.duration_since(since) > LATE
}

/// What came of rows so far: label and number.
pub(crate) fn counted(words: &BatchesWords, counts: Counts, yen: &str) -> Vec<Fact> {
    let row = |rows: u32| (words.rows_of)(&grouped_number(u64::from(rows)));
    let mut lines = vec![
        (words.approved, format!("{} / {yen}", row(counts.approved))),
        (words.declined, row(counts.declined)),
        (words.unknown, row(counts.unknown)),
        (words.not_asked, row(counts.errors)),
    ];
    if counts.not_run > 0 {
        lines.push((words.not_run, row(counts.not_run)));
    }
    lines
}

/// How fast rows get their answers.
#[derive(Debug, PartialEq, Eq)]
struct Pace {
    percent: u64,
    /// Rows a second, with one decimal below ten. None: not known yet.
    a_second: Option<String>,
    left_s: Option<u64>,
}

impl Pace {
    fn new(done: u32, all: u32, since: Timestamp, now: Timestamp) -> Self {
        let (done, all) = (u64::from(done), u64::from(all));
        let elapsed_ms = now.duration_since(since).as_millis().max(1).unsigned_abs();
        let elapsed_ms = u64::try_from(elapsed_ms).unwrap_or(u64::MAX);
        let tenths = done.saturating_mul(10_000).checked_div(elapsed_ms).filter(|_| done > 0);
        let left = all.saturating_sub(done);
        let left_ms = left.saturating_mul(elapsed_ms).checked_div(done);
        Self {
            percent: done.saturating_mul(100).checked_div(all).unwrap_or(0).min(100),
            a_second: tenths.map(|tenths| match tenths {
                0..100 => format!("{}.{}", tenths / 10, tenths % 10),
                100.. => grouped_number(tenths / 10),
            }),
            left_s: left_ms.filter(|_| left > 0).map(|ms| ms.div_ceil(1000)),
        }
    }
}

#[derive(Template)]
#[template(path = "running.html", whitespace = "minimize")]
struct RunningPage {
    frame: Frame,
    words: &'static BatchesWords,
    back: (String, &'static str),
    notice: Option<&'static str>,
    address: String,
    mark: &'static str,
    state: &'static str,
    facts: Vec<Fact>,
    percent: u64,
    done: String,
    rate: Option<String>,
    left: Option<String>,
    counts: Vec<Fact>,
    lead: Option<&'static str>,
    may_queue: bool,
    may_stop: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_what_was_done_since_it_began() {
        let since = Timestamp::UNIX_EPOCH;
        let at = |second| Timestamp::from_second(second).unwrap();
        for (done, all, second, percent, a_second, left_s) in [
            (0, 5_000, 3, 0, None, None),
            (500, 5_000, 20, 10, Some("25"), Some(180)),
            (16, 5_000, 3, 0, Some("5.3"), Some(935)),
            (5_000, 5_000, 200, 100, Some("25"), None),
            (5, 0, 1, 0, Some("5.0"), None),
            (5, 10, 0, 50, Some("5,000"), Some(1)),
        ] {
            let pace = Pace::new(done, all, since, at(second));
            let known = Pace { percent, a_second: a_second.map(str::to_owned), left_s };
            assert_eq!(pace, known, "{done} of {all} after {second} s");
        }
    }
}
