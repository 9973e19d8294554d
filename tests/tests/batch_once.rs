//! A batch charges each row exactly once, whatever comes twice, at once or in the wrong order; and what can't go on waits where a person sees it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::type_complexity,
    clippy::large_futures,
    clippy::wildcard_enum_match_arm,
    reason = "a test: what goes wrong is meant to end it"
)]

use bytes::Bytes;
use domain::batch::{BatchState, ChunkState, Refused};
use http::{Request, Response};
use local::cloud::{Fault, When};
use local::world::{Delivery, World};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use system_tests::{BatchDesk, Card, ShopRequest, Shopper, approvals, cards, fresh, payment};

async fn desk(world: &World) -> BatchDesk {
    let desk = BatchDesk::of(world, "4000");
    desk.keep("alice", cards::VISA).await;
    desk.keep("bob", cards::MASTERCARD).await;
    desk.keep("carol", cards::DECLINED).await;
    desk
}

/// So many rows, all of one buyer, from this order on.
fn rows(from: u32, count: u32, user: &str) -> Vec<u8> {
    let orders: Vec<String> = (from..from + count).map(|order| order.to_string()).collect();
    BatchDesk::file(&orders.iter().map(|order| (order.as_str(), 100, user)).collect::<Vec<_>>())
}

/// The messages that wait in a queue.
fn waiting(world: &World, queue: &str) -> Vec<String> {
    world.cloud().queue(queue).unwrap().bodies().unwrap()
}

#[tokio::test]
async fn events_and_messages_that_come_twice_charge_once() {
    let world = fresh().await;
    let desk = desk(&world).await;
    world.deliver_twice(Delivery::Twice);
    world.cloud().notify_times(2);
    let batch = desk.charge("twice", rows(1, 130, "alice")).await;
    assert_eq!(desk.all().await.len(), 1, "one version is one batch");
    assert_eq!(BatchDesk::counts(&batch).approved, 130);
    assert_eq!(approvals(&world).await, 130);
    assert_eq!(desk.results(&batch).await.len(), 130);
}

#[tokio::test]
async fn the_same_bytes_are_taken_once_and_run_again_only_what_is_not_paid() {
    let world = fresh().await;
    let desk = desk(&world).await;
    let file = BatchDesk::file(&[("1", 100, "alice"), ("2", 100, "carol"), ("3", 100, "nobody")]);
    let first = desk.charge("one", file.clone()).await;
    let second = desk.charge("two", file.clone()).await;
    let BatchState::Refused { why: Refused::SameFile { earlier }, .. } = &second.state else {
        panic!("{:?}", second.state)
    };
    assert_eq!(*earlier, first.id);
    let other = desk.charge("three", [file.as_slice(), b"\r\n"].concat()).await;
    assert_eq!(desk.results(&other).await[..3], ["error", "error", "error"], "orders are taken, whatever the bytes");
    assert_eq!(approvals(&world).await, 1);

    // carol has another card now, and nobody has one at last
    let card = desk.card(domain::CardOwner::Buyer("carol".to_owned()), cards::JCB).await;
    system_tests::smuggle_card(&world, &domain::KeptCard { version: 2, ..card }).await;
    desk.keep("nobody", cards::AMEX).await;
    let again = desk.again(&second).await;
    desk.confirm(&again).await;
    desk.run().await;
    let again = desk.load(&again.id).await;
    let codes: Vec<_> = desk.answers(&again).await.into_iter().map(|[result, _, code]| (result, code)).collect();
    let answer = |result: &str, code: &str| (result.to_owned(), code.to_owned());
    assert_eq!(codes, [answer("error", "already_paid"), answer("approved", ""), answer("approved", "")]);
    assert_eq!(approvals(&world).await, 3);
    let reopened = payment(&world, "4000", "2").await.unwrap();
    assert_eq!((reopened.generation, reopened.last_n), (1, 2));
}

#[tokio::test]
async fn a_card_that_was_refused_for_good_is_not_tried_by_running_the_file_again() {
    let world = fresh().await;
    let desk = desk(&world).await;
    desk.keep("dave", cards::LOST).await;
    desk.keep("erin", cards::NO_FUNDS).await;
    let file = BatchDesk::file(&[("1", 100, "dave"), ("2", 100, "erin")]);
    desk.charge("one", file.clone()).await;
    let again = desk.again(&desk.charge("two", file).await).await;
    desk.confirm(&again).await;
    desk.run().await;
    let answers = desk.answers(&desk.load(&again.id).await).await;
    assert_eq!(answers.iter().map(|[result, ..]| result.as_str()).collect::<Vec<_>>(), ["declined", "declined"]);
    let tries = async |order: &str| payment(&world, "4000", order).await.unwrap().last_n;
    assert_eq!(
        (tries("1").await, tries("2").await),
        (1, 2),
        "a lost card was asked about once, an empty account twice"
    );

    // the buyer has another card now
    let card = desk.card(domain::CardOwner::Buyer("dave".to_owned()), cards::JCB).await;
    system_tests::smuggle_card(&world, &domain::KeptCard { version: 2, ..card }).await;
    let third =
        desk.charge("three", BatchDesk::file(&[("1", 100, "dave"), ("2", 100, "erin"), ("3", 100, "dave")])).await;
    assert_eq!(desk.results(&third).await, ["error", "error", "approved"], "another file is not the same file again");
}

#[tokio::test]
async fn what_is_known_later_leaves_an_earlier_batchs_decline_counted() {
    let world = fresh().await;
    let desk = desk(&world).await;
    desk.keep("dave", cards::LOST).await;
    let first = desk.charge("one", BatchDesk::file(&[("1", 100, "dave"), ("2", 100_901, "frank")])).await;
    desk.keep("frank", cards::VISA).await;
    let again = desk.again(&first).await;
    desk.confirm(&again).await;
    world.settle().await.unwrap();
    world.advance(Duration::from_secs(6)).await.unwrap();
    let counted = |batch: &domain::batch::Batch| {
        let counts = BatchDesk::counts(batch);
        (counts.approved, counts.declined, counts.unknown, counts.errors)
    };
    assert_eq!(counted(&desk.load(&again.id).await), (0, 1, 1, 0));
    world.advance(Duration::from_secs(3_600)).await.unwrap();
    let over = desk.load(&again.id).await;
    assert_eq!(counted(&over), (1, 1, 0, 0));
    assert_eq!(desk.results(&over).await, ["declined", "approved"]);
}

#[tokio::test]
async fn an_order_is_charged_once_in_two_files_at_once_and_beside_the_page() {
    let world = fresh().await;
    let desk = desk(&world).await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 100, "7")).await;
    shopper.pay(&Card::of(cards::VISA)).await;
    assert!(shopper.page().is_hand_over());
    desk.put("left", BatchDesk::file(&[("5", 100, "alice"), ("6", 100, "alice"), ("7", 100, "alice")])).await;
    desk.put("right", BatchDesk::file(&[("6", 100, "bob"), ("5", 100, "bob"), ("8", 100, "bob")])).await;
    desk.run().await;
    let mut results = Vec::new();
    for batch in desk.all().await {
        results.extend(desk.answers(&batch).await);
    }
    let count = |wanted: &str| results.iter().filter(|[result, _, _]| result == wanted).count();
    assert_eq!((count("approved"), count("error")), (3, 3), "{results:?}");
    assert!(results.iter().all(|[result, _, code]| result == "approved" || code == "order_used"), "{results:?}");
    assert_eq!(approvals(&world).await, 4, "three by rows, one on the page");

    let mut late = Shopper::new(&world);
    late.open(&ShopRequest::new("4000", 100, "8")).await;
    assert_eq!(late.page().status, 409, "what a row paid is not paid on the page");
}

#[tokio::test]
async fn messages_in_any_order_and_three_times_change_nothing() {
    let world = fresh().await;
    let desk = desk(&world).await;
    world.faults().restart();
    let batch = desk.charge("order", rows(1, 250, "alice")).await;
    let result = desk.result(&batch).await.unwrap();
    let orders: Vec<String> =
        desk.chunks(&batch).await.iter().map(|chunk| serde_json::to_string(&batch.order_of(chunk)).unwrap()).collect();
    assert_eq!(orders.len(), 3);
    for place in [2, 0, 1, 1, 2, 0, 0, 2, 1] {
        desk.tell("ChunkQueue", &orders[place]);
        desk.tell("ReportQueue", &serde_json::to_string(&batch.order()).unwrap());
        desk.tell("IntakeQueue", &serde_json::to_string(&batch.order()).unwrap());
    }
    desk.run().await;
    assert_eq!(approvals(&world).await, 250);
    assert_eq!(desk.load(&batch.id).await, batch);
    assert_eq!(desk.result(&batch).await.unwrap(), result);

    // and while it runs: looks from before it began, and every message twice
    let file = rows(1_001, 250, "bob");
    system_tests::change_merchant(&world, "4000", |merchant| merchant.batch.at_once_rows = 0).await;
    let waits = desk.charge("before", file).await;
    for _ in 0..3 {
        desk.tell("ReportQueue", &serde_json::to_string(&waits.order()).unwrap());
    }
    desk.confirm(&waits).await;
    world.deliver_twice(Delivery::Twice);
    desk.run().await;
    assert_eq!(BatchDesk::counts(&desk.load(&waits.id).await).approved, 250);
    assert_eq!(approvals(&world).await, 500);
}

#[tokio::test]
async fn a_poisoned_message_fails_alone_waits_as_a_dead_letter_and_goes_on_when_redriven() {
    let world = fresh().await;
    let desk = desk(&world).await;
    desk.tell("ChunkQueue", r#"{"merchant":"4000","batch":"no batch","chunk":0}"#);
    // the first chunk's bytes can't be read at first
    desk.put("well", rows(1, 900, "alice")).await;
    world.faults().restart();
    for nth in 0..3 {
        let when = When::Nth { caller: Some("BatchCharge".to_owned()), operation: "GetObject".to_owned(), nth };
        world.faults().plan(when, Fault::FailBefore);
    }
    desk.run().await;
    let batch = desk.newest().await;
    assert_eq!(BatchDesk::counts(&batch).approved, 900, "a chunk that failed once is given again by batch-report");
    assert_eq!(approvals(&world).await, 900);
    desk.wait_for_retries().await;
    desk.wait_for_retries().await;
    let parked = waiting(&world, "ChunkDeadLetters");
    assert_eq!(parked.len(), 1, "{parked:?}");
    assert!(parked[0].contains("no batch"), "{parked:?}");

    world.faults().restart();
    desk.put("ill", rows(2_001, 100, "bob")).await;
    for nth in 0..300 {
        let when = When::Nth { caller: Some("BatchCharge".to_owned()), operation: "PutObject".to_owned(), nth };
        world.faults().plan(when, Fault::FailBefore);
    }
    for _ in 0..3 {
        desk.wait_for_retries().await;
    }
    let parked = waiting(&world, "ChunkDeadLetters");
    assert!(parked.len() >= 2, "{parked:?}");
    assert_eq!(approvals(&world).await, 1_000, "its rows are charged, and not answered");
    world.faults().stop();
    let moved = world.cloud().queue("ChunkDeadLetters").unwrap().redrive().unwrap();
    assert!(moved >= 2);
    desk.run().await;
    let batch = desk.newest().await;
    assert_eq!(BatchDesk::counts(&batch).approved, 100);
    assert_eq!(approvals(&world).await, 1_000);
}

#[tokio::test]
async fn a_stopped_batch_starts_no_further_row_and_answers_all() {
    let world = fresh().await;
    let desk = Arc::new(desk(&world).await);
    desk.put("stopped", rows(1, 300, "alice")).await;
    // at the 40th call somebody presses the button, and two seconds pass
    let calls = Arc::new(AtomicUsize::new(0));
    stop_at(&world, &desk, &calls, 40);
    world.faults().restart();
    let result = When::Nth { caller: Some("BatchCharge".to_owned()), operation: "UpdateItem".to_owned(), nth: 40 };
    world.faults().plan(result, Fault::Slow(Duration::from_secs(2)));
    desk.run().await;
    let batch = desk.newest().await;
    let BatchState::Cancelled { counts, ran: true, .. } = batch.state else { panic!("{:?}", batch.state) };
    let charged = approvals(&world).await;
    assert!((40..=48).contains(&charged), "{charged}: those that ran came to their end");
    assert_eq!((counts.approved as usize, counts.not_run as usize), (charged, 300 - charged));
    assert_eq!(counts.done, 300);
    let results = desk.results(&batch).await;
    assert_eq!(results.len(), 300);
    assert_eq!(results.iter().filter(|result| *result == "not_run").count(), 300 - charged);
    assert!(desk.chunks(&batch).await.iter().all(|chunk| chunk.state == ChunkState::Done));
    // a message that comes late finds it over
    let order = serde_json::to_string(&batch.order_of(&desk.chunks(&batch).await[2])).unwrap();
    desk.tell("ChunkQueue", &order);
    desk.run().await;
    assert_eq!(approvals(&world).await, charged);
}

/// The acquirer, in front of whom somebody stops the newest batch at the n-th authorization.
fn stop_at(world: &World, desk: &Arc<BatchDesk>, calls: &Arc<AtomicUsize>, n: usize) {
    let (there, desk, calls) = (world.clone(), Arc::clone(desk), Arc::clone(calls));
    let handler = move |request: Request<Bytes>| {
        let (there, desk, calls) = (there.clone(), Arc::clone(&desk), Arc::clone(&calls));
        async move {
            if request.uri().path().ends_with("/authorize") && calls.fetch_add(1, Ordering::SeqCst) + 1 == n {
                desk.stop(&desk.newest().await).await;
            }
            let answer: Response<Bytes> = there.http(request).await;
            answer
        }
    };
    world.cloud().register_host("localhost", Arc::new(handler));
}

#[tokio::test]
async fn a_worker_that_is_dropped_in_the_middle_charges_nothing_twice() {
    let world = fresh().await;
    let desk = desk(&world).await;
    for (round, nth) in [(0_u32, 10_u64), (1, 33), (2, 60)] {
        world.faults().restart();
        let when = When::Nth { caller: Some("BatchCharge".to_owned()), operation: "UpdateItem".to_owned(), nth };
        world.faults().plan(when, if round == 1 { Fault::DropAfter } else { Fault::DropBefore });
        desk.put(&format!("round-{round}"), rows(1 + round * 1_000, 120, "alice")).await;
        desk.wait_for_retries().await;
        assert_eq!(world.faults().pending(), 0);
        let batch = desk.newest().await;
        let counts = BatchDesk::counts(&batch);
        assert_eq!((counts.done, counts.approved, counts.unknown), (120, 120, 0), "round {round}");
        assert_eq!(approvals(&world).await, 120 * (round as usize + 1), "round {round}");
        assert_eq!(desk.results(&batch).await.len(), 120);
    }
}
