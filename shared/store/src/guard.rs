//! The guard's counters: small items that are only added to, read without consistency, and given up on quickly: no payment waits for them.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{
    config::{Builder, retry::RetryConfig, timeout::TimeoutConfig},
    types::{AttributeValue, KeysAndAttributes},
};
use domain::{
    MerchantId,
    guard::{Additions, AddressKey, SHARDS, Tally},
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    StoreError, Table,
    keys::{self, ONLY, PK, SK, TTL, WRITER},
    table::{Item, number, text, written_by_update},
};

/// How long one call may take.
const LIMIT: Duration = Duration::from_millis(400);
/// How long an address's item lives after its last addition: it looks back two days at most.
const ADDRESS_KEPT: SignedDuration = SignedDuration::from_hours(72);
/// How long a merchant's own does: which issuer numbers are known there is counted over two months of 30 days.
const SHARD_KEPT: SignedDuration = SignedDuration::from_hours(60 * 24);

/// The counters of all merchants.
#[derive(Clone, Debug)]
pub struct GuardCounters {
    table: Table,
}

/// One item of counters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CounterKey {
    pk: String,
    kept: SignedDuration,
}

impl CounterKey {
    /// One of a merchant's own items.
    pub fn shard(merchant: &MerchantId, shard: u8) -> Self {
        Self { pk: keys::guard_shard(merchant, shard), kept: SHARD_KEPT }
    }

    /// All of a merchant's own items.
    pub fn shards(merchant: &MerchantId) -> Vec<Self> {
        (0..SHARDS).map(|shard| Self::shard(merchant, shard)).collect()
    }

    /// An address's item at a merchant.
    pub fn address(merchant: &MerchantId, address: &AddressKey) -> Self {
        Self { pk: keys::guard_address(merchant, address), kept: ADDRESS_KEPT }
    }
}

impl GuardCounters {
    /// The counters in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Reads items in one call, in the order asked for; what is not there is empty.
    ///
    /// # Errors
    /// [`StoreError`]: the table did not answer at once, or not with all.
    pub async fn read(&self, wanted: &[CounterKey]) -> Result<Vec<Tally>, StoreError> {
        let keys = wanted.iter().map(|key| Item::from([(PK.to_owned(), text(&key.pk)), (SK.to_owned(), text(ONLY))]));
        let request = KeysAndAttributes::builder()
            .set_keys(Some(keys.collect()))
            .build()
            .map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        let got = self
            .table
            .client
            .batch_get_item()
            .request_items(&self.table.name, request)
            .customize()
            .config_override(at_once())
            .send()
            .await?;
        if got.unprocessed_keys().is_some_and(|left| !left.is_empty()) {
            // What the table had no room to read is not a calm shop.
            return Err(StoreError::Unavailable("counters were left out of a read".into()));
        }
        let items = got.responses().and_then(|tables| tables.get(&self.table.name)).into_iter().flatten();
        let mut found: HashMap<&str, Tally> =
            items.filter_map(|item| Some((item.get(PK)?.as_s().ok()?.as_str(), tally(item)))).collect();
        Ok(wanted.iter().map(|key| found.remove(key.pk.as_str()).unwrap_or_default()).collect())
    }

    /// Adds to an item, and makes room in it. `writer` is the writer's own: a write that arrives twice finds itself and counts once.
    ///
    /// # Errors
    /// [`StoreError`]: the table did not answer at once.
    pub async fn add(
        &self,
        key: &CounterKey,
        additions: &Additions,
        writer: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let until = now.saturating_add(key.kept).unwrap_or(Timestamp::MAX);
        let mut update = self
            .table
            .client
            .update_item()
            .table_name(&self.table.name)
            .key(PK, text(&key.pk))
            .key(SK, text(ONLY))
            .condition_expression("attribute_not_exists(#w) OR #w <> :w")
            .expression_attribute_names("#w", WRITER)
            .expression_attribute_names("#ttl", TTL)
            .expression_attribute_values(":w", text(writer))
            .expression_attribute_values(":ttl", number(until.as_second()));
        let mut add = Vec::with_capacity(additions.add.len());
        for (place, (name, count)) in additions.add.iter().enumerate() {
            add.push(format!("#a{place} :a{place}"));
            update = update
                .expression_attribute_names(format!("#a{place}"), name.to_string())
                .expression_attribute_values(format!(":a{place}"), number(count));
        }
        let mut remove = Vec::with_capacity(additions.remove.len());
        for (place, name) in additions.remove.iter().enumerate() {
            remove.push(format!("#r{place}"));
            update = update.expression_attribute_names(format!("#r{place}"), name.to_string());
        }
        let mut expression = format!("SET #w = :w, #ttl = :ttl ADD {}", add.join(", "));
        if !remove.is_empty() {
            expression.push_str(&format!(" REMOVE {}", remove.join(", ")));
        }
        // Refused: it is there already.
        let update = update.update_expression(expression).customize().config_override(at_once());
        written_by_update(update.send().await).map(drop)
    }
}

/// One try, and not for long.
fn at_once() -> Builder {
    let limits = TimeoutConfig::builder().operation_timeout(LIMIT).operation_attempt_timeout(LIMIT).build();
    Builder::new().timeout_config(limits).retry_config(RetryConfig::disabled())
}

fn tally(item: &Item) -> Tally {
    let count = |value: &AttributeValue| value.as_n().ok()?.parse().ok();
    let ours = item.iter().filter(|(name, _)| ![PK, SK, TTL, WRITER].contains(&name.as_str()));
    Tally::new(ours.filter_map(|(name, value)| Some((name.as_str(), count(value)?))))
}
