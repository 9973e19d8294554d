//! Tries that are counted before their answer is known: signing in, codes, mails that anybody can ask for.

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use domain::lockout::{REMEMBERED, Tries};
use jiff::Timestamp;

use crate::{
    StoreError, Table,
    keys::{self, DOCUMENT, ONLY, PK, SK, TTL, VERSION, WRITER},
    table::{Item, Write, json, number, text, writer, written_by_put},
};

/// The counted tries.
#[derive(Clone, Debug)]
pub struct TriesStore {
    table: Table,
}

/// What stands for something that is tried, and how often it was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoredTries {
    /// The tries.
    pub tries: Tries,
    /// Counts writes; 0 for none.
    pub version: u64,
}

impl TriesStore {
    /// The tries in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// The tries of `what`, strongly read.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self, what: &str) -> Result<StoredTries, StoreError> {
        let item = self.table.get(&keys::tries(what), ONLY).await?;
        item.map_or(Ok(StoredTries::default()), |item| read(&item))
    }

    /// Writes the tries of `what` in place of those that were read; answers what stands now.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when someone tried in between.
    pub async fn put(
        &self,
        what: &str,
        before: StoredTries,
        tries: Tries,
        now: Timestamp,
    ) -> Result<StoredTries, StoreError> {
        let document = json(&tries)?;
        let (writer, after) = (writer()?, StoredTries { tries, version: before.version.saturating_add(1) });
        let put = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .item(PK, text(keys::tries(what)))
            .item(SK, text(ONLY))
            .item(DOCUMENT, text(document))
            .item(VERSION, number(after.version))
            .item(WRITER, text(&writer))
            .item(TTL, number(now.saturating_add(REMEMBERED).unwrap_or(Timestamp::MAX).as_second()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let put = match before.version {
            0 => put.condition_expression("attribute_not_exists(#pk)").expression_attribute_names("#pk", PK),
            version => put
                .condition_expression("#v = :previous")
                .expression_attribute_names("#v", VERSION)
                .expression_attribute_values(":previous", number(version)),
        };
        match written_by_put(put.send().await)? {
            Write::Done => Ok(after),
            // Our own write, whose reply was lost.
            Write::Refused(stands) if stands.get(WRITER) == Some(&text(&writer)) => Ok(after),
            Write::Refused(_) => Err(StoreError::Conflict),
        }
    }
}

fn read(item: &Item) -> Result<StoredTries, StoreError> {
    let tries = item.get(DOCUMENT).and_then(|v| v.as_s().ok()).and_then(|doc| serde_json::from_str(doc).ok());
    let version = item.get(VERSION).and_then(|v| v.as_n().ok()).and_then(|n| n.parse().ok());
    let pk = || item.get(PK).and_then(|v| v.as_s().ok()).cloned().unwrap_or_default();
    match (tries, version) {
        (Some(tries), Some(version)) => Ok(StoredTries { tries, version }),
        _ => Err(StoreError::Unreadable { pk: pk(), what: DOCUMENT }),
    }
}
