//! What a bucket tells of new objects (S3 user guide, "Event message structure").

use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde::Deserialize;

/// The event that S3 sends once to try out a new notification; it tells of nothing.
const TRIAL: &str = "s3:TestEvent";

/// One message of a bucket: the objects that it tells of, none in the one that only tries the way out.
/// S3 promises it at least once and in no order: the same version may be told again, and a later one first.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawEvent")]
pub struct BucketEvent {
    /// Objects in the order they are told.
    pub objects: Vec<NewObject>,
}

/// A version of an object that was just written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewObject {
    /// Its bucket.
    pub bucket: String,
    /// Its key, decoded. Whoever may write to the bucket has chosen it.
    pub key: String,
    /// The version that was written; what comes later under the key has another.
    pub version: String,
    /// Its bytes.
    pub size: u64,
    /// When it was written.
    pub at: Timestamp,
    /// Changes with its bytes; no digest of them where it was written in parts.
    pub etag: String,
    /// Of two versions of one key the later has the greater, compared as text of the same length, filled with zeros from the left.
    pub sequencer: String,
}

/// Why a message is not one of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BucketEventError {
    /// Neither records nor the trial.
    #[error("neither records nor s3:TestEvent")]
    Unknown,
    /// The bucket is wired to tell of new objects alone.
    #[error("an event of another kind than ObjectCreated")]
    NotCreated,
    /// The bucket keeps versions, so every object has one.
    #[error("an object without a version")]
    NoVersion,
    /// Keys are UTF-8, percent-encoded.
    #[error("a key that is not UTF-8")]
    Key,
}

#[derive(Deserialize)]
struct RawEvent {
    #[serde(rename = "Records")]
    records: Option<Vec<RawRecord>>,
    #[serde(rename = "Event")]
    event: Option<String>,
}

#[derive(Deserialize)]
struct RawRecord {
    #[serde(rename = "eventName")]
    event_name: String,
    #[serde(rename = "eventTime")]
    event_time: Timestamp,
    s3: RawS3,
}

#[derive(Deserialize)]
struct RawS3 {
    bucket: RawBucket,
    object: RawObject,
}

#[derive(Deserialize)]
struct RawBucket {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawObject {
    key: String,
    size: u64,
    e_tag: String,
    version_id: Option<String>,
    sequencer: String,
}

impl TryFrom<RawEvent> for BucketEvent {
    type Error = BucketEventError;

    fn try_from(raw: RawEvent) -> Result<Self, BucketEventError> {
        match (raw.records, raw.event.as_deref()) {
            (Some(records), _) => {
                let objects = records.into_iter().map(NewObject::try_from).collect::<Result<_, _>>()?;
                Ok(Self { objects })
            }
            (None, Some(TRIAL)) => Ok(Self { objects: Vec::new() }),
            (None, _) => Err(BucketEventError::Unknown),
        }
    }
}

impl TryFrom<RawRecord> for NewObject {
    type Error = BucketEventError;

    fn try_from(raw: RawRecord) -> Result<Self, BucketEventError> {
        if !raw.event_name.starts_with("ObjectCreated:") {
            return Err(BucketEventError::NotCreated);
        }
        let object = raw.s3.object;
        Ok(Self {
            bucket: raw.s3.bucket.name,
            key: decoded(&object.key)?,
            version: object.version_id.ok_or(BucketEventError::NoVersion)?,
            size: object.size,
            at: raw.event_time,
            etag: object.e_tag,
            sequencer: object.sequencer,
        })
    }
}

/// As a form's values are encoded: `+` is a space.
fn decoded(key: &str) -> Result<String, BucketEventError> {
    let spaced = key.replace('+', " ");
    let key = percent_decode_str(&spaced).decode_utf8().map_err(|_| BucketEventError::Key)?;
    Ok(key.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn record(name: &str, object: &Value) -> Value {
        let at = "2026-11-21T03:00:00.000Z";
        let told = json!({ "bucket": { "name": "files" }, "object": object });
        json!({ "Records": [{ "eventName": name, "eventTime": at, "s3": told }] })
    }

    fn object(key: &str) -> Value {
        json!({ "key": key, "size": 5, "eTag": "e", "versionId": "v", "sequencer": "0055AED6DCD90281E5" })
    }

    fn read(event: Value) -> Result<BucketEvent, String> {
        serde_json::from_value(event).map_err(|error| error.to_string())
    }

    #[test]
    fn a_key_is_decoded_as_a_forms_value() {
        for (encoded, key) in [
            ("4000/inbox/a+b%2Bc.csv", "4000/inbox/a b+c.csv"),
            ("4000/inbox/%E5%A3%B2%E4%B8%8A.csv", "4000/inbox/売上.csv"),
            ("4000/inbox/100%25.csv", "4000/inbox/100%.csv"),
        ] {
            let event = read(record("ObjectCreated:Put", &object(encoded))).unwrap();
            assert_eq!(event.objects[0].key, key);
        }
        let event = read(record("ObjectCreated:Put", &object("%FF"))).unwrap_err();
        assert!(event.contains("not UTF-8"), "{event}");
    }

    #[test]
    fn a_trial_tells_of_nothing_and_what_is_neither_is_refused() {
        let trial = json!({ "Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "files" });
        assert_eq!(read(trial).unwrap(), BucketEvent { objects: Vec::new() });
        for other in [json!({}), json!({ "Event": "s3:Other" }), json!({ "Records": null })] {
            read(other).unwrap_err();
        }
        read(record("ObjectRemoved:Delete", &object("a"))).unwrap_err();
        let mut unversioned = object("a");
        unversioned.as_object_mut().unwrap().remove("versionId");
        read(record("ObjectCreated:Post", &unversioned)).unwrap_err();
    }
}
