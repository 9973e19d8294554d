//! The sums of a day: what each step of a payment adds to them.
//!
//! A step adds the difference between the payment before and after it, so steps in any order come to the same, and a step that is
//! counted once for its version is counted right.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    Payment, State,
    clock::japan_date,
    payment::{Failure, Interface, OperationKind, Stage},
};

/// What is summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Sum {
    /// Approved: held or taken.
    #[serde(rename = "a")]
    Authorized,
    /// Taken.
    #[serde(rename = "c")]
    Captured,
    /// Given back.
    #[serde(rename = "r")]
    Refunded,
    /// Approved, and let go without being taken: cancelled or lapsed.
    #[serde(rename = "x")]
    Cancelled,
    /// Over without money: failed or given up.
    #[serde(rename = "f")]
    Failed,
}

/// What one step adds to a day's sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "(Date, Sum, i64, i64)", from = "(Date, Sum, i64, i64)")]
pub struct Effect {
    /// The day in Japan.
    pub day: Date,
    /// To which sum.
    pub sum: Sum,
    /// How many.
    pub figure: Figure,
}

/// How many and how much. Differences may be negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    /// How many payments.
    pub count: i64,
    /// How much.
    pub yen: i64,
}

/// A day's sums.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DaySums(BTreeMap<Sum, Figure>);

/// What the step from `old` to `new`, recorded at `at`, adds. A repeat of the same version adds nothing.
pub fn effects(old: Option<&Payment>, new: &Payment, at: Timestamp) -> Vec<Effect> {
    if new.interface == Interface::CardRegistration || old.is_some_and(|old| old.version == new.version) {
        return Vec::new();
    }
    let of = |sum: Sum| {
        let (before, after) = (old.map_or(Figure::NONE, |old| reached(old, sum)), reached(new, sum));
        let figure = match sum {
            Sum::Authorized | Sum::Captured | Sum::Refunded | Sum::Cancelled => after.minus(before),
            // an order that is opened again failed all the same: it takes nothing back
            Sum::Failed if before.count == 0 => after,
            Sum::Failed => Figure::NONE,
        };
        (figure != Figure::NONE).then(|| Effect { day: japan_date(moment(new, sum).unwrap_or(at)), sum, figure })
    };
    Sum::ALL.into_iter().filter_map(of).collect()
}

/// What a payment as it stands has come to, of one sum.
fn reached(payment: &Payment, sum: Sum) -> Figure {
    let yen = match sum {
        Sum::Authorized => approved(payment).then(|| payment.amount_now().get()),
        Sum::Captured => payment.captured().map(crate::Yen::get),
        Sum::Refunded => Some(payment.refunded()).filter(|refunded| *refunded > 0),
        Sum::Cancelled => payment.state.is_let_go().then(|| payment.amount_now().get()),
        Sum::Failed => came_to_nothing(&payment.state).then(|| payment.amount.get()),
    };
    yen.map_or(Figure::NONE, |yen| Figure { count: 1, yen: i64::from(yen) })
}

/// Approved once, whatever was done with it since.
fn approved(payment: &Payment) -> bool {
    payment.state.is_paid() || payment.state.is_let_go()
}

fn came_to_nothing(state: &State) -> bool {
    match state {
        State::Failed { reason, .. } => *reason != Failure::Registered,
        State::Abandoned { .. } => true,
        State::Authorizing { .. }
        | State::Challenging { .. }
        | State::Unknown(_)
        | State::Reversing(_)
        | State::Declined { .. }
        | State::Authorized { .. }
        | State::Captured { .. }
        | State::Cancelled { .. }
        | State::Lapsed { .. }
        | State::NeedsPerson(_) => false,
    }
}

/// When that came about, as the payment says it. None: the record's own time is the nearest.
fn moment(payment: &Payment, sum: Sum) -> Option<Timestamp> {
    match (sum, &payment.state) {
        (Sum::Refunded, _) => refunded_at(payment),
        (Sum::Captured, State::Captured { taken, at, .. }) => Some(taken.at.unwrap_or(*at)),
        (Sum::Authorized, State::Authorized { at, .. } | State::Captured { at, .. })
        | (Sum::Cancelled, State::Cancelled { at, .. } | State::Lapsed { at, .. })
        | (Sum::Failed, State::Failed { at, .. } | State::Abandoned { at }) => Some(*at),
        (
            Sum::Authorized | Sum::Captured | Sum::Cancelled | Sum::Failed,
            State::Authorizing { .. }
            | State::Challenging { .. }
            | State::Unknown(_)
            | State::Reversing(_)
            | State::Declined { .. }
            | State::Authorized { .. }
            | State::Captured { .. }
            | State::Cancelled { .. }
            | State::Lapsed { .. }
            | State::Failed { .. }
            | State::Abandoned { .. }
            | State::NeedsPerson(_),
        ) => None,
    }
}

/// When the last refund ended, where a refund was the last operation.
fn refunded_at(payment: &Payment) -> Option<Timestamp> {
    let record = payment.operation().filter(|record| record.operation.kind == OperationKind::Refund)?;
    match &record.stage {
        Stage::Ended { at, .. } => Some(*at),
        Stage::Running(_) | Stage::Unknown(_) | Stage::Withdrawing(_) => None,
    }
}

/// What is missing where these steps were counted and the payment stands as it does: what a rebuild adds. Failures of earlier visits are
/// known from their steps alone.
pub(super) fn missing<'a>(payment: &Payment, counted: impl Iterator<Item = &'a Effect>, at: Timestamp) -> Vec<Effect> {
    if payment.interface == Interface::CardRegistration {
        return Vec::new();
    }
    let mut done = DaySums::default();
    counted.for_each(|effect| done.add(effect));
    let of = |sum: Sum| {
        let (before, after) = (done.figure(sum), reached(payment, sum));
        let figure = match sum {
            Sum::Authorized | Sum::Captured | Sum::Refunded | Sum::Cancelled => after.minus(before),
            Sum::Failed if before.count == 0 => after,
            Sum::Failed => Figure::NONE,
        };
        (figure != Figure::NONE).then(|| Effect { day: japan_date(moment(payment, sum).unwrap_or(at)), sum, figure })
    };
    Sum::ALL.into_iter().filter_map(of).collect()
}

impl Sum {
    /// Every one, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Authorized, Self::Captured, Self::Refunded, Self::Cancelled, Self::Failed];

    /// Its name in records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authorized => "a",
            Self::Captured => "c",
            Self::Refunded => "r",
            Self::Cancelled => "x",
            Self::Failed => "f",
        }
    }
}

impl Figure {
    /// Nothing.
    pub const NONE: Self = Self { count: 0, yen: 0 };

    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self { count: self.count.saturating_add(other.count), yen: self.yen.saturating_add(other.yen) }
    }

    const fn minus(self, other: Self) -> Self {
        Self { count: self.count.saturating_sub(other.count), yen: self.yen.saturating_sub(other.yen) }
    }
}

impl DaySums {
    /// One of the sums.
    pub fn figure(&self, sum: Sum) -> Figure {
        self.0.get(&sum).copied().unwrap_or(Figure::NONE)
    }

    /// Adds a step's effect.
    pub fn add(&mut self, effect: &Effect) {
        self.plus(effect.sum, effect.figure);
    }

    /// Adds to one of the sums.
    pub fn plus(&mut self, sum: Sum, figure: Figure) {
        if figure == Figure::NONE {
            return;
        }
        let entry = self.0.entry(sum).or_insert(Figure::NONE);
        *entry = entry.plus(figure);
    }

    /// Nothing happened.
    pub fn is_empty(&self) -> bool {
        self.0.values().all(|figure| *figure == Figure::NONE)
    }
}

impl From<(Date, Sum, i64, i64)> for Effect {
    fn from((day, sum, count, yen): (Date, Sum, i64, i64)) -> Self {
        Self { day, sum, figure: Figure { count, yen } }
    }
}

impl From<Effect> for (Date, Sum, i64, i64) {
    fn from(effect: Effect) -> Self {
        (effect.day, effect.sum, effect.figure.count, effect.figure.yen)
    }
}
