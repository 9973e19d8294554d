//! A payment in a list: what the columns of `spec/1` section 7 need, and nothing else.

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;

use super::{Status, folded};
use crate::{MaskedCard, MerchantId, Payment, PaymentKey, PaymentNumber, Yen, id::framed_digest, payment::Interface};

/// A payment in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which one.
    pub key: PaymentKey,
    /// The payment's version that it was made from.
    pub version: u32,
    /// When this visit's first attempt was made: lists are ordered by it.
    pub at: Timestamp,
    /// What it is about now: what is held or taken or was let go, else what was ordered.
    pub amount: Yen,
    /// Yen that were given back.
    pub refunded: u32,
    /// How it stands.
    pub status: Status,
    /// How it came.
    pub interface: Interface,
    /// The free items.
    pub free: [String; 3],
    /// The buyer's mail address.
    pub mail: String,
    /// The name on the card.
    pub holder: String,
    /// The buyer id of card-on-file.
    pub user: String,
    /// The card of the last attempt.
    pub card: Option<MaskedCard>,
}

impl Row {
    /// The row of a payment.
    pub fn of(payment: &Payment) -> Self {
        Self {
            key: payment.key.clone(),
            version: payment.version,
            at: payment.opened_at,
            amount: payment.amount_now(),
            refunded: payment.refunded(),
            status: Status::of(payment),
            interface: payment.interface,
            free: payment.details.free.clone(),
            mail: payment.details.mail.clone(),
            holder: payment.holder.clone(),
            user: payment.details.user.clone(),
            card: payment.card.clone(),
        }
    }

    /// The number that people and shops see.
    pub fn number(&self) -> PaymentNumber {
        self.key.number(self.at)
    }
}

/// A mail address or buyer id as a key: a digest, so that a key that turns up in a log or a metric names nobody.
///
/// It is no secret against somebody who has an address and asks whether it is here: whoever reads the table reads the address beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchKey(String);

impl SearchKey {
    /// The key of a mail address at a merchant; how it was typed makes no difference.
    pub fn of_mail(merchant: &MerchantId, mail: &str) -> Self {
        Self::new("mail", merchant, &folded(mail))
    }

    /// The key of a buyer id, which is case-sensitive.
    pub fn of_user(merchant: &MerchantId, user: &str) -> Self {
        Self::new("user", merchant, user)
    }

    fn new(what: &str, merchant: &MerchantId, text: &str) -> Self {
        let digest = framed_digest([what.as_bytes(), merchant.as_str().as_bytes(), text.as_bytes()]);
        Self(BASE64URL_NOPAD.encode(digest.get(..16).unwrap_or_default()))
    }

    /// 22 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
