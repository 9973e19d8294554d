//! How often one card is tried: what the card networks allow holds on every path to the acquirer, and every decline is kept, whenever it is learnt of.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::large_futures,
    clippy::disallowed_methods,
    reason = "a test's helpers may stop at the first surprise"
)]

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use charging::{Attempt, Charge, ChargeError, Charged, Charging, DayLimits, Means, Vault};
use domain::{
    CardId, CardOwner, Clock, Initiator, KeptCard, Nonce, OrderId, PaymentKey, Yen,
    acquirer::BrowserData,
    card::ConsentScope,
    clock::japan_date,
    payment::{Details, Interface, Order, Origin},
    recurring::{
        plan::{NewCard, Plan, PlanId, PlanState, Progress},
        retry::is_daytime,
    },
    tries::{Limit, TriedBy, TriedCard, TryHistory},
};
use http::{Request, Response, StatusCode};
use inbound::Config;
use jiff::{Timestamp, ToSpan, civil::date};
use local::{
    cloud::{Caller, Fault, Permissions, When},
    world::World,
};
use outbound::{CardKey, acquirer::Kind};
use proptest::prelude::*;
use store::{CardKeys, CardTries, Cards, DayTotals, Payments};
use system_tests::{
    BatchDesk, Card, Clerk, Log, RegularDesk, ShopRequest, Shopper, acquirer_calls, cards, change_merchant, fresh,
    merchant, payment, smuggle_card, take_cards_for_checked,
};
use tracing_subscriber::filter::LevelFilter;

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);
/// What the page says of a card that may not be tried.
const NOT_TAKEN: &str = "このカードはお使いいただけません。";
/// Asks the test acquirer to decline an order's first two attempts with a card that it would approve.
const DECLINED_AT_FIRST: u32 = 908;

/// A shopper pays an order of this number with a typed card.
async fn pays(world: &World, order: &str, number: &str) -> Shopper {
    let mut shopper = Shopper::new(world);
    shopper.open(&ShopRequest::new("4000", amount(number), order)).await;
    shopper.pay(&Card::of(number)).await;
    shopper
}

/// An amount at which this card is declined, if it ever is.
fn amount(number: &str) -> u32 {
    if number == cards::MASTERCARD { DECLINED_AT_FIRST } else { 1_000 }
}

/// A card that its buyer lets the merchant charge, and pays with again.
async fn keep(world: &World, desk: &BatchDesk, user: &str, number: &str, version: u32) -> KeptCard {
    let mut card = desk.card(CardOwner::Buyer(user.to_owned()), number).await;
    card.consent.scope = ConsentScope::Both;
    card.version = version;
    smuggle_card(world, &card).await;
    card
}

/// How many authorizations reached the acquirer.
async fn asked(world: &World) -> usize {
    acquirer_calls(world, Kind::Authorize).await.len()
}

/// Reason codes of so many rows that charge a buyer.
async fn rows(desk: &BatchDesk, first: u32, count: u32, user: &str, yen: u32) -> Vec<String> {
    let orders: Vec<String> = (first..first + count).map(|order| order.to_string()).collect();
    let file = BatchDesk::file(&orders.iter().map(|order| (order.as_str(), yen, user)).collect::<Vec<_>>());
    let batch = desk.charge(&format!("rows-{first}"), file).await;
    desk.answers(&batch).await.into_iter().map(|[_, _, code]| code).collect()
}

/// An operator charges a buyer's kept card in the console; answers the page that comes of it.
async fn click(world: &World, clerk: &mut Clerk, user: &str, yen: u32, order: &str) -> (StatusCode, String) {
    if clerk.get("/console/charge?by=buyer").await.form("/console/charge").is_none() {
        *clerk = Clerk::owner(world).await; // the session is over
        clerk.get("/console/charge?by=buyer").await;
    }
    let form = clerk.form("/console/charge").clone().with("amount", &yen.to_string());
    clerk.submit(&form.with("user", user).with("order", order)).await;
    let confirmed = clerk.form("/console/charge").clone();
    let page = clerk.submit(&confirmed).await;
    (page.status, page.text.clone())
}

/// Charges kept cards by a schedule, with the rights and settings of a function that charges unattended.
struct Renewals {
    world: World,
    charging: Charging,
    vault: Vault,
    limits: DayLimits,
}

impl Renewals {
    fn new(world: &World) -> Self {
        let function = world.template().functions.iter().find(|function| function.package == "batch-charge").unwrap();
        let caller = Caller::function("BatchCharge", Permissions::new(function.statements.clone()));
        let settings = HashMap::from_iter(function.environment.clone());
        let config = Config::new(settings, world.cloud().sdk_config(caller));
        let there = world.clone();
        let clock = Clock::new(move || there.now());
        let table = config.table().unwrap();
        let key = CardKey::new(config.sdk(), config.required("CARD_KEY").unwrap());
        let (payments, cards) = (Payments::new(table.clone()), Cards::new(table.clone()));
        Self {
            charging: Charging::new(payments, cards, config.acquirer().unwrap(), clock.clone()),
            vault: Vault::new(key, CardKeys::new(table), clock.clone()),
            limits: DayLimits::new(DayTotals::new(config.search_table().unwrap()), clock),
            world: world.clone(),
        }
    }

    async fn charge(&self, card: &KeptCard, order: &str, yen: u32) -> Result<Charged, ChargeError> {
        let key = PaymentKey::new(card.merchant.clone(), OrderId::new(order).unwrap());
        let charge = Charge {
            order: Order {
                key: key.clone(),
                amount: Yen::new(yen).unwrap(),
                interface: Interface::Continuation,
                origin: Origin::Renewal { plan: PlanId::of(&key), period: 2 },
                attempts_allowed: 1,
                details: Details::default(),
            },
            means: Means::Kept { card: Box::new(card.clone()), code: None },
            keeping: None,
            attempt: Attempt { generation: 0, n: 1, nonce: Nonce::from_random([7; 16]) },
            initiator: Initiator::MerchantRecurring,
            capture: true,
            three_ds: None,
            browser: BrowserData::default(),
            deadline: self.world.now() + Duration::from_secs(60),
        };
        let shop = merchant(&self.world, card.merchant.as_str()).await;
        Box::pin(self.charging.charge_unattended(&self.vault, (&shop, &self.limits), charge)).await
    }
}

/// What is kept of a card's declines.
async fn history(world: &World, card: &TriedCard) -> TryHistory {
    let mut settings = HashMap::new();
    world.template().functions.iter().for_each(|function| settings.extend(function.environment.clone()));
    let table = Config::new(settings, world.cloud().sdk_config(Caller::Operator)).table().unwrap();
    CardTries::new(table).load(card).await.unwrap().history
}

#[tokio::test]
async fn a_lost_card_is_asked_about_once_at_the_page_and_another_card_pays() {
    let world = fresh().await;
    let mut shopper = pays(&world, "1", cards::LOST).await;
    assert!(shopper.page().is_payment_form() && !shopper.page().text.contains(NOT_TAKEN), "the issuer's own decline");
    assert_eq!(asked(&world).await, 1);
    for _ in 0..7 {
        shopper.pay(&Card::of(cards::LOST)).await;
        assert!(shopper.page().is_payment_form() && shopper.page().text.contains(NOT_TAKEN), "{}", shopper.page().text);
    }
    let mut later = pays(&world, "2", cards::LOST).await;
    assert!(later.page().text.contains(NOT_TAKEN));
    world.advance(DAY * 40).await.unwrap();
    later.open(&ShopRequest::new("4000", 1_000, "3")).await;
    later.pay(&Card::of(cards::LOST)).await;
    assert!(later.page().text.contains(NOT_TAKEN), "for good");
    assert_eq!(asked(&world).await, 1);
    later.pay(&Card::of(cards::VISA)).await;
    assert!(later.page().is_hand_over(), "another card pays, and no attempt was used up");
    let mut elsewhere = Shopper::new(&world);
    elsewhere.open(&ShopRequest::new("2400", 1_000, "1")).await;
    elsewhere.pay(&Card::of(cards::LOST)).await;
    assert_eq!(asked(&world).await, 3, "another merchant counts by itself");
}

#[tokio::test]
async fn a_form_that_was_sent_twice_is_answered_as_it_stands() {
    let world = fresh().await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
    let form = shopper.filled(&Card::of(cards::STOLEN));
    shopper.submit(&form).await;
    let declined = shopper.page().text.clone();
    shopper.submit(&form).await;
    assert_eq!(shopper.page().text, declined, "the first one's own decline");
    assert_eq!(asked(&world).await, 1);
}

#[tokio::test]
async fn a_stolen_card_that_is_kept_is_asked_about_once_by_the_shopper_and_once_by_the_merchant() {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| merchant.floors.card_entry = true).await;
    let desk = BatchDesk::of(&world, "4000");
    let dave = keep(&world, &desk, "dave", cards::STOLEN, 1).await;
    let mut clerk = Clerk::owner(&world).await;

    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "1").of_user("dave", world.now())).await;
    shopper.pay_kept("123").await;
    assert_eq!(asked(&world).await, 1);
    shopper.open(&ShopRequest::new("4000", 1_000, "2").of_user("dave", world.now())).await;
    shopper.pay_kept("123").await;
    assert!(shopper.page().text.contains(NOT_TAKEN) && !shopper.page().offers_kept_card(), "{}", shopper.page().text);
    shopper.pay(&Card::of(cards::STOLEN)).await;
    assert!(shopper.page().text.contains(NOT_TAKEN), "typed or kept, it is the same card");
    clerk.get("/console/charge?by=card").await;
    let order = clerk.form("/console/charge").clone().with("amount", "1000");
    clerk.submit(&order).await;
    let typed = clerk.form("/console/charge").clone().with("card_number", cards::STOLEN).with("card_expiry", "12/29");
    let page = clerk.submit(&typed.with("card_code", "123").with("card_name", "TARO YAMADA")).await;
    assert_eq!((page.status, page.heading()), (StatusCode::CONFLICT, "このカードには、もう請求できません"));
    assert_eq!(asked(&world).await, 1, "a card on the telephone is the shopper's");

    assert_eq!(rows(&desk, 10, 3, "dave", 100).await, ["stolen_card", "try_never", "try_never"]);
    assert_eq!(asked(&world).await, 2, "what the merchant starts is counted apart");
    let renewals = Renewals::new(&world);
    let refused = renewals.charge(&dave, "20", 100).await;
    assert!(matches!(refused, Err(ChargeError::Limited(Limit::Never))), "{refused:?}");
    assert_eq!(renewals.charging.limit_of(&dave, TriedBy::Merchant).await.unwrap(), Some(Limit::Never));
    let (status, text) = click(&world, &mut clerk, "dave", 100, "25").await;
    assert!(status == StatusCode::CONFLICT && text.contains("このカードには、もう請求できません"), "{text}");
    assert_eq!(asked(&world).await, 2, "an operator's click is bound, too");

    keep(&world, &desk, "dave", cards::JCB, 2).await;
    assert_eq!(rows(&desk, 30, 1, "dave", 100).await, [""], "another card is another history");
}

#[tokio::test]
async fn again_of_a_batch_is_bound_too() {
    let world = fresh().await;
    let desk = BatchDesk::of(&world, "4000");
    desk.keep("carol", cards::NO_FUNDS).await;
    let orders: Vec<String> = (1..=9).map(|order| order.to_string()).collect();
    let file = BatchDesk::file(&orders.iter().map(|order| (order.as_str(), 100, "carol")).collect::<Vec<_>>());
    let first = desk.charge("one", file).await;
    let again = desk.again(&first).await;
    desk.confirm(&again).await;
    desk.run().await;
    let mut codes: Vec<_> =
        desk.answers(&desk.load(&again.id).await).await.into_iter().map(|[_, _, code]| code).collect();
    codes.sort();
    assert_eq!(codes, [["insufficient_funds"; 6].as_slice(), &["try_limit"; 3]].concat());
    assert_eq!(asked(&world).await, 15);
}

#[tokio::test]
async fn a_visa_is_declined_15_times_in_30_days_at_the_page() {
    let world = fresh().await;
    for day in 0..3 {
        let mut shopper = Shopper::new(&world);
        shopper.open(&ShopRequest::new("4000", 1_000, &format!("{day}"))).await;
        for _ in 0..5 {
            shopper.pay(&Card::of(cards::NO_FUNDS)).await;
            assert!(!shopper.page().text.contains(NOT_TAKEN));
        }
        world.advance(DAY).await.unwrap();
    }
    let mut late = pays(&world, "10", cards::NO_FUNDS).await;
    assert!(late.page().text.contains(NOT_TAKEN));
    assert_eq!(asked(&world).await, 15);
    world.advance(DAY * 27).await.unwrap();
    late.open(&ShopRequest::new("4000", 1_000, "11")).await;
    late.pay(&Card::of(cards::NO_FUNDS)).await;
    assert_eq!(asked(&world).await, 16, "the first day's have left the window");
}

#[tokio::test]
async fn a_mastercard_is_declined_10_times_in_24_hours_and_35_times_in_30_days_and_the_operator_is_told_until_when() {
    let world = fresh().await;
    let desk = BatchDesk::of(&world, "4000");
    let bob = desk.keep("bob", cards::MASTERCARD).await;
    let declined = |codes: &[String]| codes.iter().filter(|code| *code != "try_limit").count();
    for (day, room) in [(0, 10), (1, 10), (2, 10), (3, 5), (4, 0)] {
        let codes = rows(&desk, 100 * (day + 1), 12, "bob", DECLINED_AT_FIRST).await;
        assert_eq!(declined(&codes), room, "day {day}: {codes:?}");
        world.advance(DAY).await.unwrap();
    }
    assert_eq!(asked(&world).await, 35);
    let mut clerk = Clerk::owner(&world).await;
    let (status, text) = click(&world, &mut clerk, "bob", DECLINED_AT_FIRST, "600").await;
    assert!(
        status == StatusCode::CONFLICT && text.contains("2026年12月21日(月) 12:00から、もう一度請求できます"),
        "{text}"
    );
    let limit = Renewals::new(&world).charging.limit_of(&bob, TriedBy::Merchant).await.unwrap();
    assert_eq!(limit, Some(Limit::Until("2026-12-21T03:00:00Z".parse().unwrap())));
    world.advance(DAY * 25).await.unwrap();
    assert_eq!(declined(&rows(&desk, 900, 12, "bob", DECLINED_AT_FIRST).await), 10, "the first day's have left");
}

#[tokio::test]
async fn an_approval_keeps_nothing_and_forgives_nothing() {
    let world = fresh().await;
    let desk = BatchDesk::of(&world, "4000");
    let bob = desk.keep("bob", cards::MASTERCARD).await;
    rows(&desk, 1, 3, "bob", DECLINED_AT_FIRST).await;
    let before = history(&world, &bob.tried(TriedBy::Merchant).unwrap()).await;
    assert_eq!(rows(&desk, 10, 2, "bob", 100).await, ["", ""]);
    assert_eq!(history(&world, &bob.tried(TriedBy::Merchant).unwrap()).await, before);
}

#[tokio::test]
async fn a_decline_that_is_learnt_of_later_counts_once() {
    let acquirer = || When::Nth {
        caller: Some("Authorize".to_owned()),
        operation: "POST /test-acquirer/v1/authorize".to_owned(),
        nth: 0,
    };
    let write = || When::Nth { caller: Some("Authorize".to_owned()), operation: "UpdateItem".to_owned(), nth: 1 };
    for (what, when, fault) in [
        ("the answer is lost", acquirer(), Fault::ReplyLost),
        ("the function is killed after the answer", acquirer(), Fault::DropAfter),
        ("the function is killed before the result is stored", write(), Fault::DropBefore),
        ("the function is killed after the result is stored", write(), Fault::DropAfter),
    ] {
        let world = fresh().await;
        let card = BatchDesk::of(&world, "4000").card(CardOwner::Buyer("x".to_owned()), cards::LOST).await;
        let mut shopper = Shopper::new(&world);
        shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
        // a second attempt, so that the intent is an update, too
        shopper.pay(&Card::of(cards::NO_FUNDS)).await;
        world.faults().restart();
        world.faults().plan(when, fault);
        let form = shopper.filled(&Card::of(cards::LOST));
        shopper.send(form.request()).await;
        assert_eq!(world.faults().pending(), 0, "{what}");
        world.faults().stop();
        world.advance(HOUR).await.unwrap();
        let kept = serde_json::to_value(history(&world, &card.tried(TriedBy::Shopper).unwrap()).await).unwrap();
        assert_eq!(kept["d"].as_array().map(Vec::len), Some(1), "{what}: {kept}");
        let late = pays(&world, "2", cards::LOST).await;
        assert!(late.page().text.contains(NOT_TAKEN), "{what}");
    }
}

#[tokio::test]
async fn a_decline_behind_a_challenge_counts() {
    let world = fresh().await;
    let card = BatchDesk::of(&world, "4000").card(CardOwner::Buyer("x".to_owned()), cards::CHALLENGE_DECLINED).await;
    let mut shopper = pays(&world, "1", cards::CHALLENGE_DECLINED).await;
    shopper.answer_the_issuer("pass").await;
    assert!(shopper.page().is_payment_form(), "{}", shopper.page().text);
    assert_ne!(history(&world, &card.tried(TriedBy::Shopper).unwrap()).await, TryHistory::new());
}

#[tokio::test]
async fn a_history_that_can_not_be_written_holds_up_no_result_and_calls_a_person() {
    let (log, _captured) = Log::capture(LevelFilter::INFO);
    let world = fresh().await;
    world.faults().plan(When::Item { key: "CT#".to_owned() }, Fault::FailBefore);
    let shopper = pays(&world, "1", cards::LOST).await;
    assert!(shopper.page().is_payment_form() && !shopper.page().text.contains(NOT_TAKEN), "{}", shopper.page().text);
    assert_eq!(log.alarms(), ["a decline is missing among its card's tries"]);
    world.faults().stop();
    pays(&world, "2", cards::LOST).await;
    assert_eq!(asked(&world).await, 2, "one try more than the network allows");
    assert!(pays(&world, "3", cards::LOST).await.page().text.contains(NOT_TAKEN));
}

#[tokio::test]
async fn without_its_history_no_card_is_tried() {
    let world = fresh().await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
    pays(&world, "2", cards::VISA).await; // what else is read is in memory since
    world.faults().restart();
    for nth in 0..3 {
        let caller = Some("Authorize".to_owned());
        world.faults().plan(When::Nth { caller, operation: "GetItem".to_owned(), nth }, Fault::FailBefore);
    }
    shopper.pay(&Card::of(cards::VISA)).await;
    assert_eq!(shopper.page().status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!((world.faults().pending(), asked(&world).await), (0, 1));
}

#[tokio::test]
async fn declines_of_one_card_at_once_are_all_kept() {
    let world = fresh().await;
    let desk = BatchDesk::of(&world, "4000");
    let card = desk.keep("carol", cards::NO_FUNDS).await;
    // each has an environment of its own: nothing but the table keeps them apart
    let renewals: Vec<Renewals> = (0..4).map(|_| Renewals::new(&world)).collect();
    let orders = ["1", "2", "3", "4"];
    let charged = futures_util::future::join_all(
        renewals.iter().zip(orders).map(|(renewals, order)| renewals.charge(&card, order, 100)),
    );
    assert!(charged.await.iter().all(Result::is_ok));
    let kept = serde_json::to_value(history(&world, &card.tried(TriedBy::Merchant).unwrap()).await).unwrap();
    assert_eq!(kept["d"].as_array().map(Vec::len), Some(4), "{kept}");
}

/// What happens at a shop.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// A shopper types a card.
    Page(&'static str),
    /// A file has so many rows of a buyer.
    Batch(usize, u32),
    /// An operator charges a buyer's card.
    Click(usize),
    /// The day of a buyer's regular purchase comes.
    Due(usize),
    /// An operator has its unpaid period charged.
    ByHand(usize),
    /// A buyer takes another card: what is unpaid is tried with it at once.
    Change(usize, &'static str),
    /// Hours pass, and with them the schedule's days.
    Wait(u32),
}

/// Buyers, and what their regular purchases cost: the second's is declined twice also by a card that is good.
const BUYERS: [(&str, u32); 2] = [("alice", 1_000), ("bob", 10_000 + DECLINED_AT_FIRST)];

fn events() -> impl Strategy<Value = Vec<Event>> {
    let soft = prop::sample::select(vec![cards::NO_FUNDS, cards::NO_FUNDS, cards::MASTERCARD]);
    let card = prop::sample::select(vec![cards::NO_FUNDS, cards::MASTERCARD, cards::MASTERCARD, cards::LOST]);
    let buyer = || 0..BUYERS.len();
    let event = prop_oneof![
        4 => soft.prop_map(Event::Page),
        1 => Just(Event::Page(cards::LOST)),
        4 => (buyer(), 1..14_u32).prop_map(|(buyer, rows)| Event::Batch(buyer, rows)),
        2 => buyer().prop_map(Event::Click),
        6 => buyer().prop_map(Event::Due),
        5 => buyer().prop_map(Event::ByHand),
        5 => (buyer(), card).prop_map(|(buyer, card)| Event::Change(buyer, card)),
        4 => prop::sample::select(vec![1_u32, 9, 24, 24, 72, 240]).prop_map(Event::Wait),
    ];
    prop::collection::vec(event, 12..36)
}

/// What came to the acquirer: for which order, which card, whose try, when, and whether it was declined.
#[derive(Clone, Debug)]
struct Asked {
    order: String,
    number: &'static str,
    by: TriedBy,
    at: Timestamp,
    declined: bool,
}

/// One world, and whatever came to its acquirer.
struct Shop {
    world: World,
    desk: BatchDesk,
    regular: RegularDesk,
    clerk: Clerk,
    plans: Vec<PlanId>,
    /// What the buyers' cards are.
    kept: Vec<&'static str>,
    asked: Arc<Mutex<Vec<Asked>>>,
    orders: u32,
    refused: usize,
}

impl Shop {
    async fn open() -> Self {
        let world = fresh().await;
        take_cards_for_checked(&world, date(2030, 1, 1)).await; // a walk over all days to come, every month
        let (desk, regular) = (BatchDesk::of(&world, "4000"), RegularDesk::of(&world, "4000"));
        let mut plans = Vec::new();
        for (buyer, yen) in BUYERS {
            let offer = regular.offer(buyer, yen, 1).await;
            plans.push(regular.joined(&offer, buyer, cards::NO_FUNDS).await.id);
        }
        let clerk = Clerk::owner(&world).await;
        let (asked, kept) = (listened(&world), vec![cards::NO_FUNDS; BUYERS.len()]);
        Self { world, desk, regular, clerk, plans, kept, asked, orders: 0, refused: 0 }
    }

    fn order(&mut self) -> u32 {
        self.orders += 1;
        self.orders
    }

    /// Lets it happen; answers which card was refused on which side, if one was.
    async fn live(&mut self, event: Event) -> Option<(&'static str, TriedBy)> {
        match event {
            Event::Page(number) => {
                let order = self.order().to_string();
                let page = pays(&self.world, &order, number).await;
                page.page().text.contains(NOT_TAKEN).then_some((number, TriedBy::Shopper))
            }
            Event::Batch(buyer, count) => {
                let number = self.kept[buyer];
                let orders: Vec<u32> = (0..count).map(|_| self.order()).collect();
                let codes = rows(&self.desk, orders[0], count, BUYERS[buyer].0, amount(number)).await;
                assert_eq!(codes.len(), orders.len());
                codes.iter().any(|code| code.starts_with("try_")).then_some((number, TriedBy::Merchant))
            }
            Event::Click(buyer) => {
                let number = self.kept[buyer];
                let order = self.order().to_string();
                let (status, _) = click(&self.world, &mut self.clerk, BUYERS[buyer].0, amount(number), &order).await;
                (status == StatusCode::CONFLICT).then_some((number, TriedBy::Merchant))
            }
            Event::Due(buyer) => {
                let now = self.world.now();
                // a week ago: no weekend and no New Year is as long
                let day = japan_date(now).saturating_sub(7.days());
                let waits = |plan: &Plan| plan.state == PlanState::Active(Progress::Waiting);
                let due = move |plan: &Plan| {
                    waits(plan).then(|| Plan { version: plan.version + 1, nominal: day, ..plan.clone() })
                };
                self.tried(buyer, TriedBy::Merchant, is_daytime(now), due).await
            }
            Event::ByHand(buyer) => {
                let now = self.world.now();
                self.tried(buyer, TriedBy::Merchant, true, move |plan| plan.charged_by_hand(now)).await
            }
            Event::Change(buyer, number) => self.change(buyer, number).await,
            Event::Wait(hours) => {
                self.world.advance(HOUR * hours).await.unwrap();
                None
            }
        }
    }

    /// Changes a buyer's plan so that its period is to be tried now. The card was refused if nothing came to the acquirer.
    async fn tried(
        &self,
        buyer: usize,
        by: TriedBy,
        at_once: bool,
        change: impl Fn(&Plan) -> Option<Plan>,
    ) -> Option<(&'static str, TriedBy)> {
        let before = self.regular.plan(&self.plans[buyer]).await;
        let changed = self.regular.change(&self.plans[buyer], change).await;
        self.refused_of(buyer, by, at_once && changed.version != before.version, &before).await
    }

    /// The buyer's card is another, kept as the page keeps it.
    async fn change(&mut self, buyer: usize, number: &'static str) -> Option<(&'static str, TriedBy)> {
        let before = self.regular.plan(&self.plans[buyer]).await;
        let stands = self.regular.card(BUYERS[buyer].0).await;
        let mut card = self.desk.card(stands.owner, number).await;
        (card.version, card.order) = (stands.version + 1, before.first_order.clone());
        card.id = CardId::from_random([u8::try_from(card.version).unwrap(); 8]);
        card.number = Some(self.desk.sealed(&card, number).await); // for its own name
        smuggle_card(&self.world, &card).await;
        self.kept[buyer] = number;
        let tried = matches!(before.with_new_card(japan_date(self.world.now())), Some(NewCard::Charged { .. }));
        self.refused_of(buyer, TriedBy::Shopper, tried, &before).await
    }

    async fn refused_of(
        &self,
        buyer: usize,
        by: TriedBy,
        wanted: bool,
        before: &Plan,
    ) -> Option<(&'static str, TriedBy)> {
        let order = before.order_of(before.period).order.as_str().to_owned();
        let tries = || self.ledger().iter().filter(|asked| asked.order == order).count();
        let earlier = tries();
        self.world.settle().await.unwrap();
        (wanted && tries() == earlier).then_some((self.kept[buyer], by))
    }

    fn ledger(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Each stored payment says whose its last try was.
    async fn assert_sides(&self) {
        let last: HashMap<String, TriedBy> = self.ledger().into_iter().map(|asked| (asked.order, asked.by)).collect();
        for (order, by) in last {
            let payment = payment(&self.world, "4000", &order).await.unwrap();
            assert_eq!(payment.tried_by(), by, "{:?}", payment.origin);
        }
    }
}

/// Whatever comes to the acquirer from now on.
fn listened(world: &World) -> Arc<Mutex<Vec<Asked>>> {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (there, heard) = (world.clone(), Arc::clone(&asked));
    let handler = move |request: Request<Bytes>| {
        let (there, heard) = (there.clone(), Arc::clone(&heard));
        async move {
            let body = request.uri().path().ends_with("/authorize").then(|| request.body().clone());
            let answer: Response<Bytes> = there.http(request).await;
            if let Some(body) = body {
                heard.lock().unwrap().push(Asked::read(&body, answer.body(), there.now()));
            }
            answer
        }
    };
    world.cloud().register_host("localhost", Arc::new(handler));
    asked
}

impl Asked {
    fn read(asked: &[u8], answered: &[u8], at: Timestamp) -> Self {
        let [asked, answered]: [serde_json::Value; 2] =
            [asked, answered].map(|body| serde_json::from_slice(body).unwrap());
        let number = asked["instrument"]["card"]["number"].as_str().unwrap();
        let number = [cards::NO_FUNDS, cards::MASTERCARD, cards::LOST].into_iter().find(|known| *known == number);
        let by = match asked["initiator"].as_str().unwrap() {
            "cardholder" | "mail_or_telephone" => TriedBy::Shopper,
            "merchant_recurring" | "merchant_unscheduled" => TriedBy::Merchant,
            other => panic!("{other}"),
        };
        let order = asked["order"]["order"].as_str().unwrap().to_owned();
        let declined = match answered["verdict"]["outcome"].as_str().unwrap() {
            "declined" => true,
            "approved" => false,
            other => panic!("{other}"),
        };
        Self { order, number: number.unwrap(), by, at, declined }
    }
}

/// The networks' rules, written down anew: may this card be tried after these tries?
fn allowed(tries: &[Asked], number: &str, by: TriedBy, now: Timestamp) -> bool {
    let own = || tries.iter().filter(|tried| tried.declined && tried.number == number && tried.by == by);
    let within = |hours: i64| own().filter(|tried| now.duration_since(tried.at).as_secs() < hours * 3_600).count();
    match number {
        cards::LOST => own().count() == 0,
        cards::MASTERCARD => within(24) < 10 && within(720) < 35,
        _ => within(720) < 15,
    }
}

/// How many sequences are tried; `TRIES_CASES` makes it more.
const CASES: u32 = 14;

#[test]
fn no_sequence_of_shoppers_clicks_files_schedules_and_changed_cards_exceeds_a_limit_at_the_acquirer() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let cases = std::env::var("TRIES_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
    // refusals, tries of renewals that the merchant started, and such that a buyer did by another card
    let met = [(); 3].map(|()| std::cell::Cell::new(0));
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases, ..ProptestConfig::default() });
    runner
        .run(&events(), |events| {
            runtime.block_on(async {
                let mut shop = Shop::open().await;
                for event in events {
                    let before = shop.world.now();
                    if let Some((number, by)) = shop.live(event).await {
                        let ledger = shop.ledger();
                        assert!(!allowed(&ledger, number, by, before), "{event:?} was refused without need");
                        shop.refused += 1;
                    }
                }
                let ledger = shop.ledger();
                for (place, Asked { number, by, at, .. }) in ledger.iter().enumerate() {
                    assert!(allowed(&ledger[..place], number, *by, *at), "the {place}th of {ledger:?}");
                }
                shop.assert_sides().await;
                let renewed = |by| ledger.iter().filter(|asked| asked.order.len() == 18 && asked.by == by).count();
                let counts = [shop.refused, renewed(TriedBy::Merchant), renewed(TriedBy::Shopper)];
                met.iter().zip(counts).for_each(|(met, count)| met.set(met.get() + count));
            });
            Ok(())
        })
        .unwrap();
    let [refused, renewed, changed] = met.map(|met| met.get());
    println!("{cases} sequences: {refused} refusals, {renewed} tries of renewals, {changed} by another card");
    assert!(refused > 0 && renewed > 0 && changed > 0, "limits are met, and renewals are among them");
}
