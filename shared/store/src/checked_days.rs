//! How far settlement-check has come: the last day whose books were compared.

use jiff::civil::Date;

use crate::{
    StoreError, Table,
    keys::{CHECKED_DAYS, DOCUMENT, ONLY, PK, SK},
    table::{Write, text, written_by_put},
};

/// The days that were compared.
#[derive(Clone, Debug)]
pub struct CheckedDays {
    table: Table,
}

impl CheckedDays {
    /// The days in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// The last day that was compared. None: none ever was.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn last(&self) -> Result<Option<Date>, StoreError> {
        let Some(item) = self.table.get(CHECKED_DAYS, ONLY).await? else { return Ok(None) };
        let day = item.get(DOCUMENT).and_then(|day| day.as_s().ok()).and_then(|day| day.parse().ok());
        day.map(Some).ok_or_else(|| StoreError::Unreadable { pk: CHECKED_DAYS.to_owned(), what: DOCUMENT })
    }

    /// A day was compared. A later one that another run has done stays.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn done(&self, day: Date) -> Result<(), StoreError> {
        let put = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .item(PK, text(CHECKED_DAYS))
            .item(SK, text(ONLY))
            .item(DOCUMENT, text(day.to_string()))
            .condition_expression("attribute_not_exists(#pk) OR #doc < :day")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#doc", DOCUMENT)
            .expression_attribute_values(":day", text(day.to_string()));
        match written_by_put(put.send().await)? {
            Write::Done | Write::Refused(_) => Ok(()),
        }
    }
}
