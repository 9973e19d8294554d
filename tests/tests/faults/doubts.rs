//! An operation whose outcome nobody knows: every single fault at every question that reconcile asks about it, and at what is stored of the answers.

use domain::Yen;
use domain::merchant::Capture;
use domain::payment::{Operation, OperationKind};
use local::cloud::{Call, Fault};
use std::collections::BTreeSet;
use system_tests::{ClerkCalls, change_merchant};

use super::books::{broken, quiet};
use super::clerk::paid;
use super::enumerate::{block, on_threads, plans};
use super::invariants::Evidence;
use super::say;
use super::shopper::MERCHANT;
use super::stories::{Plan, world};

use OperationKind::{Cancel, Capture as Take, Refund};

const ORDER: u32 = 1_001;

/// What is done with what amount. The acquirer loses its answer (…921) or the question (…922), or does it late although it was withdrawn (…926).
const DOUBTS: [(OperationKind, u32); 3] = [(Refund, 2_921), (Cancel, 2_922), (Take, 2_926)];

struct Case {
    doubt: Operation,
    call: Call,
    fault: Fault,
    plan: Plan,
}

#[test]
fn no_single_fault_while_an_operation_is_found_out_breaks_a_rule() {
    let doubts = DOUBTS.map(|(kind, yen)| Operation { kind, amount: Yen::new(yen).unwrap() });
    let cases: Vec<Case> = on_threads(&doubts, |doubt| block(cases(*doubt))).into_iter().flatten().collect();
    let failures: Vec<String> = on_threads(&cases, |case| block(run(case))).into_iter().flatten().collect();
    say(&format!("  operations in doubt: {}", cases.len()));
    assert!(failures.is_empty(), "{} cases failed:\n{}", failures.len(), failures.join("\n"));
}

/// Every fault at every question about an operation, and at the write of each answer.
async fn cases(doubt: Operation) -> Vec<Case> {
    let (calls, complaints) = play(doubt, &Plan::new()).await;
    assert!(complaints.is_empty(), "{doubt:?} without a fault: {}", complaints.join("; "));
    let ours: Vec<usize> = (0..calls.len()).filter(|place| calls[*place].caller == "Reconcile").collect();
    let is_question = |place: &usize| calls[*place].operation.starts_with("POST");
    let after_one = ours.windows(2).filter(|pair| is_question(&pair[0])).map(|pair| pair[1]);
    let places: BTreeSet<usize> = ours.iter().copied().filter(is_question).chain(after_one).collect();
    let of = |place: usize| {
        let planned = plans(&calls, place).into_iter();
        let call = calls[place].clone();
        planned.map(move |(fault, plan)| Case { doubt, call: call.clone(), fault, plan }).collect::<Vec<_>>()
    };
    places.into_iter().flat_map(of).collect()
}

async fn run(Case { doubt, call, fault, plan }: &Case) -> Option<String> {
    let (_, complaints) = play(*doubt, plan).await;
    let Call { index, operation, resource, .. } = call;
    (!complaints.is_empty()).then(|| {
        let (times, complaints) = (plan.len(), complaints.join("; "));
        format!("{doubt:?}, call {index} ({operation} {resource}), {fault:?} ×{times}: {complaints}")
    })
}

/// A clerk does it, and what follows meets the faults. Answers the calls that followed, and what does not hold at the end.
async fn play(doubt: Operation, plan: &Plan) -> (Vec<Call>, Vec<String>) {
    let world = world().await;
    if doubt.kind != Refund {
        change_merchant(&world, MERCHANT, |merchant| merchant.capture = Capture::Later).await;
    }
    paid(&world, ORDER, doubt.amount.get()).await;
    world.settle().await.unwrap();
    let clerk = ClerkCalls::new(&world, "clerk");
    Box::pin(clerk.does(&ORDER.to_string(), doubt.kind, doubt.amount.get())).await;
    world.faults().restart();
    plan.iter().for_each(|(when, fault)| world.faults().plan(when.clone(), *fault));
    quiet(&world, std::iter::once(ORDER)).await;
    let unmet = world.faults().pending() == plan.len() && !plan.is_empty();
    let calls = world.faults().calls();
    world.faults().stop();
    // A read model or a mail that a fault has held up is brought up to date by the next try.
    world.advance(std::time::Duration::from_secs(20 * 60)).await.unwrap();
    let mut complaints = broken(&world, ORDER, &[doubt], &Evidence::of(&world).await).await;
    if unmet {
        complaints.push("no call met the fault".to_owned());
    }
    (calls, complaints)
}
