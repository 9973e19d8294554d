//! API Gateway's event for a request (payload format 2.0), and its reading of a function's answer.

use bytes::Bytes;
use data_encoding::BASE64;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use jiff::{Timestamp, tz::TimeZone};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use std::net::IpAddr;

use super::gateway::Met;
use crate::template::{ACCOUNT, REGION};

/// Who sent a request: an extension of it. Without one it is the machine itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// The event that API Gateway makes of a request
/// (API Gateway developer guide, "AWS Lambda proxy integrations for HTTP APIs").
pub(crate) fn request_event(request: &Request<Bytes>, met: &Met, id: &str, now: Timestamp) -> Value {
    let headers = request.headers();
    let host = host(request);
    let peer = request.extensions().get::<Peer>().map_or_else(|| "127.0.0.1".to_owned(), |peer| peer.0.to_string());
    let path = request.uri().path();
    let query = request.uri().query().unwrap_or_default();
    let (body, base64) = encoded_body(headers, request.body());
    let mut event = json!({
        "version": "2.0",
        "routeKey": met.key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": header_object(headers, &host, &peer),
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "local",
            "domainName": host,
            "domainPrefix": host.split('.').next().unwrap_or_default(),
            "http": {
                "method": request.method().as_str(),
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": peer,
                "userAgent": headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default(),
            },
            "requestId": id,
            "routeKey": met.key,
            "stage": "$default",
            "time": now.to_zoned(TimeZone::UTC).strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": now.as_millisecond(),
        },
        "isBase64Encoded": base64,
    });
    if let Some(object) = event.as_object_mut() {
        let cookies = cookies(headers);
        if !cookies.is_empty() {
            object.insert("cookies".to_owned(), json!(cookies));
        }
        if !query.is_empty() {
            object.insert("queryStringParameters".to_owned(), joined_query(query));
        }
        if !met.parameters.is_empty() {
            object.insert("pathParameters".to_owned(), json!(met.parameters));
        }
        if let Some(body) = body {
            object.insert("body".to_owned(), Value::String(body));
        }
    }
    event
}

/// The event of a schedule (EventBridge user guide, "Scheduled events").
pub(crate) fn schedule_event(now: Timestamp) -> Value {
    json!({
        "version": "0",
        "id": "00000000-0000-4000-8000-000000000000",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": REGION,
        "resources": [format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/schedule")],
        "detail": {},
    })
}

/// `arn:aws:lambda:…:function:<name>`.
pub(crate) fn function_arn(name: &str) -> String {
    format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}")
}

/// The response that API Gateway makes of a function's answer; an answer that it can't read is its own 500.
pub(crate) fn response(answer: &str) -> Response<Bytes> {
    read_answer(answer).unwrap_or_else(|| message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"))
}

/// An answer of API Gateway itself.
pub(crate) fn message(status: StatusCode, text: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(json!({ "message": text }).to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn read_answer(answer: &str) -> Option<Response<Bytes>> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    let text = answer.get("body").and_then(Value::as_str).unwrap_or_default();
    let base64 = answer.get("isBase64Encoded").and_then(Value::as_bool).unwrap_or_default();
    let body = if base64 { BASE64.decode(text.as_bytes()).ok()? } else { text.as_bytes().to_vec() };
    let mut response = Response::new(Bytes::from(body));
    let status = answer.get("statusCode").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok())?;
    *response.status_mut() = StatusCode::from_u16(status).ok()?;
    for (name, value) in answer.get("headers").and_then(Value::as_object).into_iter().flatten() {
        append(response.headers_mut(), name, value.as_str()?)?;
    }
    for cookie in answer.get("cookies").and_then(Value::as_array).into_iter().flatten() {
        append(response.headers_mut(), "set-cookie", cookie.as_str()?)?;
    }
    Some(response)
}

fn append(headers: &mut HeaderMap, name: &str, value: &str) -> Option<()> {
    headers.append(HeaderName::try_from(name).ok()?, HeaderValue::from_str(value).ok()?);
    Some(())
}

/// The host as the client wrote it, without a port.
fn host(request: &Request<Bytes>) -> String {
    let header = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let authority =
        header.or_else(|| request.uri().authority().map(http::uri::Authority::as_str)).unwrap_or("localhost");
    authority.rsplit_once(':').map_or(authority, |(host, _)| host).to_owned()
}

/// Names in lower case, repeated ones joined by commas, cookies apart, and what the gateway adds.
fn header_object(headers: &HeaderMap, host: &str, peer: &str) -> Value {
    let mut object = Map::new();
    for name in headers.keys().filter(|name| **name != header::COOKIE) {
        let values: Vec<_> =
            headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        object.insert(name.as_str().to_owned(), Value::String(values.join(",")));
    }
    object.entry("host").or_insert_with(|| Value::String(host.to_owned()));
    let forwarded = match object.get("x-forwarded-for").and_then(Value::as_str) {
        Some(before) => format!("{before}, {peer}"),
        None => peer.to_owned(),
    };
    object.insert("x-forwarded-for".to_owned(), Value::String(forwarded));
    object.insert("x-forwarded-proto".to_owned(), Value::String("http".to_owned()));
    Value::Object(object)
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).map(|cookie| cookie.trim().to_owned()).filter(|c| !c.is_empty()).collect()
}

/// Decoded, repeated names joined by commas: which is why the product reads the raw query instead.
fn joined_query(query: &str) -> Value {
    let mut object: Map<String, Value> = Map::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = plain(value);
        let joined = match object.get(&plain(name)).and_then(Value::as_str) {
            Some(before) => format!("{before},{value}"),
            None => value,
        };
        object.insert(plain(name), Value::String(joined));
    }
    Value::Object(object)
}

fn plain(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Text and JSON travel as they are, everything else (forms too) as base64.
fn encoded_body(headers: &HeaderMap, body: &Bytes) -> (Option<String>, bool) {
    if body.is_empty() {
        return (None, false);
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let textual = kind.starts_with("text/")
        || ["application/json", "application/xml", "application/javascript"]
            .iter()
            .any(|known| kind.starts_with(known));
    match std::str::from_utf8(body) {
        Ok(text) if textual => (Some(text.to_owned()), false),
        _ => (Some(BASE64.encode(body)), true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn met() -> Met {
        let parameters = BTreeMap::from([("admin".to_owned(), "4000".to_owned())]);
        Met { function: 0, key: "POST /pay/{admin}".to_owned(), parameters }
    }

    fn now() -> Timestamp {
        "2026-11-21T10:30:00Z".parse().unwrap()
    }

    #[test]
    fn a_form_travels_as_base64_and_the_query_stays_raw() {
        let request = Request::post("/pay/4000?a=1&a=%E3%81%82&b=x+y")
            .header("Host", "localhost:9000")
            .header("Cookie", "one=1; two=2")
            .header("X-Test", "1")
            .header("X-Test", "2")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .extension(Peer("203.0.113.7".parse().unwrap()))
            .body(Bytes::from_static(b"admin=4000"))
            .unwrap();
        let event = request_event(&request, &met(), "id", now());
        assert_eq!(event["rawQueryString"], "a=1&a=%E3%81%82&b=x+y");
        assert_eq!(event["queryStringParameters"], json!({"a": "1,あ", "b": "x y"}));
        assert_eq!(event["headers"]["x-test"], "1,2");
        assert_eq!(event["headers"]["host"], "localhost:9000");
        assert!(event["headers"].get("cookie").is_none());
        assert_eq!(event["cookies"], json!(["one=1", "two=2"]));
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("YWRtaW49NDAwMA=="), &json!(true)));
        assert_eq!(event["requestContext"]["http"]["sourceIp"], "203.0.113.7");
        assert_eq!(event["requestContext"]["time"], "21/Nov/2026:10:30:00 +0000");
        assert_eq!(event["pathParameters"], json!({"admin": "4000"}));
    }

    #[test]
    fn json_travels_as_it_is() {
        let body = Bytes::from_static(b"{}");
        let request = Request::post("/pay/4000").header("content-type", "application/json").body(body).unwrap();
        let event = request_event(&request, &met(), "id", now());
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("{}"), &json!(false)));
        assert_eq!(event["rawQueryString"], "");
    }

    #[test]
    fn an_answer_keeps_status_headers_cookies_and_bytes() {
        let answer = json!({
            "statusCode": 303, "headers": {"location": "/return/x"}, "cookies": ["a=1", "b=2"],
            "body": "AQI=", "isBase64Encoded": true
        });
        let response = response(&answer.to_string());
        assert_eq!(response.status(), 303);
        assert_eq!(response.headers()["location"], "/return/x");
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
        assert_eq!(response.body().as_ref(), [1, 2]);
        assert_eq!(super::response("no").status(), 500);
    }
}
