//! Events record by record: one that cannot be handled fails alone, not its whole batch.

mod bucket;

use std::future::Future;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::{StreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

pub use bucket::{BucketEvent, BucketEventError, NewObject};

/// When an invocation is cut off, as its context says it: milliseconds since 1970. None: it says no time.
pub fn deadline(epoch_ms: u64) -> Option<Timestamp> {
    i64::try_from(epoch_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok())
}

/// Handles each message of a batch; answers the ids of those that failed, which the queue gives again and at last parks.
pub async fn each_message<T, F>(event: SqsEvent, mut handle: impl FnMut(T) -> F) -> SqsBatchResponse
where
    T: DeserializeOwned,
    F: Future<Output = Result<(), Box<dyn std::error::Error + Send + Sync>>>,
{
    let mut answer = SqsBatchResponse::default();
    for message in event.records {
        if let Some(failed) = one_message(message, &mut handle).await {
            answer.add_failure(failed);
        }
    }
    answer
}

/// Handles one message; answers its id if it failed.
async fn one_message<T, F>(message: SqsMessage, handle: impl FnOnce(T) -> F) -> Option<String>
where
    T: DeserializeOwned,
    F: Future<Output = Result<(), Box<dyn std::error::Error + Send + Sync>>>,
{
    let id = message.message_id.unwrap_or_default();
    let handled = match serde_json::from_str::<T>(message.body.as_deref().unwrap_or_default()) {
        Ok(body) => handle(body).await,
        Err(error) => Err(error.into()),
    };
    let error = handled.err()?;
    tracing::error!(message.id = id, error = %domain::Causes::of(&*error), "message failed");
    Some(id)
}

/// As [`each_message`], with up to `at_once` messages in hand. In what order they end is not said.
pub async fn messages_at_once<T, F>(event: SqsEvent, at_once: usize, handle: impl Fn(T) -> F) -> SqsBatchResponse
where
    T: DeserializeOwned,
    F: Future<Output = Result<(), Box<dyn std::error::Error + Send + Sync>>>,
{
    let all = event.records.into_iter().map(|message| one_message(message, &handle));
    let mut all = stream::iter(all).buffer_unordered(at_once.max(1));
    let mut answer = SqsBatchResponse::default();
    while let Some(ended) = all.next().await {
        if let Some(failed) = ended {
            answer.add_failure(failed);
        }
    }
    answer
}

/// One change of an item, as the table's stream tells it.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its place in the stream.
    pub sequence_number: String,
    /// When it was made, to the second or so.
    pub at: Option<Timestamp>,
    /// The item before, if there was one.
    pub old: Option<Map<String, Value>>,
    /// The item after, unless it was deleted.
    pub new: Option<Map<String, Value>>,
}

/// The changes of a stream event, in order. None: the event is not one.
pub fn changes(event: &Value) -> Option<Vec<Change>> {
    let records = event.get("Records")?.as_array()?;
    records
        .iter()
        .map(|record| {
            let change = record.get("dynamodb")?;
            let image = |name: &str| change.get(name).and_then(Value::as_object).cloned();
            let sequence_number = change.get("SequenceNumber")?.as_str()?.to_owned();
            let at = change.get("ApproximateCreationDateTime").and_then(epoch_seconds);
            Some(Change { sequence_number, at, old: image("OldImage"), new: image("NewImage") })
        })
        .collect()
}

/// An instant as the stream writes it, with a fraction or without.
fn epoch_seconds(number: &Value) -> Option<Timestamp> {
    let since = SignedDuration::try_from_secs_f64(number.as_f64()?).ok()?;
    Timestamp::from_duration(since).ok()
}

/// A stream handler's answer: where to begin again, if anywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StreamAnswer {
    #[serde(rename = "batchItemFailures")]
    failures: Vec<Failed>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Failed {
    #[serde(rename = "itemIdentifier")]
    sequence_number: String,
}

impl StreamAnswer {
    /// Everything is handled.
    pub fn done() -> Self {
        Self::default()
    }

    /// Begin again at this change.
    pub fn again_from(change: &Change) -> Self {
        Self { failures: vec![Failed { sequence_number: change.sequence_number.clone() }] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::sync::{Arc, Mutex};

    #[tokio::test]
    async fn a_bad_message_fails_alone() {
        let event: SqsEvent = serde_json::from_value(json!({ "Records": [
            { "messageId": "a", "body": "1" },
            { "messageId": "b", "body": "not a number" },
            { "messageId": "c", "body": "3" },
            { "messageId": "d", "body": "4" },
        ]}))
        .unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let answer = each_message(event, |n: u32| {
            seen.lock().unwrap().push(n);
            async move { if n == 3 { Err("three".into()) } else { Ok(()) } }
        })
        .await;
        assert_eq!(*seen.lock().unwrap(), [1, 3, 4]);
        let failed: Vec<_> = answer.batch_item_failures.iter().map(|f| f.item_identifier.as_str()).collect();
        assert_eq!(failed, ["b", "c"]);
    }

    #[tokio::test]
    async fn messages_at_once_are_as_many_as_said_and_fail_alone() {
        let records: Vec<_> = (0..10).map(|n| json!({ "messageId": format!("m{n}"), "body": n.to_string() })).collect();
        let event: SqsEvent = serde_json::from_value(json!({ "Records": records })).unwrap();
        let (now, most) = (Arc::new(Mutex::new(0)), Arc::new(Mutex::new(0)));
        let answer = messages_at_once(event, 4, |n: u32| {
            let (now, most) = (Arc::clone(&now), Arc::clone(&most));
            async move {
                let going = {
                    let mut now = now.lock().unwrap();
                    *now += 1;
                    *now
                };
                let seen = *most.lock().unwrap();
                *most.lock().unwrap() = going.max(seen);
                tokio::task::yield_now().await;
                *now.lock().unwrap() -= 1;
                if n % 4 == 3 { Err("every fourth".into()) } else { Ok(()) }
            }
        })
        .await;
        assert_eq!(*most.lock().unwrap(), 4);
        let mut failed: Vec<_> = answer.batch_item_failures.iter().map(|f| f.item_identifier.as_str()).collect();
        failed.sort_unstable();
        assert_eq!(failed, ["m3", "m7"]);
    }

    #[test]
    fn a_stream_answer_names_where_to_begin_again() {
        let event = json!({ "Records": [{ "eventName": "INSERT", "dynamodb": { "SequenceNumber": "7", "NewImage": { "pk": { "S": "x" } } } }] });
        let changes = changes(&event).unwrap();
        assert!(changes[0].old.is_none() && changes[0].new.is_some());
        let answer = serde_json::to_value(StreamAnswer::again_from(&changes[0])).unwrap();
        assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "7" }] }));
        assert!(super::changes(&json!({})).is_none());
    }
}
