//! Writes a download, row by row, in bounded memory: a page of the search at a time, a part of the file at a time.

mod sheet;
mod write;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{Clock, export::ExportOrder};
use inbound::{Config, ConfigError, events};
use lambda_runtime::LambdaEvent;
use outbound::objects::Objects;
use store::{Exports, Payments, Searches};

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    exports: Exports,
    searches: Searches,
    files: Objects,
    clock: Clock,
}

impl Deps {
    /// # Errors
    /// [`ConfigError`].
    pub fn new(config: &Config, clock: Clock) -> Result<Self, ConfigError> {
        let table = config.table()?;
        let searches = Searches::new(config.search_table()?, Payments::new(table.clone()));
        let files = Objects::new(config.sdk(), config.required("BUCKET")?);
        Ok(Self { exports: Exports::new(table), searches, files, clock })
    }
}

/// Writes the downloads that a batch of messages asks for.
///
/// # Errors
/// None: what failed is given again, and begins again from its first row.
pub async fn handler(deps: &Deps, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, lambda_runtime::Error> {
    Ok(events::each_message(event.payload, |order: ExportOrder| async move {
        Box::pin(write::write(deps, &order)).await.map_err(Into::into)
    })
    .await)
}
