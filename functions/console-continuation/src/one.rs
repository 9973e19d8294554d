//! One run: its plan, to be edited while it is open, and to be read afterwards; how it stands.

use askama::Template;
use console::{Frame, Refusal};
use domain::recurring::continuation::{Drawn, Edit, Flag, PlanRow, Run, RunState, Standing};
use http::{Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use lambda_http::Body;
use words::{
    console::continuation::ContinuationWords,
    format::{grouped, grouped_number, sum},
    recurring::flag,
};

use crate::{
    Call, address_of, confirm,
    edit::Typed,
    facts::{self, Fact},
    result,
    view::{self, Shown, View, Which},
};

/// How soon a page looks again whose plan is being drawn up. Seconds.
const LOOK_AGAIN_S: u32 = 2;
/// What takes longer than this was cut off, or was not asked for.
const SLOW: SignedDuration = SignedDuration::from_mins(2);

/// Shows a run, or what was asked about it.
pub(crate) async fn show(call: &Call<'_>, run: &Run) -> Result<Response<Body>, Refusal> {
    match (&run.state, call.asked("act")) {
        (RunState::Open { .. }, Some("confirm")) => return confirm::ask(call, run, None).await,
        (RunState::Drawing { since }, _) => return working(call, run, *since).await,
        (
            RunState::Open { .. }
            | RunState::Announced { .. }
            | RunState::Confirmed { .. }
            | RunState::Begun { .. }
            | RunState::Cancelled { .. }
            | RunState::NotRun { .. },
            _,
        ) => {}
    }
    let rows = view::rows(call, run).await?;
    plan(call, run, rows.as_deref().unwrap_or_default(), (&View::asked(call), None)).await
}

/// A run whose plan is being drawn up.
async fn working(call: &Call<'_>, run: &Run, since: Timestamp) -> Result<Response<Body>, Refusal> {
    let words = call.words();
    let frame = call.frame(words.one).refreshing(LOOK_AGAIN_S, address_of(&run.id));
    let page = WorkingPage {
        frame: frame.clone(),
        words,
        notice: notice(call),
        address: address_of(&run.id),
        state: (words.states)(&run.state),
        facts: facts::of(call, run).await?,
        slow: is_slow(call, since),
        may_ask: call.operates() && is_slow(call, since),
    };
    Ok(call.page(StatusCode::OK, &page, &frame))
}

/// Whether somebody may want to ask again, or it is known that nobody was asked.
fn is_slow(call: &Call<'_>, since: Timestamp) -> bool {
    call.asked("done") == Some("unsent") || call.visit.now.duration_since(since) > SLOW
}

/// A page of a run's plan. `typed` is what is to be mended in it.
pub(crate) async fn plan(
    call: &Call<'_>,
    run: &Run,
    rows: &[PlanRow],
    (view, typed): (&View, Option<&Typed>),
) -> Result<Response<Body>, Refusal> {
    let words = call.words();
    let shown = view.shown(run, rows);
    let frame = call.frame(words.one);
    let frame = match &run.state {
        RunState::Confirmed { .. } => frame.refreshing(LOOK_AGAIN_S, address_of(&run.id)),
        RunState::Drawing { .. }
        | RunState::Open { .. }
        | RunState::Announced { .. }
        | RunState::Begun { .. }
        | RunState::Cancelled { .. }
        | RunState::NotRun { .. } => frame,
    };
    let may_edit = may_edit(call, run);
    let stands = result::of(call, run).await?;
    let page = PlanPage {
        frame: frame.clone(),
        words,
        notice: notice(call),
        address: address_of(&run.id),
        batch: matches!(run.state, RunState::Begun { .. }).then(|| format!("/console/batches/{}", run.id)),
        version: run.version,
        mark: stands.mark,
        state: stands.state,
        lead: lead(call, run),
        facts: facts::of(call, run).await?,
        figures: run.drawn.as_ref().map(|drawn| {
            let figures = facts::figures(call, run, drawn);
            stands.facts.into_iter().chain(figures).collect()
        }),
        as_of: run.drawn.as_ref().map(|drawn| (words.as_of)(&words::date_time(call.visit.lang, drawn.at))),
        empty: run.drawn.as_ref().filter(|_| rows.is_empty()).map(|drawn| empty(words, drawn)),
        may_edit,
        may_confirm: may_edit && call.may_trade(),
        may_not: may_edit && !call.may_trade(),
        may_cancel: call.operates() && run.may_be_cancelled(),
        may_ask: call.operates() && may_ask(call, run),
        announced: run.asked_by.is_none(),
        save_confirm: save_confirm(call, run),
        find: view.wanted.clone(),
        which: Which::ALL.map(|which| (which.name(), which_name(words, which), which == view.which)).into(),
        wrong: typed
            .map(|typed| typed.wrong.keys().map(|place| Wrong::new(call, *place, rows)).collect())
            .unwrap_or_default(),
        rows: shown.rows.iter().map(|(place, row)| RowView::new(call, run, (*place, row), typed)).collect(),
        pager: Pager::new(call, run, view, &shown),
    };
    let status = if page.wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(call.page(status, &page, &frame))
}

/// Whether ticks and amounts can be changed.
fn may_edit(call: &Call<'_>, run: &Run) -> bool {
    call.operates() && matches!(run.state, RunState::Open { .. })
}

/// Nothing is listed, or the rows are kept no longer.
fn empty(words: &ContinuationWords, drawn: &Drawn) -> (&'static str, &'static str) {
    if drawn.figures.is_empty() { words.no_rows } else { words.rows_gone }
}

/// The preparation of a run may have to be asked for again.
fn may_ask(call: &Call<'_>, run: &Run) -> bool {
    match &run.state {
        RunState::Confirmed { at, .. } => is_slow(call, *at),
        RunState::Drawing { .. }
        | RunState::Open { .. }
        | RunState::Announced { .. }
        | RunState::Begun { .. }
        | RunState::Cancelled { .. }
        | RunState::NotRun { .. } => false,
    }
}

fn save_confirm(call: &Call<'_>, run: &Run) -> String {
    let count = grouped_number(u64::from(run.chosen.rows));
    (call.words().save_confirm)(&count, &sum(call.visit.lang, run.chosen.yen))
}

/// What is to be said of how it stands.
fn lead(call: &Call<'_>, run: &Run) -> Option<String> {
    let words = call.words();
    match &run.state {
        RunState::Drawing { .. } | RunState::Open { .. } => None,
        RunState::Announced { .. } => Some((words.announced_lead)(&words::day(call.visit.lang, run.on))),
        RunState::Confirmed { .. } => Some(words.confirmed_lead.to_owned()),
        RunState::Begun { .. } => Some(words.begun_lead.to_owned()),
        RunState::Cancelled { .. } => Some(words.cancelled_lead.to_owned()),
        RunState::NotRun { why, .. } => Some((words.not_run)(*why).to_owned()),
    }
}

/// What is to be said on a run's page after something was done.
fn notice(call: &Call<'_>) -> Option<&'static str> {
    let words = call.words();
    match call.asked("done")? {
        "saved" => Some(words.was_saved),
        "other" => Some(words.was_other),
        "unsent" => Some(words.was_unsent),
        "sent" => Some(words.was_sent),
        "none" => Some(words.none_chosen),
        _ => None,
    }
}

const fn which_name(words: &ContinuationWords, which: Which) -> &'static str {
    match which {
        Which::All => words.which_all,
        Which::Flagged => words.which_flagged,
        Which::Edited => words.which_edited,
        Which::Left => words.which_left,
    }
}

/// A row of the table.
struct RowView {
    place: u32,
    order: String,
    name: String,
    user: String,
    card: String,
    /// It can be charged and changed, so it has fields.
    open: bool,
    ticked: bool,
    /// What stands in the field, or in its place.
    yen: String,
    /// What it was, where the clerk changed it.
    was: Option<String>,
    problem: Option<String>,
    notes: Vec<String>,
    standing: &'static str,
    tick_label: String,
    amount_label: String,
}

impl RowView {
    fn new(call: &Call<'_>, run: &Run, (place, row): (u32, &PlanRow), typed: Option<&Typed>) -> Self {
        let (words, lang) = (call.words(), call.visit.lang);
        let edits = typed.map_or(&run.edits, |typed| &typed.edits);
        let wrong = typed.and_then(|typed| typed.wrong.get(&place));
        let (ticked, amount) = match edits.get(&place) {
            Some(Edit::Out) => (wrong.is_some(), row.amount),
            Some(Edit::Amount(amount)) => (true, *amount),
            None => (true, row.amount),
        };
        let open = row.standing == Standing::Open && may_edit(call, run);
        let flags = row.flags.iter().filter(|flag| !says(row.standing, **flag));
        Self {
            place,
            order: row.order.to_string(),
            name: row.name.clone(),
            user: row.user.clone(),
            card: words::masked(&row.card),
            open,
            ticked: ticked && open,
            yen: match (wrong, open) {
                (Some(text), _) => text.clone(),
                (None, true) => amount.get().to_string(),
                (None, false) => grouped(amount),
            },
            was: (amount != row.amount).then(|| (words.was)(&words::money(lang, row.amount))),
            problem: wrong.map(|_| (words.wrong_amount)(&grouped(call.merchant().max_amount))),
            notes: flags.map(|each| flag(lang, *each)).collect(),
            standing: match (row.standing, edits.get(&place)) {
                (Standing::Open, Some(Edit::Out)) if !open => words.taken_out,
                (Standing::Open, _) => "",
                (standing, _) => (words.standings)(standing),
            },
            tick_label: (words.charge_row)(row.order.as_str()),
            amount_label: (words.amount_of)(row.order.as_str()),
        }
    }
}

/// Whether a row's standing says what a flag says.
const fn says(standing: Standing, flag: Flag) -> bool {
    matches!(
        (standing, flag),
        (Standing::Gone, Flag::Gone)
            | (Standing::CardExpires, Flag::CardExpires)
            | (Standing::NeverRetry, Flag::NeverRetry)
    )
}

/// A row that is to be mended.
struct Wrong {
    place: u32,
    text: String,
}

impl Wrong {
    fn new(call: &Call<'_>, place: u32, rows: &[PlanRow]) -> Self {
        let words = call.words();
        let row = usize::try_from(place).ok().and_then(|place| rows.get(place));
        let order = row.map(|row| row.order.to_string()).unwrap_or_default();
        let what = (words.wrong_amount)(&grouped(call.merchant().max_amount));
        Self { place, text: format!("{}: {what}", (words.amount_of)(&order)) }
    }
}

/// The pages around this one.
struct Pager {
    /// Which rows are shown, of how many. None: none is.
    shown: Option<String>,
    page: usize,
    previous: Option<String>,
    next: Option<String>,
}

impl Pager {
    fn new(call: &Call<'_>, run: &Run, view: &View, shown: &Shown<'_>) -> Self {
        let number = |count: usize| grouped_number(u64::try_from(count).unwrap_or(u64::MAX));
        let page = shown.page();
        let to = |page: usize| format!("{}{}", address_of(&run.id), view.query(page));
        let last = shown.before.saturating_add(shown.rows.len());
        Self {
            shown: (shown.all > 0).then(|| {
                (call.words().shown)(&number(shown.before.saturating_add(1)), &number(last), &number(shown.all))
            }),
            page,
            previous: page.checked_sub(1).filter(|page| *page > 0).map(to),
            next: (page < shown.pages()).then(|| to(page.saturating_add(1))),
        }
    }
}

#[derive(Template)]
#[template(path = "working.html", whitespace = "minimize")]
struct WorkingPage {
    frame: Frame,
    words: &'static ContinuationWords,
    notice: Option<&'static str>,
    address: String,
    state: &'static str,
    facts: Vec<Fact>,
    slow: bool,
    may_ask: bool,
}

#[derive(Template)]
#[template(path = "plan.html", whitespace = "minimize")]
struct PlanPage {
    frame: Frame,
    words: &'static ContinuationWords,
    notice: Option<&'static str>,
    address: String,
    /// Where its batch is, once it was begun.
    batch: Option<String>,
    version: u32,
    mark: &'static str,
    state: &'static str,
    lead: Option<String>,
    facts: Vec<Fact>,
    figures: Option<Vec<Fact>>,
    as_of: Option<String>,
    /// What there is to say where no row is shown.
    empty: Option<(&'static str, &'static str)>,
    may_edit: bool,
    may_confirm: bool,
    may_not: bool,
    may_cancel: bool,
    may_ask: bool,
    /// It begins by itself.
    announced: bool,
    save_confirm: String,
    find: String,
    which: Vec<(&'static str, &'static str, bool)>,
    wrong: Vec<Wrong>,
    rows: Vec<RowView>,
    pager: Pager,
}
