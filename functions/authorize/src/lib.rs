//! `POST /pay/authorize`: opens the sealed order, checks what the shopper typed, charges the card, leads to the result.

mod form;

use std::{convert::Infallible, sync::Arc};

use charging::{Attempt, Charge, ChargeError, Charged, Charging};
use domain::{
    Clock, Initiator, Lang, Merchant,
    card::contains_card_number,
    merchant::{Capture, Mode},
    payment::Standing,
};
use form::Form;
use http::{Response, StatusCode};
use inbound::{
    Checkout, Config, ConfigError, KeyringError, SealError, Stage,
    checkout::{self, FormState, ReturnHandle, SealedOrder},
    http as answer,
};
use lambda_http::{Body, Request};
use outbound::acquirer::{ConnectError, TestAcquirer};
use store::{Payments, StoreError};
use words::{FormProblem, Notice};

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    checkout: Checkout,
    charging: Charging,
    stage: Stage,
    clock: Clock,
}

/// What stops the start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The keys do not open.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// The acquirer's settings are unusable.
    #[error(transparent)]
    Acquirer(#[from] ConnectError),
}

impl Deps {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, StartError> {
        let acquirer =
            TestAcquirer::new(config.sdk(), config.required("ACQUIRER_URL")?, config.required("ACQUIRER_TOKEN")?)?;
        let charging = Charging::new(Payments::new(config.table()?), Arc::new(acquirer), clock.clone());
        let checkout = Checkout::open(config, clock.clone()).await?;
        Ok(Self { checkout, charging, stage: config.stage()?, clock })
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
    Ok(authorize(deps, &request).await.unwrap_or_else(|refusal| refusal.into_page(deps, &request)))
}

async fn authorize(deps: &Deps, request: &Request) -> Result<Response<Body>, Refusal> {
    let form = Form::parse(request.body()).ok_or(Refusal::Unreadable)?;
    let mut order: SealedOrder = deps.checkout.unseal(form.token())?;
    let opened = deps.checkout.merchant(&order.merchant).await?.ok_or(Refusal::Unreadable)?;
    let merchant = &opened.merchant;
    check(&order, merchant, deps.stage)?;
    form.fill(&mut order.details, merchant);
    let card = match form.card(merchant, &order.details, deps.clock.now()) {
        Ok(card) => card,
        Err(problems) => return mend(deps, request, merchant, order, &form, &problems),
    };
    let charge = Charge {
        order: order.to_order(merchant),
        card,
        attempt: Attempt { generation: order.generation, n: order.n, nonce: order.nonce },
        initiator: Initiator::Cardholder,
        capture: merchant.capture == Capture::AtOnce,
        browser: form.browser(request),
        deadline: answer::deadline(request, &deps.clock),
    };
    match deps.charging.charge(charge).await? {
        Charged::Tried(payment) => {
            tracing::info!(payment.id = %payment.key, state = payment.state.name(), "payment tried")
        }
        Charged::Stands(standing, payment) => {
            tracing::info!(payment.id = %payment.key, state = payment.state.name(), ?standing, "payment stands");
            match standing {
                Standing::OtherAmount => return Err(Refusal::conflict(merchant, &order, Notice::AmountConflict)),
                Standing::OtherOrigin => return Err(Refusal::conflict(merchant, &order, Notice::OrderUsed)),
                Standing::SameSubmit | Standing::Running | Standing::Paid | Standing::Stale => {}
            }
        }
    }
    let handle = ReturnHandle { key: order.key(), nonce: order.nonce };
    Ok(answer::see_other(&deps.checkout.return_path(&handle)?))
}

/// The form again, with what is to be mended. What was typed is kept, except card data.
fn mend(
    deps: &Deps,
    request: &Request,
    merchant: &Merchant,
    mut order: SealedOrder,
    form: &Form,
    problems: &[FormProblem],
) -> Result<Response<Body>, Refusal> {
    order.nonce = checkout::draw_nonce()?;
    // A card number that was typed into another field is neither sealed nor shown again.
    let typed = std::iter::once(&mut order.details.mail).chain(&mut order.details.free);
    typed.filter(|text| contains_card_number(text)).for_each(String::clear);
    let holder = Some(form.holder()).filter(|name| !contains_card_number(name)).unwrap_or_default();
    let state = FormState { problems, holder, declined: None };
    Ok(deps.checkout.form(request, merchant, &order, state)?)
}

/// The settings may have changed since the form was sealed: what they forbid now is refused.
fn check(order: &SealedOrder, merchant: &Merchant, stage: Stage) -> Result<(), Refusal> {
    let lang = order.details.lang;
    let at_home = match stage {
        Stage::Sandbox => merchant.mode == Mode::Test,
        Stage::Live => merchant.mode == Mode::Live,
    };
    if !at_home || !checkout::trades(merchant) {
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
    #[error("the order stands otherwise")]
    Conflict(Box<Merchant>, Lang, Notice),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Charge(#[from] ChargeError),
}

impl From<SealError> for Refusal {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Foreign => Self::Unreadable,
            SealError::Expired => Self::Expired,
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
            Self::Conflict(merchant, lang, notice) => {
                deps.checkout.notice(request, Some(merchant), *lang, StatusCode::CONFLICT, *notice)
            }
            Self::Store(_) | Self::Charge(_) => {
                tracing::error!(error = %domain::Causes::of(&self), "no charge was tried");
                page(StatusCode::SERVICE_UNAVAILABLE, Notice::Unavailable)
            }
        }
    }
}
