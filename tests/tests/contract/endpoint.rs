//! Where the questions go.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use local::cloud::{Cloud, Options, serve};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Clients of the endpoint under question.
pub(crate) struct Endpoint {
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    pub(crate) sqs: aws_sdk_sqs::Client,
    pub(crate) ses: aws_sdk_sesv2::Client,
    pub(crate) kms: aws_sdk_kms::Client,
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) config: SdkConfig,
    /// The cloud behind it, if it is ours.
    pub(crate) cloud: Option<Cloud>,
}

impl Endpoint {
    pub(crate) async fn connect() -> Self {
        let (url, cloud) = match std::env::var("KESSAI_CONTRACT_ENDPOINT") {
            Ok(url) => (url, None),
            Err(_) => start().await,
        };
        let config = config(&url);
        Self {
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
            ses: aws_sdk_sesv2::Client::new(&config),
            kms: aws_sdk_kms::Client::new(&config),
            s3: aws_sdk_s3::Client::new(&config),
            config,
            cloud,
        }
    }
}

/// A name that no other run has used.
pub(crate) fn unique(prefix: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let now = jiff::Timestamp::now().as_microsecond();
    format!("{prefix}-{now}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

async fn start() -> (String, Option<Cloud>) {
    let cloud = Cloud::open(Options::memory(Arc::new(jiff::Timestamp::now))).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(cloud.clone(), listener));
    (url, Some(cloud))
}

fn config(url: &str) -> SdkConfig {
    let variable = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.to_owned());
    let credentials = Credentials::from_keys(
        variable("AWS_ACCESS_KEY_ID", "AKIACONTRACTCONTRACT"),
        variable("AWS_SECRET_ACCESS_KEY", "contract"),
        std::env::var("AWS_SESSION_TOKEN").ok(),
    );
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(variable("AWS_REGION", "ap-northeast-1")))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .retry_config(RetryConfig::standard());
    if url == "aws" {
        let tls = aws_smithy_http_client::tls::Provider::Rustls(
            aws_smithy_http_client::tls::rustls_provider::CryptoMode::Ring,
        );
        config.http_client(aws_smithy_http_client::Builder::new().tls_provider(tls).build_https()).build()
    } else {
        config.endpoint_url(url).build()
    }
}
