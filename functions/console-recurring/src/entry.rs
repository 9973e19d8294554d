//! What somebody types for an offer, and the offer that comes of it.

use domain::{
    Merchant, Yen,
    card::contains_card_number,
    link::{MAX_TERM, Terms},
    money::TypedAmountError,
    recurring::{
        calendar::Cycle,
        offer::{FirstAmount, Offer, OfferId, Times, TrialDays},
    },
    request, text,
};
use jiff::Timestamp;
use words::console::offers::OfferProblem;

/// The fields of the form, in order.
pub(crate) const FIELDS: [&str; 13] = [
    "id",
    "item",
    "first",
    "first_amount",
    "amount",
    "cycle",
    "trial",
    "times",
    "quantity",
    "shipping",
    "payment_time",
    "delivery",
    "withdrawal",
];

/// The fields as they were typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    values: Vec<(&'static str, String)>,
}

impl Entry {
    /// What a form brings.
    pub(crate) fn of<'t>(text: impl Fn(&str) -> &'t str) -> Self {
        let value = |name: &str| text(name).replace(['\r', '\n'], " ").trim().to_owned();
        Self { values: FIELDS.iter().map(|name| (*name, value(name))).collect() }
    }

    /// An offer as the form would bring it.
    pub(crate) fn like(offer: &Offer) -> Self {
        let (first, first_amount) = match offer.first {
            FirstAmount::Charged(amount) => ("charged", amount.to_string()),
            FirstAmount::Free => ("free", String::new()),
        };
        let number = |number: Option<u16>| number.map(|number| number.to_string()).unwrap_or_default();
        let terms = &offer.terms;
        let values = [
            offer.id.to_string(),
            offer.item.clone(),
            first.to_owned(),
            first_amount,
            offer.amount.to_string(),
            offer.cycle.months().to_string(),
            number(offer.trial.map(TrialDays::get)),
            number(offer.times.map(Times::get)),
            terms.quantity.clone(),
            terms.shipping.clone(),
            terms.payment_time.clone(),
            terms.delivery.clone(),
            terms.withdrawal.clone(),
        ];
        Self { values: FIELDS.into_iter().zip(values).collect() }
    }

    /// A field.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value.as_str())
    }

    /// All fields, to be carried to the next page.
    pub(crate) fn fields(&self) -> &[(&'static str, String)] {
        &self.values
    }

    /// The offer in place of `before`, or everything that is to be mended, in the order of the fields.
    pub(crate) fn offer(
        &self,
        merchant: &Merchant,
        before: Option<&Offer>,
        now: Timestamp,
    ) -> Result<Offer, Vec<OfferProblem>> {
        let mut problems = Vec::new();
        let id = match before {
            Some(before) => Some(before.id.clone()),
            None => self.id(&mut problems),
        };
        let item = self.text("item", request::MAX_WIDTH, &mut problems);
        if item.is_empty() {
            problems.push(OfferProblem::Missing("item"));
        }
        let first = match self.value("first") {
            "free" => Some(FirstAmount::Free),
            _ => self.amount("first_amount", merchant, &mut problems).map(FirstAmount::Charged),
        };
        let amount = self.amount("amount", merchant, &mut problems);
        let cycle = self.number("cycle").and_then(|months| Cycle::new(u8::try_from(months?).ok()?).ok());
        if cycle.is_none() {
            problems.push(OfferProblem::Cycle);
        }
        let trial = self.optional("trial", |days| TrialDays::new(days).ok(), OfferProblem::Trial, &mut problems);
        let times = self.optional("times", |times| Times::new(times).ok(), OfferProblem::Times, &mut problems);
        let terms = self.terms(&mut problems);
        let (Some(id), Some(first), Some(amount), Some(cycle), true) = (id, first, amount, cycle, problems.is_empty())
        else {
            return Err(problems);
        };
        Ok(Offer {
            id,
            merchant: merchant.id.clone(),
            version: before.map_or(1, |before| before.version.saturating_add(1)),
            item,
            first,
            amount,
            cycle,
            trial,
            times,
            terms,
            made_at: now,
            withdrawn_at: None,
        })
    }

    fn id(&self, problems: &mut Vec<OfferProblem>) -> Option<OfferId> {
        let id = OfferId::new(self.value("id"));
        if id.is_err() {
            let missing = self.value("id").is_empty();
            problems.push(if missing { OfferProblem::Missing("id") } else { OfferProblem::IdMalformed });
        }
        id.ok()
    }

    fn amount(&self, name: &'static str, merchant: &Merchant, problems: &mut Vec<OfferProblem>) -> Option<Yen> {
        let most = merchant.max_amount;
        let amount = Yen::parse_typed(self.value(name), most);
        amount
            .map_err(|error| {
                problems.push(match error {
                    TypedAmountError::Missing => OfferProblem::Missing(name),
                    TypedAmountError::Malformed => OfferProblem::AmountMalformed(name),
                    TypedAmountError::OutOfRange => OfferProblem::AmountRange(name, most),
                });
            })
            .ok()
    }

    /// A number in either width. None: it is none; within: the field is empty.
    fn number(&self, name: &str) -> Option<Option<u16>> {
        match Yen::parse_typed(self.value(name), Yen::MAX) {
            Ok(number) => u16::try_from(number.get()).ok().map(Some),
            Err(TypedAmountError::Missing) => Some(None),
            Err(TypedAmountError::Malformed | TypedAmountError::OutOfRange) => None,
        }
    }

    fn optional<T>(
        &self,
        name: &str,
        read: impl Fn(u16) -> Option<T>,
        problem: OfferProblem,
        problems: &mut Vec<OfferProblem>,
    ) -> Option<T> {
        let typed = self.number(name);
        let value = typed.flatten().and_then(read);
        if value.is_none() && typed != Some(None) {
            problems.push(problem);
        }
        value
    }

    /// The legal items. What they need not say may stay empty.
    fn terms(&self, problems: &mut Vec<OfferProblem>) -> Terms {
        for required in ["quantity", "delivery", "withdrawal"] {
            if self.value(required).is_empty() {
                problems.push(OfferProblem::Missing(required));
            }
        }
        let mut term = |name: &'static str| {
            let text = self.value(name);
            if text.chars().count() > MAX_TERM {
                problems.push(OfferProblem::TooLong(name));
            }
            readable(name, text, problems)
        };
        Terms {
            quantity: term("quantity"),
            shipping: term("shipping"),
            payment_time: term("payment_time"),
            delivery: term("delivery"),
            withdrawal: term("withdrawal"),
        }
    }

    /// One line of text.
    fn text(&self, name: &'static str, widest: usize, problems: &mut Vec<OfferProblem>) -> String {
        let text = self.value(name);
        if text::width(text) > widest {
            problems.push(OfferProblem::TooLong(name));
        }
        readable(name, text, problems)
    }
}

fn readable(name: &'static str, text: &str, problems: &mut Vec<OfferProblem>) -> String {
    if text::has_control(text) {
        problems.push(OfferProblem::Character(name));
    }
    if contains_card_number(text) {
        problems.push(OfferProblem::CardNumber(name));
    }
    text.to_owned()
}
