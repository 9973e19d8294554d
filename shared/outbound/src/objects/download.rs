//! An object on its way to us, and the name of a file on its way to a person.

use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::OutboundError;

/// What a name may hold as it is (RFC 8187 section 3.2.1, `attr-char`).
const ATTR_CHAR: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The bytes of an object, as they come.
#[derive(Debug)]
pub struct Download {
    body: ByteStream,
    size: u64,
}

impl Download {
    pub(super) fn new(body: ByteStream, length: Option<i64>) -> Self {
        Self { body, size: length.and_then(|length| u64::try_from(length).ok()).unwrap_or_default() }
    }

    /// How many bytes were announced.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The next piece; `None` after the last one.
    ///
    /// # Errors
    /// [`OutboundError`] when the connection ends before the object does, or its checksum is another.
    pub async fn next(&mut self) -> Result<Option<Bytes>, OutboundError> {
        self.body.next().await.transpose().map_err(|e| OutboundError(Box::new(e)))
    }

    /// All of it at once.
    ///
    /// # Errors
    /// [`OutboundError`] as for [`next`](Self::next), and for more bytes than `most`, of which no more are then read.
    pub async fn into_bytes(mut self, most: usize) -> Result<Vec<u8>, OutboundError> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.next().await? {
            if bytes.len().saturating_add(piece.len()) > most {
                return Err(OutboundError(format!("an object of more than {most} bytes").into()));
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }
}

/// `Content-Disposition` for a file of this name, and for old clients of one that is near it (RFC 6266 appendix D).
pub(super) fn disposition(file_name: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '_');
    let near: String = file_name.chars().map(|letter| if plain(letter) { letter } else { '_' }).collect();
    format!("attachment; filename=\"{near}\"; filename*=UTF-8''{}", utf8_percent_encode(file_name, ATTR_CHAR))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_cannot_leave_its_place_in_the_header() {
        for (name, expected) in [
            ("sales.csv", "attachment; filename=\"sales.csv\"; filename*=UTF-8''sales.csv"),
            ("売上.csv", "attachment; filename=\"__.csv\"; filename*=UTF-8''%E5%A3%B2%E4%B8%8A.csv"),
            ("a\"; x=\r\nb", "attachment; filename=\"a___x___b\"; filename*=UTF-8''a%22%3B%20x%3D%0D%0Ab"),
        ] {
            assert_eq!(disposition(name), expected);
        }
    }
}
