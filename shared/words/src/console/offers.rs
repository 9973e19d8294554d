//! The texts of the offers' pages: what a merchant sells as regular purchases.

mod en;
mod ja;

use domain::{Lang, Yen};

/// The texts of the offers' pages.
#[derive(Clone, Copy, Debug)]
pub struct OffersWords {
    /// Heading of the list.
    pub title: &'static str,
    /// Under it.
    pub lead: &'static str,
    /// Leads to the form for a new one.
    pub new: &'static str,
    /// Name of the table.
    pub caption: &'static str,
    /// There are none: heading and what to do.
    pub empty: (&'static str, &'static str),
    /// Column: the short name.
    pub id: &'static str,
    /// Column: what is sold.
    pub item: &'static str,
    /// Column: what joining costs.
    pub first: &'static str,
    /// Joining costs nothing.
    pub free: &'static str,
    /// Column: what each period costs.
    pub amount: &'static str,
    /// Column: how often.
    pub cycle: &'static str,
    /// Column and row: whether anybody can join.
    pub state: &'static str,
    /// Anybody can join.
    pub open: &'static str,
    /// Nobody can join any more.
    pub withdrawn: &'static str,
    /// Column and row: what a shop's form sends.
    pub kind: &'static str,
    /// No number is given to it in the settings.
    pub no_kind: &'static str,
    /// Heading: what a shop's form sends.
    pub send: &'static str,
    /// What that is.
    pub send_lead: &'static str,
    /// Leads to the settings.
    pub to_settings: &'static str,
    /// Heading of one.
    pub detail: fn(item: &str) -> String,
    /// Leads to the list.
    pub back: &'static str,
    /// Leads to the regular purchases.
    pub plans: &'static str,
    /// Its version, and when that was made.
    pub version: &'static str,
    /// The version in words.
    pub version_of: fn(version: u32, made: &str) -> String,
    /// Since when nobody can join.
    pub withdrawn_at: &'static str,
    /// Leads to the form for another version.
    pub change: &'static str,
    /// Leads to the question whether it is withdrawn.
    pub withdraw: &'static str,
    /// The question.
    pub withdraw_title: &'static str,
    /// What comes of it.
    pub withdraw_means: &'static [&'static str],
    /// The button.
    pub withdraw_button: &'static str,
    /// Leaves without doing it.
    pub keep: &'static str,
    /// Heading of the form for a new one.
    pub new_title: &'static str,
    /// Heading of the form for another version.
    pub change_title: &'static str,
    /// What another version means.
    pub change_lead: &'static str,
    /// Field hint.
    pub id_hint: &'static str,
    /// Field hint.
    pub item_hint: &'static str,
    /// Legend: what joining costs.
    pub first_legend: &'static str,
    /// Choice: the same as each following period.
    pub first_charged: &'static str,
    /// Choice: nothing.
    pub first_free: &'static str,
    /// Field: that amount.
    pub first_amount: &'static str,
    /// Field: each period.
    pub each_amount: &'static str,
    /// How amounts are typed.
    pub amount_hint: fn(most: &str) -> String,
    /// Field: days.
    pub trial: &'static str,
    /// Field hint.
    pub trial_hint: fn(most: u16) -> String,
    /// Field: periods.
    pub times: &'static str,
    /// Field hint.
    pub times_hint: fn(most: u16) -> String,
    /// It may stay empty.
    pub optional: &'static str,
    /// Heading of the legal items.
    pub terms: &'static str,
    /// What they are.
    pub terms_lead: &'static str,
    /// Labels and hints of the legal items: quantity, shipping, payment time, delivery, withdrawal.
    pub term: [(&'static str, &'static str); 5],
    /// Leads to what comes of it.
    pub preview: &'static str,
    /// Heading of the preview.
    pub preview_title: &'static str,
    /// What the preview is.
    pub preview_lead: &'static str,
    /// Heading of what the buyer sees.
    pub shown: &'static str,
    /// Stores it.
    pub make: &'static str,
    /// Leads back to the form.
    pub mend: &'static str,
    /// Said after it was made, changed, withdrawn.
    pub done: [&'static str; 3],
    /// Something else was written in between.
    pub moved_on: &'static str,
    /// What is to be mended.
    pub problem: fn(&OfferProblem) -> String,
    /// How a field is called in a problem.
    pub field: fn(&'static str) -> &'static str,
    /// Earlier versions stay with those who joined.
    pub kept_hint: &'static str,
}

/// What is to be mended in an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferProblem {
    /// It is empty.
    Missing(&'static str),
    /// It is no short name.
    IdMalformed,
    /// Another offer has that name.
    IdTaken,
    /// Not an amount.
    AmountMalformed(&'static str),
    /// More than the merchant may take.
    AmountRange(&'static str, Yen),
    /// Not a cycle.
    Cycle,
    /// Not a number of days.
    Trial,
    /// Not a number of times.
    Times,
    /// It is too long.
    TooLong(&'static str),
    /// It holds what nobody sees.
    Character(&'static str),
    /// It holds a card number.
    CardNumber(&'static str),
}

impl OfferProblem {
    /// The field that is to be mended.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Missing(field)
            | Self::AmountMalformed(field)
            | Self::AmountRange(field, _)
            | Self::TooLong(field)
            | Self::Character(field)
            | Self::CardNumber(field) => field,
            Self::IdMalformed | Self::IdTaken => "id",
            Self::Cycle => "cycle",
            Self::Trial => "trial",
            Self::Times => "times",
        }
    }
}

/// The texts of one language.
pub const fn offers(lang: Lang) -> &'static OffersWords {
    match lang {
        Lang::Ja => &ja::WORDS,
        Lang::En => &en::WORDS,
    }
}
