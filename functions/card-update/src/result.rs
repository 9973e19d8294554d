//! `/card/result/{handle}`: what became of a card that was typed to replace a kept one. The kept card itself is the fact.

use domain::{
    KeptCard, Payment, State,
    acquirer::DeclineCode,
    payment::{Failure as Reason, Interface, Origin},
};
use http::{Response, StatusCode};
use inbound::{
    checkout::{AGAIN, CardHandle, CardResultHandle, ChallengeHandle, FORM_LIFETIME},
    http as answer,
    page::{self, KeptCardPage, KeptCardView, LanguageSwitch, Settled},
};
use lambda_http::{Body, Request};

use crate::{Deps, Failure, owed, plan};

pub(crate) async fn show(deps: &Deps, request: &Request, sealed: &str) -> Result<Response<Body>, Failure> {
    let handle: CardResultHandle = deps.checkout.unseal(sealed).map_err(|_| Failure::NotThere)?;
    let payment = deps.payments.load(&handle.key).await?.filter(|payment| is_sent_from(payment, &handle));
    let payment = payment.ok_or(Failure::NotThere)?;
    if let Origin::Agreement { plan, .. } = &payment.origin {
        return plan::result(deps, request, &payment, handle, plan).await;
    }
    let opened = deps.checkout.merchant(&handle.key.merchant).await?.ok_or(Failure::NotThere)?;
    let kept = deps.cards.load(&handle.key.merchant, &payment.card_owner()).await?;
    let lang = answer::asked_language(request).unwrap_or(payment.details.lang);
    let path = deps.checkout.card_result_path(&handle)?;
    let [address, other] = [lang, lang.other()].map(|lang| format!("{path}?lang={}", lang.tag()));
    let live = kept.as_ref().filter(|card| card.number.is_some());
    let again = match live {
        Some(card) => Some(deps.checkout.card_path(&CardHandle::of(card), FORM_LIFETIME)?),
        None => plan::to_add_a_card(deps, &handle.key.merchant, &payment.card_owner()).await?,
    };
    let (settled, relying) = match &kept {
        Some(card) => settled(deps, card).await?,
        None => (Vec::new(), Vec::new()),
    };
    let view = match outcome(&payment, kept.as_ref()) {
        Outcome::Replaced(card) => {
            KeptCardView::Replaced { card: &card.card, settled: &settled, relying: &relying, address: &address }
        }
        Outcome::Gone => return Err(Failure::NotThere),
        Outcome::WithIssuer => {
            // Who has not answered the issuer yet goes there, from wherever the tab was.
            let challenge = deps.checkout.challenge_path(&ChallengeHandle { key: handle.key, nonce: handle.nonce })?;
            return Ok(answer::see_other(&format!("{challenge}?{AGAIN}")));
        }
        Outcome::Checking => KeptCardView::Checking { address: &address },
        Outcome::NotKept(code) => KeptCardView::Declined { code, again: again.as_deref() },
    };
    let shop = deps.checkout.shop(&opened.merchant);
    let page = KeptCardPage { lang, shop: Some(&shop), view, language: Some(LanguageSwitch::Link(&other)) };
    Ok(answer::page(request, StatusCode::OK, page::kept_card(&page)))
}

/// What came of the periods that were not paid, and where the regular purchases are seen that the card pays for.
async fn settled(deps: &Deps, card: &KeptCard) -> Result<(Vec<Settled>, Vec<(String, String)>), Failure> {
    let plans = plan::live(deps, &card.merchant, &card.owner).await?;
    Ok((owed::settled(deps, card, &plans).await?, plan::links(deps, &plans)?))
}

fn is_sent_from(payment: &Payment, handle: &CardResultHandle) -> bool {
    payment.interface == Interface::CardRegistration && payment.nonce == handle.nonce
}

enum Outcome<'a> {
    /// The typed card is the kept one.
    Replaced(&'a KeptCard),
    /// It was, and the buyer has deleted it since.
    Gone,
    /// The payer is with the issuer.
    WithIssuer,
    /// Nobody can say yet.
    Checking,
    /// The old card stands.
    NotKept(DeclineCode),
}

fn outcome<'a>(payment: &Payment, kept: Option<&'a KeptCard>) -> Outcome<'a> {
    match kept.filter(|card| Some(card.id) == payment.card_id) {
        Some(card) if card.number.is_some() => return Outcome::Replaced(card),
        Some(_) => return Outcome::Gone,
        None => {}
    }
    match &payment.state {
        State::Challenging { .. } => Outcome::WithIssuer,
        // Approved, and being kept and reversed at this moment.
        State::Authorized { .. } | State::Captured { .. } | State::Reversing(_) => Outcome::Checking,
        State::Authorizing { .. } | State::Unknown(_) | State::NeedsPerson(_) => Outcome::Checking,
        State::Declined { decline, .. } => Outcome::NotKept(decline.code),
        State::Failed { reason, .. } => Outcome::NotKept(code_of(*reason, payment)),
        State::Cancelled { .. } | State::Lapsed { .. } | State::Abandoned { .. } => {
            Outcome::NotKept(DeclineCode::GenericDecline)
        }
    }
}

/// What is said of a registration that ended without its card being kept.
fn code_of(reason: Reason, payment: &Payment) -> DeclineCode {
    match reason {
        Reason::AttemptsUsedUp | Reason::Quiet => DeclineCode::GenericDecline,
        Reason::NotAuthenticated | Reason::ChallengeExpired | Reason::ChallengeCancelled => {
            DeclineCode::AuthenticationRequired
        }
        // Approved, but not as the merchant's policy asks.
        Reason::Registered if payment.keeping.as_ref().is_some_and(|keeping| keeping.authenticated_only) => {
            DeclineCode::AuthenticationRequired
        }
        Reason::Registered | Reason::NotFound | Reason::Reversed | Reason::AmountMismatch => {
            DeclineCode::ProcessingError
        }
    }
}
