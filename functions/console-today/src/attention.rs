//! What a person has to look at, and `POST /console/attention`: somebody has looked, and closes it.

use console::{Refusal, Visit};
use domain::{
    ActorId, Causes,
    attention::{Matter, MatterId, Settled},
    audit::Action,
};
use http::Response;
use inbound::http as answer;
use lambda_http::Body;
use store::{StoreError, Which};
use words::console::today as texts;

use crate::Deps;

/// How many matters stand on the page.
const SHOWN: usize = 20;
/// How many, closed ones among them, one read looks through: closed ones stay for a year and more.
const READ: u16 = 250;
/// How many reads there are at most.
const READS: u8 = 20;

/// A matter as people read it.
pub(crate) struct MatterView {
    pub(crate) id: String,
    pub(crate) order: Option<String>,
    pub(crate) batch: Option<String>,
    pub(crate) endpoint: Option<String>,
    pub(crate) since: String,
    pub(crate) what: String,
}

/// The merchant's open matters, newest first.
pub(crate) async fn open(deps: &Deps, visit: &Visit) -> Result<Vec<MatterView>, Refusal> {
    let mut found = Vec::new();
    let mut after = None;
    for _ in 0..READS {
        let page = deps.attention.list(Some(visit.merchant_id()), Which::Open, after.as_ref(), READ).await?;
        for error in page.unreadable {
            tracing::error!(alarm = true, merchant.id = %visit.merchant_id(), error = %Causes::of(&error), "a matter for a person can't be read");
        }
        found.extend(page.matters);
        after = page.next;
        if after.is_none() || found.len() >= SHOWN {
            break;
        }
    }
    Ok(found.iter().take(SHOWN).map(|matter| MatterView::new(visit, matter)).collect())
}

/// Closes a matter in somebody's name. One that is closed already stays as it was closed, and nothing is noted of it.
pub(crate) async fn settle(deps: &Deps, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let id = MatterId::new(visit.field("matter")).map_err(|_| Refusal::NotThere)?;
    let by = ActorId::new(visit.user.id.as_str()).map_err(|_| Refusal::Unreadable)?;
    let matter = deps.attention.load(Some(visit.merchant_id()), &id).await?.ok_or(Refusal::NotThere)?;
    if matter.settled.is_none() {
        let action = Action::MatterSettled { matter: id.clone(), order: matter.order };
        let closing = close(deps, visit, &id, Settled { by, at: visit.now });
        match deps.console.noted(&visit.user, action, closing).await {
            // A colleague was first: it is closed.
            Ok(()) | Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(answer::see_other("/console?done=settled"))
}

async fn close(deps: &Deps, visit: &Visit, id: &MatterId, settled: Settled) -> Result<(), StoreError> {
    let stands = deps.attention.settle(Some(visit.merchant_id()), id, &settled).await?;
    let ours = stands.is_some_and(|matter| matter.settled == Some(settled));
    if ours { Ok(()) } else { Err(StoreError::Conflict) }
}

impl MatterView {
    fn new(visit: &Visit, matter: &Matter) -> Self {
        Self {
            id: matter.id().to_string(),
            order: matter.order.as_ref().map(ToString::to_string),
            batch: matter.batch.as_ref().map(ToString::to_string),
            endpoint: matter.endpoint.as_ref().map(ToString::to_string),
            since: words::date_time(visit.lang, matter.since),
            what: texts::matter(visit.lang, &matter.kind),
        }
    }
}
