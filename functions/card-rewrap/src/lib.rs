//! Every day: seals the cards of data keys on their way out under the newest one, and says when no card is left under a key.
//!
//! Payments replace cards at the same time: each write is on condition of what was read, and whoever was first is right.

mod keys;
mod walk;

use charging::{Vault, VaultError};
use domain::Clock;
use inbound::{Config, ConfigError, events};
use jiff::{Timestamp, ToSpan as _};
use lambda_runtime::LambdaEvent;
use outbound::CardKey;
use serde::Serialize;
use serde_json::Value;
use store::{CardCursor, CardKeys, Cards, Merchants, StoreError};

/// After how many months a data key is retired by itself, unless `REWRAP_AFTER_MONTHS` says otherwise.
const REWRAP_AFTER_MONTHS: i16 = 12;

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    merchants: Merchants,
    cards: Cards,
    keys: CardKeys,
    cursor: CardCursor,
    vault: Vault,
    rewrap_after_months: i16,
    clock: Clock,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Cards looked at.
    pub looked: u32,
    /// Sealed under the newest key.
    pub rewrapped: u32,
    /// Replaced or deleted by someone else meanwhile.
    pub replaced: u32,
    /// They do not open, or can't be read. A person must look; their key is not done, which for one that can't be read is every key on its way out.
    pub failed: u32,
    /// Data keys that no card is under any more.
    pub done: u32,
    /// The walk reached the last card, or there was nothing to walk for.
    pub finished: bool,
}

/// Why a run stopped. The next one goes on where this one stood.
#[derive(Debug, thiserror::Error)]
pub enum RewrapError {
    /// The table did not answer, or another run is at work.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No number can be sealed or opened now.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The others are sealed anew. A person must look at these; each has its line in the log.
    #[error("{0} cards were left under their data keys")]
    Left(u32),
}

impl Deps {
    /// # Errors
    /// [`ConfigError`].
    pub fn new(config: &Config, clock: Clock) -> Result<Self, ConfigError> {
        let table = config.table()?;
        let keys = CardKeys::new(table.clone());
        let card_key = CardKey::new(config.sdk(), config.required("CARD_KEY")?);
        Ok(Self {
            merchants: Merchants::new(table.clone()),
            cards: Cards::new(table.clone()),
            cursor: CardCursor::new(table),
            vault: Vault::new(card_key, keys.clone(), clock.clone()),
            keys,
            rewrap_after_months: months(config)?,
            clock,
        })
    }

    /// The instant before whose month a data key is old.
    fn old_before(&self, now: Timestamp) -> Timestamp {
        let japan = domain::clock::JAPAN;
        let earlier = japan.to_datetime(now).checked_sub(self.rewrap_after_months.months());
        earlier.ok().and_then(|at| japan.to_timestamp(at).ok()).unwrap_or(Timestamp::MIN)
    }
}

fn months(config: &Config) -> Result<i16, ConfigError> {
    let name = "REWRAP_AFTER_MONTHS";
    let Ok(text) = config.required(name) else { return Ok(REWRAP_AFTER_MONTHS) };
    let months = text.parse().ok().filter(|months| (1..=60).contains(months));
    months.ok_or(ConfigError::Wrong { name, why: "1 to 60" })
}

/// Goes on with the walk over all cards, if a data key is on its way out.
///
/// # Errors
/// [`RewrapError`]: the run stopped, and the next one goes on where this one stood.
pub async fn handler(deps: &Deps, event: LambdaEvent<Value>) -> Result<Tally, lambda_runtime::Error> {
    let deadline = events::deadline(event.context.deadline);
    let mut tally = Tally::default();
    let walked = walk::go(deps, deadline.unwrap_or(Timestamp::MAX), &mut tally).await;
    tracing::info!(
        looked = tally.looked,
        rewrapped = tally.rewrapped,
        replaced = tally.replaced,
        failed = tally.failed,
        done = tally.done,
        finished = tally.finished,
        "cards sealed anew"
    );
    walked?;
    if tally.failed > 0 { Err(RewrapError::Left(tally.failed).into()) } else { Ok(tally) }
}
