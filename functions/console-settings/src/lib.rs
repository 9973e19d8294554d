//! `/console/settings`: settings of a merchant, each section a form.

use std::convert::Infallible;

use console::{Console, Refusal};
use domain::{Clock, account::Role};
use http::Response;
use inbound::{Config, KeyringError};
use lambda_http::{Body, Request};

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    console: Console,
}

impl Deps {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        Ok(Self { console: Console::open(config, clock).await? })
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
    deps.console.enter(request, Role::Owner).await?;
    Err(Refusal::NotThere)
}
