//! What can be done with money that is held or taken, and the record of the operation that is running or came last.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Lease, Payment, State};
use crate::{ActorId, Decline, Nonce, Yen, api::IdempotencyKey, merchant::Status};

/// The most operations that a later one remembers: each makes the item longer.
const MAX_EARLIER: usize = 10;

/// What an operator can do with a payment's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OperationKind {
    /// Take what is held (決済確定).
    #[serde(rename = "c")]
    Capture,
    /// Let go of what is held.
    #[serde(rename = "v")]
    Cancel,
    /// Hold another amount.
    #[serde(rename = "a")]
    Adjust,
    /// Give back what was taken, or a part of it.
    #[serde(rename = "r")]
    Refund,
}

impl OperationKind {
    /// Its name in logs and lists.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::Cancel => "cancel",
            Self::Adjust => "adjust",
            Self::Refund => "refund",
        }
    }
}

impl OperationKind {
    /// Whether a merchant may do it now: who is suspended may still give money back.
    pub const fn is_open_to(self, merchant: Status) -> bool {
        match (self, merchant) {
            (Self::Cancel | Self::Refund, _) | (_, Status::Active) => true,
            (Self::Capture | Self::Adjust, Status::Suspended | Status::Closed) => false,
        }
    }
}

/// One operation: what is done, with how much. A cancellation names all that is held; an adjustment what is to be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// What.
    #[serde(rename = "k")]
    pub kind: OperationKind,
    /// With how much.
    #[serde(rename = "y")]
    pub amount: Yen,
}

/// What is held since the approval. An untouched hold is absent in records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// What is held, where it is not what was ordered.
    #[serde(rename = "y", default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Yen>,
    /// When the shop was warned that it will lapse.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub warned: Option<Timestamp>,
    /// How often the acquirer was asked in vain whether its validity is over.
    #[serde(rename = "q", default, skip_serializing_if = "is_zero")]
    pub asks: u32,
    /// The operation that is running or came last.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Box<OperationRecord>>,
}

/// What was taken. Untouched since, it is absent in records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// What was taken, where it is not what was ordered.
    #[serde(rename = "y", default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Yen>,
    /// What had been held when it was taken, where that is not what was ordered: an acquirer goes on counting it, however little was taken.
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Yen>,
    /// When it was taken, where that was after the approval.
    #[serde(rename = "t", default, with = "jiff::fmt::serde::timestamp::millisecond::optional")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Yen given back so far.
    #[serde(rename = "r", default, skip_serializing_if = "is_zero")]
    pub refunded: u32,
    /// Since when the cardholder disputes it. It blocks refunds: the acquirer takes the money back by itself.
    #[serde(rename = "d", default, with = "jiff::fmt::serde::timestamp::millisecond::optional")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disputed: Option<Timestamp>,
    /// The operation that is running or came last.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Box<OperationRecord>>,
}

/// One operation on a payment's money, from its intent to its end. The next one takes its place, and remembers it for a day where a program asked for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationRecord {
    /// What is done.
    #[serde(flatten)]
    pub operation: Operation,
    /// Its number, and so its reference at the acquirer; never used again.
    pub n: u32,
    /// Who asked for it.
    #[serde(rename = "b")]
    pub by: ActorId,
    /// The form it was sent from.
    #[serde(rename = "x")]
    pub nonce: Nonce,
    /// When its intent was made.
    #[serde(rename = "t", with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub since: Timestamp,
    /// How far it is.
    #[serde(rename = "g")]
    pub stage: Stage,
    /// Those before it that programs asked for within a day, the newest first: who sends one of them again is answered with its own end. A person at a form
    /// sees the payment, and is not worth a write unit.
    #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<OperationRecord>,
}

/// How far an operation is. All but the last block every other one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// The intent is stored, and the acquirer is being asked.
    #[serde(rename = "r")]
    Running(Lease),
    /// Nobody can say yet. Only an inquiry ends it.
    #[serde(rename = "u")]
    Unknown(OperationDoubt),
    /// The acquirer does not know it; it is being made sure that it never happens.
    #[serde(rename = "w")]
    Withdrawing(Withdrawal),
    /// It is over.
    #[serde(rename = "e")]
    Ended {
        /// How.
        #[serde(rename = "e")]
        end: End,
        /// When we learnt of it.
        #[serde(rename = "t", with = "jiff::fmt::serde::timestamp::millisecond::required")]
        at: Timestamp,
    },
}

/// An operation whose outcome nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationDoubt {
    /// When the asking invocation's lease ended or ends.
    #[serde(rename = "u", with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub lease_until: Timestamp,
    /// How many inquiries gave nothing.
    #[serde(rename = "q")]
    pub asks: u16,
    /// A person was called.
    #[serde(rename = "p", default, skip_serializing_if = "std::ops::Not::not")]
    pub person: bool,
}

/// An operation that the acquirer does not know, being forbidden there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// How many calls gave no answer.
    #[serde(rename = "q")]
    pub asks: u16,
    /// The acquirer said that it has not happened, but not that it never will.
    #[serde(rename = "a", default, with = "jiff::fmt::serde::timestamp::millisecond::optional")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Timestamp>,
    /// How many of the later looks (5 min, 1 h, 24 h) are done.
    #[serde(rename = "l")]
    pub looks: u8,
    /// A person was called.
    #[serde(rename = "p", default, skip_serializing_if = "std::ops::Not::not")]
    pub person: bool,
}

/// How an operation ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// It is done.
    #[serde(rename = "d")]
    Done,
    /// The acquirer refused it.
    #[serde(rename = "r")]
    Refused(Decline),
    /// The acquirer has no such operation.
    #[serde(rename = "n")]
    NotSupported,
    /// The acquirer never had it, and it was made sure that it never will.
    #[serde(rename = "g")]
    GivenUp,
}

impl Hold {
    /// As it was approved.
    pub const fn untouched() -> Self {
        Self { amount: None, warned: None, asks: 0, operation: None }
    }

    pub(super) fn is_untouched(&self) -> bool {
        *self == Self::untouched()
    }
}

impl Taken {
    /// As it was approved and captured at once.
    pub const fn untouched() -> Self {
        Self { amount: None, held: None, at: None, refunded: 0, disputed: None, operation: None }
    }

    pub(super) fn is_untouched(&self) -> bool {
        *self == Self::untouched()
    }
}

impl OperationRecord {
    /// Whether it still blocks others.
    pub const fn is_pending(&self) -> bool {
        match self.stage {
            Stage::Running(_) | Stage::Unknown(_) | Stage::Withdrawing(_) => true,
            Stage::Ended { .. } => false,
        }
    }

    /// Those that an operation which begins now remembers: this one, and its own earlier ones as long as a call may be sent again under its key.
    pub(super) fn remembered(&self, now: Timestamp) -> Vec<Self> {
        let own = Self { earlier: Vec::new(), ..self.clone() };
        let known = |record: &Self| {
            record.by.as_api_key().is_some() && now.duration_since(record.since) < IdempotencyKey::KNOWN_FOR
        };
        std::iter::once(own).chain(self.earlier.iter().cloned()).filter(known).take(MAX_EARLIER).collect()
    }

    /// How it ended. None: it has not.
    pub const fn end(&self) -> Option<&End> {
        match &self.stage {
            Stage::Ended { end, .. } => Some(end),
            Stage::Running(_) | Stage::Unknown(_) | Stage::Withdrawing(_) => None,
        }
    }
}

impl Payment {
    /// The operation that is running or came last.
    pub fn operation(&self) -> Option<&OperationRecord> {
        match &self.state {
            State::Authorized { hold, .. } => hold.operation.as_deref(),
            State::Captured { taken, .. } => taken.operation.as_deref(),
            State::Cancelled { operation, .. } => Some(operation),
            State::Authorizing { .. }
            | State::Challenging { .. }
            | State::Unknown(_)
            | State::Reversing(_)
            | State::Declined { .. }
            | State::Lapsed { .. }
            | State::Failed { .. }
            | State::Abandoned { .. }
            | State::NeedsPerson(_) => None,
        }
    }

    /// The operation that has not ended yet: at most one.
    pub fn pending(&self) -> Option<&OperationRecord> {
        self.operation().filter(|operation| operation.is_pending())
    }

    /// What was sent from this form: the operation that is running or came last, or one that it remembers.
    pub fn operation_from(&self, form: Nonce) -> Option<&OperationRecord> {
        let last = self.operation()?;
        std::iter::once(last).chain(&last.earlier).find(|operation| operation.nonce == form)
    }

    /// What is held and not taken. None: nothing is.
    pub fn held(&self) -> Option<Yen> {
        match &self.state {
            State::Authorized { hold, .. } => Some(hold.amount.unwrap_or(self.amount)),
            State::Authorizing { .. }
            | State::Challenging { .. }
            | State::Unknown(_)
            | State::Reversing(_)
            | State::Declined { .. }
            | State::Captured { .. }
            | State::Cancelled { .. }
            | State::Lapsed { .. }
            | State::Failed { .. }
            | State::Abandoned { .. }
            | State::NeedsPerson(_) => None,
        }
    }

    /// What stands as authorized at the acquirer: what is held, or had been held when it was taken. None: nothing is held or taken.
    pub fn authorized(&self) -> Option<Yen> {
        self.held().or_else(|| self.taken().map(|taken| taken.held.unwrap_or(self.amount)))
    }

    /// What was taken. None: nothing was.
    pub fn captured(&self) -> Option<Yen> {
        self.taken().map(|taken| taken.amount.unwrap_or(self.amount))
    }

    /// Yen that were given back.
    pub fn refunded(&self) -> u32 {
        self.taken().map_or(0, |taken| taken.refunded)
    }

    /// Yen that may still be given back. A refund that is pending counts as given back; a dispute leaves nothing.
    pub fn refundable(&self) -> u32 {
        let Some(taken) = self.taken().filter(|taken| taken.disputed.is_none()) else { return 0 };
        let refunding = match self.pending().map(|record| record.operation) {
            Some(Operation { kind: OperationKind::Refund, amount }) => amount.get(),
            Some(Operation {
                kind: OperationKind::Capture | OperationKind::Cancel | OperationKind::Adjust, ..
            })
            | None => 0,
        };
        let captured = taken.amount.unwrap_or(self.amount).get();
        captured.saturating_sub(taken.refunded).saturating_sub(refunding)
    }

    /// Whether giving back so much more needs a code of the second factor, where the merchant wants one beyond `limit`.
    pub fn refund_is_over(&self, limit: Yen, amount: Yen) -> bool {
        self.refunded().saturating_add(amount.get()) > limit.get()
    }

    /// Since when the cardholder disputes it.
    pub fn disputed(&self) -> Option<Timestamp> {
        self.taken().and_then(|taken| taken.disputed)
    }

    /// What the payment is about now: what is held or taken or was let go, else what was ordered.
    pub fn amount_now(&self) -> Yen {
        match &self.state {
            State::Cancelled { amount, .. } | State::Lapsed { amount, .. } => *amount,
            State::Authorized { .. }
            | State::Captured { .. }
            | State::Authorizing { .. }
            | State::Challenging { .. }
            | State::Unknown(_)
            | State::Reversing(_)
            | State::Declined { .. }
            | State::Failed { .. }
            | State::Abandoned { .. }
            | State::NeedsPerson(_) => self.held().or_else(|| self.captured()).unwrap_or(self.amount),
        }
    }

    pub(super) fn taken(&self) -> Option<&Taken> {
        match &self.state {
            State::Captured { taken, .. } => Some(taken),
            State::Authorized { .. }
            | State::Authorizing { .. }
            | State::Challenging { .. }
            | State::Unknown(_)
            | State::Reversing(_)
            | State::Declined { .. }
            | State::Cancelled { .. }
            | State::Lapsed { .. }
            | State::Failed { .. }
            | State::Abandoned { .. }
            | State::NeedsPerson(_) => None,
        }
    }
}

const fn is_zero(number: &u32) -> bool {
    *number == 0
}
