//! People who work in the console: who they are, for which merchant, and what they may do.

use data_encoding::BASE32_NOPAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{IdError, Lang, MerchantId, id::text_id, merchant::SealedSecret, recovery::RecoveryDigests};

/// A user's opaque id: 16 characters of base32. It stands in audit logs and payments, and says nothing of the person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserId(String);

impl UserId {
    /// From random bytes that the caller drew.
    pub fn from_random(bytes: [u8; 10]) -> Self {
        Self(BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
    }

    /// # Errors
    /// [`IdError`] unless `text` is 16 lower-case characters of base32.
    pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
        let text = text.into();
        let base32 = |b: u8| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b);
        if text.len() == 16 && text.bytes().all(base32) { Ok(Self(text)) } else { Err(IdError("user")) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_id!(UserId);

/// What somebody may do. Each role may do what the ones before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees everything but secrets.
    Viewer,
    /// Captures, cancels, refunds, charges, makes links, downloads.
    Operator,
    /// Settings and people, too.
    Owner,
}

impl Role {
    /// As records and forms write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Owner => "owner",
        }
    }

    /// The role of this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Viewer, Self::Operator, Self::Owner].into_iter().find(|role| role.name() == name)
    }
}

/// The address that somebody signs in with: one `@`, no spaces or control characters, at most 128 characters. Compared without regard to case.
pub fn normalized_mail(text: &str) -> Option<String> {
    let text = text.trim();
    let (name, host) = text.split_once('@')?;
    let plain = !text.chars().any(char::is_whitespace) && !crate::text::has_control(text);
    let fits = !name.is_empty() && host.contains('.') && !host.contains('@') && text.chars().count() <= 128;
    (plain && fits).then(|| text.to_lowercase())
}

/// Somebody who signs in for one merchant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Who, to records.
    pub id: UserId,
    /// For whom.
    pub merchant: MerchantId,
    /// Signs in with this address, normalized.
    pub mail: String,
    /// What colleagues call them.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Language of their mails.
    pub lang: Lang,
    /// Counts writes.
    pub version: u32,
    /// Counts changes of password, second factor and role: a session of an earlier epoch is dead.
    pub epoch: u32,
    /// Argon2id, as a PHC string. None until the invitation was taken up.
    pub password: Option<String>,
    /// The seed of the second factor, sealed. None until it is enrolled.
    pub totp: Option<SealedSecret>,
    /// The last time step whose code was taken: no code is taken twice.
    pub totp_step: u64,
    /// The recovery codes that are left.
    #[serde(default)]
    pub recovery: RecoveryDigests,
    /// When the invitation was made.
    pub created_at: Timestamp,
}

impl User {
    /// Whether the person has chosen a password and enrolled a second factor.
    pub const fn has_joined(&self) -> bool {
        self.password.is_some() && self.totp.is_some()
    }

    /// Whether the person is an owner who has joined: who decides for the merchant, and is told of what others change.
    pub const fn is_owner(&self) -> bool {
        match self.role {
            Role::Owner => self.has_joined(),
            Role::Operator | Role::Viewer => false,
        }
    }
}

/// A signed-in browser. It is found by the hash of the token in its cookie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Whose.
    pub user: UserId,
    /// The address they signed in with: the key of their record.
    pub mail: String,
    /// The epoch it was made in.
    pub epoch: u32,
    /// What every form of this session carries.
    pub form_token: String,
    /// When the person signed in.
    pub signed_in_at: Timestamp,
    /// The last request that was noted (once a minute at most).
    pub seen_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_may_do_what_the_ones_below_may() {
        assert!(Role::Viewer < Role::Operator && Role::Operator < Role::Owner);
        for role in [Role::Viewer, Role::Operator, Role::Owner] {
            assert_eq!(Role::parse(role.name()), Some(role));
        }
        assert_eq!(Role::parse("admin"), None);
    }

    #[test]
    fn an_address_is_compared_without_case() {
        assert_eq!(normalized_mail(" Owner@Example.JP "), Some("owner@example.jp".to_owned()));
        for bad in ["", "owner", "@example.jp", "a@b", "a b@example.jp", "a@b@example.jp", "a@example.jp\nBcc: x@y.z"] {
            assert_eq!(normalized_mail(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_user_id_reads_back() {
        let id = UserId::from_random([7; 10]);
        assert_eq!(UserId::new(id.as_str()), Ok(id));
        assert!(UserId::new("short").is_err());
    }
}
