//! A notification in the form of a hand-over: the same parameters, by POST, for shops whose program reads those already.

use jiff::Timestamp;

use super::{Event, Kind};
use crate::{
    Merchant, Payment,
    handover::{self, Outcome},
    signing::{SigSecret, encoded, sign_handover},
    text,
    wire::{Parameters, WireError},
};

/// The parameters of a result, without `time` and `sig`. None: the event is no result.
pub(super) fn told(event: &Event, merchant: &Merchant, payment: &Payment) -> Option<String> {
    let outcome = match event.kind {
        Kind::PaymentSucceeded => Outcome::Paid,
        Kind::PaymentFailed => Outcome::Unpaid,
        Kind::PaymentPending
        | Kind::PaymentChanged
        | Kind::PaymentCaptured
        | Kind::PaymentCancelled
        | Kind::PaymentLapsed
        | Kind::PaymentRefunded
        | Kind::PaymentDisputed
        | Kind::CardKept
        | Kind::CardReplaced
        | Kind::CardRefreshed
        | Kind::CardDeleted
        | Kind::BatchRefused
        | Kind::BatchWaiting
        | Kind::BatchEnded
        | Kind::PlanJoined
        | Kind::PlanRenewed
        | Kind::PlanRenewalFailed
        | Kind::PlanAsked
        | Kind::PlanSkipped
        | Kind::PlanChanged
        | Kind::PlanCardChanged
        | Kind::PlanPaused
        | Kind::PlanResumed
        | Kind::PlanEnded
        | Kind::EndpointTest => return None,
    };
    let fields = handover::told(payment, merchant, outcome);
    let pair = |(name, value): (String, String)| {
        format!("{}={}", encoded(name.as_bytes()), encoded(&text::encode(&value, merchant.encoding)))
    };
    Some(fields.into_iter().map(pair).collect::<Vec<_>>().join("&"))
}

/// The form of one try: with the time, and with the signature of a hand-over to this address where the merchant has a secret for it.
///
/// # Errors
/// [`WireError`] for a form that we did not make.
pub fn signed_form(
    form: &str,
    merchant: &Merchant,
    address: &str,
    secret: Option<&SigSecret>,
    now: Timestamp,
) -> Result<String, WireError> {
    let [time, sig] = handover::time_and_sig(merchant);
    let timed = format!("{form}&{}={}", encoded(time.as_bytes()), now.as_second());
    let Some(secret) = secret else { return Ok(timed) };
    let signature = sign_handover(secret, address, Parameters::parse(timed.as_bytes())?.iter());
    Ok(format!("{timed}&{}={}", encoded(sig.as_bytes()), encoded(signature.as_bytes())))
}
