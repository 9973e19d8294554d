//! Queues: visibility, delay, dead letters, batches that fail in part.

use super::endpoint::{Endpoint, unique};
use aws_sdk_sqs::error::ProvideErrorMetadata as _;
use aws_sdk_sqs::types::{
    DeleteMessageBatchRequestEntry, Message, MessageAttributeValue, MessageSystemAttributeName, QueueAttributeName,
    SendMessageBatchRequestEntry,
};
use std::time::Duration;

struct Queue {
    endpoint: Endpoint,
    url: String,
}

impl Queue {
    async fn create(attributes: &[(QueueAttributeName, &str)]) -> Self {
        Self::create_at(Endpoint::connect().await, attributes).await
    }

    async fn create_at(endpoint: Endpoint, attributes: &[(QueueAttributeName, &str)]) -> Self {
        let mut create = endpoint.sqs.create_queue().queue_name(unique("contract"));
        for (name, value) in attributes {
            create = create.attributes(name.clone(), *value);
        }
        let url = create.send().await.unwrap().queue_url.unwrap();
        Self { endpoint, url }
    }

    async fn send(&self, body: &str) {
        self.endpoint.sqs.send_message().queue_url(&self.url).message_body(body).send().await.unwrap();
    }

    async fn receive(&self, max: i32) -> Vec<Message> {
        let receive = self.endpoint.sqs.receive_message().queue_url(&self.url).max_number_of_messages(max);
        let receive = receive.message_system_attribute_names(MessageSystemAttributeName::All);
        receive.message_attribute_names("All").send().await.unwrap().messages.unwrap_or_default()
    }

    async fn bodies(&self, max: i32) -> Vec<String> {
        let mut bodies: Vec<String> =
            self.receive(max).await.into_iter().map(|message| message.body.unwrap()).collect();
        bodies.sort();
        bodies
    }

    async fn arn(&self) -> String {
        self.attribute(QueueAttributeName::QueueArn).await
    }

    async fn attribute(&self, name: QueueAttributeName) -> String {
        let get = self.endpoint.sqs.get_queue_attributes().queue_url(&self.url).attribute_names(name.clone());
        get.send().await.unwrap().attributes.unwrap().get(&name).unwrap().clone()
    }

    async fn drop(self) {
        self.endpoint.sqs.delete_queue().queue_url(&self.url).send().await.unwrap();
    }
}

async fn wait(seconds: u64) {
    tokio::time::sleep(Duration::from_millis(seconds * 1000 + 200)).await;
}

#[tokio::test]
async fn a_received_message_is_hidden_until_its_visibility_ends_and_gone_when_it_is_deleted() {
    let queue = Queue::create(&[(QueueAttributeName::VisibilityTimeout, "1")]).await;
    queue.send("hello").await;
    let first = queue.receive(1).await.pop().unwrap();
    assert_eq!(queue.receive(1).await, []);
    wait(1).await;
    let second = queue.receive(1).await.pop().unwrap();
    assert_eq!(first.message_id, second.message_id);
    let count = |message: &Message| {
        message.attributes().unwrap().get(&MessageSystemAttributeName::ApproximateReceiveCount).unwrap().clone()
    };
    assert_eq!((count(&first).as_str(), count(&second).as_str()), ("1", "2"));
    let delete = queue.endpoint.sqs.delete_message().queue_url(&queue.url);
    delete.receipt_handle(second.receipt_handle.unwrap()).send().await.unwrap();
    wait(1).await;
    assert_eq!(queue.receive(1).await, []);
    queue.drop().await;
}

#[tokio::test]
async fn a_message_given_back_is_visible_at_once() {
    let queue = Queue::create(&[]).await;
    queue.send("hello").await;
    let message = queue.receive(1).await.pop().unwrap();
    let change = queue.endpoint.sqs.change_message_visibility().queue_url(&queue.url).visibility_timeout(0);
    change.receipt_handle(message.receipt_handle.unwrap()).send().await.unwrap();
    assert_eq!(queue.bodies(1).await, ["hello"]);
    queue.drop().await;
}

#[tokio::test]
async fn a_delayed_message_comes_later() {
    let queue = Queue::create(&[]).await;
    let send = queue.endpoint.sqs.send_message().queue_url(&queue.url).message_body("later");
    send.clone().delay_seconds(1).send().await.unwrap();
    assert_eq!(queue.receive(1).await, []);
    assert_eq!(queue.attribute(QueueAttributeName::ApproximateNumberOfMessagesDelayed).await, "1");
    wait(1).await;
    assert_eq!(queue.bodies(1).await, ["later"]);
    assert!(send.delay_seconds(901).send().await.is_err(), "15 minutes at most");
    queue.drop().await;
}

#[tokio::test]
async fn a_message_received_too_often_goes_to_the_dead_letters_and_can_be_moved_back() {
    let dead = Queue::create(&[]).await;
    let policy = format!(r#"{{"deadLetterTargetArn":"{}","maxReceiveCount":"2"}}"#, dead.arn().await);
    let endpoint = Endpoint { cloud: None, ..same(&dead.endpoint) };
    let attributes =
        [(QueueAttributeName::RedrivePolicy, policy.as_str()), (QueueAttributeName::VisibilityTimeout, "0")];
    let queue = Queue::create_at(endpoint, &attributes).await;
    queue.send("poison").await;
    assert_eq!(queue.bodies(1).await, ["poison"]);
    assert_eq!(queue.bodies(1).await, ["poison"]);
    assert_eq!(queue.receive(1).await, []);
    let found = dead.receive(1).await.pop().unwrap();
    assert_eq!(found.body.as_deref(), Some("poison"));
    let change = dead.endpoint.sqs.change_message_visibility().queue_url(&dead.url).visibility_timeout(0);
    change.receipt_handle(found.receipt_handle.unwrap()).send().await.unwrap();
    dead.endpoint.sqs.start_message_move_task().source_arn(dead.arn().await).send().await.unwrap();
    let mut bodies = Vec::new();
    for _ in 0..50 {
        bodies = queue.bodies(1).await;
        if !bodies.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(bodies, ["poison"]);
    queue.drop().await;
    dead.drop().await;
}

fn same(endpoint: &Endpoint) -> Endpoint {
    Endpoint {
        dynamodb: endpoint.dynamodb.clone(),
        sqs: endpoint.sqs.clone(),
        ses: endpoint.ses.clone(),
        kms: endpoint.kms.clone(),
        s3: endpoint.s3.clone(),
        config: endpoint.config.clone(),
        cloud: endpoint.cloud.clone(),
    }
}

#[tokio::test]
async fn a_batch_succeeds_and_fails_entry_by_entry() {
    let queue = Queue::create(&[]).await;
    let entry = |id: &str, delay| {
        let entry = SendMessageBatchRequestEntry::builder().id(id).message_body(id);
        entry.delay_seconds(delay).build().unwrap()
    };
    let send = queue.endpoint.sqs.send_message_batch().queue_url(&queue.url);
    let sent = send.entries(entry("good", 0)).entries(entry("bad", 901)).send().await.unwrap();
    assert_eq!(sent.successful().iter().map(|entry| entry.id()).collect::<Vec<_>>(), ["good"]);
    assert_eq!(sent.failed().iter().map(|entry| entry.id()).collect::<Vec<_>>(), ["bad"]);
    let receipt = queue.receive(10).await.pop().unwrap().receipt_handle.unwrap();
    let entry = |id: &str, receipt: &str| {
        DeleteMessageBatchRequestEntry::builder().id(id).receipt_handle(receipt).build().unwrap()
    };
    let delete = queue.endpoint.sqs.delete_message_batch().queue_url(&queue.url);
    let deleted = delete.entries(entry("good", &receipt)).entries(entry("bad", "none")).send().await.unwrap();
    assert_eq!(deleted.successful().iter().map(|entry| entry.id()).collect::<Vec<_>>(), ["good"]);
    assert_eq!(deleted.failed().iter().map(|entry| entry.code()).collect::<Vec<_>>(), ["ReceiptHandleIsInvalid"]);
    queue.drop().await;
}

#[tokio::test]
async fn a_batch_of_none_of_eleven_or_of_twins_is_refused() {
    let queue = Queue::create(&[]).await;
    let entry = |id: &str| SendMessageBatchRequestEntry::builder().id(id).message_body("x").build().unwrap();
    let eleven: Vec<_> = (0..11).map(|id| entry(&id.to_string())).collect();
    for (entries, code) in [
        (vec![], "EmptyBatchRequest"),
        (eleven, "TooManyEntriesInBatchRequest"),
        (vec![entry("1"), entry("1")], "BatchEntryIdsNotDistinct"),
    ] {
        let send = queue.endpoint.sqs.send_message_batch().queue_url(&queue.url).set_entries(Some(entries));
        let error = send.send().await.unwrap_err().into_service_error();
        assert!(error.code().unwrap_or_default().contains(code), "{error:?}");
    }
    queue.drop().await;
}

/// The digest of a body and of attributes, from the SQS developer guide's algorithm, worked out apart.
#[tokio::test]
async fn digests_are_those_of_the_developer_guide() {
    let queue = Queue::create(&[]).await;
    let attribute =
        MessageAttributeValue::builder().data_type("String").string_value("mail.completed").build().unwrap();
    let send = queue.endpoint.sqs.send_message().queue_url(&queue.url).message_body("hello");
    let sent = send.message_attributes("kind", attribute.clone()).send().await.unwrap();
    assert_eq!(sent.md5_of_message_body.as_deref(), Some("5d41402abc4b2a76b9719d911017c592"));
    assert_eq!(sent.md5_of_message_attributes.as_deref(), Some("e70424c08837d06dc2a7fa93ccc77fed"));
    let received = queue.receive(1).await.pop().unwrap();
    assert_eq!(received.md5_of_body, sent.md5_of_message_body);
    assert_eq!(received.md5_of_message_attributes, sent.md5_of_message_attributes);
    assert_eq!(received.message_attributes.unwrap().get("kind"), Some(&attribute));
    queue.drop().await;
}

#[tokio::test]
async fn a_queue_that_is_not_there_is_told_by_its_error() {
    let endpoint = Endpoint::connect().await;
    let error = endpoint.sqs.get_queue_url().queue_name(unique("none")).send().await.unwrap_err();
    let error = error.into_service_error();
    assert!(error.is_queue_does_not_exist(), "{error:?}");
}

#[tokio::test]
async fn queues_are_listed_counted_and_purged() {
    let queue = Queue::create(&[]).await;
    queue.send("one").await;
    queue.send("two").await;
    let name = queue.url.rsplit('/').next().unwrap();
    let listed = queue.endpoint.sqs.list_queues().queue_name_prefix(name).send().await.unwrap();
    assert_eq!(listed.queue_urls(), std::slice::from_ref(&queue.url));
    assert_eq!(queue.attribute(QueueAttributeName::ApproximateNumberOfMessages).await, "2");
    assert_eq!(queue.receive(1).await.len(), 1);
    assert_eq!(queue.attribute(QueueAttributeName::ApproximateNumberOfMessagesNotVisible).await, "1");
    queue.endpoint.sqs.purge_queue().queue_url(&queue.url).send().await.unwrap();
    assert_eq!(queue.attribute(QueueAttributeName::ApproximateNumberOfMessages).await, "0");
    queue.drop().await;
}
