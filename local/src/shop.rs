//! The demo shop: a cart, a checkout that sends the shopper to pay in every way a shop can, and the pages that receive what comes back.

mod cart;
mod checkout;
mod checks;
mod notices;
mod orders;
mod receive;
mod ways;
mod words;

use bytes::Bytes;
use domain::Lang;
use http::{Method, Request, Response, StatusCode, header};

use crate::site;
use crate::world::World;

/// Answers a request to `/shop…`.
pub(crate) async fn answer(world: &World, request: &Request<Bytes>) -> Response<Bytes> {
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/shop" | "/shop/") => cart::page(world, request),
        (&Method::GET, "/shop/checkout") => checkout::page(world, request),
        (&Method::GET, "/shop/regular") => {
            checkout::regular(world, request).unwrap_or_else(|| site::text(StatusCode::NOT_FOUND, "Not found"))
        }
        (&Method::GET, "/shop/notifications") => notices::page(world, request),
        (&Method::POST, "/shop/notify") => notices::hear(world, request).await,
        (&Method::GET, "/shop/legal") => cart::legal(world, request),
        (&Method::GET | &Method::POST, "/shop/thanks" | "/shop/members" | "/shop/receive" | "/shop/thanks24") => {
            receive::page(world, request)
        }
        _ => site::text(StatusCode::NOT_FOUND, "Not found"),
    }
}

/// The page's language: the address's, else the browser's, else Japanese.
fn language(request: &Request<Bytes>) -> Lang {
    let asked = query_value(request, "lang").and_then(|lang| Lang::parse(&lang));
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    asked.or_else(|| accepted.and_then(Lang::accepted)).unwrap_or_default()
}

fn query_value(request: &Request<Bytes>, name: &str) -> Option<String> {
    let parameters = domain::wire::Parameters::parse(request.uri().query()?.as_bytes()).ok()?;
    parameters.value(name).map(|value| String::from_utf8_lossy(value).into_owned())
}

/// Where the shop's forms lead: itself, and the payment page under its own host name.
fn forms(world: &World) -> String {
    format!("'self' {}", world.options().page_origin)
}

/// `¥1,234`.
fn yen(amount: u32) -> String {
    let digits = amount.to_string();
    let mut text = String::from("¥");
    for (place, digit) in digits.chars().enumerate() {
        let left = digits.len().saturating_sub(place);
        if place > 0 && left.checked_rem(3) == Some(0) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn yen_are_grouped_by_thousands() {
        for (amount, text) in [(0, "¥0"), (999, "¥999"), (1000, "¥1,000"), (9_999_999, "¥9,999,999")] {
            assert_eq!(super::yen(amount), text);
        }
    }
}
