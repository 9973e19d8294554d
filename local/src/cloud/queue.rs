//! One queue: messages with visibility, delay and redrive, on the cloud's clock, kept in the state's file.

use super::spec::QueueSpec;
use super::tables::storage;
use super::{Cloud, CloudError};
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, Transaction, params};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// The longest delay (SQS developer guide, "Amazon SQS delay queues").
pub(super) const MAX_DELAY: Duration = Duration::from_secs(15 * 60);
/// The longest visibility (SQS developer guide, "Amazon SQS visibility timeout").
pub(super) const MAX_VISIBILITY: Duration = Duration::from_secs(12 * 60 * 60);
/// The largest message, in bytes (SQS developer guide, "Amazon SQS message quotas").
pub(super) const MAX_MESSAGE_BYTES: usize = 1_048_576;

/// One queue.
#[derive(Clone, Debug)]
pub struct Queue {
    cloud: Cloud,
    name: String,
}

/// A message that was received: hidden from others until its visibility ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id, the same each time it is received.
    pub id: String,
    /// The handle of this one receipt, for deleting or releasing it.
    pub receipt: String,
    /// What was sent.
    pub body: String,
    /// How often it was received, this time included.
    pub receive_count: u32,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it was received for the first time.
    pub first_received_at: Timestamp,
    /// The sender's own attributes: `{name: {"DataType": …, "StringValue": …}}`.
    pub attributes: Map<String, Value>,
}

/// How many messages a queue holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// To be received now or, delayed, later.
    pub waiting: u64,
    /// Received, neither deleted nor visible again.
    pub in_flight: u64,
    /// In the queue of its dead letters.
    pub dead: u64,
}

/// What a queue is set to.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) visibility: Duration,
    pub(super) delay: Duration,
    pub(super) dead_letters: Option<String>,
    pub(super) max_receive_count: Option<u32>,
}

/// Creates a queue, or sets it anew.
pub(super) fn create(cloud: &Cloud, queue: &QueueSpec) -> Result<(), CloudError> {
    if queue.delay > MAX_DELAY || queue.visibility > MAX_VISIBILITY {
        let name = &queue.name;
        return Err(CloudError::Refused(format!("queue {name}: a delay is at most 15 minutes, a visibility 12 hours")));
    }
    let redrive = queue.redrive.as_ref();
    cloud.inner.state.with(|state| {
        state.execute(
            "INSERT OR REPLACE INTO queue (name, visibility_ms, delay_ms, dead_letters, max_receive_count)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                queue.name,
                ms(queue.visibility),
                ms(queue.delay),
                redrive.map(|redrive| &redrive.dead_letters),
                redrive.map(|redrive| redrive.max_receive_count),
            ],
        )?;
        Ok(())
    })
}

/// Names of all queues, in order.
pub(super) fn names(cloud: &Cloud) -> Result<Vec<String>, CloudError> {
    cloud.inner.state.with(|state| {
        let mut select = state.prepare_cached("SELECT name FROM queue ORDER BY name")?;
        let rows = select.query_map([], |row| row.get(0))?;
        rows.collect()
    })
}

/// When the earliest hidden message of any queue comes out.
pub(super) fn next_due(cloud: &Cloud) -> Result<Option<Timestamp>, CloudError> {
    due(cloud, "SELECT MIN(visible_ms) FROM message WHERE visible_ms > ?1 AND ?2 IS NULL", None)
}

fn due(cloud: &Cloud, select: &str, queue: Option<&str>) -> Result<Option<Timestamp>, CloudError> {
    let now = cloud.now().as_millisecond();
    let due: Option<i64> =
        cloud.inner.state.with(|state| state.query_row(select, params![now, queue], |row| row.get(0)))?;
    due.map(|due| Timestamp::from_millisecond(due).map_err(storage)).transpose()
}

impl Queue {
    pub(super) fn open(cloud: &Cloud, name: &str) -> Result<Self, CloudError> {
        let queue = Self { cloud: cloud.clone(), name: name.to_owned() };
        match queue.settings()? {
            Some(_) => Ok(queue),
            None => Err(CloudError::Missing { kind: "queue", name: name.to_owned() }),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Up to this many visible messages, oldest first; each is hidden for the queue's visibility. Those of a tenant that has messages in flight come behind
    /// those of one that has fewer: SQS does so when a tenant's share is over a tenth (developer guide, "Amazon SQS fair queues").
    /// A message received too often goes to the dead letters instead.
    ///
    /// # Errors
    /// [`CloudError::Storage`].
    pub fn receive(&self, max: usize) -> Result<Vec<Message>, CloudError> {
        self.receive_for(max, None)
    }

    /// The same with a visibility of its own.
    pub(super) fn receive_for(&self, max: usize, visibility: Option<Duration>) -> Result<Vec<Message>, CloudError> {
        let now = self.cloud.now();
        let now_ms = now.as_millisecond();
        self.cloud.inner.state.with(|state| {
            let Some(settings) = settings(state, &self.name)? else { return Ok(Vec::new()) };
            if let (Some(dead_letters), Some(max)) = (&settings.dead_letters, settings.max_receive_count) {
                bury(state, &self.name, dead_letters, max, now_ms)?;
            }
            let hidden_ms = now_ms.saturating_add(ms(visibility.unwrap_or(settings.visibility)));
            let mut select = state.prepare_cached(
                "WITH busy AS (
                     SELECT tenant.name AS name, COUNT(*) AS messages FROM message JOIN tenant ON tenant.message = sequence
                     WHERE queue = ?1 AND visible_ms > ?2 AND receipt IS NOT NULL GROUP BY tenant.name)
                 SELECT sequence, id, body, attributes, sent_ms, receive_count, first_received_ms FROM message
                 LEFT JOIN tenant ON tenant.message = sequence LEFT JOIN busy ON busy.name = tenant.name
                 WHERE queue = ?1 AND visible_ms <= ?2 ORDER BY COALESCE(busy.messages, 0), sequence LIMIT ?3",
            )?;
            let found = select.query_map(params![self.name, now_ms, count(max)], |row| {
                let sequence: i64 = row.get(0)?;
                Ok((sequence, message(row, now)?))
            })?;
            let found: Vec<(i64, Message)> = found.collect::<rusqlite::Result<_>>()?;
            let mut hide = state.prepare_cached(
                "UPDATE message SET visible_ms = ?2, receive_count = ?3, first_received_ms = ?4, receipt = ?5
                 WHERE sequence = ?1",
            )?;
            let mut received = Vec::with_capacity(found.len());
            for (sequence, message) in found {
                let first_ms = message.first_received_at.as_millisecond();
                hide.execute(params![sequence, hidden_ms, message.receive_count, first_ms, message.receipt])?;
                received.push(message);
            }
            Ok(received)
        })
    }

    /// Takes a message out for good. An old receipt still does, as in SQS.
    ///
    /// # Errors
    /// [`CloudError::Refused`] for a receipt that was never given out.
    pub fn delete(&self, receipt: &str) -> Result<(), CloudError> {
        let sequence = sequence_of(receipt)?;
        let delete = "DELETE FROM message WHERE sequence = ?1 AND queue = ?2";
        self.cloud.inner.state.with(|state| state.execute(delete, params![sequence, self.name]).map(drop))
    }

    /// Makes a received message visible again after this time.
    ///
    /// # Errors
    /// [`CloudError::Refused`] unless the receipt is the message's last one and it is still hidden.
    pub fn release(&self, receipt: &str, after: Duration) -> Result<(), CloudError> {
        let sequence = sequence_of(receipt)?;
        let now_ms = self.cloud.now().as_millisecond();
        let update = "UPDATE message SET visible_ms = ?4
            WHERE sequence = ?1 AND queue = ?2 AND receipt = ?3 AND visible_ms > ?5";
        let visible_ms = now_ms.saturating_add(ms(after));
        let changed = self
            .cloud
            .inner
            .state
            .with(|state| state.execute(update, params![sequence, self.name, receipt, visible_ms, now_ms]))?;
        if changed == 0 {
            return Err(CloudError::Refused("the message isn't in flight under this receipt".to_owned()));
        }
        self.cloud.stir();
        Ok(())
    }

    /// Sends a message; `delay` counts instead of the queue's own. Answers its id.
    ///
    /// # Errors
    /// [`CloudError::Refused`] for a body or delay that SQS would refuse.
    pub fn send(&self, body: &str, delay: Option<Duration>) -> Result<String, CloudError> {
        self.send_with(body, delay, &Map::new(), None)
    }

    /// The same with attributes, for a tenant.
    pub(super) fn send_with(
        &self,
        body: &str,
        delay: Option<Duration>,
        attributes: &Map<String, Value>,
        tenant: Option<&str>,
    ) -> Result<String, CloudError> {
        if body.is_empty() || body.len() > MAX_MESSAGE_BYTES {
            return Err(CloudError::Refused(format!("a message has 1 to {MAX_MESSAGE_BYTES} bytes")));
        }
        if delay.is_some_and(|delay| delay > MAX_DELAY) {
            return Err(CloudError::Refused("a delay is at most 15 minutes".to_owned()));
        }
        let id = new_id()?;
        let attributes = Value::Object(attributes.clone()).to_string();
        let now_ms = self.cloud.now().as_millisecond();
        self.cloud.inner.state.with(|state| {
            let own = settings(state, &self.name)?.map_or(Duration::ZERO, |settings| settings.delay);
            let visible_ms = now_ms.saturating_add(ms(delay.unwrap_or(own)));
            let mut insert = state.prepare_cached(
                "INSERT INTO message (queue, id, body, attributes, sent_ms, visible_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?;
            insert.execute(params![self.name, id, body, attributes, now_ms, visible_ms])?;
            if let Some(tenant) = tenant {
                let mut insert = state.prepare_cached("INSERT INTO tenant (message, name) VALUES (?1, ?2)")?;
                insert.execute(params![state.last_insert_rowid(), tenant])?;
            }
            Ok(())
        })?;
        self.cloud.stir();
        Ok(id)
    }

    /// How many messages it holds.
    ///
    /// # Errors
    /// [`CloudError::Storage`].
    pub fn counts(&self) -> Result<Counts, CloudError> {
        let (counts, _) = self.counts_and_delayed()?;
        Ok(counts)
    }

    /// The same, and how many of the waiting ones are delayed.
    pub(super) fn counts_and_delayed(&self) -> Result<(Counts, u64), CloudError> {
        let now_ms = self.cloud.now().as_millisecond();
        self.cloud.inner.state.with(|state| {
            let select = "SELECT COUNT(*), COUNT(*) FILTER (WHERE visible_ms > ?2 AND receipt IS NOT NULL),
                COUNT(*) FILTER (WHERE visible_ms > ?2 AND receipt IS NULL) FROM message WHERE queue = ?1";
            let of = |queue: &str| {
                state.query_row(select, params![queue, now_ms], |row| {
                    Ok((row.get::<_, u64>(0)?, row.get::<_, u64>(1)?, row.get::<_, u64>(2)?))
                })
            };
            let (all, in_flight, delayed) = of(&self.name)?;
            let dead_letters = settings(state, &self.name)?.and_then(|settings| settings.dead_letters);
            let dead = match dead_letters {
                Some(queue) => of(&queue)?.0,
                None => 0,
            };
            Ok((Counts { waiting: all.saturating_sub(in_flight), in_flight, dead }, delayed))
        })
    }

    /// Whether a message can be received now.
    ///
    /// # Errors
    /// [`CloudError::Storage`].
    pub fn has_visible(&self) -> Result<bool, CloudError> {
        let now_ms = self.cloud.now().as_millisecond();
        let select = "SELECT EXISTS (SELECT 1 FROM message WHERE queue = ?1 AND visible_ms <= ?2)";
        self.cloud.inner.state.with(|state| {
            let mut select = state.prepare_cached(select)?;
            select.query_row(params![self.name, now_ms], |row| row.get(0))
        })
    }

    /// When its earliest hidden message comes out.
    ///
    /// # Errors
    /// [`CloudError::Storage`].
    pub fn next_due(&self) -> Result<Option<Timestamp>, CloudError> {
        let select = "SELECT MIN(visible_ms) FROM message WHERE visible_ms > ?1 AND queue = ?2";
        due(&self.cloud, select, Some(&self.name))
    }

    /// All bodies it holds, oldest first, without receiving them.
    ///
    /// # Errors
    /// [`CloudError::Storage`].
    pub fn bodies(&self) -> Result<Vec<String>, CloudError> {
        self.cloud.inner.state.with(|state| {
            let mut select = state.prepare_cached("SELECT body FROM message WHERE queue = ?1 ORDER BY sequence")?;
            let rows = select.query_map(params![self.name], |row| row.get(0))?;
            rows.collect()
        })
    }

    /// Sends every message of this queue of dead letters back to the queue it came from; answers how many.
    ///
    /// # Errors
    /// [`CloudError::Storage`].
    pub fn redrive(&self) -> Result<usize, CloudError> {
        let now_ms = self.cloud.now().as_millisecond();
        let update = "UPDATE message SET queue = came_from, came_from = NULL, visible_ms = ?2, receive_count = 0,
            receipt = NULL, first_received_ms = NULL WHERE queue = ?1 AND came_from IS NOT NULL";
        let moved = self.cloud.inner.state.with(|state| state.execute(update, params![self.name, now_ms]))?;
        if moved > 0 {
            self.cloud.stir();
        }
        Ok(moved)
    }

    /// Deletes every message.
    pub(super) fn purge(&self) -> Result<(), CloudError> {
        let delete = "DELETE FROM message WHERE queue = ?1";
        self.cloud.inner.state.with(|state| state.execute(delete, params![self.name]).map(drop))
    }

    /// Deletes it with its messages.
    pub(super) fn remove(&self) -> Result<(), CloudError> {
        self.purge()?;
        let delete = "DELETE FROM queue WHERE name = ?1";
        self.cloud.inner.state.with(|state| state.execute(delete, params![self.name]).map(drop))
    }

    /// What it is set to.
    pub(super) fn settings(&self) -> Result<Option<Settings>, CloudError> {
        self.cloud.inner.state.with(|state| settings(state, &self.name))
    }
}

impl Message {
    /// One entry of the event's `Records`, as the event source mapping hands it to a function.
    #[must_use]
    pub fn event(&self, queue: &Queue) -> Value {
        let attributes: Map<String, Value> = self
            .attributes
            .iter()
            .map(|(name, value)| {
                let field = |field: &str| value.get(field).cloned().unwrap_or_default();
                let value = json!({
                    "stringValue": field("StringValue"),
                    "binaryValue": field("BinaryValue"),
                    "stringListValues": [],
                    "binaryListValues": [],
                    "dataType": field("DataType"),
                });
                (name.clone(), value)
            })
            .collect();
        json!({
            "messageId": self.id,
            "receiptHandle": self.receipt,
            "body": self.body,
            "attributes": self.system_attributes(&queue.cloud.inner.account),
            "messageAttributes": attributes,
            "md5OfBody": md5_hex(self.body.as_bytes()),
            "eventSource": "aws:sqs",
            "eventSourceARN": queue.cloud.queue_arn(&queue.name),
            "awsRegion": queue.cloud.inner.region,
        })
    }

    /// What SQS itself says about it, by SQS's names.
    pub(super) fn system_attributes(&self, account: &str) -> Map<String, Value> {
        [
            ("ApproximateReceiveCount", self.receive_count.to_string()),
            ("SentTimestamp", self.sent_at.as_millisecond().to_string()),
            ("SenderId", account.to_owned()),
            ("ApproximateFirstReceiveTimestamp", self.first_received_at.as_millisecond().to_string()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), Value::String(value)))
        .collect()
    }
}

/// The digest that SQS puts beside a text.
pub(super) fn md5_hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&md5::compute(bytes).0)
}

fn settings(state: &Transaction<'_>, queue: &str) -> rusqlite::Result<Option<Settings>> {
    let mut select = state
        .prepare_cached("SELECT visibility_ms, delay_ms, dead_letters, max_receive_count FROM queue WHERE name = ?1")?;
    let read = |row: &Row<'_>| {
        Ok(Settings {
            visibility: Duration::from_millis(row.get(0)?),
            delay: Duration::from_millis(row.get(1)?),
            dead_letters: row.get(2)?,
            max_receive_count: row.get(3)?,
        })
    };
    select.query_row(params![queue], read).optional()
}

/// Moves what was received too often and is visible again to the dead letters.
fn bury(state: &Transaction<'_>, queue: &str, dead_letters: &str, max: u32, now_ms: i64) -> rusqlite::Result<()> {
    let mut update = state.prepare_cached(
        "UPDATE message SET queue = ?2, came_from = ?1, receipt = NULL
         WHERE queue = ?1 AND visible_ms <= ?4 AND receive_count >= ?3",
    )?;
    update.execute(params![queue, dead_letters, max, now_ms])?;
    Ok(())
}

/// A message that is being received now.
fn message(row: &Row<'_>, now: Timestamp) -> rusqlite::Result<Message> {
    let sequence: i64 = row.get(0)?;
    let attributes: String = row.get(3)?;
    let sent_ms: i64 = row.get(4)?;
    let before: u32 = row.get(5)?;
    let first_ms: Option<i64> = row.get(6)?;
    let receive_count = before.saturating_add(1);
    let time = |ms: i64| Timestamp::from_millisecond(ms).unwrap_or(now);
    Ok(Message {
        id: row.get(1)?,
        receipt: format!("{sequence}.{receive_count}.{}", now.as_millisecond()),
        body: row.get(2)?,
        receive_count,
        sent_at: time(sent_ms),
        first_received_at: first_ms.map_or(now, time),
        attributes: serde_json::from_str(&attributes).unwrap_or_default(),
    })
}

fn sequence_of(receipt: &str) -> Result<i64, CloudError> {
    let sequence = receipt.split('.').next().and_then(|sequence| sequence.parse().ok());
    sequence.ok_or_else(|| CloudError::Refused("the receipt handle isn't valid".to_owned()))
}

/// A random id in the form of a UUID.
pub(super) fn new_id() -> Result<String, CloudError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(storage)?;
    let hex = data_encoding::HEXLOWER.encode(&random);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    Ok([part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-"))
}

fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
