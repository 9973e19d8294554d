//! One payment: everything that is stored of it, its history, and what may be done with it.

use std::collections::HashMap;

use askama::Template;
use console::{Frame, Refusal, Section, Visit};
use domain::{
    Lang, OrderId, Payment, PaymentKey, State,
    account::Role,
    acquirer::{Approval, Authentication},
    payment::Origin,
    recurring::plan::PlanId,
    search::Status,
};
use http::{Response, StatusCode};
use inbound::{
    checkout::{ReceiptHandle, receipt_path},
    http as answer,
};
use lambda_http::{Body, Request};
use store::History;
use words::console::{
    operation,
    transactions::{self as texts, TransactionsWords},
};

use crate::{
    Deps,
    history::{self, Line},
    list::{figure, named_free_items},
    mark,
    shown::Shown,
};

/// Shows the payment of an order. An order that no card was ever sent for is not there.
pub(crate) async fn show(
    deps: &Deps,
    request: &Request,
    visit: &Visit,
    order: String,
) -> Result<Response<Body>, Refusal> {
    let order = OrderId::new(order).map_err(|_| Refusal::NotThere)?;
    let key = PaymentKey::new(visit.merchant_id().clone(), order);
    let payment = deps.payments.load(&key).await?.ok_or(Refusal::NotThere)?;
    let past = deps.searches.history(&key).await?;
    let people = people(deps, visit, &payment, &past).await?;
    let words = texts::transactions(visit.lang);
    let frame = visit.frame((words.payment)(key.order.as_str()), Section::Transactions);
    let page = DetailPage {
        frame: frame.clone(),
        words,
        done: done(request, visit.lang),
        view: View::new(visit, &payment, &people),
        link: link(&payment),
        plan: plan(deps, &payment).await?,
        shown: Shown::of(deps, visit, &payment).await?,
        receipt: receipt(deps, visit, &payment)?,
        behind: history::is_behind(&past, &payment),
        gap: history::missing(&past, &payment).map(words.history_gap),
        lines: history::lines(visit.lang, &past, &people),
    };
    Ok(answer::page(request, StatusCode::OK, console::page(&page, &frame)))
}

/// Where the receipt is. None: nothing was received.
fn receipt(deps: &Deps, visit: &Visit, payment: &Payment) -> Result<Option<String>, Refusal> {
    let handle = payment.state.is_paid().then(|| ReceiptHandle { key: payment.key.clone() });
    let path = handle.map(|handle| receipt_path(deps.console.keyring(), &handle, visit.now));
    Ok(path.transpose()?)
}

/// What the form before this page has done, by the word in the address.
fn done(request: &Request, lang: Lang) -> Option<&'static str> {
    let query = request.uri().query().unwrap_or_default();
    query.split('&').find_map(|pair| pair.strip_prefix("done=")).and_then(|word| operation::done(lang, word))
}

/// Where the payment's link is, if it came by one.
fn link(payment: &Payment) -> Option<String> {
    payment.origin.link().map(|link| format!("/console/links/{link}"))
}

/// Where the regular purchase is that it belongs to or began, if it stands.
async fn plan(deps: &Deps, payment: &Payment) -> Result<Option<String>, Refusal> {
    let began = || payment.details.offer.as_ref().map(|_| PlanId::of(&payment.key));
    let Some(id) = payment.origin.plan().cloned().or_else(began) else { return Ok(None) };
    let plan = deps.plans.load(&payment.key.merchant, &id).await?;
    Ok(plan.map(|plan| format!("/console/recurring/{}", plan.id)))
}

/// Who typed a single charge into the console, by their id.
fn charged_by(payment: &Payment) -> Option<&str> {
    match &payment.origin {
        Origin::Single { by, .. } => Some(by.as_str()),
        Origin::Page
        | Origin::Link(_)
        | Origin::CardUpdate(_)
        | Origin::Api
        | Origin::Batch { .. }
        | Origin::Renewal { .. }
        | Origin::Agreement { .. }
        | Origin::Continuation { .. } => None,
    }
}

/// The names of the merchant's people by their ids, where anybody did anything.
async fn people(
    deps: &Deps,
    visit: &Visit,
    payment: &Payment,
    past: &History,
) -> Result<HashMap<String, String>, Refusal> {
    if charged_by(payment).is_none() && past.steps.iter().all(|step| step.act.is_none()) {
        return Ok(HashMap::new());
    }
    let people = deps.console.users().list(visit.merchant_id()).await?;
    Ok(people.into_iter().map(|person| (person.id.to_string(), person.name)).collect())
}

#[derive(Template)]
#[template(path = "detail.html", whitespace = "minimize")]
struct DetailPage {
    frame: Frame,
    words: &'static TransactionsWords,
    done: Option<&'static str>,
    view: View,
    receipt: Option<String>,
    link: Option<String>,
    plan: Option<String>,
    shown: Option<Shown>,
    lines: Vec<Line>,
    behind: bool,
    gap: Option<String>,
}

/// A payment as people read it.
struct View {
    amount: String,
    mark: &'static str,
    result: &'static str,
    status: &'static str,
    /// What a person has to know at once.
    notice: Option<&'static str>,
    /// Labels and values, in the order of the page.
    facts: Vec<(&'static str, String)>,
    free: Vec<(String, String)>,
    acts: Vec<Act>,
    /// Why there are none.
    no_acts: &'static str,
}

/// An operation that is possible: where its form is, and what it is called.
struct Act {
    address: String,
    label: &'static str,
}

impl View {
    fn new(visit: &Visit, payment: &Payment, people: &HashMap<String, String>) -> Self {
        let (lang, words) = (visit.lang, texts::transactions(visit.lang));
        let status = Status::of(payment);
        let possible = possible(words, payment);
        let may = visit.user.role >= Role::Operator;
        Self {
            amount: figure(payment.amount_now()),
            mark: mark(status),
            result: texts::result(lang, status),
            status: texts::status(lang, status),
            notice: notice(words, payment),
            facts: facts(lang, words, payment, charged_by(payment).map(|id| history::name(words, id, people))),
            free: named_free_items(visit, &payment.details.free, lang),
            no_acts: if may || possible.is_empty() { words.no_acts } else { words.acts_need_role },
            acts: if may { possible } else { Vec::new() },
        }
    }
}

/// What the state allows. Each form decides again.
fn possible(words: &TransactionsWords, payment: &Payment) -> Vec<Act> {
    let ask = [("ask", words.ask)];
    let hold = [("capture", words.capture), ("cancel", words.cancel), ("amount", words.change_amount)];
    let refund = [("refund", words.refund)];
    let acts: &[(&str, &'static str)] = match &payment.state {
        State::Authorized { .. } | State::Captured { .. } if payment.pending().is_some() => &ask,
        State::Authorized { .. } => &hold,
        State::Captured { .. } if payment.refundable() > 0 => &refund,
        State::Unknown(_) | State::Reversing(_) | State::NeedsPerson(_) => &ask,
        State::Authorizing { .. }
        | State::Challenging { .. }
        | State::Declined { .. }
        | State::Captured { .. }
        | State::Cancelled { .. }
        | State::Lapsed { .. }
        | State::Failed { .. }
        | State::Abandoned { .. } => &[],
    };
    let order = &payment.key.order;
    acts.iter().map(|(act, label)| Act { address: format!("/console/payments/{order}/{act}"), label }).collect()
}

fn notice(words: &TransactionsWords, payment: &Payment) -> Option<&'static str> {
    if Status::of(payment) == Status::NeedsPerson {
        return Some(words.needs_person);
    }
    if payment.pending().is_some() {
        return Some(words.act_pending);
    }
    match &payment.state {
        State::NeedsPerson(_) => Some(words.needs_person),
        State::Captured { .. } if payment.disputed().is_some() => Some(words.act_disputed),
        State::Authorizing { .. } | State::Unknown(_) | State::Reversing(_) => Some(words.being_checked),
        State::Challenging { .. }
        | State::Declined { .. }
        | State::Authorized { .. }
        | State::Captured { .. }
        | State::Cancelled { .. }
        | State::Lapsed { .. }
        | State::Failed { .. }
        | State::Abandoned { .. } => None,
    }
}

/// `charged_by` is the name of who typed a single charge.
fn facts(
    lang: Lang,
    words: &TransactionsWords,
    payment: &Payment,
    charged_by: Option<String>,
) -> Vec<(&'static str, String)> {
    let details = &payment.details;
    let card = payment.card.as_ref();
    let approval = approval(&payment.state);
    let until = payment.capturable_until().map(|until| words::date_time(lang, until));
    let ordered = Some(payment.amount).filter(|ordered| *ordered != payment.amount_now()).map(figure);
    let refunded =
        Some(payment.refunded()).filter(|refunded| *refunded > 0).map(|yen| texts::sum_figure(i64::from(yen)));
    let three_ds = authentication(&payment.state).map(|result| three_ds(words, result));
    [
        (words.number, Some(payment.number().to_string())),
        (words.opened_at, Some(words::date_time(lang, payment.opened_at))),
        (words.class, Some(texts::class(lang, payment.interface).to_owned())),
        (words.charged_by, charged_by),
        (words.ordered, ordered),
        (words.refunded, refunded),
        (words.disputed, payment.disputed().map(|at| words::date_time(lang, at))),
        (words.capture_until, until),
        (words.item, some(&details.item)),
        (words.name, some(&details.name)),
        (words.mail, some(&details.mail)),
        (words.tel, some(&details.tel)),
        (words.user, some(&details.user)),
        (words.card, card.map(words::masked)),
        (words.expiry, card.map(|card| card.expiry.to_string())),
        (words.holder, some(&payment.holder)),
        (words.attempts, Some((words.attempts_of)(payment.attempts, payment.attempts_allowed))),
        (words.three_ds, Some(three_ds.unwrap_or_else(|| words.no_three_ds.to_owned()))),
        (words.guard, Some(words.guard_note.to_owned())),
        (words.acquirer_id, approval.map(|approval| approval.acquirer_id.clone())),
        (words.valid_until, approval.and_then(|approval| approval.valid_until).map(|at| words::date_time(lang, at))),
    ]
    .into_iter()
    .filter_map(|(label, value)| Some((label, value?)))
    .collect()
}

const fn approval(state: &State) -> Option<&Approval> {
    match state {
        State::Authorized { approval, .. } | State::Captured { approval, .. } => Some(approval),
        State::Authorizing { .. }
        | State::Challenging { .. }
        | State::Unknown(_)
        | State::Reversing(_)
        | State::Declined { .. }
        | State::Cancelled { .. }
        | State::Lapsed { .. }
        | State::Failed { .. }
        | State::Abandoned { .. }
        | State::NeedsPerson(_) => None,
    }
}

fn authentication(state: &State) -> Option<&Authentication> {
    match state {
        State::Authorized { approval, .. } | State::Captured { approval, .. } => approval.authentication.as_ref(),
        State::Declined { decline, .. } => decline.authentication.as_ref(),
        State::Authorizing { .. }
        | State::Challenging { .. }
        | State::Unknown(_)
        | State::Reversing(_)
        | State::Cancelled { .. }
        | State::Lapsed { .. }
        | State::Failed { .. }
        | State::Abandoned { .. }
        | State::NeedsPerson(_) => None,
    }
}

/// Result, version and ECI; the authentication value is no reader's business.
pub(crate) fn three_ds(words: &TransactionsWords, result: &Authentication) -> String {
    let mut text = (words.authentication)(result.status, result.flow);
    text.push_str(&format!(", EMV 3DS {}", result.version));
    if let Some(eci) = &result.eci {
        text.push_str(&format!(", ECI {eci}"));
    }
    text
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}
