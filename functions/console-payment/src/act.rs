//! The last part of the address: what is to be done.

use domain::{OrderId, payment::OperationKind};

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// An operation on the money.
    Operate(OperationKind),
    /// The acquirer is asked again.
    Ask,
    /// What became of the last one is shown.
    Outcome,
}

impl Act {
    const ALL: [Self; 6] = [
        Self::Operate(OperationKind::Capture),
        Self::Operate(OperationKind::Cancel),
        Self::Operate(OperationKind::Adjust),
        Self::Operate(OperationKind::Refund),
        Self::Ask,
        Self::Outcome,
    ];

    /// As addresses write it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Operate(OperationKind::Capture) => "capture",
            Self::Operate(OperationKind::Cancel) => "cancel",
            Self::Operate(OperationKind::Adjust) => "amount",
            Self::Operate(OperationKind::Refund) => "refund",
            Self::Ask => "ask",
            Self::Outcome => "outcome",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.name() == name)
    }

    /// Its page for an order.
    pub(crate) fn address(self, order: &OrderId) -> String {
        format!("/console/payments/{order}/{}", self.name())
    }
}
