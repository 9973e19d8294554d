//! A batch's record and its chunks: what was read of a file, what was confirmed, how far its rows are.
//!
//! A file is read twice: once to check all of it, once to cut it into chunks. No chunk is queued before all of it was checked.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{BadRow, FileFault, Layout, Piece, Scanned};
use crate::{
    IdError, LeaseId, MerchantId, Nonce,
    account::UserId,
    id::{framed_digest, leading_u64, text_id},
    payment::{Lease, Origin},
    recurring::continuation::{Month, Run},
};

/// How long a batch's record is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);

/// A batch's name in addresses and origins: 20 hex digits, of which the first eleven are its millisecond, so that names sort by time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BatchId(String);

impl BatchId {
    /// The batch of one version of an object: an event that comes twice names the same.
    pub fn of(source: &Source) -> Self {
        let digest = framed_digest([source.key.as_bytes(), source.version.as_bytes()]);
        Self::at(source.written_at, leading_u64(&digest))
    }

    /// One that the console gives to a file before it is uploaded, with random bits that the caller drew.
    pub fn at(now: Timestamp, random: u64) -> Self {
        Self(format!("{:011x}{:09x}", now.as_millisecond().max(0), random & 0xf_ffff_ffff))
    }

    /// # Errors
    /// [`IdError`] unless `text` is 20 lower-case hex digits.
    pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
        let text = text.into();
        let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if text.len() == 20 && text.bytes().all(hex) { Ok(Self(text)) } else { Err(IdError("batch")) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that a row's one attempt is sent from: the same row sent again is the same form.
    pub fn nonce_of(&self, merchant: &MerchantId, line: u32) -> Nonce {
        let digest = Sha256::digest(format!("batch row\n{merchant}\n{self}\n{line}"));
        Nonce::from_random(digest.first_chunk::<16>().copied().unwrap_or_default())
    }

    /// Who claims the order of a row.
    pub fn origin_of(&self, line: u32) -> Origin {
        Origin::Batch { batch: self.clone(), line }
    }
}

text_id!(BatchId);

/// A place that a merchant's files are put into: `<admin>/inbox/<name>.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbox {
    /// Whose.
    pub merchant: MerchantId,
    /// The batch that the console gave the file's name to.
    pub given: Option<BatchId>,
}

impl Inbox {
    /// What the console's names begin with.
    const CONSOLE: &str = "console-";

    /// Reads a key. None: no file in it is one of a batch. The merchant's number is written in one way only, so that no two prefixes are one merchant's.
    pub fn of(key: &str) -> Option<Self> {
        let (merchant, rest) = key.split_once('/')?;
        let name = rest.strip_prefix("inbox/")?.strip_suffix(".csv")?;
        let canonical = !merchant.starts_with('0') && !name.is_empty() && !name.contains('/');
        let merchant = MerchantId::new(merchant).ok().filter(|_| canonical)?;
        let given = name.strip_prefix(Self::CONSOLE).and_then(|id| BatchId::new(id).ok());
        Some(Self { merchant, given })
    }

    /// What the keys of all of a merchant's files begin with.
    pub fn prefix(merchant: &MerchantId) -> String {
        format!("{merchant}/inbox/")
    }

    /// The key of a file that the console lets somebody upload.
    pub fn key(merchant: &MerchantId, given: &BatchId) -> String {
        format!("{}{}{given}.csv", Self::prefix(merchant), Self::CONSOLE)
    }
}

/// One version of an uploaded object. Only this version is ever read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its key: `<admin>/inbox/<name>.csv`.
    pub key: String,
    /// Its version.
    pub version: String,
    /// Its bytes.
    pub size: u64,
    /// When it was written.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub written_at: Timestamp,
}

impl Source {
    /// What whoever uploaded it called it.
    pub fn file_name(&self) -> &str {
        self.key.rsplit('/').next().unwrap_or_default()
    }
}

/// A batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Which.
    pub id: BatchId,
    /// Whose.
    pub merchant: MerchantId,
    /// What was uploaded.
    pub source: Source,
    /// Counts writes.
    pub version: u32,
    /// What the first reading found, once it was through.
    pub check: Option<Check>,
    /// Who let it run: nobody where it runs at once.
    pub confirmed_by: Option<UserId>,
    /// Orders of earlier batches that failed are charged again; the same bytes are taken a second time.
    pub again: bool,
    /// Whoever has to hear of its state was told: the summary mail is asked for, and an end is in the audit log.
    #[serde(default)]
    pub told: bool,
    /// What its file is.
    #[serde(default = "Kind::file")]
    pub kind: Kind,
    /// How far it is.
    pub state: BatchState,
    /// When it was received.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub made_at: Timestamp,
}

/// What a batch's file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A merchant's.
    File,
    /// Ours: the confirmed rows of a run of continuation.
    Continuation {
        /// The month whose payments are continued.
        from: Month,
        /// The month that they are charged for.
        month: Month,
    },
}

impl Kind {
    /// What records of before there was another kind are.
    const fn file() -> Self {
        Self::File
    }
}

/// What the first reading of a file found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// Its form: what has to be known to read any part of it.
    pub layout: Layout,
    /// Lines with a row, good or bad.
    pub rows: u32,
    /// Rows that can be charged.
    pub good: u32,
    /// What the good ones come to. Yen; more than one payment may be.
    pub yen: u64,
    /// Bad rows by their code.
    pub errors: BTreeMap<String, u32>,
    /// The first of them, so that a person sees what to mend.
    pub first_errors: Vec<BadRow>,
}

impl Check {
    /// What a first reading that came to its end found.
    pub fn of(scanned: &Scanned) -> Self {
        Self {
            sha256: data_encoding::HEXLOWER.encode(&scanned.sha256),
            layout: scanned.layout.clone(),
            rows: scanned.rows,
            good: scanned.good,
            yen: scanned.yen,
            errors: scanned.bad.iter().map(|(code, rows)| ((*code).to_owned(), *rows)).collect(),
            first_errors: scanned.first_bad.clone(),
        }
    }
}

/// How far a batch is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
    /// The file is being read for the first time.
    Checking {
        /// Bytes read.
        bytes: u64,
        /// Since when.
        since: Timestamp,
    },
    /// Refused whole; nothing was charged.
    Refused {
        /// Why.
        why: Refused,
        /// When.
        at: Timestamp,
    },
    /// Checked; it runs when somebody says so.
    Waiting {
        /// Since when.
        since: Timestamp,
    },
    /// Its chunks are being cut and queued, or charged.
    Running {
        /// How many chunks it has, once all are queued.
        chunks: Option<u32>,
        /// Since when.
        since: Timestamp,
    },
    /// Somebody stopped it; chunks that run come to their end. No row starts.
    Cancelling {
        /// As in `Running`.
        chunks: Option<u32>,
        /// Since when it ran.
        since: Timestamp,
        /// Who stopped it.
        by: UserId,
        /// When.
        at: Timestamp,
    },
    /// Every row has its answer; the result can be fetched. While `counts.unknown` is not 0 the result is written again now and then.
    Done {
        /// What came of its rows.
        counts: Counts,
        /// When the last chunk ended.
        at: Timestamp,
    },
    /// It was stopped, or dropped before it ran.
    Cancelled {
        /// What came of the rows that were charged before; all 0 where it never ran.
        counts: Counts,
        /// Whether there is a result to fetch.
        ran: bool,
        /// Who stopped it.
        by: UserId,
        /// When.
        at: Timestamp,
    },
}

/// Why a file was refused whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// The file is broken, as the reader says.
    Broken(FileFault),
    /// The file holds card numbers: every version of it was deleted.
    CardNumbers,
    /// The same bytes were taken before.
    SameFile {
        /// By which batch.
        earlier: BatchId,
    },
    /// No row of it can be charged.
    NoGoodRow,
    /// The merchant may not trade now.
    Suspended,
    /// The object went before it was read.
    Gone,
}

/// What came of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Rows that have an answer.
    #[serde(rename = "d")]
    pub done: u32,
    /// Approved.
    #[serde(rename = "a")]
    pub approved: u32,
    /// What the approved ones come to. Yen.
    #[serde(rename = "y")]
    pub yen: u64,
    /// Declined by the card company.
    #[serde(rename = "r")]
    pub declined: u32,
    /// Being checked: nobody knows yet.
    #[serde(rename = "u")]
    pub unknown: u32,
    /// Bad rows, orders that are used, cards that are gone: the acquirer was not asked.
    #[serde(rename = "e")]
    pub errors: u32,
    /// Not begun, because the batch was stopped.
    #[serde(rename = "n")]
    pub not_run: u32,
}

impl std::ops::Add for Counts {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            done: self.done.saturating_add(other.done),
            approved: self.approved.saturating_add(other.approved),
            yen: self.yen.saturating_add(other.yen),
            declined: self.declined.saturating_add(other.declined),
            unknown: self.unknown.saturating_add(other.unknown),
            errors: self.errors.saturating_add(other.errors),
            not_run: self.not_run.saturating_add(other.not_run),
        }
    }
}

impl std::iter::Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), std::ops::Add::add)
    }
}

/// A chunk's record: written when a worker begins it, now and then while it runs, and when it ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// Which of its batch's, from 0.
    #[serde(rename = "n")]
    pub number: u32,
    /// Counts writes.
    #[serde(skip)]
    pub version: u32,
    /// Where its rows are.
    #[serde(rename = "p")]
    pub piece: Piece,
    /// When it was written last.
    #[serde(rename = "t", with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub at: Timestamp,
    /// What came of them so far.
    #[serde(rename = "c")]
    pub counts: Counts,
    /// How far it is.
    #[serde(rename = "s")]
    pub state: ChunkState,
}

/// How far a chunk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChunkState {
    /// A worker charges its rows; after the lease's end another may.
    #[serde(rename = "r")]
    Running(Lease),
    /// Every row has its answer, and the part of the result is written.
    #[serde(rename = "d")]
    Done,
}

impl Chunk {
    /// Whether a worker may begin it now.
    pub fn is_free(&self, worker: LeaseId, now: Timestamp) -> bool {
        match self.state {
            ChunkState::Running(lease) => lease.id == worker || lease.until <= now,
            ChunkState::Done => false,
        }
    }
}

/// What a message between the batch functions says of a batch: read it again and queue its chunks (to batch-intake), or look how far it is (to batch-report).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchOrder {
    /// Whose.
    pub merchant: MerchantId,
    /// Which.
    pub batch: BatchId,
}

/// A message to batch-charge: where a chunk's bytes are. No buyer's data is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChunkOrder {
    /// Whose.
    pub merchant: MerchantId,
    /// Of which batch.
    pub batch: BatchId,
    /// Which chunk, from 0.
    pub chunk: u32,
    /// Where its rows are.
    pub piece: Piece,
}

impl BatchState {
    /// Its name, in logs.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Checking { .. } => "checking",
            Self::Refused { .. } => "refused",
            Self::Waiting { .. } => "waiting",
            Self::Running { .. } => "running",
            Self::Cancelling { .. } => "cancelling",
            Self::Done { .. } => "done",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}

impl Refused {
    /// Its name, in logs.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Broken(fault) => fault.code(),
            Self::CardNumbers => "card_numbers",
            Self::SameFile { .. } => "same_file",
            Self::NoGoodRow => "no_good_row",
            Self::Suspended => "suspended",
            Self::Gone => "gone",
        }
    }
}

impl Batch {
    /// The batch that charges a run's rows: `source` is the file that was written for it.
    pub fn of_run(run: &Run, source: Source, confirmed_by: Option<UserId>, now: Timestamp) -> Self {
        Self {
            id: run.id.clone(),
            merchant: run.merchant.clone(),
            source,
            version: 1,
            check: None,
            confirmed_by,
            again: false,
            told: false,
            kind: Kind::Continuation { from: run.from, month: run.month },
            state: BatchState::Checking { bytes: 0, since: now },
            made_at: now,
        }
    }

    /// Whether somebody uploaded it in the console and waits for its check: such a file never runs by itself, and nobody gets a mail about its check.
    pub fn is_watched(&self) -> bool {
        Inbox::of(&self.source.key).is_some_and(|inbox| inbox.given.is_some())
    }

    /// What the keys of all results of a merchant's batches begin with.
    pub fn results_of(merchant: &MerchantId) -> String {
        format!("{merchant}/results/")
    }

    /// The object that holds its result.
    pub fn result(&self) -> String {
        format!("{}{}.csv", Self::results_of(&self.merchant), self.id)
    }

    /// The object that holds a chunk's part of the result.
    pub fn part(&self, chunk: u32) -> String {
        format!("parts/{}/{}/{chunk:05}", self.merchant, self.id)
    }

    /// The message that has a chunk worked on again.
    pub fn order_of(&self, chunk: &Chunk) -> ChunkOrder {
        let Self { merchant, id, .. } = self;
        ChunkOrder { merchant: merchant.clone(), batch: id.clone(), chunk: chunk.number, piece: chunk.piece.clone() }
    }

    /// The message that has the batch itself looked at.
    pub fn order(&self) -> BatchOrder {
        BatchOrder { merchant: self.merchant.clone(), batch: self.id.clone() }
    }

    /// Until when its record is kept: 400 days, so that the same bytes are known again for a year.
    pub fn forgotten_at(&self) -> Timestamp {
        self.made_at.saturating_add(KEPT).unwrap_or(Timestamp::MAX)
    }

    /// The batch that charges once more what came to nothing in this one: the same whoever asks for it, and however often.
    pub fn next_id(&self) -> BatchId {
        let ended_at = match &self.state {
            BatchState::Done { at, .. } | BatchState::Cancelled { at, .. } | BatchState::Refused { at, .. } => *at,
            BatchState::Checking { .. }
            | BatchState::Waiting { .. }
            | BatchState::Running { .. }
            | BatchState::Cancelling { .. } => self.made_at,
        };
        let digest = Sha256::digest(format!("batch again\n{}\n{}", self.merchant, self.id));
        BatchId::at(ended_at, leading_u64(&digest.into()))
    }

    /// The same in another state, as the next version. Nobody was told of it yet.
    #[must_use]
    pub fn now(&self, state: BatchState) -> Self {
        Self { version: self.version.saturating_add(1), state, told: false, ..self.clone() }
    }

    /// The same when everybody who has to hear of its state was told.
    #[must_use]
    pub fn was_told(&self) -> Self {
        Self { version: self.version.saturating_add(1), told: true, ..self.clone() }
    }

    /// Whether rows may start.
    pub const fn may_charge(&self) -> bool {
        match self.state {
            BatchState::Running { .. } => true,
            BatchState::Checking { .. }
            | BatchState::Refused { .. }
            | BatchState::Waiting { .. }
            | BatchState::Cancelling { .. }
            | BatchState::Done { .. }
            | BatchState::Cancelled { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(version: &str) -> Source {
        Source {
            key: "4000/inbox/rows.csv".to_owned(),
            version: version.to_owned(),
            size: 1,
            written_at: Timestamp::from_second(1_795_257_000).unwrap(),
        }
    }

    #[test]
    fn an_object_version_is_one_batch_and_another_version_another() {
        assert_eq!(BatchId::of(&source("a")), BatchId::of(&source("a")));
        assert_ne!(BatchId::of(&source("a")), BatchId::of(&source("b")));
        let id = BatchId::of(&source("a"));
        assert_eq!(BatchId::new(id.as_str()), Ok(id));
        assert!(BatchId::new("0123456789abcdef012").is_err());
    }

    #[test]
    fn a_merchants_inbox_has_one_name() {
        let id = BatchId::at(Timestamp::UNIX_EPOCH, 7);
        let merchant = MerchantId::new("4000").unwrap();
        let console = Inbox::key(&merchant, &id);
        for (key, given) in [("4000/inbox/rows.csv", None), ("4000/inbox/売上 11月.csv", None), (&console, Some(id))]
        {
            assert_eq!(Inbox::of(key), Some(Inbox { merchant: merchant.clone(), given }), "{key}");
        }
        for key in [
            "04000/inbox/rows.csv",
            "4000/inbox/rows.CSV",
            "4000/inbox/.csv",
            "4000/inbox/a/rows.csv",
            "4000/results/rows.csv",
            "x/4000/inbox/rows.csv",
            "/inbox/rows.csv",
            "４０００/inbox/rows.csv",
            "exports/4000/rows.csv",
        ] {
            assert_eq!(Inbox::of(key), None, "{key}");
        }
    }

    #[test]
    fn each_row_has_a_form_of_its_own() {
        let (id, merchant) = (BatchId::of(&source("a")), MerchantId::new("4000").unwrap());
        assert_eq!(id.nonce_of(&merchant, 2), id.nonce_of(&merchant, 2));
        assert_ne!(id.nonce_of(&merchant, 2), id.nonce_of(&merchant, 3));
        assert_ne!(id.nonce_of(&merchant, 2), id.nonce_of(&MerchantId::new("2400").unwrap(), 2));
    }
}
