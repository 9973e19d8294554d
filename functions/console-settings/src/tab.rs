//! The sections of the settings, each a form at an address of its own.

use words::console::settings::{SectionWords, SettingsWords};

/// A section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tab {
    /// Secrets and the signature.
    Keys,
    /// Where shoppers are handed over to, and in which words.
    Destinations,
    /// Amounts, attempts, capture, kept cards.
    Payment,
    /// 3-D Secure.
    ThreeDs,
    /// Against card testing.
    Guard,
    /// Mails.
    Mails,
    /// The payment page's design.
    Page,
    /// Free items.
    FreeItems,
    /// Names and terms.
    Texts,
    /// Regular purchases.
    Regular,
    /// How long things are kept.
    Retention,
}

impl Tab {
    /// All of them, in the order in which they are shown.
    pub(crate) const ALL: [Self; 11] = [
        Self::Keys,
        Self::Destinations,
        Self::Payment,
        Self::ThreeDs,
        Self::Guard,
        Self::Mails,
        Self::Page,
        Self::FreeItems,
        Self::Texts,
        Self::Regular,
        Self::Retention,
    ];

    /// The last part of its address.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Destinations => "destinations",
            Self::Payment => "payment",
            Self::ThreeDs => "three-ds",
            Self::Guard => "guard",
            Self::Mails => "mails",
            Self::Page => "page",
            Self::FreeItems => "free-items",
            Self::Texts => "texts",
            Self::Regular => "regular",
            Self::Retention => "retention",
        }
    }

    /// The section of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.name() == name)
    }

    /// Its address.
    pub(crate) fn path(self) -> String {
        path(self.name())
    }

    /// Its texts.
    pub(crate) const fn words(self, words: &SettingsWords) -> SectionWords {
        match self {
            Self::Keys => words.keys,
            Self::Destinations => words.destinations,
            Self::Payment => words.payment,
            Self::ThreeDs => words.three_ds,
            Self::Guard => words.guard,
            Self::Mails => words.mails,
            Self::Page => words.page,
            Self::FreeItems => words.free_items,
            Self::Texts => words.texts,
            Self::Regular => words.regular,
            Self::Retention => words.retention,
        }
    }

    /// Whether a change needs a fresh code, and is told to all owners: where money or shoppers' data could be led astray.
    pub(crate) const fn is_guarded(self) -> bool {
        match self {
            // Of payments: up to where money is given back without a code.
            Self::Keys | Self::Destinations | Self::Payment => true,
            Self::ThreeDs
            | Self::Guard
            | Self::Mails
            | Self::Page
            | Self::FreeItems
            | Self::Texts
            | Self::Regular
            | Self::Retention => false,
        }
    }
}

/// The page of ready-made code, beside the sections.
pub(crate) const INTEGRATION: &str = "integration";
/// The page that says what is wrong with a shop's request.
pub(crate) const CHECK: &str = "check";

/// The address of a section or a page beside them.
pub(crate) fn path(name: &str) -> String {
    format!("/console/settings/{name}")
}

/// An entry of the tabs.
pub(crate) struct TabEntry {
    /// Where it leads.
    pub(crate) path: String,
    /// What it is called.
    pub(crate) name: &'static str,
    /// The page is at it.
    pub(crate) current: bool,
}

/// The tabs of every page of the settings; `current` is the name of the one that is shown.
pub(crate) fn entries(words: &SettingsWords, current: &str) -> Vec<TabEntry> {
    let sections = Tab::ALL.map(|tab| (tab.name(), tab.words(words).name));
    let all = sections.into_iter().chain([(INTEGRATION, words.integration.name), (CHECK, words.check.name)]);
    all.map(|(name, text)| TabEntry { path: path(name), name: text, current: name == current }).collect()
}
