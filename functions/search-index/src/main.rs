//! Wiring of search-index for Lambda.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use search_index::{Deps, handler};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    inbound::telemetry::init();
    let deps = Deps::new(&inbound::Config::from_env()?)?;
    run(service_fn(|event: LambdaEvent<serde_json::Value>| handler(&deps, event))).await
}
