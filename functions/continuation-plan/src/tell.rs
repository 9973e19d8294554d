//! Tells the shop of a run that begins by itself, or that did not begin.

use domain::{
    recurring::continuation::Run,
    tell::{Message, RunTelling},
};

use crate::{Deps, PlanError, put};

/// Asks for the mail, and writes down that it was asked for. Begun again, the mail has the same id.
pub(crate) async fn tell(deps: &Deps, run: &Run) -> Result<(), PlanError> {
    let telling = RunTelling::of(run).map(Message::Run);
    deps.mails.send_all(telling.as_slice()).await?;
    put(deps, &run.was_told()).await
}
