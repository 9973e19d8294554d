//! A run of continuation under every single fault at every call of the function that works on it: its plan is drawn up, the shop is told, its batch begins, and
//! each lineage is charged once for the month.

mod schedule;

use domain::batch::BatchState;
use domain::recurring::calendar::Anchor;
use domain::recurring::continuation::{Month, Run, RunState};
use domain::{MerchantId, OrderId, audit::Action};
use jiff::ToSpan;
use local::cloud::Call;
use local::world::World;
use std::time::{Duration, Instant};
use system_tests::{ContinuationDesk, audit_log, change_merchant, payment};

use super::case::{Case, cases};
use super::enumerate::{block, on_threads};
use super::say;
use super::stories::world;

/// Whose calls meet faults; what its batch does under them is another story.
const OURS: &str = "ContinuationPlan";
/// Cases that share a world.
const TOGETHER: usize = 24;
const SHOP: &str = "shop@example.jp";
const ROWS: [(&str, u32, &str); 2] = [("101", 1_000, "alice"), ("102", 2_000, "bob")];
/// Days to a run: the shop is told in time, whatever day of the week it is.
const NOTICE: i32 = 6;
const HOUR: Duration = Duration::from_secs(3_600);

#[test]
fn no_single_fault_breaks_a_run_of_continuation() {
    let started = Instant::now();
    let cases = block(count());
    let worlds: Vec<&[Case]> = cases.chunks(TOGETHER).collect();
    let failures: Vec<String> =
        on_threads(&worlds, |cases| block(Box::pin(run(cases)))).into_iter().flatten().collect();
    say(&format!(
        "  faults in continuation: {} cases in {} worlds, {:?}",
        cases.len(),
        worlds.len(),
        started.elapsed()
    ));
    assert!(cases.len() >= 40, "{} cases: whose calls are they?", cases.len());
    assert!(failures.is_empty(), "{} cases failed:\n{}", failures.len(), failures.join("\n"));
}

/// A shop whose buyers paid, and whose runs begin by themselves.
async fn desk(world: &World) -> ContinuationDesk {
    change_merchant(world, "4000", |merchant| {
        merchant.mail.shop_copy = Some(SHOP.to_owned());
        merchant.continuation_day = Anchor::new(31).ok();
    })
    .await;
    let desk = ContinuationDesk::of(world).await;
    desk.paid(&ROWS).await;
    desk
}

fn merchant() -> MerchantId {
    MerchantId::new("4000").unwrap()
}

/// Each case charges for a month of its own.
fn month(place: usize) -> Month {
    let first = Month::parse("2030-01").unwrap();
    (0..place).fold(first, |month, _| month.after())
}

/// Lives through a run without faults in a world that has seen one; every call becomes its cases.
async fn count() -> Vec<Case> {
    let world = world().await;
    let desk = desk(&world).await;
    live(&world, &desk, 1).await;
    world.faults().restart();
    live(&world, &desk, 2).await;
    let calls: Vec<Call> = world.faults().calls().into_iter().filter(|call| &*call.caller == OURS).collect();
    let found = broken(&world, &desk, month(2)).await;
    assert!(found.is_empty(), "{found:?}");
    cases(&calls)
}

async fn run(cases: &[Case]) -> Vec<String> {
    let world = world().await;
    let desk = desk(&world).await;
    live(&world, &desk, 1).await;
    let mut failures = Vec::new();
    for (place, case) in (2..).zip(cases) {
        case.plan(&world);
        live(&world, &desk, place).await;
        world.faults().stop();
        let found = broken(&world, &desk, month(place)).await;
        failures.extend(case.said("", &found));
    }
    failures
}

/// A run is made, as the daily look makes it, and its day comes.
async fn live(world: &World, desk: &ContinuationDesk, place: usize) {
    let now = world.now();
    let day = domain::clock::japan_date(now).saturating_add(NOTICE.days());
    let made = Run::scheduled(&merchant(), month(place), day, now);
    let run = Run { from: Month::parse("2026-11").unwrap(), ..made };
    desk.write(&run).await;
    let message = serde_json::to_string(&run.order()).unwrap();
    desk.batches().tell("ContinuationQueue", &message);
    world.advance(4 * HOUR).await.unwrap();
    desk.until(&day.to_string()).await;
    desk.batches().tell("ContinuationQueue", &message);
    world.advance(4 * HOUR).await.unwrap();
}

/// What does not hold.
async fn broken(world: &World, desk: &ContinuationDesk, month: Month) -> Vec<String> {
    let mut broken = Vec::new();
    let Some(run) = desk.scheduled(&month.to_string()).await else { return vec!["the run is gone".to_owned()] };
    if !matches!(run.state, RunState::Begun { .. }) {
        return vec![format!("it stands as {:?}", run.state)];
    }
    let batch = desk.batches().load(&run.id).await;
    let BatchState::Done { counts, .. } = batch.state else { return vec![format!("its batch is {:?}", batch.state)] };
    let mut check = |holds: bool, what: String| {
        if !holds {
            broken.push(what);
        }
    };
    let told = (counts.done, counts.approved, counts.yen, counts.errors);
    check(told == (2, 2, 3_000, 0), format!("it counts {counts:?}"));
    check((run.chosen.rows, run.chosen.yen) == (2, 3_000), format!("{:?} was chosen", run.chosen));
    for (root, amount, _) in ROWS {
        let key = month.order_of(&merchant(), &OrderId::new(root).unwrap());
        let Some(payment) = payment(world, "4000", key.order.as_str()).await else {
            check(false, format!("{root} was not charged"));
            continue;
        };
        let totals = world.books().totals(&payment.reference(1), world.now()).await.unwrap();
        check(totals.standing == 1, format!("{root}: {} authorizations stand", totals.standing));
        check(totals.captured == u64::from(amount), format!("{root}: the acquirer took {} yen", totals.captured));
        check(payment.last_n == 1, format!("{root} was tried {} times", payment.last_n));
    }
    let confirmed = |action: &Action| matches!(action, Action::ContinuationConfirmed { run: of, .. } if *of == run.id);
    let log = audit_log(world, "4000").await;
    check(log.iter().any(|entry| confirmed(&entry.action)), "the log does not say that it began".to_owned());
    let subject = format!("{}年{}月分", month.year(), month.number());
    let told = |mail: &local::cloud::Mail| mail.to == [SHOP] && mail.subject.contains(&subject);
    let announced = |mail: &local::cloud::Mail| told(mail) && mail.subject.contains("予定");
    check(world.mailbox().unwrap().iter().any(announced), "the shop was not told before".to_owned());
    for queue in ["ContinuationQueue", "ContinuationDeadLetters", "IntakeQueue", "IntakeDeadLetters"] {
        let left = world.cloud().queue(queue).unwrap().bodies().unwrap();
        check(left.is_empty(), format!("{queue} holds {left:?}"));
    }
    broken
}
