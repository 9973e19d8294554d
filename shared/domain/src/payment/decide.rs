//! May this form start an attempt? The first question of every submit, answered from what is stored.

use jiff::Timestamp;

use super::{Keeping, Lease, Order, Origin, Payment, State, TransitionError};
use crate::{CardId, Fingerprint, Initiator, MaskedCard, Nonce};

/// An attempt that wants to start: what the sealed form said, and who would hold the payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// The visit the form was rendered for.
    pub generation: u16,
    /// The operation number the form stands for.
    pub n: u32,
    /// The rendering.
    pub nonce: Nonce,
    /// The hold.
    pub lease: Lease,
    /// Who starts it.
    pub initiator: Initiator,
    /// The card, as far as it may be stored.
    pub card: MaskedCard,
    /// The name on it.
    pub holder: String,
    /// The same for the same card number.
    pub fingerprint: Option<Fingerprint>,
    /// The kept card it is paid with, or under which its card is to be kept.
    pub card_id: Option<CardId>,
    /// The buyer agrees to let the card be kept.
    pub keeping: Option<Keeping>,
}

/// What to do with an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Write this in place of what was looked at (or where nothing was), then call the acquirer.
    Start(Box<Payment>),
    /// This very invocation already wrote its intent (a write whose reply was lost): call the acquirer.
    Started(Box<Payment>),
    /// No attempt: show how it stands.
    Stands(Standing),
}

/// Why no attempt starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The same rendering was submitted before: its result, or the waiting page.
    SameSubmit,
    /// Another attempt runs or is being checked.
    Running,
    /// The order is paid.
    Paid,
    /// The order was paid for, and then let go: its number stays used.
    LetGo,
    /// The form is older than what happened since: show the order as it stands.
    Stale,
    /// The order stands with another amount.
    OtherAmount,
    /// The order was claimed by another origin.
    OtherOrigin,
}

impl Payment {
    /// Decides about an attempt, given what is stored under its key.
    pub fn decide(stored: Option<&Self>, order: &Order, intent: &Intent, now: Timestamp) -> Decision {
        let Some(stored) = stored else {
            return Decision::Start(Box::new(Self::first(order, intent, now)));
        };
        if let State::Authorizing { lease, .. } = &stored.state
            && lease.id == intent.lease.id
        {
            return Decision::Started(Box::new(stored.clone()));
        }
        match stored.stands_in_the_way(order, intent) {
            Some(standing) => Decision::Stands(standing),
            None => Decision::Start(Box::new(stored.again(order, intent, now))),
        }
    }

    fn stands_in_the_way(&self, order: &Order, intent: &Intent) -> Option<Standing> {
        if self.nonce == intent.nonce {
            return Some(Standing::SameSubmit);
        }
        if self.origin != order.origin && !self.gives_way_to(&order.origin) {
            return Some(Standing::OtherOrigin);
        }
        if self.joined_free() {
            return Some(Standing::Paid);
        }
        let new_visit = Some(intent.generation) == self.generation.checked_add(1);
        match &self.state {
            State::Failed { .. } | State::Abandoned { .. } => (!new_visit).then_some(Standing::Stale),
            State::Authorizing { .. }
            | State::Challenging { .. }
            | State::Unknown(_)
            | State::Reversing(_)
            | State::Declined { .. }
            | State::Authorized { .. }
            | State::Captured { .. }
            | State::Cancelled { .. }
            | State::Lapsed { .. }
            | State::NeedsPerson(_)
                if self.amount != order.amount =>
            {
                Some(Standing::OtherAmount)
            }
            State::Declined { .. } => {
                let next = intent.generation == self.generation && intent.n == self.next_n();
                (!next).then_some(Standing::Stale)
            }
            State::Authorized { .. } | State::Captured { .. } => Some(Standing::Paid),
            State::Cancelled { .. } | State::Lapsed { .. } => Some(Standing::LetGo),
            State::Authorizing { .. }
            | State::Challenging { .. }
            | State::Unknown(_)
            | State::Reversing(_)
            | State::NeedsPerson(_) => Some(Standing::Running),
        }
    }

    /// A row that came to nothing may be charged by a row of another batch: the mended file.
    fn gives_way_to(&self, origin: &Origin) -> bool {
        let rows = matches!((&self.origin, origin), (Origin::Batch { .. }, Origin::Batch { .. }));
        rows && self.state.is_unpaid()
    }

    /// The order's first attempt ever.
    fn first(order: &Order, intent: &Intent, now: Timestamp) -> Self {
        Self {
            key: order.key.clone(),
            version: 1,
            generation: intent.generation,
            last_n: 1,
            attempts: 1,
            attempts_allowed: order.attempts_allowed,
            amount: order.amount,
            interface: order.interface,
            origin: order.origin.clone(),
            details: order.details.clone(),
            nonce: intent.nonce,
            opened_at: now,
            initiator: intent.initiator,
            card: Some(intent.card.clone()),
            holder: intent.holder.clone(),
            fingerprint: intent.fingerprint,
            card_id: intent.card_id,
            keeping: intent.keeping.clone(),
            doubted: false,
            state: State::Authorizing { n: 1, lease: intent.lease, challenged: None },
        }
    }

    /// A further attempt: with another card after a decline, or of a new visit after a failure.
    fn again(&self, order: &Order, intent: &Intent, now: Timestamp) -> Self {
        let reopened = self.state.is_unpaid();
        let n = self.next_n();
        Self {
            key: self.key.clone(),
            version: self.version.saturating_add(1),
            generation: if reopened { intent.generation } else { self.generation },
            last_n: n,
            attempts: if reopened { 1 } else { self.attempts.saturating_add(1) },
            attempts_allowed: order.attempts_allowed,
            amount: order.amount,
            interface: order.interface,
            origin: order.origin.clone(),
            details: order.details.clone(),
            nonce: intent.nonce,
            opened_at: if reopened { now } else { self.opened_at },
            initiator: intent.initiator,
            card: Some(intent.card.clone()),
            holder: intent.holder.clone(),
            fingerprint: intent.fingerprint,
            card_id: intent.card_id,
            keeping: intent.keeping.clone(),
            doubted: !reopened && self.doubted,
            state: State::Authorizing { n, lease: intent.lease, challenged: None },
        }
    }

    /// The shopper gives up before any attempt of this visit was stored: the order's first or a new visit's record.
    pub fn abandoned_unseen(
        stored: Option<&Self>,
        order: &Order,
        generation: u16,
        nonce: Nonce,
        now: Timestamp,
    ) -> Self {
        Self {
            key: order.key.clone(),
            version: stored.map_or(1, |s| s.version.saturating_add(1)),
            generation,
            last_n: stored.map_or(0, |s| s.last_n),
            attempts: 0,
            attempts_allowed: order.attempts_allowed,
            amount: order.amount,
            interface: order.interface,
            origin: order.origin.clone(),
            details: order.details.clone(),
            nonce,
            opened_at: now,
            initiator: Initiator::Cardholder,
            card: None,
            holder: String::new(),
            fingerprint: None,
            card_id: None,
            keeping: None,
            doubted: false,
            state: State::Abandoned { at: now },
        }
    }

    /// The shopper gives up after a decline.
    ///
    /// # Errors
    /// [`TransitionError`] unless it stands declined.
    pub fn abandon(&self, nonce: Nonce, now: Timestamp) -> Result<Self, TransitionError> {
        match &self.state {
            State::Declined { .. } => Ok(Self { nonce, ..self.moved(State::Abandoned { at: now }) }),
            State::Authorizing { .. }
            | State::Challenging { .. }
            | State::Unknown(_)
            | State::Reversing(_)
            | State::Authorized { .. }
            | State::Captured { .. }
            | State::Cancelled { .. }
            | State::Lapsed { .. }
            | State::Failed { .. }
            | State::Abandoned { .. }
            | State::NeedsPerson(_) => Err(TransitionError { from: self.state.name(), to: "abandoned" }),
        }
    }
}
