//! What stands around every page: head, merchant's name, language switch, footer.

use domain::{
    Lang, Merchant,
    merchant::{Mode, PageSettings},
};
use words::{Words, words};

use super::{
    Page,
    accent::Accent,
    asset::{Asset, STYLE, WAIT_SCRIPT},
    policy::{FormTarget, Frames, Policy, Referrer, hash_source},
};

/// The shop in whose name a page speaks.
#[derive(Clone, Copy, Debug)]
pub struct Shop<'a> {
    /// The name that shoppers see.
    pub name: &'a str,
    /// Path of its logo on our own origin.
    pub logo: Option<&'a str>,
    /// Its colour.
    pub accent: Accent,
    /// Its page by the Act on Specified Commercial Transactions.
    pub legal: Option<&'a str>,
    /// Its privacy policy.
    pub privacy: Option<&'a str>,
    /// How it is reached: an address of a page, an e-mail address, a phone number or plain text.
    pub contact: Option<&'a str>,
    /// Who runs the payment page.
    pub operator: Option<&'a str>,
    /// Test or live.
    pub mode: Mode,
    /// Its prices include tax.
    pub tax_included: bool,
    /// A plain address back to it (戻り先URL).
    pub back: Option<&'a str>,
}

impl<'a> Shop<'a> {
    /// The shop as its merchant's settings describe it.
    pub fn of(merchant: &'a Merchant, operator: Option<&'a str>) -> Self {
        let PageSettings { accent, legal_address, privacy_address, contact, tax_included, logo, .. } = &merchant.page;
        Self {
            name: &merchant.name,
            logo: logo.as_ref().map(|logo| logo.path.as_str()),
            accent: Accent::new(accent),
            legal: legal_address.as_deref(),
            privacy: privacy_address.as_deref(),
            contact: contact.as_deref(),
            operator,
            mode: merchant.mode,
            tax_included: *tax_included,
            back: merchant.back_address.as_deref(),
        }
    }

    /// The same without an image: on pages that lead to another party, or that wait.
    #[must_use]
    pub(super) const fn without_logo(self) -> Self {
        Self { logo: None, ..self }
    }

    pub(super) fn legal_link(&self) -> Option<&'a str> {
        self.legal.and_then(web_address)
    }

    pub(super) fn privacy_link(&self) -> Option<&'a str> {
        self.privacy.and_then(web_address)
    }

    pub(super) fn back_link(&self) -> Option<&'a str> {
        self.back.and_then(web_address)
    }

    /// Where the contact leads, when it is something a browser can open.
    pub(super) fn contact_link(&self) -> Option<String> {
        let text = self.contact?.trim();
        let phone =
            text.len() >= 6 && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '(' | ')'));
        match text {
            _ if web_address(text).is_some() => Some(text.to_owned()),
            _ if phone => Some(format!("tel:{}", text.replace([' ', '(', ')'], ""))),
            _ if text.contains('@') && !text.contains(char::is_whitespace) => Some(format!("mailto:{text}")),
            _ => None,
        }
    }
}

/// An address that a link may lead to: no other scheme gets into a page.
pub(super) fn web_address(text: &str) -> Option<&str> {
    (text.starts_with("https://") || text.starts_with("http://")).then_some(text)
}

/// How the same page is had in the other language.
#[derive(Clone, Copy, Debug)]
pub enum LanguageSwitch<'a> {
    /// By a link, where the page is at an address.
    Link(&'a str),
    /// By a form with hidden fields, where the page answered a POST.
    Form {
        /// Where it goes.
        action: &'a str,
        /// Names and values.
        fields: &'a [(&'a str, &'a str)],
    },
}

/// What the layout template reads.
pub(super) struct Shell<'a> {
    pub(super) words: &'static Words,
    pub(super) lang: Lang,
    pub(super) title: String,
    pub(super) shop: Option<&'a Shop<'a>>,
    pub(super) language: Option<LanguageSwitch<'a>>,
    pub(super) style: &'static str,
    pub(super) accent_style: String,
    pub(super) script: Option<&'static Asset>,
    /// Seconds, and the address to look at then.
    pub(super) refresh: Option<(u32, &'a str)>,
}

impl<'a> Shell<'a> {
    pub(super) fn new(lang: Lang, title: impl Into<String>, shop: Option<&'a Shop<'a>>) -> Self {
        let accent = shop.map_or_else(|| Accent::new(""), |shop| shop.accent);
        Self {
            words: words(lang),
            lang,
            title: title.into(),
            shop,
            language: None,
            style: &STYLE.text,
            accent_style: format!(":root{{--accent-light:{};--accent-dark:{}}}", accent.light, accent.dark),
            script: None,
            refresh: None,
        }
    }

    pub(super) fn with_language(mut self, language: Option<LanguageSwitch<'a>>) -> Self {
        self.language = language;
        self
    }

    pub(super) fn with_script(mut self, script: &'static Asset) -> Self {
        self.script = Some(script);
        self
    }

    /// Looks again by the page's script, and by the browser alone where scripts are off.
    pub(super) fn refreshing(mut self, seconds: u32, address: &'a str) -> Self {
        self.refresh = Some((seconds, address));
        self.script.get_or_insert(&WAIT_SCRIPT);
        self
    }

    /// What the waiting script reads: seconds, and the address to look at then.
    pub(super) fn waits(&self) -> Option<(u32, &'a str)> {
        let by_script = self.script.is_some_and(|script| script.hash == WAIT_SCRIPT.hash);
        self.refresh.filter(|_| by_script)
    }

    pub(super) fn is_test(&self) -> bool {
        self.shop.is_some_and(|shop| shop.mode == Mode::Test)
    }

    /// What the headers must allow. Forms of the layout itself (the language switch) go to ourselves.
    pub(super) fn policy(&self, forms: FormTarget, referrer: Referrer) -> Policy {
        let forms = match (forms, self.language) {
            (FormTarget::Nowhere, Some(LanguageSwitch::Form { .. })) => FormTarget::Ourselves,
            (forms, _) => forms,
        };
        Policy {
            styles: vec![STYLE.hash.clone(), hash_source(&self.accent_style)],
            script: self.script.map(|script| script.hash.clone()),
            images: self.shop.is_some_and(|shop| shop.logo.is_some()),
            forms,
            frames: Frames::None,
            referrer,
        }
    }
}

/// Renders a template. It can only fail when a value's `Display` fails, and none of ours does.
pub(super) fn page(template: &impl askama::Template, policy: Policy) -> Page {
    Page { html: template.render().unwrap_or_default(), policy }
}
