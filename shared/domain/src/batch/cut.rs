//! Where records end in a stream of bytes: RFC 4180, with CRLF, LF or CR.

use memchr::{memchr, memchr2, memchr3};

use crate::csv::BYTE_ORDER_MARK;

/// Finds the ends of records in bytes that come in pieces of any size.
///
/// A quote counts where a cell begins with it, as spreadsheets read it; elsewhere it is a character like any other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cutter {
    place: Place,
}

/// Where in a record the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A file begins: so many bytes of a byte order mark were seen, which belongs to no cell.
    FileStart(usize),
    /// A cell begins.
    CellStart,
    /// In a cell without quotes, or behind the closing quote of one with.
    Plain,
    /// Between quotes.
    Quoted,
    /// Behind a quote: the closing one, or the first of two that stand for one.
    QuoteSeen,
    /// Behind a CR that ended a record. A LF may belong to it.
    AfterCr,
}

impl Cutter {
    /// At the first byte of a file.
    pub(super) const fn of_file() -> Self {
        Self { place: Place::FileStart(0) }
    }

    /// At the first byte of a record.
    pub(super) const fn of_records() -> Self {
        Self { place: Place::CellStart }
    }

    /// Where it stands.
    pub(super) const fn place(self) -> Place {
        self.place
    }

    /// The first end of a record in these bytes, which follow the ones before: so many of them, line end included, belong to it. None: all of them, and it goes on.
    pub(super) fn next_end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let (place, step) = match self.place {
                Place::FileStart(seen) => file_start(rest, seen),
                Place::CellStart => cell_start(rest),
                Place::Plain => plain(rest),
                Place::Quoted => quoted(rest),
                Place::QuoteSeen => quote_seen(rest),
                Place::AfterCr => {
                    self.place = Place::CellStart;
                    return Some(at.saturating_add(usize::from(rest.first() == Some(&b'\n'))));
                }
            };
            match step {
                Step::On(by) => at = at.saturating_add(by),
                Step::End(by) => {
                    self.place = place;
                    return Some(at.saturating_add(by));
                }
            }
            self.place = place;
        }
        None
    }
}

enum Step {
    On(usize),
    End(usize),
}

fn file_start(rest: &[u8], seen: usize) -> (Place, Step) {
    let goes_on = rest.first().is_some_and(|byte| BYTE_ORDER_MARK.get(seen) == Some(byte));
    match (goes_on, seen.saturating_add(1)) {
        (true, seen) if seen < BYTE_ORDER_MARK.len() => (Place::FileStart(seen), Step::On(1)),
        (true, _) => (Place::CellStart, Step::On(1)),
        (false, 1) => (Place::CellStart, Step::On(0)),
        (false, _) => (Place::Plain, Step::On(0)),
    }
}

fn cell_start(rest: &[u8]) -> (Place, Step) {
    match rest.first() {
        Some(b'"') => (Place::Quoted, Step::On(1)),
        Some(_) | None => plain(rest),
    }
}

fn plain(rest: &[u8]) -> (Place, Step) {
    match memchr3(b',', b'\n', b'\r', rest) {
        None => (Place::Plain, Step::On(rest.len())),
        Some(at) => delimiter(rest, at),
    }
}

fn quoted(rest: &[u8]) -> (Place, Step) {
    match memchr(b'"', rest) {
        None => (Place::Quoted, Step::On(rest.len())),
        Some(at) => (Place::QuoteSeen, Step::On(at.saturating_add(1))),
    }
}

fn quote_seen(rest: &[u8]) -> (Place, Step) {
    match rest.first() {
        Some(b'"') => (Place::Quoted, Step::On(1)),
        Some(_) | None => plain(rest),
    }
}

fn delimiter(rest: &[u8], at: usize) -> (Place, Step) {
    let behind = at.saturating_add(1);
    match rest.get(at) {
        Some(b'\n') => (Place::CellStart, Step::End(behind)),
        Some(b'\r') => (Place::AfterCr, Step::On(behind)),
        Some(_) | None => (Place::CellStart, Step::On(behind)),
    }
}

/// A record without its line end.
pub(super) fn without_end(record: &[u8]) -> &[u8] {
    let record = record.strip_suffix(b"\n").map_or(record, |rest| rest);
    record.strip_suffix(b"\r").unwrap_or(record)
}

/// Ends of lines in these bytes; CRLF is one.
pub(super) fn line_ends(mut bytes: &[u8]) -> u32 {
    let mut count = 0_u32;
    while let Some(at) = memchr2(b'\n', b'\r', bytes) {
        let behind = bytes.get(at..).unwrap_or_default();
        let end = if behind.starts_with(b"\r\n") { 2 } else { 1 };
        bytes = behind.get(end..).unwrap_or_default();
        count = count.saturating_add(1);
    }
    count
}
