//! A buyer whose card is gone gives another, so that the regular purchase can go on: authenticated and kept as a card is that replaces one.

use domain::{card::ConsentScope, recurring::plan::Plan};
use http::{Response, StatusCode};
use inbound::{
    CardForm, checkout, http as answer,
    page::{self, KeptCardPage, KeptCardView, LanguageSwitch, ManageCard, PlanDone},
};
use lambda_http::Body;
use words::FormProblem;

use super::PlanVisit;
use crate::{
    Failure, owed,
    register::{Registration, mend, order_of, to_result, typed},
    visit::Typed,
};

/// What the form says that it does.
pub(super) const ADD: &str = "card";

/// What a card is kept for that pays a regular purchase, and nothing else.
const SCOPE: ConsentScope = ConsentScope::MerchantInitiated;

/// The form for a card.
pub(super) async fn ask(
    visit: &PlanVisit<'_>,
    plan: &Plan,
    form: Option<&CardForm>,
    typed: Typed<'_>,
) -> Result<Response<Body>, Failure> {
    let lang = visit.lang(form, plan);
    let opened = visit.merchant().await?;
    if !checkout::trades_at(&opened.merchant, visit.deps.stage) {
        return Err(Failure::Suspended(lang));
    }
    let view = KeptCardView::Manage(ManageCard {
        kept: None,
        act: ADD,
        action: &visit.path,
        token: &visit.seal(None)?,
        holder: typed.holder,
        problems: typed.problems,
        declined: None,
        asks_consent: !opened.merchant.page.asks_consent_itself,
        keep: SCOPE,
        keep_checked: typed.keep_checked,
        relying: &[(plan.item.clone(), visit.path.clone())],
        owed: &owed::of(visit.deps, std::slice::from_ref(plan)),
    });
    let shop = visit.deps.checkout.shop(&opened.merchant);
    let other = format!("{}?view=card&lang={}", visit.path, lang.other().tag());
    let language = Some(LanguageSwitch::Link(&other));
    let status = if typed.problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = page::kept_card(&KeptCardPage { lang, shop: Some(&shop), view, language });
    Ok(answer::page(visit.request, status, page))
}

/// The buyer gives a card.
pub(super) async fn add(visit: &PlanVisit<'_>, form: &CardForm) -> Result<Response<Body>, Failure> {
    let deps = visit.deps;
    let sealed = visit.form(form)?;
    let plan = visit.plan().await?;
    let lang = visit.lang(Some(form), &plan);
    if plan.is_over() || visit.card(&plan).await?.is_some() {
        // Sent again after it was kept, or it is not needed any more.
        let key = order_of(&plan.merchant, &plan.owner, sealed.nonce);
        return match deps.payments.load(&key).await? {
            Some(_) => to_result(deps, key, sealed.nonce),
            None => Ok(visit.done(lang, PlanDone::Moved)),
        };
    }
    let opened = visit.merchant().await?;
    if !checkout::trades_at(&opened.merchant, deps.stage) {
        return Err(Failure::Suspended(lang));
    }
    let typed = match typed(deps, form, &opened.merchant) {
        Ok(typed) => typed,
        Err(problems) => return ask(visit, &plan, Some(form), mend(form, &problems)).await,
    };
    let registration = Registration {
        deps,
        request: visit.request,
        merchant: &opened.merchant,
        owner: &plan.owner,
        mail: &plan.mail,
        scope: SCOPE,
        lang,
        nonce: sealed.nonce,
    };
    match Box::pin(registration.carry_out(form, typed)).await? {
        Some(answer) => Ok(answer),
        None => ask(visit, &plan, Some(form), mend(form, &[FormProblem::CardNotTaken])).await,
    }
}
