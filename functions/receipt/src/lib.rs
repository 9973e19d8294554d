//! `/receipt/{handle}`: a receipt to print (領収書), behind a sealed address.

use std::convert::Infallible;

use domain::Clock;
use http::{Response, StatusCode};
use inbound::{Checkout, Config, KeyringError, http as answer};
use lambda_http::{Body, Request};
use words::Notice;

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    checkout: Checkout,
}

impl Deps {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        Ok(Self { checkout: Checkout::open(config, clock).await? })
    }
}

/// Shows a receipt; never fails.
///
/// # Errors
/// None: every refusal is a page.
pub async fn handler(deps: &Deps, request: Request) -> Result<Response<Body>, Infallible> {
    let lang = answer::language(&request, None);
    Ok(deps.checkout.notice(&request, None, lang, StatusCode::NOT_FOUND, Notice::FormUnreadable))
}
