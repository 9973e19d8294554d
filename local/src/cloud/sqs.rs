//! SQS's JSON protocol.

use super::caller::Caller;
use super::protocol::{AwsCall, AwsError, Reply, authorize};
use super::queue::{self, MAX_MESSAGE_BYTES, Message, Queue, md5_hex};
use super::spec::{QueueSpec, Redrive};
use super::{Cloud, CloudError};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

/// Answers one call.
pub(super) fn answer(cloud: &Cloud, caller: &Caller, call: &AwsCall<'_>) -> Result<Reply, AwsError> {
    let request: Value = serde_json::from_slice(call.body)
        .map_err(|error| AwsError::refused("com.amazon.coral.service#SerializationException", error.to_string()))?;
    cloud.inner.usage.count_service(caller, call.service);
    let desk = Desk { cloud, caller, request: &request };
    let answer = match call.operation {
        "SendMessage" => desk.send(),
        "SendMessageBatch" => desk.send_batch(),
        "ReceiveMessage" => desk.receive(),
        "DeleteMessage" => desk.delete(),
        "DeleteMessageBatch" => desk.delete_batch(),
        "ChangeMessageVisibility" => desk.change_visibility(),
        "ChangeMessageVisibilityBatch" => desk.change_visibility_batch(),
        "GetQueueUrl" => desk.queue_url(),
        "GetQueueAttributes" => desk.queue_attributes(),
        "ListQueues" => desk.list_queues(),
        "PurgeQueue" => desk.purge(),
        "CreateQueue" => desk.create_queue(),
        "DeleteQueue" => desk.delete_queue(),
        "StartMessageMoveTask" => desk.start_move(),
        _ => Err(AwsError::unknown_operation(call)),
    }?;
    Reply::json(&answer)
}

/// The queue that a call names, for the record of calls.
pub(super) fn resource(body: &Value) -> String {
    let url = body.get("QueueUrl").and_then(Value::as_str);
    url.or_else(|| body.get("QueueName").and_then(Value::as_str)).map(name_of).unwrap_or_default().to_owned()
}

/// Whether a `ReceiveMessage` came back without a message, and how long its caller would wait for one.
pub(super) fn wait(call: &AwsCall<'_>, reply: &Reply) -> Option<Duration> {
    if call.operation != "ReceiveMessage" || reply.status != 200 || reply.body.whole() != Some(b"{}") {
        return None;
    }
    let request: Value = serde_json::from_slice(call.body).ok()?;
    request.get("WaitTimeSeconds").and_then(Value::as_u64).filter(|wait_s| *wait_s > 0).map(Duration::from_secs)
}

/// One call at work.
struct Desk<'call> {
    cloud: &'call Cloud,
    caller: &'call Caller,
    request: &'call Value,
}

impl Desk<'_> {
    fn send(&self) -> Result<Value, AwsError> {
        let queue = self.queue("sqs:SendMessage")?;
        send(&queue, self.request)
    }

    fn send_batch(&self) -> Result<Value, AwsError> {
        let queue = self.queue("sqs:SendMessage")?;
        let size = |entry: &Value| text(entry, "MessageBody").map_or(0, str::len);
        if self.entries().map(size).fold(0_usize, usize::saturating_add) > MAX_MESSAGE_BYTES {
            return Err(sqs_error("BatchRequestTooLong", "the batch is larger than a message may be"));
        }
        self.batch(|entry| send(&queue, entry))
    }

    fn receive(&self) -> Result<Value, AwsError> {
        let queue = self.queue("sqs:ReceiveMessage")?;
        let max = self.number("MaxNumberOfMessages").unwrap_or(1);
        if !(1..=10).contains(&max) {
            return Err(invalid("MaxNumberOfMessages is 1 to 10"));
        }
        let visibility = self.number("VisibilityTimeout").map(Duration::from_secs);
        if visibility.is_some_and(|visibility| visibility > queue::MAX_VISIBILITY) {
            return Err(invalid("VisibilityTimeout is at most 43200"));
        }
        let received = queue.receive_for(usize::try_from(max).unwrap_or(1), visibility)?;
        let messages: Vec<Value> = received.iter().map(|message| self.received(message)).collect();
        Ok(if messages.is_empty() { json!({}) } else { json!({ "Messages": messages }) })
    }

    fn received(&self, message: &Message) -> Value {
        let wanted = |lists: [&str; 2], name: &str| {
            let lists = lists.into_iter().filter_map(|list| self.request.get(list)?.as_array());
            lists.flatten().filter_map(Value::as_str).any(|wanted| match wanted.strip_suffix(".*") {
                Some(prefix) => name.starts_with(prefix),
                None => wanted == "All" || wanted == name,
            })
        };
        let mut answer = Map::new();
        let mut put = |name: &str, value: Value| answer.insert(name.to_owned(), value);
        put("MessageId", json!(message.id));
        put("ReceiptHandle", json!(message.receipt));
        put("Body", json!(message.body));
        put("MD5OfBody", json!(md5_hex(message.body.as_bytes())));
        let mut system = message.system_attributes(&self.cloud.inner.account);
        system.retain(|name, _| wanted(["AttributeNames", "MessageSystemAttributeNames"], name));
        if !system.is_empty() {
            put("Attributes", Value::Object(system));
        }
        let mut attributes = message.attributes.clone();
        attributes.retain(|name, _| wanted(["MessageAttributeNames", ""], name));
        if !attributes.is_empty() {
            put("MD5OfMessageAttributes", json!(attributes_md5(&attributes)));
            put("MessageAttributes", Value::Object(attributes));
        }
        Value::Object(answer)
    }

    fn delete(&self) -> Result<Value, AwsError> {
        let queue = self.queue("sqs:DeleteMessage")?;
        delete(&queue, self.request)
    }

    fn delete_batch(&self) -> Result<Value, AwsError> {
        let queue = self.queue("sqs:DeleteMessage")?;
        self.batch(|entry| delete(&queue, entry))
    }

    fn change_visibility(&self) -> Result<Value, AwsError> {
        let queue = self.queue("sqs:ChangeMessageVisibility")?;
        change_visibility(&queue, self.request)
    }

    fn change_visibility_batch(&self) -> Result<Value, AwsError> {
        let queue = self.queue("sqs:ChangeMessageVisibility")?;
        self.batch(|entry| change_visibility(&queue, entry))
    }

    fn queue_url(&self) -> Result<Value, AwsError> {
        let queue = self.named("sqs:GetQueueUrl", text(self.request, "QueueName").unwrap_or_default())?;
        Ok(json!({ "QueueUrl": self.cloud.queue_url(queue.name()) }))
    }

    fn queue_attributes(&self) -> Result<Value, AwsError> {
        let queue = self.queue("sqs:GetQueueAttributes")?;
        let (counts, delayed) = queue.counts_and_delayed()?;
        let settings = queue.settings()?.ok_or_else(no_queue)?;
        let mut attributes = Map::new();
        let mut put = |name: &str, value: String| attributes.insert(name.to_owned(), Value::String(value));
        put("ApproximateNumberOfMessages", counts.waiting.saturating_sub(delayed).to_string());
        put("ApproximateNumberOfMessagesDelayed", delayed.to_string());
        put("ApproximateNumberOfMessagesNotVisible", counts.in_flight.to_string());
        put("QueueArn", self.cloud.queue_arn(queue.name()));
        put("VisibilityTimeout", settings.visibility.as_secs().to_string());
        put("DelaySeconds", settings.delay.as_secs().to_string());
        put("MaximumMessageSize", MAX_MESSAGE_BYTES.to_string());
        if let (Some(dead_letters), Some(max)) = (settings.dead_letters, settings.max_receive_count) {
            let target = self.cloud.queue_arn(&dead_letters);
            put("RedrivePolicy", json!({ "deadLetterTargetArn": target, "maxReceiveCount": max }).to_string());
        }
        let wanted: BTreeSet<&str> = self
            .request
            .get("AttributeNames")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        attributes.retain(|name, _| wanted.contains("All") || wanted.contains(name.as_str()));
        Ok(json!({ "Attributes": attributes }))
    }

    fn list_queues(&self) -> Result<Value, AwsError> {
        authorize(self.caller, "sqs:ListQueues", "*")?;
        let prefix = text(self.request, "QueueNamePrefix").unwrap_or_default();
        let names = queue::names(self.cloud)?;
        let urls: Vec<String> =
            names.iter().filter(|name| name.starts_with(prefix)).map(|name| self.cloud.queue_url(name)).collect();
        Ok(json!({ "QueueUrls": urls }))
    }

    fn purge(&self) -> Result<Value, AwsError> {
        self.queue("sqs:PurgeQueue")?.purge()?;
        Ok(json!({}))
    }

    fn create_queue(&self) -> Result<Value, AwsError> {
        let name = text(self.request, "QueueName").unwrap_or_default();
        authorize(self.caller, "sqs:CreateQueue", &self.cloud.queue_arn(name))?;
        let named = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
        if name.is_empty() || name.len() > 80 || !name.chars().all(named) {
            return Err(invalid("a queue's name has 1 to 80 letters, digits, hyphens and underscores; no FIFO queue"));
        }
        let attribute = |name: &str| self.request.get("Attributes")?.get(name)?.as_str();
        let seconds = |name: &str, default: u64| {
            attribute(name).map_or(Ok(default), str::parse).map(Duration::from_secs).map_err(|_| invalid(name))
        };
        let redrive = attribute("RedrivePolicy").map(redrive).transpose()?;
        let queue = QueueSpec {
            name: name.to_owned(),
            visibility: seconds("VisibilityTimeout", 30)?,
            delay: seconds("DelaySeconds", 0)?,
            redrive,
        };
        queue::create(self.cloud, &queue).map_err(refused)?;
        Ok(json!({ "QueueUrl": self.cloud.queue_url(name) }))
    }

    fn delete_queue(&self) -> Result<Value, AwsError> {
        self.queue("sqs:DeleteQueue")?.remove()?;
        Ok(json!({}))
    }

    fn start_move(&self) -> Result<Value, AwsError> {
        let source = text(self.request, "SourceArn").unwrap_or_default();
        let name = source.rsplit(':').next().unwrap_or_default();
        self.named("sqs:StartMessageMoveTask", name)?.redrive()?;
        Ok(json!({ "TaskHandle": queue::new_id()? }))
    }

    /// The queue that the call names by its address.
    fn queue(&self, action: &str) -> Result<Queue, AwsError> {
        self.named(action, name_of(text(self.request, "QueueUrl").unwrap_or_default()))
    }

    fn named(&self, action: &str, name: &str) -> Result<Queue, AwsError> {
        authorize(self.caller, action, &self.cloud.queue_arn(name))?;
        Queue::open(self.cloud, name).map_err(|error| match error {
            CloudError::Missing { .. } => no_queue(),
            CloudError::Storage(_) | CloudError::Refused(_) => error.into(),
        })
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.request.get(name).and_then(Value::as_u64)
    }

    fn entries(&self) -> impl Iterator<Item = &Value> {
        self.request.get("Entries").and_then(Value::as_array).into_iter().flatten()
    }

    /// Each entry succeeds or fails by itself.
    fn batch(&self, act: impl Fn(&Value) -> Result<Value, AwsError>) -> Result<Value, AwsError> {
        let ids: Vec<&str> = self.entries().map(|entry| text(entry, "Id").unwrap_or_default()).collect();
        let distinct: BTreeSet<&str> = ids.iter().copied().collect();
        match ids.len() {
            0 => return Err(sqs_error("EmptyBatchRequest", "a batch has at least one entry")),
            1..=10 if distinct.len() < ids.len() => {
                return Err(sqs_error("BatchEntryIdsNotDistinct", "two entries have the same Id"));
            }
            1..=10 => {}
            _ => return Err(sqs_error("TooManyEntriesInBatchRequest", "a batch has at most ten entries")),
        }
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        for (entry, id) in self.entries().zip(ids) {
            match act(entry) {
                Ok(mut done) => {
                    if let Some(done) = done.as_object_mut() {
                        done.insert("Id".to_owned(), json!(id));
                    }
                    successful.push(done);
                }
                Err(error) => failed.push(error.into_batch_entry(id)),
            }
        }
        Ok(json!({ "Successful": successful, "Failed": failed }))
    }
}

fn send(queue: &Queue, entry: &Value) -> Result<Value, AwsError> {
    let body = text(entry, "MessageBody").unwrap_or_default();
    let delay = entry.get("DelaySeconds").and_then(Value::as_u64).map(Duration::from_secs);
    let attributes = entry.get("MessageAttributes").and_then(Value::as_object).cloned().unwrap_or_default();
    let id = queue.send_with(body, delay, &attributes, text(entry, "MessageGroupId")).map_err(refused)?;
    let mut answer = json!({ "MessageId": id, "MD5OfMessageBody": md5_hex(body.as_bytes()) });
    if let (Some(answer), false) = (answer.as_object_mut(), attributes.is_empty()) {
        answer.insert("MD5OfMessageAttributes".to_owned(), json!(attributes_md5(&attributes)));
    }
    Ok(answer)
}

fn delete(queue: &Queue, entry: &Value) -> Result<Value, AwsError> {
    queue.delete(text(entry, "ReceiptHandle").unwrap_or_default()).map_err(|error| match error {
        CloudError::Refused(text) => sqs_error("ReceiptHandleIsInvalid", &text),
        CloudError::Storage(_) | CloudError::Missing { .. } => error.into(),
    })?;
    Ok(json!({}))
}

fn change_visibility(queue: &Queue, entry: &Value) -> Result<Value, AwsError> {
    let after = entry.get("VisibilityTimeout").and_then(Value::as_u64).map(Duration::from_secs);
    let Some(after) = after.filter(|after| *after <= queue::MAX_VISIBILITY) else {
        return Err(invalid("VisibilityTimeout is 0 to 43200"));
    };
    queue.release(text(entry, "ReceiptHandle").unwrap_or_default(), after).map_err(|error| match error {
        CloudError::Refused(text) => sqs_error("MessageNotInflight", &text),
        CloudError::Storage(_) | CloudError::Missing { .. } => error.into(),
    })?;
    Ok(json!({}))
}

fn redrive(policy: &str) -> Result<Redrive, AwsError> {
    let policy: Value = serde_json::from_str(policy).map_err(|_| invalid("RedrivePolicy"))?;
    let target = text(&policy, "deadLetterTargetArn").and_then(|arn| arn.rsplit(':').next());
    // clients write the number as a number or as text
    let max = policy.get("maxReceiveCount").map(|max| max.to_string().trim_matches('"').to_owned());
    let max = max.and_then(|max| max.parse().ok());
    let (Some(target), Some(max)) = (target, max) else { return Err(invalid("RedrivePolicy")) };
    Ok(Redrive { dead_letters: target.to_owned(), max_receive_count: max })
}

/// The digest over a message's attributes (SQS developer guide, "Calculating the MD5 message digest for message attributes").
fn attributes_md5(attributes: &Map<String, Value>) -> String {
    let mut sorted: Vec<(&String, &Value)> = attributes.iter().collect();
    sorted.sort_by_key(|(name, _)| *name);
    let mut bytes = Vec::new();
    for (name, value) in sorted {
        let kind = text(value, "DataType").unwrap_or_default();
        frame(&mut bytes, name.as_bytes());
        frame(&mut bytes, kind.as_bytes());
        match text(value, "BinaryValue") {
            Some(binary) if kind.starts_with("Binary") => {
                bytes.push(2);
                frame(&mut bytes, &data_encoding::BASE64.decode(binary.as_bytes()).unwrap_or_default());
            }
            Some(_) | None => {
                bytes.push(1);
                frame(&mut bytes, text(value, "StringValue").unwrap_or_default().as_bytes());
            }
        }
    }
    md5_hex(&bytes)
}

fn frame(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend(part);
}

fn text<'value>(value: &'value Value, name: &str) -> Option<&'value str> {
    value.get(name).and_then(Value::as_str)
}

fn name_of(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or_default()
}

fn no_queue() -> AwsError {
    sqs_error("QueueDoesNotExist", "The specified queue does not exist.")
        .with_query_code("AWS.SimpleQueueService.NonExistentQueue")
}

fn invalid(text: &str) -> AwsError {
    sqs_error("InvalidParameterValue", text)
}

fn refused(error: CloudError) -> AwsError {
    match error {
        CloudError::Refused(text) => invalid(&text),
        CloudError::Storage(_) | CloudError::Missing { .. } => error.into(),
    }
}

fn sqs_error(code: &str, text: &str) -> AwsError {
    AwsError::refused(format!("com.amazonaws.sqs#{code}"), text)
}
