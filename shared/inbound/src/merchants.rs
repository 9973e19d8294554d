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
}

fn good<T>(secrets: &[(T, Option<Timestamp>)], now: Timestamp) -> impl Iterator<Item = &T> {
    secrets.iter().filter(move |(_, until)| until.is_none_or(|until| now < until)).map(|(secret, _)| secret)
}

/// Reads merchants, from memory while they are fresh.
#[derive(Debug)]
pub struct Merchants {
    store: store::Merchants,
    keyring: Arc<Keyring>,
    clock: Clock,
    kept: Mutex<HashMap<MerchantId, (Timestamp, Arc<OpenedMerchant>)>>,
}

impl Merchants {
    /// Merchants of `store`, with secrets opened by `keyring`.
    pub fn new(store: store::Merchants, keyring: Arc<Keyring>, clock: Clock) -> Self {
        Self { store, keyring, clock, kept: Mutex::default() }
    }

    /// A merchant, or none of that number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(&self, id: &MerchantId) -> Result<Option<Arc<OpenedMerchant>>, StoreError> {
        let now = self.clock.now();
        if let Some((read_at, merchant)) = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(id)
            && now.duration_since(*read_at).abs() < FRESH
        {
            return Ok(Some(Arc::clone(merchant)));
        }
        let Some(merchant) = self.store.load(id).await? else { return Ok(None) };
        let opened = Arc::new(self.open(merchant));
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(id.clone(), (now, Arc::clone(&opened)));
        Ok(Some(opened))
    }

    fn open(&self, merchant: Merchant) -> OpenedMerchant {
        OpenedMerchant {
            key_passwords: self.open_all(&merchant, field::KEY_PASSWORD, &merchant.key_passwords, |bytes| {
                KeyPassword::new(std::str::from_utf8(bytes).ok()?).ok()
            }),
            sig_secrets: self.open_all(&merchant, field::SIG, &merchant.sig.secrets, |bytes| {
                bytes.try_into().ok().map(SigSecret::from_bytes)
            }),
            merchant,
        }
    }

    /// A secret that does not open verifies nothing; it is said in the log, not to the shop.
    fn open_all<T>(
        &self,
        merchant: &Merchant,
        field: &str,
        sealed: &[SealedSecret],
        read: impl Fn(&[u8]) -> Option<T>,
    ) -> Vec<(T, Option<Timestamp>)> {
        let mut opened = Vec::with_capacity(sealed.len());
        for secret in sealed {
            let bytes = self.keyring.open_secret(&merchant.id, field, secret).ok();
            match bytes.and_then(|bytes| read(&bytes)) {
                Some(value) => opened.push((value, secret.until)),
                None => tracing::error!(merchant = %merchant.id, field, secret.generation, "a secret does not open"),
            }
        }
        opened
    }
}
