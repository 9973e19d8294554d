//! The console's read model equals the payments, whatever the stream does: twice, out of order, dropped at any call, lost and rebuilt.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test's helpers may stop at the first surprise"
)]

use domain::search::{DaySums, Figure, Row, Search, Status, Sum};
use domain::{MerchantId, Payment, PaymentKey};
use inbound::Config;
use jiff::civil::{Date, date};
use lambda_runtime::{Context, LambdaEvent};
use local::admin::{Admin, IndexCommand};
use local::cloud::{Caller, Fault, When};
use local::world::{Delivery, World};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use system_tests::{Card, ShopRequest, Shopper, cards, fresh, payment, search_table, searches};

const DAY: Date = date(2026, 11, 21);
const ORDERS: [&str; 6] = ["1", "2", "3", "4", "5", "6"];

fn merchant() -> MerchantId {
    MerchantId::new("4000").unwrap()
}

async fn opens(world: &World, amount: u32, order: &str) -> Shopper {
    let mut shopper = Shopper::new(world);
    shopper.open(&ShopRequest::new("4000", amount, order)).await;
    shopper
}

/// Six orders with about everything that becomes of one: paid, declined and failed, given up, paid after a decline, paid after a
/// failure, and not known for long.
async fn a_day(world: &World) {
    opens(world, 1_000, "1").await.pay(&Card::of(cards::VISA)).await;
    opens(world, 2_000, "2").await.pay(&Card::of(cards::DECLINED)).await;
    opens(world, 3_000, "3").await.give_up().await;
    let mut another = opens(world, 4_000, "4").await;
    another.pay(&Card::of(cards::DECLINED)).await;
    another.pay(&Card::of(cards::VISA)).await;
    opens(world, 1_902, "5").await.pay(&Card::of(cards::VISA)).await;
    opens(world, 6_000, "6").await.give_up().await;
    opens(world, 6_500, "6").await.pay(&Card::of(cards::MASTERCARD)).await;
}

async fn all_rows(world: &World) -> Vec<Row> {
    let page = searches(world).page(&merchant(), &Search::default(), None, 100).await.unwrap();
    assert_eq!(page.next, None);
    page.rows
}

/// What the read model says differently from the payments.
async fn differences(world: &World) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut sums = DaySums::default();
    let mut expected = Vec::new();
    for order in ORDERS {
        let Some(payment) = payment(world, "4000", order).await else { continue };
        expected.push(Row::of(&payment));
        let history = searches(world).history(&payment.key).await.unwrap();
        let versions: Vec<u32> = history.steps.iter().map(|step| step.version).collect();
        if versions != (1..=payment.version).collect::<Vec<_>>() {
            wrong.push(format!("order {order} at version {} has the steps {versions:?}", payment.version));
        }
        history.steps.iter().flat_map(|step| &step.effects).for_each(|effect| sums.add(effect));
        let paid = history.steps.iter().flat_map(|step| &step.effects).filter(|effect| effect.sum == Sum::Captured);
        let paid: i64 = paid.map(|effect| effect.figure.yen).sum();
        let ours = if Status::of(&payment) == Status::Captured { i64::from(payment.amount.get()) } else { 0 };
        if paid != ours {
            wrong.push(format!("order {order} counts as {paid} yen, and {ours} are taken"));
        }
    }
    expected.sort_by(|one, other| (other.at, &other.key.order).cmp(&(one.at, &one.key.order)));
    let rows = all_rows(world).await;
    if rows != expected {
        wrong.push(format!("listed {rows:#?}\ninstead of {expected:#?}"));
    }
    let day = searches(world).sums(&merchant(), DAY, DAY).await.unwrap();
    if day.get(&DAY).cloned().unwrap_or_default() != sums {
        wrong.push(format!("the day's sums are {day:?}, the steps add up to {sums:?}"));
    }
    wrong
}

async fn assert_equal(world: &World) {
    let wrong = differences(world).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn the_read_model_equals_the_payments() {
    let world = fresh().await;
    a_day(&world).await;
    world.settle().await.unwrap();
    assert_equal(&world).await;
    world.advance(Duration::from_secs(3_600)).await.unwrap();
    assert_equal(&world).await;
    let rows = all_rows(&world).await;
    let status = |order: &str| rows.iter().find(|row| row.key.order.as_str() == order).unwrap().status;
    assert_eq!(
        ORDERS.map(status),
        [Status::Captured, Status::Failed, Status::Abandoned, Status::Captured, Status::Failed, Status::Captured]
    );
    let sums = searches(&world).sums(&merchant(), DAY, DAY).await.unwrap()[&DAY].clone();
    assert_eq!(sums.figure(Sum::Captured), Figure { count: 3, yen: 1_000 + 4_000 + 6_500 });
    assert_eq!(sums.figure(Sum::Authorized), sums.figure(Sum::Captured), "captured at once");
    assert_eq!(sums.figure(Sum::Failed).count, 4, "2, 3, 5 and the first visit of 6");
}

#[tokio::test]
async fn told_twice_it_says_the_same() {
    let world = fresh().await;
    world.deliver_twice(Delivery::Twice);
    a_day(&world).await;
    world.settle().await.unwrap();
    world.advance(Duration::from_secs(3_600)).await.unwrap();
    assert_equal(&world).await;
}

/// The function by itself, over the same tables.
struct Alone {
    deps: search_index::Deps,
}

impl Alone {
    fn new(world: &World) -> Self {
        let variables = HashMap::from([("SEARCH_TABLE".to_owned(), "SearchTable".to_owned())]);
        let config = Config::new(variables, world.cloud().sdk_config(Caller::Operator));
        Self { deps: search_index::Deps::new(&config).unwrap() }
    }

    async fn hears(&self, records: &[Value]) -> Value {
        let event = LambdaEvent::new(json!({ "Records": records }), Context::default());
        serde_json::to_value(search_index::handler(&self.deps, event).await.unwrap()).unwrap()
    }
}

/// A day's records, held back from the function that would write them.
async fn held_back() -> (World, Vec<Value>) {
    let world = fresh().await;
    a_day(&world).await;
    let records = world.cloud().stream("Table").unwrap().of("SearchIndex").read(1_000).unwrap();
    (world, records.into_iter().map(|record| record.event).collect())
}

#[tokio::test]
async fn any_order_comes_to_the_same() {
    let (world, records) = held_back().await;
    let alone = Alone::new(&world);
    for record in records.iter().rev() {
        assert_eq!(alone.hears(std::slice::from_ref(record)).await, json!({ "batchItemFailures": [] }));
    }
    assert_equal(&world).await;
}

#[test]
fn batches_of_any_cut_order_and_repetition_come_to_the_same() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 12, ..ProptestConfig::default() });
    let deck = proptest::collection::vec((0..1_000_usize, 1..9_usize), 12);
    runner
        .run(&deck, |cuts| {
            runtime.block_on(async {
                let (world, records) = held_back().await;
                let alone = Alone::new(&world);
                for (at, length) in cuts {
                    let batch: Vec<Value> =
                        (0..length).map(|step| records[(at + step * 7) % records.len()].clone()).collect();
                    alone.hears(&batch).await;
                }
                alone.hears(&records).await;
                assert_equal(&world).await;
            });
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn a_fault_at_any_call_loses_and_doubles_nothing() {
    for nth in 0..8 {
        for fault in [Fault::FailBefore, Fault::ReplyLost, Fault::Twice, Fault::DropBefore, Fault::DropAfter] {
            let world = fresh().await;
            a_day(&world).await;
            for operation in ["UpdateItem", "TransactWriteItems", "GetItem"] {
                let at = When::Nth { caller: Some("SearchIndex".to_owned()), operation: operation.to_owned(), nth };
                world.faults().plan(at, fault);
            }
            world.settle().await.unwrap();
            let wrong = differences(&world).await;
            assert!(wrong.is_empty(), "{fault:?} at {nth}: {}", wrong.join("\n"));
        }
    }
}

#[tokio::test]
async fn a_read_model_that_cannot_be_written_holds_up_no_mail_and_waits_where_a_person_sees_it() {
    let world = fresh().await;
    for nth in 0..1_000 {
        for operation in ["UpdateItem", "TransactWriteItems"] {
            let at = When::Nth { caller: Some("SearchIndex".to_owned()), operation: operation.to_owned(), nth };
            world.faults().plan(at, Fault::FailBefore);
        }
    }
    opens(&world, 1_000, "1").await.pay(&Card::of(cards::VISA)).await;
    world.settle().await.unwrap();
    assert!(!world.mailbox().unwrap().is_empty(), "the mail is sent all the same");
    let queues = world.queues().unwrap();
    let waiting = |name: &str| queues.iter().find(|queue| queue.name == name).unwrap().waiting;
    assert_eq!((waiting("SearchFailures") > 0, waiting("StreamFailures")), (true, 0));
}

#[tokio::test]
async fn what_was_lost_is_rebuilt_and_late_records_add_nothing_twice() {
    let (world, records) = held_back().await;
    let alone = Alone::new(&world);
    // every second record is lost, and the others come after the rebuild
    let index = store::SearchIndex::new(search_table(&world));
    alone.hears(&records.iter().step_by(3).cloned().collect::<Vec<_>>()).await;
    let mut payments: Vec<Payment> = Vec::new();
    for order in ORDERS {
        payments.extend(payment(&world, "4000", order).await);
    }
    for _ in 0..2 {
        for payment in &payments {
            index.rebuild(payment, world.now()).await.unwrap();
        }
    }
    let money = money(&world).await;
    alone.hears(&records).await;
    assert_eq!(self::money(&world).await, money, "what comes late was counted already");
    let captured: i64 = payments
        .iter()
        .filter(|payment| Status::of(payment) == Status::Captured)
        .map(|payment| i64::from(payment.amount.get()))
        .sum();
    assert_eq!(money[&Sum::Captured].yen, captured);
    let mut rows = all_rows(&world).await;
    rows.sort_by(|one, other| one.key.order.cmp(&other.key.order));
    assert_eq!(rows, payments.iter().map(Row::of).collect::<Vec<_>>());
}

async fn money(world: &World) -> BTreeMap<Sum, Figure> {
    let days = searches(world).sums(&merchant(), DAY, DAY).await.unwrap();
    [Sum::Authorized, Sum::Captured].into_iter().map(|sum| (sum, days[&DAY].figure(sum))).collect()
}

#[tokio::test]
async fn a_mail_leaves_its_trace_once() {
    let world = fresh().await;
    world.deliver_twice(Delivery::Twice);
    opens(&world, 1_000, "1").await.pay(&Card::of(cards::VISA)).await;
    world.settle().await.unwrap();
    let key = PaymentKey::new(merchant(), domain::OrderId::new("1").unwrap());
    let mails = searches(&world).history(&key).await.unwrap().mails;
    let ids: Vec<&str> = mails.iter().map(|mail| mail.event_id.as_str()).collect();
    assert!(!ids.is_empty() && ids.iter().all(|id| id.contains(".2.paid_")), "{ids:?}");
    let mut once = ids.clone();
    once.dedup();
    assert_eq!(once, ids);
    assert_equal(&world).await;
}

#[tokio::test]
async fn an_ordinary_payment_costs_the_read_model_so_much() {
    let world = fresh().await;
    opens(&world, 1_000, "1").await.pay(&Card::of(cards::VISA)).await;
    world.settle().await.unwrap();
    let spent = |world: &World| world.usage().dynamodb.by_function["SearchIndex"].write_units;
    let before = spent(&world);
    opens(&world, 1_000, "2").await.pay(&Card::of(cards::VISA)).await;
    world.settle().await.unwrap();
    let together = spent(&world) - before;
    println!("intent and result in one batch: {together} write units");
    assert!((together - 7.0).abs() < f64::EPSILON, "{together}");
}

#[tokio::test]
async fn a_rebuild_goes_past_what_cant_be_read_and_takes_any_number_of_versions() {
    let world = fresh().await;
    for order in ["1", "2"] {
        opens(&world, 1_000, order).await.pay(&Card::of(cards::VISA)).await;
    }
    world.settle().await.unwrap();
    let first = payment(&world, "4000", "1").await.unwrap();
    system_tests::spoil_payment(&world, &first).await;
    let rebuild = || Admin::Index(IndexCommand::Rebuild { merchant: "4000".to_owned() });
    let said = system_tests::administer(&world, rebuild()).await;
    assert!(said[0].starts_with("looked at 1 payments"), "{said:?}");
    assert!(said.len() == 2 && said[1].contains("P#4000#1") && said[1].contains("cannot be read"), "{said:?}");

    let second = payment(&world, "4000", "2").await.unwrap();
    let asked_about_for_a_day = Payment { version: 400, ..second };
    let index = store::SearchIndex::new(search_table(&world));
    index.rebuild(&asked_about_for_a_day, world.now()).await.unwrap();
    assert_eq!(searches(&world).row(&asked_about_for_a_day.key).await.unwrap(), Some(Row::of(&asked_about_for_a_day)));
}
