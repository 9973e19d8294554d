//! Secrets: made, taken and ended on a page of their own that asks for a fresh code; a new one is shown on the answer and never again.

use askama::Template;
use console::{
    Frame, Refusal, Section, Visit,
    settings::{NewSecret, SecretKind, end_before, make_secret, own_key_password},
};
use domain::{
    Merchant,
    settings::{SettingError, check},
};
use http::{Response, StatusCode};
use inbound::http as answer;
use lambda_http::{Body, Request};
use store::StoreError;
use words::console::settings::{SettingsWords, setting_name, setting_problem, settings};

use crate::{
    Deps, notify,
    save::{self, Opened},
    tab::Tab,
};

/// What is done with a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// A new one is made at random; the one before goes on for a week.
    Make(SecretKind),
    /// A key password of the merchant's own is taken.
    Own,
    /// The one before ends at once.
    End(SecretKind),
}

impl Act {
    const ALL: [Self; 5] = [
        Self::Make(SecretKind::KeyPassword),
        Self::Own,
        Self::End(SecretKind::KeyPassword),
        Self::Make(SecretKind::Sig),
        Self::End(SecretKind::Sig),
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Make(SecretKind::KeyPassword) => "make-key-password",
            Self::Own => "own-key-password",
            Self::End(SecretKind::KeyPassword) => "end-key-password",
            Self::Make(SecretKind::Sig) => "make-sig-secret",
            Self::End(SecretKind::Sig) => "end-sig-secret",
        }
    }

    /// What an address or a form asks for.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.name() == name)
    }

    /// The page that asks for it.
    pub(crate) fn path(self) -> String {
        format!("{}?do={}", Tab::Keys.path(), self.name())
    }

    const fn kind(self) -> SecretKind {
        match self {
            Self::Own => SecretKind::KeyPassword,
            Self::Make(kind) | Self::End(kind) => kind,
        }
    }
}

/// The page that asks whether to do it.
pub(crate) async fn ask(deps: &Deps, request: &Request, visit: &Visit, act: Act) -> Result<Response<Body>, Refusal> {
    let merchant = deps.merchant(visit).await?;
    page(deps, request, visit, &merchant, act, Answer::Asked, StatusCode::OK)
}

/// Does it, and shows the new secret this once.
pub(crate) async fn act(deps: &Deps, request: &Request, visit: &Visit, act: Act) -> Result<Response<Body>, Refusal> {
    let stored = deps.merchant(visit).await?;
    let opened: Opened = deps.console.keyring().unseal(visit.field("opened"), visit.now)?;
    if opened.version != stored.version {
        return page(deps, request, visit, &stored, act, Answer::Stale, StatusCode::CONFLICT);
    }
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    let (changed, made) = match make(deps, visit, &stored, act) {
        Ok(made) => made,
        Err(error) => return page(deps, request, visit, &stored, act, Answer::Wrong(error), refused),
    };
    match deps.console.confirm(visit, visit.field("totp")).await {
        Ok(()) => {}
        Err(Refusal::TotpWrong) => return page(deps, request, visit, &stored, act, Answer::CodeWrong, refused),
        Err(refusal) => return Err(refusal),
    }
    match save::store(deps, visit, &stored, changed).await {
        Ok(changes) => notify::owners(deps, visit, &stored, &changes).await,
        Err(StoreError::Conflict) => {
            return page(deps, request, visit, &stored, act, Answer::Stale, StatusCode::CONFLICT);
        }
        Err(error) => return Err(error.into()),
    }
    match made {
        Some(secret) => page(deps, request, visit, &stored, act, Answer::Made(secret), StatusCode::OK),
        None => Ok(answer::see_other(&format!("{}?done=saved", Tab::Keys.path()))),
    }
}

fn make(
    deps: &Deps,
    visit: &Visit,
    stored: &Merchant,
    act: Act,
) -> Result<(Merchant, Option<NewSecret>), SettingError> {
    let mut changed = stored.clone();
    let keyring = deps.console.keyring();
    let made = match act {
        Act::Make(kind) => Some(make_secret(&mut changed, kind, keyring, visit.now)?),
        Act::Own => {
            own_key_password(&mut changed, visit.field("own"), keyring, visit.now)?;
            None
        }
        Act::End(kind) => {
            end_before(&mut changed, kind)?;
            None
        }
    };
    check(&changed, deps.local_origin.as_deref())?;
    Ok((changed, made))
}

/// What the page says.
enum Answer {
    Asked,
    Stale,
    Wrong(SettingError),
    CodeWrong,
    Made(NewSecret),
}

fn page(
    deps: &Deps,
    request: &Request,
    visit: &Visit,
    merchant: &Merchant,
    act: Act,
    said: Answer,
    status: StatusCode,
) -> Result<Response<Body>, Refusal> {
    let words = settings(visit.lang);
    let name = setting_name(visit.lang, act.kind().key());
    let frame = visit.frame(format!("{name} - {}", words.title), Section::Settings);
    let template = SecretTemplate {
        act: act.name(),
        button: match act {
            Act::Make(kind) if kind.of(merchant).is_empty() => words.secret_make,
            Act::Make(_) => words.secret_rotate,
            Act::Own => words.secret_own_save,
            Act::End(_) => words.secret_end,
        },
        is_end: matches!(act, Act::End(_)),
        is_own: act == Act::Own,
        rotates: matches!(act, Act::Make(_) | Act::Own) && !act.kind().of(merchant).is_empty(),
        name,
        path: Tab::Keys.path(),
        opened: save::seal(deps, visit, Tab::Keys, merchant)?,
        stale: matches!(said, Answer::Stale),
        wrong: if let Answer::Wrong(error) = &said { Some(setting_problem(visit.lang, error)) } else { None },
        code: matches!(said, Answer::CodeWrong).then_some(frame.words.totp_wrong.lead),
        made: if let Answer::Made(secret) = said { Some(secret.text) } else { None },
        words,
        frame: frame.clone(),
    };
    Ok(answer::page(request, status, console::page(&template, &frame)))
}

#[derive(Template)]
#[template(path = "secret.html", whitespace = "minimize")]
struct SecretTemplate {
    frame: Frame,
    words: &'static SettingsWords,
    name: String,
    act: &'static str,
    button: &'static str,
    is_own: bool,
    is_end: bool,
    /// There is one now, which goes on for a while.
    rotates: bool,
    path: String,
    opened: String,
    stale: bool,
    wrong: Option<String>,
    code: Option<&'static str>,
    made: Option<String>,
}
