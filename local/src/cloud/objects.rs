//! Objects as they are kept: buckets, versions, chunks of bytes, uploads in parts, in one SQLite file.

mod lifecycle;
mod notices;
mod parts;
mod stored;

use super::queue::new_id;
use super::spec::{BucketSpec, LifecycleRule};
use super::state::State;
use super::tables::storage;
use super::{Cloud, CloudError};
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, Transaction, params};
use std::ops::Range;
use std::path::Path;

pub(super) use lifecycle::sweep;
pub(super) use notices::{Created, Notices, Occasion};
pub(super) use parts::{Part, Upload, abort, add_part, begin, complete, parts, upload, uploads};
pub(super) use stored::Stored;

/// Bytes of a chunk at most, so that a range is read without the rest.
const CHUNK_BYTES: usize = 1024 * 1024;

/// The version id of an object in a bucket without versions.
pub(super) const NO_VERSION: &str = "null";

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS bucket (
        name TEXT PRIMARY KEY,
        versioned INTEGER NOT NULL,
        lifecycle TEXT NOT NULL,
        created_ms INTEGER NOT NULL
    );
    CREATE TABLE IF NOT EXISTS version (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        bucket TEXT NOT NULL,
        key TEXT NOT NULL,
        id TEXT NOT NULL,
        latest INTEGER NOT NULL,
        marker INTEGER NOT NULL,
        size INTEGER NOT NULL,
        etag TEXT NOT NULL,
        headers TEXT NOT NULL,
        checksum TEXT NOT NULL,
        written_ms INTEGER NOT NULL,
        noncurrent_ms INTEGER
    );
    CREATE INDEX IF NOT EXISTS version_by_key ON version (bucket, key, sequence);
    CREATE INDEX IF NOT EXISTS latest_by_key ON version (bucket, key) WHERE latest = 1 AND marker = 0;
    CREATE TABLE IF NOT EXISTS chunk (
        version INTEGER NOT NULL,
        starts_at INTEGER NOT NULL,
        bytes BLOB NOT NULL,
        PRIMARY KEY (version, starts_at)
    );
    CREATE TABLE IF NOT EXISTS upload (
        id TEXT PRIMARY KEY,
        bucket TEXT NOT NULL,
        key TEXT NOT NULL,
        headers TEXT NOT NULL,
        started_ms INTEGER NOT NULL
    );
    CREATE TABLE IF NOT EXISTS upload_part (
        upload TEXT NOT NULL,
        number INTEGER NOT NULL,
        etag TEXT NOT NULL,
        size INTEGER NOT NULL,
        PRIMARY KEY (upload, number)
    );
    CREATE TABLE IF NOT EXISTS part_chunk (
        upload TEXT NOT NULL,
        number INTEGER NOT NULL,
        starts_at INTEGER NOT NULL,
        bytes BLOB NOT NULL,
        PRIMARY KEY (upload, number, starts_at)
    );
    CREATE TABLE IF NOT EXISTS notice (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        queue TEXT NOT NULL,
        body TEXT NOT NULL
    );
";

/// Headers that were sent with an object and come back with it.
pub(super) type Headers = Vec<(String, String)>;

/// A bucket.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    pub(super) name: String,
    pub(super) versioned: bool,
    pub(super) created_at: Timestamp,
}

/// One version of an object, or the marker that stands for its deletion.
#[derive(Clone, Debug)]
pub(super) struct Version {
    pub(super) sequence: i64,
    pub(super) key: String,
    pub(super) id: String,
    pub(super) latest: bool,
    pub(super) marker: bool,
    pub(super) size: u64,
    pub(super) etag: String,
    pub(super) headers: Headers,
    /// Name and value of the checksum that came with it.
    pub(super) checksum: Headers,
    pub(super) written_at: Timestamp,
}

/// A version that is about to be written.
#[derive(Clone, Copy)]
pub(super) struct NewVersion<'a> {
    pub(super) key: &'a str,
    pub(super) marker: bool,
    pub(super) size: u64,
    pub(super) etag: &'a str,
    pub(super) headers: &'a Headers,
    pub(super) checksum: &'a Headers,
}

/// The file, or the memory standing in for it.
pub(super) fn open(data_dir: Option<&Path>) -> Result<State, CloudError> {
    State::open_file(data_dir, "objects.db", SCHEMA)
}

/// Creates a bucket, or gives the stored one these settings.
pub(super) fn create(cloud: &Cloud, bucket: &BucketSpec) -> Result<(), CloudError> {
    let lifecycle = serde_json::to_string(&bucket.lifecycle).map_err(storage)?;
    let upsert = "INSERT INTO bucket (name, versioned, lifecycle, created_ms) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (name) DO UPDATE SET versioned = excluded.versioned, lifecycle = excluded.lifecycle";
    let now_ms = cloud.now().as_millisecond();
    cloud.inner.objects.with(|objects| {
        objects.execute(upsert, params![bucket.name, bucket.versioned, lifecycle, now_ms])?;
        Ok(())
    })?;
    bucket.notifications.iter().try_for_each(|told| cloud.queue(&told.queue).map(drop))?;
    cloud.wire(bucket.clone());
    // what an earlier process left
    cloud.inner.notices.send(cloud)
}

/// The bucket of this name.
pub(super) fn bucket(objects: &Transaction<'_>, name: &str) -> rusqlite::Result<Option<Bucket>> {
    let select = "SELECT name, versioned, created_ms FROM bucket WHERE name = ?1";
    objects.prepare_cached(select)?.query_row(params![name], read_bucket).optional()
}

/// All buckets by name.
pub(super) fn buckets(objects: &Transaction<'_>) -> rusqlite::Result<Vec<Bucket>> {
    let mut select = objects.prepare_cached("SELECT name, versioned, created_ms FROM bucket ORDER BY name")?;
    select.query_map([], read_bucket)?.collect()
}

/// Whether any version or upload is in it.
pub(super) fn is_empty(objects: &Transaction<'_>, bucket: &str) -> rusqlite::Result<bool> {
    let select = "SELECT NOT EXISTS (SELECT 1 FROM version WHERE bucket = ?1)";
    objects.query_row(select, params![bucket], |row| row.get(0))
}

/// Sets whether a bucket keeps versions.
pub(super) fn set_versioned(objects: &Transaction<'_>, bucket: &str, versioned: bool) -> rusqlite::Result<()> {
    objects.execute("UPDATE bucket SET versioned = ?2 WHERE name = ?1", params![bucket, versioned]).map(drop)
}

/// Deletes an empty bucket.
pub(super) fn drop_bucket(objects: &Transaction<'_>, bucket: &str) -> rusqlite::Result<()> {
    objects.execute("DELETE FROM bucket WHERE name = ?1", params![bucket]).map(drop)
}

/// The latest version under this key, which may be a marker.
pub(super) fn latest(objects: &Transaction<'_>, bucket: &str, key: &str) -> rusqlite::Result<Option<Version>> {
    let select = format!("SELECT {COLUMNS} FROM version WHERE bucket = ?1 AND key = ?2 AND latest = 1");
    objects.prepare_cached(&select)?.query_row(params![bucket, key], read_version).optional()
}

/// This version under this key.
pub(super) fn version(
    objects: &Transaction<'_>,
    bucket: &str,
    key: &str,
    id: &str,
) -> rusqlite::Result<Option<Version>> {
    let select = format!("SELECT {COLUMNS} FROM version WHERE bucket = ?1 AND key = ?2 AND id = ?3");
    objects.prepare_cached(&select)?.query_row(params![bucket, key, id], read_version).optional()
}

/// The first object under a prefix whose key comes after this one, byte by byte.
pub(super) fn next_after(
    objects: &Transaction<'_>,
    bucket: &str,
    prefix: &str,
    key: &str,
) -> rusqlite::Result<Option<Version>> {
    let select = format!(
        "SELECT {COLUMNS} FROM version
         WHERE bucket = ?1 AND key >= ?2 AND key > ?3 AND latest = 1 AND marker = 0 ORDER BY key LIMIT 1"
    );
    let next = objects.prepare_cached(&select)?.query_row(params![bucket, prefix, key], read_version).optional()?;
    Ok(next.filter(|version| version.key.starts_with(prefix)))
}

/// Up to this many versions and markers whose keys begin so, newest first under each key: those that come after this key,
/// or after this version of it.
pub(super) fn versions(
    objects: &Transaction<'_>,
    bucket: &str,
    prefix: &str,
    after: (&str, Option<&str>),
    most: usize,
) -> rusqlite::Result<Vec<Version>> {
    let (key, id) = after;
    let select = format!(
        "SELECT {COLUMNS} FROM version
         WHERE bucket = ?1 AND key >= ?2 AND substr(key, 1, length(?2)) = ?2
           AND (key > ?3 OR key = ?3 AND sequence <
                (SELECT sequence FROM version WHERE bucket = ?1 AND key = ?3 AND id = ?4))
         ORDER BY key, sequence DESC LIMIT ?5"
    );
    objects.prepare_cached(&select)?.query_map(params![bucket, prefix, key, id, most], read_version)?.collect()
}

/// Writes a version, which becomes the latest; its chunks and whoever is told of it follow. Answers its sequence and its id.
pub(super) fn insert(
    objects: &Transaction<'_>,
    bucket: &Bucket,
    new: NewVersion<'_>,
    now_ms: i64,
) -> rusqlite::Result<(i64, String)> {
    let id = if bucket.versioned { new_id().map_err(to_sql)? } else { NO_VERSION.to_owned() };
    if !bucket.versioned {
        forget(objects, &bucket.name, new.key, NO_VERSION)?;
    }
    objects
        .prepare_cached(
            "UPDATE version SET latest = 0, noncurrent_ms = ?3 WHERE bucket = ?1 AND key = ?2 AND latest = 1",
        )?
        .execute(params![bucket.name, new.key, now_ms])?;
    let mut insert = objects.prepare_cached(
        "INSERT INTO version (bucket, key, id, latest, marker, size, etag, headers, checksum, written_ms)
         VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    let (headers, checksum) = (to_text(new.headers), to_text(new.checksum));
    insert.execute(params![bucket.name, new.key, id, new.marker, new.size, new.etag, headers, checksum, now_ms])?;
    Ok((objects.last_insert_rowid(), id))
}

/// Writes the bytes of a version.
pub(super) fn write(objects: &Transaction<'_>, version: i64, bytes: &[u8]) -> rusqlite::Result<()> {
    let mut insert = objects.prepare_cached("INSERT INTO chunk (version, starts_at, bytes) VALUES (?1, ?2, ?3)")?;
    let mut starts_at = 0_usize;
    for chunk in bytes.chunks(CHUNK_BYTES) {
        insert.execute(params![version, starts_at, chunk])?;
        starts_at = starts_at.saturating_add(chunk.len());
    }
    Ok(())
}

/// Gives a version the bytes of another.
pub(super) fn copy(objects: &Transaction<'_>, from: i64, to: i64) -> rusqlite::Result<()> {
    let copy =
        "INSERT INTO chunk (version, starts_at, bytes) SELECT ?2, starts_at, bytes FROM chunk WHERE version = ?1";
    objects.prepare_cached(copy)?.execute(params![from, to]).map(drop)
}

/// Reads bytes of a version.
pub(super) fn read(objects: &Transaction<'_>, version: i64, range: Range<u64>) -> rusqlite::Result<Vec<u8>> {
    let mut select = objects.prepare_cached(
        "SELECT starts_at, bytes FROM chunk
         WHERE version = ?1 AND starts_at < ?3 AND starts_at + length(bytes) > ?2 ORDER BY starts_at",
    )?;
    let mut rows = select.query(params![version, range.start, range.end])?;
    let mut read = Vec::new();
    while let Some(row) = rows.next()? {
        let (starts_at, bytes): (u64, Vec<u8>) = (row.get(0)?, row.get(1)?);
        let within = |at: u64| usize::try_from(at.saturating_sub(starts_at)).unwrap_or(usize::MAX).min(bytes.len());
        read.extend_from_slice(bytes.get(within(range.start)..within(range.end)).unwrap_or_default());
    }
    Ok(read)
}

/// Deletes one version for good; the newest that is left becomes the latest.
pub(super) fn forget(objects: &Transaction<'_>, bucket: &str, key: &str, id: &str) -> rusqlite::Result<()> {
    let select = "SELECT sequence FROM version WHERE bucket = ?1 AND key = ?2 AND id = ?3";
    let found: Option<i64> =
        objects.prepare_cached(select)?.query_row(params![bucket, key, id], |row| row.get(0)).optional()?;
    let Some(sequence) = found else { return Ok(()) };
    objects.prepare_cached("DELETE FROM chunk WHERE version = ?1")?.execute(params![sequence])?;
    objects.prepare_cached("DELETE FROM version WHERE sequence = ?1")?.execute(params![sequence])?;
    objects
        .prepare_cached(
            "UPDATE version SET latest = 1, noncurrent_ms = NULL WHERE sequence =
             (SELECT MAX(sequence) FROM version WHERE bucket = ?1 AND key = ?2)",
        )?
        .execute(params![bucket, key])
        .map(drop)
}

const COLUMNS: &str = "sequence, key, id, latest, marker, size, etag, headers, checksum, written_ms";

fn read_version(row: &Row<'_>) -> rusqlite::Result<Version> {
    Ok(Version {
        sequence: row.get(0)?,
        key: row.get(1)?,
        id: row.get(2)?,
        latest: row.get(3)?,
        marker: row.get(4)?,
        size: row.get(5)?,
        etag: row.get(6)?,
        headers: from_text(&row.get::<_, String>(7)?),
        checksum: from_text(&row.get::<_, String>(8)?),
        written_at: time(row.get(9)?),
    })
}

fn read_bucket(row: &Row<'_>) -> rusqlite::Result<Bucket> {
    Ok(Bucket { name: row.get(0)?, versioned: row.get(1)?, created_at: time(row.get(2)?) })
}

fn rules(objects: &Transaction<'_>) -> rusqlite::Result<Vec<(Bucket, Vec<LifecycleRule>)>> {
    let mut select = objects.prepare_cached("SELECT name, versioned, created_ms, lifecycle FROM bucket")?;
    let rows = select.query_map([], |row| {
        let lifecycle: String = row.get(3)?;
        Ok((read_bucket(row)?, serde_json::from_str(&lifecycle).unwrap_or_default()))
    })?;
    rows.collect()
}

fn to_text(headers: &Headers) -> String {
    serde_json::json!(headers).to_string()
}

fn from_text(text: &str) -> Headers {
    serde_json::from_str(text).unwrap_or_default()
}

fn time(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn to_sql(error: CloudError) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error))
}
