//! Cards that were kept before a story begins.

use charging::Vault;
use domain::card::{Consent, ConsentScope};
use domain::{CardDetails, CardId, CardOwner, Clock, Expiry, KeptCard, Lang, MerchantId, OrderId, Pan};
use inbound::Config;
use local::cloud::Caller;
use local::world::World;
use outbound::CardKey;
use store::{CardKeys, Cards, Kept};

use super::shopper::{APPROVED, CHALLENGED, MERCHANT, Shopper, kept_card, table};

/// A card whose number another environment has sealed: whoever charges it opens its key first.
pub(crate) async fn sealed_elsewhere(world: &World, user: &str) -> KeptCard {
    let there = world.clone();
    let clock = Clock::new(move || there.now());
    let function = world.template().functions.iter().find(|function| function.name == "Authorize").unwrap();
    let settings = function.environment.clone().into_iter().collect();
    let config = Config::new(settings, world.cloud().sdk_config(Caller::Operator));
    let key = CardKey::new(config.sdk(), config.required("CARD_KEY").unwrap());
    let vault = Vault::new(key, CardKeys::new(config.table().unwrap()), clock);
    let pan = Pan::parse(APPROVED).unwrap();
    let expiry = Expiry::parse("12/30", domain::clock::japan_date(world.now())).unwrap();
    let details = CardDetails { pan: pan.clone(), expiry, code: None, holder: "TARO YAMADA".to_owned() };
    let mut id = [0; 8];
    user.bytes().rev().zip(&mut id).for_each(|(byte, place)| *place = byte);
    let mut card = KeptCard {
        merchant: MerchantId::new(MERCHANT).unwrap(),
        owner: CardOwner::Buyer(user.to_owned()),
        id: CardId::from_random(id),
        version: 1,
        card: details.masked(),
        holder: details.holder.clone(),
        number: None,
        fingerprint: Some(vault.fingerprint(&pan).await.unwrap()),
        consent: Consent { scope: ConsentScope::Recall, terms: 1, at: world.now(), address: "192.0.2.1".to_owned() },
        network_id: None,
        order: OrderId::new("1").unwrap(),
        mail: "buyer@example.jp".to_owned(),
        lang: Lang::Ja,
    };
    card.number = Some(vault.seal(&card.binding(), &pan).await.unwrap());
    assert_eq!(Cards::new(table(world)).put(&card, None).await.unwrap(), Kept::Done);
    card
}

/// A card that was kept after a challenge, when its number was not here any more.
pub(crate) async fn by_token(world: &World, user: &str, order: u32) -> KeptCard {
    let mut shopper = Shopper::new(world, &format!("7{order}"), 2000);
    shopper.user = Some(user.to_owned());
    shopper.keeps = true;
    let page = shopper.pay(CHALLENGED).await;
    shopper.if_asked(page).await;
    kept_card(world, &shopper.owner()).await.expect("a kept card")
}
