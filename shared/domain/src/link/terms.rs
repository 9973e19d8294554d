//! The legal items of an offer (特定商取引法 12条の6), and the proof of what a shopper was shown of them.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::id::IdError;

/// The longest legal item, in characters (ours).
pub const MAX_TERM: usize = 500;

/// What the final screen of an order says besides item, amount and means of payment (Act on Specified Commercial Transactions, 12-6).
/// The deadline of the offer is the link's own. An empty text is not shown.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Terms {
    /// How many (分量).
    pub quantity: String,
    /// What the total holds besides the price: postage, fees (送料など).
    pub shipping: String,
    /// When it is paid (支払時期).
    pub payment_time: String,
    /// When it is delivered or begins (引渡・提供の時期).
    pub delivery: String,
    /// How it can be cancelled or returned (申込みの撤回・解除).
    pub withdrawal: String,
}

/// SHA-256 of the text that a shopper was shown.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TermsHash([u8; 32]);

/// What a shopper was shown: it is kept with the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsShown {
    /// Version of the wording around the merchant's own texts.
    #[serde(rename = "v")]
    pub version: u16,
    /// Of the whole text.
    #[serde(rename = "h")]
    pub hash: TermsHash,
    /// When the page was made.
    #[serde(rename = "t", with = "jiff::fmt::serde::timestamp::second::required")]
    pub at: Timestamp,
}

impl TermsShown {
    /// Of this text.
    pub fn of(version: u16, text: &str, at: Timestamp) -> Self {
        Self { version, hash: TermsHash(Sha256::digest(text.as_bytes()).into()), at }
    }
}

impl TryFrom<String> for TermsHash {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or(IdError("hash"))
    }
}

impl From<TermsHash> for String {
    fn from(hash: TermsHash) -> Self {
        BASE64URL_NOPAD.encode(&hash.0)
    }
}

impl fmt::Display for TermsHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64URL_NOPAD.encode(&self.0))
    }
}

impl fmt::Debug for TermsHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_shown_reads_back_and_tells_texts_apart() {
        let at = Timestamp::from_second(1_763_720_400).unwrap();
        let shown = TermsShown::of(1, "数量: 1個", at);
        let json = serde_json::to_string(&shown).unwrap();
        assert_eq!(json.len(), 72, "it stands in every payment of a link: {json}");
        assert_eq!(serde_json::from_str::<TermsShown>(&json).unwrap(), shown);
        assert_ne!(shown.hash, TermsShown::of(1, "数量: 2個", at).hash);
        assert!(TermsHash::try_from("abc".to_owned()).is_err());
    }
}
