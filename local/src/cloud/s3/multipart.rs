//! Uploads in parts.

use super::super::objects::{self, Occasion, Part, Upload};
use super::super::protocol::{AwsError, Reply};
use super::{Content, Desk, HEXLOWER, Written, empty, exists, iso, quoted, refused, version_header, xml};
use rusqlite::Transaction;

/// Every part but the last has at least this size (S3 user guide, "Amazon S3 multipart upload limits").
const LEAST_PART_BYTES: u64 = 5 * 1024 * 1024;

/// Parts are numbered from 1 to this (the same page).
const MOST_PARTS: u32 = 10_000;

impl Desk<'_> {
    pub(super) fn create_upload(&self) -> Result<Reply, AwsError> {
        self.permit("s3:PutObject")?;
        let (bucket, key) = (&self.request.bucket, &self.request.key);
        let headers = self.kept_headers();
        let id = self.with_bucket(|objects, _| objects::begin(self.cloud, objects, bucket, key, &headers).map(Ok))?;
        let parts = [xml::text("Bucket", bucket), xml::text("Key", key), xml::text("UploadId", &id)];
        Ok(xml::reply(200, &xml::element("InitiateMultipartUploadResult", &parts)))
    }

    pub(super) fn upload_part(&self) -> Result<Reply, AwsError> {
        self.permit("s3:PutObject")?;
        let number = self.request.query("partNumber").and_then(|number| number.parse().ok());
        let number = number.filter(|number| (1..=MOST_PARTS).contains(number)).ok_or_else(|| {
            refused(400, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
        })?;
        let content = Content::read(self.request, self.body)?;
        let etag = HEXLOWER.encode(&*md5::compute(&content.bytes));
        self.with_upload(|objects, upload| {
            objects::add_part(objects, &upload.id, number, &etag, &content.bytes).map(Ok)
        })?;
        let mut reply = empty(200);
        reply.headers.push(("etag".into(), quoted(&etag)));
        reply.headers.extend(content.checksum.into_iter().map(|(name, value)| (name.into(), value)));
        Ok(reply)
    }

    pub(super) fn complete_upload(&self) -> Result<Reply, AwsError> {
        self.permit("s3:PutObject")?;
        let wanted = xml::Element::parse(self.body)?;
        let listed: Vec<(u32, String)> = wanted
            .children("Part")
            .filter_map(|part| {
                let etag = part.child_text("ETag")?.trim_matches('"').to_owned();
                Some((part.child_text("PartNumber")?.parse().ok()?, etag))
            })
            .collect();
        let only_new = self.only_new()?;
        let kept = self.create(Occasion::CompleteMultipartUpload, |objects, bucket| {
            let Some(upload) = self.upload(objects)? else { return Ok(Err(no_upload())) };
            if only_new && self.current(objects, bucket)?.is_some() {
                return Ok(Err(exists()));
            }
            let chosen = match choose(&objects::parts(objects, &upload.id)?, &listed) {
                Ok(chosen) => chosen,
                Err(refused) => return Ok(Err(refused)),
            };
            let etag = etag_of(&chosen);
            let (sequence, id) = objects::complete(objects, bucket, &upload, &chosen, &etag, self.now_ms())?;
            let size = chosen.iter().fold(0_u64, |size, part| size.saturating_add(part.size));
            Ok(Ok(Written { sequence, id, size, etag }))
        })?;
        let parts = [
            xml::text("Bucket", &self.request.bucket),
            xml::text("Key", &self.request.key),
            xml::text("ETag", &quoted(&kept.etag)),
        ];
        let mut reply = xml::reply(200, &xml::element("CompleteMultipartUploadResult", &parts));
        reply.headers.extend(version_header(&kept));
        Ok(reply)
    }

    pub(super) fn abort_upload(&self) -> Result<Reply, AwsError> {
        self.permit("s3:AbortMultipartUpload")?;
        self.with_upload(|objects, upload| objects::abort(objects, &upload.id).map(Ok))?;
        Ok(empty(204))
    }

    pub(super) fn list_uploads(&self) -> Result<Reply, AwsError> {
        self.permit_bucket("s3:ListBucketMultipartUploads")?;
        let (bucket, prefix) = (&self.request.bucket, self.request.query("prefix").unwrap_or_default());
        let uploads = self.with_bucket(|objects, _| objects::uploads(objects, bucket, prefix).map(Ok))?;
        let mut parts = vec![xml::text("Bucket", bucket), xml::text("IsTruncated", "false")];
        parts.extend(uploads.iter().map(|upload| {
            let started = xml::text("Initiated", &iso(upload.started_at));
            xml::element("Upload", &[xml::text("Key", &upload.key), xml::text("UploadId", &upload.id), started])
        }));
        Ok(xml::reply(200, &xml::element("ListMultipartUploadsResult", &parts)))
    }

    fn with_upload<T>(
        &self,
        act: impl FnOnce(&Transaction<'_>, &Upload) -> rusqlite::Result<Result<T, AwsError>>,
    ) -> Result<T, AwsError> {
        self.with_bucket(|objects, _| match self.upload(objects)? {
            Some(upload) => act(objects, &upload),
            None => Ok(Err(no_upload())),
        })
    }

    fn upload(&self, objects: &Transaction<'_>) -> rusqlite::Result<Option<Upload>> {
        let id = self.request.query("uploadId").unwrap_or_default();
        objects::upload(objects, &self.request.bucket, &self.request.key, id)
    }
}

/// The listed parts, if they are there, in order, and large enough.
fn choose(there: &[Part], listed: &[(u32, String)]) -> Result<Vec<Part>, AwsError> {
    if listed.is_empty() {
        return Err(refused(400, "MalformedXML", "The XML you provided was not well-formed: no part"));
    }
    if !listed.is_sorted_by(|(one, _), (next, _)| one < next) {
        return Err(refused(400, "InvalidPartOrder", "The list of parts was not in ascending order."));
    }
    let find = |(number, etag): &(u32, String)| there.iter().find(|part| part.number == *number && part.etag == *etag);
    let chosen: Option<Vec<Part>> = listed.iter().map(|part| find(part).cloned()).collect();
    let chosen =
        chosen.ok_or_else(|| refused(400, "InvalidPart", "One or more of the specified parts could not be found."))?;
    let all_but_last = chosen.split_last().map(|(_, before)| before).unwrap_or_default();
    if all_but_last.iter().any(|part| part.size < LEAST_PART_BYTES) {
        return Err(refused(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size"));
    }
    Ok(chosen)
}

/// The MD5 of the parts' MD5s, and their number: what S3 does, though it promises nothing.
fn etag_of(parts: &[Part]) -> String {
    let digests: Vec<u8> =
        parts.iter().flat_map(|part| HEXLOWER.decode(part.etag.as_bytes()).unwrap_or_default()).collect();
    format!("{}-{}", HEXLOWER.encode(&*md5::compute(digests)), parts.len())
}

fn no_upload() -> AwsError {
    refused(404, "NoSuchUpload", "The specified upload does not exist. It may have been aborted or completed.")
}
