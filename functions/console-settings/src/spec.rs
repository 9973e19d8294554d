//! Which settings a section holds and how each is typed; the way from a record to a form's values, and from a form back to settings.

use std::collections::{BTreeMap, BTreeSet};

use console::Visit;
use domain::{
    Merchant,
    guard::GuardLimit,
    merchant::{Dialect, Kept, RegularKind},
    request, settings,
};

use crate::tab::Tab;

/// How a setting is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A line that may not be empty.
    Line,
    /// A line, or nothing.
    Maybe,
    /// Digits.
    Number,
    /// A web address, or nothing.
    Address,
    /// A mail address, or nothing.
    Mail,
    /// Some lines.
    Lines,
    /// One of these.
    Choice(&'static [&'static str]),
    /// On or off.
    Switch,
    /// A method and an address, or nothing.
    Destination,
    /// A name on the wire; the dialect's own where it is empty.
    WireName(String),
    /// Whether payments that came by an interface have a mail: its part of `mail_off`.
    MailTo(&'static str),
}

/// A setting of a section.
#[derive(Clone, Debug)]
pub(crate) struct Spec {
    /// The setting's name, which is the field's.
    pub(crate) key: String,
    /// How it is typed.
    pub(crate) kind: Kind,
}

/// Settings that stand together.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// What is over them.
    pub(crate) heading: Heading,
    /// The settings.
    pub(crate) specs: Vec<Spec>,
}

/// What is over a group of settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heading {
    /// Nothing.
    None,
    /// Names of requests.
    RequestNames,
    /// Names handed back.
    HandoverNames,
    /// Who gets a mail.
    MailWhom,
    /// The shop's own texts.
    MailTexts,
    /// What requests for regular purchases begin.
    RegularKinds,
}

const INTERFACES: [&str; 6] = ["link", "data_linkage", "batch", "continuation", "single", "regular"];
/// The kinds that every merchant is offered: ours are cycles in months.
const KINDS: [&str; 5] = ["1", "2", "3", "6", "12"];
const ON_OFF: Kind = Kind::Switch;

/// The settings of a section, for this merchant.
pub(crate) fn groups(tab: Tab, merchant: &Merchant) -> Vec<Group> {
    let plain = |specs| vec![Group { heading: Heading::None, specs }];
    match tab {
        Tab::Keys => plain(list(&[
            ("sig_required", ON_OFF),
            ("sig_hand_over", ON_OFF),
            ("window_past_s", Kind::Number),
            ("window_future_s", Kind::Number),
        ])),
        Tab::Destinations => destinations(merchant),
        Tab::Payment => plain(list(&[
            ("max_amount", Kind::Number),
            ("attempts", Kind::Number),
            ("capture", Kind::Choice(&["at_once", "later"])),
            ("refund_confirm_over", Kind::Number),
            ("card_on_file", ON_OFF),
            ("continuation", ON_OFF),
            ("continuation_day", Kind::Maybe),
            ("batch_at_once_rows", Kind::Number),
            ("batch_at_once_yen", Kind::Number),
        ])),
        Tab::ThreeDs => plain(list(&[
            ("three_ds", Kind::Choice(&["at_payment", "at_registration", "recurring"])),
            ("three_ds_unavailable", Kind::Choice(&["decline", "proceed"])),
            ("asks_consent_itself", ON_OFF),
        ])),
        Tab::Guard => plain(GuardLimit::ALL.map(|limit| spec(limit.name(), Kind::Number)).to_vec()),
        Tab::Mails => mails(),
        Tab::Page => plain(list(&[("accent", Kind::Line), ("page_before", Kind::Lines), ("page_after", Kind::Lines)])),
        Tab::FreeItems => plain(
            (1..=3)
                .flat_map(|number| {
                    let rules = Kind::Choice(&["hidden", "shown", "asked", "required"]);
                    [spec(format!("free{number}_label"), Kind::Maybe), spec(format!("free{number}_rule"), rules)]
                })
                .collect(),
        ),
        Tab::Texts => plain(list(&[
            ("name", Kind::Line),
            ("lang", Kind::Choice(&["ja", "en"])),
            ("contact", Kind::Maybe),
            ("legal_address", Kind::Address),
            ("privacy_address", Kind::Address),
            ("tax_included", ON_OFF),
            ("receipt_issuer", Kind::Maybe),
            ("receipt_address", Kind::Maybe),
            ("receipt_registration", Kind::Maybe),
            ("receipt_tax", Kind::Choice(&["unsaid", "standard", "reduced", "exempt"])),
        ])),
        Tab::Regular => regular(merchant),
        Tab::Retention => plain(Kept::ALL.map(|kept| spec(kept.name(), Kind::Number)).to_vec()),
    }
}

fn destinations(merchant: &Merchant) -> Vec<Group> {
    let mut groups = vec![Group {
        heading: Heading::None,
        specs: list(&[
            ("destination1", Kind::Destination),
            ("destination2", Kind::Destination),
            ("destination3", Kind::Destination),
            ("back_address", Kind::Address),
            ("dialect", Kind::Choice(&["asj", "24"])),
            ("encoding", Kind::Choice(&["utf-8", "shift_jis"])),
        ]),
    }];
    match merchant.dialect {
        Dialect::Asj => {}
        Dialect::TwentyFour => {
            let requests = request::Field::ALL.map(|field| {
                spec(format!("request_name.{}", field.name()), Kind::WireName(field.name_24().to_owned()))
            });
            let handed = domain::handover::names_of_24()
                .map(|(name, default)| spec(format!("handover_name.{name}"), Kind::WireName(default.to_owned())));
            groups.push(Group { heading: Heading::RequestNames, specs: requests.to_vec() });
            groups.push(Group { heading: Heading::HandoverNames, specs: handed.collect() });
        }
    }
    groups
}

fn regular(merchant: &Merchant) -> Vec<Group> {
    let billing = list(&[("regular_anchor", Kind::Number), ("regular_retries", Kind::Choice(&["two_weeks", "none"]))]);
    let usual = KINDS.iter().filter_map(|kind| RegularKind::parse(kind));
    let kinds: BTreeSet<RegularKind> = usual.chain(merchant.regular.kinds.keys().copied()).collect();
    let kinds = kinds.into_iter().map(|kind| spec(format!("regular_kind.{kind}"), Kind::Maybe));
    vec![
        Group { heading: Heading::None, specs: billing },
        Group { heading: Heading::RegularKinds, specs: kinds.collect() },
    ]
}

fn mails() -> Vec<Group> {
    let whom = INTERFACES.map(|interface| spec(format!("mail.{interface}"), Kind::MailTo(interface)));
    let texts = list(&[
        ("mail_intro_ja", Kind::Lines),
        ("mail_outro_ja", Kind::Lines),
        ("mail_intro_en", Kind::Lines),
        ("mail_outro_en", Kind::Lines),
    ]);
    vec![
        Group { heading: Heading::MailWhom, specs: whom.to_vec() },
        Group { heading: Heading::None, specs: vec![spec("shop_copy", Kind::Mail)] },
        Group { heading: Heading::MailTexts, specs: texts },
    ]
}

fn list(specs: &[(&str, Kind)]) -> Vec<Spec> {
    specs.iter().map(|(key, kind)| spec(*key, kind.clone())).collect()
}

fn spec(key: impl Into<String>, kind: Kind) -> Spec {
    Spec { key: key.into(), kind }
}

/// What is in the fields of a section: by name, a switch as `on` or `off`, nothing as the empty text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Values(BTreeMap<String, String>);

impl Values {
    /// As the record stands.
    pub(crate) fn of(merchant: &Merchant, groups: &[Group]) -> Self {
        let all: BTreeMap<String, String> = settings::values(merchant).into_iter().collect();
        let off: Vec<&str> = all.get("mail_off").map(|off| off.split(',').collect()).unwrap_or_default();
        let value = |spec: &Spec| match &spec.kind {
            Kind::MailTo(interface) => if off.contains(interface) { "off" } else { "on" }.to_owned(),
            Kind::Maybe | Kind::Address | Kind::Mail | Kind::Destination => {
                all.get(&spec.key).filter(|value| *value != "none").cloned().unwrap_or_default()
            }
            Kind::Line | Kind::Number | Kind::Lines | Kind::Choice(_) | Kind::Switch | Kind::WireName(_) => {
                all.get(&spec.key).cloned().unwrap_or_default()
            }
        };
        Self(specs(groups).map(|spec| (spec.key.clone(), value(spec))).collect())
    }

    /// As they were typed.
    pub(crate) fn typed(visit: &Visit, groups: &[Group]) -> Self {
        let value = |spec: &Spec| match &spec.kind {
            Kind::Switch | Kind::MailTo(_) => if visit.field(&spec.key).is_empty() { "off" } else { "on" }.to_owned(),
            Kind::Destination => match visit.field(&spec.key).trim() {
                "" => String::new(),
                address => format!("{} {address}", visit.field(&method_field(&spec.key))),
            },
            Kind::Line | Kind::Maybe | Kind::Number | Kind::Address | Kind::Mail | Kind::WireName(_) => {
                visit.field(&spec.key).trim().to_owned()
            }
            Kind::Lines | Kind::Choice(_) => visit.field(&spec.key).to_owned(),
        };
        Self(specs(groups).map(|spec| (spec.key.clone(), value(spec))).collect())
    }

    /// One of them.
    pub(crate) fn value(&self, key: &str) -> &str {
        self.0.get(key).map(String::as_str).unwrap_or_default()
    }

    /// All of them, to be sealed into the form.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        self.0.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// The settings to make, as names and values.
    pub(crate) fn settings(&self, groups: &[Group]) -> Vec<(String, String)> {
        let mut settings = Vec::new();
        let mut off: Option<Vec<&str>> = None;
        for spec in specs(groups) {
            let value = self.value(&spec.key);
            match &spec.kind {
                Kind::MailTo(interface) => {
                    let off = off.get_or_insert_default();
                    if value == "off" {
                        off.push(interface);
                    }
                }
                Kind::Destination if value.is_empty() => settings.push((spec.key.clone(), "none".to_owned())),
                Kind::Line
                | Kind::Maybe
                | Kind::Number
                | Kind::Address
                | Kind::Mail
                | Kind::Lines
                | Kind::Choice(_)
                | Kind::Switch
                | Kind::Destination
                | Kind::WireName(_) => settings.push((spec.key.clone(), value.to_owned())),
            }
        }
        settings.extend(off.map(|off| ("mail_off".to_owned(), off.join(","))));
        settings
    }
}

/// The name of the field beside a destination's address.
pub(crate) fn method_field(key: &str) -> String {
    format!("{key}.method")
}

/// The settings of all groups.
pub(crate) fn specs(groups: &[Group]) -> impl Iterator<Item = &Spec> {
    groups.iter().flat_map(|group| &group.specs)
}
