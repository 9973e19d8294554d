//! The card vault: no two sealed numbers can be exchanged, keys change without a card getting lost, and KMS is seldom asked.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test's helpers may stop at the first surprise"
)]

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use card_rewrap::Tally;
use charging::{Vault, VaultError};
use domain::card::{Consent, ConsentScope, DataKeyId, HeldNumber};
use domain::{CardId, CardOwner, Clock, Expiry, KeptCard, Lang, MaskedCard, Merchant, MerchantId, OrderId, Pan};
use inbound::Config;
use jiff::{SignedDuration, Timestamp};
use lambda_http::{Context, LambdaEvent};
use local::admin::{Admin, CardKeysCommand, Registry};
use local::cloud::{Caller, Cloud, Fault, Options, Permissions, When};
use local::template::Template;
use outbound::CardKey;
use outbound::vault::SealError;
use store::{CardKeys, Cards, Kept, KeyStage, Merchants, Table};
use system_tests::{START, options, spoil};

const NUMBERS: [&str; 4] = ["4242424242424242", "5555555555554444", "378282246310005", "30569309025904"];
const DAY_S: i64 = 86_400;

/// Table and keys as the template has them, without any function started.
struct Bank {
    cloud: Cloud,
    template: Template,
    now_s: Arc<AtomicI64>,
}

impl Bank {
    async fn open() -> Self {
        let now_s = Arc::new(AtomicI64::new(START.parse::<Timestamp>().unwrap().as_second()));
        let reader = Arc::clone(&now_s);
        let clock = move || Timestamp::from_second(reader.load(Ordering::SeqCst)).unwrap();
        let cloud = Cloud::open(Options::memory(Arc::new(clock))).unwrap();
        let template = options().template().unwrap();
        template.tables.iter().for_each(|table| cloud.create_table(table).unwrap());
        template.keys.iter().for_each(|key| cloud.create_key(key).unwrap());
        let bank = Self { cloud, template, now_s };
        for id in ["4000", "5000"] {
            let merchant = Merchant::new(MerchantId::new(id).unwrap(), "shop".to_owned());
            Merchants::new(bank.operator().table().unwrap()).create(&merchant).await.unwrap();
        }
        bank
    }

    fn clock(&self) -> Clock {
        let now_s = Arc::clone(&self.now_s);
        Clock::new(move || Timestamp::from_second(now_s.load(Ordering::SeqCst)).unwrap())
    }

    fn later(&self, seconds: i64) {
        self.now_s.fetch_add(seconds, Ordering::SeqCst);
    }

    /// A function's settings and rights.
    fn config(&self, function: &str) -> Config {
        let function = self.template.functions.iter().find(|f| f.name == function).unwrap();
        let caller = Caller::function(&function.name, Permissions::new(function.statements.clone()));
        Config::new(function.environment.clone().into_iter().collect(), self.cloud.sdk_config(caller))
    }

    fn operator(&self) -> Config {
        let mut settings: HashMap<String, String> = HashMap::new();
        for function in &self.template.functions {
            settings.extend(function.environment.clone());
        }
        Config::new(settings, self.cloud.sdk_config(Caller::Operator))
    }

    /// The vault of a new environment of authorize.
    fn vault(&self) -> Vault {
        self.vault_of("Authorize")
    }

    fn vault_of(&self, function: &str) -> Vault {
        let (config, operator) = (self.config(function), self.operator());
        let key = CardKey::new(config.sdk(), operator.required("CARD_KEY").unwrap());
        let table = Table::new(config.sdk(), operator.required("TABLE").unwrap());
        Vault::new(key, CardKeys::new(table), self.clock())
    }

    fn cards(&self) -> Cards {
        Cards::new(self.operator().table().unwrap())
    }

    fn keys(&self) -> CardKeys {
        CardKeys::new(self.operator().table().unwrap())
    }

    fn kms_calls(&self) -> u64 {
        self.cloud.usage().kms.calls
    }

    /// One run of card-rewrap that is cut off after `seconds` by a clock that goes on a second at each look.
    async fn rewrap_for(&self, seconds: i64) -> Result<Tally, lambda_runtime_error::Error> {
        let deps = card_rewrap::Deps::new(&self.config("CardRewrap"), self.ticking()).unwrap();
        let mut context = Context::default();
        context.deadline = u64::try_from((self.now_s.load(Ordering::SeqCst) + seconds) * 1000).unwrap();
        card_rewrap::handler(&deps, LambdaEvent::new(serde_json::json!({}), context)).await
    }

    async fn rewrap(&self) -> Tally {
        self.rewrap_for(1_000_000).await.unwrap()
    }

    fn ticking(&self) -> Clock {
        let now_s = Arc::clone(&self.now_s);
        Clock::new(move || Timestamp::from_second(now_s.fetch_add(1, Ordering::SeqCst)).unwrap())
    }

    async fn admin(&self, command: CardKeysCommand) -> Vec<String> {
        let registry = Registry::open(&self.operator(), None).await.unwrap();
        Box::pin(local::admin::run(&registry, Admin::CardKeys(command), &self.clock())).await.unwrap()
    }

    /// Seals and stores a card.
    async fn keep(&self, vault: &Vault, merchant: &str, owner: CardOwner, number: &str) -> KeptCard {
        let mut card = card(merchant, owner, number);
        card.number = Some(vault.seal(&card.binding(), &pan(number)).await.unwrap());
        assert_eq!(self.cards().put(&card, None).await.unwrap(), Kept::Done);
        card
    }

    async fn stored(&self, card: &KeptCard) -> KeptCard {
        self.cards().load(&card.merchant, &card.owner).await.unwrap().unwrap()
    }

    /// Puts the same fault at so many calls of an operation from now on.
    fn fail(&self, operation: &str, from: u64, times: u64) {
        self.cloud.faults().restart();
        for nth in from..from + times {
            let when = When::Nth { caller: None, operation: operation.to_owned(), nth };
            self.cloud.faults().plan(when, Fault::FailBefore);
        }
    }
}

/// The runtime's error, by the name that the handler gives it.
mod lambda_runtime_error {
    pub(super) type Error = lambda_http::Error;
}

fn pan(number: &str) -> Pan {
    Pan::parse(number).unwrap()
}

fn buyer(user: &str) -> CardOwner {
    CardOwner::Buyer(user.to_owned())
}

fn order(order: &str) -> CardOwner {
    CardOwner::Order(OrderId::new(order).unwrap())
}

fn id(name: &str) -> DataKeyId {
    DataKeyId::new(name).unwrap()
}

fn card(merchant: &str, owner: CardOwner, number: &str) -> KeptCard {
    let now: Timestamp = START.parse().unwrap();
    let number = pan(number);
    KeptCard {
        merchant: MerchantId::new(merchant).unwrap(),
        owner,
        id: CardId::from_random([1; 8]),
        version: 1,
        card: MaskedCard {
            brand: number.brand(),
            last4: number.last4().to_owned(),
            expiry: Expiry::parse("12/29", domain::clock::japan_date(now)).unwrap(),
        },
        holder: "TARO YAMADA".to_owned(),
        number: None,
        fingerprint: None,
        consent: Consent { scope: ConsentScope::Recall, terms: 1, at: now, address: "192.0.2.1".to_owned() },
        network_id: None,
        order: OrderId::new("100").unwrap(),
        mail: "taro@example.jp".to_owned(),
        lang: Lang::Ja,
    }
}

fn data_key(card: &KeptCard) -> &str {
    match &card.number {
        Some(HeldNumber::Sealed { data_key, .. }) => data_key.as_str(),
        other => panic!("{other:?}"),
    }
}

fn is_foreign(opened: &Result<Pan, VaultError>) -> bool {
    matches!(opened, Err(VaultError::Seal(SealError::Foreign)))
}

#[tokio::test]
async fn no_two_sealed_numbers_can_be_exchanged() {
    let bank = Bank::open().await;
    let vault = bank.vault();
    let mut cards = Vec::new();
    for merchant in ["4000", "5000"] {
        for owner in ["taro", "Taro", "100"] {
            for owner in [buyer(owner), order(owner)] {
                let number = NUMBERS[cards.len() % NUMBERS.len()];
                cards.push((bank.keep(&vault, merchant, owner, number).await, number));
            }
        }
    }
    for (card, number) in &cards {
        assert_eq!(vault.open(&bank.stored(card).await).await.unwrap(), pan(number));
        for (other, _) in cards.iter().filter(|(other, _)| other != card) {
            let swapped = KeptCard { number: other.number.clone(), ..card.clone() };
            assert!(is_foreign(&vault.open(&swapped).await), "{:?} into {:?}", other.owner, card.owner);
        }
        let another = KeptCard { id: CardId::from_random([2; 8]), ..card.clone() };
        assert!(is_foreign(&vault.open(&another).await));
    }
}

#[tokio::test]
async fn what_holds_no_number_of_ours_says_so() {
    let bank = Bank::open().await;
    let vault = bank.vault();
    let kept = bank.keep(&vault, "4000", buyer("taro"), NUMBERS[0]).await;
    let with = |number| KeptCard { number, ..kept.clone() };
    let sealed = |key: &str, sealed: &str| Some(HeldNumber::Sealed { data_key: id(key), sealed: sealed.to_owned() });
    assert!(matches!(vault.open(&with(None)).await, Err(VaultError::NoNumber)));
    let token = Some(HeldNumber::Token("t".to_owned()));
    assert!(matches!(vault.open(&with(token)).await, Err(VaultError::NoNumber)));
    for text in ["", "A", "カード", &"A".repeat(10_000)] {
        assert!(is_foreign(&vault.open(&with(sealed("2026-11", text))).await), "{text:.10}");
    }
    let error = vault.open(&with(sealed("2031-01", "AAAA"))).await.unwrap_err();
    assert!(matches!(&error, VaultError::KeyGone(key) if key.as_str() == "2031-01") && !error.is_passing());
}

#[tokio::test]
async fn a_fingerprint_is_the_same_everywhere_and_always() {
    let bank = Bank::open().await;
    let first = bank.vault().fingerprint(&pan(NUMBERS[0])).await.unwrap();
    bank.later(400 * DAY_S);
    let vault = bank.vault();
    vault.connect().await;
    assert_eq!(vault.fingerprint(&pan(NUMBERS[0])).await.unwrap(), first);
    let all: BTreeSet<String> = futures_util::future::join_all(NUMBERS.map(|number| {
        let vault = vault.clone();
        async move { vault.fingerprint(&pan(number)).await.unwrap().to_string() }
    }))
    .await
    .into_iter()
    .collect();
    assert_eq!(all.len(), NUMBERS.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn environments_that_make_a_months_keys_at_once_end_with_one() {
    let bank = Bank::open().await;
    let tasks: Vec<_> = (0..8)
        .map(|n| {
            let vault = bank.vault();
            tokio::spawn(async move {
                let mut card = card("4000", buyer(&n.to_string()), NUMBERS[0]);
                card.number = Some(vault.seal(&card.binding(), &pan(NUMBERS[0])).await.unwrap());
                (card, vault.fingerprint(&pan(NUMBERS[0])).await.unwrap().to_string())
            })
        })
        .collect();
    let mut fingerprints = BTreeSet::new();
    for task in tasks {
        let (card, fingerprint) = task.await.unwrap();
        assert_eq!(data_key(&card), "2026-11");
        assert_eq!(bank.vault().open(&card).await.unwrap(), pan(NUMBERS[0]));
        fingerprints.insert(fingerprint);
    }
    assert_eq!(fingerprints.len(), 1);
    assert_eq!(bank.keys().list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_made_elsewhere_is_used_within_ten_minutes() {
    let bank = Bank::open().await;
    let (ours, theirs) = (bank.vault(), bank.vault());
    let before = bank.keep(&ours, "4000", buyer("a"), NUMBERS[0]).await;
    assert_eq!(theirs.rotate().await.unwrap(), id("2026-11b"));
    assert_eq!(data_key(&bank.keep(&theirs, "4000", buyer("b"), NUMBERS[1]).await), "2026-11b");
    bank.later(599);
    assert_eq!(data_key(&bank.keep(&ours, "4000", buyer("c"), NUMBERS[1]).await), "2026-11");
    bank.later(1);
    let after = bank.keep(&ours, "4000", buyer("d"), NUMBERS[1]).await;
    assert_eq!(data_key(&after), "2026-11b");
    assert_eq!(theirs.open(&before).await.unwrap(), pan(NUMBERS[0]));
    assert_eq!(bank.vault().open(&after).await.unwrap(), pan(NUMBERS[1]));
    // 1 December in Japan begins at 15:00 UTC
    bank.later(10 * DAY_S);
    assert_eq!(data_key(&bank.keep(&ours, "4000", buyer("e"), NUMBERS[1]).await), "2026-12");
    bank.later(31 * DAY_S);
    assert_eq!(theirs.rotate().await.unwrap(), id("2027-01"), "a month without a key gets its first");
}

#[tokio::test]
async fn kms_is_asked_once_for_each_key_however_many_cards_are_read() {
    let bank = Bank::open().await;
    let mut cards = Vec::new();
    for month in 0..3 {
        let vault = bank.vault();
        for n in 0..10 {
            cards.push(bank.keep(&vault, "4000", buyer(&format!("{month}-{n}")), NUMBERS[n % 4]).await);
        }
        bank.later(31 * DAY_S);
    }
    let environments: Vec<Vault> = (0..8).map(|_| bank.vault()).collect();
    let cold = bank.kms_calls();
    for environment in &environments {
        environment.connect().await;
        futures_util::future::join_all(cards.iter().map(|card| environment.open(card))).await;
    }
    assert_eq!(bank.kms_calls() - cold, 8 * (1 + 3), "a start opens the fingerprint key, and each data key once");
    let warm = bank.kms_calls();
    for n in 0..1_000 {
        let environment = &environments[n % environments.len()];
        environment.open(&cards[n % cards.len()]).await.unwrap();
        environment.fingerprint(&pan(NUMBERS[0])).await.unwrap();
    }
    assert_eq!(bank.kms_calls(), warm);
    for (n, environment) in environments.iter().enumerate() {
        bank.keep(environment, "5000", buyer(&n.to_string()), NUMBERS[0]).await;
    }
    assert_eq!(bank.kms_calls() - warm, 8, "a new month: one makes the key, seven open it");
}

#[tokio::test]
async fn without_kms_or_table_there_is_an_error_and_afterwards_it_goes_on() {
    let bank = Bank::open().await;
    let kept = bank.keep(&bank.vault(), "4000", buyer("taro"), NUMBERS[0]).await;
    bank.vault().connect().await;
    for (operation, times) in [("Decrypt", 9), ("GetItem", 9)] {
        let vault = bank.vault();
        bank.fail(operation, 0, times);
        let errors = [
            vault.open(&kept).await.map(drop).unwrap_err(),
            vault.seal(b"x", &pan(NUMBERS[0])).await.map(drop).unwrap_err(),
            vault.fingerprint(&pan(NUMBERS[0])).await.map(drop).unwrap_err(),
        ];
        for error in errors {
            assert!(error.is_passing(), "{operation}: {error:?}");
            assert!(!format!("{error:?}{}", domain::Causes::of(&error)).contains("4242424242"), "{operation}");
        }
        bank.cloud.faults().stop();
        assert_eq!(vault.open(&kept).await.unwrap(), pan(NUMBERS[0]), "{operation}");
        vault.seal(b"x", &pan(NUMBERS[0])).await.unwrap();
        vault.fingerprint(&pan(NUMBERS[0])).await.unwrap();
    }
}

#[tokio::test]
async fn functions_that_do_not_charge_have_no_right_on_the_card_key() {
    let bank = Bank::open().await;
    let kept = bank.keep(&bank.vault(), "4000", buyer("taro"), NUMBERS[0]).await;
    let opens =
        ["ApiPayments", "Authorize", "BatchCharge", "CardRewrap", "CardUpdate", "ConsoleCharge", "RecurringCharge"];
    for function in bank.template.functions.iter().map(|function| function.name.as_str()) {
        match bank.vault_of(function).open(&kept).await {
            Ok(opened) => assert!(opens.contains(&function) && opened == pan(NUMBERS[0]), "{function} opened a card"),
            // a few may not even read the table
            Err(VaultError::Kms(_) | VaultError::Store(_)) => assert!(!opens.contains(&function), "{function}"),
            Err(other) => panic!("{function}: {other}"),
        }
    }
}

#[tokio::test]
async fn a_card_is_written_once_and_only_over_the_version_before() {
    let bank = Bank::open().await;
    let cards = bank.cards();
    let first = bank.keep(&bank.vault(), "4000", buyer("taro"), NUMBERS[0]).await;
    assert_eq!(cards.put(&first, None).await.unwrap(), Kept::Done, "our own write, whose reply was lost");
    let other = KeptCard { id: CardId::from_random([9; 8]), ..first.clone() };
    assert_eq!(cards.put(&other, None).await.unwrap(), Kept::Refused(Some(Box::new(first.clone()))));
    assert_eq!(bank.stored(&first).await, first);
    let upper = cards.load(&first.merchant, &buyer("Taro")).await.unwrap();
    assert_eq!(upper, None, "another case is another buyer");
    let late = KeptCard { owner: buyer("hanako"), version: 5, ..first.clone() };
    assert_eq!(cards.put(&late, None).await.unwrap(), Kept::Refused(None));
    let deleted = KeptCard { number: None, version: 2, ..first.clone() };
    let expires = bank.clock().now().saturating_add(SignedDuration::from_hours(24 * 30)).unwrap();
    assert_eq!(cards.put(&deleted, Some(expires)).await.unwrap(), Kept::Done);
    assert_eq!(bank.stored(&first).await, deleted);
    bank.later(31 * DAY_S);
    bank.cloud.sweep_ttl().unwrap();
    assert_eq!(cards.load(&first.merchant, &first.owner).await.unwrap(), None);
    assert_eq!(cards.put(&first, None).await.unwrap(), Kept::Done);
}

#[tokio::test]
async fn a_card_with_everything_at_full_length_is_one_write_unit() {
    let bank = Bank::open().await;
    let vault = bank.vault_of("Authorize");
    vault.seal(b"", &pan(NUMBERS[0])).await.unwrap();
    let full = KeptCard {
        merchant: MerchantId::new("9999999999").unwrap(),
        owner: buyer(&"u".repeat(30)),
        holder: "山".repeat(45),
        number: Some(vault.seal(b"", &pan("6011111111111117")).await.unwrap()),
        fingerprint: Some(vault.fingerprint(&pan(NUMBERS[0])).await.unwrap()),
        consent: Consent {
            scope: ConsentScope::Both,
            terms: u16::MAX,
            at: bank.clock().now(),
            address: "2001:0db8:0000:0000:0000:0000:192.168.100.200".to_owned(),
        },
        network_id: Some("9".repeat(36)),
        order: OrderId::new("o".repeat(40)).unwrap(),
        mail: "m".repeat(128),
        ..card("4000", buyer("x"), NUMBERS[0])
    };
    let before = bank.cloud.usage().dynamodb.write_units;
    let cards = Cards::new(bank.config("Authorize").table().unwrap());
    assert_eq!(cards.put(&full, None).await.unwrap(), Kept::Done);
    let usage = bank.cloud.usage().dynamodb;
    // One write unit is one kilobyte at most.
    assert!((usage.write_units - before - 1.0).abs() < f64::EPSILON);
}

/// Sixty cards of 2026-11, and thirteen months later.
async fn aged(bank: &Bank) -> Vec<(KeptCard, &'static str)> {
    let vault = bank.vault();
    let mut cards = Vec::new();
    for n in 0..60 {
        let (merchant, number) = (["4000", "5000"][n % 2], NUMBERS[n % 4]);
        cards.push((bank.keep(&vault, merchant, buyer(&format!("buyer-{n}")), number).await, number));
    }
    bank.later(396 * DAY_S);
    // what seals now is a newer key
    bank.keep(&bank.vault(), "4000", buyer("new"), NUMBERS[0]).await;
    cards
}

async fn all_open(bank: &Bank, cards: &[(KeptCard, &'static str)]) -> BTreeSet<String> {
    let vault = bank.vault();
    let mut keys = BTreeSet::new();
    for (card, number) in cards {
        let stored = bank.stored(card).await;
        assert_eq!(vault.open(&stored).await.unwrap(), pan(number));
        assert_eq!((stored.id, &stored.consent.scope), (card.id, &card.consent.scope));
        keys.insert(data_key(&stored).to_owned());
    }
    keys
}

fn stage(listed: &[store::StoredKey], name: &str) -> KeyStage {
    listed.iter().find(|key| key.id.as_str() == name).unwrap().stage
}

#[tokio::test]
async fn cards_of_an_old_key_are_sealed_anew_and_the_next_walk_proves_that_none_is_left() {
    let bank = Bank::open().await;
    let nothing = bank.rewrap().await;
    assert!(nothing.finished && nothing.looked == 0, "{nothing:?}");
    let cards = aged(&bank).await;
    let first = bank.rewrap().await;
    assert_eq!((first.looked, first.rewrapped, first.done, first.finished), (61, 60, 0, true));
    assert_eq!(all_open(&bank, &cards).await, BTreeSet::from(["2027-12".to_owned()]));
    assert!(matches!(stage(&bank.keys().list().await.unwrap(), "2026-11"), KeyStage::Retiring { .. }));
    bank.later(DAY_S);
    let second = bank.rewrap().await;
    assert_eq!((second.rewrapped, second.done, second.finished), (0, 1, true));
    assert_eq!(stage(&bank.keys().list().await.unwrap(), "2026-11"), KeyStage::Done);
    // a card from a backup opens until the key is destroyed
    assert_eq!(bank.vault().open(&cards[0].0).await.unwrap(), pan(cards[0].1));
    Box::pin(bank.admin(CardKeysCommand::Destroy { id: "2026-11".to_owned() })).await;
    assert!(matches!(bank.vault().open(&cards[0].0).await, Err(VaultError::KeyGone(_))));
    all_open(&bank, &cards).await;
    assert_eq!(Box::pin(bank.admin(CardKeysCommand::List)).await, ["2026-11   destroyed", "2027-12   in use"]);
}

#[tokio::test]
async fn a_run_that_is_cut_off_goes_on_where_it_stood() {
    let bank = Bank::open().await;
    let cards = aged(&bank).await;
    let mut runs = 0;
    let mut rewrapped = 0;
    loop {
        let tally = bank.rewrap_for(30).await.unwrap();
        rewrapped += tally.rewrapped;
        runs += 1;
        all_open(&bank, &cards).await;
        if tally.finished {
            break;
        }
        assert!(runs < 100, "{tally:?}");
    }
    assert!(runs > 2, "{runs}");
    assert_eq!(rewrapped, 60, "no card twice");
    assert_eq!(all_open(&bank, &cards).await, BTreeSet::from(["2027-12".to_owned()]));
}

#[tokio::test]
async fn a_crash_anywhere_in_a_run_loses_no_card() {
    for (operation, nth) in [
        ("PutItem", 0),
        ("PutItem", 7),
        ("PutItem", 31),
        ("Query", 3),
        ("Query", 20),
        ("Decrypt", 0),
        ("UpdateItem", 0),
    ] {
        let bank = Bank::open().await;
        let cards = aged(&bank).await;
        bank.fail(operation, nth, 500);
        assert!(bank.rewrap_for(1_000_000).await.is_err(), "{operation} {nth}");
        bank.cloud.faults().stop();
        all_open(&bank, &cards).await;
        assert!(bank.rewrap().await.finished);
        assert_eq!(all_open(&bank, &cards).await, BTreeSet::from(["2027-12".to_owned()]), "{operation} {nth}");
        bank.later(DAY_S);
        bank.rewrap().await;
        bank.later(DAY_S);
        bank.rewrap().await;
        assert_eq!(stage(&bank.keys().list().await.unwrap(), "2026-11"), KeyStage::Done, "{operation} {nth}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn buyers_replace_and_delete_cards_while_they_are_sealed_anew() {
    let bank = Bank::open().await;
    let cards = aged(&bank).await;
    let vault = bank.vault();
    let writers: Vec<_> = cards
        .iter()
        .take(40)
        .enumerate()
        .map(|(n, (card, _))| {
            let (store, vault, card) = (bank.cards(), vault.clone(), card.clone());
            tokio::spawn(async move {
                loop {
                    let stands = store.load(&card.merchant, &card.owner).await.unwrap().unwrap();
                    let mut next = KeptCard { id: CardId::from_random([7; 8]), version: stands.version + 1, ..stands };
                    next.number = match n % 2 {
                        0 => Some(vault.seal(&next.binding(), &pan(NUMBERS[3])).await.unwrap()),
                        _ => None,
                    };
                    if store.put(&next, None).await.unwrap() == Kept::Done {
                        return next;
                    }
                }
            })
        })
        .collect();
    let tally = bank.rewrap().await;
    assert!(tally.finished && tally.failed == 0, "{tally:?}");
    for writer in writers {
        let written = writer.await.unwrap();
        assert_eq!(bank.stored(&written).await, written, "what a buyer wrote last stands");
    }
    assert_eq!(all_open(&bank, &cards[40..]).await, BTreeSet::from(["2027-12".to_owned()]));
}

#[tokio::test]
async fn the_newest_key_is_replaced_before_it_is_retired_and_a_card_that_does_not_open_holds_its_key() {
    let bank = Bank::open().await;
    let vault = bank.vault();
    let good = bank.keep(&vault, "4000", buyer("good"), NUMBERS[0]).await;
    let broken = bank.keep(&vault, "4000", buyer("broken"), NUMBERS[1]).await;
    let swapped = KeptCard { version: 2, number: good.number.clone(), ..broken.clone() };
    assert_eq!(bank.cards().put(&swapped, None).await.unwrap(), Kept::Done);
    let said = Box::pin(bank.admin(CardKeysCommand::Retire { id: "2026-11".to_owned() })).await;
    assert!(said[0].starts_with("made data key 2026-11b") && said[1].contains("retiring"), "{said:?}");
    for _ in 0..3 {
        bank.later(DAY_S);
        assert!(bank.rewrap_for(1_000_000).await.is_err(), "a person is called");
    }
    assert!(matches!(stage(&bank.keys().list().await.unwrap(), "2026-11"), KeyStage::Retiring { .. }));
    let registry = Registry::open(&bank.operator(), None).await.unwrap();
    for (id, expected) in [("2026-11", "cards may still be under"), ("2020-01", "no data key"), ("x", "no data key")] {
        let command = Admin::CardKeys(CardKeysCommand::Destroy { id: id.to_owned() });
        let error = Box::pin(local::admin::run(&registry, command, &bank.clock())).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    let stored = bank.stored(&good).await;
    assert_eq!(data_key(&stored), "2026-11b");
    assert_eq!(vault.open(&stored).await.unwrap(), pan(NUMBERS[0]));
}

#[tokio::test]
async fn a_card_that_cant_be_read_holds_up_no_other_and_holds_every_key() {
    let bank = Bank::open().await;
    let cards = aged(&bank).await;
    let table = bank.operator().required("TABLE").unwrap().to_owned();
    let spoilt = spoil(&bank.cloud, &table, "doc", |pk, sk| pk.starts_with("C#4000#") && sk == "u#buyer-0").await;
    for _ in 0..2 {
        assert!(bank.rewrap_for(1_000_000).await.is_err(), "a person is called");
        assert_eq!(all_open(&bank, &cards[1..]).await, BTreeSet::from(["2027-12".to_owned()]));
        bank.later(DAY_S);
        assert!(matches!(stage(&bank.keys().list().await.unwrap(), "2026-11"), KeyStage::Retiring { .. }));
    }
    spoilt.mend().await;
    let tally = bank.rewrap().await;
    assert_eq!((tally.rewrapped, tally.failed, tally.done), (1, 0, 1));
}

#[tokio::test]
async fn nothing_printable_shows_a_key_or_a_number() {
    let bank = Bank::open().await;
    let vault = bank.vault();
    let kept = bank.keep(&vault, "4000", buyer("taro"), NUMBERS[0]).await;
    let printed = format!("{vault:?} {kept:?} {:?} {}", bank.keys(), serde_json::to_string(&kept).unwrap());
    assert!(printed.starts_with("Vault(…)") && !printed.contains(NUMBERS[0]) && !printed.contains("42424242"));
}
