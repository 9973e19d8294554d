//! What a clerk types into a page of a plan: ticks and amounts, kept with the run. Every button of the page keeps them.

use std::collections::BTreeMap;

use console::Refusal;
use domain::{
    Yen,
    audit::Action,
    recurring::continuation::{Edit, Figure, PlanRow, Run, RunState, Standing},
};
use http::Response;
use inbound::http as answer;
use lambda_http::Body;

use crate::{
    Call, address_of,
    changing::{self, Moved},
    one,
    view::{self, View},
};

/// What was typed into a page.
pub(crate) struct Typed {
    /// The edits of the whole plan, those of the page in place of earlier ones.
    pub(crate) edits: BTreeMap<u32, Edit>,
    /// Amounts that can't be charged, as they were typed, by the row's place.
    pub(crate) wrong: BTreeMap<u32, String>,
}

/// Keeps what was typed, and goes where the button leads.
pub(crate) async fn save(call: &Call<'_>, run: Run) -> Result<Response<Body>, Refusal> {
    let RunState::Open { .. } = run.state else { return Ok(changing::to_other(&run)) };
    if !changing::is_shown(call, &run) {
        return Ok(changing::to_other(&run));
    }
    let rows = view::rows(call, &run).await?.ok_or(Refusal::NotThere)?;
    let view = View::of(|name| call.visit.field(name).to_owned());
    let typed = Typed::of(call, &run, &rows);
    if !typed.wrong.is_empty() {
        return one::plan(call, &run, &rows, (&view, Some(&typed))).await;
    }
    if typed.edits != run.edits {
        let edited = run.edited(typed.edits, &rows);
        let Figure { rows, yen } = edited.chosen;
        let action = Action::ContinuationEdited { run: run.id.clone(), rows, yen };
        match changing::decide(call, &run, action, edited).await? {
            Moved::Done(_) => {}
            Moved::Stands(stands) => return Ok(changing::to_other(&stands)),
        }
    }
    let address = address_of(&run.id);
    Ok(answer::see_other(&match call.visit.field("act") {
        "next" => format!("{address}{}", view.query(view.page.saturating_add(1))),
        "previous" => format!("{address}{}", view.query(view.page.saturating_sub(1).max(1))),
        "confirming" => format!("{address}?act=confirm"),
        _ => format!("{address}{}&done=saved", view.query(view.page)),
    }))
}

impl Typed {
    /// A row is on the page where its amount came: a tick that is missing means that it is not charged.
    fn of(call: &Call<'_>, run: &Run, rows: &[PlanRow]) -> Self {
        let most = call.merchant().max_amount;
        let mut typed = Self { edits: run.edits.clone(), wrong: BTreeMap::new() };
        let Some(form) = call.visit.form() else { return typed };
        let open = (0_u32..).zip(rows).filter(|(_, row)| row.standing == Standing::Open);
        for (place, row) in open {
            let Some(yen) = form.value(&format!("yen.{place}")) else { continue };
            let text = std::str::from_utf8(yen).unwrap_or_default();
            let ticked = form.value(&format!("row.{place}")).is_some();
            match (ticked, Yen::parse_typed(text, most)) {
                (false, _) => typed.edits.insert(place, Edit::Out),
                (true, Ok(amount)) if amount == row.amount => typed.edits.remove(&place),
                (true, Ok(amount)) => typed.edits.insert(place, Edit::Amount(amount)),
                (true, Err(_)) => {
                    typed.wrong.insert(place, text.to_owned());
                    None
                }
            };
        }
        typed
    }
}
