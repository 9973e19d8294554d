//! Bytes of an object on their way out, read chunk by chunk, so that no large object is ever in memory.

use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::super::{Cloud, CloudError};
use super::{CHUNK_BYTES, read};

/// What is left to be read of one version.
#[derive(Clone, Debug)]
pub(in crate::cloud) struct Stored {
    cloud: Cloud,
    version: i64,
    range: Range<u64>,
}

impl Stored {
    pub(in crate::cloud) fn new(cloud: &Cloud, version: i64, range: Range<u64>) -> Self {
        Self { cloud: cloud.clone(), version, range }
    }

    /// All of it at once.
    pub(in crate::cloud) fn into_bytes(mut self) -> Result<Vec<u8>, CloudError> {
        let mut all = Vec::new();
        while let Some(piece) = self.next()? {
            all.extend_from_slice(&piece);
        }
        Ok(all)
    }

    fn next(&mut self) -> Result<Option<Bytes>, CloudError> {
        if self.range.is_empty() {
            return Ok(None);
        }
        let most = u64::try_from(CHUNK_BYTES).unwrap_or(u64::MAX);
        let end = self.range.end.min(self.range.start.saturating_add(most));
        let piece = self.cloud.inner.objects.with(|objects| read(objects, self.version, self.range.start..end))?;
        let (length, wanted) = (u64::try_from(piece.len()).unwrap_or(u64::MAX), end.saturating_sub(self.range.start));
        if length != wanted {
            return Err(CloudError::Storage("an object was deleted while it was read".to_owned()));
        }
        self.range.start = end;
        Ok(Some(piece.into()))
    }
}

impl Body for Stored {
    type Data = Bytes;
    type Error = CloudError;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, CloudError>>> {
        Poll::Ready(self.next().map(|piece| piece.map(Frame::data)).transpose())
    }

    fn is_end_stream(&self) -> bool {
        self.range.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.range.end.saturating_sub(self.range.start))
    }
}
