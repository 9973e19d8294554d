//! `POST /pay/authorize`: opens the sealed order, checks what the shopper typed, charges the card, leads to the result.

mod form;

use std::convert::Infallible;

use charging::{
    Attempt, Charge, ChargeError, Charged, Charging, DayLimits, Means, Takings, Vault, Watch, guard::Guard,
};
use domain::{
    Clock, Initiator, KeptCard, Lang, Merchant, State,
    acquirer::ThreeDsRequest,
    card::contains_card_number,
    merchant::Capture,
    payment::{Interface, Keeping, Standing},
};
use form::Form;
use http::{Response, StatusCode};
use inbound::{
    Checkout, Config, KeyringError, SealError, Stage,
    checkout::{self, Barred, ChallengeHandle, FormState, Offering, ReturnHandle, SealedOrder},
    http as answer,
};
use lambda_http::{Body, Request};
use outbound::vault::CardKey;
use store::{CardKeys, Cards, DayTotals, GuardCounters, Payments, StoreError};
use words::{FormProblem, Notice};

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
    if let Some(answer) = barred(deps, request, &form, (&order, merchant), &offering).await? {
        return Ok(answer);
    }
    form.fill(&mut order.details, merchant);
    let kept = if form.pays_with_kept() { kept_card(deps, merchant, &order).await? } else { None };
    let means = match means(deps, &form, merchant, &order, kept.as_ref()) {
        Ok(means) => means,
        Err(problems) => {
            // Beside the fields for another card the page leads back to the kept one.
            let kept = if form.pays_with_kept() { kept } else { kept_card(deps, merchant, &order).await? };
            let mending = Mending { form: &form, kept: kept.as_ref(), offering: &offering, problems: &problems };
            return mend(deps, request, merchant, order, mending);
        }
    };
    let keeping = keeping(request, &form, merchant, &order, &means);
    let to_the_issuer = ChallengeHandle { key: order.key(), nonce: order.nonce };
    let challenge = deps.checkout.challenge_path(&to_the_issuer)?;
    let agreed = keeping.as_ref().map(|keeping| keeping.scope);
    let three_ds = merchant.three_ds.preference(Initiator::Cardholder, agreed).map(|preference| ThreeDsRequest {
        preference,
        unavailable: merchant.three_ds_unavailable,
        return_address: format!("{}{challenge}", deps.page_origin),
        mail: order.details.mail.clone(),
        tel: order.details.tel.clone(),
    });
    let charge = Charge {
        order: order.to_order(merchant),
        means,
        keeping,
        attempt: Attempt { generation: order.generation, n: order.n, nonce: order.nonce },
        initiator: Initiator::Cardholder,
        capture: merchant.capture == Capture::AtOnce && order.interface != Interface::CardRegistration,
        three_ds,
        browser: form.browser(request),
        deadline: answer::deadline(request, &deps.clock),
    };
    let takings = match order.interface {
        // What is authorized to register a card is never taken.
        Interface::CardRegistration => Takings::Nothing,
        Interface::Link
        | Interface::DataLinkage
        | Interface::Batch
        | Interface::Continuation
        | Interface::Single
        | Interface::Regular => Takings::Bounded(&deps.limits),
    };
    let watch = Watch { guard: &deps.guard, merchant, address: answer::client_address(request), takings };
    let charged = match Box::pin(deps.charging.charge(&deps.vault, watch, charge)).await {
        Err(ChargeError::CardUnusable) => {
            let problems = &[FormProblem::KeptCardGone];
            let mending = Mending { form: &form, kept: None, offering: &offering, problems };
            return mend(deps, request, merchant, order, mending);
        }
        Err(ChargeError::Limited(_)) => {
            let problems = &[FormProblem::CardNotTaken];
            let mending = Mending { form: &form, kept: None, offering: &offering, problems };
            return mend(deps, request, merchant, order, mending);
        }
        charged => charged?,
    };
    match charged {
        Charged::Tried(payment) => {
            tracing::info!(payment.id = %payment.key, state = payment.state.name(), "payment tried");
            if let State::Challenging { .. } = payment.state {
                let mut response = answer::see_other(&challenge);
                deps.checkout.remember(&mut response, &to_the_issuer)?;
                return Ok(response);
            }
        }
        Charged::Stands(standing, payment) => {
            tracing::info!(payment.id = %payment.key, state = payment.state.name(), ?standing, "payment stands");
            match standing {
                Standing::OtherAmount => return Err(Refusal::conflict(merchant, &order, Notice::AmountConflict)),
                Standing::OtherOrigin => return Err(Refusal::conflict(merchant, &order, Notice::OrderUsed)),
                Standing::SameSubmit | Standing::Running | Standing::Paid | Standing::LetGo | Standing::Stale => {}
            }
        }
    }
    let handle = ReturnHandle { key: order.key(), nonce: order.nonce };
    Ok(answer::see_other(&deps.checkout.return_path(&handle)?))
}

/// The card that the order's buyer lets the merchant keep, if there is one.
async fn kept_card(deps: &Deps, merchant: &Merchant, order: &SealedOrder) -> Result<Option<KeptCard>, StoreError> {
    match order.buyer(merchant) {
        Some(buyer) => deps.cards.load(&order.merchant, &buyer).await,
        None => Ok(None),
    }
}

/// The typed card, or the kept one that this very form offered; with the consent that a regular purchase needs.
fn means(
    deps: &Deps,
    form: &Form,
    merchant: &Merchant,
    order: &SealedOrder,
    kept: Option<&KeptCard>,
) -> Result<Means, Vec<FormProblem>> {
    let disagrees = order.details.offer.is_some() && !form.keeps_card();
    match (paid_with(deps, form, merchant, order, kept), disagrees) {
        (means, false) => means,
        (Ok(_), true) => Err(vec![FormProblem::JoinMissing]),
        (Err(problems), true) => Err(Form::in_order(problems, FormProblem::JoinMissing)),
    }
}

fn paid_with(
    deps: &Deps,
    form: &Form,
    merchant: &Merchant,
    order: &SealedOrder,
    kept: Option<&KeptCard>,
) -> Result<Means, Vec<FormProblem>> {
    let now = deps.clock.now();
    if !form.pays_with_kept() {
        return form.card(merchant, &order.details, now).map(Means::Typed);
    }
    let offered = kept.filter(|card| card.pays(now) && order.kept == Some(card.id));
    let card = offered.ok_or_else(|| vec![FormProblem::KeptCardGone])?;
    let code = form.kept_code(card.card.brand, merchant, &order.details)?;
    Ok(Means::Kept { card: Box::new(card.clone()), code: Some(code) })
}

/// What the buyer agreed to beside the button, if the page asked for it.
fn keeping(request: &Request, form: &Form, merchant: &Merchant, order: &SealedOrder, means: &Means) -> Option<Keeping> {
    let joins = order.details.offer.is_some();
    let extends = matches!(means, Means::Kept { .. });
    // The merchant's settings may have changed since the form was made.
    let still_asked = joins || (!extends && merchant.keeps(&order.details.user).is_some());
    let scope = order.consent.filter(|_| still_asked && form.keeps_card())?;
    let address = answer::client_address(request).map(|address| address.to_string()).unwrap_or_default();
    let authenticated_only = merchant.three_ds.keeps_authenticated_only(scope);
    Some(Keeping { scope, terms: words::KEEP_TERMS, address, authenticated_only, extends })
}

/// What becomes of an order whose link was closed, or whose regular purchase was changed, since the form was shown. None: the form holds. Nothing is
/// charged, but an attempt that this very form began before is shown as it stands.
async fn barred(
    deps: &Deps,
    request: &Request,
    form: &Form,
    (order, merchant): (&SealedOrder, &Merchant),
    offering: &Offering,
) -> Result<Option<Response<Body>>, Refusal> {
    let Some(why) = deps.checkout.barred(order, merchant, offering) else { return Ok(None) };
    let stored = deps.payments.load(&order.key()).await?;
    if !checkout::untouched(stored.as_ref()) {
        let handle = ReturnHandle { key: order.key(), nonce: order.nonce };
        return Ok(Some(answer::see_other(&deps.checkout.return_path(&handle)?)));
    }
    match why {
        Barred::Closed(notice) => Err(Refusal::Closed(Box::new(merchant.clone()), order.details.lang, notice)),
        Barred::Changed => {
            let mut order = order.clone().following(stored.as_ref());
            form.fill(&mut order.details, merchant);
            order.nonce = checkout::draw_nonce()?;
            let kept = kept_card(deps, merchant, &order).await?;
            let order = without_cards(order.offering(kept.as_ref(), deps.clock.now()));
            let problems = &[FormProblem::JoinChanged];
            let state = FormState { problems, kept: kept.as_ref(), ..FormState::new(offering) };
            Ok(Some(deps.checkout.form(request, merchant, &order, state)?))
        }
    }
}

/// What the form is shown again with.
struct Mending<'a> {
    form: &'a Form,
    kept: Option<&'a KeptCard>,
    offering: &'a Offering,
    problems: &'a [FormProblem],
}

/// The form again, with what is to be mended. What was typed is kept, except card data.
fn mend(
    deps: &Deps,
    request: &Request,
    merchant: &Merchant,
    mut order: SealedOrder,
    mending: Mending<'_>,
) -> Result<Response<Body>, Refusal> {
    let Mending { form, kept, offering, problems } = mending;
    order.nonce = checkout::draw_nonce()?;
    let offered = order.kept;
    order = order.offering(kept, deps.clock.now());
    order.kept = order.kept.filter(|id| Some(*id) == offered);
    let order = without_cards(order);
    let holder = Some(form.holder()).filter(|name| !contains_card_number(name)).unwrap_or_default();
    let state = FormState { problems, holder, kept, keep_checked: form.keeps_card(), declined: None, offering };
    Ok(deps.checkout.form(request, merchant, &order, state)?)
}

/// A card number that was typed into another field is neither sealed nor shown again.
fn without_cards(mut order: SealedOrder) -> SealedOrder {
    let typed = std::iter::once(&mut order.details.mail).chain(&mut order.details.free);
    typed.filter(|text| contains_card_number(text)).for_each(String::clear);
    order
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
