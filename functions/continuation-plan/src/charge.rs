//! A run that was confirmed: its file, and the batch that charges it. Begun again, the batch that stands is the one.

use domain::{
    batch::{Batch, Source, continued_file},
    clock::japan_date,
    recurring::continuation::{NotRun, Run, RunState},
};
use inbound::continuation::plan_rows;
use store::StoreError;

use crate::{Deps, PlanError, not_run, put};

/// Writes the file of a run's rows, and begins the batch of the same name.
pub(crate) async fn charge(deps: &Deps, run: &Run) -> Result<(), PlanError> {
    let RunState::Confirmed { by, .. } = &run.state else { return Ok(()) };
    let stands = deps.batches.load(&run.merchant, &run.id).await?;
    let batch = match stands {
        Some(batch) => batch,
        None if run.is_stale(japan_date(deps.clock.now())) => {
            return put(deps, &not_run(deps, run, NotRun::TooLate)).await;
        }
        None => {
            let source = write(deps, run).await?;
            let batch = Batch::of_run(run, source, by.clone(), deps.clock.now());
            match deps.batches.put(&batch).await {
                Ok(()) | Err(StoreError::Conflict) => batch, // another look's names the same rows
                Err(error) => return Err(error.into()),
            }
        }
    };
    deps.intake.send_all(&[batch.order()]).await?;
    put(deps, &run.now(RunState::Begun { at: deps.clock.now() })).await
}

async fn write(deps: &Deps, run: &Run) -> Result<Source, PlanError> {
    let merchant = deps.merchants.load(&run.merchant).await?.ok_or(PlanError::Gone("merchant"))?;
    let rows = plan_rows(&deps.files, run).await?.ok_or(PlanError::Gone("plan"))?;
    let file = continued_file(&run.merchant, run.month, merchant.lang, run.charges(&rows));
    let (key, size) = (run.file_key(), u64::try_from(file.len()).unwrap_or(u64::MAX));
    let version = deps.files.put_version(&key, "text/csv", file).await?;
    Ok(Source { key, version, size, written_at: deps.clock.now() })
}
