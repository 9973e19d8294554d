//! The payment page: verifies a shop's request or finds a payment link, and shows the form. Writes nothing.

mod link;
mod shop;

use std::{convert::Infallible, sync::Arc};

use domain::{Clock, Lang, Merchant};
use http::{Method, Response, StatusCode};
use inbound::{
    Config, Keyring, KeyringError, Merchants, SealError,
    checkout::{self, FormState, OrderStanding, ReturnHandle, SealedOrder},
    http as answer,
    page::{self, Shop},
};
use lambda_http::{Body, Request};
use store::{Links, Payments, StoreError};
use words::Notice;

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    keyring: Arc<Keyring>,
    merchants: Merchants,
    links: Links,
    payments: Payments,
    clock: Clock,
}

impl Deps {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        let keyring = Arc::new(Keyring::open(config).await?);
        let table = config.table()?;
        let merchants = Merchants::new(store::Merchants::new(table.clone()), Arc::clone(&keyring), clock.clone());
        Ok(Self { keyring, merchants, links: Links::new(table.clone()), payments: Payments::new(table), clock })
    }
}

/// Shows the payment form, or the page of what stands in its way; never fails.
///
/// # Errors
/// None: every refusal is a page.
pub async fn handler(deps: &Deps, request: Request) -> Result<Response<Body>, Infallible> {
    let shown = match answer::path_parameter(&request, "link") {
        Some(link) => link::show(deps, &request, &link).await,
        None => shop::show(deps, &request).await,
    };
    Ok(shown.unwrap_or_else(|failure| failure.into_page(&request)))
}

/// We cannot work at present; nothing was begun.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl Failure {
    fn into_page(self, request: &Request) -> Response<Body> {
        tracing::error!(error = %domain::Causes::of(&self), "the payment page could not be shown");
        let lang = answer::accepted_language(request).unwrap_or_default();
        checkout::notice(request, None, lang, StatusCode::SERVICE_UNAVAILABLE, Notice::Unavailable)
    }
}

/// The form of a verified order, as the order stands now.
pub(crate) async fn open(
    deps: &Deps,
    request: &Request,
    merchant: &Merchant,
    order: SealedOrder,
) -> Result<Response<Body>, Failure> {
    let stored = deps.payments.load(&order.key()).await?;
    let lang = order.details.lang;
    match stored.as_ref().map_or(OrderStanding::Open, |payment| checkout::standing(payment, &order)) {
        OrderStanding::Open => {
            let order = order.following(stored.as_ref());
            Ok(checkout::form(request, &deps.keyring, merchant, &order, FormState::default(), deps.clock.now())?)
        }
        OrderStanding::Running => {
            let handle = ReturnHandle { key: order.key(), nonce: order.nonce };
            Ok(answer::see_other(&handle.path(&deps.keyring, deps.clock.now())?))
        }
        OrderStanding::Paid(at) => {
            let shop = Shop::of(merchant, None);
            let outcome = page::Outcome::AlreadyPaid { at, order: order.order.as_str(), amount: order.amount };
            let view = page::ResultPage { lang, shop: Some(&shop), outcome, language: None };
            Ok(answer::page(request, StatusCode::OK, page::result(&view)))
        }
        OrderStanding::OtherAmount => Ok(conflict(request, merchant, lang, Notice::AmountConflict)),
        OrderStanding::OtherOrigin => Ok(conflict(request, merchant, lang, Notice::OrderUsed)),
    }
}

fn conflict(request: &Request, merchant: &Merchant, lang: Lang, notice: Notice) -> Response<Body> {
    checkout::notice(request, Some(merchant), lang, StatusCode::CONFLICT, notice)
}

/// Whether the request carries a form's fields rather than an address's.
pub(crate) fn is_form(request: &Request) -> bool {
    *request.method() == Method::POST
}
