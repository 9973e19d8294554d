//! The page for a request that a shop got wrong: calm to the shopper, exact to the shop's engineer. It leads to no address the request brought.

use askama::Template;
use domain::{
    Lang,
    request::{Problem, RequestError},
    wire::ParameterName,
};
use words::{Notice, NoticeText, notice, request_problem, words};

use super::{
    Page,
    policy::{FormTarget, Referrer},
    shell::{LanguageSwitch, Shell, Shop, page},
};

/// A refused request.
#[derive(Clone, Copy, Debug)]
pub struct Refusal<'a> {
    /// The page's language.
    pub lang: Lang,
    /// Whose request it was; none where the merchant is unknown or the request is not proved to be its own.
    pub shop: Option<&'a Shop<'a>>,
    /// What is wrong.
    pub problem: Problem,
    /// The parameter in question, under its name on the wire.
    pub parameter: Option<&'a str>,
    /// How the page is had in the other language.
    pub language: Option<LanguageSwitch<'a>>,
}

impl<'a> Refusal<'a> {
    /// The page for an error of the request rules.
    pub fn of(lang: Lang, shop: Option<&'a Shop<'a>>, error: &'a RequestError) -> Self {
        let parameter = error.parameter().map(ParameterName::as_str);
        Self { lang, shop, problem: error.problem(), parameter, language: None }
    }

    /// To the shopper: what happened and what to do.
    fn text(&self) -> NoticeText {
        let words = &words(self.lang).refusal;
        if matches!(self.problem, Problem::MerchantSuspended | Problem::MerchantClosed) {
            return notice(self.lang, Notice::MerchantSuspended);
        }
        NoticeText { title: words.title, lead: words.lead, advice: words.advice }
    }
}

/// Renders the page of a refused request.
pub fn refusal(view: &Refusal<'_>) -> Page {
    let text = view.text();
    let shell = Shell::new(view.lang, text.title, view.shop).with_language(view.language);
    let policy = shell.policy(FormTarget::Nowhere, Referrer::SameOrigin);
    page(&RefusalTemplate { view, shell, text, mend: request_problem(view.lang, view.problem) }, policy)
}

#[derive(Template)]
#[template(path = "refusal.html", whitespace = "minimize")]
struct RefusalTemplate<'a> {
    view: &'a Refusal<'a>,
    shell: Shell<'a>,
    text: NoticeText,
    mend: &'static str,
}
