//! Objects through the product's own calls: written in parts, read by piece, signed, ended, and all of it under faults.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test: what goes wrong is meant to end it"
)]

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use inbound::events::{BucketEvent, NewObject};
use jiff::{SignedDuration, Timestamp};
use local::cloud::{BucketSpec, Caller, Cloud, Fault, Notification, Options, Permissions, QueueSpec, Statement, When};
use local::world::World;
use outbound::Objects;
use outbound::objects::{PART_BYTES, PostForm, PostTerms};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
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
async fn an_export_ends_after_a_month_at_the_latest_and_other_files_stay() {
    // of a merchant that is not there: retention-sweep has nothing to do with these
    let world = World::start(system_tests::options()).await.unwrap();
    let objects = Objects::new(&world.cloud().sdk_config(Caller::Operator), "files");
    objects.put("exports/1/a.csv", "text/csv", "x").await.unwrap();
    objects.put("1/inbox/a.csv", "text/csv", "x").await.unwrap();
    let mut upload = objects.upload("exports/1/b.csv", "text/csv");
    upload.write(&bytes(PART_BYTES)).await.unwrap();
    world.advance(Duration::from_secs(29 * 86_400)).await.unwrap();
    assert!(objects.head("exports/1/a.csv").await.unwrap().is_some());
    upload.finish().await.expect_err("an upload that nobody finished ended after a day");
    let client = aws_sdk_s3::Client::new(&world.cloud().sdk_config(Caller::Operator));
    let versions = || async {
        let listed = client.list_object_versions().bucket("files").prefix("exports/").send().await.unwrap();
        (listed.versions().len(), listed.delete_markers().len())
    };
    world.advance(Duration::from_secs(86_400)).await.unwrap();
    assert_eq!(objects.head("exports/1/a.csv").await.unwrap(), None);
    assert_eq!(versions().await, (1, 1));
    world.advance(Duration::from_secs(86_400)).await.unwrap();
    assert_eq!(versions().await, (0, 0), "gone for good");
    assert!(objects.head("1/inbox/a.csv").await.unwrap().is_some());
}

#[tokio::test]
async fn a_version_stays_what_it_was_until_every_one_is_deleted() {
    let cloud = cloud();
    let objects = objects(&cloud);
    let key = "exports/4000/a.csv";
    for text in ["first", "second", "third"] {
        objects.put(key, "text/csv", text).await.unwrap();
    }
    objects.put("exports/4000/a.csv.old", "text/csv", "other").await.unwrap();
    let versions = objects.versions(key).await.unwrap();
    assert_eq!(versions.iter().map(|version| version.head.size).collect::<Vec<_>>(), [5, 6, 5], "newest first");
    let first = versions[2].id.clone();
    let client = aws_sdk_s3::Client::new(&cloud.sdk_config(Caller::Operator));
    let marker = client.delete_object().bucket("files").key(key).send().await.unwrap().version_id.unwrap();
    assert_eq!(read(&objects, key).await, None);
    let whole = objects.get_version(key, &first).await.unwrap().unwrap();
    assert_eq!(whole.into_bytes(5).await.unwrap(), b"first");
    let some = objects.get_range_of_version(key, &first, 1..3).await.unwrap().unwrap();
    assert_eq!(some.into_bytes(2).await.unwrap(), b"ir");
    for range in [5..6, 3..3] {
        assert!(objects.get_range_of_version(key, &first, range).await.unwrap().is_none());
    }
    assert!(objects.get_version(key, &marker).await.unwrap().is_none(), "a deletion is nothing to read");
    assert!(objects.get_version(key, "never-was").await.unwrap().is_none());
    objects.delete_every_version(key).await.unwrap();
    assert_eq!(objects.versions(key).await.unwrap(), []);
    assert!(objects.get_version(key, &first).await.unwrap().is_none());
    let listed = client.list_object_versions().bucket("files").send().await.unwrap();
    assert_eq!((listed.versions().len(), listed.delete_markers().len()), (1, 0), "the other key's alone");
}

#[tokio::test]
async fn more_versions_than_a_page_holds_are_listed_and_deleted() {
    let cloud = cloud();
    let objects = objects(&cloud);
    for _ in 0..1002 {
        objects.put("exports/a.csv", "text/csv", "x").await.unwrap();
    }
    objects.put("exports/a.csv-other", "text/csv", "x").await.unwrap();
    let versions = objects.versions("exports/a.csv").await.unwrap();
    let ids: std::collections::BTreeSet<_> = versions.iter().map(|version| &version.id).collect();
    assert_eq!(ids.len(), 1002);
    objects.delete_every_version("exports/a.csv").await.unwrap();
    assert_eq!(objects.versions("exports/a.csv").await.unwrap(), []);
    assert_eq!(objects.versions("exports/a.csv-other").await.unwrap().len(), 1);
}

#[tokio::test]
async fn versions_are_rights_of_their_own() {
    let cloud = cloud();
    objects(&cloud).put("exports/a.csv", "text/csv", "x").await.unwrap();
    let version = objects(&cloud).versions("exports/a.csv").await.unwrap()[0].id.clone();
    let with = |on_objects: &[&str], on_bucket: &[&str]| {
        Objects::new(&cloud.sdk_config(exporter(&cloud, on_objects, on_bucket)), "files")
    };
    let reader = with(&["GetObject"], &["ListBucket"]);
    reader.get_version("exports/a.csv", &version).await.unwrap_err();
    reader.versions("exports/a.csv").await.unwrap_err();
    let reader = with(&["GetObjectVersion"], &[]);
    assert!(reader.get_version("exports/a.csv", &version).await.unwrap().is_some());
    assert!(reader.get_range_of_version("exports/a.csv", &version, 0..1).await.unwrap().is_some());
    let lister = with(&["DeleteObject"], &["ListBucketVersions"]);
    assert_eq!(lister.versions("exports/a.csv").await.unwrap().len(), 1);
    lister.delete_every_version("exports/a.csv").await.unwrap_err();
    with(&["DeleteObjectVersion"], &["ListBucketVersions"]).delete_every_version("exports/a.csv").await.unwrap();
}

#[tokio::test]
async fn a_large_object_comes_in_pieces_and_a_range_of_it_too() {
    let cloud = cloud();
    let objects = objects(&cloud);
    let whole = bytes(2 * PART_BYTES + 17);
    let mut upload = objects.upload("exports/a.csv", "text/csv");
    upload.write(&whole).await.unwrap();
    upload.finish().await.unwrap();
    for range in [0..whole.len(), 1_000_003..PART_BYTES + 2_000_001] {
        let wanted = u64::try_from(range.start).unwrap()..u64::try_from(range.end).unwrap();
        let mut download = objects.get_range("exports/a.csv", wanted).await.unwrap().unwrap();
        let mut found = Vec::new();
        while let Some(piece) = download.next().await.unwrap() {
            assert!(piece.len() <= 1024 * 1024, "{}", piece.len());
            found.extend_from_slice(&piece);
        }
        assert!(found == whole[range.clone()], "{range:?}");
    }
}

/// The terms of every form here.
fn terms(bytes: &RangeInclusive<u64>) -> PostTerms<'_> {
    PostTerms {
        key: "exports/売上 1.csv",
        content_type: "text/csv",
        bytes,
        expires_in: Duration::from_secs(600),
        redirect: Some("https://pay.example/console/batches?at=1"),
    }
}

/// Sends a form as a browser does; answers status, `Location` and body.
async fn send(cloud: &Cloud, url: &str, fields: &[(&str, &str)], file: &str) -> (u16, String, String) {
    let mut body = String::new();
    for (name, value) in fields {
        body += &format!("--limit\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += "--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"rows.csv\"\r\n";
    body += &format!("Content-Type: application/vnd.ms-excel\r\n\r\n{file}\r\n--limit--\r\n");
    let request = http::Request::post(url).header("content-type", "multipart/form-data; boundary=limit");
    let answer = cloud.visit(request.body(body.into()).unwrap()).await;
    let location = answer.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
    (answer.status().as_u16(), location.unwrap_or_default(), String::from_utf8(answer.body().to_vec()).unwrap())
}

fn fields(form: &PostForm) -> Vec<(&str, &str)> {
    form.fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

#[tokio::test]
async fn a_form_uploads_the_file_that_it_was_signed_for_and_leads_back() {
    let cloud = cloud();
    let caller = exporter(&cloud, &["PutObject"], &[]);
    // as on Lambda, where a role's credentials come with a token
    let credentials = Credentials::new("ConsoleExport", "local", Some("a token".to_owned()), None, "a test");
    let sdk = cloud.sdk_config(caller).to_builder();
    let sdk = sdk.credentials_provider(SharedCredentialsProvider::new(credentials)).build();
    let signer = Objects::new(&sdk, "files");
    let form = signer.presigned_post(&terms(&(1..=5)), now()).await.unwrap();
    assert_eq!(form.url, "https://files.s3.ap-northeast-1.amazonaws.com/");
    let (status, location, _) = send(&cloud, &form.url, &fields(&form), "a,b\r\n").await;
    let query = "bucket=files&key=exports%2F%E5%A3%B2%E4%B8%8A%201.csv&etag=%22";
    assert_eq!(status, 303);
    assert!(location.starts_with(&format!("https://pay.example/console/batches?at=1&{query}")), "{location}");
    let objects = objects(&cloud);
    assert_eq!(read(&objects, "exports/売上 1.csv").await.unwrap(), b"a,b\r\n");
    let (status, _, body) = send(&cloud, "https://s3.ap-northeast-1.amazonaws.com/files", &fields(&form), "x").await;
    assert_eq!(status, 303, "the bucket in the path is the same: {body}");
    exporter(&cloud, &["GetObject"], &[]);
    let (status, _, body) = send(&cloud, &form.url, &fields(&form), "x").await;
    assert!(status == 403 && body.contains("AccessDenied"), "its signer may not write any more: {body}");
}

#[tokio::test]
async fn a_form_takes_nothing_that_it_was_not_signed_for() {
    let (start, moved_s) = (now(), Arc::new(AtomicI64::new(0)));
    let clock = Arc::clone(&moved_s);
    let clock = move || start + SignedDuration::from_secs(clock.load(Ordering::Relaxed));
    let cloud = Cloud::open(Options::memory(Arc::new(clock))).unwrap();
    cloud.create_bucket(&BucketSpec { name: "files".to_owned(), ..BucketSpec::default() }).unwrap();
    let objects = objects(&cloud);
    let form = objects.presigned_post(&terms(&(2..=5)), now()).await.unwrap();
    let other = objects.presigned_post(&terms(&(0..=50)), now()).await.unwrap();
    let policy = fields(&other).into_iter().find(|(name, _)| *name == "policy").unwrap();
    for (changed, file, status, code) in [
        (Some(("key", "exports/b.csv")), "abc", 403, "<Code>AccessDenied</Code>"),
        (Some(("Content-Type", "text/html")), "abc", 403, "<Code>AccessDenied</Code>"),
        (Some(("x-amz-meta-more", "1")), "abc", 403, "Extra input fields: x-amz-meta-more"),
        (Some(("success_action_redirect", "https://elsewhere.example/")), "abc", 403, "<Code>AccessDenied</Code>"),
        (Some(("x-amz-signature", "0")), "abc", 403, "<Code>SignatureDoesNotMatch</Code>"),
        (Some(policy), "abc", 403, "<Code>SignatureDoesNotMatch</Code>"),
        (Some(("x-amz-date", "20261201T030000Z")), "abc", 403, "<Code>SignatureDoesNotMatch</Code>"),
        (None, "a", 400, "<Code>EntityTooSmall</Code>"),
        (None, "abcdef", 400, "<Code>EntityTooLarge</Code>"),
    ] {
        let kept = fields(&form).into_iter().filter(|(name, _)| changed.is_none_or(|(other, _)| other != *name));
        let sent: Vec<_> = kept.chain(changed).collect();
        let (found, _, body) = send(&cloud, &form.url, &sent, file).await;
        assert!(found == status && body.contains(code), "{changed:?} {file}: {found} {body}");
    }
    assert_eq!(send(&cloud, &form.url, &[], "abc").await.0, 403, "unsigned");
    assert!(objects.list("exports/", None).await.unwrap().objects.is_empty(), "none of it is there");
    moved_s.store(601, Ordering::Relaxed);
    let (status, _, body) = send(&cloud, &form.url, &fields(&form), "abc").await;
    assert!(status == 403 && body.contains("Policy expired"), "{body}");
    moved_s.store(600, Ordering::Relaxed);
    assert_eq!(send(&cloud, &form.url, &fields(&form), "abc").await.0, 303);
}

/// What the queue of a bucket holds, taken out.
fn told(cloud: &Cloud, queue: &str) -> Vec<(String, NewObject)> {
    let queue = cloud.queue(queue).unwrap();
    let messages = queue.receive(100).unwrap();
    let told = messages.iter().flat_map(|message| {
        let raw: serde_json::Value = serde_json::from_str(&message.body).unwrap();
        let name = raw["Records"][0]["eventName"].as_str().unwrap().to_owned();
        let event: BucketEvent = serde_json::from_value(raw).unwrap();
        event.objects.into_iter().map(move |object| (name.clone(), object))
    });
    let told: Vec<_> = told.collect();
    messages.iter().for_each(|message| queue.delete(&message.receipt).unwrap());
    told
}

#[tokio::test]
async fn a_bucket_tells_of_every_csv_file_however_it_came() {
    let world = World::start(system_tests::options()).await.unwrap();
    let (cloud, key) = (world.cloud(), "4000/inbox/売上 1+2.csv");
    let objects = Objects::new(&cloud.sdk_config(Caller::Operator), "files");
    objects.put(key, "text/csv", "12345").await.unwrap();
    objects.put("4000/inbox/readme.txt", "text/plain", "x").await.unwrap();
    let mut upload = objects.upload(key, "text/csv");
    upload.write(&bytes(PART_BYTES + 1)).await.unwrap();
    upload.finish().await.unwrap();
    let client = aws_sdk_s3::Client::new(&cloud.sdk_config(Caller::Operator));
    let copy = client.copy_object().bucket("files").key("4000/inbox/b.csv").copy_source("files/4000/inbox/readme.txt");
    copy.send().await.unwrap();
    let form = PostTerms { key: "4000/inbox/c.csv", redirect: None, ..terms(&(0..=9)) };
    let form = objects.presigned_post(&form, world.now()).await.unwrap();
    assert_eq!(send(cloud, &form.url, &fields(&form), "abc").await.0, 201);
    let told = told(cloud, "IntakeQueue");
    let of = |told: &(String, NewObject)| (told.0.clone(), told.1.key.clone(), told.1.size);
    let event = |name: &str, key: &str, size: usize| {
        (format!("ObjectCreated:{name}"), key.to_owned(), u64::try_from(size).unwrap())
    };
    let expected = [
        event("Put", key, 5),
        event("CompleteMultipartUpload", key, PART_BYTES + 1),
        event("Copy", "4000/inbox/b.csv", 1),
        event("Post", "4000/inbox/c.csv", 3),
    ];
    assert_eq!(told.iter().map(of).collect::<Vec<_>>(), expected);
    let (first, second) = (&told[0].1, &told[1].1);
    assert!(first.sequencer < second.sequencer && first.bucket == "files");
    let versions = objects.versions(key).await.unwrap();
    assert_eq!((&versions[1].id, &versions[0].id), (&first.version, &second.version));
    assert_eq!(versions[1].head.etag, first.etag);
    objects.delete_every_version(key).await.unwrap();
    world.deliver_twice(local::world::Delivery::Twice);
    objects.put(key, "text/csv", "1").await.unwrap();
    let told = self::told(cloud, "IntakeQueue");
    assert_eq!(told.len(), 2, "at least once, and a deletion is no new object");
    assert_eq!(told[0], told[1]);
}

#[tokio::test]
async fn what_a_bucket_could_not_tell_goes_out_at_the_next_start() {
    let cloud = Cloud::open(Options::memory(Arc::new(now))).unwrap();
    let queue = QueueSpec {
        name: "Told".to_owned(),
        visibility: Duration::from_secs(30),
        delay: Duration::ZERO,
        redrive: None,
    };
    let told_of = Notification {
        event: "s3:ObjectCreated:*".to_owned(),
        prefix: "exports/".to_owned(),
        suffix: String::new(),
        queue: "Told".to_owned(),
    };
    let bucket =
        BucketSpec { name: "files".to_owned(), versioned: true, notifications: vec![told_of], ..BucketSpec::default() };
    cloud.create_bucket(&bucket).expect_err("a queue that isn't there can't be told");
    cloud.create_queue(&queue).unwrap();
    cloud.create_bucket(&bucket).unwrap();
    let sqs = aws_sdk_sqs::Client::new(&cloud.sdk_config(Caller::Operator));
    sqs.delete_queue().queue_url(cloud.queue_url("Told")).send().await.unwrap();
    let objects = objects(&cloud);
    // as if the process ended between the object and its message: the object is there, its message kept beside it
    objects.put("exports/a.csv", "text/csv", "x").await.unwrap_err();
    assert!(objects.head("exports/a.csv").await.unwrap().is_some());
    cloud.create_queue(&queue).unwrap();
    cloud.create_bucket(&bucket).unwrap();
    let told = told(&cloud, "Told");
    assert!(!told.is_empty() && told.iter().all(|(_, object)| object.key == "exports/a.csv"), "{told:?}");
    cloud.create_bucket(&bucket).unwrap();
    assert_eq!(self::told(&cloud, "Told"), [], "once it is sent it is done");
}

#[tokio::test]
async fn a_page_of_the_console_alone_may_send_a_form_by_script() {
    let world = World::start(system_tests::options()).await.unwrap();
    let page = world.options().page_origin.clone();
    let ask = |origin: String, method: &'static str| {
        let request = http::Request::options("http://127.0.0.1/files").header("origin", origin);
        let request = request.header("access-control-request-method", method);
        let request = request.header("access-control-request-headers", "content-type").body(bytes::Bytes::new());
        let cloud = world.cloud().clone();
        async move { cloud.visit(request.unwrap()).await }
    };
    let answer = ask(page.clone(), "POST").await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["access-control-allow-origin"], page.as_str());
    assert_eq!(answer.headers()["access-control-allow-headers"], "content-type");
    for (origin, method) in [("https://elsewhere.example".to_owned(), "POST"), (page.clone(), "GET")] {
        assert_eq!(ask(origin, method).await.status(), 403, "{method}");
    }
    let objects = Objects::new(&world.cloud().sdk_config(Caller::Operator), "files");
    let form = PostTerms { redirect: None, ..terms(&(0..=9)) };
    let form = objects.presigned_post(&form, world.now()).await.unwrap();
    let request = http::Request::post(&form.url).header("origin", &page);
    let request = request.header("content-type", "multipart/form-data; boundary=limit");
    let answer = world.cloud().visit(request.body("--limit--\r\n".into()).unwrap()).await;
    assert_eq!(answer.status(), 400, "a form without a file");
}

#[tokio::test]
async fn a_merchants_own_role_puts_into_its_inbox_and_gets_its_results_alone() {
    let cloud = cloud();
    let policy = include_str!("../../docs/samples/merchant-bucket-policy.json");
    let policy = policy.replace("<FilesName>", "files").replace("<merchant>", "4000");
    let policy: serde_json::Value = serde_json::from_str(&policy).unwrap();
    let statements = policy["Statement"].as_array().unwrap();
    // the cloud on one machine knows no conditions; the statement that has one is looked at as it is
    let (listing, plain): (Vec<_>, Vec<_>) =
        statements.iter().partition(|statement| statement["Condition"].is_object());
    assert_eq!(listing[0]["Condition"]["StringLike"]["s3:prefix"], "4000/results/*");
    assert_eq!((listing.len(), &listing[0]["Action"][0]), (1, &"s3:ListBucket".into()));
    let plain = plain.into_iter().map(|statement| {
        assert_eq!(statement["Effect"], "Allow");
        let actions = statement["Action"].as_array().unwrap().iter();
        Statement {
            actions: actions.map(|action| action.as_str().unwrap().to_owned()).collect(),
            resources: vec![statement["Resource"].as_str().unwrap().to_owned()],
        }
    });
    let role = Caller::function("merchant", Permissions::new(plain.collect()));
    let merchant = Objects::new(&cloud.sdk_config(role), "files");
    let operator = Objects::new(&cloud.sdk_config(Caller::Operator), "files");
    for key in ["4000/results/a.csv", "2400/results/a.csv", "exports/4000/a.csv"] {
        operator.put(key, "text/csv", "x").await.unwrap();
    }
    let mut upload = merchant.upload("4000/inbox/a.csv", "text/csv");
    upload.write(&bytes(PART_BYTES + 1)).await.unwrap();
    upload.finish().await.unwrap();
    assert!(merchant.get("4000/results/a.csv").await.unwrap().is_some());
    for key in ["4000/inbox/a.csv", "2400/results/a.csv", "exports/4000/a.csv"] {
        merchant.get(key).await.expect_err(key);
    }
    for key in ["4000/results/a.csv", "2400/inbox/a.csv", "exports/a.csv", "a.csv"] {
        merchant.put(key, "text/csv", "x").await.expect_err(key);
    }
    merchant.versions("4000/inbox/a.csv").await.unwrap_err();
}
