//! What a form for new links is about to make: sent twice, it makes one.

use console::Refusal;
use domain::{LinkId, MerchantId};
use inbound::Sealed;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long a form for new links may stay open.
pub(crate) const FORM_LIFETIME: SignedDuration = SignedDuration::from_hours(12);

/// What a form for a new link is about to make.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Draft {
    pub(crate) merchant: MerchantId,
    pub(crate) link: LinkId,
    pub(crate) made_at: Timestamp,
}

impl Sealed for Draft {
    const PURPOSE: &'static str = "new link";
}

/// Draws the random bits of a link's name.
pub(crate) fn draw() -> Result<[u8; 16], Refusal> {
    Ok(inbound::random()?)
}
