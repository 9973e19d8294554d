//! The merchant's accent colour, moved until it can be read (WCAG 2.2, 1.4.3: 4.5:1).
#![allow(clippy::float_arithmetic, reason = "contrast is a ratio of light; no money is near")]

use std::fmt;

/// A colour, 8 bits a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(u8, u8, u8);

/// An accent colour in its two readable forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent {
    /// On light ground, and as ground for white text.
    pub light: Rgb,
    /// On dark ground, and as ground for near-black text.
    pub dark: Rgb,
}

/// The least contrast of text (WCAG 2.2, 1.4.3, level AA).
const LEAST: f64 = 4.5;
/// The page's light ground; white has more contrast still. As `--bg` in the sheet.
const LIGHT_GROUND: Rgb = Rgb(0xf4, 0xf5, 0xf7);
/// The lighter of the two dark grounds. As `--surface` in the sheet.
const DARK_GROUND: Rgb = Rgb(0x1c, 0x1f, 0x24);
/// Where a merchant chose none, or something that is no colour.
const DEFAULT: Rgb = Rgb(0x1f, 0x4f, 0x8f);
/// Steps between a colour and black or white.
const STEPS: u16 = 64;

impl Accent {
    /// Reads `#rrggbb` and moves it towards black and white until both forms can be read; anything else becomes the default colour.
    pub fn new(text: &str) -> Self {
        let colour = Rgb::parse(text).unwrap_or(DEFAULT);
        Self {
            light: colour.readable_on(LIGHT_GROUND, Rgb(0, 0, 0)),
            dark: colour.readable_on(DARK_GROUND, Rgb(255, 255, 255)),
        }
    }
}

impl Rgb {
    /// Reads `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix('#').filter(|h| h.len() == 6 && h.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let channel =
            |from: usize| hex.get(from..from.saturating_add(2)).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        Some(Self(channel(0)?, channel(2)?, channel(4)?))
    }

    /// The contrast of two colours, 1 to 21 (WCAG 2.2, contrast ratio).
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance() + 0.05, other.luminance() + 0.05);
        if a > b { a / b } else { b / a }
    }

    /// The nearest colour on the way to `end` that can be read on `ground`.
    fn readable_on(self, ground: Self, end: Self) -> Self {
        (0..=STEPS).map(|step| self.towards(end, step)).find(|c| c.contrast(ground) >= LEAST).unwrap_or(end)
    }

    /// `step` of [`STEPS`] on the way to `end`.
    fn towards(self, end: Self, step: u16) -> Self {
        let mix = |from: u8, to: u8| {
            let left = u16::from(from).saturating_mul(STEPS.saturating_sub(step));
            let sum = left.saturating_add(u16::from(to).saturating_mul(step));
            u8::try_from(sum / STEPS).unwrap_or(u8::MAX)
        };
        Self(mix(self.0, end.0), mix(self.1, end.1), mix(self.2, end.2))
    }

    /// Relative luminance, 0 to 1 (WCAG 2.2).
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }
}

/// `#rrggbb`
impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_the_ratio_that_the_guideline_prints() {
        let (white, black) = (Rgb(255, 255, 255), Rgb(0, 0, 0));
        assert!((white.contrast(black) - 21.0).abs() < 0.01);
        assert!((white.contrast(white) - 1.0).abs() < 0.01);
        // #767676 is the well-known lightest grey that passes on white.
        assert!(Rgb(0x76, 0x76, 0x76).contrast(white) >= 4.5);
        assert!(Rgb(0x77, 0x77, 0x77).contrast(white) < 4.5);
    }

    #[test]
    fn every_accent_can_be_read_on_both_grounds() {
        let white = Rgb(255, 255, 255);
        for r in (0..=255).step_by(17) {
            for g in (0..=255).step_by(17) {
                for b in (0..=255).step_by(17) {
                    let accent = Accent::new(&format!("#{r:02x}{g:02x}{b:02x}"));
                    assert!(accent.light.contrast(LIGHT_GROUND) >= LEAST, "{accent:?}");
                    assert!(accent.light.contrast(white) >= LEAST, "white on {accent:?}");
                    assert!(accent.dark.contrast(DARK_GROUND) >= LEAST, "{accent:?}");
                    assert!(accent.dark.contrast(Rgb(0x12, 0x14, 0x17)) >= LEAST, "near-black on {accent:?}");
                }
            }
        }
    }

    #[test]
    fn a_readable_colour_is_left_as_it_is() {
        assert_eq!(Accent::new("#1a5fb4").light.to_string(), "#1a5fb4");
        assert_ne!(Accent::new("#ffcc00").light.to_string(), "#ffcc00");
        assert_eq!(Accent::new("#ffcc00").dark.to_string(), "#ffcc00");
    }

    #[test]
    fn what_is_no_colour_becomes_the_default() {
        for text in ["", "red", "#fff", "#12345g", "#1234567", "#é1234", "123456"] {
            assert_eq!(Accent::new(text), Accent::new("#1f4f8f"), "{text}");
        }
    }
}
