//! What has to be known of a file to read any part of it: characters, line ends, columns. No buyer's data is in it.

use serde::{Deserialize, Serialize};

use super::{Column, column::Use};
use crate::{Lang, merchant::Encoding};

/// A file's form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// Its characters.
    pub characters: Characters,
    /// How its lines end; where they differ, how the header's does.
    pub line_end: LineEnd,
    /// Its first bytes, up to the first row: byte order mark and header.
    pub head: u64,
    pub(super) header: Header,
}

/// What a header says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) lang: Lang,
    pub(super) uses: Vec<Use>,
}

/// The characters of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Characters {
    /// UTF-8 without a mark.
    Utf8,
    /// UTF-8 that begins with a byte order mark.
    Utf8Marked,
    /// Shift_JIS as Windows has it (CP932).
    Cp932,
}

/// How lines end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineEnd {
    /// CR LF.
    CrLf,
    /// LF.
    Lf,
    /// CR.
    Cr,
}

impl Layout {
    /// The language of its header, which the answers' columns follow.
    pub const fn lang(&self) -> Lang {
        self.header.lang
    }

    /// How many columns it has.
    pub fn columns(&self) -> usize {
        self.header.uses.len()
    }
}

impl Header {
    /// Which of the columns, from 0.
    pub(super) fn place(&self, column: Column) -> Option<usize> {
        self.uses.iter().position(|found| *found == Use::Read(column))
    }
}

impl Characters {
    /// The encoding of its texts.
    pub const fn encoding(self) -> Encoding {
        match self {
            Self::Utf8 | Self::Utf8Marked => Encoding::Utf8,
            Self::Cp932 => Encoding::ShiftJis,
        }
    }
}

impl LineEnd {
    /// Its bytes.
    pub const fn bytes(self) -> &'static [u8] {
        match self {
            Self::CrLf => b"\r\n",
            Self::Lf => b"\n",
            Self::Cr => b"\r",
        }
    }

    /// The one that these bytes end with. A record without one is the last of its file.
    pub(super) fn of(record: &[u8]) -> Self {
        match record {
            [.., b'\r', b'\n'] => Self::CrLf,
            [.., b'\r'] => Self::Cr,
            _ => Self::Lf,
        }
    }
}
