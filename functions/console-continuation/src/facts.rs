//! What is said of a run on each of its pages.

use console::Refusal;
use domain::{
    account::UserId,
    recurring::continuation::{Drawn, Run, RunState, Standing},
};
use words::{
    format::{grouped_number, sum},
    recurring::month,
};

use crate::Call;

/// A label and what stands beside it.
pub(crate) type Fact = (&'static str, String);

/// Which it is, of which months, who asked for it.
pub(crate) async fn of(call: &Call<'_>, run: &Run) -> Result<Vec<Fact>, Refusal> {
    let (words, lang) = (call.words(), call.visit.lang);
    let cancelled_by = match &run.state {
        RunState::Cancelled { by, .. } => Some(by.as_ref()),
        RunState::Drawing { .. }
        | RunState::Open { .. }
        | RunState::Announced { .. }
        | RunState::Confirmed { .. }
        | RunState::Begun { .. }
        | RunState::NotRun { .. } => None,
    };
    let people = call.deps.console.users().list(call.visit.merchant_id()).await?;
    let name = |id: Option<&UserId>, nobody: &'static str| {
        let Some(id) = id else { return nobody.to_owned() };
        let person = people.iter().find(|person| person.id == *id);
        person.map_or(words.former, |person| &person.name).to_owned()
    };
    let mut facts = vec![
        (words.months, months(call, run)),
        (words.begins, words::day(lang, run.on)),
        (words.asked_by, name(run.asked_by.as_ref(), words.by_itself)),
        (words.made, words::date_time(lang, run.made_at)),
        (words.number, run.id.to_string()),
    ];
    if let Some(by) = cancelled_by {
        facts.push((words.cancelled_by, name(by, words.by_link)));
    }
    Ok(facts)
}

/// From one month for another.
pub(crate) fn months(call: &Call<'_>, run: &Run) -> String {
    let lang = call.visit.lang;
    (call.words().months_of)(&month(lang, run.from), &month(lang, run.month))
}

/// What would be or was charged, and how many rows of the plan are not, by why.
pub(crate) fn figures(call: &Call<'_>, run: &Run, drawn: &Drawn) -> Vec<Fact> {
    let words = call.words();
    let count = |rows: u32| (words.payments_of)(&grouped_number(u64::from(rows)));
    let chosen = format!("{} / {}", count(run.chosen.rows), sum(call.visit.lang, run.chosen.yen));
    let left = Standing::ALL.into_iter().filter(|standing| *standing != Standing::Open).filter_map(|standing| {
        let figure = drawn.figure(standing);
        (figure.rows > 0).then(|| ((words.standings)(standing), count(figure.rows)))
    });
    let label = match run.state {
        RunState::Begun { .. } => words.handed_on,
        RunState::Drawing { .. }
        | RunState::Open { .. }
        | RunState::Announced { .. }
        | RunState::Confirmed { .. }
        | RunState::Cancelled { .. }
        | RunState::NotRun { .. } => words.to_charge,
    };
    std::iter::once((label, chosen)).chain(left).collect()
}

/// The shape of a state.
pub(crate) const fn mark(state: &RunState) -> &'static str {
    match state {
        RunState::Drawing { .. } | RunState::Open { .. } | RunState::Announced { .. } | RunState::Confirmed { .. } => {
            "open"
        }
        RunState::Begun { .. } => "good",
        RunState::Cancelled { .. } | RunState::NotRun { .. } => "over",
    }
}
