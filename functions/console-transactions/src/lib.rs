//! `/console/transactions`: finds payments, shows one with its whole history.

mod detail;
mod form;
mod history;
mod list;
mod shown;

use std::convert::Infallible;

use console::{Console, Refusal};
use domain::{Clock, account::Role, search::Status};
use http::Response;
use inbound::{Config, KeyringError, http as answer};
use lambda_http::{Body, Request};
use store::{Links, Offers, Payments, Plans, Searches};

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    console: Console,
    payments: Payments,
    links: Links,
    offers: Offers,
    plans: Plans,
    searches: Searches,
}

impl Deps {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        let console = Console::open(config, clock).await?;
        let payments = Payments::new(config.table()?);
        let searches = Searches::new(config.search_table()?, payments.clone());
        let (links, offers) = (Links::new(config.table()?), Offers::new(config.table()?));
        let plans = Plans::new(config.table()?);
        Ok(Self { console, payments, links, offers, plans, searches })
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
    let visit = deps.console.enter(request, Role::Viewer).await?;
    match answer::path_parameter(request, "order") {
        Some(order) => detail::show(deps, request, &visit, order).await,
        None => list::show(deps, request, &visit).await,
    }
}

/// The shape that stands beside a state's name.
pub(crate) const fn mark(status: Status) -> &'static str {
    match status {
        Status::Authorized | Status::Captured => "good",
        Status::Failed | Status::Disputed => "bad",
        Status::Registered
        | Status::Abandoned
        | Status::Cancelled
        | Status::Lapsed
        | Status::Refunded
        | Status::PartlyRefunded => "over",
        Status::Running
        | Status::Challenging
        | Status::Checking
        | Status::Reversing
        | Status::Declined
        | Status::NeedsPerson => "open",
    }
}
