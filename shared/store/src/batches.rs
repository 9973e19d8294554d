//! Batches, their chunks, and which bytes were taken already.

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use domain::{
    MerchantId,
    batch::{Batch, BatchId, Chunk},
};
use jiff::Timestamp;

use crate::{
    StoreError, Table,
    keys::{self, DOCUMENT, ONLY, PK, SK, TTL, VERSION},
    merchants::document,
    table::{Item, Write, number, text, written_by_put},
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

    /// Writes a batch in place of version - 1, or where nothing was. It is forgotten at `forgotten_at`.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when someone changed it first.
    pub async fn put(&self, batch: &Batch, forgotten_at: Timestamp) -> Result<(), StoreError> {
        let item = Document { pk: keys::batches(&batch.merchant), sk: batch.id.as_str(), forgotten_at };
        match self.put_next(item, batch, batch.version).await? {
            Put::Done => Ok(()),
            Put::Refused(_) => Err(StoreError::Conflict),
        }
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
        let query = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .expression_attribute_names("#pk", PK)
            .expression_attribute_values(":batches", text(keys::batches(merchant)))
            .scan_index_forward(false)
            .consistent_read(true)
            .limit(limit);
        let query = match below {
            None => query.key_condition_expression("#pk = :batches"),
            Some(below) => query
                .key_condition_expression("#pk = :batches AND #sk < :below")
                .expression_attribute_names("#sk", SK)
                .expression_attribute_values(":below", text(below.as_str())),
        };
        let page = query.send().await?;
        let read = page.items().iter().map(|item| document(Some(item.clone())));
        read.filter_map(Result::transpose).collect()
    }

    /// Takes a file's bytes for a batch. Answers the batch that has them: this one, or an earlier.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim_bytes(
        &self,
        batch: &Batch,
        sha256: &str,
        forgotten_at: Timestamp,
    ) -> Result<BatchId, StoreError> {
        let item = Document { pk: keys::batch_bytes(&batch.merchant, sha256), sk: ONLY, forgotten_at };
        match self.put_next(item, &batch.id, 1).await? {
            Put::Done => Ok(batch.id.clone()),
            Put::Refused(stands) => Ok(document(Some(stands))?.unwrap_or_else(|| batch.id.clone())),
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
    pub async fn put_chunk(
        &self,
        batch: &Batch,
        chunk: &Chunk,
        forgotten_at: Timestamp,
    ) -> Result<ChunkWritten, StoreError> {
        let sk = keys::chunk(chunk.number);
        let item = Document { pk: keys::chunks(&batch.merchant, &batch.id), sk: &sk, forgotten_at };
        match self.put_next(item, chunk, chunk.version).await? {
            Put::Done => Ok(ChunkWritten::Done),
            Put::Refused(stands) => Ok(ChunkWritten::Refused(Box::new(chunk_of(stands)?))),
        }
    }

    /// All chunks that a worker has begun, by number, strongly.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn chunks(&self, batch: &Batch) -> Result<Vec<Chunk>, StoreError> {
        let mut pages = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .key_condition_expression("#pk = :chunks")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_values(":chunks", text(keys::chunks(&batch.merchant, &batch.id)))
            .consistent_read(true)
            .into_paginator()
            .send();
        let mut chunks = Vec::new();
        while let Some(page) = pages.next().await {
            for item in page?.items.unwrap_or_default() {
                chunks.push(chunk_of(item)?);
            }
        }
        Ok(chunks)
    }

    async fn put_next(
        &self,
        item: Document<'_>,
        content: &impl serde::Serialize,
        version: u32,
    ) -> Result<Put, StoreError> {
        let document = serde_json::to_string(content).map_err(|e| StoreError::Unavailable(Box::new(e)))?;
        let put = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .item(PK, text(item.pk))
            .item(SK, text(item.sk))
            .item(VERSION, number(version))
            .item(DOCUMENT, text(&document))
            .item(TTL, number(item.forgotten_at.as_second()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let put = match version.saturating_sub(1) {
            0 => put.condition_expression("attribute_not_exists(#pk)").expression_attribute_names("#pk", PK),
            previous => put
                .condition_expression("#v = :previous")
                .expression_attribute_names("#v", VERSION)
                .expression_attribute_values(":previous", number(previous)),
        };
        match written_by_put(put.send().await)? {
            Write::Done => Ok(Put::Done),
            // Our own write, whose reply was lost.
            Write::Refused(stands) if stands.get(DOCUMENT).and_then(|v| v.as_s().ok()) == Some(&document) => {
                Ok(Put::Done)
            }
            Write::Refused(stands) => Ok(Put::Refused(stands)),
        }
    }
}

/// Where a document goes, and until when it is kept.
struct Document<'a> {
    pk: String,
    sk: &'a str,
    forgotten_at: Timestamp,
}

enum Put {
    Done,
    Refused(Item),
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
