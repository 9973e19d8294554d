//! A challenge of a payer: what is kept of it, without the card, and the address of its page, which names the authorization and can't be guessed.

use data_encoding::BASE64URL_NOPAD;
use domain::{
    Lang, Reference,
    acquirer::{ThreeDsRequest, TransStatus, Unavailable},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use outbound::acquirer::wire::{AuthorizeRequest, Verdict};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::{cards::Manner, three_ds};

/// How long the issuer waits for its payer.
const PATIENCE: SignedDuration = SignedDuration::from_mins(15);
/// Where the issuer's pages are, under the acquirer's base address.
pub(crate) const PLACE: &str = "/acs/";

/// A challenge of a payer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Challenge {
    /// The issuer's page.
    pub(crate) address: String,
    /// Where the payer goes back to.
    pub(crate) return_address: String,
    /// The browser's language, if the merchant's page could tell.
    pub(crate) lang: Option<Lang>,
    /// When the issuer stops waiting.
    pub(crate) expires: Timestamp,
    /// What follows if the issuer can't authenticate.
    pub(crate) unavailable: Unavailable,
    /// The payer's choice; the first stays.
    pub(crate) answer: Option<Answer>,
}

/// What the payer chose, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) choice: Choice,
    pub(crate) at: Timestamp,
}

/// What a payer can do on the issuer's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Choice {
    /// Proves to be the cardholder.
    Pass,
    /// Does not.
    Fail,
    /// Turns away.
    Cancel,
}

impl Challenge {
    pub(crate) fn new(address: String, asked: &ThreeDsRequest, request: &AuthorizeRequest, now: Timestamp) -> Self {
        Self {
            address,
            return_address: asked.return_address.clone(),
            lang: request.browser.language.as_deref().and_then(Lang::accepted),
            expires: now.saturating_add(PATIENCE).unwrap_or(Timestamp::MAX),
            unavailable: asked.unavailable,
            answer: None,
        }
    }

    pub(crate) fn verdict(&self, reference: &Reference) -> Verdict {
        Verdict::ChallengeRequired { address: self.address.clone(), request: three_ds::challenge_request(reference) }
    }

    /// The payer did not come in time.
    pub(crate) fn expired(&self, now: Timestamp) -> bool {
        self.answer.is_none() && now >= self.expires
    }
}

impl Choice {
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        match text {
            b"pass" => Some(Self::Pass),
            b"fail" => Some(Self::Fail),
            b"cancel" => Some(Self::Cancel),
            _ => None,
        }
    }

    /// What it makes of a card's authentication.
    pub(crate) const fn status(self, manner: Option<Manner>) -> TransStatus {
        match (self, manner) {
            (Self::Pass, Some(Manner::ChallengedThenUnavailable)) => TransStatus::U,
            (Self::Pass, _) => TransStatus::Y,
            (Self::Fail | Self::Cancel, _) => TransStatus::N,
        }
    }
}

/// The name of an authorization's page: its reference and a proof that only the acquirer can make.
pub(crate) fn page_name(secret: &str, reference: &Reference) -> String {
    format!("{reference}.{}", BASE64URL_NOPAD.encode(&proof(secret, reference)))
}

/// The authorization that a page's name stands for.
pub(crate) fn named(secret: &str, name: &str) -> Option<Reference> {
    let (reference, given) = name.split_once('.')?;
    let reference = Reference::new(reference).ok()?;
    let given = BASE64URL_NOPAD.decode(given.as_bytes()).ok()?;
    let same = !secret.is_empty() && bool::from(given.ct_eq(&proof(secret, &reference)));
    same.then_some(reference)
}

/// 256 bits under the bearer token: who doesn't know it finds no page, and a repeat finds the same.
fn proof(secret: &str, reference: &Reference) -> [u8; 32] {
    // Never fails: HMAC takes keys of any length (RFC 2104, 2).
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return [0; 32] };
    mac.update(b"challenge page\n");
    mac.update(reference.as_str().as_bytes());
    mac.finalize().into_bytes().into()
}
