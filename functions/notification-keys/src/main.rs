//! Wiring of notification-keys for Lambda.

use domain::Clock;
use lambda_http::{Error, Request, run, service_fn};
use notification_keys::{Deps, handler};

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::disallowed_methods, reason = "main reads the clock and hands it down")]
async fn main() -> Result<(), Error> {
    inbound::telemetry::init();
    let deps = Deps::new(&inbound::Config::from_env()?, Clock::new(jiff::Timestamp::now))?;
    run(service_fn(|request: Request| handler(&deps, request))).await
}
