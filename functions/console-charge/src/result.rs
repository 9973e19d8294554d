//! What became of a single charge, read from what is stored; and the same order again, where that is possible.

use askama::Template;
use console::{Frame, Refusal};
use domain::{
    Decline, KeptCard, OrderId, Payment, PaymentKey, State,
    payment::{Failure, Origin},
};
use http::{Response, StatusCode};
use inbound::checkout;
use jiff::Timestamp;
use lambda_http::Body;
use words::console::{charge::ChargeWords, decline};

use crate::{
    Call, buyer, confirm,
    order::is_open,
    sealed::{Ready, Way},
};

/// After how many seconds the page of an unknown outcome looks again.
const LOOK_AGAIN_S: u32 = 10;

/// Where the outcome of an order's single charge is shown.
pub(crate) fn address_of(order: &OrderId) -> String {
    format!("/console/charge?order={order}")
}

/// Shows what became of an order's single charge.
pub(crate) async fn show(call: &Call<'_>, order: &str) -> Result<Response<Body>, Refusal> {
    let payment = load(call, order).await?;
    let view = View::of(call, &payment);
    let mut frame = call.frame(view.heading.clone());
    if view.waits {
        frame = frame.refreshing(LOOK_AGAIN_S, address_of(&payment.key.order));
    }
    let page = ResultPage { frame: frame.clone(), words: call.words(), view };
    Ok(call.page(StatusCode::OK, &page, &frame))
}

/// The confirmation of the same order again: with another card after a decline, or anew where it is over without money.
pub(crate) async fn again(call: &Call<'_>, order: &str) -> Result<Response<Body>, Refusal> {
    let payment = load(call, order).await?;
    let way = again_by(&payment).ok_or(Refusal::NotThere)?;
    if let Some(barred) = call.barred(way) {
        return Ok(barred);
    }
    let kept = match way {
        Way::Card => None,
        Way::Buyer => Some(same_card(call, &payment).await?.ok_or(Refusal::NotThere)?),
    };
    let ready = Ready {
        merchant: payment.key.merchant.clone(),
        by: call.visit.user.id.clone(),
        origin: payment.origin.clone(),
        order: payment.key.order.clone(),
        amount: payment.amount,
        generation: 0,
        n: 1,
        nonce: checkout::draw_nonce()?,
        kept: kept.as_ref().map(|card| (card.owner.clone(), card.id)),
        details: payment.details.clone(),
    };
    confirm::ask(call, &ready.following(Some(&payment)), kept.as_ref(), confirm::Mend::nothing())
}

async fn load(call: &Call<'_>, order: &str) -> Result<Payment, Refusal> {
    let order = OrderId::new(order).map_err(|_| Refusal::NotThere)?;
    let key = PaymentKey::new(call.visit.merchant_id().clone(), order);
    let payment = call.deps.payments.load(&key).await?;
    payment.filter(|payment| matches!(payment.origin, Origin::Single { .. })).ok_or(Refusal::NotThere)
}

/// How the same order can be charged again. None: it can't, or not with what it was tried with.
fn again_by(payment: &Payment) -> Option<Way> {
    if !is_open(payment) {
        return None;
    }
    match payment.card_id {
        None => Some(Way::Card),
        // A kept card that was declined is not tried again by hand: only what never reached its issuer is.
        Some(_) => never_reached(&payment.state).then_some(Way::Buyer),
    }
}

const fn never_reached(state: &State) -> bool {
    match state {
        State::Failed { reason, .. } => match reason {
            Failure::NotFound | Failure::Reversed | Failure::AmountMismatch => true,
            Failure::AttemptsUsedUp
            | Failure::Quiet
            | Failure::NotAuthenticated
            | Failure::ChallengeExpired
            | Failure::ChallengeCancelled
            | Failure::Registered => false,
        },
        State::Authorizing { .. }
        | State::Challenging { .. }
        | State::Unknown(_)
        | State::Reversing(_)
        | State::Declined { .. }
        | State::Authorized { .. }
        | State::Captured { .. }
        | State::Cancelled { .. }
        | State::Lapsed { .. }
        | State::Abandoned { .. }
        | State::NeedsPerson(_) => false,
    }
}

/// The card that the order was tried with, if it is still that one and may be charged.
async fn same_card(call: &Call<'_>, payment: &Payment) -> Result<Option<KeptCard>, Refusal> {
    let card = call.deps.cards.load(&payment.key.merchant, &payment.card_owner()).await?;
    let same = card.filter(|card| Some(card.id) == payment.card_id);
    Ok(same.and_then(|card| buyer::chargeable(call, card).ok()))
}

/// The outcome as people read it.
struct View {
    heading: String,
    /// How the sheet shows the lead.
    ground: &'static str,
    lead: &'static str,
    facts: Vec<(&'static str, String)>,
    /// The page looks again by itself.
    waits: bool,
    ways: Vec<(String, &'static str)>,
}

impl View {
    fn of(call: &Call<'_>, payment: &Payment) -> Self {
        let (words, lang) = (call.words(), call.visit.lang);
        let amount = words::money(lang, payment.amount_now());
        match &payment.state {
            State::Authorized { at, .. } => {
                Self::settled(call, payment, "done", (words.held)(&amount), words.paid_lead, *at)
            }
            State::Captured { at, .. } => {
                Self::settled(call, payment, "done", (words.paid)(&amount), words.paid_lead, *at)
            }
            State::Cancelled { at, .. } | State::Lapsed { at, .. } => {
                Self::settled(call, payment, "note", words.let_go.to_owned(), words.not_charged, *at)
            }
            State::Declined { decline, at, .. } => {
                let mut view =
                    Self::settled(call, payment, "summary", words.declined.to_owned(), words.not_charged, *at);
                view.facts.push((words.advice, decline::advice(lang, decline.code).to_owned()));
                view
            }
            State::Failed { reason, decline, at } => {
                let mut view = Self::settled(call, payment, "summary", words.failed.to_owned(), words.not_charged, *at);
                view.facts.push((words.reason, (words.failure)(*reason).to_owned()));
                let advice = |decline: &Decline| (words.advice, decline::advice(lang, decline.code).to_owned());
                view.facts.extend(decline.as_ref().map(advice));
                view
            }
            State::Abandoned { at } => {
                Self::settled(call, payment, "summary", words.failed.to_owned(), words.not_charged, *at)
            }
            State::Authorizing { .. }
            | State::Challenging { .. }
            | State::Unknown(_)
            | State::Reversing(_)
            | State::NeedsPerson(_) => Self {
                heading: words.checking.to_owned(),
                ground: "note",
                lead: words.checking_lead,
                facts: facts(call, payment, None),
                waits: true,
                ways: Vec::new(),
            },
        }
    }

    fn settled(
        call: &Call<'_>,
        payment: &Payment,
        ground: &'static str,
        heading: String,
        lead: &'static str,
        at: Timestamp,
    ) -> Self {
        Self { heading, ground, lead, facts: facts(call, payment, Some(at)), waits: false, ways: ways(call, payment) }
    }
}

fn ways(call: &Call<'_>, payment: &Payment) -> Vec<(String, &'static str)> {
    let words = call.words();
    let again = again_by(payment).filter(|way| match way {
        Way::Card => call.merchant().floors.card_entry,
        Way::Buyer => true,
    });
    let label = if matches!(payment.state, State::Declined { .. }) { words.another_card } else { words.same_order };
    let again = again.map(|_| (format!("/console/charge?again={}", payment.key.order), label));
    let link = is_open(payment).then(|| ("/console/links/new".to_owned(), words.make_link));
    again.into_iter().chain(link).chain([("/console/charge".to_owned(), words.next_charge)]).collect()
}

fn facts(call: &Call<'_>, payment: &Payment, at: Option<Timestamp>) -> Vec<(&'static str, String)> {
    let (words, lang) = (call.words(), call.visit.lang);
    [
        (words.order, Some(payment.key.order.to_string())),
        (words.amount, Some(words::money(lang, payment.amount_now()))),
        (words.card, payment.card.as_ref().map(words::masked)),
        (words.at, at.map(|at| words::date_time(lang, at))),
    ]
    .into_iter()
    .filter_map(|(label, value)| Some((label, value?)))
    .collect()
}

#[derive(Template)]
#[template(path = "result.html", whitespace = "minimize")]
struct ResultPage {
    frame: Frame,
    words: &'static ChargeWords,
    view: View,
}

impl ResultPage {
    fn payment(&self) -> String {
        let order = self.view.facts.first().map(|(_, order)| order.as_str()).unwrap_or_default();
        format!("/console/transactions/{order}")
    }
}
