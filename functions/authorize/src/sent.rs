//! A form that was sent for an order: what it pays with, how that is charged, and how the form comes back where something is to be mended.

use charging::{Attempt, Charge, ChargeError, Charged, Means, Takings, Watch};
use domain::{
    Initiator, KeptCard, Merchant, State,
    acquirer::ThreeDsRequest,
    card::contains_card_number,
    merchant::Capture,
    payment::{Interface, Keeping, Standing},
};
use http::Response;
use inbound::{
    checkout::{self, Barred, ChallengeHandle, FormState, Offering, ReturnHandle, SealedOrder},
    http as answer,
};
use lambda_http::{Body, Request};
use store::StoreError;
use words::{FormProblem, Notice};

use crate::{Deps, Refusal, form::Form};

/// A form, and what it was sent for.
#[derive(Clone, Copy)]
pub(crate) struct Sent<'a> {
    pub(crate) deps: &'a Deps,
    pub(crate) request: &'a Request,
    pub(crate) form: &'a Form,
    pub(crate) merchant: &'a Merchant,
    pub(crate) offering: &'a Offering,
}

impl Sent<'_> {
    /// What becomes of an order whose link was closed, or whose regular purchase was changed, since the form was shown. None: the form holds. Nothing is
    /// charged, but an attempt that this very form began before is shown as it stands.
    pub(crate) async fn barred(self, order: &SealedOrder) -> Result<Option<Response<Body>>, Refusal> {
        let Some(why) = self.deps.checkout.barred(order, self.merchant, self.offering) else { return Ok(None) };
        let stored = self.deps.payments.load(&order.key()).await?;
        if !checkout::untouched(stored.as_ref()) {
            return self.to_result(order).map(Some);
        }
        match why {
            Barred::Closed(notice) => Err(Refusal::Closed(Box::new(self.merchant.clone()), order.details.lang, notice)),
            Barred::Changed => {
                let mut order = order.clone().following(stored.as_ref());
                self.form.fill(&mut order.details, self.merchant);
                order.nonce = checkout::draw_nonce()?;
                let kept = self.kept_card(&order).await?;
                let order = without_cards(order.offering(kept.as_ref(), self.deps.clock.now()));
                let problems = &[FormProblem::JoinChanged];
                let state = FormState { problems, kept: kept.as_ref(), ..FormState::new(self.offering) };
                Ok(Some(self.deps.checkout.form(self.request, self.merchant, &order, state)?))
            }
        }
    }

    /// Charges the card and leads on; or shows the form again with what is to be mended.
    pub(crate) async fn pay(self, order: SealedOrder) -> Result<Response<Body>, Refusal> {
        let mut kept = None;
        if self.form.pays_with_kept() {
            kept = self.kept_card(&order).await?;
        }
        let means = match self.means(&order, kept.as_ref()) {
            Ok(means) => means,
            Err(problems) => {
                // Beside the fields for another card the page leads back to the kept one.
                if !self.form.pays_with_kept() {
                    kept = self.kept_card(&order).await?;
                }
                return self.mend(order, kept.as_ref(), &problems);
            }
        };
        let to_the_issuer = ChallengeHandle { key: order.key(), nonce: order.nonce };
        let challenge = self.deps.checkout.challenge_path(&to_the_issuer)?;
        let charge = self.charge(&order, means, &challenge);
        let charged = Box::pin(self.deps.charging.charge(&self.deps.vault, self.watch(&order), charge)).await;
        match charged {
            Err(ChargeError::CardUnusable) => self.mend(order, None, &[FormProblem::KeptCardGone]),
            Err(ChargeError::Limited(_)) => self.mend(order, None, &[FormProblem::CardNotTaken]),
            Err(error) => Err(error.into()),
            Ok(Charged::Tried(payment)) => {
                tracing::info!(payment.id = %payment.key, state = payment.state.name(), "payment tried");
                if !matches!(payment.state, State::Challenging { .. }) {
                    return self.to_result(&order);
                }
                let mut response = answer::see_other(&challenge);
                self.deps.checkout.remember(&mut response, &to_the_issuer)?;
                Ok(response)
            }
            Ok(Charged::Stands(standing, payment)) => {
                tracing::info!(payment.id = %payment.key, state = payment.state.name(), ?standing, "payment stands");
                match standing {
                    Standing::OtherAmount => Err(Refusal::conflict(self.merchant, &order, Notice::AmountConflict)),
                    Standing::OtherOrigin => Err(Refusal::conflict(self.merchant, &order, Notice::OrderUsed)),
                    Standing::SameSubmit | Standing::Running | Standing::Paid | Standing::LetGo | Standing::Stale => {
                        self.to_result(&order)
                    }
                }
            }
        }
    }

    /// The charge that the form asks for. An issuer that wants to see the payer sends them back to `challenge`.
    fn charge(self, order: &SealedOrder, means: Means, challenge: &str) -> Charge {
        let merchant = self.merchant;
        let keeping = self.keeping(order, &means);
        let agreed = keeping.as_ref().map(|keeping| keeping.scope);
        let three_ds = merchant.three_ds.preference(Initiator::Cardholder, agreed).map(|preference| ThreeDsRequest {
            preference,
            unavailable: merchant.three_ds_unavailable,
            return_address: format!("{}{challenge}", self.deps.page_origin),
            mail: order.details.mail.clone(),
            tel: order.details.tel.clone(),
        });
        Charge {
            order: order.to_order(merchant),
            means,
            keeping,
            attempt: Attempt { generation: order.generation, n: order.n, nonce: order.nonce },
            initiator: Initiator::Cardholder,
            capture: merchant.capture == Capture::AtOnce && order.interface != Interface::CardRegistration,
            three_ds,
            browser: self.form.browser(self.request),
            deadline: answer::deadline(self.request, &self.deps.clock),
        }
    }

    /// What stands guard over the charge.
    fn watch(&self, order: &SealedOrder) -> Watch<'_> {
        let takings = match order.interface {
            // What is authorized to register a card is never taken.
            Interface::CardRegistration => Takings::Nothing,
            Interface::Link
            | Interface::DataLinkage
            | Interface::Batch
            | Interface::Continuation
            | Interface::Single
            | Interface::Regular => Takings::Bounded(&self.deps.limits),
        };
        let address = answer::client_address(self.request);
        Watch { guard: &self.deps.guard, merchant: self.merchant, address, takings }
    }

    /// The card that the order's buyer lets the merchant keep, if there is one.
    async fn kept_card(self, order: &SealedOrder) -> Result<Option<KeptCard>, StoreError> {
        match order.buyer(self.merchant) {
            Some(buyer) => self.deps.cards.load(&order.merchant, &buyer).await,
            None => Ok(None),
        }
    }

    /// The typed card, or the kept one that this very form offered; with the consent that a regular purchase needs.
    fn means(self, order: &SealedOrder, kept: Option<&KeptCard>) -> Result<Means, Vec<FormProblem>> {
        let disagrees = order.details.offer.is_some() && !self.form.keeps_card();
        match (self.paid_with(order, kept), disagrees) {
            (means, false) => means,
            (Ok(_), true) => Err(vec![FormProblem::JoinMissing]),
            (Err(problems), true) => Err(Form::in_order(problems, FormProblem::JoinMissing)),
        }
    }

    fn paid_with(self, order: &SealedOrder, kept: Option<&KeptCard>) -> Result<Means, Vec<FormProblem>> {
        let now = self.deps.clock.now();
        if !self.form.pays_with_kept() {
            return self.form.card(self.merchant, &order.details, now).map(Means::Typed);
        }
        let offered = kept.filter(|card| card.pays(now) && order.kept == Some(card.id));
        let card = offered.ok_or_else(|| vec![FormProblem::KeptCardGone])?;
        let code = self.form.kept_code(card.card.brand, self.merchant, &order.details)?;
        Ok(Means::Kept { card: Box::new(card.clone()), code: Some(code) })
    }

    /// What the buyer agreed to beside the button, if the page asked for it.
    fn keeping(self, order: &SealedOrder, means: &Means) -> Option<Keeping> {
        let joins = order.details.offer.is_some();
        let extends = matches!(means, Means::Kept { .. });
        // The merchant's settings may have changed since the form was made.
        let still_asked = joins || (!extends && self.merchant.keeps(&order.details.user).is_some());
        let scope = order.consent.filter(|_| still_asked && self.form.keeps_card())?;
        let address = answer::client_address(self.request).map(|address| address.to_string()).unwrap_or_default();
        let authenticated_only = self.merchant.three_ds.keeps_authenticated_only(scope);
        Some(Keeping { scope, terms: words::KEEP_TERMS, address, authenticated_only, extends })
    }

    /// The form again, with what is to be mended. What was typed is kept, except card data.
    fn mend(
        self,
        mut order: SealedOrder,
        kept: Option<&KeptCard>,
        problems: &[FormProblem],
    ) -> Result<Response<Body>, Refusal> {
        order.nonce = checkout::draw_nonce()?;
        let offered = order.kept;
        order = order.offering(kept, self.deps.clock.now());
        order.kept = order.kept.filter(|id| Some(*id) == offered);
        let order = without_cards(order);
        let holder = Some(self.form.holder()).filter(|name| !contains_card_number(name)).unwrap_or_default();
        let keep_checked = self.form.keeps_card();
        let state = FormState { problems, holder, kept, keep_checked, declined: None, offering: self.offering };
        Ok(self.deps.checkout.form(self.request, self.merchant, &order, state)?)
    }

    /// To the page that says what became of the attempt.
    fn to_result(self, order: &SealedOrder) -> Result<Response<Body>, Refusal> {
        let handle = ReturnHandle { key: order.key(), nonce: order.nonce };
        Ok(answer::see_other(&self.deps.checkout.return_path(&handle)?))
    }
}

/// A card number that was typed into another field is neither sealed nor shown again.
fn without_cards(mut order: SealedOrder) -> SealedOrder {
    let typed = std::iter::once(&mut order.details.mail).chain(&mut order.details.free);
    typed.filter(|text| contains_card_number(text)).for_each(String::clear);
    order
}
