//! `kessai admin user`: the first owner of a merchant, who works in its console, and a second factor that is lost.

use clap::{Subcommand, ValueEnum};
use console::join_path;
use domain::{
    Clock, Lang, Merchant, RecoveryDigests,
    account::{Role, User, UserId, normalized_mail},
    audit::Action,
};

use super::{AdminError, Registry, RegistryError, load};

/// What can be done with the people of a merchant's console.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Invite somebody; prints the address to join, open for 7 days, and sends nothing
    Invite {
        /// Merchant number
        merchant: String,
        /// The mail address that they will sign in with
        mail: String,
        /// What colleagues call them; else the address
        #[arg(long)]
        name: Option<String>,
        /// What they may do
        #[arg(long, value_enum, default_value = "owner")]
        role: GivenRole,
        /// Language of their mails: ja or en; else the merchant's
        #[arg(long)]
        lang: Option<String>,
    },
    /// List the people of a merchant's console
    List {
        /// Merchant number
        merchant: String,
    },
    /// Take somebody's authenticator app away; prints the address to set it up again. Make sure first who asks for it
    ResetTotp {
        /// Merchant number
        merchant: String,
        /// The mail address that they sign in with
        mail: String,
    },
}

/// A role, as it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GivenRole {
    /// Sees everything but secrets
    Viewer,
    /// Captures, cancels, refunds, makes links, downloads
    Operator,
    /// Settings and people, too
    Owner,
}

impl From<GivenRole> for Role {
    fn from(role: GivenRole) -> Self {
        match role {
            GivenRole::Viewer => Self::Viewer,
            GivenRole::Operator => Self::Operator,
            GivenRole::Owner => Self::Owner,
        }
    }
}

/// Carries a command out; answers the lines to print.
pub(super) async fn run(registry: &Registry, command: UserCommand, clock: &Clock) -> Result<Vec<String>, AdminError> {
    match command {
        UserCommand::Invite { merchant, mail, name, role, lang } => {
            let merchant = load(registry, &merchant).await?;
            let lang = match lang {
                Some(lang) => Lang::parse(&lang).ok_or(AdminError::Lang)?,
                None => merchant.lang,
            };
            let mail = normalized_mail(&mail).ok_or(AdminError::Mail)?;
            let name = name.unwrap_or_else(|| mail.clone());
            invite(registry, &merchant, Invitation { mail, name, role: role.into(), lang }, clock).await
        }
        UserCommand::List { merchant } => list(registry, &load(registry, &merchant).await?).await,
        UserCommand::ResetTotp { merchant, mail } => {
            reset_totp(registry, &load(registry, &merchant).await?, &mail, clock).await
        }
    }
}

struct Invitation {
    mail: String,
    name: String,
    role: Role,
    lang: Lang,
}

async fn invite(
    registry: &Registry,
    merchant: &Merchant,
    invitation: Invitation,
    clock: &Clock,
) -> Result<Vec<String>, AdminError> {
    let mut id = [0; 10];
    getrandom::fill(&mut id).map_err(|_| AdminError::Seal)?;
    let user = User {
        id: UserId::from_random(id),
        merchant: merchant.id.clone(),
        mail: invitation.mail,
        name: invitation.name,
        role: invitation.role,
        lang: invitation.lang,
        version: 1,
        epoch: 1,
        password: None,
        totp: None,
        totp_step: 0,
        recovery: RecoveryDigests::default(),
        created_at: clock.now(),
    };
    let action = Action::Invited { user: user.id.clone(), role: user.role };
    let creating = registry.users().create(&user);
    registry.noted(&merchant.id, action, clock, creating).await.map_err(|error| match error {
        RegistryError::Conflict => AdminError::MailTaken,
        error @ (RegistryError::Config(_) | RegistryError::Keyring(_) | RegistryError::Store(_)) => error.into(),
    })?;
    Ok(vec![
        format!("invited {} to merchant {} as {}", user.mail, merchant.id, user.role.name()),
        address(registry, &user, clock)?,
    ])
}

async fn list(registry: &Registry, merchant: &Merchant) -> Result<Vec<String>, AdminError> {
    let mut users = registry.users().list(&merchant.id).await.map_err(RegistryError::from)?;
    users.sort_by(|one, other| one.mail.cmp(&other.mail));
    let line = |user: &User| {
        let state = match (&user.password, &user.totp) {
            (Some(_), Some(_)) => "active",
            (Some(_), None) => "without app",
            (None, _) => "invited",
        };
        format!("{:<8}  {:<11}  {}  {}", user.role.name(), state, user.mail, user.name)
    };
    if users.is_empty() {
        return Ok(vec![format!("nobody yet; invite an owner: kessai admin user invite {} MAIL", merchant.id)]);
    }
    Ok(users.iter().map(line).collect())
}

/// The sessions of whoever is reset end, and the recovery codes with them.
async fn reset_totp(
    registry: &Registry,
    merchant: &Merchant,
    mail: &str,
    clock: &Clock,
) -> Result<Vec<String>, AdminError> {
    let mail = normalized_mail(mail).ok_or(AdminError::Mail)?;
    let user = registry.users().load(&mail).await.map_err(RegistryError::from)?;
    let user = user.filter(|user| user.merchant == merchant.id).ok_or(AdminError::NoUser)?;
    let action = Action::SecondFactorReset { user: user.id.clone() };
    let changed = User {
        totp: None,
        recovery: RecoveryDigests::default(),
        version: user.version.saturating_add(1),
        epoch: user.epoch.saturating_add(1),
        ..user
    };
    registry.noted(&merchant.id, action, clock, registry.users().update(&changed)).await?;
    Ok(vec![
        format!("the app of {} was reset; all their sessions are over", changed.mail),
        address(registry, &changed, clock)?,
    ])
}

fn address(registry: &Registry, user: &User, clock: &Clock) -> Result<String, AdminError> {
    let path = join_path(registry.keyring(), user, clock.now()).map_err(|_| AdminError::Seal)?;
    Ok(format!("{}{path}", registry.page_origin().unwrap_or_default()))
}
