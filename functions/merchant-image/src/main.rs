//! Wiring of merchant-image for Lambda.

use lambda_http::{Error, Request, run, service_fn};
use merchant_image::{Deps, handler};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    inbound::telemetry::init();
    let deps = Deps::new(&inbound::Config::from_env()?)?;
    run(service_fn(|request: Request| handler(&deps, request))).await
}
