//! New endpoints for notifications and new keys of theirs: sealed into the record at once; the shared secret is shown once.

use std::collections::BTreeSet;

use domain::{
    MerchantId,
    webhook::{
        Endpoint, EndpointAddress, EndpointId, EndpointState, Form, Health, HmacSecret, Kind, SealedKey, SigningKey,
    },
};
use inbound::{Keyring, SealError, random};
use jiff::Timestamp;

/// What an endpoint is to be.
#[derive(Clone, Debug)]
pub struct EndpointWish {
    /// Where it is.
    pub address: EndpointAddress,
    /// What a notification looks like.
    pub form: Form,
    /// What it wants to hear.
    pub kinds: BTreeSet<Kind>,
}

/// A new endpoint, and its shared secret, to be shown once.
///
/// # Errors
/// [`SealError::Failed`].
pub fn new_endpoint(
    merchant: &MerchantId,
    wish: EndpointWish,
    keyring: &Keyring,
    now: Timestamp,
) -> Result<(Endpoint, HmacSecret), SealError> {
    let bare = Endpoint {
        id: EndpointId::from_random(random()?),
        merchant: merchant.clone(),
        version: 0,
        address: wish.address,
        form: wish.form,
        kinds: wish.kinds,
        secrets: Vec::new(),
        keys: Vec::new(),
        state: EndpointState::On,
        switched_on_at: None,
        health: Health::default(),
        made_at: now,
    };
    new_keys(&bare, keyring, now)
}

/// The endpoint with a new secret and a new key pair, by one write; those before go on signing for a week. The secret is shown once.
///
/// # Errors
/// [`SealError::Failed`].
pub fn new_keys(endpoint: &Endpoint, keyring: &Keyring, now: Timestamp) -> Result<(Endpoint, HmacSecret), SealError> {
    let (secret, key) = (HmacSecret::from_bytes(random()?), SigningKey::from_bytes(random()?));
    let (merchant, generation) = (&endpoint.merchant, endpoint.next_generation());
    let seal = |field: &str, bytes: &[u8]| keyring.seal_secret(merchant, field, generation, bytes);
    let mut sealed = seal(&endpoint.secret_field(), secret.expose())?;
    sealed.made_at = Some(now);
    let mut sealed_key = seal(&endpoint.key_field(), key.expose())?;
    sealed_key.made_at = Some(now);
    Ok((endpoint.rotated(sealed, SealedKey { private: sealed_key, public: key.public() }, now), secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sealed_for_their_endpoint_and_the_one_before_goes_on() {
        let (keyring, now) = (Keyring::from_root([7; 32]), Timestamp::UNIX_EPOCH);
        let merchant = MerchantId::new("4000").unwrap();
        let address = EndpointAddress::parse("https://shop.example.com/hook", None).unwrap();
        let wish = EndpointWish { address, form: Form::Json, kinds: BTreeSet::new() };
        let (endpoint, secret) = new_endpoint(&merchant, wish.clone(), &keyring, now).unwrap();
        assert_eq!((endpoint.version, endpoint.secrets.len(), endpoint.keys.len()), (1, 1, 1));
        let open = |endpoint: &Endpoint, field: &str| keyring.open_secret(&merchant, field, &endpoint.secrets[0]);
        assert_eq!(*open(&endpoint, &endpoint.secret_field()).unwrap(), secret.expose());
        let (other, _) = new_endpoint(&merchant, wish, &keyring, now).unwrap();
        assert!(open(&endpoint, &other.secret_field()).is_err(), "another endpoint's field opens nothing");
        assert!(open(&endpoint, &endpoint.key_field()).is_err(), "a secret is no key");
        let private = keyring.open_secret(&merchant, &endpoint.key_field(), &endpoint.keys[0].private).unwrap();
        let private = SigningKey::from_bytes(private.as_slice().try_into().unwrap());
        assert_eq!(private.public(), endpoint.keys[0].public);
        let (rotated, second) = new_keys(&endpoint, &keyring, now).unwrap();
        assert_ne!(second.expose(), secret.expose());
        assert_eq!(rotated.good_secrets(now).count(), 2);
    }
}
