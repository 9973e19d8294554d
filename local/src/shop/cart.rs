//! The cart: a few products, their quantities in the address. No cookie, no session: there is nothing to lose.

use askama::Template;
use bytes::Bytes;
use domain::Lang;
use domain::wire::Parameters;
use http::{Request, Response};

use super::words::{Words, words};
use super::{forms, language, yen};
use crate::site;
use crate::world::{DemoOffer, LINKS, OFFERS, World};

/// A product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Product {
    pub(super) id: &'static str,
    ja: &'static str,
    en: &'static str,
    pub(super) price: u32,
    /// An outline to draw, on a grid of 48.
    pub(super) outline: &'static str,
}

impl Product {
    pub(super) fn name(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Ja => self.ja,
            Lang::En => self.en,
        }
    }

    pub(super) fn yen(&self) -> String {
        yen(self.price)
    }
}

pub(super) const PRODUCTS: [Product; 3] = [
    Product {
        id: "beans",
        ja: "コーヒー豆 200g",
        en: "Coffee beans, 200 g",
        price: 1_200,
        outline: "M14 10h20l2 6v24H12V16zM12 16h24M24 22c-5 3-5 9 0 12c5-3 5-9 0-12z",
    },
    Product {
        id: "cup",
        ja: "マグカップ",
        en: "Mug",
        price: 1_800,
        outline: "M10 14h22v22a4 4 0 0 1-4 4H14a4 4 0 0 1-4-4zM32 19h4a5 5 0 0 1 0 12h-4",
    },
    Product {
        id: "dripper",
        ja: "ドリッパー",
        en: "Dripper",
        price: 900,
        outline: "M8 12h32L28 32h-8zM16 32h16v4H16zM24 36v6",
    },
];

/// The most of one product in the cart.
const MOST: u32 = 99;

/// What is in the cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cart(pub(super) Vec<(Product, u32)>);

impl Cart {
    /// Reads quantities from a query; what isn't a number is none.
    pub(super) fn read(request: &Request<Bytes>) -> Self {
        let query = request.uri().query().unwrap_or_default();
        let parameters = Parameters::parse(query.as_bytes()).ok();
        let quantity = |product: &Product| -> u32 {
            let value = parameters.as_ref().and_then(|parameters| parameters.value(product.id));
            let number: Option<u32> =
                value.and_then(|value| std::str::from_utf8(value).ok()).and_then(|text| text.parse().ok());
            number.unwrap_or_default().min(MOST)
        };
        Self(PRODUCTS.iter().map(|product| (*product, quantity(product))).filter(|(_, many)| *many > 0).collect())
    }

    pub(super) fn total(&self) -> u32 {
        self.0.iter().fold(0, |sum, (product, many)| sum.saturating_add(product.price.saturating_mul(*many)))
    }
}

#[derive(Template)]
#[template(path = "shop/cart.html")]
struct CartPage<'a> {
    w: &'static Words,
    lang: Lang,
    products: &'a [Product],
    offers: Vec<OfferLine>,
    links: Vec<(String, &'static str)>,
    path: &'static str,
}

/// A regular purchase on the shelf.
struct OfferLine {
    kind: &'static str,
    product: &'static str,
    item: &'static str,
    price: String,
}

fn offers(lang: Lang) -> Vec<OfferLine> {
    let price = |offer: &DemoOffer| match (lang, offer.first) {
        (Lang::Ja, Some(first)) => format!("初回 {}、以後毎月 {}", yen(first), yen(offer.yen)),
        (Lang::Ja, None) => format!("初回無料、以後毎月 {}", yen(offer.yen)),
        (Lang::En, Some(first)) => format!("{} first, then {} a month", yen(first), yen(offer.yen)),
        (Lang::En, None) => format!("Free first, then {} a month", yen(offer.yen)),
    };
    let sold = OFFERS.iter().filter(|offer| offer.lang == lang);
    sold.map(|offer| OfferLine { kind: offer.kind, product: offer.product, item: offer.item, price: price(offer) })
        .collect()
}

/// Payment links with what they are for.
pub(super) fn links(world: &World) -> Vec<(String, &'static str)> {
    let origin = &world.options().page_origin;
    LINKS.iter().map(|(id, item, _)| (format!("{origin}/l/{id}"), *item)).collect()
}

/// The shop's first page.
pub(super) fn page(world: &World, request: &Request<Bytes>) -> Response<Bytes> {
    let lang = language(request);
    let page = CartPage {
        w: words(lang),
        lang,
        products: &PRODUCTS,
        offers: offers(lang),
        links: links(world),
        path: "/shop",
    };
    site::rendered(&page, &forms(world))
}

#[derive(Template)]
#[template(path = "shop/legal.html")]
struct LegalPage {
    w: &'static Words,
    lang: Lang,
    path: &'static str,
}

/// 特定商取引法に基づく表記, as a shop has to show it.
pub(super) fn legal(world: &World, request: &Request<Bytes>) -> Response<Bytes> {
    let lang = language(request);
    site::rendered(&LegalPage { w: words(lang), lang, path: "/shop/legal" }, &forms(world))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cart_is_what_the_address_says() {
        let request = Request::get("/shop/checkout?beans=2&cup=x&dripper=500&gold=1").body(Bytes::new()).unwrap();
        let cart = Cart::read(&request);
        let read: Vec<_> = cart.0.iter().map(|(product, many)| (product.id, *many)).collect();
        assert_eq!(read, [("beans", 2), ("dripper", 99)]);
        assert_eq!(cart.total(), 2 * 1_200 + 99 * 900);
    }
}
