//! How often a key may be used: a number of requests in each stretch of time.

use jiff::{SignedDuration, Timestamp};

/// Requests of one key in one [`RATE_WINDOW`] (ours).
pub const RATE_LIMIT: u32 = 100;
/// The stretch of time that requests are counted in.
pub const RATE_WINDOW: SignedDuration = SignedDuration::from_secs(10);

/// A stretch of time, by its first second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window(i64);

impl Window {
    /// The one that `now` lies in.
    pub fn at(now: Timestamp) -> Self {
        let (second, length) = (now.as_second(), RATE_WINDOW.as_secs());
        Self(second.saturating_sub(second.rem_euclid(length)))
    }

    /// Its first second, since 1970.
    pub const fn begins(self) -> i64 {
        self.0
    }

    /// Seconds until the next one, at least one.
    pub fn ends_in_s(self, now: Timestamp) -> i64 {
        self.0.saturating_add(RATE_WINDOW.as_secs()).saturating_sub(now.as_second()).max(1)
    }
}

/// How a key's use stands after this request was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many more requests there may be in this stretch.
    pub remaining: u32,
    /// Seconds until the next stretch.
    pub reset_s: i64,
    /// This request was one too many.
    pub exceeded: bool,
}

impl Rate {
    /// After the `count`th request of a stretch.
    pub fn after(count: u32, window: Window, now: Timestamp) -> Self {
        let remaining = RATE_LIMIT.saturating_sub(count);
        Self { remaining, reset_s: window.ends_in_s(now), exceeded: count > RATE_LIMIT }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_request_of_a_stretch_passes_and_the_next_does_not() {
        let now: Timestamp = "2026-11-21T03:00:17.5Z".parse().unwrap();
        let window = Window::at(now);
        for (count, remaining, exceeded) in [(1, 99, false), (100, 0, false), (101, 0, true), (u32::MAX, 0, true)] {
            assert_eq!(Rate::after(count, window, now), Rate { remaining, reset_s: 3, exceeded }, "{count}");
        }
    }

    #[test]
    fn a_stretch_begins_every_ten_seconds() {
        let at = |text: &str| Window::at(text.parse().unwrap());
        assert_eq!(at("2026-11-21T03:00:10Z"), at("2026-11-21T03:00:19.999Z"));
        assert_ne!(at("2026-11-21T03:00:19.999Z"), at("2026-11-21T03:00:20Z"));
    }
}
