//! `/_local/`: mailbox, acquirer's ledger, regular purchases, queues, usage and clock, as pages for people and as JSON for programs.

mod clock;
mod json;
mod mailbox;
mod overview;
mod plans;
mod totp;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};

use crate::site;
use crate::world::World;

/// Answers a request to `/_local…`.
pub(crate) async fn answer(world: &World, request: &Request<Bytes>) -> Response<Bytes> {
    if request.method() == Method::POST && !is_our_own(request) {
        return site::text(StatusCode::FORBIDDEN, "another site may not do this");
    }
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/_local/ready") => site::text(StatusCode::OK, "ready"),
        (&Method::GET, "/_local/mail.json") => json::mail(world),
        (&Method::GET, "/_local/acquirer.json") => json::acquirer(world).await,
        (&Method::GET, "/_local/queues.json") => json::queues(world),
        (&Method::GET, "/_local/usage.json") => json::usage(world),
        (&Method::GET, "/_local/totp.json") => totp::as_json(world),
        (&Method::POST, "/_local/clock") => clock::advance(world, request).await,
        (&Method::GET, "/_local" | "/_local/") => overview::page(world).await,
        (&Method::GET, "/_local/mail") => mailbox::list(world),
        (&Method::GET, "/_local/plans") => plans::page(world).await,
        (&Method::GET, "/_local/plans.json") => plans::as_json(world).await,
        (&Method::GET, "/_local/acquirer") => overview::acquirer(world).await,
        (&Method::GET, path) => match path.strip_prefix("/_local/mail/") {
            Some(number) => match number.strip_suffix("/html") {
                Some(number) => mailbox::html(world, number),
                None => mailbox::one(world, number),
            },
            None => site::text(StatusCode::NOT_FOUND, "Not found"),
        },
        _ => site::text(StatusCode::METHOD_NOT_ALLOWED, "Not allowed"),
    }
}

/// A browser names the origin of every POST; a program sends none. Only pages of this very host may act.
fn is_our_own(request: &Request<Bytes>) -> bool {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let site = request.headers().get("sec-fetch-site").and_then(|site| site.to_str().ok());
    if site.is_some_and(|site| site != "same-origin" && site != "none") {
        return false;
    }
    match request.headers().get(header::ORIGIN) {
        None => true,
        Some(origin) => match (origin.to_str().ok().and_then(|origin| origin.split_once("://")), host) {
            (Some((_, origin)), Some(host)) => origin == host,
            _ => false,
        },
    }
}

/// An error of the stand-ins, for the person at the machine.
fn failed(error: &impl std::fmt::Display) -> Response<Bytes> {
    site::text(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_hosts_own_pages_and_programs_may_act() {
        for (host, origin, site, expected) in [
            ("localhost:9000", None, None, true),
            ("localhost:9000", Some("http://localhost:9000"), Some("same-origin"), true),
            ("127.0.0.1:9000", Some("http://localhost:9000"), None, false),
            ("localhost:9000", Some("https://evil.example"), None, false),
            ("localhost:9000", Some("null"), None, false),
            ("localhost:9000", None, Some("cross-site"), false),
        ] {
            let mut request = Request::post("/_local/clock").header("host", host);
            if let Some(origin) = origin {
                request = request.header("origin", origin);
            }
            if let Some(site) = site {
                request = request.header("sec-fetch-site", site);
            }
            assert_eq!(is_our_own(&request.body(Bytes::new()).unwrap()), expected, "{host} {origin:?} {site:?}");
        }
    }
}
