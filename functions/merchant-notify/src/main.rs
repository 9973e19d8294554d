//! Wiring of merchant-notify for Lambda.

use aws_lambda_events::sqs::SqsEvent;
use domain::Clock;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use merchant_notify::{Deps, handler};

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::disallowed_methods, reason = "main reads the clock and hands it down")]
async fn main() -> Result<(), Error> {
    inbound::telemetry::init();
    let config = inbound::Config::from_env()?;
    let deps = Deps::new(&config, Clock::new(jiff::Timestamp::now)).await?;
    run(service_fn(|event: LambdaEvent<SqsEvent>| handler(&deps, event))).await
}
