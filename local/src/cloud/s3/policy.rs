//! The policy of a form: what its signer allows it to upload (S3 API reference, "POST Policy").

use super::super::caller::Caller;
use super::super::connector::SECRET;
use super::super::protocol::AwsError;
use super::{BASE64, Request, refused};
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::Value;
use std::collections::HashSet;
use std::time::SystemTime;

/// What needs no condition: the signature itself, and what is sent with it.
const FREE: [&str; 3] = ["policy", "x-amz-signature", "file"];

/// A policy that was read.
#[derive(Debug)]
pub(super) struct Policy {
    expires_at: Timestamp,
    conditions: Vec<Condition>,
}

#[derive(Debug)]
enum Condition {
    Is { field: String, value: String },
    StartsWith { field: String, value: String },
    Length { least: u64, most: u64 },
}

impl Policy {
    /// Reads the policy of a form, whose signature is right.
    pub(super) fn of(request: &Request, caller: &Caller) -> Result<Self, AwsError> {
        let field = |name: &str| {
            let missing = || {
                let message = format!("Bucket POST must contain a field named '{name}'.");
                refused(400, "InvalidArgument", &message)
            };
            request.header(name).ok_or_else(missing)
        };
        let (encoded, signature) = (field("policy")?, field("x-amz-signature")?);
        if field("x-amz-algorithm")? != "AWS4-HMAC-SHA256" {
            return Err(refused(400, "InvalidArgument", "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\""));
        }
        field("key")?;
        let (credential, date) = (field("x-amz-credential")?, field("x-amz-date")?);
        let right = match caller {
            // others' secrets are not known here
            Caller::Operator => true,
            Caller::Function { .. } => sign(SECRET, credential, date, encoded).as_deref() == Some(signature),
        };
        if !right {
            let message = "The request signature we calculated does not match the signature you provided.";
            return Err(refused(403, "SignatureDoesNotMatch", message));
        }
        Self::parse(encoded).ok_or_else(|| refused(400, "InvalidPolicyDocument", "Invalid Policy: it can't be read"))
    }

    /// Refuses a form that the policy doesn't allow, or a file that is too small or too large for it.
    pub(super) fn check(&self, request: &Request, size: u64, now: Timestamp) -> Result<(), AwsError> {
        if now > self.expires_at {
            return Err(denied("Policy expired."));
        }
        let mut covered: HashSet<&str> = FREE.into_iter().collect();
        for condition in &self.conditions {
            let (field, holds) = match condition {
                Condition::Is { field, value } => (field, Self::value(request, field) == *value),
                Condition::StartsWith { field, value } => (field, Self::value(request, field).starts_with(value)),
                Condition::Length { .. } => continue,
            };
            if !holds {
                return Err(denied(&format!("Policy Condition failed: {}", condition.text())));
            }
            covered.insert(field);
        }
        let names = request.headers.iter().map(|(name, _)| name.as_str());
        let extra: Vec<_> = names.filter(|name| !covered.contains(name) && !name.starts_with("x-ignore-")).collect();
        if !extra.is_empty() {
            return Err(denied(&format!("Extra input fields: {}", extra.join(", "))));
        }
        for condition in &self.conditions {
            if let Condition::Length { least, most } = condition {
                if size < *least {
                    let message = "Your proposed upload is smaller than the minimum allowed size";
                    return Err(refused(400, "EntityTooSmall", message));
                }
                if size > *most {
                    let message = "Your proposed upload exceeds the maximum allowed size";
                    return Err(refused(400, "EntityTooLarge", message));
                }
            }
        }
        Ok(())
    }

    fn value<'a>(request: &'a Request, field: &str) -> &'a str {
        match field {
            "bucket" => &request.bucket,
            "key" => &request.key,
            _ => request.header(field).unwrap_or_default(),
        }
    }

    fn parse(encoded: &str) -> Option<Self> {
        let document: Value = serde_json::from_slice(&BASE64.decode(encoded.as_bytes()).ok()?).ok()?;
        let expires_at = document.get("expiration")?.as_str()?.parse().ok()?;
        let conditions = document.get("conditions")?.as_array()?.iter().map(Condition::parse);
        Some(Self { expires_at, conditions: conditions.collect::<Option<Vec<_>>>()?.into_iter().flatten().collect() })
    }
}

impl Condition {
    /// One entry of the list, which may be an object of several fields.
    fn parse(entry: &Value) -> Option<Vec<Self>> {
        let name = |field: &str| field.trim_start_matches('$').to_ascii_lowercase();
        if let Some(fields) = entry.as_object() {
            let is = |(field, value): (&String, &Value)| {
                Some(Self::Is { field: name(field), value: value.as_str()?.to_owned() })
            };
            return fields.iter().map(is).collect();
        }
        let [operator, first, second] = entry.as_array()?.as_slice() else { return None };
        let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Some(vec![match operator.as_str()?.to_ascii_lowercase().as_str() {
            "eq" => Self::Is { field: name(first.as_str()?), value: text(second)? },
            "starts-with" => Self::StartsWith { field: name(first.as_str()?), value: text(second)? },
            "content-length-range" => Self::Length { least: number(first)?, most: number(second)? },
            _ => return None,
        }])
    }

    fn text(&self) -> String {
        match self {
            Self::Is { field, value } => format!("[\"eq\", \"${field}\", \"{value}\"]"),
            Self::StartsWith { field, value } => format!("[\"starts-with\", \"${field}\", \"{value}\"]"),
            Self::Length { least, most } => format!("[\"content-length-range\", {least}, {most}]"),
        }
    }
}

/// The signature over a policy; `None` for a credential or date that can't be read.
fn sign(secret: &str, credential: &str, date: &str, policy: &str) -> Option<String> {
    let mut scope = credential.rsplit('/');
    let (end, service, region) = (scope.next()?, scope.next()?, scope.next()?);
    let at = DateTime::strptime("%Y%m%dT%H%M%SZ", date).ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    if (end, service) != ("aws4_request", "s3") || scope.next()? != at.strftime("%Y%m%d").to_string() {
        return None;
    }
    let key = generate_signing_key(secret, SystemTime::from(at), region, service);
    Some(calculate_signature(key, policy.as_bytes()))
}

fn denied(why: &str) -> AwsError {
    refused(403, "AccessDenied", &format!("Invalid according to Policy: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the S3 API reference, "Example: Browser-Based Upload using HTTP POST (Using AWS Signature Version 4)".
    const POLICY: &str = "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9";

    #[test]
    fn the_signature_is_that_of_the_published_example() {
        let credential = "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request";
        let sign = |secret, date| sign(secret, credential, date, POLICY);
        let signed = sign("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "20151229T000000Z").unwrap();
        assert_eq!(signed, "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e");
        assert_ne!(sign("another", "20151229T000000Z"), Some(signed));
        assert_eq!(sign("another", "20151230T000000Z"), None, "another day than its credential's");
    }

    #[test]
    fn every_field_needs_a_condition_that_it_meets() {
        let policy = Policy::parse(POLICY).unwrap();
        let fields = [
            ("key", "user/user1/a.png"),
            ("acl", "public-read"),
            ("success_action_redirect", "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"),
            ("content-type", "image/png"),
            ("x-amz-meta-uuid", "14365123651274"),
            ("x-amz-server-side-encryption", "AES256"),
            ("x-amz-meta-tag", ""),
            ("x-amz-credential", "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"),
            ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
            ("x-amz-date", "20151229T000000Z"),
            ("policy", POLICY),
        ];
        let check = |changed: &[(&str, &str)], now: &str| {
            let kept = fields.iter().filter(|(name, _)| changed.iter().all(|(other, _)| other != name));
            let fields = kept.chain(changed).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let form = super::super::Form { fields, ..super::super::Form::default() };
            let request = Request::posted("127.0.0.1", "/sigv4examplebucket", &form).unwrap();
            policy.check(&request, 5, now.parse().unwrap()).map_err(|refused| format!("{refused:?}"))
        };
        let day = "2015-12-30T12:00:00Z";
        check(&[], day).unwrap();
        check(&[("x-ignore-this", "1")], day).unwrap();
        for (changed, now, why) in [
            (("key", "user/user2/a.png"), day, "starts-with"),
            (("acl", "private"), day, "eq"),
            (("content-type", "text/html"), day, "starts-with"),
            (("more", "1"), day, "Extra input fields: more"),
            (("policy", POLICY), "2015-12-30T12:00:01Z", "Policy expired"),
        ] {
            let refused = check(&[changed], now).unwrap_err();
            assert!(refused.contains(why) && refused.contains("AccessDenied"), "{changed:?}: {refused}");
        }
    }
}
