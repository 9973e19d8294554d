//! The page where a buyer sees, replaces or deletes the card that a shop keeps for them. A GET changes nothing.

use askama::Template;
use domain::{CardError, Lang, MaskedCard, Yen, acquirer::DeclineCode, card::ConsentScope, recurring::plan::NewCard};
use jiff::{Timestamp, civil::Date};
use words::{
    DeclineText, FormProblem, KeepConsent, KeptCardText, date, day, money,
    recurring::page::{PlanPageWords, plan_page},
};

use super::{
    Page,
    asset::FORM_SCRIPT,
    card_fields::{DeclineNotice, Problems, keep_consent},
    policy::{FormTarget, Referrer},
    shell::{LanguageSwitch, Shell, Shop, page},
};

/// The page of a kept card, `/card/{handle}`.
#[derive(Clone, Copy, Debug)]
pub struct KeptCardPage<'a> {
    /// The page's language.
    pub lang: Lang,
    /// The shop that keeps the card; none where the address opens nothing.
    pub shop: Option<&'a Shop<'a>>,
    /// What is shown.
    pub view: KeptCardView<'a>,
    /// How the page is had in the other language.
    pub language: Option<LanguageSwitch<'a>>,
}

/// What the page of a kept card shows.
#[derive(Clone, Copy, Debug)]
pub enum KeptCardView<'a> {
    /// The card, the form that replaces it, and the way to delete it.
    Manage(ManageCard<'a>),
    /// The question whether the card is to be deleted.
    Delete(DeleteCard<'a>),
    /// Another card stands in its place.
    Replaced {
        /// The new one.
        card: &'a MaskedCard,
        /// What came of the periods that were not paid.
        settled: &'a [Settled],
        /// The regular purchases that it pays for: what is sold, and where they are seen.
        relying: &'a [(String, String)],
        /// Where the page looks again while something is being charged: its own address.
        address: &'a str,
    },
    /// The address is that of a card in whose place another stands: no personal data.
    ReplacedBefore {
        /// The pages of the regular purchases that the other pays for.
        plans: &'a [String],
    },
    /// It is gone.
    Deleted {
        /// The one that was deleted.
        card: &'a MaskedCard,
    },
    /// Payments still rely on it: it can only be replaced.
    CannotDelete {
        /// The card.
        card: &'a MaskedCard,
        /// Where it is replaced.
        again: &'a str,
        /// The regular purchases that it pays for: what is sold, and where it is ended.
        relying: &'a [(String, String)],
    },
    /// The card company refused the new card; nothing was changed.
    Declined {
        /// What it said; the buyer reads its category only.
        code: DeclineCode,
        /// Where another card can be tried, if one can.
        again: Option<&'a str>,
    },
    /// Whether the new card was accepted is being found out.
    Checking {
        /// Where the page looks again: its own address.
        address: &'a str,
    },
    /// Deleted, replaced, or the address has run out: no personal data.
    NotThere,
}

/// A period that was not paid with the card that is to be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owed {
    /// What is sold.
    pub item: String,
    /// When it was due.
    pub since: Date,
    /// How much it is.
    pub amount: Yen,
    /// What comes of it when the card is changed.
    pub comes: NewCard,
}

/// What came of a period that was not paid when the card was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// What is sold.
    pub item: String,
    /// How much it is.
    pub amount: Yen,
    /// What came of it.
    pub how: Settling,
}

/// How a period stands that is charged because the card was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settling {
    /// It is paid.
    Paid,
    /// It is being charged.
    Running,
    /// The new card was declined for it.
    Declined,
    /// It is too late for that: the merchant decides.
    Asked,
}

/// A kept card as its owner sees it.
#[derive(Clone, Copy, Debug)]
pub struct KeptEntry<'a> {
    /// The card.
    pub card: &'a MaskedCard,
    /// Since when it is kept.
    pub since: Timestamp,
    /// What was agreed to.
    pub scope: ConsentScope,
    /// Its expiry is past.
    pub expired: bool,
}

/// The kept card and the form that replaces it, or the form for a card where there is none: POSTs `act`, `lang`, `order`, the card fields of the payment form,
/// `keep_card` and the browser data to `action`. Deleting is asked about at `action` with `view` = `delete`, a GET.
#[derive(Clone, Copy, Debug)]
pub struct ManageCard<'a> {
    /// The card. None: there is none (any more).
    pub kept: Option<KeptEntry<'a>>,
    /// What the form says that it does.
    pub act: &'static str,
    /// The page's own path, `/card/{handle}` or `/plan/{handle}`.
    pub action: &'a str,
    /// What the form carries sealed, in the field `order`.
    pub token: &'a str,
    /// The cardholder's name, typed before.
    pub holder: &'a str,
    /// What is to be mended.
    pub problems: &'a [FormProblem],
    /// The card company refused the last card.
    pub declined: Option<DeclineNotice>,
    /// Ask for consent to handing data to the card issuer.
    pub asks_consent: bool,
    /// What the new card may be kept for.
    pub keep: ConsentScope,
    /// The consent to keep it was given before something else had to be mended.
    pub keep_checked: bool,
    /// The regular purchases that it pays for: what is sold, and where it is ended. While there are any it is not deleted.
    pub relying: &'a [(String, String)],
    /// What a change of the card has charged, or asks the merchant about.
    pub owed: &'a [Owed],
}

/// The question whether a kept card is to be deleted: POSTs `act` = `delete`, `lang`, `order` and `card_code` to `action`.
#[derive(Clone, Copy, Debug)]
pub struct DeleteCard<'a> {
    /// The card.
    pub kept: KeptEntry<'a>,
    /// The page's own path, `/card/{handle}`.
    pub action: &'a str,
    /// What the form carries sealed, in the field `order`.
    pub token: &'a str,
    /// What is to be mended.
    pub problems: &'a [FormProblem],
}

/// Renders the page of a kept card.
pub fn kept_card(view: &KeptCardPage<'_>) -> Page {
    let words = words::words(view.lang);
    let text = &words.card;
    let told = match &view.view {
        KeptCardView::Manage(manage) => return manage_card(view, manage),
        KeptCardView::Delete(delete) => return delete_card(view, delete),
        KeptCardView::Replaced { card, settled, relying, address } => {
            let runs = settled.iter().any(|one| one.how == Settling::Running);
            Told {
                card: Some(card),
                more: settled.iter().map(|one| settling(view.lang, one)).collect(),
                plans: see(view.lang, relying),
                refresh: Some(*address).filter(|_| runs),
                ..Told::new(text.replaced, Mood::Good)
            }
        }
        KeptCardView::ReplacedBefore { plans } => {
            let text_of = plan_page(view.lang).see_plan;
            let plans = plans.iter().map(|address| (address.clone(), text_of.to_owned())).collect();
            Told { plans, ..Told::new(text.replaced_before, Mood::Good) }
        }
        KeptCardView::Deleted { card } => Told { card: Some(card), ..Told::new(text.deleted, Mood::Good) },
        KeptCardView::CannotDelete { card, again, relying } => Told {
            card: Some(card),
            relying,
            next: Some((again, text.replace_instead)),
            ..Told::new(text.cannot_delete, Mood::Halted)
        },
        KeptCardView::Declined { code, again } => Told {
            decline: Some(words::decline(view.lang, *code)),
            next: again.map(|address| (address, text.try_again)),
            ..Told::new(text.declined, Mood::Halted)
        },
        KeptCardView::Checking { address } => Told {
            next: Some((address, words.waiting.look_now)),
            refresh: Some(address),
            ..Told::new(text.checking, Mood::Waiting)
        },
        KeptCardView::NotThere => Told::new(text.not_there, Mood::Halted),
    };
    tell(view, told)
}

fn settling(lang: Lang, settled: &Settled) -> String {
    let words = plan_page(lang);
    let text = match settled.how {
        Settling::Paid => words.card_charged,
        Settling::Running => words.card_charging,
        Settling::Declined => words.card_declined,
        Settling::Asked => words.card_asked,
    };
    text(&settled.item, &money(lang, settled.amount))
}

/// Where regular purchases are seen, with what leads there.
fn see(lang: Lang, relying: &[(String, String)]) -> Vec<(String, String)> {
    relying.iter().map(|(item, address)| (address.clone(), (plan_page(lang).see)(item))).collect()
}

fn manage_card(view: &KeptCardPage<'_>, manage: &ManageCard<'_>) -> Page {
    let words = words::words(view.lang);
    let title = if manage.kept.is_some() { words.card.title } else { words.card.add_title };
    let shell = form_shell(view, title, manage.problems, manage.declined.is_some());
    let policy = shell.policy(FormTarget::Ourselves, Referrer::SameOrigin);
    page(
        &ManageTemplate {
            manage,
            shell,
            problems: Problems::of(view.lang, manage.problems),
            retype: words.form.retype,
            replaced: None,
        },
        policy,
    )
}

fn delete_card(view: &KeptCardPage<'_>, delete: &DeleteCard<'_>) -> Page {
    let words = words::words(view.lang);
    let shell = form_shell(view, words.card.delete_title, delete.problems, false);
    let policy = shell.policy(FormTarget::Ourselves, Referrer::SameOrigin);
    page(
        &DeleteTemplate {
            delete,
            shell,
            problems: Problems::of(view.lang, delete.problems),
            retype: words.keep.retype,
        },
        policy,
    )
}

fn form_shell<'a>(view: &KeptCardPage<'a>, title: &str, problems: &[FormProblem], declined: bool) -> Shell<'a> {
    let error = words::words(view.lang).form.title_error;
    let title = if problems.is_empty() && !declined { title.to_owned() } else { format!("{error}{title}") };
    Shell::new(view.lang, title, view.shop).with_language(view.language).with_script(&FORM_SCRIPT)
}

/// A view that tells something and takes nothing.
struct Told<'a> {
    text: KeptCardText,
    mood: Mood,
    card: Option<&'a MaskedCard>,
    decline: Option<DeclineText>,
    /// An address and what leads there.
    next: Option<(&'a str, &'static str)>,
    /// Where the page looks again by itself.
    refresh: Option<&'a str>,
    /// What the card pays for, and where that is ended.
    relying: &'a [(String, String)],
    /// What else is said.
    more: Vec<String>,
    /// Pages of regular purchases, and what leads there.
    plans: Vec<(String, String)>,
}

enum Mood {
    Good,
    Halted,
    Waiting,
}

impl<'a> Told<'a> {
    fn new(text: KeptCardText, mood: Mood) -> Self {
        Self {
            text,
            mood,
            card: None,
            decline: None,
            next: None,
            refresh: None,
            relying: &[],
            more: Vec::new(),
            plans: Vec::new(),
        }
    }
}

/// How soon the page looks again while a card is being checked.
pub(super) const CHECKING_REFRESH_S: u32 = 5;

fn tell(view: &KeptCardPage<'_>, told: Told<'_>) -> Page {
    let shell = Shell::new(view.lang, told.text.title, view.shop).with_language(view.language);
    let shell = match told.refresh {
        Some(address) => shell.refreshing(CHECKING_REFRESH_S, address),
        None => shell,
    };
    let policy = shell.policy(FormTarget::Nowhere, Referrer::SameOrigin);
    page(&ToldTemplate { shell, told }, policy)
}

#[derive(Template)]
#[template(path = "card-manage.html", whitespace = "minimize")]
struct ManageTemplate<'a> {
    manage: &'a ManageCard<'a>,
    shell: Shell<'a>,
    problems: Problems,
    retype: &'static str,
    /// The card that the typed one replaces: it is shown above and not named again.
    replaced: Option<&'a MaskedCard>,
}

impl ManageTemplate<'_> {
    const fn plans(&self) -> &'static PlanPageWords {
        plan_page(self.shell.lang)
    }

    fn title(&self) -> &'static str {
        let words = &self.shell.words.card;
        if self.manage.kept.is_some() { words.title } else { words.add_title }
    }

    fn lead(&self, shop: &str) -> String {
        let words = &self.shell.words.card;
        if self.manage.kept.is_some() { (words.lead)(shop) } else { (words.add_lead)(shop) }
    }

    fn heading(&self) -> &'static str {
        let words = &self.shell.words.card;
        if self.manage.kept.is_some() { words.replace } else { words.add }
    }

    fn consent(&self) -> &'static str {
        let words = &self.shell.words.card;
        if self.manage.kept.is_some() { words.consent } else { words.add_consent }
    }

    fn button(&self) -> &'static str {
        let words = &self.shell.words.card;
        if self.manage.kept.is_some() { words.replace_button } else { words.add_button }
    }

    fn since(&self, kept: &KeptEntry<'_>) -> String {
        date(self.shell.lang, kept.since)
    }

    /// What the box says. How the card is changed is what the page is for.
    fn keep_text(&self) -> KeepConsent {
        KeepConsent { withdrawal: None, ..keep_consent(self.shell.lang, &self.manage.keep) }
    }

    /// What is charged when the card is changed, or would be.
    fn owed(&self) -> Vec<String> {
        let (lang, words) = (self.shell.lang, self.plans());
        let said = |owed: &Owed| {
            let text = match owed.comes {
                NewCard::Charged { .. } => words.card_charges,
                NewCard::Asked => words.card_asks,
            };
            text(&owed.item, &day(lang, owed.since), &money(lang, owed.amount))
        };
        self.manage.owed.iter().map(said).collect()
    }

    fn agreed(&self, kept: &KeptEntry<'_>) -> &'static str {
        keep_consent(self.shell.lang, &kept.scope).agreed
    }

    fn decline_text(&self, notice: &DeclineNotice) -> DeclineText {
        words::decline(self.shell.lang, notice.code)
    }
}

#[derive(Template)]
#[template(path = "card-delete.html", whitespace = "minimize")]
struct DeleteTemplate<'a> {
    delete: &'a DeleteCard<'a>,
    shell: Shell<'a>,
    problems: Problems,
    retype: &'static str,
}

#[derive(Template)]
#[template(path = "card-told.html", whitespace = "minimize")]
struct ToldTemplate<'a> {
    shell: Shell<'a>,
    told: Told<'a>,
}

impl ToldTemplate<'_> {
    const fn plans(&self) -> &'static PlanPageWords {
        plan_page(self.shell.lang)
    }
}
