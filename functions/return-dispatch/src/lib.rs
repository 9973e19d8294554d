//! The way back: `GET /return/{handle}` shows how a payment stands or hands the shopper over to the shop; `POST /pay/cancel` gives an order up.

mod give_up;
mod stands;

use std::convert::Infallible;

use domain::Clock;
use http::{Method, Response, StatusCode};
use inbound::{Checkout, Config, KeyringError, SealError, http as answer};
use lambda_http::{Body, Request};
use store::{Payments, StoreError};
use words::Notice;

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    checkout: Checkout,
    payments: Payments,
}

impl Deps {
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        let payments = Payments::new(config.table()?);
        Ok(Self { checkout: Checkout::open(config, clock).await?, payments })
    }
}

/// Shows the way back, or gives the order up; never fails.
///
/// # Errors
/// None: every refusal is a page.
pub async fn handler(deps: &Deps, request: Request) -> Result<Response<Body>, Infallible> {
    let answered = match *request.method() {
        Method::POST => give_up::give_up(deps, &request).await,
        _ => stands::show(deps, &request).await,
    };
    Ok(answered.unwrap_or_else(|failure| failure.into_page(deps, &request)))
}

/// Why the way back cannot be shown now.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The address opens nothing (any more): a page without personal data, never a hand-over.
    #[error("the address opens nothing")]
    Shut,
    /// The form did not come back as it was.
    #[error("the form is not ours")]
    Unreadable,
    /// Come back later; nothing was changed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The random source failed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl Failure {
    fn into_page(self, deps: &Deps, request: &Request) -> Response<Body> {
        let lang = answer::language(request, None);
        match self {
            Self::Shut => deps.checkout.shut(request),
            Self::Unreadable => {
                deps.checkout.notice(request, None, lang, StatusCode::BAD_REQUEST, Notice::FormUnreadable)
            }
            Self::Store(_) | Self::Seal(_) => {
                tracing::error!(error = %domain::Causes::of(&self), "the way back could not be shown");
                deps.checkout.notice(request, None, lang, StatusCode::SERVICE_UNAVAILABLE, Notice::Unavailable)
            }
        }
    }
}
