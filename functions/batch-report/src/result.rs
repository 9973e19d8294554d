//! The result: the header, and the chunks' parts in their order. One part of the upload is all that is ever in memory, and a few of the chunks'.

use domain::batch::{Batch, MAX_LINE, ResultWriter};
use futures_util::{StreamExt as _, stream::FuturesOrdered};
use outbound::objects::Upload;

use crate::{Deps, ReportError};

/// How many parts are fetched ahead.
const AHEAD: usize = 8;
/// The most bytes of a part: each line of the largest piece, with a reason behind it.
const MOST: usize = 4 * 1024 * 1024;

/// Writes the result of a batch whose chunks all have their part.
pub(crate) async fn write(deps: &Deps, batch: &Batch, chunks: usize) -> Result<(), ReportError> {
    let mut upload = deps.files.upload(&batch.result(), "text/csv");
    match fill(deps, batch, chunks, &mut upload).await {
        Ok(()) => {
            upload.finish().await?;
            Ok(())
        }
        Err(error) => {
            // The bucket's lifecycle drops what could not be dropped here.
            let _left_over = upload.abort().await;
            Err(error)
        }
    }
}

async fn fill(deps: &Deps, batch: &Batch, chunks: usize, upload: &mut Upload) -> Result<(), ReportError> {
    upload.write(&header(deps, batch).await?).await?;
    let mut numbers = 0..u32::try_from(chunks).unwrap_or(u32::MAX);
    let mut parts = FuturesOrdered::new();
    for number in numbers.by_ref().take(AHEAD) {
        parts.push_back(part(deps, batch, number));
    }
    while let Some(bytes) = parts.next().await {
        upload.write(&bytes?).await?;
        if let Some(number) = numbers.next() {
            parts.push_back(part(deps, batch, number));
        }
    }
    Ok(())
}

async fn header(deps: &Deps, batch: &Batch) -> Result<Vec<u8>, ReportError> {
    let layout = &batch.check.as_ref().ok_or(ReportError::Gone("check"))?.layout;
    let source = &batch.source;
    let head = deps.files.get_range_of_version(&source.key, &source.version, 0..layout.head).await?;
    let head = head.ok_or(ReportError::Gone("file"))?.into_bytes(MAX_LINE.saturating_mul(2)).await?;
    let mut writer = ResultWriter::new(layout);
    writer.header(&head, words::batch::result_columns(layout.lang()));
    Ok(writer.take())
}

async fn part(deps: &Deps, batch: &Batch, number: u32) -> Result<Vec<u8>, ReportError> {
    let found = deps.files.get(&batch.part(number)).await?;
    Ok(found.ok_or(ReportError::Gone("part of the result"))?.into_bytes(MOST).await?)
}
