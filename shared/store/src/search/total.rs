//! What a day's approved payments come to, for whoever decides whether one more is taken: a small read that no payment waits for long.

use std::time::Duration;

use aws_sdk_dynamodb::config::{Builder, retry::RetryConfig, timeout::TimeoutConfig};
use domain::{MerchantId, search::Sum};
use jiff::civil::Date;

use crate::{
    StoreError, Table,
    keys::{PK, SK, search as s},
    table::text,
};

/// How long the read may take.
const LIMIT: Duration = Duration::from_millis(400);

/// The read model's sums of days.
#[derive(Clone, Debug)]
pub struct DayTotals {
    table: Table,
}

impl DayTotals {
    /// The sums in `table`, the read model's.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// What was approved on a day in Japan, in yen, as far as the read model has it: one read unit, without consistency.
    ///
    /// # Errors
    /// [`StoreError`]: the table did not answer at once.
    pub async fn approved(&self, merchant: &MerchantId, day: Date) -> Result<i64, StoreError> {
        let limits = TimeoutConfig::builder().operation_timeout(LIMIT).operation_attempt_timeout(LIMIT).build();
        let at_once = Builder::new().timeout_config(limits).retry_config(RetryConfig::disabled());
        let page = self
            .table
            .client
            .query()
            .table_name(&self.table.name)
            .key_condition_expression("#pk = :pk AND #sk BETWEEN :first AND :last")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#sk", SK)
            .expression_attribute_values(":pk", text(s::sums(merchant)))
            .expression_attribute_values(":first", text(s::sum_part(day, 0)))
            .expression_attribute_values(":last", text(s::sum_part(day, 9)))
            .customize()
            .config_override(at_once)
            .send()
            .await?;
        let name = s::sum_yen(Sum::Authorized);
        let parts = page.items().iter().filter_map(|item| item.get(&name)?.as_n().ok()?.parse::<i64>().ok());
        Ok(parts.fold(0, i64::saturating_add))
    }
}
