//! API Gateway's event for a request (payload format 2.0), and its reading of a function's answer.

use bytes::Bytes;
use data_encoding::BASE64;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::{BTreeMap, btree_map::Entry};
use std::net::IpAddr;

use super::gateway::Met;
use crate::template::{ACCOUNT, REGION};

/// Who sent a request: an extension of it. Without one it is the machine itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// The event that API Gateway makes of a request
/// (API Gateway developer guide, "AWS Lambda proxy integrations for HTTP APIs").
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestEvent<'a> {
    version: &'static str,
    route_key: &'a str,
    raw_path: &'a str,
    raw_query_string: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<&'a str>,
    headers: BTreeMap<&'a str, Cow<'a, str>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    query_string_parameters: BTreeMap<String, String>,
    request_context: RequestContext<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    path_parameters: &'a BTreeMap<String, String>,
    is_base64_encoded: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext<'a> {
    account_id: &'static str,
    api_id: &'static str,
    domain_name: &'a str,
    domain_prefix: &'a str,
    http: HttpDescription<'a>,
    request_id: &'a str,
    route_key: &'a str,
    stage: &'static str,
    time: String,
    time_epoch: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HttpDescription<'a> {
    method: &'a str,
    path: &'a str,
    protocol: &'static str,
    source_ip: String,
    user_agent: &'a str,
}

impl<'a> RequestEvent<'a> {
    pub(crate) fn new(request: &'a Request<Bytes>, met: &'a Met, id: &'a str, now: Timestamp) -> Self {
        let headers = request.headers();
        let authority = authority(request);
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        let peer = request.extensions().get::<Peer>().map_or_else(|| "127.0.0.1".to_owned(), |peer| peer.0.to_string());
        let path = request.uri().path();
        let query = request.uri().query().unwrap_or_default();
        let (body, is_base64_encoded) = encoded_body(headers, request.body());
        Self {
            version: "2.0",
            route_key: &met.key,
            raw_path: path,
            raw_query_string: query,
            cookies: cookies(headers),
            headers: joined_headers(headers, authority, &peer),
            query_string_parameters: joined_query(query),
            request_context: RequestContext {
                account_id: ACCOUNT,
                api_id: "local",
                domain_name: host,
                domain_prefix: host.split('.').next().unwrap_or_default(),
                http: HttpDescription {
                    method: request.method().as_str(),
                    path,
                    protocol: "HTTP/1.1",
                    source_ip: peer,
                    user_agent: headers
                        .get(header::USER_AGENT)
                        .and_then(|value| value.to_str().ok())
                        .unwrap_or_default(),
                },
                request_id: id,
                route_key: &met.key,
                stage: "$default",
                time: now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
                time_epoch: now.as_millisecond(),
            },
            body,
            path_parameters: &met.parameters,
            is_base64_encoded,
        }
    }

    /// As it is sent.
    pub(crate) fn to_json(&self) -> String {
        // it is made of texts and numbers alone: nothing of it can refuse
        serde_json::to_string(self).unwrap_or_default()
    }
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

/// A function's answer in the same format. Null is as good as absent.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    status_code: u16,
    #[serde(default, borrow)]
    headers: Option<BTreeMap<Cow<'a, str>, Cow<'a, str>>>,
    #[serde(default, borrow)]
    cookies: Option<Vec<Cow<'a, str>>>,
    #[serde(default, borrow)]
    body: Option<Text<'a>>,
    #[serde(default)]
    is_base64_encoded: Option<bool>,
}

/// A text that is borrowed wherever nothing in it is escaped.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

fn read_answer(answer: &str) -> Option<Response<Bytes>> {
    let answer: Answer<'_> = serde_json::from_str(answer).ok()?;
    let text = answer.body.map(|text| text.0).unwrap_or_default();
    let base64 = answer.is_base64_encoded.unwrap_or_default();
    let body = if base64 { BASE64.decode(text.as_bytes()).ok()? } else { text.into_owned().into_bytes() };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::from_u16(answer.status_code).ok()?;
    for (name, value) in answer.headers.unwrap_or_default() {
        append(response.headers_mut(), &name, &value)?;
    }
    for cookie in answer.cookies.unwrap_or_default() {
        append(response.headers_mut(), "set-cookie", &cookie)?;
    }
    Some(response)
}

fn append(headers: &mut HeaderMap, name: &str, value: &str) -> Option<()> {
    headers.append(HeaderName::try_from(name).ok()?, HeaderValue::from_str(value).ok()?);
    Some(())
}

/// The host as the client wrote it, with its port if it has one of its own.
fn authority(request: &Request<Bytes>) -> &str {
    let header = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    header.or_else(|| request.uri().authority().map(http::uri::Authority::as_str)).unwrap_or("localhost")
}

/// Names in lower case, repeated ones joined by commas, cookies apart, and what the gateway adds.
fn joined_headers<'a>(headers: &'a HeaderMap, authority: &'a str, peer: &str) -> BTreeMap<&'a str, Cow<'a, str>> {
    let mut joined: BTreeMap<&str, Cow<'_, str>> = BTreeMap::new();
    for (name, value) in headers.iter().filter(|(name, _)| **name != header::COOKIE) {
        let value = String::from_utf8_lossy(value.as_bytes());
        match joined.entry(name.as_str()) {
            Entry::Vacant(entry) => {
                entry.insert(value);
            }
            Entry::Occupied(mut entry) => {
                let values = entry.get_mut().to_mut();
                values.push(',');
                values.push_str(&value);
            }
        }
    }
    joined.entry("host").or_insert(Cow::Borrowed(authority));
    let forwarded = match joined.get("x-forwarded-for") {
        Some(before) => format!("{before}, {peer}"),
        None => peer.to_owned(),
    };
    joined.insert("x-forwarded-for", Cow::Owned(forwarded));
    joined.insert("x-forwarded-proto", Cow::Borrowed("http"));
    joined
}

fn cookies(headers: &HeaderMap) -> Vec<&str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).map(str::trim).filter(|cookie| !cookie.is_empty()).collect()
}

/// Decoded, repeated names joined by commas: which is why the product reads the raw query instead.
fn joined_query(query: &str) -> BTreeMap<String, String> {
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match joined.entry(plain(name)) {
            Entry::Vacant(entry) => {
                entry.insert(plain(value));
            }
            Entry::Occupied(mut entry) => {
                entry.get_mut().push(',');
                entry.get_mut().push_str(&plain(value));
            }
        }
    }
    joined
}

fn plain(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Text and JSON travel as they are, everything else (forms too) as base64.
fn encoded_body<'a>(headers: &HeaderMap, body: &'a Bytes) -> (Option<Cow<'a, str>>, bool) {
    if body.is_empty() {
        return (None, false);
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let textual = kind.starts_with("text/")
        || ["application/json", "application/xml", "application/javascript"]
            .iter()
            .any(|known| kind.starts_with(known));
    match std::str::from_utf8(body) {
        Ok(text) if textual => (Some(Cow::Borrowed(text)), false),
        _ => (Some(Cow::Owned(BASE64.encode(body))), true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met() -> Met {
        let parameters = BTreeMap::from([("admin".to_owned(), "4000".to_owned())]);
        Met { function: 0, key: "POST /pay/{admin}".to_owned(), parameters }
    }

    fn now() -> Timestamp {
        "2026-11-21T10:30:00Z".parse().unwrap()
    }

    fn event(request: &Request<Bytes>) -> Value {
        serde_json::from_str(&RequestEvent::new(request, &met(), "id", now()).to_json()).unwrap()
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
        let event = event(&request);
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
        let event = event(&request);
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
