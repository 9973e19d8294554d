//! The description of the JSON API is what its types and functions are: the files in `docs/`, the routes of the template, every code in use.
//!
//! `KESSAI_WRITE=1` writes the files anew.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test's helpers may stop at the first surprise"
)]

use std::collections::BTreeSet;

use crate::repository::{read, root, template};
use api::ENDPOINTS;
use serde_json::Value;

const BEGIN: &str = "<!-- made from the types; see tests/tests/api_description.rs -->\n";

#[test]
fn the_openapi_file_is_made_from_the_types() {
    let made = format!("{}\n", serde_json::to_string_pretty(&api::document()).unwrap());
    same_as("docs/openapi.json", &made);
}

#[test]
fn the_page_about_the_api_is_made_from_the_types() {
    let page = read("docs/api.md");
    let (written, _) = page.split_once(BEGIN).expect("the page has a part that is made");
    same_as("docs/api.md", &format!("{written}{BEGIN}\n{}", api::reference()));
}

/// Every route under `/v1` has its endpoint, and every endpoint its route.
#[test]
fn the_template_has_a_route_for_every_endpoint_and_the_reverse() {
    let mut routes = BTreeSet::new();
    for resource in template()["Resources"].as_object().unwrap().values() {
        for trigger in resource["Properties"]["Events"].as_object().into_iter().flatten().map(|(_, trigger)| trigger) {
            let (method, path) = (&trigger["Properties"]["Method"], &trigger["Properties"]["Path"]);
            if let (Value::String(method), Value::String(path)) = (method, path)
                && path.starts_with("/v1/")
                && method != "ANY"
                && path != "/v1/openapi.json"
            // api-description, and what is left
            {
                routes.insert(format!("{method} {path}"));
            }
        }
    }
    let endpoints = ENDPOINTS.iter().map(|endpoint| format!("{} {}", endpoint.method, endpoint.path)).collect();
    assert_eq!(routes, endpoints);
    let names: BTreeSet<&str> = ENDPOINTS.iter().map(|endpoint| endpoint.name).collect();
    assert_eq!(names.len(), ENDPOINTS.len(), "each has a name of its own");
}

#[test]
fn every_reference_in_the_description_leads_somewhere() {
    let document = api::document();
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(references.len() > 10, "{references:?}");
    for reference in references {
        let place = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(place).is_some(), "{reference}");
    }
}

fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| collect(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[allow(clippy::disallowed_methods, reason = "a setting of the test run, not of the product")]
fn same_as(path: &str, made: &str) {
    if std::env::var_os("KESSAI_WRITE").is_some() {
        std::fs::write(root().join(path), made).unwrap();
    }
    assert!(
        read(path) == made,
        "{path} is not what the types say: KESSAI_WRITE=1 cargo test --workspace --test system api_description"
    );
}

/// Every header of ours that an answer has is described for its status.
#[tokio::test]
async fn the_description_names_the_headers_that_are_sent() {
    let world = system_tests::fresh().await;
    let server = system_tests::ShopServer::of(&world, "4000").await;
    let desk = system_tests::BatchDesk::of(&world, "4000");
    desk.keep("alice", system_tests::cards::VISA).await;
    desk.keep("carol", system_tests::cards::DECLINED).await;
    let charge = |user: &str, amount: u32| serde_json::json!({ "amount": amount, "user": user });
    let mut answers = Vec::new();
    for (key, body) in [
        ("a", charge("alice", 5)),
        ("a", charge("alice", 5)),
        ("a", charge("alice", 6)),
        ("b", charge("carol", 5)),
        ("b", charge("carol", 5)),
        ("c", charge("nobody", 5)),
    ] {
        answers.push(server.post("/v1/payments", key, &body).await);
    }
    world.faults().restart();
    let began = local::cloud::When::Nth { caller: None, operation: "PutItem".to_owned(), nth: 0 };
    world.faults().plan(began, local::cloud::Fault::DropAfter); // killed right after it stored that it began
    server.post("/v1/payments", "d", &charge("alice", 7)).await;
    world.faults().stop();
    answers.push(server.post("/v1/payments", "d", &charge("alice", 7)).await);
    answers.push(server.showing(None).post("/v1/payments", "e", &charge("alice", 8)).await);
    for _ in 0..domain::api::RATE_LIMIT {
        answers.push(server.post("/v1/payments", "", &charge("alice", 8)).await);
    }
    let document = api::document();
    let mut seen = BTreeSet::new();
    for answer in &answers {
        let described = &document["paths"]["/v1/payments"]["post"]["responses"][answer.status.as_str()]["headers"];
        let described: BTreeSet<String> =
            described.as_object().unwrap().keys().map(|name| name.to_lowercase()).collect();
        for name in [
            "ratelimit-limit",
            "ratelimit-remaining",
            "ratelimit-reset",
            "retry-after",
            "idempotent-replayed",
            "www-authenticate",
        ] {
            let sent = answer.headers.contains_key(name);
            assert!(!sent || described.contains(name), "{} sends {name}: {}", answer.status, answer.json);
            seen.extend(sent.then_some((answer.status.as_u16(), name)));
        }
    }
    for known in [
        (402, "idempotent-replayed"),
        (409, "retry-after"),
        (401, "www-authenticate"),
        (429, "retry-after"),
        (422, "ratelimit-reset"),
    ] {
        assert!(seen.contains(&known), "{known:?} is tried: {seen:?}");
    }
}

/// What is no endpoint answers in the form of the API, too, and the description is there for programs (api-description).
#[tokio::test]
async fn whatever_is_no_endpoint_is_said_so() {
    let world = system_tests::fresh().await;
    let nobody = system_tests::ShopServer::of(&world, "4000").await.showing(None);
    let description = nobody.get("/v1/openapi.json").await;
    assert_eq!((description.status.as_u16(), description.header("content-type")), (200, "application/json"));
    assert_eq!(description.json, api::document());
    for (method, path, refusal, allow) in [
        ("DELETE", "/v1/payments", (405, "method_not_allowed"), "GET, POST"),
        ("PUT", "/v1/payments/1001", (405, "method_not_allowed"), "GET"),
        ("GET", "/v1/payments/1001/refund", (405, "method_not_allowed"), "POST"),
        ("POST", "/v1/openapi.json", (405, "method_not_allowed"), "GET"),
        ("GET", "/v1/customers", (404, "not_found"), ""),
        ("GET", "/v1", (404, "not_found"), ""),
        ("POST", "/v1", (404, "not_found"), ""),
        ("GET", "/v1/payments/", (404, "not_found"), ""),
        ("POST", "/v1/payments/1001/refund/twice", (404, "not_found"), ""),
    ] {
        let answer = nobody.send(method.parse().unwrap(), path, &[], bytes::Bytes::new()).await;
        assert_eq!(answer.refusal(), refusal, "{method} {path}");
        assert_eq!(answer.header("allow"), allow, "{method} {path}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
}
