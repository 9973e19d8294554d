//! What every page of the console shares: who is signed in, what they may do, the frame around a page, what is noted in the audit log.

mod access;
mod device;
mod endpoints;
mod frame;
mod handle;
mod mails;
mod password;
mod qr;
mod refusal;
mod second_factor;
mod session;
pub mod settings;
mod settings_news;
mod tries;
mod upload;
mod visit;

use domain::Clock;
use inbound::{Config, Keyring, KeyringError, Merchants};
use jiff::Timestamp;
use store::{AuditLog, Owners, Sessions, TriesStore, Users};

pub use access::sent_from_here;
pub use device::Device;
pub use endpoints::{EndpointWish, new_endpoint, new_keys};
pub use frame::{Frame, NavEntry, Section, page};
pub use handle::{JoinHandle, ResetHandle, choose_password, join_path, reset_path};
pub use mails::{AccountMails, MailError, PeopleNews};
pub use password::{hash_password, is_password};
pub use qr::qr_svg;
pub use refusal::Refusal;
pub use second_factor::{Factor, draw_second_factor, seal_totp};
pub use session::SESSION_COOKIE;
pub use tries::Counted;
pub use upload::Upload;
pub use visit::Visit;

/// What every function of the console needs: keys, merchants, people, their sessions, the audit log, the time.
#[derive(Debug)]
pub struct Console {
    keyring: Keyring,
    merchants: Merchants,
    users: Users,
    owners: Owners,
    tries: TriesStore,
    sessions: Sessions,
    audit: AuditLog,
    operator: Option<String>,
    clock: Clock,
}

impl Console {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn open(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        let keyring = Keyring::open(config).await?;
        let table = config.table()?;
        let operator = config.required("OPERATOR").ok().map(str::to_owned);
        Ok(Self {
            keyring,
            merchants: Merchants::new(store::Merchants::new(table.clone()), clock.clone()),
            users: Users::new(table.clone()),
            owners: Owners::new(table.clone()),
            tries: TriesStore::new(table.clone()),
            sessions: Sessions::new(table.clone()),
            audit: AuditLog::new(table),
            operator,
            clock,
        })
    }

    /// The application's keys.
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// Everybody who signs in.
    pub fn users(&self) -> &Users {
        &self.users
    }

    /// Who certainly is an owner.
    pub fn owners(&self) -> &Owners {
        &self.owners
    }

    /// The audit logs.
    pub fn audit(&self) -> &AuditLog {
        &self.audit
    }

    /// The merchants, as they are cached.
    pub fn merchants(&self) -> &Merchants {
        &self.merchants
    }

    /// Who runs the installation.
    pub fn operator(&self) -> Option<&str> {
        self.operator.as_deref()
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
}
