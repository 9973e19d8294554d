//! Identities: what names a merchant, an order, a payment and an operation at the acquirer.

use std::fmt;

use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Text that does not name what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {0}")]
pub struct IdError(pub(crate) &'static str);

/// A merchant number (`admin`): 1 to 10 ASCII digits, kept as text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MerchantId(String);

impl MerchantId {
    /// # Errors
    /// [`IdError`] unless `text` is 1 to 10 ASCII digits.
    pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
        let text = text.into();
        let valid = (1..=10).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if valid { Ok(Self(text)) } else { Err(IdError("merchant number")) }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A slip or order number (`charge`): 1 to 40 of `[A-Za-z0-9_-]`, kept as text because leading zeros matter.
///
/// What a dialect allows a shop to send is narrower; see the request rules.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrderId(String);

impl OrderId {
    /// # Errors
    /// [`IdError`] unless `text` is 1 to 40 of `[A-Za-z0-9_-]`.
    pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
        let text = text.into();
        let valid =
            (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if valid { Ok(Self(text)) } else { Err(IdError("order number")) }
    }

    /// An order number of ours: 18 digits that start with 9, a range no shop may send (spec: reserved range).
    ///
    /// It is derived from what it belongs to, so that a repeat finds itself. `parts` are framed by length, so no two lists share a number by their joints.
    pub fn derived(purpose: &str, parts: &[&[u8]]) -> Self {
        let digest = framed_digest(std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()));
        let number = leading_u64(&digest) % 100_000_000_000_000_000;
        Self(format!("9{number:017}"))
    }

    /// Reads one of ours. None: it is not in our range.
    pub fn ours(text: &str) -> Option<Self> {
        let is_ours = text.len() == 18 && text.starts_with('9') && text.bytes().all(|b| b.is_ascii_digit());
        is_ours.then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A payment link's short name in its address: 1 to 32 of `[A-Za-z0-9_-]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LinkId(String);

impl LinkId {
    /// # Errors
    /// [`IdError`] unless `text` is 1 to 32 of `[A-Za-z0-9_-]`.
    pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
        let text = text.into();
        let valid =
            (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if valid { Ok(Self(text)) } else { Err(IdError("link")) }
    }

    /// A name that nobody guesses: the 128 random bits that the caller drew, in 26 characters of which none looks like another
    /// (Crockford's base 32, in lower case).
    pub fn from_random(bytes: [u8; 16]) -> Self {
        const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        let number = u128::from_be_bytes(bytes);
        let digit = |place: u32| {
            let value = number.checked_shr(place.saturating_mul(5)).unwrap_or(0) & 31;
            let digit = usize::try_from(value).ok().and_then(|value| DIGITS.get(value));
            digit.map_or('0', |digit| char::from(*digit))
        };
        Self((0..26).rev().map(digit).collect())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who did something: an opaque name of 1 to 24 of `[A-Za-z0-9_-]`, never a mail address. It stands in payments, which people outside may come to see.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ActorId(String);

impl ActorId {
    /// # Errors
    /// [`IdError`] unless `text` is 1 to 24 of `[A-Za-z0-9_-]`.
    pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
        let text = text.into();
        let valid =
            (1..=24).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if valid { Ok(Self(text)) } else { Err(IdError("actor")) }
    }

    /// Somebody at the console.
    pub fn user(id: &crate::account::UserId) -> Self {
        Self(id.as_str().to_owned())
    }

    /// A merchant's server, by the key that it showed.
    pub fn api_key(id: &crate::api::KeyId) -> Self {
        Self(format!("api-{id}"))
    }

    /// The key of the JSON API that acted. None: somebody else did.
    pub fn as_api_key(&self) -> Option<crate::api::KeyId> {
        self.0.strip_prefix("api-").and_then(|id| crate::api::KeyId::new(id).ok())
    }

    /// The system itself, where no person acted.
    pub fn system() -> Self {
        Self("kessai".to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Reading and showing of a name that is a text which its `new` has looked at.
macro_rules! text_id {
    ($($name:ident),*) => {$(
        impl TryFrom<String> for $name {
            type Error = $crate::IdError;
            fn try_from(text: String) -> Result<Self, $crate::IdError> {
                Self::new(text)
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}
pub(crate) use text_id;

text_id!(MerchantId, OrderId, LinkId, ActorId);

/// A payment's identity: one order of one merchant is one payment, whatever interface it came by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PaymentKey {
    /// Whose order it is.
    pub merchant: MerchantId,
    /// The merchant's number for it.
    pub order: OrderId,
}

impl PaymentKey {
    /// Joins the two halves.
    pub fn new(merchant: MerchantId, order: OrderId) -> Self {
        Self { merchant, order }
    }

    /// Our reference at the acquirer for operation `n` of this payment.
    ///
    /// No secret is in it, so no key rotation can open a paid order again.
    pub fn reference(&self, n: u32) -> Reference {
        let mut text = BASE32_NOPAD.encode(&self.digest());
        text.truncate(20);
        Reference(format!("{text}-{n}"))
    }

    /// Which of the 16 shards of a due minute this payment is filed under.
    pub fn shard(&self) -> u8 {
        self.digest()[31] % 16
    }

    /// The public payment number: 13 digits of the intent's millisecond and 5 from the key.
    pub fn number(&self, intent_at: Timestamp) -> PaymentNumber {
        let tail = leading_u64(&self.digest()) % 100_000;
        let millisecond = intent_at.as_millisecond().clamp(0, 9_999_999_999_999);
        PaymentNumber(format!("{millisecond:013}{tail:05}"))
    }

    /// The name that events of a payment go by: its number, and what tells apart two orders that share one because they began in the same millisecond.
    pub fn event_name(&self, intent_at: Timestamp) -> String {
        let rest = leading_u64(&self.digest()) / 100_000 % 10_000_000_000;
        format!("{}-{rest:010}", self.number(intent_at))
    }

    fn digest(&self) -> [u8; 32] {
        framed_digest([self.merchant.0.as_bytes(), self.order.0.as_bytes()])
    }
}

impl fmt::Display for PaymentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.merchant, self.order)
    }
}

/// SHA-256 over parts, each preceded by its length, so that no two lists share a digest by their joints.
pub(crate) fn framed_digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

pub(crate) fn leading_u64(digest: &[u8; 32]) -> u64 {
    let (head, _) = digest.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
    u64::from_be_bytes(*head)
}

/// Our name for one money-moving operation at the acquirer, and its idempotency key there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference(String);

impl Reference {
    /// # Errors
    /// [`IdError`] unless `text` is 20 characters of base32, `-` and a number.
    pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
        let text = text.into();
        let valid = text.split_once('-').is_some_and(|(head, n)| {
            head.len() == 20
                && head.bytes().all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b))
                && n.parse::<u32>().is_ok()
        });
        if valid { Ok(Self(text)) } else { Err(IdError("reference")) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
text_id!(Reference);

/// The payment number that people and shops see: 18 digits. It opens nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PaymentNumber(String);

impl PaymentNumber {
    /// # Errors
    /// [`IdError`] unless `text` is 18 ASCII digits.
    pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
        let text = text.into();
        let valid = text.len() == 18 && text.bytes().all(|b| b.is_ascii_digit());
        if valid { Ok(Self(text)) } else { Err(IdError("payment number")) }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
text_id!(PaymentNumber);

macro_rules! random_id {
    ($(#[$doc:meta] $name:ident, $len:literal, $what:literal;)*) => {$(
        #[$doc]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name([u8; $len]);

        impl $name {
            /// From random bytes that the caller drew.
            pub const fn from_random(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }

            /// The bytes.
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok().and_then(|b| b.try_into().ok());
                bytes.map(Self).ok_or(IdError($what))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                BASE64URL_NOPAD.encode(&id.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&BASE64URL_NOPAD.encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )*};
}

random_id! {
    /// One rendering of a payment form: a second submit of the same rendering carries the same nonce.
    Nonce, 16, "nonce";
    /// One invocation's hold on a payment: who writes a result must still hold it.
    LeaseId, 8, "lease";
    /// Which kept card: drawn anew each time a card is kept, so that an old right never reaches a new card.
    CardId, 8, "card";
    /// The same for the same card number, and for no other: an HMAC-SHA256 under the installation's fingerprint key, truncated.
    Fingerprint, 16, "fingerprint";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(merchant: &str, order: &str) -> PaymentKey {
        PaymentKey::new(MerchantId::new(merchant).unwrap(), OrderId::new(order).unwrap())
    }

    #[test]
    fn a_reference_is_stable_and_names_its_operation() {
        let first = key("4000", "100").reference(1);
        assert_eq!(first, key("4000", "100").reference(1));
        assert_ne!(first, key("4000", "100").reference(2));
        assert_ne!(first, key("400", "0100").reference(1), "the joint of merchant and order is framed");
        assert_eq!(first.as_str().len(), 22);
        assert_eq!(Reference::new(first.as_str()), Ok(first));
    }

    #[test]
    fn a_payment_number_is_18_digits() {
        let at = Timestamp::from_millisecond(1_763_720_400_123).unwrap();
        let number = key("4000", "100").number(at);
        assert!(number.as_str().starts_with("1763720400123"));
        assert!(PaymentNumber::new(number.as_str()).is_ok());
    }

    #[test]
    fn an_order_number_of_ours_stays_in_our_range() {
        let order = OrderId::derived("link", &[b"4000", b"demo"]);
        assert_eq!(order.as_str().len(), 18);
        assert!(order.as_str().starts_with('9'));
        assert_ne!(order, OrderId::derived("link", &[b"4000d", b"emo"]));
    }

    #[test]
    fn a_drawn_links_name_keeps_every_bit() {
        assert_eq!(LinkId::from_random([0; 16]).as_str(), "0".repeat(26));
        assert_eq!(LinkId::from_random([0xff; 16]).as_str(), format!("7{}", "z".repeat(25)));
        let mut names = std::collections::BTreeSet::new();
        for bit in 0..128 {
            let name = LinkId::from_random((1_u128 << bit).to_be_bytes());
            assert!(!name.as_str().contains(['i', 'l', 'o', 'u']) && LinkId::new(name.as_str()).is_ok());
            names.insert(name);
        }
        assert_eq!(names.len(), 128);
    }

    #[test]
    fn leading_zeros_make_another_order() {
        assert_ne!(key("4000", "7"), key("4000", "007"));
        for bad in ["", "a b", "注文", &"1".repeat(41), "1.0"] {
            assert!(OrderId::new(bad).is_err(), "{bad:?}");
        }
        for bad in ["", "12345678901", "12a", "１２"] {
            assert!(MerchantId::new(bad).is_err(), "{bad:?}");
        }
    }
}
