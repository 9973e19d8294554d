//! What is created from the template on every start: tables, queues, keys and buckets.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A DynamoDB table.
#[derive(Clone, Debug, PartialEq)]
pub struct TableSpec {
    /// Its name; at least 3 characters.
    pub name: String,
    /// Partition key.
    pub partition: KeyAttribute,
    /// Sort key.
    pub sort: Option<KeyAttribute>,
    /// Global secondary indexes.
    pub indexes: Vec<IndexSpec>,
    /// Whether writes leave stream records, and what those hold.
    pub stream: Option<StreamView>,
    /// The attribute that holds an item's last second.
    pub ttl: Option<String>,
    /// Whether its calls count in [`Usage`](super::Usage): product tables do, the test acquirer's ledger doesn't.
    pub counted: bool,
}

/// A global secondary index.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexSpec {
    /// Its name.
    pub name: String,
    /// Partition key.
    pub partition: KeyAttribute,
    /// Sort key.
    pub sort: Option<KeyAttribute>,
    /// The attributes it holds.
    pub projection: Projection,
}

/// The attributes an index holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Projection {
    /// Keys of the table and of the index.
    KeysOnly,
    /// Keys and these.
    Include(Vec<String>),
    /// The whole item.
    All,
}

/// A key attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyAttribute {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: KeyKind,
}

/// The type of a key attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// A string.
    Text,
    /// A number.
    Number,
    /// Bytes.
    Binary,
}

/// What a stream record holds beside the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamView {
    /// Nothing.
    KeysOnly,
    /// The item after the write.
    NewImage,
    /// The item before the write.
    OldImage,
    /// Both.
    NewAndOldImages,
}

/// An SQS queue.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueSpec {
    /// Its name.
    pub name: String,
    /// How long a received message stays hidden.
    pub visibility: Duration,
    /// How long a new message stays hidden; at most 15 minutes.
    pub delay: Duration,
    /// Where a message goes that was received too often.
    pub redrive: Option<Redrive>,
}

/// Where a message goes that was received too often.
#[derive(Clone, Debug, PartialEq)]
pub struct Redrive {
    /// The queue of dead letters, by name.
    pub dead_letters: String,
    /// A message received this often isn't given out again.
    pub max_receive_count: u32,
}

/// A KMS key for encryption.
#[derive(Clone, Debug, PartialEq)]
pub struct KeySpec {
    /// The last part of its ARN; the template's logical name.
    pub id: String,
    /// A second name, `alias/...`.
    pub alias: Option<String>,
}

/// An S3 bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BucketSpec {
    /// Its name.
    pub name: String,
    /// What is written over or deleted stays as an older version.
    pub versioned: bool,
    /// When its objects end.
    pub lifecycle: Vec<LifecycleRule>,
    /// Who is told of new objects.
    pub notifications: Vec<Notification>,
    /// Which sites' pages may call it.
    pub cors: Vec<CorsRule>,
}

/// A queue that is told of new objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// `s3:ObjectCreated:Put`, …; `*` at the end stands for any.
    pub event: String,
    /// What the keys begin with; empty means all.
    pub prefix: String,
    /// What the keys end with; empty means all.
    pub suffix: String,
    /// The queue's name.
    pub queue: String,
}

/// What pages of other sites may do with a bucket (S3 user guide, "Elements of a CORS configuration").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorsRule {
    /// Origins, with one `*` at most in each.
    pub origins: Vec<String>,
    /// `GET`, `POST`, …
    pub methods: Vec<String>,
    /// Headers that a page may send, with one `*` at most in each.
    pub headers: Vec<String>,
    /// Headers of the answer that a page may read.
    pub exposed: Vec<String>,
    /// Seconds for which a browser may remember the answer.
    pub max_age_s: Option<u32>,
}

/// When the objects end whose keys begin alike. A day is 24 hours here; S3 waits for the next midnight (UTC).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifecycleRule {
    /// What the keys begin with; empty means all.
    pub prefix: String,
    /// Days after which an object is deleted; a versioned bucket keeps it as an older version.
    pub expire_days: Option<u32>,
    /// Days after which an older version is deleted for good.
    pub noncurrent_days: Option<u32>,
    /// Whether a delete marker goes that stands alone.
    pub lone_markers: bool,
    /// Days after which an upload in parts is aborted that nobody finished.
    pub abort_upload_days: Option<u32>,
}
