//! `/plan/{handle}`: a buyer sees a regular purchase, pauses it, ends it, and agrees to a change. A GET changes nothing: scanners of mails follow links too.

mod act;
mod agree;
mod card;
mod show;

use std::sync::Arc;

use domain::{
    CardOwner, KeptCard, Lang, Merchant, MerchantId, Nonce, OrderId,
    recurring::plan::{Plan, PlanId, Rate},
};
use http::{Method, Response, StatusCode};
use inbound::{
    CardForm, Lapse, OpenedMerchant, Sealed,
    checkout::{self, CARD_LIFETIME, FORM_LIFETIME, PlanHandle},
    http as answer,
    page::{self, LanguageSwitch, PlanAct, PlanDone, PlanPage, PlanView},
};
use jiff::SignedDuration;
use lambda_http::{Body, Request};
use serde::{Deserialize, Serialize};
use store::PlanChanged;

use crate::{Deps, Failure};

/// The form field, and the word in the address, that says what a buyer does.
const ACT: &str = "act";

/// What a form of the page carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct PlanForm {
    /// The contract.
    plan: PlanHandle,
    /// What was proposed when the form was made, if the form is about that.
    rate: Option<Rate>,
    /// This rendering: sent twice, it is one authentication.
    nonce: Nonce,
}

impl Sealed for PlanForm {
    const PURPOSE: &'static str = "regular purchase form";
}

pub(crate) async fn respond(deps: &Deps, request: &Request, sealed: &str) -> Result<Response<Body>, Failure> {
    let Ok((handle, lapse)) = deps.checkout.unseal_expired::<PlanHandle>(sealed) else {
        return Ok(bare(request, StatusCode::NOT_FOUND, PlanView::NotThere));
    };
    let visit = PlanVisit { deps, request, handle, path: format!("/plan/{sealed}") };
    let form = match *request.method() {
        Method::POST => Some(CardForm::parse(request.body()).ok_or(Failure::Unreadable)?),
        _ => None,
    };
    match (&form, lapse) {
        (Some(form), _) if form.text(ACT) == "link" => visit.send_link().await,
        (_, Lapse::Expired) => Ok(visit.lapsed()),
        (None, Lapse::Open) => show::show(&visit).await,
        (Some(form), Lapse::Open) => match (form.text(ACT), PlanAct::parse(form.text(ACT))) {
            (_, Some(act)) => act::act(&visit, form, act).await,
            ("refuse", None) => agree::refuse(&visit, form).await,
            ("agree", None) => agree::agree(&visit, form).await,
            (card::ADD, None) => card::add(&visit, form).await,
            (_, None) => Err(Failure::Unreadable),
        },
    }
}

pub(crate) use agree::result;

/// A visit to `/plan/{handle}`.
struct PlanVisit<'a> {
    deps: &'a Deps,
    request: &'a Request,
    handle: PlanHandle,
    /// The page's own path.
    path: String,
}

impl PlanVisit<'_> {
    async fn plan(&self) -> Result<Plan, Failure> {
        let PlanHandle { merchant, plan } = &self.handle;
        self.deps.plans.load(merchant, plan).await?.ok_or(Failure::NotThere)
    }

    async fn merchant(&self) -> Result<Arc<OpenedMerchant>, Failure> {
        self.deps.checkout.merchant(&self.handle.merchant).await?.ok_or(Failure::NotThere)
    }

    /// The card that is charged.
    async fn card(&self, plan: &Plan) -> Result<Option<KeptCard>, Failure> {
        let card = self.deps.cards.load(&plan.merchant, &plan.owner).await?;
        Ok(card.filter(|card| card.number.is_some()))
    }

    /// The language that the form or the address asks for, else that of the plan's mails.
    fn lang(&self, form: Option<&CardForm>, plan: &Plan) -> Lang {
        let asked = form.and_then(|form| Lang::parse(form.text("lang")));
        asked.or_else(|| answer::asked_language(self.request)).unwrap_or(plan.lang)
    }

    /// What the address asks for: `view=…`.
    fn asked(&self, name: &str) -> Option<&str> {
        let pairs = self.request.uri().query().unwrap_or_default().split('&');
        pairs.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// What the form carries sealed, if it is this plan's.
    fn form(&self, form: &CardForm) -> Result<PlanForm, Failure> {
        let sealed: PlanForm = self.deps.checkout.unseal(form.token()).map_err(Failure::of_form)?;
        if sealed.plan == self.handle { Ok(sealed) } else { Err(Failure::Unreadable) }
    }

    fn seal(&self, rate: Option<Rate>) -> Result<String, Failure> {
        let form = PlanForm { plan: self.handle.clone(), rate, nonce: checkout::draw_nonce()? };
        Ok(self.deps.checkout.seal_form(&form)?)
    }

    /// Back to the page, which says what was done.
    fn done(&self, lang: Lang, done: PlanDone) -> Response<Body> {
        answer::see_other(&format!("{}?done={}&lang={}", self.path, done.name(), lang.tag()))
    }

    /// Writes what `change` makes of the plan, decided again wherever somebody wrote first. None: it changes nothing.
    async fn change(&self, plan: Plan, change: impl Fn(&Plan) -> Option<Plan> + Send) -> Result<Option<Plan>, Failure> {
        match self.deps.plans.change(plan, change).await? {
            PlanChanged::Written(plan) => Ok(Some(plan)),
            PlanChanged::Stands(_) => Ok(None),
        }
    }

    /// Mails another address to where the plan's mails go. Asked for again at once, it says the same and sends none.
    async fn send_link(&self) -> Result<Response<Body>, Failure> {
        let plan = self.plan().await?;
        let lang = answer::language(self.request, Some(plan.lang)).tag();
        self.change(plan, |plan| plan.asked_for_link(self.deps.clock.now())).await?;
        Ok(answer::see_other(&format!("{}?done=link&lang={lang}", self.path)))
    }

    /// The address has run out. Nothing is said of what it led to.
    fn lapsed(&self) -> Response<Body> {
        match self.asked("done") {
            Some("link") => bare(self.request, StatusCode::OK, PlanView::LinkSent),
            _ => bare(self.request, StatusCode::GONE, PlanView::Expired { action: &self.path }),
        }
    }

    /// A page of this visit; `query` is what the other language's address needs.
    fn page(
        &self,
        merchant: &Merchant,
        lang: Lang,
        status: StatusCode,
        view: PlanView<'_>,
        query: &str,
    ) -> Response<Body> {
        let shop = self.deps.checkout.shop(merchant);
        let other = format!("{}?{query}lang={}", self.path, lang.other().tag());
        let language = Some(LanguageSwitch::Link(&other));
        answer::page(self.request, status, page::plan(&PlanPage { lang, shop: Some(&shop), view, language }))
    }
}

/// A page without personal data and without a shop.
fn bare(request: &Request, status: StatusCode, view: PlanView<'_>) -> Response<Body> {
    let lang = answer::language(request, None);
    answer::page(request, status, page::plan(&PlanPage { lang, shop: None, view, language: None }))
}

/// Where the regular purchases are seen and ended that a card pays for: what is sold, and the address.
pub(crate) async fn relying_on(deps: &Deps, card: &KeptCard) -> Result<Vec<(String, String)>, Failure> {
    links(deps, &live(deps, &card.merchant, &card.owner).await?)
}

/// The regular purchases that a card of this owner pays for, or would.
pub(crate) async fn live(deps: &Deps, merchant: &MerchantId, owner: &CardOwner) -> Result<Vec<Plan>, Failure> {
    let plans = deps.plans.of_owner(merchant, owner).await?;
    Ok(plans.into_iter().filter(|plan| !plan.is_over()).collect())
}

/// What is sold by each, and where it is seen and ended, for as long as the page that says so is of use.
pub(crate) fn links(deps: &Deps, plans: &[Plan]) -> Result<Vec<(String, String)>, Failure> {
    plans.iter().map(|plan| Ok((plan.item.clone(), path_of(deps, &plan.merchant, &plan.id, FORM_LIFETIME)?))).collect()
}

/// Where a card is given for a regular purchase that goes on and has none. None: none of this owner's does.
pub(crate) async fn to_add_a_card(
    deps: &Deps,
    merchant: &MerchantId,
    owner: &CardOwner,
) -> Result<Option<String>, Failure> {
    let plans = live(deps, merchant, owner).await?;
    plans.first().map(|plan| Ok(format!("{}?view=card", path_of(deps, merchant, &plan.id, CARD_LIFETIME)?))).transpose()
}

/// The page of a plan, open for so long.
fn path_of(deps: &Deps, merchant: &MerchantId, plan: &PlanId, lifetime: SignedDuration) -> Result<String, Failure> {
    let handle = PlanHandle { merchant: merchant.clone(), plan: plan.clone() };
    Ok(deps.checkout.plan_path(&handle, lifetime)?)
}

/// The order under which a buyer is authenticated who sends this form.
fn order_of(form: &PlanForm) -> OrderId {
    let PlanHandle { merchant, plan } = &form.plan;
    let parts = [merchant.as_str().as_bytes(), plan.as_str().as_bytes(), form.nonce.as_bytes().as_slice()];
    OrderId::derived("agreement", &parts)
}
