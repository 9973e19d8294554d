//! A chunk's bytes in the bucket: of the uploaded file, and of the result.

use domain::{
    Lang,
    batch::{Answer, Batch, Check, Piece, ResultWriter},
};

use crate::{
    Deps, WorkError,
    answer::{Answered, Why},
    rows::Rows,
};

/// The bytes of a piece of the uploaded file.
pub(crate) async fn input(deps: &Deps, batch: &Batch, piece: &Piece) -> Result<Vec<u8>, WorkError> {
    let source = &batch.source;
    let range = piece.start..piece.end;
    let found = deps.files.get_range_of_version(&source.key, &source.version, range).await?;
    let length = usize::try_from(piece.end.saturating_sub(piece.start)).unwrap_or(usize::MAX);
    let bytes = found.ok_or(WorkError::Gone("file"))?.into_bytes(length).await?;
    if bytes.len() == length { Ok(bytes) } else { Err(WorkError::Gone("end of the file")) }
}

/// The lines of the result, in the order of the input.
pub(crate) fn lines(check: &Check, rows: &Rows<'_>) -> Vec<u8> {
    let mut writer = ResultWriter::new(&check.layout);
    for (line, answered) in rows.answered() {
        if let Some(answered) = answered {
            write_line(&mut writer, line.record, answered, check.layout.lang());
        }
    }
    writer.take()
}

/// Writes one line of the result.
pub(crate) fn write_line(writer: &mut ResultWriter<'_>, record: &[u8], answered: &Answered, lang: Lang) {
    let (code, reason) = match &answered.why {
        Why::Nothing => ("", String::new()),
        Why::Reason(reason) => (reason.code(), words::batch::reason(lang, *reason)),
        Why::Bad(bad) => (bad.first().what.code(), words::batch::bad_row(lang, bad)),
    };
    let Answered { result, payment, .. } = answered;
    writer.line(record, &Answer { result: *result, payment: payment.as_ref(), code, reason: &reason });
}

/// Writes a chunk's part of the result; written again, it takes the place of the one before.
pub(crate) async fn write(deps: &Deps, batch: &Batch, chunk: u32, lines: Vec<u8>) -> Result<(), WorkError> {
    Ok(deps.files.put(&batch.part(chunk), "text/csv", lines).await?)
}
