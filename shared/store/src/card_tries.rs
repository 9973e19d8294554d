//! The declines of one card at one merchant on one side, as the card networks count them: a document of its own, written by declines alone.

use domain::tries::{Needed, TriedCard, TryHistory};
use serde::{Deserialize, Serialize};

use crate::{
    StoreError, Table,
    document::{Place, document, put_next, unless_refused},
    keys,
};

/// The histories of all cards.
#[derive(Clone, Debug)]
pub struct CardTries {
    table: Table,
}

/// A history as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredHistory {
    /// The declines.
    #[serde(rename = "h")]
    pub history: TryHistory,
    /// Counts writes; 0 for none.
    #[serde(rename = "v")]
    pub version: u32,
}

impl CardTries {
    /// The histories in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// The history of a card, strongly read; an empty one where nothing was declined.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self, card: &TriedCard) -> Result<StoredHistory, StoreError> {
        let (pk, sk) = (keys::card_tries(&card.merchant, card.fingerprint), keys::tried_by(card.by));
        Ok(document(self.table.get(&pk, sk).await?)?.unwrap_or_default())
    }

    /// Writes a history in place of the one that was read, for as long as it is needed.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when someone wrote another in between.
    pub async fn put(&self, card: &TriedCard, before: &StoredHistory, history: TryHistory) -> Result<(), StoreError> {
        let forgotten_at = match history.needed(card.brand) {
            Needed::ForGood => None,
            Needed::Until(then) => Some(then),
        };
        let pk = keys::card_tries(&card.merchant, card.fingerprint);
        let next = StoredHistory { history, version: before.version.saturating_add(1) };
        let place = Place { pk, sk: keys::tried_by(card.by), forgotten_at, due: None };
        unless_refused(put_next(&self.table, place, &next, next.version).await?)
    }
}
