//! Works on runs of continuation (自動継続): draws up their plans, tells the shop of those that begin by themselves, and begins their batches.
//!
//! A message is a look: whatever is to be done for the run is done, and what was done before is found. The rows are charged by the batch functions.

mod begin;
mod charge;
mod draw;
mod plan;
mod tell;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    Clock,
    clock::japan_date,
    recurring::continuation::{NotRun, Run, RunOrder, RunState, Task},
};
use inbound::{Config, ConfigError, Stage, events};
use lambda_runtime::LambdaEvent;
use outbound::{Objects, OutboundError, Queue};
use store::{AuditLog, Batches, CardTries, Cards, Continuations, Merchants, Payments, Searches, StoreError};

/// How many things one look does at most: each is a state further.
const STEPS: usize = 8;

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    runs: Continuations,
    merchants: Merchants,
    payments: Payments,
    searches: Searches,
    cards: Cards,
    tries: CardTries,
    batches: Batches,
    audit: AuditLog,
    files: Objects,
    /// To batch-intake.
    intake: Queue,
    /// To completion-mail.
    mails: Queue,
    stage: Stage,
    clock: Clock,
}

impl Deps {
    /// # Errors
    /// [`ConfigError`].
    pub fn new(config: &Config, clock: Clock) -> Result<Self, ConfigError> {
        let table = config.table()?;
        let payments = Payments::new(table.clone());
        let queue = |setting| Ok::<_, ConfigError>(Queue::new(config.sdk(), config.required(setting)?));
        Ok(Self {
            runs: Continuations::new(table.clone()),
            merchants: Merchants::new(table.clone()),
            searches: Searches::new(config.search_table()?, payments.clone()),
            payments,
            cards: Cards::new(table.clone()),
            tries: CardTries::new(table.clone()),
            batches: Batches::new(table.clone()),
            audit: AuditLog::new(table),
            files: Objects::new(config.sdk(), config.required("BUCKET")?),
            intake: queue("INTAKE_QUEUE")?,
            mails: queue("MAIL_QUEUE")?,
            stage: config.stage()?,
            clock,
        })
    }
}

/// Why a look did not come to its end; its message is given again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlanError {
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The bucket or a queue did not answer.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// Something that has to be there is not.
    #[error("the run's {0} is gone")]
    Gone(&'static str),
    /// The plan is no plan.
    #[error("a plan could not be written")]
    Plan(#[from] serde_json::Error),
    /// Its rows could not be read.
    #[error(transparent)]
    Rows(#[from] inbound::continuation::PlanRowsError),
}

/// Looks at the runs of these messages.
///
/// # Errors
/// None: what failed is given again.
pub async fn handler(deps: &Deps, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, lambda_runtime::Error> {
    Ok(events::each_message(event.payload, |order: RunOrder| async move {
        Box::pin(look(deps, &order)).await.map_err(Into::into)
    })
    .await)
}

/// Does what is to be done for a run, state by state. Where somebody else moved it meanwhile, what stands then is looked at.
async fn look(deps: &Deps, order: &RunOrder) -> Result<(), PlanError> {
    for _ in 0..STEPS {
        let Some(run) = deps.runs.load(&order.merchant, &order.run).await? else { return Ok(()) }; // forgotten since
        match run.task(japan_date(deps.clock.now())) {
            Task::Nothing => return Ok(()),
            Task::Draw => Box::pin(draw::draw(deps, &run)).await?,
            Task::PutOff => put(deps, &run.put_off(japan_date(deps.clock.now()))).await?,
            Task::Tell => tell::tell(deps, &run).await?,
            Task::Begin => Box::pin(begin::begin(deps, &run)).await?,
            Task::Charge => charge::charge(deps, &run).await?,
            Task::GiveUp => put(deps, &not_run(deps, &run, NotRun::TooLate)).await?,
        }
    }
    Err(StoreError::Conflict.into())
}

/// The run, which charges nothing.
pub(crate) fn not_run(deps: &Deps, run: &Run, why: NotRun) -> Run {
    run.now(RunState::NotRun { why, at: deps.clock.now() })
}

/// Writes a run's next version, unless somebody else moved it: then what stands is looked at next.
pub(crate) async fn put(deps: &Deps, run: &Run) -> Result<(), PlanError> {
    match deps.runs.put(run).await {
        Ok(()) => {
            tracing::info!(merchant.id = %run.merchant, run.id = %run.id, state = run.state.name(), rows = run.chosen.rows, yen = run.chosen.yen, "a run of continuation moved on");
            Ok(())
        }
        Err(StoreError::Conflict) => Ok(()),
        Err(error @ (StoreError::Unavailable(_) | StoreError::Unreadable { .. })) => Err(error.into()),
    }
}
