//! `kessai admin index`: the console's read model made anew from the payments and regular purchases, where records of the stream were lost.

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use clap::Subcommand;
use domain::{Causes, Clock, MerchantId, PaymentKey, recurring::plan::PlanId, search::PlanRow};
use inbound::Config;
use store::{Payments, Plans, SearchIndex, StoreError, keys};

use super::{AdminError, Registry, RegistryError, number};

/// What can be done with the read model.
#[derive(Debug, Subcommand)]
pub enum IndexCommand {
    /// Bring a merchant's lists, histories and sums to how its payments and regular purchases stand; reads the whole table twice
    Rebuild {
        /// Merchant number
        merchant: String,
    },
}

/// The read model and the table that it is made from.
#[derive(Debug)]
pub struct Rebuilder {
    client: Client,
    table: String,
    payments: Payments,
    plans: Plans,
    index: SearchIndex,
}

impl Rebuilder {
    /// None: it is not said where the read model is.
    pub(super) fn open(config: &Config) -> Option<Self> {
        let table = config.table().ok()?;
        let name = config.required("TABLE").ok()?.to_owned();
        let index = SearchIndex::new(config.search_table().ok()?);
        let (payments, plans) = (Payments::new(table.clone()), Plans::new(table));
        Some(Self { client: Client::new(config.sdk()), table: name, payments, plans, index })
    }

    /// Every payment of a merchant; answers how many there were.
    async fn rebuild(&self, merchant: &MerchantId, clock: &Clock) -> Result<u64, StoreError> {
        let mut count = 0_u64;
        let mut start = None;
        loop {
            let (found, next) = self.keys(keys::payments_of(merchant), start).await?;
            let found: Vec<PaymentKey> = found.iter().filter_map(|pk| keys::parse_payment(pk)).collect();
            for payment in self.payments.load_all(&found).await? {
                self.index.rebuild(&payment, clock.now()).await?;
                count = count.saturating_add(1);
            }
            match next {
                Some(key) => start = Some(key),
                None => return Ok(count),
            }
        }
    }

    /// Every regular purchase of a merchant; answers how many there were.
    async fn rebuild_plans(&self, merchant: &MerchantId) -> Result<u64, StoreError> {
        let mut count = 0_u64;
        let mut start = None;
        loop {
            let (found, next) = self.keys(keys::plans_of(merchant), start).await?;
            let found: Vec<(MerchantId, PlanId)> = found.iter().filter_map(|pk| keys::parse_plan(pk)).collect();
            for (merchant, id) in found {
                if let Some(plan) = self.plans.load(&merchant, &id).await? {
                    self.index.record_plan(&PlanRow::of(&plan)).await?;
                    count = count.saturating_add(1);
                }
            }
            match next {
                Some(key) => start = Some(key),
                None => return Ok(count),
            }
        }
    }

    /// One page of the table's partition keys that begin so, and where the next begins.
    ///
    /// A scan: keys of payments hold their order, so nothing but the read model lists them. Nothing that is deployed does this.
    async fn keys(&self, begin: String, start: Option<Key>) -> Result<(Vec<String>, Option<Key>), StoreError> {
        let page = self
            .client
            .scan()
            .table_name(&self.table)
            .filter_expression("begins_with(#pk, :merchant)")
            .projection_expression("#pk")
            .expression_attribute_names("#pk", keys::PK)
            .expression_attribute_values(":merchant", AttributeValue::S(begin))
            .set_exclusive_start_key(start)
            .send()
            .await?;
        let found = page.items().iter().filter_map(|item| item.get(keys::PK)?.as_s().ok().cloned());
        Ok((found.collect(), page.last_evaluated_key))
    }
}

type Key = HashMap<String, AttributeValue>;

/// Carries a command out; answers the lines to print.
pub(super) async fn run(registry: &Registry, command: IndexCommand, clock: &Clock) -> Result<Vec<String>, AdminError> {
    let IndexCommand::Rebuild { merchant } = command;
    let id = number(&merchant)?;
    registry.load(&id).await?.ok_or_else(|| AdminError::Unknown(id.clone()))?;
    let rebuilder = registry.rebuilder().ok_or(AdminError::NoSearchTable)?;
    let failed = |error: StoreError| {
        tracing::error!(error = %Causes::of(&error), "the read model was not rebuilt");
        RegistryError::from(error)
    };
    let count = rebuilder.rebuild(&id, clock).await.map_err(failed)?;
    let plans = rebuilder.rebuild_plans(&id).await.map_err(failed)?;
    Ok(vec![format!(
        "looked at {count} payments and {plans} regular purchases of merchant {id}: rows, histories and sums stand as these do"
    )])
}
