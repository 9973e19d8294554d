//! One event on its way to one endpoint: what was tried, what was answered, what comes next.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    Answer, EndpointId, Event, EventId, Form, Kind, Unheard, answer::Meaning, health::REST_MOST, schedule::wait_after,
};
use crate::MerchantId;

/// How long a try holds its delivery: whoever made it is gone then (ours: the endpoint's 15 s, and what is written before and after).
const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// So long after it is due nobody has a delivery any more (ours: a message's five tries are over by then).
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(1);

/// Last tries that were put off come apart by so much (ours: half of the longest rest). Seconds.
const SPREAD_S: u32 = 300;

/// How many tries are kept with a delivery: one round's, and the last of the round before.
const KEPT: usize = 12;

/// The longest answer that is kept, in characters.
const SAID: usize = 300;

/// Which delivery.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DeliveryKey {
    /// Whose.
    #[serde(rename = "m")]
    pub merchant: MerchantId,
    /// To which endpoint.
    #[serde(rename = "e")]
    pub endpoint: EndpointId,
    /// When it happened, by which a log sorts.
    #[serde(rename = "t", with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub at: Timestamp,
    /// Of which event.
    #[serde(rename = "i")]
    pub event: EventId,
}

/// What travels through the queues of notifications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// Something happened; whoever wants to hear it is looked up.
    Event(Event),
    /// A delivery is to be tried now.
    Try(DeliveryKey),
    /// The next page of a replay is to be sent again.
    Replay {
        /// Whose.
        #[serde(rename = "m")]
        merchant: MerchantId,
        /// To which endpoint.
        #[serde(rename = "e")]
        endpoint: EndpointId,
    },
}

impl Notice {
    /// Who must not hold up others in a queue: the merchant that something happened to, the endpoint that is called.
    pub fn tenant(&self) -> &str {
        match self {
            Self::Event(event) => event.merchant.as_str(),
            Self::Try(key) => key.endpoint.as_str(),
            Self::Replay { endpoint, .. } => endpoint.as_str(),
        }
    }
}

/// An event on its way to an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Which.
    #[serde(flatten)]
    pub key: DeliveryKey,
    /// Counts writes; every update is conditional on it.
    #[serde(rename = "v")]
    pub version: u32,
    /// What happened.
    #[serde(rename = "k")]
    pub kind: Kind,
    /// What a notification looks like.
    #[serde(rename = "f")]
    pub form: Form,
    /// The body, made once: every try sends the same. A form gets its time and signature at each try.
    #[serde(rename = "b")]
    pub body: String,
    /// How often it was tried in this round.
    #[serde(rename = "n")]
    pub tries: u8,
    /// How often somebody sent it again.
    #[serde(rename = "r", default)]
    pub replays: u16,
    /// When somebody did last.
    #[serde(rename = "ra", default, skip_serializing_if = "Option::is_none")]
    pub replayed_at: Option<Timestamp>,
    /// Where it stands.
    #[serde(rename = "s")]
    pub state: DeliveryState,
    /// The last tries, oldest first.
    #[serde(rename = "a", default)]
    pub attempts: Vec<Attempt>,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Somebody is trying.
    Sending {
        /// Until when that may take.
        until: Timestamp,
    },
    /// It is tried later.
    Waiting {
        /// When.
        due: Timestamp,
    },
    /// It was heard.
    Heard {
        /// When.
        at: Timestamp,
    },
    /// All tries are used up.
    GivenUp {
        /// When.
        at: Timestamp,
    },
    /// The endpoint is switched off, and somebody has to switch it on and send it again.
    Held {
        /// When.
        at: Timestamp,
    },
}

/// One try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When.
    #[serde(rename = "t", with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub at: Timestamp,
    /// How long it took. Milliseconds.
    #[serde(rename = "d")]
    pub took_ms: u32,
    /// What came.
    #[serde(rename = "a")]
    pub answer: Answer,
    /// The beginning of what the endpoint said, made harmless.
    #[serde(rename = "w", default, skip_serializing_if = "String::is_empty")]
    pub said: String,
}

impl Attempt {
    /// A try and the beginning of its answer. Nothing that could be a card number is kept.
    pub fn new(at: Timestamp, took_ms: u32, answer: Answer, said: &[u8]) -> Self {
        let said: String = String::from_utf8_lossy(said).chars().filter(|c| !c.is_control()).collect();
        // all of it is looked at: where it is cut, a number could lose its end and no longer be known
        let harmless = !crate::card::contains_card_number(&said);
        let said = if harmless { said.chars().take(SAID).collect() } else { String::new() };
        Self { at, took_ms, answer, said }
    }
}

/// What stands in the way of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsent {
    /// Somebody else is trying, until then.
    Taken(Timestamp),
    /// It is not due before then.
    Early(Timestamp),
    /// It was heard, given up or held.
    Over,
}

/// What follows from a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The delivery, to be written.
    pub delivery: Delivery,
    /// How long until the next try. None: there is none.
    pub wait: Option<SignedDuration>,
}

impl Delivery {
    /// How long a delivery is kept after its event.
    pub const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24 * 30);
    /// How long it is kept after its last step at least, of one that was sent again late (ours): longer than any wait between two tries, and time to see
    /// what came of it.
    pub const KEPT_ON: SignedDuration = SignedDuration::from_hours(24 * 7);

    /// A new one.
    pub fn begin(event: &Event, endpoint: &EndpointId, form: Form, body: String, state: DeliveryState) -> Self {
        Self {
            key: DeliveryKey {
                merchant: event.merchant.clone(),
                endpoint: endpoint.clone(),
                at: event.at,
                event: event.id.clone(),
            },
            version: 1,
            kind: event.kind,
            form,
            body,
            tries: 0,
            replays: 0,
            replayed_at: None,
            state,
            attempts: Vec::new(),
        }
    }

    /// A new one that can't be told: its order was opened again, and the form could only tell of the new visit.
    pub fn untold(event: &Event, endpoint: &EndpointId, form: Form, now: Timestamp) -> Self {
        let attempt = Attempt::new(now, 0, Answer::Unheard(Unheard::OpenedAgain), b"");
        let state = DeliveryState::GivenUp { at: now };
        Self { attempts: vec![attempt], ..Self::begin(event, endpoint, form, String::new(), state) }
    }

    /// Held by whoever tries next, by one write.
    ///
    /// # Errors
    /// [`Unsent`] when nobody may try now.
    pub fn claim(&self, now: Timestamp) -> Result<Self, Unsent> {
        match self.state {
            DeliveryState::Sending { until } if now < until => Err(Unsent::Taken(until)),
            DeliveryState::Waiting { due } if now < due => Err(Unsent::Early(due)),
            DeliveryState::Sending { .. } | DeliveryState::Waiting { .. } => Ok(self.moved(sending(now))),
            DeliveryState::Heard { .. } | DeliveryState::GivenUp { .. } | DeliveryState::Held { .. } => {
                Err(Unsent::Over)
            }
        }
    }

    /// After a try. `asked` is the endpoint's `Retry-After`, `chance` a random number.
    pub fn resolved(&self, attempt: Attempt, asked: Option<SignedDuration>, chance: u32, now: Timestamp) -> Resolved {
        let tries = self.tries.saturating_add(1);
        let (state, wait) = match attempt.answer.meaning() {
            Meaning::Heard => (DeliveryState::Heard { at: now }, None),
            Meaning::Gone => (DeliveryState::Held { at: now }, None),
            Meaning::Again | Meaning::Silent => match wait_after(usize::from(tries), asked, chance) {
                Some(wait) => {
                    (DeliveryState::Waiting { due: now.saturating_add(wait).unwrap_or(Timestamp::MAX) }, Some(wait))
                }
                None => (DeliveryState::GivenUp { at: now }, None),
            },
        };
        let mut attempts = self.attempts.clone();
        attempts.push(attempt);
        attempts.drain(..attempts.len().saturating_sub(KEPT));
        Resolved { delivery: Self { tries, attempts, ..self.moved(state) }, wait }
    }

    /// After a try that was not made because the endpoint rests. It counts as one, for the endpoint left others unheard a moment ago; but the last one is
    /// made, when the rest is over: put off until the endpoint answers, or is switched off after three days of silence ([`Health`](super::Health)).
    pub fn passed_over(&self, chance: u32, now: Timestamp) -> Resolved {
        let passed = self.resolved(Attempt::new(now, 0, Answer::Unheard(Unheard::Rests), b""), None, chance, now);
        match passed.wait {
            Some(_) => passed,
            None => {
                // not all in the same moment
                let spread_s = i64::from(chance.checked_rem(SPREAD_S).unwrap_or(0));
                let wait = REST_MOST.saturating_add(SignedDuration::from_secs(spread_s));
                let due = now.saturating_add(wait).unwrap_or(Timestamp::MAX);
                Resolved { delivery: self.moved(DeliveryState::Waiting { due }), wait: Some(wait) }
            }
        }
    }

    /// Kept until the endpoint is switched on again, by one write.
    #[must_use]
    pub fn held(&self, now: Timestamp) -> Self {
        self.moved(DeliveryState::Held { at: now })
    }

    /// Sent again by somebody, with the same id, by one write. None: it is on its way as it is, or there is nothing that could be sent.
    pub fn replayed(&self, now: Timestamp) -> Option<Self> {
        let again = || Self {
            tries: 0,
            replays: self.replays.saturating_add(1),
            replayed_at: Some(now),
            ..self.moved(DeliveryState::Waiting { due: now })
        };
        (self.can_be_told() && !self.is_being_sent(now)).then(again)
    }

    /// When somebody has to look at it. None: it is over.
    pub const fn due(&self) -> Option<Timestamp> {
        match self.state {
            DeliveryState::Sending { until } => Some(until),
            DeliveryState::Waiting { due } => Some(due),
            DeliveryState::Heard { .. } | DeliveryState::GivenUp { .. } | DeliveryState::Held { .. } => None,
        }
    }

    /// Whether somebody is trying, or was not known to be gone.
    pub fn is_being_sent(&self, now: Timestamp) -> bool {
        match self.state {
            DeliveryState::Sending { until } => now < until,
            DeliveryState::Waiting { .. }
            | DeliveryState::Heard { .. }
            | DeliveryState::GivenUp { .. }
            | DeliveryState::Held { .. } => false,
        }
    }

    /// Whether there is anything to send.
    pub fn can_be_told(&self) -> bool {
        !self.body.is_empty()
    }

    /// Whether it was due so long ago that nobody has it any more: its message was lost or deleted.
    pub fn is_forgotten(&self, now: Timestamp) -> bool {
        self.due().is_some_and(|due| now.duration_since(due) > FORGOTTEN)
    }

    /// Whether a person has to look at it, or nobody ever hears of it.
    pub const fn is_dead_letter(&self) -> bool {
        match self.state {
            DeliveryState::GivenUp { .. } | DeliveryState::Held { .. } => true,
            DeliveryState::Sending { .. } | DeliveryState::Waiting { .. } | DeliveryState::Heard { .. } => false,
        }
    }

    /// When it is forgotten: a month after it happened, and not before a week after its last step.
    pub fn forgotten_at(&self) -> Timestamp {
        let last = match self.state {
            DeliveryState::Sending { until } => until,
            DeliveryState::Waiting { due } => due,
            DeliveryState::Heard { at } | DeliveryState::GivenUp { at } | DeliveryState::Held { at } => at,
        };
        let after = |from: Timestamp, kept| from.saturating_add(kept).unwrap_or(Timestamp::MAX);
        after(self.key.at, Self::KEPT_FOR).max(after(last, Self::KEPT_ON))
    }

    fn moved(&self, state: DeliveryState) -> Self {
        Self { version: self.version.saturating_add(1), state, ..self.clone() }
    }
}

/// Held by whoever writes it.
pub fn sending(now: Timestamp) -> DeliveryState {
    DeliveryState::Sending { until: now.saturating_add(LEASE).unwrap_or(Timestamp::MAX) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::endpoint::tests::endpoint;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn delivery() -> Delivery {
        let endpoint = endpoint(&[]);
        let event = Event::test(endpoint.merchant.clone(), 1, 1, at(0));
        Delivery::begin(&event, &endpoint.id, Form::Json, "{}".to_owned(), sending(at(0)))
    }

    fn tried(delivery: &Delivery, status: u16, now: Timestamp) -> Resolved {
        delivery.resolved(Attempt::new(now, 20, Answer::Status(status), b"ok"), None, 0, now)
    }

    #[test]
    fn what_travels_names_who_must_not_hold_up_others() {
        let delivery = delivery();
        let event = Event::test(delivery.key.merchant.clone(), 1, 1, at(0));
        let DeliveryKey { merchant, endpoint, .. } = delivery.key.clone();
        let endpoint_name = endpoint.to_string();
        for (notice, tenant) in [
            (Notice::Event(event), merchant.as_str()),
            (Notice::Try(delivery.key), &endpoint_name),
            (Notice::Replay { merchant: merchant.clone(), endpoint }, &endpoint_name),
        ] {
            assert_eq!(notice.tenant(), tenant);
            let json = serde_json::to_string(&notice).unwrap();
            assert_eq!(serde_json::from_str::<Notice>(&json).unwrap(), notice);
        }
    }

    #[test]
    fn an_endpoint_that_is_down_for_three_days_hears_it_at_the_tenth_try() {
        let (mut delivery, mut now, mut instants) = (delivery(), at(0), Vec::new());
        loop {
            instants.push(now.as_second());
            let resolved = tried(&delivery, if now < at(3 * 86_400) { 503 } else { 200 }, now);
            let Some(wait) = resolved.wait else { break };
            now += wait;
            delivery = resolved.delivery.claim(now).unwrap();
        }
        assert_eq!(instants, [0, 5, 305, 2_105, 9_305, 27_305, 63_305, 113_705, 185_705, 272_105]);
        assert_eq!(delivery.tries, 9);
        assert!(matches!(tried(&delivery, 200, now).delivery.state, DeliveryState::Heard { .. }));
        let over = tried(&delivery, 500, now);
        assert_eq!((over.wait, over.delivery.is_dead_letter()), (None, true));
        assert_eq!(over.delivery.claim(now), Err(Unsent::Over));
    }

    #[test]
    fn one_tries_at_a_time_and_whoever_is_gone_is_replaced() {
        let delivery = delivery();
        assert_eq!(delivery.claim(at(59)), Err(Unsent::Taken(at(60))));
        let claimed = delivery.claim(at(60)).unwrap();
        assert_eq!((claimed.version, claimed.due()), (2, Some(at(120))));
        let waiting = tried(&claimed, 500, at(60)).delivery;
        assert_eq!(waiting.claim(at(64)), Err(Unsent::Early(at(65))));
        assert!(waiting.claim(at(65)).is_ok());
    }

    #[test]
    fn an_endpoint_that_rests_costs_tries_but_never_the_last_one() {
        let mut delivery = Delivery { tries: 7, ..delivery() };
        for tries in [8, 9] {
            let passed = delivery.passed_over(0, at(0));
            assert_eq!((passed.delivery.tries, passed.wait.is_some()), (tries, true));
            delivery = passed.delivery;
        }
        for (chance, wait_s) in [(0, 600), (299, 899), (300, 600)] {
            let passed = delivery.passed_over(chance, at(0));
            assert_eq!(passed.wait.map(|wait| wait.as_secs()), Some(wait_s));
            assert_eq!((passed.delivery.tries, passed.delivery.due()), (9, Some(at(wait_s))));
            assert_eq!(passed.delivery.attempts, delivery.attempts, "nothing was tried");
            assert!(tried(&passed.delivery, 503, at(wait_s)).delivery.is_dead_letter(), "that was the tenth");
        }
    }

    #[test]
    fn what_could_not_be_told_is_a_dead_letter_that_nobody_can_send_again() {
        let event = Event::test(delivery().key.merchant, 1, 1, at(0));
        let untold = Delivery::untold(&event, &delivery().key.endpoint, Form::HandOver, at(1));
        assert!(untold.is_dead_letter() && !untold.can_be_told());
        assert_eq!(untold.attempts[0].answer, Answer::Unheard(Unheard::OpenedAgain));
        assert_eq!(untold.replayed(at(2)), None);
    }

    #[test]
    fn what_was_due_over_an_hour_ago_is_in_nobodys_hands() {
        let killed = delivery();
        let waiting = Delivery { state: DeliveryState::Waiting { due: at(60) }, ..delivery() };
        for (what, delivery) in [("killed", killed), ("waiting", waiting)] {
            assert!(!delivery.is_forgotten(at(3_660)) && delivery.is_forgotten(at(3_661)), "{what}");
            assert!(delivery.replayed(at(3_661)).is_some(), "{what}");
        }
        let given_up = Delivery { state: DeliveryState::GivenUp { at: at(0) }, ..delivery() };
        assert!(!given_up.is_forgotten(at(9_999)));
    }

    #[test]
    fn what_is_gone_is_held_and_what_was_given_up_can_be_sent_again_with_the_same_id() {
        let first = delivery();
        let held = tried(&first, 410, at(0)).delivery;
        assert!(held.is_dead_letter() && held.due().is_none());
        for over in [held, tried(&first, 200, at(0)).delivery] {
            let again = over.replayed(at(100)).unwrap();
            assert_eq!((again.tries, again.replays, again.due()), (0, 1, Some(at(100))));
            assert_eq!((&again.key, &again.body), (&first.key, &first.body));
            assert_eq!(again.attempts.len(), 1, "what was tried before is still seen");
        }
        assert_eq!(first.replayed(at(1)), None, "it is on its way");
    }

    #[test]
    fn what_is_sent_again_late_is_kept_until_its_tries_are_over() {
        let (day, month) = (86_400, 30 * 86_400);
        assert_eq!(tried(&delivery(), 200, at(0)).delivery.forgotten_at(), at(month));
        let mut now = at(month - 60);
        let given_up = Delivery { state: DeliveryState::GivenUp { at: at(3 * day) }, ..delivery() };
        let mut again = given_up.replayed(now).unwrap();
        loop {
            let resolved = tried(&again.claim(now).unwrap(), 500, now);
            let Some(wait) = resolved.wait else {
                assert_eq!(resolved.delivery.forgotten_at(), now + Delivery::KEPT_ON, "what came of it is seen");
                break;
            };
            assert!(resolved.delivery.forgotten_at() > now + wait + LEASE, "{:?}", resolved.delivery);
            now += wait;
            again = resolved.delivery;
        }
        assert!(now > at(month + 3 * day));
    }

    #[test]
    fn an_answer_is_kept_short_and_harmless() {
        let said = |bytes: &[u8]| Attempt::new(at(0), 1, Answer::Status(500), bytes).said;
        assert_eq!(said("注文\n\u{0}はない".as_bytes()), "注文はない");
        assert_eq!(said(b"\xff\xfe"), "\u{fffd}\u{fffd}");
        assert_eq!(said(&[b'x'; 9_000]).len(), 300);
        assert_eq!(said(b"no order of 4242 4242 4242 4242"), "");
        let cut = format!("{}4242424242424242", "x".repeat(285));
        assert_eq!(said(cut.as_bytes()), "", "a number that loses its last digit by the cut is one all the same");
    }

    #[test]
    fn only_the_last_tries_are_kept_and_a_delivery_reads_back() {
        let mut delivery = delivery();
        for n in 0..30 {
            delivery = tried(&delivery, 500, at(n)).delivery;
        }
        assert_eq!((delivery.attempts.len(), delivery.attempts[0].at), (12, at(18)));
        let json = serde_json::to_string(&delivery).unwrap();
        assert_eq!(serde_json::from_str::<Delivery>(&json).unwrap(), delivery);
    }
}
