//! A merchant's endpoint: where notifications go, which, and under which keys they are signed.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{EndpointAddress, Health, Kind, PublicKey};
use crate::{IdError, MerchantId, id::text_id, merchant::SealedSecret};

/// An endpoint's name: `we_` and 26 characters, of which none looks like another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EndpointId(String);

impl EndpointId {
    /// # Errors
    /// [`IdError`] unless `text` is `we_` and 26 lower-case letters and digits.
    pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
        let text = text.into();
        let fit = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let valid = text.strip_prefix("we_").is_some_and(|rest| rest.len() == 26 && rest.bytes().all(fit));
        if valid { Ok(Self(text)) } else { Err(IdError("endpoint")) }
    }

    /// From 128 random bits that the caller drew.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(format!("we_{}", crate::LinkId::from_random(bytes)))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
text_id!(EndpointId);

/// What a notification looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// JSON, by Standard Webhooks.
    Json,
    /// The form that a hand-over sends, for shops whose program reads that already. It can tell of results only.
    HandOver,
}

/// Whether an endpoint gets anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndpointState {
    /// It does.
    On,
    /// The merchant switched it off; what happens meanwhile is not kept for it.
    Off {
        /// When.
        at: Timestamp,
    },
    /// We switched it off; what happens meanwhile is kept, and can be sent when it is switched on again.
    Broken {
        /// When.
        at: Timestamp,
        /// Why.
        why: Why,
    },
}

/// Why we switched an endpoint off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It answered 410: it wants nothing any more.
    Gone,
    /// A notification was told ten times in three days, and nothing was heard in all that time.
    Deaf,
}

/// One generation of an endpoint's key pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedKey {
    /// The private half, and until when it signs.
    pub private: SealedSecret,
    /// The half that stands at our well-known address.
    pub public: PublicKey,
}

/// Where notifications go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Which.
    pub id: EndpointId,
    /// Whose.
    pub merchant: MerchantId,
    /// Counts writes; every update is conditional on it.
    pub version: u32,
    /// The address, byte for byte.
    pub address: EndpointAddress,
    /// What a notification looks like.
    pub form: Form,
    /// What it wants to hear.
    pub kinds: BTreeSet<Kind>,
    /// The shared secrets, newest first; all that have not ended sign.
    pub secrets: Vec<SealedSecret>,
    /// The key pairs, newest first; all that have not ended sign.
    pub keys: Vec<SealedKey>,
    /// Whether it gets anything.
    pub state: EndpointState,
    /// When it was last switched on again: what was tried before that says nothing of it any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub switched_on_at: Option<Timestamp>,
    /// How it fares.
    #[serde(default)]
    pub health: Health,
    /// When it was made.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub made_at: Timestamp,
}

impl Endpoint {
    /// The most that a merchant can have (ours): each event is sent to all that want it.
    pub const MOST: usize = 5;
    /// How long a secret and a key before go on signing (ours, as for a merchant's other secrets).
    pub const OVERLAP: SignedDuration = SignedDuration::from_hours(24 * 7);

    /// How many secrets and keys before the present ones sign at most (ours): whoever lost the page with the new secret can change it once more, and the one
    /// that the shop uses signs on.
    pub const BEFORE: usize = 2;

    /// The name under which its secrets are sealed; no two endpoints share one.
    pub fn secret_field(&self) -> String {
        format!("notify_secret {}", self.id)
    }

    /// The same for its private keys.
    pub fn key_field(&self) -> String {
        format!("notify_key {}", self.id)
    }

    /// Whether it is to be told of an event of this kind.
    pub fn wants(&self, kind: Kind) -> bool {
        let listens = match self.state {
            EndpointState::On | EndpointState::Broken { .. } => true,
            EndpointState::Off { .. } => false,
        };
        let can = match self.form {
            Form::Json => true,
            Form::HandOver => kind.is_result(),
        };
        listens && can && (kind == Kind::EndpointTest || self.kinds.contains(&kind))
    }

    /// Whether anything may be sent to it.
    pub const fn is_on(&self) -> bool {
        match self.state {
            EndpointState::On => true,
            EndpointState::Off { .. } | EndpointState::Broken { .. } => false,
        }
    }

    /// The same endpoint in another state, by one write. Switched on, it begins with a clean sheet.
    #[must_use]
    pub fn switched(&self, state: EndpointState, now: Timestamp) -> Self {
        let (health, switched_on_at) = match state {
            EndpointState::On => (Health::default(), Some(now)),
            EndpointState::Off { .. } | EndpointState::Broken { .. } => (self.health.clone(), self.switched_on_at),
        };
        Self { version: self.version.saturating_add(1), state, health, switched_on_at, ..self.clone() }
    }

    /// Whether a try of then is of its present life: what was under way when it was switched off and on again is not.
    pub fn heeds(&self, tried_at: Timestamp) -> bool {
        self.switched_on_at.is_none_or(|on_at| tried_at >= on_at)
    }

    /// The same endpoint with another health, by one write.
    #[must_use]
    pub fn faring(&self, health: Health) -> Self {
        Self { version: self.version.saturating_add(1), health, ..self.clone() }
    }

    /// The generation that a new secret and a new key have.
    pub fn next_generation(&self) -> u32 {
        let secrets = self.secrets.iter().map(|secret| secret.generation);
        let keys = self.keys.iter().map(|key| key.private.generation);
        secrets.chain(keys).max().unwrap_or(0).saturating_add(1)
    }

    /// With a new secret and a new key, by one write; those before sign for a week yet, the last two at most.
    #[must_use]
    pub fn rotated(&self, secret: SealedSecret, key: SealedKey, now: Timestamp) -> Self {
        let end = now.saturating_add(Self::OVERLAP).unwrap_or(Timestamp::MAX);
        let ending = |before: &SealedSecret| SealedSecret {
            until: Some(before.until.map_or(end, |until| until.min(end))),
            ..before.clone()
        };
        let secrets = self.secrets.iter().filter(|before| is_good(before, now)).take(Self::BEFORE).map(ending);
        let keys = self.keys.iter().filter(|before| is_good(&before.private, now)).take(Self::BEFORE);
        let keys = keys.map(|before| SealedKey { private: ending(&before.private), public: before.public });
        Self {
            version: self.version.saturating_add(1),
            secrets: std::iter::once(secret).chain(secrets).collect(),
            keys: std::iter::once(key).chain(keys).collect(),
            ..self.clone()
        }
    }

    /// Without what was before the present secret and key, by one write.
    #[must_use]
    pub fn without_before(&self) -> Self {
        Self {
            version: self.version.saturating_add(1),
            secrets: self.secrets.iter().filter(|secret| secret.until.is_none()).cloned().collect(),
            keys: self.keys.iter().filter(|key| key.private.until.is_none()).cloned().collect(),
            ..self.clone()
        }
    }

    /// The public keys by which a notification of now may be signed.
    pub fn public_keys(&self, now: Timestamp) -> Vec<PublicKey> {
        self.keys.iter().filter(|key| is_good(&key.private, now)).map(|key| key.public).collect()
    }

    /// The secrets that sign now.
    pub fn good_secrets(&self, now: Timestamp) -> impl Iterator<Item = &SealedSecret> {
        self.secrets.iter().filter(move |secret| is_good(secret, now))
    }

    /// The private keys that sign now.
    pub fn good_keys(&self, now: Timestamp) -> impl Iterator<Item = &SealedSecret> {
        self.keys.iter().map(|key| &key.private).filter(move |private| is_good(private, now))
    }
}

fn is_good(secret: &SealedSecret, now: Timestamp) -> bool {
    secret.until.is_none_or(|until| now < until)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::webhook::SigningKey;

    pub(in crate::webhook) fn sealed(generation: u32) -> SealedSecret {
        SealedSecret { generation, sealed: format!("s{generation}"), made_at: None, until: None }
    }

    pub(in crate::webhook) fn key(generation: u8) -> SealedKey {
        SealedKey { private: sealed(u32::from(generation)), public: SigningKey::from_bytes([generation; 32]).public() }
    }

    pub(crate) fn endpoint(kinds: &[Kind]) -> Endpoint {
        Endpoint {
            id: EndpointId::from_random([7; 16]),
            merchant: MerchantId::new("4000").unwrap(),
            version: 1,
            address: EndpointAddress::parse("https://shop.example.com/hook", None).unwrap(),
            form: Form::Json,
            kinds: kinds.iter().copied().collect(),
            secrets: vec![sealed(1)],
            keys: vec![key(1)],
            state: EndpointState::On,
            switched_on_at: None,
            health: Health::default(),
            made_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn an_endpoint_hears_what_it_chose_while_it_is_not_switched_off() {
        let now = Timestamp::UNIX_EPOCH;
        let endpoint = endpoint(&[Kind::PaymentSucceeded, Kind::PaymentRefunded]);
        let form = Endpoint { form: Form::HandOver, ..endpoint.clone() };
        let off = endpoint.switched(EndpointState::Off { at: now }, now);
        let broken = endpoint.switched(EndpointState::Broken { at: now, why: Why::Gone }, now);
        for (what, endpoint, heard) in [
            ("on", &endpoint, vec![Kind::PaymentSucceeded, Kind::PaymentRefunded, Kind::EndpointTest]),
            ("form", &form, vec![Kind::PaymentSucceeded]),
            ("off", &off, vec![]),
            ("broken", &broken, vec![Kind::PaymentSucceeded, Kind::PaymentRefunded, Kind::EndpointTest]),
        ] {
            let all = Kind::CHOICES.into_iter().chain([Kind::EndpointTest]);
            assert_eq!(all.filter(|kind| endpoint.wants(*kind)).collect::<Vec<_>>(), heard, "{what}");
        }
        assert!(endpoint.is_on() && !off.is_on() && !broken.is_on());
    }

    #[test]
    fn the_keys_before_sign_for_a_week_or_until_they_are_ended() {
        let (now, week) = (Timestamp::UNIX_EPOCH, Timestamp::from_second(7 * 86_400).unwrap());
        let before = endpoint(&[]);
        assert_eq!(before.next_generation(), 2);
        let after = before.rotated(sealed(2), key(2), now);
        assert_eq!(after.version, 2);
        let signing = |endpoint: &Endpoint, at| -> (Vec<u32>, Vec<PublicKey>) {
            (endpoint.good_secrets(at).map(|secret| secret.generation).collect(), endpoint.public_keys(at))
        };
        assert_eq!(signing(&after, now), (vec![2, 1], vec![key(2).public, key(1).public]));
        assert_eq!(signing(&after, week), (vec![2], vec![key(2).public]));
        assert_eq!(signing(&after.without_before(), now), (vec![2], vec![key(2).public]));
        let day = Timestamp::from_second(86_400).unwrap();
        let third = after.rotated(sealed(3), key(3), day);
        let all = (vec![3, 2, 1], vec![key(3).public, key(2).public, key(1).public]);
        assert_eq!(signing(&third, day), all, "the new ones were lost: what the shop uses signs on");
        assert_eq!(signing(&third, week).0, [3, 2], "and no longer than a week");
        let fourth = third.rotated(sealed(4), key(4), day);
        assert_eq!(signing(&fourth, day).0, [4, 3, 2], "the oldest of four goes at once");
        assert_eq!(third.rotated(sealed(4), key(4), week).secrets.len(), 3, "what has ended is not kept");
    }

    #[test]
    fn what_was_tried_before_it_was_switched_on_again_says_nothing_of_it() {
        let (before, after) = (Timestamp::from_second(9).unwrap(), Timestamp::from_second(10).unwrap());
        let fresh = endpoint(&[]);
        let again = fresh.switched(EndpointState::Off { at: before }, before).switched(EndpointState::On, after);
        assert!(fresh.heeds(before) && !again.heeds(before) && again.heeds(after));
        let off = again.switched(EndpointState::Off { at: after }, after);
        assert!(!off.heeds(before), "it is the same life that ends");
    }

    #[test]
    fn an_endpoint_reads_back() {
        let endpoint = endpoint(&[Kind::PaymentFailed]).rotated(sealed(2), key(2), Timestamp::UNIX_EPOCH);
        let json = serde_json::to_string(&endpoint).unwrap();
        assert_eq!(serde_json::from_str::<Endpoint>(&json).unwrap(), endpoint);
        assert!(EndpointId::new(endpoint.id.as_str()).is_ok());
        for bad in ["", "we_", "we_UPPER", "x", &"we_".repeat(10)] {
            assert!(EndpointId::new(bad).is_err(), "{bad}");
        }
    }
}
