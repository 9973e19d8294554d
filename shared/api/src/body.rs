//! A body of JSON as the type that it has to be, or which field of it is wrong.

use domain::api::{Code, Fault};
use http::header;
use inbound::http::header_text;
use lambda_http::Request;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::Problem;

/// The largest body that is read, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// Reads a request's body. None at all is an empty object.
///
/// # Errors
/// [`Problem`].
pub fn body<T: DeserializeOwned>(request: &Request) -> Result<T, Problem> {
    let bytes = request.body().as_ref();
    if bytes.len() > MAX_BYTES {
        return Err(Problem::new(Code::BodyTooLarge));
    }
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    let kind = header_text(request.headers(), &header::CONTENT_TYPE).unwrap_or("application/json");
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(Problem::new(Code::NotJson));
    }
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return Err(Problem::new(Code::BodyUnreadable));
    }
    // First whether it is JSON at all: of what is, a field is wrong.
    serde_json::from_slice::<IgnoredAny>(bytes).map_err(|_| Problem::new(Code::BodyUnreadable))?;
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| wrong(&error))
}

fn wrong(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let path = error.path().to_string();
    let text = error.inner().to_string();
    let named = |start: &str| text.strip_prefix(start).and_then(|rest| rest.split('`').next()).map(str::to_owned);
    let inside = |name: String| match path.as_str() {
        "." | "" => name,
        path if path.ends_with(&name) => path.to_owned(),
        path => format!("{path}.{name}"),
    };
    if let Some(name) = named("missing field `") {
        return Problem::field(Code::FieldInvalid, inside(name), Fault::Missing);
    }
    if let Some(name) = named("unknown field `") {
        // What is said again is cut: it is somebody's own text.
        return Problem::field(Code::FieldInvalid, cut(&inside(name)), Fault::Unknown);
    }
    if let Some(name) = named("duplicate field `") {
        return Problem::field(Code::FieldInvalid, inside(name), Fault::Twice);
    }
    Problem::field(Code::FieldInvalid, path, Fault::Malformed)
}

/// A field name as far as names of ours go: no digits of somebody's card stand in an answer.
fn cut(name: &str) -> String {
    let kept: String = name.chars().filter(|c| c.is_ascii_lowercase() || *c == '_' || *c == '.').take(40).collect();
    if kept.is_empty() { ".".to_owned() } else { kept }
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Asked {
        amount: u32,
        #[serde(default)]
        buyer: Buyer,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct Buyer {
        name: String,
    }

    fn read(text: &str) -> Result<Asked, (Code, Vec<(String, Fault)>)> {
        let request = http::Request::post("/v1/payments").header("content-type", "application/json; charset=utf-8");
        let request = request.body(Body::from(text.to_owned())).unwrap();
        body(&request).map_err(|problem: Problem| (problem.code, problem.fields))
    }

    #[test]
    fn a_wrong_field_is_named() {
        let field = |name: &str, fault| Err((Code::FieldInvalid, vec![(name.to_owned(), fault)]));
        for (text, expected) in [
            (r#"{"amount":5}"#, Ok(Asked { amount: 5, buyer: Buyer::default() })),
            (r#"{}"#, field("amount", Fault::Missing)),
            ("", field("amount", Fault::Missing)),
            (r#"{"amount":5,"tip":1}"#, field("tip", Fault::Unknown)),
            (r#"{"amount":5,"4242424242424242":1}"#, field(".", Fault::Unknown)),
            (r#"{"amount":"5"}"#, field("amount", Fault::Malformed)),
            (r#"{"amount":5.5}"#, field("amount", Fault::Malformed)),
            (r#"{"amount":-5}"#, field("amount", Fault::Malformed)),
            (r#"{"amount":null}"#, field("amount", Fault::Malformed)),
            (r#"{"amount":5,"amount":6}"#, field("amount", Fault::Twice)),
            (r#"{"amount":5,"buyer":{"name":1}}"#, field("buyer.name", Fault::Malformed)),
            (r#"{"amount":5,"buyer":{"age":1}}"#, field("buyer.age", Fault::Unknown)),
            ("[5]", Err((Code::BodyUnreadable, vec![]))),
            ("5", Err((Code::BodyUnreadable, vec![]))),
            (r#"{"amount":5"#, Err((Code::BodyUnreadable, vec![]))),
            (r#"{"amount":5} {"#, Err((Code::BodyUnreadable, vec![]))),
            ("amount=5", Err((Code::BodyUnreadable, vec![]))),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn another_kind_of_body_is_refused() {
        let request = http::Request::post("/v1/payments").header("content-type", "application/x-www-form-urlencoded");
        let request = request.body(Body::from("{}")).unwrap();
        assert_eq!(body::<Asked>(&request).unwrap_err().code, Code::NotJson);
        let large = http::Request::post("/v1/payments").body(Body::from("x".repeat(MAX_BYTES + 1))).unwrap();
        assert_eq!(body::<Asked>(&large).unwrap_err().code, Code::BodyTooLarge);
    }
}
