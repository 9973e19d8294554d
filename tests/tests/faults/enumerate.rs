//! The cases are counted, not written down: a story is lived through once, and every call it made meets every fault.

use local::cloud::{Call, Fault, When};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Mutex;
use std::time::Instant;

use super::stories::{Story, play, world};

const FAULTS: [Fault; 6] =
    [Fault::FailBefore, Fault::ReplyLost, Fault::Twice, Fault::Throttled, Fault::DropBefore, Fault::DropAfter];
/// What the SDK tries again by itself: there the fault is also put at each of its tries.
const STUBBORN: [Fault; 3] = [Fault::FailBefore, Fault::ReplyLost, Fault::Throttled];
/// How often the SDK tries a call (its standard mode), and our own connector an inquiry or a reversal.
const SDK_TRIES: u64 = 3;
const CONNECTOR_TRIES: u64 = 2;

/// One fault at one call, at one try of it or at all.
#[derive(Clone, Debug)]
struct Case {
    story: Story,
    call: Call,
    fault: Fault,
    plan: Vec<(When, Fault)>,
}

#[test]
fn no_single_fault_breaks_a_rule() {
    let started = Instant::now();
    let cases: Vec<Case> = on_threads(&Story::ALL, |story| block(count(*story))).into_iter().flatten().collect();
    println!("{} cases counted in {:?}", cases.len(), started.elapsed());
    if std::env::var("COUNT").is_ok() { for c in &cases { if c.fault == Fault::FailBefore && c.plan.len()==1 { println!("{:?} {} {} {} {}", c.story, c.call.index, c.call.caller, c.call.operation, c.call.resource);} } return; }
    let results = on_threads(&cases, |case| block(run(case)));
    let mut by_story = BTreeMap::<String, usize>::new();
    for case in &cases {
        *by_story.entry(format!("{:?}", case.story)).or_default() += 1;
    }
    let failures: Vec<String> = results.into_iter().flatten().collect();
    println!("fault cases tried: {} in {:?} {by_story:?}", cases.len(), started.elapsed());
    assert!(failures.is_empty(), "{} cases failed:\n{}", failures.len(), failures.join("\n"));
}

/// Lives through a story without faults; every call becomes its cases.
async fn count(story: Story) -> Vec<Case> {
    let world = world().await;
    world.faults().restart();
    let broken = play(&world, story, story.expected_without_faults()).await;
    assert!(broken.is_empty(), "{story:?} without a fault: {}", broken.join("; "));
    let calls = world.faults().calls();
    let mut seen = HashMap::<(String, String), u64>::new();
    let mut cases = Vec::new();
    for call in &calls {
        let nth = seen.entry((call.caller.clone(), call.operation.clone())).or_default();
        for fault in FAULTS {
            cases.push(Case { story, call: call.clone(), fault, plan: vec![(When::Index(call.index), fault)] });
        }
        for fault in STUBBORN {
            let (first, tries) = (*nth, tries(call));
            let plan: Vec<_> = (first..first + tries).map(|nth| (at(call, nth), fault)).collect();
            if tries > 1 {
                cases.push(Case { story, call: call.clone(), fault, plan });
            }
        }
        *nth += 1;
    }
    cases
}

fn at(call: &Call, nth: u64) -> When {
    When::Nth { caller: Some(call.caller.clone()), operation: call.operation.clone(), nth }
}

/// How often this call is tried.
fn tries(call: &Call) -> u64 {
    match call.service.as_str() {
        "dynamodb" | "sqs" | "ses" | "kms" => SDK_TRIES,
        _ if call.operation.ends_with("/inquire") || call.operation.ends_with("/reverse") => CONNECTOR_TRIES,
        _ => 1,
    }
}

async fn run(case: &Case) -> Option<String> {
    let world = world().await;
    world.faults().restart();
    for (when, fault) in &case.plan {
        world.faults().plan(when.clone(), *fault);
    }
    let mut broken = play(&world, case.story, case.story.expected()).await;
    if world.faults().pending() == case.plan.len() {
        broken.push("no call met the fault".to_owned());
    }
    let Case { story, call, fault, plan } = case;
    (!broken.is_empty()).then(|| {
        let Call { index, caller, operation, resource, .. } = call;
        format!("{story:?}, call {index} ({caller}: {operation} {resource}), {fault:?} ×{}: {}", plan.len(), broken.join("; "))
    })
}

fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Works on a few threads, because a world waits now and then. Answers in order.
fn on_threads<T: Sync, R: Send>(work: &[T], act: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((place, item)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, work.get(at)?))) {
                    let result = act(item);
                    done.lock().unwrap().push((place, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

#[test]
fn zz_measure() {
    block(async {
        for _ in 0..3 {
        let t = Instant::now();
        let w = world().await;
        println!("world {:?}", t.elapsed());
        let t = Instant::now();
        let b = play(&w, Story::Approved, Story::Approved.expected()).await;
        println!("play approved {:?} {b:?}", t.elapsed());
        let t = Instant::now();
        drop(w);
        println!("drop {:?}", t.elapsed());
        let w = world().await;
        let t = Instant::now();
        let b = play(&w, Story::Amount(1902), Story::Approved.expected()).await;
        println!("play 902 {:?} {b:?}", t.elapsed());
        }
    });
}
