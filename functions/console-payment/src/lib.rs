//! `/console/payments/{order}/{act}`: captures, cancels, changes the amount, refunds, asks the acquirer again. A GET shows what would be done, a POST does it.

mod act;
mod ask;
mod carry_out;
mod form;
mod outcome;
mod show;
mod who;

use std::convert::Infallible;

use act::Act;
use askama::Template;
use charging::Charging;
use console::{Console, Frame, Refusal, Section, Visit};
use domain::{Clock, Merchant, OrderId, Payment, PaymentKey, account::Role};
use http::{Method, Response, StatusCode};
use inbound::{Config, KeyringError, http as answer};
use lambda_http::{Body, Request};
use store::{Cards, Payments};
use words::console::operation::OperationWords;

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    console: Console,
    charging: Charging,
    payments: Payments,
    clock: Clock,
}

impl Deps {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        let table = config.table()?;
        let payments = Payments::new(table.clone());
        let charging = Charging::new(payments.clone(), Cards::new(table), config.acquirer()?, clock.clone());
        Ok(Self { console: Console::open(config, clock.clone()).await?, charging, payments, clock })
    }
}

/// Answers a request of the console; never fails.
///
/// # Errors
/// None: every refusal is a page.
pub async fn handler(deps: &Deps, request: Request) -> Result<Response<Body>, Infallible> {
    Ok(respond(deps, &request).await.unwrap_or_else(|refusal| refusal.into_page(&deps.console, &request)))
}

async fn respond(deps: &Deps, request: &Request) -> Result<Response<Body>, Refusal> {
    let visit = deps.console.enter(request, Role::Operator).await?;
    let act = answer::path_parameter(request, "act").and_then(|act| Act::parse(&act)).ok_or(Refusal::NotThere)?;
    let order = answer::path_parameter(request, "order").and_then(|order| OrderId::new(order).ok());
    let key = PaymentKey::new(visit.merchant_id().clone(), order.ok_or(Refusal::NotThere)?);
    let payment = deps.payments.load(&key).await?.ok_or(Refusal::NotThere)?;
    let call = Call { deps, request, visit: &visit };
    match (act, *request.method() == Method::POST) {
        (Act::Operate(kind), false) => show::show(&call, &payment, kind).await,
        (Act::Operate(kind), true) => carry_out::carry_out(&call, payment, kind).await,
        (Act::Ask, false) => Ok(ask::show(&call, &payment)),
        (Act::Ask, true) => ask::ask(&call, &payment).await,
        (Act::Outcome, false) => outcome::show(&call, &payment).await,
        (Act::Outcome, true) => Err(Refusal::NotThere),
    }
}

/// A request of somebody who was let in.
struct Call<'a> {
    deps: &'a Deps,
    request: &'a Request,
    visit: &'a Visit,
}

impl<'a> Call<'a> {
    fn words(&self) -> &'static OperationWords {
        words::console::operation(self.visit.lang)
    }

    fn merchant(&self) -> &'a Merchant {
        &self.visit.merchant.merchant
    }

    fn frame(&self, title: impl Into<String>) -> Frame {
        self.visit.frame(title, Section::Transactions)
    }

    fn page(&self, status: StatusCode, template: &impl Template, frame: &Frame) -> Response<Body> {
        answer::page(self.request, status, console::page(template, frame))
    }
}

/// A payment's own page.
fn address_of(payment: &Payment) -> String {
    format!("/console/transactions/{}", payment.key.order)
}
