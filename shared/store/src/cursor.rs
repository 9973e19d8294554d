//! The cursors of the rounds over what is due: the first minute that is not done, and for reconcile whether the acquirer answered last time.

use crate::{
    StoreError, Table,
    keys::{DOCUMENT, DUE_CURSOR, DueMinute, NOTIFY_CURSOR, ONLY, OUTAGE, PK, SK},
    table::{Write, text, written_by_put},
};
use aws_sdk_dynamodb::types::AttributeValue;

/// How far a round has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The first minute that has to be looked at.
    pub minute: DueMinute,
    /// The acquirer did not answer when it was last asked.
    pub outage: bool,
}

/// The cursor over the due minutes.
#[derive(Clone, Debug)]
pub struct DueCursor {
    table: Table,
    pk: &'static str,
}

impl DueCursor {
    /// Reconcile's cursor in `table`.
    pub fn new(table: Table) -> Self {
        Self { table, pk: DUE_CURSOR }
    }

    /// The cursor over notifications that are told again.
    pub fn of_notifications(table: Table) -> Self {
        Self { table, pk: NOTIFY_CURSOR }
    }

    /// How far the round has come. None: there never was a round.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self) -> Result<Option<Cursor>, StoreError> {
        let Some(item) = self.table.get(self.pk, ONLY).await? else { return Ok(None) };
        let minute = item.get(DOCUMENT).and_then(|v| v.as_s().ok()).and_then(|m| DueMinute::parse(m));
        let outage = item.get(OUTAGE).and_then(|v| v.as_bool().ok()).copied().unwrap_or(false);
        let unreadable = || StoreError::Unreadable { pk: self.pk.to_owned(), what: DOCUMENT };
        minute.map(|minute| Some(Cursor { minute, outage })).ok_or_else(unreadable)
    }

    /// Moves the cursor, from what this round loaded. One that another round moved stays where that round put it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn advance(&self, from: Option<Cursor>, to: Cursor) -> Result<(), StoreError> {
        let put = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .item(PK, text(self.pk))
            .item(SK, text(ONLY))
            .item(DOCUMENT, text(to.minute.to_string()))
            .item(OUTAGE, AttributeValue::Bool(to.outage));
        let put = match from {
            None => put.condition_expression("attribute_not_exists(#pk)").expression_attribute_names("#pk", PK),
            Some(from) => put
                .condition_expression("#doc = :from")
                .expression_attribute_names("#doc", DOCUMENT)
                .expression_attribute_values(":from", text(from.minute.to_string())),
        };
        match written_by_put(put.send().await)? {
            Write::Done | Write::Refused(_) => Ok(()),
        }
    }
}
