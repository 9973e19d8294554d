//! `/v1/renewals`: regular purchases: lists and reads them, pauses, resumes, ends and changes them.

mod change;

use std::convert::Infallible;

use api::{
    Answer, Api, Cursor, Endpoint, Paged, Problem, Query, Visit,
    wire::renewal::{RenewalBody, RenewalSummary},
};
use domain::{
    Clock,
    api::{Code, ListAsked},
    recurring::plan::{Plan, PlanId},
    search::{PlanSearch, PlanStanding},
};
use inbound::{Config, KeyringError};
use lambda_http::{Body, Request, Response};
use store::{Payments, PlanCursor, PlanSearches, Plans};

/// The longest mail address or buyer id that is asked for, in characters.
const LONGEST: usize = 128;

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    api: Api,
    plans: Plans,
    payments: Payments,
    searches: PlanSearches,
}

impl Deps {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        let table = config.table()?;
        Ok(Self {
            api: Api::open(config, clock).await?,
            plans: Plans::new(table.clone()),
            payments: Payments::new(table),
            searches: PlanSearches::new(config.search_table()?),
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
        "listRenewals" => list(deps, &visit).await,
        "readRenewal" => Ok(Answer::new(200, &RenewalBody::of(&named(deps, &visit).await?))),
        "pauseRenewal" => change::stand(deps, &visit, change::Stand::Pause).await,
        "resumeRenewal" => change::stand(deps, &visit, change::Stand::Resume).await,
        "endRenewal" => change::stand(deps, &visit, change::Stand::End).await,
        "changeRenewal" => change::rate(deps, &visit).await,
        _ => Err(Problem::new(Code::NotFound)),
    }
}

/// The regular purchase that the address names, of the merchant whose server it is.
async fn named(deps: &Deps, visit: &Visit<'_>) -> Result<Plan, Problem> {
    let not_there = || Problem::new(Code::NotFound);
    let id = PlanId::new(visit.part("renewal")?).map_err(|_| not_there())?;
    deps.plans.load(visit.merchant_id(), &id).await?.ok_or_else(not_there)
}

async fn list(deps: &Deps, visit: &Visit<'_>) -> Result<Answer, Problem> {
    let query = Query::of(visit.request, &["limit", "cursor", "status", "buyer"])?;
    let limit = query.limit()?;
    // Spaces alone name nobody, and would list everybody.
    let buyer =
        |text: &str| (text.chars().count() <= LONGEST && !text.trim().is_empty()).then(|| text.trim().to_owned());
    let search = PlanSearch {
        text: query.read("buyer", buyer)?.unwrap_or_default(),
        standing: query.read("status", PlanStanding::parse)?,
    };
    let asked = ListAsked::of("renewals", &search.query());
    let below: Option<String> = Cursor::of(&deps.api, visit, &query, &asked)?;
    let unreadable = || Problem::new(Code::CursorInvalid);
    let below = below.map(|text| PlanCursor::parse(&text).ok_or_else(unreadable)).transpose()?;
    let page = deps.searches.page(visit.merchant_id(), &search, below.as_ref(), limit).await?;
    let seal = |below: PlanCursor| Cursor::seal(&deps.api, visit, &asked, below.as_str().to_owned());
    let next_cursor = page.next.map(seal).transpose()?;
    let data = page.rows.iter().map(RenewalSummary::of).collect();
    Ok(Answer::new(200, &Paged { data, next_cursor }))
}
