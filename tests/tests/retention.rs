//! What merchants keep goes when their settings say so: unused cards, downloads, batch files, entries of the log, replaced logos (retention-sweep).

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
    audit::{Action, Actor},
    merchant::ImageKind,
};
use http::{Request, StatusCode};
use inbound::Config;
use local::{
    cloud::{Caller, Fault, When},
    world::World,
};
use outbound::objects::Objects;
use store::Images;
use system_tests::{
    BatchDesk, Card, Clerk, ShopRequest, Shopper, audit_log, cards, change_merchant, housekept, kept_card, merchant,
    searches, spoil_documents,
};

const DAY: Duration = Duration::from_secs(86_400);
const USER: &str = "Member-1";

/// Buys something, with the kept card where there is one.
async fn buys(world: &World, order: &str) {
    let mut shopper = Shopper::new(world);
    shopper.open(&ShopRequest::new("4000", 1_000, order).of_user(USER, world.now())).await;
    if shopper.page().offers_kept_card() {
        shopper.pay_kept("123").await;
    } else {
        shopper.pay(&Card::of(cards::VISA).to_be_kept()).await;
    }
    assert!(shopper.page().is_hand_over(), "{}", shopper.page().text);
    world.settle().await.unwrap();
}

async fn has_card(world: &World) -> bool {
    kept_card(world, "4000", USER).await.is_some_and(|card| card.number.is_some())
}

/// The files of a world, as the operator sees them.
fn files(world: &World) -> Objects {
    let sweep = world.template().functions.iter().find(|function| function.package == "retention-sweep").unwrap();
    Objects::new(&world.cloud().sdk_config(Caller::Operator), &sweep.environment["BUCKET"])
}

#[tokio::test]
async fn a_card_goes_when_nobody_paid_with_it_for_so_long_and_its_buyer_is_told() {
    let world = housekept().await;
    change_merchant(&world, "4000", |merchant| merchant.retention.unused_cards_days = 4).await;
    buys(&world, "1").await;
    world.advance(DAY * 3).await.unwrap();
    assert!(has_card(&world).await);
    buys(&world, "2").await;
    world.advance(DAY * 3).await.unwrap();
    assert!(has_card(&world).await, "kept 6 days ago, paid with 3 days ago");
    let before = world.mailbox().unwrap().len();
    world.advance(DAY * 2).await.unwrap();
    assert!(!has_card(&world).await);
    let mails = world.mailbox().unwrap();
    let [mail] = &mails[before..] else { panic!("{} mails", mails.len() - before) };
    assert!(mail.to == ["shopper@example.com"] && mail.subject.contains("保存したカードを削除しました"), "{mail:?}");
    let log = audit_log(&world, "4000").await;
    let [entry] = log.as_slice() else { panic!("{log:?}") };
    assert_eq!((&entry.by, &entry.action), (&Actor::System, &Action::Forgotten { cards: 1, files: 0 }));
    buys(&world, "3").await;
    assert!(has_card(&world).await, "the buyer is asked for a card again and may keep it");
}

#[tokio::test]
async fn a_card_that_is_only_declined_is_not_used() {
    let world = housekept().await;
    change_merchant(&world, "4000", |merchant| merchant.retention.unused_cards_days = 4).await;
    let desk = BatchDesk::of(&world, "4000");
    desk.keep("dave", cards::DECLINED).await;
    world.advance(DAY * 3).await.unwrap();
    let batch = desk.charge("one", BatchDesk::file(&[("1", 1_000, "dave")])).await;
    assert_eq!(BatchDesk::counts(&batch).declined, 1);
    let there = async || kept_card(&world, "4000", "dave").await.is_some_and(|card| card.number.is_some());
    assert!(there().await);
    world.advance(DAY * 2).await.unwrap();
    assert!(!there().await, "kept 5 days ago, never paid with");
}

#[tokio::test]
async fn the_last_use_of_a_card_is_there_after_a_rebuild_too() {
    let world = housekept().await;
    change_merchant(&world, "4000", |merchant| merchant.retention.unused_cards_days = 4).await;
    buys(&world, "1").await;
    world.advance(DAY * 2).await.unwrap();
    buys(&world, "2").await;
    let paid = system_tests::payment(&world, "4000", "2").await.unwrap();
    let index = store::SearchIndex::new(system_tests::search_table(&world));
    let card = paid.pays_with_kept().unwrap();
    let used_at = index.last_use(&paid.key.merchant, card).await.unwrap().unwrap();
    assert!(world.now().duration_since(used_at).as_secs() < 60);
    index.rebuild(&paid, world.now()).await.unwrap();
    assert_eq!(index.last_use(&paid.key.merchant, card).await.unwrap(), Some(used_at), "once a day at most");
    assert!(searches(&world).row(&paid.key).await.unwrap().is_some());
}

#[tokio::test]
async fn files_go_when_the_merchant_keeps_them_no_longer() {
    let world = housekept().await;
    change_merchant(&world, "4000", |merchant| {
        merchant.retention.exports_days = 2;
        merchant.retention.batch_files_days = 3;
        merchant.retention.batch_results_days = 7;
    })
    .await;
    let files = files(&world);
    for key in ["4000/inbox/a.csv", "4000/results/a.csv", "2400/inbox/b.csv", "4000/other/c.csv"] {
        files.put(key, "text/csv", "a,b\r\n").await.unwrap();
    }
    let mut clerk = Clerk::owner(&world).await;
    clerk.get("/console/exports").await;
    assert!(clerk.page().text.contains("作成から2日後に削除されます"), "{}", clerk.page().text);
    let form = clerk.form("/console/exports").clone().chosen("encoding", "utf-8");
    clerk.submit(&form).await;
    let export = clerk.page().address.clone();
    world.settle().await.unwrap();
    let there = async |prefix: &str| files.list(prefix, None).await.unwrap().objects.len();
    assert_eq!(there("exports/4000/").await, 1);

    world.advance(DAY + DAY / 2).await.unwrap();
    let mut clerk = Clerk::owner(&world).await;
    assert_eq!(clerk.get(&export).await.status, StatusCode::OK);
    world.advance(DAY).await.unwrap();
    let mut clerk = Clerk::owner(&world).await;
    assert_eq!(clerk.get(&export).await.status, StatusCode::NOT_FOUND, "its time is over to the second");
    clerk.get("/console/exports").await;
    assert!(!clerk.page().html().contains(&export), "nor is it listed");
    world.advance(DAY).await.unwrap();
    assert_eq!(there("exports/4000/").await, 0);

    world.advance(DAY * 2).await.unwrap();
    assert_eq!((there("4000/inbox/").await, there("4000/results/").await), (0, 1));
    assert_eq!(there("2400/inbox/").await, 1, "another merchant's setting");
    world.advance(DAY * 4).await.unwrap();
    assert_eq!((there("4000/results/").await, there("4000/other/").await), (0, 1));
    let forgotten = |entry: &domain::audit::Entry| {
        if let Action::Forgotten { files, .. } = entry.action { files } else { 0 }
    };
    assert_eq!(audit_log(&world, "4000").await.iter().map(forgotten).sum::<u32>(), 3, "each run says what it deleted");
}

#[tokio::test]
async fn what_cant_be_read_or_deleted_holds_up_no_other() {
    let world = housekept().await;
    change_merchant(&world, "4000", |merchant| merchant.retention.unused_cards_days = 4).await;
    let desk = BatchDesk::of(&world, "4000");
    for n in 0..40 {
        desk.keep(&format!("buyer-{n}"), cards::VISA).await;
    }
    spoil_documents(&world, |pk, sk| pk.starts_with("C#4000#") && sk == "u#buyer-0").await;
    let files = files(&world);
    for key in ["exports/4000/a.csv", "exports/4000/b.csv", "4000/inbox/c.csv", "4000/results/d.csv"] {
        files.put(key, "text/csv", "a,b\r\n").await.unwrap();
    }
    let (caller, operation) = (Some("RetentionSweep".to_owned()), "ListObjectVersions".to_owned());
    change_merchant(&world, "4000", |merchant| {
        merchant.retention.exports_days = 4;
        merchant.retention.batch_files_days = 4;
        merchant.retention.batch_results_days = 4;
    })
    .await;
    world.advance(DAY * 4).await.unwrap();
    world.faults().restart();
    world.faults().plan(When::Nth { caller, operation, nth: 0 }, Fault::FailBefore);
    world.advance(DAY).await.unwrap();
    world.faults().stop();
    let mut left = Vec::new();
    for n in 1..40 {
        let card = kept_card(&world, "4000", &format!("buyer-{n}")).await;
        left.extend(card.filter(|card| card.number.is_some()).map(|_| n));
    }
    assert_eq!(left, [0; 0], "all that can be read");
    let mut there = Vec::new();
    for prefix in ["exports/4000/", "4000/inbox/", "4000/results/"] {
        there.push(files.list(prefix, None).await.unwrap().objects.len());
    }
    assert_eq!(there[1..], [0, 0]);
    assert!(there[0] <= 1, "the one that could not be deleted goes the next day");
}

#[tokio::test]
async fn an_entry_of_the_log_is_kept_for_as_long_as_the_merchant_says() {
    let world = housekept().await;
    for days in [366, 3_660] {
        change_merchant(&world, "4000", |merchant| merchant.retention.audit_days = days).await;
        world.advance(Duration::from_secs(31)).await.unwrap();
        Clerk::owner(&world).await;
        let entries = audit_log(&world, "4000").await;
        let last = entries.iter().max_by_key(|entry| entry.sequence).unwrap();
        let ttl = ttl(&world, "A#4000", &format!("{:012}", last.sequence)).await.unwrap();
        assert_eq!(ttl, last.at.as_second() + i64::from(days) * 86_400, "{days}");
    }
}

#[tokio::test]
async fn a_replaced_logo_goes_after_a_month_unless_it_comes_back() {
    let world = housekept().await;
    let function = world.template().functions.iter().find(|function| function.package == "console-settings").unwrap();
    let config =
        Config::new(function.environment.clone().into_iter().collect(), world.cloud().sdk_config(Caller::Operator));
    let images = Images::new(config.table().unwrap());
    let id = merchant(&world, "4000").await.id;
    let bytes = b"\x89PNG\r\n\x1a\n\0";
    for hash in ["a", "b", "c"] {
        images.put(&id, hash, ImageKind::Png, bytes).await.unwrap();
    }
    for hash in ["a", "b", "b", "none"] {
        images.retire(&id, hash, world.now()).await.unwrap();
    }
    images.put(&id, "b", ImageKind::Png, bytes).await.unwrap();
    images.restore(&id, "c").await.unwrap();
    world.advance(DAY * 29).await.unwrap();
    assert!(images.load(&id, "a").await.unwrap().is_some(), "pages that are open still ask for it");
    world.advance(DAY * 2).await.unwrap();
    let mut there = Vec::new();
    for hash in ["a", "b", "c", "none"] {
        there.push(images.load(&id, hash).await.unwrap().is_some());
    }
    assert_eq!(there, [false, true, true, false]);
}

/// When the table forgets an item.
async fn ttl(world: &World, pk: &str, sk: &str) -> Option<i64> {
    let text = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
    let client = aws_sdk_dynamodb::Client::new(&world.cloud().sdk_config(Caller::Operator));
    let got = client.get_item().table_name("Table").key("pk", text(pk)).key("sk", text(sk)).send().await.unwrap();
    got.item?.get("ttl")?.as_n().ok()?.parse().ok()
}

#[tokio::test]
async fn the_page_of_a_logo_lets_the_one_before_go() {
    let world = housekept().await;
    let mut owner = Clerk::owner(&world).await;
    let (first, second) = (b"\x89PNG\r\n\x1a\n\x01", b"\x89PNG\r\n\x1a\n\x02");
    for bytes in [first, second] {
        upload(&mut owner, bytes).await;
    }
    world.advance(DAY * 31).await.unwrap();
    let logo = merchant(&world, "4000").await.page.logo.unwrap();
    let mut shopper = Shopper::new(&world);
    assert_eq!(shopper.get(&logo.path).await.body[..], second[..]);
    let hash = data_encoding::HEXLOWER.encode(&<sha2::Sha256 as sha2::Digest>::digest(first));
    assert_eq!(shopper.get(&format!("/image/4000/{hash}")).await.status, StatusCode::NOT_FOUND);
}

/// Sends the form with a file as a browser does.
async fn upload(clerk: &mut Clerk, bytes: &[u8]) {
    clerk.get("/console/settings/page").await;
    let form = clerk.form_by_id("logo").clone();
    let mut body = Vec::new();
    for name in ["token", "opened"] {
        let value = form.value(name).unwrap();
        body.extend(
            format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes(),
        );
    }
    body.extend(b"--xyz\r\nContent-Disposition: form-data; name=\"logo\"; filename=\"l.png\"\r\n\r\n");
    body.extend(bytes);
    body.extend(b"\r\n--xyz--\r\n");
    let request = Request::post(&form.action)
        .header("content-type", "multipart/form-data; boundary=xyz")
        .header("origin", "http://localhost:9000")
        .header("sec-fetch-site", "same-origin");
    let page = clerk.follow(request.body(Bytes::from(body)).unwrap()).await;
    assert!(page.address.ends_with("?done=saved"), "{}", page.text);
}
