//! Objects: versions, ranges, parts, lists, conditions, signed addresses.

use super::endpoint::{Endpoint, unique};
use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart,
    CreateBucketConfiguration, Delete, ObjectIdentifier, VersioningConfiguration,
};
use std::time::Duration;

/// The least size of a part that isn't the last.
const PART_BYTES: usize = 5 * 1024 * 1024;

struct Bucket {
    endpoint: Endpoint,
    name: String,
}

impl Bucket {
    async fn create() -> Self {
        let (endpoint, name) = (Endpoint::connect().await, unique("contract"));
        let place = BucketLocationConstraint::from(endpoint.config.region().unwrap().as_ref());
        let place = CreateBucketConfiguration::builder().location_constraint(place).build();
        let create = endpoint.s3.create_bucket().bucket(&name).create_bucket_configuration(place);
        create.send().await.unwrap();
        Self { endpoint, name }
    }

    async fn versioned() -> Self {
        let bucket = Self::create().await;
        let versions = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
        let put = bucket.endpoint.s3.put_bucket_versioning().bucket(&bucket.name).versioning_configuration(versions);
        put.send().await.unwrap();
        bucket
    }

    async fn put(&self, key: &str, body: &str) -> Option<String> {
        let put = self.endpoint.s3.put_object().bucket(&self.name).key(key);
        put.body(ByteStream::from(body.as_bytes().to_vec())).send().await.unwrap().version_id
    }

    async fn get(&self, key: &str) -> Result<Vec<u8>, String> {
        match self.endpoint.s3.get_object().bucket(&self.name).key(key).send().await {
            Ok(found) => Ok(found.body.collect().await.unwrap().to_vec()),
            Err(error) => Err(error.code().unwrap_or_default().to_owned()),
        }
    }

    /// Everything goes, so that nothing is left at AWS.
    async fn drop(self) {
        let s3 = &self.endpoint.s3;
        let listed = s3.list_object_versions().bucket(&self.name).send().await.unwrap();
        let versions = listed.versions().iter().map(|version| (version.key(), version.version_id()));
        let markers = listed.delete_markers().iter().map(|marker| (marker.key(), marker.version_id()));
        for (key, id) in versions.chain(markers) {
            let delete = s3.delete_object().bucket(&self.name).key(key.unwrap()).version_id(id.unwrap());
            delete.send().await.unwrap();
        }
        s3.delete_bucket().bucket(&self.name).send().await.unwrap();
    }
}

#[tokio::test]
async fn what_was_put_comes_back_with_its_type_tag_and_length() {
    let bucket = Bucket::create().await;
    let s3 = &bucket.endpoint.s3;
    let put = s3.put_object().bucket(&bucket.name).key("exports/売上 1+2.csv").content_type("text/csv");
    let put = put.metadata("upload", "1").body(ByteStream::from_static(b"hello")).send().await.unwrap();
    assert_eq!(put.e_tag.as_deref(), Some("\"5d41402abc4b2a76b9719d911017c592\""));
    let get = s3.get_object().bucket(&bucket.name).key("exports/売上 1+2.csv").send().await.unwrap();
    assert_eq!(get.content_type.as_deref(), Some("text/csv"));
    assert_eq!((get.content_length, get.e_tag.clone()), (Some(5), put.e_tag));
    assert_eq!(get.metadata.unwrap()["upload"], "1");
    assert_eq!(get.body.collect().await.unwrap().to_vec(), b"hello");
    let head = s3.head_object().bucket(&bucket.name).key("exports/売上 1+2.csv").send().await.unwrap();
    assert_eq!(head.content_length, Some(5));
    assert!(head.last_modified.is_some());
    bucket.put("exports/売上 1+2.csv", "").await;
    let empty = s3.get_object().bucket(&bucket.name).key("exports/売上 1+2.csv").send().await.unwrap();
    assert_eq!(empty.content_length, Some(0), "written over, and empty");
    bucket.drop().await;
}

#[tokio::test]
async fn what_is_not_there_is_told_by_its_error() {
    let bucket = Bucket::create().await;
    let s3 = &bucket.endpoint.s3;
    assert_eq!(bucket.get("nothing").await, Err("NoSuchKey".to_owned()));
    let head = s3.head_object().bucket(&bucket.name).key("nothing").send().await.unwrap_err();
    assert!(head.into_service_error().is_not_found());
    s3.delete_object().bucket(&bucket.name).key("nothing").send().await.unwrap();
    let other = s3.get_object().bucket(unique("none")).key("a").send().await.unwrap_err();
    assert_eq!(other.code(), Some("NoSuchBucket"));
    bucket.drop().await;
}

#[tokio::test]
async fn a_range_is_a_part_of_the_object() {
    let bucket = Bucket::create().await;
    // a client that says no type, as the SDK always does
    let put =
        bucket.endpoint.s3.put_object().bucket(&bucket.name).key("a").body(ByteStream::from_static(b"0123456789"));
    put.customize()
        .mutate_request(|request| {
            request.headers_mut().remove("content-type");
        })
        .send()
        .await
        .unwrap();
    let head = bucket.endpoint.s3.head_object().bucket(&bucket.name).key("a").send().await.unwrap();
    assert_eq!(head.content_type.as_deref(), Some("binary/octet-stream"));
    for (range, body, place) in [
        ("bytes=0-3", "0123", "bytes 0-3/10"),
        ("bytes=8-99", "89", "bytes 8-9/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-2", "89", "bytes 8-9/10"),
    ] {
        let get = bucket.endpoint.s3.get_object().bucket(&bucket.name).key("a").range(range).send().await.unwrap();
        assert_eq!(get.content_range.as_deref(), Some(place), "{range}");
        assert_eq!(get.body.collect().await.unwrap().to_vec(), body.as_bytes(), "{range}");
    }
    let beyond = bucket.endpoint.s3.get_object().bucket(&bucket.name).key("a").range("bytes=10-");
    assert_eq!(beyond.send().await.unwrap_err().code(), Some("InvalidRange"));
    bucket.drop().await;
}

#[tokio::test]
async fn a_versioned_bucket_keeps_what_is_written_over_and_deleted() {
    let bucket = Bucket::versioned().await;
    let s3 = &bucket.endpoint.s3;
    let (first, second) = (bucket.put("a", "1").await.unwrap(), bucket.put("a", "2").await.unwrap());
    let deleted = s3.delete_object().bucket(&bucket.name).key("a").send().await.unwrap();
    assert_eq!(deleted.delete_marker, Some(true));
    assert_eq!(bucket.get("a").await, Err("NoSuchKey".to_owned()));
    let old = s3.get_object().bucket(&bucket.name).key("a").version_id(&first).send().await.unwrap();
    assert_eq!(old.body.collect().await.unwrap().to_vec(), b"1");
    let marker = deleted.version_id.unwrap();
    let listed = s3.list_object_versions().bucket(&bucket.name).prefix("a").send().await.unwrap();
    let ids: Vec<_> = listed.versions().iter().map(|version| version.version_id().unwrap()).collect();
    assert_eq!(ids, [&second, &first], "newest first");
    assert_eq!(listed.delete_markers()[0].version_id(), Some(marker.as_str()));
    s3.delete_object().bucket(&bucket.name).key("a").version_id(marker).send().await.unwrap();
    assert_eq!(bucket.get("a").await.unwrap(), b"2", "without its marker it is there again");
    let both = [&first, &second].map(|id| ObjectIdentifier::builder().key("a").version_id(id).build().unwrap());
    let both = Delete::builder().set_objects(Some(both.into())).build().unwrap();
    let deleted = s3.delete_objects().bucket(&bucket.name).delete(both).send().await.unwrap();
    assert_eq!((deleted.deleted().len(), deleted.errors().len()), (2, 0));
    let listed = s3.list_object_versions().bucket(&bucket.name).send().await.unwrap();
    assert!(listed.versions().is_empty() && listed.delete_markers().is_empty());
    bucket.drop().await;
}

#[tokio::test]
async fn parts_become_one_object_and_an_aborted_upload_none() {
    let bucket = Bucket::create().await;
    let s3 = &bucket.endpoint.s3;
    let begin = || {
        let begin = s3.create_multipart_upload().bucket(&bucket.name).key("large").content_type("text/csv");
        begin.checksum_algorithm(ChecksumAlgorithm::Crc32).send()
    };
    let id = begin().await.unwrap().upload_id.unwrap();
    let mut parts = Vec::new();
    for (number, body) in [(1, vec![b'a'; PART_BYTES]), (2, b"the end".to_vec())] {
        let send = s3.upload_part().bucket(&bucket.name).key("large").upload_id(&id).part_number(number);
        let sent = send.body(ByteStream::from(body)).send().await.unwrap();
        let part = CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag);
        parts.push(part.set_checksum_crc32(sent.checksum_crc32).build());
    }
    assert_eq!(bucket.get("large").await, Err("NoSuchKey".to_owned()), "not before it is complete");
    let complete = |parts: Vec<CompletedPart>| {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        s3.complete_multipart_upload().bucket(&bucket.name).key("large").upload_id(&id).multipart_upload(parts).send()
    };
    let turned = complete(vec![parts[1].clone(), parts[0].clone()]).await.unwrap_err();
    assert_eq!(turned.code(), Some("InvalidPartOrder"));
    let done = complete(parts.clone()).await.unwrap();
    assert!(done.e_tag.unwrap().trim_matches('"').ends_with("-2"));
    let tail = s3.get_object().bucket(&bucket.name).key("large").range("bytes=-9").send().await.unwrap();
    assert_eq!(tail.content_type.as_deref(), Some("text/csv"));
    assert_eq!(tail.body.collect().await.unwrap().to_vec(), b"aathe end", "over the parts' border");
    let whole = s3.get_object().bucket(&bucket.name).key("large").send().await.unwrap();
    let whole = whole.body.collect().await.unwrap().to_vec();
    assert!(whole.len() == PART_BYTES + 7 && whole.starts_with(b"aaa") && whole.ends_with(b"the end"));
    let id = begin().await.unwrap().upload_id.unwrap();
    s3.abort_multipart_upload().bucket(&bucket.name).key("large").upload_id(&id).send().await.unwrap();
    let open = s3.list_multipart_uploads().bucket(&bucket.name).send().await.unwrap();
    assert!(open.uploads().is_empty());
    let send = s3.upload_part().bucket(&bucket.name).key("large").upload_id(&id).part_number(1);
    let gone = send.body(ByteStream::from_static(b"x")).send().await.unwrap_err();
    assert_eq!(gone.code(), Some("NoSuchUpload"));
    s3.delete_object().bucket(&bucket.name).key("large").send().await.unwrap();
    bucket.drop().await;
}

#[tokio::test]
async fn a_part_before_the_last_may_not_be_small() {
    let bucket = Bucket::create().await;
    let s3 = &bucket.endpoint.s3;
    let begin = s3.create_multipart_upload().bucket(&bucket.name).key("small");
    let id = begin.checksum_algorithm(ChecksumAlgorithm::Crc32).send().await.unwrap().upload_id.unwrap();
    let mut parts = CompletedMultipartUpload::builder();
    for number in [1, 2] {
        let send = s3.upload_part().bucket(&bucket.name).key("small").upload_id(&id).part_number(number);
        let sent = send.body(ByteStream::from_static(b"x")).send().await.unwrap();
        let part = CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag);
        parts = parts.parts(part.set_checksum_crc32(sent.checksum_crc32).build());
    }
    let complete = s3.complete_multipart_upload().bucket(&bucket.name).key("small").upload_id(&id);
    let refused = complete.multipart_upload(parts.build()).send().await.unwrap_err();
    assert_eq!(refused.code(), Some("EntityTooSmall"));
    s3.abort_multipart_upload().bucket(&bucket.name).key("small").upload_id(&id).send().await.unwrap();
    bucket.drop().await;
}

#[tokio::test]
async fn a_list_goes_by_key_in_pages_and_by_folder() {
    let bucket = Bucket::create().await;
    for key in ["a/1", "a/2", "a/3", "b/1", "c"] {
        bucket.put(key, key).await;
    }
    let list = || bucket.endpoint.s3.list_objects_v2().bucket(&bucket.name);
    let mut pages = list().prefix("a/").max_keys(2).into_paginator().send();
    let mut keys = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        keys.push(page.contents().iter().map(|object| object.key().unwrap().to_owned()).collect::<Vec<_>>());
    }
    assert_eq!(keys, [vec!["a/1", "a/2"], vec!["a/3"]]);
    let folders = list().delimiter("/").send().await.unwrap();
    let common: Vec<_> = folders.common_prefixes().iter().map(|common| common.prefix().unwrap()).collect();
    assert_eq!((common, folders.contents()[0].key()), (vec!["a/", "b/"], Some("c")));
    let after = list().start_after("a/3").send().await.unwrap();
    let after: Vec<_> = after.contents().iter().map(|object| (object.key().unwrap(), object.size())).collect();
    assert_eq!(after, [("b/1", Some(3)), ("c", Some(1))]);
    let none = list().prefix("d").send().await.unwrap();
    assert_eq!((none.contents().len(), none.key_count()), (0, Some(0)));
    bucket.drop().await;
}

#[tokio::test]
async fn an_older_client_lists_by_key_and_by_folder_too() {
    let bucket = Bucket::create().await;
    for key in ["a/1", "a/2", "b/1", "c"] {
        bucket.put(key, key).await;
    }
    let list = || bucket.endpoint.s3.list_objects().bucket(&bucket.name);
    let first = list().max_keys(3).send().await.unwrap();
    let keys: Vec<_> = first.contents().iter().map(|object| object.key().unwrap()).collect();
    assert_eq!((keys, first.is_truncated()), (vec!["a/1", "a/2", "b/1"], Some(true)));
    let rest = list().marker("b/1").send().await.unwrap();
    assert_eq!((rest.contents()[0].key(), rest.contents().len(), rest.is_truncated()), (Some("c"), 1, Some(false)));
    let first = list().delimiter("/").max_keys(1).send().await.unwrap();
    assert_eq!((first.common_prefixes()[0].prefix(), first.next_marker()), (Some("a/"), Some("a/")));
    let rest = list().delimiter("/").marker("a/").send().await.unwrap();
    assert_eq!((rest.common_prefixes()[0].prefix(), rest.contents()[0].key()), (Some("b/"), Some("c")));
    bucket.drop().await;
}

#[tokio::test]
async fn versions_come_in_pages_that_may_end_within_a_key() {
    let bucket = Bucket::versioned().await;
    let mut written = Vec::new();
    for key in ["a", "a", "a", "b"] {
        written.push((key.to_owned(), bucket.put(key, key).await.unwrap()));
    }
    written[..3].reverse();
    let (mut found, mut next): (Vec<(String, String)>, _) = (Vec::new(), (None, None));
    loop {
        let list = bucket.endpoint.s3.list_object_versions().bucket(&bucket.name).max_keys(2);
        let page = list.set_key_marker(next.0).set_version_id_marker(next.1).send().await.unwrap();
        let of = |version: &aws_sdk_s3::types::ObjectVersion| {
            (version.key().unwrap().to_owned(), version.version_id().unwrap().to_owned())
        };
        found.extend(page.versions().iter().map(of));
        if page.is_truncated() != Some(true) {
            break;
        }
        next = (page.next_key_marker, page.next_version_id_marker);
    }
    assert_eq!(found, written);
    bucket.drop().await;
}

#[tokio::test]
async fn a_copy_has_the_bytes_and_the_type_of_its_source() {
    let bucket = Bucket::versioned().await;
    let s3 = &bucket.endpoint.s3;
    let put = s3.put_object().bucket(&bucket.name).key("売上 1.csv").content_type("text/csv");
    let first = put.body(ByteStream::from_static(b"first")).send().await.unwrap().version_id.unwrap();
    bucket.put("売上 1.csv", "second").await;
    let source = format!("{}/%E5%A3%B2%E4%B8%8A%201.csv", bucket.name);
    let copy = |source: &str| s3.copy_object().bucket(&bucket.name).key("b").copy_source(source).send();
    copy(&source).await.unwrap();
    assert_eq!(bucket.get("b").await.unwrap(), b"second");
    copy(&format!("{source}?versionId={first}")).await.unwrap();
    let get = s3.get_object().bucket(&bucket.name).key("b").send().await.unwrap();
    assert_eq!(get.content_type.as_deref(), Some("text/csv"));
    assert_eq!(get.body.collect().await.unwrap().to_vec(), b"first");
    let missing = copy(&format!("{}/nothing", bucket.name)).await.unwrap_err();
    assert_eq!(missing.code(), Some("NoSuchKey"));
    let itself = copy(&format!("{}/b", bucket.name)).await.unwrap_err();
    assert_eq!(itself.code(), Some("InvalidRequest"));
    bucket.drop().await;
}

#[tokio::test]
async fn a_write_for_a_free_key_only_is_refused_at_a_taken_one() {
    let bucket = Bucket::create().await;
    let put = || {
        let put = bucket.endpoint.s3.put_object().bucket(&bucket.name).key("a").if_none_match("*");
        put.body(ByteStream::from_static(b"1")).send()
    };
    put().await.unwrap();
    assert_eq!(put().await.unwrap_err().code(), Some("PreconditionFailed"));
    bucket.drop().await;
}

#[tokio::test]
async fn a_signed_address_is_enough_to_download_and_says_under_what_name() {
    let bucket = Bucket::create().await;
    bucket.put("a", "hello").await;
    let Some(cloud) = &bucket.endpoint.cloud else { return bucket.drop().await };
    let visit = |address: &str| {
        let request = http::Request::get(address).body(bytes::Bytes::new()).unwrap();
        cloud.visit(request)
    };
    let get = bucket.endpoint.s3.get_object().bucket(&bucket.name).key("a");
    let get = get.response_content_disposition("attachment; filename=\"b.csv\"");
    let signed = get.presigned(PresigningConfig::expires_in(Duration::from_secs(60)).unwrap()).await.unwrap();
    assert_eq!(signed.headers().count(), 0, "an address that a browser can open has no headers of its own");
    let answer = visit(signed.uri()).await;
    assert_eq!((answer.status().as_u16(), answer.body().as_ref()), (200, &b"hello"[..]));
    assert_eq!(answer.headers()["content-disposition"], "attachment; filename=\"b.csv\"");
    let unsigned = visit(signed.uri().split('?').next().unwrap()).await;
    assert_eq!(unsigned.status(), 403, "without the signature it is nobody's");
    bucket.drop().await;
}
