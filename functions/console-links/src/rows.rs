//! A link as the lists and pages of the console show it.

use domain::{
    Lang,
    link::{Link, LinkAmount, LinkState},
};
use inbound::links::LinkStanding;
use jiff::Timestamp;
use words::{console::links::LinksWords, date_time, money};

/// A row of the list.
pub(crate) fn row(standing: &LinkStanding, lang: Lang, words: &LinksWords) -> LinkRow {
    let link = &standing.link;
    LinkRow {
        path: format!("/console/links/{}", link.id),
        made: if link.made_at == Timestamp::UNIX_EPOCH { String::new() } else { date_time(lang, link.made_at) },
        item: link.item.clone(),
        amount: amount(lang, words, link),
        buyer: link.buyer.as_ref().map(|buyer| format!("{} <{}>", buyer.name, buyer.mail)),
        order: link.buyer.as_ref().and_then(|buyer| buyer.order.as_ref()).map(ToString::to_string),
        until: link.expires_at.map_or_else(|| words.no_end.to_owned(), |at| date_time(lang, at)),
        state: (words.states)(standing.state),
        mark: mark(standing.state),
    }
}

/// A row of the list.
pub(crate) struct LinkRow {
    pub(crate) path: String,
    pub(crate) made: String,
    pub(crate) item: String,
    pub(crate) amount: String,
    pub(crate) buyer: Option<String>,
    pub(crate) order: Option<String>,
    pub(crate) until: String,
    pub(crate) state: &'static str,
    pub(crate) mark: &'static str,
}

/// What a link charges, in words.
pub(crate) fn amount(lang: Lang, words: &LinksWords, link: &Link) -> String {
    match (&link.offer, link.amount) {
        (Some(offer), _) => (words.by_offer)(offer.as_str()),
        (None, LinkAmount::Fixed(yen)) => money(lang, yen),
        (None, LinkAmount::Open) => words.open_amount.to_owned(),
    }
}

/// The shape beside a state.
pub(crate) const fn mark(state: LinkState) -> &'static str {
    match state {
        LinkState::Open | LinkState::Unsent | LinkState::Sending | LinkState::Sent => "open",
        LinkState::Paid => "good",
        LinkState::Expired | LinkState::LetGo => "over",
        LinkState::Revoked => "bad",
    }
}
