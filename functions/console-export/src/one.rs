//! One download: how far it is, and the file itself behind an address that ends soon.

use std::time::Duration;

use askama::Template;
use console::{Frame, Refusal, Section, Visit};
use domain::{
    audit::Action,
    export::{Export, ExportId, ExportState},
    merchant::Kept,
    search::Search,
    wire::Parameters,
};
use http::{Response, StatusCode};
use inbound::http as answer;
use jiff::Timestamp;
use lambda_http::{Body, Request};
use store::StoreError;
use words::console::exports::{ExportsWords, exports};

use crate::Deps;

/// How soon the page looks again. Seconds.
const LOOK_AGAIN_S: u32 = 2;
/// How long the file's own address is good: the time to begin a download.
const ADDRESS_GOOD_FOR: Duration = Duration::from_secs(60);
/// How often stopping is tried again over the writer's own notes.
const TRIES: usize = 8;

/// Where a download is.
pub(crate) fn address(id: &ExportId) -> String {
    format!("/console/exports/{id}")
}

/// Shows how far it is, or leads to the file.
pub(crate) async fn show(
    deps: &Deps,
    request: &Request,
    visit: &Visit,
    export: &Export,
) -> Result<Response<Body>, Refusal> {
    let wanted = request.uri().query().is_some_and(|query| query.split('&').any(|part| part == "file"));
    if wanted && let ExportState::Done { .. } = export.state {
        return fetch(deps, visit, export).await;
    }
    let words = exports(visit.lang);
    let frame = visit.frame(words.one, Section::Exports);
    let frame = if export.is_open() { frame.refreshing(LOOK_AGAIN_S, address(&export.id)) } else { frame };
    let kept_days = visit.merchant.merchant.retention.days(Kept::Exports);
    let page = OnePage {
        frame: frame.clone(),
        words,
        kept_days,
        view: View::new(visit, export),
        address: address(&export.id),
    };
    Ok(answer::page(request, StatusCode::OK, console::page(&page, &frame)))
}

/// Leads to the file. Who fetched it is noted before.
async fn fetch(deps: &Deps, visit: &Visit, export: &Export) -> Result<Response<Body>, Refusal> {
    let words = exports(export.lang);
    let time = domain::clock::JAPAN.to_datetime(export.made_at).strftime("%Y%m%d-%H%M").to_string();
    let name = format!("{}-{}-{time}.csv", words.file, export.merchant);
    let address = deps.files.download_address(&export.object(), &name, ADDRESS_GOOD_FOR, visit.now).await?;
    deps.console.note(visit, Action::ExportFetched { export: export.id.clone() }).await?;
    Ok(answer::see_other(&address))
}

/// Stops it, unless it is done. Who stopped it is noted before.
pub(crate) async fn stop(deps: &Deps, visit: &Visit, export: Export) -> Result<Response<Body>, Refusal> {
    let page = address(&export.id);
    if export.is_open() {
        let action = Action::ExportCancelled { export: export.id.clone() };
        match deps.console.noted(&visit.user, action, cancel(deps, visit, export)).await {
            // It was done or stopped meanwhile, or its writer is too busy: the page says how it stands.
            Ok(()) | Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(answer::see_other(&page))
}

async fn cancel(deps: &Deps, visit: &Visit, mut export: Export) -> Result<(), StoreError> {
    for _ in 0..TRIES {
        if !export.is_open() {
            return Err(StoreError::Conflict);
        }
        match deps.exports.put(&export.now(ExportState::Cancelled { at: visit.now })).await {
            Ok(()) => return Ok(()),
            // the writer has noted how far it is
            Err(StoreError::Conflict) => {
                let stands = deps.exports.load(visit.merchant_id(), &export.id).await?;
                export = stands.ok_or(StoreError::Conflict)?;
            }
            Err(error) => return Err(error),
        }
    }
    Err(StoreError::Conflict)
}

#[derive(Template)]
#[template(path = "one.html", whitespace = "minimize")]
struct OnePage {
    frame: Frame,
    words: &'static ExportsWords,
    /// For how long downloads are kept.
    kept_days: u16,
    view: View,
    address: String,
}

/// A download in words.
struct View {
    made_at: String,
    open: bool,
    ready: bool,
    mark: &'static str,
    state: &'static str,
    /// Lines about how far it is.
    lines: Vec<String>,
    /// Done of a hundred, where the period's beginning is known.
    percent: Option<u8>,
}

impl View {
    fn new(visit: &Visit, export: &Export) -> Self {
        let words = exports(visit.lang);
        let made_at = words::date_time(visit.lang, export.made_at);
        let view = |mark, state, lines| Self {
            made_at: made_at.clone(),
            open: export.is_open(),
            ready: matches!(export.state, ExportState::Done { .. }),
            mark,
            state,
            lines,
            percent: None,
        };
        match &export.state {
            ExportState::Waiting => view("open", words.waiting, Vec::new()),
            ExportState::Running { rows, back_to, since, run: _ } => {
                let elapsed_s = visit.now.duration_since(*since).as_secs().max(1).unsigned_abs();
                let percent = back_to.and_then(|back_to| percent(export, back_to));
                let mut lines = vec![
                    (words.rows_of)(&words::format::grouped_number(*rows)),
                    (words.rate)(&words::format::grouped_number(rows.checked_div(elapsed_s).unwrap_or(0))),
                ];
                lines.extend(back_to.map(|back_to| (words.back_to)(&words::date_time(visit.lang, back_to))));
                lines.extend(
                    percent
                        .and_then(|percent| left(elapsed_s, percent))
                        .map(|left_s| (words.left)(&words::format::grouped_number(left_s))),
                );
                Self { percent, ..view("open", words.running, lines) }
            }
            ExportState::Done { rows, bytes, replaced, at: _ } => {
                let mut lines = vec![
                    (words.rows_of)(&words::format::grouped_number(*rows)),
                    (words.size)(&words::format::grouped_number(bytes.div_ceil(1024))),
                ];
                lines.extend((*replaced > 0).then(|| (words.replaced)(&words::format::grouped_number(*replaced))));
                view("good", words.done, lines)
            }
            ExportState::Cancelled { .. } => view("over", words.cancelled, Vec::new()),
            ExportState::Failed { .. } => view("bad", words.failed, vec![words.failed_advice.to_owned()]),
        }
    }
}

/// How much of the period is written. Lists are written newest first; a search without a first day has no known end.
fn percent(export: &Export, back_to: Timestamp) -> Option<u8> {
    let (from, to) = Search::read(&Parameters::parse(export.query.as_bytes()).ok()?).ok()?.period();
    let (from, to) = (from?, to.unwrap_or(export.made_at).min(export.made_at));
    let (whole_s, written_s) = (to.duration_since(from).as_secs(), to.duration_since(back_to).as_secs());
    let percent = written_s.checked_mul(100)?.checked_div(whole_s)?;
    u8::try_from(percent.clamp(0, 100)).ok()
}

fn left(elapsed_s: u64, percent: u8) -> Option<u64> {
    let percent = u64::from(percent);
    let whole_s = elapsed_s.checked_mul(100)?.checked_div(percent)?;
    whole_s.checked_sub(elapsed_s)
}
