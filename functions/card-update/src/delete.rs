//! The buyer deletes a kept card. Its number goes at once; what is left says for a month that it was there.

use domain::KeptCard;
use http::Response;
use inbound::{CardForm, page::KeptCardView};
use lambda_http::Body;
use store::{Kept, StoreError};

use crate::{
    Failure, plan,
    visit::{Deletion, Visit},
};

/// How often a refused write is tried again over what stands.
const TRIES: usize = 4;

/// Deletes the card. Sent twice, it is deleted once and said twice. While a regular purchase goes on with it, it can only be replaced.
///
/// The security code is asked so that nobody deletes a card in passing; only its form is checked, because nothing of it is ever stored to compare it with.
pub(crate) async fn delete(visit: &Visit<'_>, form: &CardForm) -> Result<Response<Body>, Failure> {
    let deps = visit.deps;
    let sealed: Deletion = deps.checkout.unseal(form.token()).map_err(Failure::of_form)?;
    if sealed.card != visit.handle {
        return Err(Failure::Unreadable);
    }
    let Some(card) = visit.card().await? else { return visit.replaced_before().await };
    let opened = visit.merchant().await?;
    let (merchant, lang) = (&opened.merchant, visit.lang(Some(form), &card));
    let relying = plan::relying_on(visit.deps, &card).await?;
    if !relying.is_empty() && card.number.is_some() {
        let view = KeptCardView::CannotDelete { card: &card.card, again: &visit.path, relying: &relying };
        return Ok(visit.page(merchant, lang, &[], view, None));
    }
    let mut problems = Vec::new();
    if form.code(Some(card.card.brand), &mut problems).is_none() {
        return match card.number {
            Some(_) => visit.ask_to_delete(&card, merchant, lang, &problems),
            None => Err(Failure::NotThere),
        };
    }
    let deleted = forget(visit, card).await?;
    Ok(visit.page(merchant, lang, &[], KeptCardView::Deleted { card: &deleted.card }, None))
}

/// Stores the card without its number, unless that was done before.
async fn forget(visit: &Visit<'_>, mut card: KeptCard) -> Result<KeptCard, Failure> {
    let deps = visit.deps;
    for _ in 0..TRIES {
        if card.number.is_none() {
            return Ok(card);
        }
        match deps.cards.forget(&card, deps.clock.now()).await? {
            (deleted, Kept::Done) => {
                tracing::info!(merchant.id = %deleted.merchant, card.id = %deleted.id, "a kept card was deleted");
                return Ok(deleted);
            }
            // Sealed anew, deleted or replaced in between.
            (deleted, Kept::Refused(stands)) => {
                let stands = stands.filter(|stands| stands.id == deleted.id);
                card = *stands.ok_or(Failure::NotThere)?;
            }
        }
    }
    Err(Failure::Store(StoreError::Conflict))
}
