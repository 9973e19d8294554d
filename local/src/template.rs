//! What `template.yaml` wires, read for the system on one machine: the same file that is deployed.

mod bucket;
mod document;
mod filter;
mod mail_rule;
mod resources;

use std::collections::BTreeMap;
use std::time::Duration;

pub use filter::Filters;

use crate::cloud::{BucketSpec, EventRule, KeySpec, QueueSpec, Statement, TableSpec};

/// The template as it stood when this was built, so that `cargo run` works from any directory.
pub const SOURCE: &str = include_str!("../../template.yaml");

/// The account in every ARN of the system on one machine.
pub const ACCOUNT: &str = "000000000000";

/// Its region.
pub const REGION: &str = "ap-northeast-1";

/// Everything that the template creates and the system on one machine stands in for.
#[derive(Clone, Debug)]
pub struct Template {
    /// Functions, in the template's order.
    pub functions: Vec<Function>,
    /// Tables.
    pub tables: Vec<TableSpec>,
    /// Queues; those that hold dead letters come first.
    pub queues: Vec<QueueSpec>,
    /// Keys.
    pub keys: Vec<KeySpec>,
    /// Buckets.
    pub buckets: Vec<BucketSpec>,
    /// Configuration sets of the mail service.
    pub mail_sets: Vec<String>,
    /// Rules that bring events of the mail service to queues.
    pub rules: Vec<EventRule>,
}

/// A function and what calls it.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Its logical name.
    pub name: String,
    /// The crate that its code is in.
    pub package: String,
    /// How long one invocation may take.
    pub timeout: Duration,
    /// Its environment, every reference resolved.
    pub environment: BTreeMap<String, String>,
    /// Its role.
    pub statements: Vec<Statement>,
    /// What calls it.
    pub triggers: Vec<Trigger>,
}

/// What calls a function.
#[derive(Clone, Debug, PartialEq)]
pub enum Trigger {
    /// A route of the HTTP API.
    Route(Route),
    /// A queue.
    Queue(QueueSource),
    /// A table's stream.
    Stream(StreamSource),
    /// The time.
    Schedule(Schedule),
}

/// A route of the HTTP API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// `GET`, `POST`, … or `ANY`.
    pub method: String,
    /// `/pay/{admin}`, `/test-acquirer/{proxy+}`.
    pub path: String,
}

/// A queue whose messages a function handles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueSource {
    /// The queue's name.
    pub queue: String,
    /// Messages in one invocation at most.
    pub batch_size: usize,
    /// The function answers which messages failed; otherwise an answer means that all went well.
    pub partial_failures: bool,
}

/// A table's stream whose records a function handles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamSource {
    /// The table's name.
    pub table: String,
    /// Records in one invocation at most.
    pub batch_size: usize,
    /// A batch that failed is tried again in halves.
    pub bisect: bool,
    /// How often a batch is tried again.
    pub retries: u32,
    /// The function answers from which record on it failed.
    pub partial_failures: bool,
    /// The queue that is told where in the stream a batch stood that failed for good.
    pub on_failure: Option<String>,
    /// Which records are handed over; the others are passed over.
    pub filters: Filters,
}

/// The time calls a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The event's logical name.
    pub name: String,
    /// How much lies between two calls.
    pub every: Duration,
    /// How long after midnight UTC of 1970 the first call was; the others follow from there.
    pub from: Duration,
}

/// Why a template can't be run on one machine.
#[derive(Debug, thiserror::Error)]
#[error("template.yaml: {0}")]
pub struct TemplateError(String);

impl TemplateError {
    fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// Says where.
    fn at(self, place: &str) -> Self {
        Self(format!("{place}: {}", self.0))
    }
}

impl Template {
    /// Reads a template with these parameters; what isn't given keeps its default.
    ///
    /// # Errors
    /// [`TemplateError`] for YAML that can't be read, a reference to nothing, or a property that the system on one machine doesn't know how to stand in for.
    pub fn read(source: &str, parameters: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        resources::read(&document::Document::parse(source, parameters)?)
    }

    /// The functions that read a table's stream.
    #[must_use]
    pub fn readers(&self, table: &str) -> Vec<&str> {
        let reads = |trigger: &Trigger| matches!(trigger, Trigger::Stream(source) if source.table == table);
        self.functions.iter().filter(|f| f.triggers.iter().any(reads)).map(|f| f.name.as_str()).collect()
    }

    /// The routes of all functions with the function's place in [`Template::functions`].
    pub fn routes(&self) -> impl Iterator<Item = (usize, &Route)> {
        self.functions.iter().enumerate().flat_map(|(place, function)| {
            function.triggers.iter().filter_map(move |trigger| match trigger {
                Trigger::Route(route) => Some((place, route)),
                Trigger::Queue(_) | Trigger::Stream(_) | Trigger::Schedule(_) => None,
            })
        })
    }
}

/// The parameters of the system on one machine: a sandbox whose acquirer is the test acquirer behind its own routes.
#[must_use]
pub fn local_parameters(page_origin: &str, acquirer_token: &str) -> BTreeMap<String, String> {
    [
        ("Stage", "sandbox"),
        ("PageOrigin", page_origin),
        ("AcquirerUrl", &format!("{page_origin}/test-acquirer")),
        ("AcquirerToken", acquirer_token),
        ("OperatorName", "Kessai"),
        ("MailSender", MAIL_SENDER),
        ("MailIdentity", MAIL_IDENTITY),
        ("AlarmAddress", "operator@kessai.example"),
        // the test acquirer agreed to no rate, and nobody waits for one here
        ("BatchRowMilliseconds", "0"),
        ("RecurringMilliseconds", "0"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect()
}

/// Who sends the mails of the system on one machine.
pub const MAIL_SENDER: &str = "no-reply@kessai.example";

/// The identity that SES knows this sender by.
pub const MAIL_IDENTITY: &str = "kessai.example";

#[cfg(test)]
mod tests {
    use super::*;
    use domain::merchant::Kept;

    fn template() -> Template {
        let parameters = local_parameters("http://localhost:9000", "token-token-token-token-token-token");
        Template::read(SOURCE, &parameters).unwrap()
    }

    fn function(name: &str) -> Function {
        template().functions.into_iter().find(|function| function.name == name).unwrap()
    }

    #[test]
    fn references_become_local_names() {
        let authorize = function("Authorize");
        assert_eq!(authorize.package, "authorize");
        assert_eq!(authorize.environment["TABLE"], "Table");
        assert_eq!(authorize.environment["APP_KEY"], "arn:aws:kms:ap-northeast-1:000000000000:key/AppKey");
        assert_eq!(authorize.environment["ACQUIRER_URL"], "http://localhost:9000/test-acquirer");
        assert_eq!(authorize.timeout, Duration::from_secs(28), "the global one");
        let relay = function("OutboxRelay");
        assert_eq!(relay.environment["MAIL_QUEUE"], "https://sqs.ap-northeast-1.amazonaws.com/000000000000/MailQueue");
    }

    #[test]
    fn a_role_holds_the_statements_and_nothing_else() {
        let reconcile = function("Reconcile");
        let index = "arn:aws:dynamodb:ap-northeast-1:000000000000:table/Table/index/due".to_owned();
        assert!(
            reconcile
                .statements
                .iter()
                .any(|statement| statement.actions == ["dynamodb:Query"] && statement.resources == [index.clone()])
        );
        assert!(reconcile.statements.iter().all(|statement| !statement.actions.iter().any(|action| action == "*")));
    }

    #[test]
    fn event_sources_keep_their_settings() {
        let Trigger::Stream(stream) = &function("OutboxRelay").triggers[0] else { panic!() };
        assert_eq!(stream.table, "Table");
        assert!(stream.bisect && stream.partial_failures);
        assert_eq!(stream.on_failure.as_deref(), Some("StreamFailures"));
        assert_ne!(stream.filters, Filters::default());
        let Trigger::Queue(queue) = &function("CompletionMail").triggers[0] else { panic!() };
        assert_eq!((queue.queue.as_str(), queue.batch_size, queue.partial_failures), ("MailQueue", 10, true));
        let Trigger::Schedule(schedule) = &function("Reconcile").triggers[0] else { panic!() };
        assert_eq!(schedule.every, Duration::from_secs(60));
        let Trigger::Schedule(schedule) = &function("RecurringSchedule").triggers[0] else { panic!() };
        assert_eq!(
            (schedule.every, schedule.from),
            (Duration::from_hours(24), Duration::from_hours(1)),
            "ten in Japan"
        );
    }

    #[test]
    fn only_the_products_own_table_is_counted() {
        let counted: Vec<_> = template().tables.into_iter().map(|table| (table.name, table.counted)).collect();
        let named = |name: &str, counted| (name.to_owned(), counted);
        assert_eq!(counted, [named("Table", true), named("SearchTable", true), named("AcquirerTable", false)]);
    }

    #[test]
    fn dead_letters_are_made_before_the_queue_that_fills_them() {
        let queues = template().queues;
        let place = |name: &str| queues.iter().position(|queue| queue.name == name).unwrap();
        assert!(place("MailDeadLetters") < place("MailQueue"));
        assert_eq!(queues[place("MailQueue")].redrive.as_ref().unwrap().max_receive_count, 5);
    }

    #[test]
    fn files_end_after_the_longest_period_and_unfinished_uploads_after_a_day() {
        let [files] = template().buckets.try_into().unwrap();
        assert_eq!((files.name.as_str(), files.versioned), ("files", true));
        let ends = |prefix: &str| {
            let rule = files.lifecycle.iter().find(|rule| rule.prefix == prefix && rule.expire_days.is_some()).unwrap();
            (rule.expire_days.unwrap(), rule.noncurrent_days.unwrap())
        };
        let longest = |kept: Kept| u32::from(kept.bounds().1);
        assert_eq!(ends("exports/"), (longest(Kept::Exports), 1));
        assert_eq!(ends("parts/"), (7, 1));
        assert!(ends("").0 >= longest(Kept::BatchFiles).max(longest(Kept::BatchResults)));
        let everywhere: Vec<_> = files.lifecycle.iter().filter(|rule| rule.prefix.is_empty()).collect();
        assert!(everywhere.iter().any(|rule| rule.abort_upload_days == Some(1)));
        assert!(everywhere.iter().any(|rule| rule.lone_markers));
    }

    #[test]
    fn the_bucket_tells_the_intake_queue_of_csv_files() {
        let [files] = template().buckets.try_into().unwrap();
        let [told] = files.notifications.try_into().unwrap();
        assert_eq!((told.event.as_str(), told.queue.as_str()), ("s3:ObjectCreated:*", "IntakeQueue"));
        assert_eq!((told.prefix.as_str(), told.suffix.as_str()), ("", ".csv"));
        let [console] = files.cors.try_into().unwrap();
        assert_eq!(
            (console.origins, console.methods),
            (vec!["http://localhost:9000".to_owned()], vec!["POST".to_owned()])
        );
    }

    #[test]
    fn a_live_stage_has_no_test_acquirer() {
        let mut parameters = local_parameters("http://localhost:9000", "token");
        parameters.insert("Stage".to_owned(), "live".to_owned());
        let template = Template::read(SOURCE, &parameters).unwrap();
        assert!(template.functions.iter().all(|function| function.name != "TestAcquirer"));
        assert!(template.tables.iter().all(|table| table.name != "AcquirerTable"));
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for (source, message) in [
            ("Resources:\n  A:\n    Type: AWS::SQS::Queue\n    Properties: { FifoQueue: true }", "FifoQueue"),
            ("Resources:\n  A:\n    Type: AWS::SQS::Queue\n    Properties: { DelaySeconds: !Ref Nothing }", "Nothing"),
            ("Resources:\n  A:\n    Type: AWS::Mars::Rover", "AWS::Mars::Rover"),
            (
                "Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Properties: { WebsiteConfiguration: {} }",
                "WebsiteConfiguration",
            ),
            (
                "Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Properties: { NotificationConfiguration: { LambdaConfigurations: [] } }",
                "LambdaConfigurations",
            ),
            (
                "Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Properties: { NotificationConfiguration: { QueueConfigurations: [{ Event: s3:ObjectRemoved:* }] } }",
                "s3:ObjectRemoved:*",
            ),
            (
                "Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Properties: { LifecycleConfiguration: { Rules: [{ Status: Enabled, Transitions: [] }] } }",
                "Transitions",
            ),
        ] {
            let error = Template::read(source, &BTreeMap::new()).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
