//! The payment page: verifies a shop's request or finds a payment link, and shows the form. Writes nothing.

mod link;
mod shop;

use std::convert::Infallible;

use domain::{Clock, Lang, Merchant};
use http::{Method, Response, StatusCode};
use inbound::{
    Checkout, Config, KeyringError, SealError, Stage,
    checkout::{self, FormState, Offering, OrderStanding, ReturnHandle, SealedOrder},
    http as answer, page,
};
use lambda_http::{Body, Request};
use store::{Cards, Payments, StoreError};
use words::Notice;

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    checkout: Checkout,
    payments: Payments,
    cards: Cards,
    stage: Stage,
}

impl Deps {
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        let table = config.table()?;
        Ok(Self {
            payments: Payments::new(table.clone()),
            cards: Cards::new(table),
            stage: config.stage()?,
            checkout: Checkout::open(config, clock).await?,
        })
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
    Ok(shown.unwrap_or_else(|failure| failure.into_page(deps, &request)))
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
    fn into_page(self, deps: &Deps, request: &Request) -> Response<Body> {
        tracing::error!(error = %domain::Causes::of(&self), "the payment page could not be shown");
        let lang = answer::accepted_language(request).unwrap_or_default();
        deps.checkout.notice(request, None, lang, StatusCode::SERVICE_UNAVAILABLE, Notice::Unavailable)
    }
}

/// The form of a verified order, as the order stands now.
pub(crate) async fn open(
    deps: &Deps,
    request: &Request,
    merchant: &Merchant,
    order: SealedOrder,
    offering: &Offering,
) -> Result<Response<Body>, Failure> {
    let stored = deps.payments.load(&order.key()).await?;
    let lang = order.details.lang;
    if checkout::untouched(stored.as_ref())
        && let Some(notice) = offering.closed(&order.origin, &order.details, deps.checkout.now())
    {
        return Ok(deps.checkout.notice(request, Some(merchant), lang, StatusCode::GONE, notice));
    }
    match stored.as_ref().map_or(OrderStanding::Open, |payment| checkout::standing(payment, &order)) {
        OrderStanding::Open => {
            let kept = match order.buyer(merchant) {
                Some(buyer) => deps.cards.load(&merchant.id, &buyer).await?,
                None => None,
            };
            let order = order.following(stored.as_ref()).offering(kept.as_ref(), deps.checkout.now());
            let state = FormState { kept: kept.as_ref(), ..FormState::new(offering) };
            Ok(deps.checkout.form(request, merchant, &order, state)?)
        }
        OrderStanding::Running => {
            let (key, nonce) = (order.key(), order.nonce);
            let remembered = deps.checkout.remembered(request, &key);
            let handle = remembered.unwrap_or(ReturnHandle { key, nonce });
            Ok(answer::see_other(&deps.checkout.return_path(&handle)?))
        }
        OrderStanding::Paid(at) => {
            let shop = deps.checkout.shop(merchant);
            let outcome = page::Outcome::AlreadyPaid { at, order: order.order.as_str(), amount: order.amount };
            let view = page::ResultPage { lang, shop: Some(&shop), outcome, language: None };
            Ok(answer::page(request, StatusCode::OK, page::result(&view)))
        }
        OrderStanding::Joined(at) => {
            let shop = deps.checkout.shop(merchant);
            let outcome = page::Outcome::Joined { at, order: order.order.as_str(), contract: None };
            let view = page::ResultPage { lang, shop: Some(&shop), outcome, language: None };
            Ok(answer::page(request, StatusCode::OK, page::result(&view)))
        }
        OrderStanding::LetGo => {
            let shop = deps.checkout.shop(merchant);
            let outcome = page::Outcome::LetGo { order: order.order.as_str(), amount: order.amount };
            let view = page::ResultPage { lang, shop: Some(&shop), outcome, language: None };
            Ok(answer::page(request, StatusCode::OK, page::result(&view)))
        }
        OrderStanding::OtherAmount => Ok(conflict(deps, request, merchant, lang, Notice::AmountConflict)),
        OrderStanding::OtherOrigin => Ok(conflict(deps, request, merchant, lang, Notice::OrderUsed)),
    }
}

fn conflict(deps: &Deps, request: &Request, merchant: &Merchant, lang: Lang, notice: Notice) -> Response<Body> {
    deps.checkout.notice(request, Some(merchant), lang, StatusCode::CONFLICT, notice)
}

/// Whether the request carries a form's fields rather than an address's.
pub(crate) fn is_form(request: &Request) -> bool {
    *request.method() == Method::POST
}
