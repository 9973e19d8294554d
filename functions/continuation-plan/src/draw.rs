//! A plan that is drawn up: for a clerk, or for a run that begins by itself in two days.

use domain::{
    Merchant,
    recurring::continuation::{Drawn, NotRun, PlanRow, Run, RunState, as_announced},
};
use inbound::checkout::trades_at;

use crate::{Deps, PlanError, not_run, plan, put};

/// Draws up a run's plan, and puts it before a clerk or announces it.
pub(crate) async fn draw(deps: &Deps, run: &Run) -> Result<(), PlanError> {
    let merchant = deps.merchants.load(&run.merchant).await?.ok_or(PlanError::Gone("merchant"))?;
    let since = deps.clock.now();
    if run.asked_by.is_some() {
        return match plan::rows(deps, run).await? {
            Some(rows) => put(deps, &run.drawn_up(store(deps, run, &rows).await?, RunState::Open { since })).await,
            None => put(deps, &not_run(deps, run, NotRun::TooMany)).await,
        };
    }
    match may_begin(deps, &merchant, run, None).await? {
        Ok(rows) => put(deps, &run.drawn_up(store(deps, run, &rows).await?, RunState::Announced { since })).await,
        // Nobody was told that it would begin, so nobody is told that it doesn't.
        Err(why) => put(deps, &Run { told: true, ..not_run(deps, run, why) }).await,
    }
}

/// The rows of a run that begins by itself, or why it does not; no more of them are charged than were `announced`.
pub(crate) async fn may_begin(
    deps: &Deps,
    merchant: &Merchant,
    run: &Run,
    announced: Option<&[PlanRow]>,
) -> Result<Result<Vec<PlanRow>, NotRun>, PlanError> {
    if merchant.continuation_day.is_none() {
        return Ok(Err(NotRun::SwitchedOff));
    }
    if !trades_at(merchant, deps.stage) {
        return Ok(Err(NotRun::Suspended));
    }
    if merchant.mail.shop_copy.is_none() {
        return Ok(Err(NotRun::NobodyToTell));
    }
    let Some(rows) = plan::rows(deps, run).await? else { return Ok(Err(NotRun::TooMany)) };
    let rows = match announced {
        Some(announced) => as_announced(rows, announced),
        None => rows,
    };
    let any = run.charges(&rows).next().is_some();
    Ok(if any { Ok(rows) } else { Err(NotRun::NothingToCharge) })
}

/// Puts a plan's rows into the bucket.
pub(crate) async fn store(deps: &Deps, run: &Run, rows: &[PlanRow]) -> Result<Drawn, PlanError> {
    let key = run.plan_key();
    let version = deps.files.put_version(&key, "application/json", serde_json::to_vec(rows)?).await?;
    Ok(Drawn::of(rows, (key, version), deps.clock.now()))
}
