//! The table's stream becomes the console's read model: rows of payments and regular purchases that are listed, a payment's history, the sums of days.

use std::collections::HashMap;

use domain::{
    CardId, MerchantId, Payment, PaymentKey,
    recurring::plan::PlanId,
    search::{PlanRow, Row, Step},
};
use inbound::{
    Config, ConfigError,
    events::{self, Change, StreamAnswer},
};
use jiff::Timestamp;
use lambda_runtime::LambdaEvent;
use serde_json::Value;
use store::{SearchIndex, StoreError, payments, plans, search::SearchChange};

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    index: SearchIndex,
}

impl Deps {
    /// # Errors
    /// [`ConfigError`].
    pub fn new(config: &Config) -> Result<Self, ConfigError> {
        Ok(Self { index: SearchIndex::new(config.search_table()?) })
    }
}

/// Writes a batch of changes. What may not have been written is begun again, and changes nothing where it was.
///
/// # Errors
/// An event that is not one of the stream's.
pub async fn handler(deps: &Deps, event: LambdaEvent<Value>) -> Result<StreamAnswer, lambda_runtime::Error> {
    let changes = events::changes(&event.payload).ok_or("not an event of the table's stream")?;
    let mut batch = Batch::default();
    let mut unreadable = None;
    for (place, change) in changes.iter().enumerate() {
        if let Err(error) = batch.take(change) {
            let (sequence, error) = (&change.sequence_number, domain::Causes::of(&error).to_string());
            tracing::error!(error, sequence, "a change is unreadable");
            unreadable = Some(place);
            break;
        }
    }
    let unwritten = match record(deps, batch).await {
        Ok(()) => None,
        Err(error) => {
            tracing::error!(error = %domain::Causes::of(&error), "the read model was not written");
            Some(0)
        }
    };
    let begin_again = [unwritten, unreadable].into_iter().flatten().min();
    Ok(match begin_again.and_then(|place| changes.get(place)) {
        Some(change) => StreamAnswer::again_from(change),
        None => StreamAnswer::done(),
    })
}

async fn record(deps: &Deps, batch: Batch) -> Result<(), StoreError> {
    for ((merchant, card), at) in &batch.uses {
        deps.index.used(merchant, *card, *at).await?;
    }
    for row in batch.plans.values() {
        deps.index.record_plan(row).await?;
    }
    deps.index.record(&batch.changes()).await
}

/// A batch by payments: of each its newest version and all its steps; and the newest version of each regular purchase.
#[derive(Default)]
struct Batch {
    payments: HashMap<PaymentKey, SearchChange>,
    plans: HashMap<(MerchantId, PlanId), PlanRow>,
    /// Kept cards that were paid with, and when.
    uses: HashMap<(MerchantId, CardId), Timestamp>,
}

impl Batch {
    fn take(&mut self, change: &Change) -> Result<(), StoreError> {
        let read = |image: &Option<_>| image.as_ref().map_or(Ok(None), payments::from_stream);
        let (old, new) = (read(&change.old)?, read(&change.new)?);
        if let Some(new) = new {
            self.put(old.as_ref(), &new, change);
        } else if let Some(image) = &change.new
            && let Some(plan) = plans::from_stream(image)?
        {
            self.put_plan(PlanRow::of(&plan));
        }
        Ok(())
    }

    fn put_plan(&mut self, row: PlanRow) {
        let known = self.plans.entry((row.merchant.clone(), row.id.clone())).or_insert_with(|| row.clone());
        if known.version < row.version {
            *known = row;
        }
    }

    fn put(&mut self, old: Option<&Payment>, new: &Payment, change: &Change) {
        let is_paid_now = new.state.is_paid() && old.is_none_or(|old| !old.state.is_paid());
        if let Some(card) = new.pays_with_kept().filter(|_| is_paid_now) {
            self.uses.insert((new.key.merchant.clone(), card), change.at.unwrap_or(new.opened_at));
        }
        let Some(step) = Step::of(old, new, change.at.unwrap_or(new.opened_at)) else { return };
        let row = Row::of(new);
        match self.payments.get_mut(&new.key) {
            None => {
                self.payments.insert(new.key.clone(), SearchChange { row, steps: vec![step] });
            }
            Some(known) => {
                if known.row.version < row.version {
                    known.row = row;
                }
                if known.steps.iter().all(|known| known.version != step.version) {
                    known.steps.push(step);
                }
            }
        }
    }

    fn changes(self) -> Vec<SearchChange> {
        self.payments.into_values().collect()
    }
}
