//! Downloads: who asked for what, and how far each is.

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use domain::{
    MerchantId,
    export::{Export, ExportId},
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    StoreError, Table,
    keys::{self, DOCUMENT, PK, SK, TTL, VERSION},
    merchants::document,
    table::{Write, number, text, written_by_put},
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
        let document = serde_json::to_string(export).map_err(|e| StoreError::Unavailable(Box::new(e)))?;
        let forgotten_at = export.made_at.saturating_add(KEPT).unwrap_or(Timestamp::MAX);
        let put = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .item(PK, text(keys::exports(&export.merchant)))
            .item(SK, text(export.id.as_str()))
            .item(VERSION, number(export.version))
            .item(DOCUMENT, text(&document))
            .item(TTL, number(forgotten_at.as_second()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let put = match export.version.saturating_sub(1) {
            0 => put.condition_expression("attribute_not_exists(#pk)").expression_attribute_names("#pk", PK),
            previous => put
                .condition_expression("#v = :previous")
                .expression_attribute_names("#v", VERSION)
                .expression_attribute_values(":previous", number(previous)),
        };
        match written_by_put(put.send().await)? {
            Write::Done => Ok(()),
            // Our own write, whose reply was lost.
            Write::Refused(stands) if stands.get(DOCUMENT).and_then(|v| v.as_s().ok()) == Some(&document) => Ok(()),
            Write::Refused(_) => Err(StoreError::Conflict),
        }
    }

    /// The newest downloads of a merchant.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn newest(&self, merchant: &MerchantId, limit: i32) -> Result<Vec<Export>, StoreError> {
        let page = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .key_condition_expression("#pk = :exports")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_values(":exports", text(keys::exports(merchant)))
            .scan_index_forward(false)
            .consistent_read(true)
            .limit(limit)
            .send()
            .await?;
        let read = page.items().iter().map(|item| document(Some(item.clone())));
        read.filter_map(Result::transpose).collect()
    }
}
