//! A buyer agrees to a higher amount or a shorter cycle: the card company says who agrees (3-D Secure), and one yen is authorized for that and undone at once.
//! What was agreed stands in the payment that served to authenticate; the stream brings it to the plan where this browser never comes back.

use charging::{Attempt, Charge, ChargeError, Charged, Means, Takings, Watch};
use domain::{
    CardOwner, Initiator, KeptCard, Lang, Merchant, Payment, PaymentKey, SecurityCode, State, Yen,
    acquirer::{ChallengePreference, ThreeDsRequest, Unavailable},
    link::TermsShown,
    payment::{Details, Interface, Order, Origin},
    recurring::plan::{Plan, PlanId, Rate, agreed},
};
use http::{Response, StatusCode};
use inbound::{
    CardForm,
    checkout::{self, AGAIN, CARD_LIFETIME, CardResultHandle, ChallengeHandle},
    http as answer,
    page::{LanguageSwitch, PlanAgree, PlanDone, PlanPage, PlanView, agree_text, plan as plan_page},
};
use jiff::{Timestamp, civil::Date};
use lambda_http::{Body, Request};
use words::FormProblem;

use super::{PlanForm, PlanVisit, order_of, path_of};
use crate::{Deps, Failure};

/// One more than is ever used, because every rendering is an order of its own: a decline keeps its reason until the order closes.
const ATTEMPTS: u8 = 2;

/// The question. Where nothing is proposed (any more), how the plan stands.
pub(super) async fn ask(
    visit: &PlanVisit<'_>,
    plan: &Plan,
    form: Option<&CardForm>,
    problems: &[FormProblem],
) -> Result<Response<Body>, Failure> {
    let lang = visit.lang(form, plan);
    let now = visit.deps.clock.now();
    let Some(rate) = plan.proposal else { return Ok(visit.done(lang, PlanDone::Moved)) };
    let Some(from) = holds_from(plan, rate, now) else { return Ok(visit.done(lang, PlanDone::Moved)) };
    let opened = visit.merchant().await?;
    if !checkout::trades_at(&opened.merchant, visit.deps.stage) {
        return Err(Failure::Suspended(lang));
    }
    let card = visit.card(plan).await?;
    let view = PlanView::Agree(PlanAgree {
        plan,
        rate,
        from,
        card: card.as_ref().map(|card| visit.deps.entry(card)),
        action: &visit.path,
        token: &visit.seal(Some(rate))?,
        problems,
        asks_consent: !opened.merchant.page.asks_consent_itself,
    });
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(visit.page(&opened.merchant, lang, status, view, "view=agree&"))
}

/// From when a rate would hold that is agreed to now.
fn holds_from(plan: &Plan, rate: Rate, now: Timestamp) -> Option<Date> {
    let agreed = plan.agreed_to(rate, &plan.first_order, now).ok()?;
    agreed.then.last().map(|then| then.from)
}

/// The buyer does not agree: nothing is proposed any more.
pub(super) async fn refuse(visit: &PlanVisit<'_>, form: &CardForm) -> Result<Response<Body>, Failure> {
    let sealed = visit.form(form)?;
    let plan = visit.plan().await?;
    let lang = visit.lang(Some(form), &plan);
    let refused = visit
        .change(plan, |plan| {
            let same = plan.proposal.is_some() && plan.proposal == sealed.rate;
            same.then(|| plan.withdrawn_proposal()).flatten()
        })
        .await?;
    Ok(visit.done(lang, if refused.is_some() { PlanDone::Refused } else { PlanDone::Moved }))
}

/// The buyer agrees, and is authenticated for that.
pub(super) async fn agree(visit: &PlanVisit<'_>, form: &CardForm) -> Result<Response<Body>, Failure> {
    let deps = visit.deps;
    let sealed = visit.form(form)?;
    let plan = visit.plan().await?;
    let lang = visit.lang(Some(form), &plan);
    let key = PaymentKey::new(plan.merchant.clone(), order_of(&sealed));
    let Some(rate) = sealed.rate.filter(|rate| plan.proposal == Some(*rate) && !plan.is_over()) else {
        // Sent again after it was agreed to, or the shop proposes something else by now.
        return match deps.payments.load(&key).await? {
            Some(_) => to_result(visit, key, &sealed),
            None => Ok(visit.done(lang, PlanDone::Moved)),
        };
    };
    let opened = visit.merchant().await?;
    let merchant = &opened.merchant;
    if !checkout::trades_at(merchant, deps.stage) {
        return Err(Failure::Suspended(lang));
    }
    let now = deps.clock.now();
    let (Some(card), Some(from)) = (visit.card(&plan).await?, holds_from(&plan, rate, now)) else {
        return Ok(visit.done(lang, PlanDone::Moved));
    };
    let shown = TermsShown::of(words::AGREE_TERMS, &agree_text(lang, &plan, rate, from), now);
    let mut problems = Vec::new();
    let Some(code) = form.code(Some(card.card.brand), &mut problems) else {
        return ask(visit, &plan, Some(form), &problems).await;
    };
    let handle = ChallengeHandle { key: key.clone(), nonce: sealed.nonce };
    let challenge = deps.checkout.challenge_path(&handle)?;
    let asked = Asked { visit, merchant, plan: &plan, rate, sealed: &sealed, lang, shown, challenge: &challenge };
    let address = answer::client_address(visit.request);
    let watch = Watch { guard: &deps.guard, merchant, address, takings: Takings::Nothing };
    let charged = match Box::pin(deps.charging.charge(&deps.vault, watch, asked.charge(form, card, code))).await {
        Err(ChargeError::Limited(_) | ChargeError::CardUnusable) => return Ok(visit.done(lang, PlanDone::CardNotTaken)),
        charged => charged?,
    };
    match charged {
        Charged::Tried(payment) => {
            tracing::info!(payment.id = %payment.key, state = payment.state.name(), "a buyer is authenticated to agree");
            if let State::Challenging { .. } = payment.state {
                return Ok(answer::see_other(&challenge));
            }
        }
        Charged::Stands(standing, payment) => {
            tracing::info!(payment.id = %payment.key, state = payment.state.name(), ?standing, "an agreement stands");
        }
    }
    to_result(visit, key, &sealed)
}

fn to_result(visit: &PlanVisit<'_>, key: PaymentKey, sealed: &PlanForm) -> Result<Response<Body>, Failure> {
    let handle = CardResultHandle { key, nonce: sealed.nonce };
    Ok(answer::see_other(&visit.deps.checkout.card_result_path(&handle)?))
}

/// What became of an authentication: the plan changes with the answer, or says why it does not.
pub(crate) async fn result(
    deps: &Deps,
    request: &Request,
    payment: &Payment,
    handle: CardResultHandle,
    plan: &PlanId,
) -> Result<Response<Body>, Failure> {
    let merchant = &payment.key.merchant;
    let lang = answer::asked_language(request).unwrap_or(payment.details.lang);
    let page = path_of(deps, merchant, plan, CARD_LIFETIME)?;
    if let Some((plan, rate)) = agreed(payment) {
        let done = if settle(deps, payment, plan, rate).await? { PlanDone::Agreed } else { PlanDone::Moved };
        return Ok(answer::see_other(&format!("{page}?done={}&lang={}", done.name(), lang.tag())));
    }
    let path = deps.checkout.card_result_path(&handle)?;
    let [address, other] = [lang, lang.other()].map(|lang| format!("{path}?lang={}", lang.tag()));
    let again = format!("{page}?view=agree&lang={}", lang.tag());
    let view = match &payment.state {
        State::Challenging { .. } => {
            // Who has not answered the issuer yet goes there, from wherever the tab was.
            let challenge = deps.checkout.challenge_path(&ChallengeHandle { key: handle.key, nonce: handle.nonce })?;
            return Ok(answer::see_other(&format!("{challenge}?{AGAIN}")));
        }
        State::Authorizing { .. } | State::Unknown(_) | State::Reversing(_) | State::NeedsPerson(_) => {
            PlanView::Checking { address: &address }
        }
        State::Declined { .. }
        | State::Failed { .. }
        | State::Authorized { .. }
        | State::Captured { .. }
        | State::Cancelled { .. }
        | State::Lapsed { .. }
        | State::Abandoned { .. } => PlanView::NotAgreed { again: &again },
    };
    let opened = deps.checkout.merchant(merchant).await?.ok_or(Failure::NotThere)?;
    let shop = deps.checkout.shop(&opened.merchant);
    let language = Some(LanguageSwitch::Link(&other));
    Ok(answer::page(request, StatusCode::OK, plan_page(&PlanPage { lang, shop: Some(&shop), view, language })))
}

/// Has the plan hold what was agreed; answers whether it does, by this or by the stream that was first.
async fn settle(deps: &Deps, payment: &Payment, plan: &PlanId, rate: Rate) -> Result<bool, Failure> {
    let PaymentKey { merchant, order } = &payment.key;
    let stands = deps.plans.load(merchant, plan).await?.ok_or(Failure::NotThere)?;
    let now = deps.clock.now();
    let stands = deps.plans.change(stands, |plan| plan.agreed_to(rate, order, now).ok()).await?.into_plan();
    let holds = stands.agreed_by.as_ref() == Some(order);
    if holds {
        tracing::info!(merchant.id = %merchant, plan.id = plan.as_str(), "a buyer agreed to a change");
    }
    Ok(holds)
}

/// A buyer about to be authenticated.
struct Asked<'a> {
    visit: &'a PlanVisit<'a>,
    merchant: &'a Merchant,
    plan: &'a Plan,
    rate: Rate,
    sealed: &'a PlanForm,
    lang: Lang,
    shown: TermsShown,
    /// Where the issuer sends the buyer back to.
    challenge: &'a str,
}

impl Asked<'_> {
    /// A challenge is asked for whatever the merchant's policy, and what is not fully authenticated is undone and agrees to nothing.
    fn charge(&self, form: &CardForm, card: KeptCard, code: SecurityCode) -> Charge {
        let (deps, request) = (self.visit.deps, self.visit.request);
        Charge {
            order: self.order(),
            means: Means::Kept { card: Box::new(card), code: Some(code) },
            keeping: None,
            attempt: Attempt { generation: 0, n: 1, nonce: self.sealed.nonce },
            initiator: Initiator::Cardholder,
            capture: false,
            three_ds: Some(ThreeDsRequest {
                preference: ChallengePreference::Challenge,
                unavailable: Unavailable::Decline,
                return_address: format!("{}{}", deps.page_origin, self.challenge),
                mail: self.plan.mail.clone(),
                tel: String::new(),
            }),
            browser: form.browser(request),
            deadline: answer::deadline(request, &deps.clock),
        }
    }

    fn order(&self) -> Order {
        let user = match &self.plan.owner {
            CardOwner::Buyer(user) => user.clone(),
            CardOwner::Order(_) => String::new(),
        };
        let (mail, terms) = (self.plan.mail.clone(), Some(self.shown));
        let details = Details { mail, user, lang: self.lang, terms, ..Details::default() };
        Order {
            key: PaymentKey::new(self.merchant.id.clone(), order_of(self.sealed)),
            amount: Yen::MIN,
            interface: Interface::CardRegistration,
            origin: Origin::Agreement { plan: self.plan.id.clone(), rate: self.rate },
            attempts_allowed: ATTEMPTS,
            details,
        }
    }
}
