//! Recovery codes: ten of them stand in for a person's lost app, each once. Only their digests are kept.

use std::fmt;

use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// How many codes a person gets.
pub const RECOVERY_CODES: usize = 10;
/// Letters and digits of a code.
const LENGTH: usize = 16;
/// They are shown in groups of this many.
const GROUP: usize = 4;

/// A recovery code: 80 random bits as 16 characters of base32, which has neither 0 nor 1 to mistake for O and I.
///
/// So many bits can't be guessed from a digest, which is why a plain hash is enough to keep.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct RecoveryCode(String);

impl RecoveryCode {
    /// From random bytes that the caller drew.
    pub fn from_random(bytes: [u8; 10]) -> Self {
        Self(BASE32_NOPAD.encode(&bytes))
    }

    /// Reads what was typed: groups, case and width don't matter. None: it can't be a code.
    pub fn parse(typed: &str) -> Option<Self> {
        let mut code = Self(String::with_capacity(LENGTH));
        for typed in typed.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '－' | '‐' | 'ー')) {
            let letter = narrow(typed).to_ascii_uppercase();
            let known = letter.is_ascii_uppercase() || ('2'..='7').contains(&letter);
            if !known || code.0.len() == LENGTH {
                return None;
            }
            code.0.push(letter);
        }
        Some(code).filter(|code| code.0.len() == LENGTH)
    }

    /// The code in groups, to be shown once to the person whose it is.
    pub fn expose(&self) -> Zeroizing<String> {
        let mut shown = Zeroizing::new(String::with_capacity(LENGTH.saturating_add(LENGTH / GROUP)));
        for (place, letter) in self.0.chars().enumerate() {
            if place > 0 && place % GROUP == 0 {
                shown.push('-');
            }
            shown.push(letter);
        }
        shown
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(…)")
    }
}

/// Full-width letters and digits as ASCII.
fn narrow(c: char) -> char {
    let plain = u32::from(c).checked_sub(0xfee0).and_then(char::from_u32);
    plain.filter(char::is_ascii_graphic).unwrap_or(c)
}

/// The digests of the codes that a person has not used yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecoveryDigests(Vec<String>);

impl RecoveryDigests {
    /// The digests of one person's codes; `owner` is bound in, so that equal codes of two people have other digests.
    pub fn of(owner: &str, codes: &[RecoveryCode]) -> Self {
        Self(codes.iter().map(|code| digest(owner, code)).collect())
    }

    /// How many are left.
    pub fn left(&self) -> usize {
        self.0.len()
    }

    /// What is left after `typed` was used. None: it is none of them.
    pub fn spend(&self, owner: &str, typed: &str) -> Option<Self> {
        let wanted = digest(owner, &RecoveryCode::parse(typed)?);
        let is = |kept: &&String| !bool::from(kept.as_bytes().ct_eq(wanted.as_bytes()));
        let left: Vec<String> = self.0.iter().filter(is).cloned().collect();
        (left.len() < self.0.len()).then_some(Self(left))
    }
}

fn digest(owner: &str, code: &RecoveryCode) -> String {
    let mut hash = Sha256::new();
    for part in ["recovery code", owner, &code.0] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part.as_bytes());
    }
    BASE64URL_NOPAD.encode(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes() -> Vec<RecoveryCode> {
        (0..10_u8).map(|n| RecoveryCode::from_random([n; 10])).collect()
    }

    #[test]
    fn each_code_is_good_once() {
        let codes = codes();
        let mut left = RecoveryDigests::of("user", &codes);
        assert_eq!(left.left(), RECOVERY_CODES);
        for (used, code) in codes.iter().enumerate() {
            left = left.spend("user", &code.expose()).unwrap();
            assert_eq!(left.left(), RECOVERY_CODES - used - 1);
            assert_eq!(left.spend("user", &code.expose()), None, "{used}: used before");
        }
    }

    #[test]
    fn a_code_is_its_owners_only() {
        assert_eq!(RecoveryDigests::of("one", &codes()).spend("two", &codes()[0].expose()), None);
    }

    #[test]
    fn how_it_is_typed_does_not_matter() {
        let code = RecoveryCode::from_random([0x5a; 10]);
        let shown = code.expose();
        assert_eq!(shown.len(), 19);
        let wide: String = shown.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
        for typed in [shown.to_lowercase(), shown.replace('-', ""), shown.replace('-', " "), wide] {
            assert_eq!(RecoveryCode::parse(&typed), Some(code.clone()), "{typed}");
        }
        for typed in ["", "123456", "ABCD-EFGH-IJKL-MNO", "ABCD-EFGH-IJKL-MNOPQ", "ABCD-EFGH-IJKL-MN01"] {
            assert_eq!(RecoveryCode::parse(typed), None, "{typed}");
        }
        assert_eq!(format!("{code:?}"), "RecoveryCode(…)");
    }

    #[test]
    fn what_is_kept_says_nothing_of_the_codes() {
        let kept = serde_json::to_string(&RecoveryDigests::of("user", &codes())).unwrap();
        for code in codes() {
            assert!(!kept.contains(code.expose().as_str()) && !kept.contains(&code.0));
        }
    }
}
