//! Where the books are kept: in a table, or in memory for benchmarks and tests.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, PoisonError},
};

use domain::{Reference, clock::japan_date};
use jiff::{Timestamp, civil::Date};
use outbound::acquirer::{Entry, Totals};
use store::{
    StoreError,
    ledger::{Ledger as Table, Page},
};

use crate::family::Family;

/// How often a change is decided again because another call wrote the same order first.
const MOST_CONFLICTS: u8 = 20;

/// The test acquirer's books.
#[derive(Debug)]
pub struct Ledger(Kept);

#[derive(Debug)]
enum Kept {
    Table(Table),
    Memory(Mutex<HashMap<String, Family>>),
}

/// The books can't be read or written now.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The table failed.
    #[error("the ledger's table failed")]
    Store(#[from] StoreError),
    /// A page is not what this version writes.
    #[error("a page of the ledger cannot be read")]
    Page(#[source] serde_json::Error),
}

impl Ledger {
    /// Kept in a table.
    pub fn table(table: Table) -> Self {
        Self(Kept::Table(table))
    }

    /// Kept in memory, and forgotten with this value.
    pub fn memory() -> Self {
        Self(Kept::Memory(Mutex::default()))
    }

    /// What happened on a day of Japan, or ever; in order.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn entries(&self, day: Option<Date>, now: Timestamp) -> Result<Vec<Entry>, LedgerError> {
        let families = match &self.0 {
            Kept::Memory(families) => lock(families).values().cloned().collect(),
            Kept::Table(table) => load_all(table, day).await?,
        };
        let mut entries = Vec::new();
        for mut family in families {
            family.settle(now);
            entries.extend(family.entries().iter().filter(|e| day.is_none_or(|d| japan_date(e.at) == d)).cloned());
        }
        // Stable: what one order saw at the same instant stays in the order of writing.
        entries.sort_by(|a, b| (a.at, family_of(&a.reference)).cmp(&(b.at, family_of(&b.reference))));
        Ok(entries)
    }

    /// Where the money of one order stands; `reference` is any of the order's.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn totals(&self, reference: &Reference, now: Timestamp) -> Result<Totals, LedgerError> {
        Ok(self.family(reference, now).await?.totals(now))
    }

    /// The books of the order that `reference` belongs to, to look at.
    pub(crate) async fn family(&self, reference: &Reference, now: Timestamp) -> Result<Family, LedgerError> {
        let name = family_of(reference);
        let mut family = match &self.0 {
            Kept::Memory(families) => lock(families).get(name).cloned().unwrap_or_default(),
            Kept::Table(table) => load(table, name).await?.1,
        };
        family.settle(now);
        Ok(family)
    }

    /// Changes the books of the order that `reference` belongs to, as one step.
    pub(crate) async fn change<T>(
        &self,
        reference: &Reference,
        mut change: impl FnMut(&mut Family) -> T,
    ) -> Result<T, LedgerError> {
        let name = family_of(reference);
        match &self.0 {
            Kept::Memory(families) => {
                let mut families = lock(families);
                match families.get_mut(name) {
                    Some(family) => Ok(change(family)),
                    None => Ok(change(families.entry(name.to_owned()).or_default())),
                }
            }
            Kept::Table(table) => {
                let mut tries = MOST_CONFLICTS;
                loop {
                    match change_stored(table, name, &mut change).await {
                        Err(LedgerError::Store(StoreError::Conflict)) if tries > 0 => tries = tries.saturating_sub(1),
                        ended => return ended,
                    }
                }
            }
        }
    }
}

async fn change_stored<T>(
    table: &Table,
    name: &str,
    change: &mut impl FnMut(&mut Family) -> T,
) -> Result<T, LedgerError> {
    let (version, before) = load(table, name).await?;
    let mut family = before.clone();
    let answer = change(&mut family);
    if family == before {
        return Ok(answer);
    }
    let filed = days(&before);
    for day in days(&family).difference(&filed) {
        table.file(*day, name).await?;
    }
    let text = serde_json::to_string(&family).map_err(LedgerError::Page)?;
    table.save(name, &Page { version: version.saturating_add(1), text }).await?;
    Ok(answer)
}

async fn load(table: &Table, name: &str) -> Result<(u64, Family), LedgerError> {
    match table.load(name).await? {
        Some(page) => Ok((page.version, serde_json::from_str(&page.text).map_err(LedgerError::Page)?)),
        None => Ok((0, Family::default())),
    }
}

async fn load_all(table: &Table, day: Option<Date>) -> Result<Vec<Family>, LedgerError> {
    let names: BTreeSet<String> = table.families(day).await?.into_iter().collect();
    let mut families = Vec::with_capacity(names.len());
    for name in names {
        families.push(load(table, &name).await?.1);
    }
    Ok(families)
}

/// The days of Japan on which something happened, or may still happen by itself.
fn days(family: &Family) -> BTreeSet<Date> {
    family.entries().iter().map(|entry| entry.at).chain(family.due()).map(japan_date).collect()
}

/// The part of a reference that all operations on one order share.
fn family_of(reference: &Reference) -> &str {
    reference.as_str().split_once('-').map_or(reference.as_str(), |(family, _)| family)
}

/// A panic elsewhere must not stop the books: every change of a family is a single assignment away from whole.
fn lock(families: &Mutex<HashMap<String, Family>>) -> std::sync::MutexGuard<'_, HashMap<String, Family>> {
    families.lock().unwrap_or_else(PoisonError::into_inner)
}
