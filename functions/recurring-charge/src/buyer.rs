//! What a buyer did: another card, or the agreement to a change.

use domain::{
    CardOwner, Causes, KeptCard, MerchantId, Payment, PaymentKey,
    recurring::plan::{self, Plan, PlanCard, Standing},
};
use store::StoreError;

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
    for plan in plans_of(deps, &key.merchant, &owner).await? {
        pay_with(deps, plan, &card).await?;
    }
    Ok(())
}

/// The plans of an owner. One that can't be read holds up no other: a person is called.
pub(crate) async fn plans_of(deps: &Deps, merchant: &MerchantId, owner: &CardOwner) -> Result<Vec<Plan>, StoreError> {
    let found = deps.plans.each_of_owner(merchant, owner).await?;
    for error in &found.unreadable {
        tracing::error!(alarm = true, merchant.id = %merchant, error = %Causes::of(error), "a regular purchase can't be read; it is not told of its owner's card");
    }
    Ok(found.plans)
}

/// A try failed, and the buyer had changed the card while it went on: the message of that found nothing that had failed.
pub(crate) async fn changed_meanwhile(deps: &Deps, plan: Plan, payment: &Payment) -> Result<Plan, WorkError> {
    let failed = matches!(Standing::of(payment), Standing::Failed(_)) && plan.order_of(plan.period) == payment.key;
    if !failed {
        return Ok(plan);
    }
    let card = deps.cards.load(&plan.merchant, &plan.owner).await?.filter(KeptCard::merchant_may_charge);
    match card.filter(|card| Some(card.id) != payment.card_id) {
        Some(card) => pay_with(deps, plan, &card).await,
        None => Ok(plan),
    }
}

/// The buyer was authenticated and agreed to a change.
pub(crate) async fn agreed(deps: &Deps, key: &PaymentKey) -> Result<(), WorkError> {
    let payment = deps.payments.load(key).await?.ok_or(WorkError::Gone("payment"))?;
    let Some((plan, rate)) = plan::agreed(&payment) else { return Ok(()) };
    let plan = deps.plans.load(&key.merchant, plan).await?.ok_or(WorkError::Gone("plan"))?;
    let now = deps.clock.now();
    step::write(deps, plan, |plan| plan.agreed_to(rate, &key.order, now).ok()).await.map(drop)
}

async fn pay_with(deps: &Deps, plan: Plan, card: &KeptCard) -> Result<Plan, WorkError> {
    let (pays, now) = (PlanCard::of(card), deps.clock.now());
    step::write(deps, plan, |plan| plan.card_changed(&pays, now)).await
}
