//! Asks the acquirer again about what nobody knows. Asking moves no money, so it needs no confirmation of its own.

use askama::Template;
use console::{Frame, Refusal};
use domain::{Payment, audit::Action};
use http::{Response, StatusCode};
use inbound::http as answer;
use lambda_http::Body;
use words::console::operation::OperationWords;

use crate::{Call, act::Act, address_of, outcome::is_open};

/// The button.
pub(crate) fn show(call: &Call<'_>, payment: &Payment) -> Response<Body> {
    let words = call.words();
    let frame = call.frame(words.ask.0);
    let page = AskPage {
        frame: frame.clone(),
        words,
        address: Act::Ask.address(&payment.key.order),
        back: address_of(payment),
        is_open: is_open(payment),
    };
    call.page(StatusCode::OK, &page, &frame)
}

/// Asks, and leads to what is known now.
pub(crate) async fn ask(call: &Call<'_>, payment: &Payment) -> Result<Response<Body>, Refusal> {
    if !is_open(payment) {
        return Ok(answer::see_other(&Act::Outcome.address(&payment.key.order)));
    }
    let asked = Action::AcquirerAsked { order: payment.key.order.clone() };
    call.deps.console.note(call.visit, asked).await?;
    let now = Box::pin(call.deps.charging.ask_again(&payment.key)).await?.ok_or(Refusal::NotThere)?;
    Ok(answer::see_other(&if is_open(&now) || now.operation() != payment.operation() {
        Act::Outcome.address(&now.key.order)
    } else {
        format!("{}?done={}", address_of(&now), Act::Ask.name())
    }))
}

#[derive(Template)]
#[template(path = "ask.html", whitespace = "minimize")]
struct AskPage {
    frame: Frame,
    words: &'static OperationWords,
    address: String,
    back: String,
    is_open: bool,
}
