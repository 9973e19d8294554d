//! Resources of the template as typed wiring. A property that changes behaviour and isn't stood in for is refused.

use std::time::Duration;

use serde_json::Value as Json;
use serde_yaml_ng::Value;

use super::document::{Document, Resource, entries};
use super::{Filters, Function, QueueSource, Route, Schedule, StreamSource, Template, TemplateError, Trigger};
use super::{bucket, mail_rule};
use crate::cloud::{IndexSpec, KeyAttribute, KeyKind, KeySpec, Projection, QueueSpec, Redrive, StreamView, TableSpec};

pub(super) fn read(document: &Document) -> Result<Template, TemplateError> {
    let mut template = Template {
        functions: Vec::new(),
        tables: Vec::new(),
        queues: Vec::new(),
        keys: Vec::new(),
        buckets: Vec::new(),
        mail_sets: Vec::new(),
        rules: Vec::new(),
    };
    for resource in document.resources()? {
        let reader = Reader { document, resource: &resource };
        reader.read_into(&mut template).map_err(|error| error.at(resource.name))?;
    }
    template.queues.sort_by_key(|queue| queue.redrive.is_some());
    Ok(template)
}

struct Reader<'a> {
    document: &'a Document,
    resource: &'a Resource<'a>,
}

impl Reader<'_> {
    fn read_into(&self, template: &mut Template) -> Result<(), TemplateError> {
        match self.resource.kind {
            "AWS::Serverless::Function" => template.functions.push(self.function()?),
            "AWS::DynamoDB::Table" => template.tables.push(self.table()?),
            "AWS::SQS::Queue" => template.queues.push(self.queue()?),
            "AWS::KMS::Key" => template.keys.push(KeySpec { id: self.resource.name.to_owned(), alias: None }),
            "AWS::S3::Bucket" => template.buckets.push(bucket::read(self.document, self.resource)?),
            "AWS::SES::ConfigurationSet" => template.mail_sets.push(self.resource.name.to_owned()),
            "AWS::SES::ConfigurationSetEventDestination" => mail_rule::check_destination(self.document, self.resource)?,
            "AWS::Events::Rule" => template.rules.push(mail_rule::read(self.document, self.resource)?),
            // what watches, logs or names, a bucket's policy, which only refuses what is not TLS, and a queue's, which lets in the
            // bucket that its notification names or the rules that have it as their target: nothing of it moves a payment
            "AWS::Serverless::HttpApi"
            | "AWS::ApiGatewayV2::DomainName"
            | "AWS::ApiGatewayV2::ApiMapping"
            | "AWS::Route53::RecordSet"
            | "AWS::Logs::LogGroup"
            | "AWS::Logs::MetricFilter"
            | "AWS::SNS::Topic"
            | "AWS::SNS::TopicPolicy"
            | "AWS::S3::BucketPolicy"
            | "AWS::SQS::QueuePolicy"
            | "AWS::CloudWatch::Alarm" => {}
            other => return Err(TemplateError::new(format!("{other} is not known here"))),
        }
        Ok(())
    }

    fn function(&self) -> Result<Function, TemplateError> {
        let name = self.resource.name.to_owned();
        let timeout = self.resource.property("Timeout").or_else(|| self.document.function_default("Timeout"));
        let code = self.text("CodeUri")?;
        let package = code.strip_prefix("functions/").map(|path| path.trim_end_matches('/').to_owned());
        let variables = self.resource.property("Environment").and_then(|environment| environment.get("Variables"));
        let environment: Result<_, _> = entries(variables)
            .map(|(name, value)| Ok((name.to_owned(), self.document.text(value).map_err(|error| error.at(name))?)))
            .collect();
        let statements = self.resource.property("Policies").map(|policies| self.document.statements(policies));
        let triggers: Result<_, TemplateError> = entries(self.resource.property("Events"))
            .map(|(name, event)| self.trigger(name, event).map_err(|error| error.at(name)))
            .collect();
        Ok(Function {
            name,
            package: package.ok_or_else(|| TemplateError::new("CodeUri isn't functions/<package>/"))?,
            timeout: self.seconds(timeout)?.unwrap_or(Duration::from_secs(3)),
            environment: environment?,
            statements: statements.transpose()?.unwrap_or_default(),
            triggers: triggers?,
        })
    }

    fn trigger(&self, name: &str, event: &Value) -> Result<Trigger, TemplateError> {
        let properties = event.get("Properties").ok_or_else(|| TemplateError::new("an event without properties"))?;
        let kind = event.get("Type").and_then(Value::as_str).unwrap_or_default();
        let known =
            event_kind(kind).ok_or_else(|| TemplateError::new(format!("events of type {kind} are not known here")))?;
        Event { document: self.document, properties }.trigger(name, known)
    }

    fn table(&self) -> Result<TableSpec, TemplateError> {
        let keys = KeySchema { definitions: self.list("AttributeDefinitions")? };
        let (partition, sort) = keys.read(&self.list("KeySchema")?)?;
        let indexes: Result<_, _> =
            self.list("GlobalSecondaryIndexes")?.iter().map(|index| keys.index(index)).collect();
        let property = |name: &str, field: &str| -> Result<Option<Json>, TemplateError> {
            let value = self.resource.property(name).map(|value| self.document.resolve(value)).transpose()?.flatten();
            Ok(value.and_then(|value| value.get(field).cloned()))
        };
        let stream = match property("StreamSpecification", "StreamViewType")?.as_ref().and_then(Json::as_str) {
            None => None,
            Some("KEYS_ONLY") => Some(StreamView::KeysOnly),
            Some("NEW_IMAGE") => Some(StreamView::NewImage),
            Some("OLD_IMAGE") => Some(StreamView::OldImage),
            Some("NEW_AND_OLD_IMAGES") => Some(StreamView::NewAndOldImages),
            Some(other) => return Err(TemplateError::new(format!("a stream can't hold {other}"))),
        };
        let ttl =
            property("TimeToLiveSpecification", "AttributeName")?.and_then(|name| name.as_str().map(str::to_owned));
        Ok(TableSpec {
            name: self.resource.name.to_owned(),
            partition,
            sort,
            indexes: indexes?,
            stream,
            ttl,
            // what only a sandbox has is not the product's
            counted: self.resource.condition != Some("Sandbox"),
        })
    }

    fn queue(&self) -> Result<QueueSpec, TemplateError> {
        let known = [
            "VisibilityTimeout",
            "DelaySeconds",
            "RedrivePolicy",
            "MessageRetentionPeriod",
            "SqsManagedSseEnabled",
            "ReceiveMessageWaitTimeSeconds",
            "RedriveAllowPolicy",
        ];
        if let Some(unknown) = self.resource.property_names().find(|name| !known.contains(name)) {
            return Err(TemplateError::new(format!("a queue's {unknown} is not known here")));
        }
        let redrive = match self.resource.property("RedrivePolicy") {
            None => None,
            Some(policy) => {
                let policy = self.document.resolve(policy)?.unwrap_or_default();
                let target = policy.get("deadLetterTargetArn").and_then(Json::as_str).unwrap_or_default();
                let count = policy.get("maxReceiveCount").and_then(Json::as_u64).and_then(|n| u32::try_from(n).ok());
                Some(Redrive {
                    dead_letters: last_part(target),
                    max_receive_count: count.ok_or_else(|| TemplateError::new("maxReceiveCount is missing"))?,
                })
            }
        };
        Ok(QueueSpec {
            name: self.resource.name.to_owned(),
            visibility: self.seconds(self.resource.property("VisibilityTimeout"))?.unwrap_or(Duration::from_secs(30)),
            delay: self.seconds(self.resource.property("DelaySeconds"))?.unwrap_or_default(),
            redrive,
        })
    }

    fn text(&self, name: &str) -> Result<String, TemplateError> {
        let value = self.resource.property(name).ok_or_else(|| TemplateError::new(format!("{name} is missing")))?;
        self.document.text(value)
    }

    fn seconds(&self, value: Option<&Value>) -> Result<Option<Duration>, TemplateError> {
        let Some(value) = value else { return Ok(None) };
        let text = self.document.text(value)?;
        text.parse()
            .map(|s| Some(Duration::from_secs(s)))
            .map_err(|_| TemplateError::new(format!("{text} isn't seconds")))
    }

    fn list(&self, name: &str) -> Result<Vec<Json>, TemplateError> {
        let value = self.resource.property(name).map(|value| self.document.resolve(value)).transpose()?.flatten();
        Ok(value.and_then(|value| value.as_array().cloned()).unwrap_or_default())
    }
}

/// A table's attribute types, by which its keys and its indexes' keys are read.
struct KeySchema {
    definitions: Vec<Json>,
}

impl KeySchema {
    fn read(&self, schema: &[Json]) -> Result<(KeyAttribute, Option<KeyAttribute>), TemplateError> {
        let find = |role: &str| schema.iter().find(|key| field(key, "KeyType") == role).map(|key| self.attribute(key));
        let partition = find("HASH").ok_or_else(|| TemplateError::new("a HASH key is missing"))?;
        Ok((partition?, find("RANGE").transpose()?))
    }

    fn attribute(&self, key: &Json) -> Result<KeyAttribute, TemplateError> {
        let name = field(key, "AttributeName");
        let definition = self.definitions.iter().find(|definition| field(definition, "AttributeName") == name);
        let kind = match definition.map(|definition| field(definition, "AttributeType")) {
            Some("S") => KeyKind::Text,
            Some("N") => KeyKind::Number,
            Some("B") => KeyKind::Binary,
            _ => return Err(TemplateError::new(format!("key {name} has no type"))),
        };
        Ok(KeyAttribute { name: name.to_owned(), kind })
    }

    fn index(&self, index: &Json) -> Result<IndexSpec, TemplateError> {
        let schema = index.get("KeySchema").and_then(Json::as_array).cloned().unwrap_or_default();
        let (partition, sort) = self.read(&schema)?;
        let projection = match index.get("Projection").map(|projection| field(projection, "ProjectionType")) {
            Some("KEYS_ONLY") => Projection::KeysOnly,
            Some("ALL") => Projection::All,
            Some("INCLUDE") => {
                let included = index.pointer("/Projection/NonKeyAttributes").and_then(Json::as_array);
                let names = included.into_iter().flatten().filter_map(Json::as_str);
                Projection::Include(names.map(str::to_owned).collect())
            }
            _ => return Err(TemplateError::new("this projection is not known here")),
        };
        Ok(IndexSpec { name: field(index, "IndexName").to_owned(), partition, sort, projection })
    }
}

/// One event of a function.
struct Event<'a> {
    document: &'a Document,
    properties: &'a Value,
}

#[derive(Clone, Copy)]
enum EventKind {
    HttpApi,
    Sqs,
    DynamoDb,
    Schedule,
}

impl Event<'_> {
    fn trigger(&self, name: &str, kind: EventKind) -> Result<Trigger, TemplateError> {
        let required = |name: &str| self.text(name)?.ok_or_else(|| TemplateError::new(format!("{name} is missing")));
        match kind {
            EventKind::HttpApi => Ok(Trigger::Route(Route { method: required("Method")?, path: required("Path")? })),
            EventKind::Sqs => Ok(Trigger::Queue(QueueSource {
                queue: last_part(&required("Queue")?),
                batch_size: self.number("BatchSize")?.unwrap_or(10),
                partial_failures: self.reports_failures()?,
            })),
            EventKind::DynamoDb => Ok(Trigger::Stream(StreamSource {
                table: table_of(&required("Stream")?),
                batch_size: self.number("BatchSize")?.unwrap_or(100),
                bisect: self.text("BisectBatchOnFunctionError")?.as_deref() == Some("true"),
                retries: self.number("MaximumRetryAttempts")?.unwrap_or(10_000),
                partial_failures: self.reports_failures()?,
                on_failure: self.on_failure()?,
                filters: self.filters()?,
            })),
            EventKind::Schedule => {
                let (every, from) = times(&required("Schedule")?)?;
                Ok(Trigger::Schedule(Schedule { name: name.to_owned(), every, from }))
            }
        }
    }

    fn text(&self, name: &str) -> Result<Option<String>, TemplateError> {
        self.properties.get(name).map(|value| self.document.text(value)).transpose()
    }

    fn number<Number: std::str::FromStr>(&self, name: &str) -> Result<Option<Number>, TemplateError> {
        let text = self.text(name)?;
        text.map(|text| text.parse().map_err(|_| TemplateError::new(format!("{name} isn't a number")))).transpose()
    }

    fn reports_failures(&self) -> Result<bool, TemplateError> {
        let types =
            self.properties.get("FunctionResponseTypes").map(|value| self.document.resolve(value)).transpose()?;
        let types = types.flatten().and_then(|types| types.as_array().cloned()).unwrap_or_default();
        Ok(types.iter().any(|kind| kind == "ReportBatchItemFailures"))
    }

    fn filters(&self) -> Result<Filters, TemplateError> {
        let criteria = self.properties.get("FilterCriteria").map(|value| self.document.resolve(value)).transpose()?;
        criteria.flatten().map_or_else(|| Ok(Filters::default()), |criteria| Filters::read(&criteria))
    }

    fn on_failure(&self) -> Result<Option<String>, TemplateError> {
        let on_failure = self.properties.get("DestinationConfig").and_then(|config| config.get("OnFailure"));
        let destination = on_failure.and_then(|on_failure| on_failure.get("Destination"));
        Ok(destination.map(|value| self.document.text(value)).transpose()?.map(|arn| last_part(&arn)))
    }
}

fn event_kind(kind: &str) -> Option<EventKind> {
    match kind {
        "HttpApi" => Some(EventKind::HttpApi),
        "SQS" => Some(EventKind::Sqs),
        "DynamoDB" => Some(EventKind::DynamoDb),
        "Schedule" | "ScheduleV2" => Some(EventKind::Schedule),
        _ => None,
    }
}

/// What lies between two calls, and how long after midnight UTC one of them is: `rate(1 minute)`, or `cron(30 1 * * ? *)` for a time of every day.
fn times(expression: &str) -> Result<(Duration, Duration), TemplateError> {
    let unknown = || TemplateError::new(format!("schedule {expression} is not known here"));
    let inner = |kind: &str| expression.strip_prefix(kind)?.strip_prefix('(')?.strip_suffix(')');
    if let Some(fields) = inner("cron") {
        let (minute, rest) = fields.split_once(' ').ok_or_else(unknown)?;
        let hour = rest.strip_suffix(" * * ? *").ok_or_else(unknown)?;
        let number =
            |text: &str, below: u64| text.parse().ok().filter(|number: &u64| *number < below).ok_or_else(unknown);
        let from_s = number(hour, 24)?.saturating_mul(3600).saturating_add(number(minute, 60)?.saturating_mul(60));
        return Ok((Duration::from_secs(86_400), Duration::from_secs(from_s)));
    }
    let (count, unit) = inner("rate").and_then(|rate| rate.split_once(' ')).ok_or_else(unknown)?;
    let count: u64 = count.parse().map_err(|_| unknown())?;
    let unit_s: u64 = match unit.trim_end_matches('s') {
        "minute" => 60,
        "hour" => 3600,
        "day" => 86_400,
        _ => return Err(unknown()),
    };
    let every_s = count.checked_mul(unit_s).filter(|every_s| *every_s > 0).ok_or_else(unknown)?;
    Ok((Duration::from_secs(every_s), Duration::ZERO))
}

/// The name at the end of a queue's ARN.
pub(super) fn last_part(arn: &str) -> String {
    arn.rsplit(':').next().unwrap_or_default().to_owned()
}

/// The table in a stream's ARN.
fn table_of(arn: &str) -> String {
    let table = arn.split_once("table/").map(|(_, rest)| rest.split('/').next().unwrap_or_default());
    table.unwrap_or_default().to_owned()
}

fn field<'a>(value: &'a Json, name: &str) -> &'a str {
    value.get(name).and_then(Json::as_str).unwrap_or_default()
}
