//! The second form: how much is charged, in words, and the card. Card data that was typed is never shown again.

use askama::Template;
use console::{Frame, Refusal};
use domain::KeptCard;
use http::{Response, StatusCode};
use inbound::checkout::free_label;
use lambda_http::Body;
use words::{FormProblem, console::charge::ChargeWords, form_problem};

use crate::{Call, sealed::Ready};

/// What a rendering shows after a mistake.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mend<'a> {
    /// What is to be mended.
    pub(crate) problems: &'a [FormProblem],
    /// The name on the card, as typed.
    pub(crate) holder: &'a str,
}

impl Mend<'_> {
    /// A first rendering.
    pub(crate) const fn nothing() -> Self {
        Self { problems: &[], holder: "" }
    }
}

/// The confirmation of an order.
pub(crate) fn ask(
    call: &Call<'_>,
    ready: &Ready,
    kept: Option<&KeptCard>,
    mend: Mend<'_>,
) -> Result<Response<Body>, Refusal> {
    let (words, lang) = (call.words(), call.visit.lang);
    let amount = words::money(lang, ready.amount);
    let status = if mend.problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let frame = call.frame((words.confirm)(&amount));
    let text = |problem: &FormProblem| (problem.field(), form_problem(lang, problem).into_owned());
    let page = ConfirmPage {
        frame: frame.clone(),
        words,
        ready: call.seal(ready)?,
        go: (words.go)(&amount),
        facts: facts(call, ready, kept),
        types_card: kept.is_none(),
        is_again: ready.n > 1,
        holder: mend.holder,
        wrong: mend.problems.iter().map(text).collect(),
    };
    Ok(call.page(status, &page, &frame))
}

fn facts(call: &Call<'_>, ready: &Ready, kept: Option<&KeptCard>) -> Vec<(String, String)> {
    let (words, details) = (call.words(), &ready.details);
    let card = kept.map(|card| format!("{} ({})", words::masked(&card.card), card.card.expiry));
    let fixed = [
        (words.order, Some(ready.order.to_string())),
        (words.card, card),
        (words.user, some(&details.user)),
        (words.name, some(&details.name)),
        (words.mail, some(&details.mail)),
        (words.tel, some(&details.tel)),
    ];
    let free = (1_u8..).zip(&call.merchant().free_items).zip(&details.free);
    let free = free.map(|((number, item), value)| (free_label(&item.label, number, call.visit.lang), some(value)));
    let fixed = fixed.into_iter().map(|(label, value)| (label.to_owned(), value));
    fixed.chain(free).filter_map(|(label, value)| Some((label, value?))).collect()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

#[derive(Template)]
#[template(path = "confirm.html", whitespace = "minimize")]
struct ConfirmPage<'a> {
    frame: Frame,
    words: &'static ChargeWords,
    ready: String,
    go: String,
    facts: Vec<(String, String)>,
    types_card: bool,
    is_again: bool,
    holder: &'a str,
    wrong: Vec<(&'static str, String)>,
}

impl ConfirmPage<'_> {
    fn problem(&self, field: &str) -> Option<&str> {
        self.wrong.iter().find(|(name, _)| *name == field).map(|(_, text)| text.as_str())
    }
}
