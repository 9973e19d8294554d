//! A link as the lists and pages of the console show it.

use std::collections::HashMap;

use console::Refusal;
use domain::{
    Lang, OrderId, Payment,
    link::{Link, LinkAmount, LinkState},
};
use jiff::Timestamp;
use words::{console::links::LinksWords, date_time, money};

use crate::Deps;

/// A link with how it stands.
pub(crate) struct Standing {
    pub(crate) link: Link,
    pub(crate) payment: Option<Payment>,
    pub(crate) state: LinkState,
}

/// How links stand: the payments of those that are paid once are read together.
pub(crate) async fn standings(deps: &Deps, links: Vec<Link>, now: Timestamp) -> Result<Vec<Standing>, Refusal> {
    let keys: Vec<_> = links.iter().filter_map(Link::sole_order).collect();
    let payments = if keys.is_empty() { Vec::new() } else { deps.payments.load_all(&keys).await? };
    let mut payments: HashMap<OrderId, Payment> =
        payments.into_iter().map(|payment| (payment.key.order.clone(), payment)).collect();
    Ok(links
        .into_iter()
        .map(|link| {
            let payment = link.sole_order().and_then(|key| payments.remove(&key.order));
            let state = link.state(payment.as_ref(), now);
            Standing { link, payment, state }
        })
        .collect())
}

impl Standing {
    /// A row of the list.
    pub(crate) fn row(&self, lang: Lang, words: &LinksWords) -> LinkRow {
        let link = &self.link;
        LinkRow {
            path: format!("/console/links/{}", link.id),
            made: if link.made_at == Timestamp::UNIX_EPOCH { String::new() } else { date_time(lang, link.made_at) },
            item: link.item.clone(),
            amount: amount(lang, words, link),
            buyer: link.buyer.as_ref().map(|buyer| format!("{} <{}>", buyer.name, buyer.mail)),
            order: link.buyer.as_ref().and_then(|buyer| buyer.order.as_ref()).map(ToString::to_string),
            until: link.expires_at.map_or_else(|| words.no_end.to_owned(), |at| date_time(lang, at)),
            state: (words.states)(self.state),
            mark: mark(self.state),
        }
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
