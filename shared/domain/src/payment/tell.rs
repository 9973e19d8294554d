//! What a change of a payment has to tell people.

use serde::{Deserialize, Serialize};

use super::{Interface, Payment, State};

/// What happened, for mails and notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tidings {
    /// The order is paid.
    Paid,
    /// The payer was told that it is being checked, and it came to nothing.
    FailedAfterDoubt,
}

impl Tidings {
    /// Its name in event ids.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::FailedAfterDoubt => "failed_after_doubt",
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
        State::Authorized { .. } | State::Captured { .. } => (!was(State::is_paid)).then_some(Tidings::Paid),
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
        | State::Cancelled { .. }
        | State::Lapsed { .. }
        | State::NeedsPerson(_) => None,
    }
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
    const fn name(self) -> &'static str {
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
