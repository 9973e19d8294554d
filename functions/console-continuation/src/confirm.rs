//! The confirmation: how many payments and what they come to, in words, before anything is charged; above a limit with a fresh code of the second factor.

use askama::Template;
use console::{Frame, Refusal};
use domain::{
    audit::Action,
    recurring::continuation::{Drawn, Edit, Run, RunState},
};
use http::{Response, StatusCode};
use inbound::http as answer;
use lambda_http::Body;
use words::{
    console::{batches::in_words, continuation::ContinuationWords},
    format::{grouped_number, sum},
    recurring::month,
};

use crate::{
    Call, address_of,
    changing::{self, Moved},
    facts::{self, Fact},
};

/// Asks whether a plan is charged. `code` is what is wrong with the second factor's.
pub(crate) async fn ask(call: &Call<'_>, run: &Run, code: Option<&'static str>) -> Result<Response<Body>, Refusal> {
    if !call.operates() {
        return Err(Refusal::RoleTooLow);
    }
    let Some(drawn) = run.drawn.as_ref().filter(|_| call.may_trade()) else {
        return Ok(answer::see_other(&address_of(&run.id))); // which says why not
    };
    if run.chosen.rows == 0 {
        return Ok(answer::see_other(&format!("{}?done=none", address_of(&run.id))));
    }
    let (words, lang) = (call.words(), call.visit.lang);
    let (count, yen) = (grouped_number(u64::from(run.chosen.rows)), sum(lang, run.chosen.yen));
    let limits = &call.merchant().batch;
    let frame = call.frame(words.confirm);
    let page = ConfirmPage {
        frame: frame.clone(),
        words,
        address: address_of(&run.id),
        version: run.version,
        figures: figures(call, run, drawn),
        facts: facts::of(call, run).await?,
        sentence: (words.sentence)(&month(lang, run.month), &count, &yen),
        sum_spelled: in_words(lang, run.chosen.yen).map(|text| (words.sum_spelled)(&text)),
        needs_code: needs_code(call, run).then(|| {
            let rows = grouped_number(u64::from(limits.at_once_rows));
            (words.needs_code)(&rows, &sum(lang, limits.at_once_yen.into()))
        }),
        code,
        charge: (words.charge)(&yen),
    };
    let status = if code.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(call.page(status, &page, &frame))
}

/// What is charged, what was changed, what is left out.
fn figures(call: &Call<'_>, run: &Run, drawn: &Drawn) -> Vec<Fact> {
    let words = call.words();
    let mut facts = facts::figures(call, run, drawn);
    let out = run.edits.values().filter(|edit| **edit == Edit::Out).count();
    for (label, rows) in [(words.taken_out, out), (words.amounts_changed, run.edits.len().saturating_sub(out))] {
        if rows > 0 {
            let rows = u64::try_from(rows).unwrap_or(u64::MAX);
            facts.push((label, (words.payments_of)(&grouped_number(rows))));
        }
    }
    facts
}

/// Whether a fresh code is asked for: above what a batch may come to without anybody.
fn needs_code(call: &Call<'_>, run: &Run) -> bool {
    !call.merchant().batch.lets_run(run.chosen.rows, run.chosen.yen)
}

/// Lets a plan be charged, once: the same form again, or another clerk's, finds it confirmed.
pub(crate) async fn confirm(call: &Call<'_>, run: Run) -> Result<Response<Body>, Refusal> {
    let RunState::Open { .. } = run.state else { return Ok(stands(call, &run)) };
    if !changing::is_shown(call, &run) || !call.may_trade() || run.chosen.rows == 0 {
        return Ok(changing::to_other(&run));
    }
    if needs_code(call, &run) {
        match call.deps.console.confirm(call.visit, call.visit.field("totp")).await {
            Ok(()) => {}
            Err(Refusal::TotpWrong) => {
                // The same form from another window may have used the code up.
                let now = changing::stands(call, &run).await?;
                return match now.state {
                    RunState::Open { .. } => ask(call, &now, Some(call.words().code_wrong)).await,
                    RunState::Drawing { .. }
                    | RunState::Announced { .. }
                    | RunState::Confirmed { .. }
                    | RunState::Begun { .. }
                    | RunState::Cancelled { .. }
                    | RunState::NotRun { .. } => Ok(stands(call, &now)),
                };
            }
            Err(other) => return Err(other),
        }
    }
    let confirmed = run.now(RunState::Confirmed { by: Some(call.visit.user.id.clone()), at: call.visit.now });
    let action = Action::ContinuationConfirmed {
        run: run.id.clone(),
        month: run.month,
        rows: run.chosen.rows,
        yen: run.chosen.yen,
    };
    match changing::decide(call, &run, action, confirmed).await? {
        Moved::Done(run) => {
            tracing::info!(merchant.id = %run.merchant, run.id = %run.id, "a run of continuation was confirmed");
            Ok(changing::told(call, &run, answer::see_other(&address_of(&run.id))).await)
        }
        Moved::Stands(run) => Ok(stands(call, &run)),
    }
}

/// To the run, which is decided about: without a word where this visitor did it.
fn stands(call: &Call<'_>, run: &Run) -> Response<Body> {
    match &run.state {
        RunState::Confirmed { by: Some(by), .. } if *by == call.visit.user.id => {
            answer::see_other(&address_of(&run.id))
        }
        RunState::Drawing { .. }
        | RunState::Open { .. }
        | RunState::Announced { .. }
        | RunState::Confirmed { .. }
        | RunState::Begun { .. }
        | RunState::Cancelled { .. }
        | RunState::NotRun { .. } => changing::to_other(run),
    }
}

#[derive(Template)]
#[template(path = "confirm.html", whitespace = "minimize")]
struct ConfirmPage {
    frame: Frame,
    words: &'static ContinuationWords,
    address: String,
    version: u32,
    figures: Vec<Fact>,
    facts: Vec<Fact>,
    sentence: String,
    /// None: it reads as it is written.
    sum_spelled: Option<String>,
    needs_code: Option<String>,
    code: Option<&'static str>,
    charge: String,
}
