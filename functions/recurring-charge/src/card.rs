//! The card that pays a plan: whether it may be charged, and whether it lives to the next date.

use domain::{
    Initiator, KeptCard, MerchantId,
    acquirer::DeclineCode,
    recurring::plan::{Plan, PlanId},
};

use crate::{Deps, WorkError, step};

/// The kept card that is charged for a plan, or why there is none that may be.
pub(crate) async fn chargeable(
    deps: &Deps,
    plan: &Plan,
    initiator: Initiator,
) -> Result<Result<KeptCard, DeclineCode>, WorkError> {
    let card = deps.cards.load(&plan.merchant, &plan.owner).await?;
    let Some(card) = card.filter(|card| card.number.is_some() && card.consent.scope.merchant_may_charge()) else {
        return Ok(Err(DeclineCode::CardMissing));
    };
    if card.has_expired(deps.clock.now()) {
        return Ok(Err(DeclineCode::ExpiredCard));
    }
    let linked = match initiator {
        // what the merchant starts is tied to the payment in which the buyer was there
        Initiator::MerchantRecurring | Initiator::MerchantUnscheduled => card.network_id.is_some(),
        Initiator::Cardholder | Initiator::MailOrTelephone => true,
    };
    Ok(if linked { Ok(card) } else { Err(DeclineCode::CardMissing) })
}

/// Has the buyer told, in time, that the card will be over on the next date.
pub(crate) async fn check(deps: &Deps, merchant: &MerchantId, plan: &PlanId) -> Result<(), WorkError> {
    let Some(merchant) = deps.trading(merchant).await? else { return Ok(()) };
    let plan = deps.plans.load(&merchant.id, plan).await?.ok_or(WorkError::Gone("plan"))?;
    // A card that is gone is told of when it is needed: the buyer deleted it.
    let Some(card) = deps.cards.load(&plan.merchant, &plan.owner).await? else { return Ok(()) };
    let expiry = card.card.expiry;
    step::write(deps, plan, |plan| if plan.outlives(expiry) { plan.warned_of_card() } else { None }).await.map(drop)
}
