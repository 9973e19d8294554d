//! A browser's form that uploads a file (S3 API reference, "POST Object").

use super::super::protocol::AwsError;
use super::refused;
use bytes::Bytes;
use http::request::Parts;
use http_body::Body;
use http_body_util::BodyDataStream;
use multer::Multipart;

/// Bytes of all fields before the file at most (S3 API reference, "Error responses", `MaxPostPreDataLengthExceeded`).
const MOST_FIELD_BYTES: usize = 20 * 1024;

/// What a form holds.
#[derive(Clone, Debug, Default)]
pub(in crate::cloud) struct Form {
    /// Names in small letters, and values; those behind the file are passed over, as S3 does.
    pub(super) fields: Vec<(String, String)>,
    /// What the file is called where it comes from.
    pub(super) file_name: String,
    /// Its bytes.
    pub(in crate::cloud) file: Vec<u8>,
}

impl Form {
    /// What separates the parts of the form that this request brings, if it brings one.
    pub(in crate::cloud) fn boundary(parts: &Parts) -> Option<String> {
        let content_type = parts.headers.get("content-type")?.to_str().ok()?;
        multer::parse_boundary(content_type).ok().filter(|_| parts.method == http::Method::POST)
    }

    /// Reads a form; of its bytes the file's alone are held.
    pub(in crate::cloud) async fn read<B>(boundary: String, body: B) -> Result<Self, AwsError>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let mut parts = Multipart::new(BodyDataStream::new(body), boundary);
        let (mut form, mut field_bytes) = (Self::default(), 0_usize);
        while let Some(mut part) = parts.next_field().await.map_err(malformed)? {
            let name = part.name().unwrap_or_default().to_ascii_lowercase();
            if name == "file" {
                form.file_name = part.file_name().unwrap_or_default().to_owned();
                while let Some(piece) = part.chunk().await.map_err(malformed)? {
                    form.file.extend_from_slice(&piece);
                }
                drop(part);
                while parts.next_field().await.map_err(malformed)?.is_some() {}
                return Ok(form);
            }
            let value = part.text().await.map_err(malformed)?;
            field_bytes = field_bytes.saturating_add(name.len()).saturating_add(value.len());
            if field_bytes > MOST_FIELD_BYTES {
                let message = "Your POST request fields preceding the upload file were too large.";
                return Err(refused(400, "MaxPostPreDataLengthExceeded", message));
            }
            form.fields.push((name, value));
        }
        Err(refused(400, "InvalidArgument", "POST requires exactly one file upload per request."))
    }
}

fn malformed(error: multer::Error) -> AwsError {
    if let multer::Error::StreamReadFailed(cause) = &error
        && cause.is::<http_body_util::LengthLimitError>()
    {
        return refused(400, "EntityTooLarge", "Your proposed upload exceeds what the local cloud takes in one piece");
    }
    let message = format!("The body of your POST request is not well-formed multipart/form-data: {error}");
    refused(400, "MalformedPOSTRequest", &message)
}
