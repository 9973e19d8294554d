//! Keys of the JSON API: what a merchant's server shows, and what is kept of it.

use std::{collections::BTreeSet, fmt};

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{IdError, MerchantId, account::UserId, id::text_id, merchant::Mode};

/// How many keys of a merchant may be good at a time (ours).
pub const MAX_KEYS: usize = 20;
/// The longest name of a key, in characters.
pub const MAX_LABEL: usize = 40;

/// A key's name, which is no secret: 16 characters of base32.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId(String);

impl KeyId {
    /// From random bytes that the caller drew.
    pub fn from_random(bytes: [u8; 10]) -> Self {
        Self(BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
    }

    /// # Errors
    /// [`IdError`] unless `text` is 16 lower-case characters of base32.
    pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
        let text = text.into();
        if text.len() == 16 && text.bytes().all(is_base32) { Ok(Self(text)) } else { Err(IdError("key")) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_id!(KeyId);

const fn is_base32(byte: u8) -> bool {
    byte.is_ascii_lowercase() || matches!(byte, b'2'..=b'7')
}

/// What a key may be used for. Reading is apart from writing, and giving money back is apart from taking it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Reads and lists payments.
    PaymentsRead,
    /// Captures, cancels, changes amounts.
    PaymentsWrite,
    /// Refunds, up to what the console gives back without a fresh code.
    Refunds,
    /// Refunds beyond that: the code was asked for when the key was made.
    RefundsOverLimit,
    /// Charges stored cards.
    Charges,
    /// Makes, reads and revokes payment links.
    Links,
    /// Reads stored cards, never their numbers.
    CardsRead,
    /// Deletes stored cards.
    CardsWrite,
    /// Reads regular purchases.
    RenewalsRead,
    /// Pauses, resumes, ends and changes regular purchases.
    RenewalsWrite,
}

impl Scope {
    /// Every one, in the order in which a form offers them.
    pub const ALL: [Self; 10] = [
        Self::PaymentsRead,
        Self::PaymentsWrite,
        Self::Refunds,
        Self::RefundsOverLimit,
        Self::Charges,
        Self::Links,
        Self::CardsRead,
        Self::CardsWrite,
        Self::RenewalsRead,
        Self::RenewalsWrite,
    ];

    /// Its name in records, forms and documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PaymentsRead => "payments_read",
            Self::PaymentsWrite => "payments_write",
            Self::Refunds => "refunds",
            Self::RefundsOverLimit => "refunds_over_limit",
            Self::Charges => "charges",
            Self::Links => "links",
            Self::CardsRead => "cards_read",
            Self::CardsWrite => "cards_write",
            Self::RenewalsRead => "renewals_read",
            Self::RenewalsWrite => "renewals_write",
        }
    }
}

/// A key as it is kept: everything but the secret, of which only a digest is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// Its name.
    pub id: KeyId,
    /// Whose it is.
    pub merchant: MerchantId,
    /// Counts writes; every update is conditional on it.
    pub version: u32,
    /// In which mode of the merchant it is good.
    pub mode: Mode,
    /// What its merchant calls it.
    pub label: String,
    /// What it may be used for.
    pub scopes: BTreeSet<Scope>,
    /// SHA-256 of the secret, hex. The secret has 256 random bits, so no slow hash is needed to keep it from being guessed.
    digest: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Who made it.
    pub made_by: UserId,
    /// Since when it is good no more.
    pub revoked_at: Option<Timestamp>,
}

impl ApiKey {
    /// A new key, and the text that is shown this once.
    #[must_use]
    pub fn make(
        (merchant, mode): (MerchantId, Mode),
        (label, scopes): (String, BTreeSet<Scope>),
        (id, secret): (KeyId, &[u8; 32]),
        (made_by, made_at): (UserId, Timestamp),
    ) -> (Self, KeyText) {
        let text = KeyText::of(mode, &merchant, &id, secret);
        let digest = text.digest();
        let key = Self { id, merchant, version: 1, mode, label, scopes, digest, made_at, made_by, revoked_at: None };
        (key, text)
    }

    /// Whether it can be used now by somebody who shows `text`, at a merchant in `mode`.
    pub fn admits(&self, text: &KeyText, mode: Mode) -> bool {
        let same = bool::from(text.digest().as_bytes().ct_eq(self.digest.as_bytes()));
        same && self.is_good() && self.mode == mode && text.mode == mode
    }

    /// What its text begins with, before its name: the mode and the merchant.
    pub fn begins(&self) -> String {
        format!("{}{}_{}_", KeyText::PREFIX, mode_name(self.mode), self.merchant)
    }

    /// It was not revoked.
    pub const fn is_good(&self) -> bool {
        self.revoked_at.is_none()
    }

    /// The same, revoked. None: it was before.
    pub fn revoke(&self, now: Timestamp) -> Option<Self> {
        let revoked = || Self { version: self.version.saturating_add(1), revoked_at: Some(now), ..self.clone() };
        self.is_good().then(revoked)
    }
}

/// A key as a merchant's server shows it: `kessai_test_4000_<name><secret>`. It says whose it is, so that one read finds it.
pub struct KeyText {
    mode: Mode,
    /// Whose it claims to be.
    pub merchant: MerchantId,
    /// Which it claims to be.
    pub id: KeyId,
    secret: Zeroizing<String>,
}

impl KeyText {
    /// What every key begins with: scanners of published code find keys by it.
    pub const PREFIX: &'static str = "kessai_";
    const SECRET: usize = 52;

    fn of(mode: Mode, merchant: &MerchantId, id: &KeyId, secret: &[u8; 32]) -> Self {
        let secret = Zeroizing::new(BASE32_NOPAD.encode(secret).to_ascii_lowercase());
        Self { mode, merchant: merchant.clone(), id: id.clone(), secret }
    }

    /// Reads a key. None: it has not the form of one.
    pub fn parse(text: &str) -> Option<Self> {
        let (mode, rest) = text.strip_prefix(Self::PREFIX)?.split_once('_')?;
        let mode = [Mode::Test, Mode::Live].into_iter().find(|known| mode_name(*known) == mode)?;
        let (merchant, rest) = rest.split_once('_')?;
        let (id, secret) = rest.split_at_checked(16)?;
        let fits = secret.len() == Self::SECRET && secret.bytes().all(is_base32);
        let (merchant, id) = (MerchantId::new(merchant).ok()?, KeyId::new(id).ok()?);
        fits.then(|| Self { mode, merchant, id, secret: Zeroizing::new(secret.to_owned()) })
    }

    /// The text itself, to be shown once to whom it was made for.
    pub fn expose(&self) -> Zeroizing<String> {
        let Self { mode, merchant, id, secret } = self;
        Zeroizing::new(format!("{}{}_{merchant}_{id}{}", Self::PREFIX, mode_name(*mode), secret.as_str()))
    }

    fn digest(&self) -> String {
        HEXLOWER.encode(&Sha256::digest(self.secret.as_bytes()))
    }
}

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyText(…)")
    }
}

const fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Test => "test",
        Mode::Live => "live",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(mode: Mode) -> (ApiKey, KeyText) {
        ApiKey::make(
            (MerchantId::new("4000").unwrap(), mode),
            ("shop".to_owned(), [Scope::PaymentsRead].into()),
            (KeyId::from_random([3; 10]), &[9; 32]),
            (UserId::from_random([7; 10]), Timestamp::UNIX_EPOCH),
        )
    }

    #[test]
    fn a_key_is_known_by_its_text_alone() {
        let (key, text) = made(Mode::Test);
        let shown = text.expose();
        assert!(shown.starts_with("kessai_test_4000_"), "{}", shown.as_str());
        let read = KeyText::parse(&shown).unwrap();
        assert_eq!((&read.merchant, &read.id), (&key.merchant, &key.id));
        assert!(key.admits(&read, Mode::Test));
        assert!(!key.admits(&read, Mode::Live), "a test key is no key of a live merchant");
        let stored = serde_json::to_string(&key).unwrap();
        assert!(!stored.contains(shown.get(33..).unwrap()), "the secret is not kept: {stored}");
        assert_eq!(format!("{read:?}"), "KeyText(…)");
        assert_eq!(serde_json::from_str::<ApiKey>(&stored).unwrap(), key);
    }

    #[test]
    fn any_other_secret_is_refused() {
        let (key, text) = made(Mode::Test);
        let shown = text.expose();
        for place in 33..shown.len() {
            let mut other = shown.as_bytes().to_vec();
            other[place] = if other[place] == b'a' { b'b' } else { b'a' };
            let other = KeyText::parse(std::str::from_utf8(&other).unwrap()).unwrap();
            assert!(!key.admits(&other, Mode::Test), "{place}");
        }
        let as_live = KeyText::parse(&shown.replace("_test_", "_live_")).unwrap();
        assert!(!key.admits(&as_live, Mode::Live) && !key.admits(&as_live, Mode::Test));
    }

    #[test]
    fn a_revoked_key_is_good_no_more() {
        let (key, text) = made(Mode::Live);
        let revoked = key.revoke(Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(revoked.version, 2);
        assert!(key.admits(&text, Mode::Live) && !revoked.admits(&text, Mode::Live));
        assert_eq!(revoked.revoke(Timestamp::UNIX_EPOCH), None);
    }

    #[test]
    fn what_has_not_the_form_of_a_key_is_none() {
        let good = made(Mode::Test).1.expose().to_string();
        for bad in [
            String::new(),
            "kessai_".to_owned(),
            good.replace("kessai_", "stripe_"),
            good.replace("_test_", "_prod_"),
            good.replace("_4000_", "_40x0_"),
            good.replace("_4000_", "__"),
            format!("{good}a"),
            good.get(..good.len() - 1).unwrap().to_owned(),
            good.to_ascii_uppercase(),
            good.replace("_4000_", "_4000_あ"),
        ] {
            assert!(KeyText::parse(&bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn scopes_have_names() {
        for scope in Scope::ALL {
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.name());
        }
    }
}
