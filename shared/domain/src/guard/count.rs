//! How much a decline weighs, and counts of one window.

use crate::acquirer::DeclineCode;

/// A whole decline or approval; half of it is a decline that a typing mistake explains.
pub(super) const WHOLE: u32 = 2;

/// What a decline says about whoever tried the card.
///
/// None: nothing at all, the fault was ours, the acquirer's or the issuer's. One: a typing mistake, a forgotten password or a card for other shops explains it.
/// Two: nothing but the card does.
pub const fn weight(code: DeclineCode) -> u32 {
    match code {
        DeclineCode::CardMissing
        | DeclineCode::ProcessingError
        | DeclineCode::IssuerNotAvailable
        | DeclineCode::TryAgainLater => 0,
        DeclineCode::IncorrectCvc
        | DeclineCode::ExpiredCard
        | DeclineCode::IncorrectNumber
        | DeclineCode::AuthenticationRequired
        | DeclineCode::CardNotSupported
        | DeclineCode::CurrencyNotSupported => 1,
        DeclineCode::GenericDecline
        | DeclineCode::DoNotHonor
        | DeclineCode::InsufficientFunds
        | DeclineCode::LostCard
        | DeclineCode::StolenCard
        | DeclineCode::PickupCard
        | DeclineCode::CardVelocityExceeded
        | DeclineCode::TransactionNotAllowed
        | DeclineCode::Fraudulent
        | DeclineCode::RevocationOfAuthorization
        | DeclineCode::DoNotTryAgain => WHOLE,
    }
}

/// Declines and approvals of one window, in halves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Declines, a whole one is 2.
    pub declines: u32,
    /// Approvals, each 2.
    pub approvals: u32,
}

impl Count {
    /// Whether at least `limit` whole declines are in it.
    pub const fn reaches(self, limit: u32) -> bool {
        self.declines >= limit.saturating_mul(WHOLE)
    }

    /// Whether at least `percent` of all tries failed. Without tries none did.
    pub fn fails(self, percent: u32) -> bool {
        let (declines, tries) =
            (u64::from(self.declines), u64::from(self.declines).saturating_add(self.approvals.into()));
        tries > 0 && declines.saturating_mul(100) >= tries.saturating_mul(percent.into())
    }

    /// This much of both, rounded up.
    pub(super) fn share(self, part: u64, whole: u64) -> Self {
        let of = |number: u32| {
            let share = u64::from(number).saturating_mul(part).div_ceil(whole.max(1));
            u32::try_from(share).unwrap_or(u32::MAX)
        };
        Self { declines: of(self.declines), approvals: of(self.approvals) }
    }

    pub(super) const fn plus(self, other: Self) -> Self {
        Self {
            declines: self.declines.saturating_add(other.declines),
            approvals: self.approvals.saturating_add(other.approvals),
        }
    }
}

/// The last hour and the last day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The last hour.
    pub hour: Count,
    /// The last 24 hours.
    pub day: Count,
    /// Approvals of an issuer number in this month and the one before (of 30 days), in halves.
    pub known: u32,
}

impl Seen {
    /// Whether more was good, today or of an issuer number in the last months, than was declined today; at least twice. A thief's one lucky hit says nothing.
    pub fn is_known(self) -> bool {
        let approvals = self.known.max(self.day.approvals);
        approvals >= WHOLE.saturating_mul(2) && approvals > self.day.declines
    }
}
