//! Settings of a merchant by name, those included that need more than the record: secrets are sealed, HTML is sanitized.
//! The console and the operator's command line come by this one door.

mod html;
mod secrets;

pub use html::sanitize;
pub use secrets::{
    NewSecret, SecretKind, end_before, make_secret, own_key_password, own_sig_secret, seal_key_password,
    seal_sig_secret,
};

use domain::{
    Merchant,
    settings::{self, SettingError, SettingProblem},
};
use inbound::Keyring;
use jiff::Timestamp;

/// What makes a secret at random where its value would stand.
pub const GENERATE: &str = "generate";

/// Makes one setting; answers a secret that was made by it.
///
/// # Errors
/// [`SettingError`].
pub fn apply(
    merchant: &mut Merchant,
    key: &str,
    value: &str,
    keyring: &Keyring,
    now: Timestamp,
) -> Result<Option<NewSecret>, SettingError> {
    let refuse = |problem| SettingError::new(key, problem);
    match (key, value) {
        ("key_password", GENERATE) => make_secret(merchant, SecretKind::KeyPassword, keyring, now).map(Some),
        ("sig_secret", GENERATE) => make_secret(merchant, SecretKind::Sig, keyring, now).map(Some),
        ("key_password", own) => own_key_password(merchant, own, keyring, now).map(|()| None),
        ("sig_secret", own) => own_sig_secret(merchant, own, keyring, now).map(|()| None),
        ("page_before", html) => {
            merchant.page.before = sanitize(html).map_err(refuse)?;
            Ok(None)
        }
        ("page_after", html) => {
            merchant.page.after = sanitize(html).map_err(refuse)?;
            Ok(None)
        }
        ("mode" | "status", _) => Err(refuse(SettingProblem::OperatorsOnly)),
        _ => settings::set(merchant, key, value).map(|()| None),
    }
}
