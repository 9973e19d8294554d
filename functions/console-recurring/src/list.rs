//! The list: a search by its address, newest first, page by page.

use askama::Template;
use console::{Frame, Refusal};
use domain::{
    OrderId, PaymentKey,
    clock::japan_date,
    recurring::plan::{Plan, PlanId},
    search::{PlanRow, PlanSearch, PlanStanding},
};
use http::{Response, StatusCode};
use lambda_http::Body;
use store::{PlanCursor, PlanRows};
use words::console::recurring::{self as texts, RecurringWords};

use crate::{Call, LIST, address_of, download, facts};

/// Rows of a page.
const PAGE: usize = 50;

/// Shows what a search finds.
pub(crate) async fn show(call: &Call<'_>) -> Result<Response<Body>, Refusal> {
    let (words, lang) = (call.words(), call.lang());
    let search = PlanSearch::parse(call.asked("q"), call.asked("state"));
    let after = PlanCursor::parse(call.asked("after"));
    let mut found = call.deps.searches.page(call.visit.merchant_id(), &search, after.as_ref(), PAGE).await?;
    if after.is_none() {
        put_first(&mut found, named(call, &search).await?.map(|plan| PlanRow::of(&plan)), &search);
    }
    let frame = call.frame(words.title);
    let page = ListPage {
        frame: frame.clone(),
        words,
        operates: call.operates(),
        states: PlanStanding::ALL.map(|of| (of.name(), texts::standing(lang, of), search.standing == Some(of))),
        as_of: (words.as_of)(&words::format::time_of_day(call.visit.now)),
        empty: found.rows.is_empty().then_some(if search.is_all() { words.empty } else { words.none_fits }),
        looked: found.looked_back_to.map(|at| (words.looked)(&words::date_time(lang, at))),
        newest: after.is_some().then(|| address(LIST, &search, None)),
        next: found.next.as_ref().map(|next| address(LIST, &search, Some(next))),
        download: address(download::ADDRESS, &search, None),
        download_hint: (words.download_hint)(&words::format::grouped_number(download::MOST_ROWS)),
        rows: found.rows.iter().map(|row| RowView::new(call, row)).collect(),
        text: search.text,
    };
    Ok(call.page(StatusCode::OK, &page, &frame))
}

/// The one that a text names: by its own number, by the order that began it or by the order of one of its payments.
async fn named(call: &Call<'_>, search: &PlanSearch) -> Result<Option<Plan>, Refusal> {
    let (merchant, text) = (call.visit.merchant_id(), search.text.as_str());
    if let Ok(id) = PlanId::new(text) {
        return Ok(call.deps.plans.load(merchant, &id).await?);
    }
    let Ok(order) = OrderId::new(text) else { return Ok(None) };
    let key = PaymentKey::new(merchant.clone(), order);
    if let Some(plan) = call.deps.plans.load(merchant, &PlanId::of(&key)).await? {
        return Ok(Some(plan));
    }
    let payment = call.deps.payments.load(&key).await?;
    match payment.as_ref().and_then(|payment| payment.origin.plan()) {
        Some(plan) => Ok(call.deps.plans.load(merchant, plan).await?),
        None => Ok(None),
    }
}

/// What was named exactly stands first, as it is stored, and once.
fn put_first(found: &mut PlanRows, named: Option<PlanRow>, search: &PlanSearch) {
    let standing = PlanSearch { text: String::new(), standing: search.standing };
    if let Some(row) = named.filter(|row| standing.admits(row)) {
        found.rows.retain(|other| other.id != row.id);
        found.rows.insert(0, row);
    }
}

fn address(path: &str, search: &PlanSearch, after: Option<&PlanCursor>) -> String {
    let after = after.map(|after| format!("after={}", after.as_str().replace('#', "%23")));
    let query: Vec<String> =
        [Some(search.query()), after].into_iter().flatten().filter(|part| !part.is_empty()).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

#[derive(Template)]
#[template(path = "list.html", whitespace = "minimize")]
struct ListPage {
    frame: Frame,
    words: &'static RecurringWords,
    operates: bool,
    text: String,
    states: [(&'static str, &'static str, bool); 5],
    as_of: String,
    empty: Option<(&'static str, &'static str)>,
    rows: Vec<RowView>,
    looked: Option<String>,
    newest: Option<String>,
    next: Option<String>,
    download: String,
    download_hint: String,
}

/// A line of the table.
struct RowView {
    address: String,
    mark: &'static str,
    state: &'static str,
    name: String,
    mail: String,
    item: String,
    amount: String,
    cycle: String,
    next: String,
    joined: String,
}

/// The day on which it is charged next. A day that is past is none: it is said since when the period is due.
fn next(call: &Call<'_>, row: &PlanRow) -> String {
    let today = japan_date(call.visit.now);
    match row.runs_on() {
        Some(run) if run.date < today => (call.words().overdue_since)(&words::format::day(call.lang(), run.date)),
        Some(run) => facts::day(call, run),
        None => String::new(),
    }
}

impl RowView {
    fn new(call: &Call<'_>, row: &PlanRow) -> Self {
        let lang = call.lang();
        let named = [&row.name, &row.mail, &row.user].into_iter().find(|text| !text.is_empty());
        Self {
            address: address_of(&row.id),
            mark: texts::mark(row.status),
            state: texts::status(lang, row.status),
            name: named.map_or_else(|| row.order.to_string(), Clone::clone),
            mail: row.mail.clone(),
            item: row.item.clone(),
            amount: words::money(lang, row.amount),
            cycle: words::recurring::cycle(lang, row.cycle),
            next: next(call, row),
            joined: words::format::day(lang, japan_date(row.joined_at)),
        }
    }
}
