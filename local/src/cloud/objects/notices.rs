//! Who is told of new objects: the message is written with the object, in one step, and sent behind it, so that no end of
//! the process loses it. As at S3 it may come twice.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rusqlite::{Transaction, params};
use serde_json::{Value, json};

use super::super::queue::new_id;
use super::super::spec::Notification;
use super::super::{Cloud, CloudError};
use super::to_sql;

/// What stays as it is in the key of an event; a space is `+`.
const PLAIN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'*').remove(b'/').remove(b' ');

/// How the buckets' wiring is carried out.
pub(in crate::cloud) struct Notices {
    times: AtomicU32,
    /// One at a time sends, so that none is sent twice but by plan or by the end of the process.
    sending: Mutex<()>,
}

impl Default for Notices {
    fn default() -> Self {
        Self { times: AtomicU32::new(1), sending: Mutex::default() }
    }
}

/// How an object came into being.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cloud) enum Occasion {
    Put,
    Post,
    Copy,
    CompleteMultipartUpload,
}

impl Occasion {
    fn name(self) -> &'static str {
        match self {
            Self::Put => "ObjectCreated:Put",
            Self::Post => "ObjectCreated:Post",
            Self::Copy => "ObjectCreated:Copy",
            Self::CompleteMultipartUpload => "ObjectCreated:CompleteMultipartUpload",
        }
    }
}

/// A version that was just written.
pub(in crate::cloud) struct Created<'a> {
    pub(in crate::cloud) bucket: &'a str,
    pub(in crate::cloud) key: &'a str,
    pub(in crate::cloud) size: u64,
    pub(in crate::cloud) etag: &'a str,
    pub(in crate::cloud) sequence: i64,
    /// None in a bucket without versions.
    pub(in crate::cloud) id: Option<&'a str>,
    pub(in crate::cloud) occasion: Occasion,
    pub(in crate::cloud) by: &'a str,
}

impl Notices {
    pub(in crate::cloud) fn set_times(&self, times: u32) {
        self.times.store(times, Ordering::Relaxed);
    }

    /// Writes what is to be told of a new object; answers whether anybody is.
    pub(in crate::cloud) fn write(
        &self,
        cloud: &Cloud,
        objects: &Transaction<'_>,
        created: &Created<'_>,
    ) -> rusqlite::Result<bool> {
        let Some(bucket) = cloud.wiring(created.bucket) else { return Ok(false) };
        let mut any = false;
        for told in bucket.notifications.iter().filter(|told| told.wants(created)) {
            any = true;
            let body = created.event(cloud, told).map_err(to_sql)?.to_string();
            for _ in 0..self.times.load(Ordering::Relaxed) {
                let insert = "INSERT INTO notice (queue, body) VALUES (?1, ?2)";
                objects.prepare_cached(insert)?.execute(params![told.queue, body])?;
            }
        }
        Ok(any)
    }

    /// Sends what was written, in order.
    pub(in crate::cloud) fn send(&self, cloud: &Cloud) -> Result<(), CloudError> {
        let _alone = self.sending.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting: Vec<(i64, String, String)> = cloud.inner.objects.with(|objects| {
            let mut select = objects.prepare_cached("SELECT sequence, queue, body FROM notice ORDER BY sequence")?;
            select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect()
        })?;
        for (sequence, queue, body) in waiting {
            cloud.queue(&queue)?.send(&body, None)?;
            let delete = "DELETE FROM notice WHERE sequence = ?1";
            cloud.inner.objects.with(|objects| objects.execute(delete, params![sequence]).map(drop))?;
        }
        Ok(())
    }
}

impl Notification {
    fn wants(&self, created: &Created<'_>) -> bool {
        let name = format!("s3:{}", created.occasion.name());
        let event = match self.event.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == self.event,
        };
        event && created.key.starts_with(&self.prefix) && created.key.ends_with(&self.suffix)
    }
}

impl Created<'_> {
    /// The message as S3 writes it (S3 user guide, "Event message structure").
    fn event(&self, cloud: &Cloud, told: &Notification) -> Result<Value, CloudError> {
        let mut object = json!({
            "key": utf8_percent_encode(self.key, PLAIN).to_string().replace(' ', "+"),
            "size": self.size,
            "eTag": self.etag,
            // grows with each version; hexadecimal of one length, so that it compares as text
            "sequencer": format!("{:018X}", self.sequence),
        });
        if let (Some(id), Some(fields)) = (self.id, object.as_object_mut()) {
            fields.insert("versionId".to_owned(), id.into());
        }
        let inner = &cloud.inner;
        Ok(json!({ "Records": [{
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": inner.region,
            "eventTime": cloud.now().strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
            "eventName": self.occasion.name(),
            "userIdentity": { "principalId": format!("AWS:{}", self.by) },
            "requestParameters": { "sourceIPAddress": "127.0.0.1" },
            "responseElements": { "x-amz-request-id": new_id()?, "x-amz-id-2": new_id()? },
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": told.queue,
                "bucket": {
                    "name": self.bucket,
                    "ownerIdentity": { "principalId": inner.account },
                    "arn": cloud.bucket_arn(self.bucket),
                },
                "object": object,
            },
        }] }))
    }
}
