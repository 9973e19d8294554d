//! The first step: address and password. Every failure has one answer, and takes as long as any other.

use askama::Template;
use console::{Device, Frame, is_password};
use domain::{
    Password,
    account::{User, UserId, normalized_mail},
};
use http::{Response, StatusCode};
use inbound::{SealError, Sealed, http as answer};
use lambda_http::{Body, Request};
use serde::{Deserialize, Serialize};
use words::console::login::{LoginWords, login};

use crate::{Deps, Refusal, after, outside::Outside};

/// Between the two steps.
const PENDING: &str = "__Host-console-pending";
/// How long the second step may take. Seconds.
const PENDING_S: i64 = 600;

/// Who has given the right password, and where they are going.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub(crate) user: UserId,
    pub(crate) mail: String,
    pub(crate) epoch: u32,
    pub(crate) next: String,
}

impl Sealed for Pending {
    const PURPOSE: &'static str = "console second step";
}

impl Pending {
    /// The one that the browser brought.
    pub(crate) fn of(deps: &Deps, request: &Request) -> Option<Self> {
        deps.console.keyring().unseal(answer::cookie(request, PENDING)?, deps.console.now()).ok()
    }

    /// Takes it from the browser.
    pub(crate) fn forget(response: &mut Response<Body>) {
        let gone = format!("{PENDING}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax");
        answer::set_cookie(response, &gone);
    }

    fn give(&self, deps: &Deps, response: &mut Response<Body>) -> Result<(), SealError> {
        let value = deps.console.keyring().seal(self, after(deps, PENDING_S))?;
        let cookie = format!("{PENDING}={value}; Path=/; Max-Age={PENDING_S}; Secure; HttpOnly; SameSite=Lax");
        answer::set_cookie(response, &cookie);
        Ok(())
    }
}

/// The page of the first step.
pub(crate) fn show(deps: &Deps, request: &Request) -> Result<Response<Body>, Refusal> {
    let outside = Outside::of(deps, request);
    let words = login(outside.lang);
    let note = match outside.query("done") {
        Some("signed_out") => Some(words.signed_out),
        Some("password") => Some(words.password_set),
        _ => None,
    };
    page(&outside, Shown { note, ..Shown::default() }, StatusCode::OK)
}

/// Looks at address and password, and goes on to the second step.
pub(crate) async fn check(deps: &Deps, request: &Request) -> Result<Response<Body>, Refusal> {
    let outside = Outside::of(deps, request);
    let (form, entry) = outside.form()?;
    let mail = form.text("mail");
    let Some(entry) = entry else {
        let note = Some(login(outside.lang).again);
        return page(&outside, Shown { mail, note, ..Shown::default() }, StatusCode::UNPROCESSABLE_ENTITY);
    };
    let typed = Password::typed(form.text("password"));
    match right_person(deps, request, mail, &typed).await? {
        Some(user) => {
            let pending = Pending { user: user.id, mail: user.mail, epoch: user.epoch, next: entry.next };
            let mut response = answer::see_other("/console/login/totp");
            pending.give(deps, &mut response)?;
            Ok(response)
        }
        None => page(
            &outside,
            Shown { mail, wrong: true, next: Some(entry.next), ..Shown::default() },
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    }
}

/// Whose address and password these are. The same reads and one hash for everybody: nobody, somebody else, somebody who is locked out.
async fn right_person(deps: &Deps, request: &Request, mail: &str, typed: &Password) -> Result<Option<User>, Refusal> {
    let console = &deps.console;
    let mail = normalized_mail(mail).unwrap_or_else(|| mail.chars().take(256).collect());
    let user = console.users().load(&mail).await?;
    let (what, standing) = Device::tries(console.device(request).as_ref(), &mail, user.as_ref());
    let counted = console.count_try(&what, standing).await?;
    let same = is_password(user.as_ref().and_then(|user| user.password.as_deref()), typed);
    let user = user.filter(|user| same && user.has_joined());
    match (user, counted) {
        (Some(user), Some(counted)) => {
            console.forgive_try(counted).await?;
            Ok(Some(user))
        }
        (Some(_) | None, None) => {
            tracing::warn!("a locked account was tried");
            Ok(None)
        }
        (None, Some(_)) => Ok(None),
    }
}

#[derive(Default)]
struct Shown<'a> {
    mail: &'a str,
    wrong: bool,
    note: Option<&'static str>,
    next: Option<String>,
}

fn page(outside: &Outside<'_>, shown: Shown<'_>, status: StatusCode) -> Result<Response<Body>, Refusal> {
    let words = login(outside.lang);
    let next = shown.next.unwrap_or_else(|| outside.next());
    let frame = outside.frame(words.title, &outside.entry(next)?);
    let page = LoginPage { frame: frame.clone(), words, mail: shown.mail, wrong: shown.wrong, note: shown.note };
    Ok(answer::page(outside.request, status, console::page(&page, &frame)))
}

#[derive(Template)]
#[template(path = "login.html", whitespace = "minimize")]
struct LoginPage<'a> {
    frame: Frame,
    words: &'static LoginWords,
    mail: &'a str,
    wrong: bool,
    note: Option<&'static str>,
}
