//! New secrets of a merchant: sealed into its record at once, shown once, the one before good for a while.

use data_encoding::HEXLOWER;
use domain::merchant::SealedSecret;
use domain::signing::{KeyPassword, SigSecret};
use domain::{Merchant, MerchantId};
use inbound::Keyring;
use inbound::merchants::field;
use jiff::{SignedDuration, Timestamp};

use super::SettingError;

/// How long the secret before goes on being accepted (ours): a shop changes its program in that time.
const OVERLAP: SignedDuration = SignedDuration::from_hours(24 * 7);

/// The shortest key password of one's own choice: message and hash pass every shopper's browser, a short one is guessed offline.
const SHORTEST_OWN: usize = 16;

/// A secret that was just made, to be shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct NewSecret {
    /// The setting.
    pub field: &'static str,
    /// What the shop's program needs.
    pub text: String,
}

impl std::fmt::Debug for NewSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "NewSecret({})", self.field)
    }
}

/// `key_password=generate` or one of 16 to 32 characters.
pub(super) fn key_password(
    merchant: &mut Merchant,
    value: &str,
    keyring: &Keyring,
    now: Timestamp,
) -> Result<Option<NewSecret>, SettingError> {
    let wrong = |why: &str| SettingError::wrong("key_password", why);
    let (text, made) = match value {
        "generate" => (random_text()?, true),
        own if own.len() < SHORTEST_OWN => return Err(wrong("`generate`, or 16 to 32 ASCII letters, digits, symbols")),
        own => (own.to_owned(), false),
    };
    let password =
        KeyPassword::new(text).map_err(|_| wrong("`generate`, or 16 to 32 ASCII letters, digits, symbols"))?;
    seal_key_password(merchant, &password, keyring, now)?;
    Ok(made.then(|| NewSecret { field: "key_password", text: password.expose().to_owned() }))
}

/// Makes this the merchant's key password. The demo data comes here directly: its password is the manual's short example.
pub(crate) fn seal_key_password(
    merchant: &mut Merchant,
    password: &KeyPassword,
    keyring: &Keyring,
    now: Timestamp,
) -> Result<(), SettingError> {
    let id = merchant.id.clone();
    replace(&mut merchant.key_passwords, &id, field::KEY_PASSWORD, password.expose().as_bytes(), keyring, now)
}

/// `sig_secret=generate` or 64 hex digits.
pub(super) fn sig_secret(
    merchant: &mut Merchant,
    value: &str,
    keyring: &Keyring,
    now: Timestamp,
) -> Result<Option<NewSecret>, SettingError> {
    let (secret, made) = match value {
        "generate" => (SigSecret::from_bytes(random()?), true),
        own => (
            SigSecret::from_hex(own).map_err(|_| SettingError::wrong("sig_secret", "`generate` or 64 hex digits"))?,
            false,
        ),
    };
    seal_sig_secret(merchant, &secret, keyring, now)?;
    Ok(made.then(|| NewSecret { field: "sig_secret", text: HEXLOWER.encode(secret.expose()) }))
}

/// Makes this the merchant's signature secret.
pub(crate) fn seal_sig_secret(
    merchant: &mut Merchant,
    secret: &SigSecret,
    keyring: &Keyring,
    now: Timestamp,
) -> Result<(), SettingError> {
    let id = merchant.id.clone();
    replace(&mut merchant.sig.secrets, &id, field::SIG, secret.expose(), keyring, now)
}

/// The new secret comes first; the one before gets an end; older ones go.
fn replace(
    secrets: &mut Vec<SealedSecret>,
    merchant: &MerchantId,
    field: &'static str,
    secret: &[u8],
    keyring: &Keyring,
    now: Timestamp,
) -> Result<(), SettingError> {
    let generation = secrets.iter().map(|secret| secret.generation).max().unwrap_or(0).saturating_add(1);
    let sealed = keyring.seal_secret(merchant, field, generation, secret).map_err(|_| SettingError::Random)?;
    secrets.truncate(1);
    for before in secrets.iter_mut() {
        let end = now.saturating_add(OVERLAP).unwrap_or(Timestamp::MAX);
        before.until = Some(before.until.map_or(end, |until| until.min(end)));
    }
    secrets.insert(0, sealed);
    Ok(())
}

fn random() -> Result<[u8; 32], SettingError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| SettingError::Random)?;
    Ok(bytes)
}

/// 32 characters that no form, address or shell changes.
fn random_text() -> Result<String, SettingError> {
    let mut text = data_encoding::BASE64URL_NOPAD.encode(&random()?);
    text.truncate(32);
    Ok(text)
}
