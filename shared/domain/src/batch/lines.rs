//! The records of one piece, read again where they are charged and answered.

use super::{
    BadRow, Layout, Piece, Row, Rules, What,
    cells::Cells,
    cut::{Cutter, line_ends, without_end},
    row::{Reader, Record},
};

/// Reads the bytes of a piece, record by record, by the same rules as the [`super::Scanner`].
#[derive(Debug)]
pub struct Lines<'a, 'bytes> {
    layout: &'a Layout,
    rules: Rules,
    piece: &'a Piece,
    rest: &'bytes [u8],
    cutter: Cutter,
    cells: Cells,
    line: u32,
    rows: u32,
}

/// A record of a piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The line that it begins in, from 1.
    pub line: u32,
    /// Its bytes, without their line end.
    pub record: &'a [u8],
    /// What it is.
    pub found: Found,
}

/// What a record is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A row that can be charged.
    Row(Row),
    /// A row that can't.
    Bad(BadRow),
    /// Nothing stands in it.
    Blank,
}

impl<'a, 'bytes> Lines<'a, 'bytes> {
    /// `bytes` are those of the piece.
    pub fn new(bytes: &'bytes [u8], layout: &'a Layout, rules: Rules, piece: &'a Piece) -> Self {
        let (cutter, cells) = (Cutter::of_records(), Cells::default());
        Self { layout, rules, piece, rest: bytes, cutter, cells, line: piece.first_line, rows: 0 }
    }

    fn row(&self, line: u32, record: &[u8]) -> Result<Row, BadRow> {
        let record = Record { header: &self.layout.header, bytes: record, cells: &self.cells };
        let order = match record.order(self.rules.numbers) {
            Ok(_) if self.piece.repeated.has(self.rows) => Err(What::OrderTwice),
            other => other,
        };
        let encoding = self.layout.characters.encoding();
        Reader::new(record, encoding, self.rules).charge(line, order).map(|charge| charge.into_row(line))
    }
}

impl<'bytes> Iterator for Lines<'_, 'bytes> {
    type Item = Line<'bytes>;

    fn next(&mut self) -> Option<Line<'bytes>> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.cutter.next_end(self.rest).unwrap_or(self.rest.len());
        let (whole, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        let (line, record) = (self.line, without_end(whole));
        self.line = line.saturating_add(line_ends(whole));
        self.cells.take(record);
        let found = if self.cells.is_blank(record) {
            Found::Blank
        } else {
            let row = self.row(line, record);
            self.rows = self.rows.saturating_add(1);
            row.map_or_else(Found::Bad, Found::Row)
        };
        Some(Line { line, record, found })
    }
}
