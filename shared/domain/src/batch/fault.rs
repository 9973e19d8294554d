//! What may be wrong with a file, and with a row: one variant for each thing that somebody must mend, with a code that stays the same.

use serde::{Deserialize, Serialize};

use super::Column;
use crate::Yen;

/// Why a file is refused whole. Nothing of it is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[error("{}", self.code())]
pub enum FileFault {
    /// No row is in it.
    Empty,
    /// The first line names no column that is read.
    NoHeader,
    /// A column is missing.
    ColumnMissing(Missing),
    /// Two columns have one meaning.
    ColumnTwice(Column),
    /// It has more than [`super::MAX_COLUMNS`].
    TooManyColumns,
    /// A quote that begins in this line is not closed.
    QuoteUnclosed(u32),
    /// This line is longer than [`super::MAX_LINE`].
    LineTooLong(u32),
    /// More than [`super::MAX_ROWS`] rows.
    TooManyRows,
    /// More than [`super::MAX_BYTES`].
    TooLarge,
    /// This line is no text: it holds a NUL, as other files than CSV and UTF-16 do.
    NotText(u32),
    /// The header is UTF-8, and this line is not.
    MixedCharacters(u32),
    /// The header names a card. Every version of the object is deleted.
    CardColumn,
    /// This line holds a card number. Every version of the object is deleted.
    CardNumber(u32),
}

/// A column that a file must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// Order numbers.
    Charge,
    /// Amounts.
    Amount,
    /// Buyers or earlier orders: one of the two.
    Payer,
}

impl FileFault {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NoHeader => "no_header",
            Self::ColumnMissing(Missing::Charge) => "column_missing_charge",
            Self::ColumnMissing(Missing::Amount) => "column_missing_amount",
            Self::ColumnMissing(Missing::Payer) => "column_missing_payer",
            Self::ColumnTwice(_) => "column_twice",
            Self::TooManyColumns => "too_many_columns",
            Self::QuoteUnclosed(_) => "quote_unclosed",
            Self::LineTooLong(_) => "line_too_long",
            Self::TooManyRows => "too_many_rows",
            Self::TooLarge => "too_large",
            Self::NotText(_) => "not_text",
            Self::MixedCharacters(_) => "mixed_characters",
            Self::CardColumn => "card_column",
            Self::CardNumber(_) => "card_number",
        }
    }

    /// The line to look at, from 1, where there is one.
    pub const fn line(&self) -> Option<u32> {
        match self {
            Self::QuoteUnclosed(line)
            | Self::LineTooLong(line)
            | Self::NotText(line)
            | Self::MixedCharacters(line)
            | Self::CardNumber(line) => Some(*line),
            Self::NoHeader
            | Self::ColumnMissing(_)
            | Self::ColumnTwice(_)
            | Self::TooManyColumns
            | Self::CardColumn => Some(1),
            Self::Empty | Self::TooManyRows | Self::TooLarge => None,
        }
    }

    /// Whether card data is in the file, so that no copy of it may stay.
    pub const fn holds_card(&self) -> bool {
        match self {
            Self::CardColumn | Self::CardNumber(_) => true,
            Self::Empty
            | Self::NoHeader
            | Self::ColumnMissing(_)
            | Self::ColumnTwice(_)
            | Self::TooManyColumns
            | Self::QuoteUnclosed(_)
            | Self::LineTooLong(_)
            | Self::TooManyRows
            | Self::TooLarge
            | Self::NotText(_)
            | Self::MixedCharacters(_) => false,
        }
    }
}

/// A row that can't be charged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadRow {
    /// The line that it begins in, from 1.
    pub line: u32,
    first: Fault,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    more: Vec<Fault>,
}

/// One thing that is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The column to mend. None: the row as a whole.
    pub column: Option<Column>,
    /// What is wrong.
    pub what: What,
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// It has another number of columns than the header.
    Columns {
        /// The row's.
        found: u32,
        /// The header's.
        header: u32,
    },
    /// Something stands behind a closing quote.
    QuoteMisplaced,
    /// Its bytes are no text in the file's encoding.
    Undecodable,
    /// No order number.
    OrderMissing,
    /// The order number has characters or a length that the merchant's dialect doesn't have.
    OrderMalformed,
    /// 18 digits that begin with 9 are ours.
    OrderReserved,
    /// An earlier line of the file has the same order number.
    OrderTwice,
    /// No amount.
    AmountMissing,
    /// The amount is not plain digits.
    AmountMalformed,
    /// Zero, or more than the merchant takes, which is this.
    AmountOutOfRange(Yen),
    /// Neither a buyer nor an earlier order.
    PayerMissing,
    /// Both a buyer and an earlier order.
    PayerTwice,
    /// The buyer's id is too long, or not letters, digits and symbols.
    UserMalformed,
    /// That can't be an order number.
    SourceMalformed,
    /// A character that is not seen.
    ControlCharacter,
    /// Too long.
    TooLong,
    /// That is no mail address.
    MailMalformed,
    /// A card number.
    CardNumber,
}

impl BadRow {
    /// None where nothing is wrong.
    pub(super) fn of(line: u32, mut faults: Vec<Fault>) -> Option<Self> {
        if faults.is_empty() {
            return None;
        }
        let first = faults.remove(0);
        Some(Self { line, first, more: faults })
    }

    /// The row as a whole can't be read.
    pub(super) const fn whole(line: u32, what: What) -> Self {
        Self { line, first: Fault { column: None, what }, more: Vec::new() }
    }

    /// What is to be mended first: its code is the row's.
    pub const fn first(&self) -> Fault {
        self.first
    }

    /// All that is wrong.
    pub fn faults(&self) -> impl Iterator<Item = Fault> {
        std::iter::once(self.first).chain(self.more.iter().copied())
    }
}

impl What {
    /// One of each, for texts, documentation and their tests.
    pub const ALL: [Self; 18] = [
        Self::Columns { found: 3, header: 4 },
        Self::QuoteMisplaced,
        Self::Undecodable,
        Self::OrderMissing,
        Self::OrderMalformed,
        Self::OrderReserved,
        Self::OrderTwice,
        Self::AmountMissing,
        Self::AmountMalformed,
        Self::AmountOutOfRange(Yen::MAX),
        Self::PayerMissing,
        Self::PayerTwice,
        Self::UserMalformed,
        Self::SourceMalformed,
        Self::ControlCharacter,
        Self::TooLong,
        Self::MailMalformed,
        Self::CardNumber,
    ];

    /// The kind that a code names, with example figures where a kind has figures.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.code() == code)
    }

    /// The stable code; where the payment page refuses the same, it is the same.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Columns { .. } => "columns",
            Self::QuoteMisplaced => "quote_misplaced",
            Self::Undecodable => "undecodable",
            Self::OrderMissing => "order_missing",
            Self::OrderMalformed => "order_malformed",
            Self::OrderReserved => "order_reserved",
            Self::OrderTwice => "order_twice",
            Self::AmountMissing => "amount_missing",
            Self::AmountMalformed => "amount_malformed",
            Self::AmountOutOfRange(_) => "amount_out_of_range",
            Self::PayerMissing => "payer_missing",
            Self::PayerTwice => "payer_twice",
            Self::UserMalformed => "user_malformed",
            Self::SourceMalformed => "source_malformed",
            Self::ControlCharacter => "control_character",
            Self::TooLong => "too_long",
            Self::MailMalformed => "mail_malformed",
            Self::CardNumber => "card_number",
        }
    }
}
