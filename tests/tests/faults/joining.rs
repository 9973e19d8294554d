//! Joining a regular purchase under every single fault at every call of its first payment: whoever paid, or registered a card for a free beginning, has one plan
//! and a card that it can be charged to; whoever did not has none.

use domain::card::ConsentScope;
use domain::recurring::plan::{Plan, PlanId, PlanState, Progress};
use domain::webhook::Kind;
use local::cloud::Call;
use local::world::World;
use std::time::{Duration, Instant};
use store::Plans;

use super::case::{Case, cases};
use super::enumerate::{block, on_threads};
use super::heard::Heard;
use super::say;
use super::shopper::{APPROVED, CHALLENGED, Page, Shopper, kept_card, table};
use super::stories::{quiet, world};

/// Cases that share a world.
const TOGETHER: usize = 16;
/// All tries of a message of recurring-charge that failed.
const MESSAGES_AGAIN: Duration = Duration::from_secs(2 * 3_600);
/// The order of whoever comes first, so that what functions keep in memory is there for the others.
const FIRST: u32 = 1_000;

/// How a buyer joins.
#[derive(Clone, Copy, Debug)]
struct Way {
    /// The demo's kind of regular purchase, and what its request asks: 1 costs something at once, 2 is free at first.
    kind: &'static str,
    amount: u32,
    card: &'static str,
}

const WAYS: [Way; 4] = [
    Way { kind: "1", amount: 980, card: APPROVED },
    Way { kind: "1", amount: 980, card: CHALLENGED },
    Way { kind: "2", amount: 500, card: APPROVED },
    Way { kind: "2", amount: 500, card: CHALLENGED },
];

#[test]
fn no_single_fault_joins_twice_or_takes_money_without_a_plan() {
    let started = Instant::now();
    let ways: Vec<(Way, Vec<Case>)> = on_threads(&WAYS, |way| (*way, block(Box::pin(count(*way)))));
    let worlds: Vec<(Way, &[Case])> =
        ways.iter().flat_map(|(way, cases)| cases.chunks(TOGETHER).map(|cases| (*way, cases))).collect();
    let failures: Vec<String> =
        on_threads(&worlds, |(way, cases)| block(Box::pin(run(*way, cases)))).into_iter().flatten().collect();
    let count: usize = worlds.iter().map(|(_, cases)| cases.len()).sum();
    say(&format!("  faults in joining: {count} cases in {} worlds, {:?}", worlds.len(), started.elapsed()));
    assert!(count >= 300, "{count} cases: whose calls are they?");
    assert!(failures.is_empty(), "{} cases failed:\n{}", failures.len(), failures.join("\n"));
}

/// Somebody joins without a fault in a world in which somebody has; every call becomes its cases.
async fn count(way: Way) -> Vec<Case> {
    let world = world().await;
    join(&mut buyer(&world, way, FIRST), way).await;
    world.faults().restart();
    let mut second = buyer(&world, way, FIRST + 1);
    join(&mut second, way).await;
    let calls: Vec<Call> =
        world.faults().calls().into_iter().filter(|call| !is_the_acquirers_or_a_mails(&call.caller)).collect();
    quiet(&world, std::slice::from_mut(&mut second)).await;
    let found = broken(&mut second, way).await;
    assert!(found.is_empty() && joined(&mut second).await, "{way:?}: {found:?}");
    cases(&calls)
}

/// What the acquirer does inside is an answer of its, and no mail and no row of the console's touches a plan.
fn is_the_acquirers_or_a_mails(caller: &str) -> bool {
    ["TestAcquirer", "CompletionMail", "SearchIndex", "MerchantNotify"].contains(&caller)
}

async fn run(way: Way, cases: &[Case]) -> Vec<String> {
    let world = world().await;
    join(&mut buyer(&world, way, FIRST), way).await;
    let mut buyers: Vec<Shopper<'_>> = (FIRST + 1..).zip(cases).map(|(order, _)| buyer(&world, way, order)).collect();
    for (buyer, case) in buyers.iter_mut().zip(cases) {
        case.plan(&world);
        join(buyer, way).await;
        if case.is_unmet(&world) {
            buyer.complaints.push("no call met the fault".to_owned());
        }
        world.faults().stop();
    }
    quiet(&world, &mut buyers).await;
    world.advance(MESSAGES_AGAIN).await.unwrap();
    let mut failures = Vec::new();
    for (buyer, case) in buyers.iter_mut().zip(cases) {
        let mut found = broken(buyer, way).await;
        if !joined(buyer).await {
            // who wanted to and did not comes again, and finds the way open
            join(buyer, way).await;
            quiet(&world, std::slice::from_mut(buyer)).await;
            world.advance(MESSAGES_AGAIN).await.unwrap();
            found.append(&mut broken(buyer, way).await);
            if !joined(buyer).await {
                found.push("nobody can join by this order any more".to_owned());
            }
        }
        failures.extend(case.said(&format!("{way:?}: "), &found));
    }
    for queue in ["RecurringDeadLetters", "StreamFailures"] {
        let parked = world.cloud().queue(queue).unwrap().bodies().unwrap();
        if !parked.is_empty() {
            failures.push(format!("{way:?}: {queue}: {parked:?}"));
        }
    }
    failures
}

fn buyer(world: &World, way: Way, order: u32) -> Shopper<'_> {
    let mut buyer = Shopper::new(world, &order.to_string(), way.amount);
    (buyer.joins, buyer.keeps) = (Some(way.kind), true);
    buyer
}

/// Opens the page, agrees, proves to be the cardholder where the issuer asks; then what follows goes its way.
async fn join(buyer: &mut Shopper<'_>, way: Way) {
    let page = match buyer.open().await {
        Page::Form(token) => buyer.submit(&token, way.card).await,
        other => other,
    };
    buyer.if_asked(page).await;
    buyer.world.settle().await.unwrap();
}

async fn joined(buyer: &mut Shopper<'_>) -> bool {
    buyer.look().await.is_some_and(|payment| payment.joined_at().is_some())
}

/// What does not hold of one who wanted to join, whether it came to that or not.
async fn broken(buyer: &mut Shopper<'_>, way: Way) -> Vec<String> {
    let payment = buyer.look().await;
    let mut broken = std::mem::take(&mut buyer.complaints);
    let mut check = |holds: bool, what: String| {
        if !holds {
            broken.push(what);
        }
    };
    let joined = payment.as_ref().is_some_and(|payment| payment.joined_at().is_some());
    let name = payment.as_ref().map_or("nothing", |payment| payment.state.name());
    check(
        payment.as_ref().is_none_or(|payment| payment.state.is_settled()),
        format!("it ended as {name}, not settled"),
    );

    let (key, owner) = (buyer.key(), buyer.owner());
    let books = buyer.world.books().totals(&key.reference(1), buyer.world.now()).await.unwrap();
    let paid = way.kind == "1" && joined;
    let held = (books.standing, books.captured);
    let owed = if paid { (1, u64::from(way.amount)) } else { (0, 0) };
    check(held == owed, format!("the acquirer holds and took {held:?}, not {owed:?}, as {name}"));

    let heard = Heard::by_the_server_of(buyer.world).await;
    let end_of_plan = format!("{}.{}", key.merchant, PlanId::of(&key));
    let unheard = joined.then(|| heard.wrong_end_of(&end_of_plan, Kind::PlanJoined)).flatten();
    check(unheard.is_none(), unheard.unwrap_or_default());
    let unheard = payment.as_ref().and_then(|payment| heard.wrong_of(payment));
    check(unheard.is_none(), unheard.unwrap_or_default());

    let plans: Vec<Plan> = Plans::new(table(buyer.world)).of_owner(&key.merchant, &owner).await.unwrap();
    let begun = plans.iter().all(|plan| {
        (&plan.id, plan.version, plan.period) == (&PlanId::of(&key), 1, 2)
            && plan.state == PlanState::Active(Progress::Waiting)
    });
    check(plans.len() == usize::from(joined) && begun, format!("{name}, and its plans are {plans:?}"));

    let card = kept_card(buyer.world, &owner).await.filter(|card| card.number.is_some());
    let chargeable = card.as_ref().is_some_and(|card| {
        card.consent.scope == ConsentScope::MerchantInitiated
            && payment.as_ref().is_some_and(|payment| payment.card_id == Some(card.id))
            && card.chargeable(buyer.world.now()).is_ok()
    });
    let kept = if joined { chargeable } else { card.is_none() };
    check(kept, format!("{name}, and the kept card is {card:?}"));
    check(joined || !buyer.told.contains(&true), "the shop was told of what nobody joined".to_owned());
    broken
}
