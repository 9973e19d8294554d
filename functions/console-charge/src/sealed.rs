//! What the two forms of a single charge carry sealed: who wrote an order down, and the order that is about to be charged.

use charging::Attempt;
use domain::{
    CardId, CardOwner, Merchant, MerchantId, Nonce, OrderId, Payment, PaymentKey, Yen,
    account::UserId,
    payment::{Details, Interface, Order, Origin},
};
use inbound::{SealError, Sealed, checkout};
use serde::{Deserialize, Serialize};

use crate::Call;

/// How a single charge is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// With a card that the operator types.
    Card,
    /// With the card that a buyer let the merchant keep.
    Buyer,
}

impl Way {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Buyer => "buyer",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::Card, Self::Buyer].into_iter().find(|way| way.name() == name)
    }
}

/// A form in which an order is written down. Sent twice it is the same order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sheet {
    merchant: MerchantId,
    by: UserId,
    form: Nonce,
}

impl Sealed for Sheet {
    const PURPOSE: &'static str = "single charge order";
}

impl Sheet {
    pub(crate) fn new(call: &Call<'_>) -> Result<Self, SealError> {
        let (merchant, by) = (call.visit.merchant_id().clone(), call.visit.user.id.clone());
        Ok(Self { merchant, by, form: checkout::draw_nonce()? })
    }

    /// The sheet that came back, if it is this visitor's.
    pub(crate) fn of_form(call: &Call<'_>) -> Result<Self, SealError> {
        let sheet: Self = call.unseal("sheet")?;
        let own = sheet.merchant == *call.visit.merchant_id() && sheet.by == call.visit.user.id;
        own.then_some(sheet).ok_or(SealError::Foreign)
    }

    pub(crate) fn origin(&self) -> Origin {
        Origin::Single { form: self.form, by: self.by.clone() }
    }

    /// The order number where none was typed: from our own range, the same for the same sheet.
    pub(crate) fn order(&self) -> OrderId {
        OrderId::derived("single charge", &[self.merchant.as_str().as_bytes(), self.form.as_bytes()])
    }
}

/// An order about to be charged: nothing in it can be changed by the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ready {
    /// For whom the operator works.
    pub(crate) merchant: MerchantId,
    /// The operator that the form was made for.
    pub(crate) by: UserId,
    /// Who claims the order.
    pub(crate) origin: Origin,
    /// Its number.
    pub(crate) order: OrderId,
    /// How much.
    pub(crate) amount: Yen,
    /// The visit.
    pub(crate) generation: u16,
    /// The operation that this rendering stands for.
    pub(crate) n: u32,
    /// This rendering.
    pub(crate) nonce: Nonce,
    /// The kept card that is charged. None: one is typed.
    pub(crate) kept: Option<(CardOwner, CardId)>,
    /// The rest.
    pub(crate) details: Details,
}

impl Sealed for Ready {
    const PURPOSE: &'static str = "single charge";
}

impl Ready {
    /// What came back, if it is this visitor's.
    pub(crate) fn of_form(call: &Call<'_>) -> Result<Self, SealError> {
        let ready: Self = call.unseal("ready")?;
        let own = ready.merchant == *call.visit.merchant_id() && ready.by == call.visit.user.id;
        own.then_some(ready).ok_or(SealError::Foreign)
    }

    /// The same for another rendering.
    pub(crate) fn anew(self) -> Result<Self, SealError> {
        Ok(Self { nonce: checkout::draw_nonce()?, ..self })
    }

    /// The same for the visit and attempt that `stored` leaves open.
    #[must_use]
    pub(crate) fn following(mut self, stored: Option<&Payment>) -> Self {
        (self.generation, self.n) = Payment::next_attempt(stored);
        self
    }

    pub(crate) const fn way(&self) -> Way {
        match self.kept {
            Some(_) => Way::Buyer,
            None => Way::Card,
        }
    }

    pub(crate) fn key(&self) -> PaymentKey {
        PaymentKey::new(self.merchant.clone(), self.order.clone())
    }

    pub(crate) const fn attempt(&self) -> Attempt {
        Attempt { generation: self.generation, n: self.n, nonce: self.nonce }
    }

    pub(crate) fn to_order(&self, merchant: &Merchant) -> Order {
        Order {
            key: self.key(),
            amount: self.amount,
            interface: Interface::Single,
            origin: self.origin.clone(),
            attempts_allowed: merchant.attempts,
            details: self.details.clone(),
        }
    }
}

impl Call<'_> {
    /// Seals what a form carries, for as long as a form may stay open.
    pub(crate) fn seal<T: Sealed>(&self, form: &T) -> Result<String, SealError> {
        let until = self.visit.now.saturating_add(checkout::FORM_LIFETIME).unwrap_or(jiff::Timestamp::MAX);
        self.deps.console.keyring().seal(form, until)
    }

    fn unseal<T: Sealed>(&self, field: &str) -> Result<T, SealError> {
        self.deps.console.keyring().unseal(self.visit.field(field), self.visit.now)
    }
}
