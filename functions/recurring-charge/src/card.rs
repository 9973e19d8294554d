//! The card that pays a plan: whether it may be charged, and whether it lives to the next date.

use domain::{
    Initiator, KeptCard, MerchantId,
    acquirer::DeclineCode,
    card::Unchargeable,
    clock::japan_date,
    recurring::plan::{Plan, PlanId},
};

use crate::{Deps, WorkError, step};

/// The kept card that is charged for a plan, or why there is none that may be.
pub(crate) async fn chargeable(
    deps: &Deps,
    plan: &Plan,
    initiator: Initiator,
) -> Result<Result<KeptCard, DeclineCode>, WorkError> {
    let Some(card) = deps.cards.load(&plan.merchant, &plan.owner).await? else {
        return Ok(Err(DeclineCode::CardMissing));
    };
    let by_buyer = match initiator {
        Initiator::Cardholder | Initiator::MailOrTelephone => true,
        Initiator::MerchantRecurring | Initiator::MerchantUnscheduled => false,
    };
    Ok(match card.chargeable(deps.clock.now()) {
        Ok(()) => Ok(card),
        // what the buyer starts need not be tied to the payment in which they were there
        Err(Unchargeable::Unlinked) if by_buyer => Ok(card),
        Err(Unchargeable::Expired) => Err(DeclineCode::ExpiredCard),
        Err(Unchargeable::Gone | Unchargeable::NotAgreed | Unchargeable::Unlinked) => Err(DeclineCode::CardMissing),
    })
}

/// Has the buyer told, in time, that the card will be over on the next date.
pub(crate) async fn check(deps: &Deps, merchant: &MerchantId, plan: &PlanId) -> Result<(), WorkError> {
    let Some(merchant) = deps.trading(merchant).await? else { return Ok(()) };
    let plan = deps.plans.load(&merchant.id, plan).await?.ok_or(WorkError::Gone("plan"))?;
    // A card that is gone is told of when it is needed: the buyer deleted it.
    let card = deps.cards.load(&plan.merchant, &plan.owner).await?.filter(|card| card.number.is_some());
    let Some(card) = card else { return Ok(()) };
    let (expiry, today) = (card.card.expiry, japan_date(deps.clock.now()));
    step::write(deps, plan, |plan| plan.warned_of_card(expiry, today)).await.map(drop)
}
