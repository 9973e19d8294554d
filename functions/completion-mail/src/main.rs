//! Wiring of completion-mail for Lambda.

use aws_lambda_events::sqs::SqsEvent;
use completion_mail::{Deps, handler};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    inbound::telemetry::init();
    let deps = Deps::new(&inbound::Config::from_env()?)?;
    run(service_fn(|event: LambdaEvent<SqsEvent>| handler(&deps, event))).await
}
