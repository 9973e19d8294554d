//! `/console/charge`: a single charge (個別処理): a stored buyer, or a card that an operator types where that is allowed. A payment link is offered first.

mod buyer;
mod charge;
mod confirm;
mod order;
mod result;
mod sealed;
mod ways;

use std::convert::Infallible;

use askama::Template;
use charging::{Charging, DayLimits, Vault, guard::Guard};
use console::{Console, Frame, Refusal, Section, Visit};
use domain::{Clock, Merchant, OrderId, account::Role, tries::Limit, wire::Parameters};
use http::{Method, Response, StatusCode};
use inbound::{Config, KeyringError, Stage, http as answer};
use lambda_http::{Body, Request};
use outbound::vault::CardKey;
use sealed::Way;
use store::{CardKeys, Cards, DayTotals, GuardCounters, Payments};
use words::{
    console::charge::{ChargeWords, Stop, StopText},
    date_time,
};

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    console: Console,
    charging: Charging,
    vault: Vault,
    guard: Guard,
    limits: DayLimits,
    cards: Cards,
    payments: Payments,
    stage: Stage,
    clock: Clock,
}

impl Deps {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        let table = config.table()?;
        let (cards, payments) = (Cards::new(table.clone()), Payments::new(table.clone()));
        let card_key = CardKey::new(config.sdk(), config.required("CARD_KEY")?);
        let guard = Guard::new(GuardCounters::new(table.clone()), clock.clone());
        let limits = DayLimits::new(DayTotals::new(config.search_table()?), clock.clone());
        let vault = Vault::new(card_key, CardKeys::new(table), clock.clone());
        let charging = Charging::new(payments.clone(), cards.clone(), config.acquirer()?, clock.clone());
        let console = Console::open(config, clock.clone()).await?;
        Ok(Self { console, charging, vault, guard, limits, cards, payments, stage: config.stage()?, clock })
    }
}

/// Answers a request of the console; never fails.
///
/// # Errors
/// None: every refusal is a page.
pub async fn handler(deps: &Deps, request: Request) -> Result<Response<Body>, Infallible> {
    Ok(Box::pin(respond(deps, &request)).await.unwrap_or_else(|refusal| refusal.into_page(&deps.console, &request)))
}

async fn respond(deps: &Deps, request: &Request) -> Result<Response<Body>, Refusal> {
    let visit = deps.console.enter(request, Role::Operator).await?;
    let call = Call { deps, request, visit: &visit };
    if *request.method() == Method::POST {
        return match visit.field("act") {
            "order" => order::take(&call).await,
            "charge" => charge::charge(&call).await,
            _ => Err(Refusal::Unreadable),
        };
    }
    let query = Parameters::parse(answer::parameter_bytes(request)).map_err(|_| Refusal::Unreadable)?;
    let asked = |name: &str| query.value(name).and_then(|value| std::str::from_utf8(value).ok());
    match (asked("order"), asked("again"), asked("by")) {
        (Some(order), _, _) => result::show(&call, order).await,
        (None, Some(order), _) => result::again(&call, order).await,
        (None, None, Some(way)) => order::ask(&call, Way::parse(way).ok_or(Refusal::NotThere)?),
        (None, None, None) => Ok(ways::show(&call)),
    }
}

/// A request of somebody who was let in.
struct Call<'a> {
    deps: &'a Deps,
    request: &'a Request,
    visit: &'a Visit,
}

impl<'a> Call<'a> {
    fn words(&self) -> &'static ChargeWords {
        words::console::charge(self.visit.lang)
    }

    fn merchant(&self) -> &'a Merchant {
        &self.visit.merchant.merchant
    }

    fn frame(&self, title: impl Into<String>) -> Frame {
        self.visit.frame(title, Section::Charge)
    }

    fn page(&self, status: StatusCode, template: &impl Template, frame: &Frame) -> Response<Body> {
        answer::page(self.request, status, console::page(template, frame))
    }

    /// Nothing was charged, and nothing in a form is to be mended. `order` names what stands in the way.
    fn stopped(&self, status: StatusCode, stop: Stop, order: Option<&OrderId>) -> Response<Body> {
        let words = self.words();
        let text = (words.stopped)(stop);
        let frame = self.frame(text.title);
        let from = match stop {
            Stop::Limited(Limit::Until(then)) => Some((words.chargeable_from)(&date_time(self.visit.lang, then))),
            Stop::Limited(Limit::Never | Limit::Revoked)
            | Stop::CardEntryOff
            | Stop::Suspended
            | Stop::Guard
            | Stop::DayLimit
            | Stop::CardGone
            | Stop::Stands(_)
            | Stop::Settings => None,
        };
        let payment = order.map(|order| format!("/console/transactions/{order}"));
        self.page(status, &StoppedPage { frame: frame.clone(), words, text, from, payment }, &frame)
    }

    /// Why no charge may be made that way now.
    fn barred(&self, way: Way) -> Option<Response<Body>> {
        let merchant = self.merchant();
        if !inbound::checkout::trades_at(merchant, self.deps.stage) {
            return Some(self.stopped(StatusCode::FORBIDDEN, Stop::Suspended, None));
        }
        match way {
            Way::Card if !merchant.floors.card_entry => {
                Some(self.stopped(StatusCode::FORBIDDEN, Stop::CardEntryOff, None))
            }
            Way::Card | Way::Buyer => None,
        }
    }
}

#[derive(Template)]
#[template(path = "stopped.html", whitespace = "minimize")]
struct StoppedPage {
    frame: Frame,
    words: &'static ChargeWords,
    text: StopText,
    /// When it may be charged again.
    from: Option<String>,
    payment: Option<String>,
}
