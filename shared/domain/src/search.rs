//! What a merchant's people search payments by, the row that stands for a payment in a list, its history, and the sums of a day.
//!
//! All of it is derived from payments, and the stream brings them repeated and out of order: nothing here depends on when or how often.

mod fold;
mod plan;
mod row;
mod status;
mod step;
mod sums;
mod terms;

pub use fold::folded;
pub use plan::{PlanRow, PlanSearch, PlanStanding, PlanStatus};
pub use row::{Row, SearchKey};
pub use status::{Outcome, Standing, Status};
pub use step::{Act, MailTrace, Progress, Step};
pub use sums::{DaySums, Effect, Figure, Sum, effects};
pub use terms::{Field, Search, SearchProblem, View, Wanted, is_whole_address};
