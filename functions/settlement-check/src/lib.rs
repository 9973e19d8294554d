//! Every day: the acquirer's list of the day before against ours, in both directions. A difference is a row that a person sees; a dispute is marked.
//!
//! Nothing is mended here: an unknown outcome is reconcile's business, and whatever else differs is a person's.

mod compare;
mod day;
mod ours;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use domain::{Causes, Clock, clock::japan_date};
use inbound::{Config, ConfigError, events};
use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date};
use lambda_runtime::LambdaEvent;
use outbound::Acquirer;
use serde::Serialize;
use serde_json::Value;
use store::{Attention, CheckedDays, Merchants, Payments, Searches, StoreError};

/// How long the acquirer may take for a day's list.
const LIST_LIMIT: Duration = Duration::from_secs(300);
/// How long one question about an order may take.
const ASK_LIMIT: Duration = Duration::from_secs(5);
/// How many days that were never begun a run makes up for at most.
const MOST_DAYS: i32 = 31;
/// How many days of which something is left are tried again; the oldest beyond them are given up, with an alarm.
const MOST_LEFT: usize = 31;
/// What a day takes; a run that has less time left begins none.
const A_DAY: SignedDuration = SignedDuration::from_mins(7);

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
    /// Days that were compared, whole or not.
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

/// Why a day was not compared. It is tried again by each run.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The table did not answer, or a row of the read model can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The acquirer did not give its list.
    #[error("the acquirer's list could not be read: {0}")]
    NoList(domain::acquirer::UnknownCause),
    /// Some orders were not compared.
    #[error("{unanswered} orders without an answer of the acquirer, {unreadable} that can't be read")]
    Orders {
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

/// Compares every day that is over and was not compared whole yet.
///
/// # Errors
/// Something is left of a day, which the log names, or the table did not answer. The next run tries it again.
pub async fn handler(deps: &Deps, event: LambdaEvent<Value>) -> Result<Tally, lambda_runtime::Error> {
    let deadline = events::deadline(event.context.deadline);
    let until = deadline.and_then(|at| at.saturating_sub(A_DAY).ok()).unwrap_or(Timestamp::MAX);
    let mut tally = Tally::default();
    let checked = check(deps, until, &mut tally).await;
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
    match checked?.len() {
        0 => Ok(tally),
        left => Err(format!("something is left to compare of {left} days").into()),
    }
}

/// New days come first: what is left of an old one holds up none. Answers the days of which something is left.
async fn check(deps: &Deps, until: Timestamp, tally: &mut Tally) -> Result<BTreeSet<Date>, StoreError> {
    let mut checked = deps.days.load().await?;
    let Ok(yesterday) = japan_date(deps.clock.now()).yesterday() else { return Ok(checked.left) };
    let again = checked.left.clone();
    for day in new_days(checked.last, yesterday).chain(again) {
        if deps.clock.now() > until {
            tracing::warn!(%day, "the run's time is up; the next one goes on");
            break;
        }
        // begun is not done: a run that is cut off within it leaves it
        checked.left.insert(day);
        checked.last = checked.last.max(Some(day));
        deps.days.store(&checked).await?;
        match compare_whole(deps, day, tally).await {
            Ok(()) => {
                checked.left.remove(&day);
            }
            Err(error) => {
                tracing::error!(%day, error = %Causes::of(&error), "a day was not compared whole");
                give_up_the_oldest(&mut checked.left);
            }
        }
        deps.days.store(&checked).await?;
    }
    Ok(checked.left)
}

/// The days behind the last one that was begun; where none ever was, yesterday.
fn new_days(last: Option<Date>, yesterday: Date) -> impl Iterator<Item = Date> {
    let earliest = yesterday.saturating_sub(MOST_DAYS.days());
    let first = last.map_or(yesterday, |last| last.saturating_add(1.day())).max(earliest);
    first.series(1.day()).take_while(move |day| *day <= yesterday)
}

async fn compare_whole(deps: &Deps, day: Date, tally: &mut Tally) -> Result<(), CheckError> {
    let before = *tally;
    day::compare(deps, day, tally).await?;
    tally.days = tally.days.saturating_add(1);
    let unanswered = tally.unanswered.saturating_sub(before.unanswered);
    let unreadable = tally.unreadable.saturating_sub(before.unreadable);
    if unanswered == 0 && unreadable == 0 { Ok(()) } else { Err(CheckError::Orders { unanswered, unreadable }) }
}

fn give_up_the_oldest(left: &mut BTreeSet<Date>) {
    while left.len() > MOST_LEFT
        && let Some(day) = left.pop_first()
    {
        tracing::error!(alarm = true, %day, "a day could never be compared whole, and is given up");
    }
}

/// When a day of Japan begins.
fn begins(day: Date) -> Timestamp {
    domain::clock::JAPAN.to_timestamp(day.at(0, 0, 0, 0)).unwrap_or(Timestamp::MIN)
}
