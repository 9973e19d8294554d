//! The console's read model: one item for each payment and each regular purchase, which four indexes list, and the sums of days.
//!
//! It is written from the table's stream, which repeats and reorders: an item takes a newer version only, each step of a payment once,
//! and a step's share of the sums in the same transaction as the step.

mod item;
mod plan_mails;
mod plans;
mod read;
mod total;
mod write;

pub use plan_mails::PlanMails;
pub use plans::{PlanCursor, PlanRows, PlanSearches};
pub use read::{Cursor, History, SearchPage, Searches};
pub use total::DayTotals;
pub use write::{SearchChange, SearchIndex};
