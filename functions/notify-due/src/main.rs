//! Wiring of notify-due for Lambda.

use domain::Clock;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use notify_due::{Deps, handler};

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::disallowed_methods, reason = "main reads the clock and hands it down")]
async fn main() -> Result<(), Error> {
    inbound::telemetry::init();
    let deps = Deps::new(&inbound::Config::from_env()?, Clock::new(jiff::Timestamp::now))?;
    run(service_fn(|event: LambdaEvent<serde_json::Value>| handler(&deps, event))).await
}
