//! A chunk that is over, and whose rows were not all known: they are read again. Nothing is charged here.

use std::ops::Add as _;

use domain::batch::{Batch, Check, Chunk, Counts, Found, Line, Lines, ResultWriter, Row, RowResult, Rules, told};

use crate::{
    Deps, WorkError,
    answer::{Answered, counted},
    chunk, part,
    rows::Rows,
};

/// The most bytes of a part: each line of the largest piece, with a reason behind it.
const MOST: usize = 4 * 1024 * 1024;

/// Looks again at what was not known, and writes the chunk's part of the result anew if something is known now.
pub(crate) async fn again(deps: &Deps, batch: &Batch, stands: &Chunk) -> Result<(), WorkError> {
    if stands.counts.unknown == 0 {
        return Ok(());
    }
    let check = batch.check.as_ref().ok_or(WorkError::Gone("check"))?;
    let merchant = deps.merchants.load(&batch.merchant).await?.ok_or(WorkError::Gone("merchant"))?;
    let bytes = part::input(deps, batch, &stands.piece).await?;
    let mut rows = Rows::read(deps, (batch, &merchant), check, (&stands.piece, &bytes));
    rows.find_standing().await?;
    let before = deps.files.get(&batch.part(stands.number)).await?.ok_or(WorkError::Gone("part of the result"))?;
    let before = before.into_bytes(MOST).await?;
    let lines = Lines::new(&before, &check.layout, Rules::of(&merchant, batch.kind), &stands.piece);
    let (lines, counts) = renewed(check, &rows, lines)?;
    if counts == stands.counts {
        return Ok(());
    }
    part::write(deps, batch, stands.number, lines).await?;
    let next = Chunk { version: stands.version.saturating_add(1), at: deps.clock.now(), counts, ..stands.clone() };
    chunk::write(deps, batch, &next).await
}

/// The part again, with new answers to the rows whose payments stand, and all other lines as they were `told`; and what that comes to.
fn renewed<'a>(
    check: &Check,
    rows: &Rows<'_>,
    before: impl Iterator<Item = Line<'a>>,
) -> Result<(Vec<u8>, Counts), WorkError> {
    let mut writer = ResultWriter::new(&check.layout);
    let (mut bytes, mut counts) = (Vec::new(), Counts::default());
    for ((line, _), before) in rows.answered().zip(before) {
        let was = told(&check.layout, before.record).ok_or(WorkError::Gone("part of the result"))?;
        let (answered, yen) = match &line.found {
            Found::Row(row) => (now(rows, row, was), u64::from(row.amount.get())),
            Found::Bad(_) | Found::Blank => (None, 0),
        };
        match answered {
            Some(answered) => {
                counts = answered.add_to(counts);
                part::write_line(&mut writer, line.record, &answered, check.layout.lang());
                bytes.extend(writer.take());
            }
            None => {
                counts = counts.add(counted(was, yen));
                bytes.extend_from_slice(before.record);
                bytes.extend_from_slice(check.layout.line_end.bytes());
            }
        }
    }
    Ok((bytes, counts))
}

/// The answer of a row by what stands now. None: as it was.
fn now(rows: &Rows<'_>, row: &Row, was: RowResult) -> Option<Answered> {
    match was {
        // Where its order's payment could not be read, that may be another's.
        RowResult::Unknown => rows.own(row).or_else(|| rows.foreign(row)),
        RowResult::Approved | RowResult::Declined | RowResult::Error | RowResult::NotRun | RowResult::Blank => {
            rows.own(row)
        }
    }
}
