//! How seldom KMS is asked: once for each key in each environment, however many payments open cards that others have sealed.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a test's helpers may stop at the first surprise"
)]

use std::{collections::HashMap, fs, path::Path};

use domain::{CardOwner, Clock, MerchantId, card::HeldNumber};
use inbound::Config;
use local::{
    admin::{Admin, CardKeysCommand, Registry},
    cloud::Caller,
    world::{Options, World},
};
use system_tests::{ShopRequest, Shopper, Submit, approvals, cards, form_encoded, fresh_with, options};

/// How often everything is started anew on the same files: no environment has anything of another's in memory.
const ENVIRONMENTS: usize = 4;
/// How many buyers let their card be kept in each.
const BUYERS: usize = 5;
/// How many payments with a kept card are made in each.
const RECALLS: usize = 60;
/// One data key is made with the first card, one by hand.
const KEYS: usize = 2;

#[tokio::test]
async fn environments_that_open_each_others_cards_ask_kms_once_for_each_key() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("key-calls");
    let _absent = fs::remove_dir_all(&folder);
    let (mut asked, mut paid) = (0, 0);
    for environment in 0..ENVIRONMENTS {
        let world = fresh_with(Options { data_dir: Some(folder.clone()), ..options() }).await;
        let cold = world.usage().kms.calls;
        for buyer in 0..BUYERS {
            pay(&world, environment * BUYERS + buyer, environment, Card::Kept).await;
        }
        for recall in 0..RECALLS {
            pay(&world, recall % ((environment + 1) * BUYERS), 1_000 + environment * RECALLS + recall, Card::Recalled)
                .await;
            paid += 1;
        }
        let calls = usize::try_from(world.usage().kms.calls - cold).unwrap();
        assert!(calls <= KEYS, "environment {environment} asked KMS {calls} times");
        asked += calls;
        // in steady state nobody asks
        let steady = world.usage().kms.calls;
        for recall in 0..RECALLS {
            pay(&world, recall % ((environment + 1) * BUYERS), 5_000 + environment * RECALLS + recall, Card::Recalled)
                .await;
            paid += 1;
        }
        assert_eq!(world.usage().kms.calls, steady, "environment {environment}");
        if environment == 1 {
            Box::pin(rotate(&world)).await;
        }
        if environment == ENVIRONMENTS - 1 {
            assert_eq!(data_keys(&world).await.len(), KEYS, "cards under both keys were opened");
            assert_eq!(approvals(&world).await, paid + ENVIRONMENTS * BUYERS);
        }
    }
    assert!(asked <= ENVIRONMENTS * KEYS, "{asked}");
    println!("KMS calls after the starts: {asked} for {paid} payments with kept cards in {ENVIRONMENTS} environments");
    fs::remove_dir_all(&folder).unwrap();
}

#[derive(Clone, Copy)]
enum Card {
    /// Typed, and kept from now on.
    Kept,
    /// Kept before.
    Recalled,
}

fn name(buyer: usize) -> String {
    format!("buyer-{buyer}")
}

/// A buyer pays an order.
async fn pay(world: &World, buyer: usize, order: usize, card: Card) {
    let order = format!("{buyer}{order:05}");
    let mut shopper = Shopper::new(world);
    shopper.open(&ShopRequest::new("4000", 1_000, &order).of_user(&name(buyer), world.now())).await;
    let token = shopper.card_form().value("order").unwrap().to_owned();
    let mut fields = vec![("order", token.as_str()), ("card_code", "123"), ("mail", "shopper@example.com")];
    match card {
        Card::Kept => fields.extend([
            ("card_number", cards::VISA),
            ("card_expiry", "12/29"),
            ("card_name", "TARO YAMADA"),
            ("keep_card", "on"),
        ]),
        Card::Recalled => fields.push(("card", "kept")),
    }
    shopper.submit(&Submit { action: "/pay/authorize".to_owned(), body: form_encoded(fields) }).await;
    assert!(shopper.page().is_hand_over(), "{order}: {}", shopper.page().text);
}

/// The operator makes a new data key.
async fn rotate(world: &World) {
    let registry = Registry::open(&operator(world), None).await.unwrap();
    let there = world.clone();
    let clock = Clock::new(move || there.now());
    Box::pin(local::admin::run(&registry, Admin::CardKeys(CardKeysCommand::Rotate), &clock)).await.unwrap();
}

/// Under which data keys the buyers' cards lie.
async fn data_keys(world: &World) -> Vec<String> {
    let cards = store::Cards::new(operator(world).table().unwrap());
    let mut keys = Vec::new();
    for buyer in 0..ENVIRONMENTS * BUYERS {
        let owner = CardOwner::Buyer(name(buyer));
        let card = cards.load(&MerchantId::new("4000").unwrap(), &owner).await.unwrap().unwrap();
        let Some(HeldNumber::Sealed { data_key, .. }) = card.number else { panic!("{:?}", card.number) };
        keys.push(data_key.to_string());
    }
    keys.dedup();
    keys
}

fn operator(world: &World) -> Config {
    let mut settings = HashMap::new();
    world.template().functions.iter().for_each(|function| settings.extend(function.environment.clone()));
    Config::new(settings, world.cloud().sdk_config(Caller::Operator))
}
