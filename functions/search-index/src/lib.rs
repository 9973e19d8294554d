//! The table's stream feeds the console's read model.

use inbound::{
    Config, ConfigError,
    events::{self, StreamAnswer},
};
use lambda_runtime::LambdaEvent;
use serde_json::Value;

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {}

impl Deps {
    /// # Errors
    /// [`ConfigError`].
    pub fn new(config: &Config) -> Result<Self, ConfigError> {
        config.table()?;
        Ok(Self {})
    }
}

/// Writes a batch of changes into the read model.
///
/// # Errors
/// An event that is not one of the stream's.
pub async fn handler(_deps: &Deps, event: LambdaEvent<Value>) -> Result<StreamAnswer, lambda_runtime::Error> {
    events::changes(&event.payload).ok_or("not an event of the table's stream")?;
    Ok(StreamAnswer::done())
}
