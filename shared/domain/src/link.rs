//! Payment links: an address that opens a payment page without a shop's program.

pub mod mail_file;
mod standing;
mod terms;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Lang, LinkId, MerchantId, Nonce, OrderId, PaymentKey, Yen, merchant::DestinationNumber, recurring::offer::OfferId,
};

pub use standing::{Closed, LinkState};
pub use terms::{MAX_TERM, Terms, TermsHash, TermsShown};

/// A payment link of a merchant. What it asks for never changes: a shopper may have it already. Its version counts what befalls it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Its short name in the address.
    pub id: LinkId,
    /// Whose it is.
    pub merchant: MerchantId,
    /// Counts writes; every update is conditional on it.
    #[serde(default = "first")]
    pub version: u32,
    /// What is sold, as the page shows it.
    pub item: String,
    /// What is charged.
    pub amount: LinkAmount,
    /// How often it may be paid.
    pub uses: LinkUses,
    /// The legal items of the offer. None: made without them.
    #[serde(default)]
    pub terms: Option<Terms>,
    /// The offer of a regular purchase that it begins. None: it is paid once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<OfferId>,
    /// The free items that a payment of it begins with.
    #[serde(default)]
    pub free: [String; 3],
    /// Where the shopper goes after the payment.
    #[serde(default)]
    pub destination: DestinationNumber,
    /// When it was made. Links of before there were lists say nothing of it: they are the oldest.
    #[serde(default)]
    pub made_at: Timestamp,
    /// Until when it can be paid. None: for good.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// When its merchant revoked it.
    #[serde(default)]
    pub revoked_at: Option<Timestamp>,
    /// Whom it was made for, where it goes by mail (決済メール). Such a link is paid once.
    #[serde(default)]
    pub buyer: Option<Buyer>,
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

/// Whom a payment mail goes to, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Buyer {
    /// The name in the mail.
    pub name: String,
    /// The mail address.
    pub mail: String,
    /// The merchant's own number for the order (伝票番号). None: one of ours.
    pub order: Option<OrderId>,
    /// What the merchant adds to the mail, line by line.
    #[serde(default)]
    pub message: String,
    /// The language of mail and page.
    pub lang: Lang,
    /// The buyer came by telephone (売上形態 2). Recorded; the page is responsive anyway.
    #[serde(default)]
    pub mobile: bool,
    /// How far the mail is.
    pub sending: Sending,
}

/// How far a payment mail is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sending {
    /// Nobody asked for it to be sent.
    Unsent,
    /// It is to be sent.
    Asked {
        /// Counts the mails of this link.
        nth: u16,
        /// When that was asked for.
        at: Timestamp,
    },
    /// It was handed over to be delivered.
    Sent {
        /// Counts the mails of this link.
        nth: u16,
        /// When.
        at: Timestamp,
    },
}

const fn first() -> u32 {
    1
}

impl Link {
    /// A link that asks for this and nothing more.
    pub fn new(
        id: LinkId,
        merchant: MerchantId,
        item: impl Into<String>,
        amount: LinkAmount,
        uses: LinkUses,
        made_at: Timestamp,
    ) -> Self {
        Self {
            id,
            merchant,
            version: first(),
            item: item.into(),
            amount,
            uses,
            terms: None,
            offer: None,
            free: Default::default(),
            destination: DestinationNumber::One,
            made_at,
            expires_at: None,
            revoked_at: None,
            buyer: None,
        }
    }

    /// The order of one opening of the link, whose form is sealed with `nonce`: of a link that is paid once always the same.
    pub fn order(&self, nonce: &Nonce) -> OrderId {
        let (id, owner) = (self.id.as_str().as_bytes(), self.merchant.as_str().as_bytes());
        self.sole_order().map_or_else(
            || OrderId::derived("many-use link", &[owner, id, nonce.as_bytes()]),
            |PaymentKey { order, .. }| order,
        )
    }

    /// The one order of a link that is paid once.
    pub fn sole_order(&self) -> Option<PaymentKey> {
        let own = self.buyer.as_ref().and_then(|buyer| buyer.order.clone());
        let derived = || {
            let (id, owner) = (self.id.as_str().as_bytes(), self.merchant.as_str().as_bytes());
            OrderId::derived("one-use link", &[owner, id])
        };
        match self.uses {
            LinkUses::One => Some(PaymentKey::new(self.merchant.clone(), own.unwrap_or_else(derived))),
            LinkUses::Many => None,
        }
    }

    /// Whether both ask a shopper for the same, whatever befell them since.
    pub fn asks_as(&self, other: &Self) -> bool {
        let asked = |link: &Self| Self {
            id: other.id.clone(),
            version: first(),
            made_at: Timestamp::UNIX_EPOCH,
            expires_at: None,
            revoked_at: None,
            buyer: link.buyer.clone().map(|buyer| Buyer { sending: Sending::Unsent, ..buyer }),
            ..link.clone()
        };
        asked(self) == asked(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_of_before_is_still_one() {
        let before =
            r#"{"id":"demo","merchant":"4000","item":"デモ商品","amount":{"fixed":2000},"uses":"many","active":true}"#;
        let link: Link = serde_json::from_str(before).unwrap();
        assert_eq!(
            link,
            Link::new(
                LinkId::new("demo").unwrap(),
                MerchantId::new("4000").unwrap(),
                "デモ商品",
                LinkAmount::Fixed(Yen::new(2000).unwrap()),
                LinkUses::Many,
                Timestamp::UNIX_EPOCH,
            )
        );
        assert_eq!(serde_json::from_str::<Link>(&serde_json::to_string(&link).unwrap()).unwrap(), link);
    }

    #[test]
    fn a_one_use_link_is_its_own_order_and_a_many_use_link_one_for_each_page() {
        let [a, b] = [1, 2].map(|byte| Nonce::from_random([byte; 16]));
        let link = |uses| {
            let merchant = MerchantId::new("4000").unwrap();
            Link::new(LinkId::new("x").unwrap(), merchant, "x", LinkAmount::Open, uses, Timestamp::UNIX_EPOCH)
        };
        let (one, many) = (link(LinkUses::One), link(LinkUses::Many));
        assert_eq!(one.order(&a), one.order(&b));
        assert_eq!(Some(one.order(&a)), one.sole_order().map(|key| key.order));
        assert_ne!(many.order(&a), many.order(&b));
        assert_eq!(many.sole_order(), None);
        for order in [one.order(&a), many.order(&a)] {
            assert!(order.as_str().len() == 18 && order.as_str().starts_with('9'), "{order}: from our own range");
        }
    }
}
