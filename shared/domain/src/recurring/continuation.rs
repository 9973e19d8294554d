//! Continuation (自動継続): a month's payments charged again in a later month, each lineage once.
//!
//! A lineage is a payment and all that were continued from it; its root is the order of the first. For each target month a root has one order, so January's
//! payment and February's child of it can't both be charged in March.

mod row;
mod run;
mod schedule;
#[cfg(test)]
mod tests;

pub use row::{PlanRow, Standing, as_announced};
pub use run::{Drawn, Edit, Edited, Figure, MOST_ROWS, NotRun, Run, RunOrder, RunState, Task};
pub use schedule::{Past, due};

use std::{collections::BTreeMap, fmt};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    Brand, CardId, Decline, IdError, KeptCard, MaskedCard, MerchantId, OrderId, Payment, PaymentKey, Yen,
    acquirer::DeclineCategory,
    clock::japan_date,
    payment::{Origin, State, Taken},
};

/// A month in Japan, `2026-11` in records and addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month {
    year: i16,
    month: i8,
}

const WRONG: IdError = IdError("month");

impl Month {
    /// The month of a day.
    pub fn of(date: Date) -> Self {
        Self { year: date.year(), month: date.month() }
    }

    /// Reads `2026-11`.
    ///
    /// # Errors
    /// [`IdError`] unless it is a month from 2000 to 9999.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let digits = text.bytes().enumerate().all(|(place, b)| if place == 4 { b == b'-' } else { b.is_ascii_digit() });
        let (year, month) = text.split_once('-').filter(|_| digits && text.len() == 7).ok_or(WRONG)?;
        let (year, month) = (year.parse().map_err(|_| WRONG)?, month.parse().map_err(|_| WRONG)?);
        let real = (2000..=9999).contains(&year) && (1..=12).contains(&month);
        if real { Ok(Self { year, month }) } else { Err(WRONG) }
    }

    /// The month before.
    #[must_use]
    pub fn before(self) -> Self {
        match self.month {
            1 => Self { year: self.year.saturating_sub(1), month: 12 },
            month => Self { month: month.saturating_sub(1), ..self },
        }
    }

    /// The month after.
    #[must_use]
    pub fn after(self) -> Self {
        match self.month {
            12 => Self { year: self.year.saturating_add(1), month: 1 },
            month => Self { month: month.saturating_add(1), ..self },
        }
    }

    /// Its first day.
    pub fn first_day(self) -> Date {
        Date::new(self.year, self.month, 1).unwrap_or(Date::MAX)
    }

    /// Its last day.
    pub fn last_day(self) -> Date {
        self.first_day().last_of_month()
    }

    /// The year.
    pub const fn year(self) -> i16 {
        self.year
    }

    /// The month of the year, from 1.
    pub const fn number(self) -> i8 {
        self.month
    }

    /// The one order under which a lineage is charged in this month.
    pub fn order_of(self, merchant: &MerchantId, root: &OrderId) -> PaymentKey {
        let month = self.to_string();
        let parts = [merchant.as_str(), &month, root.as_str()].map(str::as_bytes);
        PaymentKey::new(merchant.clone(), OrderId::derived("continuation", &parts))
    }

    /// Who claims that order.
    pub fn origin_of(self, root: &OrderId) -> Origin {
        Origin::Continuation { month: self, root: root.clone() }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl TryFrom<String> for Month {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        Self::parse(&text)
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

/// The order of the first payment of a payment's lineage: its own, unless it was continued.
pub fn root_of(payment: &Payment) -> &OrderId {
    match &payment.origin {
        Origin::Continuation { root, .. } => root,
        Origin::Page
        | Origin::Link(_)
        | Origin::CardUpdate(_)
        | Origin::Single { .. }
        | Origin::Api
        | Origin::Batch { .. }
        | Origin::Renewal { .. }
        | Origin::Agreement { .. } => &payment.key.order,
    }
}

/// The month that a payment taken at `at` belongs to: that which it was continued for, even where banks' holidays moved it into the next one, else that in which
/// it was taken.
fn month_of(payment: &Payment, at: Timestamp) -> Month {
    match &payment.origin {
        Origin::Continuation { month, .. } => *month,
        Origin::Page
        | Origin::Link(_)
        | Origin::CardUpdate(_)
        | Origin::Single { .. }
        | Origin::Batch { .. }
        | Origin::Renewal { .. }
        | Origin::Agreement { .. }
        | Origin::Api => Month::of(japan_date(at)),
    }
}

/// A payment of a month that can be charged again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charged {
    /// Its lineage.
    pub root: OrderId,
    /// The order that is continued.
    pub order: OrderId,
    /// The kept card that it was paid with, or that was kept with it.
    pub card_id: CardId,
    /// What was taken.
    pub amount: Yen,
}

/// A payment as a month's plan lists it. None: it does not belong to that month or was not taken, something of it was given back or is disputed, its card is not kept, or it is a
/// regular purchase, which has a schedule of its own. Whether the card may be charged, the card says.
pub fn listed(payment: &Payment, month: Month) -> Option<Charged> {
    let State::Captured { at, taken, .. } = &payment.state else { return None };
    let in_month = month_of(payment, *at) == month;
    let whole = matches!(taken, Taken { refunded: 0, disputed: None, .. });
    let own = match payment.origin {
        Origin::Page
        | Origin::Link(_)
        | Origin::Single { .. }
        | Origin::Api
        | Origin::Batch { .. }
        | Origin::Continuation { .. } => true,
        Origin::CardUpdate(_) | Origin::Renewal { .. } | Origin::Agreement { .. } => false,
    };
    // The first payment of a regular purchase: its following ones have a schedule of their own.
    let joins = payment.details.offer.is_some();
    (in_month && whole && own && !joins).then_some(())?;
    Some(Charged {
        root: root_of(payment).clone(),
        order: payment.key.order.clone(),
        card_id: payment.card_id?,
        amount: taken.amount.unwrap_or(payment.amount),
    })
}

/// Whether a kept card can be charged for a continuation: its number is there, and its buyer agreed to that.
pub fn may_be_continued(card: &KeptCard) -> bool {
    card.merchant_may_charge()
}

/// What a clerk should look at before a row is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// It was not there in the month before.
    New,
    /// It was there in the month before the chosen one, and is not in that: nothing is charged.
    Gone,
    /// Another amount than in the month before.
    AmountChanged {
        /// What it was.
        before: Yen,
    },
    /// The card is over on the day of the run.
    CardExpires,
    /// Its last decline says that the card must never be tried again.
    NeverRetry,
}

/// A row's lineage, side by side in the chosen month and the one before. At least one is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared<'a> {
    /// In the chosen month. None: it is gone.
    pub chosen: Option<&'a Charged>,
    /// In the month before that.
    pub before: Option<&'a Charged>,
}

/// Every lineage of two months, by its root. Where a lineage was charged more than once in a month, the last listed counts.
pub fn compare<'a>(chosen: &'a [Charged], before: &'a [Charged]) -> BTreeMap<&'a OrderId, Compared<'a>> {
    let mut rows = BTreeMap::new();
    for row in before {
        rows.insert(&row.root, Compared { chosen: None, before: Some(row) });
    }
    for row in chosen {
        rows.entry(&row.root).or_insert(Compared { chosen: None, before: None }).chosen = Some(row);
    }
    rows
}

impl Compared<'_> {
    /// What a clerk should look at. `card` is the kept card as it is now, `last` the last decline of it since; the run is on the day `run` of Japan.
    pub fn flags(&self, card: &MaskedCard, last: Option<&Decline>, run: Date) -> Vec<Flag> {
        let never = |brand: Brand| last.is_some_and(|last| last.category(brand) == DeclineCategory::NeverRetry);
        let moved = match (self.chosen, self.before) {
            (Some(_), None) => Some(Flag::New),
            (None, Some(_)) => Some(Flag::Gone),
            (Some(now), Some(then)) if now.amount != then.amount => Some(Flag::AmountChanged { before: then.amount }),
            (Some(_), Some(_)) | (None, None) => None,
        };
        let of_card =
            [card.expiry.is_over(run).then_some(Flag::CardExpires), never(card.brand).then_some(Flag::NeverRetry)];
        moved.into_iter().chain(of_card.into_iter().flatten()).collect()
    }
}
