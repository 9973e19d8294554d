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
use domain::{
    Brand, Expiry, KeptCard, MaskedCard, Payment, State, Yen,
    acquirer::DeclineCode,
    attention::MatterKind,
    batch::{Batch, BatchId, BatchState, Source},
    clock::japan_date,
    merchant::Capture,
    payment::OperationKind,
    recurring::{
        calendar::Cycle,
        offer::{Offer, Times},
        plan::{By, Failed, Plan, Rate, without_words},
        retry::Retries,
    },
    webhook::{Delivery, Endpoint, Form, Kind},
};
use http::Response;
use local::{
    cloud::{Fault, NoAnswer, When},
    world::{Delivery as Deliver, World},
};
use store::Which;
use system_tests::{
    BatchDesk, Call, Card, ClerkCalls, Hook, RegularDesk, ShopRequest, Shopper, cards, change_merchant, fresh, japan,
    kept_card, matters, payment, put_batch, smuggle_card, smuggle_payment,
};

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

/// What the server knows in the end: of each object the state with the highest sequence, and what came of it. A card in whose place another stands is gone.
fn known(calls: &[Call]) -> BTreeMap<String, (u64, String)> {
    let mut known: BTreeMap<String, (u64, String)> = BTreeMap::new();
    for call in calls {
        let body = call.json();
        let object = ["payment", "card", "batch", "plan"].into_iter().find_map(|name| {
            let id = body["data"][name].as_str()?;
            Some(format!("{name} {id}"))
        });
        let Some(object) = object else { continue };
        if let Some(before) = body["data"]["before"].as_str() {
            known.insert(format!("card {before}"), (u64::MAX, "card.replaced".to_owned())); // gone for good
        }
        let sequence = body["sequence"].as_u64().unwrap();
        let kind = body["type"].as_str().unwrap().to_owned();
        let last = known.entry(object).or_default();
        if sequence >= last.0 {
            *last = (sequence, kind);
        }
    }
    known
}

#[tokio::test]
async fn a_card_that_was_kept_is_not_taken_for_kept_again_by_what_comes_late() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    hook.register("4000", Form::Json, &Kind::CHOICES).await;
    let desk = BatchDesk::of(&world, "4000");
    desk.keep("bob", cards::VISA).await;
    desk.replace("bob", cards::MASTERCARD).await;
    world.settle().await.unwrap();
    let mut calls = hook.calls();
    calls.sort_by_key(|call| call.json()["type"] == "card.kept"); // the older one comes late
    let (kept, replaced) = (calls[1].json(), calls[0].json());
    assert_eq!((&replaced["type"], &replaced["data"]["before"]), (&"card.replaced".into(), &kept["data"]["card"]));
    let known = known(&calls);
    let stands =
        |body: &serde_json::Value| known[&format!("card {}", body["data"]["card"].as_str().unwrap())].1.clone();
    assert_eq!((stands(&kept), stands(&replaced)), ("card.replaced".to_owned(), "card.replaced".to_owned()));
    assert_eq!(known.values().filter(|(sequence, _)| *sequence < u64::MAX).count(), 1, "one card is kept");
}

/// Everything that a shop is told of, in its order: payments, kept cards, batches, regular purchases. What takes days or another's word to come about is written as
/// it would stand then.
async fn everything_ends(world: &World) {
    change_merchant(world, "4000", |merchant| merchant.capture = Capture::Later).await;
    Box::pin(payments_end(world)).await;
    Box::pin(cards_and_batches_end(world)).await;
    Box::pin(plans_end(world)).await;
    world.settle().await.unwrap();
}

async fn payments_end(world: &World) {
    let clerk = ClerkCalls::new(world, "notify");
    for order in ["1", "2", "5", "6", "7"] {
        pays(world, order).await;
    }
    for (order, kind, yen) in [
        ("1", OperationKind::Capture, 1_000),
        ("2", OperationKind::Capture, 1_000),
        ("2", OperationKind::Refund, 400),
        ("5", OperationKind::Cancel, 1_000),
        ("6", OperationKind::Adjust, 900),
    ] {
        clerk.does(order, kind, yen).await;
    }
    let mut shopper = Shopper::new(world);
    shopper.open(&ShopRequest::new("4000", 1_000, "3")).await;
    shopper.give_up().await;
    let mut shopper = Shopper::new(world);
    shopper.open(&ShopRequest::new("4000", 1_000, "4")).await;
    shopper.pay(&Card::of(cards::DECLINED)).await; // over when nobody tries again
    let mut shopper = Shopper::new(world);
    shopper.open(&ShopRequest::new("4000", 1_901, "8")).await; // the answer is lost: found out later
    shopper.pay(&Card::of(cards::VISA)).await;
    world.settle().await.unwrap();
    let taken = payment(world, "4000", "1").await.unwrap();
    smuggle_payment(world, &taken.dispute(world.now()).unwrap()).await;
    let held = payment(world, "4000", "7").await.unwrap();
    let State::Authorized { n, .. } = held.state else { panic!("{held:?}") };
    let (amount, at) = (held.amount, world.now());
    smuggle_payment(world, &Payment { version: held.version + 1, state: State::Lapsed { n, amount, at }, ..held })
        .await;
}

async fn cards_and_batches_end(world: &World) {
    let desk = BatchDesk::of(world, "4000");
    desk.keep("bob", cards::VISA).await;
    desk.replace("bob", cards::MASTERCARD).await;
    desk.keep("carol", cards::VISA).await;
    desk.delete("carol").await;
    desk.keep("dave", cards::VISA).await;
    let ends = kept_card(world, "4000", "dave").await.unwrap();
    let renewed = MaskedCard { expiry: Expiry::parse("11/31", japan_date(world.now())).unwrap(), ..ends.card.clone() };
    smuggle_card(world, &KeptCard { version: ends.version + 1, card: renewed, ..ends }).await; // by its issuer, on the 1st
    desk.charge("rows", BatchDesk::file(&[("501", 700, "bob")])).await;
    desk.charge("bad", "no header".as_bytes()).await;
    let ended = desk.all().await.into_iter().find(|batch| matches!(batch.state, BatchState::Done { .. })).unwrap();
    let source = Source { key: "4000/inbox/asks.csv".to_owned(), ..ended.source.clone() };
    let waiting = BatchState::Waiting { since: world.now() };
    put_batch(world, &Batch { id: BatchId::of(&source), source, state: waiting, ..ended }).await;
}

/// A step of a regular purchase.
type Step<'a> = &'a (dyn Fn(&Plan) -> Option<Plan> + Sync);

async fn plans_end(world: &World) {
    let (now, due, late) = (world.now(), japan("2026-12-28 12:00"), japan("2027-02-20 12:00"));
    let desk = RegularDesk::of(world, "4000");
    let offer = desk.offer("coffee", 1_000, 1).await;
    let twice = desk.offer_with("course", 3_000, 1, |offer| offer.times = Some(Times::new(2).unwrap())).await;
    let cheaper = Rate { amount: Yen::new(900).unwrap(), cycle: Cycle::new(1).unwrap() };
    let revoked = without_words(DeclineCode::RevocationOfAuthorization);
    let failed = Failed { decline: &revoked, brand: Brand::Visa, wait: None, retries: Retries::TwoWeeks };
    let steps: [(&Offer, &str, &[Step<'_>]); 8] = [
        (&offer, "of the buyer", &[&|plan| plan.changed(cheaper, now).ok(), &|plan| plan.ended(By::Buyer, now)]),
        (&offer, "paused", &[&|plan| plan.paused(By::Merchant, now)]),
        (&offer, "resumed", &[&|plan| plan.paused(By::Merchant, now), &|plan| plan.resumed(By::Merchant, now)]),
        (&offer, "asked", &[&|plan| plan.ask(late)]),
        (&offer, "let go", &[&|plan| plan.skipped(due)]),
        (&offer, "unpaid", &[&|plan| plan.without_card(2, DeclineCode::CardMissing, due)]),
        (&offer, "revoked", &[&|plan| plan.declined(2, plan.nonce_of(2, 1), failed, due)]),
        (&twice, "completed", &[&|plan| plan.charged(2, due, due)]),
    ];
    for (offer, buyer, steps) in steps {
        let plan = desk.joined(offer, buyer, cards::VISA).await;
        for step in steps {
            let stands = desk.plan(&plan.id).await;
            let changed = step(&stands).unwrap_or_else(|| panic!("{buyer}: it changes nothing of {stands:?}"));
            assert_eq!(
                desk.change(&plan.id, |plan| (plan.version == stands.version).then(|| changed.clone())).await,
                changed
            );
        }
    }
}

/// What was heard in the end, or stands where a person sees it; both by what is stored.
async fn nothing_is_lost(world: &World, hook: &Hook, endpoint: &Endpoint, what: &str) {
    assert_eq!(after(world, hook, endpoint, 0).await, None, "{what}");
    let calls = hook.calls();
    let heard: BTreeSet<String> = calls.iter().map(|call| call.json()["type"].as_str().unwrap().to_owned()).collect();
    let missing: Vec<_> = Kind::CHOICES.into_iter().filter(|kind| !heard.contains(kind.name())).collect();
    assert_eq!(
        missing,
        [Kind::PlanCardChanged],
        "{what}: a buyer does that at a page, and it is told of as the others are"
    );
    let known = known(&calls);
    let kinds = |object: &str| -> BTreeSet<&str> {
        known.iter().filter(|(name, _)| name.starts_with(object)).map(|(_, (_, kind))| kind.as_str()).collect()
    };
    assert!(kinds("card").is_superset(&BTreeSet::from(["card.replaced", "card.deleted"])), "{what}: {known:?}");
    assert_eq!(kinds("batch"), BTreeSet::from(["batch.ended", "batch.refused", "batch.waiting"]), "{what}");
    for (order, last) in [
        ("1", "payment.disputed"),
        ("2", "payment.refunded"),
        ("3", "payment.failed"),
        ("4", "payment.failed"),
        ("5", "payment.cancelled"),
        ("6", "payment.changed"),
        ("7", "payment.lapsed"),
        ("8", "payment.succeeded"),
    ] {
        let payment = payment(world, "4000", order).await.unwrap();
        let (sequence, kind) = &known[&format!("payment {}", payment.number())];
        assert_eq!(
            (kind.as_str(), *sequence),
            (last, u64::from(payment.version)),
            "{what}: the last state of order {order}"
        );
    }
}

#[tokio::test]
async fn every_end_of_every_flow_is_heard_by_a_server_that_was_down_for_three_days() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, _) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    // down: no connection, no answer, an error, by turns
    let turn = std::sync::atomic::AtomicUsize::new(0);
    hook.answers_by(move |_| {
        let turn = turn.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % 3;
        let mut response = Response::builder().status(503).body(Bytes::new()).unwrap();
        if let Some(no_answer) = [NoAnswer::Lost, NoAnswer::Timeout].get(turn) {
            response.extensions_mut().insert(*no_answer);
        }
        response
    });
    Box::pin(everything_ends(&world)).await;
    world.advance(Duration::from_secs(3 * 86_400)).await.unwrap();
    let asked = hook.calls();
    assert!(!asked.is_empty());
    hook.answers(200);
    world.advance(Duration::from_secs(2 * 86_400)).await.unwrap();
    let deliveries = hook.deliveries(&endpoint).await;
    assert!(deliveries.iter().all(|delivery| !delivery.is_dead_letter()), "{deliveries:?}");
    nothing_is_lost(&world, &hook, &endpoint, "down for three days").await;
}

#[tokio::test]
async fn every_end_of_every_flow_is_heard_though_functions_are_dropped_at_any_call() {
    let mut dropped = 0;
    for seed in 0..6_u64 {
        let world = fresh().await;
        let hook = Hook::at(&world, "shop.example.com");
        let (endpoint, _) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
        world.faults().restart();
        // many a call of those who tell, shifted by the seed, is the last of its run
        for caller in OURS {
            for (operation, every) in
                [("PutItem", 17), ("GetItem", 13), ("Query", 11), ("SendMessage", 5), ("SendMessageBatch", 5)]
            {
                for nth in (seed..200).step_by(every) {
                    let when = When::Nth { caller: Some(caller.to_owned()), operation: operation.to_owned(), nth };
                    let fault = if nth % 2 == 0 { Fault::DropBefore } else { Fault::DropAfter };
                    world.faults().plan(when, fault);
                }
            }
        }
        let planned = world.faults().pending();
        Box::pin(everything_ends(&world)).await;
        world.advance(LATER).await.unwrap();
        dropped += planned - world.faults().pending();
        world.faults().stop();
        world.cloud().queue("NotifyDeadLetters").unwrap().redrive().unwrap(); // as the runbook says
        world.advance(Duration::from_secs(86_400)).await.unwrap();
        nothing_is_lost(&world, &hook, &endpoint, &format!("seed {seed}")).await;
    }
    println!("runs that were dropped: {dropped}");
    assert!(dropped > 30, "{dropped}");
}

#[tokio::test]
async fn an_event_that_lands_among_the_dead_letters_calls_a_person_and_is_heard_after_the_redrive() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, _) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    world.faults().restart();
    world.faults().plan(When::Item { key: "ND#".to_owned() }, Fault::FailBefore);
    pays(&world, "1").await;
    world.advance(LATER).await.unwrap();
    world.faults().stop();
    let dead = world.cloud().queue("NotifyDeadLetters").unwrap();
    assert_eq!((dead.bodies().unwrap().len(), hook.calls().len()), (1, 0));
    let open: Vec<_> = matters(&world, Some("4000"), Which::Open).await;
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!(
        (open[0].kind, open[0].order.as_ref().map(ToString::to_string)),
        (MatterKind::Unprepared, Some("1".to_owned()))
    );
    dead.redrive().unwrap();
    world.settle().await.unwrap();
    assert_eq!(after(&world, &hook, &endpoint, 1).await, None);
    assert_eq!(hook.calls().len(), 1);
}
