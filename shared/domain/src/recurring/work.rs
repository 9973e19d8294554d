//! What the workers of regular purchases are told to do. A message names what it is about; what there is to do is decided from what is stored when it comes.

use serde::{Deserialize, Serialize};

use super::plan::PlanId;
use crate::{MerchantId, PaymentKey};

/// A message to recurring-charge. Any of them may come twice, late, or in another order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecurringWork {
    /// The first payment of a regular purchase succeeded: its plan begins.
    Join(PaymentKey),
    /// A period is due, a reminder is, or somebody wants it charged at once.
    Look {
        /// Whose.
        merchant: MerchantId,
        /// Which.
        plan: PlanId,
    },
    /// A period's payment ended, so that its plan goes on.
    Settle(PaymentKey),
    /// The first of a month: does the card live to the next date?
    CheckCard {
        /// Whose.
        merchant: MerchantId,
        /// Which.
        plan: PlanId,
    },
}
