//! One-time codes by time (RFC 6238: HMAC-SHA-1, 6 digits, steps of 30 seconds), of which each is good once.
//!
//! Written here on `hmac` and `sha1`, which are linked anyway: the algorithm is twenty lines with published vectors, and what matters beside
//! it (a step is used up, the comparison takes constant time) is in no library's interface.

use std::fmt;

use data_encoding::{BASE32_NOPAD, BASE32_NOPAD_NOCASE};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Length of a step, seconds (RFC 6238, 5.2: the recommended one, and the only one that all apps know).
const STEP_S: i64 = 30;
/// Digits of a code.
const DIGITS: usize = 6;
/// How many steps a person's clock may be off, either way (RFC 6238, 5.2: one for the delay on the way).
const DRIFT: u64 = 1;
/// What an otpauth address leaves as it is (RFC 3986, 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text that is no secret of one-time codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not 10 to 64 bytes in base32")]
pub struct TotpSecretError;

/// The secret that a person's app and we share: 10 to 64 bytes. Ours have 20, as RFC 4226 (4) recommends.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct TotpSecret(Vec<u8>);

/// A step of 30 seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Step(u64);

impl Step {
    /// The step that `now` lies in.
    pub fn at(now: Timestamp) -> Self {
        Self(u64::try_from(now.as_second().div_euclid(STEP_S)).unwrap_or(0))
    }

    /// Its number.
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl From<u64> for Step {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

impl TotpSecret {
    /// From random bytes that the caller drew.
    pub fn from_random(bytes: [u8; 20]) -> Self {
        Self(bytes.to_vec())
    }

    /// From bytes that were sealed.
    ///
    /// # Errors
    /// [`TotpSecretError`] unless there are 10 to 64 of them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TotpSecretError> {
        if (10..=64).contains(&bytes.len()) { Ok(Self(bytes.to_vec())) } else { Err(TotpSecretError) }
    }

    /// From base32, as apps show it.
    ///
    /// # Errors
    /// [`TotpSecretError`].
    pub fn from_base32(text: &str) -> Result<Self, TotpSecretError> {
        let bytes = Zeroizing::new(BASE32_NOPAD_NOCASE.decode(text.as_bytes()).map_err(|_| TotpSecretError)?);
        Self::from_bytes(&bytes)
    }

    /// The bytes, to be sealed and for nobody else.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The secret in base32, to be shown once to the person whose it is.
    pub fn expose_base32(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE32_NOPAD.encode(&self.0))
    }

    /// The address that the QR code carries (Google Authenticator wiki, "Key Uri Format"); it holds the secret.
    pub fn expose_address(&self, issuer: &str, account: &str) -> Zeroizing<String> {
        let [issuer, account] = [issuer, account].map(|text| utf8_percent_encode(text, RESERVED));
        let secret = self.expose_base32();
        Zeroizing::new(format!("otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}", secret.as_str()))
    }

    /// The code of a step: what the person's app shows.
    pub fn code(&self, step: Step) -> Zeroizing<String> {
        Zeroizing::new(format!("{:06}", self.number(step)))
    }

    /// The step that `typed` is the code of, where its clock is at most a step off and the code was not used before: `used` is the last step that was.
    ///
    /// Digits may be typed in groups and full-width. None: it is no code, a wrong one, or one that was used.
    pub fn check(&self, typed: &str, now: Timestamp, used: Option<Step>) -> Option<Step> {
        let typed = Zeroizing::new(digits(typed)?);
        let here = Step::at(now).0;
        let mut found = None;
        for step in (here.saturating_sub(DRIFT)..=here.saturating_add(DRIFT)).map(Step) {
            // Every step is computed and compared, so that the time tells nothing of which it was.
            let same = bool::from(self.code(step).as_bytes().ct_eq(typed.as_bytes()));
            if same && used.is_none_or(|used| step > used) {
                found = Some(step);
            }
        }
        found
    }

    /// RFC 4226, 5.3: dynamic truncation of the HMAC over the step.
    fn number(&self, step: Step) -> u32 {
        let mut mac = match Hmac::<Sha1>::new_from_slice(&self.0) {
            Ok(mac) => mac,
            Err(_) => return 0, // HMAC takes a key of any length
        };
        mac.update(&step.0.to_be_bytes());
        let digest = mac.finalize().into_bytes();
        let offset = usize::from(digest.last().copied().unwrap_or(0) & 0xf);
        let bytes = digest.get(offset..).and_then(|rest| rest.first_chunk::<4>()).copied().unwrap_or_default();
        (u32::from_be_bytes(bytes) & 0x7fff_ffff) % 1_000_000
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

/// Six digits, whatever is typed between them.
fn digits(typed: &str) -> Option<String> {
    let mut found = String::with_capacity(DIGITS);
    for typed in typed.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        found.push(ascii_digit(typed).filter(|_| found.len() < DIGITS)?);
    }
    (found.len() == DIGITS).then_some(found)
}

/// A digit, half or full width.
fn ascii_digit(typed: char) -> Option<char> {
    let wide = u32::from(typed).checked_sub(u32::from('０')).filter(|value| *value <= 9);
    wide.and_then(|value| char::from_digit(value, 10)).or_else(|| Some(typed).filter(char::is_ascii_digit))
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test's own numbers are small")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        let secret = TotpSecret::from_bytes(b"12345678901234567890").unwrap();
        // Appendix B, SHA1: the last six of its eight digits.
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret.code(Step::at(at(second))).as_str(), code, "{second}");
        }
    }

    #[test]
    fn a_code_is_good_a_step_either_way_and_once() {
        let secret = TotpSecret::from_base32("JBSWY3DPEHPK3PXP").unwrap();
        let now = at(1_800_000_000);
        let here = Step::at(now);
        for (steps, good) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let step = Step(here.0.checked_add_signed(steps).unwrap());
            let code = secret.code(step);
            assert_eq!(secret.check(&code, now, None), good.then_some(step), "{steps}");
            assert_eq!(secret.check(&code, now, Some(step)), None, "{steps}: used");
        }
        let code = secret.code(here);
        assert_eq!(secret.check(&code, now, Some(Step(here.0 - 1))), Some(here));
        assert_eq!(secret.check(&code, now, Some(Step(here.0 + 1))), None, "an older code than one that was used");
    }

    #[test]
    fn digits_may_be_grouped_and_full_width() {
        let secret = TotpSecret::from_base32("jbswy3dpehpk3pxp").unwrap();
        let now = at(1_800_000_000);
        let code = secret.code(Step::at(now));
        let wide: String = code.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
        for typed in [format!(" {} {} ", &code[..3], &code[3..]), format!("{}-{}", &code[..3], &code[3..]), wide] {
            assert!(secret.check(&typed, now, None).is_some(), "{typed}");
        }
        for typed in ["", "12345", "1234567", "abcdef", "12345x", "１２３４５"] {
            assert_eq!(secret.check(typed, now, None), None, "{typed}");
        }
    }

    #[test]
    fn an_address_is_what_apps_read() {
        let secret = TotpSecret::from_base32("JBSWY3DPEHPK3PXP").unwrap();
        assert_eq!(
            secret.expose_address("Kessai デモ", "owner@example.jp").as_str(),
            "otpauth://totp/Kessai%20%E3%83%87%E3%83%A2:owner%40example.jp?secret=JBSWY3DPEHPK3PXP&issuer=Kessai%20%E3%83%87%E3%83%A2"
        );
        assert_eq!(format!("{secret:?}"), "TotpSecret(…)");
        for bad in ["", "JBSWY3DP", "not base32!", "JBSWY3DPEHPK3PX1"] {
            assert!(TotpSecret::from_base32(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_code_is_taken_twice(bytes: [u8; 20], second in 1_000_000_000_i64..4_000_000_000, later in 0_i64..120) {
            let secret = TotpSecret::from_random(bytes);
            let code = secret.code(Step::at(at(second)));
            let used = secret.check(&code, at(second), None);
            prop_assert!(used.is_some());
            // The same six digits may come up again by chance, but then they are the code of a later step.
            if let Some(again) = secret.check(&code, at(second + later), used) {
                prop_assert!(Some(again) > used);
                prop_assert_eq!(secret.code(again), code);
            }
        }

        #[test]
        fn nothing_typed_stops_it(typed: String) {
            let _ = TotpSecret::from_random([7; 20]).check(&typed, at(1_800_000_000), None);
        }
    }
}
