//! Every minute: finds what became of payments whose outcome nobody knows, and closes what was left open.

mod round;

use charging::Charging;
use domain::Clock;
use inbound::{Config, ConfigError, events};
use jiff::Timestamp;
use lambda_runtime::LambdaEvent;
use serde_json::Value;
use store::{Cards, DueCursor, Payments};

pub use round::Tally;

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    payments: Payments,
    cursor: DueCursor,
    charging: Charging,
    clock: Clock,
}

impl Deps {
    /// # Errors
    /// [`ConfigError`].
    pub fn new(config: &Config, clock: Clock) -> Result<Self, ConfigError> {
        let table = config.table()?;
        let payments = Payments::new(table.clone());
        let charging = Charging::new(payments.clone(), Cards::new(table.clone()), config.acquirer()?, clock.clone());
        Ok(Self { payments, cursor: DueCursor::new(table), charging, clock })
    }
}

/// Looks at everything that is due.
///
/// # Errors
/// The table did not answer: the round stops, and the next one begins where this one began.
pub async fn handler(deps: &Deps, event: LambdaEvent<Value>) -> Result<Tally, lambda_runtime::Error> {
    let deadline = events::deadline(event.context.deadline);
    let tally = round::go(deps, deadline.unwrap_or(Timestamp::MAX)).await?;
    tracing::info!(looked = tally.looked, answered = tally.answered, unanswered = tally.unanswered, "reconciled");
    Ok(tally)
}
