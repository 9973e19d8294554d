//! The whole system in one process: the template's wiring around the functions' own handlers, with a clock that can be moved.

mod clock;
mod deliver;
mod demo;
mod due;
mod event;
mod functions;
mod gateway;
mod invoke;
mod ledger;
mod options;
mod plans;
mod queues;
mod time;

pub use clock::Time;
pub use deliver::Delivery;
pub use demo::{
    CARDS, DEMO_API_KEY, DEMO_PASSWORD, DEMO_TOTP_SECRET, DemoMerchant, DemoOffer, DemoUser, LINKS, MERCHANTS, OFFERS,
    SIG_SECRET_HEX, SUBSCRIBED, USERS,
};
pub use event::Peer;
pub use functions::PACKAGES;
pub use options::{Housekeeping, Ledger, Options};
pub use queues::QueueState;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use inbound::Config;
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::admin::Registry;
use crate::cloud::{Caller, Cloud, CloudError, Faults, Mail, Usage};
use crate::template::{self, Template, TemplateError};
use clock::WorldClock;
use functions::{Started, Starter};
use gateway::Routes;
use invoke::{Invocation, Invoke, NoAnswer};

/// The system on one machine. A clone is the same one.
#[derive(Clone)]
pub struct World {
    inner: Arc<Inner>,
}

struct Inner {
    options: Options,
    clock: Arc<WorldClock>,
    cloud: Cloud,
    template: Template,
    routes: Routes,
    functions: Vec<Invoke>,
    books: Arc<test_acquirer::Deps>,
    due: due::Due,
    /// One at a time delivers or moves the clock.
    delivery: tokio::sync::Mutex<()>,
    invocations: AtomicU64,
    /// Whether queues and streams deliver everything twice.
    twice: AtomicBool,
}

/// Why the system could not start or go on. None of it is a payment's fault.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// The template can't be run here.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The stand-in for AWS failed.
    #[error(transparent)]
    Cloud(#[from] CloudError),
    /// The template names a function that the workspace lacks.
    #[error(
        "template.yaml names the function {name} (functions/{package}/), but the workspace has no such crate wired in local"
    )]
    UnknownFunction {
        /// Its logical name.
        name: String,
        /// The crate it should be in.
        package: String,
    },
    /// A function's cold start failed.
    #[error("{name} did not start: {cause}")]
    ColdStart {
        /// Its logical name.
        name: String,
        /// What it said.
        cause: String,
    },
    /// Something the system on one machine itself called failed.
    #[error("{0}")]
    Outside(String),
}

impl WorldError {
    pub(crate) fn outside(error: impl std::error::Error) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            text = format!("{text}: {inner}");
            cause = inner.source();
        }
        Self::Outside(text)
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("World").field("now", &self.now()).finish_non_exhaustive()
    }
}

impl World {
    /// Starts everything that the template wires, and puts the demo data in if it is wanted and not there yet.
    ///
    /// # Errors
    /// [`WorldError`].
    pub async fn start(options: Options) -> Result<Self, WorldError> {
        let (cloud, template, clock) = open_cloud(&options)?;
        let operator = Config::new(product_settings(&template), cloud.sdk_config(Caller::Operator));
        let due = due::Due::load(operator.sdk(), operator.required("TABLE").map_err(WorldError::outside)?).await?;
        let registry =
            Registry::open(&operator, Some(options.shop_origin.clone())).await.map_err(WorldError::outside)?;
        demo::seed(&cloud, &registry, &options, clock.now()).await?;
        let starter = Starter { cloud: &cloud, clock: clock.as_domain(), options: &options };
        let Started { functions, books } = starter.start_all(&template).await?;
        let routes = Routes::new(template.routes().map(|(place, route)| (route.clone(), place)));
        let inner = Arc::new(Inner {
            options,
            clock,
            cloud,
            template,
            routes,
            functions,
            books,
            due,
            delivery: tokio::sync::Mutex::new(()),
            invocations: AtomicU64::new(0),
            twice: AtomicBool::new(false),
        });
        Inner::answer_acquirer_calls(&inner);
        Inner::answer_calls_of_the_shop(&inner);
        Ok(Self { inner })
    }

    /// Sends a request through the HTTP API. A function killed in the middle answers 503, as API Gateway does.
    pub async fn http(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.inner.http(request).await
    }

    /// What the clock shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// How it was started.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.inner.options
    }

    /// The wiring.
    #[must_use]
    pub fn template(&self) -> &Template {
        &self.inner.template
    }

    /// The stand-in for AWS, for a look behind the scenes.
    #[must_use]
    pub fn cloud(&self) -> &Cloud {
        &self.inner.cloud
    }

    /// Faults to plan, and the record of calls.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        self.inner.cloud.faults()
    }

    /// From now on every batch of a queue or a stream is handed to its function twice, and a bucket tells twice of each new object,
    /// as may happen on AWS, or once again.
    pub fn deliver_twice(&self, twice: Delivery) {
        self.inner.cloud.notify_times(match twice {
            Delivery::Once => 1,
            Delivery::Twice => 2,
        });
        self.inner.twice.store(twice == Delivery::Twice, Ordering::Relaxed);
    }

    /// What the functions' calls have used since the start.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.inner.cloud.usage()
    }

    /// Every mail that was sent, oldest first.
    ///
    /// # Errors
    /// [`WorldError::Cloud`].
    pub fn mailbox(&self) -> Result<Vec<Mail>, WorldError> {
        Ok(self.inner.cloud.mails()?)
    }
}

impl Inner {
    async fn http(&self, request: Request<Bytes>) -> Response<Bytes> {
        let Some(met) = self.routes.meet(request.method().as_str(), request.uri().path()) else {
            return event::message(StatusCode::NOT_FOUND, "Not Found");
        };
        let id = self.invocations.load(Ordering::Relaxed);
        let event = event::RequestEvent::new(&request, &met, &format!("request-{id}"), self.clock.now()).to_json();
        match self.invoke(met.function, event).await {
            Ok(answer) => event::response(&answer),
            Err(NoAnswer::Killed) => event::message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
            Err(NoAnswer::Failed(cause)) => {
                tracing::error!(cause, route = met.key, "a function failed");
                event::message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
            }
        }
    }

    async fn invoke(&self, place: usize, event: String) -> Result<String, NoAnswer> {
        let missing = || NoAnswer::Failed("no such function".to_owned());
        let function = self.template.functions.get(place).ok_or_else(missing)?;
        let invocation = Invocation {
            cloud: &self.cloud,
            invoke: self.functions.get(place).ok_or_else(missing)?,
            name: &function.name,
            id: &format!("{:08x}-0000-4000-8000-000000000000", self.invocations.fetch_add(1, Ordering::Relaxed)),
            timeout: function.timeout,
            deadline: self.clock.after(function.timeout),
        };
        invoke::run(invocation, event).await
    }

    /// In the process the acquirer's address leads to its routes, as it does over the network.
    fn answer_acquirer_calls(inner: &Arc<Self>) {
        let Ok(origin) = inner.options.page_origin.parse::<http::Uri>() else { return };
        let world = Arc::downgrade(inner);
        let handler = move |request: Request<Bytes>| {
            let world = world.clone();
            async move {
                match world.upgrade() {
                    Some(world) => ledger::carried(world.http(request).await),
                    None => event::message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
                }
            }
        };
        inner.cloud.register_host(origin.host().unwrap_or("localhost"), Arc::new(handler));
    }

    /// The demo shop's server hears notifications at the shop's own address.
    fn answer_calls_of_the_shop(inner: &Arc<Self>) {
        let Ok(origin) = inner.options.shop_origin.parse::<http::Uri>() else { return };
        let world = Arc::downgrade(inner);
        let handler = move |request: Request<Bytes>| {
            let world = world.clone();
            async move {
                match world.upgrade() {
                    Some(inner) => crate::site::answer(&World { inner }, request).await,
                    None => event::message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
                }
            }
        };
        inner.cloud.register_host(origin.host().unwrap_or("127.0.0.1"), Arc::new(handler));
    }
}

/// The stand-in for AWS with all that the template creates, before any function runs.
pub(crate) fn open_cloud(options: &Options) -> Result<(Cloud, Template, Arc<WorldClock>), WorldError> {
    let clock = Arc::new(WorldClock::new(options.time));
    let cloud = Cloud::open(options.cloud(&clock))?;
    time::restore(&cloud, &clock)?;
    let template = options.template()?;
    create_resources(&cloud, &template)?;
    cloud.verify_identities([template::MAIL_IDENTITY.to_owned()]);
    cloud.watch_mails(&template.mail_sets, &template.rules);
    Ok((cloud, template, clock))
}

/// The product's table, keys and origin, as the functions that use them are told.
pub(crate) fn product_settings(template: &Template) -> HashMap<String, String> {
    let told = |name: &str| template.functions.iter().find_map(|function| function.environment.get(name).cloned());
    ["TABLE", "SEARCH_TABLE", "APP_KEY", "CARD_KEY", "PAGE_ORIGIN", "ACQUIRER_URL", "ACQUIRER_TOKEN"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), told(name)?)))
        .collect()
}

fn create_resources(cloud: &Cloud, template: &Template) -> Result<(), CloudError> {
    template.tables.iter().try_for_each(|table| cloud.create_table(table))?;
    template.queues.iter().try_for_each(|queue| cloud.create_queue(queue))?;
    template.keys.iter().try_for_each(|key| cloud.create_key(key))?;
    template.buckets.iter().try_for_each(|bucket| cloud.create_bucket(bucket))?;
    let streamed = template.tables.iter().filter(|table| table.stream.is_some());
    streamed.into_iter().try_for_each(|table| cloud.stream(&table.name)?.read_by(&template.readers(&table.name)))
}
