//! An endpoint's secret (HMAC-SHA256, `v1`) and its key pair (Ed25519, `v1a`).

use std::fmt;

use data_encoding::BASE64;
use ed25519_dalek::{Signature, Signer as _, VerifyingKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Text or bytes that are no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A secret is `whsec_` and base64 of 32 bytes.
    #[error("not whsec_ and 32 bytes in base64")]
    Secret,
    /// A public key is `whpk_` and base64 of a point of Ed25519.
    #[error("not whpk_ and a public key of Ed25519 in base64")]
    Public,
}

/// The shared secret of an endpoint: 32 bytes (Standard Webhooks: 24 to 64).
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct HmacSecret([u8; 32]);

impl HmacSecret {
    const PREFIX: &str = "whsec_";

    /// From random bytes that the caller drew or unsealed.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// From the text that the merchant's program holds.
    ///
    /// # Errors
    /// [`KeyError::Secret`].
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let base64 = text.strip_prefix(Self::PREFIX).ok_or(KeyError::Secret)?;
        let bytes = Zeroizing::new(BASE64.decode(base64.as_bytes()).map_err(|_| KeyError::Secret)?);
        bytes.as_slice().try_into().map(Self).map_err(|_| KeyError::Secret)
    }

    /// The bytes, to be sealed and for nobody else.
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// The text that the merchant's program needs, to be shown once.
    pub fn expose_text(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{}{}", Self::PREFIX, BASE64.encode(&self.0)))
    }

    pub(super) fn mac(&self, pieces: [&[u8]; 5]) -> [u8; 32] {
        // HMAC pads a short key to the hash's block (RFC 2104, 2), so the padded block is the same key, of a length that can't fail.
        let mut block = Zeroizing::new([0; 64]);
        block.iter_mut().zip(self.0).for_each(|(place, byte)| *place = byte);
        let mut mac = Hmac::<Sha256>::new((&*block).into());
        pieces.into_iter().for_each(|piece| mac.update(piece));
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for HmacSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HmacSecret(…)")
    }
}

/// The private half of an endpoint's key pair: the 32 bytes of RFC 8032's secret key. Nobody but us ever has it.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SigningKey([u8; 32]);

impl SigningKey {
    /// From random bytes that the caller drew or unsealed.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, to be sealed and for nobody else.
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// The half that everybody may have.
    pub fn public(&self) -> PublicKey {
        PublicKey(ed25519_dalek::SigningKey::from_bytes(&self.0).verifying_key().to_bytes())
    }

    pub(super) fn sign(&self, message: &[u8]) -> [u8; 64] {
        ed25519_dalek::SigningKey::from_bytes(&self.0).sign(message).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

/// The public half of an endpoint's key pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    const PREFIX: &str = "whpk_";

    /// From the text that stands at our well-known address.
    ///
    /// # Errors
    /// [`KeyError::Public`].
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let base64 = text.strip_prefix(Self::PREFIX).ok_or(KeyError::Public)?;
        let bytes = BASE64.decode(base64.as_bytes()).map_err(|_| KeyError::Public)?;
        let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| KeyError::Public)?;
        VerifyingKey::from_bytes(&bytes).map(|_| Self(bytes)).map_err(|_| KeyError::Public)
    }

    /// The bytes, as other programs take them.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether this key's owner signed the message, by the strict rules (RFC 8032 with small-order points refused).
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        VerifyingKey::from_bytes(&self.0)
            .is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", Self::PREFIX, BASE64.encode(&self.0))
    }
}

impl TryFrom<String> for PublicKey {
    type Error = KeyError;
    fn try_from(text: String) -> Result<Self, KeyError> {
        Self::parse(&text)
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_their_form_and_are_not_shown() {
        let secret = HmacSecret::from_bytes([7; 32]);
        assert_eq!(HmacSecret::parse(&secret.expose_text()).unwrap().expose(), secret.expose());
        let public = SigningKey::from_bytes([7; 32]).public();
        assert_eq!(PublicKey::parse(&public.to_string()), Ok(public));
        assert_eq!(
            format!("{secret:?} {:?}", SigningKey::from_bytes([7; 32])),
            "HmacSecret(…) SigningKey(…)",
            "no secret is shown"
        );
        for bad in ["", "whsec_", "whsec_AAAA", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "whsec_!"] {
            assert!(HmacSecret::parse(bad).is_err(), "{bad}");
        }
        for bad in ["", "whpk_", "whpk_AAAA", &BASE64.encode(public.as_bytes())] {
            assert!(PublicKey::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_public_half_is_the_one_of_rfc_8032() {
        // RFC 8032, 7.1, test 1
        let secret = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        let bytes = data_encoding::HEXLOWER.decode(secret.as_bytes()).unwrap();
        let key = SigningKey::from_bytes(bytes.try_into().unwrap());
        assert_eq!(
            data_encoding::HEXLOWER.encode(key.public().as_bytes()),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
        );
        assert_eq!(
            data_encoding::HEXLOWER.encode(&key.sign(b"")),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        );
    }
}
