//! Card-on-file: a buyer lets a shop keep a card, pays with it by its security code alone, and nobody else ever does.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test's helpers may stop at the first surprise"
)]

use domain::card::{ConsentScope, HeldNumber};
use domain::payment::State;
use domain::{Brand, CardOwner, KeptCard, OrderId};
use http::{Request, StatusCode};
use local::admin::{Admin, CardKeysCommand, MerchantCommand};
use local::cloud::{Fault, When};
use local::world::World;
use outbound::acquirer::Kind;
use std::time::Duration;
use system_tests::{
    Card, HandOver, Page, ShopRequest, Shopper, Submit, acquirer_calls, administer, approvals, card_of, cards,
    change_merchant, fresh, housekept, kept_card, payment, smuggle_card, totals,
};

const USER: &str = "Buyer_1/ab+c%";
const GONE: &str = "使えなくな";
const DAY: Duration = Duration::from_secs(24 * 3_600);

fn visa() -> Card {
    Card::of(cards::VISA)
}

fn mastercard() -> Card {
    Card::of(cards::MASTERCARD)
}

/// A fresh, signed request of merchant 4000 for a buyer.
fn asked(world: &World, order: &str, user: &str) -> ShopRequest {
    ShopRequest::new("4000", 1_000, order).of_user(user, world.now())
}

/// A buyer before the page of an order.
async fn before_the_page(world: &World, order: &str, user: &str) -> Shopper {
    let mut shopper = Shopper::new(world);
    shopper.open(&asked(world, order, user)).await;
    assert!(shopper.page().is_payment_form(), "{}", shopper.page().text);
    shopper
}

/// Pays with a card that the shop may keep.
async fn keep(world: &World, order: &str, user: &str, card: Card) -> HandOver {
    let mut shopper = before_the_page(world, order, user).await;
    if shopper.page().offers_kept_card() {
        shopper.change_card().await;
    }
    shopper.pay(&card.to_be_kept()).await;
    shopper.hand_over()
}

async fn authorizations(world: &World) -> usize {
    acquirer_calls(world, Kind::Authorize).await.len()
}

/// Where the page leads to change or delete the kept card.
fn manage(page: &Page) -> String {
    let links = page.tags("a").filter_map(|tag| tag.attribute("href"));
    links.into_iter().find(|href| href.starts_with("/card/")).expect("a way to the kept card").to_owned()
}

#[tokio::test]
async fn a_card_is_kept_when_its_buyer_ticks_the_box_and_never_otherwise() {
    let world = fresh().await;
    let mut anonymous = Shopper::new(&world);
    anonymous.open(&ShopRequest::new("4000", 1_000, "1")).await;
    assert_eq!(anonymous.card_form().unticked, [], "without a buyer nothing is offered");

    let mut shopper = before_the_page(&world, "2", USER).await;
    assert_eq!(shopper.card_form().unticked, [("keep_card".to_owned(), "on".to_owned())], "never ticked beforehand");
    assert!(shopper.card_form().value("keep_card").is_none());
    shopper.pay(&visa()).await;
    assert_eq!(shopper.hand_over().value("result"), "0");
    assert_eq!(kept_card(&world, "4000", USER).await, None);

    let mut shopper = before_the_page(&world, "3", USER).await;
    shopper.pay(&visa().to_be_kept().with_code("12")).await;
    assert_eq!(shopper.page().status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        shopper.card_form().value("keep_card"),
        Some("on"),
        "the buyer's own choice stays while a typo is mended"
    );
    assert_eq!(kept_card(&world, "4000", USER).await, None);
    shopper.pay(&visa()).await;
    let back = shopper.hand_over();
    assert_eq!((back.value("result"), back.value("user")), ("0", USER), "the buyer id comes back as it was");

    let kept = kept_card(&world, "4000", USER).await.unwrap();
    assert_eq!(kept.consent.scope, ConsentScope::Recall);
    assert_eq!(kept.consent.terms, words::KEEP_TERMS);
    assert_eq!(kept.consent.at.as_second(), world.now().as_second());
    assert!(!kept.consent.address.is_empty(), "the address the consent came from");
    assert_eq!((kept.card.brand, kept.card.last4.as_str()), (Brand::Visa, "4242"));
    assert_eq!((kept.holder.as_str(), kept.mail.as_str()), ("TARO YAMADA", "shopper@example.com"));
    assert!(matches!(kept.number, Some(HeldNumber::Sealed { .. })) && kept.network_id.is_some());
    let stored = payment(&world, "4000", "3").await.unwrap();
    assert_eq!((stored.card_id, stored.fingerprint), (Some(kept.id), kept.fingerprint));
}

#[tokio::test]
async fn the_box_is_worth_nothing_where_the_page_did_not_offer_it() {
    let world = fresh().await;
    for (merchant, order) in [("4000", "1"), ("9320", "2"), ("2400", "3")] {
        let mut shopper = Shopper::new(&world);
        shopper.open(&ShopRequest::new(merchant, 1_000, order)).await;
        let mut forged = shopper.filled(&visa());
        forged.body.push_str("&keep_card=on");
        shopper.submit(&forged).await;
        assert!(shopper.page().is_hand_over());
        let stored = payment(&world, merchant, order).await.unwrap();
        assert_eq!((stored.keeping, stored.card_id), (None, None));
        let owner = CardOwner::Order(OrderId::new(order).unwrap());
        assert_eq!(card_of(&world, merchant, &owner).await, None);
    }
    // nor is "pay with the kept card" where none was offered
    keep(&world, "4", USER, visa()).await;
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("4000", 1_000, "5")).await;
    let form = shopper.card_form().clone().with("mail", "shopper@example.com").with("card_code", "123");
    let forged = Submit { body: format!("{}&card=kept&user=buyer", form.encoded()), ..Submit::of(&form) };
    let page = shopper.submit(&forged).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text);
    assert_eq!(payment(&world, "4000", "5").await, None);
}

#[tokio::test]
async fn the_next_payment_shows_brand_last_digits_and_expiry_and_asks_the_code_alone() {
    let world = fresh().await;
    for (user, number, code, brand, last4) in [
        ("visa", cards::VISA, "123", "Visa", "4242"),
        ("amex", cards::AMEX, "1234", "American Express", "0005"),
        ("diners", cards::DINERS, "123", "Diners", "5904"),
    ] {
        keep(&world, &format!("{last4}1"), user, Card::of(number)).await;
        world.advance(DAY).await.unwrap();
        let mut shopper = before_the_page(&world, &format!("{last4}2"), user).await;
        let page = shopper.page();
        assert!(page.offers_kept_card(), "{}", page.text);
        for shown in [brand, last4, "12/29"] {
            assert!(page.text.contains(shown), "{shown}: {}", page.text);
        }
        assert!(!page.html().contains(number) && !page.html().contains(&number[..8]));
        let names: Vec<&str> = shopper.card_form().fields.iter().map(|(name, _)| name.as_str()).collect();
        assert!(["card_number", "card_expiry", "card_name"].iter().all(|name| !names.contains(name)), "{names:?}");
        assert_eq!(shopper.card_form().unticked, [], "it is kept already");
        assert!(shopper.page().by_id("card_code").is_some());

        let wrong = if code.len() == 3 { "1234" } else { "123" };
        for typo in [wrong, "", "12a"] {
            let page = shopper.pay_kept(typo).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{typo}");
            assert!(page.offers_kept_card(), "{typo}: {}", page.text);
            assert_eq!(page.by_id("card_code").unwrap().attribute("aria-invalid"), Some("true"));
            assert_eq!(shopper.card_form().value("card_code"), Some(""), "a code is never shown again");
        }
        shopper.pay_kept(code).await;
        let back = shopper.hand_over();
        assert_eq!((back.value("result"), back.value("user")), ("0", user));
        let stored = payment(&world, "4000", &format!("{last4}2")).await.unwrap();
        let kept = kept_card(&world, "4000", user).await.unwrap();
        assert_eq!((stored.card_id, stored.fingerprint), (Some(kept.id), kept.fingerprint));
        assert_eq!(stored.card.as_ref(), Some(&kept.card));
        assert_eq!((stored.holder.as_str(), stored.keeping.clone()), ("TARO YAMADA", None));
        assert_eq!((kept.version, kept.order.as_str()), (1, format!("{last4}1").as_str()), "paying changes nothing");
    }
    assert_eq!(approvals(&world).await, 6);
    world.settle().await.unwrap();
    let mails = world.mailbox().unwrap();
    assert!(mails.iter().filter(|mail| mail.text.as_ref().is_some_and(|text| text.contains("0005"))).count() >= 2);
}

#[tokio::test]
async fn a_buyer_is_one_byte_for_byte_at_one_merchant() {
    let world = fresh().await;
    change_merchant(&world, "7000", |merchant| merchant.card_on_file = true).await;
    keep(&world, "1", "Buyer", visa()).await;
    for (order, user) in [("2", "buyer"), ("3", "BUYER"), ("4", "Buyer."), ("5", "Buye")] {
        assert!(!before_the_page(&world, order, user).await.page().offers_kept_card(), "{user}");
    }
    let mut elsewhere = Shopper::new(&world);
    elsewhere.open(&ShopRequest::new("7000", 1_000, "6").with("user", "Buyer").signed(world.now())).await;
    let page = elsewhere.page();
    assert!(page.is_payment_form() && !page.offers_kept_card(), "another merchant has its own cards");
    assert!(!page.html().contains("4242"));
    // the strong signature vouches for a buyer, too
    elsewhere.pay(&mastercard().to_be_kept()).await;
    assert_eq!(kept_card(&world, "7000", "Buyer").await.unwrap().card.last4, "4444");
    assert_eq!(kept_card(&world, "4000", "Buyer").await.unwrap().card.last4, "4242");
    assert_eq!(kept_card(&world, "4000", "buyer").await, None);
    let mut again = Shopper::new(&world);
    again.open(&ShopRequest::new("7000", 1_000, "7").with("user", "Buyer").signed(world.now())).await;
    assert!(again.page().offers_kept_card() && again.page().text.contains("4444"));
    // a form for one buyer's card is not one for another's, even where both have one
    keep(&world, "8", "other", mastercard()).await;
    let mine = before_the_page(&world, "9", "Buyer").await;
    let mut theirs = before_the_page(&world, "10", "other").await;
    theirs.submit(&mine.filled_kept("123")).await;
    assert_eq!(payment(&world, "4000", "9").await.unwrap().card.unwrap().last4, "4242");
    assert_eq!(payment(&world, "4000", "10").await, None);
}

#[tokio::test]
async fn another_card_may_be_used_kept_in_place_of_the_first_or_put_back() {
    let world = fresh().await;
    keep(&world, "1", USER, visa()).await;
    let first = kept_card(&world, "4000", USER).await.unwrap();

    // there and back again
    let mut shopper = before_the_page(&world, "2", USER).await;
    let page = shopper.change_card().await;
    assert!(page.is_payment_form() && !page.offers_kept_card());
    assert_eq!(shopper.card_form().unticked.len(), 1, "the other card may be kept, too, by its own tick");
    assert!(shopper.page().text.contains("置き換わります"), "{}", shopper.page().text);
    assert!(shopper.change_card().await.offers_kept_card());
    shopper.change_card().await;
    // a typo with the other card leaves both open
    let page = shopper.pay(&mastercard().with_code("1")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!page.offers_kept_card());
    assert!(shopper.clone().change_card().await.offers_kept_card(), "back to the kept card after a typo");
    // used once, not kept
    shopper.pay(&mastercard()).await;
    assert_eq!(shopper.hand_over().value("result"), "0");
    assert_eq!(kept_card(&world, "4000", USER).await.unwrap(), first);

    keep(&world, "3", USER, mastercard()).await;
    let second = kept_card(&world, "4000", USER).await.unwrap();
    assert_eq!((second.card.last4.as_str(), second.version), ("4444", 2));
    assert_ne!(second.id, first.id, "another card has another name");
    let mut shopper = before_the_page(&world, "4", USER).await;
    assert!(shopper.page().text.contains("4444"));
    shopper.pay_kept("123").await;
    assert_eq!(payment(&world, "4000", "4").await.unwrap().card.unwrap().last4, "4444");
    assert_eq!(shopper.hand_over().value("result"), "0");
}

#[tokio::test]
async fn a_card_that_is_gone_between_page_and_button_is_said_to_be_gone_and_nothing_is_charged() {
    for way in ["deleted", "replaced", "expired"] {
        let world = fresh().await;
        let expiry = if way == "expired" { "12/26" } else { "12/29" };
        keep(&world, "1", USER, visa().until(expiry)).await;
        if way == "expired" {
            // to half past eleven on the last evening of December in Japan
            world.advance(DAY * 40 + Duration::from_secs(11 * 3_600 + 1_800)).await.unwrap();
        }
        let mut shopper = before_the_page(&world, "2", USER).await;
        assert!(shopper.page().offers_kept_card(), "{way}: {}", shopper.page().text);
        match way {
            "deleted" => delete(&world, &manage(shopper.page())).await,
            "replaced" => drop(keep(&world, "3", USER, mastercard()).await),
            _ => drop(world.advance(Duration::from_secs(3_600)).await.unwrap()),
        }
        let before = authorizations(&world).await;
        let page = shopper.pay_kept("123").await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{way}: {}", page.text);
        assert!(page.is_payment_form() && !page.offers_kept_card(), "{way}");
        assert!(page.by_id("summary").is_some() && page.text.contains(GONE), "{way}: {}", page.text);
        assert_eq!(authorizations(&world).await, before, "{way}");
        assert_eq!(payment(&world, "4000", "2").await, None, "{way}: not even an intent");
        if way == "replaced" {
            assert!(shopper.clone().change_card().await.text.contains("4444"), "the new one is a step away");
        }
        shopper.pay(&Card::of(cards::JCB)).await;
        assert_eq!(shopper.hand_over().value("result"), "0", "{way}");
    }
}

/// On the page of the kept card.
async fn delete(world: &World, address: &str) {
    let mut owner = Shopper::new(world);
    owner.get(&format!("{address}?view=delete")).await;
    let page = owner.page();
    let form = page.forms.iter().find(|form| form.value("act") == Some("delete"));
    let form = form.unwrap_or_else(|| panic!("no question whether to delete: {} {}", page.status, page.text));
    let submit = Submit::of(&form.clone().with("card_code", "123"));
    let page = owner.submit(&submit).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let kept = kept_card(world, "4000", USER).await;
    assert!(kept.is_none_or(|card| card.number.is_none()));
}

#[tokio::test]
async fn an_expired_card_is_named_and_another_asked_for() {
    let world = fresh().await;
    keep(&world, "1", USER, visa().until("12/26")).await;
    world.advance(DAY * 30).await.unwrap();
    assert!(before_the_page(&world, "2", USER).await.page().offers_kept_card(), "good to the end of its month");
    world.advance(DAY * 30).await.unwrap();
    let mut shopper = before_the_page(&world, "3", USER).await;
    let page = shopper.page();
    assert!(!page.offers_kept_card() && page.text.contains("有効期限が過ぎました"), "{}", page.text);
    assert!(page.form_by_id("other-card").is_none(), "nothing to go back to");
    shopper.pay(&visa().until("12/30").to_be_kept()).await;
    assert_eq!(shopper.hand_over().value("result"), "0");
    assert!(before_the_page(&world, "4", USER).await.page().text.contains("12/30"));
}

#[tokio::test]
async fn the_other_language_keeps_the_choice_of_card() {
    let world = fresh().await;
    keep(&world, "1", USER, visa()).await;
    let mut shopper = before_the_page(&world, "2", USER).await;
    let page = shopper.change_language().await;
    assert!(page.offers_kept_card() && page.lang() == "en", "{}", page.text);
    assert!(page.text.contains("4242") && page.text.contains("12/29"));
    let page = shopper.change_card().await;
    assert!(!page.offers_kept_card() && page.lang() == "en");
    let page = shopper.change_language().await;
    assert!(!page.offers_kept_card() && page.lang() == "ja", "another card stays another card");
    let page = shopper.change_card().await;
    assert!(page.offers_kept_card() && page.lang() == "ja");
    shopper.change_language().await;
    shopper.pay_kept("123").await;
    assert_eq!((shopper.page().lang(), shopper.hand_over().value("result")), ("en", "0"));
}

#[tokio::test]
async fn a_kept_card_that_is_declined_leads_to_the_fields_for_another() {
    let world = fresh().await;
    keep(&world, "1", USER, visa()).await;
    let mut shopper = Shopper::new(&world);
    // by this amount the first two attempts of an order are declined
    shopper.open(&ShopRequest::new("4000", 1_908, "2").of_user(USER, world.now())).await;
    let page = shopper.pay_kept("123").await;
    assert!(page.is_payment_form() && !page.offers_kept_card(), "{}", page.text);
    assert!(page.text.contains("請求は発生していません"));
    let page = shopper.change_language().await;
    assert!(!page.offers_kept_card(), "another language does not bring the declined card back");
    shopper.pay(&mastercard()).await;
    shopper.pay(&mastercard()).await;
    assert_eq!(shopper.hand_over().value("result"), "0");
    assert_eq!(kept_card(&world, "4000", USER).await.unwrap().card.last4, "4242", "a decline deletes nothing");
}

#[tokio::test]
async fn a_declined_card_is_not_kept_and_a_tick_belongs_to_its_attempt() {
    let world = fresh().await;
    let mut shopper = before_the_page(&world, "1", USER).await;
    shopper.pay(&Card::of(cards::DECLINED).to_be_kept()).await;
    assert!(shopper.page().is_payment_form());
    assert_eq!(kept_card(&world, "4000", USER).await, None);
    assert!(shopper.card_form().value("keep_card").is_none(), "the next card is asked about anew");
    shopper.pay(&visa()).await;
    assert_eq!(shopper.hand_over().value("result"), "0");
    world.advance(DAY).await.unwrap();
    assert_eq!(kept_card(&world, "4000", USER).await, None);
}

#[tokio::test]
async fn the_form_of_a_kept_card_sent_twice_makes_one_call() {
    let world = fresh().await;
    keep(&world, "1", USER, visa()).await;
    let mut shopper = before_the_page(&world, "2", USER).await;
    let form = shopper.filled_kept("123");
    shopper.submit(&form).await;
    let first = shopper.hand_over();
    for _ in 0..2 {
        shopper.submit(&form).await;
        assert_eq!(shopper.hand_over(), first);
    }
    assert_eq!(authorizations(&world).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn kept_card_and_typed_card_sent_at_once_are_one_payment() {
    let world = fresh().await;
    keep(&world, "1", USER, visa()).await;
    for order in ["2", "3", "4"] {
        let before = authorizations(&world).await;
        let mut one = before_the_page(&world, order, USER).await;
        let mut two = one.clone();
        let mut other = before_the_page(&world, order, USER).await;
        other.change_card().await;
        let kept = one.filled_kept("123");
        let typed = mastercard().to_be_kept();
        tokio::join!(one.submit(&kept), two.submit(&kept), other.pay(&typed));
        assert_eq!(authorizations(&world).await, before + 1);
        let stored = payment(&world, "4000", order).await.unwrap();
        assert_eq!(totals(&world, &stored).await.standing, 1);
    }
}

#[tokio::test]
async fn a_new_key_password_leaves_kept_cards_alone_and_the_old_one_ends() {
    let world = fresh().await;
    keep(&world, "1", USER, visa()).await;
    let set = |settings: &str| {
        Admin::Merchant(MerchantCommand::Set { id: "4000".to_owned(), settings: vec![settings.to_owned()] })
    };
    administer(&world, set("key_password=a-new-password-01")).await;
    world.advance(Duration::from_secs(60)).await.unwrap();
    let with = |order: &str, password: &str| {
        let request = asked(&world, order, USER);
        let key = request.key(password);
        request.with("key", &key)
    };
    for (order, password) in [("2", "abcd1234"), ("3", "a-new-password-01")] {
        let mut shopper = Shopper::new(&world);
        shopper.open(&with(order, password)).await;
        assert!(shopper.page().offers_kept_card(), "{password}: {}", shopper.page().text);
        shopper.pay_kept("123").await;
        assert_eq!(shopper.hand_over().value("result"), "0", "{password}");
    }
    world.advance(DAY * 8).await.unwrap();
    let mut shopper = Shopper::new(&world);
    let page = shopper.open(&with("4", "abcd1234")).await;
    assert_eq!((page.status, page.code()), (StatusCode::BAD_REQUEST, "merchant_or_signature"));
    shopper.open(&with("5", "a-new-password-01")).await;
    shopper.pay_kept("123").await;
    assert_eq!(shopper.hand_over().value("result"), "0");
}

#[tokio::test]
async fn a_kept_card_works_after_its_data_key_was_rotated_and_after_it_was_retired() {
    let world = housekept().await;
    keep(&world, "1", USER, visa()).await;
    let key = |card: &KeptCard| match &card.number {
        Some(HeldNumber::Sealed { data_key, .. }) => data_key.to_string(),
        other => panic!("{other:?}"),
    };
    let first = key(&kept_card(&world, "4000", USER).await.unwrap());
    let said = administer(&world, Admin::CardKeys(CardKeysCommand::Rotate)).await;
    assert!(said[0].contains("2026-11b"), "{said:?}");
    world.advance(Duration::from_secs(11 * 60)).await.unwrap();
    keep(&world, "2", "later", mastercard()).await;
    assert_eq!(key(&kept_card(&world, "4000", "later").await.unwrap()), "2026-11b", "new cards go under the new key");
    let pays = async |order: &str| {
        let mut shopper = before_the_page(&world, order, USER).await;
        shopper.pay_kept("123").await;
        assert_eq!(shopper.hand_over().value("result"), "0", "{order}");
    };
    pays("3").await;
    administer(&world, Admin::CardKeys(CardKeysCommand::Retire { id: first.clone() })).await;
    world.advance(DAY * 3).await.unwrap();
    assert_eq!(key(&kept_card(&world, "4000", USER).await.unwrap()), "2026-11b", "sealed anew");
    administer(&world, Admin::CardKeys(CardKeysCommand::Destroy { id: first })).await;
    pays("4").await;
    assert_eq!(kept_card(&world, "4000", USER).await.unwrap().consent.scope, ConsentScope::Recall);
}

#[tokio::test]
async fn a_merchant_that_continues_payments_offers_it_without_a_buyer_too() {
    let world = fresh().await;
    for id in ["4000", "2400"] {
        change_merchant(&world, id, |merchant| merchant.continuation = true).await;
    }
    for (merchant, order) in [("4000", "1"), ("2400", "2")] {
        let mut shopper = Shopper::new(&world);
        shopper.open(&ShopRequest::new(merchant, 1_000, order)).await;
        assert_eq!(shopper.card_form().unticked.len(), 1, "{merchant}");
        assert!(shopper.page().text.contains("今後のお支払い"), "{}", shopper.page().text);
        shopper.pay(&visa().to_be_kept()).await;
        assert!(shopper.page().is_hand_over(), "{merchant}");
        let owner = CardOwner::Order(OrderId::new(order).unwrap());
        let kept = card_of(&world, merchant, &owner).await.unwrap();
        assert_eq!(kept.consent.scope, ConsentScope::MerchantInitiated);
        assert!(kept.network_id.is_some() && !kept.recalls());
    }
    // with a buyer it is agreed to for both, and recalled
    keep(&world, "3", USER, visa()).await;
    assert_eq!(kept_card(&world, "4000", USER).await.unwrap().consent.scope, ConsentScope::Both);
    assert!(before_the_page(&world, "4", USER).await.page().offers_kept_card());
    // an order's own card is nobody's to recall
    let mut shopper = Shopper::new(&world);
    shopper.open(&ShopRequest::new("2400", 1_000, "5")).await;
    assert!(!shopper.page().offers_kept_card());
}

#[tokio::test]
async fn every_refusal_of_the_published_scheme_holds_when_a_card_is_kept() {
    let world = fresh().await;
    keep(&world, "1", USER, visa()).await;
    world.advance(DAY).await.unwrap();
    let good = asked(&world, "2", USER);
    let key = good.key("abcd1234");
    let at = |seconds: i64| {
        let request = good.clone().with("time", &(world.now().as_second() + seconds).to_string());
        let key = request.key("abcd1234");
        request.with("key", &key)
    };
    let mut last = key.clone();
    last.replace_range(63.., if key.ends_with('0') { "1" } else { "0" });
    for (what, request) in [
        ("no key", good.clone().without("key")),
        ("empty key", good.clone().with("key", "")),
        ("wrong key", good.clone().with("key", &last)),
        ("short key", good.clone().with("key", &key[..63])),
        ("no user", good.clone().without("user")),
        ("empty user", good.clone().with("user", "")),
        ("no time", good.clone().without("time")),
        ("another user", good.clone().with("user", "other")),
        ("another amount", good.clone().with("amount", "1")),
        ("another order", good.clone().with("charge", "3")),
        ("old", at(-3_601)),
        ("early", at(301)),
        ("another's password", good.clone().with("key", &good.key("abcd1235"))),
        ("a user of 31", asked(&world, "2", &"u".repeat(31))),
        ("a user that is not ASCII", asked(&world, "2", "買い手")),
        ("a user with a space", asked(&world, "2", "a b")),
    ] {
        for by_post in [false, true] {
            let mut shopper = Shopper::new(&world);
            if by_post {
                shopper.open_by_post(&request).await
            } else {
                shopper.open(&request).await
            };
            let page = shopper.page();
            assert_eq!(page.status, StatusCode::BAD_REQUEST, "{what}: {}", page.text);
            assert!(!page.is_payment_form() && !page.html().contains("4242"), "{what}: never an anonymous payment");
        }
    }
    for request in [at(-3_600), at(300), good.clone().with("key", &key.to_ascii_uppercase())] {
        assert!(
            Shopper::new(&world).open(&request).await.offers_kept_card(),
            "the edges of the window and either case"
        );
    }
    assert_eq!(payment(&world, "4000", "2").await, None);
}

#[tokio::test]
async fn a_card_kept_after_a_challenge_or_a_doubt_is_the_acquirers_token_and_works() {
    for (number, yen) in
        [(cards::CHALLENGE, 1_000), (cards::VISA, 1_901), (cards::VISA, 1_906), (cards::CHALLENGE, 1_903)]
    {
        let world = fresh().await;
        let mut shopper = Shopper::new(&world);
        shopper.open(&ShopRequest::new("4000", yen, "1").of_user(USER, world.now())).await;
        shopper.pay(&Card::of(number).to_be_kept()).await;
        if number == cards::CHALLENGE {
            assert_eq!(kept_card(&world, "4000", USER).await, None, "not before the payment is approved");
            shopper.answer_the_issuer("pass").await;
        }
        world.advance(Duration::from_secs(16 * 60)).await.unwrap();
        shopper.refresh().await;
        assert_eq!(shopper.hand_over().value("result"), "0", "{number} {yen}");
        let kept = kept_card(&world, "4000", USER).await.unwrap();
        assert!(matches!(&kept.number, Some(HeldNumber::Token(token)) if !token.contains(number)), "{:?}", kept.number);
        assert_eq!((kept.card.last4.as_str(), kept.consent.scope), (&number[12..], ConsentScope::Recall));
        assert_eq!(Some(kept.id), payment(&world, "4000", "1").await.unwrap().card_id);

        let mut shopper = before_the_page(&world, "2", USER).await;
        assert!(shopper.page().text.contains(&number[12..]), "{}", shopper.page().text);
        shopper.pay_kept("123").await;
        if number == cards::CHALLENGE {
            shopper.answer_the_issuer("pass").await;
        }
        assert_eq!(shopper.hand_over().value("result"), "0", "{number} {yen}");
        let stored = payment(&world, "4000", "2").await.unwrap();
        assert!(matches!(stored.state, State::Captured { .. }), "{:?}", stored.state);
    }
}

#[tokio::test]
async fn what_a_killed_function_could_not_keep_is_kept_by_reconcile() {
    let at =
        |operation: &str, nth| When::Nth { caller: Some("Authorize".to_owned()), operation: operation.to_owned(), nth };
    for (what, when, fault, sealed) in [
        ("killed after the result", at("UpdateItem", 0), Fault::DropAfter, false),
        ("killed before the card", at("PutItem", 1), Fault::DropBefore, false),
        ("killed after the card", at("PutItem", 1), Fault::DropAfter, true),
        ("no data key", at("Encrypt", 0), Fault::FailBefore, false),
    ] {
        let world = fresh().await;
        let tries = if what == "no data key" {
            12
        } else {
            // the month's data key is there
            keep(&world, "0", "before", visa()).await;
            1
        };
        let before = authorizations(&world).await;
        let mut shopper = before_the_page(&world, "1", USER).await;
        world.faults().restart();
        for further in 0..tries {
            let When::Nth { caller, operation, nth } = when.clone() else { panic!("{when:?}") };
            world.faults().plan(When::Nth { caller, operation, nth: nth + further }, fault);
        }
        let form = shopper.filled(&visa().to_be_kept());
        shopper.submit(&form).await;
        world.faults().stop();
        let stored = payment(&world, "4000", "1").await.unwrap();
        assert!(matches!(stored.state, State::Captured { .. }), "{what}: {:?}", stored.state);
        world.advance(Duration::from_secs(180)).await.unwrap();
        let kept = kept_card(&world, "4000", USER).await;
        let kept = kept.unwrap_or_else(|| panic!("{what}: the buyer agreed, and nothing was kept"));
        assert_eq!(matches!(kept.number, Some(HeldNumber::Sealed { .. })), sealed, "{what}");
        assert_eq!((kept.id, kept.version), (stored.card_id.unwrap(), 1), "{what}");
        shopper.submit(&form).await;
        assert_eq!(shopper.hand_over().value("result"), "0", "{what}");
        let mut again = before_the_page(&world, "2", USER).await;
        again.pay_kept("123").await;
        assert_eq!(again.hand_over().value("result"), "0", "{what}");
        assert_eq!(authorizations(&world).await, before + 2, "{what}");
    }
}

#[tokio::test]
async fn a_card_that_was_deleted_is_not_brought_back_by_a_late_look() {
    let world = fresh().await;
    let mut shopper = before_the_page(&world, "1", USER).await;
    shopper.pay(&visa().to_be_kept()).await;
    let address = manage(before_the_page(&world, "2", USER).await.page());
    delete(&world, &address).await;
    world.advance(Duration::from_secs(180)).await.unwrap();
    world.run_schedules().await.unwrap();
    let kept = kept_card(&world, "4000", USER).await.unwrap();
    assert_eq!(kept.number, None);
    assert!(!before_the_page(&world, "3", USER).await.page().offers_kept_card());
    // and a shopper with scripts off who follows the old address finds nothing
    let page = Shopper::new(&world).send(Request::get(&address).body(bytes::Bytes::new()).unwrap()).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    world.advance(DAY * 33).await.unwrap();
    assert_eq!(kept_card(&world, "4000", USER).await, None, "after a month nothing is left");
}

#[tokio::test]
async fn sealed_numbers_exchanged_in_the_table_pay_nothing() {
    let world = fresh().await;
    change_merchant(&world, "7000", |merchant| merchant.card_on_file = true).await;
    keep(&world, "1", "one", visa()).await;
    keep(&world, "2", "two", mastercard()).await;
    let mut elsewhere = Shopper::new(&world);
    elsewhere.open(&ShopRequest::new("7000", 1_000, "3").with("user", "one").signed(world.now())).await;
    elsewhere.pay(&Card::of(cards::JCB).to_be_kept()).await;
    let one = kept_card(&world, "4000", "one").await.unwrap();
    let two = kept_card(&world, "4000", "two").await.unwrap();
    let theirs = kept_card(&world, "7000", "one").await.unwrap();
    let before = authorizations(&world).await;
    for (order, version, number) in
        [("4", 2, two.number.clone()), ("5", 3, theirs.number.clone()), ("6", 4, Some(flipped(&one)))]
    {
        smuggle_card(&world, &KeptCard { number, version, ..one.clone() }).await;
        let mut shopper = before_the_page(&world, order, "one").await;
        let page = shopper.pay_kept("123").await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text);
        assert!(page.is_payment_form() && !page.offers_kept_card(), "another card can be typed: {}", page.text);
        assert_eq!(payment(&world, "4000", order).await, None, "not even an intent");
    }
    assert_eq!(authorizations(&world).await, before);
    smuggle_card(&world, &KeptCard { version: 5, ..one }).await;
    let mut shopper = before_the_page(&world, "7", "one").await;
    shopper.pay_kept("123").await;
    assert_eq!(shopper.hand_over().value("result"), "0");
}

#[tokio::test]
async fn a_card_that_can_only_be_stored_is_declined_when_it_is_paid_with_again() {
    let world = fresh().await;
    keep(&world, "1", USER, Card::of("4000000000000341")).await;
    let mut shopper = before_the_page(&world, "2", USER).await;
    let page = shopper.pay_kept("123").await;
    assert!(page.is_payment_form(), "{}", page.text);
    assert!(matches!(payment(&world, "4000", "2").await.unwrap().state, State::Declined { .. }));
}

/// A card's sealed number with its last character changed.
fn flipped(card: &KeptCard) -> HeldNumber {
    let Some(HeldNumber::Sealed { data_key, sealed }) = card.number.clone() else { panic!("{:?}", card.number) };
    let (rest, last) = sealed.split_at(sealed.len() - 4);
    let last = if last == "AAAA" { "BBBB" } else { "AAAA" };
    HeldNumber::Sealed { data_key, sealed: format!("{rest}{last}") }
}

#[tokio::test]
async fn what_becomes_of_a_kept_cards_payment_is_found_out_as_for_any_other() {
    for (yen, result) in [(1_901, "0"), (1_902, "1"), (1_904, "1"), (1_905, "1"), (1_906, "0")] {
        let world = fresh().await;
        keep(&world, "1", USER, visa()).await;
        let kept = kept_card(&world, "4000", USER).await;
        let mut shopper = Shopper::new(&world);
        shopper.open(&ShopRequest::new("4000", yen, "2").of_user(USER, world.now())).await;
        shopper.pay_kept("123").await;
        assert!(shopper.page().is_waiting(), "{yen}: {}", shopper.page().text);
        world.advance(Duration::from_secs(20 * 60)).await.unwrap();
        shopper.refresh().await;
        assert_eq!(shopper.hand_over().value("result"), result, "{yen}");
        let stored = payment(&world, "4000", "2").await.unwrap();
        assert_eq!(totals(&world, &stored).await.standing, u32::from(result == "0"), "{yen}");
        assert_eq!(kept_card(&world, "4000", USER).await, kept, "{yen}: the card stays as it was");
    }
}
