//! A bucket of the template.

use serde_json::Value as Json;

use super::TemplateError;
use super::document::{Document, Resource, bucket_name};
use super::resources::last_part;
use crate::cloud::{BucketSpec, CorsRule, LifecycleRule, Notification};

/// Properties that are stood in for, and those that change nothing on one machine: encryption, ownership, and the block of
/// public access, which is always there.
const KNOWN: [&str; 7] = [
    "VersioningConfiguration",
    "LifecycleConfiguration",
    "NotificationConfiguration",
    "CorsConfiguration",
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
    let notifications = read_notifications(&property("NotificationConfiguration")?)?;
    let rules = property("CorsConfiguration")?.get("CorsRules").and_then(Json::as_array).cloned().unwrap_or_default();
    let cors = rules.iter().map(read_cors).collect::<Result<_, _>>()?;
    Ok(BucketSpec { name: bucket_name(resource.name), versioned, lifecycle, notifications, cors })
}

/// Queues alone are told here, and of new objects alone.
fn read_notifications(configuration: &Json) -> Result<Vec<Notification>, TemplateError> {
    only(configuration, &["QueueConfigurations"], "a bucket's notification")?;
    let told = configuration.get("QueueConfigurations").and_then(Json::as_array);
    told.into_iter().flatten().map(read_notification).collect()
}

fn read_notification(told: &Json) -> Result<Notification, TemplateError> {
    only(told, &["Event", "Filter", "Queue"], "a bucket's notification")?;
    let event = told.get("Event").and_then(Json::as_str).unwrap_or_default();
    if !event.starts_with("s3:ObjectCreated:") {
        return Err(TemplateError::new(format!("a bucket's event {event} is not known here")));
    }
    let queue = told.get("Queue").and_then(Json::as_str).map(last_part);
    let queue = queue.ok_or_else(|| TemplateError::new("a bucket's notification without its queue"))?;
    let (mut prefix, mut suffix) = (String::new(), String::new());
    for rule in told.pointer("/Filter/S3Key/Rules").and_then(Json::as_array).into_iter().flatten() {
        let value = rule.get("Value").and_then(Json::as_str).unwrap_or_default().to_owned();
        match rule.get("Name").and_then(Json::as_str) {
            Some("prefix") => prefix = value,
            Some("suffix") => suffix = value,
            _ => return Err(TemplateError::new("a bucket's notification is filtered by prefix and suffix")),
        }
    }
    Ok(Notification { event: event.to_owned(), prefix, suffix, queue })
}

fn read_cors(rule: &Json) -> Result<CorsRule, TemplateError> {
    let known = ["Id", "AllowedOrigins", "AllowedMethods", "AllowedHeaders", "ExposedHeaders", "MaxAge"];
    only(rule, &known, "a bucket's CORS rule")?;
    let list = |name: &str| {
        let texts = rule.get(name).and_then(Json::as_array).into_iter().flatten();
        texts.filter_map(Json::as_str).map(str::to_owned).collect()
    };
    Ok(CorsRule {
        origins: list("AllowedOrigins"),
        methods: list("AllowedMethods"),
        headers: list("AllowedHeaders"),
        exposed: list("ExposedHeaders"),
        max_age_s: rule.get("MaxAge").and_then(Json::as_u64).and_then(|seconds| u32::try_from(seconds).ok()),
    })
}

/// Refuses what a part of the template says beside these.
fn only(part: &Json, known: &[&str], what: &str) -> Result<(), TemplateError> {
    let mut names = part.as_object().into_iter().flat_map(|part| part.keys());
    match names.find(|name| !known.contains(&name.as_str())) {
        Some(unknown) => Err(TemplateError::new(format!("{what}'s {unknown} is not known here"))),
        None => Ok(()),
    }
}

fn read_rule(rule: &Json) -> Result<LifecycleRule, TemplateError> {
    only(rule, &KNOWN_OF_A_RULE, "a lifecycle rule")?;
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
