//! The checkout: the order, and every way to pay it.

use askama::Template;
use bytes::Bytes;
use domain::Lang;
use http::{Request, Response};

use super::cart::{self, Cart};
use super::ways::{self, Purchase, Way};
use super::words::{Words, words};
use super::{forms, language, orders, query_value, yen};
use crate::site;
use crate::world::{OFFERS, World};

struct Line {
    name: &'static str,
    many: u32,
    sum: String,
}

#[derive(Template)]
#[template(path = "shop/checkout.html")]
struct CheckoutPage {
    w: &'static Words,
    lang: Lang,
    path: String,
    lines: Vec<Line>,
    total: String,
    ways: Vec<Way>,
    links: Vec<(String, &'static str)>,
}

/// The checkout page. Opening it opens the orders: a reload makes new ones.
pub(super) fn page(world: &World, request: &Request<Bytes>) -> Response<Bytes> {
    let (lang, cart) = (language(request), Cart::read(request));
    let amount = cart.total();
    let page_origin = world.options().page_origin.as_str();
    let purchase = Purchase { amount, regular: None, lang, now: world.now(), page_origin };
    let ways =
        if amount > 0 { ways::all(purchase, |merchant| orders::open(world, merchant, amount)) } else { Vec::new() };
    let lines = cart.0.iter().map(|(product, many)| Line {
        name: product.name(lang),
        many: *many,
        sum: yen(product.price.saturating_mul(*many)),
    });
    let query = cart.0.iter().map(|(product, many)| format!("{}={many}", product.id)).collect::<Vec<_>>().join("&");
    let page = CheckoutPage {
        w: words(lang),
        lang,
        path: format!("/shop/checkout?{query}"),
        lines: lines.collect(),
        total: yen(amount),
        ways,
        links: cart::links(world),
    };
    site::rendered(&page, &forms(world))
}

/// The checkout of a regular purchase: one product, and the ways of the merchants that sell it. None: there is none of that kind.
pub(super) fn regular(world: &World, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    let (lang, kind) = (language(request), query_value(request, "kind")?);
    let named = OFFERS.iter().find(|offer| offer.kind == kind)?;
    // who changes the language goes on with the same product
    let offer = OFFERS.iter().find(|offer| offer.product == named.product && offer.lang == lang)?;
    let first = offer.first.unwrap_or_default();
    // The request says what joining costs, or, where that is nothing, what each time after costs; the shop's book says what is charged now.
    let amount = offer.first.unwrap_or(offer.yen);
    let page_origin = world.options().page_origin.as_str();
    let purchase = Purchase { amount, regular: Some(offer.kind), lang, now: world.now(), page_origin };
    let page = CheckoutPage {
        w: words(lang),
        lang,
        path: format!("/shop/regular?kind={}", offer.kind),
        lines: vec![Line { name: offer.item, many: 1, sum: yen(first) }],
        total: yen(first),
        ways: ways::all(purchase, |merchant| orders::open(world, merchant, first)),
        links: Vec::new(),
    };
    Some(site::rendered(&page, &forms(world)))
}
