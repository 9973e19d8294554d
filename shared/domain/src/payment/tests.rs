#![expect(
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    reason = "a test that overflows or meets a new state fails, as it should"
)]

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::{
    Approval, Brand, Decline, LeaseId, MaskedCard, MerchantId, Nonce, OrderId, Yen,
    acquirer::{
        Authentication, AuthorizeOutcome, Challenge, DeclineCode, Flow, InquiryOutcome, OperationOutcome,
        ReverseOutcome, TransStatus, UnknownCause,
    },
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_763_720_400 + second).unwrap()
}

fn key() -> PaymentKey {
    PaymentKey::new(MerchantId::new("4000").unwrap(), OrderId::new("100").unwrap())
}

fn order(amount: u32) -> Order {
    Order {
        key: key(),
        amount: Yen::new(amount).unwrap(),
        interface: Interface::DataLinkage,
        origin: Origin::Page,
        attempts_allowed: 3,
        details: Details::default(),
    }
}

fn intent(generation: u16, n: u32, nonce: u8) -> Intent {
    let lease = Lease { id: LeaseId::from_random([nonce; 8]), until: at(33) };
    let expiry = crate::Expiry::parse("12/30", jiff::civil::date(2026, 11, 21)).unwrap();
    let card = MaskedCard { brand: Brand::Visa, last4: "4242".to_owned(), expiry };
    Intent {
        generation,
        n,
        nonce: Nonce::from_random([nonce; 16]),
        lease,
        initiator: crate::Initiator::Cardholder,
        card,
        holder: "TARO".to_owned(),
        fingerprint: None,
        card_id: None,
        keeping: None,
    }
}

fn approval() -> Approval {
    let acquirer_id = "a1".to_owned();
    Approval { acquirer_id, network_id: None, valid_until: None, captured: true, authentication: None, token: None }
}

fn authenticated(status: TransStatus) -> Approval {
    let authentication = Authentication {
        version: "2.2.0".to_owned(),
        ds_id: "f25084f0-5b16-4c0a-ae5d-b24808a95e4b".to_owned(),
        status,
        flow: Flow::Frictionless,
        eci: Some("05".to_owned()),
        value: None,
        at: at(1),
    };
    Approval { authentication: Some(authentication), ..approval() }
}

fn challenge() -> Challenge {
    Challenge { address: "https://acs.example/1".to_owned(), request: "e30".to_owned() }
}

fn challenging() -> Payment {
    first().resolve(AuthorizeOutcome::ChallengeRequired(challenge()), at(1)).unwrap()
}

fn lease(until: i64) -> Lease {
    Lease { id: LeaseId::from_random([77; 8]), until: at(until) }
}

fn decline() -> Decline {
    Decline { code: DeclineCode::GenericDecline, network_code: None, advice_code: None, authentication: None }
}

fn started(decision: Decision) -> Payment {
    match decision {
        Decision::Start(payment) => *payment,
        other => panic!("not started: {other:?}"),
    }
}

fn first() -> Payment {
    started(Payment::decide(None, &order(2000), &intent(0, 1, 1), at(0)))
}

fn declined() -> Payment {
    first().resolve(AuthorizeOutcome::Declined(decline()), at(1)).unwrap()
}

fn unknown() -> Payment {
    first().resolve(AuthorizeOutcome::Unknown(UnknownCause::Timeout), at(20)).unwrap()
}

fn captured() -> Payment {
    first().resolve(AuthorizeOutcome::Approved(approval()), at(1)).unwrap()
}

fn stands(stored: &Payment, order: &Order, intent: &Intent) -> Standing {
    match Payment::decide(Some(stored), order, intent, at(60)) {
        Decision::Stands(standing) => standing,
        other => panic!("does not stand: {other:?}"),
    }
}

#[test]
fn a_timeout_is_not_a_decline() {
    for cause in [
        UnknownCause::Timeout,
        UnknownCause::Fault,
        UnknownCause::Connection,
        UnknownCause::Unreadable,
        UnknownCause::Mismatch,
    ] {
        let payment = first().resolve(AuthorizeOutcome::Unknown(cause), at(20)).unwrap();
        assert!(matches!(payment.state, State::Unknown(_)), "{cause}");
        assert!(payment.doubted);
    }
}

#[test]
fn the_same_rendering_never_starts_a_second_attempt() {
    let second_window = Intent { lease: Lease { id: LeaseId::from_random([9; 8]), until: at(33) }, ..intent(0, 1, 1) };
    for stored in [first(), declined(), unknown(), captured()] {
        assert_eq!(stands(&stored, &order(2000), &second_window), Standing::SameSubmit, "{}", stored.state);
    }
}

#[test]
fn an_intent_whose_reply_was_lost_is_recognised() {
    let decision = Payment::decide(Some(&first()), &order(2000), &intent(0, 1, 1), at(1));
    assert_eq!(decision, Decision::Started(Box::new(first())));
}

#[test]
fn what_stands_in_the_way_is_named() {
    let other_origin = Order { origin: Origin::Link(crate::LinkId::new("demo").unwrap()), ..order(2000) };
    let closed = declined().close(at(2000)).unwrap();
    for (stored, order, intent, standing) in [
        (first(), order(2000), intent(0, 1, 2), Standing::Running),
        (unknown(), order(2000), intent(0, 2, 2), Standing::Running),
        (captured(), order(2000), intent(0, 2, 2), Standing::Paid),
        (captured(), order(2001), intent(0, 2, 2), Standing::OtherAmount),
        (declined(), order(2001), intent(0, 2, 2), Standing::OtherAmount),
        (declined(), order(2000), intent(0, 1, 2), Standing::Stale),
        (declined(), order(2000), intent(0, 3, 2), Standing::Stale),
        (declined(), order(2000), intent(1, 2, 2), Standing::Stale),
        (closed.clone(), order(2000), intent(0, 2, 2), Standing::Stale),
        (closed, order(2000), intent(2, 2, 2), Standing::Stale),
        (first(), other_origin, intent(0, 1, 2), Standing::OtherOrigin),
    ] {
        assert_eq!(stands(&stored, &order, &intent), standing, "{} {intent:?}", stored.state);
    }
}

#[test]
fn a_further_card_is_a_further_operation() {
    let second = started(Payment::decide(Some(&declined()), &order(2000), &intent(0, 2, 2), at(60)));
    assert_eq!((second.last_n, second.attempts, second.generation), (2, 2, 0));
    assert_eq!(second.number(), first().number(), "one visit has one payment number");
    assert_eq!(second.version, declined().version + 1);
}

#[test]
fn the_last_card_declined_fails_the_order() {
    let mut payment = first();
    for n in 2..=3 {
        let stands = payment.resolve(AuthorizeOutcome::Declined(decline()), at(1)).unwrap();
        assert!(matches!(stands.state, State::Declined { .. }), "n = {n}");
        payment =
            started(Payment::decide(Some(&stands), &order(2000), &intent(0, n, u8::try_from(n).unwrap()), at(60)));
    }
    let failed = payment.resolve(AuthorizeOutcome::Declined(decline()), at(2)).unwrap();
    assert!(matches!(failed.state, State::Failed { reason: Failure::AttemptsUsedUp, .. }));
}

#[test]
fn a_new_visit_opens_a_failed_order_again_with_another_amount() {
    let closed = declined().close(at(2000)).unwrap();
    let again = started(Payment::decide(Some(&closed), &order(3000), &intent(1, 2, 7), at(3000)));
    assert_eq!((again.generation, again.attempts, again.last_n, again.amount.get()), (1, 1, 2, 3000));
    assert_ne!(again.number(), closed.number(), "a shop that saw the failure must not take the success for a repeat");
    assert_ne!(again.reference(again.last_n), closed.reference(closed.last_n));
}

#[test]
fn a_shopper_may_give_up_before_and_after_a_decline() {
    let unseen = Payment::abandoned_unseen(None, &order(2000), 0, Nonce::from_random([5; 16]), at(0));
    assert_eq!((unseen.version, unseen.last_n), (1, 0));
    assert!(matches!(declined().abandon(Nonce::from_random([5; 16]), at(9)).unwrap().state, State::Abandoned { .. }));
    for running in [first(), unknown(), captured()] {
        assert!(running.abandon(Nonce::from_random([5; 16]), at(9)).is_err(), "{}", running.state);
    }
}

#[test]
fn an_inquiry_decides_an_unknown_outcome() {
    let found = |outcome, second| unknown().inquired(outcome, at(second));
    let approved = |amount| InquiryOutcome::Approved { approval: approval(), amount };
    assert!(matches!(found(approved(2000), 40).payment.state, State::Captured { .. }));
    let mismatch = found(approved(2001), 40);
    assert!(matches!(mismatch.payment.state, State::Reversing(_)) && mismatch.alarm.is_some());
    assert!(matches!(found(InquiryOutcome::Declined(decline()), 40).payment.state, State::Declined { .. }));
    assert!(matches!(found(InquiryOutcome::Reversed, 40).payment.state, State::Failed { .. }));
    let early = found(InquiryOutcome::NotFound, 92);
    assert!(matches!(early.payment.state, State::Unknown(_)));
    assert_eq!(early.look_at, Some(at(93)), "60 s after the lease's end");
    let late = found(InquiryOutcome::NotFound, 93);
    assert!(matches!(late.payment.state, State::Reversing(_)));
    assert_eq!(late.payment.next(at(93)), Next::Reverse { n: 1 });
}

#[test]
fn asking_slows_down_and_calls_a_person_after_a_day() {
    let no_answer = || InquiryOutcome::NoAnswer(UnknownCause::Connection);
    let first_ask = unknown().inquired(no_answer(), at(40));
    assert_eq!(first_ask.look_at, Some(at(100)), "1 minute");
    let second_ask = first_ask.payment.inquired(no_answer(), at(100)).look_at.unwrap();
    let wait = second_ask.duration_since(at(100));
    assert!((SignedDuration::from_mins(5)..SignedDuration::from_mins(6)).contains(&wait), "{wait}");
    let day = 20 + 24 * 3600;
    let called = first_ask.payment.inquired(no_answer(), at(day));
    assert!(matches!(called.payment.state, State::NeedsPerson(Open::Unknown(_))) && called.alarm.is_some());
    let still = called.payment.inquired(no_answer(), at(day + 3600));
    assert!(matches!(still.payment.state, State::NeedsPerson(_)) && still.alarm.is_none(), "the alarm sounds once");
    let answer = InquiryOutcome::Approved { approval: approval(), amount: 2000 };
    assert!(matches!(still.payment.inquired(answer, at(day + 7200)).payment.state, State::Captured { .. }));
}

#[test]
fn a_reversal_without_a_promise_is_looked_at_three_times() {
    let reversing = unknown().inquired(InquiryOutcome::NotFound, at(100)).payment;
    let mut ruling = reversing.reversed(ReverseOutcome::NothingHeld, at(100));
    for wait in [300, 3600, 24 * 3600] {
        assert!(matches!(ruling.payment.state, State::Reversing(_)));
        assert_eq!(ruling.look_at, Some(at(100 + wait)));
        assert_eq!(ruling.payment.next(at(99 + wait)), Next::Wait(at(100 + wait)));
        assert_eq!(ruling.payment.next(at(100 + wait)), Next::Inquire { n: 1 });
        ruling = ruling.payment.inquired(InquiryOutcome::NotFound, at(100 + wait));
    }
    assert!(matches!(ruling.payment.state, State::Failed { reason: Failure::NotFound, .. }));
}

#[test]
fn a_late_approval_is_voided_under_a_number_of_its_own() {
    let reversing = unknown().inquired(InquiryOutcome::NotFound, at(100)).payment;
    let acknowledged = reversing.reversed(ReverseOutcome::NothingHeld, at(100)).payment;
    let found = acknowledged.inquired(InquiryOutcome::Approved { approval: approval(), amount: 2000 }, at(400));
    assert!(found.alarm.is_some());
    assert_eq!(found.payment.next(at(400)), Next::Void { n: 1, void_n: 2 });
    let unanswered = found.payment.voided(OperationOutcome::Unknown(UnknownCause::Timeout), at(400));
    assert_eq!(unanswered.payment.next(at(500)), Next::Inquire { n: 1 }, "ask before voiding again");
    let still_held =
        unanswered.payment.inquired(InquiryOutcome::Approved { approval: approval(), amount: 2000 }, at(500));
    assert_eq!(still_held.payment.next(at(500)), Next::Void { n: 1, void_n: 2 }, "the same operation again");
    let gone = unanswered.payment.inquired(InquiryOutcome::Reversed, at(500));
    assert!(matches!(gone.payment.state, State::Failed { .. }));
    assert!(matches!(found.payment.voided(OperationOutcome::Done, at(400)).payment.state, State::Failed { .. }));
}

#[test]
fn a_challenge_that_is_answered_ends_as_the_acquirer_says() {
    let fetching = challenging().fetch_challenge_result(1, lease(600)).unwrap();
    assert!(matches!(fetching.state, State::Authorizing { n: 1, challenged: Some(due), .. } if due == at(901)));
    for (outcome, name) in [
        (AuthorizeOutcome::Approved(authenticated(TransStatus::Y)), "captured"),
        (AuthorizeOutcome::Approved(authenticated(TransStatus::A)), "captured"),
        (AuthorizeOutcome::Approved(authenticated(TransStatus::N)), "unknown"),
        (AuthorizeOutcome::Declined(Decline::not_authenticated()), "declined"),
        (AuthorizeOutcome::Unknown(UnknownCause::Timeout), "unknown"),
        (AuthorizeOutcome::ChallengeRequired(challenge()), "challenging"),
    ] {
        assert_eq!(fetching.resolve(outcome, at(570)).unwrap().state.name(), name);
    }
    let again = fetching.resolve(AuthorizeOutcome::ChallengeRequired(challenge()), at(570)).unwrap();
    assert_eq!(again, Payment { version: again.version, ..challenging() }, "coming back unanswered wins no time");
    assert!(again.fetch_challenge_result(2, lease(600)).is_err(), "another operation's result");
    assert!(captured().fetch_challenge_result(1, lease(600)).is_err());
}

#[test]
fn a_challenge_nobody_answers_is_cancelled_and_never_assumed() {
    assert_eq!(challenging().next(at(900)), Next::Wait(at(901)));
    assert_eq!(challenging().next(at(901)), Next::CancelChallenge);
    let cancelling = challenging().cancel_challenge(Failure::ChallengeExpired, at(901)).unwrap();
    assert!(cancelling.payment.cancels_challenge() && !cancelling.payment.doubted);
    assert_eq!(cancelling.payment.next(at(901)), Next::Reverse { n: 1 }, "the intent comes before the call");
    let unanswered = cancelling.payment.reversed(ReverseOutcome::NoAnswer(UnknownCause::Timeout), at(901));
    assert!(matches!(unanswered.payment.state, State::Reversing(_)));
    let failed = cancelling.payment.reversed(ReverseOutcome::Tombstoned, at(901)).payment;
    assert!(matches!(failed.state, State::Failed { reason: Failure::ChallengeExpired, .. }));
    let approved = InquiryOutcome::Approved { approval: authenticated(TransStatus::Y), amount: 2000 };
    let found = cancelling.payment.inquired(approved, at(901));
    assert_eq!(found.payment.next(at(901)), Next::Void { n: 1, void_n: 2 });
}

#[test]
fn who_turns_away_from_a_challenge_may_try_another_card() {
    let cancelling = challenging().cancel_challenge(Failure::ChallengeCancelled, at(60)).unwrap().payment;
    let ruling = cancelling.reversed(ReverseOutcome::Tombstoned, at(61));
    assert!(matches!(ruling.payment.state, State::Declined { n: 1, .. }));
    assert_eq!(ruling.look_at, Some(at(61 + 1800)), "and the order closes if nobody does");
    assert!(first().cancel_challenge(Failure::ChallengeCancelled, at(60)).is_err());
}

#[test]
fn a_challenge_whose_asking_was_lost_is_found_by_inquiry() {
    let found = |second| unknown().inquired(InquiryOutcome::ChallengePending(challenge()), at(second));
    let early = found(40);
    assert!(matches!(early.payment.state, State::Challenging { n: 1, due, .. } if due == at(20 + 900)));
    assert_eq!(early.look_at, Some(at(920)));
    assert!(matches!(found(920).payment.state, State::Reversing(Reversal { reason: Failure::ChallengeExpired, .. })));
}

#[test]
fn an_approval_without_authentication_is_reversed() {
    for status in [TransStatus::N, TransStatus::R, TransStatus::C, TransStatus::D] {
        let found = InquiryOutcome::Approved { approval: authenticated(status), amount: 2000 };
        let ruling = unknown().inquired(found, at(40));
        assert!(ruling.alarm.is_some(), "{status:?}");
        assert!(matches!(ruling.payment.state, State::Reversing(Reversal { reason: Failure::NotAuthenticated, .. })));
    }
}

#[test]
fn a_registered_card_costs_nothing_and_tells_nothing() {
    let registration = Payment { interface: Interface::CardRegistration, ..first() };
    let approved = registration.resolve(AuthorizeOutcome::Approved(authenticated(TransStatus::Y)), at(1)).unwrap();
    assert_eq!(approved.next(at(1)), Next::Reverse { n: 1 });
    let done = approved.reversed(ReverseOutcome::Tombstoned, at(2)).payment;
    assert!(matches!(done.state, State::Failed { reason: Failure::Registered, .. }));
    assert_eq!(tidings(Some(&approved.state), &done), None);
}

#[test]
fn a_declined_order_fails_when_it_is_quiet() {
    assert_eq!(declined().next(at(1800)), Next::Wait(at(1801)));
    assert_eq!(declined().next(at(1801)), Next::Close);
    assert!(matches!(declined().close(at(1801)).unwrap().state, State::Failed { reason: Failure::Quiet, .. }));
}

#[test]
fn what_happened_is_told_once() {
    let paid = captured();
    assert_eq!(tidings(Some(&first().state), &paid), Some(Tidings::Paid));
    assert_eq!(tidings(Some(&paid.state), &paid), None);
    assert_eq!(tidings(None, &first()), None);
    assert_eq!(
        tidings(Some(&declined().state), &declined().close(at(2000)).unwrap()),
        None,
        "a plain decline was told on the page"
    );
    let reversing = unknown().inquired(InquiryOutcome::NotFound, at(100)).payment;
    let failed = reversing.reversed(ReverseOutcome::Tombstoned, at(100)).payment;
    assert_eq!(tidings(Some(&reversing.state), &failed), Some(Tidings::FailedAfterDoubt));
}

#[derive(Clone, Debug)]
enum Step {
    Submit { generation: u16, n: u32, nonce: u8, amount: u32 },
    Outcome(u8),
    ComeBack,
    TurnAway,
    Look { answer: u8, wait_s: u32 },
    GiveUp,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0..3_u16, 1..6_u32, any::<u8>(), 2000..2002_u32).prop_map(|(generation, n, nonce, amount)| Step::Submit {
            generation,
            n,
            nonce,
            amount
        }),
        (0..8_u8).prop_map(Step::Outcome),
        Just(Step::ComeBack),
        Just(Step::TurnAway),
        (0..7_u8, 0..100_000_u32).prop_map(|(answer, wait_s)| Step::Look { answer, wait_s }),
        Just(Step::GiveUp),
    ];
    proptest::collection::vec(step, 1..40)
}

fn play(stored: Option<&Payment>, step: &Step, now: Timestamp) -> Option<Payment> {
    match (step, stored) {
        (Step::Submit { generation, n, nonce, amount }, _) => {
            match Payment::decide(stored, &order(*amount), &intent(*generation, *n, *nonce), now) {
                Decision::Start(payment) => Some(*payment),
                Decision::Started(_) | Decision::Stands(_) => None,
            }
        }
        (Step::Outcome(kind), Some(payment)) => {
            let outcome = match kind {
                0 | 1 => AuthorizeOutcome::Approved(approval()),
                2 | 3 => AuthorizeOutcome::Declined(decline()),
                4 | 5 => AuthorizeOutcome::ChallengeRequired(challenge()),
                6 => AuthorizeOutcome::Approved(authenticated(TransStatus::N)),
                _ => AuthorizeOutcome::Unknown(UnknownCause::Timeout),
            };
            payment.resolve(outcome, now).ok()
        }
        (Step::Look { answer, .. }, Some(payment)) => look(payment, *answer, now),
        (Step::GiveUp, Some(payment)) => payment.abandon(Nonce::from_random([250; 16]), now).ok(),
        (Step::ComeBack, Some(payment)) => payment.fetch_challenge_result(payment.last_n, lease(600)).ok(),
        (Step::TurnAway, Some(payment)) => {
            payment.cancel_challenge(Failure::ChallengeCancelled, now).ok().map(|ruling| ruling.payment)
        }
        (Step::Outcome(_) | Step::ComeBack | Step::TurnAway | Step::Look { .. } | Step::GiveUp, None) => None,
    }
}

fn look(payment: &Payment, answer: u8, now: Timestamp) -> Option<Payment> {
    let cause = UnknownCause::Timeout;
    match payment.next(now) {
        Next::Nothing | Next::Wait(_) => None,
        // Operations have laws of their own, in `operation_tests.rs`.
        Next::AskOperation { .. } | Next::Withdraw { .. } | Next::Warn | Next::AskValidity { .. } => None,
        Next::Close => payment.close(now).ok(),
        Next::CancelChallenge => {
            payment.cancel_challenge(Failure::ChallengeExpired, now).ok().map(|ruling| ruling.payment)
        }
        Next::Inquire { .. } => Some(
            payment
                .inquired(
                    match answer {
                        0 => InquiryOutcome::Approved { approval: approval(), amount: u64::from(payment.amount.get()) },
                        1 => InquiryOutcome::Approved { approval: approval(), amount: 1 },
                        2 => InquiryOutcome::Declined(decline()),
                        3 => InquiryOutcome::NotFound,
                        4 => InquiryOutcome::Reversed,
                        5 => InquiryOutcome::ChallengePending(challenge()),
                        _ => InquiryOutcome::NoAnswer(cause),
                    },
                    now,
                )
                .payment,
        ),
        Next::Reverse { .. } => Some(
            payment
                .reversed(
                    match answer {
                        0 | 1 => ReverseOutcome::Tombstoned,
                        2 | 3 => ReverseOutcome::NothingHeld,
                        _ => ReverseOutcome::NoAnswer(cause),
                    },
                    now,
                )
                .payment,
        ),
        Next::Void { .. } => Some(
            payment
                .voided(if answer < 3 { OperationOutcome::Done } else { OperationOutcome::Unknown(cause) }, now)
                .payment,
        ),
    }
}

proptest! {
    /// Whatever happens in whatever order: every write counts one, no operation number is used twice, nothing paid becomes unpaid, and a settled order moves by a new visit alone.
    #[test]
    fn no_sequence_of_events_breaks_the_rules(steps in steps()) {
        let mut now = at(0);
        let mut stored: Option<Payment> = None;
        let mut authorized = Vec::new();
        for step in &steps {
            let wait_s = match step { Step::Look { wait_s, .. } => i64::from(*wait_s), _ => 1 };
            now = now.saturating_add(SignedDuration::from_secs(wait_s)).unwrap();
            let Some(next) = play(stored.as_ref(), step, now) else { continue };
            if let (State::Authorizing { n, .. }, Step::Submit { .. }) = (&next.state, step) {
                prop_assert!(!authorized.contains(n), "operation {n} was used before");
                authorized.push(*n);
            }
            if let Some(before) = &stored {
                prop_assert_eq!(next.version, before.version + 1);
                prop_assert!(next.last_n >= before.last_n);
                prop_assert!(!before.state.is_paid(), "paid, and moved to {}", next.state);
                if before.state.is_unpaid() {
                    prop_assert_eq!(next.generation, before.generation + 1);
                } else {
                    prop_assert_eq!(next.amount, before.amount, "a running order pins its amount");
                }
            }
            stored = Some(next);
        }
    }

    /// A state survives its record.
    #[test]
    fn a_state_reads_back(steps in steps()) {
        let mut stored: Option<Payment> = None;
        for (second, step) in (0..).zip(&steps) {
            if let Some(next) = play(stored.as_ref(), step, at(second)) {
                let json = serde_json::to_string(&next.state).unwrap();
                prop_assert_eq!(&serde_json::from_str::<State>(&json).unwrap(), &next.state);
                stored = Some(next);
            }
        }
    }
}
