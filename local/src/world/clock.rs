//! The world's clock: the machine's, or one that stands still, moved forward by whoever wants to see what happens next.

use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Where the time comes from before it is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// The machine's clock.
    Real,
    /// It stands at this instant and only moves when it is moved.
    Frozen(Timestamp),
    /// It begins at this instant, and goes on by a millisecond each time that somebody reads it: what takes time by day takes some here, too.
    Ticking(Timestamp),
}

/// A clock that can be moved forward.
#[derive(Debug)]
pub(crate) struct WorldClock {
    time: Time,
    moved_ms: AtomicI64,
}

impl WorldClock {
    pub(crate) fn new(time: Time) -> Self {
        Self { time, moved_ms: AtomicI64::new(0) }
    }

    /// Goes on from where an earlier process had moved it.
    pub(crate) fn restore(&self, moved_ms: i64) {
        self.moved_ms.store(moved_ms, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> Timestamp {
        let start = match self.time {
            Time::Real => machine_time(),
            Time::Frozen(at) => at,
            Time::Ticking(at) => {
                self.moved_ms.fetch_add(1, Ordering::SeqCst);
                at
            }
        };
        start.saturating_add(SignedDuration::from_millis(self.moved_ms())).unwrap_or(Timestamp::MAX)
    }

    /// The same clock as functions are given it.
    pub(crate) fn as_domain(self: &Arc<Self>) -> domain::Clock {
        let clock = Arc::clone(self);
        domain::Clock::new(move || clock.now())
    }

    /// How far it was moved, for keeping.
    pub(crate) fn moved_ms(&self) -> i64 {
        self.moved_ms.load(Ordering::SeqCst)
    }

    pub(crate) fn is_real(&self) -> bool {
        self.time == Time::Real
    }

    /// Moves it forward to this instant; never back.
    pub(crate) fn move_to(&self, instant: Timestamp) {
        let ahead_ms = instant.as_millisecond().saturating_sub(self.now().as_millisecond());
        if ahead_ms > 0 {
            self.moved_ms.fetch_add(ahead_ms, Ordering::SeqCst);
        }
    }

    /// The instant that lies this far ahead.
    pub(crate) fn after(&self, ahead: Duration) -> Timestamp {
        let ahead = SignedDuration::try_from(ahead).unwrap_or(SignedDuration::MAX);
        self.now().saturating_add(ahead).unwrap_or(Timestamp::MAX)
    }
}

#[allow(clippy::disallowed_methods, reason = "the system on one machine is where its time comes from")]
fn machine_time() -> Timestamp {
    Timestamp::now()
}
