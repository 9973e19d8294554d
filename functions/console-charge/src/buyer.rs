//! Whose kept card is charged: found by buyer id or by an earlier order, and only where its buyer agreed to charges by the merchant.

use console::Refusal;
use domain::{
    CardOwner, KeptCard, OrderId, PaymentKey,
    card::{Unchargeable, contains_card_number},
    request::is_user,
};
use words::console::charge::Problem;

use crate::Call;

/// The fields that name a buyer, and what is wrong with them.
pub(crate) type Wrong = (&'static str, Problem<'static>);

/// The card of the buyer whom the form names, or what is wrong with that.
pub(crate) async fn find(call: &Call<'_>) -> Result<Result<KeptCard, Wrong>, Refusal> {
    let (user, earlier) = (call.visit.field("user").trim(), call.visit.field("earlier").trim());
    let (field, owner) = match (user, earlier) {
        ("", "") => return Ok(Err(("user", Problem::BuyerMissing))),
        ("", earlier) => ("earlier", owner_of(call, earlier).await?),
        (user, _) => {
            let fits = is_user(user) && !contains_card_number(user);
            ("user", fits.then(|| CardOwner::Buyer(user.to_owned())))
        }
    };
    let Some(owner) = owner else { return Ok(Err((field, Problem::NoCard))) };
    let card = call.deps.cards.load(call.visit.merchant_id(), &owner).await?;
    Ok(match card {
        None => Err((field, Problem::NoCard)),
        Some(card) => chargeable(call, card).map_err(|problem| (field, problem)),
    })
}

/// The card, if the merchant may charge it now.
pub(crate) fn chargeable(call: &Call<'_>, card: KeptCard) -> Result<KeptCard, Problem<'static>> {
    match card.chargeable(call.visit.now) {
        Ok(()) => Ok(card),
        Err(Unchargeable::Gone) => Err(Problem::NoCard),
        Err(Unchargeable::NotAgreed) => Err(Problem::NoConsent),
        Err(Unchargeable::Expired) => Err(Problem::CardExpired),
        Err(Unchargeable::Unlinked) => Err(Problem::NoNetworkId),
    }
}

/// Whose card an order names. None: it is no order number.
async fn owner_of(call: &Call<'_>, earlier: &str) -> Result<Option<CardOwner>, Refusal> {
    let fits = !contains_card_number(earlier);
    let Some(order) = OrderId::new(earlier).ok().filter(|_| fits) else { return Ok(None) };
    let key = PaymentKey::new(call.visit.merchant_id().clone(), order);
    Ok(Some(call.deps.payments.card_owner(&key).await?))
}
