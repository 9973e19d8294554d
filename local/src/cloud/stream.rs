//! A table's stream: what its writes left behind, read in order from positions that survive the process.

use super::spec::StreamView;
use super::tables::{Table, storage, stream_table};
use super::{Cloud, CloudError};
use jiff::Timestamp;
use rusqlite::params;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The label in a stream's ARN. AWS takes the time of creation; ours is the same on every start.
pub(super) const LABEL: &str = "2026-01-01T00:00:00.000";

/// The stream of one table. Each reader has a position of its own, and a record stays until the last reader is past it.
#[derive(Clone)]
pub struct Stream {
    cloud: Cloud,
    name: String,
    table: Arc<Table>,
    view: StreamView,
    /// None: whoever reads and advances past all readers.
    reader: Option<String>,
}

/// One write, as the event source mapping hands it to a function.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamRecord {
    /// Its place in the stream; grows, with holes.
    pub sequence: u64,
    /// One entry of the event's `Records`, in Lambda's own shape.
    pub event: Value,
    /// When it was written, by the cloud's clock as it stood at the first reading.
    pub at: Timestamp,
}

struct Row {
    sequence: i64,
    at_ms: i64,
    old: Option<String>,
    new: Option<String>,
    expired: bool,
}

impl Stream {
    pub(super) fn open(cloud: &Cloud, name: &str) -> Result<Self, CloudError> {
        let missing = || CloudError::Missing { kind: "stream of a table", name: name.to_owned() };
        let table = cloud.inner.tables.known(name).ok_or_else(missing)?;
        let view = table.stream.ok_or_else(missing)?;
        Ok(Self { cloud: cloud.clone(), name: name.to_owned(), table, view, reader: None })
    }

    /// The stream as one of its readers sees it.
    #[must_use]
    pub fn of(self, reader: &str) -> Self {
        Self { reader: Some(reader.to_owned()), ..self }
    }

    /// From now on these read the stream, and nobody else. A new one begins with the oldest record that is left (TRIM_HORIZON).
    ///
    /// # Errors
    /// [`CloudError::Storage`].
    pub fn read_by(&self, readers: &[&str]) -> Result<(), CloudError> {
        self.cloud.inner.tables.with_side(|side| {
            let known: Vec<String> = {
                let mut statement = side.prepare("SELECT reader FROM \"stream-readers\" WHERE stream = ?1")?;
                statement.query_map(params![self.name], |row| row.get(0))?.collect::<Result<_, _>>()?
            };
            for gone in known.iter().filter(|known| !readers.contains(&known.as_str())) {
                side.execute(
                    "DELETE FROM \"stream-readers\" WHERE stream = ?1 AND reader = ?2",
                    params![self.name, gone],
                )?;
            }
            for reader in readers {
                side.execute(
                    "INSERT OR IGNORE INTO \"stream-readers\" (stream, reader, sequence) VALUES (?1, ?2, 0)",
                    params![self.name, reader],
                )?;
            }
            Ok(())
        })
    }

    /// The next records after the position, oldest first. Reading doesn't move the position.
    ///
    /// # Errors
    /// [`CloudError::Storage`].
    pub fn read(&self, limit: usize) -> Result<Vec<StreamRecord>, CloudError> {
        let mut records = Vec::new();
        let begun = self.position()?;
        let mut after = begun;
        while records.len() < limit {
            let wanted = limit.saturating_sub(records.len());
            let rows = self.rows(after, wanted)?;
            let Some(last) = rows.last() else { break };
            after = last.sequence;
            for row in &rows {
                records.extend(self.record(row)?);
            }
        }
        if let (true, Ok(sequence @ 1..)) = (records.is_empty() && after > begun, u64::try_from(after)) {
            self.advance(sequence)?; // only writes without effect wait: nobody else would move past them
        }
        Ok(records)
    }

    /// Moves the position behind this record and forgets what every reader is past.
    ///
    /// # Errors
    /// [`CloudError::Storage`].
    pub fn advance(&self, sequence: u64) -> Result<(), CloudError> {
        let sequence = i64::try_from(sequence).map_err(storage)?;
        let delete = format!("DELETE FROM {} WHERE sequence <= ?1", stream_table(&self.name));
        self.cloud.inner.tables.with_side(|side| {
            let past = match &self.reader {
                None => sequence,
                Some(reader) => {
                    let position = "INSERT INTO \"stream-readers\" (stream, reader, sequence) VALUES (?1, ?2, ?3)
                         ON CONFLICT (stream, reader) DO UPDATE SET sequence = MAX(sequence, excluded.sequence)";
                    side.prepare_cached(position)?.execute(params![self.name, reader, sequence])?;
                    let slowest = "SELECT MIN(sequence) FROM \"stream-readers\" WHERE stream = ?1";
                    side.prepare_cached(slowest)?.query_row(params![self.name], |row| row.get(0))?
                }
            };
            side.prepare_cached(&delete)?.execute(params![past])
        })?;
        Ok(())
    }

    /// The last record that this reader is past.
    fn position(&self) -> Result<i64, CloudError> {
        let Some(reader) = &self.reader else { return Ok(0) };
        let select = "SELECT COALESCE(MAX(sequence), 0) FROM \"stream-readers\" WHERE stream = ?1 AND reader = ?2";
        self.cloud
            .inner
            .tables
            .with_side(|side| side.prepare_cached(select)?.query_row(params![self.name, reader], |row| row.get(0)))
    }

    /// How many writes wait after the position, those without effect included.
    ///
    /// # Errors
    /// [`CloudError::Storage`].
    pub fn waiting(&self) -> Result<u64, CloudError> {
        let count = format!("SELECT COUNT(*) FROM {} WHERE sequence > ?1", stream_table(&self.name));
        let after = self.position()?;
        self.cloud.inner.tables.with_side(|side| side.query_row(&count, params![after], |row| row.get(0)))
    }

    fn rows(&self, after: i64, limit: usize) -> Result<Vec<Row>, CloudError> {
        let stream = stream_table(&self.name);
        let next = "WHERE sequence > ?1 ORDER BY sequence LIMIT ?2";
        // a trigger knows the machine's time only; the first reading turns it into the cloud's, once for all
        let date = format!(
            "UPDATE {stream} SET at_ms = ?3 - CAST((unixepoch('subsec') - machine_s) * 1000 AS INTEGER)
             WHERE at_ms IS NULL AND sequence IN (SELECT sequence FROM {stream} {next})"
        );
        let select = format!("SELECT sequence, at_ms, old, new, expired FROM {stream} {next}");
        let now_ms = self.cloud.now().as_millisecond();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.cloud.inner.tables.with_side(|side| {
            side.prepare_cached(&date)?.execute(params![after, limit, now_ms])?;
            let mut statement = side.prepare_cached(&select)?;
            let rows = statement.query_map(params![after, limit], |row| {
                Ok(Row {
                    sequence: row.get(0)?,
                    at_ms: row.get(1)?,
                    old: row.get(2)?,
                    new: row.get(3)?,
                    expired: row.get(4)?,
                })
            })?;
            rows.collect()
        })
    }

    /// A write that changed nothing leaves no record, as in DynamoDB.
    fn record(&self, row: &Row) -> Result<Option<StreamRecord>, CloudError> {
        let image = |text: &Option<String>| text.as_deref().map(serde_json::from_str::<Value>).transpose();
        let old = image(&row.old).map_err(storage)?;
        let new = image(&row.new).map_err(storage)?;
        if old == new {
            return Ok(None);
        }
        let name = match (&old, &new) {
            (None, _) => "INSERT",
            (Some(_), Some(_)) => "MODIFY",
            (Some(_), None) => "REMOVE",
        };
        let sequence = u64::try_from(row.sequence).map_err(storage)?;
        let at = Timestamp::from_millisecond(row.at_ms).map_err(storage)?;
        let keys = self.keys(new.as_ref().or(old.as_ref()));
        let (show_new, show_old, view) = match self.view {
            StreamView::KeysOnly => (false, false, "KEYS_ONLY"),
            StreamView::NewImage => (true, false, "NEW_IMAGE"),
            StreamView::OldImage => (false, true, "OLD_IMAGE"),
            StreamView::NewAndOldImages => (true, true, "NEW_AND_OLD_IMAGES"),
        };
        let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let mut change = json!({
            "ApproximateCreationDateTime": at.as_second(),
            "Keys": keys,
            "SequenceNumber": format!("{sequence:021}"),
            "SizeBytes": length(&row.old).saturating_add(length(&row.new)),
            "StreamViewType": view,
        });
        if let Some(change) = change.as_object_mut() {
            change.extend(new.filter(|_| show_new).map(|image| ("NewImage".to_owned(), image)));
            change.extend(old.filter(|_| show_old).map(|image| ("OldImage".to_owned(), image)));
        }
        let mut event = json!({
            "eventID": event_id(&self.name, sequence),
            "eventName": name,
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": self.cloud.inner.region,
            "dynamodb": change,
            "eventSourceARN": self.cloud.stream_arn(&self.name),
        });
        if let (Some(event), true) = (event.as_object_mut(), row.expired) {
            let service = json!({ "type": "Service", "principalId": "dynamodb.amazonaws.com" });
            event.insert("userIdentity".to_owned(), service);
        }
        Ok(Some(StreamRecord { sequence, event, at }))
    }

    fn keys(&self, item: Option<&Value>) -> Map<String, Value> {
        let of = |key: &String| item?.get(key).map(|value| (key.clone(), value.clone()));
        self.table.keys.iter().filter_map(of).collect()
    }
}

/// The same for the same record, however often it is read.
fn event_id(table: &str, sequence: u64) -> String {
    let digest = md5::compute(format!("{table}/{sequence}"));
    data_encoding::HEXLOWER.encode(&digest.0)
}
