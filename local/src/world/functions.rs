//! The functions' cold starts: settings from the template through the product's own config, then the handlers that `main.rs` wires.

use domain::Clock;
use inbound::Config;
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Body, Error, LambdaEvent, Request, Response, Service as _, service_fn};
use serde::{Serialize, de::DeserializeOwned};
use std::convert::Infallible;
use std::sync::Arc;

use super::invoke::Invoke;
use super::{Ledger, Options, WorldError};
use crate::cloud::{Caller, Cloud, Permissions};
use crate::template::{Function, Template};

/// A handler of this kind, of this crate, with its dependencies.
macro_rules! wired {
    ($kind:ident $package:ident, $deps:expr) => {{
        let deps = Arc::new($deps);
        $kind(move |given| {
            let deps = Arc::clone(&deps);
            async move { Box::pin($package::handler(&deps, given)).await }
        })
    }};
}

/// The crates in `functions/` that are wired here.
pub const PACKAGES: &[&str] = &[
    "api-cards",
    "api-description",
    "api-links",
    "api-payments",
    "api-renewals",
    "audit-sign",
    "authorize",
    "batch-charge",
    "batch-intake",
    "batch-report",
    "card-rewrap",
    "card-update",
    "challenge-return",
    "completion-mail",
    "console-audit",
    "console-batches",
    "console-charge",
    "console-continuation",
    "console-export",
    "console-keys",
    "console-links",
    "console-login",
    "console-notify",
    "console-payment",
    "console-recurring",
    "console-settings",
    "console-team",
    "console-today",
    "console-transactions",
    "continuation-plan",
    "continuation-schedule",
    "export-worker",
    "mail-events",
    "merchant-image",
    "merchant-notify",
    "notification-keys",
    "notify-due",
    "outbox-relay",
    "payment-page",
    "receipt",
    "reconcile",
    "recurring-charge",
    "recurring-schedule",
    "retention-sweep",
    "return-dispatch",
    "search-index",
    "settlement-check",
    "test-acquirer",
];

/// The functions after their cold start.
pub(super) struct Started {
    /// In the template's order.
    pub(super) functions: Vec<Invoke>,
    /// A second look into the acquirer's ledger, past the function.
    pub(super) books: Arc<test_acquirer::Deps>,
}

/// What cold starts need.
pub(super) struct Starter<'a> {
    pub(super) cloud: &'a Cloud,
    pub(super) clock: Clock,
    pub(super) options: &'a Options,
}

impl Starter<'_> {
    /// Starts every function of the template.
    pub(super) async fn start_all(&self, template: &Template) -> Result<Started, WorldError> {
        let books = Arc::new(self.books(template)?);
        let mut functions = Vec::with_capacity(template.functions.len());
        for function in &template.functions {
            functions.push(self.start(function, &books).await?);
        }
        Ok(Started { functions, books })
    }

    async fn start(&self, function: &Function, books: &Arc<test_acquirer::Deps>) -> Result<Invoke, WorldError> {
        let caller = Caller::function(&function.name, Permissions::new(function.statements.clone()));
        // the function's own binary is known by this key at the AWS port
        self.cloud.register_access_key(function.name.clone(), caller.clone());
        // where plain http may lead: to the demo shop, in the console as on the command line
        let local = [("LOCAL_ORIGIN".to_owned(), self.options.shop_origin.clone())];
        let settings = function.environment.clone().into_iter().chain(local).collect();
        let config = Config::new(settings, self.cloud.sdk_config(caller));
        let failed = |error: Error| WorldError::ColdStart { name: function.name.clone(), cause: chain(&*error) };
        let unknown = || WorldError::UnknownFunction { name: function.name.clone(), package: function.package.clone() };
        self.wire(&function.package, &config, books).await.map_err(failed)?.ok_or_else(unknown)
    }

    /// What each crate's `main.rs` does.
    async fn wire(
        &self,
        package: &str,
        config: &Config,
        books: &Arc<test_acquirer::Deps>,
    ) -> Result<Option<Invoke>, Error> {
        let clock = self.clock.clone();
        Ok(Some(match package {
            "payment-page" => wired!(http payment_page, payment_page::Deps::new(config, clock).await?),
            "authorize" => wired!(http authorize, authorize::Deps::new(config, clock).await?),
            "challenge-return" => wired!(http challenge_return, challenge_return::Deps::new(config, clock).await?),
            "card-update" => wired!(http card_update, card_update::Deps::new(config, clock).await?),
            "return-dispatch" => wired!(http return_dispatch, return_dispatch::Deps::new(config, clock).await?),
            "test-acquirer" => wired!(http test_acquirer, self.test_acquirer(config, books).await?),
            "outbox-relay" => wired!(event outbox_relay, outbox_relay::Deps::new(config)?),
            "completion-mail" => wired!(event completion_mail, completion_mail::Deps::new(config, clock).await?),
            "merchant-notify" => wired!(event merchant_notify, merchant_notify::Deps::new(config, clock).await?),
            "notify-due" => wired!(event notify_due, notify_due::Deps::new(config, clock)?),
            "notification-keys" => wired!(http notification_keys, notification_keys::Deps::new(config, clock)?),
            "reconcile" => wired!(event reconcile, reconcile::Deps::new(config, clock)?),
            "settlement-check" => wired!(event settlement_check, settlement_check::Deps::new(config, clock)?),
            "card-rewrap" => wired!(event card_rewrap, card_rewrap::Deps::new(config, clock)?),
            "console-login" => wired!(http console_login, console_login::Deps::new(config, clock).await?),
            "console-team" => wired!(http console_team, console_team::Deps::new(config, clock).await?),
            "console-audit" => wired!(http console_audit, console_audit::Deps::new(config, clock).await?),
            "console-today" => wired!(http console_today, console_today::Deps::new(config, clock).await?),
            "console-transactions" => {
                wired!(http console_transactions, console_transactions::Deps::new(config, clock).await?)
            }
            "console-payment" => wired!(http console_payment, console_payment::Deps::new(config, clock).await?),
            "console-charge" => wired!(http console_charge, console_charge::Deps::new(config, clock).await?),
            "api-description" => http(|request| async move { api_description::handler(request).await }),
            "api-cards" => wired!(http api_cards, api_cards::Deps::new(config, clock).await?),
            "api-renewals" => wired!(http api_renewals, api_renewals::Deps::new(config, clock).await?),
            "api-links" => wired!(http api_links, api_links::Deps::new(config, clock).await?),
            "api-payments" => wired!(http api_payments, api_payments::Deps::new(config, clock).await?),
            "console-keys" => wired!(http console_keys, console_keys::Deps::new(config, clock).await?),
            "console-links" => wired!(http console_links, console_links::Deps::new(config, clock).await?),
            "console-batches" => wired!(http console_batches, console_batches::Deps::new(config, clock).await?),
            "console-notify" => wired!(http console_notify, console_notify::Deps::new(config, clock).await?),
            "console-export" => wired!(http console_export, console_export::Deps::new(config, clock).await?),
            "merchant-image" => wired!(http merchant_image, merchant_image::Deps::new(config)?),
            "console-recurring" => wired!(http console_recurring, console_recurring::Deps::new(config, clock).await?),
            "console-settings" => wired!(http console_settings, console_settings::Deps::new(config, clock).await?),
            "receipt" => wired!(http receipt, receipt::Deps::new(config, clock).await?),
            "search-index" => wired!(event search_index, search_index::Deps::new(config)?),
            "export-worker" => wired!(event export_worker, export_worker::Deps::new(config, clock)?),
            "batch-intake" => wired!(event batch_intake, batch_intake::Deps::new(config, clock)?),
            "batch-charge" => wired!(event batch_charge, batch_charge::Deps::new(config, clock).await?),
            "recurring-charge" => wired!(event recurring_charge, recurring_charge::Deps::new(config, clock).await?),
            "recurring-schedule" => wired!(event recurring_schedule, recurring_schedule::Deps::new(config, clock)?),
            "continuation-plan" => wired!(event continuation_plan, continuation_plan::Deps::new(config, clock)?),
            "console-continuation" => {
                wired!(http console_continuation, console_continuation::Deps::new(config, clock).await?)
            }
            "continuation-schedule" => {
                wired!(event continuation_schedule, continuation_schedule::Deps::new(config, clock)?)
            }
            "batch-report" => wired!(event batch_report, batch_report::Deps::new(config, clock)?),
            "audit-sign" => wired!(event audit_sign, audit_sign::Deps::new(config, clock).await?),
            "mail-events" => wired!(event mail_events, mail_events::Deps::new(config)?),
            "retention-sweep" => wired!(event retention_sweep, retention_sweep::Deps::new(config, clock)?),
            _ => return Ok(None),
        }))
    }

    /// Here an answer that must not arrive is a broken connection at once, and nobody waits.
    async fn test_acquirer(
        &self,
        config: &Config,
        books: &Arc<test_acquirer::Deps>,
    ) -> Result<Arc<test_acquirer::Deps>, Error> {
        match self.options.ledger {
            Ledger::Memory => Ok(Arc::clone(books)),
            Ledger::Table => {
                let mut deps = test_acquirer::Deps::new(config, self.clock.clone()).await?;
                deps.no_answer = test_acquirer::NoAnswer::HangUp;
                Ok(Arc::new(deps))
            }
        }
    }

    fn books(&self, template: &Template) -> Result<test_acquirer::Deps, WorldError> {
        let token = &self.options.acquirer_token;
        let acquirer = template.functions.iter().find(|function| function.package == "test-acquirer");
        let table = acquirer.and_then(|function| function.environment.get("ACQUIRER_TABLE"));
        let ledger = match (self.options.ledger, table) {
            (Ledger::Table, Some(table)) => {
                let sdk = self.cloud.sdk_config(Caller::Operator);
                test_acquirer::Ledger::table(store::ledger::Ledger::new(&sdk, table))
            }
            (Ledger::Memory, _) | (Ledger::Table, None) => test_acquirer::Ledger::memory(),
        };
        Ok(test_acquirer::Deps::with(ledger, token, self.clock.clone()))
    }
}

/// A handler of requests: API Gateway's event becomes one by lambda_http's own types, and its answer API Gateway's.
fn http<Answer>(handler: impl Fn(Request) -> Answer + Clone + Send + Sync + 'static) -> Invoke
where
    Answer: Future<Output = Result<Response<Body>, Infallible>> + Send + 'static,
{
    Arc::new(move |event, context| {
        let mut service = Adapter::from(service_fn(handler.clone()));
        Box::pin(async move {
            let payload: LambdaRequest = serde_json::from_str(&event)?;
            let answer = service.call(LambdaEvent::new(payload, context)).await?;
            Ok(serde_json::to_string(&answer)?)
        })
    })
}

/// A handler of other events, by the type that it takes.
fn event<Payload, Answer, Said, Failure>(
    handler: impl Fn(LambdaEvent<Payload>) -> Answer + Clone + Send + Sync + 'static,
) -> Invoke
where
    Payload: DeserializeOwned + Send,
    Answer: Future<Output = Result<Said, Failure>> + Send + 'static,
    Said: Serialize,
    Failure: Into<Error>,
{
    Arc::new(move |event, context| {
        let handler = handler.clone();
        Box::pin(async move {
            let payload: Payload = serde_json::from_str(&event)?;
            let said = handler(LambdaEvent::new(payload, context)).await.map_err(Into::into)?;
            Ok(serde_json::to_string(&said)?)
        })
    })
}

/// An error with all that led to it: whoever starts the system is told.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
