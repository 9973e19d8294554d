//! What the JSON API lets in, and how it answers the same request twice: keys with scopes, their rate, idempotent calls.

mod call;
mod code;
mod key;
mod list;
mod rate;

pub use call::{ApiCall, CallDecision, CallStage, IdempotencyKey, Started};
pub use code::{Code, Fault};
pub use key::{ApiKey, KeyId, KeyText, MAX_KEYS, MAX_LABEL, Scope};
pub use list::ListAsked;
pub use rate::{RATE_LIMIT, RATE_WINDOW, Rate, Window};
