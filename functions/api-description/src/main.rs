//! Wiring of api-description for Lambda.

use api_description::handler;
use lambda_http::{Error, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    inbound::telemetry::init();
    run(service_fn(handler)).await
}
