//! What somebody types to change a rate or a day: the form, and what it comes to.

use askama::Template;
use console::Frame;
use domain::{
    Merchant, Yen,
    money::TypedAmountError,
    recurring::{
        calendar::{Anchor, Cycle},
        plan::{Plan, Rate},
    },
};
use http::{Response, StatusCode};
use lambda_http::Body;
use words::console::recurring::{Act, ActText, ChangeProblem, RecurringWords};

use crate::{
    Call, address_of,
    facts::{self, Fact},
};

/// The rate that was typed.
pub(crate) fn rate(merchant: &Merchant, amount: &str, cycle: &str) -> Result<Rate, Vec<(&'static str, ChangeProblem)>> {
    let mut problems = Vec::new();
    let amount = Yen::parse_typed(amount, merchant.max_amount);
    let amount = amount.map_err(|error| problems.push(("amount", amount_problem(error, merchant.max_amount)))).ok();
    let cycle = cycle.parse().ok().and_then(|months| Cycle::new(months).ok());
    if cycle.is_none() {
        problems.push(("cycle", ChangeProblem::Cycle));
    }
    match (amount, cycle) {
        (Some(amount), Some(cycle)) => Ok(Rate { amount, cycle }),
        (Some(_) | None, _) => Err(problems),
    }
}

const fn amount_problem(error: TypedAmountError, most: Yen) -> ChangeProblem {
    match error {
        TypedAmountError::Missing => ChangeProblem::AmountMissing,
        TypedAmountError::Malformed => ChangeProblem::AmountMalformed,
        TypedAmountError::OutOfRange => ChangeProblem::AmountRange(most),
    }
}

/// The day that was typed, in either width.
pub(crate) fn day(text: &str) -> Result<Anchor, Vec<(&'static str, ChangeProblem)>> {
    let problem = || vec![("day", ChangeProblem::Day)];
    let day = Yen::parse_typed(text, Yen::MAX).map_err(|_| problem())?;
    u8::try_from(day.get()).ok().and_then(|day| Anchor::new(day).ok()).ok_or_else(problem)
}

/// The form for a rate.
pub(crate) fn rate_form(
    call: &Call<'_>,
    plan: &Plan,
    typed: [&str; 2],
    problems: &[(&'static str, ChangeProblem)],
) -> Response<Body> {
    let (words, lang) = (call.words(), call.lang());
    let [amount, cycle] = typed;
    let months = (1..=Cycle::MAX).filter_map(|months| Cycle::new(months).ok());
    let page = RateForm {
        frame: call.frame((words.act)(Act::Change).title),
        words,
        text: (words.act)(Act::Change),
        address: address_of(&plan.id),
        facts: facts::of(call, plan),
        amount: amount.to_owned(),
        hint: (words.new_amount_hint)(&words::money(lang, call.merchant().max_amount)),
        cycles: months
            .map(|cycle| (cycle.months(), words::recurring::cycle(lang, cycle)))
            .map(|(months, text)| (months.to_string() == cycle, months, text))
            .collect(),
        mend: Mend::new(words, problems),
    };
    call.page(page.mend.status(), &page, &page.frame)
}

/// The form for a day.
pub(crate) fn day_form(
    call: &Call<'_>,
    plan: &Plan,
    typed: &str,
    problems: &[(&'static str, ChangeProblem)],
) -> Response<Body> {
    let words = call.words();
    let page = DayForm {
        frame: call.frame((words.act)(Act::Move).title),
        words,
        text: (words.act)(Act::Move),
        address: address_of(&plan.id),
        facts: facts::of(call, plan),
        day: typed.to_owned(),
        mend: Mend::new(words, problems),
    };
    call.page(page.mend.status(), &page, &page.frame)
}

/// What is to be mended, by field.
struct Mend {
    texts: Vec<(&'static str, String)>,
}

impl Mend {
    fn new(words: &RecurringWords, problems: &[(&'static str, ChangeProblem)]) -> Self {
        Self { texts: problems.iter().map(|(field, problem)| (*field, (words.problem)(*problem))).collect() }
    }

    fn at(&self, field: &str) -> Option<&str> {
        self.texts.iter().find(|(of, _)| *of == field).map(|(_, text)| text.as_str())
    }

    const fn status(&self) -> StatusCode {
        if self.texts.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
    }
}

#[derive(Template)]
#[template(path = "rate.html", whitespace = "minimize")]
struct RateForm {
    frame: Frame,
    words: &'static RecurringWords,
    text: ActText,
    address: String,
    facts: Vec<Fact>,
    amount: String,
    hint: String,
    cycles: Vec<(bool, u8, String)>,
    mend: Mend,
}

#[derive(Template)]
#[template(path = "day.html", whitespace = "minimize")]
struct DayForm {
    frame: Frame,
    words: &'static RecurringWords,
    text: ActText,
    address: String,
    facts: Vec<Fact>,
    day: String,
    mend: Mend,
}
