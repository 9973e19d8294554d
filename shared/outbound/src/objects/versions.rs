//! The versions of one object: read one that cannot change any more, list them, delete every one.

use std::ops::Range;

use aws_sdk_s3::types::{Delete, DeleteMarkerEntry, ObjectIdentifier, ObjectVersion};

use super::{Download, Head, Objects, head, header_of};
use crate::OutboundError;

/// One version of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its id, by which it is read and deleted.
    pub id: String,
    /// What is known about it.
    pub head: Head,
}

/// What stands under one key: versions, and the markers that deletions left.
struct Listed {
    versions: Vec<ObjectVersion>,
    markers: Vec<DeleteMarkerEntry>,
}

impl Objects {
    /// A version of an object, to be read piece by piece; `None` if it is gone. What is written under its key later changes nothing of it.
    ///
    /// # Errors
    /// As [`get`](Self::get). Needs the right on versions.
    pub async fn get_version(&self, key: &str, version: &str) -> Result<Option<Download>, OutboundError> {
        self.download(self.client.get_object().bucket(&self.bucket).key(key).version_id(version)).await
    }

    /// Some bytes of a version, fewer at its end; `None` if it is gone, or has none in this range.
    ///
    /// # Errors
    /// As [`get_version`](Self::get_version).
    pub async fn get_range_of_version(
        &self,
        key: &str,
        version: &str,
        range: Range<u64>,
    ) -> Result<Option<Download>, OutboundError> {
        let Some(range) = header_of(range) else { return Ok(None) };
        let get = self.client.get_object().bucket(&self.bucket).key(key).version_id(version);
        self.download(get.range(range)).await
    }

    /// The versions of an object, newest first, those before a deletion too. Needs the right to list versions.
    ///
    /// # Errors
    /// [`OutboundError`].
    pub async fn versions(&self, key: &str) -> Result<Vec<Version>, OutboundError> {
        let listed = self.listed(key).await?.versions.into_iter().map(|version| {
            let id = version.version_id.ok_or_else(|| OutboundError("a version without an id".into()))?;
            Ok(Version { id, head: head(key, version.size, version.e_tag, version.last_modified)? })
        });
        listed.collect()
    }

    /// Deletes an object for good, with all its versions and markers. Needs the rights to list and delete versions.
    ///
    /// # Errors
    /// [`OutboundError`]: some versions may be left; deleting it again is harmless.
    pub async fn delete_every_version(&self, key: &str) -> Result<(), OutboundError> {
        // what is written in the meantime goes, too
        loop {
            let listed = self.listed(key).await?;
            let versions = listed.versions.into_iter().map(|version| version.version_id);
            let ids: Vec<_> = versions.chain(listed.markers.into_iter().map(|marker| marker.version_id)).collect();
            if ids.is_empty() {
                return Ok(());
            }
            for ids in ids.chunks(MOST_DELETED) {
                self.delete_versions(key, ids).await?;
            }
        }
    }

    async fn listed(&self, key: &str) -> Result<Listed, OutboundError> {
        let mut all = Listed { versions: Vec::new(), markers: Vec::new() };
        let (mut key_marker, mut version_marker) = (None, None);
        loop {
            let list = self.client.list_object_versions().bucket(&self.bucket).prefix(key);
            let page = list.set_key_marker(key_marker).set_version_id_marker(version_marker).send().await?;
            // keys that only begin so come after all versions of the key itself
            let beyond = page.next_key_marker.as_deref().is_none_or(|next| next != key);
            all.versions.extend(page.versions.unwrap_or_default().into_iter().filter(|of| of.key() == Some(key)));
            all.markers.extend(page.delete_markers.unwrap_or_default().into_iter().filter(|of| of.key() == Some(key)));
            if beyond {
                return Ok(all);
            }
            (key_marker, version_marker) = (page.next_key_marker, page.next_version_id_marker);
        }
    }

    async fn delete_versions(&self, key: &str, ids: &[Option<String>]) -> Result<(), OutboundError> {
        let objects = ids.iter().map(|id| {
            let object = ObjectIdentifier::builder().key(key).set_version_id(id.clone()).build();
            object.map_err(|e| OutboundError(Box::new(e)))
        });
        let wanted = Delete::builder().set_objects(Some(objects.collect::<Result<_, _>>()?)).quiet(true).build();
        let wanted = wanted.map_err(|e| OutboundError(Box::new(e)))?;
        let deleted = self.client.delete_objects().bucket(&self.bucket).delete(wanted).send().await?;
        match deleted.errors().first() {
            None => Ok(()),
            Some(refused) => {
                let code = refused.code().unwrap_or("no code");
                Err(OutboundError(format!("{} versions could not be deleted: {code}", deleted.errors().len()).into()))
            }
        }
    }
}

/// Objects in one deletion at most (S3 API reference, "DeleteObjects").
const MOST_DELETED: usize = 1000;
