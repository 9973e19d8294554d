//! What is asked for in a new link, field by field, and the link that comes of it.

use domain::{
    Lang, LinkId, Merchant, Yen,
    card::contains_card_number,
    clock::{JAPAN, japan_date},
    link::{Buyer, Link, LinkAmount, LinkUses, MAX_TERM, Sending, Terms, mail_file},
    merchant::DestinationNumber,
    recurring::offer::Offer,
    request::{self, Problem},
    text,
    wire::Parameters,
};
use jiff::{Timestamp, civil::Date};
use words::console::links::LinkProblem;

/// The fields of the form, in order.
pub const FIELDS: [&str; 20] = [
    "item",
    "how_much",
    "offer",
    "amount",
    "uses",
    "until",
    "destination",
    "quantity",
    "shipping",
    "payment_time",
    "delivery",
    "withdrawal",
    "name",
    "mail",
    "order",
    "message",
    "lang",
    "free1",
    "free2",
    "free3",
];

/// The fields as they were typed.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    values: Vec<(&'static str, String)>,
}

impl Entry {
    /// What a form or an address brings.
    pub fn of(parameters: Option<&Parameters>) -> Self {
        Self::of_texts(|name| {
            let value = parameters.and_then(|parameters| parameters.value(name)).unwrap_or_default();
            std::str::from_utf8(value).unwrap_or_default()
        })
    }

    /// What a form with a file brings.
    pub fn of_texts<'t>(text: impl Fn(&str) -> &'t str) -> Self {
        let value = |name: &str| text(name).replace("\r\n", "\n").trim().to_owned();
        Self { values: FIELDS.iter().map(|name| (*name, value(name))).collect() }
    }

    /// A field.
    pub fn value(&self, name: &str) -> &str {
        self.values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value.as_str())
    }

    /// All fields, to be carried to the next page.
    pub fn fields(&self) -> &[(&'static str, String)] {
        &self.values
    }

    /// The same with a field filled in where it is empty.
    pub fn or(mut self, name: &str, value: impl Into<String>) -> Self {
        if let Some((_, empty)) = self.values.iter_mut().find(|(known, value)| *known == name && value.is_empty()) {
            *empty = value.into();
        }
        self
    }

    /// The terms of a link before, where none are typed: most links of a shop are alike.
    pub fn with_terms_of(self, link: Option<&Link>) -> Self {
        match link.and_then(|link| link.terms.as_ref()) {
            Some(terms) => self
                .or("quantity", &terms.quantity)
                .or("shipping", &terms.shipping)
                .or("payment_time", &terms.payment_time)
                .or("delivery", &terms.delivery)
                .or("withdrawal", &terms.withdrawal),
            None => self,
        }
    }

    /// What another link asked for, but for its buyer.
    pub fn alike(self, link: &Link) -> Self {
        let [free1, free2, free3] = &link.free;
        let entry = match (&link.offer, link.amount) {
            (Some(offer), _) => self.or("how_much", "offer").or("offer", offer.as_str()),
            (None, LinkAmount::Fixed(yen)) => self.or("how_much", "fixed").or("amount", yen.to_string()),
            (None, LinkAmount::Open) => self.or("how_much", "open"),
        };
        let uses = match link.uses {
            LinkUses::One => "once",
            LinkUses::Many => "often",
        };
        entry
            .or("item", &link.item)
            .or("uses", uses)
            .or("destination", u8::from(link.destination).to_string())
            .or("free1", free1)
            .or("free2", free2)
            .or("free3", free3)
            .with_terms_of(Some(link))
    }

    /// The link, or everything that is to be mended, in the order of the fields.
    /// # Errors
    /// Every field that is to be mended.
    pub fn link(
        &self,
        id: LinkId,
        made_at: Timestamp,
        merchant: &Merchant,
        now: Timestamp,
    ) -> Result<Link, Vec<LinkProblem>> {
        let mut problems = Vec::new();
        let item = self.item(&mut problems);
        let amount = self.amount(merchant, &mut problems);
        let uses = if self.value("uses") == "often" { LinkUses::Many } else { LinkUses::One };
        let expires_at = self.expires_at(now, &mut problems);
        let terms = self.terms(&mut problems);
        let buyer = self.buyer(merchant, &mut problems);
        if buyer.is_some() && uses == LinkUses::Many {
            problems.push(LinkProblem::BuyerOnce);
        }
        let free = ["free1", "free2", "free3"].map(|name| self.free(name, buyer.is_some(), &mut problems));
        let destination = self.destination(merchant);
        let Some(amount) = amount.filter(|_| problems.is_empty()) else { return Err(problems) };
        let mut link = Link::new(id, merchant.id.clone(), item, amount, uses, made_at);
        (link.terms, link.free, link.destination) = (Some(terms), free, destination);
        (link.expires_at, link.buyer) = (expires_at, buyer);
        Ok(link)
    }

    /// The name of the offer that the link is to begin as a regular purchase. None: it is paid once.
    pub fn offer(&self) -> Option<&str> {
        (self.value("how_much") == "offer").then(|| self.value("offer"))
    }

    /// A link that begins a regular purchase, whose offer says what is sold and for how much.
    ///
    /// # Errors
    /// Everything that is to be mended.
    pub fn joining(
        &self,
        (id, made_at): (LinkId, Timestamp),
        merchant: &Merchant,
        offer: Option<&Offer>,
        now: Timestamp,
    ) -> Result<Link, Vec<LinkProblem>> {
        let mut problems = Vec::new();
        if offer.is_none() {
            problems.push(LinkProblem::Missing("offer"));
        }
        let uses = if self.value("uses") == "often" { LinkUses::Many } else { LinkUses::One };
        let expires_at = self.expires_at(now, &mut problems);
        if ["name", "mail", "order", "message"].iter().any(|field| !self.value(field).is_empty()) {
            problems.push(LinkProblem::BuyerOfOffer);
        }
        let free = ["free1", "free2", "free3"].map(|name| self.free(name, false, &mut problems));
        let Some(offer) = offer.filter(|_| problems.is_empty()) else { return Err(problems) };
        let mut link =
            Link::new(id, merchant.id.clone(), &offer.item, LinkAmount::Fixed(offer.asked_amount()), uses, made_at);
        (link.terms, link.offer) = (Some(offer.terms.clone()), Some(offer.id.clone()));
        (link.free, link.destination, link.expires_at) = (free, self.destination(merchant), expires_at);
        Ok(link)
    }

    /// What is sold.
    pub fn item(&self, problems: &mut Vec<LinkProblem>) -> String {
        let item = self.value("item");
        if item.is_empty() {
            problems.push(LinkProblem::Missing("item"));
        }
        plain("item", item, problems)
    }

    fn amount(&self, merchant: &Merchant, problems: &mut Vec<LinkProblem>) -> Option<LinkAmount> {
        if self.value("how_much") == "open" {
            return Some(LinkAmount::Open);
        }
        let typed = plain_digits(self.value("amount"));
        if typed.is_empty() {
            problems.push(LinkProblem::Missing("amount"));
            return None;
        }
        if !typed.bytes().all(|b| b.is_ascii_digit()) {
            problems.push(LinkProblem::AmountMalformed);
            return None;
        }
        let yen = Yen::parse(typed.trim_start_matches('0')).filter(|yen| *yen <= merchant.max_amount);
        if yen.is_none() {
            problems.push(LinkProblem::AmountRange(merchant.max_amount));
        }
        yen.map(LinkAmount::Fixed)
    }

    /// The end of the last day, in Japan.
    fn expires_at(&self, now: Timestamp, problems: &mut Vec<LinkProblem>) -> Option<Timestamp> {
        let typed = self.value("until");
        if typed.is_empty() {
            return None;
        }
        let Ok(day) = typed.parse::<Date>() else {
            problems.push(LinkProblem::DayMalformed);
            return None;
        };
        if day < japan_date(now) {
            problems.push(LinkProblem::DayOver);
            return None;
        }
        end_of(day)
    }

    /// The legal items. What they need not say may stay empty.
    pub fn terms(&self, problems: &mut Vec<LinkProblem>) -> Terms {
        for required in ["quantity", "delivery", "withdrawal"] {
            if self.value(required).is_empty() {
                problems.push(LinkProblem::Missing(required));
            }
        }
        let mut term = |name: &'static str| {
            let text = self.value(name).replace('\n', " ");
            if text.chars().count() > MAX_TERM {
                problems.push(LinkProblem::TooLong(name));
            }
            readable(name, &text, problems);
            text
        };
        Terms {
            quantity: term("quantity"),
            shipping: term("shipping"),
            payment_time: term("payment_time"),
            delivery: term("delivery"),
            withdrawal: term("withdrawal"),
        }
    }

    /// Whom it is for. None: nobody in particular.
    fn buyer(&self, merchant: &Merchant, problems: &mut Vec<LinkProblem>) -> Option<Buyer> {
        let [name, mail, order, message] = ["name", "mail", "order", "message"].map(|field| self.value(field));
        if [name, mail, order, message].iter().all(|text| text.is_empty()) {
            return None;
        }
        if name.is_empty() || mail.is_empty() {
            problems.push(LinkProblem::BuyerIncomplete);
        }
        let name = told("name", mail_file::free_text(name), problems);
        let mail = if mail.is_empty() { String::new() } else { self.mail(mail, problems) };
        let order = if order.is_empty() {
            None
        } else {
            let read = mail_file::order_number(order, merchant.dialect);
            read.map_err(|cell| {
                problems.push(match cell {
                    mail_file::Cell::Reserved => LinkProblem::OrderReserved,
                    mail_file::Cell::Missing
                    | mail_file::Cell::Malformed
                    | mail_file::Cell::OutOfRange(_)
                    | mail_file::Cell::NoContract
                    | mail_file::Cell::TooLong
                    | mail_file::Cell::Character(_)
                    | mail_file::Cell::Control
                    | mail_file::Cell::CardNumber
                    | mail_file::Cell::NotRegistered => LinkProblem::OrderMalformed,
                });
            })
            .ok()
        };
        let message = told("message", mail_file::message_text(message), problems);
        Some(Buyer { name, mail, order, message, lang: self.lang(merchant), mobile: false, sending: Sending::Unsent })
    }

    fn mail(&self, mail: &str, problems: &mut Vec<LinkProblem>) -> String {
        match request::check_mail(mail) {
            Ok(()) => return mail.to_owned(),
            Err(Problem::TooLong) => problems.push(LinkProblem::TooLong("mail")),
            Err(Problem::CardNumber) => problems.push(LinkProblem::CardNumber("mail")),
            Err(_) => problems.push(LinkProblem::MailMalformed),
        }
        String::new()
    }

    /// The language of mail and page.
    pub fn lang(&self, merchant: &Merchant) -> Lang {
        Lang::parse(self.value("lang")).unwrap_or(merchant.lang)
    }

    fn free(&self, name: &'static str, in_mail: bool, problems: &mut Vec<LinkProblem>) -> String {
        let value = self.value(name);
        if in_mail { told(name, mail_file::free_text(value), problems) } else { plain(name, value, problems) }
    }

    fn destination(&self, merchant: &Merchant) -> DestinationNumber {
        let number =
            self.value("destination").parse().ok().and_then(|number: u8| DestinationNumber::try_from(number).ok());
        number.filter(|number| merchant.destination(*number).is_some()).unwrap_or_default()
    }
}

/// The last second of a day in Japan.
pub fn end_of(day: Date) -> Option<Timestamp> {
    JAPAN.to_timestamp(day.at(23, 59, 59, 0)).ok()
}

/// Reads what a person types: full-width digits and separators are fine.
fn plain_digits(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, ',' | '，' | '、' | ' ' | '\u{3000}' | '¥' | '￥' | '円'))
        .map(|c| match c {
            '０'..='９' => {
                u32::from(c).checked_sub(u32::from('０')).and_then(|d| char::from_digit(d, 10)).unwrap_or(c)
            }
            c => c,
        })
        .collect()
}

/// One line of text of the usual width.
fn plain(name: &'static str, text: &str, problems: &mut Vec<LinkProblem>) -> String {
    if text::width(text) > request::MAX_WIDTH {
        problems.push(LinkProblem::TooLong(name));
    }
    readable(name, text, problems);
    text.to_owned()
}

fn readable(name: &'static str, text: &str, problems: &mut Vec<LinkProblem>) {
    if text::has_control(text) {
        problems.push(LinkProblem::Character(name, None));
    }
    if contains_card_number(text) {
        problems.push(LinkProblem::CardNumber(name));
    }
}

/// A field by the rules of payment mails.
fn told(name: &'static str, read: Result<String, mail_file::Cell>, problems: &mut Vec<LinkProblem>) -> String {
    use mail_file::Cell;
    read.unwrap_or_else(|cell| {
        problems.push(match cell {
            Cell::TooLong => LinkProblem::TooLong(name),
            Cell::Character(c) => LinkProblem::Character(name, Some(c)),
            Cell::CardNumber => LinkProblem::CardNumber(name),
            Cell::Control
            | Cell::Missing
            | Cell::Malformed
            | Cell::OutOfRange(_)
            | Cell::Reserved
            | Cell::NoContract
            | Cell::NotRegistered => LinkProblem::Character(name, None),
        });
        String::new()
    })
}
