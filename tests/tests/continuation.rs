//! Continuation (自動継続) from outside (`console-continuation`, `continuation-plan`, `continuation-schedule`): a month's plan, its edits, its confirmation; and that a lineage is charged
//! once for a month, whoever runs it, however often.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::large_futures,
    clippy::wildcard_enum_match_arm,
    reason = "a test: what goes wrong is meant to end it"
)]

use domain::{
    CardOwner, OrderId, Payment, State,
    acquirer::DeclineCode,
    audit::Action,
    batch::{Batch, BatchState, Kind, Refused},
    clock::japan_date,
    merchant::Status,
    payment::{Interface, Origin},
    recurring::{
        continuation::{Month, NotRun, RunState, Standing},
        plan::without_words,
    },
    tries::{TriedBy, TryHistory},
};
use http::StatusCode;
use local::world::World;
use std::time::Duration;
use store::StoredHistory;
use system_tests::{
    BatchDesk, Clerk, ContinuationDesk, Log, Outage, approvals, audit_log, card_of, card_tries, cards, change_merchant,
    config, fresh, kept_card, payment, spoil_card, spoil_documents, spoil_payment,
};
use tracing_subscriber::filter::LevelFilter;

const LIST: &str = "/console/continuation";
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// A shop whose buyers paid in November, on the 1st of December.
async fn december(rows: &[(&str, u32, &str)]) -> (World, ContinuationDesk) {
    let world = fresh().await;
    let desk = ContinuationDesk::of(&world).await;
    desk.paid(rows).await;
    desk.until("2026-12-01").await;
    (world, desk)
}

const ROWS: &[(&str, u32, &str)] = &[("101", 1_000, "alice"), ("102", 2_000, "bob"), ("103", 3_000, "dave")];

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

/// The payment of a lineage in a month.
async fn of_month(world: &World, of: &str, root: &str) -> Option<Payment> {
    let merchant = domain::MerchantId::new("4000").unwrap();
    let key = month(of).order_of(&merchant, &OrderId::new(root).unwrap());
    payment(world, "4000", key.order.as_str()).await
}

/// What was taken for a lineage in a month.
async fn taken(world: &World, of: &str, root: &str) -> Option<u32> {
    let payment = of_month(world, of, root).await.filter(|payment| matches!(payment.state, State::Captured { .. }))?;
    Some(payment.amount.get())
}

#[tokio::test]
async fn one_payment_that_cant_be_read_holds_up_no_other() {
    let (world, desk) = december(ROWS).await;
    let source = payment(&world, "4000", "102").await.unwrap();
    spoil_payment(&world, &source).await;
    let mut clerk = Clerk::owner(&world).await;
    let run = desk.draw(&mut clerk, "2026-11", "2026-12").await;
    assert_eq!((run.chosen.rows, run.chosen.yen), (2, 4_000), "{:?}", run.state);
    desk.confirm(&mut clerk, &run).await;
    world.advance(Duration::from_secs(60)).await.unwrap();
    assert_eq!(taken(&world, "2026-12", "101").await, Some(1_000));
    assert_eq!(taken(&world, "2026-12", "103").await, Some(3_000));
    // what stands for the month can't be read either: nobody can say whether it was charged
    spoil_payment(&world, &of_month(&world, "2026-12", "101").await.unwrap()).await;
    let again = desk.draw(&mut clerk, "2026-11", "2026-12").await;
    assert_eq!(again.chosen.rows, 0, "{:?}", again.state);
}

#[tokio::test]
async fn a_month_is_continued_with_one_confirmation() {
    let (world, desk) = december(ROWS).await;
    let mut clerk = Clerk::owner(&world).await;
    let run = desk.draw(&mut clerk, "2026-11", "2026-12").await;
    let page = clerk.get(&format!("{LIST}/{}", run.id)).await.clone();
    for text in ["alice", "101", "Visa •••• 4242", "新規", "3件 / 6,000円"] {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    assert_eq!(approvals(&world).await, 3, "a plan charges nothing");

    let form = clerk.form_by_id("plan").clone().without("row.1").with("yen.2", "3,500");
    let page = clerk.submit(&form.pressed("act", "confirming")).await.clone();
    assert!(page.text.contains("2026年12月分として、2件、合計4,500円を請求します。"), "{}", page.text);
    assert!(!page.text.contains("合計（読み）"), "a small sum is not said twice: {}", page.text);
    assert_eq!(approvals(&world).await, 3, "nor does its confirmation's page");

    let confirm = desk.pressed(&clerk, "confirm");
    clerk.submit(&confirm).await;
    world.advance(Duration::from_secs(60)).await.unwrap();
    assert_eq!(taken(&world, "2026-12", "101").await, Some(1_000));
    assert_eq!(taken(&world, "2026-12", "102").await, None, "it was taken out");
    assert_eq!(taken(&world, "2026-12", "103").await, Some(3_500), "with the amount that was typed");
    let paid = of_month(&world, "2026-12", "101").await.unwrap();
    assert_eq!(paid.interface, Interface::Continuation);
    assert_eq!(paid.origin, Origin::Continuation { month: month("2026-12"), root: OrderId::new("101").unwrap() });
    assert_eq!((paid.details.user.as_str(), paid.details.free[0].as_str()), ("alice", "memo"));

    let batch = desk.batches().newest().await;
    assert_eq!(batch.id, run.id, "its batch has its name");
    assert_eq!(batch.kind, Kind::Continuation { from: month("2026-11"), month: month("2026-12") });
    assert!(batch.confirmed_by.is_some());
    let counts = BatchDesk::counts(&batch);
    assert_eq!((counts.approved, counts.yen, counts.errors), (2, 4_500, 0));
    let result = String::from_utf8(desk.batches().result(&batch).await.unwrap()).unwrap();
    let lines: Vec<&str> = result.lines().collect();
    assert!(lines[0].contains("伝票番号,決済金額,元伝票番号,氏名"), "{}", lines[0]);
    assert_eq!(lines.len(), 3, "{result}");
    assert!(lines[1].contains(",1000,101,") && lines[1].contains(",approved,"), "{result}");
    let page = clerk.get(&format!("/console/batches/{}", batch.id)).await;
    assert!(page.text.contains("2026年12月分の自動継続"), "{}", page.text);
    assert_eq!(page.heading(), "自動継続の結果");
    assert!(!page.text.contains("元のファイル"), "nobody uploaded a file: {}", page.text);
    let address = format!("{LIST}/{}", run.id);
    assert!(page.tags("a").any(|tag| tag.attribute("href") == Some(address.as_str())), "it leads back to the plan");
    let page = clerk.get(&address).await;
    assert!(page.text.contains("承認 2件、不承認 0件 / 4,500円"), "{}", page.text);
    assert!(page.text.contains("完了") && !page.text.contains("請求する金額"), "{}", page.text);

    let page = clerk.get(LIST).await;
    assert!(
        page.text.contains("承認 2件、不承認 0件") && page.text.contains("2026年11月の決済を2026年12月分として"),
        "{}",
        page.text
    );
    let said = audit_log(&world, "4000").await.into_iter().any(|entry| {
        entry.action
            == Action::ContinuationConfirmed { run: run.id.clone(), month: month("2026-12"), rows: 2, yen: 4_500 }
    });
    assert!(said, "the log says who let it run, with what sum");
}

#[tokio::test]
async fn two_operators_with_a_plan_each_charge_a_lineage_once() {
    let (world, desk) = december(ROWS).await;
    let mut one = Clerk::owner(&world).await;
    let mut other = Clerk::owner(&world).await;
    let first = desk.draw(&mut one, "2026-11", "2026-12").await;
    let second = desk.draw(&mut other, "2026-11", "2026-12").await;
    desk.confirm(&mut one, &first).await;
    desk.confirm(&mut other, &second).await;
    world.advance(Duration::from_secs(120)).await.unwrap();
    assert_eq!(approvals(&world).await, 3 + 3);
    let batches = desk.batches();
    let counts =
        [BatchDesk::counts(&batches.load(&first.id).await), BatchDesk::counts(&batches.load(&second.id).await)];
    assert_eq!(counts[0].approved + counts[1].approved, 3, "{counts:?}");
    assert_eq!(counts[0].errors + counts[1].errors, 3, "who came second is told so for each row: {counts:?}");
    assert_eq!(counts[0].yen + counts[1].yen, 6_000, "and no sum is told twice");

    let third = desk.draw(&mut one, "2026-11", "2026-12").await;
    assert_eq!(third.chosen.rows, 0, "the same month again lists nothing that is charged");
    assert_eq!(third.drawn.as_ref().unwrap().figure(Standing::Charged).rows, 3);
    let page = one.get(&format!("{LIST}/{}", third.id)).await;
    assert!(page.text.contains("この月の分は請求済み"), "{}", page.text);
    let page = one.get(&format!("{LIST}/{}?act=confirm", third.id)).await;
    assert!(page.text.contains("請求する決済が選ばれていません"), "{}", page.text);
}

#[tokio::test]
async fn a_payment_and_its_child_are_one_lineage() {
    let (world, desk) = december(&[("101", 1_000, "alice"), ("102", 500, "")]).await;
    let mut clerk = Clerk::owner(&world).await;
    let run = desk.draw(&mut clerk, "2026-11", "2026-12").await;
    desk.confirm(&mut clerk, &run).await;
    world.advance(Duration::from_secs(60)).await.unwrap();
    assert_eq!(approvals(&world).await, 4);
    desk.until("2027-01-04").await;
    let mut clerk = Clerk::owner(&world).await;
    let from_parent = desk.draw(&mut clerk, "2026-11", "2027-01").await;
    let from_child = desk.draw(&mut clerk, "2026-12", "2027-01").await;
    assert_eq!((from_parent.chosen.rows, from_child.chosen.rows), (2, 2));
    desk.confirm(&mut clerk, &from_parent).await;
    desk.confirm(&mut clerk, &from_child).await;
    world.advance(Duration::from_secs(120)).await.unwrap();
    assert_eq!(
        approvals(&world).await,
        6,
        "the payment of November and its child of December are charged once in January"
    );
    let child = of_month(&world, "2027-01", "102").await.unwrap();
    assert!(matches!(&child.origin, Origin::Continuation { root, .. } if root.as_str() == "102"));
    assert_eq!(
        child.card_owner(),
        CardOwner::Order(OrderId::new("102").unwrap()),
        "a guest's card is the first order's"
    );
}

#[tokio::test]
async fn a_row_that_nobody_knows_is_not_charged_by_another_run() {
    let (world, desk) = december(&[("101", 1_000, "alice"), ("102", 2_000, "bob")]).await;
    let mut clerk = Clerk::owner(&world).await;
    let outage = Outage::prepare(&world);
    let first = desk.draw(&mut clerk, "2026-11", "2026-12").await;
    let waits = desk.draw(&mut clerk, "2026-11", "2026-12").await;
    outage.begin();
    desk.confirm(&mut clerk, &first).await;
    world.advance(Duration::from_secs(90)).await.unwrap();
    assert_eq!(BatchDesk::counts(&desk.batches().load(&first.id).await).unknown, 2);
    let second = desk.draw(&mut clerk, "2026-11", "2026-12").await;
    assert_eq!(second.chosen.rows, 0);
    assert_eq!(second.drawn.as_ref().unwrap().figure(Standing::BeingChecked).rows, 2);
    desk.confirm(&mut clerk, &waits).await;
    world.advance(Duration::from_secs(60)).await.unwrap();
    let blocked = desk.batches().load(&waits.id).await;
    assert_eq!(BatchDesk::counts(&blocked).errors, 2, "a plan of before does not charge it either");
    let result = String::from_utf8(desk.batches().result(&blocked).await.unwrap()).unwrap();
    assert_eq!(result.matches(",being_checked,").count(), 2, "{result}");
    outage.end();
    world.advance(2 * DAY).await.unwrap();
    let mut clerk = Clerk::owner(&world).await;
    let third = desk.draw(&mut clerk, "2026-11", "2026-12").await;
    assert_eq!(third.chosen.rows, 2, "what is certain not to be charged can be");
    desk.confirm(&mut clerk, &third).await;
    world.advance(Duration::from_secs(60)).await.unwrap();
    assert_eq!(approvals(&world).await, 4);
}

#[tokio::test]
async fn what_was_declined_can_be_run_again_for_the_month() {
    let (world, desk) = december(&[("101", 1_000, "alice"), ("102", 2_000, "bob")]).await;
    let mut clerk = Clerk::owner(&world).await;
    desk.batches().replace("bob", cards::NO_FUNDS).await;
    let first = desk.draw(&mut clerk, "2026-11", "2026-12").await;
    desk.confirm(&mut clerk, &first).await;
    world.advance(Duration::from_secs(60)).await.unwrap();
    let counts = BatchDesk::counts(&desk.batches().load(&first.id).await);
    assert_eq!((counts.approved, counts.declined), (1, 1));
    desk.batches().replace("bob", cards::MASTERCARD).await;
    let second = desk.draw(&mut clerk, "2026-11", "2026-12").await;
    assert_eq!((second.chosen.rows, second.chosen.yen), (1, 2_000), "what is not paid yet, and nothing else");
    desk.confirm(&mut clerk, &second).await;
    world.advance(Duration::from_secs(60)).await.unwrap();
    assert_eq!(taken(&world, "2026-12", "102").await, Some(2_000));
}

#[tokio::test]
async fn what_was_given_back_is_not_listed_nor_charged() {
    let (world, desk) = december(ROWS).await;
    let mut clerk = Clerk::owner(&world).await;
    desk.refund("101", 1_000).await;
    let run = desk.draw(&mut clerk, "2026-11", "2026-12").await;
    assert_eq!((run.chosen.rows, run.chosen.yen), (2, 5_000));
    desk.refund("102", 1).await;
    desk.confirm(&mut clerk, &run).await;
    world.advance(Duration::from_secs(60)).await.unwrap();
    let batch = desk.batches().load(&run.id).await;
    let counts = BatchDesk::counts(&batch);
    assert_eq!((counts.approved, counts.errors), (1, 1), "it was given back after the plan was drawn up");
    let result = String::from_utf8(desk.batches().result(&batch).await.unwrap()).unwrap();
    assert!(result.contains(",source_changed,"), "{result}");
}

#[tokio::test]
async fn cards_that_can_t_be_charged_are_left_out() {
    let (world, desk) = december(ROWS).await;
    desk.batches().expires("alice", "12/26").await;
    desk.batches().delete("bob").await;
    desk.until("2027-01-04").await;
    let mut clerk = Clerk::owner(&world).await;
    let run = desk.draw(&mut clerk, "2026-11", "2027-01").await;
    assert_eq!(run.chosen.rows, 1);
    let drawn = run.drawn.as_ref().unwrap();
    assert_eq!(drawn.figure(Standing::CardExpires).rows, 1);
    assert_eq!(drawn.figures.values().map(|figure| figure.rows).sum::<u32>(), 2, "a card that is gone is not listed");
    let page = clerk.get(&format!("{LIST}/{}?which=left", run.id)).await;
    assert!(page.text.contains("カードの期限切れ") && !page.text.contains("103"), "{}", page.text);
}

#[tokio::test]
async fn a_long_plan_is_searched_and_its_edits_are_kept_over_its_pages() {
    let rows: Vec<(String, u32, &str)> = (1..=230).map(|n| (format!("{}", 1_000 + n), 100, "alice")).collect();
    let rows: Vec<(&str, u32, &str)> = rows.iter().map(|(order, yen, user)| (order.as_str(), *yen, *user)).collect();
    let (world, desk) = december(&rows).await;
    let mut clerk = Clerk::owner(&world).await;
    let run = desk.draw(&mut clerk, "2026-11", "2026-12").await;
    let address = format!("{LIST}/{}", run.id);
    clerk.get(&address).await;
    let form = clerk.form_by_id("plan").clone().without("row.0").pressed("act", "next");
    let page = clerk.submit(&form).await.clone();
    assert!(page.text.contains("230件のうち201〜230件目"), "{}", page.text);
    let form = clerk.form_by_id("plan").clone().with("yen.229", "250").pressed("act", "save");
    let page = clerk.submit(&form).await.clone();
    assert!(page.text.contains("変更を保存しました") && page.text.contains("229件 / 23,050円"), "{}", page.text);
    let page = clerk.get(&format!("{address}?find=1230&which=all")).await.clone();
    assert!(page.text.contains("1件のうち1〜1件目") && page.html().contains("value=\"250\""), "{}", page.text);
    let page = clerk.get(&format!("{address}?which=edited")).await.clone();
    assert!(page.text.contains("2件のうち1〜2件目"), "{}", page.text);
    let form = clerk.form_by_id("plan").clone().with("yen.229", "0").pressed("act", "save");
    let page = clerk.submit(&form).await.clone();
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("伝票番号 1230 の金額（円）"), "{}", page.text);
    let kept = desk.load(&run).await;
    assert_eq!((kept.chosen.rows, kept.chosen.yen), (229, 23_050), "what is wrong is not kept");

    let stale = clerk.form_by_id("plan").clone().with("version", "1").pressed("act", "save");
    let page = clerk.submit(&stale).await;
    assert!(page.text.contains("ほかの担当者の操作が先に行われた"), "{}", page.text);
}

#[tokio::test]
async fn above_the_limits_of_a_batch_a_fresh_code_is_asked_for() {
    let (world, desk) = december(ROWS).await;
    change_merchant(&world, "4000", |merchant| merchant.batch.at_once_rows = 2).await;
    world.advance(Duration::from_secs(40)).await.unwrap();
    let mut clerk = Clerk::owner(&world).await;
    let run = desk.draw(&mut clerk, "2026-11", "2026-12").await;
    clerk.get(&format!("{LIST}/{}?act=confirm", run.id)).await;
    let form = desk.pressed(&clerk, "confirm");
    let page = clerk.submit(&form.clone().with("totp", "000000")).await.clone();
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text);
    assert!(matches!(desk.load(&run).await.state, RunState::Open { .. }));
    let code = clerk.code().await;
    clerk.submit(&form.with("totp", &code)).await;
    world.advance(Duration::from_secs(60)).await.unwrap();
    assert_eq!(approvals(&world).await, 6);
}

#[tokio::test]
async fn a_plan_that_is_dropped_or_of_a_shop_that_may_not_trade_charges_nothing() {
    let (world, desk) = december(ROWS).await;
    let mut clerk = Clerk::owner(&world).await;
    let dropped = desk.draw(&mut clerk, "2026-11", "2026-12").await;
    clerk.get(&format!("{LIST}/{}?act=confirm", dropped.id)).await;
    let confirm = desk.pressed(&clerk, "confirm");
    clerk.get(&format!("{LIST}/{}", dropped.id)).await;
    let drop = desk.pressed(&clerk, "cancel");
    clerk.submit(&drop).await;
    clerk.submit(&confirm).await;
    let stays = desk.draw(&mut clerk, "2026-11", "2026-12").await;
    clerk.get(&format!("{LIST}/{}?act=confirm", stays.id)).await;
    let confirm = desk.pressed(&clerk, "confirm");
    change_merchant(&world, "4000", |merchant| merchant.status = Status::Suspended).await;
    world.advance(Duration::from_secs(40)).await.unwrap();
    let page = clerk.submit(&confirm).await.clone();
    assert!(page.text.contains("請求できません"), "{}", page.text);
    world.advance(Duration::from_secs(60)).await.unwrap();
    assert_eq!(approvals(&world).await, 3);
    let form = clerk.get(LIST).await.form(LIST).unwrap().clone();
    let page = clerk.submit(&form.with("from", "2026-12")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "a month is not continued for itself: {}", page.text);
}

/// A run that was confirmed by whoever may trade, and of a shop that is suspended before its batch is checked.
#[tokio::test]
async fn a_shop_that_is_suspended_in_between_is_not_charged_for() {
    let (world, desk) = december(ROWS).await;
    let mut clerk = Clerk::owner(&world).await;
    let run = desk.draw(&mut clerk, "2026-11", "2026-12").await;
    clerk.get(&format!("{LIST}/{}?act=confirm", run.id)).await;
    let confirm = desk.pressed(&clerk, "confirm");
    clerk.send(Clerk::<World>::posted(&confirm)).await;
    change_merchant(&world, "4000", |merchant| merchant.status = Status::Suspended).await;
    world.advance(Duration::from_secs(60)).await.unwrap();
    let batch = desk.batches().load(&run.id).await;
    let refused = matches!(&batch.state, BatchState::Refused { why: Refused::Suspended, .. });
    let each = matches!(&batch.state, BatchState::Done { counts, .. } if counts.errors == 3);
    assert!(refused || each, "{:?}", batch.state);
    assert_eq!(approvals(&world).await, 3);
}

const SHOP: &str = "shop@example.jp";

/// A shop whose runs begin by themselves on the 10th, a Thursday in December 2026.
async fn by_itself() -> (World, ContinuationDesk) {
    let world = fresh().await;
    let desk = ContinuationDesk::of(&world).await;
    desk.paid(ROWS).await;
    change_merchant(&world, "4000", |merchant| {
        merchant.mail.shop_copy = Some(SHOP.to_owned());
        merchant.continuation_day = domain::recurring::calendar::Anchor::new(10).ok();
    })
    .await;
    (world, desk)
}

/// The mails about runs: subject and text.
fn mails(world: &World) -> Vec<(String, String)> {
    let mails = world.mailbox().unwrap();
    let ours = mails.into_iter().filter(|mail| mail.to == [SHOP] && mail.subject.starts_with("自動継続"));
    ours.map(|mail| (mail.subject, mail.text.unwrap_or_default())).collect()
}

/// The address in a mail, without its origin.
fn address(text: &str) -> String {
    let at = text.find("/continuation/").unwrap_or_else(|| panic!("no address in {text}"));
    text[at..].split_whitespace().next().unwrap().to_owned()
}

#[tokio::test]
async fn a_run_begins_by_itself_two_days_after_the_shop_was_told() {
    let (world, desk) = by_itself().await;
    desk.until("2026-12-08").await;
    assert_eq!(mails(&world).len(), 0);
    world.advance(DAY / 2).await.unwrap();
    let [(subject, text)] = &mails(&world)[..] else { panic!("{:?}", mails(&world)) };
    assert_eq!(subject, "自動継続の予定のお知らせ（2026年12月分）");
    let announced = desk.scheduled("2026-12").await.unwrap();
    let plan = format!("{LIST}/{}", announced.id);
    for part in ["2026年12月10日(木)", "3件", "6,000円", "/continuation/", &plan] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(approvals(&world).await, 3);
    let link = Clerk::new(&world).get(&address(text)).await.clone();
    assert!(link.tags("a").any(|tag| tag.attribute("href") == Some(&plan)), "{}", link.text);
    let mut clerk = Clerk::owner(&world).await;
    let page = clerk.get(&plan).await;
    for order in ["101", "102", "103"] {
        assert!(page.text.contains(order), "{order}: {}", page.text);
    }
    // By the 10th one buyer is charged by hand, one card is over, and a tick comes twice.
    let by_hand = desk.draw(&mut clerk, "2026-11", "2026-12").await;
    clerk.get(&format!("{LIST}/{}", by_hand.id)).await;
    let form = clerk.form_by_id("plan").clone().without("row.1").without("row.2");
    clerk.submit(&form.pressed("act", "confirming")).await;
    let confirm = desk.pressed(&clerk, "confirm");
    clerk.submit(&confirm).await;
    world.run_schedules().await.unwrap();
    world.run_schedules().await.unwrap();
    desk.until("2026-12-11").await;
    assert_eq!(approvals(&world).await, 6, "each lineage once");
    assert_eq!(mails(&world).len(), 1, "the shop is told once");
    let run = desk.scheduled("2026-12").await.unwrap();
    assert!(matches!(run.state, RunState::Begun { .. }), "{:?}", run.state);
    assert_eq!((run.chosen.rows, run.chosen.yen), (2, 5_000), "as it was listed on the day");
    let batch = desk.batches().load(&run.id).await;
    assert_eq!((BatchDesk::counts(&batch).approved, batch.confirmed_by), (2, None));
    desk.until("2026-12-20").await;
    assert_eq!(approvals(&world).await, 6);
    desk.until("2027-01-13").await;
    assert_eq!(
        approvals(&world).await,
        9,
        "and the next month from their children: the 10th is a Sunday, so on the 12th"
    );
    assert_eq!(japan_date(of_month(&world, "2027-01", "101").await.unwrap().opened_at).to_string(), "2027-01-12");
}

#[tokio::test]
async fn a_run_that_begins_by_itself_leaves_out_what_was_not_announced_and_cards_that_are_over() {
    let (world, desk) = by_itself().await;
    desk.batches().delete("alice").await;
    let card = kept_card(&world, "4000", "dave").await.unwrap();
    let tried = card.tried(TriedBy::Merchant).unwrap();
    let lost = without_words(DeclineCode::LostCard);
    let history = TryHistory::new().declined(world.now(), tried.brand, &lost);
    card_tries(&world).put(&tried, &StoredHistory::default(), history).await.unwrap();
    desk.until("2026-12-09").await;
    let [(_, text)] = &mails(&world)[..] else { panic!("{:?}", mails(&world)) };
    for part in ["2,000円", "再試行できないカード"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let run = desk.scheduled("2026-12").await.unwrap();
    assert_eq!(run.drawn.as_ref().unwrap().figure(Standing::NeverRetry).rows, 1);
    // alice gives a card again after the notice
    desk.batches().replace("alice", cards::VISA).await;
    desk.until("2026-12-11").await;
    let run = desk.load(&run).await;
    let drawn = run.drawn.as_ref().unwrap();
    let left = [Standing::NotAnnounced, Standing::NeverRetry].map(|standing| drawn.figure(standing).rows);
    assert_eq!((left, run.chosen.rows, run.chosen.yen), ([1, 1], 1, 2_000));
    let taken = [
        taken(&world, "2026-12", "101").await,
        taken(&world, "2026-12", "102").await,
        taken(&world, "2026-12", "103").await,
    ];
    assert_eq!(taken, [None, Some(2_000), None]);
}

#[tokio::test]
async fn the_link_in_the_mail_cancels_a_run_and_looking_does_not() {
    let (world, desk) = by_itself().await;
    desk.until("2026-12-09").await;
    let link = address(&mails(&world)[0].1);
    let mut shop = Clerk::new(&world);
    let page = shop.get(&link).await.clone();
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains("3件") && page.text.contains("6,000円"), "{}", page.text);
    assert!(matches!(desk.scheduled("2026-12").await.unwrap().state, RunState::Announced { .. }));
    let form = page.form(&link).unwrap().clone();
    let page = shop.submit(&form).await.clone();
    assert!(page.text.contains("自動継続を取りやめました"), "{}", page.text);
    let page = shop.submit(&form).await.clone();
    assert!(page.text.contains("自動継続を取りやめました"), "twice is once: {}", page.text);
    desk.until("2026-12-20").await;
    assert_eq!(approvals(&world).await, 3);
    let said = audit_log(&world, "4000").await;
    let cancels = said.iter().filter(|entry| matches!(entry.action, Action::ContinuationCancelled { .. }));
    assert_eq!(cancels.count(), 1);
    let page = shop.get("/continuation/nothing").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    let mut clerk = Clerk::owner(&world).await;
    let run = desk.draw(&mut clerk, "2026-11", "2026-12").await;
    assert_eq!(run.chosen.rows, 3, "the month can still be charged by hand");
}

#[tokio::test]
async fn a_run_is_cancelled_in_the_console_too() {
    let (world, desk) = by_itself().await;
    desk.until("2026-12-09").await;
    let run = desk.scheduled("2026-12").await.unwrap();
    let mut clerk = Clerk::owner(&world).await;
    let page = clerk.get(&format!("{LIST}/{}", run.id)).await.clone();
    assert!(page.text.contains("2026年12月10日(木)に自動で始まります"), "{}", page.text);
    let cancel = desk.pressed(&clerk, "cancel");
    clerk.submit(&cancel).await;
    desk.until("2026-12-20").await;
    assert_eq!(approvals(&world).await, 3);
}

#[tokio::test]
async fn nothing_begins_for_a_shop_that_may_not_trade_or_that_nobody_can_be_told_of() {
    let (world, desk) = by_itself().await;
    desk.until("2026-12-09").await;
    change_merchant(&world, "4000", |merchant| merchant.status = Status::Suspended).await;
    desk.until("2026-12-12").await;
    let run = desk.scheduled("2026-12").await.unwrap();
    assert!(matches!(run.state, RunState::NotRun { why: NotRun::Suspended, .. }), "{:?}", run.state);
    assert_eq!(mails(&world).last().unwrap().0, "自動継続を始めませんでした（2026年12月分）");
    desk.until("2027-01-20").await;
    assert!(desk.scheduled("2027-01").await.is_none(), "and the next month is not even announced");
    assert_eq!(approvals(&world).await, 3);

    let (world, desk) = by_itself().await;
    change_merchant(&world, "4000", |merchant| merchant.mail.shop_copy = None).await;
    desk.until("2026-12-12").await;
    let run = desk.scheduled("2026-12").await.unwrap();
    assert!(matches!(run.state, RunState::NotRun { why: NotRun::NobodyToTell, .. }), "{:?}", run.state);
    assert_eq!(approvals(&world).await, 3);
}

#[tokio::test]
async fn a_day_that_was_missed_is_caught_up_once_and_never_without_telling() {
    let (world, desk) = by_itself().await;
    desk.until("2026-12-12").await;
    assert_eq!(approvals(&world).await, 6, "December ran, so runs begin by themselves here");
    // No tick for a week around the 12th of January, the day of the next run.
    desk.until("2027-01-08").await;
    desk.without_ticks("2027-01-14").await;
    assert_eq!(mails(&world).len(), 1);
    desk.until("2027-01-15").await;
    assert_eq!(mails(&world).len(), 2, "the shop is told first");
    let run = desk.scheduled("2027-01").await.unwrap();
    assert_eq!(run.on.to_string(), "2027-01-18", "two days later, and banks rest on the 16th and 17th");
    assert_eq!(approvals(&world).await, 6);
    desk.until("2027-01-25").await;
    assert_eq!(approvals(&world).await, 9, "and it is caught up once");
}

/// What a club of 3,000 waits for. In a build for speed: `cargo test --release --workspace --test system continuation -- --ignored --nocapture`.
#[tokio::test]
#[ignore = "a minute and more; it prints how long each step takes"]
async fn three_thousand_members_are_continued() {
    let world = fresh().await;
    let desk = ContinuationDesk::of(&world).await;
    for part in 0..3_u32 {
        let rows: Vec<(String, u32, &str)> =
            (0..1_000_u32).map(|n| ((10_000 + part * 1_000 + n).to_string(), 300, "alice")).collect();
        let rows: Vec<(&str, u32, &str)> =
            rows.iter().map(|(order, yen, user)| (order.as_str(), *yen, *user)).collect();
        desk.paid(&rows).await;
    }
    desk.until("2026-12-01").await;
    let mut clerk = Clerk::owner(&world).await;
    let step = |name: &str, began: std::time::Instant| {
        use std::io::Write as _;
        drop(writeln!(std::io::stderr(), "  {name}: {:?}", began.elapsed()));
    };
    let began = std::time::Instant::now();
    let run = desk.draw(&mut clerk, "2026-11", "2026-12").await;
    step("plan of 3,000 drawn up (with ten seconds of the world's time)", began);
    assert_eq!((run.chosen.rows, run.chosen.yen), (3_000, 900_000));
    let began = std::time::Instant::now();
    let page = clerk.get(&format!("{LIST}/{}?page=15", run.id)).await.clone();
    step(&format!("its last page, {} KB of HTML", page.html().len() / 1_024), began);
    let began = std::time::Instant::now();
    let form = clerk.form_by_id("plan").clone().without("row.2999").pressed("act", "save");
    clerk.submit(&form).await;
    step("a change kept, and the page again", began);
    let began = std::time::Instant::now();
    let run = desk.load(&run).await;
    let code = clerk.code().await;
    clerk.get(&format!("{LIST}/{}?act=confirm", run.id)).await;
    let form = desk.pressed(&clerk, "confirm");
    clerk.submit(&form.with("totp", &code)).await;
    let is_done = |batch: &Batch| batch.id == run.id && matches!(batch.state, BatchState::Done { .. });
    while !desk.batches().all().await.iter().any(is_done) {
        assert!(began.elapsed() < Duration::from_secs(600), "{:?}", desk.batches().newest().await.state);
        world.advance(Duration::from_secs(5)).await.unwrap();
    }
    step("2,999 rows charged", began);
    assert_eq!(BatchDesk::counts(&desk.batches().load(&run.id).await).approved, 2_999);
}

#[tokio::test]
async fn a_guests_row_that_another_orders_card_paid_is_continued_with_that_card() {
    let world = fresh().await;
    let desk = ContinuationDesk::of(&world).await;
    desk.paid(&[("102", 500, "")]).await;
    // by the order that left the card, and by an order that was paid with it
    for (row, yen, source) in [("201", 700, "102"), ("202", 800, "201")] {
        let batch = desk.batches().charge(row, format!("charge,amount,source\r\n{row},{yen},{source}\r\n")).await;
        assert_eq!(BatchDesk::counts(&batch).approved, 1, "{row}: {:?}", batch.state);
    }
    desk.until("2026-12-01").await;
    let mut clerk = Clerk::owner(&world).await;
    let run = desk.draw(&mut clerk, "2026-11", "2026-12").await;
    desk.confirm(&mut clerk, &run).await;
    world.advance(Duration::from_secs(60)).await.unwrap();
    for (root, yen) in [("102", 500), ("201", 700), ("202", 800)] {
        assert_eq!(taken(&world, "2026-12", root).await, Some(yen), "{root}");
    }
    desk.until("2027-01-01").await;
    let mut clerk = Clerk::owner(&world).await;
    let next = desk.draw(&mut clerk, "2026-12", "2027-01").await;
    assert_eq!((next.chosen.rows, next.chosen.yen), (3, 2_000), "each is a lineage of its own, month after month");
}

#[tokio::test]
async fn a_record_that_cant_be_read_is_left_out_of_the_plan_and_holds_up_no_other() {
    let (log, _guard) = Log::capture(LevelFilter::INFO);
    let rows = [ROWS, &[("104", 4_000, ""), ("105", 5_000, "")]].concat();
    let (world, desk) = december(&rows).await;
    let mut clerk = Clerk::owner(&world).await;
    spoil_payment(&world, &payment(&world, "4000", "101").await.unwrap()).await;
    spoil_card(&world, "4000", "bob").await;
    let of_guest = card_of(&world, "4000", &CardOwner::Order(OrderId::new("104").unwrap())).await.unwrap();
    let tried = of_guest.tried(TriedBy::Merchant).unwrap();
    card_tries(&world).put(&tried, &StoredHistory::default(), TryHistory::default()).await.unwrap();
    let of_tries = format!("CT#4000#{}", tried.fingerprint);
    spoil_documents(&world, |pk, _| pk == of_tries).await;
    let run = desk.draw(&mut clerk, "2026-11", "2026-12").await;
    assert_eq!((run.chosen.rows, run.chosen.yen), (1, 3_000), "{:?}", run.state);
    assert!(log.alarms().len() >= 3, "a person is told of each: {:?}", log.alarms());
    desk.confirm(&mut clerk, &run).await;
    world.advance(Duration::from_secs(60)).await.unwrap();
    assert_eq!(taken(&world, "2026-12", "103").await, Some(3_000));
}

#[tokio::test]
async fn a_run_that_cant_be_read_keeps_no_other_month_from_beginning() {
    let (world, desk) = by_itself().await;
    let november = domain::recurring::continuation::Run::scheduled(
        &domain::MerchantId::new("4000").unwrap(),
        month("2026-11"),
        "2026-11-10".parse().unwrap(),
        world.now(),
    );
    store::Continuations::new(config(&world).table().unwrap()).put(&november).await.unwrap();
    spoil_documents(&world, |pk, _| pk == "CN#4000").await;
    desk.until("2026-12-11").await;
    world.advance(Duration::from_secs(60)).await.unwrap();
    assert_eq!(taken(&world, "2026-12", "103").await, Some(3_000));
}
