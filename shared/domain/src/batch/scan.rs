//! The first reading of a file: in one pass and bounded memory, whatever the file is.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::{
    BadRow, Characters, FileFault, Layout, LineEnd, MAX_BYTES, MAX_LINE, MAX_ROWS, Piece, PieceSize, Repeated, Rules,
    What,
    cells::{Cells, RawCell},
    column::Use,
    cut::{Cutter, Place, line_ends, without_end},
    header,
    layout::Header,
    orders::{Orders, Standing},
    row::{Reader, Record},
    tally::Tally,
};
use crate::{
    OrderId,
    card::{contains_card_number, may_hold_card_number},
    csv::BYTE_ORDER_MARK,
    merchant::Encoding,
    text,
};

/// Takes a file's bytes in pieces of any size, checks every row, and says where it can be cut.
///
/// What it finds is good only once [`Scanner::finish`] has answered: any later byte may be one for which the file is refused whole.
#[derive(Clone, Debug)]
pub struct Scanner {
    rules: Rules,
    size: PieceSize,
    cutter: Cutter,
    /// The bytes of a record that has not ended.
    held: Vec<u8>,
    hash: Sha256,
    /// Bytes taken.
    bytes: u64,
    /// Where the held record begins.
    start: u64,
    line: u32,
    head: Option<Head>,
    /// One for each encoding that the file may have.
    readings: Vec<Reading>,
    cells: Cells,
    orders: Orders,
    rows: u32,
    blank: u32,
    open: Option<Piece>,
    ready: Vec<Piece>,
    fault: Option<FileFault>,
}

/// What the first line said.
#[derive(Clone, Debug)]
struct Head {
    header: Header,
    line_end: LineEnd,
    bytes: u64,
}

/// The file as one of the encodings that it may have.
#[derive(Clone, Debug)]
struct Reading {
    characters: Characters,
    tally: Tally,
}

/// What a whole file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scanned {
    /// Its form.
    pub layout: Layout,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// Its rows, good or bad.
    pub rows: u32,
    /// Its blank lines.
    pub blank: u32,
    /// The rows that can be charged.
    pub good: u32,
    /// What those come to, in yen.
    pub yen: u64,
    /// Bad rows, by the code of what is to be mended first.
    pub bad: BTreeMap<&'static str, u32>,
    /// The first [`super::FIRST_BAD`] of them.
    pub first_bad: Vec<BadRow>,
    /// The pieces that were not taken before.
    pub pieces: Vec<Piece>,
}

impl Scanner {
    /// A scanner for one file.
    pub fn new(rules: Rules, size: PieceSize) -> Self {
        let readings =
            [Characters::Utf8, Characters::Cp932].map(|characters| Reading { characters, tally: Tally::default() });
        Self {
            rules,
            size,
            cutter: Cutter::of_file(),
            held: Vec::new(),
            hash: Sha256::new(),
            bytes: 0,
            start: 0,
            line: 1,
            head: None,
            readings: readings.into(),
            cells: Cells::default(),
            orders: Orders::default(),
            rows: 0,
            blank: 0,
            open: None,
            ready: Vec::new(),
            fault: None,
        }
    }

    /// Takes the next bytes of the file.
    ///
    /// # Errors
    /// [`FileFault`]: the file is refused whole, whatever follows.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), FileFault> {
        match self.fault {
            Some(fault) => Err(fault),
            None => self.take(bytes).inspect_err(|fault| self.fault = Some(*fault)),
        }
    }

    /// The pieces that are cut so far and were not taken before. None may be charged before [`Scanner::finish`].
    pub fn take_pieces(&mut self) -> Vec<Piece> {
        std::mem::take(&mut self.ready)
    }

    /// The file is at its end.
    ///
    /// # Errors
    /// [`FileFault`]: it is refused whole.
    pub fn finish(mut self) -> Result<Scanned, FileFault> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        match self.cutter.place() {
            Place::Quoted => {
                let held = std::mem::take(&mut self.held);
                return Err(self.broken(&held, FileFault::QuoteUnclosed(self.line)));
            }
            Place::FileStart(_) | Place::CellStart | Place::Plain | Place::QuoteSeen | Place::AfterCr => {}
        }
        let held = std::mem::take(&mut self.held);
        if !held.is_empty() && held != BYTE_ORDER_MARK {
            self.record(&held)?;
        }
        self.ready.extend(self.open.take());
        let (Some(head), Some(reading), 1..) = (self.head, self.readings.into_iter().next(), self.rows) else {
            return Err(FileFault::Empty);
        };
        let Head { header, line_end, bytes } = head;
        let Tally { good, yen, bad, first_bad } = reading.tally;
        Ok(Scanned {
            layout: Layout { characters: reading.characters, line_end, head: bytes, header },
            bytes: self.bytes,
            sha256: self.hash.finalize().into(),
            rows: self.rows,
            blank: self.blank,
            good,
            yen,
            bad,
            first_bad,
            pieces: self.ready,
        })
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), FileFault> {
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if self.bytes > MAX_BYTES {
            return Err(FileFault::TooLarge);
        }
        self.hash.update(bytes);
        let mut rest = bytes;
        while let Some(end) = self.cutter.next_end(rest) {
            let (record, behind) = rest.split_at_checked(end).unwrap_or((rest, &[]));
            rest = behind;
            if self.held.is_empty() {
                self.record(record)?;
            } else {
                let mut held = std::mem::take(&mut self.held);
                held.extend_from_slice(record);
                self.record(&held)?;
                held.clear();
                self.held = held;
            }
        }
        self.hold(rest)
    }

    /// Keeps what has not ended, if it can still be a record.
    fn hold(&mut self, rest: &[u8]) -> Result<(), FileFault> {
        let room = MAX_LINE.saturating_add(BYTE_ORDER_MARK.len()).saturating_add(2);
        let fits = rest.get(..room.saturating_sub(self.held.len())).unwrap_or(rest);
        self.held.extend_from_slice(fits);
        if fits.len() < rest.len() {
            let held = std::mem::take(&mut self.held);
            return Err(self.too_long(&held));
        }
        Ok(())
    }

    /// A whole record with its line end, or the file's last without one.
    fn record(&mut self, whole: &[u8]) -> Result<(), FileFault> {
        let bytes = self.unmarked(without_end(whole));
        if bytes.len() > MAX_LINE {
            return Err(self.too_long(bytes));
        }
        if memchr::memchr(0, bytes).is_some() {
            return Err(FileFault::NotText(self.line));
        }
        self.narrow(bytes)?;
        if self.head.is_none() {
            self.header(bytes, whole)?;
        } else {
            self.line_of(bytes, whole)?;
        }
        self.line = self.line.saturating_add(line_ends(whole));
        self.start = self.start.saturating_add(length(whole));
        Ok(())
    }

    /// The record without the file's byte order mark, which decides the encoding.
    fn unmarked<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        match bytes.strip_prefix(&BYTE_ORDER_MARK) {
            Some(rest) if self.start == 0 => {
                self.readings = vec![Reading { characters: Characters::Utf8Marked, tally: Tally::default() }];
                rest
            }
            Some(_) | None => bytes,
        }
    }

    /// Drops the encoding that the file can't have any more.
    fn narrow(&mut self, bytes: &[u8]) -> Result<(), FileFault> {
        let open = self.readings.iter().any(|reading| reading.characters == Characters::Utf8);
        if !open || bytes.is_ascii() || std::str::from_utf8(bytes).is_ok() {
            return Ok(());
        }
        self.readings.retain(|reading| reading.characters != Characters::Utf8);
        if self.readings.is_empty() { Err(FileFault::MixedCharacters(self.line)) } else { Ok(()) }
    }

    fn header(&mut self, bytes: &[u8], whole: &[u8]) -> Result<(), FileFault> {
        let encoding = self.readings.first().map_or(Encoding::Utf8, |reading| reading.characters.encoding());
        let header = header::read(bytes, encoding)?;
        self.cells.take(bytes);
        let told = |(place, cell): (usize, RawCell<'_>)| {
            matches!(header.uses.get(place), Some(Use::Read(_))) && !cell.bytes.is_ascii()
        };
        if self.cells.all(bytes).enumerate().any(told) {
            // A column was found by its name in this encoding, so the file is in no other.
            self.readings.truncate(1);
        }
        self.head = Some(Head { header, line_end: LineEnd::of(whole), bytes: length(whole) });
        Ok(())
    }

    /// A record below the header.
    fn line_of(&mut self, bytes: &[u8], whole: &[u8]) -> Result<(), FileFault> {
        self.cells.take(bytes);
        if self.cells.is_blank(bytes) {
            self.blank = self.blank.saturating_add(1);
            if self.blank > MAX_ROWS {
                return Err(FileFault::TooManyRows);
            }
            self.piece(whole, Kind::Blank);
            return Ok(());
        }
        if self.shows_card(bytes) {
            return Err(FileFault::CardNumber(self.line));
        }
        self.rows = self.rows.saturating_add(1);
        if self.rows > MAX_ROWS {
            return Err(FileFault::TooManyRows);
        }
        let standing = self.row(bytes);
        self.piece(whole, Kind::Row(standing));
        Ok(())
    }

    fn row(&mut self, bytes: &[u8]) -> Standing {
        let Some(head) = &self.head else { return Standing::First };
        let record = Record { header: &head.header, bytes, cells: &self.cells };
        let (mut order, mut standing) = (record.order(self.rules.numbers), Standing::First);
        if let (Ok(number), Ok(())) = (&order, record.shape()) {
            standing = self.orders.claim(number);
        }
        if standing == Standing::Repeated {
            order = Err(What::OrderTwice);
        }
        let (rules, line) = (self.rules, self.line);
        let read = |encoding, order: Result<OrderId, What>| Reader::new(record, encoding, rules).charge(line, order);
        if let ([first, others @ ..], true) = (self.readings.as_mut_slice(), bytes.is_ascii()) {
            // It says the same in every encoding.
            let charge = read(first.characters.encoding(), order);
            first.tally.add(&charge);
            others.iter_mut().for_each(|other| other.tally.add(&charge));
        } else {
            for reading in &mut self.readings {
                reading.tally.add(&read(reading.characters.encoding(), order.clone()));
            }
        }
        standing
    }

    /// Adds a record to the open piece, or to a new one where that is full.
    fn piece(&mut self, whole: &[u8], kind: Kind) {
        let end = self.start.saturating_add(length(whole));
        let full = |piece: &Piece| {
            piece.rows.saturating_add(piece.blank) >= self.size.rows
                || end.saturating_sub(piece.start) > self.size.bytes
        };
        if self.open.as_ref().is_some_and(full) {
            self.ready.extend(self.open.take());
        }
        let (start, first_line) = (self.start, self.line);
        let new = || Piece { start, end, first_line, rows: 0, blank: 0, repeated: Repeated::default() };
        let piece = self.open.get_or_insert_with(new);
        piece.end = end;
        match kind {
            Kind::Blank => piece.blank = piece.blank.saturating_add(1),
            Kind::Row(standing) => {
                if standing == Standing::Repeated {
                    piece.repeated.add(piece.rows);
                }
                piece.rows = piece.rows.saturating_add(1);
            }
        }
    }

    /// Whether a record shows a card number where one must never stand. `bytes` are those that `cells` were taken of.
    fn shows_card(&self, bytes: &[u8]) -> bool {
        let uses = self.head.as_ref().map_or(&[][..], |head| &head.header.uses);
        let may_hide = |place: usize| uses.get(place).is_none_or(|found| found.may_hide_card());
        let mut cells = self.cells.all(bytes).enumerate().filter(|(place, _)| may_hide(*place));
        cells.any(|(_, cell)| self.reads_card(&cell.content()))
    }

    fn too_long(&self, bytes: &[u8]) -> FileFault {
        let fault = match line_ends(bytes) {
            0 => FileFault::LineTooLong(self.line),
            // Lines in a record stand between quotes: so many of them are a quote that somebody forgot to close.
            _ => FileFault::QuoteUnclosed(self.line),
        };
        self.broken(bytes, fault)
    }

    /// The fault of a record that has no end, or the card number in it: what is in which column can't be told.
    fn broken(&self, bytes: &[u8], fault: FileFault) -> FileFault {
        if self.reads_card(bytes) { FileFault::CardNumber(self.line) } else { fault }
    }

    /// Whether bytes hold a card number in an encoding that the file may have.
    fn reads_card(&self, bytes: &[u8]) -> bool {
        let encodings = self.readings.iter().map(|reading| reading.characters.encoding());
        may_hold_card_number(bytes)
            && encodings.into_iter().any(|encoding| contains_card_number(&text::lossy(bytes, encoding)))
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Row(Standing),
    Blank,
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
