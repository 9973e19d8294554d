//! The mails after a payment and about a kept card: subject, plain text and HTML from one letter, so that both say the same.

mod plan;

use askama::Template;
use domain::{
    Brand, Lang, MaskedCard, Yen,
    card::ConsentScope,
    merchant::{MailText, Mode, OwnText, Placeholder},
};
use jiff::Timestamp;
use words::{card, date_time, money};

pub use plan::{PlanNews, next_after, plan_news};

use super::shell::web_address;

/// A payment to write about.
#[derive(Clone, Copy, Debug)]
pub struct Completion<'a> {
    /// The mail's language.
    pub lang: Lang,
    /// Who reads it.
    pub reader: Reader<'a>,
    /// What happened.
    pub outcome: MailOutcome<'a>,
    /// The merchant's name.
    pub merchant: &'a str,
    /// How shoppers reach the merchant.
    pub contact: Option<&'a str>,
    /// Test or live.
    pub mode: Mode,
    /// How much.
    pub amount: Yen,
    /// When it was paid, cancelled or given back, when it lapses, or when it was certain that it was not paid.
    pub at: Timestamp,
    /// The order's number.
    pub order: &'a str,
    /// Our payment number.
    pub payment: &'a str,
    /// What was bought.
    pub item: Option<&'a str>,
    /// The merchant's own paragraphs, in a payer's mail of this language.
    pub own: Option<&'a MailText>,
    /// The card was kept with this payment; told to the shopper only.
    pub card_kept: Option<CardKept<'a>>,
    /// The absolute https address of the receipt; told to the shopper only.
    pub receipt: Option<&'a str>,
    /// The regular purchase that it began, or was a period of.
    pub regular: Option<RegularOf<'a>>,
}

/// The regular purchase that a payment belongs to.
#[derive(Clone, Copy, Debug)]
pub struct RegularOf<'a> {
    /// Its number.
    pub plan: &'a str,
    /// When it is charged next, and how much.
    pub next: Option<&'a str>,
    /// The absolute https address where it is seen and stopped; told to the shopper only.
    pub page: &'a str,
}

/// A payment link on its way to its buyer (決済メール).
#[derive(Clone, Copy, Debug)]
pub struct PaymentRequest<'a> {
    /// The mail's language.
    pub lang: Lang,
    /// The buyer's name.
    pub name: &'a str,
    /// The merchant's name.
    pub merchant: &'a str,
    /// How shoppers reach the merchant.
    pub contact: Option<&'a str>,
    /// The merchant's legal page (特定商取引法に基づく表記).
    pub legal: Option<&'a str>,
    /// Test or live.
    pub mode: Mode,
    /// What is to be paid for.
    pub item: &'a str,
    /// How much; none where the buyer says.
    pub amount: Option<Yen>,
    /// The merchant's own number for the order.
    pub order: Option<&'a str>,
    /// Until when.
    pub until: Option<Timestamp>,
    /// What the merchant adds, line by line.
    pub message: &'a str,
    /// The link's absolute https address.
    pub address: &'a str,
}

/// A card that was kept with a payment.
#[derive(Clone, Copy, Debug)]
pub struct CardKept<'a> {
    /// What for.
    pub scope: ConsentScope,
    /// The absolute https address where it is changed or deleted, if the mail is to lead there.
    pub manage: Option<&'a str>,
}

/// Who reads a mail.
#[derive(Clone, Copy, Debug)]
pub enum Reader<'a> {
    /// The shopper.
    Shopper {
        /// Name, where it is known.
        name: Option<&'a str>,
    },
    /// The shop.
    Shop {
        /// The shopper's name, where it is known.
        payer: Option<&'a str>,
        /// The shopper's address.
        payer_mail: Option<&'a str>,
        /// Labels and values of the free items that have a value.
        free: &'a [(&'a str, &'a str)],
    },
}

/// What happened.
#[derive(Clone, Copy, Debug)]
pub enum MailOutcome<'a> {
    /// Paid with this card.
    Paid {
        /// The card's brand.
        brand: Brand,
        /// The card's last four digits.
        last4: &'a str,
    },
    /// It was being checked, and it is certain now that nothing was paid.
    NotPaid,
    /// The shop cancelled it.
    Cancelled,
    /// The shop gave this much back.
    Refunded(Yen),
    /// It was not captured, and lapses soon; told to the shop only.
    LapsesSoon,
}

/// What happened to a kept card, to be told to its buyer.
#[derive(Clone, Copy, Debug)]
pub struct CardNews<'a> {
    /// The mail's language.
    pub lang: Lang,
    /// The buyer's name, where it is known.
    pub name: Option<&'a str>,
    /// What happened.
    pub change: CardChange<'a>,
    /// The merchant's name.
    pub merchant: &'a str,
    /// How shoppers reach the merchant.
    pub contact: Option<&'a str>,
    /// Test or live.
    pub mode: Mode,
    /// When.
    pub at: Timestamp,
}

/// What happened to a kept card.
#[derive(Clone, Copy, Debug)]
pub enum CardChange<'a> {
    /// It was deleted.
    Deleted(&'a MaskedCard),
    /// Another card stands in its place.
    Replaced {
        /// The card before.
        before: &'a MaskedCard,
        /// The card from now on.
        now: &'a MaskedCard,
    },
}

/// A mail, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// One line without control characters.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// Writes the mail after a payment.
pub fn completion(view: &Completion<'_>) -> Mail {
    write(view.lang, &subject(view), &Letter::of(view))
}

/// Writes the mail that brings a payment link.
pub fn payment_request(view: &PaymentRequest<'_>) -> Mail {
    let words = &words::words(view.lang).mail;
    let subject = (words.request_subject)(&request_amount(view), view.item, view.merchant);
    write(view.lang, &marked(view.lang, view.mode, subject), &Letter::asking(view))
}

fn request_amount(view: &PaymentRequest<'_>) -> String {
    view.amount.map_or_else(|| words::words(view.lang).mail.request_open.to_owned(), |amount| money(view.lang, amount))
}

/// Writes the mail about a kept card.
pub fn card_news(view: &CardNews<'_>) -> Mail {
    let words = &words::words(view.lang).mail;
    let subject = match view.change {
        CardChange::Deleted(_) => (words.card_deleted_subject)(view.merchant),
        CardChange::Replaced { .. } => (words.card_replaced_subject)(view.merchant),
    };
    write(view.lang, &marked(view.lang, view.mode, subject), &Letter::about(view))
}

/// A letter whose texts stand already: to people who work in the console, or from them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainLetter {
    /// The mail's language.
    pub lang: Lang,
    /// Subject.
    pub subject: String,
    /// Before all else.
    pub greeting: Option<String>,
    /// The first line: the result.
    pub result: String,
    /// What it means.
    pub meaning: Option<&'static str>,
    /// Labels and values.
    pub rows: Vec<(String, String)>,
    /// What else the reader should know or do.
    pub advice: Option<String>,
    /// Labels and addresses of ours.
    pub links: Vec<(&'static str, String)>,
    /// At the end.
    pub closing: Vec<String>,
}

/// Writes a plain letter. Values are brought to one line each, so that none can pose as another.
pub fn plain(view: &PlainLetter) -> Mail {
    let letter = Letter {
        greeting: view.greeting.as_deref().map(line),
        intro: Vec::new(),
        result: line(&view.result),
        meaning: view.meaning,
        test: None,
        rows: view.rows.iter().map(|(label, value)| (line(label), line(value))).collect(),
        advice: view.advice.as_deref().map(line),
        links: view.links.iter().map(|(label, address)| (*label, line(address))).collect(),
        outro: Vec::new(),
        closing: view.closing.iter().map(|text| line(text)).collect(),
    };
    write(view.lang, &view.subject, &letter)
}

fn write(lang: Lang, subject: &str, letter: &Letter) -> Mail {
    Mail {
        subject: header_safe(subject),
        text: TextTemplate { letter }.render().unwrap_or_default(),
        html: HtmlTemplate { letter, lang }.render().unwrap_or_default(),
    }
}

/// The subject of a test merchant's mail says so.
fn marked(lang: Lang, mode: Mode, subject: String) -> String {
    match mode {
        Mode::Test => format!("{}{subject}", words::words(lang).mail.test_subject),
        Mode::Live => subject,
    }
}

fn subject(view: &Completion<'_>) -> String {
    let words = &words::words(view.lang).mail;
    let amount = money(view.lang, told_amount(view));
    let later = &words.later;
    let text = match (view.reader, view.outcome) {
        (Reader::Shopper { .. }, MailOutcome::Cancelled) => (later.cancelled_subject)(&amount, view.merchant),
        (Reader::Shop { .. }, MailOutcome::Cancelled) => (later.shop_cancelled_subject)(&amount, view.order),
        (Reader::Shopper { .. }, MailOutcome::Refunded(_)) => (later.refunded_subject)(&amount, view.merchant),
        (Reader::Shop { .. }, MailOutcome::Refunded(_)) => (later.shop_refunded_subject)(&amount, view.order),
        (Reader::Shopper { .. } | Reader::Shop { .. }, MailOutcome::LapsesSoon) => {
            (later.lapses_subject)(&amount, view.order)
        }
        (Reader::Shopper { .. }, MailOutcome::Paid { .. }) => (words.paid_subject)(&amount, view.merchant),
        (Reader::Shopper { .. }, MailOutcome::NotPaid) => (words.not_paid_subject)(&amount, view.merchant),
        (Reader::Shop { .. }, MailOutcome::Paid { .. }) => (words.shop_paid_subject)(&amount, view.order),
        (Reader::Shop { .. }, MailOutcome::NotPaid) => (words.shop_not_paid_subject)(&amount, view.order),
    };
    marked(view.lang, view.mode, text)
}

/// A text for a header: one line, no control characters (a line end would begin another header).
pub fn header_safe(text: &str) -> String {
    let separator = |c: char| matches!(c, '\u{2028}' | '\u{2029}' | '\u{85}');
    let spaced: String = text.chars().map(|c| if c.is_control() || separator(c) { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What both forms of a mail say, in order.
struct Letter {
    greeting: Option<String>,
    /// The first line: the result.
    result: String,
    meaning: Option<&'static str>,
    test: Option<&'static str>,
    /// The merchant's own text, a paragraph and its lines.
    intro: Vec<Vec<String>>,
    rows: Vec<(String, String)>,
    /// The same after the rows.
    outro: Vec<Vec<String>>,
    /// What else the reader should know or do.
    advice: Option<String>,
    /// Labels and https addresses, of ours or of the merchant's.
    links: Vec<(&'static str, String)>,
    closing: Vec<String>,
}

impl Letter {
    fn asking(view: &PaymentRequest<'_>) -> Self {
        let all = words::words(view.lang);
        let (words, merchant) = (&all.mail, line(view.merchant));
        let rows = [
            (all.result.shop, Some(merchant.clone())),
            (all.order.item, Some(line(view.item))),
            (all.order.amount, Some(request_amount(view))),
            (all.order.number, view.order.map(line)),
            (all.order.deadline, view.until.map(|at| (all.order.until)(&date_time(view.lang, at)))),
            (all.order.method, Some(all.order.method_card_once.to_owned())),
        ];
        let contact = view.contact.map(line).filter(|contact| !contact.is_empty());
        let ask = contact
            .map_or_else(|| (words.ask_shop)(&merchant), |contact| format!("{}: {merchant} {contact}", words.ask));
        Self {
            greeting: greeting(view.lang, Some(view.name)),
            result: match view.amount {
                Some(amount) => (words.request)(&money(view.lang, amount), &merchant),
                None => (words.request_open_result)(&merchant),
            },
            meaning: Some(words.request_meaning),
            test: (view.mode == Mode::Test).then_some(words.test),
            intro: vec![view.message.lines().map(line).collect::<Vec<_>>()]
                .into_iter()
                .filter(|lines| !lines.is_empty())
                .collect(),
            rows: rows.into_iter().filter_map(|(label, value)| Some((label.to_owned(), value?))).collect(),
            outro: Vec::new(),
            advice: None,
            links: [(words.request_page, Some(view.address)), (all.shell.legal, view.legal.and_then(web_address))]
                .into_iter()
                .filter_map(|(label, address)| Some((label, line(address?))))
                .collect(),
            closing: vec![ask, words.request_stranger.to_owned(), (words.why)(&merchant)],
        }
    }

    fn about(view: &CardNews<'_>) -> Self {
        let words = &words::words(view.lang).mail;
        let merchant = line(view.merchant);
        let (result, meaning) = match view.change {
            CardChange::Deleted(_) => ((words.card_deleted)(&merchant), words.card_deleted_meaning),
            CardChange::Replaced { .. } => ((words.card_replaced)(&merchant), words.card_replaced_meaning),
        };
        Self {
            greeting: greeting(view.lang, view.name),
            result,
            meaning: Some(meaning),
            test: (view.mode == Mode::Test).then_some(words.card_test),
            intro: Vec::new(),
            rows: card_rows(view),
            outro: Vec::new(),
            advice: Some((words.not_you)(&merchant)),
            links: Vec::new(),
            closing: view
                .contact
                .map(line)
                .filter(|contact| !contact.is_empty())
                .map(|contact| format!("{}: {merchant} {contact}", words::words(view.lang).shell.contact))
                .into_iter()
                .chain([(words.card_why)(&merchant)])
                .collect(),
        }
    }

    fn of(view: &Completion<'_>) -> Self {
        let words = &words::words(view.lang).mail;
        // Only the mail of the payment itself tells of its card and its receipt.
        let (kept, receipt) = match (view.reader, view.outcome) {
            (Reader::Shopper { .. }, MailOutcome::Paid { .. }) => (view.card_kept, view.receipt),
            (Reader::Shopper { .. }, MailOutcome::NotPaid) => (view.card_kept, None),
            (Reader::Shopper { .. }, MailOutcome::Cancelled | MailOutcome::Refunded(_) | MailOutcome::LapsesSoon)
            | (Reader::Shop { .. }, _) => (None, None),
        };
        let regular =
            view.regular.filter(|_| matches!(view.reader, Reader::Shopper { .. })).map(|regular| regular.page);
        let name = match view.reader {
            Reader::Shopper { name } => name,
            Reader::Shop { .. } => None,
        };
        let (result, meaning) = said(view);
        Self {
            greeting: greeting(view.lang, name),
            result: line(&result),
            meaning,
            test: (view.mode == Mode::Test).then_some(words.test),
            intro: own(view, |texts| &texts.intro),
            rows: rows(view),
            outro: own(view, |texts| &texts.outro),
            advice: kept.map(|kept| (words.card_kept)(kept.scope).to_owned()),
            links: kept
                .and_then(|kept| kept.manage)
                .map(|address| (words.card_manage, line(address)))
                .into_iter()
                .chain(receipt.map(|address| (words.receipt, line(address))))
                .chain(regular.map(|address| (words::recurring::mail::plan_mail(view.lang).manage, line(address))))
                .collect(),
            closing: closing(view),
        }
    }
}

/// A text of the merchant's own, filled, to a shopper who paid. What is filled in is one line, so that it can't pose as another paragraph.
fn own(view: &Completion<'_>, which: impl Fn(&MailText) -> &OwnText) -> Vec<Vec<String>> {
    let (Reader::Shopper { name }, MailOutcome::Paid { .. }, Some(texts)) = (view.reader, view.outcome, view.own)
    else {
        return Vec::new();
    };
    let filled = which(texts).fill(|placeholder| match placeholder {
        Placeholder::Order => line(view.order),
        Placeholder::Amount => money(view.lang, view.amount),
        Placeholder::Name => line(name.unwrap_or_default()),
        Placeholder::Date => date_time(view.lang, view.at),
        Placeholder::Item => line(view.item.unwrap_or_default()),
        Placeholder::Shop => line(view.merchant),
    });
    let paragraphs = filled.split("\n\n").map(|paragraph| paragraph.lines().map(str::to_owned).collect::<Vec<_>>());
    paragraphs.filter(|lines| lines.iter().any(|line| !line.trim().is_empty())).collect()
}

/// The first line and what it means.
fn said(view: &Completion<'_>) -> (String, Option<&'static str>) {
    let words = &words::words(view.lang).mail;
    let later = &words.later;
    let amount = money(view.lang, told_amount(view));
    match (view.reader, view.outcome) {
        (Reader::Shopper { .. }, MailOutcome::Paid { .. }) => ((words.paid)(&amount, view.merchant), None),
        (Reader::Shopper { .. }, MailOutcome::NotPaid) => {
            ((words.not_paid)(&amount, view.merchant), Some(words.not_paid_meaning))
        }
        (Reader::Shop { .. }, MailOutcome::Paid { .. }) => ((words.shop_paid)(&amount), None),
        (Reader::Shop { .. }, MailOutcome::NotPaid) => {
            ((words.shop_not_paid)(&amount), Some(words.shop_not_paid_meaning))
        }
        (Reader::Shopper { .. }, MailOutcome::Cancelled) => {
            ((later.cancelled)(&amount, view.merchant), Some(later.cancelled_meaning))
        }
        (Reader::Shop { .. }, MailOutcome::Cancelled) => ((later.shop_cancelled)(&amount), None),
        (Reader::Shopper { .. }, MailOutcome::Refunded(_)) => {
            ((later.refunded)(&amount, view.merchant), Some(later.refunded_meaning))
        }
        (Reader::Shop { .. }, MailOutcome::Refunded(_)) => ((later.shop_refunded)(&amount), None),
        (Reader::Shopper { .. } | Reader::Shop { .. }, MailOutcome::LapsesSoon) => {
            ((later.lapses)(&amount, &date_time(view.lang, view.at)), Some(later.lapses_meaning))
        }
    }
}

/// The amount that the mail is about.
fn told_amount(view: &Completion<'_>) -> Yen {
    match view.outcome {
        MailOutcome::Refunded(amount) => amount,
        MailOutcome::Paid { .. } | MailOutcome::NotPaid | MailOutcome::Cancelled | MailOutcome::LapsesSoon => {
            view.amount
        }
    }
}

fn greeting(lang: Lang, name: Option<&str>) -> Option<String> {
    name.map(line).filter(|name| !name.is_empty()).map(|name| (words::words(lang).mail.greeting)(&name))
}

fn card_rows(view: &CardNews<'_>) -> Vec<(String, String)> {
    let words = words::words(view.lang);
    let shown = |of: &MaskedCard| card(of.brand, &of.last4);
    let cards = match view.change {
        CardChange::Deleted(of) => vec![(words.result.card, shown(of))],
        CardChange::Replaced { before, now } => {
            vec![(words.mail.card_before, shown(before)), (words.mail.card_now, shown(now))]
        }
    };
    [(words.result.shop, line(view.merchant))]
        .into_iter()
        .chain(cards)
        .chain([(words.mail.card_when, date_time(view.lang, view.at))])
        .map(|(label, value)| (label.to_owned(), value))
        .collect()
}

fn rows(view: &Completion<'_>) -> Vec<(String, String)> {
    let words = words::words(view.lang);
    let date_label = match view.outcome {
        MailOutcome::Paid { .. } => words.result.date,
        MailOutcome::NotPaid => words.result.checked,
        MailOutcome::Cancelled => words.mail.later.cancelled_at,
        MailOutcome::Refunded(_) => words.mail.later.refunded_at,
        MailOutcome::LapsesSoon => words.mail.later.lapses_at,
    };
    let amount_label = match view.outcome {
        MailOutcome::Paid { .. } => words.result.amount,
        MailOutcome::NotPaid | MailOutcome::Cancelled | MailOutcome::Refunded(_) | MailOutcome::LapsesSoon => {
            words.order.amount
        }
    };
    let refunded = match view.outcome {
        MailOutcome::Refunded(amount) => Some(money(view.lang, amount)),
        MailOutcome::Paid { .. } | MailOutcome::NotPaid | MailOutcome::Cancelled | MailOutcome::LapsesSoon => None,
    };
    let mut rows: Vec<(&str, Option<String>)> = vec![
        (words.result.shop, Some(view.merchant.to_owned())),
        (words.order.item, view.item.map(ToOwned::to_owned)),
        (amount_label, Some(money(view.lang, view.amount))),
        (words.mail.later.refunded_amount, refunded),
        (date_label, Some(date_time(view.lang, view.at))),
        (words.order.number, Some(view.order.to_owned())),
        (words.result.payment, Some(view.payment.to_owned())),
    ];
    match view.outcome {
        MailOutcome::Paid { brand, last4 } => {
            rows.push((words.order.method, Some(words.order.method_card_once.to_owned())));
            rows.push((words.result.card, Some(card(brand, last4))));
            if let Some(regular) = view.regular {
                rows.push((words::recurring::mail::plan_mail(view.lang).plan, Some(regular.plan.to_owned())));
                rows.push((words::joining(view.lang).next, regular.next.map(ToOwned::to_owned)));
            }
        }
        MailOutcome::NotPaid | MailOutcome::Cancelled | MailOutcome::Refunded(_) | MailOutcome::LapsesSoon => {}
    }
    if let Reader::Shop { payer, payer_mail, free } = view.reader {
        rows.push((words.mail.payer, payer.map(ToOwned::to_owned)));
        rows.push((words.mail.payer_mail, payer_mail.map(ToOwned::to_owned)));
        rows.extend(free.iter().map(|(label, value)| (*label, Some((*value).to_owned()))));
    }
    let filled = |(label, value): (&str, Option<String>)| Some((line(label), line(&value?)));
    rows.into_iter().filter_map(filled).filter(|(_, value)| !value.is_empty()).collect()
}

/// A value in a mail's body: one line, so that it can't pose as another row of the letter.
fn line(text: &str) -> String {
    header_safe(text)
}

fn closing(view: &Completion<'_>) -> Vec<String> {
    let words = &words::words(view.lang).mail;
    let merchant = line(view.merchant);
    match (view.reader, view.contact.map(line).filter(|contact| !contact.is_empty())) {
        (Reader::Shopper { .. }, Some(contact)) => {
            vec![format!("{}: {merchant} {contact}", words.ask), (words.why)(&merchant)]
        }
        (Reader::Shopper { .. }, None) => vec![(words.ask_shop)(&merchant), (words.why)(&merchant)],
        (Reader::Shop { .. }, _) => vec![(words.why)(&merchant)],
    }
}

#[derive(Template)]
#[template(path = "mail.txt", escape = "none")]
struct TextTemplate<'a> {
    letter: &'a Letter,
}

#[derive(Template)]
#[template(path = "mail.html", whitespace = "minimize")]
struct HtmlTemplate<'a> {
    letter: &'a Letter,
    lang: Lang,
}
