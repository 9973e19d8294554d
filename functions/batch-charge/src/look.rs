//! A chunk that is over, and whose rows were not all known: they are read again. Nothing is charged here.

use domain::batch::{Batch, Check, Chunk, Counts, Found, Lines, ResultWriter, Rules};

use crate::{Deps, WorkError, answer::Answered, chunk, part, rows::Rows};

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
    let counts = recounted(&rows, stands.counts);
    if counts.unknown == stands.counts.unknown {
        return Ok(());
    }
    let before = deps.files.get(&batch.part(stands.number)).await?.ok_or(WorkError::Gone("part of the result"))?;
    let before = before.into_bytes(MOST).await?;
    let lines = renewed(check, Rules::of(&merchant, batch.kind), stands, (&rows, &before));
    part::write(deps, batch, stands.number, lines).await?;
    let next = Chunk { version: stands.version.saturating_add(1), at: deps.clock.now(), counts, ..stands.clone() };
    chunk::write(deps, batch, &next).await
}

/// Rows whose own payment stands, counted anew; what the acquirer was never asked about stays as it was answered.
///
/// Only a row's own payment is approved or unknown. A decline may be an earlier batch's, which stands for a row that was not tried again.
fn recounted(rows: &Rows<'_>, before: Counts) -> Counts {
    let own = own(rows).flatten().fold(Counts::default(), |counts, answered| answered.add_to(counts));
    let answered = before.approved.saturating_add(before.declined).saturating_add(before.unknown);
    let declined = answered.saturating_sub(own.approved).saturating_sub(own.unknown);
    Counts { approved: own.approved, yen: own.yen, declined, unknown: own.unknown, ..before }
}

/// The part again, with new answers to the rows whose payments stand, and all other lines as they were.
fn renewed(check: &Check, rules: Rules, stands: &Chunk, (rows, before): (&Rows<'_>, &[u8])) -> Vec<u8> {
    let lang = check.layout.lang();
    let mut writer = ResultWriter::new(&check.layout);
    let mut bytes = Vec::with_capacity(before.len());
    let told = Lines::new(before, &check.layout, rules, &stands.piece);
    for (((line, _), answered), told) in rows.answered().zip(own(rows)).zip(told) {
        match answered {
            Some(answered) => {
                part::write_line(&mut writer, line.record, &answered, lang);
                bytes.extend(writer.take());
            }
            None => {
                bytes.extend_from_slice(told.record);
                bytes.extend_from_slice(check.layout.line_end.bytes());
            }
        }
    }
    bytes
}

/// For each line the answer by its own payment, if it has one.
fn own<'a>(rows: &'a Rows<'_>) -> impl Iterator<Item = Option<Answered>> + 'a {
    rows.answered().map(|(line, _)| match &line.found {
        Found::Row(row) => rows.own(row),
        Found::Bad(_) | Found::Blank => None,
    })
}
