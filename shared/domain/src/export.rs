//! A download of a search: who asked for it, how far it is.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    IdError, Lang, MerchantId,
    account::UserId,
    id::text_id,
    merchant::{Encoding, Kept, Retention},
};

/// A download's name in addresses: 16 hex digits, of which the first eleven are its millisecond, so that names sort by time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ExportId(String);

impl ExportId {
    /// A new one, with random bits that the caller drew.
    pub fn at(now: Timestamp, random: u32) -> Self {
        Self(format!("{:011x}{:05x}", now.as_millisecond().max(0), random & 0xf_ffff))
    }

    /// # Errors
    /// [`IdError`] unless `text` is 16 lower-case hex digits.
    pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
        let text = text.into();
        let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if text.len() == 16 && text.bytes().all(hex) { Ok(Self(text)) } else { Err(IdError("download")) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_id!(ExportId);

/// A download.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// Which.
    pub id: ExportId,
    /// Whose.
    pub merchant: MerchantId,
    /// Who asked for it.
    pub by: UserId,
    /// The terms of the search, as an address carries them.
    pub query: String,
    /// Characters of the file.
    pub encoding: Encoding,
    /// Language of its head line.
    pub lang: Lang,
    /// Counts writes.
    pub version: u32,
    /// How far it is.
    pub state: ExportState,
    /// When it was asked for.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub made_at: Timestamp,
}

/// How far a download is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportState {
    /// Nobody writes it yet.
    Waiting,
    /// It is being written.
    Running {
        /// Which run writes: another run takes over by another name.
        run: u64,
        /// Rows written.
        rows: u64,
        /// How far back it is: lists are written newest first.
        back_to: Option<Timestamp>,
        /// When it was begun.
        since: Timestamp,
    },
    /// It can be fetched.
    Done {
        /// Rows written, without the head line.
        rows: u64,
        /// Its size.
        bytes: u64,
        /// Characters that the encoding lacks, replaced where the reader sees it.
        replaced: u64,
        /// When it was finished.
        at: Timestamp,
    },
    /// Somebody stopped it.
    Cancelled {
        /// When.
        at: Timestamp,
    },
    /// A record that it lists can't be read; a person was called. Asked for again, it is another download.
    Failed {
        /// When.
        at: Timestamp,
    },
}

/// What a message to the writer says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportOrder {
    /// Whose.
    pub merchant: MerchantId,
    /// Which.
    pub export: ExportId,
}

impl Export {
    /// What the keys of all of a merchant's downloads begin with.
    pub fn prefix(merchant: &MerchantId) -> String {
        format!("exports/{merchant}/")
    }

    /// The object that holds it.
    pub fn object(&self) -> String {
        format!("{}{}.csv", Self::prefix(&self.merchant), self.id)
    }

    /// Whether its time is not over yet, as the merchant has set it.
    pub fn is_kept(&self, retention: &Retention, now: Timestamp) -> bool {
        now < retention.ends(Kept::Exports, self.made_at)
    }

    /// The same in another state, as the next version.
    #[must_use]
    pub fn now(&self, state: ExportState) -> Self {
        Self { version: self.version.saturating_add(1), state, ..self.clone() }
    }

    /// Whether it is still to be written.
    pub const fn is_open(&self) -> bool {
        match self.state {
            ExportState::Waiting | ExportState::Running { .. } => true,
            ExportState::Done { .. } | ExportState::Cancelled { .. } | ExportState::Failed { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_by_time_and_read_back() {
        let at = |second| ExportId::at(Timestamp::from_second(second).unwrap(), u32::MAX);
        assert!(at(1_795_257_000) < at(1_795_257_001));
        let id = at(1_795_257_000);
        assert_eq!(ExportId::new(id.as_str()), Ok(id));
        for bad in ["", "0123456789abcde", "0123456789abcdeg", "0123456789ABCDEF"] {
            assert!(ExportId::new(bad).is_err(), "{bad}");
        }
    }
}
