//! The test acquirer's JSON, as both sides speak it. Nothing here leaves this connector and its counterpart.
//!
//! Every request is a POST under `/v1/`, named as the operation; a day's list is `GET /v1/list?day=2026-11-21&after=0`. What was decided is answered with
//! 200 and an [`Answer`]; any other status means that the acquirer could not decide, or refused the question itself.

use std::fmt;

use domain::{
    Expiry, PaymentKey,
    acquirer::{Authentication, BrowserData, DeclineCode, Initiator, ThreeDsRequest},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::Entry;

/// The one currency (ISO 4217).
pub const CURRENCY: &str = "JPY";
/// How many entries one page of a list holds: about 12 KiB.
pub const PAGE: usize = 100;

/// `authorize`.
#[derive(Debug, Serialize, Deserialize)]
pub struct AuthorizeRequest {
    /// Our name for it, and its idempotency key.
    pub reference: String,
    /// Yen.
    pub amount: u32,
    /// ISO 4217.
    pub currency: String,
    /// Capture with the authorization.
    pub capture: bool,
    /// Who starts it.
    pub initiator: Initiator,
    /// The card was kept by the merchant's side, and not typed for this charge.
    #[serde(default)]
    pub on_file: bool,
    /// Keep the card and answer a token for it with an approval.
    #[serde(default)]
    pub keep: bool,
    /// How the payer is to be authenticated; none for what the merchant starts.
    #[serde(default)]
    pub three_ds: Option<ThreeDsRequest>,
    /// The network's transaction id of the first charge.
    #[serde(default)]
    pub network_id: Option<String>,
    /// The order, by the merchant's side's own name: it comes back in lists.
    #[serde(default)]
    pub order: Option<PaymentKey>,
    /// For 3-D Secure.
    pub browser: BrowserData,
    /// What is charged; last, so that a buffer that has to grow grows before the card is in it.
    pub instrument: Instrument,
}

/// What is charged.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Instrument {
    /// A card by its number.
    Card(Card),
    /// A card that the acquirer keeps.
    Token(TokenCard),
}

/// A card that the acquirer keeps, and the code that the shopper typed for it.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct TokenCard {
    /// The acquirer's name for it.
    pub token: String,
    /// The security code, if the shopper could be asked.
    pub code: Option<String>,
    /// The name on it.
    pub holder: String,
}

impl fmt::Debug for TokenCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenCard(…)")
    }
}

/// The card, on its way in a request's body and nowhere else. It is wiped when dropped.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct Card {
    /// The digits.
    pub number: String,
    /// `MM/YY`.
    pub expiry: String,
    /// The security code, if the shopper could be asked.
    pub code: Option<String>,
    /// The name on it.
    pub holder: String,
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Card(…)")
    }
}

/// `refresh`: whether the issuer gave a kept card a new date or number.
#[derive(Debug, Serialize, Deserialize)]
pub struct RefreshRequest {
    /// The card as it was kept.
    pub instrument: Instrument,
}

/// The answer to that.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum RefreshAnswer {
    /// It did.
    Refreshed(RefreshedCard),
    /// It did not.
    Unchanged,
}

/// What the issuer gave a card, on its way in an answer's body and nowhere else. It is wiped when dropped.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct RefreshedCard {
    /// The digits, where they are others.
    #[serde(default)]
    pub number: Option<String>,
    /// Good through.
    #[zeroize(skip)]
    pub expiry: Expiry,
}

impl fmt::Debug for RefreshedCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshedCard(…)")
    }
}

/// `capture`, `refund` and `adjust`; `void` without an amount.
#[derive(Debug, Serialize, Deserialize)]
pub struct OperationRequest {
    /// Our name for this operation, and its idempotency key.
    pub reference: String,
    /// The authorization it is about.
    pub original: String,
    /// Yen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<u32>,
    /// ISO 4217.
    pub currency: String,
}

/// `finish-challenge`, `inquire` and `reverse`, about an authorization; `inquire-operation` and `withdraw`, about any other operation.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReferenceRequest {
    /// What is asked about, undone or forbidden.
    pub reference: String,
}

/// What was decided, with what it was decided about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The reference of the request.
    pub reference: String,
    /// Yen concerned; 0 where none is.
    pub amount: u64,
    /// ISO 4217.
    pub currency: String,
    /// The decision.
    pub verdict: Verdict,
}

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Verdict {
    /// Authorized.
    Approved {
        /// The acquirer's own number for it.
        id: String,
        /// The network's transaction id.
        network_id: Option<String>,
        /// When it stops being good, unless captured.
        valid_until: Option<Timestamp>,
        /// Captured with the authorization.
        captured: bool,
        /// What 3-D Secure came to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        authentication: Option<Authentication>,
        /// The token of the card, where it was to be kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
    },
    /// Refused.
    Declined {
        /// In the vocabulary of the field.
        code: DeclineCode,
        /// The network's response code.
        network_code: Option<String>,
        /// The network's advice code.
        advice_code: Option<String>,
        /// What 3-D Secure came to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        authentication: Option<Authentication>,
    },
    /// The payer must go to the issuer first.
    ChallengeRequired {
        /// The issuer's page.
        address: String,
        /// The challenge request for its form.
        request: String,
    },
    /// A capture, void, refund or adjustment is done.
    Done,
    /// The authorization stands no more.
    Reversed,
    /// The reference was never seen.
    NotFound,
    /// Nothing is held, and nothing ever will be.
    Tombstoned,
    /// Nothing is held now.
    NothingHeld,
    /// This acquirer has no such operation: nothing was done, and the reference is as if it had never been used.
    NotSupported,
}

/// One page of a day's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// In order.
    pub entries: Vec<Entry>,
    /// Where the next page starts; none after the last.
    pub next: Option<usize>,
}
