//! Objects through the product's own calls: written in parts, read by piece, signed, ended, and all of it under faults.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test: what goes wrong is meant to end it"
)]

use jiff::Timestamp;
use local::cloud::{BucketSpec, Caller, Cloud, Fault, Options, Permissions, Statement, When};
use local::world::World;
use outbound::Objects;
use outbound::objects::PART_BYTES;
use std::sync::Arc;
use std::time::Duration;

const NOW: &str = "2026-11-30T03:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn cloud() -> Cloud {
    let cloud = Cloud::open(Options::memory(Arc::new(now))).unwrap();
    let files = BucketSpec { name: "files".to_owned(), versioned: true, ..BucketSpec::default() };
    cloud.create_bucket(&files).unwrap();
    cloud
}

/// A function with these rights on exports, and on the bucket itself.
fn exporter(cloud: &Cloud, on_objects: &[&str], on_bucket: &[&str]) -> Caller {
    let statement = |actions: &[&str], resource: &str| Statement {
        actions: actions.iter().map(|action| format!("s3:{action}")).collect(),
        resources: vec![resource.to_owned()],
    };
    let statements =
        vec![statement(on_objects, "arn:aws:s3:::files/exports/*"), statement(on_bucket, "arn:aws:s3:::files")];
    let caller = Caller::function("ConsoleExport", Permissions::new(statements));
    cloud.register_access_key("ConsoleExport", caller.clone());
    caller
}

fn objects(cloud: &Cloud) -> Objects {
    Objects::new(&cloud.sdk_config(exporter(cloud, &["*"], &["*"])), "files")
}

/// Bytes of which no two parts are alike.
fn bytes(size: usize) -> Vec<u8> {
    (0..size).map(|at| u8::try_from((at / 1021 + at) % 251).unwrap()).collect()
}

async fn read(objects: &Objects, key: &str) -> Option<Vec<u8>> {
    Some(objects.get(key).await.unwrap()?.into_bytes(usize::MAX).await.unwrap())
}

#[tokio::test]
async fn an_object_is_written_read_by_piece_listed_and_gone() {
    let cloud = cloud();
    let objects = objects(&cloud);
    objects.put("exports/4000/a.csv", "text/csv", "first").await.unwrap();
    objects.put("exports/4000/a.csv", "text/csv", "0123456789").await.unwrap();
    objects.put("exports/4000/a.csv.old", "text/csv", "other").await.unwrap();
    assert_eq!(read(&objects, "exports/4000/a.csv").await.unwrap(), b"0123456789");
    let some = objects.get_range("exports/4000/a.csv", 7..99).await.unwrap().unwrap();
    assert_eq!((some.size(), some.into_bytes(3).await.unwrap()), (3, b"789".to_vec()));
    let whole = objects.get("exports/4000/a.csv").await.unwrap().unwrap();
    whole.into_bytes(9).await.unwrap_err();
    for range in [10..11, 3..3] {
        assert!(objects.get_range("exports/4000/a.csv", range).await.unwrap().is_none());
    }
    let head = objects.head("exports/4000/a.csv").await.unwrap().unwrap();
    assert_eq!((head.size, head.written_at), (10, now()));
    let page = objects.list("exports/4000/", None).await.unwrap();
    assert_eq!(page.objects[0], head);
    assert_eq!((page.objects.len(), page.next), (2, None));
    objects.delete_every_version("exports/4000/a.csv").await.unwrap();
    assert_eq!(objects.head("exports/4000/a.csv").await.unwrap(), None);
    assert_eq!(read(&objects, "exports/4000/a.csv").await, None);
    let left = objects.list("exports/", None).await.unwrap().objects;
    assert_eq!(left.iter().map(|object| object.key.as_str()).collect::<Vec<_>>(), ["exports/4000/a.csv.old"]);
    objects.delete_every_version("exports/4000/a.csv").await.unwrap();
}

#[tokio::test]
async fn a_long_list_comes_in_pages() {
    let cloud = cloud();
    let objects = objects(&cloud);
    for number in 0..1001 {
        objects.put(&format!("exports/{number:04}"), "text/csv", "").await.unwrap();
    }
    let first = objects.list("exports/", None).await.unwrap();
    let second = objects.list("exports/", first.next.as_deref()).await.unwrap();
    assert_eq!((first.objects.len(), second.objects.len(), second.next), (1000, 1, None));
    assert_eq!(second.objects[0].key, "exports/1000");
}

#[tokio::test]
async fn an_upload_is_whole_whatever_fault_meets_one_of_its_calls() {
    let size = 2 * PART_BYTES + 17;
    let whole = bytes(size);
    let calls = ["CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"];
    let faults =
        [Fault::FailBefore, Fault::ReplyLost, Fault::Twice, Fault::Throttled, Fault::Slow(Duration::from_secs(1))];
    for call in calls {
        for fault in faults {
            let cloud = cloud();
            let objects = objects(&cloud);
            cloud.faults().restart();
            cloud.faults().plan(When::Nth { caller: None, operation: call.to_owned(), nth: 0 }, fault);
            let mut upload = objects.upload("exports/a.csv", "text/csv");
            for piece in whole.chunks(700_001) {
                upload.write(piece).await.unwrap();
            }
            assert_eq!(upload.finish().await.unwrap(), u64::try_from(size).unwrap(), "{call} {fault:?}");
            assert_eq!(cloud.faults().pending(), 0, "{call} {fault:?} was met");
            assert!(read(&objects, "exports/a.csv").await.unwrap() == whole, "{call} {fault:?}");
        }
    }
}

#[tokio::test]
async fn an_upload_that_another_one_finished_is_not_taken_for_our_own() {
    let cloud = cloud();
    let objects = objects(&cloud);
    let mut upload = objects.upload("exports/a.csv", "text/csv");
    upload.write(&bytes(PART_BYTES)).await.unwrap();
    // our parts are gone, and somebody else's object is under the key
    let client = aws_sdk_s3::Client::new(&cloud.sdk_config(Caller::Operator));
    let open = client.list_multipart_uploads().bucket("files").send().await.unwrap();
    let id = open.uploads()[0].upload_id().unwrap();
    client.abort_multipart_upload().bucket("files").key("exports/a.csv").upload_id(id).send().await.unwrap();
    objects.put("exports/a.csv", "text/csv", "another").await.unwrap();
    upload.finish().await.unwrap_err();
}

#[tokio::test]
async fn an_aborted_upload_leaves_nothing() {
    let cloud = cloud();
    let objects = objects(&cloud);
    let mut upload = objects.upload("exports/a.csv", "text/csv");
    upload.write(&bytes(PART_BYTES + 1)).await.unwrap();
    upload.abort().await.unwrap();
    assert_eq!(objects.head("exports/a.csv").await.unwrap(), None);
    let client = aws_sdk_s3::Client::new(&cloud.sdk_config(Caller::Operator));
    let open = client.list_multipart_uploads().bucket("files").send().await.unwrap();
    assert!(open.uploads().is_empty());
}

#[tokio::test]
async fn a_signed_address_downloads_under_a_name_with_the_rights_of_its_signer() {
    let cloud = cloud();
    let objects = objects(&cloud);
    objects.put("exports/a.csv", "text/csv", "hello").await.unwrap();
    objects.put("exports/b.csv", "text/csv", "hello").await.unwrap();
    let hour = Duration::from_secs(3600);
    let address = objects.download_address("exports/a.csv", "売上 11月.csv", hour, now()).await.unwrap();
    assert!(address.contains("X-Amz-Date=20261130T030000Z") && address.contains("X-Amz-Expires=3600"), "{address}");
    let visit = |address: String| {
        let request = http::Request::get(address).body(bytes::Bytes::new()).unwrap();
        let cloud = cloud.clone();
        async move { cloud.visit(request).await }
    };
    let answer = visit(address.clone()).await;
    assert_eq!((answer.status().as_u16(), answer.body().as_ref()), (200, &b"hello"[..]));
    assert_eq!(answer.headers()["content-type"], "text/csv");
    let name = answer.headers()["content-disposition"].to_str().unwrap();
    assert!(name.ends_with("filename*=UTF-8''%E5%A3%B2%E4%B8%8A%2011%E6%9C%88.csv"), "{name}");
    exporter(&cloud, &["PutObject"], &[]);
    assert_eq!(visit(address).await.status(), 403, "its signer may not read any more");
    let week = Duration::from_secs(7 * 86_400 + 1);
    objects.download_address("exports/a.csv", "a.csv", week, now()).await.unwrap_err();
}

#[tokio::test]
async fn a_right_on_exports_is_none_elsewhere_and_an_export_needs_three() {
    let cloud = cloud();
    let rights = ["PutObject", "GetObject", "AbortMultipartUpload"];
    let objects = Objects::new(&cloud.sdk_config(exporter(&cloud, &rights, &[])), "files");
    let mut upload = objects.upload("exports/a.csv", "text/csv");
    upload.write(&bytes(PART_BYTES + 1)).await.unwrap();
    upload.finish().await.unwrap();
    let mut upload = objects.upload("exports/b.csv", "text/csv");
    upload.write(&bytes(PART_BYTES + 1)).await.unwrap();
    upload.abort().await.unwrap();
    assert!(objects.head("exports/a.csv").await.unwrap().is_some());
    objects.put("inbox/a.csv", "text/csv", "x").await.unwrap_err();
    objects.get("inbox/a.csv").await.unwrap_err();
    objects.head("exports/nothing").await.expect_err("without the right to list nobody says what is not there");
    objects.list("exports/", None).await.unwrap_err();
    objects.delete_every_version("exports/a.csv").await.unwrap_err();
}

#[tokio::test]
async fn an_export_ends_after_a_week_and_other_files_stay() {
    let world = World::start(system_tests::options()).await.unwrap();
    let objects = Objects::new(&world.cloud().sdk_config(Caller::Operator), "files");
    objects.put("exports/4000/a.csv", "text/csv", "x").await.unwrap();
    objects.put("4000/inbox/a.csv", "text/csv", "x").await.unwrap();
    let mut upload = objects.upload("exports/4000/b.csv", "text/csv");
    upload.write(&bytes(PART_BYTES)).await.unwrap();
    world.advance(Duration::from_secs(6 * 86_400)).await.unwrap();
    assert!(objects.head("exports/4000/a.csv").await.unwrap().is_some());
    upload.finish().await.expect_err("an upload that nobody finished ended after a day");
    let client = aws_sdk_s3::Client::new(&world.cloud().sdk_config(Caller::Operator));
    let versions = || async {
        let listed = client.list_object_versions().bucket("files").prefix("exports/").send().await.unwrap();
        (listed.versions().len(), listed.delete_markers().len())
    };
    world.advance(Duration::from_secs(86_400)).await.unwrap();
    assert_eq!(objects.head("exports/4000/a.csv").await.unwrap(), None);
    assert_eq!(versions().await, (1, 1));
    world.advance(Duration::from_secs(86_400)).await.unwrap();
    assert_eq!(versions().await, (0, 0), "gone for good");
    assert!(objects.head("4000/inbox/a.csv").await.unwrap().is_some());
}
