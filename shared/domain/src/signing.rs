//! The two signatures: the card-on-file key, which must match the ASJ manual to the byte, and `sig`, our strong one.
//!
//! Both are made over percent-decoded bytes, before any charset is decoded, and compared in constant time.

use std::fmt;

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::merchant::Window;

/// What RFC 3986 encodes: all but the unreserved characters (2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How far the time of a hand-over may lie from the shop's clock (ours).
pub const HANDOVER_WINDOW: Window = Window { past_s: 300, future_s: 300 };

/// A secret that is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// A key password is 1 to 32 ASCII letters, digits and symbols.
    #[error("not 1 to 32 ASCII letters, digits and symbols")]
    KeyPassword,
    /// A signature's secret is 32 bytes, written as 64 hex digits.
    #[error("not 64 hex digits")]
    SigSecret,
}

/// A key password of card-on-file (決済情報保持キー作成用パスワード): 1 to 32 ASCII letters, digits and symbols.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct KeyPassword(String);

impl KeyPassword {
    /// # Errors
    /// [`SecretError::KeyPassword`] unless `text` is 1 to 32 ASCII letters, digits and symbols.
    pub fn new(text: impl Into<String>) -> Result<Self, SecretError> {
        let password = Self(text.into());
        let valid = (1..=32).contains(&password.0.len()) && password.0.bytes().all(|b| b.is_ascii_graphic());
        if valid { Ok(password) } else { Err(SecretError::KeyPassword) }
    }

    /// The text, to be sealed or hashed and for nobody else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for KeyPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyPassword(…)")
    }
}

/// A secret of the strong signature: 32 bytes.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SigSecret([u8; 32]);

impl SigSecret {
    /// From random bytes that the caller drew or unsealed.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// From 64 hex digits of either case.
    ///
    /// # Errors
    /// [`SecretError::SigSecret`] unless `hex` is 64 hex digits.
    pub fn from_hex(hex: &str) -> Result<Self, SecretError> {
        let bytes = Zeroizing::new(HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).unwrap_or_default());
        <[u8; 32]>::try_from(bytes.as_slice()).map(Self).map_err(|_| SecretError::SigSecret)
    }

    /// The bytes, to be sealed and for nobody else.
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SigSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigSecret(…)")
    }
}

/// What the card-on-file key covers, as raw bytes under the ASJ names, whatever the names on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyFields<'a> {
    /// `admin`.
    pub admin: &'a [u8],
    /// `amount`.
    pub amount: &'a [u8],
    /// `charge`.
    pub charge: &'a [u8],
    /// `user`.
    pub user: &'a [u8],
    /// `time`.
    pub time: &'a [u8],
}

/// The card-on-file key: SHA-256 over the five as `name=value`, percent-encoded, joined with `&`, then `&` and the raw password.
pub fn card_on_file_key(fields: KeyFields<'_>, password: &KeyPassword) -> [u8; 32] {
    let KeyFields { admin, amount, charge, user, time } = fields;
    let mut hash = Sha256::new();
    for (name, value) in [("admin", admin), ("amount", amount), ("charge", charge), ("user", user), ("time", time)] {
        hash.update(name);
        hash.update("=");
        percent_encode(value, RESERVED).for_each(|piece| hash.update(piece));
        hash.update("&");
    }
    hash.update(password.expose());
    hash.finalize().into()
}

/// Whether `key` (hex of either case) is the key under one of the passwords. Every password is tried, whatever the first says.
pub fn verify_key(key: &[u8], fields: KeyFields<'_>, passwords: &[KeyPassword]) -> bool {
    let given = digest_from_hex(key);
    let hit = passwords.iter().fold(Choice::from(0), |hit, password| {
        hit | card_on_file_key(fields, password).ct_eq(&given.unwrap_or_default())
    });
    bool::from(hit) && given.is_some()
}

/// The canonical form: sorted by name (bytes), `name=value`, both percent-encoded, joined with `&`.
///
/// `=` and `&` inside are encoded, so no two sets of parameters share a form.
pub fn canonical_form<'a>(parameters: impl IntoIterator<Item = (&'a [u8], &'a [u8])>) -> String {
    let mut sorted: Vec<_> = parameters.into_iter().collect();
    sorted.sort_by_key(|(name, _)| *name);
    let mut form = String::with_capacity(256);
    for (place, (name, value)) in sorted.into_iter().enumerate() {
        if place > 0 {
            form.push('&');
        }
        form.extend(percent_encode(name, RESERVED));
        form.push('=');
        form.extend(percent_encode(value, RESERVED));
    }
    form
}

/// The `sig` of a request over all its parameters but `sig` itself, under their names on the wire.
pub fn sign_request<'a>(secret: &SigSecret, parameters: impl IntoIterator<Item = (&'a [u8], &'a [u8])>) -> String {
    written(mac(secret, &["request"], &canonical_form(parameters)))
}

/// Whether `sig` is the signature of a request's other parameters under one of the secrets.
pub fn verify_request<'a>(
    sig: &[u8],
    secrets: &[SigSecret],
    parameters: impl IntoIterator<Item = (&'a [u8], &'a [u8])>,
) -> bool {
    verify(sig, secrets, &["request"], &canonical_form(parameters))
}

/// The `sig` of what is handed over to a registered address: over all our parameters (`time` among them) but `sig`,
/// as the bytes that the browser will send. The address is taken byte for byte, with its query.
pub fn sign_handover<'a>(
    secret: &SigSecret,
    address: &str,
    parameters: impl IntoIterator<Item = (&'a [u8], &'a [u8])>,
) -> String {
    written(mac(secret, &["handover", address], &canonical_form(parameters)))
}

/// Why a shop must not believe what was handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandoverRefusal {
    /// `sig` is missing.
    #[error("sig is missing")]
    SigMissing,
    /// `sig` is not the signature of the rest.
    #[error("sig does not match")]
    SigWrong,
    /// `time` is missing or no number.
    #[error("time is missing or malformed")]
    TimeMalformed,
    /// `time` is further than 300 s from now.
    #[error("time is outside the window")]
    TimeOutsideWindow,
}

/// What a shop does with what comes back: checks `sig` over the rest and the age of `time`.
///
/// The registered address's own query travels along in a GET; it is covered by the address and left out of the form.
///
/// # Errors
/// [`HandoverRefusal`] says why nothing of it may be believed.
pub fn verify_handover(
    secrets: &[SigSecret],
    address: &str,
    parameters: &crate::wire::Parameters,
    now: Timestamp,
) -> Result<(), HandoverRefusal> {
    let own = crate::handover::address_query(address);
    let signed =
        parameters.iter().filter(|(name, value)| *name != b"sig" && !own.iter().any(|(n, v)| n == name && v == value));
    let sig = parameters.value("sig").ok_or(HandoverRefusal::SigMissing)?;
    if !verify(sig, secrets, &["handover", address], &canonical_form(signed)) {
        return Err(HandoverRefusal::SigWrong);
    }
    let time_s = parameters.value("time").and_then(unix_seconds).ok_or(HandoverRefusal::TimeMalformed)?;
    if HANDOVER_WINDOW.holds(time_s, now) { Ok(()) } else { Err(HandoverRefusal::TimeOutsideWindow) }
}

/// Unix seconds as the wire carries them: 1 to 12 ASCII digits.
pub(crate) fn unix_seconds(value: &[u8]) -> Option<i64> {
    let digits = (1..=12).contains(&value.len()) && value.iter().all(u8::is_ascii_digit);
    digits.then(|| std::str::from_utf8(value).ok()?.parse().ok())?
}

/// HMAC-SHA256 over the version, the direction's lines and the form. The direction keeps a request from passing as a hand-over.
fn mac(secret: &SigSecret, lines: &[&str], form: &str) -> [u8; 32] {
    let mut mac = keyed(secret.expose());
    mac.update(b"kessai-sig-v2\n");
    for line in lines {
        mac.update(line.as_bytes());
        mac.update(b"\n");
    }
    mac.update(form.as_bytes());
    mac.finalize().into_bytes().into()
}

/// HMAC-SHA256 under a key of up to 64 bytes.
///
/// HMAC pads a short key with zeros to the hash's block (RFC 2104, 2), so the padded block is the same key, of a length that can't fail.
fn keyed(key: &[u8]) -> Hmac<Sha256> {
    let mut block = Zeroizing::new([0; 64]);
    block.iter_mut().zip(key).for_each(|(place, byte)| *place = *byte);
    Hmac::<Sha256>::new((&*block).into())
}

/// What a shop that makes its message or takes its key in another way would get: for explaining a wrong `sig`, never for accepting one.
pub(crate) fn made_otherwise(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = keyed(key);
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// RFC 3986's encoding of a value: all but the unreserved characters.
pub(crate) fn encoded(value: &[u8]) -> String {
    percent_encode(value, RESERVED).to_string()
}

fn verify(sig: &[u8], secrets: &[SigSecret], lines: &[&str], form: &str) -> bool {
    let given = sig.strip_prefix(b"v2:").and_then(digest_from_hex);
    let hit = secrets
        .iter()
        .fold(Choice::from(0), |hit, secret| hit | mac(secret, lines, form).ct_eq(&given.unwrap_or_default()));
    bool::from(hit) && given.is_some()
}

fn written(mac: [u8; 32]) -> String {
    format!("v2:{}", HEXLOWER.encode(&mac))
}

/// 64 hex digits of either case.
pub(crate) fn digest_from_hex(hex: &[u8]) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    let right_length = hex.len() == 64;
    (right_length && HEXLOWER_PERMISSIVE.decode_mut(hex, &mut digest).is_ok()).then_some(digest)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    // The vectors are in tests/vectors.rs; here are the laws.

    type Set = BTreeMap<Vec<u8>, Vec<u8>>;

    fn form(set: &Set) -> String {
        canonical_form(set.iter().map(|(name, value)| (name.as_slice(), value.as_slice())))
    }

    /// Small sets of awkward bytes, so that near misses are likely.
    fn sets() -> impl Strategy<Value = Set> {
        let bytes = || prop::collection::vec(prop::sample::select(&b"ab=&%25+ \x8e\x5c"[..]), 0..4);
        prop::collection::btree_map(bytes(), bytes(), 0..4)
    }

    proptest! {
        #[test]
        fn no_two_sets_share_a_canonical_form(one in sets(), two in sets()) {
            prop_assert_eq!(form(&one) == form(&two), one == two);
        }

        #[test]
        fn a_canonical_form_reads_back(set in sets()) {
            let back = crate::wire::Parameters::parse(form(&set).as_bytes()).unwrap();
            let back: Set = back.iter().map(|(name, value)| (name.to_vec(), value.to_vec())).collect();
            // `=` alone reads back as an empty name: nothing is lost.
            prop_assert_eq!(back, set);
        }

        #[test]
        fn the_order_of_sending_does_not_matter(set in sets(), secret: [u8; 32]) {
            let secret = SigSecret::from_bytes(secret);
            let sig = sign_request(&secret, set.iter().map(|(n, v)| (n.as_slice(), v.as_slice())));
            let turned = || set.iter().rev().map(|(n, v)| (n.as_slice(), v.as_slice()));
            prop_assert!(verify_request(sig.as_bytes(), &[secret], turned()));
        }

        #[test]
        fn any_changed_value_breaks_the_signature(set in sets(), changed in sets(), secret: [u8; 32]) {
            prop_assume!(set != changed);
            let secret = SigSecret::from_bytes(secret);
            let sig = sign_request(&secret, set.iter().map(|(n, v)| (n.as_slice(), v.as_slice())));
            let changed = changed.iter().map(|(n, v)| (n.as_slice(), v.as_slice()));
            prop_assert!(!verify_request(sig.as_bytes(), &[secret], changed));
        }
    }

    #[test]
    fn secrets_have_their_form_and_are_not_shown() {
        for (password, fits) in [
            ("abcd1234", true),
            ("p@ss&w%rd", true),
            (&"x".repeat(32), true),
            ("", false),
            (&"x".repeat(33), false),
            ("with space", false),
            ("ｐａｓｓ", false),
            ("line\n", false),
        ] {
            assert_eq!(KeyPassword::new(password).is_ok(), fits, "{password}");
        }
        for (hex, fits) in
            [("ab".repeat(32), true), ("AB".repeat(32), true), ("ab".repeat(31), false), ("zz".repeat(32), false)]
        {
            assert_eq!(SigSecret::from_hex(&hex).is_ok(), fits, "{hex}");
        }
        let shown = format!("{:?} {:?}", KeyPassword::new("abcd1234"), SigSecret::from_bytes([1; 32]));
        assert_eq!(shown, "Ok(KeyPassword(…)) SigSecret(…)");
    }

    #[test]
    fn a_time_is_plain_unix_seconds() {
        for (value, time_s) in [
            ("1586844641", Some(1_586_844_641)),
            ("0", Some(0)),
            ("", None),
            ("-1", None),
            ("+1", None),
            ("1586844641.5", None),
            ("1586844641000", None),
            ("１", None),
        ] {
            assert_eq!(unix_seconds(value.as_bytes()), time_s, "{value}");
        }
    }
}
