//! `/console`: what needs a person, the day's sums, sales by day and by month.

mod attention;
mod batches;
mod chart;
mod days;
mod plans;
mod sales;
mod today;

use std::convert::Infallible;

use console::{Console, Refusal};
use domain::{Clock, account::Role};
use http::{Method, Response};
use inbound::{Config, KeyringError};
use lambda_http::{Body, Request};
use store::{Attention, Batches, Payments, PlanSearches, Searches};

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    console: Console,
    searches: Searches,
    attention: Attention,
    batches: Batches,
    plans: PlanSearches,
}

impl Deps {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        let console = Console::open(config, clock).await?;
        let payments = Payments::new(config.table()?);
        let attention = payments.attention();
        let searches = Searches::new(config.search_table()?, payments);
        let batches = Batches::new(config.table()?);
        let plans = PlanSearches::new(config.search_table()?);
        Ok(Self { console, searches, attention, batches, plans })
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
    if *request.method() == Method::POST {
        let visit = deps.console.enter(request, Role::Operator).await?;
        return attention::settle(deps, &visit).await;
    }
    let visit = deps.console.enter(request, Role::Viewer).await?;
    if request.uri().path() == sales::ADDRESS {
        return sales::show(deps, request, &visit).await;
    }
    today::show(deps, request, &visit).await
}
