//! Who of a merchant's people certainly is an owner: one small item, so that the last one can't leave by two doors at once.
//!
//! Somebody is put in after they became an owner and taken out before they cease to be one, so whoever is in it is one.

use domain::{MerchantId, account::UserId};
use serde::{Deserialize, Serialize};

use crate::{
    StoreError, Table,
    document::{document, put_document},
    keys::{self, ONLY},
};

/// How often a change is tried again behind one of someone else's.
const TRIES: usize = 8;

/// The owners of all merchants.
#[derive(Clone, Debug)]
pub struct Owners {
    table: Table,
}

/// What became of taking an owner out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// They are out, or never were in; another owner stays.
    Done,
    /// There is no other.
    LastOwner,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct List {
    version: u32,
    owners: Vec<UserId>,
}

impl Owners {
    /// The owners in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Puts in somebody who is an owner.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn add(&self, merchant: &MerchantId, user: &UserId) -> Result<(), StoreError> {
        for _ in 0..TRIES {
            let list = self.load(merchant).await?;
            if list.owners.contains(user) {
                return Ok(());
            }
            let owners = list.owners.iter().chain([user]).cloned().collect();
            match self.put(merchant, &list, owners).await {
                Err(StoreError::Conflict) => {}
                written => return written,
            }
        }
        Err(StoreError::Conflict)
    }

    /// Whether nobody else certainly is an owner, as things stand.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn is_last(&self, merchant: &MerchantId, user: &UserId) -> Result<bool, StoreError> {
        Ok(self.load(merchant).await?.owners.iter().all(|owner| owner == user))
    }

    /// Takes out somebody who is to be an owner no longer, unless nobody else is one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn leave(&self, merchant: &MerchantId, user: &UserId) -> Result<Leaving, StoreError> {
        for _ in 0..TRIES {
            let list = self.load(merchant).await?;
            let others: Vec<UserId> = list.owners.iter().filter(|owner| *owner != user).cloned().collect();
            if others.is_empty() {
                return Ok(Leaving::LastOwner);
            }
            if others.len() == list.owners.len() {
                return Ok(Leaving::Done);
            }
            match self.put(merchant, &list, others).await {
                Ok(()) => return Ok(Leaving::Done),
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Conflict)
    }

    async fn load(&self, merchant: &MerchantId) -> Result<List, StoreError> {
        Ok(document(self.table.get(&keys::owners(merchant), ONLY).await?)?.unwrap_or_default())
    }

    async fn put(&self, merchant: &MerchantId, before: &List, owners: Vec<UserId>) -> Result<(), StoreError> {
        let list = List { version: before.version.saturating_add(1), owners };
        let previous = Some(before.version).filter(|version| *version > 0);
        put_document(&self.table, keys::owners(merchant), &list, list.version, previous).await
    }
}
