//! What the rows of a file come to.

use std::collections::BTreeMap;

use super::{BadRow, FIRST_BAD, row::Charge};

/// What was counted while rows were checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) good: u32,
    pub(super) yen: u64,
    pub(super) bad: BTreeMap<&'static str, u32>,
    pub(super) first_bad: Vec<BadRow>,
}

impl Tally {
    pub(super) fn add(&mut self, row: &Result<Charge<'_>, BadRow>) {
        match row {
            Ok(charge) => {
                self.good = self.good.saturating_add(1);
                self.yen = self.yen.saturating_add(u64::from(charge.amount.get()));
            }
            Err(bad) => {
                let count = self.bad.entry(bad.first().what.code()).or_default();
                *count = count.saturating_add(1);
                if self.first_bad.len() < FIRST_BAD {
                    self.first_bad.push(bad.clone());
                }
            }
        }
    }
}
