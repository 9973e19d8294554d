//! A call that changes something, by its `Idempotency-Key`: the same request twice is one call, and has one answer.
//!
//! A call that was cut off is gone on with under the name and the operation number that it began with, so that whatever it had begun finds itself.

use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Scope;
use crate::{IdError, LeaseId, Nonce, id::framed_digest, payment::Lease};

/// A merchant's name for a call: 1 to 255 printable ASCII characters (a UUID is a good one).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// For so long a key is known; later it names a new call.
    pub const KNOWN_FOR: SignedDuration = SignedDuration::from_hours(24);
    /// The table forgets it then: later than it is known, because tables forget when they like.
    pub const KEPT_FOR: SignedDuration = SignedDuration::from_hours(48);

    /// # Errors
    /// [`IdError`] unless `text` is 1 to 255 printable ASCII characters without spaces.
    pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
        let text = text.into();
        let fits = (1..=255).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Self(text)) } else { Err(IdError("idempotency key")) }
    }

    /// A digest of it: it may say more of an order than a key of a table should.
    pub fn digest(&self) -> String {
        HEXLOWER.encode(&framed_digest([b"idempotency key".as_slice(), self.0.as_bytes()]))
    }
}

/// What a call stands for: the visit and the operation number that a form of the console carries sealed, and what its key has to be good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// The visit.
    #[serde(rename = "g")]
    pub generation: u16,
    /// The operation number.
    #[serde(rename = "n")]
    pub n: u32,
    /// What is asked for needs this scope besides its endpoint's. None: nothing more.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<Scope>,
}

impl Started {
    /// Of this visit, under this operation number, by the endpoint's own scope.
    pub const fn at(generation: u16, n: u32) -> Self {
        Self { generation, n, needs: None }
    }

    /// Whether a key of these scopes may ask for it, and hear its answer.
    pub fn is_open_to(&self, scopes: &BTreeSet<Scope>) -> bool {
        self.needs.is_none_or(|scope| scopes.contains(&scope))
    }
}

/// A call, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiCall {
    /// Counts writes; every update is conditional on it.
    #[serde(rename = "v")]
    pub version: u32,
    /// SHA-256 over method, path and body, hex.
    #[serde(rename = "r")]
    request: String,
    /// What it is to payments and links, drawn when it began first: the same for each invocation that works on it.
    #[serde(rename = "x")]
    pub nonce: Nonce,
    /// When it began first.
    #[serde(rename = "t", with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub begun_at: Timestamp,
    /// What it stands for.
    #[serde(rename = "s")]
    pub started: Started,
    /// How far it is.
    #[serde(rename = "g")]
    pub stage: CallStage,
}

/// How far a call is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallStage {
    /// An invocation works on it until its lease ends.
    #[serde(rename = "r")]
    Running(Lease),
    /// It was answered so.
    #[serde(rename = "a")]
    Answered {
        /// Status.
        #[serde(rename = "s")]
        status: u16,
        /// Body, byte for byte.
        #[serde(rename = "b")]
        body: String,
    },
}

/// What to do with a request, given what is kept under its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallDecision {
    /// Write this in place of what was looked at, then do it.
    Run(Box<ApiCall>),
    /// This very invocation wrote it (a write whose reply was lost): do it.
    Started(Box<ApiCall>),
    /// It was answered before: the same again.
    Replay {
        /// Status.
        status: u16,
        /// Body.
        body: String,
    },
    /// The key was used for another request.
    OtherRequest,
    /// Another invocation works on it.
    Running {
        /// Until when at most.
        until: Timestamp,
    },
}

impl ApiCall {
    /// What a request is known by: method, path, and its body in one way of writing it.
    pub fn request(method: &str, path: &str, body: &[u8]) -> String {
        HEXLOWER.encode(&framed_digest([method.as_bytes(), path.as_bytes(), body]))
    }

    /// Decides about a request.
    pub fn decide(
        stored: Option<&Self>,
        request: &str,
        (started, nonce): (Started, Nonce),
        lease: Lease,
        now: Timestamp,
    ) -> CallDecision {
        let known = stored.filter(|call| !call.is_forgotten(now));
        let Some(call) = known else {
            return CallDecision::Run(Box::new(Self {
                version: stored.map_or(1, |call| call.version.saturating_add(1)),
                request: request.to_owned(),
                nonce,
                begun_at: now,
                started,
                stage: CallStage::Running(lease),
            }));
        };
        if call.request != request {
            return CallDecision::OtherRequest;
        }
        match &call.stage {
            CallStage::Answered { status, body } => CallDecision::Replay { status: *status, body: body.clone() },
            CallStage::Running(other) if other.id == lease.id => CallDecision::Started(Box::new(call.clone())),
            CallStage::Running(other) if other.until > now => CallDecision::Running { until: other.until },
            CallStage::Running(_) => CallDecision::Run(Box::new(call.moved(CallStage::Running(lease)))),
        }
    }

    /// The same, answered.
    #[must_use]
    pub fn answered(&self, status: u16, body: String) -> Self {
        self.moved(CallStage::Answered { status, body })
    }

    /// The same, let go of without an answer: nothing was done, and the same request may come again at once.
    #[must_use]
    pub fn let_go(&self) -> Self {
        let over = Lease { id: LeaseId::from_random([0; 8]), until: self.begun_at };
        self.moved(CallStage::Running(over))
    }

    fn is_forgotten(&self, now: Timestamp) -> bool {
        now.duration_since(self.begun_at) >= IdempotencyKey::KNOWN_FOR
    }

    fn moved(&self, stage: CallStage) -> Self {
        Self { version: self.version.saturating_add(1), stage, ..self.clone() }
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STARTED: (Started, Nonce) = (Started::at(0, 2), Nonce::from_random([5; 16]));

    fn now() -> Timestamp {
        "2026-11-21T03:00:00Z".parse().unwrap()
    }

    fn after(seconds: i64) -> Timestamp {
        now().checked_add(SignedDuration::from_secs(seconds)).unwrap()
    }

    fn lease(id: u8, until: Timestamp) -> Lease {
        Lease { id: LeaseId::from_random([id; 8]), until }
    }

    fn begun() -> ApiCall {
        let decision = ApiCall::decide(None, "a", STARTED, lease(1, after(33)), now());
        let CallDecision::Run(call) = decision else { panic!("{decision:?}") };
        *call
    }

    #[test]
    fn the_same_request_has_one_answer() {
        let call = begun();
        let running = ApiCall::decide(Some(&call), "a", STARTED, lease(2, after(40)), after(1));
        assert_eq!(running, CallDecision::Running { until: after(33) });
        let answered = call.answered(201, "{}".to_owned());
        for (request, expected) in
            [("a", CallDecision::Replay { status: 201, body: "{}".to_owned() }), ("b", CallDecision::OtherRequest)]
        {
            assert_eq!(ApiCall::decide(Some(&answered), request, STARTED, lease(2, after(40)), after(1)), expected);
        }
        assert_eq!(
            ApiCall::decide(Some(&call), "b", STARTED, lease(2, after(40)), after(1)),
            CallDecision::OtherRequest,
            "another body is another request while the first is running, too"
        );
    }

    #[test]
    fn a_call_that_was_cut_off_goes_on_under_its_name() {
        let call = begun();
        let other = (Started::at(4, 9), Nonce::from_random([6; 16]));
        let CallDecision::Run(again) = ApiCall::decide(Some(&call), "a", other, lease(2, after(80)), after(33)) else {
            panic!("the lease is over")
        };
        assert_eq!((again.started, again.nonce, again.version), (STARTED.0, call.nonce, 2));
    }

    #[test]
    fn a_write_whose_reply_was_lost_finds_itself() {
        let call = begun();
        let same = ApiCall::decide(Some(&call), "a", STARTED, lease(1, after(33)), now());
        assert_eq!(same, CallDecision::Started(Box::new(call)));
    }

    #[test]
    fn what_was_let_go_may_come_again_at_once() {
        let call = begun().let_go();
        let again = ApiCall::decide(Some(&call), "a", STARTED, lease(2, after(34)), after(1));
        assert!(matches!(again, CallDecision::Run(call) if call.version == 3));
    }

    #[test]
    fn a_key_names_a_new_call_after_a_day() {
        let call = begun().answered(200, String::new());
        let day = IdempotencyKey::KNOWN_FOR.as_secs();
        let other = (STARTED.0, Nonce::from_random([6; 16]));
        let of = |at| ApiCall::decide(Some(&call), "b", other, lease(2, after(day + 40)), at);
        assert_eq!(of(after(day - 1)), CallDecision::OtherRequest);
        let CallDecision::Run(fresh) = of(after(day)) else { panic!("a new call") };
        assert_eq!((fresh.version, fresh.nonce), (call.version + 1, other.1));
    }

    /// What happens to one key: somebody sends one of two requests, or the invocation that has the call ends in its way.
    #[derive(Clone, Copy, Debug)]
    enum Event {
        Sent(bool),
        Answers,
        LetsGo,
        Killed,
    }

    fn events() -> impl Strategy<Value = Vec<(Event, i64)>> {
        let event = prop_oneof![
            4 => any::<bool>().prop_map(Event::Sent),
            2 => Just(Event::Answers),
            1 => Just(Event::LetsGo),
            1 => Just(Event::Killed),
        ];
        // seconds until the next: at once, around a lease's end, around the end of a day
        let wait = prop_oneof![0..3_i64, 30..36_i64, 86_360..86_440_i64];
        proptest::collection::vec((event, wait), 1..40)
    }

    proptest! {
        /// Whatever comes in whatever order: within a day one request at most is under a key, one invocation at most works on it, under one name, and
        /// what was answered once is answered again and never done.
        #[test]
        fn a_key_is_one_call(events in events()) {
            let (mut stored, mut clock): (Option<ApiCall>, i64) = (None, 0);
            let mut working: Option<(ApiCall, i64)> = None; // and until when
            let mut first: Option<(bool, Nonce, i64)> = None; // which request, under which name, since when
            let mut said: Option<String> = None;
            for (place, (event, wait)) in (1_u8..).zip(events) {
                working = working.filter(|(_, until)| *until > clock);
                if first.is_some_and(|(.., since)| clock - since >= 86_400) {
                    (first, said, working) = (None, None, None);
                }
                match event {
                    Event::Sent(which) => {
                        let (fresh, request) = ((STARTED.0, Nonce::from_random([place; 16])), which.to_string());
                        let until = clock + 33;
                        let decision = ApiCall::decide(stored.as_ref(), &request, fresh, lease(place, after(until)), after(clock));
                        match (&decision, &said, &working, first) {
                            (CallDecision::OtherRequest, _, _, Some((known, ..))) => prop_assert_ne!(known, which),
                            (CallDecision::Replay { body, .. }, Some(said), _, Some((known, ..))) => {
                                prop_assert_eq!(known, which);
                                prop_assert_eq!(body, said);
                            }
                            (CallDecision::Running { until }, None, Some((_, ends)), Some((known, ..))) => {
                                prop_assert_eq!(known, which);
                                prop_assert_eq!(*until, after(*ends));
                            }
                            (CallDecision::Run(call), None, None, before) => {
                                let (known, name, _) = before.unwrap_or((which, fresh.1, clock));
                                prop_assert_eq!((known, name), (which, call.nonce));
                                prop_assert_eq!(call.version, stored.as_ref().map_or(1, |stored| stored.version + 1));
                                first = before.or(Some((which, call.nonce, clock)));
                                working = Some((call.as_ref().clone(), until));
                                stored = Some(call.as_ref().clone());
                            }
                            other => prop_assert!(false, "{:?}", other),
                        }
                    }
                    Event::Answers => {
                        if let Some((call, _)) = working.take() {
                            let answer = format!("answer {place}");
                            stored = Some(call.answered(200, answer.clone()));
                            said = Some(answer);
                        }
                    }
                    Event::LetsGo => {
                        if let Some((call, _)) = working.take() {
                            stored = Some(call.let_go());
                        }
                    }
                    Event::Killed => {} // its lease runs out
                }
                clock += wait;
            }
        }
    }

    #[test]
    fn an_idempotency_key_is_printable_ascii() {
        for good in ["a", "0b8a7c52-6f0e-4a0e-9f4e-5f3b0b3c9a11", "x".repeat(255).as_str()] {
            assert!(IdempotencyKey::new(good).is_ok(), "{good}");
        }
        for bad in ["", " ", "a b", "あ", "a\n", "x".repeat(256).as_str()] {
            assert!(IdempotencyKey::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_call_reads_back() {
        for call in [begun(), begun().answered(200, "{\"a\":1}".to_owned())] {
            assert_eq!(serde_json::from_str::<ApiCall>(&serde_json::to_string(&call).unwrap()).unwrap(), call);
        }
    }
}
