//! The mails about a regular purchase, newest first: what they told, whom, and what did not arrive.

use console::Refusal;
use domain::recurring::plan::Plan;
use jiff::Timestamp;
use words::console::{mail_returns::not_read, plan_mails::mailed};

use crate::Call;

/// A mail, or what became of one.
pub(crate) struct Line {
    pub(crate) at: String,
    pub(crate) mark: &'static str,
    pub(crate) what: String,
}

/// What was sent and what came back.
pub(crate) async fn of(call: &Call<'_>, plan: &Plan) -> Result<Vec<Line>, Refusal> {
    let lang = call.lang();
    let past = call.deps.searches.mails(&plan.merchant, &plan.id).await?;
    let mails = past.mails.iter().map(|mail| (mail.at, "over", mailed(lang, mail.tidings, mail.reader)));
    let returns = past.returns.iter().map(|back| (back.at, "bad", not_read(lang, back.reader, back.kind).to_owned()));
    let mut lines: Vec<(Timestamp, &'static str, String)> = mails.chain(returns).collect();
    lines.sort_by_key(|(at, _, _)| *at); // stable: a mail of one second stands before its return
    let line = |(at, mark, what)| Line { at: words::date_time(lang, at), mark, what };
    Ok(lines.into_iter().rev().map(line).collect())
}
