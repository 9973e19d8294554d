//! A typed card is registered for an owner: one yen is authorized and always reversed, and the card is kept once that is approved.

use charging::{Attempt, Charge, ChargeError, Charged, Means, Takings, Watch};
use domain::{
    CardDetails, CardOwner, Initiator, Lang, Merchant, MerchantId, Nonce, OrderId, PaymentKey, State, Yen,
    acquirer::ThreeDsRequest,
    card::{ConsentScope, contains_card_number},
    payment::{Details, Interface, Keeping, Order, Origin},
};
use http::Response;
use inbound::{
    CardForm,
    checkout::{CardResultHandle, ChallengeHandle},
    http as answer,
};
use lambda_http::{Body, Request};
use words::FormProblem;

use crate::{Deps, Failure, visit::Typed};

/// One more than is ever used, because every rendering is an order of its own: a decline keeps its reason until the order closes.
const ATTEMPTS: u8 = 2;

/// A card about to be registered.
pub(crate) struct Registration<'a> {
    pub(crate) deps: &'a Deps,
    pub(crate) request: &'a Request,
    pub(crate) merchant: &'a Merchant,
    /// Whose it will be.
    pub(crate) owner: &'a CardOwner,
    /// Where mails about it go.
    pub(crate) mail: &'a str,
    /// What it is kept for.
    pub(crate) scope: ConsentScope,
    pub(crate) lang: Lang,
    /// This rendering of the form: sent twice, it is one registration.
    pub(crate) nonce: Nonce,
}

impl Registration<'_> {
    /// Tries the card; answers where its buyer goes then. None: it may not be tried.
    pub(crate) async fn carry_out(
        &self,
        form: &CardForm,
        card: CardDetails,
    ) -> Result<Option<Response<Body>>, Failure> {
        let deps = self.deps;
        let challenge = deps.checkout.challenge_path(&ChallengeHandle { key: self.key(), nonce: self.nonce })?;
        let address = answer::client_address(self.request);
        let watch = Watch { guard: &deps.guard, merchant: self.merchant, address, takings: Takings::Nothing };
        let charge = self.charge(form, card, &challenge);
        let charged = match Box::pin(deps.charging.charge(&deps.vault, watch, charge)).await {
            Err(ChargeError::Limited(_)) => return Ok(None),
            charged => charged?,
        };
        match charged {
            Charged::Tried(payment) => {
                tracing::info!(payment.id = %payment.key, state = payment.state.name(), "card registration tried");
                if let State::Challenging { .. } = payment.state {
                    return Ok(Some(answer::see_other(&challenge)));
                }
            }
            Charged::Stands(standing, payment) => {
                tracing::info!(payment.id = %payment.key, state = payment.state.name(), ?standing, "card registration stands");
            }
        }
        to_result(deps, self.key(), self.nonce).map(Some)
    }

    fn key(&self) -> PaymentKey {
        order_of(&self.merchant.id, self.owner, self.nonce)
    }

    fn charge(&self, form: &CardForm, card: CardDetails, challenge: &str) -> Charge {
        let (deps, request, scope) = (self.deps, self.request, self.scope);
        let policy = self.merchant.three_ds;
        let address = answer::client_address(request).map(|address| address.to_string()).unwrap_or_default();
        let authenticated_only = policy.keeps_authenticated_only(scope);
        let keeping = Keeping { scope, terms: words::KEEP_TERMS, address, authenticated_only, extends: false };
        Charge {
            order: self.order(),
            means: Means::Typed(card),
            keeping: Some(keeping),
            attempt: Attempt { generation: 0, n: 1, nonce: self.nonce },
            initiator: Initiator::Cardholder,
            capture: false,
            three_ds: policy.preference(Initiator::Cardholder, Some(scope)).map(|preference| ThreeDsRequest {
                preference,
                unavailable: self.merchant.three_ds_unavailable,
                return_address: format!("{}{challenge}", deps.page_origin),
                mail: self.mail.to_owned(),
                tel: String::new(),
            }),
            browser: form.browser(request),
            deadline: answer::deadline(request, &deps.clock),
        }
    }

    fn order(&self) -> Order {
        let user = match self.owner {
            CardOwner::Buyer(user) => user.clone(),
            CardOwner::Order(_) => String::new(),
        };
        Order {
            key: self.key(),
            amount: Yen::MIN,
            interface: Interface::CardRegistration,
            origin: Origin::CardUpdate(self.owner.clone()),
            attempts_allowed: ATTEMPTS,
            details: Details { mail: self.mail.to_owned(), user, lang: self.lang, ..Details::default() },
        }
    }
}

/// The order under which a rendering of the form registers a card.
pub(crate) fn order_of(merchant: &MerchantId, owner: &CardOwner, nonce: Nonce) -> PaymentKey {
    let (kind, name) = match owner {
        CardOwner::Buyer(user) => ("buyer", user.as_str()),
        CardOwner::Order(order) => ("order", order.as_str()),
    };
    let parts = [merchant.as_str().as_bytes(), kind.as_bytes(), name.as_bytes(), nonce.as_bytes().as_slice()];
    PaymentKey::new(merchant.clone(), OrderId::derived("card update", &parts))
}

/// To what became of a registration.
pub(crate) fn to_result(deps: &Deps, key: PaymentKey, nonce: Nonce) -> Result<Response<Body>, Failure> {
    Ok(answer::see_other(&deps.checkout.card_result_path(&CardResultHandle { key, nonce })?))
}

/// The typed card with the consent to keep it, or everything that is to be mended.
pub(crate) fn typed(deps: &Deps, form: &CardForm, merchant: &Merchant) -> Result<CardDetails, Vec<FormProblem>> {
    let mut problems = Vec::new();
    let card = form.card(merchant.mode, deps.clock.now(), &mut problems);
    if !form.keeps_card() {
        problems.push(FormProblem::KeepMissing);
    }
    card.filter(|_| problems.is_empty()).ok_or(problems)
}

/// What is to be mended, beside what was typed. A card number that was typed into another field is not shown again.
pub(crate) fn mend<'a>(form: &'a CardForm, problems: &'a [FormProblem]) -> Typed<'a> {
    let holder = Some(form.holder()).filter(|name| !contains_card_number(name)).unwrap_or_default();
    Typed { problems, holder, keep_checked: form.keeps_card() }
}
