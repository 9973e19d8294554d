//! What people do with a plan: pause, go on, stop, change the card; and what there is to tell of it.

use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{By, Cause, EndReason, PauseReason, Plan, PlanCard, PlanState, Progress, ReminderKind};
use crate::{
    Payment,
    acquirer::DeclineCategory,
    clock::japan_date,
    payment::Reader,
    recurring::{calendar::run_day, offer::Times, retry::Chance},
};

/// How soon another mail with an address may be asked for: whoever has an old address can't fill a mailbox.
const LINK_AGAIN: SignedDuration = SignedDuration::from_mins(10);

impl Plan {
    /// Nothing more is charged until it goes on. Free, at any time. None: it is over, was paused, or the buyer owes a period: going on would let that go.
    #[must_use]
    pub fn paused(&self, by: By, now: Timestamp) -> Option<Self> {
        let (why, may) = match by {
            By::Buyer => (PauseReason::Buyer, self.state == PlanState::Active(Progress::Waiting)),
            By::Merchant => (PauseReason::Merchant, matches!(self.state, PlanState::Active(_)) || self.owes()),
        };
        may.then(|| self.written(|plan| plan.state = PlanState::Paused { at: now, why }))
    }

    /// Whether a period was not paid on its day, and nobody has let it go.
    pub const fn owes(&self) -> bool {
        match self.state {
            PlanState::Active(Progress::Retrying { .. } | Progress::Immediate { .. } | Progress::Asked { .. })
            | PlanState::Paused { why: PauseReason::Unpaid(_), .. } => true,
            PlanState::Active(Progress::Waiting)
            | PlanState::Paused { why: PauseReason::Buyer | PauseReason::Merchant, .. }
            | PlanState::Ended { .. } => false,
        }
    }

    /// It goes on, from the next date that is to come. Periods that passed meanwhile are closed uncharged. None: it is not paused, or by the other side:
    /// who paused it lets it go on. What is unpaid, the merchant does.
    ///
    /// Ask first whether the period's payment is open: what nobody knows yet is found out before it is let go.
    #[must_use]
    pub fn resumed(&self, by: By, now: Timestamp) -> Option<Self> {
        let PlanState::Paused { why, .. } = self.state else { return None };
        match (why, by) {
            (PauseReason::Buyer, By::Buyer) | (PauseReason::Merchant | PauseReason::Unpaid(_), By::Merchant) => {}
            (PauseReason::Buyer, By::Merchant) | (PauseReason::Merchant | PauseReason::Unpaid(_), By::Buyer) => {
                return None;
            }
        }
        let going = Self { state: PlanState::Active(Progress::Waiting), ..self.clone() };
        // A period that was tried keeps its name: whatever comes of a try that is still open belongs to that one.
        let past = self.tries > 0 || self.run_day().date <= japan_date(now);
        Some(if past { going.let_go(now) } else { going.written(|_| {}) })
    }

    /// The merchant lets a period go uncharged. None: nothing of it is due. As with [`Plan::resumed`], a payment that is open is found out first.
    #[must_use]
    pub fn skipped(&self, now: Timestamp) -> Option<Self> {
        let PlanState::Active(_) = self.state else { return None };
        let due = match self.state {
            PlanState::Active(Progress::Asked { .. }) => true,
            PlanState::Active(Progress::Waiting | Progress::Retrying { .. } | Progress::Immediate { .. })
            | PlanState::Paused { .. }
            | PlanState::Ended { .. } => self.run_day().date <= japan_date(now),
        };
        due.then(|| self.let_go(now))
    }

    /// This plan with its period closed uncharged, and with it all whose days have come. They do not count among a number of times.
    fn let_go(&self, now: Timestamp) -> Self {
        let today = japan_date(now);
        let mut left_out = vec![self.nominal];
        let mut next = Self { times: None, ..self.clone() }.closed(now);
        while run_day(next.nominal).date <= today && next.nominal < Date::MAX {
            left_out.push(next.nominal);
            next = Self { period: next.period, ..next.closed(now) };
        }
        Self { version: self.version.saturating_add(1), times: self.times.map(Times::extended), left_out, ..next }
    }

    /// It is over. Free, at any time. None: it was.
    #[must_use]
    pub fn ended(&self, by: By, now: Timestamp) -> Option<Self> {
        let why = match by {
            By::Buyer => EndReason::Buyer,
            By::Merchant => EndReason::Merchant,
        };
        match self.state {
            PlanState::Active(_) | PlanState::Paused { .. } => {
                Some(self.written(|plan| plan.state = PlanState::Ended { at: now, why }))
            }
            PlanState::Ended { .. } => None,
        }
    }

    /// What comes of it if the buyer changes to another card today. None: nothing had failed.
    pub fn with_new_card(&self, today: Date) -> Option<NewCard> {
        match self.state {
            PlanState::Active(Progress::Retrying { .. }) | PlanState::Paused { why: PauseReason::Unpaid(_), .. } => {
                let until = self.in_time_until();
                Some(if until < today { NewCard::Asked } else { NewCard::Charged { until } })
            }
            PlanState::Active(Progress::Waiting | Progress::Immediate { .. } | Progress::Asked { .. })
            | PlanState::Paused { why: PauseReason::Buyer | PauseReason::Merchant, .. }
            | PlanState::Ended { .. } => None,
        }
    }

    /// The buyer changed to this card: it pays from now on, and what failed is tried once with it, at once. None: it is over, or knows of this card and has
    /// nothing to try, or tried it so before.
    #[must_use]
    pub fn card_changed(&self, card: &PlanCard, now: Timestamp) -> Option<Self> {
        let comes = self.with_new_card(japan_date(now)).filter(|_| self.changed_card != Some(card.id));
        let tried = comes.map(|comes| match comes {
            NewCard::Charged { .. } => Progress::Immediate { at: now, cause: Cause::NewCard },
            NewCard::Asked => Progress::Asked { at: now },
        });
        let is_news = self.card.as_ref() != Some(card) && !self.is_over();
        (is_news || tried.is_some()).then(|| {
            self.written(|plan| {
                plan.card = Some(card.clone());
                if let Some(progress) = tried {
                    plan.state = PlanState::Active(progress);
                    plan.changed_card = Some(card.id);
                }
            })
        })
    }

    /// The last try that failed was with another card than the one that pays by now: that one is tried once, at once, also where the plan heard of it while
    /// that try was still open. `failed` is the payment of that try. None: it was another try, or with this very card; or nothing waits for a card.
    #[must_use]
    pub fn card_passed_over(&self, failed: &Payment, card: &PlanCard, now: Timestamp) -> Option<Self> {
        let is_last =
            failed.key == self.order_of(self.period) && failed.nonce == self.nonce_of(self.period, self.tries);
        let another = failed.card_id.is_some_and(|tried| tried != card.id);
        (is_last && another).then(|| Self { changed_card: None, ..self.clone() }.card_changed(card, now)).flatten()
    }

    /// The card that pays is found with another number, as its issuer gave it one: nothing is tried for that. None: it is known, or it is over.
    #[must_use]
    pub fn card_refreshed(&self, card: &PlanCard) -> Option<Self> {
        let is_news = !self.is_over() && self.card.as_ref().is_some_and(|known| known != card);
        is_news.then(|| self.written(|plan| plan.card = Some(card.clone())))
    }

    /// The buyer asks for another address of the plan's page: it goes to where the plan's mails go. None: one was asked for a moment ago.
    #[must_use]
    pub fn asked_for_link(&self, now: Timestamp) -> Option<Self> {
        let waits = |asked: Timestamp| asked.saturating_add(LINK_AGAIN).is_ok_and(|again| now < again);
        let may = !self.link_asked.is_some_and(waits);
        may.then(|| self.written(|plan| plan.link_asked = Some(now)))
    }

    /// The merchant has a period charged that failed or was asked about. What the networks forbid stays forbidden: `TryHistory` is asked before the charge.
    ///
    /// None: neither is so, or only another card or the buyer can mend what failed.
    #[must_use]
    pub fn charged_by_hand(&self, now: Timestamp) -> Option<Self> {
        let may = match self.state {
            PlanState::Active(Progress::Retrying { .. } | Progress::Asked { .. }) => true,
            PlanState::Paused { why: PauseReason::Unpaid(code), .. } => code.category() == DeclineCategory::RetryLater,
            PlanState::Active(Progress::Waiting | Progress::Immediate { .. })
            | PlanState::Paused { why: PauseReason::Buyer | PauseReason::Merchant, .. }
            | PlanState::Ended { .. } => false,
        };
        let progress = Progress::Immediate { at: now, cause: Cause::ByHand };
        may.then(|| self.written(|plan| plan.state = PlanState::Active(progress)))
    }
}

/// What comes of a period that failed if the buyer changes to another card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewCard {
    /// It is charged at once.
    Charged {
        /// The last day on which that is so.
        until: Date,
    },
    /// It is too late for that: the merchant is asked.
    Asked,
}

/// What there is to tell when a plan moved. What was charged, its payment tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanTidings {
    /// The buyer joined: the terms, and how to stop.
    Joined,
    /// A period failed for the first time, and is tried again.
    Failed,
    /// The next try is the last.
    LastTry,
    /// A period could not be charged, and the plan is paused.
    Unpaid,
    /// The merchant is asked about a period that is too late.
    Asked,
    /// The merchant let a period go uncharged.
    Skipped,
    /// The buyer is asked to agree to a change.
    Proposed,
    /// What is charged changes, by agreement or in the buyer's favour.
    Changed,
    /// It is charged on another day of the month.
    Moved,
    /// It is paused by somebody.
    Paused,
    /// It goes on.
    Resumed,
    /// It is over.
    Ended,
    /// What comes next, in time.
    Reminded(ReminderKind),
    /// The card is over before the next date.
    CardExpires,
    /// The buyer asked for another address of the plan's page.
    Link,
}

impl PlanTidings {
    /// Its name in event ids.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Joined => "joined",
            Self::Failed => "failed",
            Self::LastTry => "last_try",
            Self::Unpaid => "unpaid",
            Self::Asked => "asked",
            Self::Skipped => "skipped",
            Self::Proposed => "proposed",
            Self::Changed => "changed",
            Self::Moved => "moved",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::Ended => "ended",
            Self::Reminded(ReminderKind::TrialEnds) => "trial_ends",
            Self::Reminded(ReminderKind::PriceChanges) => "price_changes",
            Self::Reminded(ReminderKind::Billing) => "billing",
            Self::CardExpires => "card_expires",
            Self::Link => "link",
        }
    }

    /// Who is told.
    pub const fn readers(self) -> &'static [Reader] {
        match self {
            Self::Asked => &[Reader::Shop],
            Self::Joined | Self::Unpaid | Self::Paused | Self::Ended => &[Reader::Payer, Reader::Shop],
            Self::Failed
            | Self::LastTry
            | Self::Skipped
            | Self::Proposed
            | Self::Changed
            | Self::Moved
            | Self::Resumed
            | Self::Reminded(_)
            | Self::CardExpires
            | Self::Link => &[Reader::Payer],
        }
    }
}

/// What there is to tell, from the images before and after one write.
pub fn tidings(before: Option<&Plan>, after: &Plan) -> Vec<PlanTidings> {
    let Some(before) = before else { return vec![PlanTidings::Joined] };
    let mut told = Vec::new();
    if before.proposal != after.proposal && after.proposal.is_some() {
        told.push(PlanTidings::Proposed);
    }
    let closed = before.period != after.period;
    if before.anchor != after.anchor {
        told.push(PlanTidings::Moved);
    } else if !closed && (before.agreed, &before.then) != (after.agreed, &after.then) {
        told.push(PlanTidings::Changed);
    }
    if before.reminded < after.reminded {
        told.extend(before.reminder().map(|reminder| PlanTidings::Reminded(reminder.kind)));
    }
    if before.card_warned != after.card_warned {
        told.push(PlanTidings::CardExpires);
    }
    if before.link_asked != after.link_asked {
        told.push(PlanTidings::Link);
    }
    told.extend(of_states(before, after));
    told
}

fn of_states(before: &Plan, after: &Plan) -> Option<PlanTidings> {
    match (before.state, after.state) {
        // Told of where it was paused by somebody: what passed meanwhile is not charged.
        (PlanState::Active(_) | PlanState::Paused { why: PauseReason::Unpaid(_), .. }, PlanState::Active(_))
            if before.left_out != after.left_out =>
        {
            Some(PlanTidings::Skipped)
        }
        (from, to) if from == to => None,
        (_, PlanState::Active(Progress::Retrying { next, .. })) => match next.chance {
            Chance::Last => (before.last_told != after.last_told).then_some(PlanTidings::LastTry),
            Chance::Further => before.first_failed.is_none().then_some(PlanTidings::Failed),
        },
        (_, PlanState::Active(Progress::Asked { .. })) => Some(PlanTidings::Asked),
        (_, PlanState::Paused { why: PauseReason::Unpaid(_), .. }) => Some(PlanTidings::Unpaid),
        (_, PlanState::Paused { .. }) => Some(PlanTidings::Paused),
        (_, PlanState::Ended { .. }) => Some(PlanTidings::Ended),
        (PlanState::Paused { why: PauseReason::Buyer | PauseReason::Merchant, .. }, PlanState::Active(_)) => {
            Some(PlanTidings::Resumed)
        }
        (PlanState::Active(_) | PlanState::Paused { .. } | PlanState::Ended { .. }, PlanState::Active(_)) => None,
    }
}
