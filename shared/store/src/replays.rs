//! Periods of notifications that are sent again: the last replay of each endpoint.

use domain::{
    MerchantId,
    webhook::{EndpointId, Replay},
};
use jiff::Timestamp;

use crate::{
    StoreError, Table,
    document::{Place, document, put_next, unless_refused},
    keys,
};

/// The replays of all merchants.
#[derive(Clone, Debug)]
pub struct Replays {
    table: Table,
}

impl Replays {
    /// The replays in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Reads an endpoint's last one, strongly.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self, merchant: &MerchantId, endpoint: &EndpointId) -> Result<Option<Replay>, StoreError> {
        document(self.table.get(&keys::replays(merchant), endpoint.as_str()).await?)
    }

    /// Writes a replay in place of version - 1, or where nothing was.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when someone was first.
    pub async fn put(&self, replay: &Replay) -> Result<(), StoreError> {
        let pk = keys::replays(&replay.merchant);
        let forgotten_at = Some(replay.asked_at.saturating_add(Replay::KEPT_FOR).unwrap_or(Timestamp::MAX));
        let place = Place { pk, sk: replay.endpoint.as_str(), forgotten_at, due: None };
        unless_refused(put_next(&self.table, place, replay, replay.version).await?)
    }
}
