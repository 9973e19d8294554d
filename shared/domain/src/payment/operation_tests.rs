//! The laws of operations: against an acquirer that keeps books of its own and loses answers as it likes.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    reason = "a test that overflows or meets a new state fails, as it should"
)]

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::{
    ActorId, Approval, Decline, LeaseId, MerchantId, Nonce, OrderId, Yen,
    acquirer::{
        AuthorizeOutcome, DeclineCode, InquiryOutcome, OperationInquiry, OperationOutcome, UnknownCause,
        WithdrawOutcome,
    },
};

const DAY_S: i64 = 86_400;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_763_720_400 + second).unwrap()
}

fn yen(yen: u32) -> Yen {
    Yen::new(yen).unwrap()
}

fn lease(id: u8, until: Timestamp) -> Lease {
    Lease { id: LeaseId::from_random([id; 8]), until }
}

fn paid(captured: bool) -> Payment {
    let order = Order {
        key: PaymentKey::new(MerchantId::new("4000").unwrap(), OrderId::new("100").unwrap()),
        amount: yen(2000),
        interface: Interface::DataLinkage,
        origin: Origin::Page,
        attempts_allowed: 3,
        details: Details::default(),
    };
    let intent = Intent {
        generation: 0,
        n: 1,
        nonce: Nonce::from_random([255; 16]),
        lease: lease(255, at(33)),
        initiator: crate::Initiator::Cardholder,
        card: MaskedCard {
            brand: crate::Brand::Visa,
            last4: "4242".to_owned(),
            expiry: crate::Expiry::parse("12/30", jiff::civil::date(2026, 11, 21)).unwrap(),
        },
        holder: "TARO".to_owned(),
        fingerprint: None,
        card_id: None,
        keeping: None,
    };
    let Decision::Start(payment) = Payment::decide(None, &order, &intent, at(0)) else { panic!("a first attempt") };
    let approval = Approval {
        acquirer_id: "a1".to_owned(),
        network_id: None,
        valid_until: Some(at(60 * DAY_S)),
        captured,
        authentication: None,
        token: None,
    };
    payment.resolve(AuthorizeOutcome::Approved(approval), at(1)).unwrap()
}

fn decline() -> Decline {
    Decline { code: DeclineCode::DoNotHonor, network_code: None, advice_code: None, authentication: None }
}

fn wish(payment: &Payment, kind: OperationKind, amount: u32, nonce: u8, now: Timestamp) -> OperationIntent {
    OperationIntent {
        operation: Operation { kind, amount: yen(amount) },
        n: payment.next_n(),
        nonce: Nonce::from_random([nonce; 16]),
        by: ActorId::new("clerk").unwrap(),
        lease: lease(nonce, now + SignedDuration::from_secs(33)),
    }
}

fn by_program(intent: OperationIntent) -> OperationIntent {
    OperationIntent { by: ActorId::api_key(&crate::api::KeyId::from_random([1; 10])), ..intent }
}

fn started(payment: &Payment, kind: OperationKind, amount: u32, nonce: u8) -> Payment {
    match payment.decide_operation(&wish(payment, kind, amount, nonce, at(60)), at(60)) {
        OperationDecision::Start(payment) => *payment,
        other => panic!("not started: {other:?}"),
    }
}

fn done(payment: &Payment) -> Payment {
    payment.resolve_operation(payment.last_n, OperationOutcome::Done, at(61)).unwrap()
}

fn why_not(payment: &Payment, kind: OperationKind, amount: u32, now: Timestamp) -> Option<Impossible> {
    payment.impossible(Operation { kind, amount: yen(amount) }, now)
}

#[test]
fn six_months_are_counted_in_japan_and_the_last_day_is_included() {
    for (paid, ends) in [
        ("2026-11-21T03:00:00Z", "2027-05-21T15:00:00Z"),
        ("2026-11-21T15:00:00Z", "2027-05-22T15:00:00Z"), // already the 22nd in Japan
        ("2026-08-31T03:00:00Z", "2027-02-28T15:00:00Z"), // no 31st
        ("2027-08-31T03:00:00Z", "2028-02-29T15:00:00Z"), // a leap year
        ("2026-12-31T03:00:00Z", "2027-06-30T15:00:00Z"),
    ] {
        let ends: Timestamp = ends.parse().unwrap();
        assert_eq!(capture_ends(paid.parse().unwrap()), ends, "{paid}");
    }
}

#[test]
fn a_capture_takes_what_is_held_or_a_part_of_it() {
    let held = paid(false);
    for (amount, taken) in [(2000, None), (1500, Some(yen(1500)))] {
        let captured = done(&started(&held, OperationKind::Capture, amount, 1));
        let State::Captured { at: paid_at, taken: Taken { amount: kept, at: taken_at, .. }, .. } = &captured.state
        else {
            panic!("{:?}", captured.state)
        };
        assert_eq!((*paid_at, *taken_at, *kept), (at(1), Some(at(61)), taken));
        assert_eq!(captured.captured(), Some(yen(amount)));
        assert_eq!(captured.authorized(), Some(yen(2000)), "what had been held stays");
        assert_eq!(captured.amount, yen(2000), "the order's amount stays");
    }
    assert_eq!(why_not(&held, OperationKind::Capture, 2001, at(2)), Some(Impossible::TooMuch { most: 2000 }));
}

#[test]
fn an_amount_is_changed_before_the_capture_only() {
    let changed = done(&started(&paid(false), OperationKind::Adjust, 2500, 1));
    assert_eq!(changed.held(), Some(yen(2500)));
    assert_eq!(why_not(&changed, OperationKind::Adjust, 2500, at(70)), Some(Impossible::SameAmount));
    let captured = done(&started(&changed, OperationKind::Capture, 2500, 2));
    assert_eq!(captured.captured(), Some(yen(2500)));
    assert_eq!(captured.amount_now(), yen(2500));
    for kind in [OperationKind::Adjust, OperationKind::Capture, OperationKind::Cancel] {
        assert_eq!(why_not(&captured, kind, 2500, at(70)), Some(Impossible::NothingHeld), "{kind:?}");
    }
}

#[test]
fn a_cancellation_names_all_that_is_held_and_stays() {
    let held = paid(false);
    let whole = Impossible::NotTheWhole { held: yen(2000) };
    assert_eq!(why_not(&held, OperationKind::Cancel, 1999, at(2)), Some(whole));
    let cancelled = done(&started(&held, OperationKind::Cancel, 2000, 1));
    assert!(matches!(cancelled.state, State::Cancelled { .. }));
    assert_eq!(cancelled.operation().unwrap().end(), Some(&End::Done));
    assert_eq!(cancelled.next(at(70 * DAY_S)), Next::Nothing);
    assert!(cancelled.state.is_settled() && !cancelled.state.is_paid() && !cancelled.state.is_unpaid());
}

#[test]
fn refunds_add_up_to_what_was_taken_and_no_more() {
    let captured = paid(true);
    assert_eq!(why_not(&paid(false), OperationKind::Refund, 1, at(2)), Some(Impossible::NothingTaken));
    let part = done(&started(&captured, OperationKind::Refund, 1200, 1));
    assert_eq!((part.refunded(), part.refundable()), (1200, 800));
    assert_eq!(why_not(&part, OperationKind::Refund, 801, at(70)), Some(Impossible::TooMuch { most: 800 }));
    let rest = done(&started(&part, OperationKind::Refund, 800, 2));
    assert_eq!((rest.refunded(), rest.refundable()), (2000, 0));
    assert_eq!(why_not(&rest, OperationKind::Refund, 1, at(70)), Some(Impossible::TooMuch { most: 0 }));
}

#[test]
fn a_dispute_blocks_refunds_and_spares_the_one_that_runs() {
    let running = started(&paid(true), OperationKind::Refund, 500, 1);
    let disputed = running.dispute(at(65)).unwrap();
    assert_eq!(disputed.disputed(), Some(at(65)));
    assert!(disputed.dispute(at(66)).is_err(), "known already");
    let refunded = disputed.resolve_operation(disputed.last_n, OperationOutcome::Done, at(67)).unwrap();
    assert_eq!((refunded.refunded(), refunded.refundable()), (500, 0));
    assert_eq!(why_not(&refunded, OperationKind::Refund, 1, at(70)), Some(Impossible::Disputed));
    assert!(paid(false).dispute(at(65)).is_err(), "nothing was taken");
}

#[test]
fn after_six_months_or_the_validity_nothing_is_taken_or_changed_but_it_can_be_let_go() {
    let held = paid(false);
    let over = at(60 * DAY_S);
    assert_eq!(why_not(&held, OperationKind::Capture, 2000, over), Some(Impossible::TooLate));
    assert_eq!(why_not(&held, OperationKind::Adjust, 100, over), Some(Impossible::TooLate));
    assert_eq!(why_not(&held, OperationKind::Cancel, 2000, over), None);
    assert_eq!(why_not(&held, OperationKind::Capture, 2000, over - SignedDuration::from_secs(1)), None);
}

#[test]
fn the_same_form_is_one_operation_and_an_older_one_none() {
    let captured = paid(true);
    let form = wish(&captured, OperationKind::Refund, 500, 1, at(60));
    let OperationDecision::Start(running) = captured.decide_operation(&form, at(60)) else { panic!("it starts") };
    let twice = OperationIntent { lease: lease(9, at(99)), ..form.clone() };
    let other = wish(&captured, OperationKind::Refund, 500, 2, at(60));
    let stands = |payment: &Payment, form: &OperationIntent| match payment.decide_operation(form, at(62)) {
        OperationDecision::Stands(standing) => standing,
        other => panic!("does not stand: {other:?}"),
    };
    assert_eq!(running.decide_operation(&form, at(60)), OperationDecision::Started(running.clone()));
    assert_eq!(stands(&running, &twice), OperationStanding::SameSubmit);
    assert_eq!(stands(&running, &other), OperationStanding::Running);
    let refunded = done(&running);
    assert_eq!(stands(&refunded, &twice), OperationStanding::SameSubmit);
    assert_eq!(refunded.operation_from(form.nonce).unwrap().end(), Some(&End::Done));
    assert_eq!(stands(&refunded, &other), OperationStanding::Stale, "no operation was begun by it");
}

#[test]
fn an_earlier_operation_is_known_for_a_day_and_never_done_again() {
    let captured = paid(true);
    let asked = |payment: &Payment, nonce| by_program(wish(payment, OperationKind::Refund, 10, nonce, at(60)));
    let wishes: Vec<_> = (1..=14).map(|nonce| asked(&captured, nonce)).collect();
    let mut payment = captured.clone();
    for intent in &wishes {
        let intent = OperationIntent { n: payment.next_n(), ..intent.clone() };
        let OperationDecision::Start(running) = payment.decide_operation(&intent, at(60)) else { panic!("it starts") };
        payment = done(&running);
    }
    assert_eq!((payment.refunded(), payment.operation().unwrap().earlier.len()), (140, 10));
    for (place, intent) in wishes.iter().enumerate() {
        let standing = payment.decide_operation(intent, at(62));
        // the last one and ten before it; what is older is no operation at all any more
        let expected = if place >= 3 { OperationStanding::SameSubmit } else { OperationStanding::Stale };
        assert_eq!(standing, OperationDecision::Stands(expected), "{place}");
        let known = payment.operation_from(intent.nonce);
        assert_eq!(known.map(|record| (record.end(), record.earlier.len())).is_some(), place >= 3, "{place}");
        assert!(known.is_none_or(|record| record.end() == Some(&End::Done)));
    }
    let later = wish(&payment, OperationKind::Refund, 10, 15, at(60 + DAY_S));
    let OperationDecision::Start(next) = payment.decide_operation(&later, at(60 + DAY_S)) else { panic!("it starts") };
    assert_eq!(next.operation().unwrap().earlier, [], "a day later no call comes again");
}

#[test]
fn what_was_captured_before_a_refund_is_remembered() {
    let held = paid(false);
    let asked = by_program(wish(&held, OperationKind::Capture, 1500, 1, at(60)));
    let OperationDecision::Start(captured) = held.decide_operation(&asked, at(60)) else { panic!("it starts") };
    // At the console then: a form in between is not remembered, and forgets nothing.
    let part = done(&started(&done(&captured), OperationKind::Refund, 500, 2));
    let refunded = done(&started(&part, OperationKind::Refund, 100, 3));
    let record = refunded.operation_from(asked.nonce).unwrap();
    assert_eq!((record.operation, record.n), (asked.operation, 2));
    assert_eq!(refunded.operation_from(Nonce::from_random([2; 16])), None);
    let stored = serde_json::to_string(&refunded.state).unwrap();
    assert_eq!(serde_json::from_str::<State>(&stored).unwrap(), refunded.state);
}

#[test]
fn a_refusal_changes_nothing_and_uses_its_number_up() {
    let running = started(&paid(true), OperationKind::Refund, 500, 1);
    for (outcome, end) in [
        (OperationOutcome::Refused(decline()), End::Refused(decline())),
        (OperationOutcome::NotSupported, End::NotSupported),
    ] {
        let refused = running.resolve_operation(2, outcome, at(61)).unwrap();
        assert_eq!((refused.refunded(), refused.refundable(), refused.next_n()), (0, 2000, 3));
        assert_eq!(refused.operation().unwrap().end(), Some(&end));
    }
}

#[test]
fn a_timeout_is_asked_about_and_never_a_failure() {
    let unknown = started(&paid(true), OperationKind::Refund, 500, 1);
    let unknown = unknown.resolve_operation(2, OperationOutcome::Unknown(UnknownCause::Timeout), at(80)).unwrap();
    assert_eq!(unknown.next(at(81)), Next::AskOperation { n: 2 });
    assert!(unknown.wants_a_look() && unknown.state.is_settled());
    assert_eq!(unknown.refundable(), 1500, "what may have gone back is not given again");
    let early = unknown.operation_inquired(OperationInquiry::NotFound, at(90)).unwrap();
    assert_eq!(early.look_at, Some(at(93 + 60)), "not found is believed a minute after the lease only");
    let late = early.payment.operation_inquired(OperationInquiry::NotFound, at(153)).unwrap();
    assert_eq!(late.payment.next(at(153)), Next::Withdraw { n: 2 });
    let over = late.payment.operation_withdrawn(WithdrawOutcome::Withdrawn, at(154)).unwrap().payment;
    assert_eq!(over.operation().unwrap().end(), Some(&End::GivenUp));
    assert_eq!(over.refundable(), 2000);
}

#[test]
fn a_killed_run_leaves_an_operation_that_is_asked_about() {
    let running = started(&paid(true), OperationKind::Refund, 500, 1);
    assert_eq!(running.next(at(60)), Next::Wait(at(93)));
    assert_eq!(running.next(at(93)), Next::AskOperation { n: 2 });
    let found = running.operation_inquired(OperationInquiry::Done, at(93)).unwrap().payment;
    assert_eq!((found.refunded(), found.next(at(94))), (500, Next::Nothing));
}

#[test]
fn a_withdrawal_without_a_promise_is_looked_at_three_times() {
    let running = started(&paid(true), OperationKind::Refund, 500, 1);
    let payment = running.operation_inquired(OperationInquiry::NotFound, at(500)).unwrap().payment;
    let mut ruling = payment.operation_withdrawn(WithdrawOutcome::NotDone, at(500)).unwrap();
    for wait_s in [300, 3600, DAY_S] {
        assert_eq!(ruling.look_at, Some(at(500 + wait_s)));
        assert_eq!(ruling.payment.next(at(499 + wait_s)), Next::Wait(at(500 + wait_s)));
        assert_eq!(ruling.payment.next(at(500 + wait_s)), Next::AskOperation { n: 2 });
        let found = ruling.payment.operation_inquired(OperationInquiry::Done, at(500 + wait_s)).unwrap().payment;
        assert_eq!(found.refunded(), 500, "what came late is in the books");
        ruling = ruling.payment.operation_inquired(OperationInquiry::NotFound, at(500 + wait_s)).unwrap();
    }
    assert_eq!(ruling.payment.operation().unwrap().end(), Some(&End::GivenUp));
}

#[test]
fn a_person_is_called_once_after_a_day_and_asking_goes_on() {
    let mut payment = started(&paid(true), OperationKind::Refund, 500, 1);
    let silent = || OperationInquiry::NoAnswer(UnknownCause::Timeout);
    let mut alarms = 0;
    for hour in 1..=30 {
        let ruling = payment.operation_inquired(silent(), at(hour * 3600)).unwrap();
        alarms += u32::from(ruling.alarm.is_some());
        assert!(ruling.look_at.unwrap() <= at(hour * 3600) + SignedDuration::from_mins(61));
        payment = ruling.payment;
    }
    assert_eq!(alarms, 1);
    let found = payment.operation_inquired(OperationInquiry::Done, at(31 * 3600)).unwrap().payment;
    assert_eq!(found.refunded(), 500);
}

#[test]
fn what_is_held_is_warned_of_a_week_before_and_lapses_when_the_acquirer_agrees() {
    let held = paid(false);
    let (warning, end) = (at(53 * DAY_S), at(60 * DAY_S));
    assert_eq!(held.next(at(60)), Next::Wait(warning));
    assert_eq!(held.next(warning), Next::Warn);
    let ruling = held.warned(warning).unwrap();
    assert_eq!(ruling.look_at, Some(end));
    assert!(ruling.payment.warned(warning).is_err(), "once");
    assert_eq!(ruling.payment.next(warning), Next::Wait(end));
    assert_eq!(ruling.payment.next(end), Next::AskValidity { n: 1 });
    let silent = InquiryOutcome::NoAnswer(UnknownCause::Timeout);
    let Ok(Overtime::Ruled(asked)) = ruling.payment.validity_asked(&silent, end) else { panic!("it is asked again") };
    assert!(matches!(asked.payment.state, State::Authorized { .. }) && asked.look_at > Some(end));
    let Ok(Overtime::Ruled(lapsed)) = asked.payment.validity_asked(&InquiryOutcome::Reversed, end) else {
        panic!("it lapses")
    };
    assert!(matches!(lapsed.payment.state, State::Lapsed { .. }));
    assert_eq!(lapsed.payment.next(end), Next::Nothing);
}

#[test]
fn what_the_acquirer_holds_a_day_too_long_is_let_go() {
    let held = paid(false);
    let State::Authorized { approval, .. } = &held.state else { panic!("held") };
    let still = InquiryOutcome::Approved { approval: approval.clone(), amount: 2000 };
    let end = at(60 * DAY_S);
    assert!(held.validity_asked(&still, end - SignedDuration::from_secs(1)).is_err(), "its time is not over");
    assert!(matches!(held.validity_asked(&still, end), Ok(Overtime::Ruled(_))));
    assert_eq!(held.validity_asked(&still, at(61 * DAY_S)), Ok(Overtime::LetGo));
    let pending = started(&held, OperationKind::Cancel, 2000, 1);
    assert!(pending.validity_asked(&InquiryOutcome::Reversed, end).is_err(), "the pending operation comes first");
}

/// The acquirer's side: what it holds and took, and what it knows of each operation.
#[derive(Clone, Debug)]
struct Books {
    held: u32,
    captured: u32,
    refunded: u32,
    known: std::collections::BTreeMap<u32, bool>,
    forbidden: std::collections::BTreeSet<u32>,
}

impl Books {
    /// Carries an operation out by the acquirer's own rules.
    fn carry_out(&mut self, n: u32, Operation { kind, amount }: Operation) -> bool {
        assert!(!self.known.contains_key(&n), "reference {n} is used twice");
        let (amount, allowed) = (amount.get(), !self.forbidden.contains(&n));
        let done = allowed
            && match kind {
                OperationKind::Capture if self.captured == 0 && amount <= self.held => {
                    self.captured = amount;
                    true
                }
                OperationKind::Cancel if self.captured == 0 && self.held > 0 => {
                    self.held = 0;
                    true
                }
                OperationKind::Adjust if self.captured == 0 && self.held > 0 => {
                    self.held = amount;
                    true
                }
                OperationKind::Refund if self.refunded + amount <= self.captured => {
                    self.refunded += amount;
                    true
                }
                _ => false,
            };
        self.known.insert(n, done);
        done
    }
}

#[derive(Clone, Debug)]
enum Step {
    /// A form is sent: kind, amount, which rendering, how many operations ago it was rendered.
    Send { kind: u8, amount: u32, nonce: u8, age: u32 },
    /// The acquirer answers the running call: done and told, done and lost, lost before, refused.
    Answer(u8),
    /// Reconcile looks, so many seconds later; the acquirer answers or not.
    Look { answers: bool, wait_s: u32 },
    /// The cardholder disputes.
    Dispute,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let amount = prop::sample::select(vec![1_u32, 500, 1500, 2000, 2001, 2500]);
    let step = prop_oneof![
        4 => (0..4_u8, amount, 0..40_u8, 0..2_u32)
            .prop_map(|(kind, amount, nonce, age)| Step::Send { kind, amount, nonce, age }),
        4 => (0..6_u8).prop_map(Step::Answer),
        3 => (any::<bool>(), prop::sample::select(vec![1_u32, 70, 400, 90_000]))
            .prop_map(|(answers, wait_s)| Step::Look { answers, wait_s }),
        1 => Just(Step::Dispute),
    ];
    prop::collection::vec(step, 1..50)
}

fn look(payment: &Payment, books: &mut Books, answers: bool, now: Timestamp) -> Option<Payment> {
    let cause = UnknownCause::Timeout;
    match payment.next(now) {
        Next::AskOperation { n } => {
            let answer = match (answers, books.known.get(&n)) {
                (false, _) => OperationInquiry::NoAnswer(cause),
                (true, Some(true)) => OperationInquiry::Done,
                (true, Some(false)) => OperationInquiry::Refused(decline()),
                (true, None) => OperationInquiry::NotFound,
            };
            Some(payment.operation_inquired(answer, now).unwrap().payment)
        }
        Next::Withdraw { n } => {
            let answer = match (answers, books.known.get(&n)) {
                (false, _) => WithdrawOutcome::NoAnswer(cause),
                (true, Some(true)) => WithdrawOutcome::Done,
                (true, Some(false)) => WithdrawOutcome::Refused(decline()),
                (true, None) => {
                    books.forbidden.insert(n);
                    WithdrawOutcome::Withdrawn
                }
            };
            Some(payment.operation_withdrawn(answer, now).unwrap().payment)
        }
        Next::Warn => Some(payment.warned(now).unwrap().payment),
        Next::AskValidity { .. } | Next::Nothing | Next::Wait(_) => None,
        other => panic!("{other:?} of what is paid"),
    }
}

proptest! {
    /// Whatever is sent, lost and answered in whatever order: no number is used twice, no form starts two operations, no more is taken than held nor given back
    /// than taken, what was let go stays so, and once all is quiet our books are the acquirer's.
    #[test]
    fn no_sequence_of_operations_breaks_the_rules(captured in any::<bool>(), steps in steps()) {
        let mut now = at(60);
        let mut payment = paid(captured);
        let mut books = Books {
            held: 2000,
            captured: if captured { 2000 } else { 0 },
            refunded: 0,
            known: std::collections::BTreeMap::new(),
            forbidden: std::collections::BTreeSet::new(),
        };
        let mut started = std::collections::BTreeSet::new();
        for step in &steps {
            let before = payment.clone();
            match step {
                Step::Send { kind, amount, nonce, age } => {
                    let kinds =
                        [OperationKind::Capture, OperationKind::Cancel, OperationKind::Adjust, OperationKind::Refund];
                    let mut form = wish(&payment, kinds[usize::from(*kind)], *amount, *nonce, now);
                    form.n = form.n.saturating_sub(*age);
                    if let OperationDecision::Start(next) = payment.decide_operation(&form, now) {
                        prop_assert!(before.pending().is_none() && *age == 0);
                        prop_assert!(started.insert(form.n), "number {} was used before", form.n);
                        payment = *next;
                    }
                }
                Step::Answer(how) => {
                    let Some(OperationRecord { n, operation, stage: Stage::Running(_), .. }) = payment.pending().cloned()
                    else { continue };
                    let lost = OperationOutcome::Unknown(UnknownCause::Timeout);
                    let outcome = match how {
                        0..=2 if books.carry_out(n, operation) => OperationOutcome::Done,
                        0..=2 => OperationOutcome::Refused(decline()),
                        3 => {
                            books.carry_out(n, operation);
                            lost
                        }
                        4 => lost,
                        _ => {
                            books.known.insert(n, false);
                            OperationOutcome::Refused(decline())
                        }
                    };
                    payment = payment.resolve_operation(n, outcome, now).unwrap();
                }
                Step::Look { answers, wait_s } => {
                    now += SignedDuration::from_secs(i64::from(*wait_s));
                    payment = look(&payment, &mut books, *answers, now).unwrap_or(payment);
                }
                Step::Dispute => payment = payment.dispute(now).unwrap_or(payment),
            }
            prop_assert!(payment.version - before.version <= 1);
            prop_assert!(payment.last_n >= before.last_n);
            prop_assert!(payment.state.is_settled());
            prop_assert!(!before.state.is_let_go() || payment == before, "what was let go stays so");
            if let Some(taken) = payment.captured() {
                prop_assert!(taken.get() <= books.held, "more is taken than held");
                prop_assert!(payment.refunded() <= taken.get());
                prop_assert!(payment.refunded() >= before.refunded());
                let disputed = payment.disputed().is_some();
                prop_assert!(disputed || payment.refunded() + payment.refundable() <= taken.get());
            }
            let json = serde_json::to_string(&payment.state).unwrap();
            prop_assert_eq!(&serde_json::from_str::<State>(&json).unwrap(), &payment.state);
        }
        for _ in 0..8 {
            now += SignedDuration::from_secs(120);
            payment = look(&payment, &mut books, true, now).unwrap_or(payment);
        }
        prop_assert!(payment.pending().is_none());
        let ours = (
            payment.captured().map_or_else(|| payment.held().map_or(0, Yen::get), |_| books.held),
            payment.captured().map_or(0, Yen::get),
            payment.refunded(),
        );
        prop_assert_eq!(ours, (books.held, books.captured, books.refunded));
    }
}
