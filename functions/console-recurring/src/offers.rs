//! The offers: what can be joined, and what a shop's form sends for each.

use askama::Template;
use console::{Frame, Refusal};
use domain::recurring::offer::{FirstAmount, Offer, OfferId};
use http::{Response, StatusCode};
use lambda_http::Body;
use words::console::offers::OffersWords;

use crate::{Call, LIST, address_of_offer, offer};

/// Where they are.
pub(crate) const ADDRESS: &str = "/console/recurring/offers";
/// Where each `regular_kind` is given its offer.
pub(crate) const SETTINGS: &str = "/console/settings/regular";

/// Shows all offers of the merchant, by name.
pub(crate) async fn show(call: &Call<'_>) -> Result<Response<Body>, Refusal> {
    let offers = call.deps.offers.all(call.visit.merchant_id()).await?;
    let words = call.offer_words();
    let frame = call.frame(words.title);
    let page = ListPage {
        frame: frame.clone(),
        words,
        operates: call.operates(),
        new: offer::NEW,
        plans: LIST,
        rows: offers.iter().map(|offer| RowView::new(call, offer)).collect(),
    };
    Ok(call.page(StatusCode::OK, &page, &frame))
}

/// What joining costs, in words.
pub(crate) fn first(call: &Call<'_>, offer: &Offer) -> String {
    match offer.first {
        FirstAmount::Charged(amount) => words::money(call.lang(), amount),
        FirstAmount::Free => call.offer_words().free.to_owned(),
    }
}

/// The numbers by which a shop's form names an offer.
pub(crate) fn kinds(call: &Call<'_>, id: &OfferId) -> Vec<String> {
    let kinds = call.merchant().regular.kinds.iter();
    kinds.filter(|(_, offer)| *offer == id).map(|(kind, _)| kind.to_string()).collect()
}

/// Whether anybody can join: the shape and the word.
pub(crate) const fn state(words: &OffersWords, offer: &Offer) -> (&'static str, &'static str) {
    match offer.withdrawn_at {
        None => ("good", words.open),
        Some(_) => ("over", words.withdrawn),
    }
}

#[derive(Template)]
#[template(path = "offers.html", whitespace = "minimize")]
struct ListPage {
    frame: Frame,
    words: &'static OffersWords,
    operates: bool,
    new: &'static str,
    plans: &'static str,
    rows: Vec<RowView>,
}

/// A line of the table.
struct RowView {
    address: String,
    mark: &'static str,
    state: &'static str,
    id: String,
    item: String,
    first: String,
    amount: String,
    cycle: String,
    kind: String,
}

impl RowView {
    fn new(call: &Call<'_>, offer: &Offer) -> Self {
        let (words, lang) = (call.offer_words(), call.lang());
        let (mark, state) = state(words, offer);
        let kinds = kinds(call, &offer.id);
        Self {
            address: address_of_offer(&offer.id),
            mark,
            state,
            id: offer.id.to_string(),
            item: offer.item.clone(),
            first: first(call, offer),
            amount: words::money(lang, offer.amount),
            cycle: words::recurring::cycle(lang, offer.cycle),
            kind: if kinds.is_empty() { words.no_kind.to_owned() } else { kinds.join(", ") },
        }
    }
}
