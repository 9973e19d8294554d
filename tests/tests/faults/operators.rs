//! Two people at the console and reconcile at one payment at once, with faults strewn in: by seed, so that a failure can be seen again.

use domain::Yen;
use domain::merchant::Capture;
use domain::payment::{Operation, OperationKind};
use local::admin::GivenRole;
use local::cloud::{Fault, When};
use local::world::World;
use std::sync::Arc;
use std::time::{Duration, Instant};
use system_tests::{Clerk, Form, change_merchant, staff};

use super::books::{asked_in_the_log, broken, is_of, key, quiet, stored};
use super::clerk::{confirmation, paid};
use super::enumerate::{FAULTS, block, on_threads};
use super::interleave::{Chance, slow_acquirer};
use super::invariants::Evidence;
use super::shopper::MERCHANT;
use super::stories::world;

use OperationKind::{Adjust, Cancel, Capture as Take, Refund};

/// Worlds, and payments in each: people sign in once for all of a world's.
const SEEDS: u64 = 16;
const ORDERS: u32 = 15;
/// The first order.
const FIRST: u32 = 1_001;
/// What is paid of each.
const PAID: u32 = 3_000;
/// More outside calls than the two forms make; a fault beyond the last meets none.
const CALLS: u64 = 60;

/// What the two want. Together they are more than there is, or exclude each other.
const WANTS: [[(OperationKind, u32); 2]; 10] = [
    [(Refund, 2_000), (Refund, 1_500)],
    [(Refund, 3_000), (Refund, 3_000)],
    [(Refund, 1_000), (Refund, 500)],
    [(Refund, 1_921), (Refund, 2_922)],
    [(Take, 3_000), (Cancel, 3_000)],
    [(Take, 1_200), (Take, 3_000)],
    [(Take, 2_921), (Cancel, 3_000)],
    [(Take, 2_000), (Adjust, 2_500)],
    [(Adjust, 3_500), (Cancel, 3_000)],
    [(Adjust, 2_922), (Take, 3_000)],
];

#[test]
fn no_interleaving_of_two_operators_breaks_a_rule() {
    let started = Instant::now();
    let seeds: Vec<u64> = (0..SEEDS).collect();
    let failures: Vec<String> = on_threads(&seeds, |seed| block(payments(*seed))).into_iter().flatten().collect();
    let tried = SEEDS * u64::from(ORDERS);
    crate::say(&format!("interleavings of operators tried: {tried} in {:?}", started.elapsed()));
    assert!(failures.is_empty(), "{} of {tried} failed:\n{}", failures.len(), failures.join("\n"));
}

/// One world: payment by payment the two act at once, then all becomes quiet.
async fn payments(seed: u64) -> Vec<String> {
    let world = world().await;
    change_merchant(&world, MERCHANT, |merchant| merchant.capture = Capture::Later).await;
    let mut owner = Clerk::owner(&world).await;
    let mut operator = staff(&world, "operator@example.jp", GivenRole::Operator).await;
    let chance = Arc::new(Chance::new(seed));
    slow_acquirer(&world, &chance);
    let mut cases = Vec::new();
    for order in FIRST..FIRST + ORDERS {
        let wanted = *chance.one_of(&WANTS);
        cases.push(at_once(&world, [&mut owner, &mut operator], &chance, order, wanted).await);
    }
    quiet(&world, FIRST..FIRST + ORDERS).await;
    let evidence = Evidence::of(&world).await;
    let mut failures = Vec::new();
    for (order, case) in (FIRST..).zip(cases) {
        let mut complaints = broken(&world, order, &case.forms, &evidence).await;
        complaints.append(&mut case.untrue(&world, order, &evidence).await);
        if !complaints.is_empty() {
            let (wanted, faults) = (&case.wanted, &case.faults);
            failures.push(format!("seed {seed}, order {order}, {wanted:?}, {faults:?}: {}", complaints.join("; ")));
        }
    }
    failures
}

/// What the two did with one payment.
struct Case {
    wanted: [(OperationKind, u32); 2],
    faults: Vec<(u64, Fault)>,
    /// Every form that was opened.
    forms: Vec<Operation>,
    /// What the answers said to be done.
    done: Vec<Operation>,
}

async fn at_once(
    world: &World,
    people: [&mut Clerk; 2],
    chance: &Chance,
    order: u32,
    wanted: [(OperationKind, u32); 2],
) -> Case {
    let operations = wanted.map(|(kind, yen)| Operation { kind, amount: Yen::new(yen).unwrap() });
    let [owner, operator] = people;
    let mut forms = Vec::new();
    paid(world, order, PAID).await;
    if wanted[0].0 == Refund {
        let all = Operation { kind: Take, amount: Yen::new(PAID).unwrap() };
        let form = confirmation(owner, order, all).await.expect("a confirmation");
        owner.submit(&form).await;
        forms.push(all);
    }
    let first = confirmation(owner, order, operations[0]).await.expect("a confirmation");
    let second = confirmation(operator, order, operations[1]).await.expect("a confirmation");
    world.faults().restart();
    let faults: Vec<(u64, Fault)> =
        (0..chance.below(4)).map(|_| (chance.below(CALLS), *chance.one_of(&FAULTS))).collect();
    faults.iter().for_each(|(index, fault)| world.faults().plan(When::Index(*index), *fault));
    let (one, other, ()) = tokio::join!(
        insists(owner, order, operations[0], first, chance),
        insists(operator, order, operations[1], second, chance),
        rounds(world, chance)
    );
    world.faults().stop();
    let mut done = Vec::new();
    for (operation, acted) in operations.into_iter().zip([one, other]) {
        forms.extend(std::iter::repeat_n(operation, acted.forms));
        done.extend(std::iter::repeat_n(operation, usize::from(acted.was_told_done)));
    }
    Case { wanted, faults, forms, done }
}

/// What one person did.
struct Acted {
    forms: usize,
    was_told_done: bool,
}

/// Sends a form, perhaps again, and perhaps opens it anew; and now and then has the acquirer asked.
async fn insists(clerk: &mut Clerk, order: u32, operation: Operation, form: Form, chance: &Chance) -> Acted {
    let mut acted = Acted { forms: 1, was_told_done: false };
    let mut form = form;
    for _ in 0..1 + chance.below(4) {
        chance.pause().await;
        let answer = clerk.send(Clerk::<World>::posted(&form)).await;
        if answer.location().is_some_and(|location| location.contains("?done=")) {
            acted.was_told_done = true;
            return acted;
        }
        chance.pause().await;
        match chance.below(4) {
            0 => {
                if let Some(anew) = confirmation(clerk, order, operation).await {
                    (form, acted.forms) = (anew, acted.forms + 1);
                }
            }
            1 => {
                clerk.get(&format!("/console/payments/{order}/ask")).await;
                let ask = clerk.page().form(&format!("/console/payments/{order}/ask")).cloned();
                if let Some(ask) = ask {
                    clerk.send(Clerk::<World>::posted(&ask)).await;
                }
            }
            _ => {}
        }
    }
    acted
}

/// Reconcile and the queues in between; now and then the clock runs over a lease.
async fn rounds(world: &World, chance: &Chance) {
    for _ in 0..1 + chance.below(3) {
        chance.pause().await;
        match chance.below(4) {
            0 => world.settle().await.unwrap(),
            1 => world.run_schedules().await.unwrap(),
            _ => drop(world.advance(Duration::from_secs(1 + chance.below(70))).await.unwrap()),
        }
    }
}

impl Case {
    /// What somebody was told and is not so, and what nobody is known to have asked for.
    async fn untrue(&self, world: &World, order: u32, evidence: &Evidence) -> Vec<String> {
        let mut untrue = Vec::new();
        let moves = evidence.moves(&key(order));
        for done in &self.done {
            let told = self.done.iter().filter(|other| *other == done).count();
            let did = moves.iter().filter(|entry| is_of(entry, done)).count();
            if did < told {
                untrue.push(format!("{told} people were told that {done:?} is done, and the acquirer did {did}"));
            }
        }
        let payment = stored(world, order).await.expect("a payment");
        let (tried, asked) = (payment.last_n as usize - 1, asked_in_the_log(world, order).await);
        if asked < tried {
            untrue.push(format!("{tried} operations were tried, and the log knows of {asked}"));
        }
        untrue
    }
}
