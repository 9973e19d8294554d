//! What stands below a section's form: secrets, the test mail, logo and reset, the operator's bounds.

use console::{Refusal, Visit, settings::SecretKind};
use domain::{Merchant, Yen, merchant::SealedSecret};
use inbound::page::Accent;
use jiff::{SignedDuration, Timestamp};
use words::{
    console::settings::{SettingsWords, choice, setting_name, settings},
    date,
};

use crate::{Deps, returns::Returns, secrets::Act, tab::Tab};

/// A key password or secret older than this is to be changed (ours; the ASJ manual says "regularly").
const OLD: SignedDuration = SignedDuration::from_hours(24 * 180);

/// What stands below a section's form.
pub(crate) enum Extra {
    /// Nothing.
    Nothing,
    /// The secrets, and the links to what can be done with them.
    Secrets(Vec<SecretEntry>),
    /// Who gets the test mail, and the mails that came back.
    Mails(String, Returns),
    /// Logo, reset, and the colours as they are shown.
    Design {
        /// The logo's path.
        logo: Option<String>,
        /// What becomes of the accent colour.
        accent: String,
    },
    /// What the operator allows: names and values.
    Operator(Vec<(String, String)>),
}

/// A secret as it stands.
pub(crate) struct SecretEntry {
    pub(crate) name: String,
    pub(crate) stands: String,
    pub(crate) is_old: bool,
    pub(crate) before: Option<String>,
    /// Where it leads, and the button's text.
    pub(crate) acts: Vec<(String, &'static str)>,
}

impl Extra {
    /// What belongs to this section.
    pub(crate) async fn of(deps: &Deps, visit: &Visit, tab: Tab, merchant: &Merchant) -> Result<Self, Refusal> {
        let (words, now) = (settings(visit.lang), visit.now);
        Ok(match tab {
            Tab::Keys => {
                let entry = |kind| SecretEntry::of(kind, words, merchant, now);
                Self::Secrets([SecretKind::KeyPassword, SecretKind::Sig].map(entry).into())
            }
            Tab::Mails => Self::Mails(visit.user.mail.clone(), Returns::of(deps, visit).await?),
            Tab::Page => {
                let accent = Accent::new(&merchant.page.accent);
                Self::Design {
                    logo: merchant.page.logo.as_ref().map(|logo| logo.path.clone()),
                    accent: (words.accent_shown)(&accent.light.to_string(), &accent.dark.to_string()),
                }
            }
            Tab::Payment | Tab::ThreeDs | Tab::Guard => Self::Operator(operator(words, merchant)),
            Tab::Destinations | Tab::FreeItems | Tab::Texts | Tab::Regular | Tab::Retention => Self::Nothing,
        })
    }
}

fn operator(words: &SettingsWords, merchant: &Merchant) -> Vec<(String, String)> {
    let floors = domain::settings::floor_values(merchant).into_iter();
    let shown = |key: &str, value: &str| match Yen::parse(value) {
        Some(amount) => words::money(words.lang, amount),
        None => choice(words.lang, key, value),
    };
    floors.map(|(key, value)| (setting_name(words.lang, key), shown(key, &value))).collect()
}

impl SecretEntry {
    fn of(kind: SecretKind, words: &SettingsWords, merchant: &Merchant, now: Timestamp) -> Self {
        let secrets = kind.of(merchant);
        let age = |made_at: Timestamp| now.duration_since(made_at);
        let made_at = secrets.first().and_then(|secret| secret.made_at);
        let stands = match (secrets.first(), made_at) {
            (None, _) => words.secret_none.to_owned(),
            (Some(_), Some(at)) => (words.secret_age)(&date(words.lang, at), age(at).as_hours() / 24),
            (Some(_), None) => words.secret_set.to_owned(),
        };
        let good = |secret: &SealedSecret| secret.until.filter(|until| *until > now);
        let before = secrets.iter().find_map(good);
        let make = if secrets.is_empty() { words.secret_make } else { words.secret_rotate };
        let mut acts = vec![(Act::Make(kind), make)];
        if kind == SecretKind::KeyPassword {
            acts.push((Act::Own, words.secret_own));
        }
        if before.is_some() {
            acts.push((Act::End(kind), words.secret_end));
        }
        Self {
            name: setting_name(words.lang, kind.key()),
            stands,
            is_old: made_at.is_some_and(|at| age(at) > OLD),
            before: before.map(|until| (words.secret_before)(&date(words.lang, until))),
            acts: acts.into_iter().map(|(act, text)| (act.path(), text)).collect(),
        }
    }
}
