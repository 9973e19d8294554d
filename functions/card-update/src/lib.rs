//! `/card/{handle}`: a buyer sees, replaces or deletes the card that a shop keeps for them; `/plan/{handle}`: the regular purchases that it pays for.
//! A GET changes nothing: scanners of mails follow links too.

mod delete;
mod owed;
mod plan;
mod register;
mod replace;
mod result;
mod visit;

use std::convert::Infallible;

use charging::{ChargeError, Charging, Vault, guard::Guard};
use domain::{Clock, KeptCard, Lang};
use http::{Method, Response, StatusCode};
use inbound::{
    CardForm, Checkout, Config, KeyringError, SealError, Stage,
    checkout::CardHandle,
    http as answer,
    page::{self, KeptCardPage, KeptCardView, KeptEntry},
};
use lambda_http::{Body, Request};
use outbound::vault::CardKey;
use store::{CardKeys, Cards, GuardCounters, Payments, Plans, StoreError};
use visit::Visit;
use words::Notice;

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    checkout: Checkout,
    charging: Charging,
    vault: Vault,
    guard: Guard,
    cards: Cards,
    payments: Payments,
    plans: Plans,
    stage: Stage,
    /// Where the issuer sends the payer back to.
    page_origin: String,
    clock: Clock,
}

impl Deps {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        let table = config.table()?;
        let (cards, payments, plans) =
            (Cards::new(table.clone()), Payments::new(table.clone()), Plans::new(table.clone()));
        let card_key = CardKey::new(config.sdk(), config.required("CARD_KEY")?);
        let guard = Guard::new(GuardCounters::new(table.clone()), clock.clone());
        let vault = Vault::new(card_key, CardKeys::new(table), clock.clone());
        let charging = Charging::new(payments.clone(), cards.clone(), config.acquirer()?, clock.clone());
        let checkout = Checkout::open(config, clock.clone()).await?;
        let page_origin = config.required("PAGE_ORIGIN")?.to_owned();
        let stage = config.stage()?;
        Ok(Self { checkout, charging, vault, guard, cards, payments, plans, stage, page_origin, clock })
    }

    /// Opens the connection to the acquirer and the key of fingerprints, so that the first card does not wait for them.
    pub async fn connect(&self) {
        tokio::join!(self.charging.connect(), self.vault.connect());
    }

    /// A kept card as its owner sees it.
    fn entry<'c>(&self, card: &'c KeptCard) -> KeptEntry<'c> {
        KeptEntry {
            card: &card.card,
            since: card.consent.at,
            scope: card.consent.scope,
            expired: card.has_expired(self.clock.now()),
        }
    }
}

/// Shows, replaces or deletes a kept card, shows and changes a regular purchase, or says what became of either; never fails.
///
/// # Errors
/// None: every refusal is a page.
pub async fn handler(deps: &Deps, request: Request) -> Result<Response<Body>, Infallible> {
    Ok(Box::pin(respond(deps, &request)).await.unwrap_or_else(|failure| failure.into_page(deps, &request)))
}

async fn respond(deps: &Deps, request: &Request) -> Result<Response<Body>, Failure> {
    if let Some(sealed) = answer::path_parameter(request, "result") {
        return result::show(deps, request, &sealed).await;
    }
    let sealed = answer::path_parameter(request, "handle").ok_or(Failure::NotThere)?;
    if request.uri().path().starts_with("/plan/") {
        return Box::pin(plan::respond(deps, request, &sealed)).await;
    }
    let handle: CardHandle = deps.checkout.unseal(&sealed).map_err(|_| Failure::NotThere)?;
    let visit = Visit { deps, request, handle, path: format!("/card/{sealed}") };
    if *request.method() != Method::POST {
        return visit.show().await;
    }
    let form = CardForm::parse(request.body()).ok_or(Failure::Unreadable)?;
    match form.text("act") {
        "replace" => replace::replace(&visit, &form).await,
        "delete" => delete::delete(&visit, &form).await,
        _ => Err(Failure::Unreadable),
    }
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The address opens nothing, or no card (any more): one page for all of it, without personal data.
    #[error("the address opens nothing")]
    NotThere,
    /// The form did not come back as it was.
    #[error("the form is not ours")]
    Unreadable,
    /// The form was open for too long.
    #[error("the form has expired")]
    Expired,
    /// The merchant takes no cards at present.
    #[error("the merchant does not trade")]
    Suspended(Lang),
    /// Come back later; nothing was changed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No card was tried.
    #[error(transparent)]
    Charge(#[from] ChargeError),
    /// The random source failed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl Failure {
    /// What a form's seal that does not open means.
    pub(crate) const fn of_form(error: SealError) -> Self {
        match error {
            SealError::Foreign => Self::Unreadable,
            SealError::Expired => Self::Expired,
            SealError::Failed => Self::Seal(error),
        }
    }

    fn into_page(self, deps: &Deps, request: &Request) -> Response<Body> {
        let lang = answer::language(request, None);
        let notice = |lang, status, notice| deps.checkout.notice(request, None, lang, status, notice);
        match self {
            Self::NotThere => {
                let view = KeptCardPage { lang, shop: None, view: KeptCardView::NotThere, language: None };
                answer::page(request, StatusCode::NOT_FOUND, page::kept_card(&view))
            }
            Self::Unreadable => notice(lang, StatusCode::BAD_REQUEST, Notice::FormUnreadable),
            Self::Expired => notice(lang, StatusCode::BAD_REQUEST, Notice::PageExpired),
            Self::Suspended(lang) => notice(lang, StatusCode::FORBIDDEN, Notice::MerchantSuspended),
            // The guard has said why, in the log only.
            Self::Charge(ChargeError::CardTesting) => {
                notice(lang, StatusCode::TOO_MANY_REQUESTS, Notice::TooManyFailures)
            }
            Self::Store(_) | Self::Charge(_) | Self::Seal(_) => {
                tracing::error!(error = %domain::Causes::of(&self), "a kept card could not be shown or changed");
                notice(lang, StatusCode::SERVICE_UNAVAILABLE, Notice::Unavailable)
            }
        }
    }
}
