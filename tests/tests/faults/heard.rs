//! The shop's server in the worlds of the fault runs: once all is quiet it knows what stands, or a person sees that it does not.
//!
//! Its tries meet no faults here: what comes of those is tried in `notify_faults.rs`. What an event is born of meets them all: the stream, outbox-relay and the
//! queue to merchant-notify.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use console::{EndpointWish, new_endpoint};
use domain::webhook::{Delivery, DeliveryState, EndpointAddress, Form, Kind};
use domain::{MerchantId, Payment, payment::Interface};
use http::{Request, Response};
use inbound::Keyring;
use local::cloud::Call;
use local::world::World;
use serde_json::{Value, json};
use store::{Deliveries, Endpoints};
use system_tests::config;

use super::shopper::{MERCHANT, table};

const HOST: &str = "server.example.com";
/// Read at a time.
const PAGE: u8 = 250;

/// Gives the merchant an endpoint that hears everything, and a server there that takes it.
pub(crate) async fn listens(world: &World) {
    let takes = |_: Request<Bytes>| async { Response::builder().status(204).body(Bytes::new()).unwrap() };
    world.cloud().register_host(HOST, Arc::new(takes));
    let wish = EndpointWish {
        address: EndpointAddress::parse(&format!("https://{HOST}/hook"), None).unwrap(),
        form: Form::Json,
        kinds: BTreeSet::from(Kind::CHOICES),
    };
    let keyring = Keyring::open(&config(world)).await.unwrap();
    let (endpoint, _) = new_endpoint(&MerchantId::new(MERCHANT).unwrap(), wish, &keyring, world.now()).unwrap();
    Endpoints::new(table(world)).put(&endpoint).await.unwrap();
}

/// Whether somebody who tells the server made this call.
pub(crate) fn tells_the_server(call: &Call) -> bool {
    ["MerchantNotify", "NotifyDue"].contains(&call.caller.as_str())
}

/// What the server heard, and what a person sees that it did not.
pub(crate) struct Heard {
    deliveries: Vec<Delivery>,
    /// Something of which no delivery could be made lies where a person sees it.
    parked: bool,
}

impl Heard {
    pub(crate) async fn by_the_server_of(world: &World) -> Self {
        let merchant = MerchantId::new(MERCHANT).unwrap();
        let store = Deliveries::new(table(world));
        let mut deliveries = Vec::new();
        for endpoint in Endpoints::new(table(world)).of(&merchant).await.unwrap().endpoints {
            let mut before = None;
            loop {
                let mut page = store.page(&merchant, &endpoint.id, before.as_ref(), PAGE).await.unwrap();
                deliveries.append(&mut page.deliveries);
                before = page.next;
                if before.is_none() {
                    break;
                }
            }
        }
        let waiting = |name: &str| !world.cloud().queue(name).unwrap().bodies().unwrap().is_empty();
        Self { deliveries, parked: waiting("StreamFailures") || waiting("NotifyDeadLetters") }
    }

    /// What does not hold: the newest that the server heard of a payment is how it stands.
    pub(crate) fn wrong_of(&self, payment: &Payment) -> Option<String> {
        if payment.interface == Interface::CardRegistration || !payment.state.is_settled() {
            return None;
        }
        let stands = json!({
            "status": payment.state.name(),
            "generation": payment.generation,
            "captured": payment.captured().map_or(0, domain::Yen::get),
            "refunded": payment.refunded(),
        });
        let knows = |body: &Value| stands.as_object().unwrap().iter().all(|(name, value)| body["data"][name] == *value);
        self.wrong(&format!("{}.", payment.event_name()), &knows)
            .map(|heard| format!("the server heard {heard}, and it is {stands}"))
    }

    /// The same of anything: the newest that was heard of it is of this kind.
    pub(crate) fn wrong_end_of(&self, object: &str, end: Kind) -> Option<String> {
        let knows = |body: &Value| body["type"] == end.name();
        self.wrong(&format!("{object}."), &knows)
            .map(|heard| format!("the server heard {heard} of {object}, not {end}"))
    }

    fn wrong(&self, name: &str, knows: &dyn Fn(&Value) -> bool) -> Option<String> {
        let of_it: Vec<&Delivery> =
            self.deliveries.iter().filter(|delivery| delivery.key.event.as_str().starts_with(name)).collect();
        let body = |delivery: &&Delivery| serde_json::from_str::<Value>(&delivery.body).unwrap();
        let heard = of_it.iter().filter(|delivery| matches!(delivery.state, DeliveryState::Heard { .. })).map(body);
        let newest = heard.max_by_key(|body| body["sequence"].as_u64());
        let is_seen = self.parked || of_it.iter().any(|delivery| delivery.is_dead_letter());
        if is_seen || newest.as_ref().is_some_and(knows) {
            None
        } else {
            Some(newest.unwrap_or(Value::Null).to_string())
        }
    }
}
