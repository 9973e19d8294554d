//! A merchant's own server that notes every notification and answers as it is told to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use console::{EndpointWish, new_endpoint, new_keys};
use domain::MerchantId;
use domain::webhook::{
    Delivery, DeliveryState, Endpoint, EndpointAddress, EndpointId, EndpointState, Event, Form, HEADERS, Health,
    HmacSecret, Kind, NotGenuine, PublicKey, Replay, Signed, verify,
};
use http::{Request, Response};
use inbound::Keyring;
use jiff::Timestamp;
use local::cloud::NoAnswer;
use local::world::World;

use crate::worlds::config;

/// One notification as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// `webhook-id`.
    pub id: String,
    /// `webhook-timestamp`.
    pub at_s: i64,
    /// `webhook-signature`.
    pub signatures: String,
    /// `content-type`.
    pub content_type: String,
    /// The body.
    pub body: String,
    /// When, by the world's clock.
    pub now: Timestamp,
}

/// How a server answers.
type Answering = dyn Fn(&Call) -> Response<Bytes> + Send + Sync;

/// A merchant's server.
#[derive(Clone)]
pub struct Hook {
    world: World,
    host: String,
    calls: Arc<Mutex<Vec<Call>>>,
    answering: Arc<Mutex<Arc<Answering>>>,
    delay: Arc<Mutex<Duration>>,
}

/// The endpoint of [`endpoint_with_delivery`].
pub const ENDPOINT: &str = "we_77777777777777777777777777";
/// Its delivery, as addresses of the console name it.
pub const DELIVERY: &str = "1795230000000.test-0000000000000001.1.endpoint_test";

/// Gives merchant 4000 the endpoint [`ENDPOINT`] with the delivery [`DELIVERY`], which was given up.
pub async fn endpoint_with_delivery(world: &World) {
    let hook = Hook::at(world, "known.example.com");
    let keyring = Keyring::open(&config(world)).await.expect("the keys open");
    let bare = Endpoint {
        id: EndpointId::new(ENDPOINT).expect("an endpoint's name"),
        merchant: MerchantId::new("4000").expect("a merchant number"),
        version: 0,
        address: EndpointAddress::parse("https://known.example.com/hook", None).expect("a public address"),
        form: Form::Json,
        kinds: Kind::CHOICES.into_iter().collect(),
        secrets: Vec::new(),
        keys: Vec::new(),
        state: EndpointState::On,
        switched_on_at: None,
        health: Health::default(),
        made_at: world.now(),
    };
    let (endpoint, _) = new_keys(&bare, &keyring, world.now()).expect("keys are drawn");
    hook.store().put(&endpoint).await.expect("nobody else writes it");
    let at = Timestamp::from_millisecond(1_795_230_000_000).expect("an instant");
    let event = Event::test(endpoint.merchant.clone(), 1, 1, at);
    let state = DeliveryState::GivenUp { at };
    let delivery = Delivery::begin(&event, &endpoint.id, Form::Json, "{}".to_owned(), state);
    let store = store::Deliveries::new(config(world).table().expect("the table's name"));
    store.put(&delivery).await.expect("the table answers");
}

/// What a merchant's program needs to check a notification.
#[derive(Clone, Debug)]
pub struct HookKeys {
    /// The shared secret.
    pub secret: HmacSecret,
    /// The public keys as they stand at our well-known address.
    pub public: Vec<PublicKey>,
}

impl Hook {
    /// A server at this host that takes every notification.
    #[must_use]
    pub fn at(world: &World, host: &str) -> Self {
        let hook = Self {
            world: world.clone(),
            host: host.to_owned(),
            calls: Arc::default(),
            answering: Arc::new(Mutex::new(Arc::new(|_: &Call| status(204)))),
            delay: Arc::default(),
        };
        let server = hook.clone();
        let handler = move |request: Request<Bytes>| {
            let server = server.clone();
            async move { server.answer(&request).await }
        };
        world.cloud().register_host(host, Arc::new(handler));
        hook
    }

    async fn answer(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let [id, at, signatures] = HEADERS.map(|name| header(name).unwrap_or_default());
        let call = Call {
            id,
            at_s: at.parse().unwrap_or_default(),
            signatures,
            content_type: header("content-type").unwrap_or_default(),
            body: String::from_utf8(request.body().to_vec()).expect("a notification is text"),
            now: self.world.now(),
        };
        lock(&self.calls).push(call.clone());
        let answering = Arc::clone(&*lock(&self.answering));
        let delay = *lock(&self.delay);
        if delay > Duration::ZERO {
            tokio::time::sleep(delay).await;
        }
        answering(&call)
    }

    /// Answers with this status from now on.
    pub fn answers(&self, status_code: u16) {
        self.answers_by(move |_| status(status_code));
    }

    /// Answers nothing from now on: the caller's patience ends at once.
    pub fn is_silent(&self) {
        self.answers_by(|_| {
            let mut response = status(200);
            response.extensions_mut().insert(NoAnswer::Timeout);
            response
        });
    }

    /// Answers so from now on.
    pub fn answers_by(&self, answering: impl Fn(&Call) -> Response<Bytes> + Send + Sync + 'static) {
        *lock(&self.answering) = Arc::new(answering);
    }

    /// Takes so long over each answer from now on, of the test's own time.
    pub fn takes(&self, delay: Duration) {
        *lock(&self.delay) = delay;
    }

    /// What came, in order.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        lock(&self.calls).clone()
    }

    /// Registers the server with a merchant, for these events.
    pub async fn register(&self, merchant: &str, form: Form, kinds: &[Kind]) -> (Endpoint, HmacSecret) {
        let config = config(&self.world);
        let keyring = Keyring::open(&config).await.expect("the keys open");
        let address = format!("https://{}/hook?shop=1", self.host);
        let wish = EndpointWish {
            address: EndpointAddress::parse(&address, None).expect("an address of the public internet"),
            form,
            kinds: kinds.iter().copied().collect::<BTreeSet<_>>(),
        };
        let merchant = MerchantId::new(merchant).expect("a merchant number");
        let made = new_endpoint(&merchant, wish, &keyring, self.world.now()).expect("keys are drawn");
        self.store().put(&made.0).await.expect("nobody else writes it");
        made
    }

    /// Gives an endpoint new keys; answers its new secret.
    pub async fn change_keys(&self, endpoint: &Endpoint) -> HmacSecret {
        let keyring = Keyring::open(&config(&self.world)).await.expect("the keys open");
        let (changed, secret) =
            new_keys(&self.endpoint(endpoint).await, &keyring, self.world.now()).expect("keys are drawn");
        self.store().put(&changed).await.expect("nobody else writes it");
        secret
    }

    /// The endpoint as it stands.
    pub async fn endpoint(&self, endpoint: &Endpoint) -> Endpoint {
        self.store().load(&endpoint.merchant, &endpoint.id).await.expect("the table answers").expect("it is there")
    }

    /// The endpoints past the pages.
    #[must_use]
    pub fn store(&self) -> store::Endpoints {
        store::Endpoints::new(config(&self.world).table().expect("the table's name"))
    }

    /// The deliveries past the pages.
    #[must_use]
    pub fn log(&self) -> store::Deliveries {
        store::Deliveries::new(config(&self.world).table().expect("the table's name"))
    }

    /// What of an endpoint was sent again last.
    pub async fn replay(&self, endpoint: &Endpoint) -> Option<Replay> {
        let store = store::Replays::new(config(&self.world).table().expect("the table's name"));
        store.load(&endpoint.merchant, &endpoint.id).await.expect("the table answers")
    }

    /// The deliveries to an endpoint, newest first.
    pub async fn deliveries(&self, endpoint: &Endpoint) -> Vec<Delivery> {
        self.log().page(&endpoint.merchant, &endpoint.id, None, 200).await.expect("the table answers").deliveries
    }

    /// The public keys of an endpoint, as they stand at our well-known address.
    pub async fn public_keys(&self, merchant: &str, endpoint: &EndpointId) -> Vec<PublicKey> {
        let address = format!("/.well-known/kessai-notifications/{merchant}/{endpoint}");
        let response = self.world.http(Request::get(address).body(Bytes::new()).expect("a request")).await;
        let body: BTreeMap<String, serde_json::Value> = serde_json::from_slice(response.body()).expect("JSON");
        serde_json::from_value(body["keys"].clone()).expect("keys")
    }
}

impl Call {
    /// Whether a program with these keys believes it now.
    ///
    /// # Errors
    /// Why not.
    pub fn is_genuine(&self, secrets: &[HmacSecret], keys: &[PublicKey]) -> Result<(), NotGenuine> {
        let message = Signed { id: &self.id, at_s: self.at_s, body: self.body.as_bytes() };
        verify(message, &self.signatures, secrets, keys, self.now)
    }

    /// The body, as JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

fn status(code: u16) -> Response<Bytes> {
    Response::builder().status(code).body(Bytes::new()).expect("a response")
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
