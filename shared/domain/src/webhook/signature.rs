//! The three headers of a notification: its id, the second of the try, and one signature for each secret and each key that is good.

use data_encoding::BASE64;
use jiff::{SignedDuration, Timestamp};
use subtle::ConstantTimeEq as _;

use super::{HmacSecret, PublicKey, SigningKey};

/// The names of the headers, in lower case: id, time, signatures (Standard Webhooks 1.0.0).
pub const HEADERS: [&str; 3] = ["webhook-id", "webhook-timestamp", "webhook-signature"];

/// How far the time of a try may lie from the reader's clock (Standard Webhooks' libraries: five minutes).
pub const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// The version of a signature by the shared secret.
const SYMMETRIC: &str = "v1";
/// The version of a signature by the key pair.
const ASYMMETRIC: &str = "v1a";

/// What is signed: `<id>.<seconds>.<body>`.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// `webhook-id`: the same for every try.
    pub id: &'a str,
    /// `webhook-timestamp`: Unix seconds of this try.
    pub at_s: i64,
    /// The body, byte for byte.
    pub body: &'a [u8],
}

/// Why a reader must not believe a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotGenuine {
    /// Its time lies too far from the reader's.
    #[error("webhook-timestamp is outside the window")]
    Time,
    /// No signature in it is by one of the keys.
    #[error("no signature in webhook-signature is genuine")]
    Signature,
}

/// The value of `webhook-signature`: by every secret and every key that is good, so that a reader in the middle of a rotation finds its own.
pub fn sign(message: Signed<'_>, secrets: &[HmacSecret], keys: &[SigningKey]) -> String {
    let second = message.at_s.to_string();
    let pieces = message.pieces(&second);
    let symmetric = secrets.iter().map(|secret| written(SYMMETRIC, &secret.mac(pieces)));
    let asymmetric = keys.iter().map(|key| written(ASYMMETRIC, &key.sign(&pieces.concat())));
    symmetric.chain(asymmetric).collect::<Vec<_>>().join(" ")
}

/// What a reader does: looks at the time, then for one signature by a key that it knows. All of them are tried, whatever the first says.
///
/// # Errors
/// [`NotGenuine`].
pub fn verify(
    message: Signed<'_>,
    signatures: &str,
    secrets: &[HmacSecret],
    keys: &[PublicKey],
    now: Timestamp,
) -> Result<(), NotGenuine> {
    let age_s = now.as_second().saturating_sub(message.at_s).saturating_abs();
    if age_s > TOLERANCE.as_secs() {
        return Err(NotGenuine::Time);
    }
    let second = message.at_s.to_string();
    let pieces = message.pieces(&second);
    let macs: Vec<[u8; 32]> = secrets.iter().map(|secret| secret.mac(pieces)).collect();
    let signed = pieces.concat();
    let hits = signatures.split(' ').filter_map(|signature| signature.split_once(',')).filter(|(version, base64)| {
        let Ok(bytes) = BASE64.decode(base64.as_bytes()) else { return false };
        match *version {
            SYMMETRIC => macs.iter().fold(false, |hit, mac| bool::from(mac.as_slice().ct_eq(&bytes)) | hit),
            ASYMMETRIC => <[u8; 64]>::try_from(bytes.as_slice())
                .is_ok_and(|signature| keys.iter().any(|key| key.verifies(&signed, &signature))),
            _ => false, // a version of later
        }
    });
    if hits.count() > 0 { Ok(()) } else { Err(NotGenuine::Signature) }
}

impl<'a> Signed<'a> {
    fn pieces(&self, second: &'a str) -> [&'a [u8]; 5] {
        [self.id.as_bytes(), b".", second.as_bytes(), b".", self.body]
    }
}

fn written(version: &str, signature: &[u8]) -> String {
    format!("{version},{}", BASE64.encode(signature))
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test's own numbers are small")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BODY: &[u8] = br#"{"type":"payment.succeeded","data":{"id":"pay_1"}}"#;
    const MESSAGE: Signed<'_> = Signed { id: "msg_test_0001", at_s: 1_700_000_000, body: BODY };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_vector_of_facts_is_met() {
        let secret = HmacSecret::parse("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
        assert_eq!(sign(MESSAGE, &[secret], &[]), "v1,pOxKqMdzqTLETv7iQNxec2NSiS0KOsTF2x0thAoo4wk=");
    }

    #[test]
    fn a_reader_with_any_of_the_good_keys_believes_and_no_other() {
        let (secrets, keys) =
            ([1, 2].map(|n| HmacSecret::from_bytes([n; 32])), [3, 4].map(|n| SigningKey::from_bytes([n; 32])));
        let header = sign(MESSAGE, &secrets, &keys);
        assert_eq!(header.split(' ').count(), 4);
        let now = at(1_700_000_000);
        for secret in &secrets {
            assert_eq!(verify(MESSAGE, &header, std::slice::from_ref(secret), &[], now), Ok(()));
        }
        for key in &keys {
            assert_eq!(verify(MESSAGE, &header, &[], &[key.public()], now), Ok(()));
        }
        let strangers = ([HmacSecret::from_bytes([9; 32])], [SigningKey::from_bytes([9; 32]).public()]);
        assert_eq!(verify(MESSAGE, &header, &strangers.0, &strangers.1, now), Err(NotGenuine::Signature));
        assert_eq!(verify(MESSAGE, &header, &[], &[], now), Err(NotGenuine::Signature));
        assert_eq!(verify(MESSAGE, "", &secrets, &[], now), Err(NotGenuine::Signature));
        assert_eq!(verify(MESSAGE, "v2,AAAA junk v1", &secrets, &[], now), Err(NotGenuine::Signature));
        for (second, heard) in
            [(300, Ok(())), (-300, Ok(())), (301, Err(NotGenuine::Time)), (-301, Err(NotGenuine::Time))]
        {
            assert_eq!(verify(MESSAGE, &header, &secrets, &[], at(1_700_000_000 + second)), heard, "{second}");
        }
    }

    #[test]
    fn a_signature_under_the_shared_secret_is_none_of_the_key_pair() {
        let (secret, key) = (HmacSecret::from_bytes([1; 32]), SigningKey::from_bytes([1; 32]));
        let by_secret = sign(MESSAGE, std::slice::from_ref(&secret), &[]).replace("v1,", "v1a,");
        let by_key = sign(MESSAGE, &[], std::slice::from_ref(&key)).replace("v1a,", "v1,");
        for header in [by_secret, by_key] {
            let heard = verify(MESSAGE, &header, std::slice::from_ref(&secret), &[key.public()], at(1_700_000_000));
            assert_eq!(heard, Err(NotGenuine::Signature), "{header}");
        }
    }

    proptest! {
        #[test]
        fn any_change_breaks_every_signature(
            id in "[a-z0-9]{1,20}", other_id in "[a-z0-9]{1,20}", body: Vec<u8>, other_body: Vec<u8>, later in 0..10_i64
        ) {
            prop_assume!(id != other_id || body != other_body || later > 0);
            let (secret, key) = ([HmacSecret::from_bytes([1; 32])], [SigningKey::from_bytes([2; 32])]);
            let header = sign(Signed { id: &id, at_s: 100, body: &body }, &secret, &key);
            let changed = Signed { id: &other_id, at_s: 100 + later, body: &other_body };
            prop_assert_eq!(verify(changed, &header, &secret, &[], at(100)), Err(NotGenuine::Signature));
            prop_assert_eq!(verify(changed, &header, &[], &[key[0].public()], at(100)), Err(NotGenuine::Signature));
        }
    }
}
