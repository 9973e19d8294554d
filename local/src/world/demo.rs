//! The demo data of the first start: four merchants, two links, two people, the cards to try.

use console::settings::{seal_key_password, seal_sig_secret};
use domain::account::{Role, User, UserId};
use domain::api::{ApiKey, KeyId, Scope};
use domain::link::{Link, LinkAmount, LinkUses, Terms};
use domain::merchant::{Destination, Dialect, Encoding, Method, Mode, RegularKind, SigSettings};
use domain::payment::Interface;
use domain::recurring::calendar::Cycle;
use domain::recurring::offer::{FirstAmount, Offer, OfferId, TrialDays};
use domain::signing::{KeyPassword, SigSecret};
use domain::{Lang, LinkId, Merchant, MerchantId, RecoveryDigests, TotpSecret, Yen};
use jiff::Timestamp;

use super::{Options, WorldError};
use crate::admin::{Registry, RegistryError};
use crate::cloud::Cloud;

/// A merchant of the demo data, as its shop's program knows it. Addresses are paths of the demo shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoMerchant {
    /// Merchant number.
    pub id: &'static str,
    /// Name.
    pub name: &'static str,
    /// Vocabulary.
    pub dialect: Dialect,
    /// Characters.
    pub encoding: Encoding,
    /// Language.
    pub lang: Lang,
    /// Destinations 1 to 3.
    pub destinations: &'static [(Method, &'static str)],
    /// Key password; with it the card-on-file option is on.
    pub key_password: Option<&'static str>,
    /// Secret of the strong signature; with it every request must be signed and every hand-over is.
    pub sig_secret_hex: Option<&'static str>,
}

/// Merchant 7000's secret. It stands in the README: it protects nothing but play money.
pub const SIG_SECRET_HEX: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// The merchants.
pub const MERCHANTS: [DemoMerchant; 4] = [
    DemoMerchant {
        id: "4000",
        name: "デモショップ",
        dialect: Dialect::Asj,
        encoding: Encoding::Utf8,
        lang: Lang::Ja,
        destinations: &[
            (Method::Post, "/shop/thanks"),
            (Method::Get, "/shop/members"),
            (Method::Post, "/shop/receive"),
        ],
        key_password: Some("abcd1234"),
        sig_secret_hex: None,
    },
    DemoMerchant {
        id: "2400",
        name: "デモ24",
        dialect: Dialect::TwentyFour,
        encoding: Encoding::Utf8,
        lang: Lang::Ja,
        destinations: &[
            (Method::Get, "/shop/thanks24"),
            (Method::Post, "/shop/receive"),
            (Method::Post, "/shop/members"),
        ],
        key_password: None,
        sig_secret_hex: None,
    },
    DemoMerchant {
        id: "9320",
        name: "SJISショップ",
        dialect: Dialect::Asj,
        encoding: Encoding::ShiftJis,
        lang: Lang::Ja,
        destinations: &[(Method::Post, "/shop/receive")],
        key_password: None,
        sig_secret_hex: None,
    },
    DemoMerchant {
        id: "7000",
        name: "Signed Shop",
        dialect: Dialect::Asj,
        encoding: Encoding::Utf8,
        lang: Lang::En,
        destinations: &[(Method::Post, "/shop/thanks")],
        key_password: None,
        sig_secret_hex: Some(SIG_SECRET_HEX),
    },
];

/// The links of merchant 4000: name, item, yen or open.
pub const LINKS: [(&str, &str, Option<u32>); 2] =
    [("demo", "デモ商品", Some(2000)), ("open", "お好きな金額でのお支払い", None)];

/// A regular purchase of the demo merchants that have any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoOffer {
    /// Its short name.
    pub id: &'static str,
    /// The `regular_kind` that begins it.
    pub kind: &'static str,
    /// What is sold, whatever the language.
    pub product: &'static str,
    /// The language of its texts: a merchant writes an offer in one.
    pub lang: Lang,
    /// What is sold.
    pub item: &'static str,
    /// What joining costs. None: nothing.
    pub first: Option<u32>,
    /// What each following month costs.
    pub yen: u32,
    /// Days of a trial.
    pub trial: Option<u16>,
    /// Quantity, postage, delivery, withdrawal.
    pub terms: [&'static str; 4],
}

/// Merchants that sell regular purchases: one of each dialect.
pub const SUBSCRIBED: [&str; 2] = ["4000", "2400"];

/// What they sell.
pub const OFFERS: [DemoOffer; 4] = [
    DemoOffer {
        id: "beans",
        kind: "1",
        product: "beans",
        lang: Lang::Ja,
        item: "コーヒー豆 200g 定期便",
        first: Some(980),
        yen: 1_200,
        trial: None,
        terms: [
            "毎回1袋（200g）",
            "送料込み",
            "初回はお申し込みから3日以内、2回目以降は請求日から3日以内に発送します",
            "食品のため、お届け後の返品はお受けしていません",
        ],
    },
    DemoOffer {
        id: "lessons",
        kind: "2",
        product: "lessons",
        lang: Lang::Ja,
        item: "コーヒー教室 動画配信",
        first: None,
        yen: 500,
        trial: Some(14),
        terms: ["1か月の見放題", "", "お申し込みの直後からご覧いただけます", "配信の性質上、返金はお受けしていません"],
    },
    DemoOffer {
        id: "beans-en",
        kind: "8",
        product: "beans",
        lang: Lang::En,
        item: "Coffee beans 200 g, monthly",
        first: Some(980),
        yen: 1_200,
        trial: None,
        terms: [
            "One bag (200 g) each time",
            "Included",
            "Sent within 3 days of the order, and then within 3 days of each billing day",
            "As this is food, it can’t be returned after delivery",
        ],
    },
    DemoOffer {
        id: "lessons-en",
        kind: "9",
        product: "lessons",
        lang: Lang::En,
        item: "Coffee lessons, videos",
        first: None,
        yen: 500,
        trial: Some(14),
        terms: [
            "All videos for a month",
            "",
            "You can watch right after ordering",
            "Videos can’t be returned or refunded",
        ],
    },
];

/// Somebody who signs in to a demo merchant's console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoUser {
    /// Their mail address.
    pub mail: &'static str,
    /// What colleagues call them.
    pub name: &'static str,
    /// Their merchant.
    pub merchant: &'static str,
}

/// The owners of two of the merchants.
pub const USERS: [DemoUser; 2] = [
    DemoUser { mail: "owner@example.jp", name: "デモ 太郎", merchant: "4000" },
    DemoUser { mail: "owner24@example.jp", name: "デモ 花子", merchant: "2400" },
];

/// The demo people's password. It stands in the README: it protects nothing but play money.
pub const DEMO_PASSWORD: &str = "kessai-demo-2026";

/// The demo people's secret of one-time codes, in the README too.
pub const DEMO_TOTP_SECRET: &str = "JBSWY3DPEHPK3PXP";

/// [`DEMO_PASSWORD`] as it is kept: hashing it anew would hold up every start. A test compares the two.
const DEMO_PASSWORD_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$gVky7ofFjOjUIp2KU0yzjg$ujLAUK4tNBlh2a4IdlzrwTs2GLnLgLblHO9JjG6pFSE";

/// Merchant 4000's key of the JSON API, with every scope; in the README too. A test compares it with the one that is put in.
pub const DEMO_API_KEY: &str = "kessai_test_4000_mrsw23zannsxsibrnnsxg43bneqgizlnn4qgwzlzhiqha3dbpeqg233omv4sa33onr4q";

/// What [`DEMO_API_KEY`] is made of.
const DEMO_API_KEY_PARTS: ([u8; 10], [u8; 32]) = (*b"demo key 1", *b"kessai demo key: play money only");

/// Cards to try, and what they do.
pub const CARDS: [(&str, &str); 9] = [
    ("4242 4242 4242 4242", "Visa, approved"),
    ("5555 5555 5555 4444", "Mastercard, approved"),
    ("3530 1113 3330 0000", "JCB, approved"),
    ("3782 822463 10005", "Amex, approved (4-digit code)"),
    ("4000 0000 0000 0002", "declined"),
    ("4000 0000 0000 9995", "declined, insufficient funds"),
    ("4000 0027 6000 3184", "3-D Secure challenge on every payment"),
    ("4000 0084 0000 1629", "3-D Secure challenge, then declined"),
    ("4000 0084 0000 1280", "3-D Secure challenge, then a processing error"),
];

/// The note that says that the demo data was put in.
const SEEDED: &str = "demo-data";

/// The note that keeps the shop's origin as it stands in the merchants' records.
const ORIGIN: &str = "shop-origin";

/// Puts the demo data in on the first start. On each start the merchants' local addresses follow the shop to its present port.
pub(super) async fn seed(
    cloud: &Cloud,
    registry: &Registry,
    options: &Options,
    now: Timestamp,
) -> Result<(), WorldError> {
    let origin = options.shop_origin.as_str();
    if let Some(before) = cloud.note(ORIGIN)?.filter(|before| before != origin) {
        follow(registry, &before, origin).await?;
    }
    cloud.set_note(ORIGIN, origin)?;
    if !options.demo || cloud.note(SEEDED)?.is_some() {
        return Ok(());
    }
    for demo in &MERCHANTS {
        let merchant = demo.record(registry, options, now)?;
        unless_there(registry.create(&merchant).await)?;
    }
    for (id, item, yen) in LINKS {
        unless_there(registry.create_link(&link(id, item, yen, now)?).await)?;
    }
    for (merchant, demo) in SUBSCRIBED.iter().flat_map(|merchant| OFFERS.iter().map(move |demo| (merchant, demo))) {
        let offer = demo.record(merchant, now)?;
        unless_there(registry.offers().put(None, &offer).await.map_err(RegistryError::from))?;
    }
    for (number, demo) in (1..).zip(&USERS) {
        let user = demo.record(number, registry, now)?;
        unless_there(registry.users().create(&user).await.map_err(RegistryError::from))?;
        registry.owners().add(&user.merchant, &user.id).await.map_err(WorldError::outside)?;
    }
    unless_there(registry.api_keys().put(&api_key(now)?).await.map_err(RegistryError::from))?;
    Ok(cloud.set_note(SEEDED, "1")?)
}

fn api_key(now: Timestamp) -> Result<ApiKey, WorldError> {
    let (id, secret) = DEMO_API_KEY_PARTS;
    let merchant = MerchantId::new("4000").map_err(WorldError::outside)?;
    let (key, _) = ApiKey::make(
        (merchant, Mode::Test),
        ("Demo".to_owned(), Scope::ALL.into()),
        (KeyId::from_random(id), &secret),
        (UserId::from_random([1; 10]), now),
    );
    Ok(key)
}

impl DemoOffer {
    fn record(&self, merchant: &str, now: Timestamp) -> Result<Offer, WorldError> {
        let [quantity, shipping, delivery, withdrawal] = self.terms.map(str::to_owned);
        let yen = |yen| Yen::new(yen).map_err(WorldError::outside);
        Ok(Offer {
            id: OfferId::new(self.id).map_err(WorldError::outside)?,
            merchant: MerchantId::new(merchant).map_err(WorldError::outside)?,
            version: 1,
            item: self.item.to_owned(),
            first: self.first.map(yen).transpose()?.map_or(FirstAmount::Free, FirstAmount::Charged),
            amount: yen(self.yen)?,
            cycle: Cycle::MONTHLY,
            trial: self.trial.map(TrialDays::new).transpose().map_err(WorldError::outside)?,
            times: None,
            terms: Terms { quantity, shipping, payment_time: String::new(), delivery, withdrawal },
            made_at: now,
            withdrawn_at: None,
        })
    }
}

impl DemoUser {
    fn record(&self, number: u8, registry: &Registry, now: Timestamp) -> Result<User, WorldError> {
        let mut user = User {
            id: UserId::from_random([number; 10]),
            merchant: MerchantId::new(self.merchant).map_err(WorldError::outside)?,
            mail: self.mail.to_owned(),
            name: self.name.to_owned(),
            role: Role::Owner,
            lang: Lang::Ja,
            version: 1,
            epoch: 1,
            password: Some(DEMO_PASSWORD_HASH.to_owned()),
            totp: None,
            totp_step: 0,
            recovery: RecoveryDigests::default(),
            created_at: now,
        };
        let secret = TotpSecret::from_base32(DEMO_TOTP_SECRET).map_err(WorldError::outside)?;
        user.totp = Some(console::seal_totp(registry.keyring(), &user, &secret).map_err(WorldError::outside)?);
        Ok(user)
    }
}

impl DemoMerchant {
    fn record(&self, registry: &Registry, options: &Options, now: Timestamp) -> Result<Merchant, WorldError> {
        let id = MerchantId::new(self.id).map_err(WorldError::outside)?;
        let mut merchant = Merchant::new(id, self.name);
        merchant.dialect = self.dialect;
        if SUBSCRIBED.contains(&self.id) {
            let kinds =
                OFFERS.iter().filter_map(|demo| Some((RegularKind::parse(demo.kind)?, OfferId::new(demo.id).ok()?)));
            merchant.regular.kinds = kinds.collect();
        }
        merchant.encoding = self.encoding;
        merchant.lang = self.lang;
        for (slot, (method, path)) in merchant.destinations.iter_mut().zip(self.destinations) {
            *slot = Some(Destination { address: format!("{}{path}", options.shop_origin), method: *method });
        }
        merchant.back_address = Some(format!("{}/shop", options.shop_origin));
        merchant.page.legal_address = Some(format!("{}/shop/legal", options.shop_origin));
        merchant.page.contact = Some("shop@demo.example".to_owned());
        merchant.card_on_file = self.key_password.is_some();
        // The operator of the demo lets its first merchant type cards into the console; the others show how it is without.
        merchant.floors.card_entry = self.id == MERCHANTS[0].id;
        let signed = self.sig_secret_hex.is_some();
        merchant.sig = SigSettings { required: signed, hand_over: signed, secrets: Vec::new() };
        if !options.mail {
            merchant.mail.off = vec![Interface::Link, Interface::DataLinkage];
        }
        if let Some(password) = self.key_password {
            let password = KeyPassword::new(password).map_err(WorldError::outside)?;
            seal_key_password(&mut merchant, &password, registry.keyring(), now).map_err(WorldError::outside)?;
        }
        if let Some(hex) = self.sig_secret_hex {
            let secret = SigSecret::from_hex(hex).map_err(WorldError::outside)?;
            seal_sig_secret(&mut merchant, &secret, registry.keyring(), now).map_err(WorldError::outside)?;
        }
        Ok(merchant)
    }
}

fn link(id: &str, item: &str, yen: Option<u32>, now: Timestamp) -> Result<Link, WorldError> {
    let amount = match yen {
        Some(yen) => LinkAmount::Fixed(Yen::new(yen).map_err(WorldError::outside)?),
        None => LinkAmount::Open,
    };
    let id = LinkId::new(id).map_err(WorldError::outside)?;
    let merchant = MerchantId::new(MERCHANTS[0].id).map_err(WorldError::outside)?;
    let mut link = Link::new(id, merchant, item, amount, LinkUses::Many, now);
    link.terms = Some(Terms {
        quantity: "1点".to_owned(),
        shipping: "送料込み".to_owned(),
        payment_time: String::new(),
        delivery: "お支払いから3営業日以内に発送します。".to_owned(),
        withdrawal: "商品到着後8日以内にご連絡ください。返送料はお客様のご負担です。".to_owned(),
    });
    Ok(link)
}

/// Brings addresses that lead to the shop from its origin before to its origin now.
async fn follow(registry: &Registry, before: &str, now: &str) -> Result<(), WorldError> {
    let moved = |address: &mut String| {
        let rest = address.strip_prefix(before).filter(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
        let new = rest.map(|rest| format!("{now}{rest}"));
        new.map(|new| *address = new).is_some()
    };
    for id in registry.list().await.map_err(WorldError::outside)? {
        let Some(mut merchant) = registry.load(&id).await.map_err(WorldError::outside)? else { continue };
        let destinations = merchant.destinations.iter_mut().flatten().map(|destination| &mut destination.address);
        let others = [&mut merchant.back_address, &mut merchant.page.legal_address, &mut merchant.page.privacy_address];
        let mut changed = false;
        for address in destinations.chain(others.into_iter().flatten()) {
            changed |= moved(address);
        }
        if changed {
            merchant.version = merchant.version.saturating_add(1);
            registry.update(&merchant).await.map_err(WorldError::outside)?;
        }
    }
    Ok(())
}

/// A start that was killed in the middle goes on where it stood.
fn unless_there(written: Result<(), RegistryError>) -> Result<(), WorldError> {
    match written {
        Ok(()) | Err(RegistryError::Conflict) => Ok(()),
        Err(other) => Err(WorldError::outside(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_password_is_the_one_that_is_kept() {
        let typed = domain::Password::typed(DEMO_PASSWORD);
        assert!(
            console::is_password(Some(DEMO_PASSWORD_HASH), &typed),
            "put this in its place: {}",
            console::hash_password(&typed).unwrap()
        );
    }
}
