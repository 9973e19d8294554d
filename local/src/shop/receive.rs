//! The pages that receive shoppers back: every parameter as it came, and what it is worth.

use askama::Template;
use bytes::Bytes;
use data_encoding::HEXUPPER;
use domain::Lang;
use domain::merchant::Encoding;
use domain::text;
use domain::wire::Parameters;
use http::{Method, Request, Response};

use super::checks::{self, Arrival, Check, Verdict};
use super::words::{Words, words};
use super::{forms, language, orders};
use crate::site;
use crate::world::World;

struct Row {
    name: String,
    value: String,
    /// Where the value isn't ASCII.
    bytes: String,
}

#[derive(Template)]
#[template(path = "shop/receive.html")]
struct ReceivePage {
    w: &'static Words,
    lang: Lang,
    path: String,
    method: String,
    encoding: &'static str,
    rows: Vec<Row>,
    problem: Option<String>,
    verdict: Option<Verdict>,
    checks: Vec<Check>,
    advice: [&'static str; 6],
}

impl ReceivePage {
    fn is(&self, verdict: &str) -> bool {
        match self.verdict {
            Some(Verdict::Paid) => verdict == "paid",
            Some(Verdict::Unpaid) => verdict == "unpaid",
            Some(Verdict::Unknown) => verdict == "unknown",
            Some(Verdict::Doubtful) => verdict == "doubtful",
            None => verdict == "nothing",
        }
    }
}

/// Shows and checks what came back.
pub(super) fn page(world: &World, request: &Request<Bytes>) -> Response<Bytes> {
    let path = request.uri().path();
    let raw = match *request.method() {
        Method::POST => request.body().as_ref(),
        _ => request.uri().query().unwrap_or_default().as_bytes(),
    };
    let (parameters, problem) = match Parameters::parse(raw) {
        Ok(parameters) => (Some(parameters), None),
        Err(error) => (None, Some(error.to_string())),
    };
    let parameters = parameters.filter(|parameters| parameters.iter().any(|(name, _)| name != b"lang"));
    let merchant = parameters.as_ref().and_then(checks::merchant);
    let encoding = merchant.map_or(Encoding::Utf8, |merchant| merchant.encoding);
    let lang = merchant.filter(|_| super::query_value(request, "lang").is_none()).map_or_else(
        || language(request),
        |merchant| match merchant.lang {
            Lang::En => Lang::En,
            Lang::Ja => language(request),
        },
    );
    let judged = parameters.as_ref().zip(merchant).map(|(parameters, merchant)| {
        let ordered = checks::order(merchant, parameters).and_then(|order| orders::amount(world, merchant.id, order));
        let address = format!("{}{path}", world.options().shop_origin);
        checks::check(merchant, &Arrival { parameters, address: &address, now: world.now(), lang, ordered })
    });
    let rows = parameters.iter().flat_map(Parameters::iter).map(|(name, value)| row(name, value, encoding)).collect();
    // what belongs to no merchant of ours is never believed
    let verdict = match (&judged, &problem, &parameters) {
        (Some((verdict, _)), ..) => Some(*verdict),
        (None, None, None) => None,
        (None, ..) => Some(Verdict::Doubtful),
    };
    let page = ReceivePage {
        w: words(lang),
        lang,
        path: path.to_owned(),
        method: request.method().to_string(),
        encoding: text::charset(encoding),
        rows,
        problem,
        verdict,
        checks: judged.map(|(_, checks)| checks).unwrap_or_default(),
        advice: checks::advice(lang),
    };
    site::rendered(&page, &forms(world))
}

fn row(name: &[u8], value: &[u8], encoding: Encoding) -> Row {
    let read = |bytes: &[u8]| {
        text::decode(bytes, encoding)
            .unwrap_or_else(|| format!("(not {}) {}", text::charset(encoding), String::from_utf8_lossy(bytes)))
    };
    let pairs: Vec<String> = value.chunks(1).map(|byte| HEXUPPER.encode(byte)).collect();
    Row { name: read(name), value: read(value), bytes: if value.is_ascii() { String::new() } else { pairs.join(" ") } }
}
