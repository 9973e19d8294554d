//! A merchant's own server: it shows an API key, sends JSON and reads what comes back.

use bytes::Bytes;
use domain::{
    MerchantId,
    account::UserId,
    api::{ApiKey, KeyId, Scope},
};
use http::{HeaderMap, Method, Request, StatusCode};
use local::world::World;
use serde_json::Value;

use crate::worlds::{self, config};

/// Writes an API key of this name and these scopes into the table; answers its text.
pub async fn put_api_key(world: &World, merchant: &str, id: [u8; 10], scopes: &[Scope]) -> String {
    let keys = store::ApiKeys::new(config(world).table().expect("the table's name"));
    let mode = worlds::merchant(world, merchant).await.mode;
    let (key, text) = ApiKey::make(
        (MerchantId::new(merchant).expect("a merchant number"), mode),
        ("test".to_owned(), scopes.iter().copied().collect()),
        (KeyId::from_random(id), &[7; 32]),
        (UserId::from_random([1; 10]), world.now()),
    );
    keys.put(&key).await.expect("the table answers");
    text.expose().to_string()
}

/// A merchant's server.
#[derive(Clone, Debug)]
pub struct ShopServer {
    world: World,
    /// What it shows. None: nothing.
    pub key: Option<String>,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answered {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its bytes.
    pub bytes: Bytes,
    /// The same read as JSON; null where it is none.
    pub json: Value,
}

impl ShopServer {
    /// The server of this merchant, with a key of all scopes.
    pub async fn of(world: &World, merchant: &str) -> Self {
        Self::with(world, merchant, &Scope::ALL).await
    }

    /// The server of this merchant, with a key of these scopes.
    pub async fn with(world: &World, merchant: &str, scopes: &[Scope]) -> Self {
        let mut id = [0; 10];
        getrandom::fill(&mut id).expect("random bytes");
        let key = put_api_key(world, merchant, id, scopes).await;
        Self { world: world.clone(), key: Some(key) }
    }

    /// The same, showing this instead.
    #[must_use]
    pub fn showing(&self, key: Option<&str>) -> Self {
        Self { world: self.world.clone(), key: key.map(str::to_owned) }
    }

    /// Reads an address.
    pub async fn get(&self, path: &str) -> Answered {
        self.send(Method::GET, path, &[], Bytes::new()).await
    }

    /// Sends JSON under an idempotency key.
    pub async fn post(&self, path: &str, idempotency_key: &str, body: &Value) -> Answered {
        let headers = [("idempotency-key", idempotency_key), ("content-type", "application/json")];
        self.send(Method::POST, path, &headers, Bytes::from(body.to_string())).await
    }

    /// Sends anything.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Bytes) -> Answered {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost:9000");
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.world.http(request.body(body).expect("a request")).await;
        let (parts, bytes) = response.into_parts();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answered { status: parts.status, headers: parts.headers, bytes, json }
    }
}

impl Answered {
    /// The code of a problem document; empty where it is none.
    #[must_use]
    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    /// Status and code at once, for tables of cases.
    #[must_use]
    pub fn refusal(&self) -> (u16, &str) {
        (self.status.as_u16(), self.code())
    }

    /// A header's text; empty where it is missing.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}
