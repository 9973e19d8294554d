//! What the local port serves: the shop, the pages behind the scenes, and the product's own routes.

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};

use crate::world::World;
use crate::{backstage, shop};

/// Answers one request of a browser or a program.
pub async fn answer(world: &World, request: Request<Bytes>) -> Response<Bytes> {
    let path = request.uri().path();
    match path.split('/').nth(1).unwrap_or_default() {
        "" if path == "/" => redirect("/shop"),
        "shop" => shop::answer(world, &request).await,
        "_local" => backstage::answer(world, &request).await,
        _ => world.http(request).await,
    }
}

/// A page of the shop or behind the scenes; `forms` is where its forms may lead.
pub(crate) fn html(status: StatusCode, page: String, forms: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(page));
    *response.status_mut() = status;
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action {forms}"
    );
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// A page, or what went wrong with its template.
pub(crate) fn rendered(template: &impl askama::Template, forms: &str) -> Response<Bytes> {
    match template.render() {
        Ok(page) => html(StatusCode::OK, page, forms),
        Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

/// A line of plain text.
pub(crate) fn text(status: StatusCode, text: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(format!("{text}\n")));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

/// Sends the browser to another page of ours by GET.
pub(crate) fn redirect(location: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::SEE_OTHER;
    if let Ok(location) = HeaderValue::from_str(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
