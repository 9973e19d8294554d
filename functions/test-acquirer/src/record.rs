//! What one reference stands for in the books, and how an authorization is answered with all that belongs to it.

use domain::{
    Brand, PaymentKey, Reference,
    acquirer::{Authentication, DeclineCode, Flow, TransStatus},
};
use jiff::Timestamp;
use outbound::acquirer::{
    Kind,
    wire::{AuthorizeRequest, Verdict},
};
use serde::{Deserialize, Serialize};

use crate::{
    cards::{Behaviour, Kept, Manner, Presented},
    challenge::Challenge,
    family::Ending,
    fate::{Fate, LATE, later},
    three_ds,
};

/// What one reference stands for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) reference: Reference,
    pub(crate) subject: Subject,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Subject {
    /// An authorization, and what became of it.
    Authorization(Box<Authorization>),
    /// A capture, void, refund or adjustment, and what was answered.
    Operation { kind: Kind, original: Reference, amount: Option<u32>, verdict: Box<Verdict> },
    /// One that is not there yet.
    Late(Box<LateOperation>),
    /// Reversed before it was ever seen: it must never be approved.
    Tombstone,
}

/// What a capture, void, refund or adjustment asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AskedOperation {
    pub(crate) kind: Kind,
    pub(crate) original: Reference,
    pub(crate) amount: Option<u32>,
}

/// An operation that is carried out at `due`, or later, but not before somebody was told that it is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LateOperation {
    pub(crate) asked: AskedOperation,
    pub(crate) due: Timestamp,
    pub(crate) reported: bool,
    pub(crate) heeds_withdrawal: bool,
}

impl LateOperation {
    pub(crate) fn new(asked: AskedOperation, heeds_withdrawal: bool, now: Timestamp) -> Self {
        Self { asked, due: later(now, LATE), reported: false, heeds_withdrawal }
    }

    /// Somebody is told that it is not there.
    pub(crate) fn report(&mut self, now: Timestamp) {
        self.due = later(now, LATE);
        self.reported = true;
    }
}

/// One authorization.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Authorization {
    pub(crate) asked: Asked,
    pub(crate) fate: Fate,
    /// The issuer's challenge, if there was one; it stays after its answer, for the payer who comes back to its page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) challenge: Option<Challenge>,
    /// What 3-D Secure came to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) authentication: Option<Authentication>,
}

/// What an authorization asked for, so far as it may be kept: never the number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) amount: u32,
    pub(crate) capture: bool,
    pub(crate) brand: Option<Brand>,
    pub(crate) last4: String,
    /// How the card goes about an approval; none if it never is approved.
    #[serde(default)]
    pub(crate) manner: Option<Manner>,
    #[serde(default)]
    pub(crate) keep: bool,
    /// The order, as the merchant's side named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) order: Option<PaymentKey>,
}

impl Asked {
    pub(crate) fn new(request: &AuthorizeRequest, card: &Presented) -> Self {
        let manner = match card.behaviour {
            Behaviour::Approves(manner) => Some(manner),
            Behaviour::Declines(..) => None,
        };
        let AuthorizeRequest { amount, capture, keep, order, .. } = request;
        Self {
            amount: *amount,
            capture: *capture,
            brand: card.brand,
            last4: card.last4.clone(),
            manner,
            keep: *keep,
            order: order.clone(),
        }
    }

    /// The card, as the acquirer keeps it.
    pub(crate) fn card(&self) -> Option<Kept> {
        let Self { manner, brand, last4, .. } = self;
        manner.filter(|_| self.keep).map(|manner| Kept { manner, brand: *brand, last4: last4.clone() })
    }
}

impl Authorization {
    pub(crate) fn new(asked: Asked) -> Self {
        Self { asked, fate: Fate::Gone, challenge: None, authentication: None }
    }

    /// The answer to it, now or to a repeat.
    pub(crate) fn ending(&self, reference: &Reference) -> Ending {
        let amount = u64::from(self.asked.amount);
        match (&self.fate, &self.challenge) {
            (Fate::Challenged, Some(challenge)) => Ending::Verdict(challenge.verdict(reference), amount),
            _ => match self.fate.repeated(reference, self.asked.amount) {
                Ending::Verdict(verdict, amount) => Ending::Verdict(self.complete(reference, verdict), amount),
                other @ (Ending::Truncated(..)
                | Ending::Conflict
                | Ending::Error
                | Ending::Busy
                | Ending::NoAnswer
                | Ending::ReplyLost) => other,
            },
        }
    }

    /// What an inquiry is told, and about how many yen.
    pub(crate) fn inquired(&mut self, reference: &Reference, now: Timestamp) -> (Verdict, u64) {
        match (&self.fate, &self.challenge) {
            (Fate::Challenged, Some(challenge)) => (challenge.verdict(reference), 0),
            _ => {
                let (verdict, amount) = self.fate.inquired(reference, now);
                (self.complete(reference, verdict), amount)
            }
        }
    }

    /// The issuer stops waiting for its payer.
    pub(crate) fn expire(&mut self, reference: &Reference, at: Timestamp) {
        self.authentication = Some(three_ds::result(reference, self.asked.brand, TransStatus::N, Flow::Challenge, at));
        self.fate = Fate::Declined { code: DeclineCode::AuthenticationRequired, network_code: None };
    }

    /// An answer with what 3-D Secure came to and the token of a card that is kept.
    fn complete(&self, reference: &Reference, verdict: Verdict) -> Verdict {
        let authentication = self.authentication.clone();
        match verdict {
            Verdict::Approved { id, network_id, valid_until, captured, .. } => {
                let token = self.asked.card().map(|_| token(reference));
                Verdict::Approved { id, network_id, valid_until, captured, authentication, token }
            }
            Verdict::Declined { code, network_code, advice_code, .. } if self.fate != Fate::Gone => {
                Verdict::Declined { code, network_code, advice_code, authentication }
            }
            other @ (Verdict::Declined { .. }
            | Verdict::ChallengeRequired { .. }
            | Verdict::Done
            | Verdict::Reversed
            | Verdict::NotFound
            | Verdict::Tombstoned
            | Verdict::NothingHeld
            | Verdict::NotSupported) => other,
        }
    }
}

/// The name of a kept card: it leads to the authorization that brought it.
fn token(reference: &Reference) -> String {
    format!("{TOKEN}{reference}")
}

/// The authorization that brought a kept card.
pub(crate) fn behind(token: &str) -> Option<Reference> {
    Reference::new(token.strip_prefix(TOKEN)?).ok()
}

const TOKEN: &str = "card_";
