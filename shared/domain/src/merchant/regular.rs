//! How a merchant's regular purchases are billed, and which offer a shop's request begins.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::recurring::{calendar::Anchor, offer::OfferId, retry::Retries};

/// A merchant's regular purchases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RegularSettings {
    /// The day of month on which those who join from now on are billed.
    pub anchor: Anchor,
    /// Whether a declined period is tried again by itself.
    pub retries: Retries,
    /// The offer that each `regular_kind` begins.
    pub kinds: BTreeMap<RegularKind, OfferId>,
}

impl Default for RegularSettings {
    fn default() -> Self {
        Self { anchor: Anchor::USUAL, retries: Retries::TwoWeeks, kinds: BTreeMap::new() }
    }
}

impl RegularSettings {
    /// The offer that a request without a kind begins: the only one, or that of kind 1.
    pub fn usual(&self) -> Option<&OfferId> {
        match self.kinds.len() {
            1 => self.kinds.values().next(),
            _ => self.kinds.get(&RegularKind(1)),
        }
    }
}

/// The digits of `regular_kind`: 1 to 99. ASJ's manual doesn't print them; here a kind only names an offer, by [`RegularSettings::kinds`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegularKind(u8);

impl RegularKind {
    /// None unless `text` is one or two digits without a leading zero.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|_| digits && !text.starts_with('0')).map(Self)
    }
}

impl TryFrom<String> for RegularKind {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, &'static str> {
        Self::parse(&text).ok_or("a kind of regular purchase is 1 to 99")
    }
}

impl From<RegularKind> for String {
    fn from(kind: RegularKind) -> Self {
        kind.0.to_string()
    }
}

impl std::fmt::Display for RegularKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_one_or_two_digits() {
        for text in ["1", "12", "99"] {
            assert!(RegularKind::parse(text).is_some(), "{text}");
        }
        for text in ["", "0", "01", "100", "+1", "１"] {
            assert!(RegularKind::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn without_a_kind_the_only_offer_is_begun_or_that_of_kind_one() {
        for (kinds, usual) in [
            (&[][..], None),
            (&[("3", "tea")], Some("tea")),
            (&[("1", "coffee"), ("3", "tea")], Some("coffee")),
            (&[("2", "coffee"), ("3", "tea")], None),
        ] {
            let kinds =
                kinds.iter().map(|(kind, offer)| (RegularKind::parse(kind).unwrap(), OfferId::new(*offer).unwrap()));
            let settings = RegularSettings { kinds: kinds.collect(), ..RegularSettings::default() };
            assert_eq!(settings.usual().map(OfferId::as_str), usual);
        }
    }

    #[test]
    fn settings_read_back_and_are_as_asj_bills_by_default() {
        let mut settings = RegularSettings::default();
        assert_eq!(settings.anchor.day(), 27);
        settings.kinds.insert(RegularKind::parse("3").unwrap(), OfferId::new("coffee").unwrap());
        let json = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<RegularSettings>(&json).unwrap(), settings);
        assert_eq!(serde_json::from_str::<RegularSettings>("{}").unwrap(), RegularSettings::default());
    }
}
