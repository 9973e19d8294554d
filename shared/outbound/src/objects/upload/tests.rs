use std::sync::{Arc, Mutex};

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::{HttpRequest, HttpResponse},
};
use aws_smithy_types::body::SdkBody;
use aws_types::SdkConfig;

use super::*;

/// Notes the sizes of the bodies that reach it, and answers as S3 does when all goes well.
#[derive(Clone, Debug, Default)]
struct Sizes(Arc<Mutex<Vec<(String, usize)>>>);

impl HttpConnector for Sizes {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let query = request.uri().split_once('?').unwrap_or_default().1.to_owned();
        let body = request.body().bytes().expect("a part is in memory, and not a stream");
        self.0.lock().unwrap().push((format!("{} {query}", request.method()), body.len()));
        let answer = if query.contains("uploads") {
            "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"
        } else if request.method() == "POST" {
            "<CompleteMultipartUploadResult><ETag>\"e\"</ETag></CompleteMultipartUploadResult>"
        } else {
            ""
        };
        let mut response = HttpResponse::new(200.try_into().unwrap(), SdkBody::from(answer));
        response.headers_mut().insert("etag", "\"e\"");
        HttpConnectorFuture::ready(Ok(response))
    }
}

impl Sizes {
    fn objects(&self) -> Objects {
        let connector = SharedHttpConnector::new(self.clone());
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("ap-northeast-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new("a", "b", None, None, "a test")))
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .build();
        Objects::new(&sdk, "files")
    }

    /// Method, and bytes of the body, of each call.
    fn calls(&self) -> Vec<(String, usize)> {
        self.0.lock().unwrap().clone()
    }
}

#[tokio::test]
async fn one_part_at_most_is_in_memory_however_large_the_object_and_its_pieces() {
    for piece in [137, 64 * 1024, PART_BYTES, 3 * PART_BYTES + 1] {
        let sizes = Sizes::default();
        let mut upload = sizes.objects().upload("exports/a.csv", "text/csv");
        let whole = 20 * 1024 * 1024 + 17;
        let bytes = vec![b'a'; piece];
        let mut left: usize = whole;
        while left > 0 {
            let now = left.min(piece);
            upload.write(&bytes[..now]).await.unwrap();
            left -= now;
            assert!(upload.buffer.capacity() <= PART_BYTES, "{} bytes are held", upload.buffer.capacity());
        }
        assert_eq!(upload.finish().await.unwrap(), u64::try_from(whole).unwrap());
        let parts: Vec<usize> =
            sizes.calls().iter().filter(|(call, _)| call.starts_with("PUT")).map(|(_, size)| *size).collect();
        assert_eq!(parts, [PART_BYTES, PART_BYTES, PART_BYTES, PART_BYTES, 17], "in pieces of {piece}");
        assert_eq!(sizes.calls().len(), 7, "begun and completed once");
    }
}

#[tokio::test]
async fn a_small_object_is_one_call_and_an_empty_one_too() {
    for size in [0_usize, 5] {
        let sizes = Sizes::default();
        let mut upload = sizes.objects().upload("exports/a.csv", "text/csv");
        upload.write(&vec![b'a'; size]).await.unwrap();
        assert_eq!(sizes.calls().len(), 0, "nothing is called before it must be");
        upload.finish().await.unwrap();
        assert_eq!(sizes.calls(), [("PUT x-id=PutObject".to_owned(), size)]);
    }
}
