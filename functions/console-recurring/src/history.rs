//! The payments of a regular purchase, newest period first.

use std::collections::HashMap;

use console::Refusal;
use domain::{OrderId, PaymentKey, recurring::plan::Plan, search::Status};
use words::console::transactions;

use crate::{Call, address_of};

/// How many periods a page shows.
const PERIODS: u32 = 24;

/// A page of the history.
pub(crate) struct History {
    pub(crate) lines: Vec<Line>,
    pub(crate) earlier: Option<String>,
    pub(crate) latest: Option<String>,
}

/// A period.
pub(crate) struct Line {
    pub(crate) period: String,
    pub(crate) payment: Option<Paid>,
}

/// What became of it.
pub(crate) struct Paid {
    pub(crate) at: String,
    pub(crate) order: String,
    pub(crate) amount: String,
    pub(crate) mark: &'static str,
    pub(crate) status: &'static str,
}

/// The periods down from the one that the address asks for; the one that comes next stands there once it was tried.
pub(crate) async fn of(call: &Call<'_>, plan: &Plan) -> Result<History, Refusal> {
    let asked: Option<u32> = call.asked("from").parse().ok();
    let newest = asked.filter(|period| (1..plan.period).contains(period)).unwrap_or(plan.period);
    let oldest = newest.saturating_sub(PERIODS.saturating_sub(1)).max(1);
    let keys: Vec<(u32, PaymentKey)> = (oldest..=newest).rev().map(|period| (period, key(plan, period))).collect();
    let wanted: Vec<PaymentKey> = keys.iter().map(|(_, key)| key.clone()).collect();
    let found = call.deps.payments.load_all(&wanted).await?;
    let found: HashMap<OrderId, Paid> =
        found.iter().map(|payment| (payment.key.order.clone(), Paid::new(call, payment))).collect();
    let mut found = found;
    let lines = keys.into_iter().map(|(period, key)| {
        let payment = found.remove(&key.order);
        (period, payment)
    });
    let lines = lines
        .filter(|(period, payment)| *period < plan.period || payment.is_some())
        .map(|(period, payment)| Line { period: (call.words().period_of)(period), payment })
        .collect();
    let address = address_of(&plan.id);
    Ok(History {
        lines,
        earlier: (oldest > 1).then(|| format!("{address}?from={}#history", oldest.saturating_sub(1))),
        latest: (newest < plan.period).then(|| format!("{address}#history")),
    })
}

fn key(plan: &Plan, period: u32) -> PaymentKey {
    match period {
        1 => PaymentKey::new(plan.merchant.clone(), plan.first_order.clone()),
        period => plan.order_of(period),
    }
}

impl Paid {
    fn new(call: &Call<'_>, payment: &domain::Payment) -> Self {
        let (lang, status) = (call.lang(), Status::of(payment));
        Self {
            at: words::date_time(lang, payment.opened_at),
            order: payment.key.order.to_string(),
            // the one yen that registers a card is never charged
            amount: words::sum(lang, if status == Status::Registered { 0 } else { payment.amount_now().get().into() }),
            mark: mark(status),
            status: transactions::status(lang, status),
        }
    }
}

/// The shape that stands beside a state's name.
const fn mark(status: Status) -> &'static str {
    match status {
        Status::Authorized | Status::Captured => "good",
        Status::Failed | Status::Disputed | Status::Declined => "bad",
        Status::Registered
        | Status::Abandoned
        | Status::Cancelled
        | Status::Lapsed
        | Status::Refunded
        | Status::PartlyRefunded => "over",
        Status::Running | Status::Challenging | Status::Checking | Status::Reversing | Status::NeedsPerson => "open",
    }
}
