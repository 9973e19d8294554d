//! The guard against card testing: what is counted of declines, and who is refused before a card is tried.
//!
//! Thieves try lists of stolen or guessed numbers in shops. What gives them away is that nearly all fail, from few addresses, by one buyer, of few issuers or of
//! issuers whose cards are never good here.

mod count;
mod counted;
mod limit;
mod name;
mod standing;
mod tally;
mod verdict;
mod visit;

pub use count::{Count, Seen, weight};
pub use counted::{Additions, Approvals, Counted, Items, Recent};
pub use limit::{GuardLimit, GuardSettings, LimitError};
pub use name::{Key, Name, NoName};
pub use standing::{Level, Standing};
pub use tally::Tally;
pub use verdict::{Evidence, Reason, Remembered, judge, near};
pub use visit::{AddressKey, SHARDS, Visit};

#[cfg(test)]
mod tests;
