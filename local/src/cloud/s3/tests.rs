//! S3 from a function's side: rights, faults, the data directory.

use super::super::tests::START;
use super::super::{BucketSpec, Call, Fault, Options, Permissions, Statement, When};
use super::*;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::primitives::ByteStream;
use std::sync::Arc;

fn options() -> Options {
    Options::memory(Arc::new(|| START.parse().unwrap()))
}

fn open(options: Options) -> Cloud {
    let cloud = Cloud::open(options).unwrap();
    cloud.create_bucket(&BucketSpec { name: "files".to_owned(), versioned: true, ..BucketSpec::default() }).unwrap();
    cloud
}

fn caller(actions: &[&str], resources: &[&str]) -> Caller {
    let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let statement = Statement { actions: own(actions), resources: own(resources) };
    Caller::function("export", Permissions::new(vec![statement]))
}

fn client(cloud: &Cloud, actions: &[&str]) -> Client {
    Client::new(&cloud.sdk_config(caller(actions, &["arn:aws:s3:::files", "arn:aws:s3:::files/*"])))
}

async fn put(client: &Client, key: &str) -> Result<(), String> {
    let put = client.put_object().bucket("files").key(key).body(ByteStream::from_static(b"hello"));
    put.send().await.map(drop).map_err(|error| error.code().unwrap_or_default().to_owned())
}

async fn get(client: &Client, key: &str) -> Result<Vec<u8>, String> {
    match client.get_object().bucket("files").key(key).send().await {
        Ok(found) => Ok(found.body.collect().await.unwrap().to_vec()),
        Err(error) => Err(error.code().unwrap_or_default().to_owned()),
    }
}

#[tokio::test]
async fn what_no_statement_allows_is_refused() {
    let cloud = open(options());
    let denied = || Err("AccessDenied".to_owned());
    assert_eq!(put(&client(&cloud, &["s3:GetObject"]), "a").await, Err("AccessDenied".to_owned()));
    put(&client(&cloud, &["s3:PutObject"]), "a").await.unwrap();
    assert_eq!(get(&client(&cloud, &["s3:PutObject"]), "a").await, denied());
    let reader = client(&cloud, &["s3:GetObject"]);
    assert_eq!(get(&reader, "a").await.unwrap(), b"hello");
    assert_eq!(get(&reader, "b").await, denied(), "who may not list isn't told that nothing is there");
    let lister = client(&cloud, &["s3:GetObject", "s3:ListBucket"]);
    assert_eq!(get(&lister, "b").await, Err("NoSuchKey".to_owned()));
    let folder = caller(&["s3:GetObject"], &["arn:aws:s3:::files/exports/*"]);
    assert_eq!(get(&Client::new(&cloud.sdk_config(folder)), "a").await, denied(), "another folder");
    let old = reader.get_object().bucket("files").key("a").version_id("1").send().await.unwrap_err();
    assert_eq!(old.code(), Some("AccessDenied"), "a version is a right of its own");
}

#[tokio::test]
async fn a_fault_hits_one_try_and_the_sdk_makes_the_next() {
    for (fault, tries, done) in
        [(Fault::FailBefore, 2, 1), (Fault::ReplyLost, 2, 2), (Fault::Throttled, 2, 1), (Fault::Twice, 1, 2)]
    {
        let cloud = open(options());
        let client = client(&cloud, &["*"]);
        cloud.faults().restart();
        cloud.faults().plan(When::Nth { caller: None, operation: "PutObject".to_owned(), nth: 0 }, fault);
        put(&client, "exports/a").await.unwrap();
        let calls = cloud.faults().calls();
        assert_eq!(calls.len(), tries, "{fault:?}");
        let first = Call {
            index: 0,
            caller: "export".to_owned(),
            service: "s3".to_owned(),
            operation: "PutObject".to_owned(),
            resource: "files/exports/a".to_owned(),
            fault: Some(fault),
        };
        assert_eq!(calls[0], first);
        assert_eq!(cloud.usage().s3.calls, done, "{fault:?}");
        assert_eq!(get(&client, "exports/a").await.unwrap(), b"hello");
    }
}

#[tokio::test]
async fn objects_and_unfinished_uploads_are_there_again_after_the_end_of_the_process() {
    let directory = std::env::temp_dir().join(format!("kessai-objects-{}", std::process::id()));
    let on_disk = || Options { data_dir: Some(directory.clone()), ..options() };
    let id = {
        let cloud = open(on_disk());
        let client = client(&cloud, &["*"]);
        put(&client, "a").await.unwrap();
        let begun = client.create_multipart_upload().bucket("files").key("b").send().await.unwrap();
        let id = begun.upload_id.unwrap();
        let part = client.upload_part().bucket("files").key("b").upload_id(&id).part_number(1);
        part.body(ByteStream::from_static(b"part")).send().await.unwrap();
        id
    };
    let cloud = open(on_disk());
    let client = client(&cloud, &["*"]);
    assert_eq!(get(&client, "a").await.unwrap(), b"hello");
    let part =
        aws_sdk_s3::types::CompletedPart::builder().part_number(1).e_tag(HEXLOWER.encode(&*md5::compute("part")));
    let parts = aws_sdk_s3::types::CompletedMultipartUpload::builder().parts(part.build()).build();
    let complete = client.complete_multipart_upload().bucket("files").key("b").upload_id(id).multipart_upload(parts);
    complete.send().await.unwrap();
    assert_eq!(get(&client, "b").await.unwrap(), b"part");
    drop(cloud);
    std::fs::remove_dir_all(&directory).unwrap();
}

#[tokio::test]
async fn at_an_own_origin_the_same_bucket_is_in_the_path() {
    let origin = Some("http://127.0.0.1:4566".to_owned());
    let cloud = open(Options { origin, ..options() });
    let client = client(&cloud, &["*"]);
    put(&client, "exports/a b").await.unwrap();
    assert_eq!(get(&client, "exports/a b").await.unwrap(), b"hello");
    assert!(cloud.is_at_origin("http://127.0.0.1:4566/files") && cloud.is_at_origin("http://127.0.0.1:4566"));
    assert!(!cloud.is_at_origin("http://127.0.0.1:45666/files"));
}

#[tokio::test]
async fn who_signs_nothing_is_refused_and_what_is_not_known_is_said() {
    let cloud = open(options());
    let visit = |method: &str, address: &str, signed: bool| {
        let request = http::Request::builder().method(method).uri(format!("http://127.0.0.1:4566{address}"));
        let credential = "AWS4-HMAC-SHA256 Credential=AKIAOTHER/20261121/ap-northeast-1/s3/aws4_request";
        let request = if signed { request.header("authorization", credential) } else { request };
        let request = request.body(bytes::Bytes::new()).unwrap();
        let cloud = cloud.clone();
        async move {
            let answer = cloud.visit(request).await;
            (answer.status().as_u16(), String::from_utf8(answer.body().to_vec()).unwrap())
        }
    };
    let (status, body) = visit("GET", "/files/a", false).await;
    assert!(status == 403 && body.contains("<Code>AccessDenied</Code>"), "{body}");
    let (status, body) = visit("GET", "/files/a?AWSAccessKeyId=a&Signature=b&Expires=1", false).await;
    assert!(status == 400 && body.contains("AWS4-HMAC-SHA256"), "{body}");
    let (status, body) = visit("GET", "/files/a?acl", true).await;
    assert!(status == 501 && body.contains("GET /files/a?acl"), "{body}");
    let (status, body) = visit("HEAD", "/files/a", true).await;
    assert_eq!((status, body.as_str()), (404, ""), "the answer to a HEAD has no body");
    let (status, body) = visit("GET", "/", true).await;
    assert!(status == 200 && body.contains("<Name>files</Name>"), "{body}");
}
