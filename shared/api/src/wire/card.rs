//! Stored cards as they are answered: never their numbers.

use domain::{CardOwner, KeptCard, card::Unchargeable};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::value::{self, CardBody, instant};

/// A stored card.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "StoredCard")]
pub struct StoredCardBody {
    /// The buyer id of card-on-file whose card it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    /// The order whose card it is, where the shop names no buyer.
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<String>,
    /// What is shown of it.
    card: CardBody,
    /// Whether the merchant can charge it now.
    charges: Chargeable,
    /// When the buyer agreed to let it be kept.
    #[schemars(schema_with = "value::date_time")]
    agreed_at: String,
}

/// Whether a merchant can charge a stored card while its buyer is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Chargeable {
    /// It can.
    Possible,
    /// The buyer did not agree to that.
    NotAgreed,
    /// It has expired.
    Expired,
    /// It was never paid with.
    Unlinked,
    /// It was deleted by this request.
    Deleted,
}

impl StoredCardBody {
    /// Of a kept card, or of what is left of one.
    pub fn of(card: &KeptCard, now: Timestamp) -> Self {
        let charges = match card.chargeable(now) {
            Ok(()) => Chargeable::Possible,
            Err(Unchargeable::Gone) => Chargeable::Deleted,
            Err(Unchargeable::NotAgreed) => Chargeable::NotAgreed,
            Err(Unchargeable::Expired) => Chargeable::Expired,
            Err(Unchargeable::Unlinked) => Chargeable::Unlinked,
        };
        let (user, order) = match &card.owner {
            CardOwner::Buyer(user) => (Some(user.clone()), None),
            CardOwner::Order(order) => (None, Some(order.to_string())),
        };
        let agreed_at = instant(card.consent.at);
        Self { user, order, card: CardBody::of(&card.card), charges, agreed_at }
    }
}
