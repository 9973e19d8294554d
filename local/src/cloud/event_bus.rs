//! The default event bus, as far as the mail service's events need it: rules that match, pick values out, and send what they make of them to a queue.

use super::{Cloud, CloudError};
use serde_json::Value;
use std::sync::PoisonError;

/// A rule of the event bus with a queue as its target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRule {
    /// What an event must hold (EventBridge user guide, "Amazon EventBridge event patterns"): values are lists of what is allowed.
    pub pattern: Value,
    /// The queue's name.
    pub queue: String,
    /// Names in the template, and where in the event their values are: `$.detail.mail.messageId`.
    pub paths: Vec<(String, String)>,
    /// What is sent, with `<name>` where a value stands (EventBridge user guide, "Amazon EventBridge input transformation").
    pub template: String,
}

impl EventRule {
    /// What the rule sends for an event. None: it does not match.
    #[must_use]
    pub fn apply(&self, event: &Value) -> Option<String> {
        if !matches(&self.pattern, event) {
            return None;
        }
        let mut said = self.template.clone();
        for (name, path) in &self.paths {
            let pointer = path.strip_prefix('$').unwrap_or(path).replace('.', "/");
            let value = event.pointer(&pointer).map(Value::to_string).unwrap_or_default();
            said = said.replace(&format!("<{name}>"), &value);
        }
        Some(said)
    }
}

/// Brings an event to every rule that matches it.
pub(super) fn put(cloud: &Cloud, event: &Value) -> Result<(), CloudError> {
    let rules = cloud.inner.rules.read().unwrap_or_else(PoisonError::into_inner).clone();
    for rule in rules {
        if let Some(said) = rule.apply(event) {
            cloud.queue(&rule.queue)?.send(&said, None)?;
        }
    }
    Ok(())
}

/// A field matches if one of its values is one of those that are allowed.
fn matches(pattern: &Value, event: &Value) -> bool {
    match (pattern, event) {
        (Value::Object(fields), Value::Object(found)) => {
            fields.iter().all(|(name, wanted)| found.get(name).is_some_and(|value| matches(wanted, value)))
        }
        (Value::Array(allowed), Value::Array(values)) => values.iter().any(|value| allowed.contains(value)),
        (Value::Array(allowed), value) => allowed.contains(value),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_rule_matches_by_lists_and_picks_values_out() {
        let rule = EventRule {
            pattern: json!({ "source": ["aws.ses"], "detail": { "mail": { "tags": { "reader": ["payer", "shop"] } } } }),
            queue: "Queue".to_owned(),
            paths: vec![
                ("id".to_owned(), "$.detail.mail.id".to_owned()),
                ("tag".to_owned(), "$.detail.mail.tags.reader".to_owned()),
            ],
            template: r#"{"kind":"Complaint","id":<id>,"tag":<tag>}"#.to_owned(),
        };
        let event = |source: &str, reader: &[&str]| json!({ "source": source, "detail": { "mail": { "id": "7", "to": "a@b", "tags": { "reader": reader } } } });
        let said = rule.apply(&event("aws.ses", &["payer"])).unwrap();
        assert_eq!(said, r#"{"kind":"Complaint","id":"7","tag":["payer"]}"#);
        for other in [event("aws.s3", &["payer"]), event("aws.ses", &["x"]), event("aws.ses", &[]), json!({})] {
            assert_eq!(rule.apply(&other), None, "{other}");
        }
    }
}
