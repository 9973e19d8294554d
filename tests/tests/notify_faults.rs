//! Fault runs of notifications: every call on the way to a merchant's server meets every fault, and servers that are down, lie and flap. What stands in the end
//! was heard with one id and one body, or stands where a person sees it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test: what goes wrong is meant to end it"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use domain::webhook::{Delivery, Endpoint, Form, Kind};
use http::Response;
use local::{
    cloud::{Fault, NoAnswer, When},
    world::{Delivery as Deliver, World},
};
use system_tests::{Call, Card, Hook, ShopRequest, Shopper, cards, fresh};

/// All of them may be lived through again: two hours are longer than any hold, any wait of a queue and the first four waits.
const LATER: Duration = Duration::from_secs(2 * 3_600);
const FAULTS: [Fault; 6] =
    [Fault::FailBefore, Fault::ReplyLost, Fault::Twice, Fault::Throttled, Fault::DropBefore, Fault::DropAfter];
/// Who has a part in it.
const OURS: [&str; 3] = ["OutboxRelay", "MerchantNotify", "NotifyDue"];

async fn pays(world: &World, order: &str) {
    let mut shopper = Shopper::new(world);
    shopper.open(&ShopRequest::new("4000", 1_000, order)).await;
    shopper.pay(&Card::of(cards::VISA)).await;
    assert!(shopper.page().is_hand_over(), "{}", shopper.page().text);
}

/// Heard with one id and one body, or a dead letter. None: all is well.
fn broken(calls: &[Call], deliveries: &[Delivery], dead_letters: usize, orders: usize) -> Option<String> {
    let mut bodies: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for call in calls {
        bodies.entry(&call.id).or_default().insert(&call.body);
    }
    if let Some((id, _)) = bodies.iter().find(|(_, bodies)| bodies.len() != 1) {
        return Some(format!("{id} has two bodies"));
    }
    let settled = deliveries.iter().filter(|delivery| delivery.due().is_none()).count();
    if settled != deliveries.len() {
        return Some(format!("{} are still under way", deliveries.len() - settled));
    }
    let seen = deliveries.len() + dead_letters;
    (seen < orders).then(|| format!("{seen} seen of {orders}"))
}

async fn after(world: &World, hook: &Hook, endpoint: &Endpoint, orders: usize) -> Option<String> {
    let queues = world
        .template()
        .queues
        .iter()
        .filter(|queue| ["NotifyDeadLetters", "StreamFailures"].contains(&queue.name.as_str()));
    let dead = queues.map(|queue| world.cloud().queue(&queue.name).unwrap().bodies().unwrap().len()).sum();
    broken(&hook.calls(), &hook.deliveries(endpoint).await, dead, orders)
}

#[tokio::test]
async fn no_single_fault_loses_a_notification_or_changes_it() {
    // what is called where nothing goes wrong, the first try failing so that a second follows
    let story = async |plan: Option<(usize, Fault)>| {
        let world = fresh().await;
        let hook = Hook::at(&world, "shop.example.com");
        let (endpoint, _) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
        let first = std::sync::atomic::AtomicBool::new(true);
        hook.answers_by(move |_| {
            let status = if first.swap(false, std::sync::atomic::Ordering::Relaxed) { 500 } else { 200 };
            Response::builder().status(status).body(Bytes::new()).unwrap()
        });
        pays(&world, "1").await;
        world.faults().restart();
        if let Some((index, fault)) = plan {
            world.faults().plan(When::Index(u64::try_from(index).unwrap()), fault);
        }
        world.settle().await.unwrap();
        world.advance(LATER).await.unwrap();
        let calls = world.faults().calls();
        (after(&world, &hook, &endpoint, 1).await, calls)
    };
    let (wrong, calls) = story(None).await;
    assert_eq!(wrong, None);
    let ours: Vec<usize> = calls
        .iter()
        .enumerate()
        .filter(|(_, call)| OURS.contains(&call.caller.as_str()))
        .map(|(place, _)| place)
        .collect();
    // what comes behind the second try is rounds of idle minutes, which are all alike
    let ours: Vec<usize> = ours.into_iter().take(24).collect();
    let mut failures = Vec::new();
    let mut cases = 0;
    for place in ours {
        for fault in FAULTS {
            cases += 1;
            let (wrong, _) = Box::pin(story(Some((place, fault)))).await;
            if let Some(wrong) = wrong {
                let call = &calls[place];
                failures.push(format!("{} {}, {fault:?}: {wrong}", call.caller, call.operation));
            }
        }
    }
    println!("fault cases of notifications: {cases}");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[tokio::test]
async fn a_server_that_lies_and_flaps_hears_all_in_the_end() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, _) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    // in turn: breaks off, hangs, redirects, fails, says that it is busy, takes
    let turn = std::sync::atomic::AtomicUsize::new(0);
    hook.answers_by(move |_| {
        let turn = turn.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % 6;
        let status = [200, 200, 302, 500, 429, 200][turn];
        let mut response = Response::builder().status(status).body(Bytes::from(vec![b'x'; 100_000])).unwrap();
        if let Some(no_answer) = [NoAnswer::Lost, NoAnswer::Timeout].get(turn) {
            response.extensions_mut().insert(*no_answer);
        }
        response
    });
    for order in 1..=12 {
        pays(&world, &order.to_string()).await;
    }
    world.advance(LATER).await.unwrap();
    hook.answers(200);
    world.advance(Duration::from_secs(4 * 86_400)).await.unwrap();
    assert_eq!(after(&world, &hook, &endpoint, 12).await, None);
    let deliveries = hook.deliveries(&endpoint).await;
    assert!(deliveries.iter().all(|delivery| !delivery.is_dead_letter()), "{deliveries:?}");
}

#[tokio::test]
async fn queues_and_streams_that_deliver_twice_tell_one_body_under_one_id() {
    let world = fresh().await;
    world.deliver_twice(Deliver::Twice);
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, _) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    for order in 1..=5 {
        pays(&world, &order.to_string()).await;
    }
    world.advance(LATER).await.unwrap();
    assert_eq!(after(&world, &hook, &endpoint, 5).await, None);
    assert_eq!(hook.deliveries(&endpoint).await.len(), 5, "a repeat finds what stands");
    assert_eq!(hook.calls().len(), 5, "and is not sent again");
}
