//! Merchants as a request meets them: settings and opened secrets, kept in memory for a short while.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{
    Clock, Merchant, MerchantId,
    merchant::SealedSecret,
    request::Secrets,
    signing::{KeyPassword, SigSecret},
};
use jiff::{SignedDuration, Timestamp};
use store::StoreError;

use crate::Keyring;

/// How long a changed setting may go unseen. Seconds.
const FRESH: SignedDuration = SignedDuration::from_secs(30);
/// How many merchants are kept; beyond that all are dropped and read again.
const KEPT: usize = 1_000;

/// Field names that secrets are sealed under.
pub mod field {
    /// The key passwords of card-on-file.
    pub const KEY_PASSWORD: &str = "key_password";
    /// The secrets of the strong signature.
    pub const SIG: &str = "sig";
}

/// A merchant with its secrets opened.
#[derive(Debug)]
pub struct OpenedMerchant {
    /// The settings.
    pub merchant: Merchant,
    key_passwords: Vec<(KeyPassword, Option<Timestamp>)>,
    sig_secrets: Vec<(SigSecret, Option<Timestamp>)>,
}

impl OpenedMerchant {
    /// The secrets that are good now.
    pub fn secrets(&self, now: Timestamp) -> Secrets {
        Secrets {
            key_passwords: good(&self.key_passwords, now).cloned().collect(),
            sig_secrets: good(&self.sig_secrets, now).cloned().collect(),
        }
    }

    /// The secret that signs what is handed back.
    pub fn signing_secret(&self, now: Timestamp) -> Option<&SigSecret> {
        good(&self.sig_secrets, now).next()
    }

    fn open(merchant: Merchant, keyring: &Keyring) -> Self {
        let password = |bytes: &[u8]| KeyPassword::new(std::str::from_utf8(bytes).ok()?).ok();
        let secret = |bytes: &[u8]| bytes.try_into().ok().map(SigSecret::from_bytes);
        Self {
            key_passwords: open_all(&merchant.id, field::KEY_PASSWORD, &merchant.key_passwords, keyring, password),
            sig_secrets: open_all(&merchant.id, field::SIG, &merchant.sig.secrets, keyring, secret),
            merchant,
        }
    }
}

/// A secret that does not open verifies nothing; it is said in the log, not to the shop.
fn open_all<T>(
    merchant: &MerchantId,
    field: &str,
    sealed: &[SealedSecret],
    keyring: &Keyring,
    read: impl Fn(&[u8]) -> Option<T>,
) -> Vec<(T, Option<Timestamp>)> {
    let mut opened = Vec::with_capacity(sealed.len());
    for secret in sealed {
        let bytes = keyring.open_secret(merchant, field, secret).ok();
        match bytes.and_then(|bytes| read(&bytes)) {
            Some(value) => opened.push((value, secret.until)),
            None => tracing::error!(%merchant, field, secret.generation, "a secret does not open"),
        }
    }
    opened
}

fn good<T>(secrets: &[(T, Option<Timestamp>)], now: Timestamp) -> impl Iterator<Item = &T> {
    secrets.iter().filter(move |(_, until)| until.is_none_or(|until| now < until)).map(|(secret, _)| secret)
}

/// Reads merchants, from memory while they are fresh.
#[derive(Debug)]
pub struct Merchants {
    store: store::Merchants,
    clock: Clock,
    kept: Mutex<HashMap<MerchantId, (Timestamp, Arc<OpenedMerchant>)>>,
}

impl Merchants {
    /// The merchants of `store`.
    pub fn new(store: store::Merchants, clock: Clock) -> Self {
        Self { store, clock, kept: Mutex::default() }
    }

    /// A merchant, its secrets opened by `keyring`, or none of that number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self, id: &MerchantId, keyring: &Keyring) -> Result<Option<Arc<OpenedMerchant>>, StoreError> {
        let now = self.clock.now();
        if let Some((read_at, merchant)) = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(id)
            && now.duration_since(*read_at).abs() < FRESH
        {
            return Ok(Some(Arc::clone(merchant)));
        }
        let Some(merchant) = self.store.load(id).await? else { return Ok(None) };
        let opened = Arc::new(OpenedMerchant::open(merchant, keyring));
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(id.clone(), (now, Arc::clone(&opened)));
        Ok(Some(opened))
    }
}
