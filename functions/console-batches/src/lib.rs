//! `/console/batches`: batches (一括処理): takes a file straight into the bucket, shows what its check found, asks for confirmation, shows how far it is, hands the result over.

mod again;
mod changing;
mod check;
mod confirm;
mod ended;
mod facts;
mod list;
mod one;
mod receiving;
mod result;
mod running;
mod stop;
mod template_file;
mod upload;

use std::convert::Infallible;

use askama::Template;
use console::{Console, Frame, Refusal, Section, Visit};
use domain::{
    Clock, Merchant,
    account::Role,
    batch::{Batch, BatchId},
};
use http::{Method, Response, StatusCode};
use inbound::{Config, KeyringError, Stage, checkout::trades_at, http as answer};
use lambda_http::{Body, Request};
use outbound::{Queue, objects::Objects};
use store::Batches;
use words::console::batches::BatchesWords;

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    console: Console,
    batches: Batches,
    files: Objects,
    bucket: String,
    /// Takes batches whose rows are to be queued.
    intake: Queue,
    /// Takes batches whose end is to be looked for.
    reports: Queue,
    /// Where the bucket sends a browser back to.
    page_origin: String,
    stage: Stage,
}

impl Deps {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        let bucket = config.required("BUCKET")?.to_owned();
        Ok(Self {
            batches: Batches::new(config.table()?),
            files: Objects::new(config.sdk(), bucket.clone()),
            bucket,
            intake: Queue::new(config.sdk(), config.required("INTAKE_QUEUE")?),
            reports: Queue::new(config.sdk(), config.required("REPORT_QUEUE")?),
            page_origin: config.required("PAGE_ORIGIN")?.to_owned(),
            stage: config.stage()?,
            console: Console::open(config, clock).await?,
        })
    }
}

/// Answers a request of the console; never fails.
///
/// # Errors
/// None: every refusal is a page.
pub async fn handler(deps: &Deps, request: Request) -> Result<Response<Body>, Infallible> {
    let answered = Box::pin(respond(deps, &request)).await;
    Ok(answered.unwrap_or_else(|refusal| refusal.into_page(&deps.console, &request)))
}

/// Who only looks sees lists and how far batches are; whatever charges, stops or hands out buyers' data is an operator's.
async fn respond(deps: &Deps, request: &Request) -> Result<Response<Body>, Refusal> {
    let posted = *request.method() == Method::POST;
    let visit = deps.console.enter(request, if posted { Role::Operator } else { Role::Viewer }).await?;
    let call = Call { deps, request, visit: &visit };
    if request.uri().path() == template_file::ADDRESS {
        return template_file::send(&call);
    }
    let Some(name) = answer::path_parameter(request, "batch") else { return list::show(&call).await };
    let id = BatchId::new(name).map_err(|_| Refusal::NotThere)?;
    match (deps.batches.load(visit.merchant_id(), &id).await?, posted) {
        (Some(batch), false) => one::show(&call, &batch).await,
        (Some(batch), true) => act(&call, batch).await,
        (None, false) => receiving::show(&call, &id),
        (None, true) => Err(Refusal::NotThere),
    }
}

async fn act(call: &Call<'_>, batch: Batch) -> Result<Response<Body>, Refusal> {
    match call.visit.field("act") {
        "confirm" => confirm::confirm(call, batch).await,
        "drop" => check::drop_file(call, batch).await,
        "stop" => stop::stop(call, batch).await,
        "again" => again::again(call, batch).await,
        "queue" => changing::queue_again(call, &batch).await,
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
    fn words(&self) -> &'static BatchesWords {
        words::console::batches(self.visit.lang)
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
        self.visit.frame(title, Section::Batches)
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

/// Where a batch is.
fn address_of(id: &BatchId) -> String {
    format!("/console/batches/{id}")
}
