//! What became of the last operation, read from what is stored; and why one was not begun.

use askama::Template;
use console::{Frame, Refusal};
use domain::{
    Payment, Yen,
    payment::{End, Impossible, Operation, OperationKind, OperationRecord, Stage},
};
use http::{Response, StatusCode};
use lambda_http::Body;
use words::console::{decline, operation::OperationWords};

use crate::{Call, act::Act, address_of, who};

/// After how many seconds the page of an unknown outcome looks again.
const LOOK_AGAIN_S: u32 = 10;

/// Whether nobody knows yet what became of the payment, or of the last operation on it.
pub(crate) fn is_open(payment: &Payment) -> bool {
    payment.pending().is_some() || payment.unknown_since().is_some()
}

/// Shows what became of the last operation.
pub(crate) async fn show(call: &Call<'_>, payment: &Payment) -> Result<Response<Body>, Refusal> {
    let words = call.words();
    let Some(record) = payment.operation() else {
        let view = if is_open(payment) {
            View { waits: true, asks: true, ..View::new(words.checking, words.checking_lead.to_owned()) }
        } else {
            View::new(words.nothing_open, words.nothing_open_lead.to_owned())
        };
        return Ok(view.page(call, payment, StatusCode::OK));
    };
    let mut view = match &record.stage {
        Stage::Running(_) | Stage::Unknown(_) | Stage::Withdrawing(_) => {
            View { waits: true, asks: true, ..View::new(words.checking, words.checking_lead.to_owned()) }
        }
        Stage::Ended { end, .. } => ended(call, payment, record, end),
    };
    view.facts.splice(0..0, who::told(call, record).await?);
    Ok(view.page(call, payment, StatusCode::OK))
}

fn ended(call: &Call<'_>, payment: &Payment, record: &OperationRecord, end: &End) -> View {
    let words = call.words();
    match end {
        End::Done => View::new(words.done, String::new()),
        End::Refused(decline) => {
            let mut view = View::new(words.refused, words.refused_lead.to_owned());
            view.facts.push((words.advice, decline::advice(call.visit.lang, decline.code).to_owned()));
            view
        }
        End::GivenUp => View::new(words.given_up, words.given_up_lead.to_owned()),
        End::NotSupported => not_supported(call, payment, record.operation),
    }
}

/// The connector can't: more is paid apart by a link for the difference, less by a capture of less.
fn not_supported(call: &Call<'_>, payment: &Payment, operation: Operation) -> View {
    let (words, lang) = (call.words(), call.visit.lang);
    let wanted = operation.amount;
    let Some(held) = payment.held().filter(|_| operation.kind == OperationKind::Adjust) else {
        return View::new(words.not_supported, words.refused_lead.to_owned());
    };
    match Yen::new(wanted.get().saturating_sub(held.get())) {
        Ok(more) => {
            let text = (words.not_supported_more)(&words::money(lang, more));
            let ways = vec![(format!("/console/links/new?how_much=fixed&amount={more}"), words.make_link)];
            View { ways, ..View::new(words.not_supported, text) }
        }
        Err(_) => {
            let text = (words.not_supported_less)(&words::money(lang, wanted));
            let capture = Act::Operate(OperationKind::Capture).address(&payment.key.order);
            let ways = vec![(format!("{capture}?yen={wanted}"), words.capture_less)];
            View { ways, ..View::new(words.not_supported, text) }
        }
    }
}

/// Another operation runs: what, and whose.
pub(crate) async fn running(call: &Call<'_>, payment: &Payment, status: StatusCode) -> Result<Response<Body>, Refusal> {
    let words = call.words();
    let mut view = View { asks: true, ..View::new(words.running, words.running_lead.to_owned()) };
    if let Some(record) = payment.operation() {
        view.facts = who::told(call, record).await?;
    }
    Ok(view.page(call, payment, status))
}

/// The form is older than what happened since: what that was, and whose.
pub(crate) async fn stale(call: &Call<'_>, payment: &Payment) -> Result<Response<Body>, Refusal> {
    let words = call.words();
    let mut view = View::new(words.stale, words.stale_lead.to_owned());
    if let Some(record) = payment.operation() {
        view.facts = who::told(call, record).await?;
    }
    Ok(view.page(call, payment, StatusCode::CONFLICT))
}

/// It can't be done with this payment.
pub(crate) fn impossible(call: &Call<'_>, payment: &Payment, why: Option<Impossible>) -> Response<Body> {
    let words = call.words();
    let why = why.map_or_else(String::new, words.impossible);
    View::new(words.impossible_title, why).page(call, payment, StatusCode::CONFLICT)
}

/// The merchant does not trade.
pub(crate) fn suspended(call: &Call<'_>, payment: &Payment) -> Response<Body> {
    let words = call.words();
    View::new(words.impossible_title, words.suspended.to_owned()).page(call, payment, StatusCode::FORBIDDEN)
}

/// What is said of an operation.
struct View {
    heading: &'static str,
    lead: String,
    facts: Vec<(&'static str, String)>,
    /// The page looks again by itself.
    waits: bool,
    /// The acquirer can be asked.
    asks: bool,
    ways: Vec<(String, &'static str)>,
}

impl View {
    const fn new(heading: &'static str, lead: String) -> Self {
        Self { heading, lead, facts: Vec::new(), waits: false, asks: false, ways: Vec::new() }
    }

    fn page(self, call: &Call<'_>, payment: &Payment, status: StatusCode) -> Response<Body> {
        let order = &payment.key.order;
        let mut frame = call.frame(self.heading);
        if self.waits {
            frame = frame.refreshing(LOOK_AGAIN_S, Act::Outcome.address(order));
        }
        let page = OutcomePage {
            frame: frame.clone(),
            words: call.words(),
            view: self,
            order: order.to_string(),
            ask: Act::Ask.address(order),
            back: address_of(payment),
        };
        call.page(status, &page, &frame)
    }
}

#[derive(Template)]
#[template(path = "outcome.html", whitespace = "minimize")]
struct OutcomePage {
    frame: Frame,
    words: &'static OperationWords,
    view: View,
    order: String,
    ask: String,
    back: String,
}
