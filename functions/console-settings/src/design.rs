//! The payment page's design: a preview before it is saved, the logo, and the way back to the standard.

use console::{Refusal, Upload, Visit};
use data_encoding::HEXLOWER;
use domain::{
    Lang, Merchant, Yen,
    merchant::{ImageKind, Logo, PageSettings, ShopHtml},
    settings::{Change, SettingError, SettingProblem},
};
use http::{Response, StatusCode};
use inbound::{
    http as answer,
    page::{self, Entered, FormTarget, Frames, Order, OwnTexts, PaymentForm, Shop, Terms},
};
use lambda_http::{Body, Request};
use sha2::{Digest, Sha256};
use store::StoreError;
use words::console::settings::settings;

use crate::{
    Deps,
    save::{self, Opened},
    spec::{self, Values},
    tab::Tab,
    view::View,
};

/// The payment page as shoppers would see it with what was typed. Its forms go nowhere: nothing on it is an order.
pub(crate) async fn preview(deps: &Deps, request: &Request, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let stored = deps.merchant(visit).await?;
    let groups = spec::groups(Tab::Page, &stored);
    let typed = Values::typed(visit, &groups);
    match save::make(deps, visit, &stored, &typed.settings(&groups)) {
        Ok(merchant) => Ok(answer::page(request, StatusCode::OK, sample(deps, &merchant, visit.lang))),
        Err(problems) => {
            let view = View { problems, ..save::view(deps, visit, Tab::Page, &stored, typed).await? };
            Ok(view.answer(request, visit, StatusCode::UNPROCESSABLE_ENTITY))
        }
    }
}

/// The same for the frame that shows what is being typed. What can't be shown leaves there what was shown before.
pub(crate) async fn live(deps: &Deps, request: &Request, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let stored = deps.merchant(visit).await?;
    let groups = spec::groups(Tab::Page, &stored);
    match save::make(deps, visit, &stored, &Values::typed(visit, &groups).settings(&groups)) {
        Ok(merchant) => {
            let mut page = sample(deps, &merchant, visit.lang);
            page.policy.frames = Frames::StandsIn;
            Ok(answer::page(request, StatusCode::OK, page))
        }
        Err(_) => Ok(answer::nothing()),
    }
}

fn sample(deps: &Deps, merchant: &Merchant, lang: Lang) -> page::Page {
    let shop = Shop::of(merchant, deps.console.operator());
    let mut page = page::payment_form(&PaymentForm {
        lang,
        shop: &shop,
        order: Order {
            number: Some("1001"),
            amount: Yen::MIN,
            item: Some(settings(lang).preview_item),
            terms: Terms::default(),
            joins: None,
        },
        free: &[],
        entered: Entered::default(),
        token: "",
        kept: None,
        expired_kept: None,
        replaces: None,
        manage: None,
        keep: None,
        keep_checked: false,
        problems: &[],
        declined: None,
        asks_consent: !merchant.page.asks_consent_itself,
        leads_back: merchant.back_address.is_some(),
        own: OwnTexts::of(merchant),
        language: None,
    });
    page.policy.forms = FormTarget::Nowhere;
    page
}

/// Takes a logo: what it is, its first bytes say; its hash is its address.
pub(crate) async fn logo(deps: &Deps, request: &Request, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let upload = Upload::parse(request).ok_or(Refusal::Unreadable)?;
    if !visit.is_own_token(upload.text("token")) {
        return Err(Refusal::Forged);
    }
    let stored = deps.merchant(visit).await?;
    let opened: Opened = deps.console.keyring().unseal(upload.text("opened"), visit.now)?;
    if opened.version != stored.version {
        return again(deps, request, visit, &stored, None).await;
    }
    let bytes = upload.file("logo");
    let kind = match ImageKind::of(bytes) {
        Ok(kind) => kind,
        Err(error) => {
            let error = SettingError::new("logo", SettingProblem::Image(error));
            return again(deps, request, visit, &stored, Some(error)).await;
        }
    };
    let hash = HEXLOWER.encode(&Sha256::digest(bytes));
    let mut changed = stored.clone();
    changed.page.logo = Some(Logo::new(&stored.id, &hash, kind));
    let (logo, image) = (changed.page.logo.clone(), deps.images.put(&stored.id, &hash, kind, bytes));
    let saved = save::store_after(deps, visit, &stored, changed, image).await;
    let_go(deps, visit, &stored, logo.as_ref(), &saved).await;
    shown(deps, request, visit, saved).await
}

/// Takes the logo away.
pub(crate) async fn remove_logo(deps: &Deps, request: &Request, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let Some(stored) = as_opened(deps, visit).await? else {
        let stored = deps.merchant(visit).await?;
        return again(deps, request, visit, &stored, None).await;
    };
    let mut changed = stored.clone();
    changed.page.logo = None;
    store(deps, request, visit, &stored, changed).await
}

/// Takes colour, texts and logo away.
pub(crate) async fn reset(deps: &Deps, request: &Request, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let Some(stored) = as_opened(deps, visit).await? else {
        let stored = deps.merchant(visit).await?;
        return again(deps, request, visit, &stored, None).await;
    };
    let mut changed = stored.clone();
    changed.page.accent = PageSettings::ACCENT.to_owned();
    changed.page.before = ShopHtml::default();
    changed.page.after = ShopHtml::default();
    changed.page.logo = None;
    store(deps, request, visit, &stored, changed).await
}

/// The record, if nobody changed it since the form was opened.
async fn as_opened(deps: &Deps, visit: &Visit) -> Result<Option<Merchant>, Refusal> {
    let stored = deps.merchant(visit).await?;
    let opened: Opened = deps.console.keyring().unseal(visit.field("opened"), visit.now)?;
    Ok((opened.version == stored.version).then_some(stored))
}

async fn store(
    deps: &Deps,
    request: &Request,
    visit: &Visit,
    stored: &Merchant,
    changed: Merchant,
) -> Result<Response<Body>, Refusal> {
    let logo = changed.page.logo.clone();
    let saved = save::store(deps, visit, stored, changed).await;
    let_go(deps, visit, stored, logo.as_ref(), &saved).await;
    shown(deps, request, visit, saved).await
}

/// The section with what was saved, or again because somebody else saved first.
async fn shown(
    deps: &Deps,
    request: &Request,
    visit: &Visit,
    saved: Result<Vec<Change>, StoreError>,
) -> Result<Response<Body>, Refusal> {
    match saved {
        Ok(_) => Ok(answer::see_other(&format!("{}?done=saved", Tab::Page.path()))),
        Err(StoreError::Conflict) => {
            let now = deps.merchant(visit).await?;
            again(deps, request, visit, &now, None).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Lets the logo go that this change replaced, if it was saved and there was one.
async fn let_go(
    deps: &Deps,
    visit: &Visit,
    stored: &Merchant,
    now: Option<&Logo>,
    saved: &Result<Vec<Change>, StoreError>,
) {
    match (saved, stored.page.logo.as_ref().filter(|before| Some(*before) != now)) {
        (Ok(_), Some(replaced)) => retire(deps, stored, replaced, visit).await,
        (Ok(_), None) | (Err(_), _) => {}
    }
}

/// Lets a logo go that was replaced, unless somebody chose the same file again meanwhile. The change is made already: a failure is said in the log.
async fn retire(deps: &Deps, stored: &Merchant, replaced: &Logo, visit: &Visit) {
    let gone = async {
        deps.images.retire(&stored.id, replaced.hash(), visit.now).await?;
        let now = deps.merchants.load(&stored.id).await?;
        match now.and_then(|merchant| merchant.page.logo) {
            Some(logo) if logo == *replaced => deps.images.restore(&stored.id, replaced.hash()).await,
            Some(_) | None => Ok(()),
        }
    };
    if let Err(error) = gone.await {
        tracing::error!(merchant.id = %stored.id, error = %domain::Causes::of(&error), "a replaced logo was not let go");
    }
}

/// The section again: with what is wrong with the file, or because somebody else saved first.
async fn again(
    deps: &Deps,
    request: &Request,
    visit: &Visit,
    stored: &Merchant,
    error: Option<SettingError>,
) -> Result<Response<Body>, Refusal> {
    let (status, stale) = match error {
        Some(_) => (StatusCode::UNPROCESSABLE_ENTITY, None),
        None => (StatusCode::CONFLICT, Some(Vec::new())),
    };
    let values = Values::of(stored, &spec::groups(Tab::Page, stored));
    let view = View {
        problems: error.into_iter().collect(),
        stale,
        ..save::view(deps, visit, Tab::Page, stored, values).await?
    };
    Ok(view.answer(request, visit, status))
}
