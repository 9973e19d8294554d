//! An object made from another one.

use super::super::objects::{self, NewVersion, Occasion};
use super::super::protocol::{AwsError, Reply};
use super::{Desk, Written, iso, quoted, refused, version_header, xml};
use percent_encoding::percent_decode_str;

impl Desk<'_> {
    pub(super) fn copy_object(&self) -> Result<Reply, AwsError> {
        let source = self.source()?;
        let action = if source.id.is_some() { "s3:GetObjectVersion" } else { "s3:GetObject" };
        self.permit_on(action, &format!("{}/{}", self.cloud.bucket_arn(&source.bucket), source.key))?;
        self.permit("s3:PutObject")?;
        let own_headers = self.request.header("x-amz-metadata-directive") == Some("REPLACE");
        let itself = source.id.is_none() && (&source.bucket, &source.key) == (&self.request.bucket, &self.request.key);
        if itself && !own_headers {
            let message = "This copy request is illegal because it is trying to copy an object to itself without changing anything.";
            return Err(refused(400, "InvalidRequest", message));
        }
        let kept = self.create(Occasion::Copy, |objects, bucket| {
            let found = match &source.id {
                Some(id) => objects::version(objects, &source.bucket, &source.key, id)?,
                None => objects::latest(objects, &source.bucket, &source.key)?,
            };
            let Some(found) = found.filter(|found| !found.marker) else {
                return Ok(Err(refused(404, "NoSuchKey", "The specified key does not exist.")));
            };
            let headers = if own_headers { self.kept_headers() } else { found.headers };
            let (size, etag) = (found.size, found.etag);
            let key = self.request.key.as_str();
            let new =
                NewVersion { key, marker: false, size, etag: &etag, headers: &headers, checksum: &found.checksum };
            let (sequence, id) = objects::insert(objects, bucket, new, self.now_ms())?;
            objects::copy(objects, found.sequence, sequence)?;
            Ok(Ok(Written { sequence, id, size, etag }))
        })?;
        let parts = [xml::text("LastModified", &iso(self.cloud.now())), xml::text("ETag", &quoted(&kept.etag))];
        let mut reply = xml::reply(200, &xml::element("CopyObjectResult", &parts));
        reply.headers.extend(version_header(&kept));
        Ok(reply)
    }

    fn source(&self) -> Result<Source, AwsError> {
        let header = self.request.header("x-amz-copy-source").unwrap_or_default();
        let (path, id) = match header.split_once("?versionId=") {
            Some((path, id)) => (path, Some(id.to_owned())),
            None => (header, None),
        };
        let path = percent_decode_str(path).decode_utf8_lossy();
        let (bucket, key) = path.trim_start_matches('/').split_once('/').ok_or_else(|| {
            refused(
                400,
                "InvalidArgument",
                "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
            )
        })?;
        Ok(Source { bucket: bucket.to_owned(), key: key.to_owned(), id })
    }
}

/// What is copied.
struct Source {
    bucket: String,
    key: String,
    id: Option<String>,
}
