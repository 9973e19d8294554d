//! The file of answers: each line of the input, in its order and its characters, and what came of it.

use serde::{Deserialize, Serialize};

use super::{
    Characters, Layout, What,
    cells::{Cells, RawCell, quoted},
};
use crate::{
    PaymentNumber,
    acquirer::DeclineCode,
    csv::{BYTE_ORDER_MARK, encoded, harmless, is_formula},
    text,
    tries::Limit,
};

/// What came of a line, for programs: the column `result`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowResult {
    /// The card company agreed.
    Approved,
    /// It did not.
    Declined,
    /// Nobody knows yet: not to be charged again before it is known.
    Unknown,
    /// It was not asked: the row, the order or the card is to be mended.
    Error,
    /// Not begun, because the batch was stopped.
    NotRun,
    /// Nothing stands in the line.
    Blank,
}

impl RowResult {
    /// Every result.
    pub const ALL: [Self; 6] = [Self::Approved, Self::Declined, Self::Unknown, Self::Error, Self::NotRun, Self::Blank];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::Unknown => "unknown",
            Self::Error => "error",
            Self::NotRun => "not_run",
            Self::Blank => "blank",
        }
    }
}

/// Why a line was not approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The row is to be mended.
    Fault(What),
    /// The card company declined.
    Declined(DeclineCode),
    /// The order belongs to another payment, link or batch.
    OrderUsed,
    /// The order is paid already.
    AlreadyPaid,
    /// A payment of another amount has the order.
    AmountConflict,
    /// No card of the buyer is kept.
    CardMissing,
    /// The earlier order is not there, or no card was kept with it.
    SourceMissing,
    /// The buyer did not agree to charges that the shop begins.
    NotAgreed,
    /// The kept card has expired.
    CardExpired,
    /// The card network gave no reference for the payment that the card was kept with, and without one no merchant may charge it by itself.
    CardUnlinked,
    /// The outcome is being checked.
    BeingChecked,
    /// The payment under the order number can't be read: nobody knows whether the row was charged, and a person looks.
    OrderUnreadable,
    /// The kept card, what is known of its tries or the earlier order can't be read: nothing was charged, and a person looks.
    CardUnreadable,
    /// It was not known at first, and it is certain now that nothing was charged.
    NotCharged,
    /// The batch was stopped before the row began.
    Stopped,
    /// The merchant may not trade.
    Suspended,
    /// The payment that is continued was given back, disputed or cancelled since it was listed.
    SourceChanged,
    /// The merchant's payments of the day come to as much as the operator allows.
    DayLimit,
    /// The card's network allows no try of it now, or none any more.
    Limited(Limit),
}

impl Reason {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Fault(what) => what.code(),
            Self::Declined(code) => code.name(),
            Self::OrderUsed => "order_used",
            Self::AlreadyPaid => "already_paid",
            Self::AmountConflict => "amount_conflict",
            Self::CardMissing => "card_missing",
            Self::SourceMissing => "source_missing",
            Self::NotAgreed => "not_agreed",
            Self::CardExpired => "card_expired",
            Self::CardUnlinked => "card_unlinked",
            Self::BeingChecked => "being_checked",
            Self::OrderUnreadable => "order_unreadable",
            Self::CardUnreadable => "card_unreadable",
            Self::NotCharged => "not_charged",
            Self::Stopped => "stopped",
            Self::Suspended => "merchant_suspended",
            Self::SourceChanged => "source_changed",
            Self::DayLimit => "day_limit",
            Self::Limited(Limit::Until(_)) => "try_limit",
            Self::Limited(Limit::Never) => "try_never",
            Self::Limited(Limit::Revoked) => "try_revoked",
        }
    }
}

/// What is written behind a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer<'a> {
    /// What came of it.
    pub result: RowResult,
    /// The payment, where there is one.
    pub payment: Option<&'a PaymentNumber>,
    /// The stable code of why it was not approved, or nothing.
    pub code: &'a str,
    /// The same for a person.
    pub reason: &'a str,
}

/// What a line of an answered file says came of it. None: it is no such line.
pub fn told(layout: &Layout, record: &[u8]) -> Option<RowResult> {
    let mut cells = Cells::default();
    cells.take(record);
    let code = cells.of(record, layout.columns())?.content();
    RowResult::ALL.into_iter().find(|result| result.code().as_bytes() == code.as_ref())
}

/// Writes answers behind the lines of a file, as that file is written.
///
/// The four columns stand behind as many as the header has: a row of fewer gets empty ones, and what a row has more of stands behind them.
/// What begins like a formula is made harmless, in the file's own cells too.
#[derive(Debug)]
pub struct ResultWriter<'a> {
    layout: &'a Layout,
    cells: Cells,
    bytes: Vec<u8>,
}

impl<'a> ResultWriter<'a> {
    /// Writes nothing yet, so that the lines of each piece can be written by themselves.
    pub fn new(layout: &'a Layout) -> Self {
        Self { layout, cells: Cells::default(), bytes: Vec::new() }
    }

    /// The header. `head` are the file's first [`Layout::head`] bytes.
    pub fn header(&mut self, head: &[u8], columns: [&str; 4]) {
        let record = super::cut::without_end(head);
        let record = match self.layout.characters {
            Characters::Utf8Marked => {
                self.bytes.extend_from_slice(&BYTE_ORDER_MARK);
                record.strip_prefix(&BYTE_ORDER_MARK).unwrap_or(record)
            }
            Characters::Utf8 | Characters::Cp932 => record,
        };
        self.write(record, columns);
    }

    /// A line: `record` is the input's, without its line end.
    pub fn line(&mut self, record: &[u8], answer: &Answer<'_>) {
        let payment = answer.payment.map_or("", PaymentNumber::as_str);
        self.write(record, [answer.result.code(), payment, answer.code, answer.reason]);
    }

    /// The bytes since the last call.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    fn write(&mut self, record: &[u8], added: [&str; 4]) {
        self.cells.take(record);
        let columns = self.layout.columns();
        let encoding = self.layout.characters.encoding();
        for place in 0..columns {
            if let Some(cell) = self.cells.of(record, place) {
                push(&mut self.bytes, cell, self.layout.characters);
            }
            self.bytes.push(b',');
        }
        for (place, text) in added.into_iter().enumerate() {
            if place > 0 {
                self.bytes.push(b',');
            }
            let (cell, _) = encoded(&harmless(text), encoding);
            self.bytes.extend_from_slice(&quoted(&cell));
        }
        for place in columns..self.cells.len() {
            if let Some(cell) = self.cells.of(record, place) {
                self.bytes.push(b',');
                push(&mut self.bytes, cell, self.layout.characters);
            }
        }
        self.bytes.extend_from_slice(self.layout.line_end.bytes());
    }
}

/// A cell as it was, and harmless.
fn push(bytes: &mut Vec<u8>, cell: RawCell<'_>, characters: Characters) {
    let inside = cell.bytes.strip_prefix(b"\"");
    let text = text::lossy(inside.unwrap_or(cell.bytes), characters.encoding());
    match (is_formula(&text), inside) {
        (false, _) => bytes.extend_from_slice(cell.bytes),
        (true, None) => {
            bytes.push(b'\'');
            bytes.extend_from_slice(cell.bytes);
        }
        (true, Some(inside)) => {
            bytes.extend_from_slice(b"\"'");
            bytes.extend_from_slice(inside);
        }
    }
}
