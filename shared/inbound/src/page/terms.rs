//! The legal items of an offer on its final screen, and the text of them that is kept with the payment as version, hash and time.

use domain::{Lang, Yen, link};
use words::money;

/// The terms of an order that must stand on its final screen (Act on Specified Commercial Transactions, 12-6).
#[derive(Clone, Copy, Debug, Default)]
pub struct Terms<'a> {
    /// How many.
    pub quantity: Option<&'a str>,
    /// What the total holds besides the price.
    pub shipping: Option<&'a str>,
    /// When it is paid.
    pub payment_time: Option<&'a str>,
    /// When it is delivered.
    pub delivery: Option<&'a str>,
    /// Until when it can be ordered.
    pub deadline: Option<&'a str>,
    /// How it can be cancelled or returned.
    pub withdrawal: Option<&'a str>,
}

impl<'a> Terms<'a> {
    /// The terms of a link, whose deadline reads so. What is paid by card is charged at once unless the merchant says otherwise.
    pub fn of(lang: Lang, terms: &'a link::Terms, deadline: &'a str) -> Self {
        let some = |text: &'a str| Some(text).filter(|text| !text.is_empty());
        Self {
            quantity: some(&terms.quantity),
            shipping: some(&terms.shipping),
            payment_time: some(&terms.payment_time).or(Some(words::words(lang).order.payment_time_card)),
            delivery: some(&terms.delivery),
            deadline: Some(deadline),
            withdrawal: some(&terms.withdrawal),
        }
    }

    /// Those that are given, with their labels.
    pub fn rows(&self, lang: Lang) -> Vec<(&'static str, &'a str)> {
        let words = &words::words(lang).order;
        [
            (words.quantity, self.quantity),
            (words.shipping, self.shipping),
            (words.payment_time, self.payment_time),
            (words.delivery, self.delivery),
            (words.deadline, self.deadline),
            (words.withdrawal, self.withdrawal),
        ]
        .into_iter()
        .filter_map(|(label, text)| Some((label, text?)))
        .collect()
    }

    /// All that the final screen says of the offer, line by line: what is hashed. Anyone can make it again from the link and the wording of that version.
    pub fn text(&self, lang: Lang, offer: Offered<'_>) -> String {
        let order = &words::words(lang).order;
        let mut lines = vec![
            offer.shop.to_owned(),
            format!("{}: {}", order.item, offer.item),
            format!("{}: {}", order.amount, money(lang, offer.amount)),
            format!("{}: {}", order.method, order.method_card_once),
        ];
        lines.extend(self.rows(lang).iter().map(|(label, text)| format!("{label}: {text}")));
        lines.join("\n")
    }
}

/// What is offered, by whom, for how much.
#[derive(Clone, Copy, Debug)]
pub struct Offered<'a> {
    /// Who sells it.
    pub shop: &'a str,
    /// What it is.
    pub item: &'a str,
    /// What it costs in all.
    pub amount: Yen,
}
