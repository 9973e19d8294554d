//! The payment page: what is bought, the card form, one button that says the act and the amount.

use askama::Template;
use domain::{
    CardError, Lang, MaskedCard, Merchant, Yen, card::ConsentScope, merchant::ShopHtml, recurring::offer::FirstAmount,
};
use words::{DeclineText, FormProblem, KeepConsent, form_problem, joining::JoiningWords, money, money_figure};

use super::{
    Page,
    asset::FORM_SCRIPT,
    card_fields::{DeclineNotice, Problems, keep_consent},
    joining::Joining,
    policy::{FormTarget, Referrer},
    shell::{LanguageSwitch, Shell, Shop, page},
    terms::Terms,
};

/// The payment page. The form goes to `POST /pay/authorize`, giving up to `POST /pay/cancel`, both with the token in `order`.
///
/// With a kept card the form brings `card` = `kept` and `card_code`; a form of its own leads to `POST /pay` for another card
/// (`reopen` = the token, `lang`, `card` = `another`), and from there back to the kept one (`card` = `kept`).
/// The consent to keep a typed card is `keep_card` = `on`; a regular purchase insists on it, also for a card that is kept already.
#[derive(Clone, Copy, Debug)]
pub struct PaymentForm<'a> {
    /// The page's language.
    pub lang: Lang,
    /// Whom is paid.
    pub shop: &'a Shop<'a>,
    /// What is paid for.
    pub order: Order<'a>,
    /// The free items that the page shows or asks for, in order.
    pub free: &'a [FreeEntry<'a>],
    /// What the request or the last submit brought. Card data never comes back.
    pub entered: Entered<'a>,
    /// The sealed order, for the hidden field `order`.
    pub token: &'a str,
    /// The card kept last time: it is paid with, and its security code alone is asked for.
    pub kept: Option<&'a MaskedCard>,
    /// A kept card that can't be used any more because it has expired: said above the fields for another.
    pub expired_kept: Option<&'a MaskedCard>,
    /// A kept card that the shopper put aside for another, which replaces it when that is kept.
    pub replaces: Option<&'a MaskedCard>,
    /// Where the kept card is changed or deleted.
    pub manage: Option<&'a str>,
    /// What a typed card may be kept for; none where it is not kept. For a regular purchase the kept card, too.
    pub keep: Option<ConsentScope>,
    /// The consent to keep it was given before something else had to be mended. It is never given beforehand.
    pub keep_checked: bool,
    /// What is to be mended, in the order of the fields.
    pub problems: &'a [FormProblem],
    /// The card company said no to the last card.
    pub declined: Option<DeclineNotice>,
    /// Ask for consent to handing data to the card issuer; false where the merchant declares that it asks itself.
    pub asks_consent: bool,
    /// There is a way back to the shop after giving up.
    pub leads_back: bool,
    /// The merchant's own texts around the form.
    pub own: OwnTexts<'a>,
    /// How the page is had in the other language.
    pub language: Option<LanguageSwitch<'a>>,
}

/// The merchant's own texts around the card form, sanitized when they were saved. They stand on no other page.
#[derive(Clone, Copy, Debug, Default)]
pub struct OwnTexts<'a> {
    /// Before the form.
    pub before: Option<&'a ShopHtml>,
    /// After it.
    pub after: Option<&'a ShopHtml>,
}

impl<'a> OwnTexts<'a> {
    /// What the merchant's settings say.
    pub fn of(merchant: &'a Merchant) -> Self {
        let shown = |html: &'a ShopHtml| Some(html).filter(|html| !html.is_empty());
        Self { before: shown(&merchant.page.before), after: shown(&merchant.page.after) }
    }

    fn have_images(&self) -> bool {
        self.before.iter().chain(&self.after).any(|html| html.as_str().contains("<img"))
    }
}

/// What is bought and what it costs.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// The shop's number for it; none where the number is ours and says nothing to the shopper.
    pub number: Option<&'a str>,
    /// What it costs.
    pub amount: Yen,
    /// What it is.
    pub item: Option<&'a str>,
    /// Terms, where this page is the final screen of an order (a link).
    pub terms: Terms<'a>,
    /// The regular purchase that begins with it: this page is its final screen.
    pub joins: Option<&'a Joining>,
}

/// A free item on the page.
#[derive(Clone, Copy, Debug)]
pub enum FreeEntry<'a> {
    /// It is shown with the order.
    Shown {
        /// The merchant's label.
        label: &'a str,
        /// What the shop sent.
        value: &'a str,
    },
    /// It is asked for in the form, under `free1` to `free3`.
    Asked {
        /// Which one, 1 to 3.
        item: u8,
        /// The merchant's label.
        label: &'a str,
        /// What the shop sent or the shopper typed.
        value: &'a str,
        /// It may not stay empty.
        required: bool,
    },
}

/// What the fields begin with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Entered<'a> {
    /// The cardholder's name.
    pub holder: &'a str,
    /// The e-mail address.
    pub mail: &'a str,
}

/// Renders the payment page.
pub fn payment_form(view: &PaymentForm<'_>) -> Page {
    let form = &words::words(view.lang).form;
    let title = match (view.problems, view.declined) {
        ([], None) => form.title.to_owned(),
        _ => format!("{}{}", form.title_error, form.title),
    };
    let shell = Shell::new(view.lang, title, Some(view.shop)).with_language(view.language).with_script(&FORM_SCRIPT);
    let mut policy = shell.policy(FormTarget::Ourselves, Referrer::SameOrigin);
    policy.images |= view.own.have_images();
    let words = shell.words;
    let retype = if view.kept.is_some() { words.keep.retype } else { words.form.retype };
    let replaced = view.expired_kept.or(view.replaces);
    page(&PaymentTemplate { view, shell, problems: Problems::of(view.lang, view.problems), retype, replaced }, policy)
}

#[derive(Template)]
#[template(path = "payment.html", whitespace = "minimize")]
struct PaymentTemplate<'a> {
    view: &'a PaymentForm<'a>,
    shell: Shell<'a>,
    problems: Problems,
    /// Why a card field is empty again.
    retype: &'static str,
    /// A kept card that the typed one replaces.
    replaced: Option<&'a MaskedCard>,
}

impl PaymentTemplate<'_> {
    fn figure(&self) -> String {
        if self.registers() { "¥0".to_owned() } else { money_figure(self.view.order.amount) }
    }

    /// Nothing is paid now: the card is registered.
    fn registers(&self) -> bool {
        self.view.order.joins.is_some_and(|joins| joins.first == FirstAmount::Free)
    }

    fn pay(&self) -> String {
        let amount = money(self.view.lang, self.view.order.amount);
        match self.view.order.joins.map(|joins| joins.first) {
            None => (self.shell.words.form.pay)(&amount),
            Some(FirstAmount::Charged(_)) => (self.joining().pay)(&amount),
            Some(FirstAmount::Free) => self.joining().register.to_owned(),
        }
    }

    /// What the box says under which a card is kept. Where a regular purchase begins, its terms stand on this page.
    fn keep_text(&self, scope: &ConsentScope) -> KeepConsent {
        let (usual, regular) = (keep_consent(self.view.lang, scope), &words::words(self.view.lang).keep.regular);
        let means = match (self.view.order.joins, scope) {
            (None, _) | (Some(_), ConsentScope::Recall) => return usual,
            (Some(_), ConsentScope::MerchantInitiated) => regular.means,
            (Some(_), ConsentScope::Both) => regular.means_both,
        };
        KeepConsent { means, withdrawal: Some(regular.withdrawal), ..usual }
    }

    const fn joining(&self) -> &'static JoiningWords {
        words::joining(self.view.lang)
    }

    /// What is said where the box has to be ticked and isn't.
    fn consent_missing(&self) -> Option<String> {
        self.view.order.joins.map(|_| form_problem(self.view.lang, &FormProblem::JoinMissing).into_owned())
    }

    /// A kept card that declined has nothing to be mended but its code.
    fn decline_text(&self, notice: &DeclineNotice) -> DeclineText {
        match self.view.kept {
            Some(_) => words::decline_kept(self.view.lang, notice.code),
            None => words::decline(self.view.lang, notice.code),
        }
    }

    /// What the form beside asks for: another card, or the kept one again.
    const fn other_card(&self) -> Option<&'static str> {
        match (self.view.kept, self.view.replaces) {
            (Some(_), _) => Some("another"),
            (None, Some(_)) => Some("kept"),
            (None, None) => None,
        }
    }

    fn terms(&self) -> Vec<(&'static str, &str)> {
        self.view.order.terms.rows(self.view.lang)
    }

    /// The field's name of a free item.
    const fn free_name(&self, item: &u8) -> &'static str {
        match item {
            1 => "free1",
            2 => "free2",
            _ => "free3",
        }
    }

    fn mail_missing(&self) -> String {
        form_problem(self.view.lang, &FormProblem::MailMissing).into_owned()
    }

    fn free_missing(&self, item: &u8, label: &str) -> String {
        let problem = FormProblem::Free { item: *item, label: label.to_owned(), problem: words::FreeProblem::Missing };
        form_problem(self.view.lang, &problem).into_owned()
    }
}
