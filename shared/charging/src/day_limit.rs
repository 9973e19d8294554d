//! The operator's bound on what a merchant takes in a day, asked before the intent. It never stops a payment by failing itself, and reads nothing
//! where no bound is set.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{Causes, Clock, Merchant, MerchantId, Yen, clock::japan_date};
use jiff::{SignedDuration, Timestamp, civil::Date};
use store::DayTotals;

use crate::ChargeError;

/// How long a sum goes unread. What is approved here meanwhile is added to it.
const FRESH: SignedDuration = SignedDuration::from_secs(10);
/// How many merchants' sums are kept in mind; beyond that all are forgotten.
const KEPT: usize = 1_000;

/// What a charge adds to the merchant's day.
#[derive(Clone, Copy, Debug)]
pub enum Takings<'a> {
    /// Its amount, within the operator's bound.
    Bounded(&'a DayLimits),
    /// Nothing: a card is registered, and the yen is given back at once.
    Nothing,
}

/// Holds merchants to the operator's bound on a day. Cheap to clone; clones remember together.
#[derive(Clone, Debug)]
pub struct DayLimits {
    totals: DayTotals,
    clock: Clock,
    known: Arc<Mutex<HashMap<MerchantId, Known>>>,
}

/// What is known of a merchant's day.
#[derive(Clone, Copy, Debug)]
struct Known {
    day: Date,
    read_at: Timestamp,
    /// Approved, as it was read and as it was added here since. Yen.
    approved: i64,
}

impl DayLimits {
    /// Bounds by the sums in `totals`.
    pub fn new(totals: DayTotals, clock: Clock) -> Self {
        Self { totals, clock, known: Arc::default() }
    }

    /// Asks whether the day has room for an amount. Where the sums do not answer at once, it has.
    ///
    /// # Errors
    /// [`ChargeError::DayLimit`].
    pub(crate) async fn admit(&self, merchant: &Merchant, amount: Yen) -> Result<(), ChargeError> {
        let Some(limit) = merchant.floors.day_total else { return Ok(()) };
        let approved = match self.approved(&merchant.id).await {
            Ok(approved) => approved,
            Err(error) => {
                tracing::warn!(merchant.id = %merchant.id, error = %Causes::of(&error), "the day's sum does not answer");
                return Ok(());
            }
        };
        if limit.admits(approved, amount) {
            return Ok(());
        }
        tracing::warn!(merchant.id = %merchant.id, approved, bound = limit.get(), "the operator's bound on the day refused a payment");
        Err(ChargeError::DayLimit)
    }

    /// Adds what was approved here, until the sum is read again.
    pub(crate) fn add(&self, merchant: &Merchant, amount: Yen) {
        if let Some(known) = self.known().get_mut(&merchant.id) {
            known.approved = known.approved.saturating_add(i64::from(amount.get()));
        }
    }

    async fn approved(&self, merchant: &MerchantId) -> Result<i64, store::StoreError> {
        let now = self.clock.now();
        let day = japan_date(now);
        let fresh = |known: &Known| known.day == day && now.duration_since(known.read_at).abs() < FRESH;
        if let Some(known) = self.known().get(merchant).copied().filter(fresh) {
            return Ok(known.approved);
        }
        let approved = self.totals.approved(merchant, day).await?;
        let mut all = self.known();
        if all.len() >= KEPT {
            all.clear();
        }
        all.insert(merchant.clone(), Known { day, read_at: now, approved });
        Ok(approved)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<MerchantId, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
