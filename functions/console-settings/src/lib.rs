//! `/console/settings`: a merchant's settings, each section a form at an address of its own; `/console/guide`: how a shop is connected.

mod check;
mod design;
mod extra;
mod guide;
mod integration;
mod mails;
mod notify;
mod returns;
mod save;
mod secrets;
mod spec;
mod tab;
mod view;

use std::convert::Infallible;

use console::{Console, Refusal, Visit};
use domain::{Clock, Merchant, account::Role};
use http::{Method, Response};
use inbound::{Config, KeyringError, http as answer};
use lambda_http::{Body, Request};
use outbound::Mailer;
use store::{Images, MailReturns, Merchants, Offers};
use tab::Tab;

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    console: Console,
    merchants: Merchants,
    images: Images,
    returns: MailReturns,
    offers: Offers,
    mailer: Mailer,
    /// Origin of the payment page, for the code that shops take.
    page_origin: String,
    /// The local system's demo shop, the one place where plain http may lead to.
    local_origin: Option<String>,
}

impl Deps {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        let table = config.table()?;
        Ok(Self {
            console: Console::open(config, clock).await?,
            merchants: Merchants::new(table.clone()),
            images: Images::new(table.clone()),
            returns: MailReturns::new(table.clone()),
            offers: Offers::new(table),
            mailer: Mailer::new(config.sdk(), config.required("MAIL_SENDER")?),
            page_origin: config.required("PAGE_ORIGIN")?.to_owned(),
            local_origin: config.required("LOCAL_ORIGIN").ok().map(str::to_owned),
        })
    }

    /// The visitor's merchant as it is stored now: what is cached may be half a minute old.
    async fn merchant(&self, visit: &Visit) -> Result<Merchant, Refusal> {
        self.merchants.load(visit.merchant_id()).await?.ok_or(Refusal::NotThere)
    }
}

/// Answers a request of the console; never fails.
///
/// # Errors
/// None: every refusal is a page.
pub async fn handler(deps: &Deps, request: Request) -> Result<Response<Body>, Infallible> {
    Ok(respond(deps, &request).await.unwrap_or_else(|refusal| refusal.into_page(&deps.console, &request)))
}

async fn respond(deps: &Deps, request: &Request) -> Result<Response<Body>, Refusal> {
    if request.uri().path() == guide::ADDRESS {
        let visit = deps.console.enter(request, Role::Viewer).await?;
        return Ok(guide::show(request, &visit));
    }
    let visit = deps.console.enter(request, Role::Owner).await?;
    let Some(section) = answer::path_parameter(request, "section") else {
        return Ok(answer::see_other(&Tab::Keys.path()));
    };
    if section == tab::INTEGRATION && *request.method() == Method::GET {
        return integration::show(deps, request, &visit).await;
    }
    if section == tab::CHECK {
        return check::show(&deps.offers, request, &visit).await;
    }
    let tab = Tab::named(&section).ok_or(Refusal::NotThere)?;
    if *request.method() == Method::POST {
        return change(deps, request, &visit, tab).await;
    }
    match view::asked(request, "do").filter(|_| tab == Tab::Keys).and_then(secrets::Act::named) {
        Some(act) => secrets::ask(deps, request, &visit, act).await,
        None => save::show(deps, request, &visit, tab).await,
    }
}

async fn change(deps: &Deps, request: &Request, visit: &Visit, tab: Tab) -> Result<Response<Body>, Refusal> {
    if visit.form().is_none() {
        // a form with a file
        return if tab == Tab::Page { design::logo(deps, request, visit).await } else { Err(Refusal::Unreadable) };
    }
    match (tab, visit.field("act")) {
        (_, "save") => save::save(deps, request, visit, tab).await,
        (Tab::Keys, act) => match secrets::Act::named(act) {
            Some(act) => secrets::act(deps, request, visit, act).await,
            None => Err(Refusal::Unreadable),
        },
        (Tab::Mails, "test") => mails::send_test(deps, visit).await,
        (Tab::Mails, "release") => returns::release(deps, visit).await,
        (Tab::Page, "preview") => design::preview(deps, request, visit).await,
        (Tab::Page, "live") => design::live(deps, request, visit).await,
        (Tab::Page, "logo-remove") => design::remove_logo(deps, request, visit).await,
        (Tab::Page, "reset") => design::reset(deps, request, visit).await,
        (_, _) => Err(Refusal::Unreadable),
    }
}
