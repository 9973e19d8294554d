//! Logs: one JSON record a line, fields instead of sentences, never a body.

use tracing_subscriber::filter::LevelFilter;

/// Starts logging to standard output, where Lambda picks it up. Call it first in `main`.
pub fn init() {
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_max_level(LevelFilter::INFO)
        .init();
}
