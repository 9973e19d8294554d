//! A payment's past as lines: its steps and mails, oldest first, and what of it is not recorded.

use std::collections::HashMap;

use domain::{
    ActorId, Lang, Payment,
    mail_return::ReturnTrace,
    search::{Act, MailTrace, Step},
};
use jiff::Timestamp;
use store::History;
use words::console::{
    mail_returns::not_read,
    transactions::{self as texts, TransactionsWords},
};

use crate::{detail::three_ds, list::figure, mark};

/// A line of the history.
pub(crate) struct Line {
    pub(crate) at: String,
    pub(crate) what: &'static str,
    pub(crate) mark: &'static str,
    pub(crate) operation: String,
    pub(crate) particulars: Vec<String>,
}

/// Whether the last change is not recorded yet.
pub(crate) fn is_behind(past: &History, payment: &Payment) -> bool {
    last(past) < payment.version
}

/// How many steps before the last recorded one are missing. None: none are.
pub(crate) fn missing(past: &History, payment: &Payment) -> Option<u32> {
    let recorded = u32::try_from(past.steps.len()).unwrap_or(u32::MAX);
    let missing = last(past).min(payment.version).saturating_sub(recorded);
    Some(missing).filter(|missing| *missing > 0)
}

fn last(past: &History) -> u32 {
    past.steps.last().map_or(0, |step| step.version)
}

/// Steps and mails, oldest first.
pub(crate) fn lines(lang: Lang, past: &History, people: &HashMap<String, String>) -> Vec<Line> {
    let steps = past.steps.iter().map(|step| {
        let line = match &step.act {
            Some(act) => of_act(lang, step, act, people),
            None => of_step(lang, step),
        };
        (step.at, line)
    });
    let mails = past.mails.iter().map(|mail| (mail.at, of_mail(lang, mail)));
    let returns = past.returns.iter().map(|trace| (trace.at, of_return(lang, trace)));
    let mut lines: Vec<(Timestamp, Line)> = steps.chain(mails).chain(returns).collect();
    lines.sort_by_key(|(at, _)| *at); // stable: steps of one second stay in order, before its mails
    lines.into_iter().map(|(_, line)| line).collect()
}

fn of_step(lang: Lang, step: &Step) -> Line {
    let words = texts::transactions(lang);
    let particulars = [
        Some(figure(step.amount)),
        step.card.as_ref().map(words::masked),
        step.decline.map(|code| texts::declined(lang, code).to_owned()),
        step.failure.map(|failure| texts::failure(lang, failure).to_owned()),
        step.authentication.as_ref().map(|result| three_ds(words, result)),
    ];
    Line {
        at: words::date_time(lang, step.at),
        what: texts::status(lang, step.status),
        mark: mark(step.status),
        operation: step.n.to_string(),
        particulars: particulars.into_iter().flatten().collect(),
    }
}

/// A step of an operation: who did what, with how much, and how it went.
fn of_act(lang: Lang, step: &Step, act: &Act, people: &HashMap<String, String>) -> Line {
    let words = texts::transactions(lang);
    let (what, progress) = texts::act(lang, act.operation.kind, act.progress);
    let by = who(lang, &act.by, people);
    Line {
        at: words::date_time(lang, step.at),
        what,
        mark: mark(step.status),
        operation: act.n.to_string(),
        particulars: vec![progress.to_owned(), figure(act.operation.amount), (words.by)(&by)],
    }
}

fn who(lang: Lang, by: &ActorId, people: &HashMap<String, String>) -> String {
    let words = texts::transactions(lang);
    match by.as_api_key() {
        Some(key) => words::console::api_keys::by_key(lang, &key),
        None if *by == ActorId::system() => words.system.to_owned(),
        None => name(words, by.as_str(), people),
    }
}

/// Who it was, as colleagues call them.
pub(crate) fn name(words: &TransactionsWords, id: &str, people: &HashMap<String, String>) -> String {
    people.get(id).cloned().unwrap_or_else(|| (words.somebody)(id))
}

fn of_mail(lang: Lang, mail: &MailTrace) -> Line {
    let words = texts::transactions(lang);
    Line {
        at: words::date_time(lang, mail.at),
        what: (words.mailed)(mail.tidings, mail.reader),
        mark: "over",
        operation: String::new(),
        particulars: vec![mail.event_id.clone()],
    }
}

fn of_return(lang: Lang, trace: &ReturnTrace) -> Line {
    Line {
        at: words::date_time(lang, trace.at),
        what: not_read(lang, trace.reader, trace.kind),
        mark: "bad",
        operation: String::new(),
        particulars: Vec::new(),
    }
}
