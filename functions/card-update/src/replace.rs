//! Another card in place of a kept one: it is registered as a card of its own, and nothing of the old one changes until it is approved and kept.

use http::Response;
use inbound::{CardForm, checkout};
use lambda_http::Body;
use words::FormProblem;

use crate::{
    Failure,
    register::{Registration, mend, order_of, to_result, typed},
    visit::{Replacement, Visit},
};

/// What is agreed to is what was agreed to for the old card.
pub(crate) async fn replace(visit: &Visit<'_>, form: &CardForm) -> Result<Response<Body>, Failure> {
    let deps = visit.deps;
    let sealed: Replacement = deps.checkout.unseal(form.token()).map_err(Failure::of_form)?;
    if sealed.card != visit.handle {
        return Err(Failure::Unreadable);
    }
    let Some(card) = visit.live_card().await? else { return sent_before(visit, &sealed).await };
    let opened = visit.merchant().await?;
    let (merchant, lang) = (&opened.merchant, visit.lang(Some(form), &card));
    if !checkout::trades_at(merchant, deps.stage) {
        return Err(Failure::Suspended(lang));
    }
    let typed = match typed(deps, form, merchant) {
        Ok(typed) => typed,
        Err(problems) => return visit.manage(&card, merchant, lang, mend(form, &problems)).await,
    };
    let registration = Registration {
        deps,
        request: visit.request,
        merchant,
        owner: &card.owner,
        mail: &card.mail,
        scope: card.consent.scope,
        lang,
        nonce: sealed.nonce,
    };
    match Box::pin(registration.carry_out(form, typed)).await? {
        Some(answer) => Ok(answer),
        None => visit.manage(&card, merchant, lang, mend(form, &[FormProblem::CardNotTaken])).await,
    }
}

/// The card is not there any more: replaced by this very form, or the address is over.
async fn sent_before(visit: &Visit<'_>, sealed: &Replacement) -> Result<Response<Body>, Failure> {
    let key = order_of(&sealed.card.merchant, &sealed.card.owner, sealed.nonce);
    match visit.deps.payments.load(&key).await? {
        Some(_) => to_result(visit.deps, key, sealed.nonce),
        None => visit.replaced_before().await,
    }
}
