//! The pages for people: clock, queues and usage at a glance; the acquirer's ledger.

use askama::Template;
use bytes::Bytes;
use domain::clock::JAPAN;
use http::Response;
use jiff::Timestamp;
use serde::Serialize;

use super::failed;
use super::totp::{DemoSignIn, sign_ins};
use crate::cloud::Usage;
use crate::site;
use crate::world::{CARDS, MERCHANTS, QueueState, World, WorldError};

#[derive(Template)]
#[template(path = "backstage/overview.html")]
struct OverviewPage {
    now: String,
    mails: usize,
    calls: usize,
    queues: Vec<QueueState>,
    usage: Usage,
    merchants: Vec<(&'static str, &'static str)>,
    cards: &'static [(&'static str, &'static str)],
    shop: String,
    people: Vec<DemoSignIn>,
}

/// The first page behind the scenes.
pub(super) async fn page(world: &World) -> Response<Bytes> {
    match overview(world).await {
        Ok(page) => site::rendered(&page, "'self'"),
        Err(error) => failed(&error),
    }
}

async fn overview(world: &World) -> Result<OverviewPage, WorldError> {
    Ok(OverviewPage {
        now: japan_time(world.now()),
        mails: world.mailbox()?.len(),
        calls: world.acquirer_log().await?.len(),
        queues: world.queues()?,
        usage: world.usage(),
        merchants: MERCHANTS.iter().map(|merchant| (merchant.id, merchant.name)).collect(),
        cards: &CARDS,
        shop: format!("{}/shop", world.options().shop_origin),
        people: sign_ins(world.now()).map_err(WorldError::outside)?,
    })
}

struct Row {
    at: String,
    reference: String,
    kind: String,
    amount: String,
    outcome: String,
}

#[derive(Template)]
#[template(path = "backstage/acquirer.html")]
struct AcquirerPage {
    now: String,
    rows: Vec<Row>,
}

/// The acquirer's ledger, newest first.
pub(super) async fn acquirer(world: &World) -> Response<Bytes> {
    let entries = match world.acquirer_log().await {
        Ok(entries) => entries,
        Err(error) => return failed(&error),
    };
    let rows = entries.iter().rev().map(|entry| Row {
        at: japan_time(entry.at),
        reference: entry.reference.to_string(),
        kind: plain(&entry.kind),
        amount: entry.amount.to_string(),
        outcome: plain(&entry.outcome),
    });
    site::rendered(&AcquirerPage { now: japan_time(world.now()), rows: rows.collect() }, "'self'")
}

/// The word that the record itself uses.
fn plain(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// `2026-11-21 19:30:00`, Japan's time.
pub(super) fn japan_time(at: Timestamp) -> String {
    JAPAN.to_datetime(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}
