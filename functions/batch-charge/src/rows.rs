//! The rows of a chunk: which have their answer, and which are still to be charged, a few at once.

use std::collections::HashMap;

use domain::{
    Causes, Merchant, OrderId, Payment, PaymentKey,
    batch::{Batch, Check, Chunk, Counts, Found, Kind, Line, Lines, Piece, Reason, Row, Rules},
    payment::Standing,
};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use inbound::checkout::trades_at;
use jiff::{SignedDuration, Timestamp};
use store::StoreError;

use crate::{
    Deps, WorkError,
    answer::Answered,
    chunk,
    gate::{Gate, Halt},
    row::Charger,
};

/// How often a chunk says how far it is: no more writes than a person can see, ...
const TOLD_EVERY: SignedDuration = SignedDuration::from_secs(2);
/// ... and none for a few rows, so that progress costs a hundredth of a row at most.
const TOLD_AFTER: u32 = 25;

/// A chunk's lines, and what is answered to them so far.
pub(crate) struct Rows<'a> {
    deps: &'a Deps,
    batch: &'a Batch,
    merchant: &'a Merchant,
    lines: Vec<Line<'a>>,
    /// One for each line.
    answers: Vec<Option<Answered>>,
    /// Payments that stand already under orders of these rows.
    standing: HashMap<OrderId, Payment>,
    /// Orders of these rows whose payments stand and can't be read.
    unreadable: HashMap<OrderId, StoreError>,
}

/// A chunk when no row of it runs any more.
pub(crate) struct Worked<'a> {
    pub(crate) rows: Rows<'a>,
    /// As it was written last.
    pub(crate) chunk: Chunk,
    /// Why rows are left, if some are.
    pub(crate) halt: Option<Halt>,
}

impl<'a> Rows<'a> {
    /// Reads the rows of a piece. What is no row that can be charged has its answer by that.
    pub(crate) fn read(
        deps: &'a Deps,
        (batch, merchant): (&'a Batch, &'a Merchant),
        check: &'a Check,
        (piece, bytes): (&'a Piece, &'a [u8]),
    ) -> Self {
        let lines: Vec<_> = Lines::new(bytes, &check.layout, Rules::of(merchant, batch.kind), piece).collect();
        let trades = trades_at(merchant, deps.stage);
        let answers = lines.iter().map(|line| match &line.found {
            Found::Row(_) if trades => None,
            Found::Row(_) => Some(Answered::error(Reason::Suspended)),
            Found::Bad(bad) => Some(Answered::bad(bad.clone())),
            Found::Blank => Some(Answered::blank()),
        });
        let (standing, unreadable) = (HashMap::new(), HashMap::new());
        Self { deps, batch, merchant, answers: answers.collect(), lines, standing, unreadable }
    }

    /// Reads the payments of all rows. A row whose own payment stands has its answer: it is never tried again. So has one whose order's payment can't be read.
    pub(crate) async fn find_standing(&mut self) -> Result<(), WorkError> {
        let keys: Vec<_> = self.charges().map(|(_, row)| self.key(row)).collect();
        let loaded = self.deps.payments.load_each(&keys).await?;
        self.standing = loaded.payments.into_iter().map(|payment| (payment.key.order.clone(), payment)).collect();
        self.unreadable = loaded.unreadable.into_iter().map(|(key, error)| (key.order, error)).collect();
        let known =
            |row: &Row| self.own(row).or_else(|| self.unreadable.contains_key(&row.order).then(Answered::unreadable));
        let known: Vec<_> = self.charges().filter_map(|(place, row)| Some((place, known(row)?))).collect();
        for (place, answered) in known {
            if let Some(answer) = self.answers.get_mut(place) {
                *answer = Some(answered);
            }
        }
        Ok(())
    }

    /// Calls a person for each payment that can't be read.
    pub(crate) fn tell_unreadable(&self) {
        for (order, error) in &self.unreadable {
            tracing::error!(
                alarm = true, payment.id = %PaymentKey::new(self.batch.merchant.clone(), order.clone()), batch.id = %self.batch.id,
                error = %Causes::of(error), "a payment can't be read; nobody knows whether its row of a batch was charged"
            );
        }
    }

    /// Charges what has no answer yet, for as long as the gate lets rows begin.
    pub(crate) async fn work(mut self, gate: &Gate<'_>, chunk: Chunk, deadline: Timestamp) -> Worked<'a> {
        let standing = std::mem::take(&mut self.standing);
        let todo: Vec<(usize, Row)> = self
            .charges()
            .filter(|(place, _)| !self.has_answer(*place))
            .map(|(place, row)| (place, row.clone()))
            .collect();
        let (deps, batch, merchant) = (self.deps, self.batch, self.merchant);
        let charger = Charger { deps, batch, merchant, gate, deadline, standing: &standing };
        let mut progress = Progress { deps, batch, counts: self.counts(), chunk, told_at: deps.clock.now(), untold: 0 };
        let mut halt: Option<Halt> = None;
        let mut waiting = todo.iter();
        let mut running = FuturesUnordered::new();
        for (place, row) in waiting.by_ref().take(deps.pace.at_once()) {
            running.push(charger.charge(*place, row));
        }
        while let Some((place, tried)) = running.next().await {
            let told = match tried {
                Ok(answered) => {
                    let told = progress.add(&answered).await;
                    if let Some(answer) = self.answers.get_mut(place) {
                        *answer = Some(answered);
                    }
                    told
                }
                Err(stop) => {
                    halt = Some(Halt::first(halt, stop));
                    Ok(())
                }
            };
            if let Err(error) = told {
                gate.shut().await;
                halt = Some(Halt::first(halt, Halt::Failed(error)));
            }
            if halt.is_none()
                && let Some((place, row)) = waiting.next()
            {
                running.push(charger.charge(*place, row));
            }
        }
        drop(running);
        Worked { chunk: progress.chunk, rows: self, halt }
    }

    /// The batch was stopped: what has no answer is not run.
    pub(crate) fn leave_the_rest(&mut self) {
        self.answers
            .iter_mut()
            .filter(|answer| answer.is_none())
            .for_each(|answer| *answer = Some(Answered::not_run()));
    }

    /// What came of the rows that have their answer.
    pub(crate) fn counts(&self) -> Counts {
        self.answers.iter().flatten().fold(Counts::default(), |counts, answered| answered.add_to(counts))
    }

    /// The lines, each with its answer.
    pub(crate) fn answered(&self) -> impl Iterator<Item = (&Line<'a>, Option<&Answered>)> {
        self.lines.iter().zip(self.answers.iter().map(Option::as_ref))
    }

    /// The answer of a row by its own payment, if that stands and can be read.
    pub(crate) fn own(&self, row: &Row) -> Option<Answered> {
        let payment = self.standing.get(&row.order)?;
        let nonce = self.batch.id.nonce_of(&self.batch.merchant, row.line);
        (payment.nonce == nonce).then(|| Answered::of(payment))
    }

    /// The answer of a row of which nobody knew whose payment stood under its order, now that it can be read: it is another's.
    pub(crate) fn foreign(&self, row: &Row) -> Option<Answered> {
        let payment = self.standing.get(&row.order)?;
        Some(match self.batch.kind {
            Kind::File => Answered::standing(Standing::OtherOrigin, payment),
            Kind::Continuation { .. } => Answered::of_month(payment),
        })
    }

    fn charges(&self) -> impl Iterator<Item = (usize, &Row)> {
        self.lines.iter().enumerate().filter_map(|(place, line)| match &line.found {
            Found::Row(row) => Some((place, row)),
            Found::Bad(_) | Found::Blank => None,
        })
    }

    fn has_answer(&self, place: usize) -> bool {
        self.answers.get(place).is_some_and(Option::is_some)
    }

    fn key(&self, row: &Row) -> PaymentKey {
        PaymentKey::new(self.batch.merchant.clone(), row.order.clone())
    }
}

/// Says how far a chunk is, now and then.
struct Progress<'a> {
    deps: &'a Deps,
    batch: &'a Batch,
    counts: Counts,
    chunk: Chunk,
    told_at: Timestamp,
    untold: u32,
}

impl Progress<'_> {
    /// Counts a row that was tried now.
    async fn add(&mut self, answered: &Answered) -> Result<(), WorkError> {
        self.counts = answered.add_to(self.counts);
        self.untold = self.untold.saturating_add(1);
        let now = self.deps.clock.now();
        if self.untold < TOLD_AFTER || now.duration_since(self.told_at) < TOLD_EVERY {
            return Ok(());
        }
        let version = self.chunk.version.saturating_add(1);
        let next = Chunk { version, at: now, counts: self.counts, ..self.chunk.clone() };
        chunk::write(self.deps, self.batch, &next).await?;
        (self.chunk, self.told_at, self.untold) = (next, now, 0);
        Ok(())
    }
}
