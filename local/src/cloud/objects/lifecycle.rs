//! The end of objects by their bucket's lifecycle, when it is asked for, by the cloud's clock.

use super::super::spec::LifecycleRule;
use super::super::{Cloud, CloudError};
use super::{Bucket, Headers, NO_VERSION, NewVersion, abort, forget, insert, rules};
use rusqlite::{Transaction, params};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Deletes what is over, in every bucket; answers how much.
pub(in crate::cloud) fn sweep(cloud: &Cloud) -> Result<usize, CloudError> {
    let now_ms = cloud.now().as_millisecond();
    cloud.inner.objects.with(|objects| {
        let mut swept = 0_usize;
        for (bucket, rules) in rules(objects)? {
            for rule in rules {
                let sweep = Sweep { objects, bucket: &bucket, rule: &rule, now_ms };
                swept = swept.saturating_add(sweep.run()?);
            }
        }
        Ok(swept)
    })
}

struct Sweep<'a> {
    objects: &'a Transaction<'a>,
    bucket: &'a Bucket,
    rule: &'a LifecycleRule,
    now_ms: i64,
}

impl Sweep<'_> {
    fn run(&self) -> rusqlite::Result<usize> {
        let mut swept = 0_usize;
        if let Some(days) = self.rule.noncurrent_days {
            let older = self.versions("latest = 0 AND noncurrent_ms <= ?3", days)?;
            older.iter().try_for_each(|(key, id)| forget(self.objects, &self.bucket.name, key, id))?;
            swept = swept.saturating_add(older.len());
        }
        if let Some(days) = self.rule.expire_days {
            let over = self.versions("latest = 1 AND marker = 0 AND written_ms <= ?3", days)?;
            over.iter().try_for_each(|(key, _)| self.expire(key))?;
            swept = swept.saturating_add(over.len());
        }
        if self.rule.lone_markers {
            let alone = "latest = 1 AND marker = 1 AND written_ms <= ?3 AND NOT EXISTS (SELECT 1 FROM version AS other
                 WHERE other.bucket = version.bucket AND other.key = version.key AND other.sequence < version.sequence)";
            let markers = self.versions(alone, 0)?;
            markers.iter().try_for_each(|(key, id)| forget(self.objects, &self.bucket.name, key, id))?;
            swept = swept.saturating_add(markers.len());
        }
        if let Some(days) = self.rule.abort_upload_days {
            let unfinished = self.uploads(days)?;
            unfinished.iter().try_for_each(|id| abort(self.objects, id))?;
            swept = swept.saturating_add(unfinished.len());
        }
        Ok(swept)
    }

    fn expire(&self, key: &str) -> rusqlite::Result<()> {
        if !self.bucket.versioned {
            return forget(self.objects, &self.bucket.name, key, NO_VERSION);
        }
        let none = Headers::new();
        let marker = NewVersion { key, marker: true, size: 0, etag: "", headers: &none, checksum: &none };
        insert(self.objects, self.bucket, marker, self.now_ms).map(drop)
    }

    /// Keys and ids of the versions under the rule's prefix that are in this state and this old.
    fn versions(&self, state: &str, days: u32) -> rusqlite::Result<Vec<(String, String)>> {
        let select =
            format!("SELECT key, id FROM version WHERE bucket = ?1 AND substr(key, 1, length(?2)) = ?2 AND {state}");
        let mut select = self.objects.prepare_cached(&select)?;
        let rows = select.query_map(params![self.bucket.name, self.rule.prefix, self.before(days)], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        rows.collect()
    }

    fn uploads(&self, days: u32) -> rusqlite::Result<Vec<String>> {
        let select = "SELECT id FROM upload WHERE bucket = ?1 AND substr(key, 1, length(?2)) = ?2 AND started_ms <= ?3";
        let mut select = self.objects.prepare_cached(select)?;
        let rows =
            select.query_map(params![self.bucket.name, self.rule.prefix, self.before(days)], |row| row.get(0))?;
        rows.collect()
    }

    fn before(&self, days: u32) -> i64 {
        self.now_ms.saturating_sub(i64::from(days).saturating_mul(DAY_MS))
    }
}
