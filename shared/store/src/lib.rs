//! The product's table in DynamoDB: keys and attribute names in one file, repositories that speak domain types, conditional writes only.
//!
//! No scan, no transaction on the payment path, no read-then-write: a refused condition brings what stands instead.

mod cursor;
mod error;
pub mod keys;
pub mod ledger;
mod merchants;
pub mod payments;
mod root;
mod table;

pub use cursor::{Cursor, DueCursor};
pub use error::{BoxError, StoreError};
pub use merchants::{Links, Merchants};
pub use payments::{DuePage, Payments, Written};
pub use root::AppRoot;
pub use table::Table;
