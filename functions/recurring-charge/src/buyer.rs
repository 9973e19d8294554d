//! What a buyer did: another card, or the agreement to a change.

use domain::{
    KeptCard, Payment, PaymentKey,
    recurring::plan::{self, Plan, PlanCard, Standing},
};

use crate::{Deps, WorkError, step};

/// Another card stands where one was: it pays every plan of its owner, and what failed is tried at once with that, once for each card.
///
/// A card belongs to an owner, and an owner may have several plans. They are found by a row beside the owner's name that is written before the plan is.
pub(crate) async fn changed_card(deps: &Deps, key: &PaymentKey) -> Result<(), WorkError> {
    // Kept past every payment, as nobody but a test does: nobody changed anything.
    let Some(payment) = deps.payments.load(key).await? else { return Ok(()) };
    let owner = payment.card_owner();
    let card = deps.cards.load(&key.merchant, &owner).await?;
    let Some(card) = card.filter(KeptCard::merchant_may_charge) else { return Ok(()) };
    let (pays, now) = (PlanCard::of(&card), deps.clock.now());
    step::write_each_of(deps, &key.merchant, &owner, |plan| plan.card_changed(&pays, now)).await
}

/// A try failed, and the buyer had changed the card while it went on, or was in doubt: the message of that found nothing to be tried with the other.
pub(crate) async fn changed_meanwhile(deps: &Deps, plan: Plan, payment: &Payment) -> Result<Plan, WorkError> {
    let failed = matches!(Standing::of(payment), Standing::Failed(_)) && plan.order_of(plan.period) == payment.key;
    if !failed {
        return Ok(plan);
    }
    let card = deps.cards.load(&plan.merchant, &plan.owner).await?.filter(KeptCard::merchant_may_charge);
    let Some(pays) = card.as_ref().map(PlanCard::of) else { return Ok(plan) };
    let now = deps.clock.now();
    step::write(deps, plan, |plan| plan.card_passed_over(payment, &pays, now)).await
}

/// The buyer was authenticated and agreed to a change.
pub(crate) async fn agreed(deps: &Deps, key: &PaymentKey) -> Result<(), WorkError> {
    let payment = deps.payments.load(key).await?.ok_or(WorkError::Gone("payment"))?;
    let Some((plan, rate)) = plan::agreed(&payment) else { return Ok(()) };
    let plan = deps.plans.load(&key.merchant, plan).await?.ok_or(WorkError::Gone("plan"))?;
    let now = deps.clock.now();
    step::write(deps, plan, |plan| plan.agreed_to(rate, &key.order, now).ok()).await.map(drop)
}
