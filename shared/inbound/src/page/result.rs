//! The result page: for links without a destination, for orders paid before, for addresses that have run out.

use askama::Template;
use domain::{Brand, Lang, Yen};
use jiff::Timestamp;
use words::{card, date_time, money_figure};

use super::{
    Page,
    policy::{FormTarget, Referrer},
    shell::{LanguageSwitch, Shell, Shop, page},
};

/// A result, told to the shopper.
#[derive(Clone, Copy, Debug)]
pub struct ResultPage<'a> {
    /// The page's language.
    pub lang: Lang,
    /// The shop; none where the address opens nothing.
    pub shop: Option<&'a Shop<'a>>,
    /// What happened.
    pub outcome: Outcome<'a>,
    /// How the page is had in the other language.
    pub language: Option<LanguageSwitch<'a>>,
}

/// What happened.
#[derive(Clone, Copy, Debug)]
pub enum Outcome<'a> {
    /// Paid just now.
    Paid {
        /// What to keep.
        receipt: Receipt<'a>,
        /// A mail is on its way.
        mail_sent: bool,
        /// Where the receipt is.
        receipt_path: &'a str,
        /// The next payment of the regular purchase that it began.
        next: Option<&'a str>,
    },
    /// A regular purchase began for nothing: the card is registered.
    Joined {
        /// The order's number.
        order: &'a str,
        /// When.
        at: Timestamp,
        /// What was joined and what comes next, for who did.
        contract: Option<Contract<'a>>,
    },
    /// Not paid, nothing charged.
    NotPaid {
        /// The order's number.
        order: &'a str,
        /// What it would have cost. None: a card was to be registered.
        amount: Option<Yen>,
    },
    /// The order was paid before.
    AlreadyPaid {
        /// When.
        at: Timestamp,
        /// The order's number.
        order: &'a str,
        /// What it cost.
        amount: Yen,
    },
    /// The order was paid for, and then let go: nothing is charged.
    LetGo {
        /// The order's number.
        order: &'a str,
        /// What it would have cost.
        amount: Yen,
    },
    /// The address has run out or opens nothing: no personal data.
    Expired,
}

/// A regular purchase that began just now.
#[derive(Clone, Copy, Debug)]
pub struct Contract<'a> {
    /// What is bought.
    pub item: &'a str,
    /// The next payment.
    pub next: Option<&'a str>,
    /// The card's brand and last four digits.
    pub card: (Brand, &'a str),
}

/// What a shopper keeps of a payment.
#[derive(Clone, Copy, Debug)]
pub struct Receipt<'a> {
    /// How much.
    pub amount: Yen,
    /// When.
    pub at: Timestamp,
    /// The order's number.
    pub order: &'a str,
    /// What was bought.
    pub item: Option<&'a str>,
    /// Our payment number.
    pub payment: &'a str,
    /// The card's brand.
    pub brand: Brand,
    /// The card's last four digits.
    pub last4: &'a str,
}

/// Renders a result.
pub fn result(view: &ResultPage<'_>) -> Page {
    let words = &words::words(view.lang).result;
    let (title, lead, mood) = match &view.outcome {
        Outcome::Paid { .. } => (words.paid, words.paid_lead.to_owned(), Mood::Good),
        Outcome::Joined { .. } => {
            let joining = words::joining(view.lang);
            (joining.joined, joining.joined_lead.to_owned(), Mood::Good)
        }
        Outcome::NotPaid { .. } => (words.not_paid, words.not_paid_lead.to_owned(), Mood::Plain),
        Outcome::AlreadyPaid { at, .. } => {
            (words.already_paid, (words.already_paid_lead)(&date_time(view.lang, *at)), Mood::Good)
        }
        Outcome::LetGo { .. } => (words.let_go, words.let_go_lead.to_owned(), Mood::Plain),
        Outcome::Expired => (words.expired, words.expired_lead.to_owned(), Mood::Plain),
    };
    let shell = Shell::new(view.lang, title, view.shop).with_language(view.language);
    let policy = shell.policy(FormTarget::Nowhere, Referrer::SameOrigin);
    let rows = rows(view);
    page(&ResultTemplate { view, shell, lead, good: mood == Mood::Good, rows }, policy)
}

#[derive(PartialEq, Eq)]
enum Mood {
    Good,
    Plain,
}

/// Labels and values of what is known of the payment, beside its amount.
fn rows(view: &ResultPage<'_>) -> Vec<(&'static str, String)> {
    let words = words::words(view.lang);
    let shop = view.shop.map(|shop| (words.result.shop, shop.name.to_owned()));
    let known = match view.outcome {
        Outcome::Paid { receipt, next, .. } => vec![
            receipt.item.map(|item| (words.order.item, item.to_owned())),
            Some((words.result.date, date_time(view.lang, receipt.at))),
            Some((words.order.number, receipt.order.to_owned())),
            Some((words.result.payment, receipt.payment.to_owned())),
            Some((words.order.method, words.order.method_card_once.to_owned())),
            Some((words.result.card, card(receipt.brand, receipt.last4))),
            next.map(|next| (words::joining(view.lang).next, next.to_owned())),
        ],
        Outcome::Joined { order, at, contract } => vec![
            contract.map(|contract| (words.order.item, contract.item.to_owned())),
            Some((words.order.number, order.to_owned())),
            contract.map(|contract| (words.result.card, card(contract.card.0, contract.card.1))),
            contract.and_then(|contract| contract.next).map(|next| (words::joining(view.lang).next, next.to_owned())),
            Some((words::joining(view.lang).joined_at, date_time(view.lang, at))),
        ],
        Outcome::NotPaid { order, .. } | Outcome::LetGo { order, .. } => {
            vec![Some((words.order.number, order.to_owned()))]
        }
        Outcome::AlreadyPaid { at, order, .. } => {
            vec![Some((words.result.date, date_time(view.lang, at))), Some((words.order.number, order.to_owned()))]
        }
        Outcome::Expired => return Vec::new(),
    };
    shop.into_iter().chain(known.into_iter().flatten()).collect()
}

#[derive(Template)]
#[template(path = "result.html", whitespace = "minimize")]
struct ResultTemplate<'a> {
    view: &'a ResultPage<'a>,
    shell: Shell<'a>,
    lead: String,
    good: bool,
    rows: Vec<(&'static str, String)>,
}

impl ResultTemplate<'_> {
    fn figure(&self) -> Option<String> {
        match self.view.outcome {
            Outcome::Paid { receipt: Receipt { amount, .. }, .. }
            | Outcome::LetGo { amount, .. }
            | Outcome::AlreadyPaid { amount, .. } => Some(money_figure(amount)),
            Outcome::NotPaid { amount, .. } => amount.map(money_figure),
            Outcome::Joined { .. } => Some("¥0".to_owned()),
            Outcome::Expired => None,
        }
    }

    /// The sentences that only a payment made just now has.
    fn paid(&self) -> Option<(bool, &str)> {
        match self.view.outcome {
            Outcome::Paid { mail_sent, receipt_path, .. } => Some((mail_sent, receipt_path)),
            Outcome::NotPaid { .. }
            | Outcome::Joined { .. }
            | Outcome::AlreadyPaid { .. }
            | Outcome::LetGo { .. }
            | Outcome::Expired => None,
        }
    }

    /// A mail about a regular purchase is on its way.
    fn joins(&self) -> Option<&'static str> {
        match self.view.outcome {
            Outcome::Paid { next: Some(_), .. } | Outcome::Joined { contract: Some(_), .. } => {
                Some(words::joining(self.view.lang).mail)
            }
            Outcome::Paid { next: None, .. }
            | Outcome::Joined { contract: None, .. }
            | Outcome::NotPaid { .. }
            | Outcome::AlreadyPaid { .. }
            | Outcome::LetGo { .. }
            | Outcome::Expired => None,
        }
    }
}
