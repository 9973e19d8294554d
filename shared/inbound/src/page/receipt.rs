//! The receipt (領収書): a page to print. Whom it is made out to comes with the address and is kept nowhere.

use askama::Template;
use domain::{
    Lang, MaskedCard, Yen,
    merchant::{IncludedTax, ReceiptSettings},
};
use jiff::Timestamp;
use words::{card, date, money_figure, receipt::ReceiptWords};

use super::{
    Page,
    policy::{FormTarget, Referrer},
    shell::{LanguageSwitch, Shell, Shop, page},
};

/// A receipt.
#[derive(Clone, Copy, Debug)]
pub struct ReceiptPage<'a> {
    /// The page's language.
    pub lang: Lang,
    /// Who was paid.
    pub shop: &'a Shop<'a>,
    /// What it says of the merchant.
    pub settings: &'a ReceiptSettings,
    /// Our payment number, which is the receipt's.
    pub number: &'a str,
    /// The order's number.
    pub order: &'a str,
    /// What was bought.
    pub item: Option<&'a str>,
    /// How much was paid.
    pub amount: Yen,
    /// How much of it was given back.
    pub refunded: Option<Yen>,
    /// The card.
    pub card: &'a MaskedCard,
    /// When it was paid.
    pub paid_at: Timestamp,
    /// Now.
    pub issued_at: Timestamp,
    /// Whom it is made out to; empty for nobody yet.
    pub addressee: &'a str,
    /// What is wrong with that.
    pub problem: Option<AddresseeProblem>,
    /// Its own path, where the form leads.
    pub path: &'a str,
    /// How the page is had in the other language.
    pub language: Option<LanguageSwitch<'a>>,
}

/// What is wrong with a typed addressee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddresseeProblem {
    /// Wider than 80 columns.
    TooLong,
    /// Characters that are not seen, or a card number.
    Unfit,
}

/// Renders a receipt.
pub fn receipt(view: &ReceiptPage<'_>) -> Page {
    let words = words::receipt(view.lang);
    let shell = Shell::new(view.lang, words.title, Some(view.shop)).with_language(view.language);
    let policy = shell.policy(FormTarget::Ourselves, Referrer::SameOrigin);
    let problem = view.problem.map(|problem| match problem {
        AddresseeProblem::TooLong => words.too_long,
        AddresseeProblem::Unfit => words.unfit,
    });
    page(&ReceiptTemplate { view, shell, words, problem }, policy)
}

#[derive(Template)]
#[template(path = "receipt.html", whitespace = "minimize")]
struct ReceiptTemplate<'a> {
    view: &'a ReceiptPage<'a>,
    shell: Shell<'a>,
    words: &'static ReceiptWords,
    problem: Option<&'static str>,
}

impl ReceiptTemplate<'_> {
    fn figure(&self) -> String {
        money_figure(self.view.amount)
    }

    fn purpose(&self) -> String {
        self.view.item.map_or_else(|| (self.words.for_order)(self.view.order), |item| (self.words.for_item)(item))
    }

    fn rows(&self) -> Vec<(&'static str, String)> {
        let (view, words) = (self.view, self.words);
        let card = (words.by_card)(&card(view.card.brand, &view.card.last4));
        let mut rows = vec![
            (words.number, view.number.to_owned()),
            (words.paid_on, date(view.lang, view.paid_at)),
            (words.issued_on, date(view.lang, view.issued_at)),
            (words.method, card),
        ];
        rows.extend(self.tax().map(|note| (words.tax, note)));
        if let Some(refunded) = view.refunded {
            let remains = view.amount.get().saturating_sub(refunded.get());
            let remains = Yen::new(remains).map_or_else(|_| "¥0".to_owned(), money_figure);
            rows.push((words.refunded, money_figure(refunded)));
            rows.push((words.remains, remains));
        }
        rows
    }

    /// What is said of the tax in what was paid.
    fn tax(&self) -> Option<String> {
        let tax: IncludedTax = self.view.settings.tax;
        let within = tax.within(self.view.amount.get()).and_then(|yen| Yen::new(yen).ok());
        self.words.tax_note(tax, &within.map_or_else(|| "¥0".to_owned(), money_figure))
    }

    fn issuer(&self) -> &str {
        let issuer = self.view.settings.issuer.as_str();
        if issuer.is_empty() { self.view.shop.name } else { issuer }
    }
}
