//! `/console/links`: payment links: lists, makes, sends, revokes them; many payment mails from a file.

mod detail;
mod list;
mod mails;
mod make;
mod making;
mod rows;
mod upload;

use std::convert::Infallible;

use console::{Console, Refusal};
use domain::{Clock, account::Role};
use http::{Method, Response};
use inbound::{Config, KeyringError, Stage, checkout::trades_at, http as answer, links::LinkDesk};
use lambda_http::{Body, Request};
use store::{Links, Offers, Payments};

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    console: Console,
    links: Links,
    offers: Offers,
    payments: Payments,
    desk: LinkDesk,
    /// Where the links lead to.
    page_origin: String,
    stage: Stage,
}

impl Deps {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        let table = config.table()?;
        let (links, payments) = (Links::new(table.clone()), Payments::new(table.clone()));
        Ok(Self {
            console: Console::open(config, clock.clone()).await?,
            desk: LinkDesk::new(links.clone(), payments.clone(), clock),
            links,
            offers: Offers::new(table),
            payments,
            page_origin: config.required("PAGE_ORIGIN")?.to_owned(),
            stage: config.stage()?,
        })
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
    let posted = *request.method() == Method::POST;
    let named = answer::path_parameter(request, "link");
    // Who only looks sees lists and links; the forms that make one are an operator's.
    let least = match named.as_deref() {
        Some(NEW) => Role::Operator,
        Some(_) if posted => Role::Operator,
        None if posted || is_mails(request) => Role::Operator,
        Some(_) | None => Role::Viewer,
    };
    let visit = deps.console.enter(request, least).await?;
    let visited = Visited { deps, request, visit: &visit };
    let makes = named.as_deref() == Some(NEW) || named.is_none() && (posted || is_mails(request));
    if makes && !visited.may_ask() {
        return Ok(answer::see_other("/console/links")); // which says why
    }
    match (named.as_deref(), posted) {
        (Some(NEW), false) => make::form(&visited).await,
        (Some(name), false) => detail::show(&visited, name).await,
        (Some(name), true) => detail::act(&visited, name).await,
        (None, false) if is_mails(request) => mails::form(&visited).await,
        (None, true) if is_mails(request) => mails::act(&visited).await,
        (None, false) => list::show(&visited).await,
        (None, true) => make::act(&visited).await,
    }
}

/// In the place of a link's name: the form for a new one. No drawn name is that short.
const NEW: &str = "new";

fn is_mails(request: &Request) -> bool {
    request.uri().path().ends_with("/links/mails")
}

/// A request that was let in.
pub(crate) struct Visited<'a> {
    pub(crate) deps: &'a Deps,
    pub(crate) request: &'a Request,
    pub(crate) visit: &'a console::Visit,
}

impl Visited<'_> {
    /// Whether shoppers may be asked to pay now: where nothing is charged, nobody is asked.
    pub(crate) fn may_ask(&self) -> bool {
        trades_at(&self.visit.merchant.merchant, self.deps.stage)
    }
}
