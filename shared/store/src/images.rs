//! Images of merchants, each under the hash of its bytes: what is there never changes.

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use domain::{MerchantId, merchant::ImageKind};

use crate::{
    StoreError, Table,
    keys::{self, PK, SK, image as attribute},
    table::{Write, text, written_by_put},
};

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

    /// Keeps an image under its hash.
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
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", PK);
        match written_by_put(put.send().await)? {
            // The same hash is the same image.
            Write::Done | Write::Refused(_) => Ok(()),
        }
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
