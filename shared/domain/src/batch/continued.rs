//! The file of a run of continuation: its confirmed rows, as batch-charge reads them and as the result shows them.

use super::{Column, cells::quoted};
use crate::{
    Lang, MerchantId,
    csv::BYTE_ORDER_MARK,
    recurring::continuation::{Edited, Month},
};

/// The columns, in their order. Whose card pays is read off the payment that is continued, and so is the lineage.
const COLUMNS: [Column; 8] = [
    Column::Charge,
    Column::Amount,
    Column::Source,
    Column::Name,
    Column::Mail,
    Column::Free1,
    Column::Free2,
    Column::Free3,
];

/// The file: UTF-8 as spreadsheets open it.
pub fn continued_file<'a>(
    merchant: &MerchantId,
    month: Month,
    lang: Lang,
    rows: impl Iterator<Item = Edited<'a>>,
) -> Vec<u8> {
    let mut bytes = BYTE_ORDER_MARK.to_vec();
    push(&mut bytes, COLUMNS.map(|column| column.name(lang)));
    for Edited { row, amount } in rows {
        let key = month.order_of(merchant, &row.root);
        let [free1, free2, free3] = &row.free;
        let yen = amount.get().to_string();
        push(&mut bytes, [key.order.as_str(), &yen, row.order.as_str(), &row.name, &row.mail, free1, free2, free3]);
    }
    bytes
}

fn push(bytes: &mut Vec<u8>, cells: [&str; 8]) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            bytes.push(b',');
        }
        bytes.extend_from_slice(&quoted(cell.as_bytes()));
    }
    bytes.extend_from_slice(b"\r\n");
}
