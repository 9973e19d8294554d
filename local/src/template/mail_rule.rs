//! What brings events of the mail service to a queue: a configuration set's destination, and rules of the event bus.

use serde_json::Value as Json;

use super::TemplateError;
use super::document::{Document, Resource};
use crate::cloud::EventRule;

/// The one destination that is stood in for: bounces and complaints to the default event bus.
pub(super) fn check_destination(document: &Document, resource: &Resource<'_>) -> Result<(), TemplateError> {
    let value = resource.property("EventDestination").map(|value| document.resolve(value)).transpose()?.flatten();
    let value = value.unwrap_or_default();
    let bus = value.pointer("/EventBridgeDestination/EventBusArn").and_then(Json::as_str).unwrap_or_default();
    let kinds = value.get("MatchingEventTypes").cloned().unwrap_or_default();
    if value.get("Enabled") == Some(&Json::Bool(true))
        && bus.ends_with(":event-bus/default")
        && kinds == serde_json::json!(["bounce", "complaint"])
    {
        Ok(())
    } else {
        Err(TemplateError::new("this destination of mail events is not known here"))
    }
}

/// A rule with one target, a queue, to which it sends what a transformer makes of the event.
pub(super) fn read(document: &Document, resource: &Resource<'_>) -> Result<EventRule, TemplateError> {
    let known = ["Description", "EventPattern", "Targets"];
    if let Some(unknown) = resource.property_names().find(|name| !known.contains(name)) {
        return Err(TemplateError::new(format!("a rule's {unknown} is not known here")));
    }
    let property = |name: &str| -> Result<Json, TemplateError> {
        let value = resource.property(name).map(|value| document.resolve(value)).transpose()?;
        Ok(value.flatten().unwrap_or_default())
    };
    let targets = property("Targets")?;
    let Some([target]) = targets.as_array().map(Vec::as_slice) else {
        return Err(TemplateError::new("a rule has one target here"));
    };
    let text = |pointer: &str| target.pointer(pointer).and_then(Json::as_str).map(str::to_owned);
    let missing = |what: &str| TemplateError::new(format!("a rule's target without {what} is not known here"));
    let arn = text("/Arn").ok_or_else(|| missing("Arn"))?;
    let paths = target.pointer("/InputTransformer/InputPathsMap").and_then(Json::as_object);
    let paths = paths.ok_or_else(|| missing("InputPathsMap"))?.iter();
    Ok(EventRule {
        pattern: property("EventPattern")?,
        queue: arn.rsplit(':').next().unwrap_or_default().to_owned(),
        paths: paths.map(|(name, path)| (name.clone(), path.as_str().unwrap_or_default().to_owned())).collect(),
        template: text("/InputTransformer/InputTemplate").ok_or_else(|| missing("InputTemplate"))?,
    })
}
