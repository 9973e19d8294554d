//! The two pages around the issuer's challenge: the hop to its page, and the answer to its way back.

use askama::Template;
use domain::{Lang, Yen};
use words::money_figure;

use super::{
    Page,
    asset::HANDOVER_SCRIPT,
    policy::{FormTarget, Referrer},
    shell::{LanguageSwitch, Shell, Shop, page},
};

/// The hop to the issuer's page: POSTs `creq` there at top level. Nothing of the merchant's own design is on this page.
#[derive(Clone, Copy, Debug)]
pub struct ChallengeHop<'a> {
    /// The page's language.
    pub lang: Lang,
    /// The shop.
    pub shop: &'a Shop<'a>,
    /// What the authentication is for.
    pub purpose: HopPurpose,
    /// Whether the page goes on by itself.
    pub arrival: Arrival,
    /// What is paid.
    pub amount: Yen,
    /// The shop's number for it.
    pub order: &'a str,
    /// The issuer's page.
    pub address: &'a str,
    /// The challenge request, for the field `creq`.
    pub request: &'a str,
    /// Our own path where `cancel` = `1` is POSTed to use another card.
    pub cancel: &'a str,
    /// How the page is had in the other language.
    pub language: Option<LanguageSwitch<'a>>,
}

/// What an authentication is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HopPurpose {
    /// A payment.
    Payment,
    /// A card is kept without a purchase: amount and order are ours and are not shown.
    Card,
}

/// How the shopper came to the hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// From the card form: the page goes on by itself.
    First,
    /// Back from the issuer's page, by "back" and a second submit or in the other language: the shopper chooses, so that
    /// nobody who wants another card is sent to the issuer again and again.
    Again,
}

/// The answer to the issuer's POST: GETs our own address, so that what follows is a visit to us and not from elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct Returned<'a> {
    /// The page's language; it travels on as the field `lang`.
    pub lang: Lang,
    /// The shop.
    pub shop: &'a Shop<'a>,
    /// Our own path without a query, `/return/{handle}`.
    pub address: &'a str,
}

/// Renders the hop to the issuer's page.
pub fn challenge(view: &ChallengeHop<'_>) -> Page {
    let words = &words::words(view.lang).challenge;
    let title = match view.arrival {
        Arrival::First => words.title,
        Arrival::Again => words.again_title,
    };
    let shop = view.shop.without_logo();
    let shell = Shell::new(view.lang, title, Some(&shop)).with_language(view.language);
    let shell = match view.arrival {
        Arrival::First => shell.with_script(&HANDOVER_SCRIPT),
        Arrival::Again => shell,
    };
    let policy = shell.policy(FormTarget::issuer(view.address), Referrer::Origin);
    page(&ChallengeTemplate { view, shell }, policy)
}

/// Renders the answer to the issuer's way back.
pub fn returned(view: &Returned<'_>) -> Page {
    let next = format!("{}?lang={}", view.address, view.lang.tag());
    let title = words::words(view.lang).challenge.returned;
    let shop = view.shop.without_logo();
    let shell = Shell::new(view.lang, title, Some(&shop)).with_script(&HANDOVER_SCRIPT).refreshing(0, &next);
    let policy = shell.policy(FormTarget::Ourselves, Referrer::SameOrigin);
    page(&ReturnedTemplate { view, shell }, policy)
}

#[derive(Template)]
#[template(path = "challenge.html", whitespace = "minimize")]
struct ChallengeTemplate<'a> {
    view: &'a ChallengeHop<'a>,
    shell: Shell<'a>,
}

impl ChallengeTemplate<'_> {
    /// What is shown of the purchase.
    fn figure(&self) -> Option<String> {
        match self.view.purpose {
            HopPurpose::Payment => Some(money_figure(self.view.amount)),
            HopPurpose::Card => None,
        }
    }

    fn lead(&self) -> &'static str {
        let words = &self.shell.words.challenge;
        match (self.view.arrival, self.view.purpose) {
            (Arrival::First, HopPurpose::Payment) => words.lead,
            (Arrival::First, HopPurpose::Card) => words.card_lead,
            (Arrival::Again, _) => words.again_lead,
        }
    }

    fn another(&self) -> &'static str {
        match self.view.purpose {
            HopPurpose::Payment => self.shell.words.challenge.another,
            HopPurpose::Card => self.shell.words.challenge.another_card,
        }
    }
}

#[derive(Template)]
#[template(path = "returned.html", whitespace = "minimize")]
struct ReturnedTemplate<'a> {
    view: &'a Returned<'a>,
    shell: Shell<'a>,
}
