//! Another card in place of a kept one: it is registered as a card of its own, and nothing of the old one changes until it is approved and kept.

use charging::{Attempt, Charge, ChargeError, Charged, Means, Takings, Watch};
use domain::{
    CardDetails, CardOwner, Initiator, KeptCard, Lang, Merchant, OrderId, PaymentKey, State, Yen,
    acquirer::ThreeDsRequest,
    card::contains_card_number,
    payment::{Details, Interface, Keeping, Order, Origin},
};
use http::Response;
use inbound::{
    CardForm,
    checkout::{self, CardHandle, CardResultHandle, ChallengeHandle},
    http as answer,
};
use lambda_http::Body;
use words::FormProblem;

use crate::{
    Failure,
    visit::{Replacement, Typed, Visit},
};

/// One more than is ever used, because every rendering is an order of its own: a decline keeps its reason until the order closes.
const ATTEMPTS: u8 = 2;

pub(crate) async fn replace(visit: &Visit<'_>, form: &CardForm) -> Result<Response<Body>, Failure> {
    let deps = visit.deps;
    let sealed: Replacement = deps.checkout.unseal(form.token()).map_err(Failure::of_form)?;
    if sealed.card != visit.handle {
        return Err(Failure::Unreadable);
    }
    let Some(card) = visit.live_card().await? else { return sent_before(visit, &sealed).await };
    let opened = visit.merchant().await?;
    let (merchant, lang) = (&opened.merchant, visit.lang(Some(form), &card));
    if !checkout::trades_at(merchant, deps.stage) {
        return Err(Failure::Suspended(lang));
    }
    let typed = match typed(visit, form, merchant) {
        Ok(typed) => typed,
        Err(problems) => return visit.manage(&card, merchant, lang, mend(form, &problems)).await,
    };
    let challenge = ChallengeHandle { key: sealed.key(), nonce: sealed.nonce };
    let challenge = deps.checkout.challenge_path(&challenge)?;
    let registration = Registration { visit, merchant, kept: &card, sealed: &sealed, lang, challenge: &challenge };
    let address = answer::client_address(visit.request);
    let watch = Watch { guard: &deps.guard, merchant, address, takings: Takings::Nothing };
    let charged = match Box::pin(deps.charging.charge(&deps.vault, watch, registration.charge(form, typed))).await {
        Err(ChargeError::Limited(_)) => {
            return visit.manage(&card, merchant, lang, mend(form, &[FormProblem::CardNotTaken])).await;
        }
        charged => charged?,
    };
    match charged {
        Charged::Tried(payment) => {
            tracing::info!(payment.id = %payment.key, state = payment.state.name(), "card registration tried");
            if let State::Challenging { .. } = payment.state {
                return Ok(answer::see_other(&challenge));
            }
        }
        Charged::Stands(standing, payment) => {
            tracing::info!(payment.id = %payment.key, state = payment.state.name(), ?standing, "card registration stands");
        }
    }
    to_result(visit, &sealed)
}

/// What is to be mended, beside what was typed. A card number that was typed into another field is not shown again.
fn mend<'a>(form: &'a CardForm, problems: &'a [FormProblem]) -> Typed<'a> {
    let holder = Some(form.holder()).filter(|name| !contains_card_number(name)).unwrap_or_default();
    Typed { problems, holder, keep_checked: form.keeps_card() }
}

/// The card is not there any more: replaced by this very form, or the address is over.
async fn sent_before(visit: &Visit<'_>, sealed: &Replacement) -> Result<Response<Body>, Failure> {
    match visit.deps.payments.load(&sealed.key()).await? {
        Some(_) => to_result(visit, sealed),
        None => Err(Failure::NotThere),
    }
}

fn to_result(visit: &Visit<'_>, sealed: &Replacement) -> Result<Response<Body>, Failure> {
    let handle = CardResultHandle { key: sealed.key(), nonce: sealed.nonce };
    Ok(answer::see_other(&visit.deps.checkout.card_result_path(&handle)?))
}

/// The typed card with the consent to keep it, or everything that is to be mended.
fn typed(visit: &Visit<'_>, form: &CardForm, merchant: &Merchant) -> Result<CardDetails, Vec<FormProblem>> {
    let mut problems = Vec::new();
    let card = form.card(merchant.mode, visit.deps.clock.now(), &mut problems);
    if !form.keeps_card() {
        problems.push(FormProblem::KeepMissing);
    }
    card.filter(|_| problems.is_empty()).ok_or(problems)
}

impl Replacement {
    /// The registration that this rendering stands for.
    fn key(&self) -> PaymentKey {
        let CardHandle { merchant, owner, id: _ } = &self.card;
        let (kind, name) = match owner {
            CardOwner::Buyer(user) => ("buyer", user.as_str()),
            CardOwner::Order(order) => ("order", order.as_str()),
        };
        let parts = [merchant.as_str().as_bytes(), kind.as_bytes(), name.as_bytes(), self.nonce.as_bytes().as_slice()];
        PaymentKey::new(merchant.clone(), OrderId::derived("card update", &parts))
    }
}

/// A card about to be registered in place of a kept one.
struct Registration<'a> {
    visit: &'a Visit<'a>,
    merchant: &'a Merchant,
    kept: &'a KeptCard,
    sealed: &'a Replacement,
    lang: Lang,
    /// Where the issuer sends the buyer back to.
    challenge: &'a str,
}

impl Registration<'_> {
    /// One yen is authorized and always reversed; what is agreed to is what was agreed to for the old card.
    fn charge(&self, form: &CardForm, card: CardDetails) -> Charge {
        let (deps, request) = (self.visit.deps, self.visit.request);
        let scope = self.kept.consent.scope;
        let policy = self.merchant.three_ds;
        let address = answer::client_address(request).map(|address| address.to_string()).unwrap_or_default();
        let authenticated_only = policy.keeps_authenticated_only(scope);
        let keeping = Keeping { scope, terms: words::KEEP_TERMS, address, authenticated_only, extends: false };
        Charge {
            order: self.order(),
            means: Means::Typed(card),
            keeping: Some(keeping),
            attempt: Attempt { generation: 0, n: 1, nonce: self.sealed.nonce },
            initiator: Initiator::Cardholder,
            capture: false,
            three_ds: policy.preference(Initiator::Cardholder, Some(scope)).map(|preference| ThreeDsRequest {
                preference,
                unavailable: self.merchant.three_ds_unavailable,
                return_address: format!("{}{}", deps.page_origin, self.challenge),
                mail: self.kept.mail.clone(),
                tel: String::new(),
            }),
            browser: form.browser(request),
            deadline: answer::deadline(request, &deps.clock),
        }
    }

    fn order(&self) -> Order {
        let user = match &self.kept.owner {
            CardOwner::Buyer(user) => user.clone(),
            CardOwner::Order(_) => String::new(),
        };
        let details = Details { mail: self.kept.mail.clone(), user, lang: self.lang, ..Details::default() };
        Order {
            key: self.sealed.key(),
            amount: Yen::MIN,
            interface: Interface::CardRegistration,
            origin: Origin::CardUpdate(self.kept.owner.clone()),
            attempts_allowed: ATTEMPTS,
            details,
        }
    }
}
