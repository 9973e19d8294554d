//! The settings of a merchant: sections, fields, what was done and what is wrong.

mod labels;
mod problem;
mod texts;

use domain::Lang;

pub use labels::{choice, setting_hint, setting_name};
pub use problem::{address_problem, setting_error, setting_problem};
pub use texts::{SectionWords, SettingsWords};

/// The texts of the settings.
pub const fn settings(lang: Lang) -> &'static SettingsWords {
    match lang {
        Lang::Ja => &texts::JA,
        Lang::En => &texts::EN,
    }
}
