//! One run over a download. A run that was cut off is begun again by the queue; two at once write the same file, and the later one goes on.

use domain::{
    Causes,
    export::{Export, ExportOrder, ExportState},
    search::Search,
    wire::Parameters,
};
use jiff::{SignedDuration, Timestamp};
use outbound::{OutboundError, objects::Upload};
use store::StoreError;

use crate::{Deps, sheet::Sheet};

/// Rows of one page of the search.
const PAGE: usize = 1_000;
/// How often the run says how far it is: no more writes than a person can see.
const TOLD_EVERY: SignedDuration = SignedDuration::from_secs(1);

/// Why a run did not come to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The bucket did not answer.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// The random source failed.
    #[error("no random bytes")]
    Random(#[from] getrandom::Error),
    /// The terms are none of this version.
    #[error("the terms of the search cannot be read")]
    Terms,
    /// A row could not be put into words. It can't happen with a writer into memory.
    #[error("a row could not be written")]
    Row(#[from] csv::Error),
}

/// Writes a download, if it is still wanted.
pub(crate) async fn write(deps: &Deps, order: &ExportOrder) -> Result<(), WriteError> {
    let Some(export) = deps.exports.load(&order.merchant, &order.export).await? else { return Ok(()) };
    if !export.is_open() {
        return Ok(());
    }
    let terms = Parameters::parse(export.query.as_bytes()).map_err(|_| WriteError::Terms)?;
    let search = Search::read(&terms).map_err(|_| WriteError::Terms)?;
    let mut random = [0; 8];
    getrandom::fill(&mut random)?;
    let now = deps.clock.now();
    let begun =
        export.now(ExportState::Running { run: u64::from_be_bytes(random), rows: 0, back_to: None, since: now });
    let Some(export) = told(deps, begun).await? else { return Ok(()) };
    let upload = deps.files.upload(&export.object(), "text/csv");
    let run = Run { deps, upload, sheet: Sheet::new(export.lang, export.encoding), export, told_at: now };
    run.through(&search).await
}

/// Notes how far a run is. None: somebody stopped it, or another run took over.
async fn told(deps: &Deps, export: Export) -> Result<Option<Export>, WriteError> {
    match deps.exports.put(&export).await {
        Ok(()) => Ok(Some(export)),
        Err(StoreError::Conflict) => Ok(None),
        Err(error @ (StoreError::Unavailable(_) | StoreError::Unreadable { .. })) => Err(error.into()),
    }
}

/// Nothing becomes readable by being tried again, and a file that leaves out a row would be believed: the clerk is told that there is none, and a person is called.
async fn fail(deps: &Deps, export: Export, why: &StoreError) -> Result<(), WriteError> {
    tracing::error!(
        alarm = true, merchant.id = %export.merchant, export.id = %export.id, error = %Causes::of(why),
        "a download could not be written: a record that it lists can't be read"
    );
    told(deps, export.now(ExportState::Failed { at: deps.clock.now() })).await.map(drop)
}

struct Run<'a> {
    deps: &'a Deps,
    upload: Upload,
    sheet: Sheet,
    export: Export,
    told_at: Timestamp,
}

impl Run<'_> {
    async fn through(mut self, search: &Search) -> Result<(), WriteError> {
        match self.rows(search).await {
            Ok(true) => self.finish().await,
            Ok(false) => Ok(self.upload.abort().await?),
            Err(error) => {
                // The bucket's lifecycle drops what could not be dropped here.
                let _left_over = self.upload.abort().await;
                if let WriteError::Store(unreadable @ StoreError::Unreadable { .. }) = &error {
                    return fail(self.deps, self.export, unreadable).await;
                }
                Err(error)
            }
        }
    }

    /// Writes every row. False: it is not wanted any more.
    async fn rows(&mut self, search: &Search) -> Result<bool, WriteError> {
        let mut below = None;
        loop {
            let page = self.deps.searches.page(&self.export.merchant, search, below.as_ref(), PAGE).await?;
            for row in &page.rows {
                self.sheet.add(row)?;
            }
            let bytes = self.sheet.take();
            self.upload.write(&bytes).await?;
            let back_to = page.rows.last().map(|row| row.at).or(page.looked_back_to);
            if !self.tell(back_to).await? {
                return Ok(false);
            }
            match page.next {
                Some(next) => below = Some(next),
                None => return Ok(true),
            }
        }
    }

    /// Says how far it is, now and then. False: somebody stopped it, or another run took over.
    async fn tell(&mut self, back_to: Option<Timestamp>) -> Result<bool, WriteError> {
        let now = self.deps.clock.now();
        if now.duration_since(self.told_at) < TOLD_EVERY {
            return Ok(true);
        }
        let ExportState::Running { run, since, .. } = self.export.state else { return Ok(false) };
        let state = ExportState::Running { run, rows: self.sheet.rows(), back_to, since };
        let Some(export) = told(self.deps, self.export.now(state)).await? else { return Ok(false) };
        (self.export, self.told_at) = (export, now);
        Ok(true)
    }

    /// The file is there before anybody is told that it is.
    async fn finish(self) -> Result<(), WriteError> {
        let bytes = self.upload.finish().await?;
        let (rows, replaced) = (self.sheet.rows(), self.sheet.replaced());
        let done = self.export.now(ExportState::Done { rows, bytes, replaced, at: self.deps.clock.now() });
        let written = told(self.deps, done).await?.is_some();
        tracing::info!(merchant.id = %self.export.merchant, export.id = %self.export.id, rows, bytes, written, "a download was written");
        Ok(())
    }
}
