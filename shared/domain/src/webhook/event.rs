//! What a change tells the merchant's server. An event names its object and holds nothing of a buyer: it travels through a queue.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::PlanFacts;
use crate::{
    CardId, IdError, KeptCard, LinkId, MerchantId, OrderId, Payment, PaymentKey, PaymentNumber, State,
    batch::{Batch, BatchId, BatchState, Counts},
    id::text_id,
    payment::{Interface, Origin},
};

/// What an event tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Kind {
    /// The order is paid: authorized, or captured at once.
    PaymentSucceeded,
    /// Nobody knows yet, and the payer was told so.
    PaymentPending,
    /// It came to nothing.
    PaymentFailed,
    /// What was held is held in another amount.
    PaymentChanged,
    /// What was held was taken.
    PaymentCaptured,
    /// What was held was let go by the shop.
    PaymentCancelled,
    /// What was held was never taken, and its validity is over.
    PaymentLapsed,
    /// Money was given back.
    PaymentRefunded,
    /// The cardholder disputes it.
    PaymentDisputed,
    /// A card is kept.
    CardKept,
    /// Another card stands in its place.
    CardReplaced,
    /// Its issuer gave it a new date or number (洗替).
    CardRefreshed,
    /// The buyer or the shop deleted it.
    CardDeleted,
    /// The file was refused whole.
    BatchRefused,
    /// It is checked, and waits for somebody who lets it run.
    BatchWaiting,
    /// It ran, to its end or until it was stopped.
    BatchEnded,
    /// A buyer joined: a regular purchase began.
    PlanJoined,
    /// A period's money came.
    PlanRenewed,
    /// A period could not be charged; it may be tried again.
    PlanRenewalFailed,
    /// A period is too late to be charged by itself: the merchant is asked.
    PlanAsked,
    /// The merchant let a period go uncharged.
    PlanSkipped,
    /// Amount, cycle or day of the month change.
    PlanChanged,
    /// Another card pays it.
    PlanCardChanged,
    /// Nothing is charged until it goes on.
    PlanPaused,
    /// It goes on.
    PlanResumed,
    /// It is over.
    PlanEnded,
    /// Sent from the console to try an endpoint out.
    EndpointTest,
}

impl Kind {
    /// All that can be chosen for an endpoint, in the order that people see.
    pub const CHOICES: [Self; 26] = [
        Self::PaymentSucceeded,
        Self::PaymentPending,
        Self::PaymentFailed,
        Self::PaymentChanged,
        Self::PaymentCaptured,
        Self::PaymentCancelled,
        Self::PaymentLapsed,
        Self::PaymentRefunded,
        Self::PaymentDisputed,
        Self::CardKept,
        Self::CardReplaced,
        Self::CardRefreshed,
        Self::CardDeleted,
        Self::BatchRefused,
        Self::BatchWaiting,
        Self::BatchEnded,
        Self::PlanJoined,
        Self::PlanRenewed,
        Self::PlanRenewalFailed,
        Self::PlanAsked,
        Self::PlanSkipped,
        Self::PlanChanged,
        Self::PlanCardChanged,
        Self::PlanPaused,
        Self::PlanResumed,
        Self::PlanEnded,
    ];

    /// Its name on the wire (`type`).
    pub const fn name(self) -> &'static str {
        match self {
            Self::PaymentSucceeded => "payment.succeeded",
            Self::PaymentPending => "payment.pending",
            Self::PaymentFailed => "payment.failed",
            Self::PaymentChanged => "payment.changed",
            Self::PaymentCaptured => "payment.captured",
            Self::PaymentCancelled => "payment.cancelled",
            Self::PaymentLapsed => "payment.lapsed",
            Self::PaymentRefunded => "payment.refunded",
            Self::PaymentDisputed => "payment.disputed",
            Self::CardKept => "card.kept",
            Self::CardReplaced => "card.replaced",
            Self::CardRefreshed => "card.refreshed",
            Self::CardDeleted => "card.deleted",
            Self::BatchRefused => "batch.refused",
            Self::BatchWaiting => "batch.waiting",
            Self::BatchEnded => "batch.ended",
            Self::PlanJoined => "plan.joined",
            Self::PlanRenewed => "plan.renewed",
            Self::PlanRenewalFailed => "plan.renewal_failed",
            Self::PlanAsked => "plan.asked",
            Self::PlanSkipped => "plan.skipped",
            Self::PlanChanged => "plan.changed",
            Self::PlanCardChanged => "plan.card_changed",
            Self::PlanPaused => "plan.paused",
            Self::PlanResumed => "plan.resumed",
            Self::PlanEnded => "plan.ended",
            Self::EndpointTest => "endpoint.test",
        }
    }

    /// # Errors
    /// [`IdError`] where no event is called so.
    pub fn parse(name: &str) -> Result<Self, IdError> {
        let all = Self::CHOICES.into_iter().chain([Self::EndpointTest]);
        all.into_iter().find(|kind| kind.name() == name).ok_or(IdError("event type"))
    }

    /// Whether it says that an order is paid, or that it is not: all that the form of a hand-over can say.
    pub const fn is_result(self) -> bool {
        match self {
            Self::PaymentSucceeded | Self::PaymentFailed => true,
            Self::PaymentPending
            | Self::PaymentChanged
            | Self::PaymentCaptured
            | Self::PaymentCancelled
            | Self::PaymentLapsed
            | Self::PaymentRefunded
            | Self::PaymentDisputed
            | Self::CardKept
            | Self::CardReplaced
            | Self::CardRefreshed
            | Self::CardDeleted
            | Self::BatchRefused
            | Self::BatchWaiting
            | Self::BatchEnded
            | Self::PlanJoined
            | Self::PlanRenewed
            | Self::PlanRenewalFailed
            | Self::PlanAsked
            | Self::PlanSkipped
            | Self::PlanChanged
            | Self::PlanCardChanged
            | Self::PlanPaused
            | Self::PlanResumed
            | Self::PlanEnded
            | Self::EndpointTest => false,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl TryFrom<String> for Kind {
    type Error = IdError;
    fn try_from(name: String) -> Result<Self, IdError> {
        Self::parse(&name)
    }
}

impl From<Kind> for String {
    fn from(kind: Kind) -> Self {
        kind.name().to_owned()
    }
}

/// An event's name, the same for every repeat: `<object>.<version>.<kind>`. 1 to 80 of `[A-Za-z0-9._-]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventId(String);

impl EventId {
    /// # Errors
    /// [`IdError`] unless `text` is 1 to 80 of `[A-Za-z0-9._-]`.
    pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
        let text = text.into();
        let fit = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        let valid = (1..=80).contains(&text.len()) && text.bytes().all(fit);
        if valid { Ok(Self(text)) } else { Err(IdError("event")) }
    }

    pub(super) fn of(object: &dyn fmt::Display, version: u32, kind: Kind) -> Self {
        Self(format!("{object}.{version}.{}", kind.name().replace('.', "_")))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
text_id!(EventId);

/// Something that a merchant's server is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The same for every repeat.
    pub id: EventId,
    /// Whose.
    pub merchant: MerchantId,
    /// What happened.
    pub kind: Kind,
    /// Counts the states of its object: a smaller number is an older state.
    pub sequence: u32,
    /// When it happened.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub at: Timestamp,
    /// What it happened to, as it was then.
    pub facts: Facts,
}

/// What an event happened to, as it was then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Facts {
    /// A payment.
    Payment(PaymentFacts),
    /// A kept card.
    Card(CardFacts),
    /// A batch.
    Batch(BatchFacts),
    /// A regular purchase.
    Plan(PlanFacts),
    /// Nothing: it tries an endpoint out.
    Test,
}

/// A payment as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentFacts {
    /// The number that people see.
    pub payment: PaymentNumber,
    /// The shop's number.
    pub order: OrderId,
    /// Which opening of the order.
    pub generation: u16,
    /// The state's name.
    pub status: String,
    /// What it was about, then. Yen.
    pub amount: u32,
    /// What was taken. Yen.
    pub captured: u32,
    /// What was given back in all. Yen.
    pub refunded: u32,
    /// What was given back this time. Yen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund: Option<u32>,
    /// Why it came to nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The way it came in.
    pub interface: Interface,
    /// What it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

/// What a payment belongs to, where that is something of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A payment link.
    Link(LinkId),
    /// A row of a batch.
    Batch {
        /// The batch.
        batch: BatchId,
        /// Its line in the file.
        line: u32,
    },
    /// A period of a regular purchase.
    Plan {
        /// The contract.
        plan: String,
        /// Which period.
        period: u32,
    },
    /// A payment of an earlier month, charged again.
    Continuation {
        /// The month.
        month: String,
        /// The order that the first payment of its lineage had.
        root: OrderId,
    },
}

/// A kept card, without anything of the card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardFacts {
    /// Our name for it; another for each card.
    pub card: CardId,
    /// The order that it was kept with: that knows whose it is.
    pub order: OrderId,
    /// The name of the card in whose place it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<CardId>,
}

/// A batch as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchFacts {
    /// Which.
    pub batch: BatchId,
    /// The state's name.
    pub status: String,
    /// Why the file was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What came of its rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
}

/// What the step of a payment tells. None: nothing, or what was told already. `seen` is when the step was written.
pub fn of_payment(old: Option<&Payment>, new: &Payment, seen: Timestamp) -> Option<Event> {
    if new.interface == Interface::CardRegistration {
        return None; // the kept card has an event of its own
    }
    let old = old.filter(|old| old.generation == new.generation);
    let kind = kind_of(old, new)?;
    let refund = old.map_or(0, Payment::refunded);
    let facts = PaymentFacts {
        payment: new.number(),
        order: new.key.order.clone(),
        generation: new.generation,
        status: new.state.name().to_owned(),
        amount: new.amount_now().get(),
        captured: new.captured().map_or(0, crate::Yen::get),
        refunded: new.refunded(),
        refund: (kind == Kind::PaymentRefunded).then(|| new.refunded().saturating_sub(refund)),
        reason: new.state.reason().map(str::to_owned),
        interface: new.interface,
        source: source(&new.origin),
    };
    Some(Event {
        id: EventId::of(&new.event_name(), new.version, kind),
        merchant: new.key.merchant.clone(),
        kind,
        sequence: new.version,
        at: seen,
        facts: Facts::Payment(facts),
    })
}

fn kind_of(old: Option<&Payment>, new: &Payment) -> Option<Kind> {
    let was = |is: fn(&State) -> bool| old.is_some_and(|old| is(&old.state));
    let in_doubt = |state: &State| matches!(state, State::Unknown(_) | State::Reversing(_) | State::NeedsPerson(_));
    match &new.state {
        State::Authorized { .. } | State::Captured { .. } if !was(State::is_paid) => Some(Kind::PaymentSucceeded),
        State::Authorized { .. } => (old?.held() != new.held()).then_some(Kind::PaymentChanged),
        State::Captured { .. } if old?.captured().is_none() => Some(Kind::PaymentCaptured),
        State::Captured { .. } if new.refunded() > old?.refunded() => Some(Kind::PaymentRefunded),
        State::Captured { .. } => {
            (new.disputed().is_some() && old?.disputed().is_none()).then_some(Kind::PaymentDisputed)
        }
        State::Cancelled { .. } => {
            (!was(|state| matches!(state, State::Cancelled { .. }))).then_some(Kind::PaymentCancelled)
        }
        State::Lapsed { .. } => (!was(|state| matches!(state, State::Lapsed { .. }))).then_some(Kind::PaymentLapsed),
        State::Failed { .. } | State::Abandoned { .. } => (!was(State::is_unpaid)).then_some(Kind::PaymentFailed),
        State::Unknown(_) | State::Reversing(_) | State::NeedsPerson(_) => {
            (!old.is_some_and(|old| in_doubt(&old.state))).then_some(Kind::PaymentPending)
        }
        State::Authorizing { .. } | State::Challenging { .. } | State::Declined { .. } => None,
    }
}

fn source(origin: &Origin) -> Option<Source> {
    match origin {
        Origin::Link(link) => Some(Source::Link(link.clone())),
        Origin::Batch { batch, line } => Some(Source::Batch { batch: batch.clone(), line: *line }),
        Origin::Renewal { plan, period } => Some(Source::Plan { plan: plan.to_string(), period: *period }),
        Origin::Continuation { month, root } => {
            Some(Source::Continuation { month: month.to_string(), root: root.clone() })
        }
        Origin::Page | Origin::CardUpdate(_) | Origin::Single { .. } | Origin::Api | Origin::Agreement { .. } => None,
    }
}

/// What the step of a kept card tells.
pub fn of_card(old: Option<&KeptCard>, new: &KeptCard, seen: Timestamp) -> Option<Event> {
    let old = old.filter(|old| old.number.is_some());
    let (kind, before) = match (old, &new.number) {
        (None, Some(_)) => (Kind::CardKept, None),
        (Some(old), Some(_)) if old.id != new.id => (Kind::CardReplaced, Some(old.id)),
        (Some(old), Some(_)) if old.card != new.card => (Kind::CardRefreshed, None),
        (Some(_), None) => (Kind::CardDeleted, None),
        (Some(_), Some(_)) | (None, None) => return None, // sealed anew, or noted
    };
    Some(Event {
        id: EventId::of(&format!("{}.{}", new.merchant, new.id), new.version, kind),
        merchant: new.merchant.clone(),
        kind,
        sequence: new.version,
        at: seen,
        facts: Facts::Card(CardFacts { card: new.id, order: new.order.clone(), before }),
    })
}

/// What the step of a batch tells.
pub fn of_batch(old: Option<&Batch>, new: &Batch, seen: Timestamp) -> Option<Event> {
    let told = |batch: &Batch| match &batch.state {
        BatchState::Refused { .. } => Some(Kind::BatchRefused),
        BatchState::Waiting { .. } => Some(Kind::BatchWaiting),
        BatchState::Done { .. } | BatchState::Cancelled { .. } => Some(Kind::BatchEnded),
        BatchState::Checking { .. } | BatchState::Running { .. } | BatchState::Cancelling { .. } => None,
    };
    let kind = told(new).filter(|kind| old.and_then(told) != Some(*kind))?;
    let (reason, counts) = match &new.state {
        BatchState::Refused { why, .. } => (Some(why.name().to_owned()), None),
        BatchState::Done { counts, .. } | BatchState::Cancelled { counts, .. } => (None, Some(*counts)),
        BatchState::Checking { .. }
        | BatchState::Waiting { .. }
        | BatchState::Running { .. }
        | BatchState::Cancelling { .. } => (None, None),
    };
    let facts = BatchFacts { batch: new.id.clone(), status: new.state.name().to_owned(), reason, counts };
    Some(Event {
        id: EventId::of(&format!("{}.{}", new.merchant, new.id), new.version, kind),
        merchant: new.merchant.clone(),
        kind,
        sequence: new.version,
        at: seen,
        facts: Facts::Batch(facts),
    })
}

impl Event {
    /// One that tries an endpoint out, named by random bits that the caller drew.
    pub fn test(merchant: MerchantId, random: u64, sequence: u32, at: Timestamp) -> Self {
        let kind = Kind::EndpointTest;
        Self {
            id: EventId::of(&format!("test-{random:016x}"), sequence, kind),
            merchant,
            kind,
            sequence,
            at,
            facts: Facts::Test,
        }
    }

    /// The payment that knows what an event may not carry through a queue. None: it needs none.
    pub fn payment_key(&self) -> Option<PaymentKey> {
        let order = match &self.facts {
            Facts::Payment(facts) => &facts.order,
            Facts::Card(facts) => &facts.order,
            Facts::Plan(facts) => &facts.first_order,
            Facts::Batch(_) | Facts::Test => return None,
        };
        Some(PaymentKey::new(self.merchant.clone(), order.clone()))
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test's own numbers are small")]
mod tests {
    use super::*;
    use crate::{
        Approval, Nonce, Yen,
        payment::{Details, Doubt, Failure, Hold, Taken},
    };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_763_720_400 + second).unwrap()
    }

    fn payment(version: u32, state: State) -> Payment {
        Payment {
            key: PaymentKey::new(MerchantId::new("4000").unwrap(), OrderId::new("0100").unwrap()),
            version,
            generation: 0,
            last_n: 1,
            attempts: 1,
            attempts_allowed: 1,
            amount: Yen::new(1_000).unwrap(),
            interface: Interface::Batch,
            origin: Origin::Page,
            details: Details { mail: "a@example.com".to_owned(), user: "u 1".to_owned(), ..Details::default() },
            nonce: Nonce::from_random([1; 16]),
            opened_at: at(0),
            initiator: crate::Initiator::Cardholder,
            card: None,
            holder: "TARO YAMADA".to_owned(),
            fingerprint: None,
            card_id: None,
            keeping: None,
            doubted: false,
            state,
        }
    }

    fn approval() -> Approval {
        let acquirer_id = "a1".to_owned();
        Approval { acquirer_id, network_id: None, valid_until: None, captured: true, authentication: None, token: None }
    }

    fn authorized(amount: Option<u32>) -> State {
        let hold = Hold { amount: amount.map(|yen| Yen::new(yen).unwrap()), ..Hold::untouched() };
        State::Authorized { n: 1, approval: approval(), at: at(1), hold }
    }

    fn captured(refunded: u32, disputed: Option<Timestamp>) -> State {
        let taken = Taken { refunded, disputed, ..Taken::untouched() };
        State::Captured { n: 1, approval: approval(), at: at(1), taken }
    }

    fn unknown(asks: u16) -> State {
        State::Unknown(Doubt { n: 1, since: at(1), lease_until: at(33), asks })
    }

    fn failed() -> State {
        State::Failed { reason: Failure::Quiet, decline: None, at: at(1) }
    }

    fn lapsed() -> State {
        State::Lapsed { n: 1, amount: Yen::MIN, at: at(1) }
    }

    #[test]
    fn every_step_that_a_shop_has_to_know_of_is_told_once() {
        for (what, old, new, kind) in [
            ("captured at once", None, captured(0, None), Some(Kind::PaymentSucceeded)),
            ("held", Some(unknown(0)), authorized(None), Some(Kind::PaymentSucceeded)),
            ("held and noted", Some(authorized(None)), authorized(None), None),
            ("another amount", Some(authorized(None)), authorized(Some(900)), Some(Kind::PaymentChanged)),
            ("taken", Some(authorized(None)), captured(0, None), Some(Kind::PaymentCaptured)),
            ("a part given back", Some(captured(0, None)), captured(300, None), Some(Kind::PaymentRefunded)),
            ("noted", Some(captured(300, None)), captured(300, None), None),
            ("disputed", Some(captured(0, None)), captured(0, Some(at(9))), Some(Kind::PaymentDisputed)),
            ("still disputed", Some(captured(0, Some(at(9)))), captured(0, Some(at(9))), None),
            ("lapsed", Some(authorized(None)), lapsed(), Some(Kind::PaymentLapsed)),
            ("lapsed and noted", Some(lapsed()), lapsed(), None),
            ("in doubt", None, unknown(0), Some(Kind::PaymentPending)),
            ("asked in vain", Some(unknown(0)), unknown(1), None),
            ("failed after doubt", Some(unknown(1)), failed(), Some(Kind::PaymentFailed)),
            ("failed", None, failed(), Some(Kind::PaymentFailed)),
            ("failed and noted", Some(failed()), failed(), None),
            ("given up", None, State::Abandoned { at: at(1) }, Some(Kind::PaymentFailed)),
        ] {
            let old = old.map(|state| payment(1, state));
            let event = of_payment(old.as_ref(), &payment(2, new), at(2));
            assert_eq!(event.as_ref().map(|event| event.kind), kind, "{what}");
            let refund = event.and_then(|event| match event.facts {
                Facts::Payment(facts) => facts.refund,
                Facts::Card(_) | Facts::Batch(_) | Facts::Plan(_) | Facts::Test => None,
            });
            assert_eq!(refund, (kind == Some(Kind::PaymentRefunded)).then_some(300), "{what}");
        }
    }

    #[test]
    fn an_event_has_its_name_for_good_and_holds_nothing_of_the_buyer() {
        let (old, new) = (payment(1, authorized(None)), payment(2, captured(0, None)));
        let event = of_payment(Some(&old), &new, at(2)).unwrap();
        assert_eq!(event.id.as_str(), format!("{}.2.payment_captured", new.event_name()));
        assert_eq!(event.payment_key(), Some(new.key.clone()));
        let json = serde_json::to_string(&event).unwrap();
        for personal in ["a@example", "u 1", "TARO", "a1"] {
            assert!(!json.contains(personal), "{json}");
        }
        assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), event);
    }

    #[test]
    fn an_order_that_is_opened_again_is_told_of_again() {
        let old = payment(2, failed());
        let new = Payment { generation: 1, opened_at: at(50), ..payment(4, failed()) };
        let event = of_payment(Some(&old), &new, at(60)).unwrap();
        assert_eq!(event.kind, Kind::PaymentFailed);
        assert_ne!(event.id, of_payment(None, &old, at(2)).unwrap().id);
    }

    #[test]
    fn names_read_back() {
        for kind in Kind::CHOICES {
            assert_eq!(Kind::parse(kind.name()), Ok(kind));
        }
        assert!(Kind::parse("payment.exploded").is_err() && EventId::new("a b").is_err() && EventId::new("").is_err());
    }
}
