//! How fast the system is, printed as tables: `cargo bench --workspace --bench payments`. Names of parts after `--` run these alone:
//! `parts`, `payments`, `batches`, `notifications`, `start`. Only where they are named, because they take long: `year` and `due`.
//!
//! One thread does all the work of a measurement but start-up's. Each figure is the median of several runs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::large_futures,
    reason = "a benchmark prints what it measured, and ends where it can't measure"
)]

mod batches;
#[path = "../../tests/binaries/cases.rs"]
mod cases;
mod chain;
mod measure;
mod notify;
mod pair;
mod parts;
#[path = "../../tests/binaries/programs.rs"]
mod programs;
#[path = "../../tests/binaries/runtime_api.rs"]
mod runtime_api;
mod start;
mod table;
mod tls;
mod year;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |part: &str| asked.is_empty() || asked.iter().any(|name| name == part);
    if wanted("parts") {
        parts::print().await;
    }
    if wanted("payments") {
        chain::print().await;
    }
    if wanted("batches") {
        batches::print().await;
    }
    if wanted("notifications") {
        notify::print().await;
    }
    if asked.iter().any(|name| name == "year") {
        year::print().await;
    }
    if asked.iter().any(|name| name == "due") {
        year::print_due().await;
    }
    if wanted("start") {
        start::print(&programs::build()).await;
    }
}
