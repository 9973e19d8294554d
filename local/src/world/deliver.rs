//! Event source mappings: what queues and streams hold goes to the functions, with Lambda's rules for what fails.

use serde_json::{Value, json};
use std::collections::{HashSet, VecDeque};
use std::sync::atomic::Ordering;

use super::invoke::NoAnswer;
use super::{Inner, WorldError};
use crate::cloud::{Stream, StreamRecord};
use crate::template::{QueueSource, StreamSource, Trigger};

/// How often queues and streams hand a batch to a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Once, unless it fails.
    Once,
    /// Twice: the promise is at least once.
    Twice,
}

impl Inner {
    /// Delivers until no queue and no stream holds anything that can be delivered now.
    pub(super) async fn deliver_all(&self) -> Result<(), WorldError> {
        loop {
            let mut delivered = false;
            for (place, function) in self.template.functions.iter().enumerate() {
                for trigger in &function.triggers {
                    delivered |= match trigger {
                        Trigger::Stream(source) => self.deliver_stream(place, source).await?,
                        Trigger::Queue(source) => self.deliver_queue(place, source).await?,
                        Trigger::Route(_) | Trigger::Schedule(_) => false,
                    };
                }
            }
            if !delivered {
                return Ok(());
            }
        }
    }

    /// One batch of a queue. What isn't answered as done comes back when its visibility ends.
    async fn deliver_queue(&self, place: usize, source: &QueueSource) -> Result<bool, WorldError> {
        let queue = self.cloud.queue(&source.queue)?;
        let messages = queue.receive(source.batch_size)?;
        if messages.is_empty() {
            return Ok(false);
        }
        let records: Vec<Value> = messages.iter().map(|message| message.event(&queue)).collect();
        let answer = self.hand_over(place, json!({ "Records": records }).to_string()).await;
        let Ok(answer) = answer else { return Ok(true) };
        let ids = messages.iter().map(|message| message.id.as_str());
        let Some(failed) = Failures::read(&answer, source.partial_failures, ids) else { return Ok(true) };
        for message in messages.iter().filter(|message| !failed.0.contains(&message.id)) {
            queue.delete(&message.receipt)?;
        }
        Ok(true)
    }

    /// One batch of a stream, tried again from where it failed, in halves where the mapping says so, until it is done or
    /// given up; the position moves behind each part that is.
    async fn deliver_stream(&self, place: usize, source: &StreamSource) -> Result<bool, WorldError> {
        let reader = self.template.functions.get(place).map_or("", |function| function.name.as_str());
        let stream = self.cloud.stream(&source.table)?.of(reader);
        let batch = stream.read(source.batch_size)?;
        if batch.is_empty() {
            return Ok(false);
        }
        self.due.note(&batch);
        let read_to = batch.last().map_or(0, |record| record.sequence);
        let wanted: Vec<_> = batch.into_iter().filter(|record| source.filters.let_through(&record.event)).collect();
        let mut parts = VecDeque::from_iter((!wanted.is_empty()).then_some(Part { records: wanted, tries: 0 }));
        while let Some(part) = parts.pop_front() {
            let (Some(first), Some(last)) = (part.records.first(), part.records.last()) else { continue };
            let (first, last) = (first.sequence, last.sequence);
            let Some(failed) = self.first_failure(place, source, &part.records).await else {
                stream.advance(last)?;
                continue;
            };
            let rest: Vec<_> = part.records.into_iter().skip(failed).collect();
            if failed > 0 {
                let done = rest.first().map_or(first, |record| record.sequence.saturating_sub(1));
                stream.advance(done)?;
            }
            if part.tries >= source.retries {
                self.give_up(source, &stream, &rest)?;
            } else if source.bisect && rest.len() > 1 {
                // splitting doesn't count as a try (Lambda developer guide, "Bisect batch on function error")
                let mut one = rest;
                let other = one.split_off(one.len().div_ceil(2));
                parts.push_front(Part { records: other, tries: part.tries });
                parts.push_front(Part { records: one, tries: part.tries });
            } else {
                parts.push_front(Part { records: rest, tries: part.tries.saturating_add(1) });
            }
        }
        stream.advance(read_to)?; // what was filtered out is behind it, too
        Ok(true)
    }

    /// The place of the first record that wasn't handled; `None` when all were.
    async fn first_failure(&self, place: usize, source: &StreamSource, records: &[StreamRecord]) -> Option<usize> {
        let events: Vec<&Value> = records.iter().map(|record| &record.event).collect();
        let Ok(answer) = self.hand_over(place, json!({ "Records": events }).to_string()).await else { return Some(0) };
        let numbers: Vec<String> = events.iter().map(|event| sequence_number(event)).collect();
        let Some(failed) = Failures::read(&answer, source.partial_failures, numbers.iter().map(String::as_str)) else {
            return Some(0);
        };
        numbers.iter().position(|number| failed.0.contains(number))
    }

    /// Hands a batch to its function. The answer to the last delivery counts.
    async fn hand_over(&self, place: usize, event: String) -> Result<String, NoAnswer> {
        if self.twice.load(Ordering::Relaxed) {
            drop(self.invoke(place, event.clone()).await);
        }
        self.invoke(place, event).await
    }

    /// Tells the on-failure queue where in the stream the batch stood, and goes on behind it
    /// (Lambda developer guide, "Using Lambda with DynamoDB: on-failure destinations").
    fn give_up(&self, source: &StreamSource, stream: &Stream, rest: &[StreamRecord]) -> Result<(), WorldError> {
        let (Some(first), Some(last)) = (rest.first(), rest.last()) else { return Ok(()) };
        if let Some(name) = &source.on_failure {
            let report = json!({
                "requestContext": { "condition": "RetryAttemptsExhausted", "approximateInvokeCount": source.retries.saturating_add(1) },
                "responseContext": { "statusCode": 200, "functionError": "Unhandled" },
                "version": "1.0",
                "timestamp": self.clock.now().to_string(),
                "DDBStreamBatchInfo": {
                    "shardId": "shardId-00000000000000000000-00000000",
                    "startSequenceNumber": sequence_number(&first.event),
                    "endSequenceNumber": sequence_number(&last.event),
                    "approximateArrivalOfFirstRecord": first.at.to_string(),
                    "approximateArrivalOfLastRecord": last.at.to_string(),
                    "batchSize": rest.len(),
                    "streamArn": self.cloud.stream_arn(&source.table),
                },
            });
            self.cloud.queue(name)?.send(&report.to_string(), None)?;
        }
        Ok(stream.advance(last.sequence)?)
    }
}

/// Records that are tried together.
struct Part {
    records: Vec<StreamRecord>,
    tries: u32,
}

/// The ids that a function answered as failed.
struct Failures(HashSet<String>);

impl Failures {
    /// `None` when the answer means that the whole batch failed: it can't be read, or names what wasn't in the batch
    /// (Lambda developer guide, "Implementing partial batch responses").
    fn read<'a>(answer: &str, partial: bool, mut ids: impl Iterator<Item = &'a str>) -> Option<Self> {
        if !partial {
            return Some(Self(HashSet::new()));
        }
        let answer: Value = serde_json::from_str(answer).ok()?;
        let Some(listed) = answer.get("batchItemFailures").and_then(Value::as_array) else {
            return answer.get("batchItemFailures").is_none_or(Value::is_null).then(|| Self(HashSet::new()));
        };
        let failed: Option<HashSet<String>> =
            listed.iter().map(|item| item.get("itemIdentifier")?.as_str().map(str::to_owned)).collect();
        let failed = failed?;
        let mut known = 0_usize;
        for id in ids.by_ref() {
            known = known.saturating_add(usize::from(failed.contains(id)));
        }
        (known == failed.len()).then_some(Self(failed))
    }
}

fn sequence_number(event: &Value) -> String {
    event.pointer("/dynamodb/SequenceNumber").and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_what_failed() {
        let ids = || ["a", "b"].into_iter();
        let read = |answer: &str| Failures::read(answer, true, ids()).map(|failed| failed.0.len());
        for (answer, failed) in [
            (r#"{"batchItemFailures":[]}"#, Some(0)),
            (r#"{"batchItemFailures":[{"itemIdentifier":"b"}]}"#, Some(1)),
            (r#"{"batchItemFailures":null}"#, Some(0)),
            ("null", Some(0)),
            ("{}", Some(0)),
            (r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#, None),
            (r#"{"batchItemFailures":[{"itemIdentifier":"x"}]}"#, None),
            (r#"{"batchItemFailures":[{"itemIdentifer":"a"}]}"#, None),
            ("<html>", None),
        ] {
            assert_eq!(read(answer), failed, "{answer}");
        }
        assert!(Failures::read("anything", false, ids()).is_some_and(|failed| failed.0.is_empty()));
    }
}
