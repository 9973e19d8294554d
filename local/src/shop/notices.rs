//! Where the shop's server hears notifications, checked by the public keys at our well-known address, and the page that shows what it heard.

use askama::Template;
use bytes::Bytes;
use domain::Lang;
use domain::webhook::{HEADERS, PublicKey, Signed, verify};
use http::{Request, Response, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::words::{Words, words};
use super::{forms, language};
use crate::site;
use crate::world::World;

/// The note that keeps what was heard.
const HEARD: &str = "shop-notices";
/// How many are kept.
const KEPT: usize = 50;

/// A notification that the shop has heard.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Notice {
    id: String,
    at: String,
    kind: String,
    order: String,
    body: String,
}

/// Hears a notification: what is not genuine is refused, what was heard before is taken again without another line.
pub(super) async fn hear(world: &World, request: &Request<Bytes>) -> Response<Bytes> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let [id, at, signatures] = HEADERS.map(header);
    let Ok(body) = serde_json::from_slice::<Value>(request.body()) else {
        return site::text(StatusCode::BAD_REQUEST, "not JSON");
    };
    let text = |place: &str| body.pointer(place).and_then(Value::as_str).unwrap_or_default().to_owned();
    let keys = keys(world, &text("/merchant"), &text("/endpoint")).await;
    let message = Signed { id, at_s: at.parse().unwrap_or_default(), body: request.body() };
    if let Err(refusal) = verify(message, signatures, &[], &keys, world.now()) {
        return site::text(StatusCode::UNAUTHORIZED, &refusal.to_string());
    }
    let mut heard = heard(world);
    if !heard.iter().any(|notice| notice.id == id) {
        let body = String::from_utf8_lossy(request.body()).into_owned();
        let notice =
            Notice { id: id.to_owned(), at: text("/timestamp"), kind: text("/type"), order: text("/data/order"), body };
        heard.insert(0, notice);
        heard.truncate(KEPT);
        let kept = serde_json::to_string(&heard).unwrap_or_default();
        if let Err(error) = world.cloud().set_note(HEARD, &kept) {
            tracing::warn!(%error, "the shop could not keep a notification");
            return site::text(StatusCode::SERVICE_UNAVAILABLE, "not kept");
        }
    }
    site::text(StatusCode::OK, "heard")
}

/// The public keys of an endpoint, from where every shop reads them.
async fn keys(world: &World, merchant: &str, endpoint: &str) -> Vec<PublicKey> {
    let address = format!("/.well-known/kessai-notifications/{merchant}/{endpoint}");
    let Ok(request) = Request::get(address).body(Bytes::new()) else { return Vec::new() };
    let answer = world.http(request).await;
    let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    serde_json::from_value(body.pointer("/keys").cloned().unwrap_or_default()).unwrap_or_default()
}

fn heard(world: &World) -> Vec<Notice> {
    let kept = world.cloud().note(HEARD).ok().flatten();
    kept.and_then(|kept| serde_json::from_str(&kept).ok()).unwrap_or_default()
}

#[derive(Template)]
#[template(path = "shop/notices.html")]
struct NoticesPage {
    w: &'static Words,
    lang: Lang,
    path: String,
    address: String,
    notices: Vec<Notice>,
}

/// Shows what was heard, newest first.
pub(super) fn page(world: &World, request: &Request<Bytes>) -> Response<Bytes> {
    let lang = language(request);
    let address = format!("{}/shop/notify", world.options().shop_origin);
    let path = request.uri().path().to_owned();
    site::rendered(&NoticesPage { w: words(lang), lang, path, address, notices: heard(world) }, &forms(world))
}
