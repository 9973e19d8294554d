//! The guard against card testing on a world's table: what it reads and writes, whom it lets in, what becomes of payments when its counters fail.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    reason = "a test's helpers may stop at the first surprise; capacity units come in halves"
)]

use std::{net::IpAddr, time::Duration};

use bytes::Bytes;
use charging::guard::{Admission, Guard, Told, Visitor};
use domain::{Clock, Fingerprint, Merchant, acquirer::DeclineCode, guard::Reason};
use http::{Request, Response, StatusCode};
use inbound::Config;
use local::{
    cloud::{Caller, Fault, Permissions, When},
    world::{Peer, World},
};
use store::GuardCounters;
use system_tests::{Card, Log, ShopRequest, Shopper, Site, cards, fresh, merchant};
use tracing_subscriber::filter::LevelFilter;

/// A guard as authorize has it, with authorize's rights, on the world's clock.
fn guard(world: &World) -> Guard {
    let authorize = world.template().functions.iter().find(|function| function.package == "authorize").unwrap();
    let caller = Caller::function("Authorize", Permissions::new(authorize.statements.clone()));
    let config = Config::new(authorize.environment.clone().into_iter().collect(), world.cloud().sdk_config(caller));
    let there = world.clone();
    Guard::new(GuardCounters::new(config.table().unwrap()), Clock::new(move || there.now()))
}

struct Someone {
    address: IpAddr,
    user: String,
    bin: Option<String>,
    card: u32,
}

impl Someone {
    fn visitor(&self) -> Visitor<'_> {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&self.card.to_be_bytes());
        let fingerprint = Some(Fingerprint::from_random(bytes));
        Visitor { address: Some(self.address), user: &self.user, bin: self.bin.as_deref(), fingerprint }
    }
}

/// The `number`-th card, from `address`, of an issuer of its own.
fn someone(address: &str, number: u32) -> Someone {
    Someone {
        address: address.parse().unwrap(),
        user: String::new(),
        bin: Some((400_000 + number).to_string()),
        card: number,
    }
}

/// Comes to pay; an admitted one ends as `told`.
async fn pay(guard: &Guard, shop: &Merchant, who: &Someone, told: Told) -> Result<(), Reason> {
    match guard.admit(shop, &who.visitor()).await {
        Admission::Admitted(ticket) => {
            guard.tell(&ticket, told).await;
            Ok(())
        }
        Admission::Refused(reason) => Err(reason),
    }
}

fn declined(code: DeclineCode) -> Told {
    Told::Declined(code)
}

const NO: Told = Told::Declined(DeclineCode::DoNotHonor);

/// Write units and read units so far.
fn used(world: &World) -> (f64, f64) {
    let usage = world.usage().dynamodb;
    (usage.write_units, usage.read_units)
}

#[tokio::test]
async fn an_approval_writes_nothing_and_a_decline_two_units_at_most() {
    let world = fresh().await;
    let (guard, shop) = (guard(&world), merchant(&world, "4000").await);
    let mut before = used(&world);
    let mut spent = || {
        let (now, then) = (used(&world), before);
        before = now;
        (now.0 - then.0, now.1 - then.1)
    };
    for number in 0..30 {
        pay(&guard, &shop, &someone("192.0.2.1", number), Told::Approved).await.unwrap();
        let (written, read) = spent();
        assert!(written.abs() < f64::EPSILON, "{written} written for an approval");
        assert!(read <= 1.0, "{read} read");
    }
    for number in 0..60 {
        let who = Someone { user: format!("buyer-{number}"), ..someone(&format!("198.51.100.{number}"), 100 + number) };
        pay(&guard, &shop, &who, NO).await.unwrap();
        let (written, _) = spent();
        assert!(written <= 2.0, "{written} written for a decline");
    }
    for code in [DeclineCode::ProcessingError, DeclineCode::IssuerNotAvailable, DeclineCode::TryAgainLater] {
        pay(&guard, &shop, &someone("192.0.2.1", 1), declined(code)).await.unwrap();
        assert!(spent().0.abs() < f64::EPSILON, "{code:?} is no fault of the shopper");
    }
    let largest = world.usage().dynamodb.largest_item;
    println!("{largest:?}");
}

#[tokio::test]
async fn a_refusal_writes_nothing() {
    let world = fresh().await;
    let (guard, shop) = (guard(&world), merchant(&world, "4000").await);
    for number in 0..20 {
        pay(&guard, &shop, &someone("192.0.2.1", number), NO).await.unwrap();
    }
    let before = used(&world).0;
    for number in 20..60 {
        assert_eq!(pay(&guard, &shop, &someone("192.0.2.1", number), NO).await, Err(Reason::Address));
    }
    assert!((used(&world).0 - before).abs() < f64::EPSILON);
}

#[tokio::test]
async fn one_address_with_many_cards_is_stopped_and_let_in_again_after_its_window() {
    let world = fresh().await;
    let (guard, shop) = (guard(&world), merchant(&world, "4000").await);
    let mut through = 0;
    for number in 0..200 {
        through += u32::from(pay(&guard, &shop, &someone("192.0.2.1", number), NO).await.is_ok());
    }
    assert_eq!(through, 20);
    pay(&guard, &shop, &someone("192.0.2.2", 900), Told::Approved).await.unwrap();
    let elsewhere = merchant(&world, "2400").await;
    pay(&guard, &elsewhere, &someone("192.0.2.1", 901), Told::Approved).await.unwrap();
    world.advance(Duration::from_secs(1_800)).await.unwrap();
    assert!(pay(&guard, &shop, &someone("192.0.2.1", 902), NO).await.is_err());
    world.advance(Duration::from_secs(5_400)).await.unwrap();
    pay(&guard, &shop, &someone("192.0.2.1", 903), Told::Approved).await.unwrap();
}

#[tokio::test]
async fn many_addresses_with_one_issuer_number_are_stopped_and_someone_is_called_once() {
    let (log, _captured) = Log::capture(LevelFilter::INFO);
    let world = fresh().await;
    let (guard, shop) = (guard(&world), merchant(&world, "4000").await);
    let mut through = 0;
    for number in 0..200 {
        let who = Someone { bin: Some("555555".to_owned()), ..someone(&format!("198.51.{}.7", number), number) };
        through += u32::from(pay(&guard, &shop, &who, NO).await.is_ok());
    }
    assert_eq!(through, 20);
    pay(&guard, &shop, &someone("192.0.2.2", 900), Told::Approved).await.unwrap();
    let kept = Someone { bin: None, ..someone("192.0.2.3", 901) };
    pay(&guard, &shop, &kept, Told::Approved).await.unwrap();
    let calls = log.records().iter().filter(|record| record["card_testing"] == true).count();
    assert_eq!(calls, 1);
    let text = String::from_utf8(log.bytes()).unwrap();
    assert!(text.contains("\"refused_by\":\"bin\""));
    for personal in ["198.51.", "555555"] {
        assert!(!text.contains(personal), "the log names {personal}");
    }
}

#[tokio::test]
async fn one_buyer_with_many_cards_is_stopped() {
    let world = fresh().await;
    let (guard, shop) = (guard(&world), merchant(&world, "4000").await);
    let mallory =
        |number: u32| Someone { user: "mallory".to_owned(), ..someone(&format!("198.51.100.{number}"), number) };
    let mut through = 0;
    for number in 0..40 {
        through += u32::from(pay(&guard, &shop, &mallory(number), NO).await.is_ok());
    }
    assert_eq!(through, 10);
    assert_eq!(pay(&guard, &shop, &mallory(99), NO).await, Err(Reason::Buyer));
    let alice = Someone { user: "alice".to_owned(), ..someone("198.51.100.1", 700) };
    pay(&guard, &shop, &alice, Told::Approved).await.unwrap();
}

#[tokio::test]
async fn one_cards_code_is_not_guessed() {
    let world = fresh().await;
    let (guard, shop) = (guard(&world), merchant(&world, "4000").await);
    let mut through = 0;
    for number in 0..100 {
        let who = Someone { bin: None, card: 7, ..someone(&format!("198.51.100.{number}"), number) };
        through += u32::from(pay(&guard, &shop, &who, declined(DeclineCode::IncorrectCvc)).await.is_ok());
    }
    assert_eq!(through, 10);
}

#[tokio::test]
async fn an_office_of_two_hundred_with_twelve_typing_mistakes_goes_on_paying() {
    let world = fresh().await;
    let shop = merchant(&world, "4000").await;
    let environments = [guard(&world), guard(&world), guard(&world)];
    for person in 0..200_u32 {
        let guard = &environments[usize::try_from(person % 3).unwrap()];
        let who = someone("192.0.2.1", person);
        if person % 17 == 0 {
            let mistake = declined([DeclineCode::IncorrectCvc, DeclineCode::ExpiredCard][usize::from(person % 2 == 0)]);
            pay(guard, &shop, &who, mistake).await.unwrap_or_else(|reason| panic!("{person}: {reason:?}"));
        }
        pay(guard, &shop, &who, Told::Approved).await.unwrap_or_else(|reason| panic!("{person}: {reason:?}"));
        world.advance(Duration::from_secs(15)).await.unwrap();
    }
}

#[tokio::test]
async fn several_environments_count_together() {
    let world = fresh().await;
    let shop = merchant(&world, "4000").await;
    let mut through = 0;
    for number in 0..100 {
        // each from an environment that has just begun
        let guard = guard(&world);
        let who = Someone { bin: Some("555555".to_owned()), ..someone(&format!("198.51.{number}.7"), number) };
        through += u32::from(pay(&guard, &shop, &who, NO).await.is_ok());
    }
    assert_eq!(through, 20);
}

#[tokio::test]
async fn a_merchants_own_thresholds_hold() {
    let world = fresh().await;
    let guard = guard(&world);
    let mut shop = merchant(&world, "4000").await;
    shop.guard.set(domain::guard::GuardLimit::AddressHour, 10).unwrap();
    let mut through = 0;
    for number in 0..40 {
        through += u32::from(pay(&guard, &shop, &someone("192.0.2.1", number), NO).await.is_ok());
    }
    assert_eq!(through, 10);
}

#[tokio::test]
async fn counters_that_do_not_answer_stop_no_payment() {
    for fault in [Fault::FailBefore, Fault::Throttled, Fault::ReplyLost] {
        let world = fresh().await;
        let (guard, shop) = (guard(&world), merchant(&world, "4000").await);
        world.faults().restart();
        for nth in 0..4 {
            for operation in ["BatchGetItem", "UpdateItem"] {
                let when = When::Nth { caller: None, operation: operation.to_owned(), nth };
                world.faults().plan(when, fault);
            }
        }
        for number in 0..4 {
            pay(&guard, &shop, &someone("192.0.2.1", number), NO).await.unwrap();
        }
        let tries = world.faults().calls().iter().filter(|call| call.operation == "BatchGetItem").count();
        assert_eq!(tries, 4, "{fault:?}: nobody waits for a second try");
    }
}

#[tokio::test]
async fn a_write_that_arrives_twice_counts_once() {
    let world = fresh().await;
    let (guard, shop) = (guard(&world), merchant(&world, "4000").await);
    world.faults().restart();
    for nth in 0..30 {
        let when = When::Nth { caller: None, operation: "UpdateItem".to_owned(), nth };
        world.faults().plan(when, Fault::Twice);
    }
    for number in 0..15 {
        pay(&guard, &shop, &someone("192.0.2.1", number), NO).await.unwrap();
    }
    assert_eq!(world.faults().pending(), 0);
    world.faults().stop();
    for number in 15..20 {
        pay(&guard, &shop, &someone("192.0.2.1", number), NO).await.unwrap();
    }
    assert_eq!(pay(&guard, &shop, &someone("192.0.2.1", 20), NO).await, Err(Reason::Address));
}

/// The system as it is reached from an address.
#[derive(Clone, Debug)]
struct From(World, IpAddr);

impl Site for From {
    async fn send(&self, mut request: Request<Bytes>) -> Response<Bytes> {
        request.extensions_mut().insert(Peer(self.1));
        self.0.http(request).await
    }
}

impl From {
    /// One order of its own, paid with one try: the page that follows.
    async fn pays(&self, order: &str, card: &Card) -> (StatusCode, String, bool) {
        let mut shopper = Shopper::new(self);
        shopper.open(&ShopRequest::new("4000", 1_000, order)).await;
        let page = shopper.pay(card).await;
        (page.status, page.code().to_owned(), page.is_hand_over())
    }
}

#[tokio::test]
async fn on_the_page_an_attackers_address_is_refused_and_an_office_is_not() {
    let world = fresh().await;
    let from = |address: &str| From(world.clone(), address.parse().unwrap());
    let (attacker, office) = (from("203.0.113.66"), from("198.51.100.10"));
    let (stolen, good) = (Card::of(cards::DECLINED), Card::of(cards::VISA));
    let mut through = 0;
    for number in 0..40 {
        let (status, code, _) = attacker.pays(&format!("9{number:03}"), &stolen).await;
        if status == StatusCode::TOO_MANY_REQUESTS {
            assert_eq!(code, "try_later");
        } else {
            through += 1;
        }
        // someone in the office pays, and each fifth mistypes first
        let order = format!("1{number:03}");
        if number % 5 == 0 {
            let (status, ..) = office.pays(&order, &good.clone().with_code("999")).await;
            assert_ne!(status, StatusCode::TOO_MANY_REQUESTS, "{number}");
        } else {
            let (_, code, paid) = office.pays(&order, &good).await;
            assert!(paid, "{number}: {code}");
        }
    }
    // one card is tried no more than ten times a day, wherever from
    assert_eq!(through, 10);
    let (_, code, paid) = attacker.pays("9999", &good).await;
    assert!(paid, "ten declines are not twenty: {code}");
}

#[tokio::test]
async fn on_the_page_twenty_failing_cards_shut_their_address_out() {
    let world = fresh().await;
    let (guard, shop) = (guard(&world), merchant(&world, "4000").await);
    for number in 0..20 {
        pay(&guard, &shop, &someone("203.0.113.66", number), NO).await.unwrap();
    }
    let good = Card::of(cards::VISA);
    let from = |address: &str| From(world.clone(), address.parse().unwrap());
    let before = used(&world).0;
    let (status, code, _) = from("203.0.113.66").pays("1", &good).await;
    assert_eq!((status, code.as_str()), (StatusCode::TOO_MANY_REQUESTS, "try_later"));
    assert!((used(&world).0 - before).abs() < f64::EPSILON, "a refusal writes nothing");
    let (_, code, paid) = from("203.0.113.67").pays("1", &good).await;
    assert!(paid, "next door: {code}");
}

#[tokio::test]
async fn the_relay_sends_nothing_for_counters_and_for_cards_that_are_kept() {
    let world = fresh().await;
    let (guard, shop) = (guard(&world), merchant(&world, "4000").await);
    world.settle().await.unwrap();
    world.faults().restart();
    for number in 0..5 {
        pay(&guard, &shop, &someone("203.0.113.66", number), NO).await.unwrap();
    }
    world.settle().await.unwrap();
    let sent = |world: &World, queue: &str| {
        let calls = world.faults().calls();
        calls.iter().filter(|call| call.operation == "SendMessageBatch" && call.resource.contains(queue)).count()
    };
    assert_eq!(sent(&world, ""), 0);
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "1").of_user("buyer", world.now())).await;
    shopper.pay(&Card::of(cards::VISA).to_be_kept()).await;
    assert!(shopper.page().is_hand_over());
    world.settle().await.unwrap();
    assert_eq!(sent(&world, "MailQueue"), 1, "the payment's own mails, nothing for the card's item");
}
