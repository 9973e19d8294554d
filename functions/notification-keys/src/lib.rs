//! `/.well-known/kessai-notifications/{merchant}/{endpoint}`: the public keys that an endpoint's notifications are signed under.
//!
//! They are no secret: whoever has an endpoint's name may read them. Nothing else of an endpoint is said.

use std::convert::Infallible;

use domain::{
    Clock, MerchantId,
    webhook::{Endpoint, EndpointId},
};
use http::{HeaderValue, Response, StatusCode, header};
use inbound::{Config, ConfigError, http as answer};
use lambda_http::{Body, Request};
use serde_json::json;
use store::Endpoints;

/// A new key signs at once, and the one before for a week: five minutes late is early enough.
const CACHED: &str = "public, max-age=300";

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    endpoints: Endpoints,
    clock: Clock,
}

impl Deps {
    /// # Errors
    /// [`ConfigError`].
    pub fn new(config: &Config, clock: Clock) -> Result<Self, ConfigError> {
        Ok(Self { endpoints: Endpoints::new(config.table()?), clock })
    }
}

/// Answers the keys, or that there is no such endpoint; never fails.
///
/// # Errors
/// None.
pub async fn handler(deps: &Deps, request: Request) -> Result<Response<Body>, Infallible> {
    let Some((merchant, id)) = address(&request) else { return Ok(not_there()) };
    Ok(match deps.endpoints.load(&merchant, &id).await {
        Ok(Some(endpoint)) => keys(deps, &endpoint),
        Ok(None) => not_there(),
        Err(error) => {
            tracing::error!(error = %domain::Causes::of(&error), "an endpoint could not be read");
            answered(StatusCode::SERVICE_UNAVAILABLE, &json!({ "error": "unavailable" }), "no-store")
        }
    })
}

fn address(request: &Request) -> Option<(MerchantId, EndpointId)> {
    let merchant = MerchantId::new(answer::path_parameter(request, "merchant")?).ok()?;
    Some((merchant, EndpointId::new(answer::path_parameter(request, "endpoint")?).ok()?))
}

/// The present key first, then the one before while it still signs.
fn keys(deps: &Deps, endpoint: &Endpoint) -> Response<Body> {
    let keys = endpoint.public_keys(deps.clock.now());
    answered(StatusCode::OK, &json!({ "endpoint": endpoint.id, "algorithm": "ed25519", "keys": keys }), CACHED)
}

fn not_there() -> Response<Body> {
    answered(StatusCode::NOT_FOUND, &json!({ "error": "not_there" }), "no-store")
}

fn answered(status: StatusCode, body: &serde_json::Value, cached: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    for (name, value) in [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, cached),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
