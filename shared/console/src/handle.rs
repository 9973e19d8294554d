//! Sealed addresses in mails: to join, and to set a new password. Each is good once: what it does begins another epoch of the account.

use domain::{
    Password,
    account::{User, UserId},
};
use inbound::{Keyring, SealError, Sealed};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Console;

/// How long an invitation is open.
const JOIN: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long the address for a new password is open.
const RESET: SignedDuration = SignedDuration::from_hours(1);

/// The right to join, or to set up the app again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinHandle(Account);

/// The right to set a new password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetHandle(Account);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Account {
    user: UserId,
    mail: String,
    epoch: u32,
}

impl Sealed for JoinHandle {
    const PURPOSE: &'static str = "console join";
}

impl Sealed for ResetHandle {
    const PURPOSE: &'static str = "console new password";
}

impl Account {
    fn of(user: &User) -> Self {
        Self { user: user.id.clone(), mail: user.mail.clone(), epoch: user.epoch }
    }

    fn is(&self, user: &User) -> bool {
        self.user == user.id && self.epoch == user.epoch
    }
}

/// The path where somebody joins.
///
/// # Errors
/// [`SealError`] where the random source fails.
pub fn join_path(keyring: &Keyring, user: &User, now: Timestamp) -> Result<String, SealError> {
    let until = now.saturating_add(JOIN).unwrap_or(Timestamp::MAX);
    Ok(format!("/console/join/{}", keyring.seal(&JoinHandle(Account::of(user)), until)?))
}

/// The path where somebody sets a new password.
///
/// # Errors
/// [`SealError`] where the random source fails.
pub fn reset_path(keyring: &Keyring, user: &User, now: Timestamp) -> Result<String, SealError> {
    let until = now.saturating_add(RESET).unwrap_or(Timestamp::MAX);
    Ok(format!("/console/reset/{}", keyring.seal(&ResetHandle(Account::of(user)), until)?))
}

impl Console {
    /// Whom an address to join is for. None: it opens nothing, was used, or its time is over.
    ///
    /// # Errors
    /// [`store::StoreError`].
    pub async fn joining(&self, handle: &str) -> Result<Option<User>, store::StoreError> {
        let Ok(JoinHandle(account)) = self.keyring().unseal(handle, self.now()) else { return Ok(None) };
        let user = self.users().load(&account.mail).await?;
        Ok(user.filter(|user| account.is(user) && !user.has_joined()))
    }

    /// Whom an address for a new password is for. None: it opens nothing, was used, or its time is over.
    ///
    /// # Errors
    /// [`store::StoreError`].
    pub async fn resetting(&self, handle: &str) -> Result<Option<User>, store::StoreError> {
        let Ok(ResetHandle(account)) = self.keyring().unseal(handle, self.now()) else { return Ok(None) };
        let user = self.users().load(&account.mail).await?;
        Ok(user.filter(|user| account.is(user) && user.password.is_some()))
    }
}

/// What must not be most of a password of this person.
///
/// # Errors
/// [`domain::WeakPassword`].
pub fn choose_password(text: &str, user: &User, merchant: &str) -> Result<Password, domain::WeakPassword> {
    Password::choose(text, &[&user.mail, &user.name, merchant, "Kessai"])
}
