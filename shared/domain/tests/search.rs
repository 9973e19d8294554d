//! What a payment's steps add to the sums of days, and how a list says where it stands.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test code: an expectation that does not hold ends the test"
)]

use domain::{
    ActorId, Approval, MerchantId, Nonce, OrderId, Payment, PaymentKey, State, Yen,
    payment::{
        Details, End, Failure, Hold, Interface, Operation, OperationDoubt, OperationKind, OperationRecord, Origin,
        Stage, Taken,
    },
    search::{DaySums, Figure, Progress, Row, Status, Step, Sum, effects},
};
use jiff::{Timestamp, civil::date};
use std::collections::BTreeMap;

const NOON: &str = "T03:00:00Z"; // in Japan

fn at(day: u8) -> Timestamp {
    format!("2026-11-{day:02}{NOON}").parse().unwrap()
}

fn yen(yen: u32) -> Yen {
    Yen::new(yen).unwrap()
}

fn approval() -> Approval {
    Approval {
        acquirer_id: "a".to_owned(),
        network_id: None,
        valid_until: None,
        captured: false,
        authentication: None,
        token: None,
    }
}

fn payment(version: u32, state: State) -> Payment {
    Payment {
        key: PaymentKey::new(MerchantId::new("4000").unwrap(), OrderId::new("1").unwrap()),
        version,
        generation: 0,
        last_n: version,
        attempts: 1,
        attempts_allowed: 5,
        amount: yen(1_000),
        interface: Interface::DataLinkage,
        origin: Origin::Page,
        details: Details::default(),
        nonce: Nonce::from_random([0; 16]),
        opened_at: at(1),
        initiator: domain::Initiator::Cardholder,
        card: None,
        holder: String::new(),
        fingerprint: None,
        card_id: None,
        keeping: None,
        doubted: false,
        state,
    }
}

fn record(kind: OperationKind, amount: u32, stage: Stage) -> Box<OperationRecord> {
    Box::new(OperationRecord {
        operation: Operation { kind, amount: yen(amount) },
        n: 2,
        by: ActorId::new("somebody").unwrap(),
        nonce: Nonce::from_random([1; 16]),
        since: at(1),
        stage,
        earlier: Vec::new(),
    })
}

fn done(day: u8) -> Stage {
    Stage::Ended { end: End::Done, at: at(day) }
}

/// Held on the 1st, less held on the 2nd, taken on the 3rd, given back in part on the 5th and in whole on the 7th.
fn a_life() -> Vec<Payment> {
    let held = |hold| State::Authorized { n: 1, approval: approval(), at: at(1), hold };
    let taken = |taken| State::Captured { n: 1, approval: approval(), at: at(1), taken };
    let was = Taken { amount: Some(yen(800)), at: Some(at(3)), ..Taken::untouched() };
    let back = |refunded, amount, day| Taken {
        refunded,
        operation: Some(record(OperationKind::Refund, amount, done(day))),
        ..was.clone()
    };
    vec![
        payment(1, held(Hold::untouched())),
        payment(
            2,
            held(Hold {
                amount: Some(yen(800)),
                operation: Some(record(OperationKind::Adjust, 800, done(2))),
                ..Hold::untouched()
            }),
        ),
        payment(3, taken(was.clone())),
        payment(4, taken(back(300, 300, 5))),
        payment(5, taken(back(800, 500, 7))),
    ]
}

fn added(steps: &[Step]) -> BTreeMap<u8, DaySums> {
    let mut days = BTreeMap::<u8, DaySums>::new();
    for effect in steps.iter().flat_map(|step| &step.effects) {
        assert_eq!((effect.day.year(), effect.day.month()), (2026, 11));
        days.entry(u8::try_from(effect.day.day()).unwrap()).or_default().add(effect);
    }
    days
}

fn steps(life: &[Payment]) -> Vec<Step> {
    let olds = std::iter::once(None).chain(life.iter().map(Some));
    olds.zip(life).map(|(old, new)| Step::of(old, new, at(9)).unwrap()).collect()
}

#[test]
fn each_amount_counts_on_its_own_day() {
    let days = added(&steps(&a_life()));
    let one = |yen| Figure { count: 1, yen };
    assert_eq!(days[&1].figure(Sum::Authorized), one(800), "as it was changed to");
    assert_eq!(days[&3].figure(Sum::Captured), one(800));
    assert_eq!(days[&5].figure(Sum::Refunded), one(300));
    assert_eq!(days[&7].figure(Sum::Refunded), Figure { count: 0, yen: 500 }, "the same payment once more");
    assert_eq!(days.len(), 4);
}

#[test]
fn a_rebuild_adds_what_is_missing_and_no_more() {
    let life = a_life();
    let all = steps(&life);
    for lost in 0..all.len() {
        let known: Vec<Step> =
            all.iter().enumerate().filter(|(at, _)| *at != lost).map(|(_, step)| step.clone()).collect();
        let found = Step::found(&life[4], known.iter(), at(9));
        let together: Vec<Step> = known.into_iter().chain([found]).collect();
        let total = |steps: &[Step], sum| {
            steps
                .iter()
                .flat_map(|step| &step.effects)
                .filter(|effect| effect.sum == sum)
                .map(|effect| effect.figure.yen)
                .sum::<i64>()
        };
        for sum in [Sum::Authorized, Sum::Captured, Sum::Refunded] {
            assert_eq!(total(&together, sum), total(&all, sum), "{sum:?} without step {lost}");
        }
    }
    assert_eq!(Step::found(&life[4], all.iter(), at(9)).effects, []);
}

#[test]
fn a_failure_counts_once_and_an_order_opened_again_takes_nothing_back() {
    let failed = payment(1, State::Failed { reason: Failure::Quiet, decline: None, at: at(1) });
    let again = payment(2, State::Abandoned { at: at(2) });
    let registered = payment(1, State::Failed { reason: Failure::Registered, decline: None, at: at(1) });
    assert_eq!(effects(None, &failed, at(1))[0].day, date(2026, 11, 1));
    assert_eq!(effects(Some(&failed), &again, at(2)), []);
    assert_eq!(effects(Some(&failed), &failed, at(2)), [], "the same version");
    assert_eq!(effects(None, &registered, at(1)), []);
    let registration = Payment { interface: Interface::CardRegistration, ..failed };
    assert_eq!(effects(None, &registration, at(1)), []);
}

#[test]
fn a_list_says_how_it_stands() {
    let life = a_life();
    let of = |payment: &Payment| (Status::of(payment), Row::of(payment).amount.get(), Row::of(payment).refunded);
    assert_eq!(
        life.iter().map(of).collect::<Vec<_>>(),
        [
            (Status::Authorized, 1_000, 0),
            (Status::Authorized, 800, 0),
            (Status::Captured, 800, 0),
            (Status::PartlyRefunded, 800, 300),
            (Status::Refunded, 800, 800),
        ]
    );
    let acts: Vec<Option<Progress>> =
        steps(&life).iter().map(|step| step.act.as_ref().map(|act| act.progress)).collect();
    let done = Some(Progress::Done);
    assert_eq!(acts, [None, done, None, done, done], "each operation is told by the steps that change it");
    let disputed = Taken { disputed: Some(at(4)), ..Taken::untouched() };
    let state = State::Captured { n: 1, approval: approval(), at: at(1), taken: disputed };
    assert_eq!(Status::of(&payment(6, state)), Status::Disputed);
    let doubt = OperationDoubt { lease_until: at(1), asks: 0, person: true };
    let unknown = record(OperationKind::Capture, 1_000, Stage::Unknown(doubt));
    let hold = Hold { operation: Some(unknown), ..Hold::untouched() };
    let state = State::Authorized { n: 1, approval: approval(), at: at(1), hold };
    assert_eq!(Status::of(&payment(6, state)), Status::NeedsPerson);
    let operation = record(OperationKind::Cancel, 1_000, self::done(4));
    let state = State::Cancelled { n: 1, amount: yen(1_000), at: at(4), operation };
    let cancelled = payment(2, state);
    assert_eq!(Status::of(&cancelled), Status::Cancelled);
    let effects = effects(Some(&life[0]), &cancelled, at(9));
    assert_eq!(effects.len(), 1, "what was approved stays approved");
    assert_eq!((effects[0].sum, effects[0].day), (Sum::Cancelled, date(2026, 11, 4)));
}
