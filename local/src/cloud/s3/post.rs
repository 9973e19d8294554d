//! A file that a browser's form brings (S3 API reference, "POST Object").

use super::super::objects::Occasion;
use super::super::protocol::{AwsError, Reply};
use super::policy::Policy;
use super::{Content, Desk, Kept, empty, quoted, version_header, xml};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stays as it is in a query.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What stays as it is in a path.
const PATH: &AsciiSet = &PLAIN.remove(b'/');

impl Desk<'_> {
    pub(super) fn post_object(&self) -> Result<Reply, AwsError> {
        let policy = Policy::of(self.request, self.caller)?;
        let size = u64::try_from(self.body.len()).unwrap_or(u64::MAX);
        policy.check(self.request, size, self.cloud.now())?;
        self.permit("s3:PutObject")?;
        let kept = self.keep(&Content::read(self.request, self.body)?, Occasion::Post)?;
        let mut reply = self.thanks(&kept);
        reply.headers.push(("etag".into(), quoted(&kept.etag)));
        reply.headers.extend(version_header(&kept));
        Ok(reply)
    }

    /// What the form asked for: another page, or this status.
    fn thanks(&self, kept: &Kept) -> Reply {
        let (bucket, key) = (&self.request.bucket, &self.request.key);
        let page = self.request.header("success_action_redirect").filter(|page| page.parse::<http::Uri>().is_ok());
        if let Some(page) = page {
            let join = if page.contains('?') { '&' } else { '?' };
            let encode = |text: &str| utf8_percent_encode(text, PLAIN).to_string();
            let query = format!("bucket={}&key={}&etag={}", encode(bucket), encode(key), encode(&quoted(&kept.etag)));
            let mut reply = empty(303);
            reply.headers.push(("location".into(), format!("{page}{join}{query}")));
            return reply;
        }
        let origin = self.cloud.inner.origin.clone();
        let origin = origin.unwrap_or_else(|| format!("https://s3.{}.amazonaws.com", self.cloud.inner.region));
        let address = format!("{origin}/{bucket}/{}", utf8_percent_encode(key, PATH));
        let mut reply = match self.request.header("success_action_status") {
            Some("200") => empty(200),
            Some("201") => {
                let parts = [
                    xml::text("Location", &address),
                    xml::text("Bucket", bucket),
                    xml::text("Key", key),
                    xml::text("ETag", &quoted(&kept.etag)),
                ];
                xml::reply(201, &xml::element("PostResponse", &parts))
            }
            _ => empty(204),
        };
        reply.headers.push(("location".into(), address));
        reply
    }
}
