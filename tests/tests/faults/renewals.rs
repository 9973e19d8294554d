//! Renewals under every single fault at every call of their functions: a period is charged once, a declined one counts its tries, and nothing is lost on the way.

mod passages;

use domain::recurring::calendar::run_day;
use domain::recurring::plan::{By, Plan, PlanId, PlanState, Progress};
use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::date};
use local::cloud::Call;
use local::world::World;
use std::time::{Duration, Instant};
use system_tests::{RegularDesk, cards, take_cards_for_checked};

use super::case::{Case, cases};
use super::enumerate::{block, on_threads};
use super::say;
use super::stories::world;

/// Whose calls meet faults; reconcile's are the other stories'.
const OURS: [&str; 3] = ["RecurringSchedule", "RecurringCharge", "OutboxRelay"];
/// Cases that share a world.
const TOGETHER: usize = 16;
/// Of the schedule's like calls, one in so many: a day is 16 shards, and one is like another.
const EVERY: u64 = 11;

#[test]
fn no_single_fault_breaks_a_renewal() {
    let started = Instant::now();
    let cases = block(Box::pin(count()));
    let worlds: Vec<&[Case]> = cases.chunks(TOGETHER).collect();
    let failures: Vec<String> =
        on_threads(&worlds, |cases| block(Box::pin(run(cases)))).into_iter().flatten().collect();
    say(&format!("  faults in renewals: {} cases in {} worlds, {:?}", cases.len(), worlds.len(), started.elapsed()));
    assert!(failures.is_empty(), "{} cases failed:\n{}", failures.len(), failures.join("\n"));
}

/// Lives through a renewal without faults in a world that has seen one; every call becomes its cases.
async fn count() -> Vec<Case> {
    let world = world().await;
    take_cards_for_checked(&world, date(2030, 1, 1)).await; // no part of a renewal, and long
    let desk = RegularDesk::of(&world, "4000");
    let first = live(&world, &desk, (1, 1)).await;
    assert!(broken(&world, &desk, &first).await.is_empty());
    world.faults().restart();
    let plans = live(&world, &desk, (2, 1)).await;
    let calls: Vec<Call> = world.faults().calls().into_iter().filter(|call| OURS.contains(&&*call.caller)).collect();
    let found = broken(&world, &desk, &plans).await;
    assert!(found.is_empty(), "{found:?}");
    let one_of_many = |case: &Case| {
        let Call { caller, operation, .. } = &case.call;
        caller != "RecurringSchedule" || operation != "Query" || case.nth.is_multiple_of(EVERY)
    };
    cases(&calls).into_iter().filter(one_of_many).collect()
}

async fn run(cases: &[Case]) -> Vec<String> {
    let world = world().await;
    take_cards_for_checked(&world, date(2030, 1, 1)).await; // no part of a renewal, and long
    let desk = RegularDesk::of(&world, "4000");
    let first = live(&world, &desk, (1, 1)).await;
    drop(broken(&world, &desk, &first).await);
    let mut failures = Vec::new();
    for (place, case) in (2..).zip(cases) {
        case.plan(&world);
        // a fault that meets three calls of the acquirer in turn is over after two tries more
        let days = if case.tries > 1 { 3 } else { 1 };
        let plans = live(&world, &desk, (place, days)).await;
        world.faults().stop();
        let found = broken(&world, &desk, &plans).await;
        failures.extend(case.said("", &found));
    }
    failures
}

/// Two buyers join, one of a card that is good, and one of a card that is not; their day comes, and so many after.
async fn live(world: &World, desk: &RegularDesk, (place, days): (usize, i64)) -> [PlanId; 2] {
    let offer = desk.offer(&format!("offer-{place}"), 1_000, 1).await;
    let good = desk.join(&offer, &format!("good-{place}"), cards::VISA).await;
    // so that no card is declined as often as its network allows, three take turns
    let declined = [cards::NO_FUNDS, cards::DECLINED, cards::PROCESSING][place % 3];
    let poor = desk.join(&offer, &format!("poor-{place}"), declined).await;
    until(world, world.now() + SignedDuration::from_hours(2)).await;
    // not a month from now: the day is tomorrow, or the next business day after
    let tomorrow = domain::clock::japan_date(world.now()).tomorrow().unwrap();
    for id in [&good, &poor] {
        let soon = |plan: &Plan| {
            let later = plan.nominal != tomorrow;
            later.then(|| Plan { version: plan.version + 1, nominal: tomorrow, ..plan.clone() })
        };
        if desk.find(id).await.is_some() {
            desk.change(id, soon).await;
        }
    }
    let day = run_day(tomorrow).date.saturating_add(days.days());
    until(world, domain::clock::JAPAN.to_timestamp(day.at(12, 0, 0, 0)).unwrap()).await;
    [good, poor]
}

async fn until(world: &World, at: Timestamp) {
    world.advance(Duration::try_from(at.duration_since(world.now())).unwrap()).await.unwrap();
}

/// What does not hold.
async fn broken(world: &World, desk: &RegularDesk, [good, poor]: &[PlanId; 2]) -> Vec<String> {
    let mut broken = Vec::new();
    let (Some(good), Some(poor)) = (desk.find(good).await, desk.find(poor).await) else {
        return vec!["a buyer paid, and there is no plan".to_owned()];
    };
    let mut check = |holds: bool, what: String| {
        if !holds {
            broken.push(what);
        }
    };
    let (approved, declined) = desk.calls(&good, 2).await;
    check((approved, declined) == (1, 0), format!("the good card was approved {approved} times"));
    check(
        (good.period, good.state) == (3, PlanState::Active(Progress::Waiting)),
        format!("the plan of a good card stands at period {} as {:?}", good.period, good.state),
    );
    let (approved, declined) = desk.calls(&poor, 2).await;
    // the day itself, and one and three days later; a try that did not come to the acquirer is one all the same
    let tries = usize::from(poor.tries);
    check(approved == 0, format!("the poor card was approved {approved} times"));
    check(
        (declined.max(1)..=3).contains(&tries) && matches!(poor.state, PlanState::Active(Progress::Retrying { .. })),
        format!("the plan of a poor card counts {} tries of {declined} and stands as {:?}", poor.tries, poor.state),
    );
    let payment = desk.payment(&good, 2).await;
    check(payment.is_some_and(|payment| payment.state.is_paid()), "its payment is not paid".to_owned());
    // what follows is no part of the next case
    for plan in [&good, &poor] {
        desk.change(&plan.id, |plan| plan.ended(By::Merchant, world.now())).await;
    }
    for queue in ["RecurringDeadLetters", "StreamFailures"] {
        let parked = world.cloud().queue(queue).unwrap().bodies().unwrap();
        check(parked.is_empty(), format!("{queue}: {parked:?}"));
    }
    broken
}
