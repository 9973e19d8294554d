//! A bucket of the template.

use serde_json::Value as Json;

use super::TemplateError;
use super::document::{Document, Resource, bucket_name};
use crate::cloud::{BucketSpec, LifecycleRule};

/// Properties that are stood in for, and those that change nothing on one machine: encryption, ownership, and the block of
/// public access, which is always there.
const KNOWN: [&str; 5] = [
    "VersioningConfiguration",
    "LifecycleConfiguration",
    "BucketEncryption",
    "OwnershipControls",
    "PublicAccessBlockConfiguration",
];

/// What a lifecycle rule may say here.
const KNOWN_OF_A_RULE: [&str; 7] = [
    "Id",
    "Status",
    "Prefix",
    "ExpirationInDays",
    "NoncurrentVersionExpiration",
    "ExpiredObjectDeleteMarker",
    "AbortIncompleteMultipartUpload",
];

pub(super) fn read(document: &Document, resource: &Resource<'_>) -> Result<BucketSpec, TemplateError> {
    if let Some(unknown) = resource.property_names().find(|name| !KNOWN.contains(name)) {
        return Err(TemplateError::new(format!("a bucket's {unknown} is not known here")));
    }
    let property = |name: &str| -> Result<Json, TemplateError> {
        let value = resource.property(name).map(|value| document.resolve(value)).transpose()?;
        Ok(value.flatten().unwrap_or_default())
    };
    let versioned = property("VersioningConfiguration")?.get("Status").and_then(Json::as_str) == Some("Enabled");
    let rules = property("LifecycleConfiguration")?.get("Rules").and_then(Json::as_array).cloned().unwrap_or_default();
    let enabled = rules.iter().filter(|rule| rule.get("Status").and_then(Json::as_str) == Some("Enabled"));
    let lifecycle = enabled.map(read_rule).collect::<Result<_, _>>()?;
    Ok(BucketSpec { name: bucket_name(resource.name), versioned, lifecycle })
}

fn read_rule(rule: &Json) -> Result<LifecycleRule, TemplateError> {
    let names = rule.as_object().into_iter().flat_map(|rule| rule.keys());
    if let Some(unknown) = names.into_iter().find(|name| !KNOWN_OF_A_RULE.contains(&name.as_str())) {
        return Err(TemplateError::new(format!("a lifecycle rule's {unknown} is not known here")));
    }
    let days = |path: &str| -> Result<Option<u32>, TemplateError> {
        let Some(value) = rule.pointer(path) else { return Ok(None) };
        let days = value.as_u64().and_then(|days| u32::try_from(days).ok()).filter(|days| *days > 0);
        days.map(Some).ok_or_else(|| TemplateError::new(format!("{path} isn't a number of days")))
    };
    Ok(LifecycleRule {
        prefix: rule.get("Prefix").and_then(Json::as_str).unwrap_or_default().to_owned(),
        expire_days: days("/ExpirationInDays")?,
        noncurrent_days: days("/NoncurrentVersionExpiration/NoncurrentDays")?,
        lone_markers: rule.get("ExpiredObjectDeleteMarker").and_then(Json::as_bool) == Some(true),
        abort_upload_days: days("/AbortIncompleteMultipartUpload/DaysAfterInitiation")?,
    })
}
