//! What every endpoint of the JSON API shares: the door, calls that are made once, pages of lists, the form of answers.

mod answer;
mod body;
mod call;
mod door;
mod endpoint;
mod openapi;
mod paging;
mod problem;
mod query;
pub mod wire;

pub use answer::Answer;
pub use body::body;
pub use call::Run;
pub use door::{Api, Visit, language};
pub use endpoint::{ENDPOINTS, Endpoint};
pub use openapi::{document, reference};
pub use paging::{Cursor, Paged};
pub use problem::Problem;
pub use query::Query;
