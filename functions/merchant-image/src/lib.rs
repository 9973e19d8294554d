//! `/image/{merchant}/{hash}`: an image of a merchant. What is at an address never changes, so browsers keep it for ever.

use std::convert::Infallible;

use domain::{MerchantId, merchant::ImageKind};
use http::{HeaderValue, Response, StatusCode, header};
use inbound::{Config, ConfigError, http as answer};
use lambda_http::{Body, Request};
use store::Images;

/// What is said to nobody in particular: an image's address is no page.
const NOT_THERE: &str = "not there";

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
    let Some((merchant, hash)) = address(&request) else { return Ok(plain(StatusCode::NOT_FOUND, NOT_THERE)) };
    Ok(match deps.images.load(&merchant, &hash).await {
        Ok(Some((kind, bytes))) => image(kind, bytes),
        Ok(None) => plain(StatusCode::NOT_FOUND, NOT_THERE),
        Err(error) => {
            tracing::error!(error = %domain::Causes::of(&error), "an image could not be read");
            plain(StatusCode::SERVICE_UNAVAILABLE, "unavailable")
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
    let cached = "public, max-age=31536000, immutable";
    answered(StatusCode::OK, Body::Binary(bytes), kind.media_type(), cached)
}

fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    answered(status, Body::from(text), "text/plain; charset=utf-8", "no-store")
}

fn answered(status: StatusCode, body: Body, kind: &'static str, cached: &'static str) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, cached),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
