//! The terms of a search, as its form and its address carry them.

use jiff::{Timestamp, ToSpan, civil::Date};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Row, SearchKey, Standing, Status, folded};
use crate::{MerchantId, OrderId, PaymentNumber, Yen, clock::JAPAN, payment::Interface, wire::Parameters};

/// A search over a merchant's payments. Its address ([`Search::query`]) can be kept and passed on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Exactly this one; the other terms are not asked then.
    pub wanted: Option<Wanted>,
    /// From this day on, in Japan.
    pub from: Option<Date>,
    /// Up to this day, itself included.
    pub to: Option<Date>,
    /// Result and state.
    pub standing: Option<Standing>,
    /// At least so much.
    pub least: Option<Yen>,
    /// At most so much.
    pub most: Option<Yen>,
    /// The buyer's mail address, whole or a part.
    pub mail: String,
    /// A part of the name on the card.
    pub holder: String,
    /// A part of any free item.
    pub free: String,
    /// How it came.
    pub class: Option<Interface>,
    /// The buyer id of card-on-file, whole.
    pub user: String,
}

/// What names one payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The shop's order number.
    Order(OrderId),
    /// 18 digits are an order number or the payment number that mails say.
    OrderOrNumber(OrderId, PaymentNumber),
}

/// Under which keys a search looks. What its key does not settle, a look at each row does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// All payments, by time.
    All,
    /// Cards that were registered without a purchase, by time.
    Registrations,
    /// Those of a state, by time; several states are merged.
    Statuses(Vec<Status>),
    /// Those of a mail address, by time.
    Mail(SearchKey),
    /// Those of a buyer id, by time.
    User(SearchKey),
}

/// A field of the search form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// Order or payment number.
    Order,
    /// First day.
    From,
    /// Last day.
    To,
    /// Result and state.
    Status,
    /// Least amount.
    Least,
    /// Greatest amount.
    Most,
    /// Mail address.
    Mail,
    /// Name on the card.
    Holder,
    /// Free items.
    Free,
    /// Processing class.
    Class,
    /// Buyer id.
    User,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SearchProblem {
    /// Not an order or payment number.
    Order,
    /// Not a day.
    Day,
    /// The last day lies before the first.
    DaysReversed,
    /// Not an amount.
    Amount,
    /// The greatest amount is less than the least.
    AmountsReversed,
    /// Not a choice that the form offers.
    Choice,
    /// Longer than what it is compared with can be.
    TooLong,
}

/// No text that is searched is longer (`mail` and the free items: 128).
const LONGEST: usize = 128;

impl Field {
    /// Every field, in the form's order.
    pub const ALL: [Self; 11] = [
        Self::Order,
        Self::From,
        Self::To,
        Self::Status,
        Self::Mail,
        Self::Holder,
        Self::Free,
        Self::User,
        Self::Class,
        Self::Least,
        Self::Most,
    ];

    /// Its name in forms and addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::From => "from",
            Self::To => "to",
            Self::Status => "status",
            Self::Least => "least",
            Self::Most => "most",
            Self::Mail => "mail",
            Self::Holder => "holder",
            Self::Free => "free",
            Self::Class => "class",
            Self::User => "user",
        }
    }
}

/// The processing classes by their names in addresses, in the form's order.
const CLASSES: [(Interface, &str); 7] = [
    (Interface::Link, "link"),
    (Interface::DataLinkage, "data"),
    (Interface::Batch, "batch"),
    (Interface::Continuation, "continuation"),
    (Interface::Single, "single"),
    (Interface::Regular, "regular"),
    (Interface::CardRegistration, "registration"),
];

impl Search {
    /// The processing classes that a form offers.
    pub fn classes() -> impl Iterator<Item = (Interface, &'static str)> {
        CLASSES.into_iter()
    }

    /// Reads the fields; an empty one asks nothing.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn parse<'a>(field: impl Fn(&'static str) -> &'a str) -> Result<Self, Vec<(Field, SearchProblem)>> {
        let mut problems = Vec::new();
        let text = |of: Field| Some(field(of.name()).trim()).filter(|text| !text.is_empty());
        let mut read = Reading { text, problems: &mut problems };
        let search = Self {
            wanted: read.one(Field::Order, SearchProblem::Order, wanted),
            from: read.one(Field::From, SearchProblem::Day, day),
            to: read.one(Field::To, SearchProblem::Day, day),
            standing: read.one(Field::Status, SearchProblem::Choice, Standing::parse),
            least: read.one(Field::Least, SearchProblem::Amount, amount),
            most: read.one(Field::Most, SearchProblem::Amount, amount),
            mail: read.text(Field::Mail),
            holder: read.text(Field::Holder),
            free: read.text(Field::Free),
            class: read.one(Field::Class, SearchProblem::Choice, class),
            user: read.text(Field::User),
        };
        if matches!((search.from, search.to), (Some(from), Some(to)) if to < from) {
            problems.push((Field::To, SearchProblem::DaysReversed));
        }
        if matches!((search.least, search.most), (Some(least), Some(most)) if most < least) {
            problems.push((Field::Most, SearchProblem::AmountsReversed));
        }
        if problems.is_empty() { Ok(search) } else { Err(problems) }
    }

    /// Reads the terms that an address carries, as [`Search::query`] writes them. What is no text asks nothing.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn read(terms: &Parameters) -> Result<Self, Vec<(Field, SearchProblem)>> {
        let term = |name: &'static str| terms.value(name).and_then(|value| std::str::from_utf8(value).ok());
        Self::parse(|name| term(name).unwrap_or_default())
    }

    /// The terms as an address carries them, without those that ask nothing.
    pub fn query(&self) -> String {
        let mut query = String::new();
        for (field, value) in Field::ALL.into_iter().map(|field| (field, self.value(field))) {
            if !value.is_empty() {
                let joint = if query.is_empty() { "" } else { "&" };
                let value = utf8_percent_encode(&value, NON_ALPHANUMERIC);
                query.push_str(&format!("{joint}{}={value}", field.name()));
            }
        }
        query
    }

    /// What a field of the form holds.
    pub fn value(&self, field: Field) -> String {
        match field {
            Field::Order => self.wanted.as_ref().map(|wanted| wanted.order().to_string()).unwrap_or_default(),
            Field::From => self.from.map(|day| day.to_string()).unwrap_or_default(),
            Field::To => self.to.map(|day| day.to_string()).unwrap_or_default(),
            Field::Status => self.standing.map(|standing| standing.name().to_owned()).unwrap_or_default(),
            Field::Least => self.least.map(|yen| yen.to_string()).unwrap_or_default(),
            Field::Most => self.most.map(|yen| yen.to_string()).unwrap_or_default(),
            Field::Mail => self.mail.clone(),
            Field::Holder => self.holder.clone(),
            Field::Free => self.free.clone(),
            Field::Class => self.class.and_then(class_name).unwrap_or_default().to_owned(),
            Field::User => self.user.clone(),
        }
    }

    /// Nothing is asked: all payments, newest first.
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }

    /// Under which key it looks: the one that says most.
    pub fn view(&self, merchant: &MerchantId) -> View {
        if self.class == Some(Interface::CardRegistration) {
            return View::Registrations;
        }
        if is_whole_address(&self.mail) {
            return View::Mail(SearchKey::of_mail(merchant, &self.mail));
        }
        if !self.user.is_empty() {
            return View::User(SearchKey::of_user(merchant, &self.user));
        }
        match self.standing {
            Some(standing) => View::Statuses(standing.statuses()),
            None => View::All,
        }
    }

    /// Whether rows under the key have to be looked at one by one.
    pub fn has_filters(&self, view: &View) -> bool {
        let mut left = Self { from: None, to: None, ..self.clone() };
        match view {
            View::All => {}
            View::Registrations => left.class = None,
            View::Statuses(_) => left.standing = None,
            View::Mail(_) => left.mail.clear(),
            View::User(_) => left.user.clear(),
        }
        !left.is_all()
    }

    /// When the period begins and when it is over, as far as it is bounded.
    pub fn period(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        let midnight = |day: Date| JAPAN.to_timestamp(day.at(0, 0, 0, 0)).ok();
        let after = self.to.and_then(|day| day.checked_add(1.day()).ok());
        (self.from.and_then(midnight), after.and_then(midnight))
    }

    /// Whether a row that stands under the key and in the period is asked for.
    pub fn admits(&self, row: &Row) -> bool {
        let contains = |text: &str, part: &str| part.is_empty() || folded(text).contains(&folded(part));
        let whole = is_whole_address(&self.mail);
        let mail = if whole { folded(&row.mail) == folded(&self.mail) } else { contains(&row.mail, &self.mail) };
        mail && (self.user.is_empty() || row.user == self.user)
            && self.standing.is_none_or(|standing| standing.statuses().contains(&row.status))
            && self.class.is_none_or(|class| row.interface == class)
            && self.least.is_none_or(|least| row.amount >= least)
            && self.most.is_none_or(|most| row.amount <= most)
            && contains(&row.holder, &self.holder)
            && (self.free.is_empty() || row.free.iter().any(|free| contains(free, &self.free)))
    }
}

impl Wanted {
    /// As an order number.
    pub const fn order(&self) -> &OrderId {
        match self {
            Self::Order(order) | Self::OrderOrNumber(order, _) => order,
        }
    }
}

/// Reading of the form's fields, one after the other.
struct Reading<'p, Text> {
    text: Text,
    problems: &'p mut Vec<(Field, SearchProblem)>,
}

impl<'a, Text: Fn(Field) -> Option<&'a str>> Reading<'_, Text> {
    fn one<T>(&mut self, field: Field, problem: SearchProblem, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = (self.text)(field)?;
        let read = parse(text);
        if read.is_none() {
            self.problems.push((field, problem));
        }
        read
    }

    fn text(&mut self, field: Field) -> String {
        let text = (self.text)(field).unwrap_or_default();
        if text.chars().count() > LONGEST {
            self.problems.push((field, SearchProblem::TooLong));
        }
        text.to_owned()
    }
}

fn wanted(text: &str) -> Option<Wanted> {
    let text = narrow(text);
    let order = OrderId::new(text.as_str()).ok()?;
    Some(match PaymentNumber::new(text) {
        Ok(number) => Wanted::OrderOrNumber(order, number),
        Err(_) => Wanted::Order(order),
    })
}

/// `2026-11-21`, `2026/11/21`, `20261121`, in either width.
fn day(text: &str) -> Option<Date> {
    let text = narrow(text);
    let mut parts = text.split(['-', '/', '.']).map(str::to_owned).collect::<Vec<_>>();
    if let [whole] = parts.as_slice()
        && whole.len() == 8
    {
        parts = [0..4, 4..6, 6..8].into_iter().filter_map(|range| whole.get(range).map(str::to_owned)).collect();
    }
    let [year, month, day] = parts.as_slice() else { return None };
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    (2000..=2199).contains(&date.year()).then_some(date)
}

/// Yen as people write them: `1,000`, `¥1,000`, `１０００円`.
fn amount(text: &str) -> Option<Yen> {
    let text: String = narrow(text).chars().filter(|c| !matches!(c, ',' | '¥' | '\\' | '円')).collect();
    Yen::parse(&text)
}

fn class(name: &str) -> Option<Interface> {
    CLASSES.iter().find(|(_, known)| *known == name).map(|(class, _)| *class)
}

fn class_name(class: Interface) -> Option<&'static str> {
    CLASSES.iter().find(|(known, _)| *known == class).map(|(_, name)| *name)
}

/// Full-width letters and signs in half width; case stays.
fn narrow(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    text.nfkc().filter(|c| !c.is_whitespace()).collect()
}

/// An address with both its halves, which has a key of its own; a part of one is looked for in each row.
pub fn is_whole_address(mail: &str) -> bool {
    mail.split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.') && !domain.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn parse(query: &[(&'static str, &'static str)]) -> Result<Search, Vec<(Field, SearchProblem)>> {
        Search::parse(|name| query.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| *value))
    }

    #[test]
    fn terms_are_read_as_people_type_them() {
        let search = parse(&[
            ("order", " A-１００ "),
            ("from", "2026/11/1"),
            ("to", "２０２６１１３０"),
            ("status", "captured"),
            ("least", "￥1,000"),
            ("most", "２，０００円"),
            ("class", "data"),
            ("mail", " Taro@example.com "),
        ])
        .unwrap();
        assert_eq!(search.wanted, Some(Wanted::Order(OrderId::new("A-100").unwrap())));
        assert_eq!((search.from, search.to), (Some(date(2026, 11, 1)), Some(date(2026, 11, 30))));
        assert_eq!(search.standing, Some(Standing::Only(Status::Captured)));
        assert_eq!((search.least.unwrap().get(), search.most.unwrap().get()), (1_000, 2_000));
        assert_eq!(search.class, Some(Interface::DataLinkage));
        assert_eq!(search.mail, "Taro@example.com");
    }

    #[test]
    fn every_field_that_is_wrong_is_named() {
        let long = Box::leak("あ".repeat(129).into_boxed_str());
        for (query, problems) in [
            (vec![("order", "注文 7")], vec![(Field::Order, SearchProblem::Order)]),
            (vec![("from", "2026-02-30")], vec![(Field::From, SearchProblem::Day)]),
            (vec![("to", "yesterday")], vec![(Field::To, SearchProblem::Day)]),
            (vec![("from", "0026-11-21")], vec![(Field::From, SearchProblem::Day)]),
            (vec![("from", "2026-11-22"), ("to", "2026-11-21")], vec![(Field::To, SearchProblem::DaysReversed)]),
            (vec![("least", "0")], vec![(Field::Least, SearchProblem::Amount)]),
            (
                vec![("least", "-5"), ("most", "1.5")],
                vec![(Field::Least, SearchProblem::Amount), (Field::Most, SearchProblem::Amount)],
            ),
            (vec![("least", "2"), ("most", "1")], vec![(Field::Most, SearchProblem::AmountsReversed)]),
            (vec![("status", "paid")], vec![(Field::Status, SearchProblem::Choice)]),
            (vec![("class", "x")], vec![(Field::Class, SearchProblem::Choice)]),
            (vec![("free", &*long)], vec![(Field::Free, SearchProblem::TooLong)]),
        ] {
            assert_eq!(parse(&query), Err(problems), "{query:?}");
        }
    }

    #[test]
    fn an_address_reads_back() {
        let query = [
            ("order", "7"),
            ("from", "2026-11-01"),
            ("to", "2026-11-30"),
            ("status", "success"),
            ("mail", "a+b@example.com"),
            ("holder", "山田 & 花子"),
            ("free", "席=12%"),
            ("user", "u#1"),
            ("class", "link"),
            ("least", "1"),
            ("most", "2"),
        ];
        let search = parse(&query).unwrap();
        let address = search.query();
        let fields: Vec<(String, String)> = address
            .split('&')
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap();
                (name.to_owned(), percent_encoding::percent_decode_str(value).decode_utf8().unwrap().into_owned())
            })
            .collect();
        let again = Search::parse(|name| fields.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str()));
        assert_eq!(again, Ok(search));
        assert_eq!(Search::default().query(), "");
        assert!(parse(&[]).unwrap().is_all());
    }

    #[test]
    fn a_day_is_japans() {
        let search = parse(&[("from", "2026-11-21"), ("to", "2026-11-21")]).unwrap();
        let (from, to) = search.period();
        assert_eq!(from, "2026-11-20T15:00:00Z".parse().ok());
        assert_eq!(to, "2026-11-21T15:00:00Z".parse().ok());
    }

    #[test]
    fn the_key_that_says_most_is_taken() {
        let merchant = MerchantId::new("4000").unwrap();
        let view = |query: &[(&'static str, &'static str)]| parse(query).unwrap().view(&merchant);
        assert_eq!(view(&[]), View::All);
        assert_eq!(view(&[("mail", "@example.com")]), View::All, "a part of an address has no key");
        assert_eq!(view(&[("status", "failed")]), View::Statuses(vec![Status::Failed]));
        let mail = View::Mail(SearchKey::of_mail(&merchant, "taro@example.com"));
        assert_eq!(view(&[("mail", "TARO@EXAMPLE.COM"), ("user", "u"), ("status", "failed")]), mail);
        assert!(matches!(view(&[("user", "u"), ("status", "failed")]), View::User(_)));
        assert_eq!(view(&[("class", "registration")]), View::Registrations);
        let filtered = |query: &[(&'static str, &'static str)]| {
            let search = parse(query).unwrap();
            search.has_filters(&search.view(&merchant))
        };
        assert!(!filtered(&[("from", "2026-11-21"), ("status", "open")]), "the issue's rule: day range and state");
        assert!(!filtered(&[("mail", "taro@example.com"), ("to", "2026-11-21")]));
        assert!(filtered(&[("mail", "taro@example.com"), ("status", "open")]));
        assert!(filtered(&[("holder", "taro")]) && filtered(&[("mail", "taro@")]));
        assert_ne!(SearchKey::of_mail(&merchant, "u"), SearchKey::of_user(&merchant, "u"));
    }
}
