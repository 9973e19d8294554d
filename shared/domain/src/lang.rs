//! The two languages people are spoken to in.

use serde::{Deserialize, Serialize};

/// A page's or mail's language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Japanese.
    #[default]
    Ja,
    /// English.
    En,
}

impl Lang {
    /// The tag of BCP 47, as `lang` carries it.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }

    /// The other of the two.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Ja => Self::En,
            Self::En => Self::Ja,
        }
    }

    /// Reads the `lang` parameter: `ja` or `en`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "ja" => Some(Self::Ja),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The better of the two for an `Accept-Language` header (RFC 9110, 12.5.4), or none when it names neither.
    pub fn accepted(header: &str) -> Option<Self> {
        let mut best: Option<(Self, u32)> = None;
        for entry in header.split(',') {
            let mut parts = entry.split(';');
            let tag = parts.next().unwrap_or_default().trim();
            let primary = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
            let weight = parts.find_map(|p| p.trim().strip_prefix("q=")).map_or(Some(1000), thousandths).unwrap_or(0);
            if let Some(lang) = Self::parse(&primary)
                && weight > best.map_or(0, |(_, w)| w)
            {
                best = Some((lang, weight));
            }
        }
        best.map(|(lang, _)| lang)
    }
}

/// `0.8` → 800: quality values have at most three decimals.
fn thousandths(text: &str) -> Option<u32> {
    let (whole, rest) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let whole: u32 = whole.parse().ok()?;
    let decimals: u32 = format!("{rest:0<3}").get(..3)?.parse().ok()?;
    whole.checked_mul(1000)?.checked_add(decimals).filter(|w| *w <= 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_preference_decides() {
        for (header, lang) in [
            ("ja", Some(Lang::Ja)),
            ("en-US,en;q=0.9,ja;q=0.8", Some(Lang::En)),
            ("fr-FR,ja;q=0.5,en;q=0.4", Some(Lang::Ja)),
            ("fr, de;q=0.9", None),
            ("en;q=0, ja;q=0.1", Some(Lang::Ja)),
            ("en;q=x, ja;q=0.1", Some(Lang::Ja)),
            ("", None),
        ] {
            assert_eq!(Lang::accepted(header), lang, "{header}");
        }
    }
}
