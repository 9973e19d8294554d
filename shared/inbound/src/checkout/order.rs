//! The order that a payment form carries sealed.

use domain::{
    CardId, CardOwner, KeptCard, MerchantId, Nonce, OrderId, Payment, PaymentKey, Yen,
    card::ConsentScope,
    merchant::Merchant,
    payment::{Details, Interface, Order, Origin},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{SealError, Sealed, random};

/// A verified order, sealed into the form that pays it: nothing in it can be changed by the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedOrder {
    /// Whose it is.
    pub merchant: MerchantId,
    /// Its number.
    pub order: OrderId,
    /// What it costs.
    pub amount: Yen,
    /// How it came.
    pub interface: Interface,
    /// Who claims it.
    pub origin: Origin,
    /// The visit.
    pub generation: u16,
    /// The operation that this rendering stands for.
    pub n: u32,
    /// This rendering.
    pub nonce: Nonce,
    /// The kept card that this rendering offers: the right to pay with it.
    pub kept: Option<CardId>,
    /// The shopper wants to pay with another card than the kept one.
    pub another: bool,
    /// What this rendering asks the buyer to agree to if the card is kept.
    pub consent: Option<ConsentScope>,
    /// The rest.
    pub details: Details,
}

impl Sealed for SealedOrder {
    const PURPOSE: &'static str = "payment form";
}

impl SealedOrder {
    /// Whose kept card may be offered for this order. None: the shop names no buyer, or has not that option.
    pub fn buyer(&self, merchant: &Merchant) -> Option<CardOwner> {
        let user = Some(&self.details.user).filter(|user| merchant.card_on_file && !user.is_empty());
        user.map(|user| CardOwner::Buyer(user.clone()))
    }

    /// The same order, offering the buyer's kept card unless it is of no use or another is wanted.
    #[must_use]
    pub fn offering(mut self, kept: Option<&KeptCard>, now: Timestamp) -> Self {
        self.kept = kept.filter(|card| !self.another && card.pays(now)).map(|card| card.id);
        self
    }

    /// The same order with what its page asks the buyer to agree to. A card that may be charged by the merchant gives way only to one that may be, too.
    #[must_use]
    pub(super) fn asking(mut self, merchant: &Merchant, kept: Option<&KeptCard>) -> Self {
        let user = &self.details.user;
        let asked = match (&self.details.offer, self.kept) {
            (Some(_), _) => Some(merchant.keeps_to_join(user)),
            (None, Some(_)) => None,
            (None, None) => merchant.keeps(user),
        };
        let before = kept.filter(|card| card.number.is_some()).map(|card| card.consent.scope).or(self.consent);
        self.consent = asked.map(|asked| before.map_or(asked, |before| asked.and(before)));
        self
    }

    /// The payment it is about.
    pub fn key(&self) -> PaymentKey {
        PaymentKey::new(self.merchant.clone(), self.order.clone())
    }

    /// The order, to be decided about.
    pub fn to_order(&self, merchant: &Merchant) -> Order {
        Order {
            key: self.key(),
            amount: self.amount,
            interface: self.interface,
            origin: self.origin.clone(),
            attempts_allowed: merchant.attempts,
            details: self.details.clone(),
        }
    }

    /// The same order for the visit and attempt that `stored` leaves open.
    #[must_use]
    pub fn following(mut self, stored: Option<&Payment>) -> Self {
        (self.generation, self.n) = Payment::next_attempt(stored);
        self
    }

    /// The order of a stored payment, to be tried again with another card.
    ///
    /// # Errors
    /// [`SealError::Failed`].
    pub fn of(payment: &Payment) -> Result<Self, SealError> {
        let order = Self {
            merchant: payment.key.merchant.clone(),
            order: payment.key.order.clone(),
            amount: payment.amount,
            interface: payment.interface,
            origin: payment.origin.clone(),
            generation: 0,
            n: 1,
            nonce: draw_nonce()?,
            kept: None,
            another: false,
            consent: payment.keeping.as_ref().map(|keeping| keeping.scope),
            details: payment.details.clone(),
        };
        Ok(order.following(Some(payment)))
    }
}

/// Draws the nonce of one rendering.
///
/// # Errors
/// [`SealError::Failed`].
pub fn draw_nonce() -> Result<Nonce, SealError> {
    Ok(Nonce::from_random(random()?))
}
