//! What changes while notifications are on their way (merchant-notify): endpoints switched, removed, with other keys or keys that don't open, orders that are opened
//! again, workers that meet. Each is heard, or stands where a person sees it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test: what goes wrong is meant to end it"
)]

use std::time::Duration;

use bytes::Bytes;
use domain::{
    attention::MatterKind,
    webhook::{
        Answer, Delivery, DeliveryState, Endpoint, EndpointState, Event, Form, HmacSecret, Kind, Notice, ReplayState,
        Unheard, Why,
    },
    wire::Parameters,
};
use http::Response;
use jiff::SignedDuration;
use local::{
    cloud::{Caller, Fault, When},
    world::World,
};
use outbound::Queue;
use sha2::{Digest as _, Sha256};
use store::Which;
use system_tests::{Card, Hook, ShopRequest, Shopper, cards, fresh, matters, spoil_documents};

const DAY: Duration = Duration::from_secs(86_400);
/// Half an hour and more: a queue has given a message five times by then.
const PARKED: Duration = Duration::from_secs(3_600);
/// So long the servers here take, of the test's own time, so that something can happen while they do.
const TAKES: Duration = Duration::from_secs(1);

async fn pays(world: &World, order: &str) {
    let mut shopper = Shopper::new(world);
    shopper.open(&ShopRequest::new("4000", 1_000, order)).await;
    shopper.pay(&Card::of(cards::VISA)).await;
    assert!(shopper.page().is_hand_over(), "{}", shopper.page().text);
}

async fn shop(world: &World) -> (Hook, Endpoint, HmacSecret) {
    let hook = Hook::at(world, "shop.example.com");
    let (endpoint, secret) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    (hook, endpoint, secret)
}

/// What of an endpoint is parked.
fn parked(world: &World) -> usize {
    world.cloud().queue("NotifyDeadLetters").unwrap().bodies().unwrap().len()
}

async fn open(world: &World) -> Vec<MatterKind> {
    matters(world, Some("4000"), Which::Open).await.into_iter().map(|matter| matter.kind).collect()
}

/// Writes an endpoint in place of what stands, as the console does.
async fn change(hook: &Hook, endpoint: &Endpoint, change: impl FnOnce(&Endpoint) -> Endpoint) -> Endpoint {
    let stands = hook.endpoint(endpoint).await;
    let changed = Endpoint { version: stands.version + 1, ..change(&stands) };
    hook.store().put(&changed).await.unwrap();
    changed
}

fn spoiled(endpoint: &Endpoint) -> Endpoint {
    let mut spoiled = endpoint.clone();
    spoiled.secrets[0].sealed = "not sealed by us".to_owned();
    spoiled
}

#[tokio::test]
async fn an_event_that_can_not_be_signed_is_parked_where_a_person_sees_it_and_told_after_the_redrive() {
    let world = fresh().await;
    let (hook, endpoint, _) = shop(&world).await;
    change(&hook, &endpoint, spoiled).await;
    pays(&world, "1").await;
    world.advance(PARKED).await.unwrap();
    assert_eq!((parked(&world), hook.calls().len(), open(&world).await), (1, 0, vec![MatterKind::Unprepared]));
    change(&hook, &endpoint, |_| endpoint.clone()).await;
    world.cloud().queue("NotifyDeadLetters").unwrap().redrive().unwrap();
    world.settle().await.unwrap();
    assert_eq!((parked(&world), hook.calls().len()), (0, 1));
}

#[tokio::test]
async fn a_try_that_can_not_be_signed_is_parked_where_a_person_sees_it_and_heard_after_the_redrive() {
    let world = fresh().await;
    let (hook, endpoint, _) = shop(&world).await;
    hook.answers(500);
    pays(&world, "1").await;
    world.settle().await.unwrap();
    change(&hook, &endpoint, spoiled).await;
    world.advance(2 * PARKED).await.unwrap();
    assert_eq!((hook.calls().len(), open(&world).await), (1, vec![MatterKind::Unheard]));
    assert!(parked(&world) > 0);
    let waiting = &hook.deliveries(&endpoint).await[0];
    assert!(
        matches!(waiting.state, DeliveryState::Waiting { .. }) && waiting.tries == 1,
        "no try was made: {waiting:?}"
    );
    change(&hook, &endpoint, |stands| Endpoint { secrets: endpoint.secrets.clone(), ..stands.clone() }).await;
    hook.answers(200);
    world.cloud().queue("NotifyDeadLetters").unwrap().redrive().unwrap();
    world.settle().await.unwrap();
    let calls = hook.calls();
    assert_eq!((calls.len(), &calls[0].id, &calls[0].body), (2, &calls[1].id, &calls[1].body));
}

#[tokio::test]
async fn what_was_sent_is_not_sent_without_end_where_nobody_can_be_called() {
    let world = fresh().await;
    let (hook, endpoint, _) = shop(&world).await;
    hook.answers(410);
    world.faults().restart();
    world.faults().plan(When::Item { key: "Q#4000".to_owned() }, Fault::FailBefore);
    pays(&world, "1").await;
    world.advance(2 * PARKED).await.unwrap();
    assert_eq!((hook.calls().len(), parked(&world)), (1, 1), "the queue keeps what called nobody");
    assert!(hook.deliveries(&endpoint).await[0].is_dead_letter());
    world.faults().stop();
    world.cloud().queue("NotifyDeadLetters").unwrap().redrive().unwrap();
    world.settle().await.unwrap();
    assert_eq!((open(&world).await, parked(&world)), (vec![MatterKind::Unheard], 0));
}

#[tokio::test]
async fn a_removed_endpoint_leaves_nothing_to_look_at_and_one_that_is_off_does() {
    for (what, expected) in [("removed", vec![]), ("off", vec![MatterKind::Unheard])] {
        let world = fresh().await;
        let (hook, endpoint, _) = shop(&world).await;
        hook.answers(500);
        pays(&world, "1").await;
        world.settle().await.unwrap();
        let off = EndpointState::Off { at: world.now() };
        match what {
            "removed" => hook.store().delete(&hook.endpoint(&endpoint).await).await.unwrap(),
            _ => drop(change(&hook, &endpoint, |stands| stands.switched(off, world.now())).await),
        }
        world.advance(PARKED).await.unwrap();
        assert_eq!((hook.calls().len(), open(&world).await), (1, expected), "{what}");
        let log = hook.deliveries(&endpoint).await;
        assert!(matches!(log[0].state, DeliveryState::Held { .. }), "{what}: {log:?}");
    }
}

#[tokio::test]
async fn a_result_that_its_form_can_tell_no_more_is_a_dead_letter_with_its_reason() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, _) = hook.register("7000", Form::HandOver, &Kind::CHOICES).await;
    let signed = async |world: &World| {
        let mut shopper = Shopper::new(world);
        shopper.open(&ShopRequest::new("7000", 1_000, "1001").signed(world.now())).await;
        shopper
    };
    signed(&world).await.give_up().await;
    signed(&world).await.pay(&Card::of(cards::VISA)).await;
    world.settle().await.unwrap();
    let results: Vec<_> = hook.calls().iter().map(|call| result(&call.body)).collect();
    assert_eq!(results, ["0"], "only the new visit can be told");
    let log = hook.deliveries(&endpoint).await;
    let untold = log.iter().find(|delivery| delivery.kind == Kind::PaymentFailed).unwrap();
    assert!(matches!(untold.state, DeliveryState::GivenUp { .. }), "{untold:?}");
    assert_eq!(untold.attempts[0].answer, Answer::Unheard(Unheard::OpenedAgain));
    let called = matters(&world, Some("7000"), Which::Open).await;
    assert_eq!(called.iter().map(|matter| matter.kind).collect::<Vec<_>>(), [MatterKind::Unheard]);
}

fn result(body: &str) -> String {
    let parameters = Parameters::parse(body.as_bytes()).unwrap();
    String::from_utf8(parameters.value("result").unwrap().to_vec()).unwrap()
}

/// Does something while the server takes its time over a try.
async fn meanwhile(world: &World, hook: &Hook, does: impl AsyncFnOnce()) {
    hook.takes(TAKES);
    let settled = async { world.settle().await.unwrap() };
    let done = async {
        let asked = async {
            while hook.calls().is_empty() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), asked).await.unwrap(); // it is being asked
        does().await;
    };
    tokio::join!(settled, done);
    hook.takes(Duration::ZERO);
}

#[tokio::test]
async fn an_answer_to_what_was_sent_before_an_endpoint_was_switched_on_again_switches_nothing_off() {
    let world = fresh().await;
    let (hook, endpoint, _) = shop(&world).await;
    hook.answers(410);
    pays(&world, "1").await;
    meanwhile(&world, &hook, async || {
        let later = world.now() + SignedDuration::from_millis(1);
        change(&hook, &endpoint, |stands| stands.switched(EndpointState::Off { at: later }, later)).await;
        change(&hook, &endpoint, |stands| stands.switched(EndpointState::On, later)).await;
    })
    .await;
    assert!(hook.endpoint(&endpoint).await.is_on());
    world.advance(Duration::from_secs(60)).await.unwrap();
    pays(&world, "2").await;
    world.settle().await.unwrap();
    let stands = hook.endpoint(&endpoint).await.state;
    assert!(matches!(stands, EndpointState::Broken { why: Why::Gone, .. }), "the next one counts: {stands:?}");
}

#[tokio::test]
async fn gone_switches_off_beside_a_change_in_the_console_and_both_stand() {
    let world = fresh().await;
    let (hook, endpoint, _) = shop(&world).await;
    hook.answers(410);
    pays(&world, "1").await;
    meanwhile(&world, &hook, async || {
        let fewer = [Kind::PaymentFailed].into_iter().collect();
        change(&hook, &endpoint, |stands| Endpoint { kinds: fewer, ..stands.clone() }).await;
    })
    .await;
    let stands = hook.endpoint(&endpoint).await;
    assert!(matches!(stands.state, EndpointState::Broken { why: Why::Gone, .. }), "{stands:?}");
    assert_eq!(stands.kinds.len(), 1);
}

#[tokio::test]
async fn whoever_lost_its_hold_while_it_sent_writes_nothing_over_who_has_it() {
    let world = fresh().await;
    let (hook, endpoint, _) = shop(&world).await;
    pays(&world, "1").await;
    meanwhile(&world, &hook, async || {
        let held = hook.deliveries(&endpoint).await.remove(0);
        let over = world.now() + SignedDuration::from_secs(60);
        hook.log().put(&held.claim(over).unwrap()).await.unwrap();
    })
    .await;
    let log = hook.deliveries(&endpoint).await;
    assert!(matches!(log[0].state, DeliveryState::Sending { .. }), "the other one has it: {log:?}");
    world.advance(Duration::from_secs(300)).await.unwrap();
    let log = hook.deliveries(&endpoint).await;
    assert!(matches!(log[0].state, DeliveryState::Heard { .. }), "and it was killed: {log:?}");
    let calls = hook.calls();
    assert_eq!((calls.len(), &calls[0].id, &calls[0].body), (2, &calls[1].id, &calls[1].body));
}

#[tokio::test]
async fn what_is_being_sent_is_not_sent_again_by_a_period_and_what_nobody_has_is() {
    let world = fresh().await;
    let (hook, endpoint, _) = shop(&world).await;
    pays(&world, "1").await;
    meanwhile(&world, &hook, async || {
        let sending = hook.deliveries(&endpoint).await.remove(0);
        assert_eq!(sending.replayed(world.now()), None);
    })
    .await;
    world.advance(3 * PARKED).await.unwrap(); // the round over what is due is past the minute
    // a try whose message was deleted: its minute is over, and nobody looks back
    let heard = hook.deliveries(&endpoint).await.remove(0);
    let due = world.now() - SignedDuration::from_hours(2);
    let lost = Delivery { version: heard.version + 1, state: DeliveryState::Waiting { due }, ..heard };
    hook.log().put(&lost).await.unwrap();
    assert_eq!(hook.calls().len(), 1);
    world.advance(PARKED).await.unwrap();
    assert_eq!(hook.calls().len(), 1, "{:?}", hook.deliveries(&endpoint).await);
    let mut owner = system_tests::Clerk::owner(&world).await;
    owner.get(&format!("/console/notifications/{}", endpoint.id)).await;
    let form = owner.form_by_id("act-replay").clone().with("from", "2026-11-19").with("to", "2026-11-22");
    owner.submit(&form.with("which", "unheard").pressed("act", "replay")).await;
    world.settle().await.unwrap();
    assert_eq!(hook.calls().len(), 2, "{}", owner.page().text);
}

#[tokio::test]
async fn two_workers_with_the_same_try_make_one() {
    let world = fresh().await;
    let (hook, endpoint, _) = shop(&world).await;
    hook.answers(500);
    pays(&world, "1").await;
    world.settle().await.unwrap();
    hook.answers(200);
    world.advance(Duration::from_secs(5)).await.unwrap();
    let before = hook.calls().len();
    let delivery = hook.deliveries(&endpoint).await.remove(0);
    let again =
        Delivery { version: delivery.version + 1, state: DeliveryState::Waiting { due: world.now() }, ..delivery };
    hook.log().put(&again).await.unwrap();
    let name = &world.template().functions.iter().find(|f| f.name == "MerchantNotify").unwrap().environment;
    let url = name.iter().find(|(name, _)| *name == "NOTIFY_AGAIN_QUEUE").unwrap().1.clone();
    let queue = Queue::new(&world.cloud().sdk_config(Caller::Operator), url);
    queue.send_all(&vec![Notice::Try(again.key); 10]).await.unwrap();
    world.settle().await.unwrap();
    assert_eq!(hook.calls().len(), before + 1, "ten messages of one try");
}

#[tokio::test]
async fn a_try_after_the_keys_were_changed_is_signed_by_both_and_by_the_new_alone_once_those_before_are_ended() {
    let world = fresh().await;
    let (hook, endpoint, old) = shop(&world).await;
    hook.answers(500);
    pays(&world, "1").await;
    world.settle().await.unwrap();
    let new = hook.change_keys(&endpoint).await;
    world.advance(Duration::from_secs(6)).await.unwrap();
    change(&hook, &endpoint, Endpoint::without_before).await;
    hook.answers(200);
    world.advance(Duration::from_secs(600)).await.unwrap();
    let calls = hook.calls();
    let believed = |call: usize, secret: &HmacSecret| calls[call].is_genuine(std::slice::from_ref(secret), &[]).is_ok();
    let judged: Vec<_> = (0..calls.len()).map(|call| (believed(call, &old), believed(call, &new))).collect();
    assert_eq!(judged, [(true, false), (true, true), (false, true)]);
}

#[tokio::test]
async fn an_endpoints_own_wait_is_a_day_at_most_makes_its_rest_longer_and_is_not_heeded_where_it_can_not_be_read() {
    for (asked, wait_s, rest_s) in
        [("soon", 5, 60), ("", 5, 60), ("-1", 5, 60), ("300", 300, 300), ("9999999999", 86_400, 600)]
    {
        let world = fresh().await;
        let (hook, endpoint, _) = shop(&world).await;
        hook.answers_by(move |_| {
            Response::builder().status(503).header("retry-after", asked).body(Bytes::new()).unwrap()
        });
        pays(&world, "1").await;
        world.settle().await.unwrap();
        let now = world.now();
        let due = hook.deliveries(&endpoint).await[0].due().unwrap().duration_since(now).as_secs();
        assert!((wait_s..=wait_s + 1).contains(&due), "{asked}: {due}");
        let rests = hook.endpoint(&endpoint).await.health.rests_until.unwrap();
        assert_eq!(rests.duration_since(now).as_secs(), rest_s, "{asked}");
    }
}

#[tokio::test]
async fn the_mail_about_an_endpoint_goes_to_the_owners_where_the_shop_has_no_address_for_copies() {
    let world = fresh().await;
    assert_eq!(system_tests::merchant(&world, "4000").await.mail.shop_copy, None);
    let (hook, ..) = shop(&world).await;
    hook.answers(410);
    pays(&world, "1").await;
    world.advance(DAY).await.unwrap();
    let told: Vec<_> =
        world.mailbox().unwrap().into_iter().filter(|mail| mail.subject == "通知先への送信を停止しました").collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].to, [system_tests::OWNER]);
    assert!(told[0].text.as_deref().unwrap().contains("所有者の方にお送りしています"), "{told:?}");
}

#[tokio::test]
async fn an_endpoint_that_can_not_be_read_keeps_no_other_from_hearing_and_calls_a_person() {
    let world = fresh().await;
    let (hook, endpoint, _) = shop(&world).await;
    let other = Hook::at(&world, "other.example.com");
    let (unreadable, _) = other.register("4000", Form::Json, &Kind::CHOICES).await;
    hook.answers(500);
    pays(&world, "1").await;
    world.settle().await.unwrap();
    spoil_documents(&world, |pk, sk| pk == "N#4000" && sk == unreadable.id.as_str()).await;
    hook.answers(200);
    pays(&world, "2").await;
    world.advance(PARKED).await.unwrap();
    let heard: Vec<bool> =
        hook.deliveries(&endpoint).await.iter().map(|d| matches!(d.state, DeliveryState::Heard { .. })).collect();
    assert_eq!((heard, hook.calls().len()), (vec![true, true], 3), "the first at its second try");
    assert_eq!(other.calls().len(), 1, "before it was spoiled");
    assert_eq!((parked(&world), open(&world).await), (1, vec![MatterKind::Unprepared]));
    let mut owner = system_tests::Clerk::owner(&world).await;
    owner.get("/console/notifications").await;
    assert_eq!(owner.page().status, http::StatusCode::OK);
    assert!(owner.page().text.contains("shop.example.com"), "{}", owner.page().text);
}

#[tokio::test]
async fn a_delivery_that_can_not_be_read_is_left_out_of_the_log_and_of_a_period() {
    let world = fresh().await;
    let (hook, endpoint, _) = shop(&world).await;
    for n in 0..130_u64 {
        let at = world.now() - SignedDuration::from_hours(30) + SignedDuration::from_secs(i64::try_from(n).unwrap());
        let event = Event::test(endpoint.merchant.clone(), n, 1, at);
        let heard = DeliveryState::Heard { at };
        let delivery = Delivery::begin(&event, &endpoint.id, Form::Json, "{}".to_owned(), heard);
        hook.log().put(&delivery).await.unwrap();
        if matches!(n, 0 | 29 | 30 | 129) {
            let sk = format!("{:013}#{}", at.as_millisecond(), event.id);
            let shard = Sha256::digest(event.id.as_str().as_bytes())[0] % 4;
            spoil_documents(&world, |at, key| at == format!("ND#4000#{}#{shard}", endpoint.id) && key == sk).await;
        }
    }
    let mut owner = system_tests::Clerk::owner(&world).await;
    owner.get(&format!("/console/notifications/{}", endpoint.id)).await;
    assert_eq!(owner.page().status, http::StatusCode::OK, "the log is shown");
    let form = owner.form_by_id("act-replay").clone().with("from", "2026-11-19").with("to", "2026-11-22");
    owner.submit(&form.with("which", "all").pressed("act", "replay")).await;
    world.settle().await.unwrap();
    let replay = hook.replay(&endpoint).await.unwrap();
    assert!(matches!(replay.state, ReplayState::Done { .. }), "{replay:?}");
    assert_eq!((replay.looked, replay.sent, hook.calls().len()), (126, 126, 126));
}

/// One answer of the table ends after a megabyte.
#[tokio::test]
async fn the_log_of_long_notifications_has_no_gaps() {
    let world = fresh().await;
    let (hook, endpoint, _) = shop(&world).await;
    let body = format!("{{\"x\":\"{}\"}}", "x".repeat(36_000));
    for n in 0..180_u64 {
        let at = world.now() - SignedDuration::from_secs(i64::try_from(n).unwrap());
        let event = Event::test(endpoint.merchant.clone(), n, 1, at);
        let heard = DeliveryState::Heard { at };
        hook.log().put(&Delivery::begin(&event, &endpoint.id, Form::Json, body.clone(), heard)).await.unwrap();
    }
    let found = hook.deliveries(&endpoint).await;
    assert_eq!(found.len(), 180);
    assert!(found.is_sorted_by(|one, next| one.key.at > next.key.at), "newest first");
}

#[tokio::test]
async fn a_part_of_what_is_due_that_does_not_answer_holds_up_no_other_part() {
    let world = fresh().await;
    let (hook, endpoint, _) = shop(&world).await;
    world.advance(Duration::from_secs(120)).await.unwrap(); // the rounds have begun
    let mut shards = std::collections::BTreeSet::new();
    for n in 0..40_u64 {
        let event = Event::test(endpoint.merchant.clone(), n, 1, world.now());
        shards.insert(Sha256::digest(event.id.as_str().as_bytes())[0] % 4);
        let due = DeliveryState::Waiting { due: world.now() };
        hook.log().put(&Delivery::begin(&event, &endpoint.id, Form::Json, "{}".to_owned(), due)).await.unwrap();
    }
    assert_eq!(shards.len(), 4);
    world.faults().restart();
    // A part of the minute that is looked at again, and one of the next minute, each as often as the SDK tries.
    for nth in [0, 1, 2, 6, 7, 8] {
        let when = When::Nth { caller: Some("NotifyDue".to_owned()), operation: "Query".to_owned(), nth };
        world.faults().plan(when, Fault::FailBefore);
    }
    while hook.calls().is_empty() {
        world.advance(Duration::from_secs(10)).await.unwrap();
    }
    let at_first = hook.calls().len();
    world.faults().stop();
    assert!(at_first < 40, "{at_first} of those in other parts");
    world.advance(Duration::from_secs(120)).await.unwrap();
    let ids: std::collections::BTreeSet<String> = hook.calls().into_iter().map(|call| call.id).collect();
    assert_eq!((ids.len(), hook.calls().len()), (40, 40), "each once, those of the part that did not answer, too");
}
