//! `kessai admin matters`: what a person has to look at, over all merchants.

use clap::Subcommand;
use domain::{
    Clock, MerchantId,
    attention::{Difference, Matter, MatterId, MatterKind, Settled, Sums},
    audit::Action,
};

use super::{AdminError, Registry, RegistryError, number, operate::actor};

/// How many matters of each merchant are listed.
const MOST: u16 = 100;

/// What can be done with matters.
#[derive(Debug, Subcommand)]
pub enum MattersCommand {
    /// List the open matters of all merchants, newest first
    List,
    /// Close one after it was looked into
    Close {
        /// Merchant number, `-` for what is no merchant's
        merchant: String,
        /// The matter, as `list` shows it
        matter: String,
    },
}

/// Carries a command out; answers the lines to print.
pub(super) async fn run(
    registry: &Registry,
    command: MattersCommand,
    clock: &Clock,
) -> Result<Vec<String>, AdminError> {
    match command {
        MattersCommand::List => list(registry).await,
        MattersCommand::Close { merchant, matter } => {
            let merchant = if merchant == "-" { None } else { Some(number(&merchant)?) };
            let id = MatterId::new(matter).map_err(|_| AdminError::NoMatter)?;
            close(registry, merchant.as_ref(), &id, clock).await
        }
    }
}

/// One that is closed already stays as it was closed, and nothing is noted of it. What is no merchant's has no log: the row itself says who closed it.
async fn close(
    registry: &Registry,
    merchant: Option<&MerchantId>,
    id: &MatterId,
    clock: &Clock,
) -> Result<Vec<String>, AdminError> {
    let (attention, settled) = (registry.attention(), Settled { by: actor(registry)?, at: clock.now() });
    let matter = attention.load(merchant, id).await.map_err(RegistryError::from)?.ok_or(AdminError::NoMatter)?;
    if matter.settled.is_some() {
        return Ok(vec![line(&matter)]);
    }
    let closing = attention.settle(merchant, id, &settled);
    let closed = match merchant {
        Some(merchant) => {
            let action = Action::MatterSettled { matter: id.clone(), order: matter.order };
            registry.noted(merchant, action, clock, closing).await
        }
        None => closing.await.map_err(RegistryError::from),
    };
    Ok(vec![line(&closed?.ok_or(AdminError::NoMatter)?)])
}

async fn list(registry: &Registry) -> Result<Vec<String>, AdminError> {
    let merchants = registry.list().await?;
    let open = registry.attention().open_of_all(&merchants, MOST).await.map_err(RegistryError::from)?;
    let mut lines: Vec<String> = open.matters.iter().map(line).collect();
    lines.extend(open.unreadable.iter().map(ToString::to_string));
    if lines.is_empty() {
        lines.push("nothing that a person has to look at".to_owned());
    }
    Ok(lines)
}

fn line(matter: &Matter) -> String {
    let merchant = matter.merchant.as_ref().map_or("-", |merchant| merchant.as_str());
    let about = match (&matter.order, &matter.batch, &matter.endpoint) {
        (Some(order), _, _) => format!("order {order}"),
        (None, Some(batch), _) => format!("batch {batch}"),
        (None, None, Some(endpoint)) => format!("endpoint {endpoint}"),
        (None, None, None) => "order -".to_owned(),
    };
    let closed = matter.settled.as_ref().map_or_else(String::new, |by| format!("  closed by {} at {}", by.by, by.at));
    format!("{merchant}  {}  {about}{}{closed}", matter.id(), more(&matter.kind))
}

/// What the name of a matter does not say.
fn more(kind: &MatterKind) -> String {
    let sums = |Sums { authorized, captured, refunded }: &Sums| format!("{authorized}/{captured}/{refunded}");
    match kind {
        MatterKind::Unknown
        | MatterKind::NotUndone
        | MatterKind::OtherAmount
        | MatterKind::NotAuthenticated
        | MatterKind::LateOperation
        | MatterKind::BatchStands
        | MatterKind::Unheard
        | MatterKind::Unprepared => String::new(),
        MatterKind::LateApproval { undone } => format!("  undone {undone}"),
        MatterKind::OperationUnknown { operation } => format!("  {}", operation.name()),
        MatterKind::LapsesSoon { until } => format!("  until {until}"),
        MatterKind::Disputed { amount }
        | MatterKind::Difference(
            Difference::NotOurs { amount } | Difference::NotTheirs { amount } | Difference::StandsThere { amount },
        ) => format!("  {amount} yen"),
        MatterKind::Difference(Difference::Sums { ours, theirs }) => {
            format!("  held/taken/given back: ours {}, theirs {}", sums(ours), sums(theirs))
        }
    }
}
