//! The three ways to charge, the safest first, each with the reason for it.

use askama::Template;
use console::Frame;
use http::{Response, StatusCode};
use inbound::checkout;
use lambda_http::Body;
use words::console::charge::{ChargeWords, Stop};

use crate::Call;

/// Lets the operator choose.
pub(crate) fn show(call: &Call<'_>) -> Response<Body> {
    if !checkout::trades_at(call.merchant(), call.deps.stage) {
        return call.stopped(StatusCode::FORBIDDEN, Stop::Suspended, None);
    }
    let words = call.words();
    let frame = call.frame(words.title);
    let page = WaysPage { frame: frame.clone(), words, cards_may_be_typed: call.merchant().floors.card_entry };
    call.page(StatusCode::OK, &page, &frame)
}

#[derive(Template)]
#[template(path = "ways.html", whitespace = "minimize")]
struct WaysPage {
    frame: Frame,
    words: &'static ChargeWords,
    cards_may_be_typed: bool,
}
