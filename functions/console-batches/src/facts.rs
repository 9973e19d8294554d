//! What is said of a batch on each of its pages: which it is, where it came from, who let it run, how it stands.

use console::Refusal;
use domain::{
    account::UserId,
    batch::{Batch, BatchState, Check, Kind},
    merchant::Encoding,
};
use words::{console::batches::BatchesWords, format::grouped_number};

use crate::Call;

/// A label and what stands beside it.
pub(crate) type Fact = (&'static str, String);

/// Which it is, where it came from, when.
pub(crate) fn of(call: &Call<'_>, batch: &Batch) -> Vec<Fact> {
    let words = call.words();
    vec![
        (words.source, source(call, batch)),
        (words.received, words::date_time(call.visit.lang, batch.made_at)),
        (words.number, batch.id.to_string()),
    ]
}

/// The same, and its characters.
pub(crate) fn file(call: &Call<'_>, batch: &Batch, check: &Check) -> Vec<Fact> {
    let mut facts = of(call, batch);
    facts.push((call.words().encoding, encoding(check.layout.characters.encoding()).to_owned()));
    facts
}

/// What the check counted.
pub(crate) fn figures(call: &Call<'_>, check: &Check) -> Vec<Fact> {
    let words = call.words();
    let rows = |rows: u32| (words.rows_of)(&grouped_number(u64::from(rows)));
    vec![
        (words.rows_all, rows(check.rows)),
        (words.rows_bad, rows(check.rows.saturating_sub(check.good))),
        (words.rows_good, rows(check.good)),
        (words.rows_sum, words::format::sum(call.visit.lang, check.yen)),
    ]
}

/// Who let it run, where it ran, and who stopped it, where somebody did.
pub(crate) async fn people(
    call: &Call<'_>,
    batch: &Batch,
    ran: Ran,
    stopped_by: Option<&UserId>,
) -> Result<Vec<Fact>, Refusal> {
    let words = call.words();
    let people = match (&batch.confirmed_by, stopped_by) {
        (None, None) => Vec::new(),
        (Some(_), _) | (None, Some(_)) => call.deps.console.users().list(call.visit.merchant_id()).await?,
    };
    let name = |id: &UserId| {
        let person = people.iter().find(|person| person.id == *id);
        person.map_or_else(|| words.former.to_owned(), |person| person.name.clone())
    };
    let confirmed_by = match ran {
        Ran::Yes => Some(batch.confirmed_by.as_ref().map_or_else(|| words.by_itself.to_owned(), name)),
        Ran::No => None,
    };
    let confirmed_by = confirmed_by.map(|who| (words.confirmed_by, who));
    Ok(confirmed_by.into_iter().chain(stopped_by.map(|by| (words.stopped_by, name(by)))).collect())
}

/// Whether a batch ever ran.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ran {
    Yes,
    No,
}

/// The file's name; those that were uploaded here have none of their own, and that of a run of continuation is ours.
pub(crate) fn source(call: &Call<'_>, batch: &Batch) -> String {
    match batch.kind {
        Kind::Continuation { month, .. } => {
            (call.words().from_continuation)(&words::recurring::month(call.visit.lang, month))
        }
        Kind::File if batch.is_watched() => call.words().from_console.to_owned(),
        Kind::File => batch.source.file_name().to_owned(),
    }
}

/// What its page is called, and where that leads back to: who charged a plan of continuation uploaded no file.
pub(crate) fn heading(words: &BatchesWords, batch: &Batch) -> (&'static str, (String, &'static str)) {
    match batch.kind {
        // a second run over its rows is a batch of its own
        Kind::Continuation { .. } if batch.again => {
            (words.of_continuation, ("/console/batches".to_owned(), words.back))
        }
        Kind::Continuation { .. } => {
            (words.of_continuation, (format!("/console/continuation/{}", batch.id), words.to_plan))
        }
        Kind::File => (words.one, ("/console/batches".to_owned(), words.back)),
    }
}

/// How it stands: the shape, and the word.
pub(crate) const fn state(words: &BatchesWords, batch: &Batch) -> (&'static str, &'static str) {
    let states = &words.states;
    match &batch.state {
        BatchState::Checking { .. } => ("open", states.checking),
        BatchState::Refused { .. } => ("bad", states.refused),
        BatchState::Waiting { .. } => ("open", states.waiting),
        BatchState::Running { .. } => ("open", states.running),
        BatchState::Cancelling { .. } => ("open", states.cancelling),
        BatchState::Done { counts, .. } if counts.unknown > 0 => ("open", states.done_unknown),
        BatchState::Done { .. } => ("good", states.done),
        BatchState::Cancelled { ran: true, .. } => ("over", states.cancelled),
        BatchState::Cancelled { ran: false, .. } => ("over", states.dropped),
    }
}

const fn encoding(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Utf8 => "UTF-8",
        Encoding::ShiftJis => "Shift_JIS (CP932)",
    }
}
