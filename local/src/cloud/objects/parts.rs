//! Uploads in parts: kept beside the objects until they are completed, aborted or over.

use super::super::Cloud;
use super::super::queue::new_id;
use super::{Bucket, CHUNK_BYTES, Headers, NewVersion, from_text, insert, time, to_sql, to_text};
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, Transaction, params};

/// An upload that isn't completed yet.
#[derive(Clone, Debug)]
pub(in crate::cloud) struct Upload {
    pub(in crate::cloud) id: String,
    pub(in crate::cloud) key: String,
    pub(in crate::cloud) headers: Headers,
    pub(in crate::cloud) started_at: Timestamp,
}

/// One part of it, without its bytes.
#[derive(Clone, Debug)]
pub(in crate::cloud) struct Part {
    pub(in crate::cloud) number: u32,
    pub(in crate::cloud) etag: String,
    pub(in crate::cloud) size: u64,
}

/// Begins an upload; answers its id.
pub(in crate::cloud) fn begin(
    cloud: &Cloud,
    objects: &Transaction<'_>,
    bucket: &str,
    key: &str,
    headers: &Headers,
) -> rusqlite::Result<String> {
    let id = new_id().map_err(to_sql)?;
    let insert = "INSERT INTO upload (id, bucket, key, headers, started_ms) VALUES (?1, ?2, ?3, ?4, ?5)";
    objects.execute(insert, params![id, bucket, key, to_text(headers), cloud.now().as_millisecond()])?;
    Ok(id)
}

/// The upload of this id to this key.
pub(in crate::cloud) fn upload(
    objects: &Transaction<'_>,
    bucket: &str,
    key: &str,
    id: &str,
) -> rusqlite::Result<Option<Upload>> {
    let select = "SELECT id, key, headers, started_ms FROM upload WHERE bucket = ?1 AND key = ?2 AND id = ?3";
    objects.query_row(select, params![bucket, key, id], read_upload).optional()
}

/// The uploads to keys that begin so.
pub(in crate::cloud) fn uploads(
    objects: &Transaction<'_>,
    bucket: &str,
    prefix: &str,
) -> rusqlite::Result<Vec<Upload>> {
    let mut select = objects.prepare_cached(
        "SELECT id, key, headers, started_ms FROM upload
         WHERE bucket = ?1 AND substr(key, 1, length(?2)) = ?2 ORDER BY key, started_ms",
    )?;
    select.query_map(params![bucket, prefix], read_upload)?.collect()
}

/// Keeps a part; one of the same number is replaced.
pub(in crate::cloud) fn add_part(
    objects: &Transaction<'_>,
    upload: &str,
    number: u32,
    etag: &str,
    bytes: &[u8],
) -> rusqlite::Result<()> {
    let upsert = "INSERT OR REPLACE INTO upload_part (upload, number, etag, size) VALUES (?1, ?2, ?3, ?4)";
    objects.execute(upsert, params![upload, number, etag, bytes.len()])?;
    objects.execute("DELETE FROM part_chunk WHERE upload = ?1 AND number = ?2", params![upload, number])?;
    let insert = "INSERT INTO part_chunk (upload, number, starts_at, bytes) VALUES (?1, ?2, ?3, ?4)";
    let mut insert = objects.prepare_cached(insert)?;
    let mut starts_at = 0_usize;
    for chunk in bytes.chunks(CHUNK_BYTES) {
        insert.execute(params![upload, number, starts_at, chunk])?;
        starts_at = starts_at.saturating_add(chunk.len());
    }
    Ok(())
}

/// The parts that are there, by number.
pub(in crate::cloud) fn parts(objects: &Transaction<'_>, upload: &str) -> rusqlite::Result<Vec<Part>> {
    let mut select =
        objects.prepare_cached("SELECT number, etag, size FROM upload_part WHERE upload = ?1 ORDER BY number")?;
    let rows = select
        .query_map(params![upload], |row| Ok(Part { number: row.get(0)?, etag: row.get(1)?, size: row.get(2)? }))?;
    rows.collect()
}

/// Makes the chosen parts an object; answers its sequence and its version id.
pub(in crate::cloud) fn complete(
    objects: &Transaction<'_>,
    bucket: &Bucket,
    upload: &Upload,
    chosen: &[Part],
    etag: &str,
    now_ms: i64,
) -> rusqlite::Result<(i64, String)> {
    let size = chosen.iter().fold(0_u64, |size, part| size.saturating_add(part.size));
    let (marker, checksum) = (false, Headers::new());
    let new = NewVersion { key: &upload.key, marker, size, etag, headers: &upload.headers, checksum: &checksum };
    let (version, id) = insert(objects, bucket, new, now_ms)?;
    let mut starts_at = 0_u64;
    for part in chosen {
        let copy = "INSERT INTO chunk (version, starts_at, bytes)
             SELECT ?1, ?2 + starts_at, bytes FROM part_chunk WHERE upload = ?3 AND number = ?4";
        objects.prepare_cached(copy)?.execute(params![version, starts_at, upload.id, part.number])?;
        starts_at = starts_at.saturating_add(part.size);
    }
    abort(objects, &upload.id)?;
    Ok((version, id))
}

/// Forgets an upload and its parts.
pub(in crate::cloud) fn abort(objects: &Transaction<'_>, upload: &str) -> rusqlite::Result<()> {
    objects.execute("DELETE FROM part_chunk WHERE upload = ?1", params![upload])?;
    objects.execute("DELETE FROM upload_part WHERE upload = ?1", params![upload])?;
    objects.execute("DELETE FROM upload WHERE id = ?1", params![upload]).map(drop)
}

fn read_upload(row: &Row<'_>) -> rusqlite::Result<Upload> {
    let headers: String = row.get(2)?;
    Ok(Upload { id: row.get(0)?, key: row.get(1)?, headers: from_text(&headers), started_at: time(row.get(3)?) })
}
