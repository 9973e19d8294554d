//! How far settlement-check has come: the last day whose books were begun to be compared, and the days of which something is left.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::civil::Date;

use crate::{
    StoreError, Table,
    keys::{CHECKED_DAYS, DAYS_LEFT, DOCUMENT, ONLY, PK, SK},
    table::{Item, Write, text, written_by_put},
};

/// The days that were compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// The last day that was begun. None: none ever was.
    pub last: Option<Date>,
    /// The days, up to it, of which something is left.
    pub left: BTreeSet<Date>,
}

/// Where they are kept.
#[derive(Clone, Debug)]
pub struct CheckedDays {
    table: Table,
}

impl CheckedDays {
    /// The days in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// How far the comparison has come.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self) -> Result<Checked, StoreError> {
        let Some(item) = self.table.get(CHECKED_DAYS, ONLY).await? else { return Ok(Checked::default()) };
        read(&item).ok_or_else(|| StoreError::Unreadable { pk: CHECKED_DAYS.to_owned(), what: DOCUMENT })
    }

    /// Writes how far it has come. A later day that another run has begun stays.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn store(&self, checked: &Checked) -> Result<(), StoreError> {
        let Some(last) = checked.last else { return Ok(()) };
        let left = checked.left.iter().map(|day| text(day.to_string())).collect();
        let put = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .item(PK, text(CHECKED_DAYS))
            .item(SK, text(ONLY))
            .item(DOCUMENT, text(last.to_string()))
            .item(DAYS_LEFT, AttributeValue::L(left))
            .condition_expression("attribute_not_exists(#pk) OR #doc <= :day")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#doc", DOCUMENT)
            .expression_attribute_values(":day", text(last.to_string()));
        match written_by_put(put.send().await)? {
            Write::Done | Write::Refused(_) => Ok(()),
        }
    }
}

fn read(item: &Item) -> Option<Checked> {
    let day = |value: &AttributeValue| value.as_s().ok()?.parse::<Date>().ok();
    let left = match item.get(DAYS_LEFT) {
        Some(left) => left.as_l().ok()?.iter().map(day).collect::<Option<_>>()?,
        None => BTreeSet::new(),
    };
    Some(Checked { last: Some(day(item.get(DOCUMENT)?)?), left })
}
