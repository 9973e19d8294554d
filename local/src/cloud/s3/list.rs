//! Lists of objects and versions.

use super::super::objects::{self, Version};
use super::super::protocol::{AwsError, Reply};
use super::{BASE64, Desk, iso, quoted, refused, xml};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Entries in one answer at most (S3 API reference, "ListObjectsV2").
const MOST_ENTRIES: usize = 1000;

/// Follows every key that begins with what stands before it.
const LAST: char = '\u{10ffff}';

/// What stays as it is where a client asks for names that XML can always hold (`encoding-type=url`).
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// One line of a list.
enum Entry {
    Object(Version),
    /// What keys have in common up to the delimiter.
    Common(String),
}

impl Desk<'_> {
    /// Both forms of the list: the older one goes on behind a key, the newer one by a token.
    pub(super) fn list_objects(&self) -> Result<Reply, AwsError> {
        self.permit_bucket("s3:ListBucket")?;
        let asked = |name: &str| self.request.query(name).unwrap_or_default();
        let (prefix, delimiter, most) = (asked("prefix"), asked("delimiter"), self.most_entries()?);
        let by_token = self.request.query("list-type").is_some();
        let after = match (by_token, self.request.query("continuation-token")) {
            (false, _) => asked("marker").to_owned(),
            (true, None) => asked("start-after").to_owned(),
            (true, Some(token)) => {
                let after = BASE64.decode(token.as_bytes()).ok().and_then(|after| String::from_utf8(after).ok());
                after.ok_or_else(|| invalid("continuation-token"))?
            }
        };
        // a common beginning that an older client goes on behind stands for all that begins so
        let after = match delimiter {
            "" => after,
            delimiter if !by_token && after.ends_with(delimiter) => format!("{after}{LAST}"),
            _ => after,
        };
        let mut page = Page { prefix, delimiter, after, entries: Vec::new() };
        let more = self.with_bucket(|objects, bucket| {
            while page.entries.len() < most {
                let next = objects::next_after(objects, &bucket.name, prefix, &page.after)?;
                let Some(version) = next else { return Ok(Ok(false)) };
                page.take(version);
            }
            Ok(Ok(most > 0 && objects::next_after(objects, &bucket.name, prefix, &page.after)?.is_some()))
        })?;
        let mut parts = self.head_of_list(most, more);
        if by_token {
            parts.push(xml::text("KeyCount", &page.entries.len().to_string()));
            parts.extend(self.request.query("continuation-token").map(|token| xml::text("ContinuationToken", token)));
            parts.extend(self.request.query("start-after").map(|after| self.name("StartAfter", after)));
            parts.extend(more.then(|| xml::text("NextContinuationToken", &BASE64.encode(page.after.as_bytes()))));
        } else {
            parts.push(self.name("Marker", asked("marker")));
            parts.extend(more.then(|| self.name("NextMarker", page.after.trim_end_matches(LAST))));
        }
        parts.extend(page.entries.iter().map(|entry| match entry {
            Entry::Object(version) => xml::element("Contents", &self.about(version)),
            Entry::Common(prefix) => xml::element("CommonPrefixes", &[self.name("Prefix", prefix)]),
        }));
        Ok(xml::reply(200, &xml::element("ListBucketResult", &parts)))
    }

    /// Versions by key, the newest first; by folder they are not listed here.
    pub(super) fn list_versions(&self) -> Result<Reply, AwsError> {
        self.permit_bucket("s3:ListBucketVersions")?;
        if self.request.query("delimiter").is_some_and(|delimiter| !delimiter.is_empty()) {
            return Err(refused(501, "NotImplemented", "the local cloud doesn't list versions by folder"));
        }
        let asked = |name: &str| self.request.query(name).unwrap_or_default();
        let (bucket, prefix, most) = (&self.request.bucket, asked("prefix"), self.most_entries()?);
        let after = (asked("key-marker"), self.request.query("version-id-marker"));
        let one_more = most.saturating_add(1);
        let mut versions =
            self.with_bucket(|objects, _| objects::versions(objects, bucket, prefix, after, one_more).map(Ok))?;
        let more = versions.len() > most;
        versions.truncate(most);
        let mut parts = self.head_of_list(most, more);
        parts.push(self.name("KeyMarker", asked("key-marker")));
        parts.push(xml::text("VersionIdMarker", asked("version-id-marker")));
        if let Some(last) = versions.last().filter(|_| more) {
            parts.push(self.name("NextKeyMarker", &last.key));
            parts.push(xml::text("NextVersionIdMarker", &last.id));
        }
        parts.extend(versions.iter().map(|version| {
            let mut about = self.about(version);
            about.push(xml::text("VersionId", &version.id));
            about.push(xml::text("IsLatest", if version.latest { "true" } else { "false" }));
            xml::element(if version.marker { "DeleteMarker" } else { "Version" }, &about)
        }));
        Ok(xml::reply(200, &xml::element("ListVersionsResult", &parts)))
    }

    fn most_entries(&self) -> Result<usize, AwsError> {
        match self.request.query("max-keys") {
            None => Ok(MOST_ENTRIES),
            Some(most) => Ok(most.parse::<usize>().map_err(|_| invalid("max-keys"))?.min(MOST_ENTRIES)),
        }
    }

    fn head_of_list(&self, most: usize, more: bool) -> Vec<String> {
        let mut parts = vec![
            xml::text("Name", &self.request.bucket),
            self.name("Prefix", self.request.query("prefix").unwrap_or_default()),
            xml::text("MaxKeys", &most.to_string()),
            xml::text("IsTruncated", if more { "true" } else { "false" }),
        ];
        parts.extend(self.request.query("delimiter").map(|delimiter| self.name("Delimiter", delimiter)));
        parts.extend(self.request.query("encoding-type").map(|kind| xml::text("EncodingType", kind)));
        parts
    }

    fn about(&self, version: &Version) -> Vec<String> {
        let mut about = vec![self.name("Key", &version.key), xml::text("LastModified", &iso(version.written_at))];
        if !version.marker {
            about.push(xml::text("ETag", &quoted(&version.etag)));
            about.push(xml::text("Size", &version.size.to_string()));
            about.push(xml::text("StorageClass", "STANDARD"));
        }
        about
    }

    fn name(&self, element: &str, name: &str) -> String {
        if self.request.query("encoding-type") == Some("url") {
            return xml::text(element, &utf8_percent_encode(name, PLAIN).to_string());
        }
        xml::text(element, name)
    }
}

/// The entries of one answer while they are being gathered.
struct Page<'a> {
    prefix: &'a str,
    delimiter: &'a str,
    /// The last key, or common beginning, that is in.
    after: String,
    entries: Vec<Entry>,
}

impl Page<'_> {
    fn take(&mut self, version: Version) {
        let rest = version.key.get(self.prefix.len()..).unwrap_or_default();
        let common = match self.delimiter {
            "" => None,
            delimiter => rest.find(delimiter).and_then(|at| {
                let end = self.prefix.len().checked_add(at)?.checked_add(delimiter.len())?;
                version.key.get(..end).map(str::to_owned)
            }),
        };
        match common {
            Some(common) => {
                self.after = format!("{common}{LAST}");
                self.entries.push(Entry::Common(common));
            }
            None => {
                self.after.clone_from(&version.key);
                self.entries.push(Entry::Object(version));
            }
        }
    }
}

fn invalid(argument: &str) -> AwsError {
    refused(400, "InvalidArgument", &format!("{argument} is not valid"))
}
