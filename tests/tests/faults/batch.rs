//! A batch under every single fault at every call of its functions: each row is charged once, every line is answered, and it comes to its end.

use domain::audit::Action;
use domain::batch::{Batch, BatchState};
use domain::webhook::Kind;
use local::cloud::Call;
use local::world::World;
use std::time::{Duration, Instant};
use system_tests::{BatchDesk, audit_log, cards, payment};

use super::case::{Case, cases};
use super::enumerate::{block, on_threads};
use super::heard::Heard;
use super::say;
use super::stories::world;

/// Whose calls meet faults; what follows a result without them is the other stories'.
const OURS: [&str; 3] = ["BatchIntake", "BatchCharge", "BatchReport"];
/// Cases that share a world.
const TOGETHER: usize = 24;

#[test]
fn no_single_fault_breaks_a_batch() {
    let started = Instant::now();
    let cases = block(count());
    let worlds: Vec<&[Case]> = cases.chunks(TOGETHER).collect();
    let failures: Vec<String> =
        on_threads(&worlds, |cases| block(Box::pin(run(cases)))).into_iter().flatten().collect();
    say(&format!("  faults in a batch: {} cases in {} worlds, {:?}", cases.len(), worlds.len(), started.elapsed()));
    assert!(failures.is_empty(), "{} cases failed:\n{}", failures.len(), failures.join("\n"));
}

/// A desk with buyers of a card that is good and two of one that is not.
async fn desk(world: &World) -> BatchDesk {
    let desk = BatchDesk::of(world, "4000");
    desk.keep("alice", cards::VISA).await;
    desk.keep("carol", cards::DECLINED).await;
    desk.keep("erin", cards::NO_FUNDS).await;
    desk
}

/// Four lines, one of each kind. Orders are a case's own, and so that no card is declined as often as its network allows, two take turns.
fn file(place: usize) -> Vec<u8> {
    let declined = if place.is_multiple_of(2) { "carol" } else { "erin" };
    let order = |row: usize| (place * 10 + row).to_string();
    BatchDesk::file(&[
        (&order(1), 100, "alice"),
        (&order(2), 200, "alice"),
        (&order(3), 300, declined),
        (&order(4), 400, "nobody"),
    ])
}

/// Lives through a batch without faults in a world that has seen one; every call becomes its cases.
async fn count() -> Vec<Case> {
    let world = world().await;
    let desk = desk(&world).await;
    live(&world, &desk, 1).await;
    world.faults().restart();
    live(&world, &desk, 2).await;
    let calls: Vec<Call> = world.faults().calls().into_iter().filter(|call| OURS.contains(&&*call.caller)).collect();
    assert!(broken(&world, &desk, 2).await.is_empty(), "{:?}", broken(&world, &desk, 2).await);
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
        let found = broken(&world, &desk, place).await;
        failures.extend(case.said("", &found));
    }
    failures
}

/// A file is put into the bucket, and all passes that may have to.
async fn live(world: &World, desk: &BatchDesk, place: usize) {
    desk.put(&format!("rows-{place}"), file(place)).await;
    world.advance(Duration::from_secs(4 * 3_600)).await.unwrap();
}

/// What does not hold.
async fn broken(world: &World, desk: &BatchDesk, place: usize) -> Vec<String> {
    let mut broken = Vec::new();
    let key = format!("4000/inbox/rows-{place}.csv");
    let batches: Vec<Batch> = desk.all().await.into_iter().filter(|batch| batch.source.key == key).collect();
    let [batch] = batches.as_slice() else { return vec![format!("{} batches of one file", batches.len())] };
    let BatchState::Done { counts, .. } = batch.state else { return vec![format!("it stands as {:?}", batch.state)] };
    let mut check = |holds: bool, what: String| {
        if !holds {
            broken.push(what);
        }
    };
    let heard = Heard::by_the_server_of(world).await;
    let unheard = heard.wrong_end_of(&format!("4000.{}", batch.id), Kind::BatchEnded);
    check(unheard.is_none(), unheard.unwrap_or_default());
    let results = desk.results(batch).await;
    let mut approved = 0;
    for (row, amount) in [(1_usize, 100_u64), (2, 200), (3, 300)] {
        let order = (place * 10 + row).to_string();
        let Some(payment) = payment(world, "4000", &order).await else {
            check(false, format!("row {row} was not tried"));
            continue;
        };
        let (paid, settled) = (payment.state.is_paid(), payment.state.is_settled());
        check(settled, format!("row {row} ended as {}", payment.state.name()));
        let unheard = heard.wrong_of(&payment);
        check(unheard.is_none(), unheard.unwrap_or_default());
        check(row != 3 || !paid, "a card that is declined paid".to_owned());
        let totals = world.books().totals(&payment.reference(1), world.now()).await.unwrap();
        check(totals.standing == u32::from(paid), format!("row {row}: {} authorizations stand", totals.standing));
        let taken = if paid { amount } else { 0 };
        check(
            totals.captured == taken,
            format!("row {row}: the acquirer took {} yen, we say {taken}", totals.captured),
        );
        let said = results.get(row - 1).map(String::as_str);
        check(said == Some(if paid { "approved" } else { "declined" }), format!("row {row} is answered {said:?}"));
        approved += u32::from(paid);
    }
    check(
        results.get(3).map(String::as_str) == Some("error") && results.len() == 4,
        format!("it is answered {results:?}"),
    );
    let told = (counts.done, counts.approved, counts.declined, counts.unknown, counts.errors, counts.not_run);
    check(told == (4, approved, 3 - approved, 0, 1, 0), format!("it counts {counts:?}"));
    let log = audit_log(world, "4000").await;
    let ends =
        log.iter().filter(|entry| matches!(&entry.action, Action::BatchEnded { batch: of, .. } if *of == batch.id));
    check(ends.count() == 1, "its end is not in the log once".to_owned());
    for queue in
        ["IntakeQueue", "ChunkQueue", "ReportQueue", "IntakeDeadLetters", "ChunkDeadLetters", "ReportDeadLetters"]
    {
        let left = world.cloud().queue(queue).unwrap().bodies().unwrap();
        check(left.is_empty(), format!("{queue} holds {left:?}"));
    }
    broken
}
