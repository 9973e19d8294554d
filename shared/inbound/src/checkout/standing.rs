//! Whether an order may be paid here and now.

use domain::{
    Payment, State,
    merchant::{Merchant, Mode, Status},
};
use jiff::Timestamp;

use super::SealedOrder;
use crate::Stage;

/// How an order stands, for a form that may not be shown.
pub fn standing(payment: &Payment, order: &SealedOrder) -> OrderStanding {
    if payment.origin != order.origin {
        return OrderStanding::OtherOrigin;
    }
    if let Some(at) = payment.joined_at().filter(|_| payment.joined_free()) {
        return OrderStanding::Joined(at);
    }
    match &payment.state {
        State::Failed { .. } | State::Abandoned { .. } => OrderStanding::Open,
        _ if payment.amount != order.amount => OrderStanding::OtherAmount,
        State::Declined { .. } => OrderStanding::Open,
        State::Authorized { at, .. } | State::Captured { at, .. } => OrderStanding::Paid(*at),
        State::Cancelled { .. } | State::Lapsed { .. } => OrderStanding::LetGo,
        State::Authorizing { .. }
        | State::Challenging { .. }
        | State::Unknown(_)
        | State::Reversing(_)
        | State::NeedsPerson(_) => OrderStanding::Running,
    }
}

/// Whether a form may be shown for an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderStanding {
    /// It may.
    Open,
    /// An attempt runs or is being checked.
    Running,
    /// It was paid then.
    Paid(Timestamp),
    /// A regular purchase began with it then, for nothing.
    Joined(Timestamp),
    /// It was paid for, and then let go for good.
    LetGo,
    /// It stands with another amount.
    OtherAmount,
    /// Something else claimed the number.
    OtherOrigin,
}

/// Whether a merchant may take payments here: a test merchant in a sandbox only, a live one only live.
pub const fn trades_at(merchant: &Merchant, stage: Stage) -> bool {
    match (merchant.mode, stage) {
        (Mode::Test, Stage::Sandbox) | (Mode::Live, Stage::Live) => match merchant.status {
            Status::Active => true,
            Status::Suspended | Status::Closed => false,
        },
        (Mode::Test, Stage::Live) | (Mode::Live, Stage::Sandbox) => false,
    }
}
