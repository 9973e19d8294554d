//! The header: columns by name, in Japanese or English, in any order.

use super::{
    Column, FileFault, MAX_COLUMNS, Missing,
    cells::Cells,
    column::{NamesCard, Use},
    layout::Header,
};
use crate::{Lang, card::contains_card_number, merchant::Encoding, text};

/// Reads the first line of a file, without its byte order mark and line end.
///
/// # Errors
/// [`FileFault`] `NoHeader`, `ColumnMissing`, `ColumnTwice`, `TooManyColumns`, `CardColumn`, or `CardNumber` where a file without a header begins with one.
pub(super) fn read(record: &[u8], encoding: Encoding) -> Result<Header, FileFault> {
    let mut cells = Cells::default();
    cells.take(record);
    if cells.len() > MAX_COLUMNS {
        return Err(FileFault::TooManyColumns);
    }
    let names: Vec<String> =
        cells.all(record).map(|cell| text::lossy(&cell.content(), encoding).into_owned()).collect();
    if names.iter().any(|name| contains_card_number(name)) {
        return Err(FileFault::CardNumber(1));
    }
    let uses: Result<Vec<Use>, NamesCard> = names.iter().map(|name| Use::of(name)).collect();
    let uses = uses.map_err(|NamesCard| FileFault::CardColumn)?;
    let header = Header { lang: lang(&names, &uses), uses };
    complete(&header)?;
    Ok(header)
}

/// The language of most names that are read.
fn lang(names: &[String], uses: &[Use]) -> Lang {
    let read = || names.iter().zip(uses).filter(|(_, used)| matches!(used, Use::Read(_))).map(|(name, _)| name);
    let english = read().filter(|name| name.is_ascii()).count();
    if english.saturating_mul(2) > read().count() { Lang::En } else { Lang::Ja }
}

fn complete(header: &Header) -> Result<(), FileFault> {
    let count = |column| header.uses.iter().filter(|found| **found == Use::Read(column)).count();
    if Column::ALL.into_iter().all(|column| count(column) == 0) {
        return Err(FileFault::NoHeader);
    }
    if let Some(twice) = Column::ALL.into_iter().find(|column| count(*column) > 1) {
        return Err(FileFault::ColumnTwice(twice));
    }
    let payers = count(Column::User).saturating_add(count(Column::Source));
    for (found, missing) in
        [(count(Column::Charge), Missing::Charge), (count(Column::Amount), Missing::Amount), (payers, Missing::Payer)]
    {
        if found == 0 {
            return Err(FileFault::ColumnMissing(missing));
        }
    }
    Ok(())
}
