//! What isn't answered is refused, loudly.

use super::endpoint::Endpoint;
use aws_sdk_dynamodb::error::ProvideErrorMetadata as _;

#[tokio::test]
async fn an_operation_that_the_local_cloud_does_not_know_is_refused_by_name() {
    let endpoint = Endpoint::connect().await;
    if endpoint.cloud.is_none() {
        return;
    }
    let error = endpoint.dynamodb.list_backups().send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("UnknownOperationException"), "{error:?}");
    assert!(error.message().unwrap_or_default().contains("ListBackups"));
    let error = endpoint.sqs.list_queue_tags().queue_url("x").send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("UnknownOperationException"), "{error:?}");
    let error = endpoint.kms.list_keys().send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("UnknownOperationException"), "{error:?}");
}
