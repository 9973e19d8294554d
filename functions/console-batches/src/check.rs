//! What the first reading found: every mistake with its line and what to do about it, and what may be done with the rest. Dropping the file.

use askama::Template;
use console::{Frame, Refusal};
use domain::{
    Lang,
    account::UserId,
    audit::Action,
    batch::{BadRow, Batch, BatchState, Check, Counts, Refused, What},
};
use http::{Response, StatusCode};
use inbound::http as answer;
use jiff::Timestamp;
use lambda_http::Body;
use words::{
    console::batches::BatchesWords,
    format::{grouped_number, sum},
};

use crate::{
    Call, address_of,
    changing::{self, Moved},
    facts::{self, Fact},
    one,
};

/// Shows a batch that waits for somebody to say whether it is charged.
pub(crate) fn show(call: &Call<'_>, batch: &Batch) -> Result<Response<Body>, Refusal> {
    let check = batch.check.as_ref().ok_or_else(|| changing::unreadable(batch))?;
    let words = call.words();
    let frame = call.frame(words.check);
    let bad = check.rows.saturating_sub(check.good);
    let rows = grouped_number(u64::from(check.good));
    let page = CheckPage {
        frame: frame.clone(),
        words,
        notice: one::notice(call),
        address: address_of(&batch.id),
        version: batch.version,
        figures: facts::figures(call, check),
        facts: facts::file(call, batch, check),
        errors: Errors::new(call, check),
        is_again: batch.again,
        may_trade: call.may_trade(),
        operates: call.operates(),
        go_on: if batch.again {
            words.go_on_again.to_owned()
        } else {
            (words.go_on)(&rows, &sum(call.visit.lang, check.yen))
        },
        go_on_hint: (words.go_on_hint)(bad),
    };
    Ok(call.page(StatusCode::OK, &page, &frame))
}

/// Shows why nothing of a file is charged.
pub(crate) fn refused(call: &Call<'_>, batch: &Batch, why: &Refused, at: Timestamp) -> Result<Response<Body>, Refusal> {
    let words = call.words();
    let frame = call.frame(words.one);
    let broken = match why {
        Refused::Broken(fault) => Some(words::batch::file_fault(call.visit.lang, *fault)),
        Refused::CardNumbers | Refused::SameFile { .. } | Refused::NoGoodRow | Refused::Suspended | Refused::Gone => {
            None
        }
    };
    let earlier = match why {
        Refused::SameFile { earlier } => Some(address_of(earlier)),
        Refused::Broken(_) | Refused::CardNumbers | Refused::NoGoodRow | Refused::Suspended | Refused::Gone => None,
    };
    let mut facts = facts::of(call, batch);
    facts.push((words.ended, words::date_time(call.visit.lang, at)));
    let page = RefusedPage {
        frame: frame.clone(),
        words,
        notice: one::notice(call),
        address: address_of(&batch.id),
        version: batch.version,
        why: (words.refused)(why),
        broken,
        // the same bytes can be taken again only where they were read to their end
        may_again: earlier.is_some() && batch.check.is_some() && call.operates(),
        earlier,
        errors: batch
            .check
            .as_ref()
            .filter(|_| matches!(why, Refused::NoGoodRow))
            .and_then(|check| Errors::new(call, check)),
        facts,
    };
    Ok(call.page(StatusCode::OK, &page, &frame))
}

/// Drops a file that waits; nothing of it was charged.
pub(crate) async fn drop_file(call: &Call<'_>, batch: Batch) -> Result<Response<Body>, Refusal> {
    let dropped = BatchState::Cancelled {
        counts: Counts::default(),
        ran: false,
        by: call.visit.user.id.clone(),
        at: call.visit.now,
    };
    let action = Action::BatchDropped { batch: batch.id.clone() };
    match changing::decide(call, batch, action, |batch| batch.now(dropped.clone())).await? {
        Moved::Done(_) => Ok(answer::see_other("/console/batches?done=dropped")),
        Moved::Stands(batch) => {
            let mine = |by: &UserId| *by == call.visit.user.id;
            let same_form = matches!(&batch.state, BatchState::Cancelled { ran: false, by, .. } if mine(by));
            Ok(if same_form { answer::see_other("/console/batches?done=dropped") } else { changing::to_other(&batch) })
        }
    }
}

/// The bad rows of a file.
pub(crate) struct Errors {
    heading: String,
    rows: Vec<ErrorRow>,
    /// Not all are shown.
    first: Option<String>,
    kinds: Vec<(&'static str, String)>,
}

struct ErrorRow {
    line: u32,
    columns: String,
    /// Each thing that is wrong, and what to do.
    faults: Vec<String>,
}

impl Errors {
    /// None: every row is good.
    fn new(call: &Call<'_>, check: &Check) -> Option<Self> {
        let bad = check.rows.checked_sub(check.good).filter(|bad| *bad > 0)?;
        let (words, lang) = (call.words(), call.visit.lang);
        let shown = u32::try_from(check.first_errors.len()).unwrap_or(u32::MAX);
        let count = |rows: u32| grouped_number(u64::from(rows));
        let kind = |code: &str| What::of_code(code).map_or("", |what| words::batch::what_name(lang, what));
        let kinds = check.errors.iter().map(|(code, rows)| (kind(code), count(*rows)));
        Some(Self {
            heading: (words.errors)(&count(bad)),
            rows: check.first_errors.iter().map(|bad| ErrorRow::new(lang, bad)).collect(),
            first: (shown < bad).then(|| (words.errors_first)(&count(shown), &count(bad))),
            kinds: kinds.collect(),
        })
    }
}

impl ErrorRow {
    fn new(lang: Lang, bad: &BadRow) -> Self {
        let mut columns: Vec<&str> = Vec::new();
        for column in bad.faults().filter_map(|fault| fault.column) {
            let name = column.name(lang);
            if !columns.contains(&name) {
                columns.push(name);
            }
        }
        let joint = match lang {
            Lang::Ja => "、",
            Lang::En => ", ",
        };
        let faults = bad.faults().map(|fault| words::batch::row_fault(lang, fault)).collect();
        Self { line: bad.line, columns: columns.join(joint), faults }
    }
}

#[derive(Template)]
#[template(path = "check.html", whitespace = "minimize")]
struct CheckPage {
    frame: Frame,
    words: &'static BatchesWords,
    notice: Option<&'static str>,
    address: String,
    version: u32,
    figures: Vec<Fact>,
    facts: Vec<Fact>,
    errors: Option<Errors>,
    is_again: bool,
    may_trade: bool,
    operates: bool,
    go_on: String,
    go_on_hint: &'static str,
}

#[derive(Template)]
#[template(path = "refused.html", whitespace = "minimize")]
struct RefusedPage {
    frame: Frame,
    words: &'static BatchesWords,
    notice: Option<&'static str>,
    address: String,
    version: u32,
    facts: Vec<Fact>,
    why: (&'static str, &'static str),
    /// What is wrong with the file as a whole, where, and what to do.
    broken: Option<String>,
    earlier: Option<String>,
    may_again: bool,
    errors: Option<Errors>,
}
