//! The wrapped root of the application's keys: one item, made once.

use aws_sdk_dynamodb::{
    primitives::Blob,
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure},
};

use crate::{
    StoreError, Table,
    keys::{APP_ROOT, DOCUMENT, ONLY, PK, SK},
    table::{Item, Write, text, written_by_put},
};

/// The wrapped root of the application's keys.
#[derive(Clone, Debug)]
pub struct AppRoot {
    table: Table,
}

impl AppRoot {
    /// The root in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// The wrapped bytes, if they were made.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.table.get(APP_ROOT, ONLY).await?.map(|item| wrapped(&item)).transpose()
    }

    /// Stores the wrapped bytes unless there are some; answers those that stand.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn create(&self, bytes: Vec<u8>) -> Result<Vec<u8>, StoreError> {
        let put = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .item(PK, text(APP_ROOT))
            .item(SK, text(ONLY))
            .item(DOCUMENT, AttributeValue::B(Blob::new(bytes.clone())))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", PK)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match written_by_put(put.send().await)? {
            Write::Done => Ok(bytes),
            Write::Refused(stands) => wrapped(&stands),
        }
    }
}

fn wrapped(item: &Item) -> Result<Vec<u8>, StoreError> {
    let blob = item.get(DOCUMENT).and_then(|v| v.as_b().ok());
    blob.map(|b| b.as_ref().to_vec()).ok_or_else(|| StoreError::Unreadable { pk: APP_ROOT.to_owned(), what: DOCUMENT })
}
