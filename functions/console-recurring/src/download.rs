//! A list as a CSV, where it is small enough to be made at once.

use console::Refusal;
use csv::{Terminator, WriterBuilder};
use domain::{
    audit::Action,
    clock::japan_date,
    csv::{BYTE_ORDER_MARK, harmless},
    search::{PlanRow, PlanSearch},
};
use http::{HeaderValue, Response, StatusCode, header};
use lambda_http::Body;
use words::console::recurring as texts;

use crate::{Call, facts};

/// Where it is.
pub(crate) const ADDRESS: &str = "/console/recurring/download";
/// The most rows: what a few reads bring, well within the 6 MB of an answer.
pub(crate) const MOST_ROWS: u64 = 2_000;
/// Rows that are read at once.
const READ: usize = 500;

/// Hands a search's list over as a download; it is in the audit log before.
pub(crate) async fn send(call: &Call<'_>) -> Result<Response<Body>, Refusal> {
    let search = PlanSearch::parse(call.asked("q"), call.asked("state"));
    let mut rows: Vec<PlanRow> = Vec::new();
    let mut after = None;
    loop {
        let page = call.deps.searches.page(call.visit.merchant_id(), &search, after.as_ref(), READ).await?;
        rows.extend(page.rows);
        let most = usize::try_from(MOST_ROWS).unwrap_or(usize::MAX);
        after = page.next;
        if rows.len() > most || (after.is_some() && page.looked_back_to.is_some()) {
            let text = (call.words().too_many)(&words::format::grouped_number(MOST_ROWS));
            return Ok(facts::cannot(call, call.words().title, text, crate::LIST, StatusCode::UNPROCESSABLE_ENTITY));
        }
        if after.is_none() {
            break;
        }
    }
    let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    call.deps.console.note(call.visit, Action::PlansFetched { rows: count }).await?;
    let mut response = Response::new(Body::Binary(sheet(call, &rows)));
    for (name, value) in [
        // whatever calls itself text loses its byte order mark on the way, and spreadsheets need it
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"regular-purchases.csv\""),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

fn sheet(call: &Call<'_>, rows: &[PlanRow]) -> Vec<u8> {
    let (words, lang) = (call.words(), call.lang());
    let mut lines = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(BYTE_ORDER_MARK.to_vec());
    // Writing into memory does not fail.
    let _written = lines.write_record(words.columns);
    for row in rows {
        let order = row.order.to_string();
        let (amount, months) = (row.amount.to_string(), row.cycle.months().to_string());
        let nominal = row.nominal.map(|day| day.to_string()).unwrap_or_default();
        let runs = row.runs_on().map(|run| run.date.to_string()).unwrap_or_default();
        let joined = japan_date(row.joined_at).to_string();
        let cells = [
            row.id.as_str().into(),
            texts::status(lang, row.status).into(),
            harmless(&row.name),
            harmless(&row.mail),
            harmless(&row.user),
            harmless(&row.item),
            amount.as_str().into(), // a number stays one
            months.as_str().into(),
            nominal.as_str().into(),
            runs.as_str().into(),
            joined.as_str().into(),
            harmless(&order),
        ];
        let _written = lines.write_record(cells.iter().map(|cell| cell.as_bytes()));
    }
    lines.into_inner().unwrap_or_default()
}
