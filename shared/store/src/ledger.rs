//! The test acquirer's ledger, on a table of its own: one item for each order, written whole on condition of its version, and an index of days.
//!
//! It is no table of the product: its writes are in no budget. What a page says is the test acquirer's business.

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use aws_types::SdkConfig;
use jiff::civil::Date;

use crate::{
    StoreError, Table,
    keys::{PK, SK},
    table::{Item, Write, number, text, written_by_put},
};

const FAMILY: &str = "family#";
const PAGE: &str = "page";
/// One partition holds the index: a sandbox stays far below what a partition takes (1,000 writes a second).
const DAYS: &str = "days";
const VERSION: &str = "v";
const TEXT: &str = "t";

/// The ledger's table.
#[derive(Clone, Debug)]
pub struct Ledger {
    table: Table,
}

/// The stored page of one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Counts writes; 0 for a page that was never written.
    pub version: u64,
    /// What it says.
    pub text: String,
}

impl Ledger {
    /// The ledger in the table called `name`, reached with `sdk`.
    pub fn new(sdk: &SdkConfig, name: impl Into<String>) -> Self {
        Self { table: Table::new(sdk, name) }
    }

    /// Opens the connection.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn connect(&self) -> Result<(), StoreError> {
        self.table.connect().await
    }

    /// The page of a family of references.
    ///
    /// # Errors
    /// [`StoreError`] `Unavailable` or `Unreadable`.
    pub async fn load(&self, family: &str) -> Result<Option<Page>, StoreError> {
        let pk = format!("{FAMILY}{family}");
        let Some(item) = self.table.get(&pk, PAGE).await? else { return Ok(None) };
        read(&item).map(Some).ok_or(StoreError::Unreadable { pk, what: "the page" })
    }

    /// Writes a page in place of the version before it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if another writer was first: load and decide again. A repeat of this very write is no conflict.
    pub async fn save(&self, family: &str, page: &Page) -> Result<(), StoreError> {
        let put = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .item(PK, text(format!("{FAMILY}{family}")))
            .item(SK, text(PAGE))
            .item(VERSION, number(page.version))
            .item(TEXT, text(&page.text))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let put = match page.version.checked_sub(1) {
            None | Some(0) => put.condition_expression("attribute_not_exists(pk)"),
            Some(before) => {
                put.condition_expression("v = :before").expression_attribute_values(":before", number(before))
            }
        };
        match written_by_put(put.send().await)? {
            Write::Done => Ok(()),
            Write::Refused(stands) if read(&stands).as_ref() == Some(page) => Ok(()),
            Write::Refused(_) => Err(StoreError::Conflict),
        }
    }

    /// Files a family under a day on which something happens to it. Call it before the page is written: an entry without a page is harmless, a page without an
    /// entry would be missing from the day's list.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn file(&self, day: Date, family: &str) -> Result<(), StoreError> {
        let put = self
            .table
            .client
            .put_item()
            .table_name(&self.table.name)
            .item(PK, text(DAYS))
            .item(SK, text(format!("{day}#{family}")))
            .condition_expression("attribute_not_exists(pk)");
        // Refused: it is there already.
        written_by_put(put.send().await).map(drop)
    }

    /// The families filed under a day, or under any day; in order of day and name, each once for each day.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn families(&self, day: Option<Date>) -> Result<Vec<String>, StoreError> {
        let query = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .expression_attribute_values(":days", text(DAYS))
            .consistent_read(true);
        let query = match day {
            Some(day) => query
                .key_condition_expression("pk = :days AND begins_with(sk, :day)")
                .expression_attribute_values(":day", text(format!("{day}#"))),
            None => query.key_condition_expression("pk = :days"),
        };
        let mut pages = query.into_paginator().items().send();
        let mut families = Vec::new();
        while let Some(item) = pages.next().await {
            let item = item?;
            let name = item.get(SK).and_then(|sk| sk.as_s().ok()).and_then(|sk| sk.split_once('#'));
            families.extend(name.map(|(_, family)| family.to_owned()));
        }
        Ok(families)
    }
}

fn read(item: &Item) -> Option<Page> {
    let version = item.get(VERSION)?.as_n().ok()?.parse().ok()?;
    let text = item.get(TEXT)?.as_s().ok()?.clone();
    Some(Page { version, text })
}
