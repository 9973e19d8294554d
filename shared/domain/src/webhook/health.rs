//! How an endpoint fares, so that one that does not answer holds up nobody else: it rests, and one try at a time finds out whether it is back.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::answer::{Answer, Meaning};

/// The first rest of an endpoint that does not answer (ours).
const REST: SignedDuration = SignedDuration::from_secs(60);
/// The longest (ours): so long after its return all is heard again.
pub(super) const REST_MOST: SignedDuration = SignedDuration::from_mins(10);
/// An answer that takes longer makes the endpoint a slow one (ours): its tries go by the second queue. Milliseconds.
pub(super) const SLOW_MS: u32 = 3_000;
/// How long an endpoint counts as slow after such an answer.
const SLOW: SignedDuration = SignedDuration::from_mins(5);
/// After so long without anything heard the merchant is told (ours: between the sixth try and the seventh).
const TELL_AFTER: SignedDuration = SignedDuration::from_hours(12);

/// How an endpoint fares. Written only when it changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// Since when nothing was heard. None: the last try was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Timestamp>,
    /// Until when nothing is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rests_until: Option<Timestamp>,
    /// How many rests followed one another.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rests: u8,
    /// Until when it counts as slow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow_until: Option<Timestamp>,
    /// The merchant was told that nothing is heard.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub told: bool,
}

fn is_zero(number: &u8) -> bool {
    *number == 0
}

/// Whether a try may be made now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// At once.
    Open,
    /// By the second queue.
    Slow,
    /// By whoever writes [`Health::probed`] first; the others wait.
    Probe,
    /// Not now.
    Rest,
}

impl Health {
    /// Whether a try may be made now.
    pub fn gate(&self, now: Timestamp) -> Gate {
        match (self.rests_until, self.slow_until) {
            (Some(until), _) if now < until => Gate::Rest,
            (Some(_), _) => Gate::Probe,
            (None, Some(until)) if now < until => Gate::Slow,
            (None, _) => Gate::Open,
        }
    }

    /// With the one try noted that finds out whether the endpoint is back.
    #[must_use]
    pub fn probed(&self, now: Timestamp) -> Self {
        Self { rests_until: Some(now.saturating_add(REST).unwrap_or(Timestamp::MAX)), ..self.clone() }
    }

    /// After a try. `asked` is the endpoint's `Retry-After`: it can make a rest longer, never longer than the longest. None: nothing changed that is worth a
    /// write.
    pub fn after(&self, answer: Answer, took_ms: u32, asked: Option<SignedDuration>, now: Timestamp) -> Option<Self> {
        let later = |wait| Some(now.saturating_add(wait).unwrap_or(Timestamp::MAX));
        let next = match answer.meaning() {
            Meaning::Heard => {
                let known = self.slow_until.filter(|until| now < *until);
                let slow_until = if took_ms > SLOW_MS { known.or_else(|| later(SLOW)) } else { None };
                Self { slow_until, ..Self::default() }
            }
            Meaning::Again | Meaning::Gone => {
                // it answers: nobody has to wait for it
                Self { failing_since: self.failing_since.or(Some(now)), rests_until: None, rests: 0, ..self.clone() }
            }
            Meaning::Silent => {
                let rests = self.rests.saturating_add(1);
                let rest = REST.saturating_mul(i32::from(rests));
                let rest = asked.map_or(rest, |asked| rest.max(asked)).min(REST_MOST);
                let failing_since = self.failing_since.or(Some(now));
                Self { failing_since, rests_until: later(rest), rests, ..self.clone() }
            }
        };
        (next != *self).then_some(next)
    }

    /// Whether the merchant has to be told that nothing is heard.
    pub fn wants_telling(&self, now: Timestamp) -> bool {
        !self.told && self.failing_since.is_some_and(|since| now.duration_since(since) >= TELL_AFTER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::Unheard;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    const TIMEOUT: Answer = Answer::Unheard(Unheard::Timeout);

    #[test]
    fn an_endpoint_that_does_not_answer_rests_longer_each_time_and_one_try_finds_out() {
        let mut health = Health::default();
        let (mut now, mut rests) = (0, Vec::new());
        for _ in 0..12 {
            health = health.after(TIMEOUT, 15_000, None, at(now)).unwrap();
            assert_eq!(health.gate(at(now)), Gate::Rest);
            let until = health.rests_until.unwrap().as_second();
            rests.push(until - now);
            now = until;
            assert_eq!(health.gate(at(now)), Gate::Probe);
            let probed = health.probed(at(now));
            assert_eq!(probed.gate(at(now)), Gate::Rest, "the others wait for the one that tries");
            health = probed;
        }
        assert_eq!(rests, [60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 600, 600]);
        let back = health.after(Answer::Status(204), 20, None, at(now)).unwrap();
        assert_eq!((back.gate(at(now)), back), (Gate::Open, Health::default()));
    }

    #[test]
    fn an_endpoint_can_ask_for_a_longer_rest_and_not_for_a_shorter_one_or_a_day() {
        for (asked_s, rest_s) in [(0, 60), (59, 60), (120, 120), (600, 600), (86_400, 600)] {
            let asked = Some(SignedDuration::from_secs(asked_s));
            let health = Health::default().after(Answer::Status(429), 20, asked, at(0)).unwrap();
            assert_eq!(health.rests_until, Some(at(rest_s)), "{asked_s}");
        }
        let asked = Some(SignedDuration::from_secs(600));
        let health = Health::default().after(Answer::Status(500), 20, asked, at(0)).unwrap();
        assert_eq!(health.gate(at(0)), Gate::Open, "what is wrong with one is asked for that one");
    }

    #[test]
    fn an_error_of_one_notification_holds_up_no_other() {
        let health = Health::default().after(Answer::Status(500), 20, None, at(0)).unwrap();
        assert_eq!(health.gate(at(0)), Gate::Open);
        assert_eq!(health.after(Answer::Status(500), 20, None, at(9)), None, "a second one is not worth a write");
        assert_eq!(health.after(Answer::Status(200), 20, None, at(10)), Some(Health::default()));
    }

    #[test]
    fn a_slow_endpoint_goes_by_the_slow_queue_until_it_is_quick() {
        let health = Health::default().after(Answer::Status(200), 3_001, None, at(0)).unwrap();
        assert_eq!((health.gate(at(299)), health.gate(at(300))), (Gate::Slow, Gate::Open));
        assert_eq!(health.after(Answer::Status(200), 9_000, None, at(100)), None, "a second one is not worth a write");
        assert_eq!(health.after(Answer::Status(200), 3_000, None, at(100)), Some(Health::default()));
        assert_eq!(Health::default().after(Answer::Status(200), 3_000, None, at(0)), None);
    }

    #[test]
    fn a_merchant_is_told_once_when_nothing_was_heard_for_half_a_day() {
        let mut health = Health::default().after(TIMEOUT, 15_000, None, at(0)).unwrap();
        let half_a_day = 12 * 3_600;
        assert!(!health.wants_telling(at(half_a_day - 1)) && health.wants_telling(at(half_a_day)));
        health.told = true;
        assert!(!health.wants_telling(at(2 * half_a_day)));
        assert!(!Health::default().wants_telling(at(half_a_day)));
    }
}
