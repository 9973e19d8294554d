//! The application's keys: one root, wrapped by KMS, from which each purpose derives its own.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use domain::{MerchantId, merchant::SealedSecret};
use hkdf::Hkdf;
use jiff::Timestamp;
use outbound::{AppKey, OutboundError};
use serde::{Serialize, de::DeserializeOwned};
use sha2::Sha256;
use store::{AppRoot, StoreError};
use zeroize::{Zeroize, Zeroizing};

use crate::{Config, ConfigError};

/// The generation that seals today. The last two open.
const GENERATION: u8 = 1;
const NONCE: usize = 24;

/// Why the keys could not be opened at start.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// A setting is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The wrapped root could not be read or made.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// KMS did not open it.
    #[error("the root key could not be opened")]
    Kms(#[from] OutboundError),
    /// The random source failed, or the root is not 32 bytes.
    #[error("the root key is unusable")]
    Root,
}

/// Why something can't be sealed, or a sealed text does not open. What was in it is not said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It was not sealed here for this purpose, or it was changed.
    #[error("not a seal of ours")]
    Foreign,
    /// Its time is over.
    #[error("the seal has expired")]
    Expired,
    /// Nothing could be sealed: the random source or the cipher failed.
    #[error("nothing can be sealed")]
    Failed,
}

/// Draws random bytes.
///
/// # Errors
/// [`SealError::Failed`].
pub fn random<const N: usize>() -> Result<[u8; N], SealError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| SealError::Failed)?;
    Ok(bytes)
}

/// Something that travels sealed through a browser. Each type has a purpose of its own, and opens as nothing else.
pub trait Sealed: Serialize + DeserializeOwned {
    /// Bound into the seal.
    const PURPOSE: &'static str;
}

/// The application's keys. Opened once at start.
pub struct Keyring {
    root: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keyring(…)")
    }
}

/// Whether the time of something sealed is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lapse {
    /// It may be used.
    Open,
    /// It is over.
    Expired,
}

impl Keyring {
    /// Opens the root, or makes it where none is: whoever loses that race opens the winner's.
    ///
    /// # Errors
    /// [`KeyringError`].
    pub async fn open(config: &Config) -> Result<Self, KeyringError> {
        let key = AppKey::new(config.sdk(), config.required("APP_KEY")?);
        let stored = AppRoot::new(config.table()?);
        let wrapped = match stored.load().await? {
            Some(wrapped) => wrapped,
            None => {
                let mut root = Zeroizing::new([0; 32]);
                getrandom::fill(root.as_mut()).map_err(|_| KeyringError::Root)?;
                stored.create(key.wrap(root.as_ref()).await?).await?
            }
        };
        let mut opened = key.open(wrapped).await?;
        let root = <[u8; 32]>::try_from(opened.as_slice()).map_err(|_| KeyringError::Root);
        opened.zeroize();
        Ok(Self::from_root(root?))
    }

    /// A keyring with a given root, for tests.
    pub fn from_root(root: [u8; 32]) -> Self {
        Self { root: Zeroizing::new(root) }
    }

    /// Seals a value until `expires_at`; the text is safe in addresses and forms.
    ///
    /// # Errors
    /// [`SealError::Failed`].
    pub fn seal<T: Sealed>(&self, value: &T, expires_at: Timestamp) -> Result<String, SealError> {
        let plain = postcard::to_stdvec(&(expires_at.as_millisecond(), value)).map_err(|_| SealError::Failed)?;
        let sealed = self.encrypt("seal", T::PURPOSE.as_bytes(), &plain)?;
        Ok(BASE64URL_NOPAD.encode(&sealed))
    }

    /// Opens what [`seal`](Self::seal) made for the same purpose.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn unseal<T: Sealed>(&self, text: &str, now: Timestamp) -> Result<T, SealError> {
        match self.unseal_expired(text, now)? {
            (value, Lapse::Open) => Ok(value),
            (_, Lapse::Expired) => Err(SealError::Expired),
        }
    }

    /// Opens what was sealed for this purpose, also where its time is over: for who comes with an old address and asks for another.
    ///
    /// # Errors
    /// [`SealError::Foreign`].
    pub fn unseal_expired<T: Sealed>(&self, text: &str, now: Timestamp) -> Result<(T, Lapse), SealError> {
        let sealed = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| SealError::Foreign)?;
        let plain = self.decrypt("seal", T::PURPOSE.as_bytes(), &sealed)?;
        let (expires_at, value): (i64, T) = postcard::from_bytes(&plain).map_err(|_| SealError::Foreign)?;
        Ok((value, if now.as_millisecond() >= expires_at { Lapse::Expired } else { Lapse::Open }))
    }

    /// Seals a merchant's secret into its record, bound to merchant, field and generation.
    ///
    /// # Errors
    /// [`SealError::Failed`].
    pub fn seal_secret(
        &self,
        merchant: &MerchantId,
        field: &str,
        generation: u32,
        secret: &[u8],
    ) -> Result<SealedSecret, SealError> {
        let sealed = self.encrypt("secret", &secret_context(merchant, field, generation), secret)?;
        Ok(SealedSecret { generation, sealed: BASE64.encode(&sealed), made_at: None, until: None })
    }

    /// Opens a merchant's secret.
    ///
    /// # Errors
    /// [`SealError::Foreign`] where it was sealed for another merchant, field or generation.
    pub fn open_secret(
        &self,
        merchant: &MerchantId,
        field: &str,
        secret: &SealedSecret,
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let sealed = BASE64.decode(secret.sealed.as_bytes()).map_err(|_| SealError::Foreign)?;
        self.decrypt("secret", &secret_context(merchant, field, secret.generation), &sealed)
    }

    /// The key that signs the ends of audit logs. It has no generation: a log is checked back to its first day.
    ///
    /// # Errors
    /// None that this length could cause.
    pub fn audit_key(&self) -> Result<Zeroizing<[u8; 32]>, SealError> {
        let mut key = Zeroizing::new([0; 32]);
        let derived = Hkdf::<Sha256>::new(None, self.root.as_ref()).expand(b"audit head", key.as_mut());
        derived.map_err(|_| SealError::Failed)?;
        Ok(key)
    }

    fn encrypt(&self, label: &str, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let nonce: [u8; NONCE] = random()?;
        let cipher = self.cipher(label, GENERATION)?;
        let body = cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: context })
            .map_err(|_| SealError::Failed)?;
        Ok([&[GENERATION], nonce.as_slice(), &body].concat())
    }

    fn decrypt(&self, label: &str, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (generation, rest) = sealed.split_first().ok_or(SealError::Foreign)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE>().ok_or(SealError::Foreign)?;
        if !(GENERATION.saturating_sub(1).max(1)..=GENERATION).contains(generation) {
            return Err(SealError::Foreign);
        }
        let cipher = self.cipher(label, *generation)?;
        let plain = cipher.decrypt(&XNonce::from(*nonce), Payload { msg: body, aad: context });
        plain.map(Zeroizing::new).map_err(|_| SealError::Foreign)
    }

    fn cipher(&self, label: &str, generation: u8) -> Result<XChaCha20Poly1305, SealError> {
        let mut key = Zeroizing::new([0; 32]);
        let info = [label.as_bytes(), &[generation]].concat();
        Hkdf::<Sha256>::new(None, self.root.as_ref()).expand(&info, key.as_mut()).map_err(|_| SealError::Failed)?;
        Ok(XChaCha20Poly1305::new((&*key).into()))
    }
}

fn secret_context(merchant: &MerchantId, field: &str, generation: u32) -> Vec<u8> {
    format!("{merchant}\n{field}\n{generation}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Form(u32);
    impl Sealed for Form {
        const PURPOSE: &'static str = "form";
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Handle(u32);
    impl Sealed for Handle {
        const PURPOSE: &'static str = "handle";
    }

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn soon() -> Timestamp {
        NOW.checked_add(SignedDuration::from_mins(30)).unwrap()
    }

    #[test]
    fn a_seal_opens_for_its_purpose_and_time_only() {
        let ring = Keyring::from_root([7; 32]);
        let sealed = ring.seal(&Form(42), soon()).unwrap();
        assert_eq!(ring.unseal::<Form>(&sealed, NOW), Ok(Form(42)));
        assert_eq!(ring.unseal::<Form>(&sealed, soon()), Err(SealError::Expired));
        assert_eq!(ring.unseal::<Handle>(&sealed, NOW), Err(SealError::Foreign));
        assert_eq!(Keyring::from_root([8; 32]).unseal::<Form>(&sealed, NOW), Err(SealError::Foreign));
    }

    #[test]
    fn any_change_breaks_a_seal() {
        let ring = Keyring::from_root([7; 32]);
        let sealed = BASE64URL_NOPAD.decode(ring.seal(&Form(42), soon()).unwrap().as_bytes()).unwrap();
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert_eq!(ring.unseal::<Form>(&BASE64URL_NOPAD.encode(&changed), NOW), Err(SealError::Foreign), "{place}");
        }
        for length in 0..sealed.len() {
            assert!(ring.unseal::<Form>(&BASE64URL_NOPAD.encode(&sealed[..length]), NOW).is_err(), "{length}");
        }
    }

    #[test]
    fn a_secret_is_bound_to_merchant_field_and_generation() {
        let ring = Keyring::from_root([7; 32]);
        let [ours, other] = ["4000", "4001"].map(|id| MerchantId::new(id).unwrap());
        let secret = ring.seal_secret(&ours, "key_password", 1, b"abcd1234").unwrap();
        assert_eq!(ring.open_secret(&ours, "key_password", &secret).unwrap().as_slice(), b"abcd1234");
        assert!(ring.open_secret(&other, "key_password", &secret).is_err());
        assert!(ring.open_secret(&ours, "sig", &secret).is_err());
        assert!(ring.open_secret(&ours, "key_password", &SealedSecret { generation: 2, ..secret }).is_err());
    }
}
