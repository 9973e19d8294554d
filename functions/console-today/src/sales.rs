//! `/console/sales`: a month's sales by day.

use askama::Template;
use console::{Frame, Refusal, Section, Visit};
use domain::{clock::japan_date, wire::Parameters};
use http::{Response, StatusCode};
use inbound::http as answer;
use jiff::{ToSpan, civil::Date};
use lambda_http::{Body, Request};
use words::console::today::{self as texts, TodayWords};

use crate::{Deps, days::Days};

/// Where it is.
pub(crate) const ADDRESS: &str = "/console/sales";

/// Shows a month, by default the present one.
pub(crate) async fn show(deps: &Deps, request: &Request, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let query = request.uri().query().unwrap_or_default();
    let query = Parameters::parse(query.as_bytes()).map_err(|_| Refusal::Unreadable)?;
    let typed = query.value("month").map(|month| std::str::from_utf8(month).map_err(|_| Refusal::Unreadable));
    let typed = typed.transpose()?.unwrap_or_default().trim().to_owned();
    let words = texts::today(visit.lang);
    let (status, value, found) = match month(&typed, visit) {
        Some(first) => (StatusCode::OK, name(first), Some(Month::find(deps, visit, first).await?)),
        None => (StatusCode::UNPROCESSABLE_ENTITY, typed, None),
    };
    let title = found.as_ref().map_or_else(|| words.to_sales.to_owned(), |month| month.title.clone());
    let frame = visit.frame(title, Section::Today);
    let page = SalesPage { frame: frame.clone(), words, value, found };
    Ok(answer::page(request, status, console::page(&page, &frame)))
}

#[derive(Template)]
#[template(path = "sales.html", whitespace = "minimize")]
struct SalesPage {
    frame: Frame,
    words: &'static TodayWords,
    value: String,
    found: Option<Month>,
}

/// A month's sales.
struct Month {
    title: String,
    before: String,
    after: Option<String>,
    as_of: String,
    days: Days,
}

impl Month {
    async fn find(deps: &Deps, visit: &Visit, first: Date) -> Result<Self, Refusal> {
        let (lang, words) = (visit.lang, texts::today(visit.lang));
        let last = first.last_of_month();
        let sums = deps.searches.sums(visit.merchant_id(), first, last).await?;
        let after = first.saturating_add(1.month());
        Ok(Self {
            title: (words.sales)(&texts::month(lang, first)),
            before: address(first.saturating_sub(1.month())),
            after: (after <= japan_date(visit.now)).then(|| address(after)),
            as_of: (words.as_of)(&words::format::time_of_day(visit.now)),
            days: Days::new(lang, &sums, first, last),
        })
    }
}

/// The first day of the month that was asked for. None: it is no month.
fn month(typed: &str, visit: &Visit) -> Option<Date> {
    if typed.is_empty() {
        return Some(japan_date(visit.now).first_of_month());
    }
    let (year, month) = typed.split_once('-')?;
    let first = Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?;
    (2000..=2199).contains(&first.year()).then_some(first)
}

fn name(first: Date) -> String {
    format!("{}-{:02}", first.year(), first.month())
}

fn address(first: Date) -> String {
    format!("{ADDRESS}?month={}", name(first))
}
