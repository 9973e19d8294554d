//! The confirmation: what will be charged, in words, before anything is; above a limit with a fresh code of the second factor.

use askama::Template;
use console::{Frame, Refusal};
use domain::{
    audit::Action,
    batch::{Batch, BatchState, Check},
};
use http::{Response, StatusCode};
use inbound::http as answer;
use lambda_http::Body;
use words::{
    console::batches::{BatchesWords, in_words},
    format::{grouped_number, sum},
};

use crate::{
    Call, address_of,
    changing::{self, Moved},
    facts::{self, Fact},
};

/// Asks whether a batch is charged. `code` is what is wrong with the second factor's.
pub(crate) fn ask(call: &Call<'_>, batch: &Batch, code: Option<&'static str>) -> Result<Response<Body>, Refusal> {
    if !call.operates() {
        return Err(Refusal::RoleTooLow);
    }
    if !call.may_trade() {
        return Ok(answer::see_other(&address_of(&batch.id))); // which says why not
    }
    let check = batch.check.as_ref().ok_or_else(|| changing::unreadable(batch))?;
    let (words, lang) = (call.words(), call.visit.lang);
    let (rows, yen) = (grouped_number(u64::from(check.good)), sum(lang, check.yen));
    let limits = &call.merchant().batch;
    let frame = call.frame(words.confirm);
    let page = ConfirmPage {
        frame: frame.clone(),
        words,
        address: address_of(&batch.id),
        version: batch.version,
        figures: facts::figures(call, check),
        facts: facts::file(call, batch, check),
        is_again: batch.again,
        sentence: (if batch.again { words.sentence_again } else { words.sentence })(&rows, &yen),
        sum_spelled: in_words(lang, check.yen).map(|text| (words.sum_spelled)(&text)),
        needs_code: needs_code(call, check).then(|| {
            let limit_rows = grouped_number(u64::from(limits.at_once_rows));
            (words.needs_code)(&limit_rows, &sum(lang, limits.at_once_yen.into()))
        }),
        code,
        charge: if batch.again { words.charge_again.to_owned() } else { (words.charge)(&yen) },
    };
    let status = if code.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(call.page(status, &page, &frame))
}

/// Whether a fresh code is asked for: above what may run without anybody.
fn needs_code(call: &Call<'_>, check: &Check) -> bool {
    !call.merchant().batch.lets_run(check.good, check.yen)
}

/// Lets a batch run, once: the same form again, or another clerk's, finds it running.
pub(crate) async fn confirm(call: &Call<'_>, batch: Batch) -> Result<Response<Body>, Refusal> {
    let BatchState::Waiting { .. } = batch.state else { return Ok(stands(call, &batch)) };
    if !changing::is_shown(call, &batch) || !call.may_trade() {
        return Ok(changing::to_other(&batch));
    }
    let check = batch.check.as_ref().ok_or_else(|| changing::unreadable(&batch))?;
    if needs_code(call, check) {
        match call.deps.console.confirm(call.visit, call.visit.field("totp")).await {
            Ok(()) => {}
            Err(Refusal::TotpWrong) => {
                // The same form from another window may have used the code up.
                let now = changing::stands(call, &batch).await?;
                return match now.state {
                    BatchState::Waiting { .. } => ask(call, &now, Some(call.words().code_wrong)),
                    BatchState::Checking { .. }
                    | BatchState::Refused { .. }
                    | BatchState::Running { .. }
                    | BatchState::Cancelling { .. }
                    | BatchState::Done { .. }
                    | BatchState::Cancelled { .. } => Ok(stands(call, &now)),
                };
            }
            Err(other) => return Err(other),
        }
    }
    let action = Action::BatchConfirmed { batch: batch.id.clone(), rows: check.good, yen: check.yen };
    let (by, since) = (call.visit.user.id.clone(), call.visit.now);
    let running =
        |batch: &Batch| Batch { confirmed_by: Some(by), ..batch.now(BatchState::Running { chunks: None, since }) };
    match changing::decide(call, batch, action, running).await? {
        Moved::Done(batch) => {
            tracing::info!(merchant.id = %batch.merchant, batch.id = %batch.id, "a batch was confirmed");
            Ok(changing::queue(call, &batch).await)
        }
        Moved::Stands(batch) => Ok(stands(call, &batch)),
    }
}

/// To the batch, which is decided about: without a word where this visitor did it.
fn stands(call: &Call<'_>, batch: &Batch) -> Response<Body> {
    match &batch.confirmed_by {
        Some(by) if *by == call.visit.user.id => answer::see_other(&address_of(&batch.id)),
        Some(_) | None => changing::to_other(batch),
    }
}

#[derive(Template)]
#[template(path = "confirm.html", whitespace = "minimize")]
struct ConfirmPage {
    frame: Frame,
    words: &'static BatchesWords,
    address: String,
    version: u32,
    figures: Vec<Fact>,
    facts: Vec<Fact>,
    is_again: bool,
    sentence: String,
    /// None: it reads as it is written.
    sum_spelled: Option<String>,
    needs_code: Option<String>,
    code: Option<&'static str>,
    charge: String,
}
