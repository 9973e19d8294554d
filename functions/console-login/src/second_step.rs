//! The second step: a code of the app or, where that is lost, a recovery code. Only after it there is a session.

use askama::Template;
use console::{Device, Factor, Frame};
use domain::{
    account::{User, UserId},
    audit::Action,
};
use http::{Response, StatusCode};
use inbound::{Sealed, http as answer};
use lambda_http::{Body, Request};
use serde::{Deserialize, Serialize};
use words::console::login::{LoginWords, login};

use crate::{Deps, Refusal, after, keep_language, outside::Outside, said, sign_in::Pending};

/// How long the form may be open. Seconds.
const FORM_S: i64 = 600;

/// What the form carries sealed: whose code is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct CodeForm {
    user: UserId,
}

impl Sealed for CodeForm {
    const PURPOSE: &'static str = "console code form";
}

/// The page of the second step.
pub(crate) fn show(deps: &Deps, request: &Request) -> Result<Response<Body>, Refusal> {
    let outside = Outside::of(deps, request);
    let Some(pending) = Pending::of(deps, request) else { return Ok(answer::see_other("/console/login")) };
    let factor = if outside.query("with") == Some("recovery") { Factor::Recovery } else { Factor::App };
    page(&outside, &pending, factor, StatusCode::OK)
}

/// Takes a code and begins a session.
pub(crate) async fn check(deps: &Deps, request: &Request) -> Result<Response<Body>, Refusal> {
    let outside = Outside::of(deps, request);
    let form = outside.fields()?;
    let sealed = deps.console.keyring().unseal::<CodeForm>(form.text("token"), deps.console.now())?;
    let Some(pending) = Pending::of(deps, request) else { return Ok(answer::see_other("/console/login")) };
    if sealed.user != pending.user {
        return Err(Refusal::Forged);
    }
    let factor = if form.text("with") == "recovery" { Factor::Recovery } else { Factor::App };
    match right_code(deps, request, &pending, factor, form.text("code")).await? {
        Some(user) => sign_in(deps, request, &user, factor, &pending.next).await,
        None => page(&outside, &pending, factor, StatusCode::UNPROCESSABLE_ENTITY),
    }
}

/// Who signs in with this code. None: it is wrong, was used, or the account is shut for this browser.
async fn right_code(
    deps: &Deps,
    request: &Request,
    pending: &Pending,
    factor: Factor,
    code: &str,
) -> Result<Option<User>, Refusal> {
    let console = &deps.console;
    let user = console.users().load(&pending.mail).await?;
    let user = user.filter(|user| user.id == pending.user && user.epoch == pending.epoch && user.has_joined());
    let Some(user) = user else { return Err(Refusal::SignedOut) };
    let (what, standing) = Device::tries(console.device(request).as_ref(), &user.mail, Some(&user));
    let Some(counted) = console.count_try(&what, standing).await? else {
        tracing::warn!(user.id = %user.id, "a locked account was tried");
        return Ok(None);
    };
    let taken = console.take_code(&user, factor, code).await?;
    if taken.is_some() {
        console.clear_tries(counted).await?;
    }
    Ok(taken)
}

/// Notes it, then begins the session: nobody is in who is not in the log.
async fn sign_in(
    deps: &Deps,
    request: &Request,
    user: &User,
    factor: Factor,
    next: &str,
) -> Result<Response<Body>, Refusal> {
    let console = &deps.console;
    let action = match factor {
        Factor::App => Action::SignedIn,
        Factor::Recovery => {
            Action::SignedInByRecoveryCode { left: u8::try_from(user.recovery.left()).unwrap_or(u8::MAX) }
        }
    };
    console.note_of(user, action).await?;
    let mut response = answer::see_other(next);
    console.begin_session(request, user, &mut response).await?;
    console.remember_device(request, user, &mut response)?;
    keep_language(request, &mut response);
    Pending::forget(&mut response);
    if factor == Factor::Recovery
        && let Some(opened) = console.merchants().load(&user.merchant, console.keyring()).await?
    {
        said(deps.mails.recovery_used(&opened.merchant, user, console.now()).await);
    }
    tracing::info!(user.id = %user.id, merchant.id = %user.merchant, "signed in");
    Ok(response)
}

fn page(
    outside: &Outside<'_>,
    pending: &Pending,
    factor: Factor,
    status: StatusCode,
) -> Result<Response<Body>, Refusal> {
    let words = login(outside.lang);
    let form = CodeForm { user: pending.user.clone() };
    let token = outside.deps.console.keyring().seal(&form, after(outside.deps, FORM_S))?;
    let title = match factor {
        Factor::App => words.totp.title,
        Factor::Recovery => words.totp.recovery_title,
    };
    let frame = outside.frame(title, &token);
    let recovery = factor == Factor::Recovery;
    let page = CodePage { frame: frame.clone(), words, recovery, wrong: status != StatusCode::OK };
    Ok(answer::page(outside.request, status, console::page(&page, &frame)))
}

#[derive(Template)]
#[template(path = "totp.html", whitespace = "minimize")]
struct CodePage {
    frame: Frame,
    words: &'static LoginWords,
    recovery: bool,
    wrong: bool,
}
