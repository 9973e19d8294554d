//! The AWS services on one machine, behind the SDK's HTTP client seam: the product's own SDK calls are answered here, in process.

mod caller;
mod connector;
mod dynamodb;
mod event_bus;
mod faults;
mod kms;
mod objects;
mod permissions;
mod protocol;
mod queue;
mod s3;
mod serve;
mod ses;
mod spec;
mod sqs;
mod state;
mod stream;
mod tables;
#[cfg(test)]
mod tests;
mod ttl;
mod usage;
mod web;

pub use caller::{Caller, Dropped};
pub use event_bus::EventRule;
pub use faults::{Call, Fault, Faults, When};
pub use permissions::{Permissions, Statement};
pub use queue::{Counts, Message, Queue};
pub use serve::serve;
pub use ses::Mail;
pub use spec::{
    BucketSpec, CorsRule, IndexSpec, KeyAttribute, KeyKind, KeySpec, LifecycleRule, Notification, Projection,
    QueueSpec, Redrive, StreamView, TableSpec,
};
pub use stream::{Stream, StreamRecord};
pub use usage::{DynamoDbUsage, FunctionUsage, ServiceUsage, Usage};
pub use web::{NoAnswer, WebFuture, WebHandler};

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::SdkConfig;
use jiff::Timestamp;
use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::watch;

/// Reads the time that visibility, delays, TTL and dates run on.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Lets a time pass, for [`Fault::Slow`]; a world with its own clock moves that.
pub type Sleeper = Arc<dyn Fn(Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// How a [`Cloud`] is opened.
#[derive(Clone)]
pub struct Options {
    /// Where everything is kept; `None` keeps it in memory and forgets it.
    pub data_dir: Option<PathBuf>,
    /// The time.
    pub clock: Clock,
    /// Lets a time pass; `None` lets none pass.
    pub sleeper: Option<Sleeper>,
    /// The region in every ARN and host name.
    pub region: String,
    /// The account in every ARN.
    pub account: String,
    /// Where [`serve`] listens, `http://127.0.0.1:4566`: addresses that functions sign lead there. `None` lets them lead to AWS.
    pub origin: Option<String>,
}

impl Options {
    /// In memory, in Tokyo, under the account of twelve zeros.
    #[must_use]
    pub fn memory(clock: Clock) -> Self {
        Self {
            data_dir: None,
            clock,
            sleeper: None,
            region: "ap-northeast-1".to_owned(),
            account: "000000000000".to_owned(),
            origin: None,
        }
    }

    /// The same, kept in this directory.
    #[must_use]
    pub fn on_disk(data_dir: impl Into<PathBuf>, clock: Clock) -> Self {
        Self { data_dir: Some(data_dir.into()), ..Self::memory(clock) }
    }
}

/// Why the local cloud could not do something that a library call asked for.
#[derive(Debug, thiserror::Error)]
pub enum CloudError {
    /// The files under the data directory, or the memory standing in for them, failed.
    #[error("the local store failed: {0}")]
    Storage(String),
    /// It was never created.
    #[error("there is no {kind} named {name}")]
    Missing {
        /// Table, queue, key, stream or bucket.
        kind: &'static str,
        /// The name that was asked for.
        name: String,
    },
    /// The service would refuse this, too.
    #[error("{0}")]
    Refused(String),
}

/// The AWS services on one machine. A clone is the same cloud.
#[derive(Clone)]
pub struct Cloud {
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    sleeper: Option<Sleeper>,
    region: String,
    account: String,
    origin: Option<String>,
    tables: tables::Tables,
    state: state::State,
    objects: state::State,
    notices: objects::Notices,
    buckets: RwLock<HashMap<String, Arc<BucketSpec>>>,
    hosts: RwLock<HashMap<String, Arc<dyn WebHandler>>>,
    access_keys: RwLock<HashMap<String, Caller>>,
    identities: RwLock<Vec<String>>,
    mail_sets: RwLock<Vec<String>>,
    rules: RwLock<Vec<EventRule>>,
    faults: Faults,
    usage: usage::Counters,
    activity: watch::Sender<u64>,
    /// Held as long as the cloud lives, so that no second process writes to the same files.
    _lock: Option<File>,
}

impl std::fmt::Debug for Cloud {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Cloud").field("region", &self.inner.region).finish_non_exhaustive()
    }
}

impl Cloud {
    /// Opens what the data directory holds, or starts empty.
    ///
    /// # Errors
    /// [`CloudError::Storage`] if the directory can't be made or its files can't be opened,
    /// [`CloudError::Refused`] if another process has it open.
    pub fn open(options: Options) -> Result<Self, CloudError> {
        let lock = options.data_dir.as_deref().map(hold).transpose()?;
        let tables = tables::Tables::open(options.data_dir.as_deref())?;
        let state = state::State::open(options.data_dir.as_deref())?;
        let objects = objects::open(options.data_dir.as_deref())?;
        let inner = Inner {
            clock: options.clock,
            sleeper: options.sleeper,
            region: options.region,
            account: options.account,
            origin: options.origin,
            tables,
            state,
            objects,
            notices: objects::Notices::default(),
            buckets: RwLock::default(),
            hosts: RwLock::default(),
            access_keys: RwLock::default(),
            identities: RwLock::default(),
            mail_sets: RwLock::default(),
            rules: RwLock::default(),
            faults: Faults::default(),
            usage: usage::Counters::default(),
            activity: watch::Sender::new(0),
            _lock: lock,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Creates a table unless it is there. Called on every start.
    ///
    /// # Errors
    /// [`CloudError::Refused`] for a table that DynamoDB would refuse or whose keys differ from the stored ones.
    pub fn create_table(&self, table: &TableSpec) -> Result<(), CloudError> {
        self.inner.tables.create(table)
    }

    /// Creates a queue, or gives the stored one these settings. Called on every start.
    ///
    /// # Errors
    /// [`CloudError::Refused`] for a delay over 15 minutes.
    pub fn create_queue(&self, queue: &QueueSpec) -> Result<(), CloudError> {
        queue::create(self, queue)
    }

    /// Creates a key with fresh material unless it is there. Called on every start.
    ///
    /// # Errors
    /// [`CloudError::Storage`].
    pub fn create_key(&self, key: &KeySpec) -> Result<(), CloudError> {
        kms::create(self, key)
    }

    /// Creates a bucket, or gives the stored one these settings. Called on every start, after the queues that it tells of new objects.
    ///
    /// # Errors
    /// [`CloudError::Storage`], [`CloudError::Missing`] for a queue that isn't there.
    pub fn create_bucket(&self, bucket: &BucketSpec) -> Result<(), CloudError> {
        objects::create(self, bucket)
    }

    /// From now on a bucket tells of every new object this many times: the promise is at least once.
    pub fn notify_times(&self, times: u32) {
        self.inner.notices.set_times(times);
    }

    /// `arn:aws:dynamodb:…:table/<name>`.
    #[must_use]
    pub fn table_arn(&self, name: &str) -> String {
        self.arn("dynamodb", &format!("table/{name}"))
    }

    /// `arn:aws:dynamodb:…:table/<name>/stream/…`, the same on every start.
    #[must_use]
    pub fn stream_arn(&self, table: &str) -> String {
        self.arn("dynamodb", &format!("table/{table}/stream/{}", stream::LABEL))
    }

    /// `arn:aws:sqs:…:<name>`.
    #[must_use]
    pub fn queue_arn(&self, name: &str) -> String {
        self.arn("sqs", name)
    }

    /// The address that names a queue in SQS calls.
    #[must_use]
    pub fn queue_url(&self, name: &str) -> String {
        format!("https://sqs.{}.amazonaws.com/{}/{name}", self.inner.region, self.inner.account)
    }

    /// `arn:aws:kms:…:key/<id>`.
    #[must_use]
    pub fn key_arn(&self, id: &str) -> String {
        self.arn("kms", &format!("key/{id}"))
    }

    /// `arn:aws:ses:…:configuration-set/<name>`.
    #[must_use]
    pub fn mail_set_arn(&self, name: &str) -> String {
        self.arn("ses", &format!("configuration-set/{name}"))
    }

    /// `arn:aws:ses:…:identity/<address or domain>`.
    #[must_use]
    pub fn identity_arn(&self, identity: &str) -> String {
        self.arn("ses", &format!("identity/{identity}"))
    }

    /// `arn:aws:s3:::<bucket>`; its objects' have `/<key>` behind it.
    #[must_use]
    pub fn bucket_arn(&self, name: &str) -> String {
        format!("arn:aws:s3:::{name}")
    }

    fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{resource}", self.inner.region, self.inner.account)
    }

    /// The HTTP client that an SDK client of this caller is given: every call ends here.
    #[must_use]
    pub fn http_client(&self, caller: Caller) -> SharedHttpClient {
        connector::http_client(self, caller)
    }

    /// All that an SDK client of this caller needs: made-up credentials, [`Cloud::http_client`], quick retries.
    #[must_use]
    pub fn sdk_config(&self, caller: Caller) -> SdkConfig {
        connector::sdk_config(self, caller)
    }

    /// Answers calls to this host name (without a port) by this handler: the test acquirer, merchants' servers.
    /// A call to a host that isn't registered is a refused connection. A response that carries [`NoAnswer`] doesn't arrive.
    pub fn register_host(&self, host: impl Into<String>, handler: Arc<dyn WebHandler>) {
        let mut hosts = self.inner.hosts.write().unwrap_or_else(PoisonError::into_inner);
        hosts.insert(host.into(), handler);
    }

    /// Whose calls those are that reach [`serve`] with this access key id; any other key is the operator's.
    pub fn register_access_key(&self, access_key_id: impl Into<String>, caller: Caller) {
        let mut keys = self.inner.access_keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.insert(access_key_id.into(), caller);
    }

    /// Runs one invocation of a function; its calls know it, so a drop fault ends exactly this one, where it stands.
    ///
    /// # Errors
    /// [`Dropped`] when a fault of [`Fault::DropBefore`] or [`Fault::DropAfter`] hit one of its calls.
    pub async fn run<T>(&self, invocation: impl Future<Output = T>) -> Result<T, Dropped> {
        caller::run(invocation).await
    }

    /// A queue, for whoever polls it or looks into it.
    ///
    /// # Errors
    /// [`CloudError::Missing`].
    pub fn queue(&self, name: &str) -> Result<Queue, CloudError> {
        Queue::open(self, name)
    }

    /// Names of all queues, in order.
    ///
    /// # Errors
    /// [`CloudError::Storage`].
    pub fn queue_names(&self) -> Result<Vec<String>, CloudError> {
        queue::names(self)
    }

    /// The stream of a table.
    ///
    /// # Errors
    /// [`CloudError::Missing`] if the table isn't there or has no stream.
    pub fn stream(&self, table: &str) -> Result<Stream, CloudError> {
        Stream::open(self, table)
    }

    /// Every mail that SES accepted, oldest first.
    ///
    /// # Errors
    /// [`CloudError::Storage`].
    pub fn mails(&self) -> Result<Vec<Mail>, CloudError> {
        ses::mails(self)
    }

    /// From now on only these addresses or domains may send. An empty list lets all send, as at the start.
    pub fn verify_identities(&self, identities: impl IntoIterator<Item = String>) {
        let mut verified = self.inner.identities.write().unwrap_or_else(PoisonError::into_inner);
        *verified = identities.into_iter().collect();
    }

    /// Lets the mail service tell what became of mails that name one of these configuration sets, by these rules of the event bus.
    pub fn watch_mails(&self, sets: &[String], rules: &[EventRule]) {
        *self.inner.mail_sets.write().unwrap_or_else(PoisonError::into_inner) = sets.to_vec();
        *self.inner.rules.write().unwrap_or_else(PoisonError::into_inner) = rules.to_vec();
    }

    /// The faults that are planned, and the calls that were made.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// What functions' calls have used since the start.
    #[must_use]
    pub fn usage(&self) -> Usage {
        usage::report(self)
    }

    /// Deletes items whose TTL attribute lies before now; answers how many. Their stream records say so.
    ///
    /// # Errors
    /// [`CloudError::Storage`].
    pub fn sweep_ttl(&self) -> Result<usize, CloudError> {
        ttl::sweep(self)
    }

    /// Deletes objects, older versions and unfinished uploads whose time is over by their bucket's lifecycle; answers how many.
    ///
    /// # Errors
    /// [`CloudError::Storage`].
    pub fn sweep_objects(&self) -> Result<usize, CloudError> {
        objects::sweep(self)
    }

    /// Answers one request as [`serve`] would: a browser with an address that a function signed.
    /// An answer that a fault took is a 502.
    pub async fn visit(&self, request: http::Request<bytes::Bytes>) -> http::Response<bytes::Bytes> {
        serve::visit(self, request).await
    }

    /// When the earliest hidden message of any queue comes out.
    ///
    /// # Errors
    /// [`CloudError::Storage`].
    pub fn next_due(&self) -> Result<Option<Timestamp>, CloudError> {
        queue::next_due(self)
    }

    /// Changes whenever a stream got a record or a queue a message, so that whoever delivers them can wait for it.
    #[must_use]
    pub fn activity(&self) -> watch::Receiver<u64> {
        self.inner.activity.subscribe()
    }

    /// A value that the data directory keeps beside the services' own: the moved clock, whether the demo data is in.
    ///
    /// # Errors
    /// [`CloudError::Storage`].
    pub fn note(&self, name: &str) -> Result<Option<String>, CloudError> {
        self.inner.state.note(name)
    }

    /// Keeps a value under this name.
    ///
    /// # Errors
    /// [`CloudError::Storage`].
    pub fn set_note(&self, name: &str, value: &str) -> Result<(), CloudError> {
        self.inner.state.set_note(name, value)
    }

    /// What a bucket was created with, unless a client made it.
    fn wiring(&self, bucket: &str) -> Option<Arc<BucketSpec>> {
        self.inner.buckets.read().unwrap_or_else(PoisonError::into_inner).get(bucket).cloned()
    }

    fn wire(&self, bucket: BucketSpec) {
        let mut buckets = self.inner.buckets.write().unwrap_or_else(PoisonError::into_inner);
        buckets.insert(bucket.name.clone(), Arc::new(bucket));
    }

    /// Whether this address is one of the AWS port.
    fn is_at_origin(&self, uri: &str) -> bool {
        let origin = self.inner.origin.as_deref();
        let rest = origin.and_then(|origin| uri.strip_prefix(origin));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    }

    fn now(&self) -> Timestamp {
        (self.inner.clock)()
    }

    fn stir(&self) {
        self.inner.activity.send_modify(|count| *count = count.wrapping_add(1));
    }
}

/// Makes the data directory and holds it for this process; the system lets go of it however the process ends.
fn hold(data_dir: &Path) -> Result<File, CloudError> {
    std::fs::create_dir_all(data_dir).map_err(tables::storage)?;
    let lock = File::create(data_dir.join("lock")).map_err(tables::storage)?;
    lock.try_lock().map_err(|_| {
        CloudError::Refused(format!(
            "another process works in {}: end it, or use another directory",
            data_dir.display()
        ))
    })?;
    Ok(lock)
}
