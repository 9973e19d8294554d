//! Batches, their chunks, and which bytes were taken already.

use domain::{
    MerchantId,
    batch::{Batch, BatchId, Chunk},
};

use crate::{
    StoreError, Table,
    document::{Place, document, documents, put_next, unless_refused},
    keys::{self, ONLY, PK, VERSION},
    payments::image_item,
    table::{Item, Write},
};

/// The batches of all merchants.
#[derive(Clone, Debug)]
pub struct Batches {
    table: Table,
}

/// What became of a write to a chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChunkWritten {
    /// It stands.
    Done,
    /// Another worker wrote it first; this is what stands.
    Refused(Box<Chunk>),
}

impl Batches {
    /// The batches in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Reads a batch, strongly.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self, merchant: &MerchantId, id: &BatchId) -> Result<Option<Batch>, StoreError> {
        document(self.table.get(&keys::batches(merchant), id.as_str()).await?)
    }

    /// Writes a batch in place of version - 1, or where nothing was.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when someone changed it first.
    pub async fn put(&self, batch: &Batch) -> Result<(), StoreError> {
        let place = of(batch, keys::batches(&batch.merchant), batch.id.as_str());
        unless_refused(put_next(&self.table, place, batch, batch.version).await?)
    }

    /// The newest batches of a merchant, those before `below` only.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn newest(
        &self,
        merchant: &MerchantId,
        below: Option<&BatchId>,
        limit: i32,
    ) -> Result<Vec<Batch>, StoreError> {
        documents(self.table.newest(keys::batches(merchant), below.map(BatchId::as_str), limit).await?)
    }

    /// Takes a file's bytes for a batch. Answers the batch that has them: this one, or an earlier.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim_bytes(&self, batch: &Batch, sha256: &str) -> Result<BatchId, StoreError> {
        let place = of(batch, keys::batch_bytes(&batch.merchant, sha256), ONLY);
        match put_next(&self.table, place, &batch.id, 1).await? {
            Write::Done => Ok(batch.id.clone()),
            Write::Refused(stands) => Ok(document(Some(stands))?.unwrap_or_else(|| batch.id.clone())),
        }
    }

    /// Reads a chunk, strongly.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn chunk(&self, batch: &Batch, number: u32) -> Result<Option<Chunk>, StoreError> {
        let item = self.table.get(&keys::chunks(&batch.merchant, &batch.id), &keys::chunk(number)).await?;
        item.map(chunk_of).transpose()
    }

    /// Writes a chunk in place of version - 1, or where nothing was.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_chunk(&self, batch: &Batch, chunk: &Chunk) -> Result<ChunkWritten, StoreError> {
        let sk = keys::chunk(chunk.number);
        let place = of(batch, keys::chunks(&batch.merchant, &batch.id), &sk);
        match put_next(&self.table, place, chunk, chunk.version).await? {
            Write::Done => Ok(ChunkWritten::Done),
            Write::Refused(stands) => Ok(ChunkWritten::Refused(Box::new(chunk_of(stands)?))),
        }
    }

    /// All chunks that a worker has begun, by number, strongly.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn chunks(&self, batch: &Batch) -> Result<Vec<Chunk>, StoreError> {
        let items = self.table.all(keys::chunks(&batch.merchant, &batch.id)).await?;
        items.into_iter().map(chunk_of).collect()
    }
}

/// A place of something that is kept for as long as its batch.
fn of<'a>(batch: &Batch, pk: String, sk: &'a str) -> Place<'a> {
    Place { pk, sk, forgotten_at: Some(batch.forgotten_at()), due: None }
}

fn chunk_of(item: Item) -> Result<Chunk, StoreError> {
    let version = item.get(VERSION).and_then(|v| v.as_n().ok()).and_then(|v| v.parse().ok());
    let pk = item.get(PK).and_then(|v| v.as_s().ok()).cloned().unwrap_or_default();
    let chunk: Option<Chunk> = document(Some(item))?;
    match (chunk, version) {
        (Some(chunk), Some(version)) => Ok(Chunk { version, ..chunk }),
        (Some(_) | None, _) => Err(StoreError::Unreadable { pk, what: VERSION }),
    }
}

/// Reads the image of a stream record, whose attributes come as DynamoDB JSON. None: the item is not a batch.
///
/// # Errors
/// [`StoreError::Unreadable`].
pub fn from_stream(image: &serde_json::Map<String, serde_json::Value>) -> Result<Option<Batch>, StoreError> {
    let item = image_item(image);
    let is_batch = item.get(PK).and_then(|pk| pk.as_s().ok()).is_some_and(|pk| pk.starts_with("B#"));
    if is_batch { document(Some(item)) } else { Ok(None) }
}
