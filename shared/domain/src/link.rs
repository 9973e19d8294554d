//! Payment links: an address that opens a payment page without a shop's program.

use serde::{Deserialize, Serialize};

use crate::{LinkId, MerchantId, Yen};

/// A payment link of a merchant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Its short name in the address.
    pub id: LinkId,
    /// Whose it is.
    pub merchant: MerchantId,
    /// What is sold, as the page shows it.
    pub item: String,
    /// What is charged.
    pub amount: LinkAmount,
    /// How often it may be paid.
    pub uses: LinkUses,
    /// Whether it can be paid at all.
    pub active: bool,
}

/// What a link charges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkAmount {
    /// Always this.
    Fixed(Yen),
    /// What the shopper types, up to the merchant's limit.
    Open,
}

/// How often a link may be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkUses {
    /// Once: the link is the order.
    One,
    /// Any number of times: each opened page is an order of its own.
    Many,
}
