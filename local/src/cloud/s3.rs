//! S3: objects by the REST protocol with XML, as far as the product and the usual clients speak it.

mod bucket;
mod chunked;
mod copy;
mod cors;
mod form;
mod list;
mod multipart;
mod policy;
mod post;
mod range;
mod request;
#[cfg(test)]
mod tests;
mod xml;

use super::Cloud;
use super::caller::Caller;
use super::objects::{self, Bucket, Created, Headers, NewVersion, Occasion, Stored, Version};
use super::protocol::{AwsCall, AwsError, Reply, ReplyBody, allowed};
use data_encoding::{BASE64, HEXLOWER};
use jiff::Timestamp;
use rusqlite::Transaction;
use std::borrow::Cow;

use chunked::Content;
pub(super) use cors::{preflight, share};
pub(super) use form::Form;
use range::Wanted;
pub(super) use request::Request;

/// Headers that are kept with an object and come back with it; `x-amz-meta-…` are, too.
const KEPT: [&str; 5] =
    ["content-type", "content-disposition", "content-encoding", "content-language", "cache-control"];

/// What is answered at once; a larger object is read while it goes out.
const SMALL_BYTES: u64 = 1024 * 1024;

/// Answers one call.
pub(super) fn answer(cloud: &Cloud, caller: &Caller, call: &AwsCall<'_>) -> Result<Reply, AwsError> {
    let request = call.s3.ok_or_else(|| AwsError::unknown_operation(call))?;
    cloud.inner.usage.count_service(caller, call.service);
    let desk = Desk { cloud, caller, request, body: call.body };
    let answered = match call.operation {
        "PutObject" => desk.put_object(),
        "PostObject" => desk.post_object(),
        "CopyObject" => desk.copy_object(),
        "GetObject" => desk.get_object(),
        "HeadObject" => desk.head_object(),
        "DeleteObject" => desk.delete_object(),
        "DeleteObjects" => desk.delete_objects(),
        "ListObjects" | "ListObjectsV2" => desk.list_objects(),
        "ListObjectVersions" => desk.list_versions(),
        "CreateMultipartUpload" => desk.create_upload(),
        "UploadPart" => desk.upload_part(),
        "CompleteMultipartUpload" => desk.complete_upload(),
        "AbortMultipartUpload" => desk.abort_upload(),
        "ListMultipartUploads" => desk.list_uploads(),
        "ListBuckets" => desk.list_buckets(),
        "CreateBucket" => desk.create_bucket(),
        "HeadBucket" => desk.head_bucket(),
        "DeleteBucket" => desk.delete_bucket(),
        "GetBucketLocation" => desk.get_location(),
        "GetBucketVersioning" => desk.get_versioning(),
        "PutBucketVersioning" => desk.put_versioning(),
        _ => Err(AwsError::unknown_operation(call).with_status(501)),
    };
    let reply = answered.unwrap_or_else(|refused| refused.into_reply_of(call.service));
    Ok(if request.is_head { Reply { body: Vec::new().into(), ..reply } } else { reply })
}

/// A refusal as S3 writes it (S3 API reference, "Error responses").
pub(super) fn refusal(status: u16, code: &str, message: &str) -> Reply {
    let code = if status == 500 { "InternalError" } else { code };
    let error = xml::element("Error", &[xml::text("Code", code), xml::text("Message", message)]);
    xml::reply(status, &error)
}

/// The refusal of a caller who is nobody, or who signs as buckets since June 2020 don't take any more: what boto3 signs by itself
/// unless it is told `signature_version="s3v4"`.
pub(super) fn anonymous(request: &Request) -> Reply {
    if request.is_signed_the_old_way() {
        let message = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.";
        return refusal(400, "InvalidRequest", message);
    }
    refusal(403, "AccessDenied", "Access Denied: the request is not signed")
}

/// One call with all that its answer needs.
struct Desk<'a> {
    cloud: &'a Cloud,
    caller: &'a Caller,
    request: &'a Request,
    body: &'a [u8],
}

impl Desk<'_> {
    fn put_object(&self) -> Result<Reply, AwsError> {
        self.permit("s3:PutObject")?;
        let content = Content::read(self.request, self.body)?;
        let kept = self.keep(&content, Occasion::Put)?;
        let mut reply = empty(200);
        reply.headers.push(("etag".into(), quoted(&kept.etag)));
        reply.headers.extend(version_header(&kept));
        reply.headers.extend(content.checksum.into_iter().map(|(name, value)| (name.into(), value)));
        Ok(reply)
    }

    /// Writes an object under the key of the request, and tells of it.
    fn keep(&self, content: &Content<'_>, occasion: Occasion) -> Result<Kept, AwsError> {
        let etag = HEXLOWER.encode(&*md5::compute(&content.bytes));
        let headers = self.kept_headers();
        let size = u64::try_from(content.bytes.len()).unwrap_or(u64::MAX);
        let (key, checksum) = (self.request.key.as_str(), &content.checksum);
        let new = NewVersion { key, marker: false, size, etag: &etag, headers: &headers, checksum };
        let only_new = self.only_new()?;
        self.create(occasion, |objects, bucket| {
            if only_new && self.current(objects, bucket)?.is_some() {
                return Ok(Err(exists()));
            }
            let (sequence, id) = objects::insert(objects, bucket, new, self.now_ms())?;
            objects::write(objects, sequence, &content.bytes)?;
            Ok(Ok(Written { sequence, id, size, etag: etag.clone() }))
        })
    }

    /// Lets an object come into being, and tells of it.
    fn create(
        &self,
        occasion: Occasion,
        act: impl FnOnce(&Transaction<'_>, &Bucket) -> rusqlite::Result<Result<Written, AwsError>>,
    ) -> Result<Kept, AwsError> {
        let notices = &self.cloud.inner.notices;
        let (kept, told) = self.with_bucket(|objects, bucket| {
            let written = match act(objects, bucket)? {
                Ok(written) => written,
                Err(refused) => return Ok(Err(refused)),
            };
            let created = Created {
                bucket: &bucket.name,
                key: &self.request.key,
                size: written.size,
                etag: &written.etag,
                sequence: written.sequence,
                id: bucket.versioned.then_some(&written.id),
                occasion,
                by: self.caller.name(),
            };
            let told = notices.write(self.cloud, objects, &created)?;
            let id = bucket.versioned.then_some(written.id);
            Ok(Ok((Kept { id, etag: written.etag }, told)))
        })?;
        if told {
            notices.send(self.cloud)?;
        }
        Ok(kept)
    }

    fn get_object(&self) -> Result<Reply, AwsError> {
        let (versioned, version) = self.found()?;
        if let Some(reply) = self.not_wanted(&version)? {
            return Ok(reply);
        }
        let mut reply = self.head_of(versioned, &version);
        let range = match Wanted::of(self.request.header("range"), version.size)? {
            Wanted::All => {
                let checked = self.request.header("x-amz-checksum-mode") == Some("ENABLED");
                let checksum = if checked { version.checksum.clone() } else { Headers::new() };
                reply.headers.extend(checksum.into_iter().map(|(name, value)| (name.into(), value)));
                0..version.size
            }
            Wanted::Part(range) => {
                reply.status = 206;
                let last = range.end.saturating_sub(1);
                let place = format!("bytes {}-{last}/{}", range.start, version.size);
                reply.headers.push(("content-range".into(), place));
                range
            }
        };
        let length = range.end.saturating_sub(range.start);
        reply.headers.push(("content-length".into(), length.to_string()));
        let stored = Stored::new(self.cloud, version.sequence, range);
        reply.body = if length <= SMALL_BYTES { stored.into_bytes()?.into() } else { ReplyBody::Stored(stored) };
        Ok(reply)
    }

    fn head_object(&self) -> Result<Reply, AwsError> {
        let (versioned, version) = self.found()?;
        if let Some(reply) = self.not_wanted(&version)? {
            return Ok(reply);
        }
        let mut reply = self.head_of(versioned, &version);
        reply.headers.push(("content-length".into(), version.size.to_string()));
        Ok(reply)
    }

    fn delete_object(&self) -> Result<Reply, AwsError> {
        let id = self.request.query("versionId");
        self.permit(if id.is_some() { "s3:DeleteObjectVersion" } else { "s3:DeleteObject" })?;
        let deleted = self.with_bucket(|objects, bucket| {
            Deletion { objects, bucket, key: &self.request.key, id, now_ms: self.now_ms() }.run().map(Ok)
        })?;
        let mut reply = empty(204);
        reply.headers.extend(deleted.id.map(|id| ("x-amz-version-id".into(), id)));
        if deleted.marker {
            reply.headers.push(("x-amz-delete-marker".into(), "true".to_owned()));
        }
        Ok(reply)
    }

    /// Up to 1,000 keys; each is allowed or refused by itself.
    fn delete_objects(&self) -> Result<Reply, AwsError> {
        let wanted = xml::Element::parse(self.body)?;
        let quiet = wanted.child_text("Quiet").as_deref() == Some("true");
        let mut results = Vec::new();
        for object in wanted.children("Object") {
            let (key, id) = (object.child_text("Key").unwrap_or_default(), object.child_text("VersionId"));
            let action = if id.is_some() { "s3:DeleteObjectVersion" } else { "s3:DeleteObject" };
            if !allowed(self.caller, action, &self.arn_of(&key)) {
                let denied =
                    [xml::text("Key", &key), xml::text("Code", "AccessDenied"), xml::text("Message", "Access Denied")];
                results.push(xml::element("Error", &denied));
                continue;
            }
            let deleted = self.with_bucket(|objects, bucket| {
                Deletion { objects, bucket, key: &key, id: id.as_deref(), now_ms: self.now_ms() }.run().map(Ok)
            })?;
            let mut parts = vec![xml::text("Key", &key)];
            if let Some(id) = &id {
                parts.push(xml::text("VersionId", id));
            }
            if deleted.marker {
                parts.push(xml::text("DeleteMarker", "true"));
                parts.extend(deleted.id.map(|id| xml::text("DeleteMarkerVersionId", &id)));
            }
            if !quiet {
                results.push(xml::element("Deleted", &parts));
            }
        }
        Ok(xml::reply(200, &xml::element("DeleteResult", &results)))
    }

    /// What the answer says about an object, whether or not its bytes follow.
    fn head_of(&self, versioned: bool, version: &Version) -> Reply {
        let mut reply = empty(200);
        set(&mut reply, "content-type", "binary/octet-stream".to_owned());
        for (name, value) in &version.headers {
            set(&mut reply, name, value.clone());
        }
        for name in KEPT {
            // an address that was signed with another name or type for the download
            if let Some(value) = self.request.query(&format!("response-{name}")) {
                set(&mut reply, name, value.to_owned());
            }
        }
        reply.headers.extend([
            ("etag".into(), quoted(&version.etag)),
            ("last-modified".into(), version.written_at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()),
            ("accept-ranges".into(), "bytes".to_owned()),
            ("x-amz-server-side-encryption".into(), "AES256".to_owned()),
        ]);
        reply.headers.extend(versioned.then(|| ("x-amz-version-id".into(), version.id.clone())));
        reply
    }

    /// The object that is asked for. Whoever may not list the bucket isn't told that a key is free
    /// (S3 API reference, "GetObject").
    fn found(&self) -> Result<(bool, Version), AwsError> {
        let id = self.request.query("versionId");
        self.permit(if id.is_some() { "s3:GetObjectVersion" } else { "s3:GetObject" })?;
        let found = self.with_bucket(|objects, bucket| {
            let version = match id {
                Some(id) => objects::version(objects, &bucket.name, &self.request.key, id)?,
                None => self.current(objects, bucket)?,
            };
            Ok(Ok(version.map(|version| (bucket.versioned, version))))
        })?;
        match (found, id) {
            (Some((_, version)), Some(_)) if version.marker => {
                Err(refused(405, "MethodNotAllowed", "The specified method is not allowed against this resource."))
            }
            (Some(found), _) => Ok(found),
            (None, _) if !allowed(self.caller, "s3:ListBucket", &self.cloud.bucket_arn(&self.request.bucket)) => Err(
                refused(403, "AccessDenied", "Access Denied: no object, and no right on s3:ListBucket to be told so"),
            ),
            (None, Some(_)) => Err(refused(404, "NoSuchVersion", "The specified version does not exist.")),
            (None, None) => Err(refused(404, "NoSuchKey", "The specified key does not exist.")),
        }
    }

    /// The answer to a condition that doesn't hold.
    fn not_wanted(&self, version: &Version) -> Result<Option<Reply>, AwsError> {
        let is_it = |tags: &str| {
            tags.split(',').any(|tag| matches!(tag.trim().trim_matches('"'), tag if tag == "*" || tag == version.etag))
        };
        if self.request.header("if-match").is_some_and(|tags| !is_it(tags)) {
            return Err(precondition_failed());
        }
        if self.request.header("if-none-match").is_some_and(is_it) {
            let mut reply = empty(304);
            reply.headers.push(("etag".into(), quoted(&version.etag)));
            return Ok(Some(reply));
        }
        Ok(None)
    }

    /// Whether the write is for a free key only. Other conditions on writes are not known here.
    fn only_new(&self) -> Result<bool, AwsError> {
        match (self.request.header("if-none-match"), self.request.header("if-match")) {
            (None, None) => Ok(false),
            (Some("*"), None) => Ok(true),
            _ => Err(refused(501, "NotImplemented", "the local cloud knows If-None-Match: * on writes only")),
        }
    }

    /// The object under the key now, if it isn't deleted.
    fn current(&self, objects: &Transaction<'_>, bucket: &Bucket) -> rusqlite::Result<Option<Version>> {
        Ok(objects::latest(objects, &bucket.name, &self.request.key)?.filter(|version| !version.marker))
    }

    fn kept_headers(&self) -> Headers {
        let kept = |name: &str| KEPT.contains(&name) || name.starts_with("x-amz-meta-");
        let headers = self.request.headers.iter().filter(|(name, _)| kept(name)).cloned();
        headers
            .map(
                |(name, value)| {
                    if name == "content-encoding" { (name, chunked::without(&value)) } else { (name, value) }
                },
            )
            .filter(|(_, value)| !value.is_empty())
            .collect()
    }

    /// Does something in the bucket of the request, in one step.
    fn with_bucket<T>(
        &self,
        act: impl FnOnce(&Transaction<'_>, &Bucket) -> rusqlite::Result<Result<T, AwsError>>,
    ) -> Result<T, AwsError> {
        self.cloud.inner.objects.with(|objects| match objects::bucket(objects, &self.request.bucket)? {
            Some(bucket) => act(objects, &bucket),
            None => Ok(Err(refused(404, "NoSuchBucket", "The specified bucket does not exist"))),
        })?
    }

    /// Refuses what no statement of the caller's role allows on the object.
    fn permit(&self, action: &str) -> Result<(), AwsError> {
        self.permit_on(action, &self.arn_of(&self.request.key))
    }

    /// The same on the bucket.
    fn permit_bucket(&self, action: &str) -> Result<(), AwsError> {
        self.permit_on(action, &self.cloud.bucket_arn(&self.request.bucket))
    }

    fn permit_on(&self, action: &str, resource: &str) -> Result<(), AwsError> {
        if allowed(self.caller, action, resource) {
            return Ok(());
        }
        Err(AwsError::access_denied(self.caller.name(), action, resource).with_code("AccessDenied").with_status(403))
    }

    fn arn_of(&self, key: &str) -> String {
        format!("{}/{key}", self.cloud.bucket_arn(&self.request.bucket))
    }

    fn now_ms(&self) -> i64 {
        self.cloud.now().as_millisecond()
    }
}

/// A version that an operation has written.
struct Written {
    sequence: i64,
    id: String,
    size: u64,
    etag: String,
}

/// What the answer says of an object that was written.
struct Kept {
    /// None in a bucket without versions.
    id: Option<String>,
    etag: String,
}

/// One object's deletion: a marker in a versioned bucket, the end of the version that is named, or of the object.
struct Deletion<'a> {
    objects: &'a Transaction<'a>,
    bucket: &'a Bucket,
    key: &'a str,
    id: Option<&'a str>,
    now_ms: i64,
}

/// What a deletion left.
struct Deleted {
    marker: bool,
    id: Option<String>,
}

impl Deletion<'_> {
    fn run(&self) -> rusqlite::Result<Deleted> {
        match (self.id, self.bucket.versioned) {
            (Some(id), _) => {
                let was = objects::version(self.objects, &self.bucket.name, self.key, id)?;
                objects::forget(self.objects, &self.bucket.name, self.key, id)?;
                Ok(Deleted { marker: was.is_some_and(|version| version.marker), id: Some(id.to_owned()) })
            }
            (None, true) => {
                let none = Headers::new();
                let marker =
                    NewVersion { key: self.key, marker: true, size: 0, etag: "", headers: &none, checksum: &none };
                let (_, id) = objects::insert(self.objects, self.bucket, marker, self.now_ms)?;
                Ok(Deleted { marker: true, id: Some(id) })
            }
            (None, false) => {
                objects::forget(self.objects, &self.bucket.name, self.key, objects::NO_VERSION)?;
                Ok(Deleted { marker: false, id: None })
            }
        }
    }
}

fn refused(status: u16, code: &str, message: &str) -> AwsError {
    AwsError::refused(code, message).with_status(status)
}

fn precondition_failed() -> AwsError {
    refused(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
}

/// A key that was to be free isn't.
fn exists() -> AwsError {
    precondition_failed()
}

fn empty(status: u16) -> Reply {
    Reply { status, headers: vec![("content-type".into(), "application/xml".to_owned())], body: Vec::new().into() }
}

/// Replaces a header.
fn set(reply: &mut Reply, name: &str, value: String) {
    reply.headers.retain(|(other, _)| other != name);
    reply.headers.push((Cow::from(name.to_owned()), value));
}

fn version_header(kept: &Kept) -> Option<(Cow<'static, str>, String)> {
    kept.id.clone().map(|id| ("x-amz-version-id".into(), id))
}

fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}

fn iso(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}
