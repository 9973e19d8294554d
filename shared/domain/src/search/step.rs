//! A step of a payment's history: one version of it, as far as people look at it later.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Effect, Status, effects, sums};
use crate::{
    MaskedCard, Payment, State, Yen,
    acquirer::{Authentication, DeclineCode},
    payment::{Failure, Reader, Tidings},
};

/// One version of a payment. Short names, because all steps of a payment stand in one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The payment's version.
    #[serde(rename = "v")]
    pub version: u32,
    /// When it was recorded, to the second.
    #[serde(rename = "t", with = "jiff::fmt::serde::timestamp::second::required")]
    pub at: Timestamp,
    /// How it stood then.
    #[serde(rename = "s")]
    pub status: Status,
    /// The last operation at the acquirer.
    #[serde(rename = "n")]
    pub n: u32,
    /// How much.
    #[serde(rename = "a")]
    pub amount: Yen,
    /// The card of the attempt that begins with this step.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub card: Option<MaskedCard>,
    /// Why it was declined.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub decline: Option<DeclineCode>,
    /// Why it failed, or is being undone.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// What 3-D Secure came to.
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    pub authentication: Option<Authentication>,
    /// What it added to the sums of days.
    #[serde(rename = "e", default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<Effect>,
}

impl Step {
    /// The step that a record of the stream tells. None: only what is due was moved.
    pub fn of(old: Option<&Payment>, new: &Payment, at: Timestamp) -> Option<Self> {
        let moved = old.is_none_or(|old| old.version != new.version);
        moved.then(|| Self::new(new, at, effects(old, new, at)))
    }

    /// The step that a rebuild makes where a payment's own was lost: what it adds is what the steps that are there lack.
    pub fn found<'a>(payment: &Payment, known: impl Iterator<Item = &'a Self>, at: Timestamp) -> Self {
        let effects = sums::missing(payment, known.flat_map(|step| &step.effects), at);
        Self::new(payment, at, effects)
    }

    fn new(payment: &Payment, at: Timestamp, effects: Vec<Effect>) -> Self {
        let (decline, failure, authentication) = why(&payment.state);
        let begins = matches!(payment.state, State::Authorizing { .. });
        Self {
            version: payment.version,
            at: Timestamp::from_second(at.as_second()).unwrap_or(at),
            status: Status::of(payment),
            n: payment.last_n,
            amount: payment.amount,
            card: payment.card.clone().filter(|_| begins),
            decline,
            failure,
            authentication,
            effects,
        }
    }
}

/// What a state says of its reasons.
fn why(state: &State) -> (Option<DeclineCode>, Option<Failure>, Option<Authentication>) {
    match state {
        State::Declined { decline, .. } => (Some(decline.code), None, decline.authentication.clone()),
        State::Authorized { approval, .. } | State::Captured { approval, .. } => {
            (None, None, approval.authentication.clone())
        }
        State::Failed { reason, .. } => (None, Some(*reason), None),
        State::Reversing(reversal) => (None, Some(reversal.reason), None),
        State::Authorizing { .. }
        | State::Challenging { .. }
        | State::Unknown(_)
        | State::Abandoned { .. }
        | State::NeedsPerson(_) => (None, None, None),
    }
}

/// A mail about a payment that was handed to the mail service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailTrace {
    /// The message's event id.
    pub event_id: String,
    /// When.
    pub at: Timestamp,
    /// What it told.
    pub tidings: Tidings,
    /// Whom.
    pub reader: Reader,
}
