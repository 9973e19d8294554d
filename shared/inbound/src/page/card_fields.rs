//! What the pages that take a card share: the problems at their fields, the drawings of brands, a decline.

use domain::{Brand, CardError, Lang, acquirer::DeclineCode, card::ConsentScope};
use words::{FormProblem, KeepConsent, form_problem};

/// A decline on the page where another card can be tried.
#[derive(Clone, Copy, Debug)]
pub struct DeclineNotice {
    /// What the card company said; the shopper reads its category only.
    pub code: DeclineCode,
    /// How many attempts are left.
    pub attempts_left: u8,
}

/// The problems in words, and found again by field.
pub(super) struct Problems {
    lang: Lang,
    pub(super) texts: Vec<(&'static str, String)>,
}

impl Problems {
    pub(super) fn of(lang: Lang, problems: &[FormProblem]) -> Self {
        let text = |problem: &FormProblem| (problem.field(), form_problem(lang, problem).into_owned());
        Self { lang, texts: problems.iter().map(text).collect() }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    pub(super) fn at(&self, field: &str) -> Option<&str> {
        self.texts.iter().find(|(name, _)| *name == field).map(|(_, text)| text.as_str())
    }

    /// What the script says of a field that it finds empty or mistyped.
    pub(super) fn said(&self, problem: CardError) -> String {
        form_problem(self.lang, &FormProblem::Card(problem)).into_owned()
    }

    pub(super) fn keep_missing(&self) -> String {
        form_problem(self.lang, &FormProblem::KeepMissing).into_owned()
    }
}

/// The brands taken, in the order they are shown.
pub(super) const SHOWN: [Brand; 6] =
    [Brand::Visa, Brand::Mastercard, Brand::Jcb, Brand::Amex, Brand::Diners, Brand::Discover];

/// The name of a brand's drawing.
pub(super) const fn brand_mark(brand: &Brand) -> &'static str {
    match brand {
        Brand::Visa => "visa",
        Brand::Mastercard => "mastercard",
        Brand::Jcb => "jcb",
        Brand::Amex => "amex",
        Brand::Diners => "diners",
        Brand::Discover => "discover",
    }
}

/// What a shopper agrees to when a card is kept.
pub(super) fn keep_consent(lang: Lang, scope: &ConsentScope) -> KeepConsent {
    (words::words(lang).keep.consent)(*scope)
}
