//! However often and from wherever a form is sent, an order is charged once.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    reason = "a test's helpers may stop at the first surprise"
)]

use domain::payment::State;
use local::cloud::{Fault, When};
use local::world::World;
use outbound::acquirer::Kind;
use std::time::Duration;
use system_tests::{
    Card, ShopRequest, Shopper, acquirer_calls, approvals, cards, change_merchant, fresh, payment, totals,
};

async fn authorizations(world: &World) -> usize {
    acquirer_calls(world, Kind::Authorize).await.len()
}

async fn before_the_form(world: &World) -> Shopper {
    let mut shopper = Shopper::new(world);
    shopper.open(&ShopRequest::new("4000", 1_000, "1")).await;
    shopper
}

fn visa() -> Card {
    Card::of(cards::VISA)
}

fn declined() -> Card {
    Card::of(cards::DECLINED)
}

#[tokio::test]
async fn the_same_form_sent_again_leads_to_the_same_result() {
    let world = fresh().await;
    let mut shopper = before_the_form(&world).await;
    let form = shopper.filled(&visa());
    shopper.submit(&form).await;
    let first = shopper.hand_over();
    for _ in 0..2 {
        shopper.submit(&form).await;
        assert_eq!(shopper.hand_over(), first);
    }
    assert_eq!(authorizations(&world).await, 1);
    world.settle().await.unwrap();
    assert_eq!(world.mailbox().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_form_sent_by_four_clients_at_once_is_charged_once() {
    let world = fresh().await;
    for round in 0..5 {
        let mut shopper = Shopper::new(&world);
        shopper.open(&ShopRequest::new("4000", 1_000, &round.to_string())).await;
        let form = shopper.filled(&visa());
        let [mut a, mut b, mut c, mut d] = std::array::from_fn(|_| shopper.clone());
        tokio::join!(a.submit(&form), b.submit(&form), c.submit(&form), d.submit(&form));
        for client in [&mut a, &mut b, &mut c, &mut d] {
            assert!(client.page().is_hand_over() || client.page().is_waiting(), "{}", client.page().text);
            client.refresh().await;
            assert_eq!(client.hand_over().value("result"), "0");
        }
        assert_eq!(authorizations(&world).await, round + 1);
    }
    world.settle().await.unwrap();
    assert_eq!(world.mailbox().unwrap().len(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn four_tabs_of_one_order_sent_at_once_are_charged_once() {
    let world = fresh().await;
    for round in 0..5 {
        let request = ShopRequest::new("4000", 1_000, &round.to_string());
        let mut tabs: [Shopper; 4] = std::array::from_fn(|_| Shopper::new(&world));
        for tab in &mut tabs {
            tab.open(&request).await;
        }
        let (visa, mastercard) = (visa(), Card::of(cards::MASTERCARD));
        let [a, b, c, d] = &mut tabs;
        tokio::join!(a.pay(&visa), b.pay(&mastercard), c.pay(&visa), d.pay(&mastercard));
        assert_eq!(authorizations(&world).await, round + 1);
        let mut handed_over = 0;
        for tab in &mut tabs {
            tab.refresh().await;
            let page = tab.page();
            assert!(page.is_hand_over() || page.text.contains("お支払い済み"), "{}", page.text);
            handed_over += usize::from(page.is_hand_over());
        }
        assert_eq!(handed_over, 1, "only the tab that paid is handed over");
    }
}

#[tokio::test]
async fn a_delayed_duplicate_after_a_decline_never_becomes_a_new_attempt() {
    let world = fresh().await;
    let mut shopper = before_the_form(&world).await;
    let old = shopper.filled(&declined());
    let old_with_a_good_card = shopper.filled(&visa());
    shopper.submit(&old).await;
    for duplicate in [&old, &old_with_a_good_card] {
        let page = shopper.submit(duplicate).await;
        assert!(page.is_payment_form(), "the decline is shown again: {}", page.text);
        let stored = payment(&world, "4000", "1").await.unwrap();
        assert_eq!((stored.attempts, stored.last_n), (1, 1));
    }
    assert_eq!(authorizations(&world).await, 1);
    shopper.pay(&visa()).await;
    assert_eq!(shopper.hand_over().value("result"), "0");
    let paid = shopper.clone();
    for duplicate in [&old, &old_with_a_good_card] {
        shopper.submit(duplicate).await;
        assert!(shopper.page().text.contains("お支払い済み"), "{}", shopper.page().text);
    }
    assert_eq!(authorizations(&world).await, 2);
    assert_eq!(paid.hand_over().value("result"), "0");
}

#[tokio::test]
async fn the_form_of_another_tab_is_stale_after_a_decline_and_shows_how_the_order_stands() {
    let world = fresh().await;
    let mut one = before_the_form(&world).await;
    let mut two = before_the_form(&world).await;
    one.pay(&declined().with_mail("one@example.com")).await;
    let page = two.pay(&visa()).await;
    assert!(page.is_payment_form() && page.text.contains("請求は発生していません"), "{}", page.text);
    assert_eq!(two.card_form().value("mail"), Some(""), "what the other tab typed is not shown");
    assert_eq!(authorizations(&world).await, 1);
    two.pay(&visa()).await;
    assert_eq!(two.hand_over().value("result"), "0");
    one.pay(&visa()).await;
    assert!(one.page().text.contains("お支払い済み"));
    assert_eq!(approvals(&world).await, 1);
}

#[tokio::test]
async fn a_form_from_before_a_failure_cannot_pay_the_order_that_a_new_visit_opened() {
    let world = fresh().await;
    change_merchant(&world, "4000", |merchant| merchant.attempts = 1).await;
    let mut old = before_the_form(&world).await;
    let mut failed = before_the_form(&world).await;
    failed.pay(&declined()).await;
    assert_eq!(failed.hand_over().value("result"), "1");
    let page = old.pay(&visa()).await;
    assert!(!page.is_payment_form() && page.text.contains("請求は発生していません"), "{}", page.text);
    let mut new = Shopper::new(&world);
    new.open(&ShopRequest::new("4000", 2_000, "1")).await;
    let new_form = new.filled(&visa());
    old.submit(&new_form).await;
    assert_eq!(old.hand_over().value("amount"), "2000");
    new.submit(&new_form).await;
    assert_eq!(new.hand_over().value("result"), "0");
    assert_eq!(approvals(&world).await, 1);
}

#[tokio::test]
async fn the_back_button_shows_no_form_that_pays_again() {
    let world = fresh().await;
    let mut shopper = before_the_form(&world).await;
    let before = shopper.clone();
    shopper.pay(&visa()).await;
    let mut back = before.clone();
    back.pay(&Card::of(cards::JCB)).await;
    assert_eq!(back.hand_over(), shopper.hand_over(), "the same rendering is the same submit, whatever was typed");
    let mut again = before;
    assert!(again.refresh().await.text.contains("お支払い済み"));
    assert_eq!(authorizations(&world).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn paying_and_giving_up_at_once_end_in_one_of_the_two() {
    let world = fresh().await;
    for round in 0..8 {
        let order = round.to_string();
        let mut payer = Shopper::new(&world);
        payer.open(&ShopRequest::new("4000", 1_000, &order)).await;
        let mut leaver = payer.clone();
        let before = approvals(&world).await;
        let visa = visa();
        tokio::join!(payer.pay(&visa), leaver.give_up());
        let stored = payment(&world, "4000", &order).await.unwrap();
        let approved = approvals(&world).await - before;
        match stored.state {
            State::Captured { .. } => assert_eq!(approved, 1),
            State::Abandoned { .. } => assert_eq!(approved, 0),
            other => panic!("{other:?}"),
        }
        payer.refresh().await;
        let told = payer.hand_over();
        assert_eq!(told.value("result") == "0", approved == 1, "the shop is told what is stored");
    }
}

#[tokio::test]
async fn a_repeat_after_the_function_died_with_the_intent_stored_waits_and_charges_nothing() {
    let world = fresh().await;
    let mut shopper = before_the_form(&world).await;
    let form = shopper.filled(&visa());
    let put = When::Nth { caller: Some("Authorize".to_owned()), operation: "PutItem".to_owned(), nth: 0 };
    world.faults().plan(put, Fault::DropAfter);
    assert_eq!(shopper.submit(&form).await.status, http::StatusCode::SERVICE_UNAVAILABLE);
    for _ in 0..2 {
        assert!(shopper.submit(&form).await.is_waiting(), "{}", shopper.page().text);
    }
    assert_eq!(authorizations(&world).await, 0);
    world.advance(Duration::from_secs(600)).await.unwrap();
    shopper.refresh().await;
    assert_eq!(shopper.hand_over().value("result"), "1", "nothing was charged, and the shop hears of it");
    let stored = payment(&world, "4000", "1").await.unwrap();
    assert_eq!(totals(&world, &stored).await.standing, 0);
}
