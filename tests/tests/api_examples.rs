//! The examples of docs/api.md: each is sent as it stands there, in its order, and does what the text around it says.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::large_futures,
    reason = "a test's helpers may stop at the first surprise"
)]

use crate::repository::read;
use api::ENDPOINTS;
use bytes::Bytes;
use http::{Method, StatusCode};
use local::world::DEMO_API_KEY;
use serde_json::Value;
use system_tests::{BatchDesk, Card, ShopServer, Shopper, cards, fresh, payment};

/// A command of curl, as far as the examples go.
#[derive(Debug, Default)]
struct Curl {
    method: String,
    address: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// The commands of the page's shell examples, in their order.
fn examples() -> Vec<Curl> {
    let page = read("docs/api.md");
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let commands: Vec<Vec<String>> = blocks.flat_map(|block| commands(&block.replace("\\\n", " "))).collect();
    commands.into_iter().filter(|words| words[0] == "curl").map(|words| curl(&words)).collect()
}

/// Splits a block into commands and their words as a shell does: quotes, and a line for each command.
fn commands(block: &str) -> Vec<Vec<String>> {
    let (mut commands, mut words, mut word, mut quote) = (Vec::new(), Vec::new(), String::new(), None);
    for c in block.chars().chain(['\n']) {
        match (c, quote) {
            ('\'' | '"', None) => quote = Some(c),
            (_, Some(open)) if c == open => quote = None,
            (' ' | '\n', None) => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                if c == '\n' && !words.is_empty() {
                    commands.push(std::mem::take(&mut words));
                }
            }
            _ => word.push(c),
        }
    }
    commands
}

fn curl(words: &[String]) -> Curl {
    let mut curl = Curl { method: "GET".to_owned(), ..Curl::default() };
    let mut rest = words.iter().skip(1);
    while let Some(word) = rest.next() {
        match word.as_str() {
            "-i" => {}
            "-X" => curl.method.clone_from(rest.next().unwrap()),
            "-d" => curl.body.clone_from(rest.next().unwrap()),
            "-H" => {
                let (name, value) = rest.next().unwrap().split_once(": ").unwrap();
                curl.headers.push((name.to_ascii_lowercase(), value.replace("$KESSAI_KEY", DEMO_API_KEY)));
            }
            address => curl.address = address.strip_prefix("$KESSAI").unwrap_or_else(|| panic!("{address}")).to_owned(),
        }
    }
    curl
}

#[test]
fn every_example_is_a_request_that_the_description_knows() {
    let examples = examples();
    assert!(examples.len() >= 6, "{examples:?}");
    for Curl { method, address, headers, body } in &examples {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let fits = |endpoint: &&api::Endpoint| {
            let (wanted, parts): (Vec<_>, Vec<_>) = (endpoint.path.split('/').collect(), path.split('/').collect());
            let same = |(wanted, part): (&&str, &&str)| wanted == part || wanted.starts_with('{');
            endpoint.method == method && wanted.len() == parts.len() && wanted.iter().zip(&parts).all(same)
        };
        let endpoint = ENDPOINTS.iter().find(fits).unwrap_or_else(|| panic!("{method} {path}"));
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let name = pair.split('=').next().unwrap();
            assert!(endpoint.query.iter().any(|known| known.name == name), "{address}: {name}");
        }
        let has = |name: &str| headers.iter().any(|(known, _)| known == name);
        assert!(has("authorization"), "{address}");
        assert_eq!(has("idempotency-key"), endpoint.changes(), "{address}");
        if endpoint.asks.is_some() {
            assert!(serde_json::from_str::<Value>(body).unwrap().is_object(), "{address}: {body}");
        }
    }
}

#[tokio::test]
async fn the_first_hour_goes_as_it_is_written() {
    let world = fresh().await;
    BatchDesk::of(&world, "4000").keep("buyer-1024", cards::VISA).await; // who took a regular purchase in the demo shop
    let nobody = ShopServer::of(&world, "4000").await.showing(None);
    let mut said = Vec::new();
    for Curl { method, address, headers, body } in examples() {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let send = || nobody.send(method.parse::<Method>().unwrap(), &address, &headers, Bytes::from(body.clone()));
        let answer = send().await;
        assert!(answer.status.is_success(), "{method} {address}: {} {}", answer.status, answer.json);
        if let Some(address) = answer.json["address"].as_str() {
            let mut shopper = Shopper::new(&world);
            shopper.get(&address[address.find("/l/").unwrap()..]).await;
            shopper.pay(&Card::of(cards::VISA)).await;
        }
        if method == "POST" {
            let again = send().await;
            assert_eq!((again.status, &again.bytes), (answer.status, &answer.bytes), "{address}");
            assert_eq!(again.header("idempotent-replayed"), "true", "{address}");
        }
        world.settle().await.unwrap();
        said.push((address, answer));
    }
    let of = |address: &str| &said.iter().find(|(said, _)| said == address).unwrap_or_else(|| panic!("{address}")).1;
    assert_eq!(of("/v1/payments/1001").json["status"], "captured");
    assert_eq!(of("/v1/payments").status, StatusCode::CREATED);
    assert_eq!(of("/v1/payments").json["status"], "authorized");
    assert_eq!(of("/v1/payments/1002/capture").json["status"], "captured");
    assert_eq!(payment(&world, "4000", "1001").await.unwrap().refunded(), 300);
    let (_, listed) = said.last().unwrap();
    assert_eq!(listed.json["data"].as_array().map(Vec::len), Some(1), "{}", listed.json);
}
