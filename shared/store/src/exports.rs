//! Downloads: who asked for what, and how far each is.

use domain::{
    MerchantId,
    export::{Export, ExportId},
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    StoreError, Table,
    document::{Place, document, documents, put_next, unless_refused},
    keys,
};

/// How long a download is known: the longest that a merchant can keep them. Nobody is shown one whose own time is over.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The downloads of all merchants.
#[derive(Clone, Debug)]
pub struct Exports {
    table: Table,
}

impl Exports {
    /// The downloads in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Reads a download, strongly.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self, merchant: &MerchantId, id: &ExportId) -> Result<Option<Export>, StoreError> {
        document(self.table.get(&keys::exports(merchant), id.as_str()).await?)
    }

    /// Writes a download in place of version - 1, or where nothing was.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when someone changed it first.
    pub async fn put(&self, export: &Export) -> Result<(), StoreError> {
        let forgotten_at = export.made_at.saturating_add(KEPT).unwrap_or(Timestamp::MAX);
        let pk = keys::exports(&export.merchant);
        let place = Place { pk, sk: export.id.as_str(), forgotten_at: Some(forgotten_at), due: None };
        unless_refused(put_next(&self.table, place, export, export.version).await?)
    }

    /// The newest downloads of a merchant.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn newest(&self, merchant: &MerchantId, limit: i32) -> Result<Vec<Export>, StoreError> {
        documents(self.table.newest(keys::exports(merchant), None, limit).await?)
    }
}
