//! A payment: its states and the transitions between them. Nothing else decides what a payment may become.
//!
//! A transition is a function from the stored payment to the next one, or a refusal; the store writes it on condition that nobody moved it first.

mod decide;
mod held;
mod operate;
mod operation;
#[cfg(test)]
mod operation_tests;
mod resolve;
mod tell;
#[cfg(test)]
mod tests;

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use decide::{Decision, Intent, Standing};
pub use held::{Overtime, capture_ends};
pub use operate::{Impossible, OperationDecision, OperationIntent, OperationStanding};
pub use operation::{End, Hold, Operation, OperationDoubt, OperationKind, OperationRecord, Stage, Taken, Withdrawal};
pub use resolve::{Alarm, Next, Ruling};
pub use tell::{Reader, Telling, Tidings, tidings};

use crate::{
    Approval, CardId, CardOwner, Decline, Fingerprint, Initiator, Lang, LeaseId, MaskedCard, Nonce, OrderId,
    PaymentKey, PaymentNumber, Reference, Yen, account::UserId, acquirer::Challenge, card::ConsentScope,
    merchant::DestinationNumber,
};

/// How long a declined order stays open for another card before it fails.
pub const QUIET: SignedDuration = SignedDuration::from_mins(30);
/// How long after a lease's end a reference the acquirer does not know is given up and reversed.
pub const NOT_FOUND_GRACE: SignedDuration = SignedDuration::from_secs(60);
/// How long the acquirer is asked before a person is called.
pub const ASKING: SignedDuration = SignedDuration::from_hours(24);

/// The way a payment came in (処理区分).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interface {
    /// Link-open (リンク).
    Link,
    /// Data linkage (データ連携).
    DataLinkage,
    /// Batch (一括).
    Batch,
    /// Continuation (継続).
    Continuation,
    /// Single charge (個別).
    Single,
    /// A following period of a regular purchase (定期). The first payment is the page's.
    Regular,
    /// A card is registered without a purchase: one yen is authorized and always reversed.
    CardRegistration,
}

/// Who claimed the order. A second claim by the same origin is our own retry; by another it is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A shop's own order number at the payment page.
    Page,
    /// A payment link.
    Link(crate::LinkId),
    /// The page on which a buyer replaces a kept card.
    CardUpdate(CardOwner),
    /// A single charge from the console (個別処理).
    Single {
        /// The form in which the order was first written down.
        form: Nonce,
        /// Who wrote it.
        by: UserId,
    },
    /// A charge that the merchant's server asked for by the JSON API: its own order number is who claims it.
    Api,
    /// A row of a batch (一括).
    Batch {
        /// The batch.
        #[serde(rename = "b")]
        batch: crate::batch::BatchId,
        /// Its line in the file.
        #[serde(rename = "l")]
        line: u32,
    },
    /// A period of a regular purchase (定期購入).
    Renewal {
        /// The contract.
        #[serde(rename = "p")]
        plan: crate::recurring::plan::PlanId,
        /// Which period: the first payment was 1.
        #[serde(rename = "n")]
        period: u32,
    },
    /// The page on which a buyer agrees to a change of a regular purchase: who agrees is authenticated, and nothing is charged.
    Agreement {
        /// The contract.
        #[serde(rename = "p")]
        plan: crate::recurring::plan::PlanId,
        /// What is agreed to.
        #[serde(rename = "r")]
        rate: crate::recurring::plan::Rate,
    },
    /// A payment of an earlier month, charged again (自動継続).
    Continuation {
        /// The month that it is charged for.
        #[serde(rename = "m")]
        month: crate::recurring::continuation::Month,
        /// The order that the first payment of its lineage had.
        #[serde(rename = "r")]
        root: crate::OrderId,
    },
}

impl Origin {
    /// Who starts what is claimed so, with this kept card or a typed one. What starts otherwise says so: a buyer's other card for a period that failed.
    pub const fn usual_initiator(&self, card: Option<CardId>) -> Initiator {
        match (self, card) {
            (Self::Page | Self::Link(_) | Self::CardUpdate(_) | Self::Agreement { .. }, _) => Initiator::Cardholder,
            (Self::Renewal { .. }, _) => Initiator::MerchantRecurring,
            (Self::Continuation { .. } | Self::Batch { .. } | Self::Api, _) => Initiator::MerchantUnscheduled,
            // An operator charges a kept card for the merchant, and types the card of somebody on the telephone.
            (Self::Single { .. }, Some(_)) => Initiator::MerchantUnscheduled,
            (Self::Single { .. }, None) => Initiator::MailOrTelephone,
        }
    }

    /// The payment link that it came by.
    pub const fn link(&self) -> Option<&crate::LinkId> {
        match self {
            Self::Link(link) => Some(link),
            Self::Page
            | Self::CardUpdate(_)
            | Self::Single { .. }
            | Self::Api
            | Self::Batch { .. }
            | Self::Renewal { .. }
            | Self::Agreement { .. }
            | Self::Continuation { .. } => None,
        }
    }

    /// The regular purchase that it is about: a period of it, or an agreement to change it. What begins one names its offer instead.
    pub const fn plan(&self) -> Option<&crate::recurring::plan::PlanId> {
        match self {
            Self::Renewal { plan, .. } | Self::Agreement { plan, .. } => Some(plan),
            Self::Page
            | Self::Link(_)
            | Self::CardUpdate(_)
            | Self::Single { .. }
            | Self::Api
            | Self::Batch { .. }
            | Self::Continuation { .. } => None,
        }
    }
}

/// What a shop or a shopper said about an order, besides the money.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// The buyer's name.
    pub name: String,
    /// The buyer's mail address.
    pub mail: String,
    /// The buyer's telephone number.
    pub tel: String,
    /// The free items.
    pub free: [String; 3],
    /// The buyer id of card-on-file, already verified.
    pub user: String,
    /// Which destination gets the shopper back.
    pub destination: DestinationNumber,
    /// The shopper's language.
    pub lang: Lang,
    /// `mobile=1` was sent.
    pub mobile: bool,
    /// What is sold, where a link says so.
    pub item: String,
    /// The legal items that a link's or an offer's page showed.
    pub terms: Option<crate::link::TermsShown>,
    /// The offer of a regular purchase that begins with this payment.
    pub offer: Option<crate::recurring::offer::OfferChosen>,
    /// The day of the month on which that is charged, as the page showed it.
    pub billed_on: Option<crate::recurring::calendar::Anchor>,
    /// The order that left the kept card which pays, where no buyer is named and it is another's.
    pub card_of: Option<OrderId>,
}

/// An order that wants to be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Which one.
    pub key: PaymentKey,
    /// How much.
    pub amount: Yen,
    /// How it came.
    pub interface: Interface,
    /// Who claims it.
    pub origin: Origin,
    /// How many cards one visit may try.
    pub attempts_allowed: u8,
    /// The rest.
    pub details: Details,
}

/// One order's payment, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Its identity.
    pub key: PaymentKey,
    /// Counts writes; every update is conditional on it.
    pub version: u32,
    /// Counts visits that opened the order: 0 first, one more after each failure or giving up.
    pub generation: u16,
    /// The last operation number used; never used again.
    pub last_n: u32,
    /// Cards tried in this generation.
    pub attempts: u8,
    /// Cards one visit may try.
    pub attempts_allowed: u8,
    /// How much.
    pub amount: Yen,
    /// How it came.
    pub interface: Interface,
    /// Who claimed the order.
    pub origin: Origin,
    /// What is known of the order.
    pub details: Details,
    /// The form rendering that the last attempt was sent from.
    pub nonce: Nonce,
    /// When this generation's first intent was made.
    pub opened_at: Timestamp,
    /// Who started the last attempt.
    pub initiator: Initiator,
    /// The card of the last attempt.
    pub card: Option<MaskedCard>,
    /// The name on it.
    pub holder: String,
    /// The same for the same card number.
    pub fingerprint: Option<Fingerprint>,
    /// The kept card it is paid with, or under which its card is to be kept.
    pub card_id: Option<CardId>,
    /// The buyer agreed to let the card of the last attempt be kept.
    pub keeping: Option<Keeping>,
    /// Whether the payer was told that this generation's outcome is being checked.
    pub doubted: bool,
    /// Where it stands.
    pub state: State,
}

/// The buyer's agreement to let a card be kept, until it is. It was given with the attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keeping {
    /// What may be done with the card.
    #[serde(rename = "s")]
    pub scope: ConsentScope,
    /// Version of the text that was agreed to.
    #[serde(rename = "v")]
    pub terms: u16,
    /// The address it came from, as the gateway saw it.
    #[serde(rename = "a")]
    pub address: String,
    /// Keep it only after full authentication (transStatus Y).
    #[serde(rename = "y", default, skip_serializing_if = "std::ops::Not::not")]
    pub authenticated_only: bool,
    /// The card is a kept one already, and may be used for more from now on.
    #[serde(rename = "x", default, skip_serializing_if = "std::ops::Not::not")]
    pub extends: bool,
}

/// One invocation's hold on a payment while it talks to the acquirer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Who holds it.
    pub id: LeaseId,
    /// When it ends: the function's deadline and five seconds.
    pub until: Timestamp,
}

/// Where a payment stands. Variants carry what only they need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The intent is stored and the acquirer is being asked.
    Authorizing {
        /// The operation.
        n: u32,
        /// Who asks.
        lease: Lease,
        /// The result of a challenge is being fetched; until then the payer had time to answer it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        challenged: Option<Timestamp>,
    },
    /// The payer is with the issuer (3-D Secure).
    Challenging {
        /// The operation.
        n: u32,
        /// When the acquirer is asked whether the payer came back.
        due: Timestamp,
        /// Where the payer answers.
        challenge: Challenge,
    },
    /// Nobody can say yet. Only an inquiry ends it.
    Unknown(Doubt),
    /// Being undone at the acquirer; fails when that is confirmed.
    Reversing(Reversal),
    /// Refused; another card may be tried.
    Declined {
        /// The operation.
        n: u32,
        /// Why.
        decline: Decline,
        /// When.
        #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
        at: Timestamp,
    },
    /// Held on the card, not yet taken.
    Authorized {
        /// The operation.
        n: u32,
        /// The issuer's agreement.
        #[serde(rename = "a")]
        approval: Approval,
        /// When we learnt of it.
        #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
        at: Timestamp,
        /// What is held, and what was done with it since.
        #[serde(rename = "h", default = "Hold::untouched", skip_serializing_if = "Hold::is_untouched")]
        hold: Hold,
    },
    /// Taken.
    Captured {
        /// The operation that authorized it.
        n: u32,
        /// The issuer's agreement.
        #[serde(rename = "a")]
        approval: Approval,
        /// When we learnt of the approval: the payment date, also where the money was taken later.
        #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
        at: Timestamp,
        /// What was taken, and what was done with it since.
        #[serde(rename = "k", default = "Taken::untouched", skip_serializing_if = "Taken::is_untouched")]
        taken: Taken,
    },
    /// Let go before it was taken, by an operator. It stays.
    Cancelled {
        /// The operation that authorized it.
        n: u32,
        /// What was held.
        #[serde(rename = "y")]
        amount: Yen,
        /// When it was let go.
        #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
        at: Timestamp,
        /// The cancellation.
        #[serde(rename = "o")]
        operation: Box<OperationRecord>,
    },
    /// Never taken, and its validity is over. It stays.
    Lapsed {
        /// The operation that authorized it.
        n: u32,
        /// What was held.
        #[serde(rename = "y")]
        amount: Yen,
        /// When we learnt of it.
        #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
        at: Timestamp,
    },
    /// Over without money.
    Failed {
        /// Why.
        reason: Failure,
        /// The last card's refusal, where that is why: who comes later has to be told the same.
        #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
        decline: Option<Decline>,
        /// When.
        #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
        at: Timestamp,
    },
    /// Given up by the shopper.
    Abandoned {
        /// When.
        #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
        at: Timestamp,
    },
    /// A day of asking gave no answer. Still asked, hourly.
    NeedsPerson(Open),
}

/// What a person has to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Open {
    /// Nobody knows whether it was approved.
    Unknown(Doubt),
    /// It could not be undone.
    Reversing(Reversal),
}

/// An outcome that nobody knows yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// The operation in doubt.
    pub n: u32,
    /// Since when.
    pub since: Timestamp,
    /// When the asking invocation's lease ended or ends.
    pub lease_until: Timestamp,
    /// How many inquiries gave nothing.
    pub asks: u16,
}

/// An operation being undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reversal {
    /// The operation to undo.
    pub n: u32,
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub reason: Failure,
    /// How many calls gave no answer.
    pub asks: u16,
    /// The acquirer said that nothing is held, but not that nothing ever will be.
    pub acknowledged: Option<Timestamp>,
    /// How many of the later looks (5 min, 1 h, 24 h) are done.
    pub looks: u8,
    /// The operation number of the void of a late approval, once one was found.
    pub void_n: Option<u32>,
}

/// Why a payment is over without money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// Every allowed card was declined.
    AttemptsUsedUp,
    /// Declined, and nobody tried again for 30 minutes.
    Quiet,
    /// The acquirer never had it, and it was made sure that it never will.
    NotFound,
    /// The acquirer had reversed it.
    Reversed,
    /// The acquirer approved another amount; it was reversed.
    AmountMismatch,
    /// The acquirer approved without the authentication that has to be; it was reversed.
    NotAuthenticated,
    /// The payer did not answer the issuer's challenge in time; it was cancelled.
    ChallengeExpired,
    /// The payer turned away from the issuer's challenge to pay otherwise; it was cancelled.
    ChallengeCancelled,
    /// Nothing failed: the card was registered, and what was authorized for that was reversed.
    Registered,
}

impl Failure {
    /// Every one.
    pub const ALL: [Self; 9] = [
        Self::AttemptsUsedUp,
        Self::Quiet,
        Self::NotFound,
        Self::Reversed,
        Self::AmountMismatch,
        Self::NotAuthenticated,
        Self::ChallengeExpired,
        Self::ChallengeCancelled,
        Self::Registered,
    ];

    /// Its name, as shops' servers are told.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AttemptsUsedUp => "attempts_used_up",
            Self::Quiet => "quiet",
            Self::NotFound => "not_found",
            Self::Reversed => "reversed",
            Self::AmountMismatch => "amount_mismatch",
            Self::NotAuthenticated => "not_authenticated",
            Self::ChallengeExpired => "challenge_expired",
            Self::ChallengeCancelled => "challenge_cancelled",
            Self::Registered => "registered",
        }
    }
}

/// A refused transition: the payment is not where the caller thought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a payment that is {from} cannot become {to}")]
pub struct TransitionError {
    from: &'static str,
    to: &'static str,
}

impl State {
    /// The state's name, in records, logs and conditions.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Authorizing { .. } => "authorizing",
            Self::Challenging { .. } => "challenging",
            Self::Unknown(_) => "unknown",
            Self::Reversing(_) => "reversing",
            Self::Declined { .. } => "declined",
            Self::Authorized { .. } => "authorized",
            Self::Captured { .. } => "captured",
            Self::Cancelled { .. } => "cancelled",
            Self::Lapsed { .. } => "lapsed",
            Self::Failed { .. } => "failed",
            Self::Abandoned { .. } => "abandoned",
            Self::NeedsPerson(_) => "needs_person",
        }
    }

    /// What [`reason`](Self::reason) says of a payment that its shopper gave up.
    pub const GIVEN_UP: &'static str = "abandoned";

    /// Why it came to nothing, as shops' servers are told. None: it did not.
    pub const fn reason(&self) -> Option<&'static str> {
        match self {
            Self::Failed { reason, .. } => Some(reason.name()),
            Self::Abandoned { .. } => Some(Self::GIVEN_UP),
            Self::Authorizing { .. }
            | Self::Challenging { .. }
            | Self::Unknown(_)
            | Self::Reversing(_)
            | Self::Declined { .. }
            | Self::Authorized { .. }
            | Self::Captured { .. }
            | Self::Cancelled { .. }
            | Self::Lapsed { .. }
            | Self::NeedsPerson(_) => None,
        }
    }

    /// Money is held or taken.
    pub const fn is_paid(&self) -> bool {
        match self {
            Self::Authorized { .. } | Self::Captured { .. } => true,
            Self::Authorizing { .. }
            | Self::Challenging { .. }
            | Self::Unknown(_)
            | Self::Reversing(_)
            | Self::Declined { .. }
            | Self::Cancelled { .. }
            | Self::Lapsed { .. }
            | Self::Failed { .. }
            | Self::Abandoned { .. }
            | Self::NeedsPerson(_) => false,
        }
    }

    /// The operation that authorized what is or was held.
    pub const fn approved_n(&self) -> Option<u32> {
        match self {
            Self::Authorized { n, .. }
            | Self::Captured { n, .. }
            | Self::Cancelled { n, .. }
            | Self::Lapsed { n, .. } => Some(*n),
            Self::Authorizing { .. }
            | Self::Challenging { .. }
            | Self::Unknown(_)
            | Self::Reversing(_)
            | Self::Declined { .. }
            | Self::Failed { .. }
            | Self::Abandoned { .. }
            | Self::NeedsPerson(_) => None,
        }
    }

    /// When money was held or taken.
    pub const fn paid_at(&self) -> Option<Timestamp> {
        match self {
            Self::Authorized { at, .. } | Self::Captured { at, .. } => Some(*at),
            Self::Authorizing { .. }
            | Self::Challenging { .. }
            | Self::Unknown(_)
            | Self::Reversing(_)
            | Self::Declined { .. }
            | Self::Cancelled { .. }
            | Self::Lapsed { .. }
            | Self::Failed { .. }
            | Self::Abandoned { .. }
            | Self::NeedsPerson(_) => None,
        }
    }

    /// Over without money; a new visit may open the order again.
    pub const fn is_unpaid(&self) -> bool {
        match self {
            Self::Failed { .. } | Self::Abandoned { .. } => true,
            Self::Authorizing { .. }
            | Self::Challenging { .. }
            | Self::Unknown(_)
            | Self::Reversing(_)
            | Self::Declined { .. }
            | Self::Authorized { .. }
            | Self::Captured { .. }
            | Self::Cancelled { .. }
            | Self::Lapsed { .. }
            | Self::NeedsPerson(_) => false,
        }
    }

    /// Was paid for, and then let go for good: the order number stays used.
    pub const fn is_let_go(&self) -> bool {
        match self {
            Self::Cancelled { .. } | Self::Lapsed { .. } => true,
            Self::Authorizing { .. }
            | Self::Challenging { .. }
            | Self::Unknown(_)
            | Self::Reversing(_)
            | Self::Declined { .. }
            | Self::Authorized { .. }
            | Self::Captured { .. }
            | Self::Failed { .. }
            | Self::Abandoned { .. }
            | Self::NeedsPerson(_) => false,
        }
    }

    /// When a card was registered: nothing was bought, and nothing failed.
    pub const fn registered_at(&self) -> Option<Timestamp> {
        match self {
            Self::Failed { reason: Failure::Registered, at, .. } => Some(*at),
            Self::Failed { .. }
            | Self::Authorizing { .. }
            | Self::Challenging { .. }
            | Self::Unknown(_)
            | Self::Reversing(_)
            | Self::Declined { .. }
            | Self::Authorized { .. }
            | Self::Captured { .. }
            | Self::Cancelled { .. }
            | Self::Lapsed { .. }
            | Self::Abandoned { .. }
            | Self::NeedsPerson(_) => None,
        }
    }

    /// Nothing settled becomes unsettled again but by an operation of its own.
    pub const fn is_settled(&self) -> bool {
        self.is_paid() || self.is_unpaid() || self.is_let_go()
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Payment {
    /// The kept card that it is paid with. None: the card was typed, also where it is kept from then on.
    pub fn pays_with_kept(&self) -> Option<CardId> {
        self.card_id.filter(|_| self.keeping.as_ref().is_none_or(|keeping| keeping.extends))
    }

    /// A regular purchase began with it for nothing: its card is registered.
    pub fn joined_free(&self) -> bool {
        self.details.offer.is_some() && self.state.registered_at().is_some()
    }

    /// When a regular purchase began with it. None: none did, or not yet.
    pub fn joined_at(&self) -> Option<Timestamp> {
        let at = self.state.paid_at().or(self.state.registered_at());
        at.filter(|_| self.details.offer.is_some())
    }

    /// The number that people and shops see. A generation has its own, so that a shop that has seen a failure does not take the next success for a repeat.
    pub fn number(&self) -> PaymentNumber {
        self.key.number(self.opened_at)
    }

    /// The name that its events go by.
    pub fn event_name(&self) -> String {
        self.key.event_name(self.opened_at)
    }

    /// Whose card it is that is kept with this payment.
    pub fn card_owner(&self) -> CardOwner {
        let of_order = |order: &OrderId| match self.details.user.as_str() {
            "" => CardOwner::Order(self.details.card_of.as_ref().unwrap_or(order).clone()),
            user => CardOwner::Buyer(user.to_owned()),
        };
        match &self.origin {
            Origin::CardUpdate(owner) => owner.clone(),
            // It was paid with the card that its lineage's first payment left.
            Origin::Continuation { root, .. } => of_order(root),
            Origin::Page
            | Origin::Link(_)
            | Origin::Single { .. }
            | Origin::Api
            | Origin::Batch { .. }
            | Origin::Renewal { .. }
            | Origin::Agreement { .. } => of_order(&self.key.order),
        }
    }

    /// Whether there is anything to do when it is due: it is open, an operation is, it may lapse, or a card may have to be kept yet.
    pub fn wants_a_look(&self) -> bool {
        let held = matches!(self.state, State::Authorized { .. });
        let keeps = self.state.is_paid() && self.keeping.is_some();
        !self.state.is_settled() || held || keeps || self.pending().is_some()
    }

    /// Our name at the acquirer for operation `n`.
    pub fn reference(&self, n: u32) -> Reference {
        self.key.reference(n)
    }

    /// The visit and the attempt that a new form or call stands for, by what is stored of its order: one that came to nothing is opened again.
    pub fn next_attempt(stored: Option<&Self>) -> (u16, u32) {
        match stored {
            None => (0, 1),
            Some(payment) if payment.state.is_unpaid() => (payment.generation.saturating_add(1), payment.next_n()),
            Some(payment) => (payment.generation, payment.next_n()),
        }
    }

    /// The attempt that a form rendered now stands for.
    pub fn next_n(&self) -> u32 {
        self.last_n.saturating_add(1)
    }

    /// How many more cards this visit may try.
    pub fn attempts_left(&self) -> u8 {
        self.attempts_allowed.saturating_sub(self.attempts)
    }

    /// This payment, moved to `state` by one write.
    fn moved(&self, state: State) -> Self {
        Self { version: self.version.saturating_add(1), state, ..self.clone() }
    }
}
