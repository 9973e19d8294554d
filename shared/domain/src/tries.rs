//! How often one card may be tried at one merchant: what the card networks allow, on every path to the acquirer.
//!
//! A history belongs to one card number (its fingerprint), one merchant and one side: what the shopper starts and what the merchant starts are counted
//! apart. Another card is another history. Only declines are written, so an approval costs nothing and forgives nothing.

mod networks;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use networks::{Cap, RULES_AS_OF, Verdict, caps};

use crate::{Brand, Decline, Fingerprint, Initiator, KeptCard, MerchantId, Payment, Reference};

/// How many operations a history knows again: as many as any cap lets be declined in a day. What comes a second time after that counts twice, which
/// errs on the safe side.
const KNOWN: usize = 16;

/// Whose tries count together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TriedBy {
    /// The shopper, at a page or by telephone, or by another card for a regular purchase that failed.
    Shopper,
    /// The merchant, with a kept card.
    Merchant,
}

impl TriedBy {
    /// Whose tries one counts with that is started so. A card on the telephone is its shopper's.
    pub const fn of(initiator: Initiator) -> Self {
        match initiator {
            Initiator::Cardholder | Initiator::MailOrTelephone => Self::Shopper,
            Initiator::MerchantRecurring | Initiator::MerchantUnscheduled => Self::Merchant,
        }
    }
}

/// A card as it is counted: at one merchant, on one side.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TriedCard {
    /// Where.
    pub merchant: MerchantId,
    /// Which number.
    pub fingerprint: Fingerprint,
    /// Whose rules hold.
    pub brand: Brand,
    /// Whose tries count together.
    pub by: TriedBy,
}

impl KeptCard {
    /// The kept card as it is counted. None: nobody knows its number's fingerprint, and it can't be counted.
    pub fn tried(&self, by: TriedBy) -> Option<TriedCard> {
        let fingerprint = self.fingerprint?;
        Some(TriedCard { merchant: self.merchant.clone(), fingerprint, brand: self.card.brand, by })
    }
}

impl Payment {
    /// The card of the last attempt as it is counted. None: as for [`KeptCard::tried`].
    pub fn tried(&self) -> Option<TriedCard> {
        let (fingerprint, brand) = (self.fingerprint?, self.card.as_ref()?.brand);
        Some(TriedCard { merchant: self.key.merchant.clone(), fingerprint, brand, by: self.tried_by() })
    }

    /// Whose try its last attempt was.
    pub const fn tried_by(&self) -> TriedBy {
        TriedBy::of(self.initiator)
    }
}

/// The declines of one card at one merchant on one side, as far as they still count. Under 1 KB of JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TryHistory {
    /// When each was, in seconds, rounded up; the oldest first.
    #[serde(rename = "d", default, skip_serializing_if = "Vec::is_empty")]
    declines: Vec<i64>,
    /// Until when a network said to wait, in seconds, rounded up.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    wait_until: Option<i64>,
    /// It is over with this card.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    over: Option<Over>,
    /// Marks of the last operations that are in it, so that none counts twice; the oldest first.
    #[serde(rename = "m", default, skip_serializing_if = "Vec::is_empty")]
    known: Vec<u32>,
}

/// Why it is over with a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Over {
    #[serde(rename = "n")]
    Never,
    /// When, in seconds, rounded up.
    #[serde(rename = "r")]
    Revoked(i64),
}

/// Why a card may not be tried now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Limit {
    /// Its issuer will never approve it here. Another card is needed.
    #[error("the card must never be tried again here")]
    Never,
    /// Its holder withdrew the agreement to be charged. What was agreed is over, and another card needs a new agreement.
    #[error("the cardholder withdrew the agreement")]
    Revoked,
    /// It may be tried from then on.
    #[error("the card may be tried again at {0}")]
    Until(Timestamp),
}

/// Until when a history has to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needed {
    /// As long as the card may come again: it forbids it for good.
    ForGood,
    /// Then nothing in it counts any more.
    Until(Timestamp),
}

impl TryHistory {
    /// Nothing was declined yet.
    pub const fn new() -> Self {
        Self { declines: Vec::new(), wait_until: None, over: None, known: Vec::new() }
    }

    /// Whether the card may be tried now. Asked before every call of the acquirer, whoever wants it: the page, a schedule, an operator's click.
    ///
    /// `agreed` is when the card's buyer agreed last to its being kept. Who had it stopped before that agreed anew.
    ///
    /// # Errors
    /// [`Limit`], which says whether it may be tried later.
    pub fn may_try(&self, now: Timestamp, brand: Brand, agreed: Option<Timestamp>) -> Result<(), Limit> {
        match self.over {
            Some(Over::Never) => return Err(Limit::Never),
            Some(Over::Revoked(at)) if agreed.is_none_or(|agreed| agreed <= instant(at)) => return Err(Limit::Revoked),
            Some(Over::Revoked(_)) | None => {}
        }
        let room = caps(brand).iter().filter_map(|cap| self.room_at(*cap));
        match room.chain(self.wait_until).max() {
            Some(second) if second > now.as_second() => Err(Limit::Until(instant(second))),
            Some(_) | None => Ok(()),
        }
    }

    /// This history and one decline more.
    #[must_use]
    pub fn declined(&self, now: Timestamp, brand: Brand, decline: &Decline) -> Self {
        let second = rounded_up(now);
        let mut next = self.clone();
        next.declines.push(second);
        next.declines.sort_unstable();
        let counted = caps(brand).iter().map(|cap| cap.declines).max().unwrap_or(0);
        next.declines.drain(..next.declines.len().saturating_sub(counted));
        match decline.verdict(brand) {
            Verdict::Revoked if next.over == Some(Over::Never) => {}
            Verdict::Revoked => next.over = Some(Over::Revoked(second)),
            Verdict::Never => next.over = Some(Over::Never),
            Verdict::After(wait) => next.wait_until = next.wait_until.max(Some(second.saturating_add(wait.as_secs()))),
            Verdict::Counted => {}
        }
        next
    }

    /// As [`declined`](Self::declined), for an operation whose decline may be learnt of twice. None: it is in the history already.
    pub fn declined_once(
        &self,
        reference: &Reference,
        now: Timestamp,
        brand: Brand,
        decline: &Decline,
    ) -> Option<Self> {
        let mark = mark(reference);
        if self.known.contains(&mark) {
            return None;
        }
        let mut next = self.declined(now, brand, decline);
        next.known.push(mark);
        next.known.drain(..next.known.len().saturating_sub(KNOWN));
        Some(next)
    }

    /// Until when it has to be kept.
    pub fn needed(&self, brand: Brand) -> Needed {
        if self.over.is_some() {
            return Needed::ForGood;
        }
        let window = caps(brand).iter().map(|cap| cap.window.as_secs()).max().unwrap_or(0);
        let counted = self.declines.last().map(|last| last.saturating_add(window));
        Needed::Until(counted.max(self.wait_until).map_or(Timestamp::MIN, instant))
    }

    /// From which second on a cap leaves room for one more: when the oldest of the last `cap.declines` leaves the window. None: it always did.
    fn room_at(&self, cap: Cap) -> Option<i64> {
        let oldest = self.declines.len().checked_sub(cap.declines)?;
        self.declines.get(oldest).map(|decline| decline.saturating_add(cap.window.as_secs()))
    }
}

impl Default for TryHistory {
    fn default() -> Self {
        Self::new()
    }
}

/// Four bytes that an operation is known again by.
fn mark(reference: &Reference) -> u32 {
    let digest = Sha256::digest(reference.as_str().as_bytes());
    digest.iter().take(4).fold(0, |mark, byte| (mark << 8) | u32::from(*byte))
}

/// A second that is not before the instant: a window must not end a fraction too early.
fn rounded_up(at: Timestamp) -> i64 {
    let fraction = SignedDuration::from_nanos(at.subsec_nanosecond().into());
    at.as_second().saturating_add(i64::from(!fraction.is_zero()))
}

fn instant(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(Timestamp::MAX)
}
