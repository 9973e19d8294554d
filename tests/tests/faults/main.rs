//! Fault runs: every single fault at every outside call of a payment, and the rules that hold all the same.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    clippy::print_stdout,
    clippy::large_futures,
    clippy::disallowed_methods,
    reason = "a test: what goes wrong is meant to end it"
)]

mod api;
mod batch;
mod books;
mod case;
mod clerk;
mod continuation;
mod doubts;
mod enumerate;
mod heard;
mod interleave;
mod invariants;
mod joining;
mod kept;
mod operators;
mod outage;
mod renewals;
mod shopper;
mod stories;

/// Says a count even where the test runner keeps what passing tests print.
pub(crate) fn say(line: &str) {
    use std::io::Write as _;
    drop(writeln!(std::io::stderr(), "{line}"));
}
