//! Notifications (merchant-notify, notify-due, notification-keys): heard once the payment stands, signed, told again, and never at another's expense.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test: what goes wrong is meant to end it"
)]

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use domain::{
    signing::{SigSecret, verify_handover},
    webhook::{DeliveryState, EndpointState, Form, HmacSecret, Kind, Why},
    wire::Parameters,
};
use http::Response;
use local::world::World;
use serde_json::json;
use system_tests::{Card, Clerk, Hook, ShopRequest, Shopper, cards, change_merchant, fresh};

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
