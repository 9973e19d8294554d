//! The file to fill in, with the columns' names in either language.

use console::Refusal;
use domain::{Lang, batch};
use http::{HeaderValue, Response, header};
use lambda_http::Body;

use crate::Call;

/// Where it is.
pub(crate) const ADDRESS: &str = "/console/batches/template";

/// Hands it over as a download.
pub(crate) fn send(call: &Call<'_>) -> Result<Response<Body>, Refusal> {
    let (names, disposition) = match call.asked("names") {
        Some("ja") => (Lang::Ja, "attachment; filename=\"batch-template-ja.csv\""),
        Some("en") => (Lang::En, "attachment; filename=\"batch-template-en.csv\""),
        Some(_) | None => return Err(Refusal::NotThere),
    };
    let mut response = Response::new(Body::Binary(batch::template(names)));
    for (name, value) in [
        // whatever calls itself text loses its byte order mark on the way, and spreadsheets need it
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}
