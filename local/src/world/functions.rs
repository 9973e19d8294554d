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

/// The crates in `functions/` that are wired here.
pub const PACKAGES: [&str; 48] = [
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
            "payment-page" => {
                let deps = Arc::new(payment_page::Deps::new(config, clock).await?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { payment_page::handler(&deps, request).await }
                })
            }
            "authorize" => {
                let deps = Arc::new(authorize::Deps::new(config, clock).await?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { authorize::handler(&deps, request).await }
                })
            }
            "challenge-return" => {
                let deps = Arc::new(challenge_return::Deps::new(config, clock).await?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { Box::pin(challenge_return::handler(&deps, request)).await }
                })
            }
            "card-update" => {
                let deps = Arc::new(card_update::Deps::new(config, clock).await?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { card_update::handler(&deps, request).await }
                })
            }
            "return-dispatch" => {
                let deps = Arc::new(return_dispatch::Deps::new(config, clock).await?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { return_dispatch::handler(&deps, request).await }
                })
            }
            "test-acquirer" => {
                let deps = self.test_acquirer(config, books).await?;
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { test_acquirer::handler(&deps, request).await }
                })
            }
            "outbox-relay" => {
                let deps = Arc::new(outbox_relay::Deps::new(config)?);
                event(move |event| {
                    let deps = Arc::clone(&deps);
                    async move { outbox_relay::handler(&deps, event).await }
                })
            }
            "completion-mail" => {
                let deps = Arc::new(completion_mail::Deps::new(config, clock).await?);
                event(move |event| {
                    let deps = Arc::clone(&deps);
                    async move { completion_mail::handler(&deps, event).await }
                })
            }
            "merchant-notify" => {
                let deps = Arc::new(merchant_notify::Deps::new(config, clock).await?);
                event(move |event| {
                    let deps = Arc::clone(&deps);
                    async move { merchant_notify::handler(&deps, event).await }
                })
            }
            "notify-due" => {
                let deps = Arc::new(notify_due::Deps::new(config, clock)?);
                event(move |event| {
                    let deps = Arc::clone(&deps);
                    async move { notify_due::handler(&deps, event).await }
                })
            }
            "notification-keys" => {
                let deps = Arc::new(notification_keys::Deps::new(config, clock)?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { notification_keys::handler(&deps, request).await }
                })
            }
            "reconcile" => {
                let deps = Arc::new(reconcile::Deps::new(config, clock)?);
                event(move |event| {
                    let deps = Arc::clone(&deps);
                    async move { reconcile::handler(&deps, event).await }
                })
            }
            "settlement-check" => {
                let deps = Arc::new(settlement_check::Deps::new(config, clock)?);
                event(move |event| {
                    let deps = Arc::clone(&deps);
                    async move { settlement_check::handler(&deps, event).await }
                })
            }
            "card-rewrap" => {
                let deps = Arc::new(card_rewrap::Deps::new(config, clock)?);
                event(move |event| {
                    let deps = Arc::clone(&deps);
                    async move { card_rewrap::handler(&deps, event).await }
                })
            }
            "console-login" => {
                let deps = Arc::new(console_login::Deps::new(config, clock).await?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { console_login::handler(&deps, request).await }
                })
            }
            "console-team" => {
                let deps = Arc::new(console_team::Deps::new(config, clock).await?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { console_team::handler(&deps, request).await }
                })
            }
            "console-audit" => {
                let deps = Arc::new(console_audit::Deps::new(config, clock).await?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { console_audit::handler(&deps, request).await }
                })
            }
            "console-today" => {
                let deps = Arc::new(console_today::Deps::new(config, clock).await?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { console_today::handler(&deps, request).await }
                })
            }
            "console-transactions" => {
                let deps = Arc::new(console_transactions::Deps::new(config, clock).await?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { console_transactions::handler(&deps, request).await }
                })
            }
            "console-payment" => {
                let deps = Arc::new(console_payment::Deps::new(config, clock).await?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { console_payment::handler(&deps, request).await }
                })
            }
            "console-charge" => {
                let deps = Arc::new(console_charge::Deps::new(config, clock).await?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { console_charge::handler(&deps, request).await }
                })
            }
            "api-description" => http(|request| async move { api_description::handler(request).await }),
            "api-cards" => {
                let deps = Arc::new(api_cards::Deps::new(config, clock).await?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { api_cards::handler(&deps, request).await }
                })
            }
            "api-renewals" => {
                let deps = Arc::new(api_renewals::Deps::new(config, clock).await?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { api_renewals::handler(&deps, request).await }
                })
            }
            "api-links" => {
                let deps = Arc::new(api_links::Deps::new(config, clock).await?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { api_links::handler(&deps, request).await }
                })
            }
            "api-payments" => {
                let deps = Arc::new(api_payments::Deps::new(config, clock).await?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { api_payments::handler(&deps, request).await }
                })
            }
            "console-keys" => {
                let deps = Arc::new(console_keys::Deps::new(config, clock).await?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { console_keys::handler(&deps, request).await }
                })
            }
            "console-links" => {
                let deps = Arc::new(console_links::Deps::new(config, clock).await?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { console_links::handler(&deps, request).await }
                })
            }
            "console-batches" => {
                let deps = Arc::new(console_batches::Deps::new(config, clock).await?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { console_batches::handler(&deps, request).await }
                })
            }
            "console-notify" => {
                let deps = Arc::new(console_notify::Deps::new(config, clock).await?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { console_notify::handler(&deps, request).await }
                })
            }
            "console-export" => {
                let deps = Arc::new(console_export::Deps::new(config, clock).await?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { console_export::handler(&deps, request).await }
                })
            }
            "merchant-image" => {
                let deps = Arc::new(merchant_image::Deps::new(config)?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { merchant_image::handler(&deps, request).await }
                })
            }
            "console-recurring" => {
                let deps = Arc::new(console_recurring::Deps::new(config, clock).await?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { console_recurring::handler(&deps, request).await }
                })
            }
            "console-settings" => {
                let deps = Arc::new(console_settings::Deps::new(config, clock).await?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { console_settings::handler(&deps, request).await }
                })
            }
            "receipt" => {
                let deps = Arc::new(receipt::Deps::new(config, clock).await?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { receipt::handler(&deps, request).await }
                })
            }
            "search-index" => {
                let deps = Arc::new(search_index::Deps::new(config)?);
                event(move |event| {
                    let deps = Arc::clone(&deps);
                    async move { search_index::handler(&deps, event).await }
                })
            }
            "export-worker" => {
                let deps = Arc::new(export_worker::Deps::new(config, clock)?);
                event(move |event| {
                    let deps = Arc::clone(&deps);
                    async move { export_worker::handler(&deps, event).await }
                })
            }
            "batch-intake" => {
                let deps = Arc::new(batch_intake::Deps::new(config, clock)?);
                event(move |event| {
                    let deps = Arc::clone(&deps);
                    async move { batch_intake::handler(&deps, event).await }
                })
            }
            "batch-charge" => {
                let deps = Arc::new(batch_charge::Deps::new(config, clock).await?);
                event(move |event| {
                    let deps = Arc::clone(&deps);
                    async move { batch_charge::handler(&deps, event).await }
                })
            }
            "recurring-charge" => {
                let deps = Arc::new(recurring_charge::Deps::new(config, clock).await?);
                event(move |event| {
                    let deps = Arc::clone(&deps);
                    async move { recurring_charge::handler(&deps, event).await }
                })
            }
            "recurring-schedule" => {
                let deps = Arc::new(recurring_schedule::Deps::new(config, clock)?);
                event(move |event| {
                    let deps = Arc::clone(&deps);
                    async move { recurring_schedule::handler(&deps, event).await }
                })
            }
            "continuation-plan" => {
                let deps = Arc::new(continuation_plan::Deps::new(config, clock)?);
                event(move |event| {
                    let deps = Arc::clone(&deps);
                    async move { continuation_plan::handler(&deps, event).await }
                })
            }
            "console-continuation" => {
                let deps = Arc::new(console_continuation::Deps::new(config, clock).await?);
                http(move |request| {
                    let deps = Arc::clone(&deps);
                    async move { console_continuation::handler(&deps, request).await }
                })
            }
            "continuation-schedule" => {
                let deps = Arc::new(continuation_schedule::Deps::new(config, clock)?);
                event(move |event| {
                    let deps = Arc::clone(&deps);
                    async move { continuation_schedule::handler(&deps, event).await }
                })
            }
            "batch-report" => {
                let deps = Arc::new(batch_report::Deps::new(config, clock)?);
                event(move |event| {
                    let deps = Arc::clone(&deps);
                    async move { batch_report::handler(&deps, event).await }
                })
            }
            "audit-sign" => {
                let deps = Arc::new(audit_sign::Deps::new(config, clock).await?);
                event(move |event| {
                    let deps = Arc::clone(&deps);
                    async move { audit_sign::handler(&deps, event).await }
                })
            }
            "mail-events" => {
                let deps = Arc::new(mail_events::Deps::new(config)?);
                event(move |event| {
                    let deps = Arc::clone(&deps);
                    async move { mail_events::handler(&deps, event).await }
                })
            }
            "retention-sweep" => {
                let deps = Arc::new(retention_sweep::Deps::new(config, clock)?);
                event(move |event| {
                    let deps = Arc::clone(&deps);
                    async move { retention_sweep::handler(&deps, event).await }
                })
            }
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
