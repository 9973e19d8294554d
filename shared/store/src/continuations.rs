//! Runs of continuation: their plans' figures, edits and states. The rows of a plan are an object in the bucket.

use domain::{MerchantId, batch::BatchId, recurring::continuation::Run};

use crate::{
    StoreError, Table,
    document::{Place, document, documents, put_next, unless_refused},
    keys,
};

/// The runs of all merchants.
#[derive(Clone, Debug)]
pub struct Continuations {
    table: Table,
}

impl Continuations {
    /// The runs in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Reads a run, strongly.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self, merchant: &MerchantId, id: &BatchId) -> Result<Option<Run>, StoreError> {
        document(self.table.get(&keys::continuations(merchant), id.as_str()).await?)
    }

    /// Writes a run in place of version - 1, or where nothing was.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when someone changed it first.
    pub async fn put(&self, run: &Run) -> Result<(), StoreError> {
        let pk = keys::continuations(&run.merchant);
        let place = Place { pk, sk: run.id.as_str(), forgotten_at: Some(run.forgotten_at()), due: None };
        unless_refused(put_next(&self.table, place, run, run.version).await?)
    }

    /// The newest runs of a merchant, those before `below` only.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn newest(
        &self,
        merchant: &MerchantId,
        below: Option<&BatchId>,
        limit: i32,
    ) -> Result<Vec<Run>, StoreError> {
        documents(self.table.newest(keys::continuations(merchant), below.map(BatchId::as_str), limit).await?)
    }
}
