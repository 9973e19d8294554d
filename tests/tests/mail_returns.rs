//! Mails that come back (mail-events): who is told, what is not sent any more, and how an owner lets mails go again.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test: what goes wrong is meant to end it"
)]

use std::time::Duration;

use domain::{
    audit::Action,
    mail_return::{AddressMark, MailAbout},
    recurring::plan::{By, Plan},
};
use http::StatusCode;
use local::{
    admin::GivenRole,
    cloud::{Fault, When},
    world::World,
};
use system_tests::{
    Card, Clerk, Log, RegularDesk, ShopRequest, Shopper, audit_log, cards, change_merchant, fresh, staff,
};
use tracing_subscriber::filter::LevelFilter;

const BOUNCE: &str = "bounce+taro@simulator.amazonses.com";
const COMPLAINT: &str = "complaint@simulator.amazonses.com";
const MAILS: &str = "/console/settings/mails";

async fn pays(world: &World, order: &str, mail: &str) {
    let mut shopper = Shopper::new(world);
    shopper.open(&ShopRequest::new("4000", 1_000, order)).await;
    shopper.pay(&Card::of(cards::VISA).with_mail(mail)).await;
    assert!(shopper.page().is_hand_over(), "{}", shopper.page().text);
    world.settle().await.unwrap();
}

fn mails_to(world: &World, address: &str) -> usize {
    world.mailbox().unwrap().iter().filter(|mail| mail.to == [address]).count()
}

/// What the payment's page says of its past.
async fn history(clerk: &mut Clerk, order: &str) -> String {
    clerk.get(&format!("/console/transactions/{order}")).await;
    assert_eq!(clerk.page().status, StatusCode::OK);
    clerk.page().text.clone()
}

#[tokio::test]
async fn an_address_that_takes_no_mail_gets_no_second_one_until_an_owner_says_so() {
    let world = fresh().await;
    pays(&world, "1", BOUNCE).await;
    assert_eq!(mails_to(&world, BOUNCE), 1);
    let mut owner = Clerk::owner(&world).await;
    assert!(history(&mut owner, "1").await.contains("購入者へのメールが、宛先がないため戻りました"));
    owner.get(MAILS).await;
    let page = owner.page().clone();
    for said in [BOUNCE, "宛先がないため戻りました", "送信を止めています", "注文 1"] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }

    pays(&world, "2", BOUNCE).await;
    assert_eq!(mails_to(&world, BOUNCE), 1, "none goes there any more");
    assert!(history(&mut owner, "2").await.contains("購入者へのメールは送信していません"));
    pays(&world, "3", "another@example.com").await;
    assert_eq!(mails_to(&world, "another@example.com"), 1, "others are not concerned");

    owner.get(MAILS).await;
    let release = owner.page().forms.iter().find(|form| form.value("mark").is_some()).unwrap().clone();
    owner.submit(&release.pressed("act", "release")).await;
    assert!(owner.page().address.ends_with("?done=released"), "{}", owner.page().text);
    assert!(!owner.page().text.contains(BOUNCE) && owner.page().text.contains("届かなかったメールはありません"));
    let log = audit_log(&world, "4000").await;
    let about = MailAbout::Order(domain::OrderId::new("1").unwrap());
    assert!(log.iter().any(|entry| entry.action == Action::MailReleased { about: about.clone() }), "{log:?}");
    pays(&world, "4", BOUNCE).await;
    assert_eq!(mails_to(&world, BOUNCE), 2, "mails go again");
}

#[tokio::test]
async fn a_complaint_stops_mails_and_the_shops_copy_has_an_entry_of_its_own() {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| merchant.mail.shop_copy = Some(BOUNCE.to_owned())).await;
    world.advance(Duration::from_secs(31)).await.unwrap();
    pays(&world, "1", COMPLAINT).await;
    pays(&world, "2", COMPLAINT).await;
    assert_eq!((mails_to(&world, COMPLAINT), mails_to(&world, BOUNCE)), (1, 1));
    let mut owner = Clerk::owner(&world).await;
    let past = history(&mut owner, "1").await;
    assert!(past.contains("購入者へのメールが、迷惑メールとして報告されました"), "{past}");
    assert!(past.contains("店舗へのメールが、宛先がないため戻りました"), "{past}");
    owner.get(MAILS).await;
    assert_eq!(owner.page().forms.iter().filter(|form| form.value("mark").is_some()).count(), 2);
}

#[tokio::test]
async fn the_mails_of_a_regular_purchase_stand_on_its_page_with_what_became_of_them() {
    let world = fresh().await;
    let desk = RegularDesk::of(&world, "4000");
    let plan = desk.joined(&desk.offer("coffee", 1_000, 1).await, "alice", cards::VISA).await;
    desk.change(&plan.id, |plan| {
        plan.paused(By::Merchant, world.now()).map(|paused| Plan { mail: BOUNCE.to_owned(), ..paused })
    })
    .await;
    world.settle().await.unwrap();
    desk.change(&plan.id, |plan| plan.resumed(By::Merchant, world.now())).await;
    world.settle().await.unwrap();

    let mut owner = Clerk::owner(&world).await;
    owner.get(&format!("/console/recurring/{}", plan.id)).await;
    let page = owner.page().text.clone();
    for said in [
        "購入者に「申し込みの受け付け」のメールを送信",
        "購入者に「一時停止」のメールを送信",
        "購入者へのメールが、宛先がないため戻りました",
        "購入者へのメールは送信していません",
    ] {
        assert_eq!(page.matches(said).count(), 1, "{said}: {page}");
    }
    assert!(!page.contains("「再開」のメール"), "it was not sent: {page}");
    assert!(
        !history(&mut owner, plan.first_order.as_str()).await.contains("宛先がないため"),
        "the payment has its own"
    );
    owner.get(MAILS).await;
    let about = format!("定期購入 {}", plan.id);
    assert!(owner.page().text.contains(&about) && owner.page().text.contains(BOUNCE), "{}", owner.page().text);
}

#[tokio::test]
async fn no_queue_and_no_log_holds_the_address() {
    let (log, _guard) = Log::capture(LevelFilter::INFO);
    let world = fresh().await;
    world.faults().restart();
    // the message stays in its queue until its visibility ends
    let caller = Some("MailEvents".to_owned());
    world.faults().plan(When::Nth { caller, operation: "GetItem".to_owned(), nth: 0 }, Fault::DropBefore);
    pays(&world, "1", BOUNCE).await;
    let bodies = world.cloud().queue("MailEventQueue").unwrap().bodies().unwrap();
    let [body] = bodies.as_slice() else { panic!("{bodies:?}") };
    let said: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!((&said["kind"], &said["of"][0]), (&"Permanent".into(), &"1".into()));
    assert_eq!(said["to"][0], AddressMark::of(BOUNCE).as_str());
    assert!(!body.contains('@'), "{body}");
    world.advance(Duration::from_secs(600)).await.unwrap();
    assert!(world.cloud().queue("MailEventQueue").unwrap().bodies().unwrap().is_empty());
    let mut owner = Clerk::owner(&world).await;
    owner.get(MAILS).await;
    assert!(owner.page().text.contains(BOUNCE), "told late is told all the same");
    assert!(!String::from_utf8_lossy(&log.bytes()).contains("simulator.amazonses.com"));
}

#[tokio::test]
async fn only_an_owner_lets_mails_go_again_and_only_its_own_merchants() {
    let world = fresh().await;
    pays(&world, "1", BOUNCE).await;
    let mut owner = Clerk::owner(&world).await;
    owner.get(MAILS).await;
    let release = owner.page().forms.iter().find(|form| form.value("mark").is_some()).unwrap().clone();
    let release = release.pressed("act", "release");

    let mut clerk = staff(&world, "clerk@example.jp", GivenRole::Operator).await;
    let token = clerk.token().await;
    clerk.submit(&release.clone().with("token", &token)).await;
    assert_eq!(clerk.page().status, StatusCode::FORBIDDEN);

    let mut other = Clerk::owner_24(&world).await;
    other.get(MAILS).await;
    assert!(!other.page().text.contains(BOUNCE));
    let token = other.token().await;
    other.submit(&release.with("token", &token)).await;
    pays(&world, "2", BOUNCE).await;
    assert_eq!(mails_to(&world, BOUNCE), 1, "another merchant's owner releases nothing here");
}
