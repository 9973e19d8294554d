//! The calm page while an outcome is not known yet. It looks again by itself, with scripts on or off.

use askama::Template;
use domain::{Lang, Yen};
use words::money_figure;

use super::{
    Page,
    policy::{FormTarget, Referrer},
    shell::{LanguageSwitch, Shell, Shop, page},
};

/// A payment whose outcome is not known yet.
#[derive(Clone, Copy, Debug)]
pub struct Waiting<'a> {
    /// The page's language.
    pub lang: Lang,
    /// The shop.
    pub shop: &'a Shop<'a>,
    /// What is waited for.
    pub waiting_for: WaitingFor,
    /// The shop's number for the order.
    pub order: &'a str,
    /// What it costs. None: a card is registered, and nothing is paid.
    pub amount: Option<Yen>,
    /// A mail will tell the outcome.
    pub mail_comes: bool,
    /// Where the page looks again: this page's own address, renewed.
    pub address: &'a str,
    /// How the page is had in the other language.
    pub language: Option<LanguageSwitch<'a>>,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitingFor {
    /// The payment is being made right now.
    Running,
    /// No answer came; the acquirer is being asked.
    Checking,
    /// The payer is at the issuer's page, in another browser or tab than this.
    Authenticating,
}

impl WaitingFor {
    /// How soon the page looks again. Seconds.
    pub const fn refresh_s(self) -> u32 {
        match self {
            Self::Running => 3,
            Self::Checking | Self::Authenticating => 15,
        }
    }
}

/// Renders the waiting page.
pub fn waiting(view: &Waiting<'_>) -> Page {
    let words = &words::words(view.lang).waiting;
    let (title, lead) = match view.waiting_for {
        WaitingFor::Running => (words.running, words.running_lead),
        WaitingFor::Checking => (words.checking, words.checking_lead),
        WaitingFor::Authenticating => (words.authenticating, words.authenticating_lead),
    };
    let refresh_s = view.waiting_for.refresh_s();
    let shop = view.shop.without_logo();
    let shell =
        Shell::new(view.lang, title, Some(&shop)).with_language(view.language).refreshing(refresh_s, view.address);
    let policy = shell.policy(FormTarget::Nowhere, Referrer::SameOrigin);
    page(&WaitingTemplate { view, shell, lead, refreshes: (words.refreshes)(refresh_s) }, policy)
}

#[derive(Template)]
#[template(path = "waiting.html", whitespace = "minimize")]
struct WaitingTemplate<'a> {
    view: &'a Waiting<'a>,
    shell: Shell<'a>,
    lead: &'static str,
    refreshes: String,
}

impl WaitingTemplate<'_> {
    fn figure(&self) -> Option<String> {
        self.view.amount.map(money_figure)
    }
}
