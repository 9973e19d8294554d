//! New secrets of a merchant: sealed into its record at once, shown once, the one before good for a while.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use domain::{
    Merchant, MerchantId,
    merchant::SealedSecret,
    settings::{SettingError, SettingProblem},
    signing::{KeyPassword, SigSecret},
};
use inbound::{Keyring, merchants::field, random};
use jiff::{SignedDuration, Timestamp};

/// How long the secret before goes on being accepted (ours): a shop changes its program in that time.
const OVERLAP: SignedDuration = SignedDuration::from_hours(24 * 7);

/// The shortest key password of one's own choice: message and hash pass every shopper's browser, a short one is guessed offline.
const SHORTEST_OWN: usize = 16;

/// Which secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// The key password of card-on-file.
    KeyPassword,
    /// The secret of the strong signature.
    Sig,
}

impl SecretKind {
    /// The setting's name.
    pub const fn key(self) -> &'static str {
        match self {
            Self::KeyPassword => "key_password",
            Self::Sig => "sig_secret",
        }
    }

    /// The merchant's secrets of this kind, newest first.
    pub fn of(self, merchant: &Merchant) -> &[SealedSecret] {
        match self {
            Self::KeyPassword => &merchant.key_passwords,
            Self::Sig => &merchant.sig.secrets,
        }
    }
}

/// A secret that was just made, to be shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct NewSecret {
    /// Which.
    pub kind: SecretKind,
    /// What the shop's program needs.
    pub text: String,
}

impl std::fmt::Debug for NewSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "NewSecret({})", self.kind.key())
    }
}

/// Makes a secret at random: a key password of 32 characters, or 32 bytes for the signature. The one before goes on for a week.
///
/// # Errors
/// [`SettingError`] where the random source fails.
pub fn make_secret(
    merchant: &mut Merchant,
    kind: SecretKind,
    keyring: &Keyring,
    now: Timestamp,
) -> Result<NewSecret, SettingError> {
    let refuse = |problem| SettingError::new(kind.key(), problem);
    let bytes: [u8; 32] = random().map_err(|_| refuse(SettingProblem::Random))?;
    let text = match kind {
        SecretKind::KeyPassword => {
            // 32 characters that no form, address or shell changes
            let mut text = BASE64URL_NOPAD.encode(&bytes);
            text.truncate(32);
            let password = KeyPassword::new(text).map_err(|_| refuse(SettingProblem::KeyPassword))?;
            seal_key_password(merchant, &password, keyring, now)?;
            password.expose().to_owned()
        }
        SecretKind::Sig => {
            let secret = SigSecret::from_bytes(bytes);
            seal_sig_secret(merchant, &secret, keyring, now)?;
            HEXLOWER.encode(secret.expose())
        }
    };
    Ok(NewSecret { kind, text })
}

/// Takes a key password of the merchant's own choice: 16 to 32 ASCII letters, digits and symbols.
///
/// # Errors
/// [`SettingError`].
pub fn own_key_password(
    merchant: &mut Merchant,
    own: &str,
    keyring: &Keyring,
    now: Timestamp,
) -> Result<(), SettingError> {
    let weak = || SettingError::new(SecretKind::KeyPassword.key(), SettingProblem::KeyPassword);
    if own.len() < SHORTEST_OWN {
        return Err(weak());
    }
    seal_key_password(merchant, &KeyPassword::new(own).map_err(|_| weak())?, keyring, now)
}

/// Takes a secret of the strong signature that was made elsewhere: 64 hex digits.
///
/// # Errors
/// [`SettingError`].
pub fn own_sig_secret(
    merchant: &mut Merchant,
    hex: &str,
    keyring: &Keyring,
    now: Timestamp,
) -> Result<(), SettingError> {
    let malformed = |_| SettingError::new(SecretKind::Sig.key(), SettingProblem::SigSecret);
    seal_sig_secret(merchant, &SigSecret::from_hex(hex).map_err(malformed)?, keyring, now)
}

/// Makes this the merchant's key password. The demo data comes here directly: its password is the manual's short example.
///
/// # Errors
/// [`SettingError`] where the random source fails.
pub fn seal_key_password(
    merchant: &mut Merchant,
    password: &KeyPassword,
    keyring: &Keyring,
    now: Timestamp,
) -> Result<(), SettingError> {
    let (id, secret) = (merchant.id.clone(), password.expose().as_bytes());
    replace(&mut merchant.key_passwords, &id, field::KEY_PASSWORD, secret, keyring, now)
        .map_err(|problem| SettingError::new(SecretKind::KeyPassword.key(), problem))
}

/// Makes this the merchant's signature secret.
///
/// # Errors
/// [`SettingError`] where the random source fails.
pub fn seal_sig_secret(
    merchant: &mut Merchant,
    secret: &SigSecret,
    keyring: &Keyring,
    now: Timestamp,
) -> Result<(), SettingError> {
    let id = merchant.id.clone();
    replace(&mut merchant.sig.secrets, &id, field::SIG, secret.expose(), keyring, now)
        .map_err(|problem| SettingError::new(SecretKind::Sig.key(), problem))
}

/// Ends the secret before the present one at once.
///
/// # Errors
/// [`SettingError`] where there is none.
pub fn end_before(merchant: &mut Merchant, kind: SecretKind) -> Result<(), SettingError> {
    let secrets = match kind {
        SecretKind::KeyPassword => &mut merchant.key_passwords,
        SecretKind::Sig => &mut merchant.sig.secrets,
    };
    let count = secrets.len();
    secrets.retain(|secret| secret.until.is_none());
    if secrets.len() < count { Ok(()) } else { Err(SettingError::new(kind.key(), SettingProblem::NoSecretBefore)) }
}

/// The new secret comes first; the one before gets an end; older ones go.
fn replace(
    secrets: &mut Vec<SealedSecret>,
    merchant: &MerchantId,
    field: &'static str,
    secret: &[u8],
    keyring: &Keyring,
    now: Timestamp,
) -> Result<(), SettingProblem> {
    let generation = secrets.iter().map(|secret| secret.generation).max().unwrap_or(0).saturating_add(1);
    let mut sealed = keyring.seal_secret(merchant, field, generation, secret).map_err(|_| SettingProblem::Random)?;
    sealed.made_at = Some(now);
    secrets.truncate(1);
    for before in secrets.iter_mut() {
        let end = now.saturating_add(OVERLAP).unwrap_or(Timestamp::MAX);
        before.until = Some(before.until.map_or(end, |until| until.min(end)));
    }
    secrets.insert(0, sealed);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::apply;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn set(merchant: &mut Merchant, key: &str, value: &str) -> Result<Option<NewSecret>, SettingError> {
        apply(merchant, key, value, &Keyring::from_root([7; 32]), NOW)
    }

    fn merchant() -> Merchant {
        Merchant::new(MerchantId::new("4000").unwrap(), "Shop")
    }

    #[test]
    fn the_secret_before_goes_on_for_a_week_or_until_it_is_ended() {
        let mut merchant = merchant();
        let first = set(&mut merchant, "sig_secret", "generate").unwrap().unwrap();
        assert_eq!(end_before(&mut merchant, SecretKind::Sig).unwrap_err().code(), "secret_none_before");
        let second = set(&mut merchant, "sig_secret", "generate").unwrap().unwrap();
        assert_ne!(first.text, second.text);
        assert_eq!(format!("{second:?}"), "NewSecret(sig_secret)");
        let stand = |merchant: &Merchant| -> Vec<_> {
            merchant.sig.secrets.iter().map(|secret| (secret.generation, secret.until, secret.made_at)).collect()
        };
        let week = NOW.checked_add(OVERLAP).unwrap();
        assert_eq!(stand(&merchant), [(2, None, Some(NOW)), (1, Some(week), Some(NOW))]);
        end_before(&mut merchant, SecretKind::Sig).unwrap();
        assert_eq!(stand(&merchant), [(2, None, Some(NOW))]);
    }

    #[test]
    fn a_made_key_password_has_32_characters_and_an_own_one_16_at_least() {
        let mut merchant = merchant();
        let made = set(&mut merchant, "key_password", "generate").unwrap().unwrap();
        assert_eq!(made.text.len(), 32);
        assert!(
            set(&mut merchant, "key_password", "0123456789abcdef").unwrap().is_none(),
            "an own one isn't shown again"
        );
        for (key, value, code) in [
            ("key_password", "0123456789abcde", "key_password_weak"),
            ("key_password", "0123456789abcdef0123456789abcdef0", "key_password_weak"),
            ("key_password", "ぱすわーどぱすわーど", "key_password_weak"),
            ("sig_secret", "abc", "sig_secret_malformed"),
            ("mode", "live", "setting_of_operator"),
            ("status", "active", "setting_of_operator"),
        ] {
            assert_eq!(set(&mut merchant, key, value).unwrap_err().code(), code, "{key}={value}");
        }
    }
}
