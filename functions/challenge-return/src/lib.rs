//! `/pay/challenge/{handle}`: takes the payer to the issuer (3-D Secure) and back. The result is fetched from the acquirer, never taken from the browser.
//!
//! GET is our page on the way there and changes nothing; POST is the issuer's page sending the payer back, or our own button that turns away from it.

use std::{convert::Infallible, sync::Arc};

use charging::{ChargeError, Charging};
use domain::{Clock, Payment, State, acquirer::Challenge, payment::Interface, wire::Parameters};
use http::{Method, Response, StatusCode};
use inbound::{
    Checkout, Config, KeyringError, OpenedMerchant, SealError,
    checkout::{AGAIN, ChallengeHandle, ReturnHandle},
    http as answer,
    page::{self, Arrival, ChallengeHop, HopPurpose, LanguageSwitch, Returned},
};
use lambda_http::{Body, Request};
use store::{Cards, Payments, StoreError};
use words::Notice;

/// The field of our own button that turns away from the challenge.
const CANCEL: &str = "cancel";

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    checkout: Checkout,
    payments: Payments,
    charging: Charging,
    clock: Clock,
}

impl Deps {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        let table = config.table()?;
        let payments = Payments::new(table.clone());
        let charging = Charging::new(payments.clone(), Cards::new(table), config.acquirer()?, clock.clone());
        let checkout = Checkout::open(config, clock.clone()).await?;
        Ok(Self { checkout, payments, charging, clock })
    }

    /// Opens the connection to the acquirer, so that the first payer does not wait for a handshake.
    pub async fn connect(&self) {
        self.charging.connect().await;
    }
}

/// Takes the payer to the issuer or back; never fails.
///
/// # Errors
/// None: every refusal is a page.
pub async fn handler(deps: &Deps, request: Request) -> Result<Response<Body>, Infallible> {
    let answered = match *request.method() {
        Method::POST => back(deps, &request).await,
        _ => there(deps, &request).await,
    };
    Ok(answered.unwrap_or_else(|failure| failure.into_page(deps, &request)))
}

/// On the way to the issuer.
async fn there(deps: &Deps, request: &Request) -> Result<Response<Body>, Failure> {
    let (handle, opened) = open(deps, request).await?;
    let payment = deps.payments.load(&handle.key).await?.ok_or(Failure::Shut)?;
    if let State::Challenging { challenge, .. } = &payment.state
        && payment.nonce == handle.nonce
    {
        return hop(deps, request, &handle, &opened, &payment, challenge);
    }
    Ok(answer::see_other(&way_back(deps, handle)?))
}

/// The page that takes the payer to the issuer, at top level.
fn hop(
    deps: &Deps,
    request: &Request,
    handle: &ChallengeHandle,
    opened: &OpenedMerchant,
    payment: &Payment,
    challenge: &Challenge,
) -> Result<Response<Body>, Failure> {
    let lang = answer::language(request, Some(payment.details.lang));
    let path = deps.checkout.challenge_path(handle)?;
    let other = format!("{path}?lang={}&{AGAIN}", lang.other().tag());
    let came_back = request.uri().query().is_some_and(|query| query.split('&').any(|part| part == AGAIN));
    let view = ChallengeHop {
        lang,
        shop: &deps.checkout.shop(&opened.merchant),
        purpose: match payment.interface {
            Interface::CardRegistration => HopPurpose::Card,
            Interface::Link
            | Interface::DataLinkage
            | Interface::Batch
            | Interface::Continuation
            | Interface::Single
            | Interface::Regular => HopPurpose::Payment,
        },
        arrival: if came_back { Arrival::Again } else { Arrival::First },
        amount: payment.amount,
        order: payment.key.order.as_str(),
        address: &challenge.address,
        request: &challenge.request,
        cancel: &path,
        language: Some(LanguageSwitch::Link(&other)),
    };
    Ok(answer::page(request, StatusCode::OK, page::challenge(&view)))
}

/// Back from the issuer, or turned away from it. What the browser brings along decides nothing.
async fn back(deps: &Deps, request: &Request) -> Result<Response<Body>, Failure> {
    let (handle, opened) = open(deps, request).await?;
    let turned_away = Parameters::parse(request.body()).is_ok_and(|fields| fields.value(CANCEL).is_some());
    let payment = if turned_away {
        deps.charging.cancel_challenge(&handle.key, handle.nonce).await?
    } else {
        deps.charging.finish_challenge(&handle.key, handle.nonce, answer::deadline(request, &deps.clock)).await?
    };
    if let Some(payment) = &payment {
        tracing::info!(payment.id = %payment.key, state = payment.state.name(), turned_away, "back from the issuer");
    }
    let lang = answer::language(request, payment.map(|payment| payment.details.lang));
    let address = way_back(deps, handle)?;
    let view = Returned { lang, shop: &deps.checkout.shop(&opened.merchant), address: &address };
    Ok(answer::page(request, StatusCode::OK, page::returned(&view)))
}

async fn open(deps: &Deps, request: &Request) -> Result<(ChallengeHandle, Arc<OpenedMerchant>), Failure> {
    let sealed = answer::path_parameter(request, "handle").ok_or(Failure::Shut)?;
    let handle: ChallengeHandle = deps.checkout.unseal(&sealed).map_err(|_| Failure::Shut)?;
    let opened = deps.checkout.merchant(&handle.key.merchant).await?.ok_or(Failure::Shut)?;
    Ok((handle, opened))
}

fn way_back(deps: &Deps, ChallengeHandle { key, nonce }: ChallengeHandle) -> Result<String, SealError> {
    deps.checkout.return_path(&ReturnHandle { key, nonce })
}

/// Why the payer can't go there or come back now. Nothing was changed that is not stored.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// The address opens nothing (any more): a page without personal data.
    #[error("the address opens nothing")]
    Shut,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Charge(#[from] ChargeError),
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl Failure {
    fn into_page(self, deps: &Deps, request: &Request) -> Response<Body> {
        let lang = answer::language(request, None);
        match self {
            Self::Shut => deps.checkout.shut(request),
            Self::Store(_) | Self::Charge(_) | Self::Seal(_) => {
                tracing::error!(error = %domain::Causes::of(&self), "a challenge could not be followed up");
                deps.checkout.notice(request, None, lang, StatusCode::SERVICE_UNAVAILABLE, Notice::Unavailable)
            }
        }
    }
}
