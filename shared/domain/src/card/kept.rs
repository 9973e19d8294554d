//! A card that a buyer let a merchant keep (card-on-file): whose it is, what may be done with it, how its number is held.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::MaskedCard;
use crate::{CardId, Fingerprint, Lang, MerchantId, OrderId, Payment, clock::japan_date, id::IdError};

/// Whose card it is. A buyer has one card, the one kept last; an order without a buyer has its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardOwner {
    /// The buyer id of card-on-file, byte for byte: another case is another buyer.
    #[serde(rename = "u")]
    Buyer(String),
    /// The order it was kept with, where the merchant continues payments and the shop names no buyer.
    #[serde(rename = "o")]
    Order(OrderId),
}

impl CardOwner {
    /// The order that the card was kept with. None: it is a buyer's.
    pub const fn order(&self) -> Option<&OrderId> {
        match self {
            Self::Order(order) => Some(order),
            Self::Buyer(_) => None,
        }
    }
}

/// How a kept card's number is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldNumber {
    /// Sealed by us under a data key.
    #[serde(rename = "s")]
    Sealed {
        /// The data key: a month, `2026-11`, and a letter for each further key of that month.
        #[serde(rename = "k")]
        data_key: DataKeyId,
        /// Nonce, ciphertext and tag, base64url.
        #[serde(rename = "b")]
        sealed: String,
    },
    /// Held by the acquirer, which gave us this token. It opens nothing anywhere else.
    #[serde(rename = "t")]
    Token(String),
}

/// Names a data key: the month it was made for, and a letter where a month has more than one. Sorts by age.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DataKeyId(String);

/// What the buyer agreed to when the card was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// What may be done with it.
    #[serde(rename = "s")]
    pub scope: ConsentScope,
    /// Version of the text that was agreed to (`words::KEEP_TERMS`).
    #[serde(rename = "v")]
    pub terms: u16,
    /// When, in seconds.
    #[serde(rename = "t", with = "jiff::fmt::serde::timestamp::second::required")]
    pub at: Timestamp,
    /// The address it came from, as the gateway saw it.
    #[serde(rename = "a")]
    pub address: String,
}

/// What may be done with a kept card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentScope {
    /// The buyer pays with it again.
    #[serde(rename = "r")]
    Recall,
    /// The merchant charges it by an agreed rule of amount and time. An order's own card, without a buyer, has this alone.
    #[serde(rename = "m")]
    MerchantInitiated,
    /// Both.
    #[serde(rename = "b")]
    Both,
}

/// Why a merchant may not charge a kept card while its buyer is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unchargeable {
    /// The buyer deleted it.
    Gone,
    /// The buyer did not agree to that.
    NotAgreed,
    /// The month on it is over.
    Expired,
    /// It was kept without a payment, so no network knows that it may be charged so.
    Unlinked,
}

/// A kept card, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptCard {
    /// The merchant that may charge it.
    pub merchant: MerchantId,
    /// Whose it is.
    pub owner: CardOwner,
    /// Which card.
    pub id: CardId,
    /// Counts writes; every update is conditional on it.
    pub version: u32,
    /// What may be shown of it.
    pub card: MaskedCard,
    /// The name on it.
    pub holder: String,
    /// Its number. None after the buyer deleted it: the rest stays for the mail about that, and for a month.
    pub number: Option<HeldNumber>,
    /// Finds the same number again. None where the keys did not open when it was kept.
    pub fingerprint: Option<Fingerprint>,
    /// What the buyer agreed to.
    pub consent: Consent,
    /// The network's transaction id of the payment it was kept with, for merchant-initiated charges.
    pub network_id: Option<String>,
    /// The order it was kept with.
    pub order: OrderId,
    /// Where mails about it go.
    pub mail: String,
    /// Their language.
    pub lang: Lang,
}

impl KeptCard {
    /// Whether the buyer may pay with it.
    pub fn recalls(&self) -> bool {
        self.number.is_some() && self.consent.scope.recalls()
    }

    /// Whether this is the card that a payment tried last.
    pub fn was_tried_by(&self, payment: &Payment) -> bool {
        match (payment.fingerprint, self.fingerprint) {
            (Some(tried), Some(kept)) => tried == kept,
            (Some(_) | None, _) => payment.card_id == Some(self.id),
        }
    }

    /// Whether its buyer agreed that the merchant charges it, and its number is there.
    pub fn merchant_may_charge(&self) -> bool {
        self.number.is_some() && self.consent.scope.merchant_may_charge()
    }

    /// Whether the month on it is over in Japan.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.card.expiry.is_over(japan_date(now))
    }

    /// Whether the buyer can pay with it now.
    pub fn pays(&self, now: Timestamp) -> bool {
        self.recalls() && !self.has_expired(now)
    }

    /// Whether the merchant may charge it now, while the buyer is not there.
    ///
    /// # Errors
    /// [`Unchargeable`].
    pub fn chargeable(&self, now: Timestamp) -> Result<(), Unchargeable> {
        if self.number.is_none() {
            return Err(Unchargeable::Gone);
        }
        if !self.consent.scope.merchant_may_charge() {
            return Err(Unchargeable::NotAgreed);
        }
        if self.has_expired(now) {
            return Err(Unchargeable::Expired);
        }
        if self.network_id.is_none() { Err(Unchargeable::Unlinked) } else { Ok(()) }
    }

    /// What a sealed number is bound to, so that no two sealed numbers can be exchanged: format, merchant, owner, card, framed.
    pub fn binding(&self) -> Vec<u8> {
        let (kind, owner) = match &self.owner {
            CardOwner::Buyer(user) => ("buyer", user.as_str()),
            CardOwner::Order(order) => ("order", order.as_str()),
        };
        let id = self.id.to_string();
        let mut bound = b"kessai card 1".to_vec();
        for part in [self.merchant.as_str(), kind, owner, id.as_str()] {
            bound.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            bound.extend_from_slice(part.as_bytes());
        }
        bound
    }
}

impl ConsentScope {
    /// The buyer may pay with it.
    pub const fn recalls(self) -> bool {
        match self {
            Self::Recall | Self::Both => true,
            Self::MerchantInitiated => false,
        }
    }

    /// Both what this and what `other` allows.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Recall, Self::Recall) => Self::Recall,
            (Self::MerchantInitiated, Self::MerchantInitiated) => Self::MerchantInitiated,
            (Self::Recall | Self::MerchantInitiated | Self::Both, _) => Self::Both,
        }
    }

    /// The merchant may charge it.
    pub const fn merchant_may_charge(self) -> bool {
        match self {
            Self::MerchantInitiated | Self::Both => true,
            Self::Recall => false,
        }
    }
}

const WRONG: IdError = IdError("data key");

impl DataKeyId {
    /// The first key of `month` (`2026-11`), or a further one with a letter (`2026-11b`).
    ///
    /// # Errors
    /// [`IdError`] unless it has that form.
    pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
        let text = text.into();
        let (month, letter) = text.split_at_checked(7).ok_or(WRONG)?;
        let fits = month.bytes().enumerate().all(|(place, b)| if place == 4 { b == b'-' } else { b.is_ascii_digit() });
        let further = letter.is_empty() || (letter.len() == 1 && letter.bytes().all(|b| b.is_ascii_lowercase()));
        if fits && further { Ok(Self(text)) } else { Err(WRONG) }
    }

    /// As it stands in records.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DataKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
