//! `/console/notifications`: a merchant's endpoints for notifications: made, changed and tried out; the log of what was sent, and sending it again.

mod change;
mod check;
mod delivery;
mod list;
mod one;
mod replay;

use std::convert::Infallible;

use console::{Console, Refusal, Visit};
use domain::{
    Clock,
    account::Role,
    webhook::{DeliveryKey, Endpoint, EndpointId, Form, Notice},
};
use http::{Method, Response};
use inbound::{Config, KeyringError, http as answer};
use lambda_http::{Body, Request};
use outbound::{Mailer, Notifier, Queue};
use store::{Deliveries, DeliveryPlace, Endpoints, Replays};

use one::Said;

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    console: Console,
    endpoints: Endpoints,
    deliveries: Deliveries,
    replays: Replays,
    tries: Queue,
    notifier: Notifier,
    mailer: Mailer,
    /// Where our pages and public keys are.
    origin: String,
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
            endpoints: Endpoints::new(table.clone()),
            deliveries: Deliveries::new(table.clone()),
            replays: Replays::new(table),
            tries: Queue::new(config.sdk(), config.required("NOTIFY_AGAIN_QUEUE")?),
            notifier: config.notifier()?,
            mailer: Mailer::new(config.sdk(), config.required("MAIL_SENDER")?),
            origin: config.required("PAGE_ORIGIN")?.to_owned(),
            local_origin: config.local_origin().map(str::to_owned),
            console: Console::open(config, clock).await?,
        })
    }

    /// One of the merchant's. Another's is not there.
    async fn endpoint(&self, visit: &Visit, id: &EndpointId) -> Result<Endpoint, Refusal> {
        self.endpoints.load(visit.merchant_id(), id).await?.ok_or(Refusal::NotThere)
    }

    /// Has a delivery tried now.
    async fn try_now(&self, key: DeliveryKey) -> Result<(), Refusal> {
        Ok(self.tries.send_all(&[Notice::Try(key)]).await?)
    }
}

/// Answers a request of the console; never fails.
///
/// # Errors
/// None: every refusal is a page.
pub async fn handler(deps: &Deps, request: Request) -> Result<Response<Body>, Infallible> {
    Ok(Box::pin(respond(deps, &request)).await.unwrap_or_else(|refusal| refusal.into_page(&deps.console, &request)))
}

/// The log and sending again are for those who work with it; endpoints and keys are the owners'.
async fn respond(deps: &Deps, request: &Request) -> Result<Response<Body>, Refusal> {
    let visit = deps.console.enter(request, Role::Operator).await?;
    let posted = *request.method() == Method::POST;
    let Some(id) = answer::path_parameter(request, "endpoint") else {
        return if posted {
            Box::pin(list::make(deps, request, &visit)).await
        } else {
            list::show(deps, request, &visit).await
        };
    };
    let id = EndpointId::new(id).map_err(|_| Refusal::NotThere)?;
    let endpoint = deps.endpoint(&visit, &id).await?;
    match answer::path_parameter(request, "delivery") {
        Some(place) => {
            let place = DeliveryPlace::parse(&place).ok_or(Refusal::NotThere)?;
            let key = place.key(visit.merchant_id(), &id).ok_or(Refusal::NotThere)?;
            let delivery = deps.deliveries.load(&key).await?.ok_or(Refusal::NotThere)?;
            match posted {
                true if !endpoint.is_on() => one::mend(deps, request, &visit, &endpoint, Said::Off).await,
                true => replay::one(deps, &visit, &endpoint, &delivery).await,
                false => Ok(delivery::show(request, &visit, &endpoint, &delivery)),
            }
        }
        None if posted => Box::pin(act(deps, request, &visit, &endpoint)).await,
        None => one::show(deps, request, &visit, &endpoint).await,
    }
}

/// What a button of the endpoint's page asks for.
async fn act(deps: &Deps, request: &Request, visit: &Visit, endpoint: &Endpoint) -> Result<Response<Body>, Refusal> {
    match visit.field("act") {
        "test" | "check" if endpoint.form == Form::HandOver => {
            one::mend(deps, request, visit, endpoint, Said::NoTests).await
        }
        "test" | "replay" if !endpoint.is_on() => one::mend(deps, request, visit, endpoint, Said::Off).await,
        "test" => replay::test(deps, visit, endpoint).await,
        "check" => check::run(deps, request, visit, endpoint).await,
        "replay" => Box::pin(replay::period(deps, request, visit, endpoint)).await,
        name => {
            let act = change::Act::named(name).ok_or(Refusal::Unreadable)?;
            change::act(deps, request, visit, endpoint, act).await
        }
    }
}

/// The page of an endpoint.
fn address(id: &EndpointId) -> String {
    format!("/console/notifications/{id}")
}
