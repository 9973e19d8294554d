//! Buckets themselves. The template's are made at the start; these calls are for clients outside.

use super::super::objects;
use super::super::protocol::{AwsError, Reply};
use super::super::spec::BucketSpec;
use super::{Desk, empty, iso, refused, xml};

impl Desk<'_> {
    pub(super) fn list_buckets(&self) -> Result<Reply, AwsError> {
        self.permit_on("s3:ListAllMyBuckets", "*")?;
        let buckets = self.cloud.inner.objects.with(objects::buckets)?;
        let buckets: Vec<_> = buckets
            .iter()
            .map(|bucket| {
                let created = xml::text("CreationDate", &iso(bucket.created_at));
                xml::element("Bucket", &[xml::text("Name", &bucket.name), created])
            })
            .collect();
        let owner = xml::element("Owner", &[xml::text("ID", &self.cloud.inner.account)]);
        let parts = [owner, xml::element("Buckets", &buckets)];
        Ok(xml::reply(200, &xml::element("ListAllMyBucketsResult", &parts)))
    }

    pub(super) fn create_bucket(&self) -> Result<Reply, AwsError> {
        self.permit_bucket("s3:CreateBucket")?;
        let name = &self.request.bucket;
        // S3 user guide, "General purpose bucket naming rules"
        let right =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '-' | '.');
        if !(3..=63).contains(&name.len()) || !name.chars().all(right) {
            return Err(refused(400, "InvalidBucketName", "The specified bucket is not valid."));
        }
        let there = self.cloud.inner.objects.with(|objects| objects::bucket(objects, name))?;
        if there.is_some() {
            return Err(refused(409, "BucketAlreadyOwnedByYou", "You already own the bucket of this name."));
        }
        let bucket = BucketSpec { name: name.clone(), ..BucketSpec::default() };
        self.cloud.create_bucket(&bucket)?;
        let mut reply = empty(200);
        reply.headers.push(("location".into(), format!("/{name}")));
        Ok(reply)
    }

    pub(super) fn head_bucket(&self) -> Result<Reply, AwsError> {
        self.permit_bucket("s3:ListBucket")?;
        self.with_bucket(|_, _| Ok(Ok(())))?;
        let mut reply = empty(200);
        reply.headers.push(("x-amz-bucket-region".into(), self.cloud.inner.region.clone()));
        Ok(reply)
    }

    pub(super) fn delete_bucket(&self) -> Result<Reply, AwsError> {
        self.permit_bucket("s3:DeleteBucket")?;
        self.with_bucket(|objects, bucket| {
            if !objects::is_empty(objects, &bucket.name)? {
                return Ok(Err(refused(409, "BucketNotEmpty", "The bucket you tried to delete is not empty")));
            }
            objects::drop_bucket(objects, &bucket.name).map(Ok)
        })?;
        Ok(empty(204))
    }

    pub(super) fn get_location(&self) -> Result<Reply, AwsError> {
        self.permit_bucket("s3:GetBucketLocation")?;
        self.with_bucket(|_, _| Ok(Ok(())))?;
        Ok(xml::reply(200, &xml::text("LocationConstraint", &self.cloud.inner.region)))
    }

    pub(super) fn get_versioning(&self) -> Result<Reply, AwsError> {
        self.permit_bucket("s3:GetBucketVersioning")?;
        let versioned = self.with_bucket(|_, bucket| Ok(Ok(bucket.versioned)))?;
        let status = if versioned { vec![xml::text("Status", "Enabled")] } else { Vec::new() };
        Ok(xml::reply(200, &xml::element("VersioningConfiguration", &status)))
    }

    pub(super) fn put_versioning(&self) -> Result<Reply, AwsError> {
        self.permit_bucket("s3:PutBucketVersioning")?;
        let status = xml::Element::parse(self.body)?.child_text("Status");
        if status.as_deref() != Some("Enabled") {
            return Err(refused(501, "NotImplemented", "the local cloud doesn't suspend versions"));
        }
        self.with_bucket(|objects, bucket| objects::set_versioned(objects, &bucket.name, true).map(Ok))?;
        Ok(empty(200))
    }
}
