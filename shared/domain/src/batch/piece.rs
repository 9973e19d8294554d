//! Pieces of a file that are charged one by one: ranges of whole records.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

/// A range of a file's bytes. Records never span two pieces, and the pieces of a file are all of it but its head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Its first byte in the file.
    pub start: u64,
    /// The byte after its last.
    pub end: u64,
    /// The line of its first byte, from 1.
    pub first_line: u32,
    /// Its rows, good or bad.
    pub rows: u32,
    /// Its blank lines.
    pub blank: u32,
    /// Which of its rows repeat the order number of an earlier row of the file.
    #[serde(default, skip_serializing_if = "Repeated::is_empty")]
    pub repeated: Repeated,
}

/// How large pieces are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PieceSize {
    pub(super) rows: u32,
    pub(super) bytes: u64,
}

impl PieceSize {
    /// The most lines of a piece. Its rows that repeat an order number are then named in 168 characters at most.
    pub const MAX_ROWS: u32 = 1_000;

    /// So many rows (1 to [`PieceSize::MAX_ROWS`]), and not more than so many bytes unless a single row has more.
    pub fn new(rows: u32, bytes: u64) -> Self {
        Self { rows: rows.clamp(1, Self::MAX_ROWS), bytes }
    }
}

/// Rows of a piece: a bit for each, the lowest first. As text base64url, so that a message stays short.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Repeated {
    bits: Vec<u8>,
}

/// The text names no rows of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not rows of a piece")]
pub struct RepeatedError;

impl Repeated {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.bits.is_empty()
    }

    /// Whether a row of the piece, counted from 0 without blank lines, is one.
    pub fn has(&self, row: u32) -> bool {
        let (byte, bit) = place(row);
        self.bits.get(byte).is_some_and(|bits| bits & bit != 0)
    }

    pub(super) fn add(&mut self, row: u32) {
        let (byte, bit) = place(row);
        if self.bits.len() <= byte {
            self.bits.resize(byte.saturating_add(1), 0);
        }
        if let Some(bits) = self.bits.get_mut(byte) {
            *bits |= bit;
        }
    }
}

fn place(row: u32) -> (usize, u8) {
    (usize::try_from(row / 8).unwrap_or(usize::MAX), 1 << (row % 8))
}

impl TryFrom<String> for Repeated {
    type Error = RepeatedError;
    fn try_from(text: String) -> Result<Self, RepeatedError> {
        let bits = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| RepeatedError)?;
        let most = usize::try_from(PieceSize::MAX_ROWS.div_ceil(8)).unwrap_or(usize::MAX);
        if bits.len() <= most { Ok(Self { bits }) } else { Err(RepeatedError) }
    }
}

impl From<Repeated> for String {
    fn from(rows: Repeated) -> Self {
        BASE64URL_NOPAD.encode(&rows.bits)
    }
}
