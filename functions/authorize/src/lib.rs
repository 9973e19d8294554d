//! `POST /pay/authorize`: opens the sealed order, checks what the shopper typed, charges the card, leads to the result.

mod form;
mod sent;

use std::convert::Infallible;

use charging::{ChargeError, Charging, DayLimits, Vault, guard::Guard};
use domain::{Clock, Lang, Merchant};
use form::Form;
use http::{Response, StatusCode};
use inbound::{
    Checkout, Config, KeyringError, SealError, Stage,
    checkout::{self, SealedOrder},
    http as answer,
};
use lambda_http::{Body, Request};
use outbound::vault::CardKey;
use sent::Sent;
use store::{CardKeys, Cards, DayTotals, GuardCounters, Payments, StoreError};
use words::Notice;

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    checkout: Checkout,
    charging: Charging,
    vault: Vault,
    guard: Guard,
    limits: DayLimits,
    cards: Cards,
    payments: Payments,
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
        let cards = Cards::new(table.clone());
        let card_key = CardKey::new(config.sdk(), config.required("CARD_KEY")?);
        let vault = Vault::new(card_key, CardKeys::new(table.clone()), clock.clone());
        let guard = Guard::new(GuardCounters::new(table.clone()), clock.clone());
        let limits = DayLimits::new(DayTotals::new(config.search_table()?), clock.clone());
        let payments = Payments::new(table);
        let charging = Charging::new(payments.clone(), cards.clone(), config.acquirer()?, clock.clone());
        // A fingerprint key that does not open now is tried again by the first payment.
        let (checkout, ()) = tokio::join!(Checkout::open(config, clock.clone()), vault.connect());
        let checkout = checkout?;
        let page_origin = config.required("PAGE_ORIGIN")?.to_owned();
        let stage = config.stage()?;
        Ok(Self { checkout, charging, vault, guard, limits, cards, payments, stage, page_origin, clock })
    }

    /// Opens the connection to the acquirer, so that the first payment does not wait for a handshake.
    pub async fn connect(&self) {
        self.charging.connect().await;
    }
}

/// Charges a card for a sealed order. Answers a redirect or a page; never fails.
///
/// # Errors
/// None: every refusal is a page.
pub async fn handler(deps: &Deps, request: Request) -> Result<Response<Body>, Infallible> {
    Ok(Box::pin(authorize(deps, &request)).await.unwrap_or_else(|refusal| refusal.into_page(deps, &request)))
}

async fn authorize(deps: &Deps, request: &Request) -> Result<Response<Body>, Refusal> {
    let form = Form::parse(request.body()).ok_or(Refusal::Unreadable)?;
    let mut order: SealedOrder = deps.checkout.unseal(form.token())?;
    let opened = deps.checkout.merchant(&order.merchant).await?.ok_or(Refusal::Unreadable)?;
    let merchant = &opened.merchant;
    check(&order, merchant, deps.stage)?;
    let offering = deps.checkout.offering(&order.merchant, &order.origin, &order.details).await?;
    let sent = Sent { deps, request, form: &form, merchant, offering: &offering };
    if let Some(answer) = sent.barred(&order).await? {
        return Ok(answer);
    }
    form.fill(&mut order.details, merchant);
    sent.pay(order).await
}

/// The settings may have changed since the form was sealed: what they forbid now is refused.
fn check(order: &SealedOrder, merchant: &Merchant, stage: Stage) -> Result<(), Refusal> {
    let lang = order.details.lang;
    if !checkout::trades_at(merchant, stage) {
        return Err(Refusal::Page(lang, StatusCode::FORBIDDEN, Notice::MerchantSuspended));
    }
    if order.amount > merchant.max_amount {
        return Err(Refusal::Page(lang, StatusCode::BAD_REQUEST, Notice::PageExpired));
    }
    Ok(())
}

/// Why no charge was tried. Nothing was charged, and the page says so.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("the form is not ours")]
    Unreadable,
    #[error("the form has expired")]
    Expired,
    #[error("refused with a page")]
    Page(Lang, StatusCode, Notice),
    #[error("the link is closed")]
    Closed(Box<Merchant>, Lang, Notice),
    #[error("the order stands otherwise")]
    Conflict(Box<Merchant>, Lang, Notice),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Charge(#[from] ChargeError),
    #[error(transparent)]
    Seal(SealError),
}

impl From<SealError> for Refusal {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Foreign => Self::Unreadable,
            SealError::Expired => Self::Expired,
            SealError::Failed => Self::Seal(error),
        }
    }
}

impl Refusal {
    fn conflict(merchant: &Merchant, order: &SealedOrder, notice: Notice) -> Self {
        Self::Conflict(Box::new(merchant.clone()), order.details.lang, notice)
    }

    fn into_page(self, deps: &Deps, request: &Request) -> Response<Body> {
        let accepted = answer::accepted_language(request).unwrap_or_default();
        let page = |status, notice| deps.checkout.notice(request, None, accepted, status, notice);
        match &self {
            Self::Unreadable => page(StatusCode::BAD_REQUEST, Notice::FormUnreadable),
            Self::Expired => page(StatusCode::BAD_REQUEST, Notice::PageExpired),
            Self::Page(lang, status, notice) => deps.checkout.notice(request, None, *lang, *status, *notice),
            Self::Closed(merchant, lang, notice) => {
                deps.checkout.notice(request, Some(merchant), *lang, StatusCode::GONE, *notice)
            }
            Self::Conflict(merchant, lang, notice) => {
                deps.checkout.notice(request, Some(merchant), *lang, StatusCode::CONFLICT, *notice)
            }
            // The guard has said why, in the log only.
            Self::Charge(ChargeError::CardTesting) => page(StatusCode::TOO_MANY_REQUESTS, Notice::TooManyFailures),
            Self::Charge(ChargeError::DayLimit) => page(StatusCode::SERVICE_UNAVAILABLE, Notice::DayLimit),
            Self::Store(_) | Self::Charge(_) | Self::Seal(_) => {
                tracing::error!(error = %domain::Causes::of(&self), "no charge was tried");
                page(StatusCode::SERVICE_UNAVAILABLE, Notice::Unavailable)
            }
        }
    }
}
