//! A run that was announced, on its day: of what is listed now, what was announced.

use domain::{
    audit::{Action, Actor},
    recurring::continuation::{NotRun, Run, RunState},
};
use inbound::continuation::plan_rows;
use store::StoreError;

use crate::{
    Deps, PlanError,
    draw::{may_begin, store},
    not_run, put,
};

/// Lets a run begin, or says why it does not.
pub(crate) async fn begin(deps: &Deps, run: &Run) -> Result<(), PlanError> {
    let merchant = deps.merchants.load(&run.merchant).await?.ok_or(PlanError::Gone("merchant"))?;
    let announced = plan_rows(&deps.files, run).await?.ok_or(PlanError::Gone("plan"))?;
    let rows = match may_begin(deps, &merchant, run, Some(&announced)).await? {
        Ok(rows) => rows,
        // Who switched it off knows.
        Err(why @ NotRun::SwitchedOff) => return put(deps, &Run { told: true, ..not_run(deps, run, why) }).await,
        Err(why) => return put(deps, &not_run(deps, run, why)).await,
    };
    let at = deps.clock.now();
    let confirmed = run.drawn_up(store(deps, run, &rows).await?, RunState::Confirmed { by: None, at });
    let action = Action::ContinuationConfirmed {
        run: run.id.clone(),
        month: run.month,
        rows: confirmed.chosen.rows,
        yen: confirmed.chosen.yen,
    };
    let doing = deps.runs.put(&confirmed);
    let noted = deps.audit.ahead(&run.merchant, &Actor::System, &action, at, &merchant.retention, doing);
    match Box::pin(noted).await {
        Ok(()) | Err(StoreError::Conflict) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
