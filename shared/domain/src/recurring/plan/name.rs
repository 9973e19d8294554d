//! What names a plan, and what a period's payment is named after.

use data_encoding::BASE32_NOPAD;
use serde::{Deserialize, Serialize};

use super::Plan;
use crate::{
    IdError, Nonce, OrderId, PaymentKey,
    id::{framed_digest, text_id},
    payment::Origin,
};

/// A plan's name: 20 characters of base32 from the order that was joined by, so that joining twice by one payment is joining once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlanId(String);

const LENGTH: usize = 20;

impl PlanId {
    /// The plan that this payment began.
    pub fn of(first: &PaymentKey) -> Self {
        let parts = ["plan", first.merchant.as_str(), first.order.as_str()];
        let mut text = BASE32_NOPAD.encode(&framed_digest(parts.map(str::as_bytes))).to_ascii_lowercase();
        text.truncate(LENGTH);
        Self(text)
    }

    /// # Errors
    /// [`IdError`] unless `text` is 20 lower-case characters of base32.
    pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
        let text = text.into();
        let base32 = |b: u8| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b);
        if text.len() == LENGTH && text.bytes().all(base32) { Ok(Self(text)) } else { Err(IdError("plan")) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Who claims the order of a period.
    pub fn origin_of(&self, period: u32) -> Origin {
        Origin::Renewal { plan: self.clone(), period }
    }
}

impl Plan {
    /// The one order under which a period is charged.
    pub fn order_of(&self, period: u32) -> PaymentKey {
        let parts = [self.merchant.as_str().as_bytes(), self.id.as_str().as_bytes(), &period.to_be_bytes()];
        PaymentKey::new(self.merchant.clone(), OrderId::derived("renewal", &parts))
    }

    /// The order of a period that is over or to come: that of the first payment, or [`Plan::order_of`].
    pub fn order_of_period(&self, period: u32) -> PaymentKey {
        match period {
            0 | 1 => PaymentKey::new(self.merchant.clone(), self.first_order.clone()),
            _ => self.order_of(period),
        }
    }

    /// The form that the `nth` try of a period is sent from: the same try sent again is the same form.
    pub fn nonce_of(&self, period: u32, nth: u16) -> Nonce {
        let (merchant, plan) = (self.merchant.as_str().as_bytes(), self.id.as_str().as_bytes());
        let digest = framed_digest([&b"renewal"[..], merchant, plan, &period.to_be_bytes(), &nth.to_be_bytes()]);
        let (head, _) = digest.split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
        Nonce::from_random(*head)
    }
}

text_id!(PlanId);
