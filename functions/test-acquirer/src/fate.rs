//! What became of one authorization, and what may still be done with it.

use domain::{Reference, acquirer::DeclineCode};
use jiff::{SignedDuration, Timestamp};
use outbound::acquirer::{Kind, Outcome, wire::Verdict};
use serde::{Deserialize, Serialize};

use crate::family::Ending;

/// How long an authorization is good that is not captured: 60 days, a usual term of Japanese acquirers; the choice is ours.
const VALIDITY: SignedDuration = SignedDuration::from_hours(60 * 24);
/// How long after the capture a cardholder disputes who does. Real ones take weeks; the choice is ours.
const DISPUTE: SignedDuration = SignedDuration::from_hours(3 * 24);
/// How long a late approval (…904, …910) or operation (…924, …926) takes.
pub(crate) const LATE: SignedDuration = SignedDuration::from_secs(90);

/// What became of one authorization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fate {
    /// The payer is with the issuer, or came back and nobody has fetched the result yet: nothing is held.
    Challenged,
    /// The issuer agreed.
    Approved(Hold),
    /// The issuer refused.
    Declined { code: DeclineCode, network_code: Option<String> },
    /// Not there yet. Approved at `due`, 90 seconds after the call, or after it was last reported as not found if that is later; and not before somebody was
    /// told so. The order of events is then the same wherever a schedule's minute falls.
    Late { due: Timestamp, reported: bool, heeds_reversal: bool },
    /// Nothing was done.
    Nothing { reversal_failures: u8 },
    /// Reversed or voided: it must never be approved again.
    Gone,
}

/// Money that is held or taken. In yen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hold {
    pub(crate) authorized: u64,
    pub(crate) captured: u64,
    pub(crate) refunded: u64,
    captured_at_once: bool,
    network_id: String,
    valid_until: Timestamp,
    /// The cardholder will dispute it, some time after it was taken.
    #[serde(default)]
    disputable: bool,
    #[serde(default)]
    captured_at: Option<Timestamp>,
    pub(crate) disputed: bool,
}

/// A refusal by the rules of the books, not by an issuer.
pub(crate) fn refused() -> Verdict {
    Verdict::Declined {
        code: DeclineCode::TransactionNotAllowed,
        network_code: None,
        advice_code: None,
        authentication: None,
    }
}

impl Fate {
    pub(crate) fn late(heeds_reversal: bool, now: Timestamp) -> Self {
        Self::Late { due: later(now, LATE), reported: false, heeds_reversal }
    }

    /// The answer to the same authorization once more. What was decided stays decided, and an answer is not lost twice.
    pub(crate) fn repeated(&self, reference: &Reference, amount: u32) -> Ending {
        let amount = u64::from(amount);
        match self {
            Self::Approved(hold) => Ending::Verdict(hold.verdict(reference), hold.authorized),
            Self::Declined { code, network_code } => Ending::Verdict(declined(*code, network_code.as_deref()), amount),
            Self::Late { .. } | Self::Nothing { .. } => Ending::NoAnswer,
            // A challenge has a verdict of its own, with its address.
            Self::Challenged => Ending::Error,
            Self::Gone => Ending::Verdict(refused(), amount),
        }
    }

    /// What an inquiry is told, and about how many yen.
    pub(crate) fn inquired(&mut self, reference: &Reference, now: Timestamp) -> (Verdict, u64) {
        match self {
            Self::Approved(hold) if hold.stands(now) => (hold.verdict(reference), hold.authorized),
            Self::Approved(_) | Self::Gone => (Verdict::Reversed, 0),
            Self::Declined { code, network_code } => (declined(*code, network_code.as_deref()), 0),
            Self::Late { heeds_reversal, .. } => {
                *self = Self::Late { due: later(now, LATE), reported: true, heeds_reversal: *heeds_reversal };
                (Verdict::NotFound, 0)
            }
            Self::Nothing { .. } | Self::Challenged => (Verdict::NotFound, 0),
        }
    }

    /// Undoes it. A refund cannot be undone, so neither can what it gave back from.
    pub(crate) fn reversed(&mut self, now: Timestamp) -> (Ending, Outcome) {
        match self {
            Self::Approved(hold) if hold.refunded > 0 => (Ending::Conflict, Outcome::Error),
            Self::Approved(hold) => {
                let held = if hold.stands(now) { hold.authorized } else { 0 };
                *self = Self::Gone;
                (Ending::Verdict(Verdict::Tombstoned, held), Outcome::Approved)
            }
            Self::Late { heeds_reversal: false, .. } => {
                *self = Self::Late { due: later(now, LATE), reported: true, heeds_reversal: false };
                (Ending::Verdict(Verdict::NothingHeld, 0), Outcome::Approved)
            }
            Self::Nothing { reversal_failures } if *reversal_failures > 0 => {
                *self = Self::Nothing { reversal_failures: reversal_failures.saturating_sub(1) };
                (Ending::Error, Outcome::Error)
            }
            // A decline stays a decline: nothing is held, and the same reference will never be approved.
            Self::Declined { .. } => (Ending::Verdict(Verdict::Tombstoned, 0), Outcome::Approved),
            Self::Late { .. } | Self::Nothing { .. } | Self::Challenged | Self::Gone => {
                *self = Self::Gone;
                (Ending::Verdict(Verdict::Tombstoned, 0), Outcome::Approved)
            }
        }
    }

    /// Captures, voids, refunds or adjusts it; answers the yen that were moved, or nothing if the rules forbid it.
    pub(crate) fn operate(&mut self, kind: Kind, amount: Option<u32>, now: Timestamp) -> Option<u64> {
        let Self::Approved(hold) = self else { return None };
        let amount = amount.map(u64::from).filter(|amount| *amount > 0);
        match kind {
            Kind::Capture => hold.capture(amount?, now),
            Kind::Refund => hold.refund(amount?),
            Kind::Adjust => hold.adjust(amount?, now),
            Kind::Void if hold.refunded == 0 && hold.stands(now) => {
                let held = hold.authorized;
                *self = Self::Gone;
                Some(held)
            }
            Kind::Void
            | Kind::Authorize
            | Kind::Challenge
            | Kind::Reverse
            | Kind::Withdraw
            | Kind::Inquire
            | Kind::Dispute => None,
        }
    }
}

impl Hold {
    pub(crate) fn new(reference: &Reference, amount: u32, capture: bool, disputable: bool, now: Timestamp) -> Self {
        let authorized = u64::from(amount);
        Self {
            authorized,
            captured: if capture { authorized } else { 0 },
            refunded: 0,
            captured_at_once: capture,
            network_id: network_id(reference, now),
            valid_until: Timestamp::from_second(later(now, VALIDITY).as_second()).unwrap_or(now),
            disputable,
            captured_at: capture.then_some(now),
            disputed: false,
        }
    }

    /// When the cardholder disputes it, if that is still to come.
    pub(crate) fn dispute_due(&self) -> Option<Timestamp> {
        let at = self.captured_at.map(|at| later(at, DISPUTE));
        at.filter(|_| self.disputable && !self.disputed && self.refunded < self.captured)
    }

    /// The same for one yen more than was asked (…905).
    pub(crate) fn one_more(self) -> Self {
        let authorized = self.authorized.saturating_add(1);
        Self { authorized, captured: if self.captured_at_once { authorized } else { 0 }, ..self }
    }

    pub(crate) fn verdict(&self, reference: &Reference) -> Verdict {
        Verdict::Approved {
            id: format!("TA{reference}"),
            network_id: Some(self.network_id.clone()),
            valid_until: Some(self.valid_until),
            captured: self.captured_at_once,
            authentication: None,
            token: None,
        }
    }

    /// Captured money stays; held money is let go when its validity is over.
    pub(crate) fn stands(&self, now: Timestamp) -> bool {
        self.captured > 0 || now < self.valid_until
    }

    /// Once, for all or a part; what is left over is let go.
    fn capture(&mut self, amount: u64, now: Timestamp) -> Option<u64> {
        let allowed = self.captured == 0 && now < self.valid_until && amount <= self.authorized;
        if !allowed {
            return None;
        }
        (self.captured, self.captured_at) = (amount, Some(now));
        Some(amount)
    }

    /// What is disputed goes back by itself.
    fn refund(&mut self, amount: u64) -> Option<u64> {
        if self.disputed {
            return None;
        }
        let refunded = self.refunded.checked_add(amount).filter(|refunded| *refunded <= self.captured)?;
        self.refunded = refunded;
        Some(amount)
    }

    fn adjust(&mut self, amount: u64, now: Timestamp) -> Option<u64> {
        let allowed = self.captured == 0 && now < self.valid_until;
        allowed.then(|| self.authorized = amount).map(|()| amount)
    }
}

fn declined(code: DeclineCode, network_code: Option<&str>) -> Verdict {
    Verdict::Declined { code, network_code: network_code.map(str::to_owned), advice_code: None, authentication: None }
}

/// 15 digits, as Visa's transaction identifiers are: the millisecond and the operation.
fn network_id(reference: &Reference, now: Timestamp) -> String {
    let n = reference.as_str().split_once('-').and_then(|(_, n)| n.parse::<u64>().ok()).unwrap_or_default() % 100;
    format!("{:013}{n:02}", now.as_millisecond().clamp(0, 9_999_999_999_999))
}

pub(crate) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}
