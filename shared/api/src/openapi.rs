//! The description of the API (OpenAPI 3.1), made from the types and the table of endpoints; and the page that people read, made from that.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Lang,
    api::{Code, Fault, RATE_LIMIT, RATE_WINDOW, Scope},
};
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::{
    ENDPOINTS, Endpoint,
    endpoint::{ALWAYS, ONCE},
    problem::ProblemBody,
};

const PROBLEM: &str = "#/components/schemas/Problem";

/// The description as a document of OpenAPI 3.1.
#[must_use]
pub fn document() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for endpoint in &ENDPOINTS {
        let operation = operation(endpoint, &mut generator);
        paths.entry(endpoint.path).or_default().insert(endpoint.method.to_lowercase(), operation);
    }
    generator.subschema_for::<ProblemBody>();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Kessai",
            "version": "1",
            "description": "Payments of one merchant. Every request shows an API key; every request that changes something carries an Idempotency-Key.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "key": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": { "type": "http", "scheme": "bearer", "description": "An API key, made in the console: `kessai_test_…` or `kessai_live_…`." },
            },
            "schemas": Value::Object(generator.take_definitions(true)),
        },
    })
}

fn operation(endpoint: &Endpoint, generator: &mut SchemaGenerator) -> Value {
    let mut operation = json!({
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "description": format!("Scope: `{}`.", endpoint.scope.name()),
        "parameters": parameters(endpoint, generator),
        "responses": responses(endpoint, generator),
    });
    if let (Some(asks), Value::Object(operation)) = (endpoint.asks, &mut operation) {
        let schema = asks(generator);
        let content = json!({ "application/json": { "schema": schema } });
        operation.insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
    }
    operation
}

fn parameters(endpoint: &Endpoint, generator: &mut SchemaGenerator) -> Vec<Value> {
    let parts = endpoint.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parts = parts.map(|name| {
        json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "minLength": 1, "pattern": "^[A-Za-z0-9_-]{1,40}$" } })
    });
    let mut parameters: Vec<Value> = parts.collect();
    for parameter in endpoint.query {
        let schema = (parameter.form)(generator);
        parameters
            .push(json!({ "name": parameter.name, "in": "query", "description": parameter.says, "schema": schema }));
    }
    if endpoint.changes() {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": true,
            "description": "A name for this request, such as a new UUID: sent again within 24 hours it is the same request and has the same answer.",
            "schema": { "type": "string", "pattern": "^[!-~]{1,255}$" },
        }));
    }
    parameters
}

fn responses(endpoint: &Endpoint, generator: &mut SchemaGenerator) -> Map<String, Value> {
    let mut responses = Map::new();
    for (status, made) in endpoint.answers {
        let schema = made(generator);
        let headers: Map<String, Value> = rate_headers().into_iter().chain(replayed(endpoint)).collect();
        let answer = json!({ "description": "Done", "headers": headers, "content": { "application/json": { "schema": schema } } });
        responses.insert(status.to_string(), answer);
    }
    for (status, codes) in refusals(endpoint) {
        let says: Vec<String> = codes.iter().map(|code| format!("`{}`", code.name())).collect();
        let answer = json!({
            "description": says.join(", "),
            "headers": problem_headers(status, endpoint),
            "content": { "application/problem+json": { "schema": { "$ref": PROBLEM } } },
        });
        responses.insert(status.to_string(), answer);
    }
    responses
}

/// Why an endpoint may refuse, by status.
fn refusals(endpoint: &Endpoint) -> BTreeMap<u16, BTreeSet<Code>> {
    let once: &[Code] = if endpoint.changes() { &ONCE } else { &[] };
    let mut refusals: BTreeMap<u16, BTreeSet<Code>> = BTreeMap::new();
    for code in ALWAYS.iter().chain(once).chain(endpoint.refuses) {
        refusals.entry(code.status()).or_default().insert(*code);
    }
    refusals
}

fn rate_headers() -> Map<String, Value> {
    let number = |says: &str| json!({ "schema": { "type": "integer" }, "description": says });
    let headers = [
        ("RateLimit-Limit", number("Requests that a key may make in ten seconds.")),
        ("RateLimit-Remaining", number("How many of them are left.")),
        ("RateLimit-Reset", number("Seconds until they are counted anew.")),
    ];
    headers.into_iter().map(|(name, header)| (name.to_owned(), header)).collect()
}

/// Where it is an answer to a request that is made once.
fn replayed(endpoint: &Endpoint) -> Option<(String, Value)> {
    let says =
        json!({ "schema": { "type": "string" }, "description": "`true` where the same request was answered before." });
    endpoint.changes().then(|| ("Idempotent-Replayed".to_owned(), says))
}

fn problem_headers(status: u16, endpoint: &Endpoint) -> Map<String, Value> {
    if status == 401 {
        // nobody was let in, so nobody's requests are counted
        return Map::from_iter([("WWW-Authenticate".to_owned(), json!({ "schema": { "type": "string" } }))]);
    }
    let wait = json!({ "schema": { "type": "integer" }, "description": "Seconds to wait." });
    let waits = matches!(status, 429 | 503) || (status == 409 && endpoint.changes()); // `request_running`
    let is_kept = matches!(status, 402 | 403 | 409 | 422);
    let replayed = replayed(endpoint).filter(|_| is_kept);
    rate_headers().into_iter().chain(waits.then(|| ("Retry-After".to_owned(), wait))).chain(replayed).collect()
}

/// The reference as a page of Markdown.
#[must_use]
pub fn reference() -> String {
    let document = document();
    let mut page = String::new();
    page.push_str("## Endpoints\n\n");
    for endpoint in &ENDPOINTS {
        page.push_str(&section(endpoint, &document));
    }
    page.push_str("## Types\n\n");
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    for (name, schema) in schemas.into_iter().flatten() {
        page.push_str(&type_section(name, schema));
    }
    page.push_str("## Scopes\n\n");
    for scope in Scope::ALL {
        let used: Vec<String> = ENDPOINTS.iter().filter(|endpoint| endpoint.scope == scope).map(route).collect();
        let used = if scope == Scope::RefundsOverLimit {
            "beside `refunds`, more than the console gives back of one payment without a code".to_owned()
        } else {
            used.join(", ")
        };
        page.push_str(&format!("- `{}`: {used}\n", scope.name()));
    }
    page.push_str("\n## Codes\n\n| code | status | meaning |\n| --- | --- | --- |\n");
    for code in Code::ALL {
        page.push_str(&format!("| `{}` | {} | {} |\n", code.name(), code.status(), words::api::title(Lang::En, code)));
    }
    page.push_str("\nFaults of a field:\n\n");
    for fault in Fault::ALL {
        page.push_str(&format!("- `{}`: {}\n", fault.name(), words::api::fault(Lang::En, fault)));
    }
    let (limit, seconds) = (RATE_LIMIT, RATE_WINDOW.as_secs());
    page.push_str(&format!("\nA key may make {limit} requests in {seconds} seconds.\n"));
    page
}

fn route(endpoint: &Endpoint) -> String {
    format!("`{} {}`", endpoint.method, endpoint.path)
}

fn section(endpoint: &Endpoint, document: &Value) -> String {
    let mut text = format!("### {} {}\n\n{}\n\n", endpoint.method, endpoint.path, endpoint.summary);
    text.push_str(&format!("- Scope: `{}`\n", endpoint.scope.name()));
    for parameter in endpoint.query {
        text.push_str(&format!("- `{}` (query): {}\n", parameter.name, parameter.says));
    }
    if endpoint.changes() {
        text.push_str("- `Idempotency-Key` (header): required\n");
    }
    let place = |rest: &str| {
        let path = endpoint.path.replace('~', "~0").replace('/', "~1");
        format!("/paths/{path}/{}{rest}", endpoint.method.to_lowercase())
    };
    if let Some(schema) = document.pointer(&place("/requestBody/content/application~1json/schema")) {
        text.push_str(&format!("- Body: {}\n", type_text(schema)));
    }
    for (status, _) in endpoint.answers {
        let schema = document.pointer(&place(&format!("/responses/{status}/content/application~1json/schema")));
        text.push_str(&format!("- {status}: {}\n", schema.map(type_text).unwrap_or_default()));
    }
    for (status, codes) in refusals(endpoint) {
        let names: Vec<String> = codes.iter().map(|code| format!("`{}`", code.name())).collect();
        text.push_str(&format!("- {status}: {}\n", names.join(", ")));
    }
    text.push('\n');
    text
}

fn type_section(name: &str, schema: &Value) -> String {
    let says =
        |schema: &Value| schema.get("description").and_then(Value::as_str).unwrap_or_default().replace('\n', " ");
    let mut text = format!("### {name}\n\n{}\n\n", says(schema));
    let Some(fields) = schema.get("properties").and_then(Value::as_object) else {
        let choices = choices(schema);
        if !choices.is_empty() {
            text.push_str(&format!("{}\n\n", choices.join(", ")));
        }
        return text;
    };
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|required| required == name));
    text.push_str("| field | type | meaning |\n| --- | --- | --- |\n");
    for (name, field) in fields {
        let mark = if is_required(name) { "" } else { " (may be absent)" };
        text.push_str(&format!("| `{name}` | {}{mark} | {} |\n", type_text(field).replace('|', "\\|"), says(field)));
    }
    text.push('\n');
    text
}

fn choices(schema: &Value) -> Vec<String> {
    let plain = schema.get("enum").and_then(Value::as_array).cloned().unwrap_or_default();
    let told = schema.get("oneOf").and_then(Value::as_array).cloned().unwrap_or_default();
    let told = told.iter().filter_map(|choice| choice.get("const").cloned());
    plain.into_iter().chain(told).map(|choice| format!("`{}`", choice.as_str().unwrap_or_default())).collect()
}

fn type_text(schema: &Value) -> String {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next()) {
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(either) = schema.get("anyOf").and_then(Value::as_array) {
        let texts: Vec<String> = either.iter().map(type_text).filter(|text| text != "null").collect();
        return texts.join(" or ");
    }
    let choices = choices(schema);
    if !choices.is_empty() {
        return choices.join(", ");
    }
    match schema.get("type") {
        Some(Value::String(kind)) if kind == "array" => {
            format!("list of {}", schema.get("items").map(type_text).unwrap_or_default())
        }
        Some(Value::String(kind)) => kind.clone(),
        Some(Value::Array(kinds)) => {
            let kinds: Vec<&str> = kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null").collect();
            kinds.join(" or ")
        }
        _ => "value".to_owned(),
    }
}
