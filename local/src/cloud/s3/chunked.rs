//! The bytes of a body: plain or in signed chunks, held against the checksums that came with them.

use super::super::objects::Headers;
use super::super::protocol::AwsError;
use super::{BASE64, Request, refused};
use crc_fast::CrcAlgorithm;
use sha2::Digest as _;
use std::borrow::Cow;

/// What a body holds.
pub(super) struct Content<'a> {
    pub(super) bytes: Cow<'a, [u8]>,
    /// Name and value of the checksum that came with it.
    pub(super) checksum: Headers,
}

impl<'a> Content<'a> {
    /// Reads a body and refuses one that isn't what its checksums say.
    pub(super) fn read(request: &Request, body: &'a [u8]) -> Result<Self, AwsError> {
        let in_chunks = request.header("x-amz-content-sha256").is_some_and(|hash| hash.starts_with("STREAMING-"));
        let (bytes, trailers) = if in_chunks {
            let (bytes, trailers) = unpack(body).ok_or_else(|| incomplete("the chunks of the body can't be read"))?;
            (Cow::Owned(bytes), trailers)
        } else {
            (Cow::Borrowed(body), Headers::new())
        };
        if request.header("x-amz-decoded-content-length").is_some_and(|length| length != bytes.len().to_string()) {
            return Err(incomplete("the body has another length than announced"));
        }
        if request.header("content-md5").is_some_and(|sent| sent != BASE64.encode(&*md5::compute(&bytes))) {
            return Err(refused(400, "BadDigest", "The Content-MD5 you specified did not match what we received."));
        }
        let mut checksum = Headers::new();
        for (name, sent) in request.headers.iter().chain(&trailers) {
            let Some(algorithm) = name.strip_prefix("x-amz-checksum-") else { continue };
            if matches!(algorithm, "algorithm" | "type" | "mode") {
                continue;
            }
            let Some(counted) = count(algorithm, &bytes) else {
                return Err(refused(501, "NotImplemented", "the local cloud doesn't count this checksum"));
            };
            if counted != *sent {
                return Err(refused(400, "BadDigest", "The checksum you specified did not match what we received."));
            }
            checksum.push((name.clone(), counted));
        }
        Ok(Self { bytes, checksum })
    }
}

/// A content encoding without the transport's own (`aws-chunked`), which isn't kept.
pub(super) fn without(encoding: &str) -> String {
    let kept: Vec<_> = encoding.split(',').map(str::trim).filter(|part| *part != "aws-chunked").collect();
    kept.join(",")
}

/// A checksum in the form of its header.
fn count(algorithm: &str, bytes: &[u8]) -> Option<String> {
    let (algorithm, width) = match algorithm {
        "crc32" => (CrcAlgorithm::Crc32IsoHdlc, 4_usize),
        "crc32c" => (CrcAlgorithm::Crc32Iscsi, 4),
        "crc64nvme" => (CrcAlgorithm::Crc64Nvme, 8),
        "sha1" => return Some(BASE64.encode(&sha1::Sha1::digest(bytes))),
        "sha256" => return Some(BASE64.encode(&sha2::Sha256::digest(bytes))),
        _ => return None,
    };
    let counted = crc_fast::checksum(algorithm, bytes).to_be_bytes();
    Some(BASE64.encode(counted.get(counted.len().saturating_sub(width)..)?))
}

/// `<hex length>[;chunk-signature=…]\r\n<bytes>\r\n` until a length of 0, then headers
/// (S3 user guide, "Signature calculations: transferring a payload in multiple chunks"). Signatures aren't checked.
fn unpack(mut body: &[u8]) -> Option<(Vec<u8>, Headers)> {
    let mut bytes = Vec::with_capacity(body.len());
    loop {
        let (line, rest) = line(body)?;
        let length = usize::from_str_radix(line.split(';').next()?.trim(), 16).ok()?;
        if length == 0 {
            body = rest;
            break;
        }
        bytes.extend_from_slice(rest.get(..length)?);
        body = rest.get(length..)?.strip_prefix(b"\r\n")?;
    }
    let mut trailers = Headers::new();
    while let Some((line, rest)) = line(body) {
        if let Some((name, value)) = line.split_once(':') {
            trailers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
        body = rest;
    }
    Some((bytes, trailers))
}

/// The text before the next line break, and what follows it.
fn line(body: &[u8]) -> Option<(&str, &[u8])> {
    let end = body.windows(2).position(|pair| pair == b"\r\n")?;
    let text = std::str::from_utf8(body.get(..end)?).ok()?;
    Some((text, body.get(end.saturating_add(2)..)?))
}

fn incomplete(message: &str) -> AwsError {
    refused(400, "IncompleteBody", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[(&str, &str)], body: &[u8]) -> Result<Vec<u8>, AwsError> {
        let request = Request::of("PUT", "127.0.0.1", "/files/a", headers.iter().copied()).unwrap();
        Content::read(&request, body).map(|content| content.bytes.into_owned())
    }

    #[test]
    fn chunks_are_put_together_and_their_trailing_checksum_is_held() {
        let streaming = ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER");
        let body = |checksum: &str| {
            format!("5;chunk-signature=ab\r\nhello\r\n1\r\n!\r\n0\r\nx-amz-checksum-crc32:{checksum}\r\n\r\n")
        };
        let right = count("crc32", b"hello!").unwrap();
        assert_eq!(read(&[streaming], body(&right).as_bytes()).unwrap(), b"hello!");
        assert!(read(&[streaming], body("AAAAAA==").as_bytes()).is_err());
        assert!(read(&[streaming, ("x-amz-decoded-content-length", "7")], body(&right).as_bytes()).is_err());
        assert!(read(&[streaming], b"5\r\nhel").is_err(), "cut off");
    }

    #[test]
    fn a_body_that_is_not_what_its_checksum_says_is_refused() {
        for (name, right) in [
            ("content-md5", "XUFAKrxLKna5cZ2REBfFkg=="),
            ("x-amz-checksum-crc32", "NhCmhg=="),
            ("x-amz-checksum-crc32c", "mnG7TA=="),
            ("x-amz-checksum-sha1", "qvTGHdzF6KLavt4PO0gs2a6pQ00="),
            ("x-amz-checksum-sha256", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="),
        ] {
            assert_eq!(read(&[(name, right)], b"hello").unwrap(), b"hello", "{name}");
            assert!(read(&[(name, right)], b"hellp").is_err(), "{name}");
        }
        assert!(read(&[("x-amz-checksum-md7", "AAAA")], b"hello").is_err(), "not counted here, so not believed");
    }

    #[test]
    fn the_transports_encoding_is_not_kept() {
        assert_eq!((without("aws-chunked"), without("gzip, aws-chunked")), (String::new(), "gzip".to_owned()));
    }
}
