//! Logs: one JSON record a line, fields instead of sentences, never a body.

use tracing_subscriber::{
    filter::LevelFilter,
    fmt::{
        SubscriberBuilder,
        format::{Format, Json, JsonFields},
    },
};

/// Starts logging to standard output, where Lambda picks it up. Call it first in `main`.
pub fn init() {
    records().with_max_level(LevelFilter::INFO).init();
}

/// The form of a record. It carries what it was written within (`spans`): the invocation, which the runtime names (`requestId`), and a request of the JSON API.
pub fn records() -> SubscriberBuilder<JsonFields, Format<Json>> {
    tracing_subscriber::fmt().json().flatten_event(true).with_current_span(false).with_span_list(true)
}
