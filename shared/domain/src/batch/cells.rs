//! The cells of one record, by their bytes.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

/// The cells of a record, in the order of its columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells {
    cells: Vec<Span>,
}

#[derive(Clone, Copy, Debug)]
struct Span {
    start: usize,
    end: usize,
    quotes: Quotes,
}

/// How a cell is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    /// It is not.
    None,
    /// From end to end.
    Around,
    /// From end to end, and quotes stand in it twice each.
    Doubled,
    /// Something stands behind the closing quote, or there is none.
    Misplaced,
}

/// One cell.
#[derive(Clone, Copy, Debug)]
pub(super) struct RawCell<'a> {
    /// Its bytes with its quotes.
    pub(super) bytes: &'a [u8],
    pub(super) quotes: Quotes,
}

impl Cells {
    /// Takes a record's cells, in the place of what was here. `record` is without its line end.
    pub(super) fn take(&mut self, record: &[u8]) {
        self.cells.clear();
        let mut start = 0;
        loop {
            let rest = record.get(start..).unwrap_or_default();
            let (length, quotes) = cell(rest);
            let end = start.saturating_add(length);
            self.cells.push(Span { start, end, quotes });
            if end >= record.len() {
                return;
            }
            start = end.saturating_add(1);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether a quote stands where none may.
    pub(super) fn any_misplaced(&self) -> bool {
        self.cells.iter().any(|span| span.quotes == Quotes::Misplaced)
    }

    /// A cell of the record that was taken.
    pub(super) fn of<'a>(&self, record: &'a [u8], place: usize) -> Option<RawCell<'a>> {
        let span = self.cells.get(place)?;
        Some(RawCell { bytes: record.get(span.start..span.end)?, quotes: span.quotes })
    }

    pub(super) fn all<'a>(&'a self, record: &'a [u8]) -> impl Iterator<Item = RawCell<'a>> {
        (0..self.len()).filter_map(move |place| self.of(record, place))
    }

    /// Whether nothing but white space is in any cell.
    pub(super) fn is_blank(&self, record: &[u8]) -> bool {
        self.all(record).all(|cell| cell.content().trim_ascii().is_empty())
    }
}

impl<'a> RawCell<'a> {
    /// Its bytes without the quotes that belong to the file.
    pub(super) fn content(self) -> Cow<'a, [u8]> {
        let inside = || self.bytes.get(1..self.bytes.len().saturating_sub(1)).unwrap_or_default();
        match self.quotes {
            Quotes::None | Quotes::Misplaced => Cow::Borrowed(self.bytes),
            Quotes::Around => Cow::Borrowed(inside()),
            Quotes::Doubled => Cow::Owned(undoubled(inside())),
        }
    }
}

/// The length of the cell that these bytes begin with, and how it is quoted.
fn cell(rest: &[u8]) -> (usize, Quotes) {
    if rest.first() != Some(&b'"') {
        return (memchr(b',', rest).unwrap_or(rest.len()), Quotes::None);
    }
    let mut quotes = Quotes::Around;
    let mut at = 1;
    while let Some(found) = memchr(b'"', rest.get(at..).unwrap_or_default()) {
        let behind = at.saturating_add(found).saturating_add(1);
        match rest.get(behind) {
            Some(b'"') => quotes = Quotes::Doubled,
            Some(b',') | None => return (behind, quotes),
            Some(_) => {
                let tail = rest.get(behind..).unwrap_or_default();
                let length = memchr(b',', tail).unwrap_or(tail.len());
                return (behind.saturating_add(length), Quotes::Misplaced);
            }
        }
        at = behind.saturating_add(1);
    }
    (rest.len(), Quotes::Misplaced)
}

/// Two quotes become one.
fn undoubled(inside: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(inside.len());
    let mut rest = inside;
    while let Some(at) = memchr(b'"', rest) {
        let (head, tail) = rest.split_at(at.saturating_add(1).min(rest.len()));
        bytes.extend_from_slice(head);
        rest = tail.strip_prefix(b"\"").unwrap_or(tail);
    }
    bytes.extend_from_slice(rest);
    bytes
}

/// A cell's text as a file holds it: in quotes where it has to be.
pub(super) fn quoted(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr2(b'"', b',', text).is_none() && memchr2(b'\n', b'\r', text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len().saturating_add(8));
    bytes.push(b'"');
    for byte in text {
        if *byte == b'"' {
            bytes.push(b'"');
        }
        bytes.push(*byte);
    }
    bytes.push(b'"');
    Cow::Owned(bytes)
}
