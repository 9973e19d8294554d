//! A plan: one buyer's contract to be charged period by period. Nothing else decides what is charged when, and what becomes of it.
//!
//! A transition is a function from the stored plan to the next one, or None where it changes nothing: a repeat, or something that came too late. The store
//! writes it on condition that nobody moved the plan first. A period is charged under one order, whoever tries it how often, so that it is charged once.

mod change;
mod charge;
mod comes;
mod let_go;
mod name;
mod remind;
mod settle;
mod stand;
#[cfg(test)]
pub(crate) mod tests;
#[cfg(test)]
mod year;

use jiff::{Timestamp, ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

pub use change::{ChangeError, Rate, Scheduled, agreed};
pub use charge::{Due, Failed, OVERDUE_DAYS, Renewal};
pub use let_go::Held;
pub use name::PlanId;
pub use remind::{REMINDER_DAYS, Reminder, ReminderKind};
pub use settle::{Standing, without_words};
pub use stand::{NewCard, PlanTidings, tidings};

use super::{
    calendar::{Anchor, RunDay, run_day},
    offer::{Offer, OfferId, Times},
    retry::Retry,
};
use crate::{
    CardId, CardOwner, KeptCard, Lang, MerchantId, OrderId, Payment, Yen, acquirer::DeclineCode, clock::japan_date,
    link::TermsShown,
};

/// One buyer's contract, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Which one.
    pub id: PlanId,
    /// Whose it is.
    pub merchant: MerchantId,
    /// Counts writes; every update is conditional on it.
    pub version: u32,
    /// The offer that was joined.
    pub offer: OfferId,
    /// In which version.
    pub offer_version: u32,
    /// What is sold.
    pub item: String,
    /// Whose card is charged.
    pub owner: CardOwner,
    /// The buyer's name.
    pub name: String,
    /// Where mails go.
    pub mail: String,
    /// Their language.
    pub lang: Lang,
    /// The order of the first payment, which is period 1.
    pub first_order: OrderId,
    /// When the buyer joined.
    pub joined_at: Timestamp,
    /// The trial's last day.
    pub trial_until: Option<Date>,
    /// What the final screen showed.
    pub shown: TermsShown,
    /// The day of month, as it was agreed.
    pub anchor: Anchor,
    /// What each period costs and how long it is. See [`Plan::rate`].
    pub agreed: Rate,
    /// What it will be from later periods on, by their dates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<Scheduled>,
    /// What the merchant wants it to be, if the buyer agrees.
    pub proposal: Option<Rate>,
    /// After how many periods it ends.
    pub times: Option<Times>,
    /// The period that is charged next. The first payment was 1.
    pub period: u32,
    /// Its nominal date; the day it is charged on is computed when it comes.
    pub nominal: Date,
    /// How often it was tried.
    pub tries: u16,
    /// The day on which it first failed.
    pub first_failed: Option<Date>,
    /// What was charged last. None: nothing yet, because the beginning was free.
    pub paid: Option<Paid>,
    /// The last period whose billing the buyer was reminded of.
    pub reminded: u32,
    /// The last period of which the buyer was told that its next try is the last.
    #[serde(default)]
    pub last_told: u32,
    /// When the reminder went out of the period that is charged next, if it may not be charged less than a week after.
    #[serde(default)]
    pub announced: Option<Date>,
    /// The nominal date for which the buyer was told that the card will be over.
    #[serde(default)]
    pub card_warned: Option<Date>,
    /// The card that pays, as far as the merchant was told. None: nobody knew when it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<PlanCard>,
    /// The last card that was tried at once because the buyer changed to it: once for each card.
    #[serde(default)]
    pub changed_card: Option<CardId>,
    /// The order under which the buyer was authenticated who agreed last to a change.
    #[serde(default)]
    pub agreed_by: Option<OrderId>,
    /// The nominal dates that were let go uncharged, when that was done last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<Date>,
    /// When the buyer last asked for another address of the plan's page.
    #[serde(default)]
    pub link_asked: Option<Timestamp>,
    /// Where it stands.
    pub state: PlanState,
}

/// The card that pays a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanCard {
    /// Which.
    #[serde(rename = "i")]
    pub id: CardId,
    /// Its last four digits: people find the plan by them.
    #[serde(rename = "l")]
    pub last4: String,
}

impl PlanCard {
    /// A kept card.
    pub fn of(card: &KeptCard) -> Self {
        Self { id: card.id, last4: card.card.last4.clone() }
    }
}

/// A period whose money came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paid {
    /// Which.
    #[serde(rename = "p")]
    pub period: u32,
    /// How much.
    #[serde(rename = "y")]
    pub amount: Yen,
}

/// Where a plan stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanState {
    /// It is charged (継続中).
    Active(Progress),
    /// Nothing is charged until it goes on (停止).
    Paused {
        /// Since when.
        at: Timestamp,
        /// Why.
        why: PauseReason,
    },
    /// It is over (終了). It stays.
    Ended {
        /// Since when.
        at: Timestamp,
        /// Why.
        why: EndReason,
    },
}

impl PlanState {
    /// Why it stands where it stands, as shops' servers are told: who paused or ended it, `completed`, `revoked`, or the code of the decline that stands in its way.
    pub const fn reason(&self) -> Option<&'static str> {
        match self {
            Self::Active(Progress::Retrying { code, .. }) => Some(code.name()),
            Self::Active(Progress::Waiting | Progress::Immediate { .. } | Progress::Asked { .. }) => None,
            Self::Paused { why: PauseReason::Buyer, .. } | Self::Ended { why: EndReason::Buyer, .. } => Some("buyer"),
            Self::Paused { why: PauseReason::Merchant, .. } | Self::Ended { why: EndReason::Merchant, .. } => {
                Some("merchant")
            }
            Self::Paused { why: PauseReason::Unpaid(code), .. } => Some(code.name()),
            Self::Ended { why: EndReason::Network, .. } => Some("revoked"),
            Self::Ended { why: EndReason::Completed, .. } => Some("completed"),
        }
    }
}

/// How far the period is that is charged next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Its day is waited for.
    Waiting,
    /// It failed and is tried again.
    Retrying {
        /// Why it failed.
        code: DeclineCode,
        /// When it is tried next.
        next: Retry,
    },
    /// It is tried at once.
    Immediate {
        /// Since when.
        at: Timestamp,
        /// Why.
        cause: Cause,
    },
    /// It is too late to be charged without the merchant's word.
    Asked {
        /// Since when.
        at: Timestamp,
    },
}

/// Why a period is tried out of turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The buyer changed the card, and pays with that: the shopper started it.
    NewCard,
    /// The merchant said so.
    ByHand,
}

/// Why a plan is paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    /// The buyer paused it.
    Buyer,
    /// The merchant paused it.
    Merchant,
    /// A period could not be charged: a new card sets it going again.
    Unpaid(DeclineCode),
}

/// Why a plan is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The buyer stopped it.
    Buyer,
    /// The merchant stopped it.
    Merchant,
    /// The cardholder withdrew the agreement at the issuer.
    Network,
    /// All its periods are charged.
    Completed,
}

/// Who changes where a plan stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The buyer, by a link.
    Buyer,
    /// The merchant, in the console.
    Merchant,
}

impl Plan {
    /// The plan of a buyer who joined by this payment. The same payment always makes the same plan.
    ///
    /// None: the payment did not succeed, or its page showed no terms or no day of billing; nobody is bound by that.
    pub fn join(offer: &Offer, payment: &Payment) -> Option<Self> {
        let anchor = payment.details.billed_on?;
        let joined_at = payment.state.paid_at().or(payment.state.registered_at())?;
        let shown = payment.details.terms?;
        // The dates are those that were agreed to: who is with the issuer over midnight, or whose money is found days later, joined when the screen said so.
        let joined = japan_date(shown.at);
        Some(Self {
            id: PlanId::of(&payment.key),
            merchant: payment.key.merchant.clone(),
            version: 1,
            offer: offer.id.clone(),
            offer_version: offer.version,
            item: offer.item.clone(),
            owner: payment.card_owner(),
            name: payment.details.name.clone(),
            mail: payment.details.mail.clone(),
            lang: payment.details.lang,
            first_order: payment.key.order.clone(),
            joined_at,
            trial_until: offer.trial.map(|trial| trial.last_day(joined)),
            shown,
            anchor,
            agreed: Rate { amount: offer.amount, cycle: offer.cycle },
            then: Vec::new(),
            proposal: None,
            times: offer.times,
            period: 2,
            nominal: offer.begins(anchor, joined),
            tries: 0,
            first_failed: None,
            paid: payment.state.paid_at().map(|_| Paid { period: 1, amount: payment.amount }),
            reminded: 1,
            last_told: 0,
            announced: None,
            card_warned: None,
            card: payment
                .card_id
                .zip(payment.card.as_ref())
                .map(|(id, card)| PlanCard { id, last4: card.last4.clone() }),
            changed_card: None,
            agreed_by: None,
            left_out: Vec::new(),
            link_asked: None,
            state: PlanState::Active(Progress::Waiting),
        })
    }

    /// What the period costs that is charged next, and how long it is.
    pub fn rate(&self) -> Rate {
        self.rate_on(self.nominal)
    }

    /// What the period costs that has this nominal date, and how long it is.
    pub fn rate_on(&self, nominal: Date) -> Rate {
        self.then.iter().rev().find(|then| then.from <= nominal).map_or(self.agreed, |then| then.rate)
    }

    /// The periods that come, as it stands: nominal date and rate of each, to the contract's end or the calendar's.
    pub fn upcoming(&self) -> impl Iterator<Item = (Date, Rate)> + '_ {
        let charged = usize::try_from(self.period.saturating_sub(1)).unwrap_or(usize::MAX);
        let left = self.times.map_or(usize::MAX, |times| usize::from(times.get()).saturating_sub(charged));
        let later = |date: &Date| Some(self.anchor.after(*date, self.rate_on(*date).cycle));
        let dates = std::iter::successors(Some(self.nominal), move |date| later(date).filter(|next| *next < Date::MAX));
        dates.map(|date| (date, self.rate_on(date))).take(left)
    }

    /// Whether it is over (終了). A card that such a plan was charged to may be deleted.
    pub const fn is_over(&self) -> bool {
        matches!(self.state, PlanState::Ended { .. })
    }

    /// The day on which the period is charged that comes next: its date's business day, and never less than a week after a reminder that was owed.
    pub fn run_day(&self) -> RunDay {
        let announced = self.announced.map(|day| day.saturating_add(REMINDER_DAYS.days()));
        run_day(announced.map_or(self.nominal, |earliest| earliest.max(self.nominal)))
    }

    /// The nominal date after the one that is charged next.
    pub fn following(&self) -> Date {
        self.anchor.after(self.nominal, self.rate().cycle)
    }

    /// This plan, changed by one write.
    fn written(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut next = Self { version: self.version.saturating_add(1), ..self.clone() };
        change(&mut next);
        next
    }

    /// This plan with its period closed, charged or not: the next one is waited for, or it is over.
    fn closed(&self, now: Timestamp) -> Self {
        let rate = self.rate();
        self.written(|plan| {
            plan.nominal = self.following();
            plan.agreed = rate;
            plan.then.retain(|then| then.from > self.nominal);
            plan.period = self.period.saturating_add(1);
            plan.tries = 0;
            plan.first_failed = None;
            plan.announced = None;
            let over = self.times.is_some_and(|times| plan.period > u32::from(times.get()));
            plan.state = match self.state {
                PlanState::Active(_) | PlanState::Paused { .. } if over => {
                    PlanState::Ended { at: now, why: EndReason::Completed }
                }
                PlanState::Active(_) | PlanState::Paused { why: PauseReason::Unpaid(_), .. } => {
                    PlanState::Active(Progress::Waiting)
                }
                PlanState::Paused { .. } | PlanState::Ended { .. } => self.state,
            };
        })
    }
}
