//! The first reading: all of the file, before anything of it is charged.

use domain::{
    Merchant,
    batch::{Batch, BatchState, Check, FileFault, Kind, Refused, Rules, Scanned, Scanner},
};
use inbound::checkout::trades_at;
use jiff::{SignedDuration, Timestamp};

use crate::{Deps, IntakeError, piece_size, put, tell};

/// How often the reading says how far it is: no more writes than a person can see.
const TOLD_EVERY: SignedDuration = SignedDuration::from_secs(1);

/// What the reading came to.
enum Read {
    /// The file is whole.
    Whole(Box<Scanned>),
    /// It is refused.
    Faulty(FileFault),
    /// It is not there any more.
    Gone,
    /// Another run took over.
    Overtaken,
}

/// Checks a file and decides what becomes of it. None: another run has it.
pub(crate) async fn check(deps: &Deps, batch: Batch) -> Result<Option<Batch>, IntakeError> {
    let Some(merchant) = deps.merchants.load(&batch.merchant).await? else { return Ok(None) };
    if !trades_at(&merchant, deps.stage) {
        return refuse(deps, batch, Refused::Suspended).await;
    }
    let rules = Rules::of(&merchant, batch.kind);
    let mut reading = Reading { deps, batch, told_at: Timestamp::UNIX_EPOCH };
    let read = reading.through(Scanner::new(rules, piece_size())).await?;
    let batch = reading.batch;
    match read {
        Read::Whole(scanned) => decide(deps, &merchant, batch, &scanned).await,
        Read::Faulty(fault) if fault.holds_card() => {
            let key = batch.source.key.clone();
            let refused = refuse(deps, batch, Refused::CardNumbers).await?;
            deps.files.delete_every_version(&key).await?;
            Ok(refused)
        }
        Read::Faulty(fault) => refuse(deps, batch, Refused::Broken(fault)).await,
        Read::Gone => refuse(deps, batch, Refused::Gone).await,
        Read::Overtaken => Ok(None),
    }
}

/// A file that is whole: refused, made to wait, or let run.
async fn decide(
    deps: &Deps,
    merchant: &Merchant,
    batch: Batch,
    scanned: &Scanned,
) -> Result<Option<Batch>, IntakeError> {
    let check = Check::of(scanned);
    let (good, rows, yen, sha256) = (check.good, check.rows, check.yen, check.sha256.clone());
    let batch = Batch { check: Some(check), ..batch };
    if good == 0 {
        return refuse(deps, batch, Refused::NoGoodRow).await;
    }
    if batch.kind == Kind::File {
        let earlier = deps.batches.claim_bytes(&batch, &sha256).await?;
        if earlier != batch.id && !batch.again {
            return refuse(deps, batch, Refused::SameFile { earlier }).await;
        }
    }
    let since = deps.clock.now();
    let state = if runs_at_once(&batch, merchant, (rows, yen)) {
        BatchState::Running { chunks: None, since }
    } else {
        BatchState::Waiting { since }
    };
    let Some(batch) = put(deps, batch.now(state)).await? else { return Ok(None) };
    tracing::info!(merchant.id = %batch.merchant, batch.id = %batch.id, rows, good, yen, state = batch.state.name(), "a batch file was checked");
    tell::tell(deps, &batch).await?;
    Ok(Some(batch))
}

/// Whether nobody has to look at it first. A run of continuation was confirmed by a person, or announced before it began by itself.
fn runs_at_once(batch: &Batch, merchant: &Merchant, (rows, yen): (u32, u64)) -> bool {
    match batch.kind {
        Kind::File => !batch.is_watched() && merchant.batch.lets_run(rows, yen),
        Kind::Continuation { .. } => true,
    }
}

async fn refuse(deps: &Deps, batch: Batch, why: Refused) -> Result<Option<Batch>, IntakeError> {
    let name = why.name();
    let refused = batch.now(BatchState::Refused { why, at: deps.clock.now() });
    let Some(batch) = put(deps, refused).await? else { return Ok(None) };
    tracing::info!(merchant.id = %batch.merchant, batch.id = %batch.id, refused = name, "a batch file was refused");
    tell::tell(deps, &batch).await?;
    Ok(Some(batch))
}

struct Reading<'a> {
    deps: &'a Deps,
    batch: Batch,
    told_at: Timestamp,
}

impl Reading<'_> {
    async fn through(&mut self, mut scanner: Scanner) -> Result<Read, IntakeError> {
        let source = &self.batch.source;
        let Some(mut file) = self.deps.files.get_version(&source.key, &source.version).await? else {
            return Ok(Read::Gone);
        };
        let mut bytes = 0_u64;
        while let Some(more) = file.next().await? {
            if let Err(fault) = scanner.push(&more) {
                return Ok(Read::Faulty(fault));
            }
            // Where the file can be cut is needed by the second reading only.
            drop(scanner.take_pieces());
            bytes = bytes.saturating_add(u64::try_from(more.len()).unwrap_or(u64::MAX));
            if !self.tell(bytes).await? {
                return Ok(Read::Overtaken);
            }
        }
        Ok(match scanner.finish() {
            Ok(scanned) => Read::Whole(Box::new(scanned)),
            Err(fault) => Read::Faulty(fault),
        })
    }

    /// Says how far it is, at once and then now and then. False: another run took over.
    async fn tell(&mut self, bytes: u64) -> Result<bool, IntakeError> {
        let now = self.deps.clock.now();
        if now.duration_since(self.told_at) < TOLD_EVERY {
            return Ok(true);
        }
        let BatchState::Checking { since, .. } = self.batch.state else { return Ok(false) };
        let Some(batch) = put(self.deps, self.batch.now(BatchState::Checking { bytes, since })).await? else {
            return Ok(false);
        };
        (self.batch, self.told_at) = (batch, now);
        Ok(true)
    }
}
