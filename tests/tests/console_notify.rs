//! Endpoints for notifications in the console (console-notify): made with keys, tried out, checked; what was sent, and sending it again.

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
    audit::{Action, Entry},
    webhook::{Delivery, DeliveryState, Event, Form, HmacSecret, Kind, ReplayState},
};
use http::{Response, StatusCode};
use jiff::SignedDuration;
use local::{
    cloud::{Fault, When},
    world::{Delivery as Deliver, World},
};
use store::Which;
use system_tests::{Call, Card, Clerk, Hook, ShopRequest, Shopper, audit_log, cards, fresh, matters};

const PAGE: &str = "/console/notifications";

async fn pays(world: &World, order: &str) {
    let mut shopper = Shopper::new(world);
    shopper.open(&ShopRequest::new("4000", 1_000, order)).await;
    shopper.pay(&Card::of(cards::VISA)).await;
    assert!(shopper.page().is_hand_over(), "{}", shopper.page().text);
    world.settle().await.unwrap();
}

fn status(code: u16) -> Response<Bytes> {
    Response::builder().status(code).body(Bytes::new()).unwrap()
}

#[tokio::test]
async fn an_owner_makes_an_endpoint_sees_its_secret_once_and_it_hears_the_next_payment() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    let mut owner = Clerk::owner(&world).await;
    owner.get(PAGE).await;
    let code = owner.code().await;
    let form = owner.form(PAGE).clone().with("address", "https://shop.example.com/hook").with("totp", &code);
    owner.submit(&form).await;
    let page = owner.page().clone();
    let secret = HmacSecret::parse(&page.by_id("new-secret").unwrap().text).unwrap();
    pays(&world, "1").await;
    let calls = hook.calls();
    assert_eq!((calls.len(), calls[0].is_genuine(&[secret], &[])), (1, Ok(())));
    owner.get(PAGE).await;
    assert!(owner.page().text.contains("https://shop.example.com/hook") && !owner.page().text.contains("whsec_"));
    let told = world
        .mailbox()
        .unwrap()
        .iter()
        .filter(|mail| mail.text.as_deref().is_some_and(|text| text.contains("を追加しました")))
        .count();
    assert_eq!(told, 1, "the owners are told");
}

#[tokio::test]
async fn what_can_not_be_called_is_refused_with_a_reason() {
    let world = fresh().await;
    let mut owner = Clerk::owner(&world).await;
    for (address, said) in [
        ("http://shop.example.com/", "https:// で始まる"),
        ("https://169.254.169.254/latest/", "このアドレスには送れません"),
        ("https://localhost/", "このアドレスには送れません"),
        ("", "https:// で始まる"),
        ("https://shop.example.com/#top", "# を含めることはできません"),
        ("https://shop.example.com/hook?result=0", "渡しする項目名と重なっています"),
        ("https://shop.example.com/hook?sig=1", "渡しする項目名と重なっています"),
    ] {
        owner.get(PAGE).await;
        let form = owner.form(PAGE).clone().with("address", address).with("form", "hand_over").with("totp", "000000");
        owner.submit(&form).await;
        assert_eq!(owner.page().status, StatusCode::UNPROCESSABLE_ENTITY, "{address}");
        assert!(owner.page().text.contains(said), "{address}: {}", owner.page().text);
    }
}

#[tokio::test]
async fn the_log_shows_what_was_answered_and_sends_again() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, _) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    hook.answers_by(|_| Response::builder().status(500).body(Bytes::from_static(b"out of paper")).unwrap());
    pays(&world, "1").await;
    let mut owner = Clerk::owner(&world).await;
    let path = format!("{PAGE}/{}", endpoint.id);
    owner.get(&path).await;
    assert!(
        owner.page().text.contains("決済の成功") && owner.page().text.contains("再送待ち"),
        "{}",
        owner.page().text
    );
    let place = owner
        .page()
        .tags("a")
        .find_map(|tag| tag.attribute("href").filter(|href| href.starts_with(&format!("{path}/"))))
        .unwrap()
        .to_owned();
    owner.get(&place).await;
    for said in ["HTTP 500", "out of paper", "payment_succeeded", "\"order\":\"1\""] {
        assert!(owner.page().text.contains(said), "{said}: {}", owner.page().text);
    }
    world.advance(Duration::from_secs(4 * 86_400)).await.unwrap();
    let mut owner = Clerk::owner(&world).await;
    owner.get(&path).await;
    assert!(owner.page().text.contains("届きませんでした"), "{}", owner.page().text);
    hook.answers(200);
    let before = hook.calls().len();
    owner.get(&path).await;
    if !owner.page().text.contains("期間を指定して送り直す") {
        let form = owner.form_by_id("act-switch").clone().pressed("act", "on");
        owner.submit(&form).await;
    }
    let form = owner
        .form_by_id("act-replay")
        .clone()
        .with("from", "2026-11-20")
        .with("to", "2026-11-22")
        .pressed("act", "replay");
    owner.submit(&form).await;
    assert!(
        owner.page().text.contains("再送を始めました") && owner.page().text.contains("再送中"),
        "{}",
        owner.page().text
    );
    world.settle().await.unwrap();
    owner.get(&path).await;
    for said in ["期間の最後まで終わりました", "確認した通知 1件、送り直す通知 1件"] {
        assert!(owner.page().text.contains(said), "{said}: {}", owner.page().text);
    }
    let calls = hook.calls();
    assert_eq!(calls.len(), before + 1);
    assert_eq!((&calls[before].id, &calls[before].body), (&calls[0].id, &calls[0].body), "the same id and body");
}

#[tokio::test]
async fn what_is_being_sent_right_then_is_not_said_to_have_been_sent_again() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, _) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    let event = Event::test(endpoint.merchant.clone(), 1, 1, world.now());
    let sending = DeliveryState::Sending { until: world.now() + SignedDuration::from_secs(60) };
    let delivery = Delivery::begin(&event, &endpoint.id, Form::Json, "{}".to_owned(), sending);
    hook.log().put(&delivery).await.unwrap();
    let path = format!("{PAGE}/{}/{}", endpoint.id, store::DeliveryPlace::of(&delivery.key).address());
    let mut owner = Clerk::owner(&world).await;
    let mut again = async || {
        owner.get(&path).await;
        let form = owner.form_by_id("act-again").clone();
        owner.submit(&form).await;
        assert_eq!(owner.page().status, StatusCode::OK, "{}", owner.page().text);
        world.settle().await.unwrap();
        let sent = |entry: &Entry| matches!(entry.action, Action::NotificationsSent { .. });
        (audit_log(&world, "4000").await.iter().filter(|entry| sent(entry)).count(), hook.calls().len())
    };
    assert_eq!(again().await, (0, 0));
    let heard = Delivery { version: 2, state: DeliveryState::Heard { at: world.now() }, ..delivery.clone() };
    hook.log().put(&heard).await.unwrap();
    assert_eq!(again().await, (1, 1));
}

#[tokio::test]
async fn a_test_goes_the_way_of_all_others() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, secret) = hook.register("4000", Form::Json, &[Kind::PaymentFailed]).await;
    let mut owner = Clerk::owner(&world).await;
    let path = format!("{PAGE}/{}", endpoint.id);
    owner.get(&path).await;
    let form = owner.form_by_id("act-test").clone().pressed("act", "test");
    owner.submit(&form).await;
    world.settle().await.unwrap();
    let calls = hook.calls();
    assert_eq!((calls.len(), calls[0].json()["type"].as_str()), (1, Some("endpoint.test")));
    assert_eq!(calls[0].is_genuine(&[secret], &[]), Ok(()));
}

#[tokio::test]
async fn the_check_says_what_an_endpoint_got_wrong() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, secret) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    let mut owner = Clerk::owner(&world).await;
    let path = format!("{PAGE}/{}", endpoint.id);
    let careful = {
        let secret = [secret.clone()];
        move |call: &Call| status(if call.is_genuine(&secret, &[]).is_ok() { 204 } else { 401 })
    };
    hook.answers_by(careful);
    let mut check = async || {
        owner.get(&path).await;
        let form = owner.form_by_id("act-check").clone().pressed("act", "check");
        owner.submit(&form).await;
        owner.page().text.clone()
    };
    let good = check().await;
    assert!(good.contains("すべて正しく扱っています"), "{good}");
    // believes everybody
    hook.answers(200);
    let credulous = check().await;
    assert_eq!(credulous.matches("受け取ってしまいました").count(), 3, "{credulous}");
    // refuses what it has seen
    let seen = std::sync::Mutex::new(Vec::new());
    hook.answers_by(move |call: &Call| {
        let mut seen = seen.lock().unwrap();
        let again = seen.contains(&call.id);
        seen.push(call.id.clone());
        let genuine = call.is_genuine(std::slice::from_ref(&secret), &[]).is_ok();
        status(if genuine && !again { 204 } else { 409 })
    });
    let impatient = check().await;
    assert_eq!(impatient.matches("断りました").count(), 1, "{impatient}");
    // answers nothing
    hook.is_silent();
    let silent = check().await;
    assert!(silent.contains("応答がありませんでした"), "{silent}");
}

#[tokio::test]
async fn keys_are_changed_with_a_fresh_code_and_both_sign_for_a_week() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, old) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    let before = hook.public_keys("4000", &endpoint.id).await;
    let mut owner = Clerk::owner(&world).await;
    let path = format!("{PAGE}/{}", endpoint.id);
    owner.get(&path).await;
    let form = owner.form_by_id("act-rotate").clone().pressed("act", "rotate").with("totp", "000000");
    owner.submit(&form).await;
    assert_eq!(owner.page().status, StatusCode::UNPROCESSABLE_ENTITY, "a wrong code");
    let code = owner.code().await;
    let form = owner.form_by_id("act-rotate").clone().pressed("act", "rotate").with("totp", &code);
    owner.submit(&form).await;
    let new = HmacSecret::parse(&owner.page().by_id("new-secret").unwrap().text).unwrap();
    let both = hook.public_keys("4000", &endpoint.id).await;
    assert_eq!((both.len(), both[1]), (2, before[0]));
    pays(&world, "1").await;
    let call = hook.calls()[0].clone();
    for secret in [&old, &new] {
        assert_eq!(call.is_genuine(std::slice::from_ref(secret), &[]), Ok(()));
    }
    for key in both {
        assert_eq!(call.is_genuine(&[], &[key]), Ok(()));
    }
    world.advance(Duration::from_secs(7 * 86_400)).await.unwrap();
    pays(&world, "2").await;
    let call = hook.calls()[1].clone();
    assert!(call.is_genuine(&[old], &[]).is_err() && call.is_genuine(&[new], &[]).is_ok());
    assert_eq!(hook.public_keys("4000", &endpoint.id).await.len(), 1);
}

#[tokio::test]
async fn a_new_secret_that_was_lost_is_changed_once_more_and_the_one_in_use_signs_on() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, in_use) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    let mut owner = Clerk::owner(&world).await;
    let mut secrets = vec![in_use];
    for _ in 0..2 {
        owner.get(&format!("{PAGE}/{}", endpoint.id)).await;
        let code = owner.code().await;
        let form = owner.form_by_id("act-rotate").clone().pressed("act", "rotate").with("totp", &code);
        owner.submit(&form).await;
        secrets.push(HmacSecret::parse(&owner.page().by_id("new-secret").unwrap().text).unwrap());
        world.advance(Duration::from_secs(60)).await.unwrap(); // a code is good once
    }
    pays(&world, "1").await;
    let call = hook.calls()[0].clone();
    for secret in secrets {
        assert_eq!(call.is_genuine(&[secret], &[]), Ok(()));
    }
}

#[tokio::test]
async fn a_new_secret_is_shown_though_the_owners_can_not_be_told() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, _) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    let mut owner = Clerk::owner(&world).await;
    owner.get(&format!("{PAGE}/{}", endpoint.id)).await;
    let code = owner.code().await;
    let form = owner.form_by_id("act-rotate").clone().pressed("act", "rotate").with("totp", &code);
    world.faults().restart();
    let caller = Some("ConsoleNotify".to_owned());
    // the first is the audit log's; whatever is asked again is refused again
    for nth in 1..9 {
        world
            .faults()
            .plan(When::Nth { caller: caller.clone(), operation: "Query".to_owned(), nth }, Fault::FailBefore);
    }
    owner.submit(&form).await;
    world.faults().stop();
    assert!(HmacSecret::parse(&owner.page().by_id("new-secret").unwrap().text).is_ok(), "{}", owner.page().text);
    assert_eq!(hook.endpoint(&endpoint).await.secrets.len(), 2);
}

#[tokio::test]
async fn an_endpoint_with_the_form_has_no_tests_and_hears_nothing_that_it_can_not_tell() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    let mut owner = Clerk::owner(&world).await;
    owner.get(PAGE).await;
    let form = owner.form(PAGE).clone().with("address", "https://shop.example.com/hook").with("form", "hand_over");
    let unticked = |form: system_tests::Form, kind: Kind| {
        if form.value(kind.name()).is_some() { form.without(kind.name()) } else { form }
    };
    let form = Kind::CHOICES.into_iter().fold(form, unticked);
    owner.submit(&form.ticked("payment.refunded").with("totp", "000000")).await;
    assert_eq!(owner.page().status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(owner.page().text.contains("決済の成功と失敗だけです"), "{}", owner.page().text);
    let (endpoint, _) = hook.register("4000", Form::HandOver, &Kind::CHOICES).await;
    let (json, _) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    let (path, other) = (format!("{PAGE}/{}", endpoint.id), format!("{PAGE}/{}", json.id));
    owner.get(&other).await;
    let forms = ["test", "check"].map(|act| owner.form_by_id(&format!("act-{act}")).clone().pressed("act", act));
    owner.get(&path).await;
    assert!(owner.page().text.contains("フォームの通知先では使えません") && owner.page().by_id("act-test").is_none());
    for form in forms {
        owner.submit(&system_tests::Form { action: path.clone(), ..form }).await;
        assert_eq!(owner.page().status, StatusCode::UNPROCESSABLE_ENTITY, "{}", owner.page().text);
    }
    world.settle().await.unwrap();
    assert!(hook.calls().is_empty());
}

#[tokio::test]
async fn what_was_asked_on_a_page_from_before_it_was_switched_off_is_not_sent_and_the_page_says_so() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, _) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    pays(&world, "1").await;
    let mut owner = Clerk::owner(&world).await;
    let path = format!("{PAGE}/{}", endpoint.id);
    owner.get(&path).await;
    let test = owner.form_by_id("act-test").clone().pressed("act", "test");
    let off = owner.form_by_id("act-switch").clone().pressed("act", "off");
    let log =
        owner.page().tags("a").filter_map(|tag| tag.attribute("href")).find(|at| at.starts_with(&format!("{path}/")));
    let one = log.unwrap().to_owned();
    owner.get(&one).await;
    let again = owner.form(&one).clone();
    owner.submit(&off).await;
    for form in [test, again] {
        owner.submit(&form).await;
        assert_eq!(owner.page().status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(owner.page().text.contains("停止しているため送れません"), "{}", owner.page().text);
    }
    world.settle().await.unwrap();
    assert_eq!((hook.calls().len(), hook.deliveries(&endpoint).await.len()), (1, 1));
    assert!(matters(&world, Some("4000"), Which::Open).await.is_empty());
}

#[tokio::test]
async fn nothing_is_sent_while_it_is_off_and_a_removed_endpoint_is_gone() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, _) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    let mut owner = Clerk::owner(&world).await;
    let path = format!("{PAGE}/{}", endpoint.id);
    owner.get(&path).await;
    let form = owner.form_by_id("act-switch").clone().pressed("act", "off");
    owner.submit(&form).await;
    world.advance(Duration::from_secs(10)).await.unwrap();
    pays(&world, "1").await;
    assert!(hook.calls().is_empty());
    owner.get(&path).await;
    let code = owner.code().await;
    let form = owner.form_by_id("act-remove").clone().pressed("act", "remove").with("totp", &code);
    owner.submit(&form).await;
    owner.get(&path).await;
    assert_eq!(owner.page().status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_long_period_is_sent_again_to_its_last_notification_and_says_how_far_it_is() {
    const HEARD: u32 = 520;
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, _) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    let merchant = endpoint.merchant.clone();
    let begin = world.now() - SignedDuration::from_hours(30);
    for n in 0..HEARD {
        let at = begin + SignedDuration::from_secs(i64::from(n));
        let event = Event::test(merchant.clone(), u64::from(n), 1, at);
        let heard = DeliveryState::Heard { at };
        hook.log().put(&Delivery::begin(&event, &endpoint.id, Form::Json, "{}".to_owned(), heard)).await.unwrap();
    }
    let mut owner = Clerk::owner(&world).await;
    let path = format!("{PAGE}/{}", endpoint.id);
    let mut send_again = async || {
        owner.get(&path).await;
        let form = owner.form_by_id("act-replay").clone().with("from", "2026-11-19").with("to", "2026-11-21");
        owner.submit(&form.with("which", "all").pressed("act", "replay")).await;
        owner.page().clone()
    };
    let begun = send_again().await;
    assert!(begun.text.contains("確認した通知 0件"), "{}", begun.text);
    let again = send_again().await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "one at a time");
    world.deliver_twice(Deliver::Twice);
    world.settle().await.unwrap();
    world.deliver_twice(Deliver::Once);
    let ids: std::collections::BTreeSet<_> = hook.calls().into_iter().map(|call| call.id).collect();
    assert_eq!(ids.len(), 520, "all of them, the oldest too");
    assert_eq!(hook.calls().len(), 520, "and each once, though every message came twice");
    owner.get(&path).await;
    for said in ["期間の最後まで終わりました", "確認した通知 520件、送り直す通知 520件"] {
        assert!(owner.page().text.contains(said), "{said}: {}", owner.page().text);
    }
}

#[tokio::test]
async fn a_replay_ends_when_its_endpoint_is_switched_off() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, _) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    pays(&world, "1").await;
    let mut owner = Clerk::owner(&world).await;
    let path = format!("{PAGE}/{}", endpoint.id);
    owner.get(&path).await;
    let form = owner.form_by_id("act-replay").clone().with("from", "2026-11-19").with("to", "2026-11-21");
    owner.submit(&form.with("which", "all").pressed("act", "replay")).await;
    let form = owner.form_by_id("act-switch").clone().pressed("act", "off");
    owner.submit(&form).await;
    world.settle().await.unwrap();
    assert_eq!(hook.calls().len(), 1, "only what was heard before");
    let last = hook.replay(&endpoint).await.unwrap();
    assert!(matches!(last.state, ReplayState::Stopped { .. }), "{last:?}");
}

#[tokio::test]
async fn dead_letters_call_a_person_who_finds_the_log_from_the_first_page() {
    let world = fresh().await;
    let hook = Hook::at(&world, "shop.example.com");
    let (endpoint, _) = hook.register("4000", Form::Json, &Kind::CHOICES).await;
    let mut owner = Clerk::owner(&world).await;
    let open = async || matters(&world, Some("4000"), Which::Open).await.len();
    hook.answers(410);
    for order in ["1", "2", "3"] {
        pays(&world, order).await;
    }
    owner.get("/console").await;
    assert_eq!(open().await, 1, "three of one endpoint are one matter");
    assert!(owner.page().text.contains("ショップのサーバーに届いていない通知があります"), "{}", owner.page().text);
    let link = format!("{PAGE}/{}", endpoint.id);
    assert!(owner.page().tags("a").any(|tag| tag.attribute("href") == Some(&link)), "{}", owner.page().text);
    owner.get(&link).await;
    assert!(owner.page().text.contains("停止中のため保管"), "{}", owner.page().text);
    owner.get("/console").await;
    let form = owner.form("/console/attention").clone();
    owner.submit(&form).await;
    assert_eq!(open().await, 0, "somebody has looked");
    world.advance(Duration::from_secs(1)).await.unwrap();
    pays(&world, "4").await;
    assert_eq!(open().await, 1, "and what dies after that calls again");
}
