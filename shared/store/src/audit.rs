//! The audit logs: append-only, each entry bound to the one before it.

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use domain::{
    MerchantId,
    audit::{Action, Actor, Entry},
};
use jiff::Timestamp;

use crate::{
    StoreError, Table,
    keys::{self, DOCUMENT, PK, SK},
    table::{Item, Write, text, written_by_put},
};

/// How often an entry is tried again behind one that someone else appended first.
const TRIES: usize = 16;

/// The audit logs of all merchants.
#[derive(Clone, Debug)]
pub struct AuditLog {
    table: Table,
}

impl AuditLog {
    /// The logs in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Appends an entry.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn append(
        &self,
        merchant: &MerchantId,
        by: &Actor,
        action: &Action,
        at: Timestamp,
    ) -> Result<Entry, StoreError> {
        for _ in 0..TRIES {
            let last = self.page(merchant, None, 1).await?.into_iter().next();
            let entry = Entry {
                merchant: merchant.clone(),
                sequence: last.as_ref().map_or(1, |last| last.sequence.saturating_add(1)),
                at,
                by: by.clone(),
                action: action.clone(),
                previous: last.map(|last| last.hash()).unwrap_or_default(),
            };
            if self.put(&entry).await? {
                return Ok(entry);
            }
        }
        Err(StoreError::Conflict)
    }

    /// Entries, newest first: those before `before`, or the newest.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn page(&self, merchant: &MerchantId, before: Option<u64>, limit: i32) -> Result<Vec<Entry>, StoreError> {
        let page = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .key_condition_expression("#pk = :log AND #sk < :before")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#sk", SK)
            .expression_attribute_values(":log", text(keys::audit(merchant)))
            .expression_attribute_values(":before", text(before.map_or("9".repeat(13), keys::audit_entry)))
            .scan_index_forward(false)
            .consistent_read(true)
            .limit(limit)
            .send()
            .await?;
        page.items().iter().map(|item| read(merchant, item)).collect()
    }

    /// False: the place is taken by another entry.
    async fn put(&self, entry: &Entry) -> Result<bool, StoreError> {
        let document = serde_json::to_string(entry).map_err(|e| StoreError::Unavailable(Box::new(e)))?;
        let put = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .item(PK, text(keys::audit(&entry.merchant)))
            .item(SK, text(keys::audit_entry(entry.sequence)))
            .item(DOCUMENT, text(&document))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", PK)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match written_by_put(put.send().await)? {
            Write::Done => Ok(true),
            // Our own write, whose reply was lost.
            Write::Refused(stands) => Ok(stands.get(DOCUMENT).and_then(|v| v.as_s().ok()) == Some(&document)),
        }
    }
}

fn read(merchant: &MerchantId, item: &Item) -> Result<Entry, StoreError> {
    let document = item.get(DOCUMENT).and_then(|v| v.as_s().ok());
    let entry = document.and_then(|document| serde_json::from_str(document).ok());
    entry.ok_or_else(|| StoreError::Unreadable { pk: keys::audit(merchant), what: DOCUMENT })
}
