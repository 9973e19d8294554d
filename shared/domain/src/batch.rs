//! Batch (一括処理): a CSV of charges, each row exactly once. What a file holds, where it can be cut, what its rows say, the file of answers,
//! and the record of how far it all is.
//!
//! A file is read by its bytes, because its encoding is known at its end only: valid UTF-8 as a whole, else CP932. In neither does a comma,
//! a quote or a line end stand inside a character, so cells and lines are the same whatever it turns out to be.

mod cells;
mod column;
mod continued;
mod cut;
mod fault;
mod header;
mod job;
mod layout;
mod lines;
mod orders;
mod piece;
mod result;
mod row;
mod scan;
mod tally;
mod template;

pub use column::Column;
pub use continued::continued_file;
pub use fault::{BadRow, Fault, FileFault, Missing, What};
pub use job::{
    Batch, BatchId, BatchOrder, BatchState, Check, Chunk, ChunkOrder, ChunkState, Counts, Inbox, Kind, Refused, Source,
};
pub use layout::{Characters, Layout, LineEnd};
pub use lines::{Found, Line, Lines};
pub use piece::{Piece, PieceSize, Repeated};
pub use result::{Answer, Reason, ResultWriter, RowResult, told};
pub use row::{Numbers, Payer, Row, Rules};
pub use scan::{Scanned, Scanner};
pub use template::template;

#[cfg(test)]
mod tests;

/// The most rows of one file.
pub const MAX_ROWS: u32 = 1_000_000;
/// The largest file, in bytes.
pub const MAX_BYTES: u64 = 256 * 1024 * 1024;
/// The longest line, in bytes without its end. A row whose quoted cells hold line ends counts as one.
pub const MAX_LINE: usize = 8 * 1024;
/// The most columns of a file (ours).
pub const MAX_COLUMNS: usize = 100;
/// So many bad rows are named after a check, from the top (ours).
pub const FIRST_BAD: usize = 100;
