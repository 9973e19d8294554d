//! The search form: its fields as they were filled, and what is wrong with them.

use domain::{
    Lang,
    search::{Field, Outcome, Search, SearchProblem, Standing, Status},
};
use words::console::transactions::{self as texts, TransactionsWords};

/// A field of the form.
#[derive(Debug)]
pub(crate) struct Term {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) hint: Option<&'static str>,
    pub(crate) value: String,
    pub(crate) problem: Option<&'static str>,
    pub(crate) control: Control,
}

/// What a field is filled by.
#[derive(Debug)]
pub(crate) enum Control {
    Text,
    Day,
    Amount,
    Choice(Vec<Group>),
}

/// Choices that belong together.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) label: Option<&'static str>,
    pub(crate) choices: Vec<Choice>,
}

/// One choice.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) value: &'static str,
    pub(crate) label: &'static str,
}

/// The form's fields: those that are always in sight, and the others.
pub(crate) struct Form {
    pub(crate) first: Vec<Term>,
    pub(crate) more: Vec<Term>,
}

/// The fields that are always in sight.
const FIRST: usize = 5;

impl Form {
    /// The form with these values.
    pub(crate) fn new(lang: Lang, value: impl Fn(Field) -> String, problems: &[(Field, SearchProblem)]) -> Self {
        let words = texts::transactions(lang);
        let mut first: Vec<Term> = Field::ALL
            .into_iter()
            .map(|field| {
                let problem = problems.iter().find(|(wrong, _)| *wrong == field);
                Term {
                    name: field.name(),
                    label: texts::field(lang, field),
                    hint: hint(words, field),
                    value: value(field),
                    problem: problem.map(|(_, problem)| texts::search_problem(lang, *problem)),
                    control: control(lang, field),
                }
            })
            .collect();
        let more = first.split_off(FIRST);
        Self { first, more }
    }

    /// Every field.
    pub(crate) fn terms(&self) -> impl Iterator<Item = &Term> {
        self.first.iter().chain(&self.more)
    }

    /// The fields that are wrong.
    pub(crate) fn wrong(&self) -> Vec<&Term> {
        self.terms().filter(|term| term.problem.is_some()).collect()
    }

    /// One of the further fields is filled.
    pub(crate) fn is_open(&self) -> bool {
        self.more.iter().any(|term| !term.value.is_empty())
    }
}

const fn hint(words: &TransactionsWords, field: Field) -> Option<&'static str> {
    match field {
        Field::Order => Some(words.order_hint),
        Field::Mail => Some(words.mail_hint),
        Field::Holder | Field::Free => Some(words.part_hint),
        Field::User => Some(words.user_hint),
        Field::From | Field::To | Field::Status | Field::Least | Field::Most | Field::Class => None,
    }
}

fn control(lang: Lang, field: Field) -> Control {
    match field {
        Field::Order | Field::Mail | Field::Holder | Field::Free | Field::User => Control::Text,
        Field::From | Field::To => Control::Day,
        Field::Least | Field::Most => Control::Amount,
        Field::Status => Control::Choice(standings(lang)),
        Field::Class => {
            let classes = Search::classes().map(|(class, value)| Choice { value, label: texts::class(lang, class) });
            Control::Choice(vec![Group { label: None, choices: classes.collect() }])
        }
    }
}

fn standings(lang: Lang) -> Vec<Group> {
    let words = texts::transactions(lang);
    let choice = |standing: Standing| Choice { value: standing.name(), label: texts::standing(lang, standing) };
    let outcomes = Outcome::ALL.into_iter().map(Standing::All).map(choice).collect();
    let statuses = Status::ALL.into_iter().map(Standing::Only).map(choice).collect();
    vec![
        Group { label: Some(words.by_result), choices: outcomes },
        Group { label: Some(words.by_state), choices: statuses },
    ]
}
