//! `kessai admin`: merchants and their settings before there is a console, on the local system and on AWS alike.

mod audit;
mod cards;
mod index;
mod kept;
mod matters;
mod operate;
mod operator;
mod payment;
mod registry;
mod show;
mod target;
mod user;

pub use audit::AuditCommand;
pub use cards::{CardKeyring, CardKeysCommand, CardKeysError};
pub use index::{IndexCommand, Rebuilder};
pub use kept::{CardCommand, CardOf};
pub use matters::MattersCommand;
pub use operate::{Moving, PaymentOf};
pub use operator::OperatorCommand;
pub use payment::PaymentCommand;
pub use registry::{Registry, RegistryError};
pub use show::show;
pub use target::{Target, TargetError};
pub use user::{GivenRole, UserCommand};

use clap::{Args, Subcommand};
use console::settings::{GENERATE, NewSecret, SecretKind, apply};
use domain::audit::Action;
use domain::settings::{SettingError, SettingProblem, changes, check};
use domain::{Clock, Lang, Merchant, MerchantId};
use words::console::settings::setting_error;

/// What the administrator can do.
#[derive(Debug, Subcommand)]
pub enum Admin {
    /// Merchants and their settings
    #[command(subcommand)]
    Merchant(MerchantCommand),
    /// Cards that merchants keep for buyers
    #[command(subcommand)]
    Card(CardCommand),
    /// Payments: how they stand, and what can be done with their money
    #[command(subcommand)]
    Payment(PaymentCommand),
    /// What a person has to look at: money may have moved
    #[command(subcommand)]
    Matters(MattersCommand),
    /// Data keys of kept cards
    #[command(subcommand)]
    CardKeys(CardKeysCommand),
    /// The console's read model
    #[command(subcommand)]
    Index(IndexCommand),
    /// People who work in a merchant's console
    #[command(subcommand)]
    User(UserCommand),
    /// Audit logs of consoles
    #[command(subcommand)]
    Audit(AuditCommand),
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
    #[command(after_help = HELP)]
    Set {
        /// Merchant number
        id: String,
        /// key=value
        #[arg(required = true)]
        settings: Vec<String>,
    },
    /// List the merchants
    List,
    /// What only the operator does
    #[command(flatten)]
    Operator(OperatorCommand),
}

/// What `set --help` says.
const HELP: &str = "\
Settings:
  name=…                        dialect=asj|24             encoding=utf-8|shift_jis   lang=ja|en
  destination1='POST https://…' (2, 3; GET; none)          back_address=https://…|none
  max_amount=yen                attempts=1-10              capture=at_once|later
  refund_confirm_over=yen       what may be given back of one payment without a fresh code
  card_on_file=on|off           window_past_s=3600         window_future_s=300
  key_password=generate|…       sig_secret=generate|hex    sig_required=on|off  sig_hand_over=on|off
  three_ds=at_payment|at_registration|recurring            three_ds_unavailable=decline|proceed
  continuation=on|off
  mail_off=link,data_linkage|none                          shop_copy=address|none
  mail_intro_ja=…  mail_outro_ja=…  mail_intro_en=…  mail_outro_en=…   placeholders: {order} {amount} {name} {date} {item} {shop}
  accent=#rrggbb  page_before=HTML  page_after=HTML
  legal_address=…|none  privacy_address=…|none  contact=…|none
  tax_included=on|off           asks_consent_itself=on|off
  guard_address_hour=20  guard_address_day=60  guard_address_percent=80   against card testing: declines of one
  guard_buyer_hour=10    guard_buyer_day=20    guard_card_day=10          address, buyer, card, issuer number, shop
  guard_bin_hour=20      guard_bin_day=40      guard_bin_percent=80
  guard_merchant_hour=80 guard_merchant_day=160 guard_merchant_percent=80
  retention_unused_cards_days=730  retention_batch_files_days=30  retention_batch_results_days=180
  retention_exports_days=7  retention_audit_days=400
  free1_label=…                 free1_rule=hidden|shown|asked|required (2, 3)
  request_name.amount=KINGAKU   handover_name.amount=KINGAKU (24 dialect; empty removes)";

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
    /// The table of the deployment's read model, for `index`
    #[arg(long, requires = "table")]
    pub search_table: Option<String>,
    /// Where the deployment's acquirer is, for what moves money; its token is read from ACQUIRER_TOKEN
    #[arg(long, requires = "table")]
    pub acquirer_url: Option<String>,
    /// Origin of the deployment's payment page, for `card link`; without it the address has none
    #[arg(long, requires = "table")]
    pub page_origin: Option<String>,
    /// Who you are: the name stands in the audit log. What changes a merchant or moves money needs it
    #[arg(long, global = true)]
    pub operator: Option<String>,
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
    #[error("{}", setting_error(Lang::En, .0))]
    Setting(#[from] SettingError),
    /// Nobody knows who does it.
    #[error("say who you are: --operator NAME")]
    NoOperator,
    /// The number was not typed a second time.
    #[error("to close a merchant for good, type its number again: --confirm NUMBER")]
    NotConfirmed,
    /// Closed for good.
    #[error("the merchant is closed for good")]
    IsClosed,
    /// It takes real money already.
    #[error("the merchant is live")]
    IsLive,
    /// Nobody asked for it.
    #[error("nobody asked to let this merchant go live; ask by request-live")]
    NotRequested,
    /// One person can't do it alone.
    #[error("you asked for it yourself: another operator has to approve it")]
    SamePerson,
    /// It was asked for too long ago.
    #[error("it was asked for more than 7 days ago; ask again by request-live")]
    RequestOver,
    /// Table or key failed.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// It is not said where the read model is.
    #[error("name the read model's table with --search-table")]
    NoSearchTable,
    /// No such payment.
    #[error("there is no payment of this merchant with this order number")]
    NoPayment,
    /// Nothing can be moved without the acquirer.
    #[error("the acquirer is not known here: give --acquirer-url, and its token in ACQUIRER_TOKEN")]
    NoAcquirer,
    /// An amount is none.
    #[error("{0:?} is not an amount in yen")]
    Amount(String),
    /// Nothing was tried.
    #[error(transparent)]
    Charge(#[from] charging::ChargeError),
    /// A name of who acts.
    #[error("{0:?} can't stand for who acts: 1 to 24 of A-Z a-z 0-9 _ -, and not `kessai`")]
    Actor(String),
    /// No such matter.
    #[error("there is no such matter; `matters list` shows the open ones")]
    NoMatter,
    /// No card is kept there.
    #[error("no card is kept for this buyer or order")]
    NoCard,
    /// The random source failed.
    #[error("no address could be made: the random source failed")]
    Seal,
    /// A data key of kept cards.
    #[error(transparent)]
    CardKeys(#[from] CardKeysError),
    /// Not an address to sign in with.
    #[error("that is not a mail address")]
    Mail,
    /// Neither of the two.
    #[error("a language is ja or en")]
    Lang,
    /// Somebody has the address, here or at another merchant.
    #[error("somebody signs in with this address already; one address works for one merchant")]
    MailTaken,
    /// Nobody of this merchant has the address.
    #[error("nobody of this merchant signs in with this address")]
    NoUser,
    /// A log is not what was written.
    #[error("the audit log is not what was written: {0}")]
    AuditBroken(#[from] domain::audit_chain::Broken),
}

/// Carries a command out; answers the lines to print.
///
/// # Errors
/// [`AdminError`].
pub async fn run(registry: &Registry, command: Admin, clock: &Clock) -> Result<Vec<String>, AdminError> {
    let command = match command {
        Admin::Merchant(command) => command,
        Admin::Card(command) => return kept::run(registry, command, clock).await,
        Admin::Index(command) => return index::run(registry, command, clock).await,
        Admin::Payment(command) => return payment::run(registry, command, clock).await,
        Admin::Matters(command) => return matters::run(registry, command, clock).await,
        Admin::User(command) => return user::run(registry, command, clock).await,
        Admin::Audit(command) => return audit::run(registry, command, clock).await,
        Admin::CardKeys(command) => return Ok(cards::run(registry.card_keys(), command, clock).await?),
    };
    match command {
        MerchantCommand::Create { id, name, settings } => create(registry, &id, name, &settings, clock).await,
        MerchantCommand::Show { id } => Ok(show(&load(registry, &id).await?)),
        MerchantCommand::Set { id, settings } => set(registry, &id, &settings, clock).await,
        MerchantCommand::List => list(registry).await,
        MerchantCommand::Operator(command) => operator::run(registry, command, clock).await,
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
        let key = SecretKind::Sig.key();
        made.extend(apply(&mut merchant, key, GENERATE, registry.keyring(), clock.now())?);
    }
    check(&merchant, registry.local_origin())?;
    if registry.load(&id).await?.is_some() {
        return Err(AdminError::Exists(id)); // looked at first: the log of whoever has the number says nothing of it
    }
    let creating = registry.merchants().create(&merchant);
    registry.noted(&merchant.id, Action::MerchantCreated, clock, creating).await.map_err(|error| match error {
        RegistryError::Conflict => AdminError::Exists(id),
        error @ (RegistryError::Config(_) | RegistryError::Keyring(_) | RegistryError::Store(_)) => error.into(),
    })?;
    Ok(answer(format!("created merchant {}", merchant.id), &made))
}

async fn set(registry: &Registry, id: &str, settings: &[String], clock: &Clock) -> Result<Vec<String>, AdminError> {
    let before = load(registry, id).await?;
    let mut merchant = before.clone();
    let made = change(registry, &mut merchant, settings, clock)?;
    check(&merchant, registry.local_origin())?;
    let version = before.version.saturating_add(1);
    let action = Action::SettingsChanged { version, changes: changes(&before, &merchant) };
    save(registry, &mut merchant, action, clock).await?;
    Ok(answer(
        format!("changed merchant {} (version {}); seen everywhere within 30 s", merchant.id, merchant.version),
        &made,
    ))
}

/// Writes into a merchant's audit log what is done, and then the changed merchant.
async fn save(registry: &Registry, merchant: &mut Merchant, action: Action, clock: &Clock) -> Result<(), AdminError> {
    merchant.version = merchant.version.saturating_add(1);
    let updating = registry.merchants().update(merchant);
    registry.noted(&merchant.id, action, clock, updating).await.map_err(|error| match error {
        RegistryError::Conflict => AdminError::Changed(merchant.id.clone()),
        error @ (RegistryError::Config(_) | RegistryError::Keyring(_) | RegistryError::Store(_)) => error.into(),
    })
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
        let (key, value) = split(setting)?;
        made.extend(apply(merchant, key, value, registry.keyring(), clock.now())?);
    }
    Ok(made)
}

fn split(setting: &str) -> Result<(&str, &str), SettingError> {
    setting.split_once('=').ok_or_else(|| SettingError::new(setting, SettingProblem::Shape))
}

fn answer(first: String, made: &[NewSecret]) -> Vec<String> {
    let mut lines = vec![first];
    for secret in made {
        lines.push(format!("{}: {}", secret.kind.key(), secret.text));
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
