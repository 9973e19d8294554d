//! How far the schedule of regular purchases has come: the first day that may hold something yet, and the month whose cards are checked.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    StoreError, Table,
    document::{Place, document, put_next},
    keys::{ONLY, PLAN_DAYS},
    table::Write,
};

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanDays {
    /// Counts writes.
    pub version: u32,
    /// The first day that held something when it was looked at last, or was not looked at yet.
    pub from: Date,
    /// The first of the month whose cards were checked last.
    pub cards_of: Date,
    /// The day that comes next where the check of the cards was cut off.
    pub cards_from: Option<Date>,
}

/// The schedule's cursor.
#[derive(Clone, Debug)]
pub struct PlanDaysCursor {
    table: Table,
}

impl PlanDaysCursor {
    /// The cursor in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// How far the schedule has come. None: nobody ever joined a regular purchase.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self) -> Result<Option<PlanDays>, StoreError> {
        document(self.table.get(PLAN_DAYS, ONLY).await?)
    }

    /// The first plan ever is about to be written on this day: from there on the schedule looks. One that stands stays.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn begin(&self, day: Date) -> Result<(), StoreError> {
        self.advance(&PlanDays { version: 1, from: day, cards_of: day.first_of_month(), cards_from: None }).await
    }

    /// Moves the cursor, in place of version - 1. One that another run moved stays where that run put it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn advance(&self, to: &PlanDays) -> Result<(), StoreError> {
        let place = Place { pk: PLAN_DAYS.to_owned(), sk: ONLY, forgotten_at: None, due: None };
        match put_next(&self.table, place, to, to.version).await? {
            Write::Done | Write::Refused(_) => Ok(()),
        }
    }
}
