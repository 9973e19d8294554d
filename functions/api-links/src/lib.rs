//! `/v1/links`: makes payment links, lists and reads them, revokes them.

mod make;

use std::convert::Infallible;

use api::{
    Answer, Api, Cursor, Endpoint, Paged, Problem, Query, Run, Visit, body,
    wire::link::{LinkBody, RevokeRequest},
};
use domain::{
    Clock, LinkId,
    api::{Code, ListAsked, Started},
    link::{Link, LinkState},
};
use inbound::{
    Config, KeyringError,
    links::{LinkDesk, LinkStanding},
};
use lambda_http::{Body, Request, Response};
use store::{LinkPlace, Links, Payments, StoreError};

/// A link has no operation numbers.
const STARTED: Started = Started::at(0, 0);

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    api: Api,
    links: Links,
    desk: LinkDesk,
    /// Where the links lead to.
    page_origin: String,
}

impl Deps {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        let table = config.table()?;
        let (links, payments) = (Links::new(table.clone()), Payments::new(table));
        Ok(Self {
            api: Api::open(config, clock.clone()).await?,
            desk: LinkDesk::new(links.clone(), payments, clock),
            links,
            page_origin: config.required("PAGE_ORIGIN")?.to_owned(),
        })
    }
}

/// Answers a request of the API; never fails.
///
/// # Errors
/// None: every refusal is a problem document.
pub async fn handler(deps: &Deps, request: Request) -> Result<Response<Body>, Infallible> {
    Ok(deps.api.answer(&request, |visit, endpoint| Box::pin(respond(deps, visit, endpoint))).await)
}

async fn respond(deps: &Deps, visit: Visit<'_>, endpoint: &Endpoint) -> Result<Answer, Problem> {
    if endpoint.query.is_empty() {
        Query::of(visit.request, &[])?;
    }
    match endpoint.name {
        "listLinks" => list(deps, &visit).await,
        "readLink" => {
            let link = named(deps, &visit).await?;
            standing(deps, &visit, 200, link).await
        }
        "makeLink" => make::make(deps, &visit).await,
        "revokeLink" => revoke(deps, &visit).await,
        _ => Err(Problem::new(Code::NotFound)),
    }
}

/// The link that the address names, of the merchant whose server it is.
async fn named(deps: &Deps, visit: &Visit<'_>) -> Result<Link, Problem> {
    let not_there = || Problem::new(Code::NotFound);
    let id = LinkId::new(visit.part("link")?).map_err(|_| not_there())?;
    deps.links.load_of(visit.merchant_id(), &id).await?.ok_or_else(not_there)
}

/// A link as it stands.
pub(crate) async fn standing(deps: &Deps, visit: &Visit<'_>, status: u16, link: Link) -> Result<Answer, Problem> {
    let standing = one(deps, visit, link).await?;
    Ok(Answer::new(status, &LinkBody::of(&standing, &deps.page_origin)))
}

async fn one(deps: &Deps, visit: &Visit<'_>, link: Link) -> Result<LinkStanding, Problem> {
    let standing = deps.desk.standings(vec![link], visit.now).await?.pop();
    standing.ok_or(Problem::new(Code::NotFound))
}

async fn list(deps: &Deps, visit: &Visit<'_>) -> Result<Answer, Problem> {
    let query = Query::of(visit.request, &["limit", "cursor", "status"])?;
    let (limit, status) = (query.limit()?, query.read("status", LinkState::parse)?);
    let asked = ListAsked::of("links", status.map_or("", LinkState::name));
    let below: Option<String> = Cursor::of(&deps.api, visit, &query, &asked)?;
    let unreadable = || Problem::new(Code::CursorInvalid);
    let place = below.map(|text| LinkPlace::parse(&text).ok_or_else(unreadable)).transpose()?;
    let fits = |standing: &LinkStanding| status.is_none_or(|status| status == standing.state);
    let page = deps.desk.list(visit.merchant_id(), limit, place, fits).await?;
    let seal = |place: LinkPlace| Cursor::seal(&deps.api, visit, &asked, place.as_str().to_owned());
    let next_cursor = page.next.map(seal).transpose()?;
    let data = page.links.iter().map(|standing| LinkBody::of(standing, &deps.page_origin)).collect();
    Ok(Answer::new(200, &Paged { data, next_cursor }))
}

async fn revoke(deps: &Deps, visit: &Visit<'_>) -> Result<Answer, Problem> {
    let asked: RevokeRequest = body(visit.request)?;
    let link = named(deps, visit).await?;
    deps.api.once(visit, &asked, STARTED, |run| Box::pin(carry_out(deps, visit, link, run))).await
}

async fn carry_out(deps: &Deps, visit: &Visit<'_>, link: Link, _run: Run) -> Result<Answer, Problem> {
    let stands = one(deps, visit, link).await?;
    match stands.state {
        LinkState::Open | LinkState::Unsent | LinkState::Sending | LinkState::Sent => {}
        // By this call before it was cut off, or by somebody else: it is revoked either way.
        LinkState::Revoked => return Ok(Answer::new(200, &LinkBody::of(&stands, &deps.page_origin))),
        LinkState::Paid | LinkState::LetGo | LinkState::Expired => return Err(Problem::new(Code::LinkClosed)),
    }
    let revoked = match deps.desk.change(stands.link, |link, now| link.revoke(now)).await {
        Ok(link) => link,
        // It stands revoked by somebody else, or is changed again and again: only the first is an answer.
        Err(StoreError::Conflict) => match named(deps, visit).await? {
            stands if stands.revoked_at.is_some() => stands,
            _ => return Err(StoreError::Conflict.into()),
        },
        Err(error) => return Err(error.into()),
    };
    tracing::info!(link.id = %revoked.id, merchant.id = %revoked.merchant, "a payment link was revoked by the API");
    standing(deps, visit, 200, revoked).await
}
