//! What only the operator of the deployment does with a merchant: suspend, close, let it go live, set what it is allowed.

use clap::Subcommand;
use domain::audit::Action;
use domain::merchant::{LiveRequest, Mode, Status};
use domain::settings::{changes, set_floor};
use domain::{Clock, Merchant};
use jiff::{SignedDuration, Timestamp};

use super::{AdminError, Registry, load, save};

/// How long a request to go live waits for the second operator.
const REQUEST_LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 7);

/// What only the operator does with a merchant.
#[derive(Debug, Subcommand)]
pub enum OperatorCommand {
    /// Stop all five interfaces at once; refunds and inquiries go on
    Suspend {
        /// Merchant number
        id: String,
    },
    /// Open a suspended merchant again
    Resume {
        /// Merchant number
        id: String,
    },
    /// Close a merchant for good; refunds and inquiries go on
    Close {
        /// Merchant number
        id: String,
        /// The number once more: closing can't be taken back
        #[arg(long)]
        confirm: String,
    },
    /// Ask that a test merchant takes real money; another operator approves it within 7 days
    RequestLive {
        /// Merchant number
        id: String,
    },
    /// Approve what another operator asked for: the merchant takes real money
    ApproveLive {
        /// Merchant number
        id: String,
    },
    /// Make a live merchant a test merchant again
    BackToTest {
        /// Merchant number
        id: String,
    },
    /// Set what a merchant is allowed, which it can't change: key=value …
    #[command(after_help = HELP)]
    Floor {
        /// Merchant number
        id: String,
        /// key=value
        #[arg(required = true)]
        settings: Vec<String>,
    },
}

/// What `floor --help` says.
const HELP: &str = "\
Settings:
  max_amount=yen                          the largest amount that the merchant may allow
  three_ds=at_payment|any                 at every payment, or as the merchant likes
  three_ds_unavailable=decline|any        what may follow where the issuer can't authenticate
  day_total=yen|any                       the most that a day's approved payments may come to
  card_entry=on|off                       cards may be typed into the console (mail and telephone orders)
  guard_address_hour=30|any, …            the highest threshold against card testing
A setting of the merchant's that lies outside is brought in at once.";

/// Carries a command out; answers the lines to print.
pub(super) async fn run(
    registry: &Registry,
    command: OperatorCommand,
    clock: &Clock,
) -> Result<Vec<String>, AdminError> {
    let operator = registry.operator()?;
    let now = clock.now();
    let (id, change) = match command {
        OperatorCommand::Suspend { id } => (id, Change::Suspend),
        OperatorCommand::Resume { id } => (id, Change::Resume),
        OperatorCommand::Close { id, confirm } if id == confirm => (id, Change::Close),
        OperatorCommand::Close { .. } => return Err(AdminError::NotConfirmed),
        OperatorCommand::RequestLive { id } => (id, Change::RequestLive),
        OperatorCommand::ApproveLive { id } => (id, Change::ApproveLive),
        OperatorCommand::BackToTest { id } => (id, Change::BackToTest),
        OperatorCommand::Floor { id, settings } => (id, Change::Floor(settings)),
    };
    let before = load(registry, &id).await?;
    let mut merchant = before.clone();
    let said = change.make(&mut merchant, operator, now)?;
    let action = change.action(&before, &merchant);
    save(registry, &mut merchant, action, clock).await?;
    Ok(vec![format!("merchant {}: {said} (version {}); seen everywhere within 30 s", merchant.id, merchant.version)])
}

enum Change {
    Suspend,
    Resume,
    Close,
    RequestLive,
    ApproveLive,
    BackToTest,
    Floor(Vec<String>),
}

impl Change {
    /// Changes the record; answers what became of it.
    fn make(&self, merchant: &mut Merchant, operator: &str, now: Timestamp) -> Result<&'static str, AdminError> {
        match self {
            Self::Suspend => to_status(merchant, Status::Suspended, "suspended"),
            Self::Resume => to_status(merchant, Status::Active, "active again"),
            Self::Close => to_status(merchant, Status::Closed, "closed"),
            Self::RequestLive => {
                if merchant.mode == Mode::Live {
                    return Err(AdminError::IsLive);
                }
                merchant.live_request = Some(LiveRequest { by: operator.to_owned(), at: now });
                Ok("asked to go live; another operator approves it by approve-live")
            }
            Self::ApproveLive => {
                let request = merchant.live_request.take().ok_or(AdminError::NotRequested)?;
                if request.by == operator {
                    return Err(AdminError::SamePerson);
                }
                if now.duration_since(request.at) > REQUEST_LIFETIME {
                    return Err(AdminError::RequestOver);
                }
                merchant.mode = Mode::Live;
                Ok("live")
            }
            Self::BackToTest => {
                merchant.mode = Mode::Test;
                merchant.live_request = None;
                Ok("a test merchant")
            }
            Self::Floor(settings) => {
                for setting in settings {
                    let (key, value) = super::split(setting)?;
                    set_floor(merchant, key, value)?;
                }
                Ok("floors set")
            }
        }
    }

    fn action(&self, before: &Merchant, after: &Merchant) -> Action {
        match self {
            Self::Suspend => Action::MerchantSuspended,
            Self::Resume => Action::MerchantResumed,
            Self::Close => Action::MerchantClosed,
            Self::RequestLive => Action::LiveRequested,
            Self::ApproveLive => Action::LiveApproved,
            Self::BackToTest => Action::BackToTest,
            Self::Floor(_) => {
                Action::SettingsChanged { version: before.version.saturating_add(1), changes: changes(before, after) }
            }
        }
    }
}

/// A closed merchant stays closed.
fn to_status(merchant: &mut Merchant, to: Status, said: &'static str) -> Result<&'static str, AdminError> {
    match merchant.status {
        Status::Closed => Err(AdminError::IsClosed),
        Status::Active | Status::Suspended => {
            merchant.status = to;
            Ok(said)
        }
    }
}
