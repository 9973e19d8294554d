//! `GET /receipt/{handle}`: the receipt (領収書) of a paid order, to print. Nothing is written; the addressee comes with the address.

use std::convert::Infallible;

use domain::{Clock, Payment, card::contains_card_number, text, wire::Parameters};
use http::{Response, StatusCode};
use inbound::{
    Checkout, Config, KeyringError, OpenedMerchant,
    checkout::ReceiptHandle,
    http as answer,
    page::{self, AddresseeProblem, LanguageSwitch, ReceiptPage},
};
use lambda_http::{Body, Request};
use store::{Payments, StoreError};
use words::Notice;

/// The widest addressee, in half-width columns.
const WIDEST: usize = 80;

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

/// Shows a receipt; never fails.
///
/// # Errors
/// None: every refusal is a page.
pub async fn handler(deps: &Deps, request: Request) -> Result<Response<Body>, Infallible> {
    Ok(show(deps, &request).await.unwrap_or_else(|failure| failure.into_page(deps, &request)))
}

async fn show(deps: &Deps, request: &Request) -> Result<Response<Body>, Failure> {
    let sealed = answer::path_parameter(request, "handle").ok_or(Failure::Shut)?;
    let handle: ReceiptHandle = deps.checkout.unseal(&sealed).map_err(|_| Failure::Shut)?;
    let payment = deps.payments.load(&handle.key).await?.ok_or(Failure::Shut)?;
    let opened = deps.checkout.merchant(&handle.key.merchant).await?.ok_or(Failure::Shut)?;
    let receipt = Receipt { deps, request, payment: &payment, opened: &opened, path: format!("/receipt/{sealed}") };
    Ok(receipt.page().unwrap_or_else(|| receipt.refusal()))
}

struct Receipt<'a> {
    deps: &'a Deps,
    request: &'a Request,
    payment: &'a Payment,
    opened: &'a OpenedMerchant,
    path: String,
}

impl Receipt<'_> {
    /// None: there is nothing that was received.
    fn page(&self) -> Option<Response<Body>> {
        let (payment, merchant) = (self.payment, &self.opened.merchant);
        let paid_at = payment.state.paid_at()?;
        let card = payment.card.as_ref()?;
        let lang = answer::language(self.request, Some(payment.details.lang));
        let (addressee, problem) = addressee(self.request);
        let other = format!("{}?lang={}", self.path, lang.other().tag());
        let number = payment.number();
        let view = ReceiptPage {
            lang,
            shop: &self.deps.checkout.shop(merchant),
            settings: &merchant.receipt,
            number: number.as_str(),
            order: payment.key.order.as_str(),
            item: Some(payment.details.item.as_str()).filter(|item| !item.is_empty()),
            amount: payment.amount_now(),
            refunded: domain::Yen::new(payment.refunded()).ok(),
            card,
            paid_at,
            issued_at: self.deps.checkout.now(),
            addressee: &addressee,
            problem,
            path: &self.path,
            language: Some(LanguageSwitch::Link(&other)),
        };
        let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        Some(answer::page(self.request, status, page::receipt(&view)))
    }

    fn refusal(&self) -> Response<Body> {
        let lang = answer::language(self.request, Some(self.payment.details.lang));
        let merchant = Some(&self.opened.merchant);
        self.deps.checkout.notice(self.request, merchant, lang, StatusCode::CONFLICT, Notice::NoReceipt)
    }
}

/// What the reader typed, and what is wrong with it. A card number is not shown again.
fn addressee(request: &Request) -> (String, Option<AddresseeProblem>) {
    let parameters = Parameters::parse(answer::parameter_bytes(request)).ok();
    let typed = parameters.as_ref().and_then(|parameters| parameters.value("to")).unwrap_or_default();
    let Ok(typed) = std::str::from_utf8(typed) else { return (String::new(), Some(AddresseeProblem::Unfit)) };
    let typed = typed.trim();
    if text::has_control(typed) || contains_card_number(typed) {
        return (String::new(), Some(AddresseeProblem::Unfit));
    }
    let problem = (text::width(typed) > WIDEST).then_some(AddresseeProblem::TooLong);
    (typed.to_owned(), problem)
}

/// Why no receipt can be shown.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// The address opens nothing (any more): a page without personal data.
    #[error("the address opens nothing")]
    Shut,
    /// Come back later.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Failure {
    fn into_page(self, deps: &Deps, request: &Request) -> Response<Body> {
        match self {
            Self::Shut => deps.checkout.shut(request),
            Self::Store(_) => {
                tracing::error!(error = %domain::Causes::of(&self), "a receipt could not be shown");
                let lang = answer::language(request, None);
                deps.checkout.notice(request, None, lang, StatusCode::SERVICE_UNAVAILABLE, Notice::Unavailable)
            }
        }
    }
}
