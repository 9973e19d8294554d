//! A period's notifications sent again: page by page, newest first, however many they are.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Delivery, DeliveryKey, EndpointId};
use crate::MerchantId;

/// After so long without a page a replay counts as stuck, and another may begin (ours: a message's five tries are over by then).
const STUCK: SignedDuration = SignedDuration::from_mins(35);

/// A period that is sent again to an endpoint, and how far it has come. An endpoint has one at a time; the last one stays to be seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replay {
    /// Whose.
    pub merchant: MerchantId,
    /// To which endpoint.
    pub endpoint: EndpointId,
    /// Counts writes; every update is conditional on it.
    pub version: u32,
    /// The period's first instant.
    pub from: Timestamp,
    /// The first instant behind it.
    pub to: Timestamp,
    /// Which of the period.
    pub which: Sent,
    /// When somebody asked for it.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub asked_at: Timestamp,
    /// The oldest that was looked at. None: it has just begun.
    pub reached: Option<DeliveryKey>,
    /// How many were looked at.
    pub looked: u32,
    /// How many are sent again.
    pub sent: u32,
    /// Where it stands.
    pub state: ReplayState,
}

/// Which notifications of a period are sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sent {
    /// Those that were given up or held, and those that nobody has any more.
    Unheard,
    /// All that are not being sent right then.
    All,
}

/// Where a replay stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplayState {
    /// It goes on.
    Running {
        /// When it last did.
        moved_at: Timestamp,
    },
    /// The whole period is gone through.
    Done {
        /// When.
        at: Timestamp,
    },
    /// The endpoint was switched off or removed meanwhile.
    Stopped {
        /// When.
        at: Timestamp,
    },
}

impl Replay {
    /// How long the last one is kept to be seen.
    pub const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24 * 30);

    /// A new one of the period `from..to`, in place of `last`. None: that one still goes on.
    pub fn begin(
        last: Option<&Self>,
        key: (&MerchantId, &EndpointId),
        (from, to): (Timestamp, Timestamp),
        which: Sent,
        now: Timestamp,
    ) -> Option<Self> {
        if last.is_some_and(|last| last.goes_on(now)) {
            return None;
        }
        Some(Self {
            merchant: key.0.clone(),
            endpoint: key.1.clone(),
            version: last.map_or(1, |last| last.version.saturating_add(1)),
            from,
            to,
            which,
            asked_at: now,
            reached: None,
            looked: 0,
            sent: 0,
            state: ReplayState::Running { moved_at: now },
        })
    }

    /// Whether it is not over. One that has not moved for long is: nobody has it any more.
    pub fn goes_on(&self, now: Timestamp) -> bool {
        match self.state {
            ReplayState::Running { moved_at } => now.duration_since(moved_at) < STUCK,
            ReplayState::Done { .. } | ReplayState::Stopped { .. } => false,
        }
    }

    /// Whether this replay sends a delivery again, or has done so: a page that is gone through twice counts the same.
    pub fn takes(&self, delivery: &Delivery) -> bool {
        let wanted = match self.which {
            Sent::Unheard => delivery.is_dead_letter() || delivery.is_forgotten(self.asked_at),
            Sent::All => !delivery.is_being_sent(self.asked_at),
        };
        self.has_sent(delivery) || (wanted && delivery.can_be_told())
    }

    /// Whether it was sent again by this replay, or by somebody since it began.
    pub fn has_sent(&self, delivery: &Delivery) -> bool {
        delivery.replayed_at.is_some_and(|at| at >= self.asked_at)
    }

    /// After a page of which it looked at `looked`, the oldest last, by one write.
    #[must_use]
    pub fn moved(&self, looked: &[Delivery], end: PageEnd, now: Timestamp) -> Self {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let sent = looked.iter().filter(|delivery| self.takes(delivery)).count();
        let last = looked.last().map(|delivery| &delivery.key);
        let (reached, state) = match &end {
            PageEnd::More(behind) => (Some(behind), ReplayState::Running { moved_at: now }),
            PageEnd::Last => (last.or(self.reached.as_ref()), ReplayState::Done { at: now }),
        };
        Self {
            version: self.version.saturating_add(1),
            reached: reached.cloned(),
            looked: self.looked.saturating_add(count(looked.len())),
            sent: self.sent.saturating_add(count(sent)),
            state,
            ..self.clone()
        }
    }

    /// Ended because nothing can be sent, by one write.
    #[must_use]
    pub fn stopped(&self, now: Timestamp) -> Self {
        Self { version: self.version.saturating_add(1), state: ReplayState::Stopped { at: now }, ..self.clone() }
    }
}

/// Whether a period has more behind a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageEnd {
    /// It has, behind this place.
    More(DeliveryKey),
    /// It has not.
    Last,
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test's own numbers are small")]
mod tests {
    use super::*;
    use crate::webhook::{DeliveryState, Event, Form, endpoint::tests::endpoint};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_763_720_400 + second).unwrap()
    }

    fn delivery(random: u64, state: DeliveryState) -> Delivery {
        let endpoint = endpoint(&[]);
        let event = Event::test(endpoint.merchant.clone(), random, 1, at(-60));
        Delivery::begin(&event, &endpoint.id, Form::Json, "{}".to_owned(), state)
    }

    fn replay(last: Option<&Replay>, which: Sent, now: Timestamp) -> Option<Replay> {
        let endpoint = endpoint(&[]);
        Replay::begin(last, (&endpoint.merchant, &endpoint.id), (at(-3_600), at(0)), which, now)
    }

    #[test]
    fn an_endpoint_has_one_replay_at_a_time_and_one_that_is_stuck_makes_way() {
        let first = replay(None, Sent::All, at(0)).unwrap();
        assert_eq!(replay(Some(&first), Sent::All, at(34 * 60)), None);
        let second = replay(Some(&first), Sent::Unheard, at(35 * 60)).unwrap();
        assert_eq!((second.version, second.reached.is_none(), second.sent), (2, true, 0));
        for over in [first.stopped(at(1)), first.moved(&[], PageEnd::Last, at(1))] {
            assert_eq!(replay(Some(&over), Sent::All, at(2)).map(|next| next.version), Some(3));
        }
    }

    #[test]
    fn a_page_that_is_gone_through_twice_sends_nothing_twice_and_counts_the_same() {
        let heard = delivery(1, DeliveryState::Heard { at: at(-9) });
        let given_up = delivery(2, DeliveryState::GivenUp { at: at(-9) });
        let waiting = delivery(3, DeliveryState::Waiting { due: at(9) });
        let lost = delivery(4, DeliveryState::Waiting { due: at(-3_601) });
        let killed = delivery(5, DeliveryState::Sending { until: at(-3_601) });
        let under_way = delivery(7, DeliveryState::Sending { until: at(30) });
        let untold = Delivery { body: String::new(), ..delivery(6, DeliveryState::GivenUp { at: at(-9) }) };
        for (which, sent) in [(Sent::Unheard, 3), (Sent::All, 5)] {
            let replay = replay(None, which, at(0)).unwrap();
            let page = [&untold, &heard, &given_up, &under_way, &lost, &killed, &waiting].map(Delivery::clone);
            let again = page.clone().map(|delivery| match replay.takes(&delivery) {
                true => delivery.replayed(at(1)).unwrap(),
                false => delivery,
            });
            assert_eq!(again.iter().filter(|delivery| replay.has_sent(delivery)).count(), sent, "{which:?}");
            let more = || PageEnd::More(waiting.key.clone());
            let (once, twice) = (replay.moved(&page, more(), at(2)), replay.moved(&again, more(), at(2)));
            assert_eq!(once, twice, "{which:?}");
            assert_eq!((once.looked, usize::try_from(once.sent)), (7, Ok(sent)));
            assert_eq!(once.reached, Some(waiting.key.clone()));
        }
    }

    #[test]
    fn a_replay_reads_back() {
        let replay = replay(None, Sent::All, at(0)).unwrap();
        let replay = replay.moved(&[delivery(1, DeliveryState::Held { at: at(0) })], PageEnd::Last, at(5));
        let json = serde_json::to_string(&replay).unwrap();
        assert_eq!(serde_json::from_str::<Replay>(&json).unwrap(), replay);
    }
}
