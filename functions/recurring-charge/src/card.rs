//! The card that pays a plan: whether it may be charged, and whether it lives to the next date; where it does not, its issuer is asked for a new one.

use charging::ChargeError;
use domain::{
    Initiator, KeptCard, MerchantId,
    acquirer::DeclineCode,
    card::Unchargeable,
    clock::japan_date,
    recurring::plan::{Plan, PlanCard, PlanId, PlanState},
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

/// A card that will be over on the next date is refreshed where its issuer has, else the buyer is told in time.
pub(crate) async fn check(deps: &Deps, merchant: &MerchantId, plan: &PlanId) -> Result<(), WorkError> {
    let Some(merchant) = deps.trading(merchant).await? else { return Ok(()) };
    let plan = deps.plans.load(&merchant.id, plan).await?.ok_or(WorkError::Gone("plan"))?;
    // A card that is gone is told of when it is needed: the buyer deleted it.
    let card = deps.cards.load(&plan.merchant, &plan.owner).await?.filter(|card| card.number.is_some());
    let Some(card) = card else { return Ok(()) };
    let today = japan_date(deps.clock.now());
    let card = match plan.state {
        PlanState::Active(_) if plan.outlives(card.card.expiry, today) => refreshed(deps, card).await?,
        PlanState::Active(_) | PlanState::Paused { .. } | PlanState::Ended { .. } => Some(card),
    };
    let Some(card) = card.filter(|card| card.number.is_some()) else { return Ok(()) };
    let (pays, expiry) = (PlanCard::of(&card), card.card.expiry);
    let plan = step::write(deps, plan, |plan| plan.card_refreshed(&pays)).await?;
    step::write(deps, plan, |plan| plan.warned_of_card(expiry, today)).await.map(drop)
}

/// The card as it stands after its issuer was asked; every plan that it pays knows of it.
async fn refreshed(deps: &Deps, card: KeptCard) -> Result<Option<KeptCard>, WorkError> {
    if !card.merchant_may_charge() {
        return Ok(Some(card));
    }
    let before = card.clone();
    let card = match deps.pace.keep(Box::pin(deps.charging.refresh(&deps.vault, card))).await {
        Ok(card) => card,
        Err(ChargeError::CardUnusable) => return Ok(Some(before)),
        Err(error) => return Err(error.into()),
    };
    if let Some(card) = card.as_ref().filter(|card| card.card.last4 != before.card.last4) {
        let pays = PlanCard::of(card);
        step::write_each_of(deps, &card.merchant, &card.owner, |plan| plan.card_refreshed(&pays)).await?;
    }
    Ok(card)
}
