//! Regular purchases from joining to the end: each period is charged exactly once, on its day, whatever comes twice, late or in the same instant
//! (recurring-schedule, recurring-charge).

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::float_arithmetic,
    clippy::large_futures,
    clippy::wildcard_enum_match_arm,
    reason = "a test: what goes wrong is meant to end it"
)]

use bytes::Bytes;
use domain::acquirer::DeclineCode;
use domain::clock::{JAPAN, japan_date};
use domain::payment::Interface;
use domain::recurring::offer::{FirstAmount, Times};
use domain::recurring::plan::{By, EndReason, Held, PauseReason, Plan, PlanCard, PlanId, PlanState, Progress, Rate};
use domain::recurring::retry::Retries;
use domain::recurring::work::RecurringWork;
use domain::tries::TriedBy;
use domain::webhook::{Form, Kind};
use domain::{Initiator, MerchantId, OrderId, Yen};
use http::{Request, Response};
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use local::cloud::{Fault, When};
use local::world::{Delivery, World};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use system_tests::{
    Hook, Log, Outage, RegularDesk, approvals, card_tries, cards, change_merchant, fresh, japan, spoil_plan,
    take_cards_for_checked, tick, tick_at, year_of,
};
use tracing_subscriber::filter::LevelFilter;

/// Lets everything happen up to an instant.
async fn until(world: &World, at: &str) {
    let by: SignedDuration = japan(at).duration_since(world.now());
    world.advance(Duration::try_from(by).unwrap()).await.unwrap();
}

/// A world in which nobody's card has to be checked: that is a walk over all days to come, every month.
async fn world() -> World {
    let world = fresh().await;
    take_cards_for_checked(&world, date(2030, 1, 1)).await;
    world
}

/// A world and a buyer of 1,000 yen a month, who joined on Saturday, 21 November 2026: next on Sunday, 27 December.
async fn joined(number: &str) -> (World, RegularDesk, PlanId) {
    let world = world().await;
    let desk = RegularDesk::of(&world, "4000");
    let offer = desk.offer("coffee", 1_000, 1).await;
    let plan = desk.joined(&offer, "alice", number).await;
    (world, desk, plan.id)
}

#[tokio::test]
async fn joining_begins_a_plan_once_and_its_periods_are_charged_on_their_business_days() {
    let (world, desk, id) = joined(cards::VISA).await;
    let plan = desk.plan(&id).await;
    assert_eq!((plan.version, plan.period, plan.nominal), (1, 2, date(2026, 12, 27)));
    until(&world, "2026-12-28 09:59").await;
    assert_eq!(approvals(&world).await, 0, "a Sunday, and a morning too early");
    until(&world, "2026-12-28 10:05").await;
    let charged = desk.plan(&id).await;
    assert_eq!((charged.period, charged.nominal), (3, date(2027, 1, 27)));
    let payment = desk.payment(&plan, 2).await.unwrap();
    assert!(payment.state.is_paid() && payment.interface == Interface::Regular);
    assert_eq!((payment.amount.get(), japan_date(payment.opened_at)), (1_000, date(2026, 12, 28)));
    assert_eq!((payment.details.user.as_str(), payment.details.mail.as_str()), ("alice", "alice@example.jp"));
    until(&world, "2027-03-01 00:00").await;
    let periods: Vec<_> = [desk.calls(&plan, 2).await, desk.calls(&plan, 3).await, desk.calls(&plan, 4).await].into();
    assert_eq!(periods, [(1, 0), (1, 0), (0, 0)], "27 February is a Saturday");
    until(&world, "2027-03-01 12:00").await;
    assert_eq!(approvals(&world).await, 3);
}

#[tokio::test]
async fn a_tick_that_comes_twice_and_every_message_twice_charge_once() {
    let (world, desk, id) = joined(cards::VISA).await;
    world.deliver_twice(Delivery::Twice);
    until(&world, "2026-12-28 10:00").await;
    world.run_schedules().await.unwrap();
    world.run_schedules().await.unwrap();
    until(&world, "2026-12-29 12:00").await;
    let plan = desk.plan(&id).await;
    assert_eq!((plan.period, approvals(&world).await), (3, 1));
    assert_eq!(plan.version, 2, "the period was closed once");
}

/// Every run of the schedule dies at its first call until then.
async fn without_schedule(world: &World, to: &str) {
    world.faults().restart();
    for nth in 0..100 {
        let when = When::Nth { caller: Some("RecurringSchedule".to_owned()), operation: "GetItem".to_owned(), nth };
        world.faults().plan(when, Fault::DropBefore);
    }
    until(world, to).await;
    world.faults().stop();
}

#[tokio::test]
async fn three_days_without_a_schedule_are_caught_up_once_and_more_than_ten_ask_the_merchant() {
    let (world, desk, id) = joined(cards::VISA).await;
    without_schedule(&world, "2026-12-31 09:00").await;
    assert_eq!(approvals(&world).await, 0);
    until(&world, "2027-01-05 00:00").await;
    assert_eq!((desk.plan(&id).await.period, approvals(&world).await), (3, 1), "three days late");
    without_schedule(&world, "2027-02-07 09:00").await;
    until(&world, "2027-02-07 12:00").await;
    let late = desk.plan(&id).await;
    assert!(matches!(late.state, PlanState::Active(Progress::Asked { .. })), "{:?}", late.state);
    assert_eq!(approvals(&world).await, 1, "27 January is eleven days past");
    // the merchant says yes: that period is charged at once, and the next on its own day
    desk.change(&id, |plan| plan.charged_by_hand(world.now())).await;
    world.settle().await.unwrap();
    assert_eq!((desk.plan(&id).await.period, approvals(&world).await), (4, 2));
    until(&world, "2027-03-02 00:00").await;
    assert_eq!(approvals(&world).await, 3);
}

#[tokio::test]
async fn a_month_that_was_skipped_charges_no_two_periods_by_itself() {
    let (world, desk, id) = joined(cards::VISA).await;
    without_schedule(&world, "2027-01-27 09:00").await;
    until(&world, "2027-01-28 12:00").await;
    let plan = desk.plan(&id).await;
    assert!(matches!(plan.state, PlanState::Active(Progress::Asked { .. })), "{:?}", plan.state);
    assert_eq!((plan.period, approvals(&world).await), (2, 0));
    // the merchant lets it go: nothing of the past is charged
    desk.change(&id, |plan| plan.skipped(world.now())).await;
    until(&world, "2027-02-26 12:00").await;
    assert_eq!(approvals(&world).await, 0);
    until(&world, "2027-03-01 12:00").await;
    assert_eq!((desk.plan(&id).await.nominal, approvals(&world).await), (date(2027, 3, 27), 1));
}

#[tokio::test]
async fn a_soft_decline_is_tried_again_at_ten_on_six_days_and_then_waits_for_another_card() {
    let (world, desk, id) = joined(cards::NO_FUNDS).await;
    let plan = desk.plan(&id).await;
    let mut tried = Vec::new();
    for day in ["2026-12-28", "2026-12-29", "2026-12-31", "2027-01-02", "2027-01-04", "2027-01-07", "2027-01-11"] {
        until(&world, &format!("{day} 09:59")).await;
        let before = desk.calls(&plan, 2).await.1;
        until(&world, &format!("{day} 10:01")).await;
        let after = desk.calls(&plan, 2).await.1;
        assert_eq!(after, before + 1, "{day}");
        tried.push(after);
    }
    let unpaid = desk.plan(&id).await;
    let PlanState::Paused { why: PauseReason::Unpaid(DeclineCode::InsufficientFunds), .. } = unpaid.state else {
        panic!("{:?}", unpaid.state)
    };
    until(&world, "2027-01-20 00:00").await;
    assert_eq!((desk.calls(&plan, 2).await, tried.len()), ((0, 7), 7));
    let text = mail_of(&world, "alice@example.jp", "最後のご案内");
    for part in ["?view=card", "2027年1月11日(月) 10:00", "1,000円"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // another card: once, at once, and the next on its day
    let card = desk.change_card("alice", cards::MASTERCARD).await;
    desk.change(&id, |plan| plan.card_changed(&card, world.now())).await;
    world.settle().await.unwrap();
    let paid = desk.plan(&id).await;
    assert_eq!(
        (desk.calls(&plan, 2).await, paid.period, paid.state),
        ((1, 7), 3, PlanState::Active(Progress::Waiting))
    );
    until(&world, "2027-01-28 00:00").await;
    assert_eq!(desk.calls(&plan, 3).await, (1, 0));
}

#[tokio::test]
async fn where_the_merchant_wants_no_retries_a_decline_is_the_end_of_it() {
    let (world, desk, id) = joined(cards::NO_FUNDS).await;
    change_merchant(&world, "4000", |merchant| merchant.regular.retries = Retries::None).await;
    until(&world, "2027-01-20 00:00").await;
    let plan = desk.plan(&id).await;
    assert!(matches!(plan.state, PlanState::Paused { why: PauseReason::Unpaid(_), .. }), "{:?}", plan.state);
    assert_eq!(desk.calls(&plan, 2).await, (0, 1));
}

#[tokio::test]
async fn a_lost_card_stops_at_once_and_a_missing_or_expired_one_is_not_tried() {
    let (world, desk, lost) = joined(cards::LOST).await;
    let offer = desk.offer("tea", 500, 1).await;
    let gone = desk.joined(&offer, "bob", cards::VISA).await;
    let card = desk.card("bob").await;
    system_tests::smuggle_card(&world, &domain::KeptCard { version: 2, number: None, ..card }).await;
    until(&world, "2027-01-20 00:00").await;
    for (id, code, calls) in [(&lost, DeclineCode::LostCard, (0, 1)), (&gone.id, DeclineCode::CardMissing, (0, 0))] {
        let plan = desk.plan(id).await;
        let PlanState::Paused { why: PauseReason::Unpaid(why), .. } = plan.state else { panic!("{:?}", plan.state) };
        assert_eq!((why, desk.calls(&plan, 2).await), (code, calls));
        assert_eq!(plan.charged_by_hand(world.now()), None, "only another card mends it");
    }
}

#[tokio::test]
async fn the_end_after_a_number_of_times_is_kept() {
    let world = world().await;
    let desk = RegularDesk::of(&world, "4000");
    let offer = desk.offer_with("course", 3_000, 1, |offer| offer.times = Some(Times::new(3).unwrap())).await;
    let plan = desk.joined(&offer, "alice", cards::VISA).await;
    until(&world, "2027-06-01 00:00").await;
    let over = desk.plan(&plan.id).await;
    assert!(matches!(over.state, PlanState::Ended { why: EndReason::Completed, .. }), "{:?}", over.state);
    assert_eq!(approvals(&world).await, 2, "the first payment was the page's");
}

type Change = fn(&Plan, Timestamp) -> Option<Plan>;

#[tokio::test]
async fn whatever_happens_in_the_instant_of_the_tick_keeps_both() {
    type Stands = fn(&PlanState) -> bool;
    let cases: [(&str, Change, Stands); 6] = [
        ("ended", |plan, now| plan.ended(By::Buyer, now), |state| matches!(state, PlanState::Ended { .. })),
        (
            "ended by the shop",
            |plan, now| plan.ended(By::Merchant, now),
            |state| matches!(state, PlanState::Ended { why: EndReason::Merchant, .. }),
        ),
        ("paused", |plan, now| plan.paused(By::Buyer, now), |state| matches!(state, PlanState::Paused { .. })),
        (
            "a lower amount",
            |plan, now| plan.changed(Rate { amount: Yen::new(400).unwrap(), ..plan.rate() }, now).ok(),
            |state| matches!(state, PlanState::Active(Progress::Waiting)),
        ),
        (
            "an agreement",
            |plan, now| {
                let rate = Rate { amount: Yen::new(9_000).unwrap(), ..plan.rate() };
                let agreed = plan.proposed(rate).ok()?.agreed_to(rate, &OrderId::new("1").unwrap(), now).ok()?;
                Some(Plan { version: plan.version + 1, ..agreed })
            },
            |state| matches!(state, PlanState::Active(Progress::Waiting)),
        ),
        (
            "a proposal",
            |plan, _| plan.proposed(Rate { amount: Yen::new(9_000).unwrap(), ..plan.rate() }).ok(),
            |state| matches!(state, PlanState::Active(Progress::Waiting)),
        ),
    ];
    for (what, change, stands) in cases {
        let (world, desk, id) = joined(cards::VISA).await;
        at_the_acquirer(&world, &desk, &id, change);
        until(&world, "2026-12-31 12:00").await;
        let plan = desk.plan(&id).await;
        assert!(stands(&plan.state), "{what}: {:?}", plan.state);
        assert_eq!((plan.period, desk.calls(&plan, 2).await), (3, (1, 0)), "{what}: the money and the plan agree");
        assert_eq!(desk.payment(&plan, 2).await.unwrap().amount.get(), 1_000, "{what}: what was agreed for that day");
    }
}

#[tokio::test]
async fn a_card_that_is_changed_in_the_instant_of_a_decline_is_tried_once_more_at_once() {
    let (world, desk, id) = joined(cards::NO_FUNDS).await;
    until(&world, "2026-12-28 10:01").await;
    let plan = desk.plan(&id).await;
    assert_eq!(desk.calls(&plan, 2).await, (0, 1));
    // the second try is at the acquirer with the old card when the buyer has another
    at_the_acquirer(&world, &desk, &id, |plan, now| {
        let another = PlanCard { id: domain::CardId::from_random([9; 8]), last4: "4242".to_owned() };
        plan.card_changed(&another, now)
    });
    desk.change_card("alice", cards::VISA).await;
    until(&world, "2026-12-29 09:59").await;
    desk.change(&id, |plan| plan.charged_by_hand(world.now())).await;
    world.settle().await.unwrap();
    let paid = desk.plan(&id).await;
    assert_eq!((paid.period, desk.calls(&plan, 2).await), (3, (1, 1)));
    until(&world, "2027-01-20 00:00").await;
    assert_eq!(desk.calls(&plan, 2).await, (1, 1));
}

#[tokio::test]
async fn a_card_that_is_changed_while_a_try_is_in_doubt_is_tried_at_once_when_that_came_to_nothing() {
    let world = world().await;
    let outage = Outage::prepare(&world);
    let desk = RegularDesk::of(&world, "4000");
    let offer = desk.offer("coffee", 1_000, 1).await;
    let plan = desk.joined(&offer, "alice", cards::NO_FUNDS).await;
    until(&world, "2026-12-29 09:59").await;
    assert_eq!(desk.plan(&plan.id).await.tries, 1);
    // the second try is declined, and nobody hears of it before the buyer has another card
    world.faults().restart();
    let (caller, operation) = (Some("RecurringCharge".to_owned()), "POST /test-acquirer/v1/authorize".to_owned());
    world.faults().plan(When::Nth { caller, operation, nth: 0 }, Fault::ReplyLost);
    until(&world, "2026-12-29 10:00").await;
    assert_eq!((world.faults().pending(), desk.calls(&plan, 2).await), (0, (0, 2)));
    outage.begin();
    desk.changed_by_buyer(&plan, cards::VISA).await;
    until(&world, "2026-12-29 12:00").await;
    assert_eq!((desk.plan(&plan.id).await.tries, desk.calls(&plan, 2).await), (1, (0, 2)), "it is in doubt");
    outage.end();
    until(&world, "2026-12-30 09:00").await;
    let paid = desk.plan(&plan.id).await;
    assert_eq!((paid.period, desk.calls(&plan, 2).await), (3, (1, 2)), "{:?}", paid.state);
    until(&world, "2027-01-20 00:00").await;
    assert_eq!(desk.calls(&plan, 2).await, (1, 2));
}

/// Two plans that are paid with the same card of one buyer.
async fn two_of_one_card(world: &World, desk: &RegularDesk, number: &str) -> [Plan; 2] {
    let (coffee, tea) = (desk.offer("coffee", 1_000, 1).await, desk.offer("tea", 500, 1).await);
    let coffee = desk.joined(&coffee, "alice", number).await;
    let tea = desk.pay_first(&tea, "alice").await;
    world.settle().await.unwrap();
    [coffee, desk.plan(&tea).await]
}

#[tokio::test]
async fn a_card_that_is_changed_while_a_period_waits_for_its_turn_is_not_refused_for_the_one_before() {
    let world = world().await;
    let desk = RegularDesk::of(&world, "4000");
    let plans = two_of_one_card(&world, &desk, cards::LOST).await;
    // one plan's charge is at the acquirer, which forbids the card for good, and the other's waits for that, when the buyer has another card
    let (there, done) = (world.clone(), Arc::new(AtomicBool::new(false)));
    let (at_once, ids) = (desk.clone(), plans.clone().map(|plan| plan.id));
    let handler = move |request: Request<Bytes>| {
        let (there, desk, ids, done) = (there.clone(), at_once.clone(), ids.clone(), Arc::clone(&done));
        async move {
            if request.uri().path().ends_with("/authorize") && !done.swap(true, Ordering::SeqCst) {
                for _ in 0..1_000 {
                    tokio::task::yield_now().await; // until the other has read the card, and waits
                }
                let card = desk.change_card("alice", cards::VISA).await;
                for id in &ids {
                    desk.change(id, |plan| plan.card_changed(&card, there.now())).await;
                }
            }
            let answer: Response<Bytes> = there.http(request).await;
            answer
        }
    };
    world.cloud().register_host("localhost", Arc::new(handler));
    until(&world, "2026-12-28 23:00").await;
    let mut calls = Vec::new();
    for plan in &plans {
        let stands = desk.plan(&plan.id).await;
        assert_eq!((stands.period, stands.state), (3, PlanState::Active(Progress::Waiting)), "{}", plan.item);
        calls.push(desk.calls(plan, 2).await);
    }
    calls.sort_unstable();
    assert_eq!(calls, [(1, 0), (1, 1)], "the card before was tried once");
}

#[tokio::test]
async fn a_plan_that_cant_be_read_holds_up_no_other() {
    for spoilt in [0, 1] {
        let world = world().await;
        let desk = RegularDesk::of(&world, "4000");
        let plans = two_of_one_card(&world, &desk, cards::NO_FUNDS).await;
        until(&world, "2026-12-28 10:05").await;
        let other = &plans[1 - spoilt];
        assert!(matches!(desk.plan(&other.id).await.state, PlanState::Active(Progress::Retrying { .. })));
        spoil_plan(&world, &plans[spoilt]).await;
        until(&world, "2026-12-29 10:05").await;
        assert_eq!(desk.plan(&other.id).await.tries, 2, "the schedule goes on past {}", plans[spoilt].id);
        desk.changed_by_buyer(other, cards::VISA).await;
        world.settle().await.unwrap();
        assert_eq!(desk.plan(&other.id).await.period, 3, "and a new card pays beside {}", plans[spoilt].id);
    }
}

#[tokio::test]
async fn the_one_try_after_a_change_of_the_card_is_the_buyers_and_those_after_it_are_the_merchants() {
    for fault in [None, Some(Fault::ReplyLost)] {
        let (world, desk, id) = joined(cards::NO_FUNDS).await;
        until(&world, "2026-12-28 10:01").await;
        let plan = desk.plan(&id).await;
        let initiators = initiators_at_the_acquirer(&world);
        world.faults().restart();
        let (caller, operation) = (Some("RecurringCharge".to_owned()), "POST /test-acquirer/v1/authorize".to_owned());
        fault.into_iter().for_each(|fault| {
            world.faults().plan(When::Nth { caller: caller.clone(), operation: operation.clone(), nth: 0 }, fault);
        });
        desk.changed_by_buyer(&plan, cards::DECLINED).await;
        until(&world, "2026-12-28 11:00").await;
        assert_eq!(world.faults().pending(), 0);
        let card = desk.card("alice").await;
        let declines = async |by| {
            let history = card_tries(&world).load(&card.tried(by).unwrap()).await.unwrap().history;
            serde_json::to_value(history).unwrap()["d"].as_array().map_or(0, Vec::len)
        };
        assert_eq!(desk.plan(&id).await.tries, 2, "{fault:?}");
        assert_eq!(desk.payment(&plan, 2).await.unwrap().initiator, Initiator::Cardholder, "{fault:?}");
        assert_eq!([declines(TriedBy::Shopper).await, declines(TriedBy::Merchant).await], [1, 0], "{fault:?}");
        until(&world, "2026-12-29 10:01").await;
        assert_eq!(desk.payment(&plan, 2).await.unwrap().initiator, Initiator::MerchantRecurring, "{fault:?}");
        assert_eq!([declines(TriedBy::Shopper).await, declines(TriedBy::Merchant).await], [1, 1], "{fault:?}");
        assert_eq!(*initiators.lock().unwrap(), ["cardholder", "merchant_recurring"], "{fault:?}");
    }
}

/// Who the acquirer is told starts each authorization from now on.
fn initiators_at_the_acquirer(world: &World) -> Arc<Mutex<Vec<String>>> {
    let told = Arc::new(Mutex::new(Vec::new()));
    let (there, heard) = (world.clone(), Arc::clone(&told));
    let handler = move |request: Request<Bytes>| {
        let (there, heard) = (there.clone(), Arc::clone(&heard));
        async move {
            if request.uri().path().ends_with("/authorize") {
                let asked: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
                heard.lock().unwrap().push(asked["initiator"].as_str().unwrap().to_owned());
            }
            let answer: Response<Bytes> = there.http(request).await;
            answer
        }
    };
    world.cloud().register_host("localhost", Arc::new(handler));
    told
}

/// The acquirer, in front of whom somebody changes the plan while the next authorization is on its way.
fn at_the_acquirer(world: &World, desk: &RegularDesk, id: &PlanId, change: Change) {
    let (there, id, done) = (world.clone(), id.clone(), Arc::new(AtomicBool::new(false)));
    let desk = Arc::new(desk.clone());
    let handler = move |request: Request<Bytes>| {
        let (there, desk, id, done) = (there.clone(), Arc::clone(&desk), id.clone(), Arc::clone(&done));
        async move {
            if request.uri().path().ends_with("/authorize") && !done.swap(true, Ordering::SeqCst) {
                desk.change(&id, |plan| change(plan, there.now())).await;
            }
            let answer: Response<Bytes> = there.http(request).await;
            answer
        }
    };
    world.cloud().register_host("localhost", Arc::new(handler));
}

#[tokio::test]
async fn an_unknown_outcome_is_found_out_before_anything_else_also_across_the_periods_end() {
    for (yen, approved) in [(100_901, true), (100_902, false), (100_903, true), (100_904, false)] {
        let world = world().await;
        let desk = RegularDesk::of(&world, "4000");
        let offer = desk.offer("coffee", yen, 1).await;
        let plan = desk.joined(&offer, "alice", cards::VISA).await;
        until(&world, "2026-12-28 10:00").await;
        until(&world, "2026-12-28 18:00").await;
        let stands = desk.plan(&plan.id).await;
        let calls = desk.calls(&plan, 2).await;
        assert_eq!(stands.period == 3, approved, "{yen}: {:?}", stands.state);
        assert!(calls.0 <= 1, "{yen}: {calls:?}");
        until(&world, "2027-01-15 00:00").await;
        let net = system_tests::totals(&world, &desk.payment(&plan, 2).await.unwrap()).await;
        assert!(net.captured <= u64::from(yen), "{yen}: {net:?}");
    }
}

/// A buyer whose second period's charge meets a fault on this day at ten, whereupon the acquirer is out of service until the evening after the next period's day.
/// Nobody asks for that charge before: it is ten days late, or `by_hand`, so that fewer days pass in which everybody asks every hour.
async fn in_doubt(fault: Fault, day: &str, charge: Change) -> (World, RegularDesk, Plan) {
    let world = world().await;
    let outage = Outage::prepare(&world);
    let desk = RegularDesk::of(&world, "4000");
    let offer = desk.offer("coffee", 1_000, 1).await;
    let plan = desk.joined(&offer, "alice", cards::VISA).await;
    without_schedule(&world, &format!("{day} 09:00")).await;
    world.faults().restart();
    let (caller, operation) = (Some("RecurringCharge".to_owned()), "POST /test-acquirer/v1/authorize".to_owned());
    world.faults().plan(When::Nth { caller, operation, nth: 0 }, fault);
    until(&world, &format!("{day} 10:00")).await;
    desk.change(&plan.id, |plan| charge(plan, world.now())).await;
    world.settle().await.unwrap();
    assert_eq!(world.faults().pending(), 0, "{fault:?}");
    world.faults().stop();
    outage.begin();
    until(&world, "2027-01-28 12:00").await;
    let stands = desk.plan(&plan.id).await;
    assert_eq!((stands.period, stands.tries, stands.nominal), (2, 0, date(2026, 12, 27)), "{fault:?}");
    let payment = desk.payment(&plan, 2).await.unwrap();
    assert_eq!(payment.state.name(), "needs_person", "{fault:?}");
    assert_eq!(stands.charged_by_hand(world.now()), None, "no click charges what may be charged");
    assert_eq!(stands.may_let_go(Some(&payment), world.now()), Err(Held::Open), "or lets it go");
    assert_eq!(desk.payment(&plan, 3).await, None, "{fault:?}");
    outage.end();
    until(&world, "2027-01-29 20:00").await;
    (world, desk, plan)
}

#[tokio::test]
async fn a_period_whose_money_is_found_after_the_next_ones_day_is_charged_once_and_the_next_follows_at_once() {
    let cases: [(Fault, &str, Change); 2] = [
        (Fault::ReplyLost, "2027-01-07", |_, _| None),
        (Fault::DropAfter, "2027-01-26", |plan, now| plan.charged_by_hand(now)),
    ];
    for (fault, day, charge) in cases {
        let (world, desk, plan) = in_doubt(fault, day, charge).await;
        let calls = [desk.calls(&plan, 2).await, desk.calls(&plan, 3).await];
        assert_eq!(calls, [(1, 0), (1, 0)], "{fault:?}");
        let next = desk.payment(&plan, 3).await.unwrap();
        assert!(next.state.is_paid() && japan_date(next.opened_at) <= date(2027, 1, 29), "{fault:?}: {next:?}");
        until(&world, "2027-03-02 00:00").await;
        let stands = desk.plan(&plan.id).await;
        assert_eq!((stands.period, desk.calls(&plan, 4).await, approvals(&world).await), (5, (1, 0), 3), "{fault:?}");
    }
}

#[tokio::test]
async fn a_period_that_never_arrived_asks_the_merchant_after_the_next_ones_day_and_none_is_lost_or_charged_twice() {
    let (world, desk, plan) = in_doubt(Fault::DropBefore, "2027-01-26", |plan, now| plan.charged_by_hand(now)).await;
    until(&world, "2027-01-30 12:00").await;
    let stands = desk.plan(&plan.id).await;
    assert!(matches!(stands.state, PlanState::Active(Progress::Asked { .. })), "{:?}", stands.state);
    assert_eq!((stands.period, approvals(&world).await), (2, 0), "two periods are due: neither is charged by itself");
    for (period, calls) in [(3, [(1, 0), (0, 0)]), (4, [(1, 0), (1, 0)])] {
        desk.change(&plan.id, |plan| plan.charged_by_hand(world.now())).await;
        world.settle().await.unwrap();
        let tried = [desk.calls(&plan, 2).await, desk.calls(&plan, 3).await];
        assert_eq!((tried, desk.plan(&plan.id).await.period), (calls, period), "one word charges one period");
    }
    until(&world, "2027-03-02 00:00").await;
    assert_eq!((desk.calls(&plan, 4).await, approvals(&world).await), ((1, 0), 3));
}

#[tokio::test]
async fn a_merchant_that_may_not_trade_charges_nobody_and_goes_on_when_it_may() {
    let (world, desk, id) = joined(cards::VISA).await;
    change_merchant(&world, "4000", |merchant| merchant.status = domain::merchant::Status::Suspended).await;
    until(&world, "2026-12-31 12:00").await;
    assert_eq!((desk.plan(&id).await.version, approvals(&world).await), (1, 0));
    change_merchant(&world, "4000", |merchant| merchant.status = domain::merchant::Status::Active).await;
    until(&world, "2027-01-04 12:00").await;
    assert_eq!((desk.plan(&id).await.period, approvals(&world).await), (3, 1), "the schedule came by again");
}

#[tokio::test]
async fn the_operators_bound_on_a_day_makes_a_period_wait_and_never_loses_it() {
    let (world, desk, first) = joined(cards::VISA).await;
    let offer = desk.offer("tea", 1_000, 1).await;
    let second = desk.joined(&offer, "bob", cards::JCB).await;
    change_merchant(&world, "4000", |merchant| {
        merchant.floors.day_total = Some(domain::merchant::DayTotal::new(500).unwrap());
    })
    .await;
    until(&world, "2026-12-30 12:00").await;
    assert_eq!(
        (approvals(&world).await, desk.plan(&first).await.version),
        (0, 1),
        "nothing was tried, and nothing counted"
    );
    change_merchant(&world, "4000", |merchant| {
        merchant.floors.day_total = Some(domain::merchant::DayTotal::new(5_000).unwrap());
    })
    .await;
    until(&world, "2026-12-31 12:00").await;
    assert_eq!(
        (approvals(&world).await, desk.plan(&first).await.period, desk.plan(&second.id).await.period),
        (2, 3, 3)
    );
}

#[tokio::test]
async fn the_operators_bound_on_a_payment_makes_a_period_wait_and_the_merchants_own_does_not() {
    let (world, desk, id) = joined(cards::VISA).await;
    let offer = desk.offer("tea", 500, 1).await;
    let cheap = desk.joined(&offer, "bob", cards::JCB).await;
    let bound = async |yen: u32| {
        change_merchant(&world, "4000", |merchant| merchant.floors.max_amount = Yen::new(yen).unwrap()).await;
    };
    bound(999).await;
    until(&world, "2026-12-30 12:00").await;
    let dear = desk.plan(&id).await;
    assert_eq!((dear.version, desk.calls(&dear, 2).await), (1, (0, 0)), "nothing was tried, and nothing counted");
    assert_eq!(desk.calls(&cheap, 2).await, (1, 0));
    change_merchant(&world, "4000", |merchant| merchant.max_amount = Yen::new(100).unwrap()).await;
    bound(1_000).await;
    until(&world, "2026-12-31 12:00").await;
    assert_eq!(desk.calls(&dear, 2).await, (1, 0));
    bound(999).await;
    until(&world, "2027-02-07 12:00").await;
    let late = desk.plan(&id).await;
    assert!(matches!(late.state, PlanState::Active(Progress::Asked { .. })), "{:?}", late.state);
    desk.change(&id, |plan| plan.charged_by_hand(world.now())).await;
    world.settle().await.unwrap();
    assert_eq!(desk.calls(&dear, 3).await, (0, 0), "nor at the merchant's word");
}

#[tokio::test]
async fn a_try_that_is_more_than_ten_days_late_asks_the_merchant() {
    let (world, desk, id) = joined(cards::NO_FUNDS).await;
    until(&world, "2026-12-28 10:01").await;
    assert!(matches!(desk.plan(&id).await.state, PlanState::Active(Progress::Retrying { .. })));
    change_merchant(&world, "4000", |merchant| {
        merchant.status = domain::merchant::Status::Suspended;
        merchant.mail.shop_copy = Some("shop@example.jp".to_owned());
    })
    .await;
    until(&world, "2027-01-22 12:00").await;
    change_merchant(&world, "4000", |merchant| merchant.status = domain::merchant::Status::Active).await;
    until(&world, "2027-01-23 12:00").await;
    let plan = desk.plan(&id).await;
    assert!(matches!(plan.state, PlanState::Active(Progress::Asked { .. })), "{:?}", plan.state);
    assert_eq!(desk.calls(&plan, 2).await, (0, 1), "it was to be tried on 29 December");
    let text = mail_of(&world, "shop@example.jp", "ご判断が必要です");
    assert!(text.contains(&format!("/console/recurring/{id}")) && text.contains("2026年12月28日(月)"), "{text}");
}

#[tokio::test]
async fn a_message_of_the_night_charges_nobody_before_seven() {
    let (world, desk, id) = joined(cards::VISA).await;
    until(&world, "2026-12-28 00:30").await;
    let look = RecurringWork::Look { merchant: MerchantId::new("4000").unwrap(), plan: id.clone() };
    let queue = world.cloud().queue("RecurringQueue").unwrap();
    queue.send(&serde_json::to_string(&look).unwrap(), None).unwrap();
    until(&world, "2026-12-28 06:59").await;
    assert_eq!((desk.plan(&id).await.version, approvals(&world).await), (1, 0));
    until(&world, "2026-12-28 07:16").await;
    assert_eq!((desk.plan(&id).await.period, approvals(&world).await), (3, 1), "held back, and not lost");
    until(&world, "2026-12-29 12:00").await;
    assert_eq!(approvals(&world).await, 1);
}

#[tokio::test]
async fn somebody_is_called_before_the_published_holidays_end() {
    let (world, _, _) = joined(cards::VISA).await;
    let (log, _captured) = Log::capture(LevelFilter::WARN);
    let called = || log.records().iter().filter(|record| record["holidays_end"] == true).count();
    let end = domain::recurring::calendar::known_until();
    let before = |days: i32| JAPAN.to_timestamp(end.saturating_sub(days.days()).at(10, 0, 0, 0)).unwrap();
    for (days, calls) in [(120, 0), (119, 1), (0, 2), (-300, 3)] {
        tick_at(&world, before(days)).await;
        assert_eq!(called(), calls, "{days} days before");
    }
}

/// The text of the one mail to somebody whose subject holds this.
fn mail_of(world: &World, to: &str, subject: &str) -> String {
    let mails = world.mailbox().unwrap().into_iter().filter(|mail| mail.to == [to] && mail.subject.contains(subject));
    let [mail] = &mails.collect::<Vec<_>>()[..] else { panic!("not one mail: {:?}", world.mailbox().unwrap()) };
    mail.text.clone().unwrap()
}

#[tokio::test]
async fn a_card_that_is_over_before_the_next_date_is_told_of_once_on_the_first_of_a_month() {
    let world = fresh().await;
    let desk = RegularDesk::of(&world, "4000");
    let offer = desk.offer("coffee", 1_000, 6).await;
    let good = desk.joined(&offer, "bob", cards::VISA).await;
    let plan = desk.joined(&offer, "alice", cards::VISA).await;
    let card = desk.card("alice").await;
    let expiry = domain::Expiry::parse("03/27", japan_date(world.now())).unwrap();
    let masked = domain::MaskedCard { expiry, ..card.card.clone() };
    system_tests::smuggle_card(&world, &domain::KeptCard { version: 2, card: masked.clone(), ..card }).await;
    let deleted = desk.joined(&offer, "carol", cards::VISA).await;
    let card = desk.card("carol").await;
    let gone = domain::KeptCard { version: 2, card: masked, number: None, ..card };
    system_tests::smuggle_card(&world, &gone).await;
    until(&world, "2026-11-30 23:00").await;
    assert_eq!(desk.plan(&plan.id).await.card_warned, None);
    until(&world, "2027-02-01 23:00").await;
    let warned = desk.plan(&plan.id).await;
    assert_eq!((warned.card_warned, warned.version), (Some(date(2027, 5, 27)), 2), "once");
    assert_eq!(desk.plan(&good.id).await.card_warned, None);
    assert_eq!(desk.plan(&deleted.id).await.card_warned, None, "what was deleted does not expire");
    let text = mail_of(&world, "alice@example.jp", "有効期限");
    for part in ["?view=card", "2027年5月27日(木)", "1,000円"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[tokio::test]
async fn a_reminder_is_written_down_a_week_before_a_rare_billing() {
    let world = world().await;
    let desk = RegularDesk::of(&world, "4000");
    let offer = desk.offer("coffee", 1_000, 6).await;
    let plan = desk.joined(&offer, "alice", cards::VISA).await;
    until(&world, "2027-05-20 09:00").await;
    assert_eq!(desk.plan(&plan.id).await.reminded, 1);
    until(&world, "2027-05-20 10:05").await;
    assert_eq!((desk.plan(&plan.id).await.reminded, approvals(&world).await), (2, 0));
    let text = mail_of(&world, "alice@example.jp", "決済日が近づいています");
    for part in ["/plan/", "2027年5月27日(木)", "1,000円"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    until(&world, "2027-05-27 12:00").await;
    assert_eq!(approvals(&world).await, 1);
    assert_eq!(JAPAN.to_datetime(world.now()).date(), date(2027, 5, 27));
}

#[tokio::test]
async fn a_dearer_period_is_announced_by_mail_a_week_before() {
    let world = world().await;
    let desk = RegularDesk::of(&world, "4000");
    let first = FirstAmount::Charged(Yen::new(500).unwrap());
    let offer = desk.offer_with("coffee", 1_000, 1, |offer| offer.first = first).await;
    desk.joined(&offer, "alice", cards::VISA).await;
    until(&world, "2026-12-20 10:05").await;
    let text = mail_of(&world, "alice@example.jp", "金額が変わります");
    for part in ["/plan/", "2026年12月28日(月)", "1,000円"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    until(&world, "2027-01-28 12:00").await;
    assert_eq!(approvals(&world).await, 2);
    mail_of(&world, "alice@example.jp", "金額が変わります"); // once
}

/// How many write units everything takes that is done.
async fn units(world: &World, act: impl AsyncFnOnce()) -> f64 {
    let before = world.usage().dynamodb.write_units;
    act().await;
    world.usage().dynamodb.write_units - before
}

/// A day of fifty renewals; what one of them writes. `quiet`: nobody reads the table's stream, so that no mail and no row of the console's follows.
async fn a_day_of_fifty(quiet: &[&str]) -> f64 {
    let world = world().await;
    let desk = RegularDesk::of(&world, "4000");
    let offer = desk.offer("coffee", 1_000, 1).await;
    for buyer in 0..50 {
        desk.join(&offer, &format!("buyer-{buyer}"), cards::VISA).await;
    }
    world.settle().await.unwrap();
    until(&world, "2026-12-28 09:50").await;
    for reader in quiet {
        world.cloud().stream("Table").unwrap().of(reader).advance(i64::MAX.unsigned_abs()).unwrap();
    }
    let day = units(&world, async || until(&world, "2026-12-28 10:00").await).await;
    assert_eq!(approvals(&world).await, 50);
    let again = units(&world, async || world.run_schedules().await.unwrap()).await;
    assert!(again < 8.0, "{again}: a second tick writes no plan and no payment");
    assert_eq!(approvals(&world).await, 50);
    day / 50.0
}

#[tokio::test]
async fn a_renewal_writes_six_units_and_a_second_tick_none() {
    // intent and its entry in the index, the result; the plan, its old entry and its new one
    let own = a_day_of_fifty(&["OutboxRelay", "SearchIndex"]).await;
    let whole = a_day_of_fifty(&[]).await;
    println!("write units a renewal: {own}, with the console's rows and the mails {whole}");
    assert!((6.0..=6.3).contains(&own), "{own}");
    assert!(whole <= 26.0, "{whole}");
}

#[tokio::test]
async fn a_day_of_many_is_queued_once_each_from_all_shards() {
    let world = world().await;
    let desk = RegularDesk::of(&world, "4000");
    let offer = desk.offer("coffee", 1_000, 1).await;
    let plan = desk.joined(&offer, "alice", cards::VISA).await;
    desk.fill(&plan, 1_200).await;
    until(&world, "2026-12-28 09:59").await;
    let queue = world.cloud().queue("RecurringQueue").unwrap();
    for run in 1..=2 {
        let tally = tick(&world).await;
        assert_eq!((tally.queued, tally.cards), (1_201, 0));
        let waiting = queue.bodies().unwrap();
        let looks: std::collections::BTreeSet<_> = waiting.iter().collect();
        assert_eq!((looks.len(), waiting.len()), (1_201, run * 1_201), "run {run}");
    }
}

/// `PLANS=300` makes it a larger year; `cargo bench --workspace --bench payments -- year` is one of 10,000.
#[tokio::test]
async fn a_year_through_the_whole_system_charges_every_period_once_and_misses_none() {
    let world = fresh().await;
    let plans = std::env::var("PLANS").ok().and_then(|plans| plans.parse().ok()).unwrap_or(60);
    let report = year_of(&world, plans).await;
    println!("{report:?}");
    assert!(report.plans == plans && report.charged > 2 * plans && report.untroubled > plans / 4, "{report:?}");
    assert!(report.declined > 0 && report.let_go < report.charged, "{report:?}");
}

#[tokio::test]
async fn a_card_that_its_issuer_renewed_is_refreshed_on_the_first_and_its_buyer_is_not_bothered() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    hook.register("4000", Form::Json, &Kind::CHOICES).await;
    let desk = RegularDesk::of(&world, "4000");
    let offer = desk.offer("coffee", 1_000, 1).await;
    let mut plans = Vec::new();
    for (user, number) in [("alice", cards::RENEWED), ("bob", cards::RENUMBERED), ("carol", cards::VISA)] {
        plans.push(desk.join_until(&offer, user, number, Some("12/26")).await);
    }
    world.deliver_twice(Delivery::Twice);
    until(&world, "2027-01-02 12:00").await;

    let expiries = [desk.card("alice").await, desk.card("bob").await, desk.card("carol").await].map(|card| card.card);
    assert_eq!(expiries.clone().map(|card| card.expiry.to_string()), ["12/31", "12/31", "12/26"]);
    assert_eq!(expiries.map(|card| card.last4), ["8210", "5556", "4242"]);
    assert_eq!(desk.plan(&plans[1]).await.card, Some(PlanCard::of(&desk.card("bob").await)), "it is found by that");
    let mails = world.mailbox().unwrap();
    let warned = |user: &str| mails.iter().any(|mail| mail.to == [user] && mail.subject.contains("有効期限"));
    let warned = ["alice@example.jp", "bob@example.jp", "carol@example.jp"].map(warned);
    assert_eq!(warned, [false, false, true]);
    let told = |kind: &str| {
        let calls = hook.calls().into_iter().filter(|call| call.json()["type"] == kind);
        calls.map(|call| call.id).collect::<BTreeSet<String>>().len()
    };
    assert_eq!((told("card.refreshed"), told("plan.card_changed"), told("card.replaced")), (2, 1, 0));

    until(&world, "2027-01-27 12:00").await;
    let [alice, bob, carol] = [desk.plan(&plans[0]).await, desk.plan(&plans[1]).await, desk.plan(&plans[2]).await];
    assert_eq!((alice.period, bob.period), (4, 4), "paid by what the issuer gave");
    assert_eq!((carol.period, carol.tries), (3, 0), "{carol:?}");
    let paid = desk.payment(&bob, 3).await.unwrap();
    assert_eq!(paid.card.unwrap().last4, "5556");
}
