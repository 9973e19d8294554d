//! Passwords as they are kept: argon2id, 19 MiB, two passes, one lane (OWASP password storage cheat sheet; the floor of our own rules).

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use domain::Password;
use inbound::{SealError, random};

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Stands in where there is no account, so that the answer takes as long. What it was made of is not known to anybody.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A chosen password, to be stored: a PHC string with a fresh salt.
///
/// # Errors
/// [`SealError::Failed`].
pub fn hash_password(password: &Password) -> Result<String, SealError> {
    let salt: [u8; 16] = random()?;
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| SealError::Failed)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash: PasswordHash =
        argon2.hash_password_with_salt(password.expose().as_bytes(), &salt).map_err(|_| SealError::Failed)?;
    Ok(hash.to_string())
}

/// Whether a typed password is the stored one. Where there is none it takes as long and is not.
#[must_use]
pub fn is_password(stored: Option<&str>, typed: &Password) -> bool {
    let hash = PasswordHash::new(stored.unwrap_or(NOBODY));
    // What was hashed with other parameters is compared with those.
    let same = hash.is_ok_and(|hash| Argon2::default().verify_password(typed.expose().as_bytes(), &hash).is_ok());
    same && stored.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_kept_with_the_parameters_of_the_rules_and_a_salt_of_its_own() {
        let password = Password::typed("correct horse battery");
        let [one, other] = [hash_password(&password).unwrap(), hash_password(&password).unwrap()];
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, other);
        assert!(is_password(Some(&one), &password) && is_password(Some(&other), &password));
        assert!(!is_password(Some(&one), &Password::typed("correct horse batterz")));
    }

    #[test]
    fn nobody_has_no_password_but_a_hash_that_reads() {
        assert!(PasswordHash::new(NOBODY).is_ok(), "else it would be told apart by its time");
        for typed in ["", "correct horse battery"] {
            assert!(!is_password(None, &Password::typed(typed)));
            assert!(!is_password(Some("no hash"), &Password::typed(typed)));
        }
    }
}
