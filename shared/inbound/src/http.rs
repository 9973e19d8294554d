//! Requests in, pages out: raw bytes, language, deadline; headers that belong to a page of ours.

use std::cell::RefCell;

use domain::{Clock, Lang};
use flate2::{Compress, Compression, FlushCompress, Status};
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use lambda_http::{Body, Request, RequestExt as _, request::RequestContext};

use crate::page::{Frames, Page};

/// What a function may use where the runtime does not say when it ends: its timeout in the template.
const FUNCTION_LIMIT: SignedDuration = SignedDuration::from_secs(28);
/// The largest window that every browser takes: 32 KiB (RFC 1952).
const GZIP_WINDOW_BITS: u8 = 15;

/// The bytes of a request's parameters: the query of a GET, the body of anything else.
pub fn parameter_bytes(request: &Request) -> &[u8] {
    match *request.method() {
        http::Method::GET | http::Method::HEAD => request.uri().query().unwrap_or_default().as_bytes(),
        _ => request.body().as_ref(),
    }
}

/// One parameter of the route's path.
pub fn path_parameter(request: &Request, name: &str) -> Option<String> {
    request.path_parameters_ref().and_then(|parameters| parameters.first(name)).map(str::to_owned)
}

/// The language that the browser asks for, if it is one of ours.
pub fn accepted_language(request: &Request) -> Option<Lang> {
    header_text(request.headers(), &header::ACCEPT_LANGUAGE).and_then(Lang::accepted)
}

/// The language that the address asks for, by `lang`.
pub fn asked_language(request: &Request) -> Option<Lang> {
    let query = request.uri().query().unwrap_or_default();
    query.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(Lang::parse)
}

/// The language of a page: the address's `lang`, else that of what it is about, else the browser's.
pub fn language(request: &Request, about: Option<Lang>) -> Lang {
    asked_language(request).or(about).or_else(|| accepted_language(request)).unwrap_or_default()
}

/// Where a request came from, as the gateway saw it. No header of the client's is believed.
pub fn client_address(request: &Request) -> Option<std::net::IpAddr> {
    match request.request_context_ref()? {
        RequestContext::ApiGatewayV2(context) => context.http.source_ip.as_deref()?.parse().ok(),
        _ => None,
    }
}

/// The route that a request met, as the template writes it: `POST /v1/payments/{order}/refund`.
pub fn route(request: &Request) -> Option<String> {
    match request.request_context_ref()? {
        RequestContext::ApiGatewayV2(context) => context.route_key.clone(),
        _ => None,
    }
}

/// How the gateway names a request: in its answer (`apigw-requestid`), in the log of who called, in ours.
pub fn request_id(request: &Request) -> Option<&str> {
    match request.request_context_ref()? {
        RequestContext::ApiGatewayV2(context) => context.request_id.as_deref(),
        _ => None,
    }
}

/// A header's text, if it is text.
pub fn header_text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// When this invocation is cut off.
pub fn deadline(request: &Request, clock: &Clock) -> Timestamp {
    let said = request.lambda_context_ref().and_then(|context| i64::try_from(context.deadline).ok());
    said.filter(|ms| *ms > 0)
        .and_then(|ms| Timestamp::from_millisecond(ms).ok())
        .unwrap_or_else(|| clock.now().saturating_add(FUNCTION_LIMIT).unwrap_or(Timestamp::MAX))
}

/// A page as an answer, with the headers that it needs, compressed where the browser takes that.
pub fn page(request: &Request, status: StatusCode, page: Page) -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    guard(headers);
    if page.policy.frames == Frames::StandsIn {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding, accept-language"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static(page.policy.referrer_policy()));
    if let Ok(policy) = HeaderValue::from_str(&page.policy.content_security_policy()) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    let gzip =
        header_text(request.headers(), &header::ACCEPT_ENCODING).is_some_and(|accepted| accepted.contains("gzip"));
    let compressed = if gzip { compress(page.html.as_bytes()) } else { None };
    *response.body_mut() = match compressed {
        Some(bytes) => {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            Body::Binary(bytes)
        }
        None => Body::Text(page.html),
    };
    response
}

/// 204: the browser goes on showing what it shows.
pub fn nothing() -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::NO_CONTENT;
    guard(response.headers_mut());
    response
}

/// 303 to an address of our own: a reload repeats nothing.
pub fn see_other(location: &str) -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    guard(headers);
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if let Ok(location) = HeaderValue::from_str(location) {
        headers.insert(header::LOCATION, location);
    }
    response
}

/// Adds a cookie to an answer.
pub fn set_cookie(response: &mut Response<Body>, cookie: &str) {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// A cookie of the request.
pub fn cookie<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let lines = request.headers().get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut cookies = lines.flat_map(|line| line.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
    cookies.find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// What every answer of a page carries.
fn guard(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

thread_local! {
    /// The fastest level: a page is one round trip's worth of bytes either way. Kept, because its working memory (a quarter of a
    /// megabyte) takes longer to get and clear than a part of the page to compress.
    static COMPRESSOR: RefCell<Compress> = RefCell::new(Compress::new_gzip(Compression::fast(), GZIP_WINDOW_BITS));
}

/// None where it would not get smaller.
fn compress(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut compressed = Vec::with_capacity(bytes.len());
    let status = COMPRESSOR.with_borrow_mut(|compressor| {
        compressor.reset();
        compressor.compress_vec(bytes, &mut compressed, FlushCompress::Finish)
    });
    matches!(status, Ok(Status::StreamEnd)).then_some(compressed)
}
