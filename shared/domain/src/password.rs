//! A console password: long, and not one that is guessed first.

use std::{collections::BTreeSet, fmt};

use zeroize::{Zeroize, ZeroizeOnDrop};

/// The fewest characters (spec: 12).
pub const SHORTEST: usize = 12;
/// The most bytes: enough for any sentence, and hashing stays cheap to bound.
pub const LONGEST_BYTES: usize = 512;
/// What must be left of a password when the words that everybody tries first are taken out of it. Characters.
const LEAST_OWN: usize = 6;
/// The fewest different characters.
const LEAST_DIFFERENT: usize = 5;

/// Words that guessing begins with (the common parts of published lists of leaked passwords).
const GUESSED: [&str; 26] = [
    "password",
    "passw0rd",
    "pass",
    "qwerty",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1q2w3e4r",
    "letmein",
    "welcome",
    "admin",
    "administrator",
    "iloveyou",
    "monkey",
    "dragon",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "master",
    "superman",
    "secret",
    "login",
    "sakura",
    "kessai",
    "console",
];

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Fewer than 12 characters.
    #[error("shorter than 12 characters")]
    Short,
    /// More than 512 bytes.
    #[error("longer than 512 bytes")]
    Long,
    /// Hardly more than the person's, the shop's or the service's name.
    #[error("made of a name")]
    Named,
    /// A word, a row of keys or a repetition.
    #[error("too simple")]
    Simple,
}

/// A password as it was typed. No Display, no Serialize, constant Debug; wiped when it is dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Password(String);

impl Password {
    /// A password that is only to be compared with one that was chosen before.
    pub fn typed(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A password that someone chooses. `names` are what must not be most of it: mail address, the shop's name, the service's.
    ///
    /// # Errors
    /// [`WeakPassword`].
    pub fn choose(text: impl Into<String>, names: &[&str]) -> Result<Self, WeakPassword> {
        let password = Self(text.into());
        let length = password.0.chars().count();
        if length < SHORTEST {
            return Err(WeakPassword::Short);
        }
        if password.0.len() > LONGEST_BYTES {
            return Err(WeakPassword::Long);
        }
        let text = Text(password.0.to_lowercase().chars().collect());
        let different: BTreeSet<char> = text.0.iter().copied().collect();
        if different.len() < LEAST_DIFFERENT || text.repeats() || text.without_rows() < LEAST_OWN {
            return Err(WeakPassword::Simple);
        }
        if text.without(names.iter().copied().flat_map(parts)) < LEAST_OWN {
            return Err(WeakPassword::Named);
        }
        if text.without(GUESSED.iter().map(|word| (*word).to_owned())) < LEAST_OWN {
            return Err(WeakPassword::Simple);
        }
        Ok(password)
    }

    /// The text, to be hashed and for nobody else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// A password being looked at, in lower case.
#[derive(Zeroize, ZeroizeOnDrop)]
struct Text(Vec<char>);

impl Text {
    /// It is one piece of at most a third of its length, over and over.
    fn repeats(&self) -> bool {
        (1..=self.0.len() / 3)
            .any(|period| self.0.iter().zip(self.0.iter().skip(period)).all(|(one, next)| one == next))
    }

    /// How many characters are no neighbour of the one before: rows of the alphabet, of digits and of one key count once.
    fn without_rows(&self) -> usize {
        let steps = self.0.iter().zip(self.0.iter().skip(1));
        let own = steps.filter(|(one, next)| u32::from(**one).abs_diff(u32::from(**next)) > 1).count();
        own.saturating_add(1)
    }

    /// How many letters and digits are left without these words.
    fn without(&self, words: impl Iterator<Item = String>) -> usize {
        let mut text: String = self.0.iter().collect();
        let mut words: Vec<String> = words.filter(|word| word.chars().count() >= 3).collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        for word in words {
            text = text.replace(&word, "");
        }
        let left = text.chars().filter(|c| c.is_alphanumeric()).count();
        text.zeroize();
        left
    }
}

/// A name as a whole and in its words: `owner@example.jp` is also `owner` and `example`.
fn parts(name: &str) -> Vec<String> {
    let name = name.to_lowercase();
    let words = name.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>();
    [name].into_iter().chain(words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAMES: [&str; 3] = ["hanako.yamada@example.jp", "デモショップ", "Kessai"];

    #[test]
    fn what_is_guessed_first_is_refused() {
        for (text, refused) in [
            ("", WeakPassword::Short),
            ("kY7-vN2_qLx", WeakPassword::Short),
            ("ひらがなで十一文字です", WeakPassword::Short),
            ("aaaaaaaaaaaa", WeakPassword::Simple),
            ("abababababab", WeakPassword::Simple),
            ("tokyo1tokyo1tokyo1", WeakPassword::Simple),
            ("123456789012", WeakPassword::Simple),
            ("abcdefghijklm", WeakPassword::Simple),
            ("987654321abc", WeakPassword::Simple),
            ("password12345", WeakPassword::Simple),
            ("Password-Password", WeakPassword::Simple),
            ("qwertyuiop12", WeakPassword::Simple),
            ("administrator1", WeakPassword::Simple),
            ("hanako.yamada@example.jp", WeakPassword::Named),
            ("HanakoYamada12", WeakPassword::Named),
            ("yamada-example", WeakPassword::Named),
            ("デモショップデモショップ1", WeakPassword::Named),
            ("kessai-kessai-1", WeakPassword::Named),
        ] {
            assert_eq!(Password::choose(text, &NAMES).err(), Some(refused), "{text}");
        }
        assert_eq!(Password::choose("ab".repeat(300), &[]).err(), Some(WeakPassword::Long));
    }

    #[test]
    fn a_long_one_of_ones_own_is_taken() {
        for text in [
            "kessai-demo-2026",
            "correct horse battery",
            "雨の日は駅前の喫茶店で本を読む",
            "tR4-vN2_qLx!9",
            "yamada likes 3 dogs and rain",
        ] {
            assert!(Password::choose(text, &NAMES).is_ok(), "{text}");
        }
        assert_eq!(format!("{:?}", Password::typed("kessai-demo-2026")), "Password(…)");
    }

    proptest! {
        #[test]
        fn anything_typed_gets_an_answer(text: String, name: String) {
            if let Ok(password) = Password::choose(text.clone(), &[&name]) {
                prop_assert!(password.expose().chars().count() >= SHORTEST);
                prop_assert_eq!(password.expose(), text);
            }
        }
    }
}
