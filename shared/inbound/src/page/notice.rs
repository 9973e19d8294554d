//! Plain refusals: the payment can't go on, and no field is to be mended.

use askama::Template;
use domain::Lang;
use words::{Notice, NoticeText};

use super::{
    Page,
    policy::{FormTarget, Referrer},
    shell::{LanguageSwitch, Shell, Shop, page},
};

/// A plain refusal.
#[derive(Clone, Copy, Debug)]
pub struct NoticePage<'a> {
    /// The page's language.
    pub lang: Lang,
    /// The shop, where it is known.
    pub shop: Option<&'a Shop<'a>>,
    /// Why.
    pub notice: Notice,
    /// The order's number, where it is known and may be shown.
    pub order: Option<&'a str>,
    /// How the page is had in the other language.
    pub language: Option<LanguageSwitch<'a>>,
}

/// Renders a plain refusal.
pub fn notice(view: &NoticePage<'_>) -> Page {
    let text = words::notice(view.lang, view.notice);
    let shell = Shell::new(view.lang, text.title, view.shop).with_language(view.language);
    let policy = shell.policy(FormTarget::Nowhere, Referrer::SameOrigin);
    page(&NoticeTemplate { view, shell, text }, policy)
}

/// The page of last resort, when nothing more is known than that we can't work at present.
pub fn error(lang: Lang) -> Page {
    notice(&NoticePage { lang, shop: None, notice: Notice::Unavailable, order: None, language: None })
}

#[derive(Template)]
#[template(path = "notice.html", whitespace = "minimize")]
struct NoticeTemplate<'a> {
    view: &'a NoticePage<'a>,
    shell: Shell<'a>,
    text: NoticeText,
}
