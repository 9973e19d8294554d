//! Images of merchants, each under the hash of its bytes: what is there never changes. One that is shown no more goes after a while.

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use domain::{MerchantId, merchant::ImageKind};
use jiff::{SignedDuration, Timestamp};

use crate::{
    StoreError, Table,
    keys::{self, PK, SK, TTL, image as attribute},
    table::{Write, number, text, written_by_put, written_by_update},
};

/// How long an image stays after it was replaced: pages that are open, and copies of them, still ask for it.
const RETIRED_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Images of merchants.
#[derive(Clone, Debug)]
pub struct Images {
    table: Table,
}

impl Images {
    /// The images in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Keeps an image under its hash. One that was to go stays.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put(
        &self,
        merchant: &MerchantId,
        hash: &str,
        kind: ImageKind,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        let put = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .item(PK, text(keys::image(merchant)))
            .item(SK, text(hash))
            .item(attribute::KIND, text(kind.media_type()))
            .item(attribute::BYTES, AttributeValue::B(Blob::new(bytes)))
            .condition_expression("attribute_not_exists(#pk) OR attribute_exists(#ttl)")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#ttl", TTL);
        match written_by_put(put.send().await)? {
            // The same hash is the same image.
            Write::Done | Write::Refused(_) => Ok(()),
        }
    }

    /// Lets an image go that is shown no more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn retire(&self, merchant: &MerchantId, hash: &str, now: Timestamp) -> Result<(), StoreError> {
        let until = now.saturating_add(RETIRED_KEPT).unwrap_or(Timestamp::MAX);
        let update = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key(PK, text(keys::image(merchant)))
            .key(SK, text(hash))
            .update_expression("SET #ttl = :until")
            .condition_expression("attribute_exists(#pk) AND attribute_not_exists(#ttl)")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#ttl", TTL)
            .expression_attribute_values(":until", number(until.as_second()));
        // Refused: it is gone, or on its way.
        written_by_update(update.send().await).map(drop)
    }

    /// Keeps an image that was to go.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn restore(&self, merchant: &MerchantId, hash: &str) -> Result<(), StoreError> {
        let update = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key(PK, text(keys::image(merchant)))
            .key(SK, text(hash))
            .update_expression("REMOVE #ttl")
            .condition_expression("attribute_exists(#ttl)")
            .expression_attribute_names("#ttl", TTL);
        // Refused: it stays as it is.
        written_by_update(update.send().await).map(drop)
    }

    /// An image: what it is and its bytes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self, merchant: &MerchantId, hash: &str) -> Result<Option<(ImageKind, Vec<u8>)>, StoreError> {
        let Some(item) = self.table.get(&keys::image(merchant), hash).await? else { return Ok(None) };
        let bytes =
            item.get(attribute::BYTES).and_then(|bytes| bytes.as_b().ok()).map(|blob| blob.clone().into_inner());
        let image = bytes.and_then(|bytes| Some((ImageKind::of(&bytes).ok()?, bytes)));
        image.map(Some).ok_or_else(|| StoreError::Unreadable { pk: keys::image(merchant), what: attribute::BYTES })
    }
}
