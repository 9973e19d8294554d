//! Lock-out of guessing: five failures shut an account for half an hour, for the device that they came from and for no other.
//!
//! A device is known to an account when someone signed in on it, or set the account's password anew by mail. All others count as one
//! device, which after its first lock has one try at a time: whoever guesses from many places shuts unknown devices only, so nobody can
//! lock an owner out. An owner on a new device goes by the mail that sets the password anew.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Failures that shut (spec: 5).
pub const FAILURES: u8 = 5;
/// For how long (spec: 30 minutes).
pub const SHUT: SignedDuration = SignedDuration::from_mins(30);
/// After this long without a try all is forgotten (ours: a day).
pub const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);

/// From where an account is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceStanding {
    /// Someone signed in to this account on it.
    Known,
    /// Any other.
    Unknown,
}

/// What is remembered of one account's tries from one device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tries {
    /// Tries since the last success, each counted before its answer is known.
    pub count: u8,
    /// The last of them.
    pub last: Option<Timestamp>,
}

/// Whether a try may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// It may, and this is to be remembered first.
    Open(Tries),
    /// It is as good as wrong, whatever is typed.
    Shut {
        /// Until then.
        until: Timestamp,
    },
}

impl Tries {
    /// Whether one more may be made now.
    ///
    /// A try is counted before the password is looked at, so that a thousand at once are no more than five.
    pub fn gate(self, standing: DeviceStanding, now: Timestamp) -> Gate {
        let tries = if self.are_over(now) { Self::default() } else { self };
        let until = tries.last.and_then(|last| last.saturating_add(SHUT).ok()).unwrap_or(Timestamp::MIN);
        let full = tries.count >= FAILURES;
        if full && now < until {
            return Gate::Shut { until };
        }
        let count = match (full, standing) {
            (false, _) => tries.count.saturating_add(1),
            (true, DeviceStanding::Known) => 1,
            // One try, and shut again.
            (true, DeviceStanding::Unknown) => FAILURES,
        };
        Gate::Open(Self { count, last: Some(now) })
    }

    fn are_over(self, now: Timestamp) -> bool {
        self.last.is_some_and(|last| now.duration_since(last) >= REMEMBERED)
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test's own numbers are small")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn minute(minute: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minute * 60).unwrap()
    }

    /// Tries at these minutes; answers which were let through.
    fn run(standing: DeviceStanding, minutes: &[i64]) -> Vec<bool> {
        let mut tries = Tries::default();
        let each = minutes.iter().map(|at| match tries.gate(standing, minute(*at)) {
            Gate::Open(then) => {
                tries = then;
                true
            }
            Gate::Shut { .. } => false,
        });
        each.collect()
    }

    #[test]
    fn five_failures_shut_for_half_an_hour() {
        use DeviceStanding::{Known, Unknown};
        let (o, x) = (true, false);
        for (standing, minutes, open) in [
            (Known, vec![0, 0, 0, 0, 0, 0, 29], vec![o, o, o, o, o, x, x]),
            (Known, vec![0, 1, 2, 3, 4, 33, 34, 35, 36, 37, 38, 39], vec![o, o, o, o, o, x, o, o, o, o, o, x]),
            (Unknown, vec![0, 0, 0, 0, 0, 0, 29], vec![o, o, o, o, o, x, x]),
            // Slower than a known device: after the first lock one at a time.
            (Unknown, vec![0, 1, 2, 3, 4, 34, 35, 63, 64, 65], vec![o, o, o, o, o, o, x, x, o, x]),
            // A try while it is shut makes it no longer.
            (Known, vec![0, 0, 0, 0, 0, 10, 20, 29, 30], vec![o, o, o, o, o, x, x, x, o]),
            // After a quiet day all is forgotten.
            (Unknown, vec![0, 0, 0, 0, 0, 1440, 1440, 1440, 1440, 1440, 1440], vec![o, o, o, o, o, o, o, o, o, o, x]),
        ] {
            assert_eq!(run(standing, &minutes), open, "{standing:?} {minutes:?}");
        }
    }

    #[test]
    fn a_locked_device_says_until_when() {
        let tries = Tries { count: FAILURES, last: Some(minute(0)) };
        assert_eq!(tries.gate(DeviceStanding::Known, minute(7)), Gate::Shut { until: minute(30) });
    }

    proptest! {
        #[test]
        fn no_half_hour_has_more_than_five(mut minutes in prop::collection::vec(0_i64..4000, 1..200), known: bool) {
            minutes.sort_unstable();
            let standing = if known { DeviceStanding::Known } else { DeviceStanding::Unknown };
            let open = run(standing, &minutes);
            let tried: Vec<i64> = minutes.iter().zip(open).filter(|(_, open)| *open).map(|(at, _)| *at).collect();
            // Among six in a row there is one before which it was shut.
            for window in tried.windows(usize::from(FAILURES) + 1) {
                prop_assert!(window[window.len() - 1] - window[0] >= 30, "{:?}", window);
            }
        }
    }
}
