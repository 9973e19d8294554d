//! Every day: deletes what merchants have kept for as long as their settings say: cards that nobody pays with, and files.
//!
//! Items with a time of their own go by the table's TTL. Here goes what has none: how old a card is depends on when it was paid with last.

mod cards;
mod files;

use domain::{
    Causes, Clock, MerchantId,
    audit::{Action, Actor},
    clock::japan_date,
};
use inbound::{Config, ConfigError, events};
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::LambdaEvent;
use outbound::{OutboundError, objects::Objects};
use serde::Serialize;
use serde_json::Value;
use store::{AuditLog, Cards, Merchants, Plans, SearchIndex, StoreError};

/// What a step may take; a run that has less time left stops.
const LAST_START: SignedDuration = SignedDuration::from_secs(30);

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    merchants: Merchants,
    cards: Cards,
    uses: SearchIndex,
    plans: Plans,
    files: Objects,
    audit: AuditLog,
    clock: Clock,
}

/// What a run deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Kept cards.
    pub cards: u32,
    /// Files.
    pub files: u32,
}

/// Why a merchant's things were not all looked at; the next day is the retry.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The bucket did not answer.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
}

impl Deps {
    /// # Errors
    /// [`ConfigError`].
    pub fn new(config: &Config, clock: Clock) -> Result<Self, ConfigError> {
        let table = config.table()?;
        Ok(Self {
            merchants: Merchants::new(table.clone()),
            cards: Cards::new(table.clone()),
            uses: SearchIndex::new(config.search_table()?),
            plans: Plans::new(table.clone()),
            files: Objects::new(config.sdk(), config.required("BUCKET")?),
            audit: AuditLog::new(table),
            clock,
        })
    }
}

/// One run over all merchants; one that fails stops no other. Each day begins with another merchant, so that a run whose time is up leaves out nobody for long.
///
/// # Errors
/// The merchants could not be listed, or something of a merchant's could not be looked at.
pub async fn handler(deps: &Deps, event: LambdaEvent<Value>) -> Result<Tally, lambda_runtime::Error> {
    let deadline = events::deadline(event.context.deadline);
    let run = Run { deps, until: deadline.and_then(|at| at.saturating_sub(LAST_START).ok()).unwrap_or(Timestamp::MAX) };
    let mut merchants = deps.merchants.list().await?;
    let first = run.day().checked_rem(merchants.len()).unwrap_or(0);
    merchants.rotate_left(first);
    let (mut all, mut failed) = (Tally::default(), 0_u32);
    for id in merchants {
        if run.is_over() {
            tracing::warn!("the run's time is up; the next day goes on");
            break;
        }
        let mut tally = Tally::default();
        if let Err(error) = run.merchant(&id, &mut tally).await {
            failed = failed.saturating_add(1);
            tracing::error!(merchant.id = %id, error = %Causes::of(&error), "what a merchant keeps too long was not all deleted");
        }
        all.cards = all.cards.saturating_add(tally.cards);
        all.files = all.files.saturating_add(tally.files);
    }
    tracing::info!(cards = all.cards, files = all.files, failed, "what was kept for long enough is deleted");
    if failed > 0 { Err("not everything that was kept for long enough is deleted".into()) } else { Ok(all) }
}

/// A run and its end.
pub(crate) struct Run<'a> {
    pub(crate) deps: &'a Deps,
    /// Nothing is begun after it.
    until: Timestamp,
}

impl Run<'_> {
    pub(crate) fn is_over(&self) -> bool {
        self.deps.clock.now() > self.until
    }

    /// Counts days.
    pub(crate) fn day(&self) -> usize {
        let days = japan_date(self.deps.clock.now()).duration_since(jiff::civil::Date::constant(1970, 1, 1)).as_hours();
        usize::try_from(days / 24).unwrap_or(0)
    }

    /// Deletes what is over, and notes in the log what that was, also where it was cut off.
    async fn merchant(&self, id: &MerchantId, tally: &mut Tally) -> Result<(), Failed> {
        let Some(merchant) = self.deps.merchants.load(id).await? else { return Ok(()) };
        let cards = cards::forget(self, &merchant, tally).await;
        let files = files::delete(self, &merchant, tally).await;
        if *tally != Tally::default() {
            let action = Action::Forgotten { cards: tally.cards, files: tally.files };
            let (at, retention) = (self.deps.clock.now(), &merchant.retention);
            self.deps.audit.append(&merchant.id, &Actor::System, &action, at, retention).await?;
        }
        cards.and(files)
    }
}
