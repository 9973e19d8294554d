//! Time as an argument: whoever spans a call carries a clock and reads it again after.

use std::sync::Arc;

use jiff::{Timestamp, civil::Date, tz::Offset};

/// A source of the present instant. `main.rs` and the local system make one; nobody else reads the time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// A clock that reads `now`.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The present instant, to the millisecond: what records keep, so that what is read back equals what was written.
    pub fn now(&self) -> Timestamp {
        let now = (self.0)();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

/// Japan's time zone: nine hours ahead of UTC, without daylight saving since 1951.
pub const JAPAN: Offset = Offset::constant(9);

/// The date in Japan at an instant.
pub fn japan_date(at: Timestamp) -> Date {
    JAPAN.to_datetime(at).date()
}
