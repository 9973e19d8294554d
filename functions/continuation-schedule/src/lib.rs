//! Every day: which runs of continuation (自動継続) are to be announced, and which begin.
//!
//! A month's run has one name, so a tick twice finds what stands; a day that was missed is caught up by the next.

use domain::{
    Clock, Merchant,
    clock::japan_date,
    recurring::{
        calendar::Anchor,
        continuation::{Month, Past, Run, Task, due},
    },
};
use inbound::{Config, ConfigError, Stage, checkout::trades_at};
use jiff::civil::Date;
use lambda_runtime::LambdaEvent;
use outbound::{OutboundError, Queue};
use serde::Serialize;
use serde_json::Value;
use store::{Continuations, Merchants, StoreError};

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    merchants: Merchants,
    runs: Continuations,
    /// To continuation-plan.
    plans: Queue,
    stage: Stage,
    clock: Clock,
}

/// What a tick did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Runs that were made, to be announced.
    pub made: u32,
    /// Runs that continuation-plan was asked to look at, those among them.
    pub asked: u32,
    /// Merchants that could not be looked at.
    pub failed: u32,
}

/// Why a merchant could not be looked at. The next tick looks again.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The queue did not answer.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// Some merchants are left.
    #[error("{0} merchants could not be looked at")]
    Left(u32),
}

impl Deps {
    /// # Errors
    /// [`ConfigError`].
    pub fn new(config: &Config, clock: Clock) -> Result<Self, ConfigError> {
        let table = config.table()?;
        Ok(Self {
            merchants: Merchants::new(table.clone()),
            runs: Continuations::new(table),
            plans: Queue::new(config.sdk(), config.required("CONTINUATION_QUEUE")?),
            stage: config.stage()?,
            clock,
        })
    }
}

/// Looks at every merchant; one that fails does not hold up the others.
///
/// # Errors
/// [`ScheduleError::Left`]: the tick is given again.
pub async fn handler(deps: &Deps, _event: LambdaEvent<Value>) -> Result<Tally, lambda_runtime::Error> {
    let mut tally = Tally::default();
    for id in deps.merchants.list().await? {
        let looked = match deps.merchants.load(&id).await {
            Ok(Some(merchant)) => look(deps, &merchant, &mut tally).await,
            Ok(None) => Ok(()),
            Err(error) => Err(error.into()),
        };
        if let Err(error) = looked {
            tally.failed = tally.failed.saturating_add(1);
            tracing::error!(merchant.id = %id, error = %domain::Causes::of(&error), "the runs of a merchant could not be looked at");
        }
    }
    tracing::info!(
        made = tally.made,
        asked = tally.asked,
        failed = tally.failed,
        "runs of continuation were looked at"
    );
    if tally.failed > 0 { Err(ScheduleError::Left(tally.failed).into()) } else { Ok(tally) }
}

/// The months that a day can be about: a run that the calendar moves into the next month, and one that is announced in the month before.
fn months(today: Date) -> [Month; 3] {
    let this = Month::of(today);
    [this.before(), this, this.after()]
}

async fn look(deps: &Deps, merchant: &Merchant, tally: &mut Tally) -> Result<(), ScheduleError> {
    let today = japan_date(deps.clock.now());
    for month in months(today) {
        let run = match deps.runs.load(&merchant.id, &Run::scheduled_id(&merchant.id, month)).await {
            // It holds up no other month's.
            Err(error @ StoreError::Unreadable { .. }) => {
                tracing::error!(alarm = true, merchant.id = %merchant.id, month = %month, error = %domain::Causes::of(&error), "a run of continuation can't be read");
                continue;
            }
            Err(error @ (StoreError::Unavailable(_) | StoreError::Conflict)) => return Err(error.into()),
            Ok(Some(run)) => run,
            Ok(None) => match made(deps, merchant, month, today).await? {
                Some(run) => {
                    tally.made = tally.made.saturating_add(1);
                    run
                }
                None => continue,
            },
        };
        if run.task(today) != Task::Nothing {
            deps.plans.send_all(&[run.order()]).await?;
            tally.asked = tally.asked.saturating_add(1);
        }
    }
    Ok(())
}

/// Makes a month's run if it is to be announced today. A merchant that may not trade has none.
async fn made(deps: &Deps, merchant: &Merchant, month: Month, today: Date) -> Result<Option<Run>, ScheduleError> {
    let Some(anchor) = merchant.continuation_day.filter(|_| trades_at(merchant, deps.stage)) else { return Ok(None) };
    let Some(on) = when(deps, merchant, (anchor, month), today).await? else { return Ok(None) };
    let run = Run::scheduled(&merchant.id, month, on, deps.clock.now());
    match deps.runs.put(&run).await {
        Ok(()) => {
            tracing::info!(merchant.id = %merchant.id, run.id = %run.id, month = %month, on = %on, "a run of continuation was made");
            Ok(Some(run))
        }
        Err(StoreError::Conflict) => Ok(None), // another tick at the same moment has it
        Err(error) => Err(error.into()),
    }
}

/// On which day the run begins, if it is to be announced today.
async fn when(
    deps: &Deps,
    merchant: &Merchant,
    (anchor, month): (Anchor, Month),
    today: Date,
) -> Result<Option<Date>, StoreError> {
    match due(anchor, month, today, Past::Later) {
        None => Ok(None),
        Some(_) => {
            // Only what began by itself the month before can have been missed: a day that was set after it was over is next month's.
            let past = match deps.runs.load(&merchant.id, &Run::scheduled_id(&merchant.id, month.before())).await {
                Ok(Some(_)) | Err(StoreError::Unreadable { .. }) => Past::Later,
                Ok(None) => Past::First,
                Err(error @ (StoreError::Unavailable(_) | StoreError::Conflict)) => return Err(error),
            };
            Ok(due(anchor, month, today, past))
        }
    }
}
