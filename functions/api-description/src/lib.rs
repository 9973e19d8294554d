//! `/v1/openapi.json`: the description of the JSON API; and what answers under `/v1` where no endpoint is.

use std::convert::Infallible;

use api::{Answer, Endpoint, Problem, language};
use domain::api::Code;
use http::{HeaderValue, Method, header};
use lambda_http::{Body, Request, Response};

/// Made from the types; a test holds it to them.
const DESCRIPTION: &str = include_str!("../../../docs/openapi.json");
const ADDRESS: &str = "/v1/openapi.json";

/// Answers the description, or that there is no such endpoint; never fails. No key is asked for: nothing here is anybody's.
///
/// # Errors
/// None: every refusal is a problem document.
pub async fn handler(request: Request) -> Result<Response<Body>, Infallible> {
    let path = request.uri().path();
    let described = path == ADDRESS;
    if described && matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(Answer::of_text(200, DESCRIPTION.to_owned()).into_response(None));
    }
    let mut methods = Endpoint::methods_at(path);
    if described {
        methods.push("GET");
    }
    let code = if methods.is_empty() { Code::NotFound } else { Code::MethodNotAllowed };
    let mut response = Problem::new(code).into_answer(language(&request)).into_response(None);
    if let Ok(allow) = HeaderValue::from_str(&methods.join(", "))
        && !methods.is_empty()
    {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    Ok(response)
}
