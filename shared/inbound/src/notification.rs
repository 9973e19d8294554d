//! The headers of a notification, under the keys of its endpoint as the record holds them.

use domain::{
    merchant::SealedSecret,
    webhook::{Endpoint, HEADERS, HmacSecret, Signed, SigningKey, sign},
};
use jiff::Timestamp;

use crate::{Keyring, SealError};

/// Id, time and signatures, by every key that is good now. A key that does not open is our fault: nothing goes out that its reader can't check.
///
/// # Errors
/// [`SealError::Foreign`].
pub fn signed_headers(
    keyring: &Keyring,
    endpoint: &Endpoint,
    id: &str,
    body: &str,
    now: Timestamp,
) -> Result<[(&'static str, String); 3], SealError> {
    let secrets = opened(keyring, endpoint, &endpoint.secret_field(), endpoint.good_secrets(now))?;
    let keys = opened(keyring, endpoint, &endpoint.key_field(), endpoint.good_keys(now))?;
    let secrets: Vec<HmacSecret> = secrets.into_iter().map(HmacSecret::from_bytes).collect();
    let keys: Vec<SigningKey> = keys.into_iter().map(SigningKey::from_bytes).collect();
    Ok(headers(id, body, now, &secrets, &keys))
}

/// The same by keys that are at hand.
pub fn headers(
    id: &str,
    body: &str,
    now: Timestamp,
    secrets: &[HmacSecret],
    keys: &[SigningKey],
) -> [(&'static str, String); 3] {
    let at_s = now.as_second();
    let signature = sign(Signed { id, at_s, body: body.as_bytes() }, secrets, keys);
    let [id_name, time_name, signature_name] = HEADERS;
    [(id_name, id.to_owned()), (time_name, at_s.to_string()), (signature_name, signature)]
}

fn opened<'a>(
    keyring: &Keyring,
    endpoint: &Endpoint,
    field: &str,
    sealed: impl Iterator<Item = &'a SealedSecret>,
) -> Result<Vec<[u8; 32]>, SealError> {
    let open = |secret: &SealedSecret| {
        let bytes = keyring.open_secret(&endpoint.merchant, field, secret)?;
        <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| SealError::Foreign)
    };
    sealed.map(open).collect()
}
