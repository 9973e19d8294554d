//! One invocation of a function, as Lambda runs it: a context with a deadline, an end that may come in the middle.

use jiff::Timestamp;
use lambda_http::{Context, Error};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tracing::Instrument as _;

use super::event;
use crate::cloud::Cloud;

/// A function after its cold start: takes an event's JSON, answers JSON.
pub(crate) type Invoke =
    Arc<dyn Fn(String, Context) -> Pin<Box<dyn Future<Output = Result<String, Error>> + Send>> + Send + Sync>;

/// How an invocation ended without an answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoAnswer {
    /// Killed in the middle, by a planned fault or by its timeout.
    #[error("the invocation was killed")]
    Killed,
    /// It answered an error or panicked, which the runtime reports to Lambda.
    #[error("the function failed: {0}")]
    Failed(String),
}

/// What one invocation needs beside its event.
pub(crate) struct Invocation<'a> {
    pub(crate) cloud: &'a Cloud,
    pub(crate) invoke: &'a Invoke,
    pub(crate) name: &'a str,
    pub(crate) id: &'a str,
    pub(crate) timeout: Duration,
    pub(crate) deadline: Timestamp,
}

/// Runs one invocation in a task of its own: a client that goes away doesn't end it.
pub(crate) async fn run(invocation: Invocation<'_>, event: String) -> Result<String, NoAnswer> {
    let mut context = Context::default();
    context.request_id = invocation.id.to_owned();
    context.deadline = u64::try_from(invocation.deadline.as_millisecond()).unwrap_or_default();
    context.invoked_function_arn = event::function_arn(invocation.name);
    // Named as the runtime names it, and entered here already: a function that answers at once begins within the call.
    let span = tracing::info_span!("Lambda runtime invoke", requestId = invocation.id);
    let (cloud, answer) = (invocation.cloud.clone(), span.in_scope(|| (invocation.invoke)(event, context)));
    let timeout = invocation.timeout;
    let run = async move { tokio::time::timeout(timeout, cloud.run(answer)).await };
    let task = tokio::spawn(run.instrument(span));
    match task.await {
        Ok(Ok(Ok(Ok(answer)))) => Ok(answer),
        Ok(Ok(Ok(Err(error)))) => Err(NoAnswer::Failed(error.to_string())),
        Ok(Ok(Err(_dropped))) => Err(NoAnswer::Killed),
        Ok(Err(_elapsed)) => Err(NoAnswer::Killed),
        Err(panicked) => Err(NoAnswer::Failed(panicked.to_string())),
    }
}
