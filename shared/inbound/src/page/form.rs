//! The payment page: what is bought, the card form, one button that says the act and the amount.

use askama::Template;
use domain::{Brand, CardError, Lang, Yen, acquirer::DeclineCode};
use words::{DeclineText, FormProblem, decline, form_problem, money, money_figure};

use super::{
    Page,
    asset::FORM_SCRIPT,
    policy::{FormTarget, Referrer},
    shell::{LanguageSwitch, Shell, Shop, page},
};

/// The payment page. The form goes to `POST /pay/authorize`, giving up to `POST /pay/cancel`, both with the token in `order`.
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
    /// What is to be mended, in the order of the fields.
    pub problems: &'a [FormProblem],
    /// The card company said no to the last card.
    pub declined: Option<DeclineNotice>,
    /// Ask for consent to handing data to the card issuer; false where the merchant declares that it asks itself.
    pub asks_consent: bool,
    /// There is a way back to the shop after giving up.
    pub leads_back: bool,
    /// How the page is had in the other language.
    pub language: Option<LanguageSwitch<'a>>,
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
}

/// The terms of an order that must stand on its final screen (Act on Specified Commercial Transactions, 12-6).
#[derive(Clone, Copy, Debug, Default)]
pub struct Terms<'a> {
    /// How many.
    pub quantity: Option<&'a str>,
    /// When it is paid.
    pub payment_time: Option<&'a str>,
    /// When it is delivered.
    pub delivery: Option<&'a str>,
    /// Until when it can be ordered.
    pub deadline: Option<&'a str>,
    /// How it can be cancelled or returned.
    pub withdrawal: Option<&'a str>,
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

/// A decline on the page where another card can be tried.
#[derive(Clone, Copy, Debug)]
pub struct DeclineNotice {
    /// What the card company said; the shopper reads its category only.
    pub code: DeclineCode,
    /// How many attempts are left.
    pub attempts_left: u8,
}

/// Renders the payment page.
pub fn payment_form(view: &PaymentForm<'_>) -> Page {
    let form = &words::words(view.lang).form;
    let title = match (view.problems, view.declined) {
        ([], None) => form.title.to_owned(),
        _ => format!("{}{}", form.title_error, form.title),
    };
    let shell = Shell::new(view.lang, title, Some(view.shop)).with_language(view.language).with_script(&FORM_SCRIPT);
    let policy = shell.policy(FormTarget::Ourselves, Referrer::SameOrigin);
    page(&PaymentTemplate { view, shell, problems: Problems::of(view) }, policy)
}

/// The problems in words, and found again by field.
struct Problems {
    texts: Vec<(&'static str, String)>,
}

impl Problems {
    fn of(view: &PaymentForm<'_>) -> Self {
        let text = |problem: &FormProblem| (problem.field(), form_problem(view.lang, problem).into_owned());
        Self { texts: view.problems.iter().map(text).collect() }
    }

    fn at(&self, field: &str) -> Option<&str> {
        self.texts.iter().find(|(name, _)| *name == field).map(|(_, text)| text.as_str())
    }
}

#[derive(Template)]
#[template(path = "payment.html", whitespace = "minimize")]
struct PaymentTemplate<'a> {
    view: &'a PaymentForm<'a>,
    shell: Shell<'a>,
    problems: Problems,
}

impl PaymentTemplate<'_> {
    fn figure(&self) -> String {
        money_figure(self.view.order.amount)
    }

    fn pay(&self) -> String {
        (self.shell.words.form.pay)(&money(self.view.lang, self.view.order.amount))
    }

    fn decline_text(&self, notice: &DeclineNotice) -> DeclineText {
        decline(self.view.lang, notice.code)
    }

    /// The terms that are given, with their labels.
    fn terms(&self) -> Vec<(&'static str, &str)> {
        let (words, terms) = (&self.shell.words.order, &self.view.order.terms);
        [
            (words.quantity, terms.quantity),
            (words.payment_time, terms.payment_time),
            (words.delivery, terms.delivery),
            (words.deadline, terms.deadline),
            (words.withdrawal, terms.withdrawal),
        ]
        .into_iter()
        .filter_map(|(label, text)| Some((label, text?)))
        .collect()
    }

    /// What the script says of a field that it finds empty or mistyped.
    fn said(&self, problem: CardError) -> String {
        form_problem(self.view.lang, &FormProblem::Card(problem)).into_owned()
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

    /// The brands taken, with the short names of their drawings.
    const fn brands(&self) -> [(Brand, &'static str); 6] {
        [
            (Brand::Visa, "visa"),
            (Brand::Mastercard, "mastercard"),
            (Brand::Jcb, "jcb"),
            (Brand::Amex, "amex"),
            (Brand::Diners, "diners"),
            (Brand::Discover, "discover"),
        ]
    }
}
