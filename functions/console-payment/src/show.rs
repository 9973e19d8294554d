//! What would be done, with the amount in words, before anything is.

use askama::Template;
use console::{Frame, Refusal};
use domain::{
    Payment, Yen,
    payment::{Operation, OperationKind},
    wire::Parameters,
};
use http::{Response, StatusCode};
use inbound::http as answer;
use jiff::SignedDuration;
use lambda_http::Body;
use words::console::operation::OperationWords;

use crate::{Call, act::Act, address_of, form::Confirmed, outcome};

/// Shows an operation before it is done.
pub(crate) async fn show(call: &Call<'_>, payment: &Payment, kind: OperationKind) -> Result<Response<Body>, Refusal> {
    if payment.pending().is_some() {
        return outcome::running(call, payment, StatusCode::OK).await;
    }
    if !kind.is_open_to(call.merchant().status) {
        return Ok(outcome::suspended(call, payment));
    }
    let Some(most) = most(call, payment, kind) else {
        // Any amount is as impossible as the least.
        let why = payment.impossible(Operation { kind, amount: Yen::MIN }, call.visit.now);
        return Ok(outcome::impossible(call, payment, why));
    };
    let query = Parameters::parse(answer::parameter_bytes(call.request)).map_err(|_| Refusal::Unreadable)?;
    let typed = query.value("yen").map(|value| std::str::from_utf8(value).unwrap_or_default());
    match typed {
        None => {
            confirm(call, payment, Choice { kind, amount: whole(call, payment, kind), typed: "", problem: None }, None)
        }
        Some(typed) => match Yen::parse_typed(typed, most) {
            Ok(amount) => confirm(call, payment, Choice { kind, amount: Some(amount), typed, problem: None }, None),
            Err(_) => {
                let problem = Some((call.words().amount_wrong)(&words::money(call.visit.lang, most)));
                confirm(call, payment, Choice { kind, amount: None, typed, problem }, None)
            }
        },
    }
}

/// The most that can be asked for. None: the operation is impossible whatever the amount.
fn most(call: &Call<'_>, payment: &Payment, kind: OperationKind) -> Option<Yen> {
    match kind {
        OperationKind::Capture | OperationKind::Cancel => payment.held(),
        OperationKind::Adjust => payment.held().map(|_| call.merchant().max_amount),
        OperationKind::Refund => Yen::new(payment.refundable()).ok(),
    }
}

/// The amount where none was chosen: all there is. A change has none.
fn whole(call: &Call<'_>, payment: &Payment, kind: OperationKind) -> Option<Yen> {
    match kind {
        OperationKind::Capture | OperationKind::Cancel | OperationKind::Refund => most(call, payment, kind),
        OperationKind::Adjust => None,
    }
}

/// What was chosen, or what is wrong with it.
pub(crate) struct Choice<'a> {
    pub(crate) kind: OperationKind,
    pub(crate) amount: Option<Yen>,
    pub(crate) typed: &'a str,
    pub(crate) problem: Option<String>,
}

/// The confirmation of an operation, or the choice of its amount. `code` is what is wrong with the second factor's.
pub(crate) fn confirm(
    call: &Call<'_>,
    payment: &Payment,
    choice: Choice<'_>,
    code: Option<&'static str>,
) -> Result<Response<Body>, Refusal> {
    let (words, lang, now) = (call.words(), call.visit.lang, call.visit.now);
    let Choice { kind, amount, typed, problem } = choice;
    let operation = amount.map(|amount| Operation { kind, amount });
    if let Some(why) = operation.and_then(|operation| payment.impossible(operation, now)) {
        return Ok(outcome::impossible(call, payment, Some(why)));
    }
    let status = match (&problem, code) {
        (None, None) => StatusCode::OK,
        (Some(_), _) | (None, Some(_)) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let limit = words::money(lang, call.merchant().refund_confirm_over);
    let frame = call.frame((words.title)(kind));
    let page = OperationPage {
        frame: frame.clone(),
        words,
        address: Act::Operate(kind).address(&payment.key.order),
        back: address_of(payment),
        order: operation.map(|operation| Order::new(call, payment, operation)).transpose()?,
        facts: facts(call, payment),
        needs_code: operation
            .filter(|operation| needs_code(call, payment, *operation))
            .map(|_| (words.needs_code)(&limit)),
        code,
        other: (kind != OperationKind::Cancel).then(|| Other {
            hint: (words.amount_hint)(&words::money(lang, most(call, payment, kind).unwrap_or(Yen::MAX))),
            typed: typed.to_owned(),
            open: amount.is_none(),
            problem,
        }),
    };
    Ok(call.page(status, &page, &frame))
}

/// Whether a fresh code is asked for: all that was given back of a payment counts, so that a large refund can't be cut into small ones.
pub(crate) fn needs_code(call: &Call<'_>, payment: &Payment, operation: Operation) -> bool {
    match operation.kind {
        OperationKind::Refund => payment.refund_is_over(call.merchant().refund_confirm_over, operation.amount),
        OperationKind::Capture | OperationKind::Cancel | OperationKind::Adjust => false,
    }
}

fn facts(call: &Call<'_>, payment: &Payment) -> Vec<(&'static str, String)> {
    let (words, lang) = (call.words(), call.visit.lang);
    let money = |amount| words::money(lang, amount);
    // The end is the first instant at which it is too late.
    let last_day =
        payment.capturable_until().map(|end| end.saturating_sub(SignedDuration::from_millis(1)).unwrap_or(end));
    [
        (words.order, Some(payment.key.order.to_string())),
        (words.card, payment.card.as_ref().map(words::masked)),
        (words.ordered, Some(money(payment.amount))),
        (words.held, payment.held().map(money)),
        (words.taken, payment.captured().map(money)),
        (words.refunded, Yen::new(payment.refunded()).ok().map(money)),
        (words.left, payment.captured().and_then(|_| Yen::new(payment.refundable()).ok()).map(money)),
        (words.last_day, last_day.map(|day| words::date(lang, day))),
    ]
    .into_iter()
    .filter_map(|(label, value)| Some((label, value?)))
    .collect()
}

/// An operation ready to be confirmed.
struct Order {
    sentence: String,
    follows: &'static str,
    /// What is let go beside it.
    rest: Option<String>,
    sealed: String,
    go: String,
    is_grave: bool,
}

impl Order {
    fn new(call: &Call<'_>, payment: &Payment, operation: Operation) -> Result<Self, Refusal> {
        let (words, lang) = (call.words(), call.visit.lang);
        let Operation { kind, amount } = operation;
        let text = words::money(lang, amount);
        let rest = payment.held().filter(|_| kind == OperationKind::Capture);
        let rest = rest.and_then(|held| Yen::new(held.get().saturating_sub(amount.get())).ok());
        Ok(Self {
            sentence: (words.sentence)(kind, &text),
            follows: (words.follows)(kind),
            rest: rest.map(|rest| (words.rest)(&words::money(lang, rest))),
            sealed: Confirmed::seal(call, payment, operation)?,
            go: (words.go)(kind, &text),
            is_grave: matches!(kind, OperationKind::Cancel | OperationKind::Refund),
        })
    }
}

/// The choice of another amount.
struct Other {
    hint: String,
    typed: String,
    open: bool,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "operation.html", whitespace = "minimize")]
struct OperationPage {
    frame: Frame,
    words: &'static OperationWords,
    address: String,
    back: String,
    order: Option<Order>,
    facts: Vec<(&'static str, String)>,
    needs_code: Option<String>,
    code: Option<&'static str>,
    other: Option<Other>,
}
