//! An object that is written while it is being made: in parts, so that one part at most is in memory.

use aws_sdk_s3::{
    error::ProvideErrorMetadata as _,
    types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart},
};
use bytes::Bytes;

use super::Objects;
use crate::OutboundError;

/// Bytes of every part but the last: the least that S3 takes (S3 user guide, "Amazon S3 multipart upload limits").
pub const PART_BYTES: usize = 5 * 1024 * 1024;

/// Parts of one upload at most (the same page), which is 48 GB.
const MOST_PARTS: i32 = 10_000;

/// The metadata by which an upload knows its own object again.
const MARK: &str = "upload";

/// An object that is being written. What nobody finishes never becomes an object, and the bucket's lifecycle drops its parts.
#[derive(Debug)]
pub struct Upload {
    objects: Objects,
    key: String,
    content_type: String,
    buffer: Vec<u8>,
    size: u64,
    begun: Option<Begun>,
}

/// An upload that S3 knows.
#[derive(Debug)]
struct Begun {
    id: String,
    mark: String,
    parts: Vec<CompletedPart>,
}

impl Upload {
    pub(super) fn new(objects: Objects, key: &str, content_type: &str) -> Self {
        let (key, content_type) = (key.to_owned(), content_type.to_owned());
        Self { objects, key, content_type, buffer: Vec::new(), size: 0, begun: None }
    }

    /// Bytes written so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Writes more; a part goes out whenever one is full.
    ///
    /// # Errors
    /// [`OutboundError`]: the upload can't go on; [`abort`](Self::abort) it.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), OutboundError> {
        while !bytes.is_empty() {
            if self.buffer.capacity() == 0 {
                self.buffer.reserve_exact(PART_BYTES);
            }
            let room = PART_BYTES.saturating_sub(self.buffer.len()).min(bytes.len());
            let (now, later) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
            self.buffer.extend_from_slice(now);
            self.size = self.size.saturating_add(u64::try_from(now.len()).unwrap_or(u64::MAX));
            bytes = later;
            if self.buffer.len() == PART_BYTES {
                self.send_part().await?;
            }
        }
        Ok(())
    }

    /// Makes what was written an object; answers its size. A small one is written by one call.
    ///
    /// # Errors
    /// [`OutboundError`]: it may or may not be there; writing it anew is harmless.
    pub async fn finish(mut self) -> Result<u64, OutboundError> {
        if self.begun.is_none() {
            self.objects.put(&self.key, &self.content_type, std::mem::take(&mut self.buffer)).await?;
            return Ok(self.size);
        }
        if !self.buffer.is_empty() {
            self.send_part().await?;
        }
        match self.begun {
            Some(begun) => begun.complete(&self.objects, &self.key).await.map(|()| self.size),
            None => Err(OutboundError("an upload that was never begun".into())),
        }
    }

    /// Drops what was written.
    ///
    /// # Errors
    /// [`OutboundError`]: the parts may still be there; the bucket's lifecycle drops them.
    pub async fn abort(self) -> Result<(), OutboundError> {
        let Some(begun) = self.begun else { return Ok(()) };
        let abort = self.objects.client.abort_multipart_upload().bucket(&self.objects.bucket).key(&self.key);
        match abort.upload_id(begun.id).send().await {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("NoSuchUpload") => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn send_part(&mut self) -> Result<(), OutboundError> {
        let begun = match &mut self.begun {
            Some(begun) => begun,
            none => none.insert(Begun::at(&self.objects, &self.key, &self.content_type).await?),
        };
        let part = Bytes::from(std::mem::take(&mut self.buffer));
        begun.send(&self.objects, &self.key, part).await
    }
}

impl Begun {
    async fn at(objects: &Objects, key: &str, content_type: &str) -> Result<Self, OutboundError> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|e| OutboundError(Box::new(e)))?;
        let mark = data_encoding::HEXLOWER.encode(&random);
        let begin = objects.client.create_multipart_upload().bucket(&objects.bucket).key(key);
        let begin = begin.content_type(content_type).metadata(MARK, &mark).checksum_algorithm(ChecksumAlgorithm::Crc32);
        let begun = begin.send().await?;
        let id = begun.upload_id.ok_or_else(|| OutboundError("an upload without an id".into()))?;
        Ok(Self { id, mark, parts: Vec::new() })
    }

    async fn send(&mut self, objects: &Objects, key: &str, bytes: Bytes) -> Result<(), OutboundError> {
        let number = self.next_number()?;
        let send = objects.client.upload_part().bucket(&objects.bucket).key(key).upload_id(&self.id);
        let send = send.part_number(number).checksum_algorithm(ChecksumAlgorithm::Crc32);
        let sent = send.body(bytes.into()).send().await?;
        let part = CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag);
        self.parts.push(part.set_checksum_crc32(sent.checksum_crc32).build());
        Ok(())
    }

    fn next_number(&self) -> Result<i32, OutboundError> {
        let number = i32::try_from(self.parts.len()).ok().and_then(|sent| sent.checked_add(1));
        number.filter(|number| *number <= MOST_PARTS).ok_or_else(|| OutboundError("more parts than S3 takes".into()))
    }

    async fn complete(self, objects: &Objects, key: &str) -> Result<(), OutboundError> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(self.parts)).build();
        let complete = objects.client.complete_multipart_upload().bucket(&objects.bucket).key(key).upload_id(&self.id);
        match complete.multipart_upload(parts).send().await {
            Ok(_) => Ok(()),
            // a try whose answer was lost may have completed it: then the object bears our mark
            Err(error) if error.code() == Some("NoSuchUpload") => {
                let found = objects.client.head_object().bucket(&objects.bucket).key(key).send().await?;
                let mark = found.metadata().and_then(|metadata| metadata.get(MARK));
                if mark == Some(&self.mark) { Ok(()) } else { Err(error.into()) }
            }
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests;
