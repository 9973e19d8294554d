//! What a change of a payment has to tell people.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Interface, Payment, Stage, State, Taken};
use crate::Yen;

/// What happened, for mails and notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tidings {
    /// The order is paid.
    Paid,
    /// The payer was told that it is being checked, and it came to nothing.
    FailedAfterDoubt,
    /// The shop cancelled it before it took the money.
    Cancelled,
    /// The shop gave money back.
    Refunded {
        /// How much, this time.
        amount: Yen,
        /// When.
        at: Timestamp,
    },
    /// What is held lapses in a week, and the shop has not taken it.
    LapsesSoon,
}

impl Tidings {
    /// Its name in event ids.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::FailedAfterDoubt => "failed_after_doubt",
            Self::Cancelled => "cancelled",
            Self::Refunded { .. } => "refunded",
            Self::LapsesSoon => "lapses_soon",
        }
    }

    /// Who is told.
    pub const fn readers(self) -> &'static [Reader] {
        match self {
            Self::Paid | Self::FailedAfterDoubt | Self::Cancelled | Self::Refunded { .. } => {
                &[Reader::Payer, Reader::Shop]
            }
            Self::LapsesSoon => &[Reader::Shop],
        }
    }
}

/// What the step from `old` to `new` tells. A step that repeats what was told already tells nothing.
pub fn tidings(old: Option<&State>, new: &Payment) -> Option<Tidings> {
    if new.interface == Interface::CardRegistration {
        return None; // the page itself tells, and the kept card has mails of its own
    }
    let was = |settled: fn(&State) -> bool| old.is_some_and(settled);
    match &new.state {
        State::Authorized { .. } | State::Captured { .. } if !was(State::is_paid) => Some(Tidings::Paid),
        State::Authorized { hold, .. } => {
            let known = matches!(old, Some(State::Authorized { hold: before, .. }) if before.warned.is_some());
            (hold.warned.is_some() && !known).then_some(Tidings::LapsesSoon)
        }
        State::Captured { taken, .. } => refund(old, taken),
        State::Cancelled { .. } => (!matches!(old, Some(State::Cancelled { .. }))).then_some(Tidings::Cancelled),
        State::Failed { .. } | State::Abandoned { .. } if new.doubted => {
            (!was(State::is_unpaid)).then_some(Tidings::FailedAfterDoubt)
        }
        State::Failed { .. }
        | State::Abandoned { .. }
        | State::Authorizing { .. }
        | State::Challenging { .. }
        | State::Unknown(_)
        | State::Reversing(_)
        | State::Declined { .. }
        | State::Lapsed { .. }
        | State::NeedsPerson(_) => None,
    }
}

/// The refund that the step from `old` made.
fn refund(old: Option<&State>, taken: &Taken) -> Option<Tidings> {
    let before = if let Some(State::Captured { taken: before, .. }) = old { before.refunded } else { 0 };
    let amount = Yen::new(taken.refunded.checked_sub(before)?).ok()?;
    let at = match taken.operation.as_deref().map(|record| &record.stage) {
        Some(Stage::Ended { at, .. }) => *at,
        Some(Stage::Running(_) | Stage::Unknown(_) | Stage::Withdrawing(_)) | None => return None,
    };
    Some(Tidings::Refunded { amount, at })
}

/// A message about a payment, on its way to a mail or a notification. It names the payment and holds nothing of its buyer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Telling {
    /// The same for every repeat: `<payment>.<version>.<kind>`.
    pub event_id: String,
    /// The payment.
    pub key: crate::PaymentKey,
    /// What happened.
    pub tidings: Tidings,
    /// Who is told.
    pub reader: Reader,
}

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reader {
    /// The shopper.
    Payer,
    /// The shop.
    Shop,
}

impl Reader {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Payer => "payer",
            Self::Shop => "shop",
        }
    }
}

impl Telling {
    /// The message of one reader about what happened to a payment.
    pub fn new(payment: &Payment, tidings: Tidings, reader: Reader) -> Self {
        let kind = format!("{}_{}", tidings.name(), reader.name());
        Self {
            event_id: format!("{}.{}.{kind}", payment.number(), payment.version),
            key: payment.key.clone(),
            tidings,
            reader,
        }
    }
}
