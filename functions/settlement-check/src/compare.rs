//! One order: is what the acquirer did on the day what our payment says?

use domain::{
    Payment, Yen,
    attention::{Difference, Sums},
};
use outbound::acquirer::{Entry, Kind, Totals};
use store::StoreError;

use crate::{ASK_LIMIT, Deps};

/// How often an order that somebody moves at the same time is compared again.
const TRIES: usize = 3;

/// What a comparison came to.
pub(crate) enum Compared {
    /// They say the same, or what differs is being found out.
    Same,
    /// They do not; this is our side.
    Differs(Box<Payment>, Difference),
    /// The acquirer did not say where the order's money stands.
    Unanswered,
}

/// Compares a payment with the acquirer's lines about it. Lines that alone say the same ask nobody; any other order's sums are asked for.
pub(crate) async fn compare_order(deps: &Deps, payment: Payment, entries: &[Entry]) -> Result<Compared, StoreError> {
    let mut payment = payment;
    for _ in 0..TRIES {
        if is_moving(&payment) || says_the_same(&payment, entries) {
            return Ok(Compared::Same);
        }
        let Ok(theirs) = deps.acquirer.totals(&payment.reference(1), ASK_LIMIT).await else {
            return Ok(Compared::Unanswered);
        };
        let Some(difference) = difference(&payment, theirs) else { return Ok(Compared::Same) };
        // Somebody may have moved it between the two looks.
        let Some(again) = deps.payments.load(&payment.key).await? else { return Ok(Compared::Same) };
        if again == payment {
            return Ok(Compared::Differs(Box::new(payment), difference));
        }
        payment = again;
    }
    Ok(Compared::Same)
}

/// Reconcile is finding out, or an operation runs.
fn is_moving(payment: &Payment) -> bool {
    payment.pending().is_some() || !payment.state.is_settled()
}

/// The usual day of an order: it was approved, once, and nothing else happened.
fn says_the_same(payment: &Payment, entries: &[Entry]) -> bool {
    let [Entry { kind: Kind::Authorize, amount, reference, .. }] = entries else { return false };
    let untouched = payment.state.is_paid() && payment.operation().is_none();
    let approved = payment.state.approved_n().map(|n| payment.reference(n));
    untouched && approved.as_ref() == Some(reference) && *amount == u64::from(payment.amount.get())
}

/// How the sums differ.
pub(crate) fn difference(payment: &Payment, theirs: Totals) -> Option<Difference> {
    let Totals { standing, authorized, captured, refunded, .. } = theirs;
    let (ours, theirs) = (ours(payment), Sums { authorized, captured, refunded });
    if ours == theirs && standing == u32::from(payment.state.is_paid()) {
        return None;
    }
    Some(match payment.state.is_paid() {
        false => Difference::StandsThere { amount: theirs.authorized },
        true => Difference::Sums { ours, theirs },
    })
}

/// Our side: nothing where nothing is held or taken.
fn ours(payment: &Payment) -> Sums {
    let yen = |yen: Option<Yen>| yen.map_or(0, |yen| u64::from(yen.get()));
    Sums {
        authorized: yen(payment.authorized()),
        captured: yen(payment.captured()),
        refunded: u64::from(payment.refunded()),
    }
}
