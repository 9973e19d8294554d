//! Every regular purchase, for the person at the machine.

use aws_sdk_dynamodb::Client;
use domain::recurring::plan::Plan;
use store::keys::{PK, parse_plan};
use store::{Plans, Table};

use super::{World, WorldError, product_settings};
use crate::cloud::Caller;

impl World {
    /// Every regular purchase, by when it is charged next. A scan: nothing that is deployed does this.
    ///
    /// # Errors
    /// [`WorldError`] when the stand-in for AWS fails.
    pub async fn plans(&self) -> Result<Vec<Plan>, WorldError> {
        let sdk = self.inner.cloud.sdk_config(Caller::Operator);
        let settings = product_settings(&self.inner.template);
        let Some(table) = settings.get("TABLE") else { return Ok(Vec::new()) };
        let mut pages = Client::new(&sdk).scan().table_name(table).into_paginator().items().send();
        let stored = Plans::new(Table::new(&sdk, table));
        let mut plans = Vec::new();
        while let Some(item) = pages.next().await {
            let item = item.map_err(WorldError::outside)?;
            let Some((merchant, plan)) = item.get(PK).and_then(|pk| pk.as_s().ok()).and_then(|pk| parse_plan(pk))
            else {
                continue;
            };
            plans.extend(stored.load(&merchant, &plan).await.map_err(WorldError::outside)?);
        }
        plans.sort_by(|one, other| (one.nominal, &one.id).cmp(&(other.nominal, &other.id)));
        Ok(plans)
    }
}
