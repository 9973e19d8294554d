//! Bucket, key and operation, told from a request's method, host and address.

use super::Form;
use percent_encoding::percent_decode_str;

/// What S3 is asked beside the body.
#[derive(Clone, Debug)]
pub(in crate::cloud) struct Request {
    /// `PutObject`, …; what isn't known here is told by its method and address.
    pub(in crate::cloud) operation: String,
    /// Whether the answer has no body.
    pub(super) is_head: bool,
    /// Empty where all buckets are meant.
    pub(super) bucket: String,
    /// Empty where the bucket itself is meant.
    pub(super) key: String,
    query: Vec<(String, String)>,
    /// Their names in small letters.
    pub(super) headers: Vec<(String, String)>,
}

impl Request {
    /// Reads a request; `None` if it isn't one on S3. The bucket stands in the host or at the path's beginning.
    pub(in crate::cloud) fn of<'a>(
        method: &str,
        host: &str,
        path_and_query: &str,
        headers: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Option<Self> {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        let path = path.trim_start_matches('/');
        let (bucket, key) = match bucket_of(host)? {
            "" => path.split_once('/').unwrap_or((path, "")),
            bucket => (bucket, path),
        };
        let query: Vec<_> = query.split('&').filter(|pair| !pair.is_empty()).map(pair).collect();
        let headers: Vec<_> = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        let (bucket, key) = (decoded(bucket), decoded(key));
        let mut request = Self { operation: String::new(), is_head: method == "HEAD", bucket, key, query, headers };
        request.operation =
            request.operation(method).map_or_else(|| format!("{method} {path_and_query}"), str::to_owned);
        Some(request)
    }

    /// Reads a form that uploads a file: its fields stand for headers.
    pub(in crate::cloud) fn posted(host: &str, path: &str, form: &Form) -> Option<Self> {
        let fields = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut request = Self::of("POST", host, path, fields)?;
        if !request.key.is_empty() || request.bucket.is_empty() {
            return Some(request);
        }
        request.operation = "PostObject".to_owned();
        request.key = request.header("key").unwrap_or_default().replace("${filename}", &form.file_name);
        Some(request)
    }

    /// An argument in the address.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// A header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// What a signed address or form says about its signer, in the form of the header that it stands for.
    pub(in crate::cloud) fn signature(&self) -> String {
        let field = || self.header("x-amz-credential").filter(|_| self.operation == "PostObject");
        let credential = self.query("X-Amz-Credential").or_else(field);
        credential.map(|credential| format!("Credential={credential}")).unwrap_or_default()
    }

    /// Whether it bears a signature of version 2.
    pub(super) fn is_signed_the_old_way(&self) -> bool {
        let by_header = self.header("authorization").is_some_and(|signed| signed.starts_with("AWS "));
        by_header || self.query("AWSAccessKeyId").is_some() || self.header("awsaccesskeyid").is_some()
    }

    /// Bucket and key, for the record of calls.
    pub(in crate::cloud) fn resource(&self) -> String {
        if self.key.is_empty() { self.bucket.clone() } else { format!("{}/{}", self.bucket, self.key) }
    }

    fn operation(&self, method: &str) -> Option<&'static str> {
        let aspect = ASPECTS.into_iter().find(|aspect| self.query(aspect).is_some());
        match (method, self.bucket.is_empty(), self.key.is_empty(), aspect) {
            ("GET", true, true, None) => Some("ListBuckets"),
            ("GET", false, true, None) => Some("ListObjects"),
            ("GET", false, true, Some("list-type")) => Some("ListObjectsV2"),
            ("GET", false, true, Some("versions")) => Some("ListObjectVersions"),
            ("GET", false, true, Some("uploads")) => Some("ListMultipartUploads"),
            ("GET", false, true, Some("location")) => Some("GetBucketLocation"),
            ("GET", false, true, Some("versioning")) => Some("GetBucketVersioning"),
            ("PUT", false, true, Some("versioning")) => Some("PutBucketVersioning"),
            ("PUT", false, true, None) => Some("CreateBucket"),
            ("HEAD", false, true, None) => Some("HeadBucket"),
            ("DELETE", false, true, None) => Some("DeleteBucket"),
            ("POST", false, true, Some("delete")) => Some("DeleteObjects"),
            ("GET", false, false, None) => Some("GetObject"),
            ("HEAD", false, false, None) => Some("HeadObject"),
            ("PUT", false, false, None) if self.header("x-amz-copy-source").is_some() => Some("CopyObject"),
            ("PUT", false, false, None) => Some("PutObject"),
            ("PUT", false, false, Some("uploadId")) if self.header("x-amz-copy-source").is_none() => Some("UploadPart"),
            ("DELETE", false, false, None) => Some("DeleteObject"),
            ("DELETE", false, false, Some("uploadId")) => Some("AbortMultipartUpload"),
            ("POST", false, false, Some("uploads")) => Some("CreateMultipartUpload"),
            ("POST", false, false, Some("uploadId")) => Some("CompleteMultipartUpload"),
            _ => None,
        }
    }
}

/// Arguments that make a request another operation. Those that the local cloud doesn't answer are here, too:
/// a request for an access list must not be taken for the object.
const ASPECTS: [&str; 26] = [
    "list-type",
    "versions",
    "uploads",
    "uploadId",
    "location",
    "versioning",
    "delete",
    "acl",
    "tagging",
    "policy",
    "policyStatus",
    "lifecycle",
    "notification",
    "cors",
    "encryption",
    "publicAccessBlock",
    "ownershipControls",
    "object-lock",
    "retention",
    "legal-hold",
    "attributes",
    "torrent",
    "restore",
    "select",
    "logging",
    "website",
];

/// The bucket that a host names: `files.s3.<region>.amazonaws.com`, `files.localhost`; empty where the path names it.
fn bucket_of(host: &str) -> Option<&str> {
    if let Some(name) = host.strip_suffix(".amazonaws.com") {
        if name == "s3" || name.starts_with("s3.") {
            return Some("");
        }
        return name.split_once(".s3.").map(|(bucket, _)| bucket);
    }
    Some(host.strip_suffix(".localhost").unwrap_or_default())
}

fn pair(pair: &str) -> (String, String) {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    (decoded(name), decoded(&value.replace('+', " ")))
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(method: &str, host: &str, path_and_query: &str) -> Option<(String, String, String)> {
        let request = Request::of(method, host, path_and_query, std::iter::empty())?;
        Some((request.operation, request.bucket, request.key))
    }

    #[test]
    fn bucket_and_key_stand_in_the_host_or_in_the_path() {
        for (host, path) in [
            ("s3.ap-northeast-1.amazonaws.com", "/files/exports/%E5%A3%B2%E4%B8%8A%20a+b.csv"),
            ("files.s3.ap-northeast-1.amazonaws.com", "/exports/%E5%A3%B2%E4%B8%8A%20a+b.csv?x-id=GetObject"),
            ("127.0.0.1", "/files/exports/%E5%A3%B2%E4%B8%8A%20a+b.csv"),
            ("files.localhost", "/exports/%E5%A3%B2%E4%B8%8A%20a+b.csv"),
        ] {
            let expected = ("GetObject".to_owned(), "files".to_owned(), "exports/売上 a+b.csv".to_owned());
            assert_eq!(read("GET", host, path), Some(expected), "{host}{path}");
        }
        assert_eq!(read("GET", "lambda.ap-northeast-1.amazonaws.com", "/files/a"), None);
    }

    #[test]
    fn the_operation_is_told_by_method_key_and_arguments() {
        for (method, address, operation) in [
            ("GET", "/", "ListBuckets"),
            ("GET", "/files?list-type=2&prefix=a", "ListObjectsV2"),
            ("GET", "/files/?versions", "ListObjectVersions"),
            ("PUT", "/files", "CreateBucket"),
            ("POST", "/files?delete=", "DeleteObjects"),
            ("PUT", "/files/a?x-id=PutObject", "PutObject"),
            ("PUT", "/files/a?partNumber=1&uploadId=u", "UploadPart"),
            ("POST", "/files/a?uploads=", "CreateMultipartUpload"),
            ("POST", "/files/a?uploadId=u", "CompleteMultipartUpload"),
            ("DELETE", "/files/a?uploadId=u", "AbortMultipartUpload"),
            ("GET", "/files/a?acl", "GET /files/a?acl"),
            ("PUT", "/files/a?tagging", "PUT /files/a?tagging"),
        ] {
            assert_eq!(read(method, "127.0.0.1", address).unwrap().0, operation, "{method} {address}");
        }
    }
}
