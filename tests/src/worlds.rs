//! Fresh worlds with demo data and a clock that stands, and a look past the pages at what is stored.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::account::UserId;
use domain::attention::Matter;
use domain::audit::Entry;
use domain::batch::{Batch, BatchId, BatchState, Check, PieceSize, Rules, Scanner, Source};
use domain::link::{Link, LinkAmount, LinkUses};
use domain::recurring::plan::Plan;
use domain::{CardOwner, Clock, KeptCard, LinkId, Merchant, MerchantId, OrderId, Payment, PaymentKey, Yen};
use inbound::Config;
use jiff::Timestamp;
use local::admin::{Admin, AdminError, Registry};
use local::cloud::{Caller, Cloud};
use local::world::{Housekeeping, Options, World};
use outbound::Acquirer;
use std::collections::HashMap;
use std::sync::Arc;
use store::Which;

/// When every test begins: Saturday, 21 November 2026, noon in Japan.
pub const START: &str = "2026-11-21T03:00:00Z";

/// How a test's world is started: in memory, the clock at [`START`].
#[must_use]
pub fn options() -> Options {
    Options::test(START.parse().expect("a timestamp"))
}

/// A world with the demo data.
pub async fn fresh() -> World {
    fresh_with(options()).await
}

/// A world with the demo data whose days bring the daily housekeeping.
pub async fn housekept() -> World {
    fresh_with(Options { housekeeping: Housekeeping::Daily, ..options() }).await
}

/// A world started like this.
pub async fn fresh_with(options: Options) -> World {
    Box::pin(World::start(options)).await.expect("the world starts")
}

/// Changes a merchant's settings. Functions that have already read them go on with the old ones for 30 seconds.
pub async fn change_merchant(world: &World, id: &str, change: impl FnOnce(&mut Merchant)) {
    let mut merchant = merchant(world, id).await;
    change(&mut merchant);
    merchant.version += 1;
    registry(world).await.update(&merchant).await.expect("the merchant is changed");
}

/// Creates a merchant beside those of the demo.
pub async fn create_merchant(world: &World, merchant: &Merchant) {
    registry(world).await.create(merchant).await.expect("the merchant is created");
}

/// A merchant's settings.
pub async fn merchant(world: &World, id: &str) -> Merchant {
    let id = MerchantId::new(id).expect("a merchant number");
    registry(world).await.load(&id).await.expect("the table answers").expect("the merchant is there")
}

/// What a link of merchant 4000 asks.
#[derive(Clone, Copy, Debug)]
pub struct LinkTerms<'a> {
    /// Its name in the address.
    pub id: &'a str,
    /// What is sold.
    pub item: &'a str,
    /// Yen, or the shopper's choice.
    pub yen: Option<u32>,
    /// Once or often.
    pub uses: LinkUses,
}

/// Creates a link of merchant 4000.
pub async fn create_link(world: &World, terms: LinkTerms<'_>) {
    let amount = terms.yen.map_or(LinkAmount::Open, |yen| LinkAmount::Fixed(Yen::new(yen).expect("an amount")));
    let id = LinkId::new(terms.id).expect("a link's name");
    let merchant = MerchantId::new("4000").expect("a merchant number");
    let link = Link::new(id, merchant, terms.item, amount, terms.uses, world.now());
    registry(world).await.create_link(&link).await.expect("the link is created");
}

/// The links as they are stored: what a merchant's clerk does at the console, done to the record.
pub fn links(world: &World) -> store::Links {
    store::Links::new(config(world).table().expect("the table's name"))
}

/// What merchants sell as regular purchases, as it is stored: what a clerk does at the console, done to the record.
pub fn offers(world: &World) -> store::Offers {
    store::Offers::new(config(world).table().expect("the table's name"))
}

/// A payment as it is stored.
pub async fn payment(world: &World, merchant: &str, order: &str) -> Option<Payment> {
    let key = PaymentKey::new(
        MerchantId::new(merchant).expect("a merchant number"),
        OrderId::new(order).expect("an order number"),
    );
    let table = config(world).table().expect("the table's name");
    store::Payments::new(table).load(&key).await.expect("the table answers")
}

/// The card that a buyer lets a merchant keep, as it is stored.
pub async fn kept_card(world: &World, merchant: &str, user: &str) -> Option<KeptCard> {
    card_of(world, merchant, &CardOwner::Buyer(user.to_owned())).await
}

/// The card of an owner, as it is stored.
pub async fn card_of(world: &World, merchant: &str, owner: &CardOwner) -> Option<KeptCard> {
    let merchant = MerchantId::new(merchant).expect("a merchant number");
    let table = config(world).table().expect("the table's name");
    store::Cards::new(table).load(&merchant, owner).await.expect("the table answers")
}

/// Writes a kept card into the table, as only somebody could who got hold of it.
pub async fn smuggle_card(world: &World, card: &KeptCard) {
    let table = config(world).table().expect("the table's name");
    let written = store::Cards::new(table).put(card, None).await.expect("the table answers");
    assert_eq!(written, store::Kept::Done, "nobody else wrote it");
}

/// The console's read model, past every function.
#[must_use]
pub fn searches(world: &World) -> store::Searches {
    let table = config(world).table().expect("the table's name");
    store::Searches::new(search_table(world), store::Payments::new(table))
}

/// The table of the console's read model.
#[must_use]
pub fn search_table(world: &World) -> store::Table {
    let table = world.template().tables.iter().find(|table| table.name == "SearchTable");
    let table = table.expect("the template has the read model's table");
    store::Table::new(&world.cloud().sdk_config(Caller::Operator), &table.name)
}

/// What a person has to look at at a merchant, newest first; `None`: at nobody's.
pub async fn matters(world: &World, merchant: Option<&str>, which: Which) -> Vec<Matter> {
    let merchant = merchant.map(|id| MerchantId::new(id).expect("a merchant number"));
    let attention = store::Attention::new(config(world).table().expect("the table's name"));
    attention.list(merchant.as_ref(), which, None, 100).await.expect("the table answers").matters
}

/// Raises a matter for a person, as reconcile and settlement-check do.
pub async fn raise(world: &World, matter: &Matter) {
    let attention = store::Attention::new(config(world).table().expect("the table's name"));
    attention.raise(matter).await.expect("the table answers");
}

/// Who signs in with this address.
pub async fn user_id(world: &World, mail: &str) -> UserId {
    let users = store::Users::new(config(world).table().expect("the table's name"));
    users.load(mail).await.expect("the table answers").expect("somebody signs in with it").id
}

/// Writes a payment into the table, as only somebody could who got hold of it.
pub async fn smuggle_payment(world: &World, payment: &Payment) {
    let payments = store::Payments::new(config(world).table().expect("the table's name"));
    let written = payments.put(payment, world.now()).await.expect("the table answers");
    assert_eq!(written, store::Written::Done, "nobody else wrote it");
}

/// Changes a payment, as nothing here does, and files it to be looked at then.
pub async fn refile_payment(world: &World, payment: &Payment, look_at: Timestamp) {
    let payments = store::Payments::new(config(world).table().expect("the table's name"));
    let written = payments.advance(payment, Some(look_at)).await.expect("the table answers");
    assert_eq!(written, store::Written::Done, "nobody else wrote it");
}

/// An attribute of items as it was, before [`spoil`] made it one that nothing can read.
#[derive(Debug)]
pub struct Spoilt {
    client: aws_sdk_dynamodb::Client,
    table: String,
    attribute: String,
    items: Vec<HashMap<String, AttributeValue>>,
}

/// Makes an attribute of every item unreadable that stands under such a partition and sort key, as a fault of ours, a hand in the table or a release that we
/// went back from could.
pub async fn spoil(cloud: &Cloud, table: &str, attribute: &str, is: impl Fn(&str, &str) -> bool) -> Spoilt {
    let client = aws_sdk_dynamodb::Client::new(&cloud.sdk_config(Caller::Operator));
    let mut pages = client.scan().table_name(table).into_paginator().items().send();
    let mut items = Vec::new();
    while let Some(item) = pages.next().await {
        let item = item.expect("the table answers");
        let key = |name: &str| item[name].as_s().expect("a key is text");
        if is(key(store::keys::PK), key(store::keys::SK)) && item.contains_key(attribute) {
            items.push(item);
        }
    }
    assert!(!items.is_empty(), "nothing is there to be spoilt");
    let spoilt = Spoilt { client, table: table.to_owned(), attribute: attribute.to_owned(), items };
    spoilt.write(|_| AttributeValue::S("spoilt".to_owned())).await;
    spoilt
}

impl Spoilt {
    /// Makes the attribute again what it was; the rest of an item stays as it has become.
    pub async fn mend(&self) {
        self.write(|item| item[&self.attribute].clone()).await;
    }

    async fn write(&self, value: impl Fn(&HashMap<String, AttributeValue>) -> AttributeValue) {
        for item in &self.items {
            let update = self.client.update_item().table_name(&self.table);
            let update = [store::keys::PK, store::keys::SK].iter().fold(update, |u, k| u.key(*k, item[*k].clone()));
            let update = update
                .update_expression("SET #attribute = :value")
                .expression_attribute_names("#attribute", &self.attribute)
                .expression_attribute_values(":value", value(item));
            update.send().await.expect("the item is there");
        }
    }
}

/// Makes documents of the product's table unreadable, as [`spoil`] does.
pub async fn spoil_documents(world: &World, is: impl Fn(&str, &str) -> bool) -> Spoilt {
    let table = config(world).required("TABLE").expect("the table's name").to_owned();
    spoil(world.cloud(), &table, "doc", is).await
}

/// Makes a buyer's kept card one that nothing can read.
pub async fn spoil_card(world: &World, merchant: &str, user: &str) -> Spoilt {
    let (of_merchant, owner) = (format!("C#{merchant}#"), format!("u#{user}"));
    spoil_documents(world, |pk, sk| pk.starts_with(&of_merchant) && sk == owner).await
}

/// Makes a payment's state one that nothing can read, as a fault of ours or a hand in the table could.
pub async fn spoil_payment(world: &World, payment: &Payment) -> Spoilt {
    let table = config(world).required("TABLE").expect("the table's name").to_owned();
    let of_payment = store::keys::payment(&payment.key);
    spoil(world.cloud(), &table, "st", |pk, _| pk == of_payment).await
}

/// Makes a regular purchase one that nothing can read.
pub async fn spoil_plan(world: &World, plan: &Plan) -> Spoilt {
    let of_plan = store::keys::plan(&plan.merchant, &plan.id);
    spoil_documents(world, |pk, _| pk == of_plan).await
}

/// The settings of a function, with an operator's rights.
pub fn config_of(world: &World, name: &str) -> Config {
    let function = world.template().functions.iter().find(|function| function.name == name);
    let settings = HashMap::from_iter(function.expect("a function of the template").environment.clone());
    Config::new(settings, world.cloud().sdk_config(Caller::Operator))
}

/// A connection to the acquirer past the functions, as somebody has who moves money at its console.
pub fn acquirer(world: &World) -> Arc<dyn Acquirer> {
    config_of(world, "Reconcile").acquirer().expect("an acquirer")
}

/// Does what `kessai admin` does.
pub async fn administer(world: &World, command: Admin) -> Vec<String> {
    let there = world.clone();
    let clock = Clock::new(move || there.now());
    let registry = registry(world).await;
    let carried_out = Box::pin(local::admin::run(&registry, command, &clock)).await;
    carried_out.expect("the command is carried out")
}

/// The same as an operator of this name, who may be refused.
///
/// # Errors
/// [`AdminError`].
pub async fn administer_as(world: &World, operator: Option<&str>, command: Admin) -> Result<Vec<String>, AdminError> {
    let there = world.clone();
    let clock = Clock::new(move || there.now());
    let registry = registry(world).await.used_by(operator.map(str::to_owned));
    Box::pin(local::admin::run(&registry, command, &clock)).await
}

/// The batches past the pages.
pub fn batches(world: &World) -> store::Batches {
    store::Batches::new(config(world).table().expect("the table's name"))
}

/// A file of 5,000 rows that charge 2,000 yen each to the card of `user`; line 37 has no amount.
#[must_use]
pub fn batch_file(user: &str) -> String {
    let row = |line: u32| format!("2026{line:06},{},{user}\r\n", if line == 37 { "" } else { "2000" });
    let rows: String = (2..=5_001).map(row).collect();
    format!("伝票番号,決済金額,購入者ID\r\n{rows}")
}

/// A batch of [`batch_file`] of merchant 4000 that is in this state, as batch-intake would have written it.
#[must_use]
pub fn batch_in(world: &World, state: BatchState) -> Batch {
    let merchant = Merchant::new(MerchantId::new("4000").expect("a merchant number"), "");
    let file = batch_file("alice");
    let mut scanner = Scanner::new(Rules::of(&merchant, domain::batch::Kind::File), PieceSize::new(100, 65_536));
    scanner.push(file.as_bytes()).expect("a good file");
    let source = Source {
        key: "4000/inbox/december.csv".to_owned(),
        version: "v1".to_owned(),
        size: u64::try_from(file.len()).expect("a small file"),
        written_at: world.now(),
    };
    Batch {
        id: BatchId::of(&source),
        merchant: merchant.id,
        source,
        version: 1,
        check: Some(Check::of(&scanner.finish().expect("a good file"))),
        confirmed_by: None,
        again: false,
        told: false,
        kind: domain::batch::Kind::File,
        state,
        made_at: world.now(),
    }
}

/// Writes a batch in place of what stands.
pub async fn put_batch(world: &World, batch: &Batch) -> Batch {
    let store = batches(world);
    let stands = store.load(&batch.merchant, &batch.id).await.expect("the table answers");
    let version = stands.map_or(1, |stands| stands.version + 1);
    let batch = Batch { version, ..batch.clone() };
    store.put(&batch).await.expect("nobody else writes it");
    batch
}

/// An object's bytes, past every function.
pub async fn object(world: &World, key: &str) -> Option<Vec<u8>> {
    let mut named = world.template().functions.iter().flat_map(|function| function.environment.iter());
    let (_, bucket) = named.find(|(name, _)| name.as_str() == "BUCKET").expect("a function with a bucket");
    let objects = outbound::Objects::new(&world.cloud().sdk_config(Caller::Operator), bucket);
    let mut found = objects.get(key).await.expect("the bucket answers")?;
    let mut bytes = Vec::new();
    while let Some(more) = found.next().await.expect("the object is read") {
        bytes.extend_from_slice(&more);
    }
    Some(bytes)
}

/// A merchant's audit log, newest first, without what can't be read.
pub async fn audit_log(world: &World, merchant: &str) -> Vec<Entry> {
    let merchant = MerchantId::new(merchant).expect("a merchant number");
    let table = config(world).table().expect("the table's name");
    let page = store::AuditLog::new(table).page(&merchant, None, 1_000).await.expect("the table answers");
    page.into_iter().filter_map(store::Logged::entry).collect()
}

async fn registry(world: &World) -> Registry {
    Registry::open(&config(world), Some(world.options().shop_origin.clone())).await.expect("the keys open")
}

/// The settings of the product's table and keys, as an operator has them.
pub fn config(world: &World) -> Config {
    let functions = &world.template().functions;
    let complete = functions
        .iter()
        .find(|f| ["TABLE", "APP_KEY", "CARD_KEY"].iter().all(|name| f.environment.contains_key(*name)));
    let environment = complete.expect("a function with table and keys").environment.clone();
    Config::new(HashMap::from_iter(environment), world.cloud().sdk_config(Caller::Operator))
}
