//! `/image/{merchant}/{hash}`: an image of a merchant. What is at an address never changes, so browsers keep it for ever.

use std::convert::Infallible;

use domain::{MerchantId, merchant::ImageKind};
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use inbound::{Config, ConfigError, http as answer};
use lambda_http::{Body, Request};
use store::Images;

/// What the function needs, made once.
#[derive(Debug)]
pub struct Deps {
    images: Images,
}

impl Deps {
    /// # Errors
    /// [`ConfigError`].
    pub fn new(config: &Config) -> Result<Self, ConfigError> {
        Ok(Self { images: Images::new(config.table()?) })
    }
}

/// Answers the image, or that it is not there; never fails.
///
/// # Errors
/// None.
pub async fn handler(deps: &Deps, request: Request) -> Result<Response<Body>, Infallible> {
    let Some((merchant, hash)) = address(&request) else { return Ok(empty(StatusCode::NOT_FOUND)) };
    Ok(match deps.images.load(&merchant, &hash).await {
        Ok(Some((kind, bytes))) => image(kind, bytes),
        Ok(None) => empty(StatusCode::NOT_FOUND),
        Err(error) => {
            tracing::error!(error = %domain::Causes::of(&error), "an image could not be read");
            empty(StatusCode::SERVICE_UNAVAILABLE)
        }
    })
}

/// A merchant number and 64 hex digits.
fn address(request: &Request) -> Option<(MerchantId, String)> {
    let merchant = MerchantId::new(answer::path_parameter(request, "merchant")?).ok()?;
    let hash = answer::path_parameter(request, "hash")?;
    let hex = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    hex.then_some((merchant, hash))
}

/// The bytes as what they are: a browser may not take them for anything else, nor run anything in them.
fn image(kind: ImageKind, bytes: Vec<u8>) -> Response<Body> {
    answered(
        StatusCode::OK,
        Body::Binary(bytes),
        &[
            (header::CONTENT_TYPE, kind.media_type()),
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        ],
    )
}

fn empty(status: StatusCode) -> Response<Body> {
    answered(status, Body::Empty, &[(header::CACHE_CONTROL, "no-store")])
}

fn answered(status: StatusCode, body: Body, headers: &[(HeaderName, &'static str)]) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let always = (header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    for (name, value) in headers.iter().chain([&always]) {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
