//! Notifications (merchant-notify, notify-due, notification-keys): heard once the payment stands, signed, told again, and never at another's expense.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "a test: what goes wrong is meant to end it"
)]

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use bytes::Bytes;
use domain::{
    Clock, MerchantId,
    acquirer::DeclineCode,
    recurring::{
        offer::Times,
        plan::{By, Plan},
    },
    signing::{SigSecret, sign_handover, verify_handover},
    webhook::{DeliveryState, EndpointState, Event, Form, HmacSecret, Kind, Notice, Why},
    wire::Parameters,
};
use http::Response;
use inbound::Config;
use jiff::Timestamp;
use lambda_runtime::{Context, LambdaEvent};
use local::{cloud::Caller, world::World};
use outbound::Queue;
use serde_json::{Value, json};
use store::Which;
use system_tests::{
    Call, Card, Clerk, Hook, RegularDesk, ShopRequest, Shopper, cards, change_merchant, fresh, japan, matters,
};

const DAY: Duration = Duration::from_secs(86_400);

async fn pays(world: &World, order: &str) {
    let mut shopper = Shopper::new(world);
    shopper.open(&ShopRequest::new("4000", 1_000, order)).await;
    shopper.pay(&Card::of(cards::VISA)).await;
    assert!(shopper.page().is_hand_over(), "{}", shopper.page().text);
}

#[tokio::test]
async fn a_paid_order_is_told_signed_under_both_keys() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, secret) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    pays(&world, "1001").await;
    world.settle().await.unwrap();
    let calls = hook.calls();
    let [call] = calls.as_slice() else { panic!("told once: {calls:?}") };
    assert_eq!(call.is_genuine(std::slice::from_ref(&secret), &[]), Ok(()));
    let keys = hook.public_keys("4000", &endpoint.id).await;
    assert_eq!(call.is_genuine(&[], &keys), Ok(()));
    let stranger = HmacSecret::from_bytes([9; 32]);
    assert!(call.is_genuine(&[stranger], &[]).is_err());
    let body = call.json();
    for (place, value) in [
        ("/type", json!("payment.succeeded")),
        ("/merchant", json!("4000")),
        ("/mode", json!("test")),
        ("/endpoint", json!(endpoint.id)),
        ("/id", json!(call.id)),
        ("/sequence", json!(2)),
        ("/data/order", json!("1001")),
        ("/data/status", json!("captured")),
        ("/data/amount", json!(1_000)),
        ("/data/captured", json!(1_000)),
        ("/data/currency", json!("JPY")),
        ("/data/buyer/mail", json!("shopper@example.com")),
    ] {
        assert_eq!(body.pointer(place), Some(&value), "{place}: {body}");
    }
    assert_eq!(call.content_type, "application/json");
    for of_the_card in ["4242", "TARO"] {
        assert!(!call.body.contains(of_the_card), "{}", call.body);
    }
    let deliveries = hook.deliveries(&endpoint).await;
    assert!(matches!(deliveries[0].state, DeliveryState::Heard { .. }) && deliveries.len() == 1);
}

#[tokio::test]
async fn another_merchants_server_and_one_that_chose_otherwise_hear_nothing() {
    let world = fresh().await;
    let (other, picky) = (Hook::at(&world, "other.example.com"), Hook::at(&world, "picky.example.com"));
    other.register("2400", Form::Json, &Kind::CHOICES).await;
    picky.register("4000", Form::Json, &[Kind::PaymentRefunded]).await;
    pays(&world, "1").await;
    world.advance(DAY).await.unwrap();
    assert!(other.calls().is_empty() && picky.calls().is_empty());
}

#[tokio::test]
async fn a_server_that_is_down_for_three_days_hears_it_with_the_same_id_and_body() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, secret) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    hook.answers(500);
    pays(&world, "1").await;
    world.advance(3 * DAY).await.unwrap();
    hook.answers(200);
    world.advance(DAY).await.unwrap();
    let calls = hook.calls();
    let ids: BTreeSet<_> = calls.iter().map(|call| (call.id.clone(), call.body.clone())).collect();
    assert_eq!((calls.len(), ids.len()), (10, 1), "ten tries of one");
    for call in &calls {
        assert_eq!(call.is_genuine(std::slice::from_ref(&secret), &[]), Ok(()), "each try has its own time");
    }
    let waits: Vec<i64> = calls.windows(2).map(|pair| pair[1].at_s - pair[0].at_s).collect();
    for (wait, step) in waits.iter().zip([5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]) {
        assert!((step..=step * 11 / 10 + 120).contains(wait), "{waits:?}");
    }
    let delivery = &hook.deliveries(&endpoint).await[0];
    assert!(matches!(delivery.state, DeliveryState::Heard { .. }), "{delivery:?}");
    assert_eq!(hook.endpoint(&endpoint).await.health, domain::webhook::Health::default());
}

#[tokio::test]
async fn nothing_heard_for_half_a_day_and_for_three_is_told_by_mail_and_the_dead_letter_stays() {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| merchant.mail.shop_copy = Some("owner@example.com".to_owned())).await;
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, _) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    hook.answers(500);
    pays(&world, "1").await;
    world.advance(5 * DAY).await.unwrap();
    assert_eq!(hook.calls().len(), 10);
    let subjects: Vec<String> = world
        .mailbox()
        .unwrap()
        .into_iter()
        .filter(|mail| mail.to == ["owner@example.com"])
        .map(|mail| mail.subject)
        .collect();
    let told = |text: &str| subjects.iter().filter(|subject| subject.contains(text)).count();
    assert_eq!((told("通知を受け取れていません"), told("通知先への送信を停止しました")), (1, 1), "{subjects:?}");
    assert!(matches!(hook.endpoint(&endpoint).await.state, EndpointState::Broken { why: Why::Deaf, .. }));
    pays(&world, "2").await;
    world.advance(DAY).await.unwrap();
    assert_eq!(hook.calls().len(), 10, "nothing more is sent");
    let deliveries = hook.deliveries(&endpoint).await;
    let states: Vec<_> = deliveries.iter().map(|delivery| delivery.is_dead_letter()).collect();
    assert_eq!(states, [true, true], "given up, and held: {deliveries:?}");
}

#[tokio::test]
async fn gone_switches_the_endpoint_off_at_once() {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| merchant.mail.shop_copy = Some("owner@example.com".to_owned())).await;
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, _) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    hook.answers(410);
    pays(&world, "1").await;
    world.settle().await.unwrap();
    assert!(matches!(hook.endpoint(&endpoint).await.state, EndpointState::Broken { why: Why::Gone, .. }));
    world.advance(Duration::from_secs(60)).await.unwrap();
    pays(&world, "2").await;
    world.advance(DAY).await.unwrap();
    assert_eq!(hook.calls().len(), 1);
    let deliveries = hook.deliveries(&endpoint).await;
    assert!(deliveries.iter().all(|delivery| matches!(delivery.state, DeliveryState::Held { .. })), "{deliveries:?}");
    let mails = world.mailbox().unwrap();
    assert_eq!(mails.iter().filter(|mail| mail.subject == "通知先への送信を停止しました").count(), 1);
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_an_endpoints_own_wait_is_kept() {
    let world = fresh().await;
    let (hook, elsewhere) = (Hook::at(&world, "shop.example.com"), Hook::at(&world, "elsewhere.example.com"));
    let (endpoint, _) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    hook.answers_by(|_| {
        Response::builder()
            .status(307)
            .header("location", "https://elsewhere.example.com/hook")
            .body(Bytes::new())
            .unwrap()
    });
    pays(&world, "1").await;
    world.settle().await.unwrap();
    hook.answers_by(|_| Response::builder().status(503).header("retry-after", "7200").body(Bytes::new()).unwrap());
    world.advance(Duration::from_secs(60)).await.unwrap();
    hook.answers(200);
    world.advance(Duration::from_secs(7_000)).await.unwrap();
    assert_eq!(hook.calls().len(), 2, "it asked for two hours");
    world.advance(Duration::from_secs(600)).await.unwrap();
    assert_eq!((hook.calls().len(), elsewhere.calls().len()), (3, 0));
    assert!(matches!(hook.deliveries(&endpoint).await[0].state, DeliveryState::Heard { .. }));
}

#[tokio::test]
async fn of_a_long_answer_the_beginning_is_in_the_log() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, _) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    let page = Bytes::from(format!("<h1>Out of paper</h1>{}", " ".repeat(200_000)));
    hook.answers_by(move |_| Response::builder().status(500).body(page.clone()).unwrap());
    pays(&world, "1").await;
    world.settle().await.unwrap();
    let attempts = &hook.deliveries(&endpoint).await[0].attempts;
    assert!(attempts[0].said.starts_with("<h1>Out of paper</h1>"), "{attempts:?}");
    assert_eq!(attempts[0].said.len(), 300);
}

#[tokio::test]
async fn a_silent_server_rests_and_one_try_finds_out_that_it_is_back() {
    let world = fresh().await;
    let (silent, quick) = (Hook::at(&world, "silent.example.com"), Hook::at(&world, "quick.example.com"));
    let (endpoint, _) = silent.register("4000", Form::Json, &Kind::CHOICES).await;
    quick.register("4000", Form::Json, &Kind::CHOICES).await;
    silent.is_silent();
    pays(&world, "0").await;
    world.settle().await.unwrap();
    world.advance(Duration::from_secs(6)).await.unwrap();
    let asked = silent.calls().len();
    for order in 1..=20 {
        pays(&world, &order.to_string()).await;
    }
    world.settle().await.unwrap();
    assert_eq!(quick.calls().len(), 21, "who answers hears at once");
    assert_eq!(silent.calls().len(), asked, "who does not is left alone for a while");
    world.advance(Duration::from_secs(3_600)).await.unwrap();
    assert!(silent.calls().len() < asked + 25, "in an hour: {}", silent.calls().len());
    silent.answers(200);
    world.advance(DAY).await.unwrap();
    let heard = silent.deliveries(&endpoint).await;
    let all = heard.iter().filter(|delivery| matches!(delivery.state, DeliveryState::Heard { .. })).count();
    assert_eq!(all, 21, "and hears all when it is back: {heard:?}");
}

#[tokio::test]
async fn a_hand_overs_form_goes_by_post_with_its_signature() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    hook.register("7000", Form::HandOver, &Kind::CHOICES).await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("7000", 1_000, "1001").signed(world.now())).await;
    shopper.pay(&Card::of(cards::VISA)).await;
    assert!(shopper.page().is_hand_over(), "{}", shopper.page().text);
    world.settle().await.unwrap();
    let calls = hook.calls();
    let [call] = calls.as_slice() else { panic!("told once: {calls:?}") };
    assert_eq!(call.content_type, "application/x-www-form-urlencoded");
    let parameters = Parameters::parse(call.body.as_bytes()).unwrap();
    for (name, value) in [("admin", "7000"), ("amount", "1000"), ("charge", "1001"), ("result", "0")] {
        assert_eq!(parameters.value(name), Some(value.as_bytes()), "{name}: {}", call.body);
    }
    let secret = SigSecret::from_hex(local::world::SIG_SECRET_HEX).unwrap();
    assert_eq!(verify_handover(&[secret], "https://shop.example.com/hook?shop=1", &parameters, call.now), Ok(()));
}

#[tokio::test]
async fn keys_of_no_endpoint_are_not_there() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, _) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    for path in [
        format!("/.well-known/kessai-notifications/2400/{}", endpoint.id),
        "/.well-known/kessai-notifications/4000/we_00000000000000000000000000".to_owned(),
        "/.well-known/kessai-notifications/4000/x".to_owned(),
    ] {
        let response = world.http(http::Request::get(&path).body(Bytes::new()).unwrap()).await;
        assert_eq!(response.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn the_demo_shops_server_hears_at_its_own_address_and_shows_what_it_heard() {
    let world = fresh().await;
    let mut owner = Clerk::owner(&world).await;
    owner.get("/console/notifications").await;
    let code = owner.code().await;
    let address = format!("{}/shop/notify", world.options().shop_origin);
    let form = owner.form("/console/notifications").clone().with("address", &address).with("totp", &code);
    owner.submit(&form).await;
    pays(&world, "1001").await;
    world.settle().await.unwrap();
    let request = http::Request::get("/shop/notifications?lang=en").body(Bytes::new()).unwrap();
    let page = local::site::answer(&world, request).await;
    let page = String::from_utf8(page.body().to_vec()).unwrap();
    assert!(page.contains("payment.succeeded") && page.contains("1001"), "{page}");
    let forged = http::Request::post("/shop/notify").header("webhook-id", "x").body(Bytes::from_static(b"{}")).unwrap();
    assert_eq!(local::site::answer(&world, forged).await.status(), 401);
}

#[tokio::test]
async fn an_endpoint_that_was_just_made_or_switched_on_hears_the_very_next_event() {
    let world = fresh().await;
    pays(&world, "1").await;
    world.settle().await.unwrap();
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, _) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    pays(&world, "2").await;
    world.settle().await.unwrap();
    assert_eq!(hook.calls().len(), 1, "made in the same second");
    hook.answers(410);
    pays(&world, "3").await;
    world.settle().await.unwrap();
    let broken = hook.endpoint(&endpoint).await;
    assert!(!broken.is_on());
    hook.answers(200);
    hook.store().put(&broken.switched(EndpointState::On, world.now())).await.unwrap();
    pays(&world, "4").await;
    world.settle().await.unwrap();
    assert_eq!(hook.calls().len(), 3, "switched on in the same second");
    let heard = hook.deliveries(&endpoint).await;
    assert_eq!(heard.iter().filter(|delivery| delivery.is_dead_letter()).count(), 1, "the one that 410 answered");
}

#[tokio::test]
async fn one_change_of_an_endpoint_is_one_mail_and_one_matter_however_many_tries_see_it() {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| merchant.mail.shop_copy = Some("owner@example.com".to_owned())).await;
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, _) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    hook.answers(410);
    let happened: Vec<Notice> = (0..10).map(|n| tested(&world, "4000", n)).collect();
    first_queue(&world).send_all(&happened).await.unwrap();
    world.settle().await.unwrap();
    assert_eq!(hook.calls().len(), 10, "all were on their way at once");
    assert!(matches!(hook.endpoint(&endpoint).await.state, EndpointState::Broken { why: Why::Gone, .. }));
    let mails = world.mailbox().unwrap();
    assert_eq!(mails.iter().filter(|mail| mail.subject == "通知先への送信を停止しました").count(), 1);
    assert_eq!(matters(&world, Some("4000"), Which::Open).await.len(), 1);
}

/// Something that happened to a merchant.
fn tested(world: &World, merchant: &str, number: u64) -> Notice {
    Notice::Event(Event::test(MerchantId::new(merchant).unwrap(), number, 1, world.now()))
}

fn environment(world: &World, function: &str) -> HashMap<String, String> {
    let function = world.template().functions.iter().find(|known| known.name == function).unwrap();
    HashMap::from_iter(function.environment.clone())
}

fn queue_at(world: &World, url: &str) -> Queue {
    Queue::new(&world.cloud().sdk_config(Caller::Operator), url)
}

/// Where what happened waits.
fn first_queue(world: &World) -> Queue {
    queue_at(world, &environment(world, "OutboxRelay")["NOTIFY_QUEUE"])
}

/// Where further tries wait.
fn second_queue(world: &World) -> Queue {
    queue_at(world, &environment(world, "MerchantNotify")["NOTIFY_AGAIN_QUEUE"])
}

/// One of Lambda's pollers of a queue, with an environment of the function of its own.
async fn poll(world: &World, queue: &str) {
    let config = Config::new(environment(world, "MerchantNotify"), world.cloud().sdk_config(Caller::Operator));
    let there = world.clone();
    let deps = merchant_notify::Deps::new(&config, Clock::new(move || there.now())).await.unwrap();
    let queue = world.cloud().queue(queue).unwrap();
    loop {
        let messages = queue.receive(10).unwrap();
        if messages.is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        }
        let records: Vec<_> = messages.iter().map(|message| message.event(&queue)).collect();
        let event = serde_json::from_value(json!({ "Records": records })).unwrap();
        let answer = merchant_notify::handler(&deps, LambdaEvent::new(event, Context::default())).await.unwrap();
        assert!(answer.batch_item_failures.is_empty(), "{answer:?}");
        for message in &messages {
            queue.delete(&message.receipt).unwrap();
        }
    }
}

/// Polls both queues, each by two, until this many calls came to the quick one; answers how long the last one took.
async fn polled(world: &World, quick: &Hook, calls: usize) -> Duration {
    let began = Instant::now();
    let heard = async {
        while quick.calls().len() < calls {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        () = heard => {}
        ((), (), (), ()) = async { tokio::join!(
            poll(world, "NotifyQueue"), poll(world, "NotifyQueue"), poll(world, "NotifyAgainQueue"), poll(world, "NotifyAgainQueue")
        ) } => unreachable!("they poll for ever"),
        () = tokio::time::sleep(Duration::from_secs(120)) => panic!("{} of {calls} heard", quick.calls().len()),
    }
    began.elapsed()
}

/// More than one try of the slow endpoints takes, and what stands around it; two take 28 seconds and more.
const ONE_TRY: Duration = Duration::from_secs(26);

#[tokio::test]
async fn an_endpoint_that_takes_its_whole_time_holds_up_a_quick_one_by_one_try_at_most() {
    let world = fresh().await;
    let (slow, quick) = (Hook::at(&world, "slow.example.com"), Hook::at(&world, "quick.example.com"));
    let (endpoint, _) = slow.register("2400", Form::Json, &Kind::CHOICES).await;
    quick.register("4000", Form::Json, &Kind::CHOICES).await;
    slow.takes(Duration::from_secs(60)); // its time limit is 15 s
    // the quick one's stand behind ten and more of the slow one's, and in the same batches
    let merchant = |n| if n < 12 || n % 2 == 0 { "2400" } else { "4000" };
    let happened: Vec<Notice> = (0..60).map(|n| tested(&world, merchant(n), n)).collect();
    first_queue(&world).send_all(&happened).await.unwrap();
    let took = Box::pin(polled(&world, &quick, 24)).await;
    println!("a quick endpoint beside one that takes its whole time waited {took:?} for 24 notifications");
    assert!(took < ONE_TRY, "{took:?}");
    assert!(!slow.calls().is_empty() && slow.deliveries(&endpoint).await.iter().all(|d| d.attempts.len() <= 1));
}

#[tokio::test]
async fn tries_of_a_slow_endpoint_that_hears_hold_up_a_quick_ones_by_one_try_at_most() {
    let world = fresh().await;
    let (slow, quick) = (Hook::at(&world, "slow.example.com"), Hook::at(&world, "quick.example.com"));
    slow.register("2400", Form::Json, &Kind::CHOICES).await;
    let (endpoint, _) = quick.register("4000", Form::Json, &Kind::CHOICES).await;
    let happened: Vec<Notice> = (0..5).map(|n| tested(&world, "4000", n)).collect();
    first_queue(&world).send_all(&happened).await.unwrap();
    Box::pin(polled(&world, &quick, 5)).await;
    slow.takes(Duration::from_secs(14));
    let seen = slow.store().of(&MerchantId::new("2400").unwrap()).await.unwrap().endpoints.remove(0);
    let is_slow = seen.health.after(domain::webhook::Answer::Status(200), 14_000, None, world.now()).unwrap();
    slow.store().put(&seen.faring(is_slow)).await.unwrap();
    // sixty of the slow one come to the second queue, then the quick one's are sent again
    let happened: Vec<Notice> = (100..160).map(|n| tested(&world, "2400", n)).collect();
    first_queue(&world).send_all(&happened).await.unwrap();
    let deliveries = quick.log();
    let again = quick.deliveries(&endpoint).await.into_iter().map(|delivery| delivery.replayed(world.now()).unwrap());
    let mut tries = Vec::new();
    for delivery in again {
        deliveries.put(&delivery).await.unwrap();
        tries.push(Notice::Try(delivery.key));
    }
    let late = async {
        tokio::time::sleep(Duration::from_secs(2)).await; // the slow one has every worker of the second queue
        second_queue(&world).send_all(&tries).await.unwrap();
    };
    let (took, ()) = tokio::join!(Box::pin(polled(&world, &quick, 10)), late);
    println!("a quick endpoint's tries beside those of a slow one waited {took:?}");
    assert!(took < ONE_TRY, "{took:?}");
}

#[tokio::test]
async fn a_notification_costs_what_is_written_in_the_cost_page() {
    const EVENTS: u64 = 100;
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, _) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    let cost = async |first: u64| {
        let before = world.usage();
        let happened: Vec<Notice> = (first..first + EVENTS).map(|n| tested(&world, "4000", n)).collect();
        first_queue(&world).send_all(&happened).await.unwrap();
        world.settle().await.unwrap();
        let after = world.usage();
        let each = |sum: f64| (sum * 100.0 / EVENTS as f64).round() / 100.0;
        let calls = |usage: &local::cloud::Usage| usage.dynamodb.calls.values().sum::<u64>() as f64;
        (
            each(after.dynamodb.write_units - before.dynamodb.write_units),
            each(after.dynamodb.read_units - before.dynamodb.read_units),
            each(calls(&after) - calls(&before)),
            each((after.sqs.calls - before.sqs.calls) as f64),
        )
    };
    let heard = cost(0).await;
    hook.answers(500);
    let unheard = cost(1_000).await;
    println!(
        "a notification: write units, read units, DynamoDB calls, SQS calls: heard {heard:?}, not heard {unheard:?}"
    );
    assert_eq!(hook.deliveries(&endpoint).await.len(), 200);
    let page = std::fs::read_to_string("../docs/cost.md").unwrap();
    for (what, cost) in [("heard at once", heard), ("not heard at first", unheard)] {
        let row = page.lines().find(|line| line.starts_with(&format!("| a notification that is {what}"))).unwrap();
        let (writes, reads, calls, sqs) = cost;
        let figures = format!("| {writes:.1} | {reads:.1} | {calls:.1} of DynamoDB, {sqs:.1} of SQS");
        assert!(row.contains(&figures), "{figures}: {row}");
    }
}

#[tokio::test]
async fn the_form_of_a_hand_over_is_sent_to_the_byte_with_the_ten_parameters_time_and_sig() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    hook.register("7000", Form::HandOver, &Kind::CHOICES).await;
    change_merchant(&world, "7000", |merchant| merchant.card_on_file = true).await; // the tenth parameter is the buyer
    let mut shopper = Shopper::new(&world);
    let request = ShopRequest::new("7000", 1_980, "1001").with("free1", "a&b=c").with("free2", "山田 太郎");
    shopper.open(&request.signed(world.now())).await;
    shopper.pay(&Card::of(cards::VISA)).await;
    world.settle().await.unwrap();
    let calls = hook.calls();
    let payment = system_tests::payment(&world, "7000", "1001").await.unwrap();
    let time = world.now().as_second();
    let told = format!(
        "admin=7000&amount=1980&charge=1001&mail=shopper%40example.com&free1=a%26b%3Dc&free2=%E5%B1%B1%E7%94%B0%20%E5%A4%AA%E9%83%8E&free3=&result=0&payment={}&user=",
        payment.number()
    );
    let timed = format!("{told}&time={time}");
    let secret = SigSecret::from_hex(local::world::SIG_SECRET_HEX).unwrap();
    let parameters = Parameters::parse(timed.as_bytes()).unwrap();
    let sig = sign_handover(&secret, "https://shop.example.com/hook?shop=1", parameters.iter());
    assert_eq!(calls[0].body, format!("{timed}&sig={}", sig.replace(':', "%3A")));
}

/// What was told of a plan: kinds and statuses, in the order of their numbers.
fn of_plan(calls: &[Call], plan: &Plan) -> Vec<(String, String)> {
    let mut told: Vec<_> = calls.iter().map(Call::json).filter(|body| body["data"]["plan"] == json!(plan.id)).collect();
    told.sort_by_key(|body| body["sequence"].as_u64());
    let text = |body: &Value, place: &str| body.pointer(place).and_then(Value::as_str).unwrap_or_default().to_owned();
    told.iter().map(|body| (text(body, "/type"), text(body, "/data/status"))).collect()
}

#[tokio::test]
async fn a_regular_purchase_is_told_of_from_joining_to_each_of_its_ends() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    let (_, secret) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    let desk = RegularDesk::of(&world, "4000");
    let offer = desk.offer("coffee", 1_000, 1).await;
    let twice = desk.offer_with("course", 3_000, 1, |offer| offer.times = Some(Times::new(2).unwrap())).await;
    let alice = desk.joined(&offer, "alice", cards::VISA).await;
    let completed = desk.joined(&twice, "bob", cards::MASTERCARD).await;
    let unpaid = desk.joined(&offer, "carol", cards::LOST).await;
    let by = japan("2026-12-28 12:00").duration_since(world.now());
    world.advance(Duration::try_from(by).unwrap()).await.unwrap();
    let changes: [fn(&Plan, Timestamp) -> Option<Plan>; 3] = [
        |plan, now| plan.paused(By::Merchant, now),
        |plan, now| plan.resumed(By::Merchant, now),
        |plan, now| plan.ended(By::Buyer, now),
    ];
    for change in changes {
        world.advance(Duration::from_secs(600)).await.unwrap(); // longer than a charge may be on its way
        desk.change(&alice.id, |plan| change(plan, world.now())).await;
    }
    world.settle().await.unwrap();
    let calls = hook.calls();
    for (plan, expected) in [
        (
            &alice,
            vec![
                ("plan.joined", "active"),
                ("plan.renewed", "active"),
                ("plan.paused", "paused"),
                ("plan.resumed", "active"),
                ("plan.ended", "ended"),
            ],
        ),
        (&completed, vec![("plan.joined", "active"), ("plan.renewed", "ended"), ("plan.ended", "ended")]),
        (&unpaid, vec![("plan.joined", "active"), ("plan.renewal_failed", "unpaid"), ("plan.paused", "unpaid")]),
    ] {
        let told = of_plan(&calls, plan);
        let told: Vec<_> = told.iter().map(|(kind, status)| (kind.as_str(), status.as_str())).collect();
        assert_eq!(told, expected);
    }
    let of = |plan: &Plan, kind: &str| {
        let is_it = |call: &&Call| call.json()["data"]["plan"] == json!(plan.id) && call.json()["type"] == kind;
        calls.iter().find(is_it).unwrap()
    };
    let renewed = of(&alice, "plan.renewed").json();
    for (place, value) in [
        ("/data/first_order", json!(alice.first_order)),
        ("/data/charge/period", json!(2)),
        ("/data/charge/order", json!(alice.order_of(2).order)),
        ("/data/charge/amount", json!(1_000)),
        ("/data/period", json!(3)),
        ("/data/next_on", json!("2027-01-27")),
        ("/data/currency", json!("JPY")),
        ("/data/buyer/user", json!("alice")),
    ] {
        assert_eq!(renewed.pointer(place), Some(&value), "{place}: {renewed}");
    }
    assert_eq!(of(&unpaid, "plan.renewal_failed").json()["data"]["reason"], json!(DeclineCode::LostCard.name()));
    let last = of(&alice, "plan.ended");
    assert_eq!(last.is_genuine(&[secret], &[]), Ok(()), "sent just now");
    for of_the_card in ["4242", "TARO"] {
        assert!(calls.iter().all(|call| !call.body.contains(of_the_card)), "{of_the_card}");
    }
}
