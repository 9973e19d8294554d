//! `/v1/payments`: lists and reads payments, captures, cancels, changes amounts, refunds, charges stored cards.

mod charge;
mod list;
mod operate;

use std::convert::Infallible;

use api::{Answer, Api, Endpoint, Problem, Query, Visit, wire::payment::PaymentBody};
use charging::{Charging, DayLimits, Vault};
use domain::{
    Clock, OrderId, Payment, PaymentKey,
    api::Code,
    payment::OperationKind::{Adjust, Cancel, Capture, Refund},
};
use inbound::{Config, KeyringError};
use lambda_http::{Body, Request, Response};
use outbound::CardKey;
use store::{CardKeys, Cards, DayTotals, Payments, Searches};

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    api: Api,
    charging: Charging,
    vault: Vault,
    limits: DayLimits,
    cards: Cards,
    payments: Payments,
    searches: Searches,
}

impl Deps {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        let (table, search_table) = (config.table()?, config.search_table()?);
        let (cards, payments) = (Cards::new(table.clone()), Payments::new(table.clone()));
        let card_key = CardKey::new(config.sdk(), config.required("CARD_KEY")?);
        let charging = Charging::new(payments.clone(), cards.clone(), config.acquirer()?, clock.clone());
        let api = Api::open(config, clock.clone()).await?;
        charging.connect().await;
        Ok(Self {
            api,
            charging,
            vault: Vault::new(card_key, CardKeys::new(table), clock.clone()),
            limits: DayLimits::new(DayTotals::new(search_table.clone()), clock),
            cards,
            searches: Searches::new(search_table, payments.clone()),
            payments,
        })
    }
}

/// Answers a request of the API; never fails.
///
/// # Errors
/// None: every refusal is a problem document.
pub async fn handler(deps: &Deps, request: Request) -> Result<Response<Body>, Infallible> {
    Ok(deps.api.answer(&request, |visit, endpoint| Box::pin(respond(deps, visit, endpoint))).await)
}

async fn respond(deps: &Deps, visit: Visit<'_>, endpoint: &Endpoint) -> Result<Answer, Problem> {
    if endpoint.query.is_empty() {
        Query::of(visit.request, &[])?;
    }
    match endpoint.name {
        "listPayments" => list::list(deps, &visit).await,
        "readPayment" => read(deps, &visit).await,
        "chargeStoredCard" => charge::charge(deps, &visit).await,
        "capturePayment" => operate::operate(deps, &visit, Capture).await,
        "cancelPayment" => operate::operate(deps, &visit, Cancel).await,
        "refundPayment" => operate::operate(deps, &visit, Refund).await,
        "changeAmount" => operate::operate(deps, &visit, Adjust).await,
        _ => Err(Problem::new(Code::NotFound)),
    }
}

async fn read(deps: &Deps, visit: &Visit<'_>) -> Result<Answer, Problem> {
    let payment = named(deps, visit).await?;
    Ok(Answer::new(200, &PaymentBody::of(&payment)))
}

/// The payment that the address names, of the merchant whose server it is.
async fn named(deps: &Deps, visit: &Visit<'_>) -> Result<Payment, Problem> {
    let not_there = || Problem::new(Code::NotFound);
    let order = OrderId::new(visit.part("order")?).map_err(|_| not_there())?;
    let key = PaymentKey::new(visit.merchant_id().clone(), order);
    deps.payments.load(&key).await?.ok_or_else(not_there)
}
