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

    /// Every payment of a merchant. One that can't be read holds up no other.
    async fn rebuild(&self, merchant: &MerchantId, clock: &Clock) -> Result<Walked, StoreError> {
        let mut walked = Walked::default();
        let mut start = None;
        loop {
            let (found, next) = self.keys(keys::payments_of(merchant), start).await?;
            let found: Vec<PaymentKey> = found.iter().filter_map(|pk| keys::parse_payment(pk)).collect();
            let loaded = self.payments.load_each(&found).await?;
            walked.unreadable.extend(loaded.unreadable.iter().map(|(_, error)| error.to_string()));
            for payment in loaded.payments {
                walked.note(self.index.rebuild(&payment, clock.now()).await)?;
            }
            match next {
                Some(key) => start = Some(key),
                None => return Ok(walked),
            }
        }
    }

    /// Every regular purchase of a merchant. One that can't be read holds up no other.
    async fn rebuild_plans(&self, merchant: &MerchantId) -> Result<Walked, StoreError> {
        let mut walked = Walked::default();
        let mut start = None;
        loop {
            let (found, next) = self.keys(keys::plans_of(merchant), start).await?;
            let found: Vec<(MerchantId, PlanId)> = found.iter().filter_map(|pk| keys::parse_plan(pk)).collect();
            for (merchant, id) in found {
                match self.plans.load(&merchant, &id).await {
                    Ok(Some(plan)) => walked.note(self.index.record_plan(&PlanRow::of(&plan)).await)?,
                    Ok(None) => {}
                    Err(error) => walked.note(Err(error))?,
                }
            }
            match next {
                Some(key) => start = Some(key),
                None => return Ok(walked),
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

/// What a walk came to.
#[derive(Debug, Default)]
struct Walked {
    /// Items that stand in the read model as they are.
    count: u64,
    /// What is said of those that can't be read, or whose item in the read model can't.
    unreadable: Vec<String>,
}

impl Walked {
    /// Only what can't be read is left out; a table that does not answer ends the walk.
    fn note(&mut self, done: Result<(), StoreError>) -> Result<(), StoreError> {
        match done {
            Ok(()) => self.count = self.count.saturating_add(1),
            Err(error @ StoreError::Unreadable { .. }) => self.unreadable.push(error.to_string()),
            Err(error @ (StoreError::Unavailable(_) | StoreError::Conflict)) => return Err(error),
        }
        Ok(())
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
    let payments = rebuilder.rebuild(&id, clock).await.map_err(failed)?;
    let plans = rebuilder.rebuild_plans(&id).await.map_err(failed)?;
    let looked = format!(
        "looked at {} payments and {} regular purchases of merchant {id}: rows, histories and sums stand as these do",
        payments.count, plans.count
    );
    let left =
        payments.unreadable.into_iter().chain(plans.unreadable).map(|what| format!("left as it is listed: {what}"));
    Ok(std::iter::once(looked).chain(left).collect())
}
