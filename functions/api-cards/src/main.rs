//! Wiring of api-cards for Lambda.

use api_cards::{Deps, handler};
use domain::Clock;
use lambda_http::{Error, Request, run, service_fn};

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::disallowed_methods, reason = "main reads the clock and hands it down")]
async fn main() -> Result<(), Error> {
    inbound::telemetry::init();
    let config = inbound::Config::from_env()?;
    let deps = Deps::new(&config, Clock::new(jiff::Timestamp::now)).await?;
    run(service_fn(|request: Request| handler(&deps, request))).await
}
