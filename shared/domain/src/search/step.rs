//! A step of a payment's history: one version of it, as far as people look at it later.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Effect, Status, effects, sums};
use crate::{
    ActorId, MaskedCard, Payment, State, Yen,
    acquirer::{Authentication, DeclineCode},
    payment::{End, Failure, Operation, OperationRecord, Reader, Stage, Tidings},
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
    /// The last number that an operation at the acquirer was given.
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
    /// What was done with the money that is held or taken, and how far that was.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Act>,
    /// What it added to the sums of days.
    #[serde(rename = "e", default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<Effect>,
}

/// An operation on money that is held or taken, as far as it had come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// What, with how much.
    #[serde(flatten)]
    pub operation: Operation,
    /// Its number at the acquirer.
    #[serde(rename = "n")]
    pub n: u32,
    /// Who asked for it.
    #[serde(rename = "b")]
    pub by: ActorId,
    /// How far it had come.
    #[serde(rename = "g")]
    pub progress: Progress,
}

/// How far an operation had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Progress {
    /// The acquirer was being asked.
    #[serde(rename = "r")]
    Running,
    /// Nobody could say.
    #[serde(rename = "u")]
    Checking,
    /// The acquirer did not know it, and it was being forbidden there.
    #[serde(rename = "w")]
    Withdrawing,
    /// Done.
    #[serde(rename = "d")]
    Done,
    /// Refused by the acquirer.
    #[serde(rename = "x")]
    Refused,
    /// The acquirer has no such operation.
    #[serde(rename = "n")]
    NotSupported,
    /// It never happened, and never will.
    #[serde(rename = "g")]
    GivenUp,
}

impl Act {
    fn of(record: &OperationRecord) -> Self {
        let progress = match &record.stage {
            Stage::Running(_) => Progress::Running,
            Stage::Unknown(_) => Progress::Checking,
            Stage::Withdrawing(_) => Progress::Withdrawing,
            Stage::Ended { end: End::Done, .. } => Progress::Done,
            Stage::Ended { end: End::Refused(_), .. } => Progress::Refused,
            Stage::Ended { end: End::NotSupported, .. } => Progress::NotSupported,
            Stage::Ended { end: End::GivenUp, .. } => Progress::GivenUp,
        };
        Self { operation: record.operation, n: record.n, by: record.by.clone(), progress }
    }
}

impl Step {
    /// The step that a record of the stream tells. None: only what is due was moved.
    pub fn of(old: Option<&Payment>, new: &Payment, at: Timestamp) -> Option<Self> {
        let moved = old.is_none_or(|old| old.version != new.version);
        let act = new.operation().filter(|record| old.and_then(Payment::operation) != Some(*record)).map(Act::of);
        moved.then(|| Self { act, ..Self::new(new, at, effects(old, new, at)) })
    }

    /// The step that a rebuild makes where a payment's own was lost: what it adds is what the steps that are there lack.
    pub fn found<'a>(payment: &Payment, known: impl Iterator<Item = &'a Self>, at: Timestamp) -> Self {
        let effects = sums::missing(payment, known.flat_map(|step| &step.effects), at);
        Self { act: payment.operation().map(Act::of), ..Self::new(payment, at, effects) }
    }

    fn new(payment: &Payment, at: Timestamp, effects: Vec<Effect>) -> Self {
        let (decline, failure, authentication) = why(&payment.state);
        let begins = matches!(payment.state, State::Authorizing { .. });
        Self {
            version: payment.version,
            at: Timestamp::from_second(at.as_second()).unwrap_or(at),
            status: Status::of(payment),
            n: payment.last_n,
            amount: payment.amount_now(),
            card: payment.card.clone().filter(|_| begins),
            decline,
            failure,
            authentication,
            act: None,
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
        | State::Cancelled { .. }
        | State::Lapsed { .. }
        | State::Abandoned { .. }
        | State::NeedsPerson(_) => (None, None, None),
    }
}

/// A mail that was handed to the mail service, about a payment or by `T` about something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailTrace<T = Tidings> {
    /// The message's event id.
    pub event_id: String,
    /// When.
    pub at: Timestamp,
    /// What it told.
    pub tidings: T,
    /// Whom.
    pub reader: Reader,
}
