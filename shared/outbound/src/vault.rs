//! The card keys: KMS wraps them, data keys seal card numbers, one key that never rotates tells numbers apart.

use std::fmt;

use aes_gcm::{
    Aes256Gcm, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use aws_sdk_kms::{Client, primitives::Blob};
use aws_types::SdkConfig;
use data_encoding::BASE64URL_NOPAD;
use domain::{Fingerprint, Pan, card::DataKeyId};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::OutboundError;

/// Bytes of a key: AES-256, and as many for the HMAC.
const KEY: usize = 32;
/// Bytes of a nonce (NIST SP 800-38D, 8.2.2): drawn at random, good for 2^32 numbers under one data key.
const NONCE: usize = 12;

/// The card key at KMS. Only functions that charge, and the re-wrap job, have a right on it.
#[derive(Clone, Debug)]
pub struct CardKey {
    client: Client,
    key_arn: String,
}

/// Why a card number was not sealed or did not open. What was in it is not said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It was not sealed for this card under this key, or it was changed.
    #[error("not a sealed number of this card")]
    Foreign,
    /// The system's random source failed.
    #[error("no random bytes")]
    Random,
}

impl CardKey {
    /// The key with this ARN.
    pub fn new(sdk: &SdkConfig, key_arn: impl Into<String>) -> Self {
        Self { client: Client::new(sdk), key_arn: key_arn.into() }
    }

    /// Makes a data key; answers it with its wrapped form, which opens for this id only.
    ///
    /// # Errors
    /// [`OutboundError`].
    pub async fn make_data_key(&self, id: &DataKeyId) -> Result<(DataKey, Vec<u8>), OutboundError> {
        let (key, wrapped) = self.make(Context::data_key(id)).await?;
        Ok((DataKey(key), wrapped))
    }

    /// Opens a wrapped data key.
    ///
    /// # Errors
    /// [`OutboundError`].
    pub async fn open_data_key(&self, id: &DataKeyId, wrapped: Vec<u8>) -> Result<DataKey, OutboundError> {
        self.open(Context::data_key(id), wrapped).await.map(DataKey)
    }

    /// Makes a fingerprint key; answers it with its wrapped form.
    ///
    /// # Errors
    /// [`OutboundError`].
    pub async fn make_fingerprint_key(&self) -> Result<(FingerprintKey, Vec<u8>), OutboundError> {
        let (key, wrapped) = self.make(Context::FINGERPRINT).await?;
        Ok((FingerprintKey(key), wrapped))
    }

    /// Opens the wrapped fingerprint key.
    ///
    /// # Errors
    /// [`OutboundError`].
    pub async fn open_fingerprint_key(&self, wrapped: Vec<u8>) -> Result<FingerprintKey, OutboundError> {
        self.open(Context::FINGERPRINT, wrapped).await.map(FingerprintKey)
    }

    async fn make(&self, context: Context<'_>) -> Result<(Zeroizing<Vec<u8>>, Vec<u8>), OutboundError> {
        let mut key = Zeroizing::new(vec![0; KEY]);
        getrandom::fill(&mut key).map_err(|error| OutboundError(Box::new(error)))?;
        let call = self.client.encrypt().key_id(&self.key_arn).plaintext(Blob::new(key.as_slice()));
        let call = call.encryption_context("purpose", context.purpose).encryption_context("epoch", context.epoch);
        let wrapped = call.send().await?.ciphertext_blob.ok_or_else(|| OutboundError("no ciphertext".into()))?;
        Ok((key, wrapped.into_inner()))
    }

    async fn open(&self, context: Context<'_>, wrapped: Vec<u8>) -> Result<Zeroizing<Vec<u8>>, OutboundError> {
        let call = self.client.decrypt().key_id(&self.key_arn).ciphertext_blob(Blob::new(wrapped));
        let call = call.encryption_context("purpose", context.purpose).encryption_context("epoch", context.epoch);
        key(call.send().await?.plaintext)
    }
}

/// Encryption context (KMS): purpose and epoch only. It is in the clear in KMS's records.
struct Context<'a> {
    purpose: &'static str,
    epoch: &'a str,
}

impl<'a> Context<'a> {
    const FINGERPRINT: Self = Self { purpose: "card-fingerprint", epoch: "1" };

    /// The epoch is the key's id, so that no wrapped key can be put in another's place.
    fn data_key(id: &'a DataKeyId) -> Self {
        Self { purpose: "card-data", epoch: id.as_str() }
    }
}

/// The bytes move into what wipes them, without a copy.
fn key(plaintext: Option<Blob>) -> Result<Zeroizing<Vec<u8>>, OutboundError> {
    let bytes = Zeroizing::new(plaintext.ok_or_else(|| OutboundError("no plaintext".into()))?.into_inner());
    if bytes.len() == KEY { Ok(bytes) } else { Err(OutboundError("the key has another length".into())) }
}

/// Seals and opens card numbers. Wiped when dropped.
///
/// ```compile_fail
/// fn readable<T: std::fmt::Display>() {}
/// readable::<outbound::vault::DataKey>();
/// ```
/// ```compile_fail
/// fn storable<T: serde::Serialize>() {}
/// storable::<outbound::vault::DataKey>();
/// ```
/// ```compile_fail
/// fn copied<T: Clone>() {}
/// copied::<outbound::vault::DataKey>();
/// ```
pub struct DataKey(Zeroizing<Vec<u8>>);

impl DataKey {
    /// A key of these bytes, for tests.
    pub fn from_bytes(bytes: [u8; KEY]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }

    /// Seals a number for what it is bound to: AES-256-GCM, base64url of nonce, ciphertext and tag.
    ///
    /// # Errors
    /// [`SealError::Random`].
    pub fn seal(&self, binding: &[u8], pan: &Pan) -> Result<String, SealError> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| SealError::Random)?;
        let payload = Payload { msg: pan.expose().as_bytes(), aad: binding };
        let body = self.cipher()?.encrypt(&Nonce::from(nonce), payload).map_err(|_| SealError::Foreign)?;
        Ok(BASE64URL_NOPAD.encode(&[nonce.as_slice(), &body].concat()))
    }

    /// Opens what [`seal`](Self::seal) made for the same binding.
    ///
    /// # Errors
    /// [`SealError::Foreign`].
    pub fn open(&self, binding: &[u8], sealed: &str) -> Result<Pan, SealError> {
        let sealed = BASE64URL_NOPAD.decode(sealed.as_bytes()).map_err(|_| SealError::Foreign)?;
        let (nonce, body) = sealed.split_first_chunk::<NONCE>().ok_or(SealError::Foreign)?;
        let payload = Payload { msg: body, aad: binding };
        let digits = self.cipher()?.decrypt(&Nonce::from(*nonce), payload).map_err(|_| SealError::Foreign)?;
        let digits = Zeroizing::new(digits);
        let digits = std::str::from_utf8(&digits).map_err(|_| SealError::Foreign)?;
        Pan::parse(digits).map_err(|_| SealError::Foreign)
    }

    fn cipher(&self) -> Result<Aes256Gcm, SealError> {
        Aes256Gcm::new_from_slice(&self.0).map_err(|_| SealError::Foreign)
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(…)")
    }
}

/// Tells whether two cards have the same number, without showing any. It never rotates. Wiped when dropped.
///
/// ```compile_fail
/// fn readable<T: std::fmt::Display>() {}
/// readable::<outbound::vault::FingerprintKey>();
/// ```
/// ```compile_fail
/// fn storable<T: serde::Serialize>() {}
/// storable::<outbound::vault::FingerprintKey>();
/// ```
/// ```compile_fail
/// fn copied<T: Clone>() {}
/// copied::<outbound::vault::FingerprintKey>();
/// ```
pub struct FingerprintKey(Zeroizing<Vec<u8>>);

impl FingerprintKey {
    /// A key of these bytes, for tests.
    pub fn from_bytes(bytes: [u8; KEY]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }

    /// The fingerprint of a number: HMAC-SHA256 over its digits, the first 16 bytes.
    pub fn fingerprint(&self, pan: &Pan) -> Fingerprint {
        let mut block = Zeroizing::new([0; 64]); // a key shorter than a block is filled up with zeros (RFC 2104)
        for (place, byte) in block.iter_mut().zip(self.0.iter()) {
            *place = *byte;
        }
        let mut mac = <Hmac<Sha256> as KeyInit>::new((&*block).into());
        mac.update(pan.expose().as_bytes());
        let mut half = [0; 16];
        for (place, byte) in half.iter_mut().zip(mac.finalize().into_bytes()) {
            *place = byte;
        }
        Fingerprint::from_random(half)
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FingerprintKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BINDING: &[u8] = b"kessai card 1, merchant, owner, id";
    const NUMBER: &str = "4242424242424242";

    fn pan(digits: &str) -> Pan {
        Pan::parse(digits).unwrap()
    }

    #[test]
    fn a_sealed_number_opens_under_its_key_and_binding_only() {
        let key = DataKey::from_bytes([7; KEY]);
        let sealed = key.seal(BINDING, &pan(NUMBER)).unwrap();
        assert_eq!(key.open(BINDING, &sealed), Ok(pan(NUMBER)));
        assert_eq!(DataKey::from_bytes([8; KEY]).open(BINDING, &sealed), Err(SealError::Foreign));
        assert_eq!(key.open(b"kessai card 2, merchant, owner, id", &sealed), Err(SealError::Foreign));
        assert_eq!(key.open(b"", &sealed), Err(SealError::Foreign));
        assert_ne!(sealed, key.seal(BINDING, &pan(NUMBER)).unwrap(), "a nonce is drawn anew");
    }

    #[test]
    fn any_changed_bit_and_any_cut_breaks_it() {
        let key = DataKey::from_bytes([7; KEY]);
        let sealed = BASE64URL_NOPAD.decode(key.seal(BINDING, &pan(NUMBER)).unwrap().as_bytes()).unwrap();
        for place in 0..sealed.len() {
            for bit in 0..8 {
                let mut changed = sealed.clone();
                changed[place] ^= 1 << bit;
                let changed = BASE64URL_NOPAD.encode(&changed);
                assert_eq!(key.open(BINDING, &changed), Err(SealError::Foreign), "byte {place}, bit {bit}");
            }
            let cut = BASE64URL_NOPAD.encode(&sealed[..place]);
            assert_eq!(key.open(BINDING, &cut), Err(SealError::Foreign), "cut at {place}");
        }
    }

    #[test]
    fn what_is_no_seal_does_not_open() {
        let key = DataKey::from_bytes([7; KEY]);
        for text in ["", "=", "A", "AAAA", "カード", NUMBER, "AAAAAAAAAAAAAAAA", &"A".repeat(100_000)] {
            assert_eq!(key.open(BINDING, text), Err(SealError::Foreign), "{text:.20}");
        }
    }

    #[test]
    fn a_fingerprint_is_the_hmac_of_the_digits() {
        let key = FingerprintKey::from_bytes([0x0b; KEY]);
        assert_eq!(key.fingerprint(&pan(NUMBER)), key.fingerprint(&pan("4242 4242 4242 4242")));
        assert_ne!(key.fingerprint(&pan(NUMBER)), key.fingerprint(&pan("4012888888881881")));
        assert_ne!(key.fingerprint(&pan(NUMBER)), FingerprintKey::from_bytes([1; KEY]).fingerprint(&pan(NUMBER)));
        // computed with another implementation
        assert_eq!(
            data_encoding::HEXLOWER.encode(key.fingerprint(&pan(NUMBER)).as_bytes()),
            "6459826698ad3f64fddacc058adcbe98"
        );
    }

    #[test]
    fn keys_show_nothing() {
        assert_eq!(format!("{:?}", DataKey::from_bytes([7; KEY])), "DataKey(…)");
        assert_eq!(format!("{:?}", FingerprintKey::from_bytes([7; KEY])), "FingerprintKey(…)");
        assert_eq!(SealError::Foreign.to_string(), "not a sealed number of this card");
    }

    /// A number of any length that a brand has, with its check digit.
    fn numbers() -> impl Strategy<Value = String> {
        let brands = prop_oneof![
            Just(("4", 16)),
            Just(("4", 13)),
            Just(("4", 19)),
            Just(("51", 16)),
            Just(("37", 15)),
            Just(("36", 14))
        ];
        (brands, any::<u64>()).prop_map(|((prefix, length), random)| {
            let body: String = format!("{prefix}{random:020}").chars().take(usize::saturating_sub(length, 1)).collect();
            let numbers = (0..10).map(|digit| format!("{body}{digit}"));
            numbers.into_iter().find(|number| Pan::parse(number).is_ok()).unwrap()
        })
    }

    proptest! {
        #[test]
        fn every_number_comes_back_for_its_own_binding(
            number in numbers(),
            key in any::<[u8; KEY]>(),
            binding in proptest::collection::vec(any::<u8>(), 0..200),
            other in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            let key = DataKey::from_bytes(key);
            let sealed = key.seal(&binding, &pan(&number)).unwrap();
            prop_assert!(!sealed.contains(&number));
            prop_assert_eq!(key.open(&binding, &sealed), Ok(pan(&number)));
            if other != binding {
                prop_assert_eq!(key.open(&other, &sealed), Err(SealError::Foreign));
            }
        }
    }
}
