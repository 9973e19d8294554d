//! A file that was just uploaded and is not known yet: the bucket tells of it within seconds. Who comes from the bucket brings the key with them.

use askama::Template;
use console::{Frame, Refusal};
use domain::{
    batch::{BatchId, Inbox},
    wire::Parameters,
};
use http::{Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use lambda_http::Body;
use words::console::batches::BatchesWords;

use crate::{Call, address_of};

/// How soon the page looks again. Seconds.
const LOOK_AGAIN_S: u32 = 2;
/// After so long nothing will come any more.
const WAIT: SignedDuration = SignedDuration::from_mins(2);

/// Waits for a file; says after a while that none came. Whether another merchant has a batch of this name makes no difference.
pub(crate) fn show(call: &Call<'_>, id: &BatchId) -> Result<Response<Body>, Refusal> {
    let since = since(call, id).ok_or(Refusal::NotThere)?;
    let waits = call.visit.now.duration_since(since) < WAIT;
    let words = call.words();
    let frame = call.frame(words.one);
    let again = format!("{}?since={}", address_of(id), since.as_second());
    let (status, frame) =
        if waits { (StatusCode::OK, frame.refreshing(LOOK_AGAIN_S, again)) } else { (StatusCode::NOT_FOUND, frame) };
    let page = ReceivingPage { frame: frame.clone(), words, waits };
    Ok(call.page(status, &page, &frame))
}

/// When the upload was over. None: nobody comes from an upload.
fn since(call: &Call<'_>, id: &BatchId) -> Option<Timestamp> {
    let query = Parameters::parse(call.request.uri().query().unwrap_or_default().as_bytes()).ok()?;
    let text = |name: &str| query.value(name).and_then(|value| std::str::from_utf8(value).ok());
    match text("since") {
        Some(second) => Timestamp::from_second(second.parse().ok()?).ok().filter(|since| *since <= call.visit.now),
        None => (text("key")? == Inbox::key(call.visit.merchant_id(), id)).then_some(call.visit.now),
    }
}

#[derive(Template)]
#[template(path = "receiving.html", whitespace = "minimize")]
struct ReceivingPage {
    frame: Frame,
    words: &'static BatchesWords,
    waits: bool,
}
