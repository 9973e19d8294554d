//! How long what a merchant no longer needs is kept.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Retention periods, in days. The bounds are ours; the audit log's least is PCI DSS 4.0.1, 10.5.1 (12 months).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Retention {
    /// A kept card that nobody has paid with.
    pub unused_cards_days: u16,
    /// A batch file as it was uploaded.
    pub batch_files_days: u16,
    /// The results of a batch.
    pub batch_results_days: u16,
    /// A CSV download that was made.
    pub exports_days: u16,
    /// The audit log.
    pub audit_days: u16,
}

/// One of the periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// A kept card that nobody has paid with.
    UnusedCards,
    /// A batch file as it was uploaded.
    BatchFiles,
    /// The results of a batch.
    BatchResults,
    /// A CSV download that was made.
    Exports,
    /// The audit log.
    Audit,
}

impl Kept {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::UnusedCards, Self::BatchFiles, Self::BatchResults, Self::Exports, Self::Audit];

    /// The setting's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnusedCards => "retention_unused_cards_days",
            Self::BatchFiles => "retention_batch_files_days",
            Self::BatchResults => "retention_batch_results_days",
            Self::Exports => "retention_exports_days",
            Self::Audit => "retention_audit_days",
        }
    }

    /// The period of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kept| kept.name() == name)
    }

    /// Least and most days. The template's lifecycle rules delete files after the most, whatever else fails.
    pub const fn bounds(self) -> (u16, u16) {
        match self {
            Self::UnusedCards => (90, 1_830),
            Self::BatchFiles => (1, 90),
            Self::BatchResults => (7, 400),
            Self::Exports => (1, 30),
            Self::Audit => (366, 3_660),
        }
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self { unused_cards_days: 730, batch_files_days: 30, batch_results_days: 180, exports_days: 7, audit_days: 400 }
    }
}

impl Retention {
    /// How many days.
    pub const fn days(&self, kept: Kept) -> u16 {
        match kept {
            Kept::UnusedCards => self.unused_cards_days,
            Kept::BatchFiles => self.batch_files_days,
            Kept::BatchResults => self.batch_results_days,
            Kept::Exports => self.exports_days,
            Kept::Audit => self.audit_days,
        }
    }

    /// The same as a length of time.
    pub fn period(&self, kept: Kept) -> SignedDuration {
        SignedDuration::from_hours(i64::from(self.days(kept)).saturating_mul(24))
    }

    /// When the time of what was made `at` this instant is over.
    pub fn ends(&self, kept: Kept, at: Timestamp) -> Timestamp {
        at.saturating_add(self.period(kept)).unwrap_or(Timestamp::MAX)
    }

    /// Where a period stands, to be set.
    pub(crate) const fn days_mut(&mut self, kept: Kept) -> &mut u16 {
        match kept {
            Kept::UnusedCards => &mut self.unused_cards_days,
            Kept::BatchFiles => &mut self.batch_files_days,
            Kept::BatchResults => &mut self.batch_results_days,
            Kept::Exports => &mut self.exports_days,
            Kept::Audit => &mut self.audit_days,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_in_its_bounds() {
        for kept in Kept::ALL {
            let (least, most) = kept.bounds();
            assert!((least..=most).contains(&Retention::default().days(kept)), "{}", kept.name());
        }
    }
}
