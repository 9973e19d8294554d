//! A batch from outside, through `batch-intake`, `batch-charge` and `batch-report`: a file is put into the bucket, its rows are charged, and every line is answered.

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

use domain::{
    CardOwner, OrderId, State,
    attention::MatterKind,
    audit::Action,
    batch::{BatchState, Refused},
    merchant::Status,
    payment::{Failure, Interface, Origin},
};
use local::world::World;
use std::time::Duration;
use store::Which;
use system_tests::{
    BatchDesk, Card, Clerk, Log, ShopRequest, Shopper, approvals, audit_log, cards, change_merchant, fresh, matters,
    payment, smuggle_card, spoil_card, spoil_documents, spoil_payment,
};
use tracing_subscriber::filter::LevelFilter;

const SHOP: &str = "shop@example.jp";

async fn world() -> World {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| merchant.mail.shop_copy = Some(SHOP.to_owned())).await;
    world
}

async fn desk(world: &World) -> BatchDesk {
    let desk = BatchDesk::of(world, "4000");
    desk.keep("alice", cards::VISA).await;
    desk.keep("bob", cards::MASTERCARD).await;
    desk.keep("carol", cards::DECLINED).await;
    desk
}

/// Subjects of the mails about batches.
fn mails(world: &World) -> Vec<String> {
    let mails = world.mailbox().unwrap();
    let of_shop = mails.into_iter().filter(|mail| mail.to == [SHOP] && mail.subject.contains("一括処理"));
    of_shop.map(|mail| mail.subject).collect()
}

#[tokio::test]
async fn every_line_of_a_file_is_answered_in_its_place() {
    let world = world().await;
    let desk = desk(&world).await;
    let owner = CardOwner::Order(OrderId::new("900").unwrap());
    let of_order = desk.card(owner, cards::JCB).await;
    smuggle_card(&world, &of_order).await;
    let file = "氏名,伝票番号,決済金額,購入者ID,元伝票番号,メールアドレス\n\
                山田 太郎,101,2000,alice,,taro@example.jp\n\
                ,102,3000,bob,,\n\
                ,103,1000,carol,,\n\
                \n\
                ,104,1000,nobody,,\n\
                ,105,1000,,900,\n\
                ,106,1000,,901,\n\
                ,101,1000,bob,,\n\
                ,107,1x,alice,,\n";
    let batch = desk.charge("rows", file).await;
    let counts = BatchDesk::counts(&batch);
    assert_eq!((counts.done, counts.approved, counts.yen, counts.declined, counts.errors), (8, 3, 6000, 1, 4));
    let text = String::from_utf8(desk.result(&batch).await.unwrap()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), file.lines().count(), "{text}");
    for (line, (input, answer)) in lines.iter().zip(file.lines().zip([
        ",処理結果,決済番号,理由コード,理由",
        ",approved,",
        ",approved,",
        ",declined,",
        ",blank,",
        ",error,,card_missing,",
        ",approved,",
        ",error,,source_missing,",
        ",error,,order_twice,",
        ",error,,amount_malformed,",
    ])) {
        let (start, end) = (line.starts_with(input), line.contains(answer));
        assert!((start || input.is_empty()) && end, "{line}");
    }
    assert!(lines[3].contains(",generic_decline,"), "{}", lines[3]);

    let paid = payment(&world, "4000", "101").await.unwrap();
    assert!(matches!(paid.state, State::Captured { .. }));
    assert_eq!(paid.interface, Interface::Batch);
    assert_eq!(paid.origin, Origin::Batch { batch: batch.id.clone(), line: 2 });
    assert_eq!((paid.details.name.as_str(), paid.details.user.as_str()), ("山田 太郎", "alice"));
    assert!(lines[1].contains(paid.number().as_str()));
    let declined = payment(&world, "4000", "103").await.unwrap();
    let State::Failed { reason: Failure::AttemptsUsedUp, decline: Some(_), .. } = declined.state else { panic!() };

    assert_eq!(mails(&world), ["一括処理が終わりました（rows.csv）"]);
    let log = audit_log(&world, "4000").await;
    let ended =
        log.iter().filter(|entry| matches!(&entry.action, Action::BatchEnded { counts: of, .. } if *of == counts));
    assert_eq!(ended.count(), 1, "one entry for the whole batch");
}

#[tokio::test]
async fn a_file_may_come_in_any_form_and_is_answered_in_it() {
    let world = world().await;
    let desk = desk(&world).await;
    let utf8 = |text: &str| text.as_bytes().to_vec();
    let marked = |text: &str| [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let cp932 = |text: &str| encoding_rs::SHIFT_JIS.encode(text).0.into_owned();
    let files: [(&str, Vec<u8>, &[u8], Vec<u8>); 5] = [
        ("lf", utf8("charge,amount,user\n1,100,alice\n2,100,bob\n"), b"\n", utf8("2,100,bob,approved,")),
        (
            "crlf",
            marked("伝票番号,決済金額,購入者ID\r\n3,100,alice\r\n4,100,bob\r\n"),
            b"\r\n",
            utf8("4,100,bob,approved,"),
        ),
        (
            "cr",
            cp932("購入者ID,自由設定項目1,決済金額,伝票番号\ralice,赤,100,5\rbob,\"い\r二行\",100,6\r"),
            b"\r",
            cp932("bob,\"い\r二行\",100,6,error,,control_character,"),
        ),
        (
            "short",
            cp932("購入者ID,氏名,決済金額,伝票番号\r\nalice,山田,100,7\r\nbob,髙,100,8"),
            b"\r\n",
            cp932("bob,髙,100,8,approved,"),
        ),
        (
            "own",
            utf8("備考,user,amount,charge,CHARGE2\n\"a,b\",alice,100,9,x\n=1+1,bob,100,10,y\n"),
            b"\n",
            utf8("'=1+1,bob,100,10,y,approved,"),
        ),
    ];
    for (name, bytes, line_end, line) in files {
        let approved_before = approvals(&world).await;
        let batch = desk.charge(name, bytes.clone()).await;
        let counts = BatchDesk::counts(&batch);
        let one_is_bad = u32::from(name == "cr"); // a line end is no free item's
        assert_eq!((counts.done, counts.approved), (2, 2 - one_is_bad), "{name}");
        assert_eq!(approvals(&world).await - approved_before, counts.approved as usize, "{name}");
        let result = desk.result(&batch).await.unwrap();
        assert_eq!(result.starts_with(b"\xef\xbb\xbf"), bytes.starts_with(b"\xef\xbb\xbf"), "{name}");
        assert!(result.ends_with(line_end), "{name}");
        assert!(result.windows(line.len()).any(|window| window == line), "{name}: the input's own bytes");
    }
}

#[tokio::test]
async fn a_broken_file_is_refused_whole_with_its_reason() {
    let world = world().await;
    let desk = desk(&world).await;
    let long = format!("charge,amount,user,free1\n1,100,alice,{}\n", "x".repeat(9_000));
    for (name, bytes) in [
        ("empty", Vec::new()),
        ("no_header", b"1,100,alice\n".to_vec()),
        ("column_missing_amount", b"charge,user\n1,alice\n".to_vec()),
        ("column_missing_payer", b"charge,amount\n1,100\n".to_vec()),
        ("column_twice", b"charge,amount,user,charge\n1,100,alice,2\n".to_vec()),
        ("quote_unclosed", b"charge,amount,user\n1,100,alice\n2,100,\"bob\n3,100,bob\n".to_vec()),
        ("line_too_long", long.into_bytes()),
        ("not_text", b"charge,amount,user\n1,100,\0\n".to_vec()),
        ("no_good_row", b"charge,amount,user\n1,0,alice\nx,100,bob\n".to_vec()),
    ] {
        let batch = desk.charge(name, bytes).await;
        let BatchState::Refused { why, .. } = &batch.state else { panic!("{name}: {:?}", batch.state) };
        assert_eq!(why.name(), name);
        assert!(desk.result(&batch).await.is_none(), "{name}");
    }
    assert_eq!(approvals(&world).await, 0);
    let told = mails(&world);
    assert_eq!(told.len(), 9, "{told:?}");
    assert!(told.iter().all(|subject| subject.contains("受け付けられませんでした")));
    let text =
        world.mailbox().unwrap().iter().find(|mail| mail.subject.contains("quote_unclosed")).unwrap().text.clone();
    assert!(text.unwrap().contains("3行目の「\"」が閉じられていません"));
}

#[tokio::test]
async fn a_file_with_card_numbers_is_refused_deleted_in_every_version_and_in_no_log() {
    let world = world().await;
    let desk = desk(&world).await;
    let (log, _guard) = Log::capture(LevelFilter::INFO);
    let canary = "5105105105105100";
    for (place, file) in [
        format!("charge,amount,user,カード番号\n1,100,alice,{canary}\n"),
        format!("charge,amount,user,free1\n1,100,alice,\n2,100,bob,card {canary}\n"),
        "charge,amount,user,memo\n1,100,alice,\n2,100,bob,\"5105-1051-0510-5100\n".to_owned(),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("cards-{place}");
        let key = format!("4000/inbox/{name}.csv");
        desk.put(&name, "charge,amount\n1,100\n").await;
        let batch = desk.charge(&name, file).await;
        assert!(
            desk.all()
                .await
                .iter()
                .any(|batch| matches!(&batch.state, BatchState::Refused { why: Refused::CardNumbers, .. }))
        );
        assert_eq!(batch.source.key, key);
        assert_eq!(desk.versions(&key).await, 0, "{key}");
    }
    assert_eq!(approvals(&world).await, 0);
    let logged = String::from_utf8(log.bytes()).unwrap();
    assert!(logged.contains("a batch file was refused"));
    for form in [canary, "5105-1051-0510-5100", "NTEwNTEwNTEwNTEwNTEwM"] {
        assert!(!logged.contains(form), "{form} is in the log");
        assert!(!format!("{:?}", desk.all().await).contains(form), "{form} is in a record");
        assert!(!format!("{:?}", world.mailbox().unwrap()).contains(form), "{form} is in a mail");
    }
}

#[tokio::test]
async fn a_file_over_the_shops_limits_waits_until_somebody_lets_it_run() {
    let world = world().await;
    let desk = desk(&world).await;
    change_merchant(&world, "4000", |merchant| merchant.batch.at_once_yen = 999).await;
    let batch = desk.charge("large", BatchDesk::file(&[("1", 500, "alice"), ("2", 500, "bob")])).await;
    assert!(matches!(batch.state, BatchState::Waiting { .. }), "{:?}", batch.state);
    let check = batch.check.clone().unwrap();
    assert_eq!((check.rows, check.good, check.yen), (2, 2, 1000));
    assert_eq!(approvals(&world).await, 0);
    assert_eq!(mails(&world), ["一括処理の確認をお願いします（large.csv）"]);
    desk.confirm(&batch).await;
    desk.run().await;
    let done = desk.load(&batch.id).await;
    assert_eq!(BatchDesk::counts(&done).approved, 2);
    assert!(done.confirmed_by.is_some());
    // what is uploaded in the console waits, however small it is, and nobody gets a mail about what they see
    let given = domain::batch::BatchId::at(world.now(), 5);
    desk.put_at(&domain::batch::Inbox::key(&batch.merchant, &given), BatchDesk::file(&[("3", 1, "alice")])).await;
    desk.run().await;
    assert!(matches!(desk.load(&given).await.state, BatchState::Waiting { .. }));
    assert_eq!(mails(&world).len(), 2, "the first one waited, and ended");
}

#[tokio::test]
async fn a_merchant_that_may_not_trade_charges_nothing_and_nobody_has_anothers_inbox() {
    let world = world().await;
    let desk = desk(&world).await;
    let file = BatchDesk::file(&[("1", 100, "alice")]);
    for key in ["04000/inbox/a.csv", "9999/inbox/a.csv", "4000/inbox/b/a.csv", "inbox/4000/a.csv", "4000/a.csv"] {
        desk.put_at(key, file.clone()).await;
    }
    desk.run().await;
    assert!(desk.all().await.is_empty());
    // a user of 4000 is nobody at another merchant
    let other = BatchDesk::of(&world, "2400").charge("other", file.clone()).await;
    assert_eq!(BatchDesk::counts(&other).errors, 1);
    change_merchant(&world, "4000", |merchant| merchant.status = Status::Suspended).await;
    let batch = desk.charge("suspended", file).await;
    assert!(matches!(batch.state, BatchState::Refused { why: Refused::Suspended, .. }), "{:?}", batch.state);
    assert_eq!(approvals(&world).await, 0);
    for queue in ["IntakeDeadLetters", "IntakeQueue"] {
        assert!(world.cloud().queue(queue).unwrap().bodies().unwrap().is_empty(), "{queue}");
    }
}

#[tokio::test]
async fn rows_that_nobody_knew_are_answered_when_it_is_known() {
    let world = world().await;
    let desk = desk(&world).await;
    let file = BatchDesk::file(&[("1", 1901, "alice"), ("2", 1902, "bob"), ("3", 100, "bob"), ("4", 100, "nobody")]);
    let batch = desk.charge("doubt", file).await;
    assert_eq!(BatchDesk::counts(&batch).unknown, 2);
    assert_eq!(desk.results(&batch).await, ["unknown", "unknown", "approved", "error"]);
    let first = desk.answers(&batch).await;
    world.advance(Duration::from_secs(3_600)).await.unwrap();
    let batch = desk.load(&batch.id).await;
    let counts = BatchDesk::counts(&batch);
    assert_eq!((counts.unknown, counts.approved, counts.declined, counts.errors), (0, 2, 1, 1));
    assert_eq!((counts.done, counts.yen), (4, 2001));
    let answers = desk.answers(&batch).await;
    assert_eq!(
        answers.iter().map(|[result, _, _]| result.as_str()).collect::<Vec<_>>(),
        ["approved", "declined", "approved", "error"]
    );
    assert_eq!(answers[1][2], "not_charged");
    assert_eq!(answers[2..], first[2..], "what was known stays as it was");
    assert_eq!(mails(&world).len(), 2, "one at the end, one when all was known");
    assert_eq!(approvals(&world).await, 2);
    let ended = audit_log(&world, "4000").await;
    assert_eq!(ended.iter().filter(|entry| matches!(entry.action, Action::BatchEnded { .. })).count(), 1);
}

#[tokio::test]
async fn a_card_is_charged_only_as_its_buyer_agreed() {
    let world = world().await;
    let desk = desk(&world).await;
    let mut recalled = desk.card(CardOwner::Buyer("dora".to_owned()), cards::VISA).await;
    recalled.consent.scope = domain::card::ConsentScope::Recall;
    let mut unlinked = desk.card(CardOwner::Buyer("emil".to_owned()), cards::VISA).await;
    unlinked.network_id = None;
    let mut deleted = desk.card(CardOwner::Buyer("fred".to_owned()), cards::VISA).await;
    deleted.number = None;
    for card in [recalled, unlinked, deleted] {
        smuggle_card(&world, &card).await;
    }
    let file = BatchDesk::file(&[("1", 100, "dora"), ("2", 100, "emil"), ("3", 100, "fred"), ("4", 100, "ALICE")]);
    let batch = desk.charge("agreed", file).await;
    let codes: Vec<_> = desk.answers(&batch).await.into_iter().map(|[_, _, code]| code).collect();
    assert_eq!(codes, ["not_agreed", "card_unlinked", "card_missing", "card_missing"]);
    assert_eq!(approvals(&world).await, 0);
    assert!(payment(&world, "4000", "1").await.is_none(), "nothing is written where nothing is asked");
}

#[tokio::test]
async fn a_batch_that_stands_still_calls_a_person_until_it_goes_on() {
    let world = world().await;
    let desk = desk(&world).await;
    change_merchant(&world, "4000", |merchant| merchant.batch.at_once_rows = 0).await;
    let batch = desk.charge("still", BatchDesk::file(&[("1", 100, "alice")])).await;
    // its chunk was queued, and the message is nowhere
    let since = world.now();
    desk.write(&batch.now(BatchState::Running { chunks: Some(1), since })).await;
    let order = serde_json::to_string(&batch.order()).unwrap();
    desk.tell("ReportQueue", &order);
    world.advance(Duration::from_secs(40 * 60)).await.unwrap();
    let open = matters(&world, Some("4000"), Which::Open).await;
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!((open[0].kind, open[0].batch.as_ref()), (MatterKind::BatchStands, Some(&batch.id)));
    let stands = desk.load(&batch.id).await;
    desk.write(&stands.now(BatchState::Running { chunks: None, since })).await;
    desk.tell("IntakeQueue", &order);
    desk.run().await;
    assert_eq!(BatchDesk::counts(&desk.load(&batch.id).await).approved, 1);
    assert!(matters(&world, Some("4000"), Which::Open).await.is_empty(), "it is closed by itself");
}

#[tokio::test]
async fn a_shopper_pays_on_while_a_batch_of_old_cards_is_declined() {
    let world = world().await;
    let desk = desk(&world).await;
    let rows: Vec<String> = (1..=60).map(|order| order.to_string()).collect();
    let rows: Vec<_> = rows.iter().map(|order| (order.as_str(), 100, "carol")).collect();
    let batch = desk.charge("old", BatchDesk::file(&rows)).await;
    let counts = BatchDesk::counts(&batch);
    assert_eq!((counts.declined, counts.errors), (15, 45), "its network allows no more, also not of rows side by side");
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "700")).await;
    shopper.pay(&Card::of(cards::VISA)).await;
    assert!(shopper.page().is_hand_over());
}

#[tokio::test]
async fn a_record_that_cant_be_read_is_its_rows_alone() {
    let (log, _guard) = Log::capture(LevelFilter::INFO);
    let world = world().await;
    let desk = desk(&world).await;
    spoil_card(&world, "4000", "bob").await;
    let first =
        desk.charge("one", BatchDesk::file(&[("1", 100, "alice"), ("2", 100, "bob"), ("3", 100, "alice")])).await;
    assert_eq!(codes(&desk, &first).await, ["approved ", "error card_unreadable", "approved "]);
    assert_eq!(log.alarms().len(), 1, "a person is told: {:?}", log.alarms());

    let spoilt = spoil_payment(&world, &payment(&world, "4000", "1").await.unwrap()).await;
    let second = desk.charge("two", BatchDesk::file(&[("1", 100, "alice"), ("5", 100, "alice")])).await;
    assert_eq!(codes(&desk, &second).await, ["unknown order_unreadable", "approved "]);
    let again = desk.again(&first).await;
    desk.confirm(&again).await;
    desk.run().await;
    let again = desk.load(&again.id).await;
    let answers = ["unknown order_unreadable", "error card_unreadable", "error already_paid"];
    assert_eq!(codes(&desk, &again).await, answers, "where rows were begun before, too");
    assert_eq!(log.alarms().len(), 4, "{:?}", log.alarms());

    spoilt.mend().await;
    world.advance(Duration::from_secs(3_600)).await.unwrap();
    let (second, again) = (desk.load(&second.id).await, desk.load(&again.id).await);
    assert_eq!(codes(&desk, &second).await, ["error order_used", "approved "], "whose it is was found out");
    assert_eq!(codes(&desk, &again).await[0], "error order_used");
    let counts = BatchDesk::counts(&second);
    assert_eq!((counts.done, counts.approved, counts.yen, counts.errors, counts.unknown), (2, 1, 100, 1, 0));
    assert_eq!(approvals(&world).await, 3, "nothing twice");
}

#[tokio::test]
async fn a_row_that_was_approved_and_cant_be_read_any_more_stays_approved() {
    let world = world().await;
    let desk = desk(&world).await;
    let file = BatchDesk::file(&[("1", 100, "alice"), ("2", 100_901, "bob"), ("3", 100, "carol")]);
    let batch = desk.charge("one", file).await;
    assert_eq!(codes(&desk, &batch).await, ["approved ", "unknown being_checked", "declined generic_decline"]);
    spoil_payment(&world, &payment(&world, "4000", "1").await.unwrap()).await;
    world.advance(Duration::from_secs(3_600)).await.unwrap();
    let batch = desk.load(&batch.id).await;
    assert_eq!(codes(&desk, &batch).await[..2], ["approved ", "approved "]);
    let counts = BatchDesk::counts(&batch);
    assert_eq!((counts.approved, counts.yen, counts.declined, counts.unknown), (2, 101_001, 1, 0));
}

/// Of each line what came of it, and the code.
async fn codes(desk: &BatchDesk, batch: &domain::batch::Batch) -> Vec<String> {
    desk.answers(batch).await.into_iter().map(|[result, _, code]| format!("{result} {code}")).collect()
}

#[tokio::test]
async fn entries_of_the_log_that_cant_be_read_keep_no_batch_from_being_told() {
    let world = world().await;
    let mut clerk = Clerk::owner(&world).await;
    spoil_documents(&world, |pk, _| pk == "A#4000").await;
    let desk = desk(&world).await;
    let batch = desk.charge("one", BatchDesk::file(&[("1", 100, "alice")])).await;
    assert!(batch.told, "{:?}", batch.state);
    assert_eq!(mails(&world).len(), 1);
    let ended = |action: &Action| matches!(action, Action::BatchEnded { .. });
    assert_eq!(audit_log(&world, "4000").await.iter().filter(|entry| ended(&entry.action)).count(), 1);
    let page = clerk.get("/console/audit").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("この記録は読み取れません。") && page.text.contains("一括処理"), "{}", page.text);
}
