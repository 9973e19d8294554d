//! The file to fill in.

use super::Column;
use crate::{Lang, csv::BYTE_ORDER_MARK};

/// A file with the header alone, as spreadsheets open it. No example row is in it: one that is left in would be charged.
pub fn template(lang: Lang) -> Vec<u8> {
    let names = Column::ALL.map(|column| column.name(lang)).join(",");
    [&BYTE_ORDER_MARK, names.as_bytes(), b"\r\n"].concat()
}
