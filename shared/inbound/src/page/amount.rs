//! The page of a link with an open amount: asks for it, then goes on to the payment page.

use askama::Template;
use domain::{Lang, Yen};
use words::{AmountProblem, amount_problem, money};

use super::{
    Page,
    policy::{FormTarget, Referrer},
    shell::{LanguageSwitch, Shell, Shop, page},
};

/// The page that asks for an amount. Its form POSTs `amount` and `lang` to `action`.
#[derive(Clone, Copy, Debug)]
pub struct AmountForm<'a> {
    /// The page's language.
    pub lang: Lang,
    /// Whom is paid.
    pub shop: &'a Shop<'a>,
    /// What is paid for.
    pub item: &'a str,
    /// The link's own path, `/l/{link}`.
    pub action: &'a str,
    /// The largest amount the merchant takes.
    pub most: Yen,
    /// What was typed before.
    pub entered: &'a str,
    /// What is wrong with it.
    pub problem: Option<AmountProblem>,
    /// How the page is had in the other language.
    pub language: Option<LanguageSwitch<'a>>,
}

/// Renders the page that asks for an amount.
pub fn amount_form(view: &AmountForm<'_>) -> Page {
    let words = words::words(view.lang);
    let title = match view.problem {
        None => words.amount.title.to_owned(),
        Some(_) => format!("{}{}", words.form.title_error, words.amount.title),
    };
    let shell = Shell::new(view.lang, title, Some(view.shop)).with_language(view.language);
    let policy = shell.policy(FormTarget::Ourselves, Referrer::SameOrigin);
    let problem = view.problem.map(|problem| amount_problem(view.lang, problem, view.most));
    let hint = (words.amount.hint)(&money(view.lang, view.most));
    page(&AmountTemplate { view, shell, problem, hint }, policy)
}

#[derive(Template)]
#[template(path = "amount.html", whitespace = "minimize")]
struct AmountTemplate<'a> {
    view: &'a AmountForm<'a>,
    shell: Shell<'a>,
    problem: Option<String>,
    hint: String,
}
