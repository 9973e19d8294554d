//! `/console/login`: signs in with password and second factor, takes up invitations, sets new passwords. Nothing here needs a session.

mod join;
mod outside;
mod reset;
mod second_step;
mod sign_in;

use std::convert::Infallible;

use askama::Template;
use console::{AccountMails, Console, Frame, MailError, PeopleNews, Refusal};
use domain::{
    Clock, Lang, Merchant,
    account::{Role, User},
    audit::Action,
};
use http::{Method, Response, StatusCode};
use inbound::{Config, KeyringError, http as answer};
use jiff::{SignedDuration, Timestamp};
use lambda_http::{Body, Request};
use outside::Outside;
use words::console::{
    account_mail::PeopleChange,
    login::{LoginWords, login},
};

/// How long a chosen language is remembered. Seconds.
const LANGUAGE_S: u32 = 365 * 24 * 3600;

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    console: Console,
    mails: AccountMails,
}

impl Deps {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        Ok(Self { console: Console::open(config, clock).await?, mails: AccountMails::new(config)? })
    }
}

/// Answers a request of somebody who is not signed in, or signs out; never fails.
///
/// # Errors
/// None: every refusal is a page.
pub async fn handler(deps: &Deps, request: Request) -> Result<Response<Body>, Infallible> {
    Ok(respond(deps, &request).await.unwrap_or_else(|refusal| refusal.into_page(&deps.console, &request)))
}

async fn respond(deps: &Deps, request: &Request) -> Result<Response<Body>, Refusal> {
    let posted = *request.method() == Method::POST;
    let behind = |path: &str| request.uri().path().starts_with(path);
    match (request.uri().path(), posted) {
        ("/console/login", false) => sign_in::show(deps, request),
        ("/console/login", true) => sign_in::check(deps, request).await,
        ("/console/login/totp", false) => second_step::show(deps, request),
        ("/console/login/totp", true) => second_step::check(deps, request).await,
        ("/console/logout", true) => sign_out(deps, request).await,
        ("/console/reset", false) => reset::show(deps, request),
        ("/console/reset", true) => reset::ask(deps, request).await,
        ("/console/language", false) => Ok(language(deps, request)),
        (_, false) if behind("/console/join/") => join::show(deps, request).await,
        (_, true) if behind("/console/join/") => join::join(deps, request).await,
        (_, false) if behind("/console/reset/") => reset::show_form(deps, request).await,
        (_, true) if behind("/console/reset/") => reset::set(deps, request).await,
        (_, _) => Err(Refusal::NotThere),
    }
}

async fn sign_out(deps: &Deps, request: &Request) -> Result<Response<Body>, Refusal> {
    let visit = deps.console.enter(request, Role::Viewer).await?;
    deps.console.note(&visit, Action::SignedOut).await?;
    let mut response = answer::see_other("/console/login?done=signed_out");
    deps.console.end_session(request, &mut response).await?;
    Ok(response)
}

/// Remembers a language in the browser, and goes back.
fn language(deps: &Deps, request: &Request) -> Response<Body> {
    let outside = Outside::of(deps, request);
    let mut response = answer::see_other(&outside.next());
    if let Some(lang) = outside.query("to").and_then(Lang::parse) {
        remember(&mut response, lang);
    }
    response
}

/// Remembers the language in which somebody signs in, where their browser asks for it and none was chosen before: the pages behind stay in it.
fn keep_language(request: &Request, response: &mut Response<Body>) {
    let chosen = answer::cookie(request, console::Visit::LANGUAGE_COOKIE).and_then(Lang::parse);
    if let (None, Some(lang)) = (chosen, answer::accepted_language(request)) {
        remember(response, lang);
    }
}

fn remember(response: &mut Response<Body>, lang: Lang) {
    let name = console::Visit::LANGUAGE_COOKIE;
    let cookie = format!("{name}={}; Path=/; Max-Age={LANGUAGE_S}; Secure; HttpOnly; SameSite=Lax", lang.tag());
    answer::set_cookie(response, &cookie);
}

/// Whatever follows in so many seconds.
fn after(deps: &Deps, seconds: i64) -> Timestamp {
    deps.console.now().saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}

/// A mail that did not go out changes nothing of what was done.
fn said(sent: Result<(), MailError>) {
    if let Err(error) = sent {
        tracing::error!(error = %domain::Causes::of(&error), "a mail of the console was not sent");
    }
}

/// To all owners: somebody did something with their own account.
async fn tell(deps: &Deps, merchant: &Merchant, change: PeopleChange, user: &User) {
    let news = PeopleNews { change, person: user, by: Some(user), at: deps.console.now() };
    said(deps.mails.tell_owners(deps.console.users(), merchant, &news).await);
}

/// The page where an address opens nothing any more: which of the reasons it is is not said.
fn over(deps: &Deps, request: &Request) -> Response<Body> {
    let outside = Outside::of(deps, request);
    let words = login(outside.lang);
    let frame = outside.frame(words.join.over_title, "");
    let page = OverPage { frame: frame.clone(), words };
    answer::page(request, StatusCode::NOT_FOUND, console::page(&page, &frame))
}

#[derive(Template)]
#[template(path = "over.html", whitespace = "minimize")]
struct OverPage {
    frame: Frame,
    words: &'static LoginWords,
}
