//! How often one card may be tried at one merchant: what the card networks allow, on every path to the acquirer.
//!
//! A history belongs to one card number (its fingerprint), one merchant and one side: what the shopper starts and what the merchant starts are counted
//! apart. Another card is another history. Only declines are written, so an approval costs nothing and forgives nothing.

mod networks;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use networks::{Cap, RULES_AS_OF, Verdict, caps};

use crate::{Brand, Decline, Initiator};

/// Whose tries count together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TriedBy {
    /// The shopper, at a page or by telephone.
    Shopper,
    /// The merchant, with a kept card.
    Merchant,
}

impl Initiator {
    /// Whose tries this one counts with.
    pub const fn tried_by(self) -> TriedBy {
        match self {
            Self::Cardholder | Self::MailOrTelephone => TriedBy::Shopper,
            Self::MerchantRecurring | Self::MerchantUnscheduled => TriedBy::Merchant,
        }
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
}

/// Why it is over with a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Over {
    Never,
    Revoked,
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
        Self { declines: Vec::new(), wait_until: None, over: None }
    }

    /// Whether the card may be tried now. Asked before every call of the acquirer, whoever wants it: the page, a schedule, an operator's click.
    ///
    /// # Errors
    /// [`Limit`], which says whether it may be tried later.
    pub fn may_try(&self, now: Timestamp, brand: Brand) -> Result<(), Limit> {
        match self.over {
            Some(Over::Never) => return Err(Limit::Never),
            Some(Over::Revoked) => return Err(Limit::Revoked),
            None => {}
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
            Verdict::Revoked => next.over = Some(Over::Revoked),
            Verdict::Never => next.over = next.over.or(Some(Over::Never)),
            Verdict::After(wait) => next.wait_until = next.wait_until.max(Some(second.saturating_add(wait.as_secs()))),
            Verdict::Counted => {}
        }
        next
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

/// A second that is not before the instant: a window must not end a fraction too early.
fn rounded_up(at: Timestamp) -> i64 {
    let fraction = SignedDuration::from_nanos(at.subsec_nanosecond().into());
    at.as_second().saturating_add(i64::from(!fraction.is_zero()))
}

fn instant(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(Timestamp::MAX)
}
