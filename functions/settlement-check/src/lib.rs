//! Every day: the acquirer's list of the day before against ours, in both directions. A difference is a row that a person sees; a dispute is marked.
//!
//! Nothing is mended here: an unknown outcome is reconcile's business, and whatever else differs is a person's.

mod compare;
mod day;
mod ours;

use std::{sync::Arc, time::Duration};

use domain::{Clock, clock::japan_date};
use inbound::{Config, ConfigError};
use jiff::{Timestamp, civil::Date};
use lambda_runtime::LambdaEvent;
use outbound::Acquirer;
use serde::Serialize;
use serde_json::Value;
use store::{Attention, CheckedDays, Merchants, Payments, Searches, StoreError};

/// How long the acquirer may take for a day's list.
const LIST_LIMIT: Duration = Duration::from_secs(300);
/// How long one question about an order may take.
const ASK_LIMIT: Duration = Duration::from_secs(5);
/// How many days a run makes up for at most.
const MOST_DAYS: u8 = 31;

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    payments: Payments,
    searches: Searches,
    merchants: Merchants,
    attention: Attention,
    days: CheckedDays,
    acquirer: Arc<dyn Acquirer>,
    clock: Clock,
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Days that were compared.
    pub days: u32,
    /// Orders on the acquirer's lists.
    pub theirs: u32,
    /// Paid orders on ours.
    pub ours: u32,
    /// Differences that were found, new or known.
    pub differences: u32,
    /// Payments that were marked as disputed.
    pub disputes: u32,
    /// Orders that the acquirer did not answer about.
    pub unanswered: u32,
    /// Payments that can't be read.
    pub unreadable: u32,
}

/// Why a day is not done. The next run begins with it.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The acquirer did not give its list.
    #[error("the acquirer's list of {0} could not be read: {1}")]
    NoList(Date, domain::acquirer::UnknownCause),
    /// Some orders were not compared: the acquirer did not answer about them, or they can't be read.
    #[error(
        "not compared on {day}: {unanswered} orders without an answer of the acquirer, {unreadable} that can't be read"
    )]
    Left {
        /// The first such day.
        day: Date,
        /// Orders that the acquirer did not answer about.
        unanswered: u32,
        /// Payments that can't be read.
        unreadable: u32,
    },
}

impl Deps {
    /// # Errors
    /// [`ConfigError`].
    pub fn new(config: &Config, clock: Clock) -> Result<Self, ConfigError> {
        let table = config.table()?;
        let payments = Payments::new(table.clone());
        Ok(Self {
            searches: Searches::new(config.search_table()?, payments.clone()),
            attention: payments.attention(),
            payments,
            merchants: Merchants::new(table.clone()),
            days: CheckedDays::new(table),
            acquirer: config.acquirer()?,
            clock,
        })
    }
}

/// Compares every day that is over and was not compared yet.
///
/// # Errors
/// [`CheckError`]: a day is not done, and the next run begins with it.
pub async fn handler(deps: &Deps, _event: LambdaEvent<Value>) -> Result<Tally, lambda_runtime::Error> {
    let mut tally = Tally::default();
    let checked = check(deps, &mut tally).await;
    tracing::info!(
        days = tally.days,
        theirs = tally.theirs,
        ours = tally.ours,
        differences = tally.differences,
        disputes = tally.disputes,
        unanswered = tally.unanswered,
        unreadable = tally.unreadable,
        "settlement checked"
    );
    checked?;
    Ok(tally)
}

async fn check(deps: &Deps, tally: &mut Tally) -> Result<(), CheckError> {
    let Ok(yesterday) = japan_date(deps.clock.now()).yesterday() else { return Ok(()) };
    let last = deps.days.last().await?;
    let mut day = last.and_then(|last| last.tomorrow().ok()).unwrap_or(yesterday);
    let mut left = None;
    for _ in 0..MOST_DAYS {
        if day > yesterday {
            break;
        }
        let before = *tally;
        day::compare(deps, day, tally).await?;
        tally.days = tally.days.saturating_add(1);
        let unanswered = tally.unanswered.saturating_sub(before.unanswered);
        let unreadable = tally.unreadable.saturating_sub(before.unreadable);
        if unanswered > 0 || unreadable > 0 {
            left = left.or(Some(CheckError::Left { day, unanswered, unreadable }));
        }
        // what is left of a day holds up no other, and is tried again with it
        if left.is_none() {
            deps.days.done(day).await?;
        }
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    left.map_or(Ok(()), Err)
}

/// When a day of Japan begins.
fn begins(day: Date) -> Timestamp {
    domain::clock::JAPAN.to_timestamp(day.at(0, 0, 0, 0)).unwrap_or(Timestamp::MIN)
}
