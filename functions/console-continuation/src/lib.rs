//! `/console/continuation`: continuation (自動継続): a month's plan, its edits and its confirmation; runs that begin by themselves. `/continuation/{handle}`: the
//! address in the shop's mail that cancels such a run.
//!
//! Progress and result of a run that was begun are its batch's pages.

mod asking;
mod cancel;
mod changing;
mod confirm;
mod edit;
mod facts;
mod link;
mod list;
mod one;
mod result;
mod view;

use std::convert::Infallible;

use askama::Template;
use console::{Console, Frame, Refusal, Section, Visit};
use domain::{Clock, Merchant, account::Role, batch::BatchId};
use http::{Method, Response, StatusCode};
use inbound::{Config, KeyringError, Stage, checkout::trades_at, http as answer};
use lambda_http::{Body, Request};
use outbound::{Queue, objects::Objects};
use store::{Batches, Continuations};
use words::console::continuation::ContinuationWords;

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    console: Console,
    runs: Continuations,
    batches: Batches,
    files: Objects,
    /// Takes runs that are to be worked on.
    plans: Queue,
    stage: Stage,
}

impl Deps {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        Ok(Self {
            runs: Continuations::new(config.table()?),
            batches: Batches::new(config.table()?),
            files: Objects::new(config.sdk(), config.required("BUCKET")?),
            plans: Queue::new(config.sdk(), config.required("CONTINUATION_QUEUE")?),
            stage: config.stage()?,
            console: Console::open(config, clock).await?,
        })
    }
}

/// Answers a request of the console, or of somebody who has the address out of a mail; never fails.
///
/// # Errors
/// None: every refusal is a page.
pub async fn handler(deps: &Deps, request: Request) -> Result<Response<Body>, Infallible> {
    let answered = match answer::path_parameter(&request, "handle") {
        Some(handle) => Box::pin(link::respond(deps, &request, &handle)).await,
        None => Box::pin(respond(deps, &request)).await,
    };
    Ok(answered.unwrap_or_else(|refusal| refusal.into_page(&deps.console, &request)))
}

/// Who only looks sees lists and plans; whatever charges or cancels is an operator's.
async fn respond(deps: &Deps, request: &Request) -> Result<Response<Body>, Refusal> {
    let posted = *request.method() == Method::POST;
    let visit = deps.console.enter(request, if posted { Role::Operator } else { Role::Viewer }).await?;
    let call = Call { deps, request, visit: &visit };
    let Some(name) = answer::path_parameter(request, "run") else {
        return if posted { asking::ask(&call).await } else { list::show(&call, None).await };
    };
    let id = BatchId::new(name).map_err(|_| Refusal::NotThere)?;
    let run = deps.runs.load(visit.merchant_id(), &id).await?.ok_or(Refusal::NotThere)?;
    if !posted {
        return one::show(&call, &run).await;
    }
    match visit.field("act") {
        "save" | "next" | "previous" | "confirming" => edit::save(&call, run).await,
        "confirm" => confirm::confirm(&call, run).await,
        "cancel" => cancel::cancel(&call, run).await,
        "ask" => changing::ask_again(&call, &run).await,
        _ => Err(Refusal::Unreadable),
    }
}

/// A request of somebody who was let in.
struct Call<'a> {
    deps: &'a Deps,
    request: &'a Request,
    visit: &'a Visit,
}

impl<'a> Call<'a> {
    fn words(&self) -> &'static ContinuationWords {
        words::console::continuation(self.visit.lang)
    }

    fn merchant(&self) -> &'a Merchant {
        &self.visit.merchant.merchant
    }

    /// Whether they may do more than look.
    fn operates(&self) -> bool {
        self.visit.user.role >= Role::Operator
    }

    fn may_trade(&self) -> bool {
        trades_at(self.merchant(), self.deps.stage)
    }

    fn frame(&self, title: impl Into<String>) -> Frame {
        self.visit.frame(title, Section::Continuation)
    }

    fn page(&self, status: StatusCode, template: &impl Template, frame: &Frame) -> Response<Body> {
        answer::page(self.request, status, console::page(template, frame))
    }

    /// A word of the query, if it is there.
    fn asked(&self, name: &str) -> Option<&str> {
        let query = self.request.uri().query().unwrap_or_default();
        query.split('&').find_map(|part| match part.split_once('=') {
            Some((known, value)) => (known == name).then_some(value),
            None => (part == name).then_some(""),
        })
    }
}

/// Where a run is.
fn address_of(id: &BatchId) -> String {
    format!("/console/continuation/{id}")
}
