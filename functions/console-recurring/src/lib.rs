//! `/console/recurring`: regular purchases (定期購入): lists and searches them, shows what was agreed and what comes next, changes them; makes and withdraws the offers that begin them.

mod act;
mod change;
mod detail;
mod download;
mod entry;
mod facts;
mod history;
mod list;
mod mails;
mod offer;
mod offers;
mod possible;

use std::convert::Infallible;

use askama::Template;
use console::{Console, Frame, Refusal, Section, Visit};
use domain::{
    Clock, Lang, Merchant, Payment,
    account::Role,
    recurring::{
        offer::OfferId,
        plan::{Plan, PlanId},
    },
    wire::Parameters,
};
use http::{Method, Response, StatusCode};
use inbound::{Config, KeyringError, Stage, http as answer};
use lambda_http::{Body, Request};
use store::{CardTries, Cards, Offers, Payments, PlanSearches, Plans, StoreError};
use words::console::{offers::OffersWords, recurring::RecurringWords};

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    console: Console,
    plans: Plans,
    offers: Offers,
    payments: Payments,
    cards: Cards,
    tries: CardTries,
    searches: PlanSearches,
    stage: Stage,
}

impl Deps {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        let table = config.table()?;
        Ok(Self {
            plans: Plans::new(table.clone()),
            offers: Offers::new(table.clone()),
            payments: Payments::new(table.clone()),
            cards: Cards::new(table.clone()),
            tries: CardTries::new(table),
            searches: PlanSearches::new(config.search_table()?),
            stage: config.stage()?,
            console: Console::open(config, clock).await?,
        })
    }
}

/// Answers a request of the console; never fails.
///
/// # Errors
/// None: every refusal is a page.
pub async fn handler(deps: &Deps, request: Request) -> Result<Response<Body>, Infallible> {
    let answered = Box::pin(respond(deps, &request)).await;
    Ok(answered.unwrap_or_else(|refusal| refusal.into_page(&deps.console, &request)))
}

/// Who only looks sees lists and details; whatever changes something or hands out buyers' data is an operator's.
async fn respond(deps: &Deps, request: &Request) -> Result<Response<Body>, Refusal> {
    let posted = *request.method() == Method::POST;
    let path = request.uri().path();
    let operators = posted || [download::ADDRESS, offer::NEW].contains(&path);
    let visit = deps.console.enter(request, if operators { Role::Operator } else { Role::Viewer }).await?;
    let query = Parameters::parse(request.uri().query().unwrap_or_default().as_bytes());
    let call = Call { deps, request, visit: &visit, query: query.map_err(|_| Refusal::Unreadable)? };
    match (path, posted) {
        (LIST, false) => list::show(&call).await,
        (download::ADDRESS, false) => download::send(&call).await,
        (offers::ADDRESS, false) => offers::show(&call).await,
        (offers::ADDRESS, true) => offer::make(&call).await,
        (offer::NEW, false) => offer::form(&call),
        (_, posted) => match answer::path_parameter(request, "offer") {
            Some(name) => one_offer(&call, name, posted).await,
            None => one_plan(&call, posted).await,
        },
    }
}

async fn one_offer(call: &Call<'_>, name: String, posted: bool) -> Result<Response<Body>, Refusal> {
    let id = OfferId::new(name).map_err(|_| Refusal::NotThere)?;
    let offer = call.deps.offers.load(call.visit.merchant_id(), &id).await?.ok_or(Refusal::NotThere)?;
    if posted { offer::act(call, offer).await } else { offer::show(call, &offer) }
}

async fn one_plan(call: &Call<'_>, posted: bool) -> Result<Response<Body>, Refusal> {
    let name = answer::path_parameter(call.request, "plan").ok_or(Refusal::NotThere)?;
    let id = PlanId::new(name).map_err(|_| Refusal::NotThere)?;
    let plan = call.deps.plans.load(call.visit.merchant_id(), &id).await?.ok_or(Refusal::NotThere)?;
    match (posted, call.asked("act")) {
        (true, _) => act::carry_out(call, &plan).await,
        (false, "") => detail::show(call, &plan).await,
        (false, act) => act::ask(call, &plan, act).await,
    }
}

/// The list's address.
const LIST: &str = "/console/recurring";

/// A request of somebody who was let in.
struct Call<'a> {
    deps: &'a Deps,
    request: &'a Request,
    visit: &'a Visit,
    query: Parameters,
}

impl<'a> Call<'a> {
    const fn lang(&self) -> Lang {
        self.visit.lang
    }

    fn words(&self) -> &'static RecurringWords {
        words::console::recurring(self.lang())
    }

    fn offer_words(&self) -> &'static OffersWords {
        words::console::offers(self.lang())
    }

    fn merchant(&self) -> &'a Merchant {
        &self.visit.merchant.merchant
    }

    /// Whether they may do more than look.
    fn operates(&self) -> bool {
        self.visit.user.role >= Role::Operator
    }

    fn frame(&self, title: impl Into<String>) -> Frame {
        self.visit.frame(title, Section::Recurring)
    }

    fn page(&self, status: StatusCode, template: &impl Template, frame: &Frame) -> Response<Body> {
        answer::page(self.request, status, console::page(template, frame))
    }

    /// A word of the query; empty where it is missing or no text.
    fn asked(&self, name: &str) -> &str {
        self.query.value(name).and_then(|value| std::str::from_utf8(value).ok()).unwrap_or_default()
    }

    /// The payment of the period that comes next, if it was ever tried.
    async fn period_payment(&self, plan: &Plan) -> Result<Option<Payment>, StoreError> {
        self.deps.payments.load(&plan.order_of(plan.period)).await
    }
}

/// Where a regular purchase is.
fn address_of(id: &PlanId) -> String {
    format!("{LIST}/{id}")
}

/// Where an offer is.
fn address_of_offer(id: &OfferId) -> String {
    format!("{}/{id}", offers::ADDRESS)
}
