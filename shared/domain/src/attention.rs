//! What a person has to look at: money may have moved, or soon will not. One matter is one row, however often it is found.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    ActorId, MerchantId, OrderId, Payment, PaymentKey, Reference,
    batch::{Batch, BatchId},
    id::IdError,
    payment::{Alarm, Open, OperationKind, Stage, State},
    webhook::EndpointId,
};

/// A matter for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matter {
    /// Whose payment it is. None: nobody's that is known here; the operator's to look at.
    pub merchant: Option<MerchantId>,
    /// Since when. It is a part of the matter's name, so the same matter has the same instant whoever finds it.
    pub since: Timestamp,
    /// What it is.
    pub kind: MatterKind,
    /// The payment's order, if it is known.
    pub order: Option<OrderId>,
    /// The operation at the acquirer, if one is concerned.
    pub reference: Option<Reference>,
    /// The batch, if it is one's and no payment's.
    pub batch: Option<BatchId>,
    /// The endpoint for notifications, if it is one's.
    pub endpoint: Option<EndpointId>,
    /// Who closed it, and when. None: it is open.
    pub settled: Option<Settled>,
}

/// What a matter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatterKind {
    /// A day of asking did not say whether it was approved.
    Unknown,
    /// A day of trying did not undo it.
    NotUndone,
    /// The acquirer approved another amount than was asked; it is being reversed.
    OtherAmount,
    /// The acquirer approved without the authentication that has to be; it is being reversed.
    NotAuthenticated,
    /// An approval came after the payment was given up.
    LateApproval {
        /// The acquirer confirmed that it was undone.
        undone: bool,
    },
    /// A day of asking did not say what became of an operation.
    OperationUnknown {
        /// Which.
        operation: OperationKind,
    },
    /// An operation was done after it had been given up.
    LateOperation,
    /// What is held lapses soon, and was not captured.
    LapsesSoon {
        /// When.
        until: Timestamp,
    },
    /// The cardholder disputes it.
    Disputed {
        /// Yen.
        amount: u64,
    },
    /// The acquirer's books and ours differ.
    Difference(Difference),
    /// A batch has not got on for a while.
    BatchStands,
    /// Notifications to an endpoint were given up or are held: its server does not know what happened.
    Unheard,
    /// Something that happened could not be made into notifications: the merchant's server does not know of it.
    Unprepared,
}

/// How the acquirer's books and ours differ. In yen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// The acquirer moved money for what is no payment of ours.
    NotOurs {
        /// How much.
        amount: u64,
    },
    /// We say that it is paid, and the acquirer knows of no approval.
    NotTheirs {
        /// How much.
        amount: u64,
    },
    /// An approval stands at the acquirer that does not stand here.
    StandsThere {
        /// How much.
        amount: u64,
    },
    /// What is held, taken or given back is not the same.
    Sums {
        /// In our books.
        ours: Sums,
        /// In the acquirer's.
        theirs: Sums,
    },
}

/// Where an order's money stands. In yen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sums {
    /// Authorized.
    #[serde(rename = "a")]
    pub authorized: u64,
    /// Taken of that.
    #[serde(rename = "c")]
    pub captured: u64,
    /// Given back of that.
    #[serde(rename = "r")]
    pub refunded: u64,
}

/// Who closed a matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// Who.
    #[serde(rename = "b")]
    pub by: ActorId,
    /// When.
    #[serde(rename = "t", with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub at: Timestamp,
}

/// A matter's name: sorts by its instant, and is the same whoever finds it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MatterId(String);

impl MatterId {
    /// # Errors
    /// [`IdError`] unless `text` is 13 digits, a kind, and what it is about, joined by points.
    pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
        let text = text.into();
        let mut parts = text.splitn(3, '.');
        let instant = parts.next().is_some_and(|ms| ms.len() == 13 && ms.bytes().all(|b| b.is_ascii_digit()));
        let rest = [parts.next(), parts.next()];
        let plain = |part: &str| {
            part.len() <= 64 && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
        };
        let valid = instant && rest.into_iter().all(|part| part.is_some_and(plain));
        if valid { Ok(Self(text)) } else { Err(IdError("matter")) }
    }

    /// What sorts before the names of all matters since then, and behind those of all before.
    pub fn least(since: Timestamp) -> String {
        format!("{:013}", since.as_millisecond().clamp(0, 9_999_999_999_999))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for MatterId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        Self::new(text)
    }
}

impl From<MatterId> for String {
    fn from(id: MatterId) -> Self {
        id.0
    }
}

impl std::fmt::Display for MatterId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl MatterKind {
    /// Its name in ids and lists.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::NotUndone => "not_undone",
            Self::OtherAmount => "other_amount",
            Self::NotAuthenticated => "not_authenticated",
            Self::LateApproval { .. } => "late_approval",
            Self::OperationUnknown { .. } => "operation_unknown",
            Self::LateOperation => "late_operation",
            Self::LapsesSoon { .. } => "lapses_soon",
            Self::Disputed { .. } => "disputed",
            Self::Difference(Difference::NotOurs { .. }) => "not_ours",
            Self::Difference(Difference::NotTheirs { .. }) => "not_theirs",
            Self::Difference(Difference::StandsThere { .. }) => "stands_there",
            Self::Difference(Difference::Sums { .. }) => "sums",
            Self::BatchStands => "batch_stands",
            Self::Unheard => "unheard",
            Self::Unprepared => "unprepared",
        }
    }
}

impl Matter {
    /// A matter of a payment's operation `n`, open.
    pub fn of_payment(payment: &Payment, kind: MatterKind, n: u32, since: Timestamp) -> Self {
        let PaymentKey { merchant, order } = payment.key.clone();
        let reference = Some(payment.reference(n));
        let (merchant, order) = (Some(merchant), Some(order));
        Self { merchant, since, kind, order, reference, batch: None, endpoint: None, settled: None }
    }

    /// A batch that has not got on since then.
    pub fn of_batch(batch: &Batch, since: Timestamp) -> Self {
        Self {
            merchant: Some(batch.merchant.clone()),
            since,
            kind: MatterKind::BatchStands,
            order: None,
            reference: None,
            batch: Some(batch.id.clone()),
            endpoint: None,
            settled: None,
        }
    }

    /// Whether nobody has closed it.
    pub const fn is_open(&self) -> bool {
        self.settled.is_none()
    }

    /// Notifications that an endpoint did not hear, since then.
    pub fn of_endpoint(merchant: &MerchantId, endpoint: &EndpointId, since: Timestamp) -> Self {
        Self {
            merchant: Some(merchant.clone()),
            since,
            kind: MatterKind::Unheard,
            order: None,
            reference: None,
            batch: None,
            endpoint: Some(endpoint.clone()),
            settled: None,
        }
    }

    /// Something that happened then, of which no notification could be made. `order`: of what it happened to.
    pub fn of_unprepared(merchant: &MerchantId, order: Option<OrderId>, since: Timestamp) -> Self {
        Self {
            merchant: Some(merchant.clone()),
            since,
            kind: MatterKind::Unprepared,
            order,
            reference: None,
            batch: None,
            endpoint: None,
            settled: None,
        }
    }

    /// What an alarm about a payment calls a person for. `since` is the payment's own instant, so that a repeat is the same row.
    pub fn of_alarm(payment: &Payment, alarm: Alarm) -> Self {
        let pending = payment.pending().map(|record| (record.operation.kind, record.n, record.since));
        let doubt = payment.unknown_since().unwrap_or(payment.opened_at);
        let doubted = payment.doubted_n();
        let (kind, n, since) = match (alarm, pending) {
            (Alarm::OperationUnanswered | Alarm::WithdrawalUnanswered, Some((operation, n, since))) => {
                (MatterKind::OperationUnknown { operation }, n, since)
            }
            (Alarm::NotAuthenticated, _) => (MatterKind::NotAuthenticated, doubted, payment.opened_at),
            (Alarm::OtherAmount, _) => (MatterKind::OtherAmount, doubted, payment.opened_at),
            (Alarm::ApprovedAfterReversal, _) => {
                (MatterKind::LateApproval { undone: false }, doubted, payment.opened_at)
            }
            (Alarm::ReversalUnanswered, _) => (MatterKind::NotUndone, doubted, doubt),
            (Alarm::Unanswered | Alarm::OperationUnanswered | Alarm::WithdrawalUnanswered, _) => {
                (MatterKind::Unknown, doubted, doubt)
            }
        };
        Self::of_payment(payment, kind, n, since)
    }

    /// The matters that a payment's present state is an open row for: they are over when it moves on.
    pub fn standing(payment: &Payment) -> Vec<Self> {
        let unanswered = match &payment.state {
            State::NeedsPerson(Open::Unknown(_)) => Some(Alarm::Unanswered),
            State::NeedsPerson(Open::Reversing(_)) => Some(Alarm::ReversalUnanswered),
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
            | State::Abandoned { .. } => None,
        };
        let operation = payment.pending().is_some_and(|record| match &record.stage {
            Stage::Unknown(doubt) => doubt.person,
            Stage::Withdrawing(withdrawal) => withdrawal.person,
            Stage::Running(_) | Stage::Ended { .. } => false,
        });
        let alarms = unanswered.into_iter().chain(operation.then_some(Alarm::OperationUnanswered));
        alarms.map(|alarm| Self::of_alarm(payment, alarm)).chain(Self::lapse_warning(payment)).collect()
    }

    /// What is held lapses soon. None: nothing is held, or nobody was warned yet.
    pub fn lapse_warning(payment: &Payment) -> Option<Self> {
        let State::Authorized { n, hold, .. } = &payment.state else { return None };
        let (until, since) = (payment.capturable_until()?, payment.warning_at()?);
        hold.warned.map(|_| Self::of_payment(payment, MatterKind::LapsesSoon { until }, *n, since))
    }

    /// Its name: the instant, the kind, and what it is about.
    pub fn id(&self) -> MatterId {
        let reference = self.reference.as_ref().map(Reference::as_str);
        let order = || self.order.as_ref().map(OrderId::as_str);
        let batch = || self.batch.as_ref().map(BatchId::as_str);
        let endpoint = || self.endpoint.as_ref().map(EndpointId::as_str);
        let about = reference.or_else(order).or_else(batch).or_else(endpoint).unwrap_or("-");
        MatterId(format!("{}.{}.{about}", MatterId::least(self.since), self.kind.name()))
    }

    /// The payment, if it is known here.
    pub fn payment(&self) -> Option<PaymentKey> {
        Some(PaymentKey::new(self.merchant.clone()?, self.order.clone()?))
    }
}
