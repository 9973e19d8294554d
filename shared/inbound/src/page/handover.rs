//! The page that takes a shopper back to the shop: a form that submits itself to a registered address, by POST or GET.

use askama::Template;
use domain::{
    Lang, Yen,
    merchant::{Encoding, Method},
};
use words::money_figure;

use super::{
    Page,
    asset::HANDOVER_SCRIPT,
    policy::{FormTarget, Referrer},
    shell::{Shell, Shop, page},
};

/// The way back to the shop. Nothing of the merchant's own design is on this page.
#[derive(Clone, Copy, Debug)]
pub struct HandOver<'a> {
    /// The page's language.
    pub lang: Lang,
    /// The shop.
    pub shop: &'a Shop<'a>,
    /// What happened.
    pub result: HandOverResult,
    /// What it costs or would have cost. None: a card is registered, and nothing is paid.
    pub amount: Option<Yen>,
    /// The shop's number for it.
    pub order: &'a str,
    /// The registered address. For GET without its query, which is among the fields.
    pub address: &'a str,
    /// How to go there.
    pub method: Method,
    /// The shop's characters.
    pub encoding: Encoding,
    /// Names and values, in order.
    pub fields: &'a [(String, String)],
}

/// What the shop is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandOverResult {
    /// Paid.
    Paid,
    /// A regular purchase began for nothing: the card is registered.
    Joined,
    /// Not paid, and nothing charged.
    NotPaid,
}

/// Renders the way back to the shop.
pub fn handover(view: &HandOver<'_>) -> Page {
    let words = &words::words(view.lang).handover;
    let (title, lead) = match view.result {
        HandOverResult::Paid => (words.paid, words.paid_lead),
        HandOverResult::Joined => (words::joining(view.lang).joined, words::joining(view.lang).back_lead),
        HandOverResult::NotPaid => (words.not_paid, words.not_paid_lead),
    };
    let shop = view.shop.without_logo();
    let shell = Shell::new(view.lang, title, Some(&shop)).with_script(&HANDOVER_SCRIPT);
    let policy = shell.policy(FormTarget::registered(view.address), Referrer::Origin);
    page(&HandOverTemplate { view, shell, lead }, policy)
}

#[derive(Template)]
#[template(path = "handover.html", whitespace = "minimize")]
struct HandOverTemplate<'a> {
    view: &'a HandOver<'a>,
    shell: Shell<'a>,
    lead: &'static str,
}

impl HandOverTemplate<'_> {
    fn figure(&self) -> Option<String> {
        self.view.amount.map(money_figure)
    }

    const fn method(&self) -> &'static str {
        match self.view.method {
            Method::Get => "get",
            Method::Post => "post",
        }
    }

    const fn charset(&self) -> &'static str {
        match self.view.encoding {
            Encoding::Utf8 => "UTF-8",
            Encoding::ShiftJis => "Shift_JIS",
        }
    }

    fn paid(&self) -> bool {
        match self.view.result {
            HandOverResult::Paid | HandOverResult::Joined => true,
            HandOverResult::NotPaid => false,
        }
    }
}
