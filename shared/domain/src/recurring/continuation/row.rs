//! A row of a month's plan: what can be charged again, or why it is not.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{Charged, Compared, Flag};
use crate::{
    Decline, KeptCard, MaskedCard, OrderId, Payment, State, Yen,
    payment::Details,
    search::folded,
    tries::{Limit, TryHistory},
};

/// A lineage as the plan shows it and as the run's file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanRow {
    /// The lineage.
    pub root: OrderId,
    /// The payment that is continued; of one that is gone, that of the month before.
    pub order: OrderId,
    /// The buyer's id, or nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// The buyer's name, else that on the card.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The buyer's mail address, or nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mail: String,
    /// The free items.
    pub free: [String; 3],
    /// What was taken.
    pub amount: Yen,
    /// The kept card as it is now.
    pub card: MaskedCard,
    /// What a clerk should look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Flag>,
    /// Whether it can be charged.
    pub standing: Standing,
}

/// Whether a row can be charged for the month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It can.
    Open,
    /// It was not paid in the chosen month: there is nothing to continue.
    Gone,
    /// It was charged for this month already.
    Charged,
    /// It was charged for this month, and that was cancelled: somebody decided so.
    LetGo,
    /// It was tried for this month, and nobody knows yet what came of it.
    BeingChecked,
    /// Its card is over on the day of the run.
    CardExpires,
    /// Its card must never be tried again.
    NeverRetry,
    /// The shop was not told of it, or of less: a run that begins by itself charges what was announced.
    NotAnnounced,
}

impl Standing {
    /// Every standing.
    pub const ALL: [Self; 8] = [
        Self::Open,
        Self::Gone,
        Self::Charged,
        Self::LetGo,
        Self::BeingChecked,
        Self::CardExpires,
        Self::NeverRetry,
        Self::NotAnnounced,
    ];

    /// By what stands under the month's order, else by the flags.
    fn of(of_month: Option<&Payment>, flags: &[Flag]) -> Self {
        match of_month.map(|payment| &payment.state) {
            None | Some(State::Failed { .. } | State::Abandoned { .. }) => Self::flagged(flags),
            Some(State::Authorized { .. } | State::Captured { .. }) => Self::Charged,
            Some(State::Cancelled { .. } | State::Lapsed { .. }) => Self::LetGo,
            // A timeout is not a decline.
            Some(
                State::Authorizing { .. }
                | State::Challenging { .. }
                | State::Unknown(_)
                | State::Reversing(_)
                | State::Declined { .. }
                | State::NeedsPerson(_),
            ) => Self::BeingChecked,
        }
    }

    fn flagged(flags: &[Flag]) -> Self {
        if flags.contains(&Flag::Gone) {
            Self::Gone
        } else if flags.contains(&Flag::NeverRetry) {
            Self::NeverRetry
        } else if flags.contains(&Flag::CardExpires) {
            Self::CardExpires
        } else {
            Self::Open
        }
    }
}

impl PlanRow {
    /// The row of a lineage. `payment` is the one that is continued, or the last one of a lineage that is gone; `of_month` what stands under the order of the
    /// month that is charged; `last` the decline of that; `tries` how the merchant's tries of the card were declined; the run is on the day `run` of Japan.
    /// None: neither month has it.
    pub fn of(
        compared: &Compared<'_>,
        payment: &Payment,
        card: &KeptCard,
        (of_month, last, tries): (Option<&Payment>, Option<&Decline>, Option<&TryHistory>),
        run: Date,
    ) -> Option<Self> {
        let Charged { root, order, amount, .. } = compared.chosen.or(compared.before)?;
        // Another card in the place of the one that was declined begins anew.
        let last = last.filter(|_| of_month.is_some_and(|declined| card.was_tried_by(declined)));
        let mut flags = compared.flags(&card.card, last, run);
        if tries.is_some_and(|tries| is_over(tries, card)) && !flags.contains(&Flag::NeverRetry) {
            flags.push(Flag::NeverRetry);
        }
        let Details { user, name, mail, free, .. } = &payment.details;
        Some(Self {
            root: root.clone(),
            order: order.clone(),
            user: user.clone(),
            name: if name.is_empty() { card.holder.clone() } else { name.clone() },
            mail: mail.clone(),
            free: free.clone(),
            amount: *amount,
            card: card.card.clone(),
            standing: Standing::of(of_month, &flags),
            flags,
        })
    }

    /// Whether it was paid in the month before alone.
    pub fn is_gone(&self) -> bool {
        self.flags.contains(&Flag::Gone)
    }

    /// Whether a search finds it: in its orders, buyer, name, mail address, free items or the card's last digits. `wanted` is folded.
    pub fn is_found_by(&self, wanted: &str) -> bool {
        let texts = [self.order.as_str(), self.root.as_str(), &self.user, &self.name, &self.mail, &self.card.last4];
        texts.into_iter().chain(self.free.iter().map(String::as_str)).any(|text| folded(text).contains(wanted))
    }
}

/// The rows of a run's day, of which only those can be charged that were announced, at no higher an amount.
pub fn as_announced(rows: Vec<PlanRow>, announced: &[PlanRow]) -> Vec<PlanRow> {
    let open = announced.iter().filter(|row| row.standing == Standing::Open);
    let told: BTreeMap<&OrderId, Yen> = open.map(|row| (&row.root, row.amount)).collect();
    let mut rows = rows;
    for row in rows.iter_mut().filter(|row| row.standing == Standing::Open) {
        if told.get(&row.root).is_none_or(|amount| *amount < row.amount) {
            row.standing = Standing::NotAnnounced;
        }
    }
    rows
}

/// Whether it is over with a card for good; a wait is not.
fn is_over(tries: &TryHistory, card: &KeptCard) -> bool {
    match tries.may_try(Timestamp::MAX, card.card.brand, Some(card.consent.at)) {
        Err(Limit::Never | Limit::Revoked) => true,
        Err(Limit::Until(_)) | Ok(()) => false,
    }
}
