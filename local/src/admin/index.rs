//! `kessai admin index`: the console's read model made anew from the payments, where records of the stream were lost.

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use clap::Subcommand;
use domain::{Causes, Clock, MerchantId, PaymentKey};
use inbound::Config;
use store::{Payments, SearchIndex, StoreError, keys};

use super::{AdminError, Registry, RegistryError, number};

/// What can be done with the read model.
#[derive(Debug, Subcommand)]
pub enum IndexCommand {
    /// Bring a merchant's lists, histories and sums to how its payments stand; reads the whole table once
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
    index: SearchIndex,
}

impl Rebuilder {
    /// None: it is not said where the read model is.
    pub(super) fn open(config: &Config) -> Option<Self> {
        let table = config.table().ok()?;
        let name = config.required("TABLE").ok()?.to_owned();
        let index = SearchIndex::new(config.search_table().ok()?);
        Some(Self { client: Client::new(config.sdk()), table: name, payments: Payments::new(table), index })
    }

    /// Every payment of a merchant, one page of the table after the other; answers how many there were.
    ///
    /// A scan: keys of payments hold their order, so nothing but the read model lists them. Nothing that is deployed does this.
    async fn rebuild(&self, merchant: &MerchantId, clock: &Clock) -> Result<u64, StoreError> {
        let mut count = 0_u64;
        let mut start = None;
        loop {
            let page = self
                .client
                .scan()
                .table_name(&self.table)
                .filter_expression("begins_with(#pk, :merchant)")
                .projection_expression("#pk")
                .expression_attribute_names("#pk", keys::PK)
                .expression_attribute_values(":merchant", AttributeValue::S(keys::payments_of(merchant)))
                .set_exclusive_start_key(start)
                .send()
                .await?;
            let found = page.items().iter().filter_map(|item| item.get(keys::PK)?.as_s().ok());
            let found: Vec<PaymentKey> = found.filter_map(|pk| keys::parse_payment(pk)).collect();
            for payment in self.payments.load_all(&found).await? {
                self.index.rebuild(&payment, clock.now()).await?;
                count = count.saturating_add(1);
            }
            match page.last_evaluated_key {
                Some(key) => start = Some(key),
                None => return Ok(count),
            }
        }
    }
}

/// Carries a command out; answers the lines to print.
pub(super) async fn run(registry: &Registry, command: IndexCommand, clock: &Clock) -> Result<Vec<String>, AdminError> {
    let IndexCommand::Rebuild { merchant } = command;
    let id = number(&merchant)?;
    registry.load(&id).await?.ok_or_else(|| AdminError::Unknown(id.clone()))?;
    let rebuilder = registry.rebuilder().ok_or(AdminError::NoSearchTable)?;
    let count = rebuilder.rebuild(&id, clock).await.map_err(|error| {
        tracing::error!(error = %Causes::of(&error), "the read model was not rebuilt");
        RegistryError::from(error)
    })?;
    Ok(vec![format!(
        "looked at {count} payments of merchant {id}: their rows, histories and sums stand as the payments do"
    )])
}
