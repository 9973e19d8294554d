//! Every text a person reads, in Japanese and English: a typed catalogue in which a missing text does not compile.
//!
//! Texts without values are fields, texts with values are functions; amounts, dates and what went wrong have modules of their own. Nothing here does I/O.

pub mod api;
pub mod batch;
pub mod catalogue;
pub mod console;
mod en;
pub mod explain;
pub mod format;
mod ja;
pub mod joining;
mod later;
pub mod problem;
pub mod receipt;
pub mod recurring;
pub mod request;

pub use catalogue::{KeepConsent, KeptCardText, Words};
pub use domain::Lang;
pub use format::{card, date, date_time, day, grouped_number, masked, money, money_figure, sum};
pub use joining::{JOIN_TERMS, joining};
pub use later::Later;
pub use problem::{
    AmountProblem, DeclineText, FormProblem, FreeProblem, Notice, NoticeText, amount_problem, decline, decline_kept,
    form_problem, notice,
};
pub use receipt::receipt;
pub use request::request_problem;

/// Version of the texts that a shopper agrees to when a card is kept ([`catalogue::Keep::consent`]). It stands in every
/// consent, so that what was agreed to can be shown: whoever changes those texts in meaning counts it up.
pub const KEEP_TERMS: u16 = 2;

/// Version of the wording around an offer's legal items ([`catalogue::Order`]). It stands with every payment of a link: whoever
/// changes those texts counts it up.
pub const OFFER_TERMS: u16 = 1;

/// Version of the wording of the question whether a buyer agrees to a change of a regular purchase ([`recurring::page::PlanPageWords::agree`]). It stands with
/// the payment that authenticated who agreed: whoever changes those texts counts it up.
pub const AGREE_TERMS: u16 = 1;

/// The catalogue of one language.
pub const fn words(lang: Lang) -> &'static Words {
    match lang {
        Lang::Ja => &ja::WORDS,
        Lang::En => &en::WORDS,
    }
}
