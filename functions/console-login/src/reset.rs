//! A new password by mail. Asking for it has one answer for every address; the second factor stays as it is.

use std::time::Duration;

use askama::Template;
use console::{Frame, choose_password, hash_password};
use domain::{
    account::{User, normalized_mail},
    audit::Action,
    lockout::DeviceStanding,
};
use http::{Response, StatusCode};
use inbound::http as answer;
use lambda_http::{Body, Request};
use words::console::{
    account_mail::PeopleChange,
    login::{LoginWords, login},
};

use crate::{Deps, Refusal, outside::Outside, over, said, tell};

/// The answer is not given before this, so that its time does not tell whether a mail was sent.
const ANSWERED_AFTER: Duration = Duration::from_millis(500);

/// The page where the mail is asked for, and the one after it.
pub(crate) fn show(deps: &Deps, request: &Request) -> Result<Response<Body>, Refusal> {
    let outside = Outside::of(deps, request);
    let words = login(outside.lang);
    let sent = outside.query("done") == Some("sent");
    let title = if sent { words.reset.sent_title } else { words.reset.title };
    let frame = outside.frame(title, &outside.entry(String::new())?);
    let page = AskPage { frame: frame.clone(), words, sent };
    Ok(answer::page(request, StatusCode::OK, console::page(&page, &frame)))
}

/// Sends the mail, if somebody has this address.
pub(crate) async fn ask(deps: &Deps, request: &Request) -> Result<Response<Body>, Refusal> {
    let outside = Outside::of(deps, request);
    let (form, _entry) = outside.form()?;
    let (asked, ()) = tokio::join!(send(deps, form.text("mail")), tokio::time::sleep(ANSWERED_AFTER));
    asked?;
    Ok(answer::see_other("/console/reset?done=sent"))
}

/// Every address is counted, so that nobody's mailbox is filled from here.
async fn send(deps: &Deps, typed: &str) -> Result<(), Refusal> {
    let console = &deps.console;
    let Some(mail) = normalized_mail(typed) else { return Ok(()) };
    let counted = console.count_try(&format!("new password\n{mail}"), DeviceStanding::Unknown).await?;
    let user = console.users().load(&mail).await?.filter(|user| user.password.is_some());
    let (Some(user), Some(_)) = (user, counted) else { return Ok(()) };
    if let Some(opened) = console.merchants().load(&user.merchant, console.keyring()).await? {
        said(deps.mails.new_password(console.keyring(), &opened.merchant, &user, console.now()).await);
    }
    Ok(())
}

/// The page behind the mail's address.
pub(crate) async fn show_form(deps: &Deps, request: &Request) -> Result<Response<Body>, Refusal> {
    match person(deps, request).await? {
        Some(user) => page(&Outside::of(deps, request), &user, None),
        None => Ok(over(deps, request)),
    }
}

/// Sets the password. The browser becomes known: this is the way in for whoever was locked out by others' guessing.
pub(crate) async fn set(deps: &Deps, request: &Request) -> Result<Response<Body>, Refusal> {
    let (outside, console) = (Outside::of(deps, request), &deps.console);
    let (form, entry) = outside.form()?;
    let Some(user) = person(deps, request).await? else { return Ok(over(deps, request)) };
    if entry.is_none() {
        return page(&outside, &user, None);
    }
    let opened = console.merchants().load(&user.merchant, console.keyring()).await?.ok_or(Refusal::NotThere)?;
    let words = login(outside.lang);
    let password = match choose_password(form.text("password"), &user, &opened.merchant.name) {
        Ok(password) => password,
        Err(weak) => return page(&outside, &user, Some(("password", (words.weak)(weak)))),
    };
    if form.text("password") != form.text("again") {
        return page(&outside, &user, Some(("again", words.join.differs)));
    }
    let changed = User {
        password: Some(hash_password(&password)?),
        epoch: user.epoch.saturating_add(1),
        version: user.version.saturating_add(1),
        ..user
    };
    console.noted(&changed, Action::PasswordSet, console.users().update(&changed)).await?;
    let mut response = answer::see_other("/console/login?done=password");
    console.remember_device(request, &changed, &mut response)?;
    said(deps.mails.password_changed(&opened.merchant, &changed, console.now()).await);
    tell(deps, &opened.merchant, PeopleChange::Password, &changed).await;
    Ok(response)
}

async fn person(deps: &Deps, request: &Request) -> Result<Option<User>, Refusal> {
    let handle = answer::path_parameter(request, "handle").unwrap_or_default();
    Ok(deps.console.resetting(&handle).await?)
}

fn page(
    outside: &Outside<'_>,
    user: &User,
    problem: Option<(&'static str, &'static str)>,
) -> Result<Response<Body>, Refusal> {
    let words = login(outside.lang);
    let frame = outside.frame(words.reset.set_title, &outside.entry(String::new())?);
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = SetPage { frame: frame.clone(), words, mail: &user.mail, problem };
    Ok(answer::page(outside.request, status, console::page(&page, &frame)))
}

#[derive(Template)]
#[template(path = "reset.html", whitespace = "minimize")]
struct AskPage {
    frame: Frame,
    words: &'static LoginWords,
    sent: bool,
}

#[derive(Template)]
#[template(path = "new-password.html", whitespace = "minimize")]
struct SetPage<'a> {
    frame: Frame,
    words: &'static LoginWords,
    mail: &'a str,
    problem: Option<(&'static str, &'static str)>,
}

impl SetPage<'_> {
    fn problem(&self, field: &str) -> Option<&'static str> {
        self.problem.filter(|(name, _)| *name == field).map(|(_, text)| text)
    }
}
