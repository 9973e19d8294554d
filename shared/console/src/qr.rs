//! QR codes as inline SVG: one path, drawn with presentation attributes, which the page's policy allows.

use std::fmt::Write as _;

use askama::Template;
use qrcode::{Color, EcLevel, QrCode};

/// Modules of white around the code (ISO/IEC 18004: four).
const QUIET: usize = 4;

/// The QR code of a text, `label` being what a screen reader says of it. Black on white in dark mode too: not every camera reads the reverse.
///
/// None: more text than a QR code holds (2,331 bytes at this level of correction).
pub fn qr_svg(text: &str, label: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (row, modules) in code.to_colors().chunks(width).enumerate() {
        for (column, _) in modules.iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
            let (x, y) = (column.saturating_add(QUIET), row.saturating_add(QUIET));
            let _ = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    let side = width.saturating_add(QUIET.saturating_mul(2));
    Drawing { side, path, label }.render().ok()
}

#[derive(Template)]
#[template(path = "qr.html", whitespace = "minimize")]
struct Drawing<'a> {
    side: usize,
    path: String,
    label: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_drawing_with_a_name() {
        let svg =
            qr_svg("otpauth://totp/Kessai:owner%40example.jp?secret=JBSWY3DPEHPK3PXP&issuer=Kessai", "QR \"code\"")
                .unwrap();
        assert!(svg.starts_with("<svg class=\"qr\" viewBox=\"0 0 "));
        assert!(svg.contains("aria-label=\"QR &#34;code&#34;\""), "{svg}");
        assert!(!svg.contains("style="), "the page's policy has no inline styles");
        // The three finder patterns begin at the quiet zone's edge.
        assert!(svg.contains("M4 4h1v1h-1z"));
        assert_eq!(qr_svg(&"x".repeat(3000), ""), None);
    }
}
