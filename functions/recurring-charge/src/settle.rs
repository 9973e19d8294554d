//! What became of a period's payment moves its plan: at once, by an inquiry, or days later.

use domain::{
    Merchant, Payment, PaymentKey,
    payment::Origin,
    recurring::plan::{Plan, Standing},
    tries::{Limit, TriedBy},
};
use jiff::Timestamp;

use crate::{Deps, WorkError, buyer, step};

/// How the open period of a plan stands.
pub(crate) enum Period {
    /// Nothing was tried.
    Untried(Plan),
    /// Its last try came to nothing, and the plan knows.
    Failed(Plan, Box<Payment>),
    /// A try goes on, or nobody knows yet what came of it. Whoever finds out tells.
    Open,
    /// A try had ended that the plan did not know of. It does now.
    Moved,
}

/// A payment of a regular purchase ended: its plan goes on.
pub(crate) async fn period(deps: &Deps, key: &PaymentKey) -> Result<(), WorkError> {
    let payment = deps.payments.load(key).await?.ok_or(WorkError::Gone("payment"))?;
    let Origin::Renewal { plan, .. } = &payment.origin else { return Ok(()) };
    let plan = deps.plans.load(&key.merchant, plan).await?.ok_or(WorkError::Gone("plan"))?;
    let merchant = deps.merchants.load(&key.merchant).await?.ok_or(WorkError::Gone("merchant"))?;
    by(deps, &merchant, plan, &payment).await.map(drop)
}

/// Looks how the open period of a plan stands, and tells the plan what it does not know.
pub(crate) async fn standing(deps: &Deps, merchant: &Merchant, plan: Plan) -> Result<Period, WorkError> {
    let Some(payment) = deps.payments.load(&plan.order_of(plan.period)).await? else {
        return Ok(Period::Untried(plan));
    };
    match Standing::of(&payment) {
        Standing::Open => owned(&plan, &payment).map(|()| Period::Open),
        Standing::Paid => by(deps, merchant, plan, &payment).await.map(|_| Period::Moved),
        Standing::Failed(_) => {
            // a write that only notes another card moves nothing
            let stood = |plan: &Plan| (plan.period, plan.tries, plan.state);
            let before = stood(&plan);
            let plan = by(deps, merchant, plan, &payment).await?;
            Ok(if stood(&plan) == before { Period::Failed(plan, Box::new(payment)) } else { Period::Moved })
        }
    }
}

/// Moves a plan by a payment of its; answers how it stands then. A payment that is open moves nothing.
pub(crate) async fn by(deps: &Deps, merchant: &Merchant, plan: Plan, payment: &Payment) -> Result<Plan, WorkError> {
    owned(&plan, payment)?;
    let wait = match Standing::of(payment) {
        Standing::Failed(_) => wait_of(deps, &plan, payment.tried_by()).await?,
        Standing::Open | Standing::Paid => None,
    };
    let (now, retries) = (deps.clock.now(), merchant.regular.retries);
    let plan = step::write(deps, plan, |plan| plan.settled_by(payment, wait, retries, now)).await?;
    buyer::changed_meanwhile(deps, plan, payment).await
}

/// Nobody else's payment closes a period, or is taken for a failure of it.
fn owned(plan: &Plan, payment: &Payment) -> Result<(), WorkError> {
    match &payment.origin {
        Origin::Renewal { plan: of, .. } if *of == plan.id => Ok(()),
        Origin::Renewal { .. }
        | Origin::Page
        | Origin::Link(_)
        | Origin::CardUpdate(_)
        | Origin::Single { .. }
        | Origin::Api
        | Origin::Batch { .. }
        | Origin::Agreement { .. }
        | Origin::Continuation { .. } => {
            tracing::error!(alarm = true, payment.id = %payment.key, plan.id = %plan.id, "the order of a period is used by another payment");
            Err(WorkError::OrderUsed)
        }
    }
}

/// Until when the networks want the merchant to wait with the card that would be charged next. What a network says to a buyer's own try is waited for, too.
async fn wait_of(deps: &Deps, plan: &Plan, tried_by: TriedBy) -> Result<Option<Timestamp>, WorkError> {
    let Some(card) = deps.cards.load(&plan.merchant, &plan.owner).await? else { return Ok(None) };
    let merchants = until(deps.charging.limit_of(&card, TriedBy::Merchant).await?);
    Ok(match tried_by {
        TriedBy::Shopper => merchants.max(until(deps.charging.limit_of(&card, TriedBy::Shopper).await?)),
        TriedBy::Merchant => merchants,
    })
}

const fn until(limit: Option<Limit>) -> Option<Timestamp> {
    match limit {
        Some(Limit::Until(then)) => Some(then),
        Some(Limit::Never | Limit::Revoked) | None => None,
    }
}
