//! When a notification that was not heard is told again.

use jiff::{SignedDuration, Timestamp, fmt::rfc2822};

/// Seconds before each try, from the one before: at once, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h (Standard Webhooks' example; 75 h 35 min in all).
const STEPS_S: [u32; 10] = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// The longest wait that an endpoint may ask for (ours: a day, as the longest step).
const RETRY_AFTER_MOST: SignedDuration = SignedDuration::from_hours(24);

/// How long to wait after `tries` tries were not heard. None: that was the last.
///
/// A tenth is added at random, so that what failed together does not come back together; `chance` is the random number. What the endpoint asked for
/// (`Retry-After`) can make it longer, a day at most, never shorter.
pub fn wait_after(tries: usize, asked: Option<SignedDuration>, chance: u32) -> Option<SignedDuration> {
    let step_s = u64::from(*STEPS_S.get(tries)?);
    let tenth_ms = step_s.saturating_mul(100);
    let spread_ms = u64::from(chance).checked_rem(tenth_ms).unwrap_or(0);
    let step_ms = step_s.saturating_mul(1_000).saturating_add(spread_ms);
    let step = SignedDuration::from_millis(i64::try_from(step_ms).ok()?);
    Some(asked.map_or(step, |asked| step.max(asked.min(RETRY_AFTER_MOST))))
}

/// Reads `Retry-After`: seconds, or a date (RFC 9110, 10.2.3). None: it says nothing that can be read, or the past.
pub fn retry_after(value: &str, now: Timestamp) -> Option<SignedDuration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        // more digits than a number holds are longer than any bound
        return Some(SignedDuration::from_secs(value.parse::<u32>().map_or(i64::from(u32::MAX), i64::from)));
    }
    let date = rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
    Some(date.duration_since(now)).filter(SignedDuration::is_positive)
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test's own numbers are small")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ten_tries_take_three_days() {
        let waits: Vec<i64> = (0..).map_while(|tries| wait_after(tries, None, 0)).map(|wait| wait.as_secs()).collect();
        assert_eq!(waits, [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]);
        assert_eq!(waits.iter().sum::<i64>(), 75 * 3_600 + 35 * 60 + 5);
    }

    #[test]
    fn an_endpoint_can_ask_for_more_time_and_not_for_less() {
        for (asked_s, waited_s) in [(0, 300), (299, 300), (301, 301), (86_400, 86_400), (9_999_999, 86_400)] {
            let wait = wait_after(2, Some(SignedDuration::from_secs(asked_s)), 0).unwrap();
            assert_eq!(wait.as_secs(), waited_s, "{asked_s}");
        }
        assert_eq!(wait_after(10, Some(SignedDuration::from_secs(60)), 0), None, "asking for time buys no further try");
    }

    #[test]
    fn what_an_endpoint_asks_for_is_seconds_or_a_date() {
        let now: Timestamp = "2026-11-30T12:00:00Z".parse().unwrap();
        for (value, seconds) in [
            ("0", Some(0)),
            ("120", Some(120)),
            (" 120 ", Some(120)),
            ("99999999999999999999", Some(i64::from(u32::MAX))),
            ("Mon, 30 Nov 2026 12:02:00 GMT", Some(120)),
            ("Mon, 30 Nov 2026 11:59:59 GMT", None),
            ("", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
        ] {
            assert_eq!(retry_after(value, now).map(|wait| wait.as_secs()), seconds, "{value}");
        }
    }

    proptest! {
        #[test]
        fn the_spread_is_a_tenth_at_most(tries in 0..10_usize, chance: u32) {
            let (least, wait) = (wait_after(tries, None, 0).unwrap(), wait_after(tries, None, chance).unwrap());
            prop_assert!(wait >= least && wait.as_millis() * 10 <= least.as_millis() * 11);
        }
    }
}
