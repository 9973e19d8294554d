//! The cases are counted, not written down: a story is lived through once, and every call it made meets every fault.

use local::cloud::{Call, Fault, When};
use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::heard::tells_the_server;
use super::say;
use super::stories::{Acts, Ending, Plan, Played, Reach, Story, play};

pub(crate) const FAULTS: [Fault; 6] =
    [Fault::FailBefore, Fault::ReplyLost, Fault::Twice, Fault::Throttled, Fault::DropBefore, Fault::DropAfter];
/// What the SDK tries again by itself: there the fault is also put at each of its tries.
const STUBBORN: [Fault; 3] = [Fault::FailBefore, Fault::ReplyLost, Fault::Throttled];
/// What our own connector asks again by itself.
const AGAIN: [&str; 4] = ["/inquire", "/reverse", "/inquire-operation", "/withdraw"];
/// How often the SDK tries a call (its standard mode), and our own connector one of those.
const SDK_TRIES: u64 = 3;
const CONNECTOR_TRIES: u64 = 2;

/// One fault at one call, at one try of it or at all.
#[derive(Clone, Debug)]
struct Case {
    story: Story,
    reach: Reach,
    call: Call,
    fault: Fault,
    plan: Plan,
}

#[test]
fn no_single_fault_breaks_a_rule() {
    let started = Instant::now();
    let stories = stories();
    let cases: Vec<Case> = on_threads(&stories, |story| block(count(*story))).into_iter().flatten().collect();
    let together =
        |one: &Case, next: &Case| one.reach == Reach::Shopper && (one.reach, one.story) == (next.reach, next.story);
    let worlds: Vec<&[Case]> =
        cases.chunk_by(together).flat_map(|cases| cases.chunks(cases[0].story.together())).collect();
    let failures: Vec<String> = on_threads(&worlds, |cases| block(run(cases))).into_iter().flatten().collect();
    for of_story in cases.chunk_by(|one, next| one.story == next.story) {
        say(&format!("  {:?}: {}", of_story[0].story, of_story.len()));
    }
    say(&format!("fault cases tried: {} in {} worlds, {:?}", cases.len(), worlds.len(), started.elapsed()));
    assert!(failures.is_empty(), "{} cases failed:\n{}", failures.len(), failures.join("\n"));
}

/// Every story, or, to see one again, those whose names `FAULT_STORY` holds.
fn stories() -> Vec<Story> {
    let wanted = std::env::var("FAULT_STORY").unwrap_or_default();
    Story::ALL.into_iter().filter(|story| format!("{story:?}").contains(&wanted)).collect()
}

async fn run(cases: &[Case]) -> Vec<String> {
    let Some(Case { story, reach, .. }) = cases.first() else { return Vec::new() };
    let plans: Vec<Plan> = cases.iter().map(|case| case.plan.clone()).collect();
    let played = play(*story, story.expected(), *reach, &plans).await;
    let failed = cases.iter().zip(played.broken).filter(|(_, broken)| !broken.is_empty());
    let failed = failed.map(|(Case { story, call, fault, plan, .. }, broken)| {
        let Call { index, caller, operation, resource, .. } = call;
        let (times, broken) = (plan.len(), broken.join("; "));
        format!("{story:?}, call {index} ({caller}: {operation} {resource}), {fault:?} ×{times}: {broken}")
    });
    failed.inspect(|failed| say(failed)).collect()
}

/// Lives through a story without faults; every call becomes its cases.
async fn count(story: Story) -> Vec<Case> {
    let alone = unharmed(story, Reach::All).await;
    let all = [&*alone.by_shopper, &*alone.after].concat();
    if story == Story::Approved {
        return cases(story, Reach::All, &all, 0); // nothing is kept in memory yet: here the cold calls are tried
    }
    let mut counted = match story.acts() {
        Acts::ColdOf(function) => {
            let mut cold = cases(story, Reach::All, &alone.by_shopper, 0);
            cold.retain(|case| case.call.caller == function);
            cold
        }
        Acts::AnotherStorys => Vec::new(),
        acts @ (Acts::Whole | Acts::Ours | Acts::Of(_)) => {
            let mut together = cases(story, Reach::Shopper, &unharmed(story, Reach::Shopper).await.by_shopper, 0);
            together.retain(|case| match acts {
                Acts::Ours => case.call.caller != "TestAcquirer",
                Acts::Of(function) => case.call.caller == function,
                Acts::Whole | Acts::ColdOf(_) | Acts::AnotherStorys => true,
            });
            together
        }
    };
    if story.ending() == Ending::AnotherStorys {
        return counted;
    }
    let mut after = cases(story, Reach::All, &all, alone.by_shopper.len());
    after.retain(|case| match story.ending() {
        Ending::Whole => true,
        Ending::Effects => !is_read(&case.call),
        Ending::Questions => case.call.caller == "Reconcile" && is_question(&case.call),
        Ending::AnotherStorys => false,
    });
    counted.append(&mut after);
    counted
}

/// A story in which nothing goes wrong but what its amount asks for.
async fn unharmed(story: Story, reach: Reach) -> Played {
    let mut played = play(story, story.expected_without_faults(), reach, &[Plan::new()]).await;
    let broken = std::mem::take(&mut played.broken).concat();
    assert!(broken.is_empty(), "{story:?} without a fault: {}", broken.join("; "));
    played
}

/// A question to the acquirer, or what is stored of its answer: the payment, or the card that came with it.
fn is_question(call: &Call) -> bool {
    call.operation.starts_with("POST") || matches!(call.operation.as_str(), "UpdateItem" | "PutItem")
}

/// The cases of the calls from this place on.
fn cases(story: Story, reach: Reach, calls: &[Call], from: usize) -> Vec<Case> {
    let idle = idle_again(calls);
    let mut cases = Vec::new();
    for (place, call) in calls.iter().enumerate().skip(from) {
        if !idle.contains(&place) && !tells_the_server(call) && stands_for_itself(calls, place) {
            let planned = plans(calls, place).into_iter();
            cases.extend(planned.map(|(fault, plan)| Case { story, reach, call: call.clone(), fault, plan }));
        }
    }
    cases
}

/// What one of these calls meets: each fault once, and, where it is tried again by itself, at every try.
pub(crate) fn plans(calls: &[Call], place: usize) -> Vec<(Fault, Plan)> {
    let (call, tries) = (&calls[place], tries(&calls[place]));
    let like = |other: &&Call| (&other.caller, &other.operation) == (&call.caller, &call.operation);
    let first = calls[..place].iter().filter(like).count() as u64;
    let once = faults(call).iter().map(|fault| (*fault, vec![(When::Index(call.index), *fault)]));
    let stubborn = stubborn(call).iter().filter(|_| tries > 1);
    let always = stubborn.map(|fault| (*fault, (first..first + tries).map(|nth| (at(call, nth), *fault)).collect()));
    once.chain(always).collect()
}

/// A read leaves nothing behind: it fails before or after, once or twice, all the same. What it answers can be lost or not come.
fn faults(call: &Call) -> &'static [Fault] {
    if is_read(call) { &[Fault::ReplyLost, Fault::DropBefore] } else { &FAULTS }
}

fn stubborn(call: &Call) -> &'static [Fault] {
    if is_read(call) { &[Fault::Throttled] } else { &STUBBORN }
}

pub(crate) fn is_read(call: &Call) -> bool {
    matches!(call.operation.as_str(), "GetItem" | "BatchGetItem" | "Query")
}

/// A round asks every shard of every minute or day, and most are empty: of calls in a row that nothing tells apart,
/// the first and the last stand for all.
pub(crate) fn stands_for_itself(calls: &[Call], place: usize) -> bool {
    let like = |other: Option<usize>| {
        other.and_then(|other| calls.get(other)).is_some_and(|other| alike(other, &calls[place]))
    };
    let asks_alone = calls[place].operation != "Query";
    asks_alone || !like(place.checked_sub(1)) || !like(place.checked_add(1))
}

/// The calls of those rounds of reconcile that find nothing to do and look like an earlier one: the earlier one stands for all.
fn idle_again(calls: &[Call]) -> HashSet<usize> {
    let ours: Vec<usize> = (0..calls.len()).filter(|place| calls[*place].caller == "Reconcile").collect();
    let begins = |place: &usize| calls[*place].operation == "GetItem";
    let mut shapes = HashSet::new();
    let mut again = HashSet::new();
    for round in ours.chunk_by(|_, next| !begins(next)) {
        let mut shape: Vec<&str> = round.iter().map(|place| calls[*place].operation.as_str()).collect();
        shape.dedup();
        let idle = !shape.iter().any(|operation| *operation == "UpdateItem" || operation.starts_with("POST"));
        if idle && !shapes.insert(shape) {
            again.extend(round);
        }
    }
    again
}

fn alike(one: &Call, other: &Call) -> bool {
    (&one.caller, &one.operation, &one.resource) == (&other.caller, &other.operation, &other.resource)
}

fn at(call: &Call, nth: u64) -> When {
    When::Nth { caller: Some(call.caller.clone()), operation: call.operation.clone(), nth }
}

/// How often this call is tried.
fn tries(call: &Call) -> u64 {
    match call.service.as_str() {
        "dynamodb" | "sqs" | "ses" | "kms" => SDK_TRIES,
        _ if AGAIN.iter().any(|name| call.operation.ends_with(name)) => CONNECTOR_TRIES,
        _ => 1,
    }
}

pub(crate) fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Works on a few threads, because a world waits now and then. Answers in order.
pub(crate) fn on_threads<T: Sync, R: Send>(work: &[T], act: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((place, item)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, work.get(at)?)))
                {
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
