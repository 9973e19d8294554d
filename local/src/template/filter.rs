//! Which records of a stream an event source mapping hands over (Lambda developer guide, "Filter rule syntax"): equal texts and beginnings, as far as the
//! template uses them.

use serde_json::{Map, Value};

use super::TemplateError;

/// A mapping's filters: a record goes through if any of them matches, or if there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters(Vec<Rule>);

/// What a part of a record has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    /// An object with fields that match, all of them.
    Fields(Vec<(String, Rule)>),
    /// One of these.
    OneOf(Vec<Text>),
}

/// What a text has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Text {
    Equal(String),
    Begins(String),
}

impl Filters {
    /// Reads the patterns of `FilterCriteria`.
    ///
    /// # Errors
    /// [`TemplateError`] for a rule that is not known here.
    pub(super) fn read(criteria: &Value) -> Result<Self, TemplateError> {
        let patterns = criteria.get("Filters").and_then(Value::as_array).into_iter().flatten();
        let rules = patterns.map(|filter| {
            let pattern = filter.get("Pattern").and_then(Value::as_str).unwrap_or_default();
            let pattern = serde_json::from_str::<Map<String, Value>>(pattern)
                .map_err(|error| TemplateError::new(format!("a filter's pattern: {error}")))?;
            fields(&pattern)
        });
        rules.collect::<Result<_, _>>().map(Self)
    }

    /// Whether a record goes through.
    #[must_use]
    pub fn let_through(&self, record: &Value) -> bool {
        self.0.is_empty() || self.0.iter().any(|rule| rule.matches(Some(record)))
    }
}

fn fields(pattern: &Map<String, Value>) -> Result<Rule, TemplateError> {
    pattern.iter().map(|(name, value)| Ok((name.clone(), rule(value)?))).collect::<Result<_, _>>().map(Rule::Fields)
}

fn rule(value: &Value) -> Result<Rule, TemplateError> {
    let unknown = || TemplateError::new(format!("a filter with {value} is not known here"));
    match value {
        Value::Object(object) => fields(object),
        Value::Array(texts) => {
            let text = |text: &Value| match text {
                Value::String(equal) => Ok(Text::Equal(equal.clone())),
                Value::Object(rule) if rule.len() == 1 => {
                    let begins = rule.get("prefix").and_then(Value::as_str).ok_or_else(unknown)?;
                    Ok(Text::Begins(begins.to_owned()))
                }
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Err(unknown()),
            };
            texts.iter().map(text).collect::<Result<_, _>>().map(Rule::OneOf)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Err(unknown()),
    }
}

impl Rule {
    fn matches(&self, value: Option<&Value>) -> bool {
        match self {
            Self::Fields(fields) => {
                fields.iter().all(|(name, rule)| rule.matches(value.and_then(|value| value.get(name))))
            }
            Self::OneOf(texts) => value.and_then(Value::as_str).is_some_and(|value| {
                texts.iter().any(|text| match text {
                    Text::Equal(equal) => value == equal,
                    Text::Begins(begins) => value.starts_with(begins),
                })
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filters(patterns: &[&str]) -> Result<Filters, TemplateError> {
        let filters: Vec<Value> = patterns.iter().map(|pattern| json!({ "Pattern": pattern })).collect();
        Filters::read(&json!({ "Filters": filters }))
    }

    #[test]
    fn a_record_goes_through_if_any_filter_matches_it_whole() {
        let keys = filters(&[
            r#"{"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"P#"},"exactly"]}}}}"#,
            r#"{"eventName":["REMOVE"]}"#,
        ])
        .unwrap();
        for (pk, name, through) in [
            ("P#4000#1", "INSERT", true),
            ("exactly", "MODIFY", true),
            ("exactly not", "MODIFY", false),
            ("ND#4000#x", "INSERT", false),
            ("ND#4000#x", "REMOVE", true),
        ] {
            let record = json!({ "eventName": name, "dynamodb": { "Keys": { "pk": { "S": pk } } } });
            assert_eq!(keys.let_through(&record), through, "{pk} {name}");
        }
        assert!(!keys.let_through(&json!({})), "what has no such field does not match");
        assert!(Filters::default().let_through(&json!({})));
    }

    #[test]
    fn a_rule_that_is_not_known_is_no_filter_that_lets_everything_through() {
        for pattern in [r#"{"a":[{"anything-but":["x"]}]}"#, r#"{"a":"x"}"#, r#"{"a":[1]}"#, "[]", ""] {
            assert!(filters(&[pattern]).is_err(), "{pattern}");
        }
    }
}
