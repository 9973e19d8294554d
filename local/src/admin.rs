//! `kessai admin`: merchants and their settings before there is a console, on the local system and on AWS alike.

mod cards;
mod kept;
mod payment;
mod registry;
mod secrets;
mod settings;
mod show;
mod target;

pub use cards::{CardKeyring, CardKeysCommand, CardKeysError};
pub use kept::{CardCommand, CardOf};
pub use payment::PaymentCommand;
pub use registry::{Registry, RegistryError};
pub use secrets::NewSecret;
pub(crate) use secrets::{seal_key_password, seal_sig_secret};
pub use settings::{SettingError, apply};
pub use show::show;
pub use target::{Target, TargetError};

use clap::{Args, Subcommand};
use domain::{Clock, Merchant, MerchantId};

/// What the administrator can do.
#[derive(Debug, Subcommand)]
pub enum Admin {
    /// Merchants and their settings
    #[command(subcommand)]
    Merchant(MerchantCommand),
    /// Cards that merchants keep for buyers
    #[command(subcommand)]
    Card(CardCommand),
    /// Payments, to look at
    #[command(subcommand)]
    Payment(PaymentCommand),
    /// Data keys of kept cards
    #[command(subcommand)]
    CardKeys(CardKeysCommand),
}

/// What can be done with merchants.
#[derive(Debug, Subcommand)]
pub enum MerchantCommand {
    /// Create a merchant; prints its signature secret once
    Create {
        /// Merchant number, 1 to 10 digits
        id: String,
        /// The name that shoppers see
        #[arg(long)]
        name: String,
        /// Settings, as `set` takes them
        settings: Vec<String>,
    },
    /// Show a merchant's settings, never its secrets
    Show {
        /// Merchant number
        id: String,
    },
    /// Change settings: key=value …
    #[command(after_help = settings::HELP)]
    Set {
        /// Merchant number
        id: String,
        /// key=value
        #[arg(required = true)]
        settings: Vec<String>,
    },
    /// List the merchants
    List,
}

/// Where the merchants are.
#[derive(Debug, Args)]
pub struct Place {
    /// A deployed table's name instead of the local system; credentials and region come from the environment
    #[arg(long, requires = "app_key")]
    pub table: Option<String>,
    /// The deployment's app key (ARN)
    #[arg(long, requires = "table")]
    pub app_key: Option<String>,
    /// The deployment's card key (ARN), for `card-keys`
    #[arg(long, requires = "table")]
    pub card_key: Option<String>,
    /// Origin of the deployment's payment page, for `card link`; without it the address has none
    #[arg(long, requires = "table")]
    pub page_origin: Option<String>,
}

/// Why a command could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// Not a merchant number.
    #[error("{0:?} is not a merchant number (1 to 10 digits)")]
    Number(String),
    /// There is no such merchant.
    #[error("there is no merchant {0}")]
    Unknown(MerchantId),
    /// The number is taken.
    #[error("merchant {0} exists; use `set` to change it")]
    Exists(MerchantId),
    /// Someone else changed it at the same time.
    #[error("merchant {0} was changed by someone else just now; look at it and try again")]
    Changed(MerchantId),
    /// A setting is wrong.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// Table or key failed.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// No such payment.
    #[error("there is no payment of this merchant with this order number")]
    NoPayment,
    /// No card is kept there.
    #[error("no card is kept for this buyer or order")]
    NoCard,
    /// The random source failed.
    #[error("no address could be made: the random source failed")]
    Seal,
    /// A data key of kept cards.
    #[error(transparent)]
    CardKeys(#[from] CardKeysError),
}

/// Carries a command out; answers the lines to print.
///
/// # Errors
/// [`AdminError`].
pub async fn run(registry: &Registry, command: Admin, clock: &Clock) -> Result<Vec<String>, AdminError> {
    let command = match command {
        Admin::Merchant(command) => command,
        Admin::Card(command) => return kept::run(registry, command, clock).await,
        Admin::Payment(command) => return payment::run(registry, command).await,
        Admin::CardKeys(command) => return Ok(cards::run(registry.card_keys(), command, clock).await?),
    };
    match command {
        MerchantCommand::Create { id, name, settings } => create(registry, &id, name, &settings, clock).await,
        MerchantCommand::Show { id } => Ok(show(&load(registry, &id).await?)),
        MerchantCommand::Set { id, settings } => set(registry, &id, &settings, clock).await,
        MerchantCommand::List => list(registry).await,
    }
}

async fn create(
    registry: &Registry,
    id: &str,
    name: String,
    settings: &[String],
    clock: &Clock,
) -> Result<Vec<String>, AdminError> {
    let id = number(id)?;
    let mut merchant = Merchant::new(id.clone(), name);
    let mut made = change(registry, &mut merchant, settings, clock)?;
    if merchant.sig.secrets.is_empty() && merchant.sig.required {
        made.extend(change(registry, &mut merchant, &["sig_secret=generate".to_owned()], clock)?);
    }
    registry.create(&merchant).await.map_err(|error| match error {
        RegistryError::Conflict => AdminError::Exists(id),
        error @ (RegistryError::Config(_) | RegistryError::Keyring(_) | RegistryError::Store(_)) => error.into(),
    })?;
    Ok(answer(format!("created merchant {}", merchant.id), &made))
}

async fn set(registry: &Registry, id: &str, settings: &[String], clock: &Clock) -> Result<Vec<String>, AdminError> {
    let mut merchant = load(registry, id).await?;
    let made = change(registry, &mut merchant, settings, clock)?;
    merchant.version = merchant.version.saturating_add(1);
    registry.update(&merchant).await.map_err(|error| match error {
        RegistryError::Conflict => AdminError::Changed(merchant.id.clone()),
        error @ (RegistryError::Config(_) | RegistryError::Keyring(_) | RegistryError::Store(_)) => error.into(),
    })?;
    Ok(answer(
        format!("changed merchant {} (version {}); seen everywhere within 30 s", merchant.id, merchant.version),
        &made,
    ))
}

async fn list(registry: &Registry) -> Result<Vec<String>, AdminError> {
    let mut lines = Vec::new();
    for id in registry.list().await? {
        let merchant = registry.load(&id).await?.ok_or_else(|| AdminError::Unknown(id.clone()))?;
        lines.push(format!("{:<10}  {:<10}  {}", id.as_str(), show::status(merchant.status), merchant.name));
    }
    if lines.is_empty() {
        lines.push("no merchants yet; make one: kessai admin merchant create 4000 --name 'My shop'".to_owned());
    }
    Ok(lines)
}

fn change(
    registry: &Registry,
    merchant: &mut Merchant,
    settings: &[String],
    clock: &Clock,
) -> Result<Vec<NewSecret>, AdminError> {
    let mut made = Vec::new();
    for setting in settings {
        made.extend(apply(merchant, setting, registry.keyring(), clock.now())?);
    }
    settings::check(merchant, registry.local_origin())?;
    Ok(made)
}

fn answer(first: String, made: &[NewSecret]) -> Vec<String> {
    let mut lines = vec![first];
    for secret in made {
        lines.push(format!("{}: {}", secret.field, secret.text));
        lines.push("  shown this once; keep it where the shop's program can read it and nobody else".to_owned());
    }
    lines
}

async fn load(registry: &Registry, id: &str) -> Result<Merchant, AdminError> {
    let id = number(id)?;
    registry.load(&id).await?.ok_or(AdminError::Unknown(id))
}

fn number(id: &str) -> Result<MerchantId, AdminError> {
    MerchantId::new(id).map_err(|_| AdminError::Number(id.to_owned()))
}
