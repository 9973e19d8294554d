//! The frame around every page of the console: navigation, who is signed in, language, the one sheet and the one script.

use std::sync::LazyLock;

use askama::Template;
use domain::{Lang, account::Role, merchant::Mode};
use inbound::page::{Accent, Asset, FormTarget, Frames, Page, Policy, Referrer, hash_source};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use words::console::frame::{FrameWords, RefusalText};

use crate::Visit;

static STYLE: LazyLock<Asset> = LazyLock::new(|| Asset::new(include_str!("../templates/console.css")));
static SCRIPT: LazyLock<Asset> = LazyLock::new(|| Asset::new(include_str!("../templates/console.js")));

/// A part of the console, as the navigation lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// What needs a person, the day's sums.
    Today,
    /// Payments.
    Transactions,
    /// Single charge.
    Charge,
    /// Payment links.
    Links,
    /// Batches.
    Batches,
    /// Continuation of a month's payments.
    Continuation,
    /// Regular purchases.
    Recurring,
    /// Endpoints for notifications.
    Notifications,
    /// Downloads.
    Exports,
    /// Settings.
    Settings,
    /// People.
    Team,
    /// Audit log.
    Audit,
    /// The merchant's guide.
    Guide,
}

impl Section {
    const ALL: [Self; 13] = [
        Self::Today,
        Self::Transactions,
        Self::Charge,
        Self::Links,
        Self::Batches,
        Self::Continuation,
        Self::Recurring,
        Self::Notifications,
        Self::Exports,
        Self::Settings,
        Self::Team,
        Self::Audit,
        Self::Guide,
    ];

    /// Its address.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Today => "/console",
            Self::Transactions => "/console/transactions",
            Self::Charge => "/console/charge",
            Self::Links => "/console/links",
            Self::Batches => "/console/batches",
            Self::Continuation => "/console/continuation",
            Self::Recurring => "/console/recurring",
            Self::Notifications => "/console/notifications",
            Self::Exports => "/console/exports",
            Self::Settings => "/console/settings",
            Self::Team => "/console/team",
            Self::Audit => "/console/audit",
            Self::Guide => "/console/guide",
        }
    }

    /// Who sees it in the navigation.
    const fn least(self) -> Role {
        match self {
            Self::Today
            | Self::Transactions
            | Self::Links
            | Self::Batches
            | Self::Continuation
            | Self::Recurring
            | Self::Guide => Role::Viewer,
            Self::Charge | Self::Notifications | Self::Exports => Role::Operator,
            Self::Settings | Self::Team | Self::Audit => Role::Owner,
        }
    }

    const fn name(self, words: &FrameWords) -> &'static str {
        match self {
            Self::Today => words.today,
            Self::Transactions => words.transactions,
            Self::Charge => words.charge,
            Self::Links => words.links,
            Self::Batches => words.batches,
            Self::Continuation => words.continuation,
            Self::Recurring => words.recurring,
            Self::Notifications => words.notifications,
            Self::Exports => words.exports,
            Self::Settings => words.settings,
            Self::Team => words.team,
            Self::Audit => words.audit,
            Self::Guide => words.guide,
        }
    }
}

/// An entry of the navigation.
#[derive(Clone, Copy, Debug)]
pub struct NavEntry {
    /// Where it leads.
    pub path: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// The page is in it.
    pub current: bool,
}

/// What the layout reads.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The layout's own texts.
    pub words: &'static FrameWords,
    /// The page's language.
    pub lang: Lang,
    /// The page's title.
    pub title: String,
    /// The sheet.
    pub style: &'static str,
    /// The merchant's colours.
    pub accent_style: String,
    /// The script.
    pub script: &'static str,
    /// The navigation; empty where nobody is signed in.
    pub nav: Vec<NavEntry>,
    /// The merchant's name and number.
    pub merchant: Option<(String, String)>,
    /// Who is signed in: name and address.
    pub person: Option<(String, String)>,
    /// A test merchant's.
    pub is_test: bool,
    /// What every form carries.
    pub token: String,
    /// The same page in the other language.
    pub other_language: String,
    /// Seconds after which the page looks again, and where: long work without scripts.
    pub refresh: Option<(u32, String)>,
    /// Whether the page shows images of ours.
    pub images: bool,
    /// Whether the page shows another one of ours in a frame.
    pub frames: Frames,
    /// Where a form of the page sends a file, besides to ourselves.
    pub sends_to: Option<String>,
}

impl Frame {
    pub(crate) fn of(visit: &Visit, title: String, section: Section) -> Self {
        let words = words::console::frame(visit.lang);
        let merchant = &visit.merchant.merchant;
        let entries = Section::ALL.into_iter().filter(|entry| visit.user.role >= entry.least());
        Self {
            nav: entries
                .map(|entry| NavEntry { path: entry.path(), name: entry.name(words), current: entry == section })
                .collect(),
            merchant: Some((merchant.name.clone(), merchant.id.to_string())),
            person: Some((visit.user.name.clone(), visit.user.mail.clone())),
            is_test: merchant.mode == Mode::Test,
            token: visit.form_token.clone(),
            other_language: with_language(&visit.address, other(visit.lang)),
            ..Self::outside(visit.lang, title, &visit.address)
        }
    }

    /// The frame of a page for somebody who is not signed in.
    pub fn outside(lang: Lang, title: impl Into<String>, address: &str) -> Self {
        let accent = Accent::new("");
        Self {
            words: words::console::frame(lang),
            lang,
            title: title.into(),
            style: &STYLE.text,
            accent_style: format!(":root{{--accent-light:{};--accent-dark:{}}}", accent.light, accent.dark),
            script: &SCRIPT.text,
            nav: Vec::new(),
            merchant: None,
            person: None,
            is_test: false,
            token: String::new(),
            other_language: with_language(address, other(lang)),
            refresh: None,
            images: false,
            frames: Frames::None,
            sends_to: None,
        }
    }

    /// The same, looked at again after so many seconds.
    #[must_use]
    pub fn refreshing(mut self, seconds: u32, address: impl Into<String>) -> Self {
        self.refresh = Some((seconds, address.into()));
        self
    }

    /// The same, with images of ours.
    #[must_use]
    pub fn with_images(mut self) -> Self {
        self.images = true;
        self
    }

    /// The same, with a page of ours in a frame.
    #[must_use]
    pub fn with_frame(mut self) -> Self {
        self.frames = Frames::Shows;
        self
    }

    /// The same, with a form that sends a file to this address: to its origin alone, besides to ourselves.
    #[must_use]
    pub fn sending_to(mut self, address: &str) -> Self {
        self.sends_to = Some(address.to_owned());
        self
    }

    fn policy(&self) -> Policy {
        Policy {
            styles: vec![STYLE.hash.clone(), hash_source(&self.accent_style)],
            script: Some(SCRIPT.hash.clone()),
            images: self.images,
            forms: self.sends_to.as_deref().map_or(FormTarget::Ourselves, FormTarget::bucket),
            frames: self.frames,
            referrer: Referrer::SameOrigin,
        }
    }
}

/// A page of the console with the headers that it needs. A template only fails where a value's `Display` does, and none of ours does.
pub fn page(template: &impl Template, frame: &Frame) -> Page {
    Page { html: template.render().unwrap_or_default(), policy: frame.policy() }
}

/// The page of a refusal.
pub(crate) fn refusal(lang: Lang, operator: Option<&str>, text: RefusalText, code: &'static str) -> Page {
    let frame = Frame::outside(lang, text.title, "/console");
    let template = RefusalTemplate { frame: frame.clone(), text, code, operator };
    page(&template, &frame)
}

#[derive(Template)]
#[template(path = "refusal.html", whitespace = "minimize")]
struct RefusalTemplate<'a> {
    frame: Frame,
    text: RefusalText,
    code: &'static str,
    operator: Option<&'a str>,
}

const fn other(lang: Lang) -> Lang {
    match lang {
        Lang::Ja => Lang::En,
        Lang::En => Lang::Ja,
    }
}

/// The address that remembers another language and comes back to this page.
fn with_language(address: &str, lang: Lang) -> String {
    let next = utf8_percent_encode(address, NON_ALPHANUMERIC);
    format!("/console/language?to={}&next={next}", lang.tag())
}
