//! What the form of an operation carries sealed: one operation on one payment, as the page said it in words.

use domain::{
    MerchantId, Nonce, OrderId, Payment,
    account::UserId,
    payment::{Operation, OperationKind},
};
use inbound::{SealError, Sealed, checkout};
use serde::{Deserialize, Serialize};

use crate::Call;

/// An operation that somebody confirmed. Sent twice it is the same one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Confirmed {
    merchant: MerchantId,
    by: UserId,
    order: OrderId,
    /// What, with how much.
    pub(crate) operation: Operation,
    /// The operation number that this rendering stands for.
    pub(crate) n: u32,
    /// This rendering.
    pub(crate) nonce: Nonce,
}

impl Sealed for Confirmed {
    const PURPOSE: &'static str = "payment operation";
}

impl Confirmed {
    /// A new rendering, sealed.
    pub(crate) fn seal(call: &Call<'_>, payment: &Payment, operation: Operation) -> Result<String, SealError> {
        let confirmed = Self {
            merchant: payment.key.merchant.clone(),
            by: call.visit.user.id.clone(),
            order: payment.key.order.clone(),
            operation,
            n: payment.next_n(),
            nonce: checkout::draw_nonce()?,
        };
        let until = call.visit.now.saturating_add(checkout::FORM_LIFETIME).unwrap_or(jiff::Timestamp::MAX);
        call.deps.console.keyring().seal(&confirmed, until)
    }

    /// What came back, if it is this visitor's, for this payment and this operation.
    pub(crate) fn of_form(call: &Call<'_>, payment: &Payment, kind: OperationKind) -> Result<Self, SealError> {
        let confirmed: Self = call.deps.console.keyring().unseal(call.visit.field("confirmed"), call.visit.now)?;
        let own = confirmed.by == call.visit.user.id
            && (&confirmed.merchant, &confirmed.order) == (&payment.key.merchant, &payment.key.order)
            && confirmed.operation.kind == kind;
        own.then_some(confirmed).ok_or(SealError::Foreign)
    }
}
