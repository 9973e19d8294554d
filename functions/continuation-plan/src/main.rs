//! Wiring of continuation-plan for Lambda.

use aws_lambda_events::sqs::SqsEvent;
use continuation_plan::{Deps, handler};
use domain::Clock;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::disallowed_methods, reason = "main reads the clock and hands it down")]
async fn main() -> Result<(), Error> {
    inbound::telemetry::init();
    let deps = Deps::new(&inbound::Config::from_env()?, Clock::new(jiff::Timestamp::now))?;
    run(service_fn(|event: LambdaEvent<SqsEvent>| handler(&deps, event))).await
}
