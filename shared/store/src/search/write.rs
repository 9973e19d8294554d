//! Writing the read model: what a batch of the stream says, each step once, in whatever order it comes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, CancellationReason, TransactWriteItem, Update},
};
use domain::{
    CardId, MerchantId, Payment, PaymentKey,
    mail_return::ReturnTrace,
    payment::Interface,
    search::{DaySums, Effect, MailTrace, Row, SearchKey, Step, Sum},
};
use jiff::{SignedDuration, Timestamp, civil::Date};

use super::item;
use crate::{
    StoreError, Table,
    keys::{self, DOCUMENT, ONLY, PK, SK, TTL, VERSION, search as s},
    table::{Item, Write, json, number, text, written_by_update},
};

/// How often a write that met another one is tried again before the batch is given back to the stream.
const TRIES: u8 = 5;
/// How many missing steps a rebuild guards against at most: an expression has 4 KB (DynamoDB's limit), and a condition on one step 35 bytes.
const LATE: usize = 80;
/// How many payments one transaction takes; DynamoDB's limit is 100 items, and each payment brings at most a few days' sums.
const TOGETHER: usize = 25;
/// How long a card's last use is known: longer than the longest period after which an unused card is deleted.
const USE_REMEMBERED: SignedDuration = SignedDuration::from_hours(1_900 * 24);
/// Over how many items a day's sums are spread, so that batches of several shards of the stream seldom meet.
const PARTS: u8 = 8;

/// What a batch of the stream says of one payment.
#[derive(Clone, Debug)]
pub struct SearchChange {
    /// The newest of its versions in the batch.
    pub row: Row,
    /// The steps that led there.
    pub steps: Vec<Step>,
}

/// The read model, for those who write it.
#[derive(Clone, Debug)]
pub struct SearchIndex {
    table: Table,
}

impl SearchIndex {
    /// The read model in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    pub(super) const fn table(&self) -> &Table {
        &self.table
    }

    /// Writes what a batch says. A repeat changes nothing, an older record takes nothing back.
    ///
    /// # Errors
    /// [`StoreError`]; what of the batch was written may be written again.
    pub async fn record(&self, changes: &[SearchChange]) -> Result<(), StoreError> {
        let counts = |change: &&SearchChange| change.steps.iter().any(|step| !step.effects.is_empty());
        for change in changes.iter().filter(|change| !counts(change)) {
            self.alone(change).await?;
        }
        let counted: Vec<&SearchChange> = changes.iter().filter(counts).collect();
        for together in counted.chunks(TOGETHER) {
            self.together(together).await?;
        }
        Ok(())
    }

    /// Brings one payment's item to how the payment stands, whatever was lost before. Steps of earlier versions that are still on
    /// their way are left out afterwards: what they add is added here.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn rebuild(&self, payment: &Payment, now: Timestamp) -> Result<(), StoreError> {
        if let Some(card) = payment.pays_with_kept().filter(|_| payment.state.is_paid()) {
            self.used(&payment.key.merchant, card, payment.opened_at).await?;
        }
        for _ in 0..TRIES {
            let stored = self.table.get(&keys::payment(&payment.key), ONLY).await?.unwrap_or_default();
            let (known, steps) = (Known::of(&stored), item::steps(&stored)?);
            if known.version.is_some_and(|version| version > payment.version) {
                return Ok(()); // the stream was quicker than the walk
            }
            let found = Step::found(payment, steps.iter(), now);
            let there = steps.into_iter().find(|step| step.version == payment.version);
            if there.is_some() && found.effects.is_empty() && known.version == Some(payment.version) {
                return Ok(());
            }
            let edit = Edit::rebuilt(payment, there, found, &known)?;
            match self.transact(&[(&payment.key, &edit)]).await? {
                Transacted::Done => return Ok(()),
                Transacted::Refused => {}
            }
        }
        Err(StoreError::Conflict)
    }

    /// Notes that a mail was handed to the mail service.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mailed(&self, key: &PaymentKey, trace: &MailTrace) -> Result<(), StoreError> {
        let update = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key(PK, text(keys::payment(key)))
            .key(SK, text(ONLY))
            .update_expression("SET #e = :e")
            .condition_expression("attribute_not_exists(#e)")
            .expression_attribute_names("#e", s::mailed(&trace.event_id))
            .expression_attribute_values(":e", text(item::mailed(trace)?));
        // Refused: it was sent before, and that stands.
        written_by_update(update.send().await).map(drop)
    }

    /// Notes that a mail did not reach its reader.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn returned(&self, key: &PaymentKey, trace: &ReturnTrace) -> Result<(), StoreError> {
        let update = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key(PK, text(keys::payment(key)))
            .key(SK, text(ONLY))
            .update_expression("SET #r = :r")
            .condition_expression("attribute_not_exists(#r)")
            .expression_attribute_names("#r", s::returned(&trace.id))
            .expression_attribute_values(":r", text(item::returned(trace)?));
        // Refused: it is known.
        written_by_update(update.send().await).map(drop)
    }

    /// Notes that a kept card was paid with, at most once for a card and day. It is for whoever asks which cards nobody uses.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn used(&self, merchant: &MerchantId, card: CardId, at: Timestamp) -> Result<(), StoreError> {
        let a_day_ago = at.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MIN);
        let until = at.saturating_add(USE_REMEMBERED).unwrap_or(Timestamp::MAX);
        let update = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key(PK, text(s::card_use(merchant, card)))
            .key(SK, text(ONLY))
            .update_expression("SET #at = :at, #ttl = :until")
            .condition_expression("attribute_not_exists(#at) OR #at < :before")
            .expression_attribute_names("#at", s::USED_AT)
            .expression_attribute_names("#ttl", TTL)
            .expression_attribute_values(":at", number(at.as_second()))
            .expression_attribute_values(":before", number(a_day_ago.as_second()))
            .expression_attribute_values(":until", number(until.as_second()));
        // Refused: a use of the same day or a later one stands.
        written_by_update(update.send().await).map(drop)
    }

    /// When a kept card was paid with last, to the day. None: never, or longer ago than anybody asks.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn last_use(&self, merchant: &MerchantId, card: CardId) -> Result<Option<Timestamp>, StoreError> {
        let pk = s::card_use(merchant, card);
        let Some(item) = self.table.get(&pk, ONLY).await? else { return Ok(None) };
        let second = item.get(s::USED_AT).and_then(|v| v.as_n().ok()).and_then(|n| n.parse().ok());
        let at = second.and_then(|second| Timestamp::from_second(second).ok());
        at.map(Some).ok_or(StoreError::Unreadable { pk, what: s::USED_AT })
    }

    /// A change that touches no sum: one write.
    async fn alone(&self, change: &SearchChange) -> Result<(), StoreError> {
        let mut known = Known::default();
        for _ in 0..TRIES {
            let Some(edit) = Edit::of(change, &known)? else { return Ok(()) };
            let update = self
                .table
                .client
                .update_item()
                .table_name(&self.table.name)
                .key(PK, text(keys::payment(&change.row.key)))
                .key(SK, text(ONLY))
                .update_expression(&edit.update)
                .condition_expression(&edit.condition)
                .set_expression_attribute_names(Some(edit.names.clone()))
                .set_expression_attribute_values(Some(edit.values.clone()));
            match written_by_update(update.send().await)? {
                Write::Done => return Ok(()),
                Write::Refused(_) => known = self.known(&change.row.key).await?,
            }
        }
        Err(StoreError::Conflict)
    }

    /// Changes with what they add to the sums: all or nothing.
    async fn together(&self, changes: &[&SearchChange]) -> Result<(), StoreError> {
        let mut known = vec![Known::default(); changes.len()];
        for _ in 0..TRIES {
            let mut edits = Vec::new();
            for (change, known) in changes.iter().zip(&known) {
                edits.extend(Edit::of(change, known)?.map(|edit| (&change.row.key, edit)));
            }
            let borrowed: Vec<(&PaymentKey, &Edit)> = edits.iter().map(|(key, edit)| (*key, edit)).collect();
            match self.transact(&borrowed).await? {
                Transacted::Done => return Ok(()),
                Transacted::Refused => {
                    for (change, known) in changes.iter().zip(known.iter_mut()) {
                        *known = self.known(&change.row.key).await?;
                    }
                }
            }
        }
        Err(StoreError::Conflict)
    }

    async fn known(&self, key: &PaymentKey) -> Result<Known, StoreError> {
        Ok(Known::of(&self.table.get(&keys::payment(key), ONLY).await?.unwrap_or_default()))
    }

    async fn transact(&self, edits: &[(&PaymentKey, &Edit)]) -> Result<Transacted, StoreError> {
        let Some((first, _)) = edits.first() else { return Ok(Transacted::Done) };
        let part = first.shard() % PARTS;
        let mut items = Vec::new();
        let mut sums = BTreeMap::<(&MerchantId, Date), DaySums>::new();
        for (key, edit) in edits {
            items.push(self.update(keys::payment(key), ONLY.to_owned(), edit)?);
            for effect in &edit.effects {
                sums.entry((&key.merchant, effect.day)).or_default().add(effect);
            }
        }
        for ((merchant, day), sums) in sums.into_iter().filter(|(_, sums)| !sums.is_empty()) {
            items.push(self.update(s::sums(merchant), s::sum_part(day, part), &Edit::of_sums(&sums))?);
        }
        let sent = self.table.client.transact_write_items().set_transact_items(Some(items)).send().await;
        let error = match sent {
            Ok(_) => return Ok(Transacted::Done),
            Err(SdkError::ServiceError(answer)) => answer.into_err(),
            Err(other) => return Err(other.into()),
        };
        let met = if let TransactWriteItemsError::TransactionCanceledException(cancelled) = &error {
            was_met(cancelled.cancellation_reasons())
        } else {
            error.is_transaction_in_progress_exception()
        };
        if met { Ok(Transacted::Refused) } else { Err(StoreError::Unavailable(Box::new(error))) }
    }

    fn update(&self, pk: String, sk: String, edit: &Edit) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.table.name)
            .key(PK, text(pk))
            .key(SK, text(sk))
            .update_expression(&edit.update)
            .set_condition_expression(Some(edit.condition.clone()).filter(|condition| !condition.is_empty()))
            .set_expression_attribute_names(Some(edit.names.clone()))
            .set_expression_attribute_values(Some(edit.values.clone()))
            .build()
            .map_err(|e| StoreError::Unavailable(Box::new(e)))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

/// Whether something was there already, or somebody else was writing, and nothing else stood in the way: what is throttled, or can't be written at all, does not
/// pass by being tried at once again.
fn was_met(reasons: &[CancellationReason]) -> bool {
    let mut codes = reasons.iter().filter_map(CancellationReason::code);
    codes.all(|code| matches!(code, "None" | "ConditionalCheckFailed" | "TransactionConflict"))
}

/// What became of a transaction.
enum Transacted {
    Done,
    /// Something was there already, or somebody else was writing: look and try again.
    Refused,
}

/// What an item already knows.
#[derive(Clone, Debug, Default)]
struct Known {
    version: Option<u32>,
    base: Option<u32>,
    steps: BTreeSet<u32>,
}

impl Known {
    fn of(item: &Item) -> Self {
        Self {
            version: item::version(item, VERSION),
            base: item::version(item, s::BASE),
            steps: item.keys().filter_map(|name| s::parse_step(name)).collect(),
        }
    }

    fn has(&self, version: u32) -> bool {
        self.steps.contains(&version) || self.base.is_some_and(|base| version <= base)
    }
}

/// One update: what it sets, and on what condition.
#[derive(Debug, Default)]
struct Edit {
    update: String,
    condition: String,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
    /// What it adds to sums.
    effects: Vec<Effect>,
}

impl Edit {
    /// What of a change an item lacks. None: nothing.
    fn of(change: &SearchChange, known: &Known) -> Result<Option<Self>, StoreError> {
        let steps: Vec<&Step> = change.steps.iter().filter(|step| !known.has(step.version)).collect();
        let newer = known.version.is_none_or(|version| version < change.row.version);
        if steps.is_empty() && !newer {
            return Ok(None);
        }
        let mut edit = Self::default();
        let mut set = Vec::new();
        for step in &steps {
            let name = s::step(step.version);
            edit.require(format!("attribute_not_exists(#{name})"));
            set.push(edit.set(&name, text(json(step)?)));
            edit.effects.extend(&step.effects);
        }
        if let Some(first) = steps.iter().map(|step| step.version).min() {
            edit.names.insert("#b".to_owned(), s::BASE.to_owned());
            edit.values.insert(":first".to_owned(), number(first));
            edit.require("(attribute_not_exists(#b) OR #b < :first)".to_owned());
        }
        let mut gone = Vec::new();
        if newer {
            edit.require("(attribute_not_exists(#v) OR #v < :v)".to_owned());
            set.push(edit.set(VERSION, number(change.row.version)));
            set.push(edit.set(DOCUMENT, text(item::document(&change.row)?)));
            for (name, value) in index_keys(&change.row) {
                match value {
                    Some(value) => set.push(edit.set(name, text(value))),
                    None => {
                        edit.names.insert(format!("#{name}"), name.to_owned());
                        gone.push(format!("#{name}"));
                    }
                }
            }
        }
        edit.update = format!("SET {}", set.join(", "));
        if !gone.is_empty() {
            edit.update.push_str(&format!(" REMOVE {}", gone.join(", ")));
        }
        Ok(Some(edit))
    }

    /// What a rebuild sets: the row, and a step that stands for all that are missing up to it, on condition that none of these came
    /// meanwhile.
    fn rebuilt(payment: &Payment, there: Option<Step>, found: Step, known: &Known) -> Result<Self, StoreError> {
        let effects = found.effects.clone();
        let step = match there {
            Some(there) => Step { effects: [there.effects.clone(), found.effects].concat(), ..there },
            None => found,
        };
        let change = SearchChange { row: Row::of(payment), steps: vec![step] };
        let fresh = Known { version: known.version, ..Known::default() };
        let mut edit = Self::of(&change, &fresh)?.unwrap_or_default();
        edit.effects = effects;
        edit.condition.clear();
        edit.values.remove(":first");
        edit.values.insert(":base".to_owned(), number(payment.version));
        edit.update = edit.update.replacen("SET ", "SET #b = :base, ", 1);
        for (name, attribute, stands) in [("#v", VERSION, known.version), ("#b", s::BASE, known.base)] {
            edit.names.insert(name.to_owned(), attribute.to_owned());
            match stands {
                None => edit.require(format!("attribute_not_exists({name})")),
                Some(stands) => {
                    let value = format!(":was_{attribute}");
                    edit.require(format!("{name} = {value}"));
                    edit.values.insert(value, number(stands));
                }
            }
        }
        // Whoever writes a later version moves that; one that comes late does not, and those that may still come are the last before it.
        let missing = (1..=known.version.unwrap_or(0)).rev().filter(|version| !known.has(*version));
        for missing in missing.take(LATE) {
            let name = s::step(missing);
            edit.require(format!("attribute_not_exists(#{name})"));
            edit.names.insert(format!("#{name}"), name);
        }
        Ok(edit)
    }

    fn of_sums(sums: &DaySums) -> Self {
        let mut edit = Self::default();
        let mut add = Vec::new();
        for sum in Sum::ALL {
            let figure = sums.figure(sum);
            for (letter, value) in [("n", figure.count), ("y", figure.yen)] {
                let name = format!("{}{letter}", sum.name());
                if value != 0 {
                    add.push(format!("#{name} :{name}"));
                    edit.names.insert(format!("#{name}"), name.clone());
                    edit.values.insert(format!(":{name}"), number(value));
                }
            }
        }
        edit.update = format!("ADD {}", add.join(", "));
        edit
    }

    fn set(&mut self, name: &str, value: AttributeValue) -> String {
        self.names.insert(format!("#{name}"), name.to_owned());
        self.values.insert(format!(":{name}"), value);
        format!("#{name} = :{name}")
    }

    fn require(&mut self, condition: String) {
        if !self.condition.is_empty() {
            self.condition.push_str(" AND ");
        }
        self.condition.push_str(&condition);
    }
}

/// Under which keys the indexes list a row. None: that index does not list it.
fn index_keys(row: &Row) -> [(&'static str, Option<String>); 5] {
    let merchant = &row.key.merchant;
    let sale = row.interface != Interface::CardRegistration;
    let hashed = |text: &str, key: SearchKey| Some(s::hashed(merchant, &key)).filter(|_| sale && !text.is_empty());
    [
        (s::TIME, Some(s::time(row))),
        (s::LIST, Some(item::list(row))),
        (s::STATUS, Some(s::status(merchant, row.status)).filter(|_| sale)),
        (s::MAIL, hashed(&row.mail, SearchKey::of_mail(merchant, &row.mail))),
        (s::USER, hashed(&row.user, SearchKey::of_user(merchant, &row.user))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_throttled_or_can_t_be_written_met_nobody() {
        let was_met = |codes: &[&str]| {
            let reasons: Vec<_> = codes.iter().map(|code| CancellationReason::builder().code(*code).build()).collect();
            super::was_met(&reasons)
        };
        for met in [["None", "ConditionalCheckFailed"], ["TransactionConflict", "ConditionalCheckFailed"]] {
            assert!(was_met(&met), "{met:?}");
        }
        for other in
            ["ThrottlingError", "ProvisionedThroughputExceeded", "ValidationError", "ItemCollectionSizeLimitExceeded"]
        {
            assert!(!was_met(&["ConditionalCheckFailed", other]), "{other}");
        }
    }
}
