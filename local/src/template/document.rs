//! A template's text: parameters, conditions and the intrinsic functions, resolved to plain values.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use serde_yaml_ng::Value;

use super::{ACCOUNT, REGION, TemplateError};
use crate::cloud::Statement;

/// A parsed template with the values of its parameters.
pub(super) struct Document {
    root: Value,
    parameters: BTreeMap<String, Json>,
}

/// A resource whose condition holds.
pub(super) struct Resource<'a> {
    pub(super) name: &'a str,
    pub(super) kind: &'a str,
    pub(super) condition: Option<&'a str>,
    body: &'a Value,
}

impl<'a> Resource<'a> {
    /// A property as it is written.
    pub(super) fn property(&self, name: &str) -> Option<&'a Value> {
        self.body.get("Properties").and_then(|properties| properties.get(name))
    }

    /// The names of all properties.
    pub(super) fn property_names(&self) -> impl Iterator<Item = &'a str> {
        self.body
            .get("Properties")
            .and_then(Value::as_mapping)
            .into_iter()
            .flat_map(|properties| properties.keys().filter_map(Value::as_str))
    }
}

impl Document {
    pub(super) fn parse(source: &str, given: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let root: Value = serde_yaml_ng::from_str(source).map_err(|error| TemplateError::new(error.to_string()))?;
        let mut parameters = BTreeMap::new();
        for (name, declared) in entries(root.get("Parameters")) {
            let value = match (given.get(name), declared.get("Default")) {
                (Some(value), _) => Json::String(value.clone()),
                (None, Some(default)) => plain(default)?,
                (None, None) => return Err(TemplateError::new(format!("parameter {name} has no value"))),
            };
            parameters.insert(name.to_owned(), value);
        }
        Ok(Self { root, parameters })
    }

    /// `Globals.Function.<name>` as it is written.
    pub(super) fn function_default(&self, name: &str) -> Option<&Value> {
        self.root.get("Globals")?.get("Function")?.get(name)
    }

    /// The resources whose condition holds, in order.
    pub(super) fn resources(&self) -> Result<Vec<Resource<'_>>, TemplateError> {
        let mut resources = Vec::new();
        for (name, body) in entries(self.root.get("Resources")) {
            let condition = body.get("Condition").and_then(Value::as_str);
            if condition.map_or(Ok(true), |condition| self.condition(condition))? {
                let kind = body.get("Type").and_then(Value::as_str).unwrap_or_default();
                resources.push(Resource { name, kind, condition, body });
            }
        }
        Ok(resources)
    }

    /// A value without intrinsic functions; `None` is `AWS::NoValue`.
    pub(super) fn resolve(&self, value: &Value) -> Result<Option<Json>, TemplateError> {
        match value {
            Value::Tagged(tagged) => self.call(tagged.tag.to_string().trim_start_matches('!'), &tagged.value),
            Value::Sequence(items) => {
                let items: Result<Vec<_>, _> = items.iter().map(|item| self.resolve(item)).collect();
                Ok(Some(Json::Array(items?.into_iter().flatten().collect())))
            }
            Value::Mapping(fields) => {
                let mut object = serde_json::Map::new();
                for (name, field) in fields {
                    let Some(name) = name.as_str() else { return Err(TemplateError::new("a name that isn't text")) };
                    if let Some(field) = self.resolve(field).map_err(|error| error.at(name))? {
                        object.insert(name.to_owned(), field);
                    }
                }
                Ok(Some(Json::Object(object)))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => plain(value).map(Some),
        }
    }

    /// One short-form intrinsic function.
    fn call(&self, function: &str, argument: &Value) -> Result<Option<Json>, TemplateError> {
        match function {
            "Ref" => self.reference(&text(argument)?),
            "GetAtt" => self.attribute(&text(argument)?).map(|value| Some(Json::String(value))),
            "Sub" => self.substitute(&text(argument)?).map(|value| Some(Json::String(value))),
            "If" => match argument.as_sequence().map(Vec::as_slice) {
                Some([condition, yes, no]) => self.resolve(if self.condition(&text(condition)?)? { yes } else { no }),
                _ => Err(TemplateError::new("!If takes a condition and two values")),
            },
            "Select" => match self.resolve(argument)? {
                Some(Json::Array(parts)) => match parts.as_slice() {
                    [place, Json::Array(items)] => Ok(whole(place).and_then(|place| items.get(place)).cloned()),
                    _ => Err(TemplateError::new("!Select takes a place and a list")),
                },
                _ => Err(TemplateError::new("!Select takes a place and a list")),
            },
            "Split" => match self.resolve(argument)? {
                Some(Json::Array(parts)) => match parts.as_slice() {
                    [Json::String(by), Json::String(all)] => Ok(Some(Json::Array(
                        all.split(by.as_str()).map(|part| Json::String(part.to_owned())).collect(),
                    ))),
                    _ => Err(TemplateError::new("!Split takes two texts")),
                },
                _ => Err(TemplateError::new("!Split takes two texts")),
            },
            other => Err(TemplateError::new(format!("!{other} is not known here"))),
        }
    }

    fn reference(&self, name: &str) -> Result<Option<Json>, TemplateError> {
        if name == "AWS::NoValue" {
            return Ok(None);
        }
        if let Some(value) = self.parameters.get(name) {
            return Ok(Some(value.clone()));
        }
        let value = match name {
            "AWS::Region" => REGION.to_owned(),
            "AWS::AccountId" => ACCOUNT.to_owned(),
            "AWS::Partition" => "aws".to_owned(),
            "AWS::StackName" => "kessai".to_owned(),
            "AWS::URLSuffix" => "amazonaws.com".to_owned(),
            _ => match self.kind(name)? {
                "AWS::SQS::Queue" => format!("https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"),
                "AWS::S3::Bucket" => bucket_name(name),
                _ => name.to_owned(),
            },
        };
        Ok(Some(Json::String(value)))
    }

    /// `Table.Arn` and its like, under local names: a resource is named as in the template.
    fn attribute(&self, path: &str) -> Result<String, TemplateError> {
        let (name, attribute) = path.split_once('.').unwrap_or((path, ""));
        match (self.kind(name)?, attribute) {
            ("AWS::DynamoDB::Table", "Arn") => Ok(arn("dynamodb", &format!("table/{name}"))),
            ("AWS::DynamoDB::Table", "StreamArn") => Ok(arn("dynamodb", &format!("table/{name}/stream/"))),
            ("AWS::SQS::Queue", "Arn") => Ok(arn("sqs", name)),
            ("AWS::SQS::Queue", "QueueName") => Ok(name.to_owned()),
            ("AWS::KMS::Key", "Arn") => Ok(arn("kms", &format!("key/{name}"))),
            ("AWS::S3::Bucket", "Arn") => Ok(format!("arn:aws:s3:::{}", bucket_name(name))),
            (kind, _) => Err(TemplateError::new(format!("{path}: {kind} has no such attribute here"))),
        }
    }

    fn kind(&self, name: &str) -> Result<&str, TemplateError> {
        let resource = self.root.get("Resources").and_then(|resources| resources.get(name));
        let kind = resource.and_then(|resource| resource.get("Type")).and_then(Value::as_str);
        kind.ok_or_else(|| TemplateError::new(format!("there is no {name}")))
    }

    /// `${Name}` and `${Name.Attribute}` in a text.
    fn substitute(&self, source: &str) -> Result<String, TemplateError> {
        let mut parts = source.split("${");
        let mut done = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').ok_or_else(|| TemplateError::new("a ${ without its }"))?;
            if name.contains('.') {
                done.push_str(&self.attribute(name)?);
            } else if let Some(value) = self.reference(name)? {
                done.push_str(&as_text(&value));
            }
            done.push_str(rest);
        }
        Ok(done)
    }

    fn condition(&self, name: &str) -> Result<bool, TemplateError> {
        let declared = self.root.get("Conditions").and_then(|conditions| conditions.get(name));
        self.holds(declared.ok_or_else(|| TemplateError::new(format!("there is no condition {name}")))?)
    }

    fn holds(&self, condition: &Value) -> Result<bool, TemplateError> {
        let Value::Tagged(tagged) = condition else {
            return Err(TemplateError::new("a condition that is no function"));
        };
        let arguments = || tagged.value.as_sequence().map(Vec::as_slice).unwrap_or_default();
        match tagged.tag.to_string().trim_start_matches('!') {
            "Equals" => match arguments() {
                [one, other] => {
                    let (one, other) = (self.resolve(one)?, self.resolve(other)?);
                    Ok(one.as_ref().map(as_text) == other.as_ref().map(as_text))
                }
                _ => Err(TemplateError::new("!Equals takes two values")),
            },
            "Not" => match arguments() {
                [condition] => self.holds(condition).map(|holds| !holds),
                _ => Err(TemplateError::new("!Not takes one condition")),
            },
            "And" => arguments().iter().try_fold(true, |all, condition| Ok(self.holds(condition)? && all)),
            "Or" => arguments().iter().try_fold(false, |any, condition| Ok(self.holds(condition)? || any)),
            "Condition" => self.condition(&text(&tagged.value)?),
            other => Err(TemplateError::new(format!("!{other} is not known in a condition"))),
        }
    }

    /// A property resolved to text.
    pub(super) fn text(&self, value: &Value) -> Result<String, TemplateError> {
        let value = self.resolve(value)?.ok_or_else(|| TemplateError::new("a value is missing"))?;
        match value {
            Json::String(_) | Json::Number(_) | Json::Bool(_) => Ok(as_text(&value)),
            Json::Null | Json::Array(_) | Json::Object(_) => Err(TemplateError::new("a text is expected")),
        }
    }

    /// The allowing statements of a function's policies.
    pub(super) fn statements(&self, policies: &Value) -> Result<Vec<Statement>, TemplateError> {
        let mut statements = Vec::new();
        for policy in policies.as_sequence().into_iter().flatten() {
            let Some(written) = policy.get("Statement").and_then(Value::as_sequence) else {
                return Err(TemplateError::new("a policy without its own statements is not known here"));
            };
            for statement in written {
                if statement.get("Effect").and_then(Value::as_str) != Some("Allow")
                    || statement.get("Condition").is_some()
                {
                    return Err(TemplateError::new("a statement that doesn't simply allow is not known here"));
                }
                let list = |name: &str| -> Result<Vec<String>, TemplateError> {
                    let value = statement.get(name).map(|value| self.resolve(value)).transpose()?.flatten();
                    match value {
                        Some(Json::String(one)) => Ok(vec![one]),
                        Some(Json::Array(many)) => Ok(many.iter().map(as_text).collect()),
                        _ => Err(TemplateError::new(format!("a statement without {name}"))),
                    }
                };
                statements.push(Statement { actions: list("Action")?, resources: list("Resource")? });
            }
        }
        Ok(statements)
    }
}

/// The named entries of a mapping, in order.
pub(super) fn entries(mapping: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    let mapping = mapping.and_then(Value::as_mapping);
    mapping.into_iter().flatten().filter_map(|(name, value)| Some((name.as_str()?, value)))
}

/// A bucket's name has no capitals.
pub(super) fn bucket_name(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// `arn:aws:<service>:…`
fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}")
}

fn plain(value: &Value) -> Result<Json, TemplateError> {
    serde_json::to_value(value).map_err(|error| TemplateError::new(error.to_string()))
}

fn text(value: &Value) -> Result<String, TemplateError> {
    value.as_str().map(str::to_owned).ok_or_else(|| TemplateError::new("a name is expected"))
}

/// Parameters are text in CloudFormation, whatever they look like.
pub(super) fn as_text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn whole(value: &Json) -> Option<usize> {
    value.as_u64().and_then(|number| usize::try_from(number).ok())
}
