//! What a merchant puts on the payment page of its own: texts before and after the card form, and a logo.

use serde::{Deserialize, Serialize};

use crate::MerchantId;

/// HTML of a merchant, already sanitized. Whoever makes one has run the sanitizer: it is put into the page as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopHtml(String);

impl ShopHtml {
    /// The longest text, in bytes (ours): the page is one answer, and it is the shopper's phone that loads it.
    pub const MAX_BYTES: usize = 8_000;

    /// HTML that the sanitizer answered.
    pub fn from_sanitized(html: String) -> Self {
        Self(html)
    }

    /// The HTML.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Nothing is shown.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The kinds of raster images that a logo may be. No SVG: it can hold scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImageKind {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// GIF.
    Gif,
    /// WebP.
    Webp,
}

/// Why a file can't be a logo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// There is none.
    #[error("the file is empty")]
    Empty,
    /// More than [`ImageKind::MAX_BYTES`].
    #[error("larger than {} bytes", ImageKind::MAX_BYTES)]
    TooLarge,
    /// Its first bytes are of none of the kinds, whatever its name says.
    #[error("not a PNG, JPEG, GIF or WebP")]
    Kind,
}

impl ImageKind {
    /// The largest file.
    pub const MAX_BYTES: usize = 100 * 1024;

    /// What a file is by its first bytes; its name and the browser's word for it are not asked.
    ///
    /// # Errors
    /// [`ImageError`].
    pub fn of(bytes: &[u8]) -> Result<Self, ImageError> {
        if bytes.is_empty() {
            return Err(ImageError::Empty);
        }
        if bytes.len() > Self::MAX_BYTES {
            return Err(ImageError::TooLarge);
        }
        let webp = |bytes: &[u8]| bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
        match bytes {
            _ if bytes.starts_with(b"\x89PNG\r\n\x1a\n") => Ok(Self::Png),
            _ if bytes.starts_with(b"\xff\xd8\xff") => Ok(Self::Jpeg),
            _ if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") => Ok(Self::Gif),
            _ if webp(bytes) => Ok(Self::Webp),
            _ => Err(ImageError::Kind),
        }
    }

    /// What a browser is told that it is.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
        }
    }
}

/// A merchant's logo, which our own function serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logo {
    /// Its path on our origin, with the hash of the file: another file has another path, so browsers may keep it for ever.
    pub path: String,
    /// What it is.
    pub kind: ImageKind,
}

impl Logo {
    /// The logo that is the file with this SHA-256, in hex.
    pub fn new(merchant: &MerchantId, hash: &str, kind: ImageKind) -> Self {
        Self { path: format!("{IMAGES}{merchant}/{hash}"), kind }
    }

    /// The SHA-256 of the file, in hex.
    pub fn hash(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

/// Where images of merchants are served.
pub const IMAGES: &str = "/image/";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        let large = [b"\x89PNG\r\n\x1a\n".as_slice(), &vec![0; ImageKind::MAX_BYTES]].concat();
        for (bytes, kind) in [
            (&b"\x89PNG\r\n\x1a\n\0"[..], Ok(ImageKind::Png)),
            (b"\xff\xd8\xff\xe0", Ok(ImageKind::Jpeg)),
            (b"GIF89a...", Ok(ImageKind::Gif)),
            (b"RIFF\0\0\0\0WEBPVP8 ", Ok(ImageKind::Webp)),
            (b"RIFF\0\0\0\0WAVE", Err(ImageError::Kind)),
            (b"<svg xmlns='http://www.w3.org/2000/svg'>", Err(ImageError::Kind)),
            (b"<html>", Err(ImageError::Kind)),
            (b"", Err(ImageError::Empty)),
            (&large, Err(ImageError::TooLarge)),
        ] {
            assert_eq!(ImageKind::of(bytes), kind, "{:?}", bytes.get(..12.min(bytes.len())));
        }
    }
}
