//! The first page: what needs a person, the day's sums, 30 days as a chart.

use askama::Template;
use console::{Frame, Refusal, Section, Visit};
use domain::{account::Role, clock::japan_date};
use http::{Response, StatusCode};
use inbound::http as answer;
use jiff::ToSpan;
use lambda_http::{Body, Request};
use words::console::today::{self as texts, TodayWords};

use crate::{
    Deps,
    attention::{self, MatterView},
    batches::{self, BatchView},
    days::{self, Days, SumView},
    plans::{self, Plans},
};

/// How many days before today the chart shows.
const BEFORE: i32 = 29;

/// Shows today.
pub(crate) async fn show(deps: &Deps, request: &Request, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let (lang, merchant) = (visit.lang, visit.merchant_id());
    let words = texts::today(lang);
    let matters = attention::open(deps, visit).await?;
    let batches = batches::open(deps, visit).await?;
    let plans = plans::open(deps, visit).await?;
    let today = japan_date(visit.now);
    let first = today.saturating_sub(BEFORE.days());
    let sums = deps.searches.sums(merchant, first, today).await?;
    let mut days = Days::new(lang, &sums, first, today);
    days.lines.reverse(); // newest first, as everywhere
    let frame = visit.frame(words.title, Section::Today);
    let page = TodayPage {
        frame: frame.clone(),
        words,
        matters,
        batches,
        plans,
        may_settle: visit.user.role >= Role::Operator,
        settled: request.uri().query() == Some("done=settled"),
        heading: (words.sums)(&days::day_text(lang, today)),
        sums: days::views(lang, &sums.get(&today).cloned().unwrap_or_default()),
        as_of: (words.as_of)(&words::format::time_of_day(visit.now)),
        days,
    };
    Ok(answer::page(request, StatusCode::OK, console::page(&page, &frame)))
}

#[derive(Template)]
#[template(path = "today.html", whitespace = "minimize")]
struct TodayPage {
    frame: Frame,
    words: &'static TodayWords,
    matters: Vec<MatterView>,
    batches: Vec<BatchView>,
    plans: Plans,
    may_settle: bool,
    settled: bool,
    heading: String,
    sums: Vec<SumView>,
    as_of: String,
    days: Days,
}
