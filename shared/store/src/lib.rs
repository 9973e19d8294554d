//! The product's table in DynamoDB: keys and attribute names in one file, repositories that speak domain types, conditional writes only.
//!
//! No scan, no transaction on the payment path, no read-then-write: a refused condition brings what stands instead.

mod api_calls;
mod api_keys;
mod attention;
mod audit;
pub mod batches;
mod card_keys;
mod card_tries;
pub mod cards;
mod checked_days;
mod continuations;
mod cursor;
mod deliveries;
mod document;
pub mod endpoints;
mod error;
mod exports;
mod guard;
mod images;
pub mod keys;
pub mod ledger;
pub mod links;
mod mail_returns;
mod merchants;
mod offers;
mod owners;
pub mod payments;
mod plan_days;
pub mod plans;
mod replays;
mod root;
pub mod search;
mod table;
mod tries;
mod users;

pub use api_calls::{ApiCalls, CallWritten};
pub use api_keys::{ApiKeys, KeyUse};
pub use attention::{Attention, MatterPage, OpenMatters, Raised, Which};
pub use audit::{AuditLog, Logged};
pub use batches::{Batches, ChunkWritten};
pub use card_keys::{CardKeys, KeyStage, StoredKey};
pub use card_tries::{CardTries, StoredHistory};
pub use cards::{CardCursor, CardPage, Cards, Kept, WalkCursor};
pub use checked_days::{Checked, CheckedDays};
pub use continuations::Continuations;
pub use cursor::{Cursor, DueCursor};
pub use deliveries::{Deliveries, DeliveryPage, DeliveryPlace, DueDeliveries};
pub use endpoints::{Endpoints, MerchantEndpoints};
pub use error::{BoxError, StoreError};
pub use exports::Exports;
pub use guard::{CounterKey, GuardCounters};
pub use images::Images;
pub use links::{LinkPage, LinkPlace, Links, OrderClaim};
pub use mail_returns::MailReturns;
pub use merchants::Merchants;
pub use offers::Offers;
pub use owners::{Leaving, Owners};
pub use payments::{DuePage, Loaded, Payments, Written};
pub use plan_days::{PlanDays, PlanDaysCursor};
pub use plans::{PlanChanged, PlanPage, PlanWritten, Plans};
pub use replays::Replays;
pub use root::AppRoot;
pub use search::{
    Cursor as SearchCursor, DayTotals, History, PlanCursor, PlanMails, PlanRows, PlanSearches, SearchIndex, SearchPage,
    Searches,
};
pub use table::Table;
pub use tries::{StoredTries, TriesStore};
pub use users::{Sessions, Users};
