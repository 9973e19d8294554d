//! `/console/exports`: CSV of any search: starts it, shows how far it is, hands it over.

mod list;
mod one;

use std::convert::Infallible;

use console::{Console, Refusal};
use domain::{Clock, account::Role, export::ExportId};
use http::{Method, Response};
use inbound::{Config, KeyringError, http as answer};
use lambda_http::{Body, Request};
use outbound::{Queue, objects::Objects};
use store::Exports;

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    console: Console,
    exports: Exports,
    orders: Queue,
    files: Objects,
}

impl Deps {
    /// Opens the keys and, with them, the connection to the table.
    ///
    /// # Errors
    /// [`KeyringError`]: a bad setting or an unreachable key stops the start.
    pub async fn new(config: &Config, clock: Clock) -> Result<Self, KeyringError> {
        let exports = Exports::new(config.table()?);
        let orders = Queue::new(config.sdk(), config.required("EXPORT_QUEUE")?);
        let files = Objects::new(config.sdk(), config.required("BUCKET")?);
        Ok(Self { console: Console::open(config, clock).await?, exports, orders, files })
    }
}

/// Answers a request of the console; never fails.
///
/// # Errors
/// None: every refusal is a page.
pub async fn handler(deps: &Deps, request: Request) -> Result<Response<Body>, Infallible> {
    Ok(respond(deps, &request).await.unwrap_or_else(|refusal| refusal.into_page(&deps.console, &request)))
}

/// A file of buyers' data is for those who work with it: a viewer looks at the console alone.
async fn respond(deps: &Deps, request: &Request) -> Result<Response<Body>, Refusal> {
    let visit = deps.console.enter(request, Role::Operator).await?;
    let posted = *request.method() == Method::POST;
    match answer::path_parameter(request, "export") {
        None if posted => list::start(deps, &visit).await,
        None => list::show(deps, request, &visit).await,
        Some(id) => {
            let id = ExportId::new(id).map_err(|_| Refusal::NotThere)?;
            let export = deps.exports.load(visit.merchant_id(), &id).await?;
            let kept = export.filter(|export| export.is_kept(&visit.merchant.merchant.retention, visit.now));
            let export = kept.ok_or(Refusal::NotThere)?;
            if posted { one::stop(deps, &visit, export).await } else { one::show(deps, request, &visit, &export).await }
        }
    }
}
