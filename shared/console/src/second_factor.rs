//! The second factor: codes of the person's app, each taken once.

use domain::{
    RecoveryCode, TotpSecret, account::User, lockout::DeviceStanding, merchant::SealedSecret, recovery::RECOVERY_CODES,
    totp::Step,
};
use inbound::{Keyring, SealError, random};
use store::StoreError;
use zeroize::Zeroizing;

use crate::{Console, Refusal, Visit};

/// How often a code is tried again on a record that someone changed in between.
const TRIES: usize = 4;

/// What a person types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// Six digits of the app.
    App,
    /// One of the codes that they kept.
    Recovery,
}

impl Console {
    /// Takes a code: answers the person as they are stored after it, so that nobody can use it again. None: it is wrong, or was used.
    ///
    /// # Errors
    /// [`Refusal`]: the table did not answer, or the secret does not open.
    pub async fn take_code(&self, user: &User, factor: Factor, typed: &str) -> Result<Option<User>, Refusal> {
        let mut user = user.clone();
        for _ in 0..TRIES {
            let Some(after) = self.after_code(&user, factor, typed)? else { return Ok(None) };
            match self.users().update(&after).await {
                Ok(()) => return Ok(Some(after)),
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
            // Someone changed the record, perhaps with this very code.
            let now = self.users().load(&user.mail).await?;
            match now.filter(|now| now.id == user.id && now.epoch == user.epoch) {
                Some(now) => user = now,
                None => return Ok(None),
            }
        }
        Ok(None)
    }

    fn after_code(&self, user: &User, factor: Factor, typed: &str) -> Result<Option<User>, Refusal> {
        let version = user.version.saturating_add(1);
        match (factor, &user.totp) {
            (_, None) => Ok(None),
            (Factor::App, Some(sealed)) => {
                let secret = open_totp(self.keyring(), user, sealed)?;
                let step = secret.check(typed, self.now(), Some(Step::from(user.totp_step)));
                Ok(step.map(|step| User { totp_step: step.number(), version, ..user.clone() }))
            }
            (Factor::Recovery, Some(_)) => {
                let left = user.recovery.spend(user.id.as_str(), typed);
                Ok(left.map(|recovery| User { recovery, version, ..user.clone() }))
            }
        }
    }

    /// Takes a fresh code of the visitor's app before something that must not be done by whoever finds a browser open.
    ///
    /// Five wrong ones shut it for this session for half an hour.
    ///
    /// # Errors
    /// [`Refusal::TotpWrong`], or what did not answer.
    pub async fn confirm(&self, visit: &Visit, code: &str) -> Result<(), Refusal> {
        let counted = self.count_try(&format!("confirm\n{}", visit.session), DeviceStanding::Known).await?;
        let counted = counted.ok_or(Refusal::TotpWrong)?;
        match self.take_code(&visit.user, Factor::App, code).await? {
            Some(_) => Ok(self.clear_tries(counted).await?),
            None => Err(Refusal::TotpWrong),
        }
    }
}

/// Seals a secret into a person's record.
///
/// # Errors
/// [`SealError::Failed`].
pub fn seal_totp(keyring: &Keyring, user: &User, secret: &TotpSecret) -> Result<SealedSecret, SealError> {
    keyring.seal_secret(&user.merchant, &totp_field(user), user.epoch, secret.expose())
}

fn open_totp(keyring: &Keyring, user: &User, sealed: &SealedSecret) -> Result<TotpSecret, SealError> {
    let bytes = keyring.open_secret(&user.merchant, &totp_field(user), sealed)?;
    TotpSecret::from_bytes(&bytes).map_err(|_| SealError::Foreign)
}

/// Bound into the seal: one person's secret opens in no other record.
fn totp_field(user: &User) -> String {
    format!("totp {}", user.id)
}

/// A secret and recovery codes, drawn for somebody who sets up their app.
///
/// # Errors
/// [`SealError::Failed`].
pub fn draw_second_factor() -> Result<(TotpSecret, Vec<RecoveryCode>), SealError> {
    let secret = Zeroizing::new(random()?);
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        codes.push(RecoveryCode::from_random(*Zeroizing::new(random()?)));
    }
    Ok((TotpSecret::from_random(*secret), codes))
}
