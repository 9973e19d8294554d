//! How dates, rates and the like stand on the pages, and the page that says why something can't be done.

use askama::Template;
use console::Frame;
use domain::recurring::{
    calendar::{Certainty, RunDay},
    plan::{Plan, Rate},
};
use http::{Response, StatusCode};
use lambda_http::Body;
use words::console::recurring::RecurringWords;

use crate::Call;

/// A label and what stands beside it.
pub(crate) type Fact = (&'static str, String);

/// A day of billing, with what is said of one that may still move.
pub(crate) fn day(call: &Call<'_>, run: RunDay) -> String {
    let lang = call.lang();
    let day = words::format::day(lang, run.date);
    match run.certainty {
        Certainty::Settled => day,
        Certainty::Provisional => {
            let (open, close) = match lang {
                domain::Lang::Ja => ("（", "）"),
                domain::Lang::En => (" (", ")"),
            };
            format!("{day}{open}{}{close}", words::recurring::provisional(lang, run.certainty))
        }
    }
}

/// An amount and how often.
pub(crate) fn rate(call: &Call<'_>, rate: Rate) -> String {
    let lang = call.lang();
    (call.words().rate_of)(&words::money(lang, rate.amount), &words::recurring::cycle(lang, rate.cycle))
}

/// Which purchase a question is about.
pub(crate) fn of(call: &Call<'_>, plan: &Plan) -> Vec<Fact> {
    let words = call.words();
    [
        (words.buyer, [plan.name.as_str(), plan.mail.as_str()].join(" ").trim().to_owned()),
        (words.item, plan.item.clone()),
        (words.rate, rate(call, plan.rate())),
        (words.number, plan.id.to_string()),
    ]
    .into_iter()
    .filter(|(_, text)| !text.is_empty())
    .collect()
}

/// A page that says why something can't be done, and leads back.
pub(crate) fn cannot(
    call: &Call<'_>,
    title: &str,
    why: String,
    back: impl Into<String>,
    status: StatusCode,
) -> Response<Body> {
    let frame = call.frame(title);
    let page = CannotPage { frame: frame.clone(), words: call.words(), why, back: back.into() };
    call.page(status, &page, &frame)
}

#[derive(Template)]
#[template(path = "cannot.html", whitespace = "minimize")]
struct CannotPage {
    frame: Frame,
    words: &'static RecurringWords,
    why: String,
    back: String,
}
