//! A form by which a browser uploads one file straight into the bucket: signed here, with no call to S3
//! (S3 API reference, "Authenticating requests in browser-based uploads using POST").

use std::{
    ops::RangeInclusive,
    time::{Duration, SystemTime},
};

use aws_credential_types::{Credentials, provider::ProvideCredentials as _};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use data_encoding::BASE64;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Objects;
use crate::OutboundError;

/// What one upload by form may be.
#[derive(Clone, Copy, Debug)]
pub struct PostTerms<'a> {
    /// The only key that is taken.
    pub key: &'a str,
    /// The type that is kept with the object.
    pub content_type: &'a str,
    /// The least and the most bytes of the file.
    pub bytes: &'a RangeInclusive<u64>,
    /// How long the form is good for; it ends earlier with the credentials that signed it.
    pub expires_in: Duration,
    /// Where the browser goes when the file is there; S3 adds `bucket`, `key` and `etag` to the query.
    pub redirect: Option<&'a str>,
}

/// A form of `multipart/form-data`: these hidden fields in any order, and the file as `file` behind them.
#[derive(Clone, PartialEq, Eq)]
pub struct PostForm {
    /// Where it is sent; a page's policy has to name its origin for forms.
    pub url: String,
    /// Names and values.
    pub fields: Vec<(&'static str, String)>,
}

impl std::fmt::Debug for PostForm {
    /// The fields are a right to write, and no one's to read in a log.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("PostForm").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Objects {
    /// A form by which anybody can upload one file under these terms, until it expires; no call is made.
    /// The role that signs it needs the right to put the object.
    ///
    /// # Errors
    /// [`OutboundError`] where nobody's credentials can be had, and for more than a week.
    pub async fn presigned_post(&self, terms: &PostTerms<'_>, now: Timestamp) -> Result<PostForm, OutboundError> {
        let unsigned = || OutboundError("no credentials to sign a form with".into());
        let provider = self.credentials.as_ref().ok_or_else(unsigned)?;
        let credentials = provider.provide_credentials().await.map_err(|e| OutboundError(Box::new(e)))?;
        let url = self.address(terms.expires_in, now).await?;
        let region = self.client.config().region().map_or("", |region| region.as_ref());
        let signing = Signing { bucket: &self.bucket, region, credentials: &credentials, now };
        Ok(PostForm { url, fields: signing.fields(terms)? })
    }

    /// The bucket's own address, as the SDK's rules for regions, partitions and endpoints have it.
    async fn address(&self, expires_in: Duration, now: Timestamp) -> Result<String, OutboundError> {
        let signing = PresigningConfig::builder().start_time(now.into()).expires_in(expires_in).build();
        let signing = signing.map_err(|e| OutboundError(Box::new(e)))?;
        let signed = self.client.list_object_versions().bucket(&self.bucket).presigned(signing).await?;
        Ok(signed.uri().split('?').next().unwrap_or_default().to_owned())
    }
}

/// Who signs a form, for which bucket, when.
struct Signing<'a> {
    bucket: &'a str,
    region: &'a str,
    credentials: &'a Credentials,
    now: Timestamp,
}

impl Signing<'_> {
    fn fields(&self, terms: &PostTerms<'_>) -> Result<Vec<(&'static str, String)>, OutboundError> {
        let mut fields = vec![("key", terms.key.to_owned()), ("Content-Type", terms.content_type.to_owned())];
        fields.push(match terms.redirect {
            Some(address) => ("success_action_redirect", address.to_owned()),
            None => ("success_action_status", "201".to_owned()),
        });
        fields.push(("x-amz-algorithm", "AWS4-HMAC-SHA256".to_owned()));
        let scope = format!("{}/{}/s3/aws4_request", self.now.strftime("%Y%m%d"), self.region);
        fields.push(("x-amz-credential", format!("{}/{scope}", self.credentials.access_key_id())));
        fields.push(("x-amz-date", self.now.strftime("%Y%m%dT%H%M%SZ").to_string()));
        if let Some(token) = self.credentials.session_token() {
            fields.push(("x-amz-security-token", token.to_owned()));
        }
        let policy = BASE64.encode(self.policy(terms, &fields)?.to_string().as_bytes());
        let key =
            generate_signing_key(self.credentials.secret_access_key(), SystemTime::from(self.now), self.region, "s3");
        let signature = calculate_signature(key, policy.as_bytes());
        fields.extend([("policy", policy), ("x-amz-signature", signature)]);
        Ok(fields)
    }

    /// Every field has to be what it is here, and the file as long as is allowed.
    fn policy(&self, terms: &PostTerms<'_>, fields: &[(&'static str, String)]) -> Result<Value, OutboundError> {
        let lasts = SignedDuration::try_from(terms.expires_in).map_err(|e| OutboundError(Box::new(e)))?;
        let ends = self.now.checked_add(lasts).map_err(|e| OutboundError(Box::new(e)))?;
        let mut conditions = vec![json!({ "bucket": self.bucket })];
        conditions.push(json!(["content-length-range", terms.bytes.start(), terms.bytes.end()]));
        conditions.extend(fields.iter().map(|(name, value)| json!({ (*name): value })));
        Ok(json!({ "expiration": ends.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(), "conditions": conditions }))
    }
}
