//! The list of downloads, and the form that asks for one.

use askama::Template;
use console::{Frame, Refusal, Section, Visit};
use domain::{
    audit::Action,
    export::{Export, ExportId, ExportOrder, ExportState},
    merchant::{Encoding, Kept},
    search::{Field, Search},
    wire::Parameters,
};
use http::{Response, StatusCode};
use inbound::http as answer;
use lambda_http::{Body, Request};
use words::console::{
    exports::{ExportsWords, exports},
    transactions,
};

use crate::{Deps, one};

/// How many are shown: a week's, for anybody.
const SHOWN: i32 = 50;

/// Shows the form for the search in the address, and the downloads of the last days.
pub(crate) async fn show(deps: &Deps, request: &Request, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let query = Parameters::parse(request.uri().query().unwrap_or_default().as_bytes());
    let query = query.map_err(|_| Refusal::Unreadable)?;
    let search = Search::read(&query);
    let status = if search.is_ok() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let words = exports(visit.lang);
    let frame = visit.frame(words.title, Section::Exports);
    let newest = deps.exports.newest(visit.merchant_id(), SHOWN).await?;
    let kept = newest.iter().filter(|export| export.is_kept(&visit.merchant.merchant.retention, visit.now));
    let page = ListPage {
        frame: frame.clone(),
        words,
        kept_days: visit.merchant.merchant.retention.days(Kept::Exports),
        search: search.ok().map(|search| SearchView::new(visit, &search)),
        entries: kept.map(|export| Entry::new(visit, export)).collect(),
    };
    Ok(answer::page(request, status, console::page(&page, &frame)))
}

/// Asks for a download: the order is queued before its page is shown.
pub(crate) async fn start(deps: &Deps, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let terms = Parameters::parse(visit.field("query").as_bytes()).map_err(|_| Refusal::Unreadable)?;
    let search = Search::read(&terms).map_err(|_| Refusal::Unreadable)?;
    let encoding = match visit.field("encoding") {
        "utf-8" => Encoding::Utf8,
        "cp932" => Encoding::ShiftJis,
        _ => return Err(Refusal::Unreadable),
    };
    let export = Export {
        id: ExportId::at(visit.now, u32::from_be_bytes(inbound::random()?)),
        merchant: visit.merchant_id().clone(),
        by: visit.user.id.clone(),
        query: search.query(),
        encoding,
        lang: visit.lang,
        version: 1,
        state: ExportState::Waiting,
        made_at: visit.now,
    };
    deps.console.note(visit, Action::ExportAsked { export: export.id.clone() }).await?;
    deps.exports.put(&export).await?;
    let order = ExportOrder { merchant: export.merchant.clone(), export: export.id.clone() };
    deps.orders.send_all(&[order]).await?;
    Ok(answer::see_other(&one::address(&export.id)))
}

#[derive(Template)]
#[template(path = "list.html", whitespace = "minimize")]
struct ListPage {
    frame: Frame,
    words: &'static ExportsWords,
    /// For how long downloads are kept.
    kept_days: u16,
    /// None: the address holds no search.
    search: Option<SearchView>,
    entries: Vec<Entry>,
}

/// A search in words, and as the form carries it.
struct SearchView {
    query: String,
    terms: Vec<(&'static str, String)>,
    /// Where it can be looked at and changed.
    address: String,
}

impl SearchView {
    fn new(visit: &Visit, search: &Search) -> Self {
        let query = search.query();
        let terms = Field::ALL.into_iter().map(|field| (transactions::field(visit.lang, field), search.value(field)));
        let address = format!("/console/transactions?{query}");
        Self { terms: terms.filter(|(_, value)| !value.is_empty()).collect(), query, address }
    }
}

/// A download in the list.
struct Entry {
    address: String,
    made_at: String,
    mark: &'static str,
    state: &'static str,
    rows: String,
}

impl Entry {
    fn new(visit: &Visit, export: &Export) -> Self {
        let words = exports(visit.lang);
        let (mark, state, rows) = match &export.state {
            ExportState::Waiting => ("open", words.waiting, 0),
            ExportState::Running { rows, .. } => ("open", words.running, *rows),
            ExportState::Done { rows, .. } => ("good", words.done, *rows),
            ExportState::Cancelled { .. } => ("over", words.cancelled, 0),
            ExportState::Failed { .. } => ("bad", words.failed, 0),
        };
        Self {
            address: one::address(&export.id),
            made_at: words::date_time(visit.lang, export.made_at),
            mark,
            state,
            rows: words::format::grouped_number(rows),
        }
    }
}
