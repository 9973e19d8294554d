//! The issuer's pages as they are sent: everything inline and named by its hash, forms to the page itself and to the payment page's origin only.

use askama::Template;
use data_encoding::BASE64;
use domain::{Lang, Yen};
use lambda_http::{
    Body, Response,
    http::{HeaderValue, StatusCode, header},
};
use sha2::{Digest as _, Sha256};

use super::{
    origin,
    texts::{Texts, texts},
};
use crate::family::{Shown, Stage};

const STYLE: &str = include_str!("../../templates/style.css");
/// At once, before the page has loaded, so that "back" leads past it.
const SCRIPT: &str = r#"HTMLFormElement.prototype.submit.call(document.getElementById("back"));"#;

/// A challenge before the payer's eyes.
pub(super) struct View<'a> {
    pub(super) lang: Lang,
    pub(super) shown: &'a Shown,
    /// What the browser carries back.
    pub(super) response: String,
    /// What the requestor wants to have back.
    pub(super) session: &'a str,
}

/// A page without a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    /// Nothing is called so.
    Unknown,
    /// The form cannot be read, or belongs elsewhere.
    Malformed,
    /// Neither looked at nor answered.
    NotAllowed,
    /// The books can't be read now.
    Failed,
}

#[derive(Template)]
#[template(path = "ask.html", whitespace = "minimize")]
struct AskPage<'a> {
    shell: Shell<'a>,
    amount: String,
    brand: &'static str,
    last4: &'a str,
    until: String,
}

#[derive(Template)]
#[template(path = "back.html", whitespace = "minimize")]
struct BackPage<'a> {
    shell: Shell<'a>,
    lead: &'static str,
    way: Option<Way<'a>>,
}

/// What stands around every page.
struct Shell<'a> {
    texts: &'static Texts,
    lang: Lang,
    other: (&'static str, &'static str),
    title: &'static str,
    session: &'a str,
    style: &'static str,
}

/// The form back to the payment page.
struct Way<'a> {
    address: &'a str,
    response: &'a str,
    script: Option<&'static str>,
}

impl<'a> Shell<'a> {
    fn new(lang: Lang, title: &'static str, session: &'a str) -> Self {
        let other = match lang {
            Lang::Ja => ("English", Lang::En.tag()),
            Lang::En => ("日本語", Lang::Ja.tag()),
        };
        Self { texts: texts(lang), lang, other, title, session, style: STYLE }
    }
}

/// The page of a challenge: the question, the way back, or both that it is over and the way back.
pub(super) fn challenge(view: &View<'_>) -> Response<Body> {
    let (texts, shown) = (texts(view.lang), view.shown);
    let challenge = &shown.challenge;
    let way = |script| Some(Way { address: &challenge.return_address, response: &view.response, script });
    let shell = |title| Shell::new(view.lang, title, view.session);
    match shown.stage {
        Stage::Open => {
            let (brand, last4) = shown.card.as_ref().map_or(("", ""), |(brand, last4)| (brand.name(), last4.as_str()));
            let page = AskPage {
                shell: shell(texts.ask),
                amount: Yen::new(shown.amount).map(words::money_figure).unwrap_or_default(),
                brand,
                last4,
                until: words::date_time(view.lang, challenge.expires),
            };
            send(StatusCode::OK, &page, None, None)
        }
        Stage::Answered => {
            let page = BackPage { shell: shell(texts.done), lead: texts.done_lead, way: way(Some(SCRIPT)) };
            send(StatusCode::OK, &page, origin(&challenge.return_address), Some(SCRIPT))
        }
        Stage::Over => {
            let page = BackPage { shell: shell(texts.over), lead: texts.over_lead, way: way(None) };
            send(StatusCode::GONE, &page, origin(&challenge.return_address), None)
        }
    }
}

/// A page that says why there is no challenge.
pub(super) fn notice(lang: Lang, notice: Notice) -> Response<Body> {
    let texts = texts(lang);
    let (status, title, lead) = match notice {
        Notice::Unknown => (StatusCode::NOT_FOUND, texts.unknown, texts.unknown_lead),
        Notice::Malformed => (StatusCode::BAD_REQUEST, texts.unknown, texts.unknown_lead),
        Notice::NotAllowed => (StatusCode::METHOD_NOT_ALLOWED, texts.unknown, texts.unknown_lead),
        Notice::Failed => (StatusCode::SERVICE_UNAVAILABLE, texts.failed, texts.failed_lead),
    };
    send(status, &BackPage { shell: Shell::new(lang, title, ""), lead, way: None }, None, None)
}

fn send(status: StatusCode, page: &impl Template, back_to: Option<&str>, script: Option<&str>) -> Response<Body> {
    // Only a value's `Display` can fail, and none of ours does.
    let mut response = Response::new(Body::Text(page.render().unwrap_or_default()));
    *response.status_mut() = status;
    let script = script.map(|text| format!("; script-src '{}'", hash_source(text))).unwrap_or_default();
    let back_to = back_to.map(|origin| format!(" {origin}")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src '{}'{script}; form-action 'self'{back_to}; frame-ancestors 'none'; base-uri 'none'",
        hash_source(STYLE)
    );
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // The page's address is a key to it.
        (header::REFERRER_POLICY, "origin"),
        (header::VARY, "accept-language"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// The CSP source of an inline element's text.
fn hash_source(text: &str) -> String {
    format!("sha256-{}", BASE64.encode(&Sha256::digest(text.as_bytes())))
}
