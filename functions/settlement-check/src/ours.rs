//! Our side of a day: every paid order of every merchant has to be on the acquirer's list, or known to it all the same.

use domain::{
    Payment, PaymentKey, State,
    acquirer::InquiryOutcome,
    attention::{Difference, Matter, MatterKind},
    search::Search,
};
use jiff::{Timestamp, civil::Date};

use crate::{
    ASK_LIMIT, CheckError, Deps, Tally, begins,
    day::{load, raise},
};

/// How many rows of a merchant's day are read at once.
const PAGE: usize = 100;

/// Compares our paid orders of a day with those that the acquirer `listed`.
pub(crate) async fn compare(
    deps: &Deps,
    day: Date,
    listed: impl Fn(&Payment) -> bool,
    tally: &mut Tally,
) -> Result<(), CheckError> {
    for merchant in deps.merchants.list().await? {
        let mut after = None;
        loop {
            let page = deps.searches.page(&merchant, &about(day), after.as_ref(), PAGE).await?;
            let keys: Vec<PaymentKey> = page.rows.into_iter().map(|row| row.key).collect();
            for payment in load(deps, &keys, tally).await?.payments {
                if let Some(paid_at) = paid_on(&payment, day) {
                    tally.ours = tally.ours.saturating_add(1);
                    if !listed(&payment) {
                        ask(deps, &payment, paid_at, tally).await?;
                    }
                }
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(())
}

/// Everything that was opened on a day or on the one before: what is paid after midnight, or was not known until then, was opened on another.
fn about(day: Date) -> Search {
    Search { from: Some(day.yesterday().unwrap_or(day)), to: Some(day), ..Search::default() }
}

/// When it was paid, if that was on this day and still stands.
fn paid_on(payment: &Payment, day: Date) -> Option<Timestamp> {
    let paid_at = payment.state.paid_at()?;
    let ends = day.tomorrow().ok().map(begins)?;
    (begins(day) <= paid_at && paid_at < ends).then_some(paid_at)
}

/// It is not on the list: does the acquirer know it at all?
async fn ask(deps: &Deps, payment: &Payment, paid_at: Timestamp, tally: &mut Tally) -> Result<(), CheckError> {
    let (State::Authorized { n, .. } | State::Captured { n, .. }) = payment.state else { return Ok(()) };
    let found = deps.acquirer.inquire(&payment.reference(n), ASK_LIMIT).await;
    match found {
        InquiryOutcome::Approved { .. } => Ok(()),
        InquiryOutcome::NoAnswer(_) => {
            tally.unanswered = tally.unanswered.saturating_add(1);
            Ok(())
        }
        InquiryOutcome::Declined(_)
        | InquiryOutcome::ChallengePending(_)
        | InquiryOutcome::Reversed
        | InquiryOutcome::NotFound => {
            let amount = u64::from(payment.amount_now().get());
            let kind = MatterKind::Difference(Difference::NotTheirs { amount });
            Ok(raise(deps, Matter::of_payment(payment, kind, n, paid_at), tally).await?)
        }
    }
}
