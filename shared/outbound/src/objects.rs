//! Objects in a bucket: files that are made for a merchant or come from one. Keys hold ids and names, never personal data.

mod download;
mod post;
mod upload;
mod versions;

use std::{ops::Range, time::Duration};

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::{
    Client,
    config::{StalledStreamProtectionConfig, timeout::TimeoutConfig},
    error::SdkError,
    operation::get_object::{GetObjectError, builders::GetObjectFluentBuilder},
    presigning::PresigningConfig,
};
use aws_types::SdkConfig;
use bytes::Bytes;
use jiff::Timestamp;

use crate::OutboundError;

pub use download::Download;
pub use post::{PostForm, PostTerms};
pub use upload::{PART_BYTES, Upload};
pub use versions::Version;

/// One try of a call: the config's 2 s are a table's, and a part of 5 MiB takes longer.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(8);

/// All tries of a call; what serves a page ends after 28 s.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(20);

/// The objects of one bucket.
#[derive(Clone, Debug)]
pub struct Objects {
    client: Client,
    bucket: String,
    /// What signs forms, which the client has no call for.
    credentials: Option<SharedCredentialsProvider>,
}

/// What is known about an object without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its key.
    pub key: String,
    /// Its bytes.
    pub size: u64,
    /// Changes with its bytes.
    pub etag: String,
    /// When it was written.
    pub written_at: Timestamp,
}

/// Some of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// At most 1,000, by key.
    pub objects: Vec<Head>,
    /// What the next page is asked with; `None` after the last one.
    pub next: Option<String>,
}

impl Objects {
    /// The bucket of this name.
    pub fn new(sdk: &SdkConfig, bucket: impl Into<String>) -> Self {
        let timeouts = sdk.timeout_config().map_or_else(TimeoutConfig::builder, TimeoutConfig::to_builder);
        let timeouts = timeouts.operation_attempt_timeout(ATTEMPT_TIMEOUT).operation_timeout(OPERATION_TIMEOUT);
        let config = aws_sdk_s3::config::Builder::from(sdk)
            .timeout_config(timeouts.build())
            // the timeouts end where an answer's body begins; a body that stops coming must end, too
            .stalled_stream_protection(StalledStreamProtectionConfig::enabled().upload_enabled(false).build());
        let credentials = sdk.credentials_provider();
        Self { client: Client::from_conf(config.build()), bucket: bucket.into(), credentials }
    }

    /// Writes an object that is wholly in memory; what was under the key stays as an older version.
    ///
    /// # Errors
    /// [`OutboundError`]: it may or may not be there; writing it again is harmless.
    pub async fn put(&self, key: &str, content_type: &str, bytes: impl Into<Bytes>) -> Result<(), OutboundError> {
        let put = self.client.put_object().bucket(&self.bucket).key(key).content_type(content_type);
        put.body(bytes.into().into()).send().await?;
        Ok(())
    }

    /// The same; answers the version that was written, which alone is read again by its name.
    ///
    /// # Errors
    /// [`OutboundError`]; also where the bucket keeps no versions.
    pub async fn put_version(
        &self,
        key: &str,
        content_type: &str,
        bytes: impl Into<Bytes>,
    ) -> Result<String, OutboundError> {
        let put = self.client.put_object().bucket(&self.bucket).key(key).content_type(content_type);
        let written = put.body(bytes.into().into()).send().await?;
        written.version_id.ok_or_else(|| OutboundError::refused("no version of what was written"))
    }

    /// Begins to write an object of any size in bounded memory; nothing is called yet.
    pub fn upload(&self, key: &str, content_type: &str) -> Upload {
        Upload::new(self.clone(), key, content_type)
    }

    /// An object, to be read piece by piece; `None` if there is none.
    ///
    /// # Errors
    /// [`OutboundError`], and where the role may not list the bucket also for a key without an object.
    pub async fn get(&self, key: &str) -> Result<Option<Download>, OutboundError> {
        self.download(self.client.get_object().bucket(&self.bucket).key(key)).await
    }

    /// Some bytes of an object, fewer at its end; `None` if there is none, or none in this range.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Option<Download>, OutboundError> {
        let Some(range) = header_of(range) else { return Ok(None) };
        self.download(self.client.get_object().bucket(&self.bucket).key(key).range(range)).await
    }

    async fn download(&self, get: GetObjectFluentBuilder) -> Result<Option<Download>, OutboundError> {
        match get.send().await {
            Ok(found) => Ok(Some(Download::new(found.body, found.content_length))),
            Err(error) if is_nothing(&error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What is known about an object; `None` if there is none.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn head(&self, key: &str) -> Result<Option<Head>, OutboundError> {
        let found = match self.client.head_object().bucket(&self.bucket).key(key).send().await {
            Ok(found) => found,
            Err(SdkError::ServiceError(refused)) if refused.err().is_not_found() => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        head(key, found.content_length, found.e_tag, found.last_modified).map(Some)
    }

    /// The objects whose keys begin so, by key; `next` is a page's own, `None` for the first.
    ///
    /// # Errors
    /// [`OutboundError`].
    pub async fn list(&self, prefix: &str, next: Option<&str>) -> Result<Page, OutboundError> {
        let list = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix);
        let page = list.set_continuation_token(next.map(str::to_owned)).send().await?;
        let objects = page.contents.unwrap_or_default().into_iter().map(|object| {
            let key = object.key.ok_or_else(|| OutboundError("an object without a key".into()))?;
            head(&key, object.size, object.e_tag, object.last_modified)
        });
        Ok(Page { objects: objects.collect::<Result<_, _>>()?, next: page.next_continuation_token })
    }

    /// An address at which anybody can download an object as a file of this name, until it expires; no call is made.
    /// It ends earlier with the credentials that signed it, which are a function's own and last some hours.
    ///
    /// # Errors
    /// [`OutboundError`] for more than a week.
    pub async fn download_address(
        &self,
        key: &str,
        file_name: &str,
        expires_in: Duration,
        now: Timestamp,
    ) -> Result<String, OutboundError> {
        let signing = PresigningConfig::builder().start_time(now.into()).expires_in(expires_in).build();
        let signing = signing.map_err(|e| OutboundError(Box::new(e)))?;
        let get = self.client.get_object().bucket(&self.bucket).key(key);
        let get = get.response_content_disposition(download::disposition(file_name));
        Ok(get.presigned(signing).await?.uri().to_owned())
    }
}

/// Whether an answer says that there is nothing to get.
fn is_nothing<R>(error: &SdkError<GetObjectError, R>) -> bool {
    error.as_service_error().is_some_and(|refused| {
        // these have no error type of their own: a range beyond the end, a version that is gone, a delete marker's id
        let untyped = matches!(refused.meta().code(), Some("InvalidRange" | "NoSuchVersion" | "MethodNotAllowed"));
        refused.is_no_such_key() || untyped
    })
}

/// The header for these bytes; `None` for none.
fn header_of(range: Range<u64>) -> Option<String> {
    let last = range.end.checked_sub(1).filter(|last| range.start <= *last)?;
    Some(format!("bytes={}-{last}", range.start))
}

fn head(
    key: &str,
    size: Option<i64>,
    etag: Option<String>,
    written_at: Option<aws_smithy_types::DateTime>,
) -> Result<Head, OutboundError> {
    let size = size.and_then(|size| u64::try_from(size).ok());
    let written_at = written_at.and_then(|at| Timestamp::from_second(at.secs()).ok());
    match (size, etag, written_at) {
        (Some(size), Some(etag), Some(written_at)) => {
            Ok(Head { key: key.to_owned(), size, etag: etag.trim_matches('"').to_owned(), written_at })
        }
        _ => Err(OutboundError("an object without size, tag or date".into())),
    }
}
