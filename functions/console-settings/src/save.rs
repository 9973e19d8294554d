//! A change of the record: against what the form was opened with, by the shared rules, noted, and told to the owners where it matters.

use console::{Refusal, Visit, settings::apply};
use domain::{
    Merchant,
    audit::Action,
    settings::{Change, SettingError, changes, check},
};
use http::{Response, StatusCode};
use inbound::{Sealed, http as answer};
use jiff::SignedDuration;
use lambda_http::{Body, Request};
use serde::{Deserialize, Serialize};
use store::StoreError;

use crate::{
    Deps,
    extra::Extra,
    notify,
    spec::{self, Values},
    tab::Tab,
    view::View,
};

/// A form stays good for as long as a session can last.
const FORM_LIFETIME: SignedDuration = SignedDuration::from_hours(12);

/// What a form was opened with.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Opened {
    /// The record's version.
    pub(crate) version: u32,
    /// What was in the fields.
    values: Vec<(String, String)>,
}

impl Sealed for Opened {
    const PURPOSE: &'static str = "settings form";
}

/// The section as it stands.
pub(crate) async fn show(deps: &Deps, request: &Request, visit: &Visit, tab: Tab) -> Result<Response<Body>, Refusal> {
    let merchant = deps.merchant(visit).await?;
    let values = Values::of(&merchant, &spec::groups(tab, &merchant));
    Ok(view(deps, visit, tab, &merchant, values).await?.answer(request, visit, StatusCode::OK))
}

/// Saves what was typed, or shows the form again with what is to be mended.
pub(crate) async fn save(deps: &Deps, request: &Request, visit: &Visit, tab: Tab) -> Result<Response<Body>, Refusal> {
    let stored = deps.merchant(visit).await?;
    let groups = spec::groups(tab, &stored);
    let typed = Values::typed(visit, &groups);
    let opened: Opened = deps.console.keyring().unseal(visit.field("opened"), visit.now)?;
    if opened.version != stored.version {
        return stale(deps, request, visit, tab, &stored, typed, opened).await;
    }
    let changed = match make(deps, visit, &stored, &typed.settings(&groups)) {
        Ok(changed) => changed,
        Err(problems) => {
            let view = View { problems, ..view(deps, visit, tab, &stored, typed).await? };
            return Ok(view.answer(request, visit, StatusCode::UNPROCESSABLE_ENTITY));
        }
    };
    if changes(&stored, &changed).is_empty() {
        return Ok(answer::see_other(&format!("{}?done=unchanged", tab.path())));
    }
    if tab.is_guarded() {
        match deps.console.confirm(visit, visit.field("totp")).await {
            Ok(()) => {}
            Err(Refusal::TotpWrong) => {
                let view = View { code_wrong: true, ..view(deps, visit, tab, &stored, typed).await? };
                return Ok(view.answer(request, visit, StatusCode::UNPROCESSABLE_ENTITY));
            }
            Err(refusal) => return Err(refusal),
        }
    }
    let done = if was_cleaned(&changed, &typed) { "cleaned" } else { "saved" };
    match store(deps, visit, &stored, changed).await {
        Ok(changes) => {
            if tab.is_guarded() {
                notify::owners(deps, visit, &stored, &changes).await;
            }
            Ok(answer::see_other(&format!("{}?done={done}", tab.path())))
        }
        Err(StoreError::Conflict) => {
            let now = deps.merchant(visit).await?;
            stale(deps, request, visit, tab, &now, typed, opened).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The record with these settings made, or everything that is wrong with them.
pub(crate) fn make(
    deps: &Deps,
    visit: &Visit,
    stored: &Merchant,
    settings: &[(String, String)],
) -> Result<Merchant, Vec<SettingError>> {
    let mut changed = stored.clone();
    let keyring = deps.console.keyring();
    let made = settings.iter().map(|(key, value)| apply(&mut changed, key, value, keyring, visit.now));
    let mut problems: Vec<_> = made.filter_map(Result::err).collect();
    if problems.is_empty() {
        problems.extend(check(&changed, deps.local_origin.as_deref()).err());
    }
    if problems.is_empty() { Ok(changed) } else { Err(problems) }
}

/// Notes what differs, and writes the changed record in place of the one it was made from.
pub(crate) async fn store(
    deps: &Deps,
    visit: &Visit,
    stored: &Merchant,
    changed: Merchant,
) -> Result<Vec<Change>, StoreError> {
    store_after(deps, visit, stored, changed, async { Ok(()) }).await
}

/// The same, with something that has to be there before the record names it.
pub(crate) async fn store_after(
    deps: &Deps,
    visit: &Visit,
    stored: &Merchant,
    mut changed: Merchant,
    first: impl Future<Output = Result<(), StoreError>> + Send,
) -> Result<Vec<Change>, StoreError> {
    changed.version = stored.version.saturating_add(1);
    let changes = changes(stored, &changed);
    let action = Action::SettingsChanged { version: changed.version, changes: changes.clone() };
    let write = async {
        first.await?;
        deps.merchants.update(&changed).await
    };
    deps.console.noted(&visit.user, action, write).await?;
    Ok(changes)
}

/// Somebody else saved first: nothing is written, what changed is shown, and what was typed stays in the fields.
async fn stale(
    deps: &Deps,
    request: &Request,
    visit: &Visit,
    tab: Tab,
    stored: &Merchant,
    typed: Values,
    opened: Opened,
) -> Result<Response<Body>, Refusal> {
    let now = Values::of(stored, &spec::groups(tab, stored));
    let differs = |(key, then): (String, String)| {
        let now = now.value(&key).to_owned();
        (now != then).then_some(Change { key, values: Some((then, now)) })
    };
    let changed = opened.values.into_iter().filter_map(differs).collect();
    let view = View { stale: Some(changed), ..view(deps, visit, tab, stored, typed).await? };
    Ok(view.answer(request, visit, StatusCode::CONFLICT))
}

/// The HTML that was kept is not what was typed.
fn was_cleaned(changed: &Merchant, typed: &Values) -> bool {
    let page = [("page_before", &changed.page.before), ("page_after", &changed.page.after)];
    page.iter().any(|(key, kept)| {
        let typed = typed.value(key).replace("\r\n", "\n");
        !typed.is_empty() && kept.as_str() != typed.trim()
    })
}

/// A section with these values in its fields.
pub(crate) async fn view<'a>(
    deps: &Deps,
    visit: &Visit,
    tab: Tab,
    merchant: &'a Merchant,
    values: Values,
) -> Result<View<'a>, Refusal> {
    Ok(View {
        tab,
        merchant,
        opened: seal(deps, visit, tab, merchant)?,
        values,
        problems: Vec::new(),
        code_wrong: false,
        stale: None,
        extra: Extra::of(deps, visit, tab, merchant).await?,
    })
}

/// What a form of this section carries.
pub(crate) fn seal(deps: &Deps, visit: &Visit, tab: Tab, merchant: &Merchant) -> Result<String, Refusal> {
    let values = Values::of(merchant, &spec::groups(tab, merchant)).pairs();
    let until = visit.now.saturating_add(FORM_LIFETIME).unwrap_or(jiff::Timestamp::MAX);
    Ok(deps.console.keyring().seal(&Opened { version: merchant.version, values }, until)?)
}
